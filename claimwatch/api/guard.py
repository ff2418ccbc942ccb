"""Who may come in: the one place that asks for tokens, and what holds for every request and answer.

It stands before the routing: what is not told to be open is shut, whoever adds an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claimwatch.api.house import House
from claimwatch.tokens import hash_of
from storage import tokens
from storage.errors import StoreError, StoreUnavailable
from storage.tokens import Token

# More than any body that we take: a ruling with its reason, a query with its title.
LARGEST_BODY = 64 * 1024
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
_READS = ("GET", "HEAD", "OPTIONS")
_OPEN = ("/healthz",)


class Refuse(Exception):
    """Not let in: the answer's status and words."""

    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, headers


class Guard:
    """Refuses what may not come in, and puts the house's headers on every answer."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app, self.house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        send = _answering(send, head=head)
        try:
            token = await self._look(scope)
            receive = await _whole_body(scope, receive)
        except Refuse as no:
            await JSONResponse({"error": no.why}, no.status, no.headers)(scope, receive, send)
            return
        except StoreError as error:
            await JSONResponse({"error": str(error)}, 503)(scope, receive, send)
            return
        state = {**scope.get("state", {}), "token": token}
        # a HEAD is a GET of which the body is kept back
        await self.app({**scope, "state": state, "method": "GET" if head else scope["method"]}, receive, send)

    async def _look(self, scope: Scope) -> Token | None:
        """The token that comes with the request, if one does. Raises Refuse, StoreError."""
        query = scope["query_string"].decode("latin-1")
        if "\0" in scope["path"] or "\0" in unquote(query):
            raise Refuse(400, "a NUL character in the address")
        headers = Headers(scope=scope)
        if self.house.open_reads and not _is_ours(headers.get("host", ""), self.house.hosts):
            # a page of another site may give its own name our address, and read through the visitor's browser
            raise Refuse(421, "this is not the name of this server: set CLAIMWATCH_PUBLIC_URL to its address")
        writes = scope["method"] not in _READS
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            given = ""
            if told := parse_qs(query).get("token"):
                if writes or not scope["path"].endswith(".atom"):
                    raise _unknown("a token in the address is taken for .atom only; say: Authorization: Bearer TOKEN")
                given = told[-1]
        if not given and not writes and (self.house.open_reads or scope["path"] in _OPEN):
            return None
        if not given:
            raise _unknown("this needs a token: Authorization: Bearer TOKEN (see: claimwatch token add)")
        token = await run_in_threadpool(self._known, given.strip())
        if token is None:
            await anyio.sleep(self.house.delay_s)
            raise _unknown("this token is not known, or was revoked (see: claimwatch token list)")
        if writes and not token.may_write:
            raise Refuse(403, "this token may read only (see: claimwatch token add --write)")
        return token

    def _known(self, given: str) -> Token | None:
        now = self.house.now()
        with self.house.store.read() as tx:
            token = tokens.known(tx, hash_of(given))
        if token is not None and (token.used_at is None or now - token.used_at >= tokens.USED_EVERY):
            try:
                with self.house.store.begin() as tx:
                    tokens.used(tx, token.id, now=now)
            except StoreUnavailable:
                pass  # whoever may read is not kept out by a disk that is full
        return token


def _unknown(why: str) -> Refuse:
    return Refuse(401, why, {"WWW-Authenticate": 'Bearer realm="claimwatch"'})


def _is_ours(host: str, hosts: frozenset[str]) -> bool:
    """Whether a request for that host means us. An address in numbers is no name that others could give away."""
    name = ""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        ip_address(name)
    except ValueError:
        return name == "localhost" or name in hosts
    return True


async def _whole_body(scope: Scope, receive: Receive) -> Receive:
    """The body of a write, read to its end, so that its size is known before anything is done with it."""
    told = Headers(scope=scope).get("content-length", "0")
    if told.isdigit() and int(told) > LARGEST_BODY:
        raise Refuse(413, f"a body of more than {LARGEST_BODY // 1024} kB is not taken")
    if scope["method"] in _READS:
        return receive
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise Refuse(413, f"a body of more than {LARGEST_BODY // 1024} kB is not taken")
    kept: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return kept.pop() if kept else await receive()

    return again


def _answering(send: Send, *, head: bool) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        elif head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return told
