"""One claim's evidence as a WACZ 1.1.1: a zip of WARC, index, list of pages, and a list of hashes over all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from claimwatch.errors import Declined
from claimwatch.warc import Indexed, surt
from storage.instants import written

WACZ_VERSION = "1.1.1"
# A player reads single records out of the middle of this one: it must not be compressed again.
ARCHIVE = "archive/data.warc.gz"
_MOST_BYTES = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the list: its address and instant are those of its response in the WARC."""

    id: str
    url: str
    at: datetime
    title: str
    text: str


class _Hashed:
    """A stream that counts and hashes what goes by."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self.hash, self.size = out, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        self.size += len(data)
        if self.size > _MOST_BYTES:
            raise Declined("one file of the WACZ would be larger than 2 GiB: take less with --since, or export a WARC")
        return self._out.write(data)


@dataclass
class WaczFile:
    """A WACZ as it is written: one entry after the other, `end` last."""

    out: BinaryIO
    at: datetime
    _resources: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._zip = ZipFile(self.out, "w", allowZip64=True)

    def entry(self, path: str) -> _Entry:
        """A file in the zip, to be written as a stream (`with`)."""
        return _Entry(self, path)

    def put(self, path: str, data: bytes | Iterable[bytes]) -> None:
        """A whole file."""
        with self.entry(path) as out:
            for part in [data] if isinstance(data, bytes) else data:
                out.write(part)

    def end(self, about: Mapping[str, str], *, title: str, main: Page | None) -> None:
        """The list of all that was written with its hashes, and the hash of that list."""
        told: dict[str, Any] = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": title,
            "description": f"query {about['query']}, zone {about['zone']}; every relation is {about['relation_is']}",
            "created": about["exported_at"],
            "software": about["exported_by"],
            "resources": self._resources,
        }
        if main is not None:
            told |= {"mainPageUrl": main.url, "mainPageDate": written(main.at)}
        package = json.dumps(told, ensure_ascii=False, indent=1).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        self.put("datapackage.json", package)
        self.put("datapackage-digest.json", json.dumps(digest, indent=1).encode())
        self._zip.close()


class _Entry:
    """A file of a WACZ while it is written."""

    def __init__(self, wacz: WaczFile, path: str) -> None:
        self._wacz, self._path = wacz, path

    def __enter__(self) -> _Hashed:
        info = ZipInfo(self._path, self._wacz.at.astimezone(UTC).timetuple()[:6])
        info.compress_type = ZIP_STORED if self._path.endswith(".gz") else ZIP_DEFLATED
        # no zip64: ReplayWeb.page 2.4.6 looks for the data right behind the name if the zip's directory has no extra field,
        # and zip64's stands beside the data alone
        self._stream = self._wacz._zip.open(info, "w")  # noqa: SLF001 - the two are one
        self._hashed = _Hashed(self._stream)
        return self._hashed

    def __exit__(self, *raised: object) -> None:
        self._stream.close()
        name = self._path.rpartition("/")[2]
        told = {"name": name, "path": self._path, "hash": f"sha256:{self._hashed.hash.hexdigest()}"}
        self._wacz._resources.append(told | {"bytes": self._hashed.size})  # noqa: SLF001


def index(found: Iterable[Indexed]) -> bytes:
    """CDXJ: a line a response, sorted."""
    lines = []
    for one in found:
        told = {
            "url": one.url,
            "mime": one.mime,
            "status": str(one.status),
            "digest": one.digest,
            "length": str(one.length),
            "offset": str(one.offset),
            "filename": ARCHIVE.rpartition("/")[2],
        }
        lines.append(f"{surt(one.url)} {one.at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(told)}\n")
    return "".join(sorted(lines)).encode()


def page_list(pages: Iterable[Page]) -> Iterable[bytes]:
    """pages.jsonl, a page a line, with the text as it was read: a player searches in it."""
    yield json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": True}).encode() + b"\n"
    for page in pages:
        told = {"id": page.id, "url": page.url, "ts": written(page.at), "title": page.title, "text": page.text}
        yield json.dumps(told, ensure_ascii=False).encode() + b"\n"
