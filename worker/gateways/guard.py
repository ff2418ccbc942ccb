"""Which addresses may be fetched. Deny by default: only what is plainly public."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from yarl import URL

# Not global for a fetcher's purposes, though Python's is_global may differ: carrier NAT (RFC 6598), 6to4 relays
# (RFC 7526), documentation (RFC 9637), and forms that carry an IPv4 address inside.
_BLOCKED = [ip_network(n) for n in ("100.64.0.0/10", "192.88.99.0/24", "3fff::/20", "::/96", "64:ff9b:1::/48")]
_NAT64 = ip_network("64:ff9b::/96")
# Hosts that some resolvers read as numbers: 127.1, 0x7f000001, 2130706433, 0177.0.0.1
_NUMERIC = re.compile(r"^(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+))*\.?$", re.IGNORECASE)


def is_public(address: str) -> bool:
    """The textual IP address is a public one, whatever it carries inside. What cannot be read is not public."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner: list[IPv4Address | None] = [ip.ipv4_mapped, ip.sixtofour]
        if ip.teredo:
            inner += list(ip.teredo)
        if ip in _NAT64:
            inner.append(IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(v4 is not None and not is_public(str(v4)) for v4 in inner):
            return False
        if ip.ipv4_mapped or ip in _NAT64:
            return True
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _BLOCKED if net.version == ip.version)


def refusal(url: str, *, allow_private: bool) -> str | None:
    """Why the address may not be asked, judged by its text alone; None if it may.

    Names are resolved and judged at connect time, in web.py; with a proxy this is all that can be judged here.
    """
    try:
        parts = urlsplit(url)
        # as the client will write it: full-width digits and dots become plain ones there
        host, _port = (URL(url).host or "").rstrip(".").lower(), parts.port
    except ValueError as error:
        return f"not an address: {error}"
    if parts.scheme not in ("http", "https"):
        return f"scheme {parts.scheme!r} is not fetched, only http and https"
    if not host or "\\" in parts.netloc or any(c.isspace() for c in url.strip()):
        return "not an address: no host"
    if parts.username is not None or parts.password is not None:
        return "an address with a user name in it is not fetched"
    if allow_private:
        return None
    if ":" in host or _NUMERIC.match(host):
        return None if is_public(host) else f"{host} is a private or reserved address"
    if "." not in host or host.endswith((".localhost", ".local", ".internal")):
        return f"{host} is a name of a private network"
    return None
