"""What is said when it is no, whoever says it; in which shape, refusals.py knows."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.routing import Match

from claimwatch.api.guard import put_headers
from claimwatch.api.refusals import refusal, trouble
from claimwatch.errors import BadInput
from storage.errors import Refused, StoreError
from storage.search.errors import BadQuery

Json = dict[str, Any]


class Problem(BaseModel):
    """Why not, and what to do."""

    error: str = Field(description="One sentence for a person.")


_WHAT = {
    400: "The query or the address cannot be understood.",
    401: "A token is needed, or the one that was given is not known.",
    403: "The token may read only.",
    404: "There is no such thing.",
    410: "The article was removed for good; when and why.",
    413: "The body is larger than 64 kB.",
    421: "Asked under a name that is not this server's.",
    422: "A parameter or the body is not what was expected.",
    503: "The database does not answer.",
}


def may(*statuses: int) -> dict[int | str, Json]:
    """The refusals of an endpoint, for its description: those that any may give, and these. They are JSON always.

    Said by reference: a model would be described in the form that the endpoint itself answers in. `components` names it.
    """
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    wanted = sorted({400, 401, 421, 422, 503, *statuses})
    return {status: {"content": content, "description": _WHAT[status]} for status in wanted}


def not_there(what: str) -> HTTPException:
    """A 404: `what` is "claim 'x'"."""
    return HTTPException(404, f"no {what}")


def tell_troubles(site: FastAPI, rooms: Sequence[APIRouter]) -> None:
    """Have every error answered in our shape. `rooms` are asked which methods they take."""

    @site.exception_handler(AnyHTTPException)
    def said_no(request: Request, error: AnyHTTPException) -> Response:
        said, headers = str(error.detail), dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_allowed(rooms, request))
            said = f"{request.method} is not for this address"
        elif said == HTTPStatus(error.status_code).phrase:
            said = f"nothing is at {request.url.path}; /api/v1 lists what there is"
        return refusal(request.scope, error.status_code, said, headers)

    @site.exception_handler(RequestValidationError)
    def not_expected(request: Request, error: RequestValidationError) -> Response:
        told = (f"{'.'.join(str(at) for at in one['loc'][1:])}: {one['msg']}" for one in error.errors())
        return refusal(request.scope, 422, "; ".join(told))

    @site.exception_handler(BadQuery)
    @site.exception_handler(BadInput)
    @site.exception_handler(Refused)
    def bad_input(request: Request, error: Exception) -> Response:
        return refusal(request.scope, 400, str(error))

    @site.exception_handler(StoreError)
    def store_trouble(request: Request, error: StoreError) -> Response:
        return trouble(request.scope, error)

    @site.exception_handler(Exception)
    def our_own_fault(request: Request, _error: Exception) -> Response:
        # this one is answered outside of the guard, which would put its headers on
        answer = refusal(request.scope, 500, "a fault of claimwatch's own; its log says more")
        put_headers(answer.headers)
        return answer


def _allowed(rooms: Sequence[APIRouter], request: Request) -> list[str]:
    """The methods that some route takes at this address; the router itself names those of the first one only."""
    routes = [route for room in rooms for route in room.routes if isinstance(route, APIRoute)]
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in here for method in route.methods or ()}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
