"""Who may come in: the one place that asks for tokens, and what holds for every request and answer.

It stands before the routing: what is not told to be open is shut, whoever adds an address.
"""

from __future__ import annotations

import re
from base64 import b64decode
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claimwatch.api.accept import likes_pages
from claimwatch.api.house import House
from claimwatch.api.refusals import refusal, trouble
from claimwatch.pages.rendering import STYLESHEET
from claimwatch.tokens import hash_of
from storage import tokens
from storage.errors import StoreError, StoreUnavailable
from storage.tokens import Token
from worker.steps.digest.envelope import LEAVING
from worker.steps.websub import HUB, TOKEN_FORM

# More than any body that we take: a ruling with its reason, a query with its title.
LARGEST_BODY = 64 * 1024
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
# a page of ours has one stylesheet and a form that asks, and nothing else
_OF_PAGES = f"{_NOTHING}; style-src 'self'; form-action 'self'; base-uri 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
_READS = ("GET", "HEAD", "OPTIONS")
# the stylesheet tells nothing, and dresses the page that asks for a token
_OPEN = ("/healthz", STYLESHEET)
_HUBS = re.compile(HUB + TOKEN_FORM)
_REALM = 'realm="claimwatch"'


class Refuse(Exception):
    """Not let in: the answer's status and words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


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
            answer = refusal(scope, no.status, no.why)
            if no.status == 401:
                _ask_for_token(scope, answer.headers)
            await answer(scope, receive, send)
            return
        except StoreError as error:
            await trouble(scope, error)(scope, receive, send)
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
        needed = not (_leaves(scope) or _by_hub(scope)) and (
            writes or not (self.house.open_reads or scope["path"] in _OPEN)
        )
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic" and needed and not writes:
            given = _password(given)
        elif kind.lower() != "bearer":
            # a browser says a password again by itself, also for a page of another site: it never writes
            given = ""
            if told := parse_qs(query).get("token"):
                if writes or not scope["path"].endswith(".atom"):
                    raise _unknown("a token in the address is taken for .atom only; say: Authorization: Bearer TOKEN")
                given = told[-1]
        if not given and not needed:
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


def _leaves(scope: Scope) -> bool:
    """Whether a reader leaves a list: their mail program posts for them (RFC 8058), and knows no token but the address's."""
    return scope["path"].startswith(LEAVING) and scope["method"] in (*_READS, "POST")


def _by_hub(scope: Scope) -> bool:
    """Whether a hub calls: it knows no token but the address's, and signs what it brings."""
    return scope["method"] in ("GET", "HEAD", "POST") and _HUBS.fullmatch(scope["path"]) is not None


def _unknown(why: str) -> Refuse:
    return Refuse(401, why)


def _ask_for_token(scope: Scope, headers: MutableHeaders) -> None:
    """Say how a token is brought: a browser, which cannot send it otherwise, is to ask its reader for a password."""
    headers.append("WWW-Authenticate", f"Bearer {_REALM}")
    if scope["method"] in _READS and likes_pages(Headers(scope=scope).get("accept", "")):
        # a line of its own: browsers read but the first of several in one
        headers.append("WWW-Authenticate", f"Basic {_REALM}")


def _password(given: str) -> str:
    """The password of RFC 7617's `user:password`; empty if it is none."""
    try:
        return b64decode(given, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


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
    if _by_hub(scope):
        return receive  # its room reads a feed, and has its own bounds
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


def put_headers(headers: MutableHeaders) -> None:
    """What stands on every answer, whoever gives it."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    of_pages = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", _OF_PAGES if of_pages else _NOTHING)


def _answering(send: Send, *, head: bool) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            put_headers(MutableHeaders(scope=message))
        elif head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return told
