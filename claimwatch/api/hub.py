"""Where hubs call us (WebSub, sections 5.2, 5.3 and 7): they ask whether we want a feed, say no, or push it.

The token in the address is all that is asked for; it was told to one hub. Whoever does not know one learns nothing here: a
question is answered 404 whether or not its token is known, a push 202 whether or not it is kept.
"""

from __future__ import annotations

import logging

import anyio
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from claimwatch.api.house import House, TheHouse
from claimwatch.api.pace import Pace
from claimwatch.api.problems import not_there
from storage import pushes, subscriptions
from storage.snapshots import pack
from storage.subscriptions import Subscription
from worker.steps.websub import HUB, is_challenge, is_signed, lease_of, reason_of, renewed_after

log = logging.getLogger("claimwatch.hubs")
router = APIRouter(include_in_schema=False)

# As large as a feed may be that is polled (worker/tools.py), and as long as its whole exchange may take.
LARGEST_PUSH = 5_000_000
_LONGEST_S = 30.0
# A newspaper pushes a few times an hour; thirty within a minute is a hub gone wild.
_PACE = Pace(30, 60.0)
# Bodies that are in memory at once: 20 MB.
_ROOM = anyio.Semaphore(4)


@router.get(HUB + "{token}")
async def asks(request: Request, house: TheHouse, token: str) -> Response:
    """The hub asks whether we want what it is about to do, or says why it will not. Only what we asked for is wanted."""
    told = {
        name: request.query_params.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge", "lease_seconds")
    }
    wanted = await run_in_threadpool(_wanted, house, token, **told, reason=request.query_params.get("hub.reason", ""))
    if not wanted:
        await anyio.sleep(house.delay_s)  # as after a wrong token of the API
        raise not_there("subscription of ours is asked for here")
    return PlainTextResponse("" if told["mode"] == "denied" else told["challenge"])


def _wanted(
    house: House, token: str, *, mode: str, topic: str, challenge: str, lease_seconds: str, reason: str
) -> bool:
    if mode not in ("subscribe", "unsubscribe", "denied") or not (mode == "denied" or is_challenge(challenge)):
        return False
    with house.store.read() as tx:
        if not subscriptions.is_known(tx, token, topic):  # no stranger makes us wait for our turn to write
            return False
    now = house.now()
    with house.store.begin() as tx:
        if mode == "denied":
            return subscriptions.deny(tx, token, topic, reason_of(reason), now=now)
        if mode == "unsubscribe":
            return subscriptions.confirm_end(tx, token, topic)
        lease = lease_of(lease_seconds)
        return subscriptions.confirm(tx, token, topic, lease=lease, renew_after=renewed_after(lease), now=now)


@router.post(HUB + "{token}")
async def brings(request: Request, house: TheHouse, token: str) -> Response:
    """A feed, pushed. It is kept if it is signed, and read by a worker; what is not is dropped, and thanked for alike."""
    if not _PACE.admits(token):
        raise _later("too many pushes at once")
    one = await run_in_threadpool(_live, house, token)
    if one is None:
        await _body(request, kept=False)
    else:
        async with _ROOM:
            body = await _body(request, kept=True)
            signature, kind = (request.headers.get(name, "") for name in ("x-hub-signature", "content-type"))
            if not await run_in_threadpool(_kept, house, one, body, signature, kind):
                raise _later("too many pushes wait to be read")
    return Response(status_code=202)


async def _body(request: Request, *, kept: bool) -> bytes:
    """The body, read to its end; empty if it is not to be kept."""
    body, size = bytearray(), 0
    told = request.headers.get("content-length", "")
    try:
        with anyio.fail_after(_LONGEST_S):
            if told.isdigit() and int(told) > LARGEST_PUSH:
                raise _too_large()
            async for chunk in request.stream():
                size += len(chunk)
                if size > LARGEST_PUSH:
                    raise _too_large()
                if kept:
                    body += chunk
    except TimeoutError:
        raise HTTPException(408, f"the body did not come within {_LONGEST_S:g} s") from None
    except ClientDisconnect:
        raise HTTPException(400, "the body was cut off") from None
    return bytes(body)


def _too_large() -> HTTPException:
    return HTTPException(413, f"a feed of more than {LARGEST_PUSH // 1_000_000} MB is not taken")


def _later(why: str) -> HTTPException:
    return HTTPException(429, f"{why}: come again later", headers={"Retry-After": "60"})


def _live(house: House, token: str) -> Subscription | None:
    """The subscription that is pushed by that token, unless its feed is paused."""
    with house.store.read() as tx:
        one = subscriptions.live(tx, token, now=house.now())
    return one if one is not None and not one.paused else None


def _kept(house: House, one: Subscription, body: bytes, signature: str, kind: str) -> bool:
    """Whether the push is dealt with: kept, or dropped because it is not the hub's. False: it is to come again later."""
    if not is_signed(body, signature, one.secret):
        log.warning("feed %s: a push without its hub's signature is dropped, %d bytes", one.feed_id, len(body))
        return True
    packed = pack(body)
    with house.store.begin() as tx:
        return pushes.keep(tx, one.id, packed, size_bytes=len(body), content_type=kind[:200], now=house.now())
