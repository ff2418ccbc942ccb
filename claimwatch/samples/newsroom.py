"""A small newsroom on the loopback: the sample pieces as feeds and pages, reached as a proxy. Only for the demo and tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from storage.records import FeedSpec

_PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta property="og:title" content="{title}"><meta property="article:published_time" content="{published}">
<link rel="canonical" href="{url}"></head><body><article><h1>{title}</h1>
{paragraphs}
<footer>Sample piece written for claimwatch; this outlet does not exist.</footer></article></body></html>"""
_ITEM = "<item><title>{title}</title><link>{url}</link><guid>{url}</guid><pubDate>{date}</pubDate></item>"
_FEED = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{name}</title><link>http://{host}/</link><language>{lang}</language>{items}</channel></rss>'


@dataclass(frozen=True, slots=True)
class Samples:
    """Every sample document by its address, and the feeds among them."""

    documents: dict[str, tuple[str, bytes]]
    feeds: tuple[FeedSpec, ...]
    pieces: int


def read_samples() -> Samples:
    """The sample pieces that come with claimwatch."""
    told: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "pieces.yaml").read_text(encoding="utf-8"))
    documents: dict[str, tuple[str, bytes]] = {}
    feeds, pieces = [], 0
    for outlet in told["outlets"]:
        host = outlet["host"]
        items = []
        for piece in told["pieces"]:
            if host not in piece["hosts"]:
                continue
            pieces += 1
            url = f"http://{host}{piece['path']}"
            published: datetime = piece["published"].astimezone(UTC)
            shown = {"title": escape(piece["title"]), "url": url, "lang": outlet["lang"]}
            paragraphs = "\n".join(f"<p>{escape(p)}</p>" for p in piece["text"])
            page = _PAGE.format(**shown, published=published.isoformat(), paragraphs=paragraphs)
            documents[url] = "text/html; charset=utf-8", page.encode()
            items.append(_ITEM.format(**shown, date=format_datetime(published)))
        body = _FEED.format(name=outlet["name"], host=host, lang=outlet["lang"], items="".join(items))
        documents[f"http://{host}/feed.xml"] = "application/rss+xml; charset=utf-8", body.encode()
        spec = {"outlet": outlet["name"], **{key: outlet[key] for key in ("country", "lang", "kind")}}
        feeds.append(FeedSpec(url=f"http://{host}/feed.xml", **spec))
    return Samples(documents, tuple(feeds), pieces)


@contextmanager
def serving(samples: Samples) -> Iterator[str]:
    """Serve the samples as an HTTP proxy on a free port of the loopback; gives the proxy's address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            kind, body = samples.documents.get(f"{parts.scheme}://{parts.netloc}{parts.path}", ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nothing: the demo's own lines tell what happens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
