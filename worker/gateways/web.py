"""The one door to the network: nothing else in the house opens a socket to the world (docs/feeds.md, "The door").

aiohttp was chosen by measurement (a GET in 0.2 ms here, httpx 0.7 ms) and because its connector hands out
the very address that a socket is made for, so that the check is on what is connected to, not on a look-up before.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
import socket
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from schedules.http_dates import http_date
from worker.errors import FetchFailed
from worker.gateways.bodies import Body, BodyRefused, BodyTooLarge, Room
from worker.gateways.clock import Clock
from worker.gateways.guard import AddressRefused, Rules, admit, is_public, line_of
from worker.gateways.lines import Answer, Errand, Lines
from worker.gateways.names import LookUp, Names, by_the_system
from worker.gateways.turns import Turns
from worker.handovers import OUR_NAME, Fetched, NotModified, Request

_PERMANENT, _TEMPORARY, _KEEP_THE_METHOD = {301, 308}, {302, 303, 307}, {307, 308}
_BUSY_STATUS = {429, 503}
_PROXY_ALONE = {407}  # what a proxy says of us; the rest is about the site
log = logging.getLogger("claimwatch.fetch")

_LATER = timedelta(minutes=5)  # what is asked again for a reason of our own
_LEAST_PATIENCE_S = 1.0
# A body that finds no room beside the others waits this long, then it is given back; the largest of several sooner.
_ROOM_PATIENCE_S, _LARGEST_S = 5.0, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What the door allows. `total_timeout_s` covers one whole exchange, redirects and a dripping body included.

    `patience_s`: how long a request waits for its host before it is given back. `at_once`: requests of one call that are
    under way together. `bodies_bytes`: what all bodies of the process may take together while they are fetched.
    `ports` None: any.
    """

    user_agent: str
    connect_timeout_s: float = 10.0
    total_timeout_s: float = 30.0
    patience_s: float = 60.0
    max_redirects: int = 5
    allow_private: bool = False
    ports: frozenset[int] | None = frozenset({80, 443})
    proxy_url: str | None = None
    at_once: int = 64
    bodies_bytes: int = 32_000_000


class _PrivateAddress(OSError):
    """The name led to an address that may not be fetched."""


class Web:
    """GETs, one or many, from any thread. `look_up`: how names become addresses."""

    def __init__(self, limits: FetchLimits, clock: Clock, turns: Turns, look_up: LookUp = by_the_system) -> None:
        self._limits, self._clock, self._turns = limits, clock, turns
        self._names = Names(look_up)
        self._room = Room(limits.bodies_bytes)
        # for the database alone: it may be locked, and the loops of all calls go on meanwhile
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="turns")

    def get(self, request: Request) -> Fetched | NotModified:
        """The answer. Raises FetchFailed, and StoreError when no turns can be had."""
        answer = self.get_many([request])[0]
        if isinstance(answer, FetchFailed):
            raise answer
        return answer

    def get_many(
        self, requests: Sequence[Request], *, within: timedelta | None = None
    ) -> list[Fetched | NotModified | FetchFailed]:
        """The answers in the order of the requests, fetched side by side, one at a time of a host.

        `within`: what a lease leaves for all of it; what would not be done by then is given back as not asked.
        Raises StoreError when no turns can be had.
        """
        return asyncio.run(self._all(requests, within))

    async def _all(self, requests: Sequence[Request], within: timedelta | None) -> list[Answer]:
        limits = self._limits
        if within is not None:
            patience_s = min(limits.patience_s, within.total_seconds() - limits.total_timeout_s)
            limits = replace(limits, patience_s=max(patience_s, _LEAST_PATIENCE_S))
        call = _Call(limits, self._clock, self._room, self._names)
        lines = Lines(self._turns, self._threads, call.go, self._clock, at_once=self._limits.at_once)
        errands = []
        for at, request in enumerate(requests):
            errand = call.errand(at, request)
            if isinstance(errand, FetchFailed):
                lines.answers[at] = errand
            else:
                errands.append(errand)
        try:
            await lines.walk(errands)
        finally:
            await call.close()
        return [lines.answers[at] for at in range(len(requests))]


