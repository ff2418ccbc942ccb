"""Raw bytes of a fetch, compressed by zstd, by the hash of the bytes; verified when read back."""

from __future__ import annotations

import hashlib
from datetime import datetime

import zstandard
from sqlalchemy import Connection, select

from storage.dialect import upsert
from storage.errors import Refused
from storage.records import Snapshot, SnapshotId
from storage.schema import BlobRow, SnapshotRow

# Kept of a response: what a later reading needs to understand the bytes.
KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "date", "link")


def pack(body: bytes) -> tuple[str, bytes]:
    """(sha256 hex, zstd bytes): done outside of the transaction."""
    return hashlib.sha256(body).hexdigest(), zstandard.compress(body, 6)


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
    """Keep one fetch; the same bytes are kept once."""
    sha256, zstd = packed
    upsert(tx, BlobRow, {"sha256": sha256, "zstd": zstd, "size_bytes": size_bytes}, key=["sha256"])
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    fetch = {"sha256": sha256, "url": url, "fetched_at": fetched_at}
    rest = {"final_url": final_url, "status": status, "headers": kept}
    upsert(tx, SnapshotRow, fetch | rest, key=list(fetch))
    same = (SnapshotRow.sha256 == sha256) & (SnapshotRow.url == url) & (SnapshotRow.fetched_at == fetched_at)
    return SnapshotId(tx.scalars(select(SnapshotRow.id).where(same)).one())


def load(tx: Connection, snapshot_id: SnapshotId) -> Snapshot | None:
    """The snapshot with its bytes; None if it was removed. Raises Refused if the bytes are not what was kept."""
    row = tx.execute(select(SnapshotRow, BlobRow.zstd).join(BlobRow).where(SnapshotRow.id == snapshot_id)).first()
    if row is None:
        return None
    body = zstandard.decompress(row.zstd)
    if hashlib.sha256(body).hexdigest() != row.sha256:
        raise Refused(f"snapshot {snapshot_id}: the stored bytes do not match their hash; restore from a backup")
    return Snapshot(
        id=snapshot_id,
        url=row.url,
        final_url=row.final_url,
        fetched_at=row.fetched_at,
        headers=dict(row.headers),
        body=body,
    )
