"""Leaving a watch list by the address in its mails (RFC 8058). A mail program's one click, and a page for people.

The token in the address is all that is asked for, and opens nothing else. Only the POST leaves: whatever looks at the
links of a mail before its reader does also gets the page.
"""

from __future__ import annotations

from email import message_from_bytes

import anyio
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from claimwatch.api.house import House, TheHouse
from claimwatch.api.problems import not_there
from claimwatch.pages.rendering import html_page
from storage import recipients
from storage.recipients import Holder
from storage.records import Origin
from worker.steps.digest.envelope import LEAVING, ONE_CLICK

_NAME, _, _VALUE = ONE_CLICK.partition("=")

router = APIRouter(include_in_schema=False)


@router.get(LEAVING + "{token}")
async def offer(house: TheHouse, token: str) -> Response:
    """Who would leave what, and a button that does as mail programs do. Nothing changes."""
    holder = await run_in_threadpool(_held, house, token)
    return await _answer(house, holder, asked=False)


@router.post(LEAVING + "{token}")
async def leave(request: Request, house: TheHouse, token: str) -> Response:
    """They leave, at once and without a question."""
    if not _is_one_click(request.headers.get("content-type", ""), await request.body()):
        raise HTTPException(400, f"whoever leaves says {ONE_CLICK} in a form, and nothing else; nothing was changed")
    holder = await run_in_threadpool(_left, house, token)
    return await _answer(house, holder, asked=True)


def _held(house: House, token: str) -> Holder | None:
    with house.store.read() as tx:
        return recipients.holder(tx, token)


def _left(house: House, token: str) -> Holder | None:
    """Who left, as they were before."""
    with house.store.begin() as tx:
        holder = recipients.holder(tx, token)
        if holder is not None:
            recipients.remove(tx, [holder.id], by=Origin.READER, now=house.now())
    return holder


async def _answer(house: House, holder: Holder | None, *, asked: bool) -> Response:
    if holder is None:
        await anyio.sleep(house.delay_s)  # as after a wrong token of the API
        raise not_there("reader leaves by this address: it was cut short, or its list is gone")
    return html_page(
        "leaving.html.j2",
        title=holder.list_title,
        address=shortened(holder.address),
        here=holder.here,
        asked=asked,
        name=_NAME,
        value=_VALUE,
    )


def shortened(address: str) -> str:
    """Enough for its owner to know it by: "r…@paper.example"."""
    name, at, host = address.rpartition("@")
    return f"{(name or host)[:1]}…{at}{host if at else ''}"


def _is_one_click(kind: str, body: bytes) -> bool:
    """Whether it is the body that RFC 8058 asks for, in either of the forms that it may have."""
    match kind.partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            return body == ONE_CLICK.encode()
        case "multipart/form-data":
            _form, *parts = message_from_bytes(b"Content-Type: %b\r\n\r\n%b" % (kind.encode("latin-1"), body)).walk()
            told = [
                (one.get_param("name", header="content-disposition"), one.get_payload(decode=True)) for one in parts
            ]
            return told == [(_NAME, _VALUE.encode())]
    return False
