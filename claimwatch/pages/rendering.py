"""Templates to pages. What comes from outside is escaped, rid of marks that turn lines around, and linked only if it is HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from claimwatch import show
from claimwatch.exports.about import RELATION_IS

STYLESHEET = "/style.css"
# A title is a line. Longer ones are an outlet's slip, or an attack; the whole stands in the JSON.
_LONGEST_TITLE = 300


def html_page(template: str, status: int = 200, headers: Mapping[str, str] | None = None, **told: Any) -> HTMLResponse:
    """The template filled; what it asks for and is not told is a fault."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(**told), status, headers)


def search_address(q: str, after: str | None = None) -> str:
    """Where the articles that answer a query are read."""
    return _asked("/search", q, after)


def claims_address(q: str, after: str | None = None) -> str:
    """Where the claims are read on which something answers a query."""
    return _asked("/claims", q, after)


def _asked(where: str, q: str, after: str | None) -> str:
    return f"{where}?" + urlencode({"q": q} | ({"after": after} if after else {}))


def _shown(value: Any) -> Any:
    """Every value that a template prints."""
    return value if isinstance(value, Markup) else show.plain(value)


def _outside(address: str | None) -> str:
    """The address if one may go there, else nothing."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return (address or "") if parts.scheme in ("http", "https") and parts.netloc else ""


def _title(told: str) -> str:
    """A title as a line that is never empty."""
    line = " ".join(show.plain(told).split()) or "(without a title)"
    return line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE] + " …"


def _api(path: str, **asked: str | None) -> str:
    """The address of the same answer for programs."""
    told = {name: value for name, value in asked.items() if value is not None}
    return f"/api/v1/{path}" + (f"?{urlencode(told)}" if told else "")


def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("claimwatch.pages"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "api": _api,
        "claims_address": claims_address,
        "many": show.many,
        "relation_is": RELATION_IS,
        "search_address": search_address,
        "stylesheet": STYLESHEET,
    }
    made.filters |= {"outside": _outside, "as_title": _title}
    return made


_TEMPLATES = _templates()
