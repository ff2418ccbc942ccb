"""How a no is said: as JSON to programs, as a small page to a browser."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from claimwatch.api.accept import likes_pages
from claimwatch.pages.rendering import html_page
from storage.errors import StoreError, StoreUnavailable

# What is answered there is JSON, whoever asks: the OpenAPI document says so.
_FOR_PROGRAMS = ("/api/", "/healthz", "/openapi.json")


def refusal(scope: Scope, status: int, said: str, headers: Mapping[str, str] | None = None) -> Response:
    """`said`: one sentence for a person. `{"error": ...}`, or that on a page."""
    asked = Headers(scope=scope).get("accept", "")
    if likes_pages(asked) and not scope["path"].startswith(_FOR_PROGRAMS):
        return html_page("refusal.html.j2", status, headers, title=HTTPStatus(status).phrase, said=said)
    return JSONResponse({"error": said}, status, headers)


def trouble(scope: Scope, error: StoreError) -> Response:
    """The 503 for a database in trouble. Where it is and under what name stands in our log, not in the answer."""
    logging.getLogger("claimwatch").warning("%s %s: %s", scope["method"], scope["path"], error)
    away = isinstance(error, StoreUnavailable)
    return refusal(scope, 503, "the database does not answer: is it running? See the log" if away else str(error))