@dataclass(slots=True)
class _Call:
    """One call of the door: its sessions, and the room that its bodies take."""

    limits: FetchLimits
    clock: Clock
    room: Room
    names: Names
    sessions: dict[bool, aiohttp.ClientSession] = field(default_factory=dict)
    taken: int = 0

    def errand(self, at: int, request: Request) -> Errand | FetchFailed:
        """The request, ready to stand in line; or why it is not even asked."""
        try:
            url = admit(request.url, self._rules(request))
        except AddressRefused as refused:
            return FetchFailed(request.url, str(refused))
        if request.user_agent and (OUR_NAME not in request.user_agent.lower() or not request.user_agent.isprintable()):
            return FetchFailed(request.url, f"a User-Agent without {OUR_NAME!r} in it is not sent")
        return Errand(
            at=at,
            request=request,
            url=url,
            host=line_of(url),
            left_s=self.limits.total_timeout_s,
            given_up_at=time.monotonic() + self.limits.patience_s,
            told_url=request.url,
            permanent_url=request.url,
        )

    async def close(self) -> None:
        """Close what is open, and give the room of all bodies back."""
        self.room.give_back(self.taken)
        for session in self.sessions.values():
            await session.close()

    async def go(self, errand: Errand) -> tuple[Answer | None, datetime | None]:
        """Ask, as far as this host goes: (the answer, or None if it leads to another host; until when the host is bound)."""
        started, url = time.monotonic(), errand.request.url
        try:
            async with asyncio.timeout(errand.left_s):
                return await self._follow(errand, started + errand.left_s), None
        except FetchFailed as failure:
            return failure, failure.retry_at if failure.status in _BUSY_STATUS else None
        except TimeoutError as error:
            if isinstance(error, aiohttp.ClientError):  # its connection alone
                return FetchFailed(url, _plain(error)), None
            return FetchFailed(url, f"no whole answer within {self.limits.total_timeout_s:g} s"), None
        except (BodyRefused, AddressRefused) as refused:
            return FetchFailed(url, str(refused)), None
        except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError) as error:
            if isinstance(error, aiohttp.ClientHttpProxyError) and error.status not in _PROXY_ALONE:
                return FetchFailed(url, _plain(error)), None
            # our own line is down, which is no failure of the publisher's
            return FetchFailed(url, _plain(error), busy=True, retry_at=self.clock.now() + _LATER), None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return FetchFailed(url, _plain(error)), None
        except Exception as error:
            # one of the broad `except` of the house: what nobody thought of in one answer must not take its batch along
            log.exception("%s trips the door", url)
            return FetchFailed(url, f"the door trips over it: {type(error).__name__}"), None
        finally:
            errand.left_s -= time.monotonic() - started

    async def _follow(self, errand: Errand, deadline: float) -> Answer | None:
        """Hop by hop while the host is the same: a turn is for one host."""
        request, session, proxy = errand.request, self._session(own=errand.request.own), self.limits.proxy_url
        while True:
            headers, conditional = self._headers(errand)
            # for the CONNECT of an https address
            agent = {"User-Agent": headers["User-Agent"]} if proxy else None
            async with session.request(
                "GET" if request.form is None else "POST",
                errand.url,
                data=None if request.form is None else urlencode(request.form).encode(),
                headers=headers,
                allow_redirects=False,
                proxy=proxy,
                proxy_headers=agent,
            ) as answer:
                # a form is sent on only where it is to stay one (RFC 9110, 15.4): the others ask for a GET
                if answer.status not in (_PERMANENT | _TEMPORARY if request.form is None else _KEEP_THE_METHOD):
                    return await self._read(answer, errand, deadline, conditional=conditional)
                place = answer.headers.get("Location", "")
                status = answer.status
            if request.own:  # leave is given for the one address, not for where it points
                raise FetchFailed(request.url, "leads elsewhere, which is not followed", status=status)
            self._onward(errand, place, status)
            host = line_of(errand.url)
            if host != errand.host:
                errand.host = host
                return None

    def _onward(self, errand: Errand, place: str, status: int) -> None:
        """Turn the errand to where a redirect points. Raises FetchFailed."""
        request = errand.request
        if not place.strip():
            raise FetchFailed(request.url, f"{status} without a place to go", status=status)
        try:
            onward = admit(place, self._rules(request), base=errand.url)
        except AddressRefused as refused:
            raise FetchFailed(request.url, f"leads to {_storable(place)[:200]}: {refused}") from None
        if errand.url.scheme == "https" and onward.scheme == "http":
            raise FetchFailed(request.url, f"leads from https to plain {onward}", status=status)
        errand.hops += 1
        if errand.hops > self.limits.max_redirects:
            raise FetchFailed(request.url, f"more than {self.limits.max_redirects} redirects")
        errand.url, errand.told_url = onward, str(onward)
        errand.unbroken = errand.unbroken and status in _PERMANENT
        if errand.unbroken:
            errand.permanent_url = errand.told_url

    def _headers(self, errand: Errand) -> tuple[dict[str, str], bool]:
        """What is sent, and whether validators are among it: they belong to the address that gave them."""
        request = errand.request
        headers = {
            "User-Agent": request.user_agent or self.limits.user_agent,
            "Accept": request.accept,
            "Accept-Encoding": "gzip, br",
        }
        if request.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if errand.told_url != (request.validators_url or request.url):
            return headers, False
        if request.etag is not None:
            headers["If-None-Match"] = request.etag
            if request.delta:
                headers["A-IM"] = "feed"
        if request.last_modified is not None:
            headers["If-Modified-Since"] = request.last_modified
        return headers, request.etag is not None or request.last_modified is not None

    async def _read(
        self, answer: aiohttp.ClientResponse, errand: Errand, deadline: float, *, conditional: bool
    ) -> Fetched | NotModified:
        request = errand.request
        headers = {
            # bytes that no header may hold are not handed on: no database takes them
            name.lower(): value.replace("\0", "") if value.isascii() else _storable(value)
            for name, value in reversed(list(answer.headers.items()))
        }
        if "link" in headers:  # the one list that is read here, and is often told in several lines
            headers["link"] = _storable(", ".join(answer.headers.getall("Link")))
        if answer.status == 304 and conditional:
            return NotModified(url=request.url, permanent_url=errand.permanent_url, headers=headers)
        if request.form is not None and 200 <= answer.status < 300:  # what it says beyond that is not read
            return self._fetched(answer, errand, headers, b"")
        if answer.status not in (200, 203, 226):
            raise FetchFailed(
                request.url,
                f"{answer.status} {_storable(answer.reason or '')[:60]}".strip(),
                status=answer.status,
                permanent=answer.status == 410,
                retry_at=_retry_at(headers.get("retry-after", ""), self.clock.now()),
            )
        body = Body(headers.get("content-encoding", ""), request.max_body_bytes)
        taken, kept = 0, False
        try:
            async for chunk in answer.content.iter_chunked(65_536):
                for size in body.steps(chunk):
                    if size:
                        await self._take_room(size, body, request)
                        taken += size
                    if time.monotonic() > deadline:  # the loop is not asked while there is something to unpack
                        raise TimeoutError
            whole, kept = body.whole(), True
        except BodyTooLarge:
            if not request.cut:
                raise
            whole, kept = body.so_far(), True
        finally:
            if kept:
                self.taken += taken
            else:
                self.room.give_back(taken)
        return self._fetched(answer, errand, headers, whole)

    def _fetched(self, answer: aiohttp.ClientResponse, errand: Errand, headers: dict[str, str], body: bytes) -> Fetched:
        return Fetched(
            url=errand.request.url,
            final_url=errand.told_url,
            permanent_url=errand.permanent_url,
            status=answer.status,
            headers=headers,
            body=body,
            fetched_at=self.clock.now(),
        )

    async def _take_room(self, size: int, body: Body, request: Request) -> None:
        """Wait until there is room for so many bytes more. Raises FetchFailed."""
        if self.room.take(size):
            return
        waited_s = 0.0
        try:
            while not self.room.take(size):
                gives_way = self.room.wait(body, body.size)
                if waited_s >= (_LARGEST_S if gives_way else _ROOM_PATIENCE_S):
                    raise FetchFailed(
                        request.url,
                        "too many large bodies at once, it is asked again",
                        busy=True,
                        retry_at=self.clock.now() + _LATER,
                    )
                await asyncio.sleep(0.05)
                waited_s += 0.05
        finally:
            self.room.wait_no_more(body)

    def _rules(self, request: Request) -> Rules:
        if self.limits.allow_private or request.own:
            return Rules(allow_private=True, ports=None)
        return Rules(ports=self.limits.ports)

    def _session(self, *, own: bool) -> aiohttp.ClientSession:
        """The session for the operator's own addresses, which may be private, or that for all others."""
        if own not in self.sessions:
            any_address = own or self.limits.allow_private or self.limits.proxy_url is not None
            connector = aiohttp.TCPConnector(
                limit=0,  # how many are under way is up to the lines
                force_close=True,
                use_dns_cache=False,
                resolver=_Resolver(self.names, any_address=any_address),
                socket_factory=_any_socket if any_address else _public_socket,
            )
            self.sessions[own] = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self.limits.connect_timeout_s),
                trust_env=False,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                read_bufsize=65_536,
                max_line_size=8190,
                max_field_size=16_380,
                max_headers=200,
            )
            # a line that breaks is no reason to ask again at once, without the host's pause: the cadence says when
            self.sessions[own]._retry_connection = False  # noqa: SLF001 - it has no public name
        return self.sessions[own]


