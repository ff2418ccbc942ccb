r"""Which addresses may be fetched. Deny by default: only what is plainly public.

An address is read once, by the client's own parser (yarl), and what was judged is what is connected to: two parsers
that read `http://127.0.0.1\@good/` differently are how such checks are passed by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote

from yarl import URL

# IANA's registries of special-purpose addresses, written out: Python's is_global changes with its version.
_BLOCKED_4 = [
    ip_network(n)
    for n in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # looks public, and is the inside of Azure's machines
    )
]  # fmt: skip
# Of IPv6 only what is given out to the world, less Teredo and other protocols' own (2001::/23), 6to4, documentation.
_GIVEN_OUT_6 = ip_network("2000::/3")
_BLOCKED_6 = [ip_network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = ip_network("64:ff9b::/96")

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# Resolvers read as numbers: 127.1, 0x7f000001, 2130706433, 0177.0.0.1. A name never ends so (RFC 3696).
_ENDS_IN_A_NUMBER = re.compile(r"(^|\.)([0-9]+|0x[0-9a-f]*)$")
_PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa", ".localdomain", ".intranet", ".lan", ".onion")
_UNWANTED = re.compile(r"[\x00-\x1f\x7f]")
# What most addresses look like: nothing in it that any parser would read as another host, path or query.
_QUAD = r"(?:0|[1-9][0-9]{0,2})"
_ORDINARY = re.compile(rf"https?://(?:[a-z0-9.-]*[a-z]|{_QUAD}(?:\.{_QUAD}){{3}})(:[0-9]{{1,5}})?/[!\"$-~]*")
_PLAIN = "".join(map(chr, range(0x21, 0x7F)))
MOST_CHARACTERS = 8_000


class AddressRefused(Exception):
    """The address is not asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is asked beyond the public and ordinary. `ports` None: any."""

    allow_private: bool = False
    ports: frozenset[int] | None = frozenset({80, 443})


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """The textual IP address is a public one, whatever it carries inside. What cannot be read is not public."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id:
            return False
        inner = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is None:
            return ip in _GIVEN_OUT_6 and not any(ip in net for net in _BLOCKED_6)
        ip = inner
    return not any(ip in net for net in _BLOCKED_4)


def admit(text: str, rules: Rules, *, base: URL | None = None) -> URL:
    """The address to ask, path and query to the byte as they were told. `text` may be relative to `base`.

    Judged by what stands in it alone: names are resolved and judged when they are connected to (worker/gateways/web.py);
    through a proxy this is all that can be judged here. Raises AddressRefused.
    """
    text = text.strip(" \t\r\n")
    if len(text) > MOST_CHARACTERS:
        raise AddressRefused(f"an address of {len(text)} characters")
    if _UNWANTED.search(text):
        raise AddressRefused("a control character in the address")
    try:
        url = URL(text, encoded=True) if _ORDINARY.fullmatch(text) else _read(text, base)
        why = _why_not(url.raw_host or "", url.port, rules)
    except ValueError as error:
        raise AddressRefused(f"not an address: {str(error)[:200]}") from None
    if why:
        raise AddressRefused(why)
    return url


def line_of(url: URL) -> str:
    """The host in whose line a request for the address stands: both schemes of a site are one, another port is another."""
    host = url.raw_host or ""
    return host if url.port in (80, 443) else f"{host}:{url.port}"


def host_in_line(text: str) -> str:
    """The same of an address as it is written; "" if it is none. Under this name a host's turns and rules are kept."""
    try:
        return line_of(admit(text, Rules(allow_private=True, ports=None)))
    except AddressRefused:
        return ""


def _read(text: str, base: URL | None) -> URL:
    """Raises ValueError or AddressRefused."""
    # twice by the same parser: what it makes of the host, and what was told of the rest; it would write %2F as /
    told = URL(quote(text.encode("utf-8", "surrogateescape"), safe=_PLAIN), encoded=True)
    read = URL(text.encode("utf-8", "replace").decode())
    if base is not None:
        told, read = base.join(told), base.join(read)
    if read.scheme not in ("http", "https"):
        raise AddressRefused(f"scheme {read.scheme[:20]!r} is not fetched, only http and https")
    if read.raw_user is not None or read.raw_password is not None:
        raise AddressRefused("an address with a user name in it is not fetched")
    host, port = (read.raw_host or "").lower().removesuffix("."), read.port
    if "[" in told.raw_authority and ":" not in host:
        raise AddressRefused("not an address: brackets around what is no IPv6 address")
    query = f"?{told.raw_query_string}" if told.raw_query_string else ""
    url = URL(f"{read.scheme}://{read.host_port_subcomponent}{told.raw_path or '/'}{query}", encoded=True)
    if (url.raw_host, url.port) != (host, port):
        raise AddressRefused("not an address: read in two ways")
    return url


def _why_not(host: str, port: int | None, rules: Rules) -> str | None:
    if not host:
        return "not an address: no host"
    if ":" not in host:
        if _ENDS_IN_A_NUMBER.search(host) and not _is_address(host):
            return f"{host} is a number, and no address as one writes it"
        if len(host) > 253 or not all(map(_LABEL.fullmatch, host.split("."))):
            return f"not an address: {host[:80]!r} is no name of a host"
    if not rules.allow_private:
        if _is_address(host):
            if not is_public(host):
                return f"{host} is a private or reserved address"
        elif "." not in host or host.endswith(_PRIVATE_ENDINGS):
            return f"{host} is a name of a private network"
    if rules.ports is not None and port not in rules.ports:
        return f"port {port} is not asked"
    return None


def _is_address(host: str) -> bool:
    """An IP address as one writes it. What yarl leaves of a zone (`%25eth0`) is none."""
    try:
        ip_address(host)
    except ValueError:
        return ":" in host
    return True
