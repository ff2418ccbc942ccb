"""So many feeds on as many addresses of the loopback, for bench/poll.py, which starts it: `python bench/feed_server.py PORT FEEDS`.

Feed n is `http://{address(n)}:PORT/feed.xml`: an address a feed, since pollers space what they ask of one host. Each has 40
to 69 entries of drawn words that say of themselves that they are samples (every fourth feed is Atom, the others RSS), an ETag
and a Last-Modified that are true, gzip, and an answer after 100 ms. On 127.0.0.1 it takes orders:
`/publish?each=10` gives every tenth feed (others each time) two new entries, and the oldest two leave; `/counts` is what was
asked since the last `/counts`. Bare `asyncio`, everything rendered before it is asked for: it must not be what is measured.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import random
import sys
import time
from collections import Counter
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

DELAY_S = 0.1
NEW_ENTRIES = 2
_IDLE_S = 5.0
_WORDS = (
    "sample draft trial placeholder invented harbour council orchard lantern meadow tramway bakery weather festival bridge "
    "library museum ferry garden market school theatre station valley museum choir river teacher baker painter sailor "
    "reports announces opens repairs measures visits counts plans paints restores welcomes studies moves lends "
    "quiet early narrow wooden bright late local modest yearly distant careful the a of in for with near after before and"
).split()


def address(n: int) -> str:
    """The loopback address of feed n, from 0."""
    return f"127.{1 + n // 62_500}.{n // 250 % 250}.{1 + n % 250}"


def url_of(n: int, port: int) -> str:
    """Where feed n is."""
    return f"http://{address(n)}:{port}/feed.xml"


def _number(ip: str) -> int:
    _127, a, b, c = map(int, ip.split("."))
    return (a - 1) * 62_500 + b * 250 + c - 1


class Feed:
    """One feed: which entries it shows now, and the answer as it goes over the wire."""

    def __init__(self, n: int, port: int, began: float, phrases: list[str]) -> None:
        self._n, self._port, self._phrases = n, port, phrases
        self._size = 40 + n % 30
        # entry k came out at _times[k]: every 20 minutes until now
        self._times = [began - 1200 * (self._size - k) for k in range(self._size)]
        self.version, self.changed_at = 1, int(began)
        self.whole, self.unchanged = b"", b""

    def publish(self, at: float) -> None:
        """Two new entries."""
        self._times += [at - 60 * k for k in reversed(range(NEW_ENTRIES))]
        self.version, self.changed_at = self.version + 1, int(at)
        self.render()

    def is_known(self, etag: bytes, since: bytes) -> bool:
        """The validators that came are those of now; If-Modified-Since counts only without the other (RFC 9110, 13.2.2)."""
        if etag:
            return self._etag.encode() in [one.strip().removeprefix(b"W/") for one in etag.split(b",")]
        if since:
            try:
                return parsedate_to_datetime(since.decode()).timestamp() >= self.changed_at
            except ValueError:
                return False
        return False

    @property
    def _etag(self) -> str:
        return f'"{self._n}-{self.version}"'

    def render(self) -> None:
        """Both answers, as they are sent."""
        body = gzip.compress((self._atom() if self._n % 4 == 3 else self._rss()).encode(), 5)
        kind = "atom" if self._n % 4 == 3 else "rss"
        marks = f"ETag: {self._etag}\r\nLast-Modified: {formatdate(self.changed_at, usegmt=True)}\r\nVary: Accept-Encoding\r\n"
        self.whole = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/{kind}+xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n{marks}\r\n"
        ).encode() + body
        self.unchanged = f"HTTP/1.1 304 Not Modified\r\n{marks}\r\n".encode()

    def _entries(self) -> list[tuple[str, str, str, float]]:
        """(address, title, summary, instant) of what it shows, newest first."""
        found = []
        for k in range(len(self._times) - 1, len(self._times) - 1 - self._size, -1):
            drawn = (self._n * 7919 + k * 104_729) % 1_000_003
            title, more = self._phrases[drawn % 997], self._phrases[drawn % 991]
            summary = f"This is a sample, made of drawn words. {more} {self._phrases[drawn % 983]} {self._phrases[drawn % 977]}"
            link = f"http://{address(self._n)}:{self._port}/sample-{self._n}-{k}.html"
            found.append((link, f"Sample {k} of feed {self._n}: {title}", summary, self._times[k]))
        return found

    def _rss(self) -> str:
        items = "".join(
            f'<item><title>{title}</title><link>{link}</link><guid isPermaLink="true">{link}</guid>'
            f"<pubDate>{formatdate(at, usegmt=True)}</pubDate><category>sample</category><dc:creator>Nobody</dc:creator>"
            f"<description>&lt;p&gt;{summary}&lt;/p&gt;</description></item>\n"
            for link, title, summary, at in self._entries()
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>Sample feed {self._n}</title><link>http://{address(self._n)}:{self._port}/</link>"
            f"<description>Samples</description><language>en</language>\n{items}</channel></rss>"
        )

    def _atom(self) -> str:
        def told(at: float) -> str:
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))

        items = "".join(
            f'<entry><title>{title}</title><link rel="alternate" href="{link}"/><id>{link}</id><updated>{told(at)}</updated>'
            f"<published>{told(at)}</published><author><name>Nobody</name></author>"
            f'<summary type="html">&lt;p&gt;{summary}&lt;/p&gt;</summary></entry>\n'
            for link, title, summary, at in self._entries()
        )
        root = f"http://{address(self._n)}:{self._port}/"
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
            f'<title>Sample feed {self._n}</title><link href="{root}"/><id>{root}</id><updated>{told(self.changed_at)}</updated>\n'
            f"{items}</feed>"
        )


class House:
    """All feeds, and what was asked."""

    def __init__(self, port: int, feeds: int) -> None:
        dice = random.Random(7)
        phrases = [" ".join(dice.choices(_WORDS, k=dice.randrange(8, 14))) for _ in range(997)]
        began = time.time() - 120
        self.feeds = [Feed(n, port, began, phrases) for n in range(feeds)]
        for feed in self.feeds:
            feed.render()
        self.counts: Counter[str] = Counter()
        self.asked: Counter[int] = Counter()
        self.open = self.rounds = 0

    def order(self, target: str) -> object:
        """What a bench asks for, as JSON."""
        parts = urlsplit(target)
        if parts.path == "/publish":
            each = int(parse_qs(parts.query)["each"][0])
            changed = self.feeds[self.rounds % each :: each]
            self.rounds += 1
            for feed in changed:
                feed.publish(time.time())
            return {"changed": len(changed)}
        told = dict(self.counts) | {
            "feeds": len(self.asked),
            "asked again": sum(n - 1 for n in self.asked.values()),
        }
        self.counts.clear()
        self.asked.clear()
        return told


class Door(asyncio.Protocol):
    """One connection. Kept alive, as servers do, for five idle seconds."""

    def __init__(self, house: House, loop: asyncio.AbstractEventLoop) -> None:
        self._house, self._loop = house, loop
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ip = str(transport.get_extra_info("sockname")[0])
        if not self._ip.startswith("127."):  # the socket listens on all of 127/8, and so on everything
            transport.abort()
            return
        self._house.open += 1
        self._house.counts["most connections"] = max(self._house.counts["most connections"], self._house.open)
        self._idle = self._loop.call_later(_IDLE_S, transport.close)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._ip.startswith("127."):
            self._house.open -= 1
            self._idle.cancel()

    def data_received(self, data: bytes) -> None:
        self._got += data
        while b"\r\n\r\n" in self._got:
            head, _, self._got = self._got.partition(b"\r\n\r\n")
            self._idle.cancel()
            self._asked(head)

    def _asked(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        target, house = first.split(b" ")[1].decode(), self._house
        last = fields.get(b"connection", b"").lower() == b"close"
        if self._ip == "127.0.0.1":
            body = json.dumps(house.order(target)).encode()
            self._say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body), last=last)
            return
        n = _number(self._ip)
        if target != "/feed.xml" or n >= len(house.feeds):
            house.counts["elsewhere"] += 1
            answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        else:
            house.asked[n] += 1
            feed = house.feeds[n]
            known = feed.is_known(fields.get(b"if-none-match", b""), fields.get(b"if-modified-since", b""))
            house.counts["304" if known else "200"] += 1
            if not known and b"gzip" not in fields.get(b"accept-encoding", b""):
                raise RuntimeError("a poller that takes no gzip: nothing here is made for it")
            answer = feed.unchanged if known else feed.whole
        self._loop.call_later(DELAY_S, self._say, answer, last)

    def _say(self, answer: bytes, last: bool) -> None:
        self._transport.write(answer)
        if last:
            self._transport.close()
        else:
            self._idle = self._loop.call_later(_IDLE_S, self._transport.close)


async def _serve(port: int, feeds: int) -> None:
    loop = asyncio.get_running_loop()
    house = House(port, feeds)
    gc.collect()
    gc.freeze()
    server = await loop.create_server(lambda: Door(house, loop), "0.0.0.0", port, backlog=4096)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
