"""Kept fetches as WARC 1.1 records, each its own gzip member, into a stream that only goes forward.

What was kept is written and nothing is made up: no request, no header that was not kept. The one exception, the redirect
from the address that was asked, says of itself that it is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from w3lib.url import canonicalize_url
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.evidence import Read
from storage.instants import written
from storage.records import Fetch
from storage.snapshots import KEPT_HEADERS

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

FORMAT = "WARC File Format 1.1"
_MADE = "X-Claimwatch-Made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """Where the response of a fetch lies in the file: `offset`, `length` in bytes of its gzip member."""

    url: str
    at: datetime
    mime: str
    status: int
    digest: str
    offset: int
    length: int


class _Counted:
    """A stream that knows how far it is."""

    def __init__(self, out: SupportsWrite[bytes]) -> None:
        self._out, self.at = out, 0

    def write(self, data: bytes) -> int:
        """All of it."""
        self._out.write(data)
        self.at += len(data)
        return len(data)

    def flush(self) -> None:
        """Whoever opened the stream ends it."""


class WarcFile:
    """A WARC file as it is written."""

    def __init__(self, out: SupportsWrite[bytes], about: Mapping[str, str], *, at: datetime) -> None:
        """`about`: what the export states of itself; it is the first record, with what was kept of each answer."""
        self._out = _Counted(out)
        self._writer = WARCWriter(self._out, gzip=True, warc_version="1.1")
        told = {
            "software": about["exported_by"],
            "format": FORMAT,
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "description": "pages that claimwatch fetched, as it kept them",
            **{f"claimwatch-{name.replace('_', '-')}": value for name, value in about.items()},
            "claimwatch-kept-headers": f"of each answer only {', '.join(KEPT_HEADERS)}, names in lower case",
            "claimwatch-kept-body": "the body after its Content-Encoding was undone; its sha256 is the payload digest",
            "claimwatch-not-kept": "requests, other headers, the HTTP version, steps of redirects, images, styles, scripts",
        }
        self._put("warcinfo", "", at, f"warcinfo {sorted(about.items())}", _fields(told))

    def put(self, fetch: Fetch, body: bytes | None, read: Sequence[Read], *, why_not: str = "") -> list[Indexed]:
        """The fetch with what is known of it. Without `body` only the latter, with `why_not`."""
        same = f"{fetch.sha256} {fetch.url} {fetch.fetched_at.isoformat()}"
        known = {
            "claimwatch-snapshot": str(fetch.id),
            "claimwatch-asked": fetch.url,
            "claimwatch-fetched-at": written(fetch.fetched_at),
            "claimwatch-sha256": fetch.sha256,
            "claimwatch-size-bytes": str(fetch.size_bytes),
            "claimwatch-read-as": "; ".join(
                f"article {r.article_id} revision {r.number} by {r.extractor}, text sha256 {r.text_hash}" for r in read
            ),
            "claimwatch-not-here": why_not,
        }
        if body is None:
            self._put("metadata", fetch.final_url, fetch.fetched_at, f"metadata {same}", _fields(known))
            return []
        head = StatusAndHeaders(_status(fetch.status), list(fetch.headers.items()), protocol="HTTP/1.1")
        digest = f"sha256:{fetch.sha256}"
        told = {"WARC-Payload-Digest": digest}
        offset = self._out.at
        record = self._put("response", fetch.final_url, fetch.fetched_at, f"response {same}", body, head, told)
        mime = fetch.headers.get("content-type", "").partition(";")[0].strip().lower() or "text/html"
        found = Indexed(
            url=fetch.final_url,
            at=fetch.fetched_at,
            mime=mime,
            status=fetch.status,
            digest=digest,
            offset=offset,
            length=self._out.at - offset,
        )
        with_it = {"WARC-Concurrent-To": record}
        made: list[Indexed] = []
        if fetch.url != fetch.final_url:
            made = [self._redirect(fetch, same)]
            known["claimwatch-made"] = (
                f"the redirect of {fetch.url} in this file is made by claimwatch: that it led here was seen, "
                "its own answer and the steps between were not kept"
            )
        self._put("metadata", fetch.final_url, fetch.fetched_at, f"metadata {same}", _fields(known), None, with_it)
        return [found, *made]

    def _redirect(self, fetch: Fetch, same: str) -> Indexed:
        """So that the address that a feed gave replays too. It bears its mark in its own header."""
        made = "by claimwatch; the redirect's own answer was not kept"
        told = [("location", fetch.final_url), (_MADE, made)]
        head = StatusAndHeaders(_status(302), told, protocol="HTTP/1.1")
        offset = self._out.at
        self._put("response", fetch.url, fetch.fetched_at, f"redirect {same}", b"", head)
        return Indexed(
            url=fetch.url,
            at=fetch.fetched_at,
            mime="text/html",
            status=302,
            digest="sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",  # of nothing
            offset=offset,
            length=self._out.at - offset,
        )

    def _put(
        self,
        kind: str,
        url: str,
        at: datetime,
        same: str,
        body: bytes,
        head: StatusAndHeaders | None = None,
        told: Mapping[str, str] | None = None,
    ) -> str:
        """One record; its id, which is the same in every export of the same thing."""
        named = f"<urn:uuid:{uuid5(NAMESPACE_URL, f'claimwatch {same}')}>"
        headers = {"WARC-Record-ID": named, "WARC-Date": written(at), **(told or {})}
        record = self._writer.create_warc_record(
            url, kind, payload=BytesIO(body), length=len(body), warc_headers_dict=headers, http_headers=head
        )
        self._writer.write_record(record)
        return named


def _status(number: int) -> str:
    try:
        return f"{number} {HTTPStatus(number).phrase}"
    except ValueError:
        return str(number)


def _fields(told: Mapping[str, str]) -> bytes:
    """application/warc-fields: a name and a value a line."""
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in told.items() if value).encode()


def surt(url: str) -> str:
    """The address as an index sorts it: the host's labels last first, then path and sorted query, in lower case."""
    parts = urlsplit(canonicalize_url(url))
    host = re.sub(r"^www\d*\.", "", (parts.hostname or "").rstrip("."))
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}{port}){(parts.path or '/') + query}".lower()
