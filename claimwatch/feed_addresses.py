"""An address that a person gives for a feed: what is left out of it, and why it could never be polled. Asks nobody."""

from __future__ import annotations

from worker.gateways.guard import AddressRefused, Rules, admit


def trimmed(told: str) -> str:
    """Without blanks around it, and without a #fragment, which no server is sent."""
    return told.strip().partition("#")[0]


def why_never(url: str, *, allow_private: bool) -> str:
    """Why the door would not ask it, whatever is there; "" if it may. Names are looked up only when they are asked."""
    try:
        admit(url, Rules(ports=None, allow_private=allow_private))
    except AddressRefused as refused:
        why = str(refused)
    else:
        return ""
    if "://" not in url:
        return "an address begins with http:// or https://"
    if not allow_private and not why_never(url, allow_private=True):
        return f"{why}; to allow it: CLAIMWATCH_FETCH_ALLOW_PRIVATE=true"
    return why