class _Resolver(AbstractResolver):
    """Names by our own threads. A name that leads to one private address is refused with all its public ones."""

    def __init__(self, names: Names, *, any_address: bool) -> None:
        self._names, self._any = names, any_address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.addresses(host, port, family)
        for *_what, address in found:
            if not self._any and not is_public(str(address[0])):
                raise _PrivateAddress(f"{host} is at {address[0]}, a private or reserved address")
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _type, protocol, _name, address in found
        ]

    async def close(self) -> None:
        """Nothing is open: the threads belong to the door."""


def _public_socket(info: Any) -> socket.socket:
    """A socket for the address that is connected to now; refused here if it is private, whatever was looked up before."""
    if not is_public(str(info[4][0])):
        raise _PrivateAddress(f"{info[4][0]} is a private or reserved address")
    return _any_socket(info)


def _storable(value: str) -> str:
    return value.encode("utf-8", "replace").decode().replace("\0", "")


def _any_socket(info: Any) -> socket.socket:
    family, kind, proto, _name, _address = info
    return socket.socket(family=family, type=kind, proto=proto)


def _retry_at(told: str, now: datetime) -> datetime | None:
    """Retry-After in seconds or as a date; at most 30 days are believed."""
    if re.fullmatch(r"[0-9]{1,12}", told.strip()):
        return now + timedelta(seconds=min(int(told), 30 * 86_400))
    at = http_date(told)
    return min(at, now + timedelta(days=30)) if at else None


