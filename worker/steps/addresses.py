"""Addresses: their canonical form, their host, and which address an article goes by."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tldextract import TLDExtract
from w3lib.url import canonicalize_url

# Never the network: the list that comes with the package, and no cache on disk.
_registrable = TLDExtract(suffix_list_urls=(), cache_dir=None)

# Parameters that say where a reader came from, not what is read. at_*: BBC; CMP: the Guardian; smid: NYT; wt_*: Webtrekk; the
# rest are click numbers of those who sell advertisements. Not courlan's list: it takes cid, eid, uid, source and keyword for
# such too, and they name the piece on some sites; two articles in one are worse than one twice.
# A name put here makes another key of stored addresses that hold it: such an article is kept once more if it is met again.
_TRACKING = frozenset(
    """fbclid gclid dclid mc_cid mc_eid cmp igshid smid ocid ns_mchannel xtor
    gbraid wbraid msclkid twclid yclid ttclid srsltid igsh mkt_tok _ga _gl __twitter_impression ref_src cmpid intcmp
    ns_source ns_campaign ns_linkname ns_fee wt_mc wt_zmc""".split()
)
_TRACKING_PREFIXES = ("utm_", "at_", "pk_", "mtm_", "vero_", "oly_")


def canonical_url(url: str) -> str:
    """The address with lower-case host, sorted query, no fragment, default port or tracking. Idempotent."""
    parts = urlsplit(url.strip())
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(k)]
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    port = parts.port
    netloc = host if port in (None, default) else f"{host}:{port}"
    clean = urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", urlencode(kept), ""))
    return str(canonicalize_url(clean))


def keys_of(url: str) -> tuple[str, ...]:
    """The canonical address under either of http and https: by which a removed page is known, should its site switch."""
    scheme, separator, rest = canonical_url(url).partition("://")
    if scheme not in ("http", "https"):
        return (f"{scheme}{separator}{rest}",)
    return (f"http://{rest}", f"https://{rest}")


def _tracks(name: str) -> bool:
    low = name.lower()
    return low in _TRACKING or low.startswith(_TRACKING_PREFIXES)


def host_of(url: str) -> str:
    """The host with its port as written, lower case; "" if there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    return f"{host}:{port}" if port else host


def same_site(a: str, b: str) -> bool:
    """Both lie within one registrable domain (bbc.co.uk); hosts without one must be equal, port included."""
    first, second = (_registrable(urlsplit(url).hostname or "").top_domain_under_public_suffix for url in (a, b))
    return first == second if first and second else host_of(a) == host_of(b)


def identity(fetched_url: str, rel_canonical: str) -> str:
    """The canonical address of a page. rel=canonical counts only within the same site, and never a bare front page."""
    fetched = canonical_url(fetched_url)
    try:
        told = canonical_url(rel_canonical) if rel_canonical else ""
    except ValueError:
        return fetched
    if not told.startswith(("http://", "https://")) or not same_site(fetched, told):
        return fetched
    if urlsplit(told).path in ("", "/") and not urlsplit(told).query:
        return fetched
    return told
