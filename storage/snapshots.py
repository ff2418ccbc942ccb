"""Raw bytes of a fetch, compressed by zstd, by the hash of the bytes; verified when read back."""

from __future__ import annotations

import hashlib
import struct
import zlib
from datetime import datetime

import zstandard
from sqlalchemy import Connection, func, select, update

from storage.dialect import upsert
from storage.errors import Dropped, Refused
from storage.records import Fetch, Snapshot, SnapshotId
from storage.schema import BlobRow, SnapshotRow

# Kept of a response: what a later reading needs to understand the bytes.
KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "date", "link")

# Behind the frame stands its CRC-32, in a frame that decoders skip (RFC 8878, 3.1.2). The hash of the body alone does not
# find every flipped bit: 15 of the 2,600 of a small page's frame decode to the same bytes (2026-11). Blobs kept before
# have none.
_SEAL = struct.Struct("<III")
_SEAL_BEGINS = _SEAL.pack(0x184D2A50, 4, 0)[:8]


def pack(body: bytes) -> tuple[str, bytes]:
    """(sha256 hex, zstd bytes): done outside of the transaction."""
    frame = zstandard.compress(body, 6)
    return hashlib.sha256(body).hexdigest(), frame + _SEAL_BEGINS + zlib.crc32(frame).to_bytes(4, "little")


def unpack(zstd: bytes, *, sha256: str, size_bytes: int) -> bytes | None:
    """The bytes that were packed, or None if a bit of them, or of how they lay there, is another."""
    frame, seal = zstd[: -_SEAL.size], zstd[-_SEAL.size :]
    if not seal.startswith(_SEAL_BEGINS):
        frame = zstd
    elif zlib.crc32(frame) != int.from_bytes(seal[8:], "little"):
        return None
    try:
        # asked first: a damaged header may name any size, and that much memory would be taken
        if zstandard.get_frame_parameters(frame).content_size != size_bytes:
            return None
        reader = zstandard.ZstdDecompressor().decompressobj()
        body = reader.decompress(frame)
    except zstandard.ZstdError:
        return None
    whole = reader.eof and not reader.unused_data
    return body if whole and hashlib.sha256(body).hexdigest() == sha256 else None


_LENGTH, _ID = func.length(BlobRow.zstd).label("length"), SnapshotRow.__table__.c.id


def save(
    tx: Connection,
    packed: tuple[str, bytes],
    *,
    size_bytes: int,
    url: str,
    final_url: str,
    fetched_at: datetime,
    status: int,
    headers: dict[str, str],
) -> SnapshotId:
    """Keep one fetch; the same bytes are kept once. Bytes that were pruned are there again for all who fetched them."""
    sha256, zstd = packed
    # said anew, so that its row is locked: whoever deletes the last fetch of these bytes just now goes first
    blob = {"sha256": sha256, "zstd": zstd, "size_bytes": size_bytes}
    (stands,) = upsert(tx, BlobRow, blob, key=["sha256"], update=["size_bytes"], returning=[_LENGTH])
    if not stands.length:
        tx.execute(update(BlobRow).where(BlobRow.sha256 == sha256).values(zstd=zstd))
        tx.execute(update(SnapshotRow).where(SnapshotRow.sha256 == sha256).values(dropped_at=None))
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    fetch = {"sha256": sha256, "url": url, "fetched_at": fetched_at}
    rest = {"final_url": final_url, "status": status, "headers": kept}
    (snapshot,) = upsert(tx, SnapshotRow, fetch | rest, key=list(fetch), update=["status"], returning=[_ID])
    return SnapshotId(snapshot.id)


def fetch(tx: Connection, snapshot_id: SnapshotId) -> Fetch | None:
    """The record of the fetch, without its bytes; None if it was removed."""
    query = select(SnapshotRow, BlobRow.size_bytes).join(BlobRow).where(SnapshotRow.id == snapshot_id)
    row = tx.execute(query).first()
    if row is None:
        return None
    return Fetch(
        id=snapshot_id,
        url=row.url,
        final_url=row.final_url,
        fetched_at=row.fetched_at,
        status=row.status,
        headers=dict(row.headers),
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        dropped_at=row.dropped_at,
    )


def body(tx: Connection, of: Fetch) -> bytes:
    """The bytes of the fetch. Raises Dropped if they were pruned, Refused if they are not what was kept."""
    zstd = tx.scalars(select(BlobRow.zstd).where(BlobRow.sha256 == of.sha256)).first()
    if not zstd:
        when = f" on {of.dropped_at:%Y-%m-%d}" if of.dropped_at else ""
        raise Dropped(f"snapshot {of.id} ({of.url}): its bytes were pruned{when}")
    told = unpack(zstd, sha256=of.sha256, size_bytes=of.size_bytes)
    if told is None:
        raise Refused(f"snapshot {of.id}: the stored bytes do not match their hash; restore from a backup")
    return told


def load(tx: Connection, snapshot_id: SnapshotId) -> Snapshot | None:
    """The snapshot with its bytes; None if it was removed. Raises Dropped, Refused."""
    told = fetch(tx, snapshot_id)
    if told is None:
        return None
    return Snapshot(
        id=told.id,
        url=told.url,
        final_url=told.final_url,
        fetched_at=told.fetched_at,
        headers=told.headers,
        body=body(tx, told),
    )