def _plain(error: BaseException) -> str:
    """One line for a person, without any address of a proxy (it may hold a password)."""
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return "the proxy (CLAIMWATCH_FETCH_PROXY_URL) cannot be reached"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _PrivateAddress):
            return str(cause)
        if isinstance(cause, socket.gaierror):
            return f"the name cannot be resolved: {cause.strerror}"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        if not isinstance(cause, aiohttp.ClientError):  # aiohttp's own are the same kinds, and say nothing
            if isinstance(cause, ssl.SSLCertVerificationError):
                return f"its certificate is not to be trusted: {cause.verify_message}"
            if isinstance(cause, ssl.SSLError):
                return f"TLS failed: {cause.reason or type(cause).__name__}"
        cause = cause.__cause__ or getattr(cause, "os_error", None) or getattr(cause, "certificate_error", None)
    if isinstance(error, aiohttp.ServerTimeoutError):
        return "no connection within its time"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the body is cut off"
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, aiohttp.ServerDisconnectedError) or number in (
        errno.ECONNRESET,
        errno.EPIPE,
        errno.ECONNABORTED,
    ):
        return "the server closed the connection"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy refused to reach the site: {error.status} {error.message[:80]}"
    if isinstance(error, aiohttp.ClientResponseError):
        told = re.split(r": b(?:ytearray\()?['\"]", " ".join(error.message.split()))[0]  # not the bytes themselves
        return f"bad HTTP: {told[:120]}"
    if isinstance(error, ValueError):
        return f"{type(error).__name__}: {str(error)[:160]}"
    return os.strerror(number) if number else type(error).__name__
