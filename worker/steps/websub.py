"""What WebSub says between a subscriber and a hub (W3C Recommendation): Link headers, forms, leases, signatures. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from storage.records import FeedHints
from worker.steps.feeds.items import line_of, web_address

# What stands before a subscription's token where its hub calls us.
HUB = "/hub/"
# 32 random bytes in URL-safe base64, as storage/subscriptions.py makes them.
TOKEN_FORM = "[A-Za-z0-9_-]{43}"  # noqa: S105 - its form, no token
# Of a challenge that is given back: section 8.2 wants bounds. Google's hub sends some 20 characters, others up to 64.
_CHALLENGE = re.compile(r"[\x21-\x7e]{1,512}")
# Section 8.2: ten days are a good default. A hub that says nothing (PubSubHubbub 0.3) is asked again after one.
_WISHED = timedelta(days=10)
_UNTOLD = timedelta(days=1)
_LONGEST = timedelta(days=30)
_SOONEST_RENEWAL = timedelta(minutes=15)
# Section 7.1.1. SHA-1, too: most hubs sign with nothing else, and its collisions are of no use against an HMAC with a
# secret of 32 random bytes that only the hub knows.
_METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
# RFC 8288, 3: a target, a parameter of it (quoted or not), or the comma before the next link
_LINK = re.compile(r'<([^<>]*)>|;\s*([^\s=;,<"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?|(,)')


def with_link_headers(hints: FeedHints, headers: Mapping[str, str], base: str) -> FeedHints:
    """The hints with what the answer's Link headers say of hub and self: they go before what the document says (section 4).

    Names of headers are lower case, several Link lines joined by commas; relative targets are those of `base`. Of several
    hubs the first with https is taken, else the first.
    """
    told = headers.get("link", "")
    if "hub" not in told.lower() and "self" not in told.lower():
        return hints
    hubs, selves = [], []
    for target, relations in _links(told):
        address = web_address(target, base)
        if address and "hub" in relations:
            hubs.append(address)
        if address and "self" in relations:
            selves.append(address)
    safe = [hub for hub in hubs if hub.startswith("https://")]
    return replace(hints, hub=next(iter(safe + hubs), hints.hub), topic=next(iter(selves), hints.topic))


def _links(told: str) -> list[tuple[str, frozenset[str]]]:
    """(target, its relations) of each link; those about something else than this document (`anchor`) are left out."""
    found: list[tuple[str, dict[str, str]]] = []
    for target, name, quoted, plain, comma in _LINK.findall(told):
        if name:
            if found:  # the first of several counts (RFC 8288, 3.3)
                found[-1][1].setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain)
        elif not comma:
            found.append((target, {}))
    return [(target, frozenset(said.get("rel", "").lower().split())) for target, said in found if "anchor" not in said]


def callback_url(public_url: str, token: str) -> str:
    """Where the hub of that subscription, and nobody else, calls us. `public_url` has no slash at its end."""
    return f"{public_url}{HUB}{token}"


def subscribing(*, topic: str, callback: str, secret: str) -> dict[str, str]:
    """The form that asks for a subscription (section 5.1). `secret`: under 200 bytes."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.secret": secret,
        "hub.lease_seconds": str(int(_WISHED.total_seconds())),
    }


def unsubscribing(*, topic: str, callback: str) -> dict[str, str]:
    """The form that ends one."""
    return {"hub.mode": "unsubscribe", "hub.topic": topic, "hub.callback": callback}


def where_to_ask(hub: str, failures: int) -> str:
    """The hub's address for the next try: https even if it is told as http (section 8.2), and as it is told if that failed.

    A hub at a port of its own is asked as it is told: at that port it speaks one of the two.
    """
    try:
        plain = hub.startswith("http://") and urlsplit(hub).port in (None, 80)
    except ValueError:
        plain = False
    if not plain or failures % 2:
        return hub
    scheme, _, rest = hub.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}s://{host.removesuffix(':80')}{slash}{path}"


def is_challenge(told: str) -> bool:
    """Whether it may be given back: printable ASCII, not long."""
    return _CHALLENGE.fullmatch(told) is not None


def lease_of(told: str) -> timedelta:
    """For how long the hub says that it pushes (hub.lease_seconds); at most 30 days are believed."""
    if not re.fullmatch(r"[0-9]{1,12}", told) or int(told) == 0:
        return _UNTOLD
    return min(timedelta(seconds=int(told)), _LONGEST)


def renewed_after(lease: timedelta) -> timedelta:
    """When to ask for the next lease: with a fifth of this one left, so that several tries fit in."""
    return max(lease * 0.8, _SOONEST_RENEWAL)


def is_signed(body: bytes, told: str, secret: str) -> bool:
    """Whether `told` (X-Hub-Signature: "sha256=HEX") is the body's HMAC under the secret (section 7.1)."""
    method, _, signature = told.strip().partition("=")
    algorithm = _METHODS.get(method.lower())
    if algorithm is None:
        return False
    due = hmac.new(secret.encode(), body, algorithm).hexdigest()
    return hmac.compare_digest(due.encode(), signature.strip().lower().encode("utf-8", "replace"))


def reason_of(told: str) -> str:
    """Why a hub says no, on one line."""
    return line_of(told)[:200]
