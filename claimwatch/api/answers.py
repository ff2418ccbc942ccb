"""One list, many forms: the same endpoint at `/articles`, `/articles.csv`, `/articles.jsonl` and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from pydantic.json_schema import WithJsonSchema

from claimwatch.api.accept import liked
from claimwatch.api.problems import may
from claimwatch.api.rows import Citation
from claimwatch.exports.about import About
from claimwatch.exports.forms import CONTENT_TYPES, ROWS, Form
from claimwatch.exports.write import Kind, write
from claimwatch.listing import Asked, every
from storage.slugs import LONGEST, SLUG

MOST_ROWS = 1000
_A_PAGE = 50

Id = Annotated[int, Field(ge=0, lt=2**31)]
Slug = Annotated[str, Path(max_length=LONGEST, pattern=f"^{SLUG}$")]
Q = Annotated[str, Query(max_length=1000, description="The query language of docs/query.md; empty finds all.")]
After = Annotated[str, Query(max_length=500, description="`next` of the page before; empty: the first.")]
Limit = Annotated[
    int | None,
    Query(ge=1, le=MOST_ROWS, description=f"Rows at most. JSON gives {_A_PAGE} unless told; a file all."),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
]
Bom = Annotated[bool, Query(description="Begin the CSV with a byte order mark: Excel needs it.")]
Facets = Annotated[bool, Query(description="Count what was found by outlet, language and so on (JSON only).")]


class _Csv(StreamingResponse):
    media_type = CONTENT_TYPES[Form.CSV]


class _Jsonl(StreamingResponse):
    media_type = CONTENT_TYPES[Form.JSONL]


class _Bib(StreamingResponse):
    media_type = CONTENT_TYPES[Form.BIB]


class _Csl(StreamingResponse):
    media_type = CONTENT_TYPES[Form.CSL]


_CLASSES: dict[Form, type[Response]] = {
    Form.JSON: JSONResponse,
    Form.JSONL: _Jsonl,
    Form.CSV: _Csv,
    Form.BIB: _Bib,
    Form.CSL: _Csl,
}


def serve(
    router: APIRouter,
    path: str,
    endpoint: Callable[..., Any],
    model: type[BaseModel],
    *,
    forms: Sequence[Form] = ROWS,
    errors: Sequence[int] = (),
) -> None:
    """Put the endpoint at the path, where `Accept` chooses the form, and at the path with each form's end."""
    name = endpoint.__name__
    also = {CONTENT_TYPES[form]: _CONTENT.get(form, _TEXT) for form in forms if form is not Form.JSON}
    told: dict[int | str, dict[str, Any]] = {200: {"model": model, "content": also}}
    # the longest end first, and no end last: "{id}" takes anything up to the next slash
    for form in sorted(forms, key=len, reverse=True):
        one = {"model": model} if form is Form.JSON else {"content": {CONTENT_TYPES[form]: _CONTENT.get(form, _TEXT)}}
        router.add_api_route(
            f"{path}.{form}",
            endpoint,
            operation_id=f"{name}_{form.name.lower()}",
            response_model=None,
            response_class=_CLASSES[form],
            responses={200: one, **may(*errors)},
        )
    router.add_api_route(path, endpoint, operation_id=name, response_model=None, responses={**told, **may(*errors)})


_TEXT = {"schema": {"type": "string"}}
_CONTENT = {Form.CSL: {"schema": {"type": "array", "items": Citation.model_json_schema()}}}


def _wanted(request: Request) -> Form:
    """The form that the address ends in, else the one of those it describes that `Accept` likes best, else JSON."""
    route = request.scope["route"]
    for form in sorted(Form, key=len, reverse=True):
        if route.path.endswith(f".{form}"):
            return form
    served = {CONTENT_TYPES[Form.JSON]: Form.JSON}
    served |= {kind: form for form, kind in CONTENT_TYPES.items() if kind in route.responses[200].get("content", ())}
    told = liked(request.headers.get("accept", ""))
    weighed = [(weight, served[kind]) for kind, weight in told.items() if kind in served]
    return max(weighed, key=lambda one: one[0], default=(0.0, Form.JSON))[1]


Wanted = Annotated[Form, Depends(_wanted)]


def listed(
    asked: Asked, form: Form, kind: Kind, about: About, *, limit: int | None = None, after: str = "", bom: bool = False
) -> Response:
    """A page as JSON, or a file of all rows (of `limit`) as it is written."""
    if form is Form.JSON:
        page = asked.page(after or None, limit or _A_PAGE)
        return JSONResponse({**page.about, "rows": page.rows, "next": page.next}, headers={"Vary": "Accept"})
    return written(form, every(asked, limit=limit, after=after or None), kind, about, bom=bom)


def written(form: Form, rows: Iterable[Any], kind: Kind, about: About, *, bom: bool = False) -> Response:
    """The rows as a file in that form, sent as it is written."""
    named = {"Content-Disposition": f'attachment; filename="claimwatch-{kind.noun}s.{form}"', "Vary": "Accept"}
    return _CLASSES[form](write(form, rows, kind, about, bom=bom), headers=named)
