"""JSON under /api/v1 and /healthz: the same rows as the command's --json. Reads only."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field

from claimwatch import __version__
from claimwatch.asking import BadQuery, needles
from claimwatch.counted import counted, grouped, with_voices
from claimwatch.relations import with_articles, with_claims
from claimwatch.removed import removed_words
from storage import migrate, queries
from storage.engine import Store
from storage.errors import StoreError
from worker.steps.independence import voices

Json = dict[str, Any]
Id = Annotated[int, Field(ge=0, lt=2**31)]


def create_site(store: Store) -> FastAPI:
    """The web process. No page yet: those that FastAPI brings load their scripts from elsewhere."""
    site = FastAPI(title="claimwatch", version=__version__, docs_url=None, redoc_url=None)

    @site.middleware("http")
    async def guarded(request: Request, call_next: Any) -> Any:
        if "\0" in unquote(str(request.url)):
            return JSONResponse({"error": "a NUL character in the address"}, status_code=400)
        answer: Response = await call_next(request)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return answer

    @site.exception_handler(StoreError)
    def store_trouble(_request: Request, error: StoreError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=503)

    @site.exception_handler(BadQuery)
    def bad_query(_request: Request, error: BadQuery) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=400)

    @site.get("/")
    def what_there_is() -> Json:
        """Where to look."""
        paths = [route.path for route in site.routes if isinstance(route, APIRoute)]
        return {"claimwatch": __version__, "openapi": "/openapi.json", "paths": paths}

    @site.get("/healthz")
    def healthz() -> Json:
        """200 when the database answers at the right schema."""
        migrate.check(store)
        return {"status": "ok", "version": __version__}

    @site.get("/api/v1/seeds")
    def seeds() -> list[Json]:
        """Watch lists."""
        with store.read() as tx:
            return queries.seeds(tx)

    @site.get("/api/v1/seeds/{slug}")
    def seed(slug: str) -> Json:
        """One watch list."""
        with store.read() as tx:
            found = _found(queries.seed(tx, slug), f"no watch list {slug!r}")
            listed = found["claims_listed"]
            found["claims_listed"] = with_voices(listed, queries.heard(tx, [row["id"] for row in listed]))
        # who reads the digests is nobody else's business
        return {name: value for name, value in found.items() if name != "recipients"}

    @site.get("/api/v1/claims")
    def claims(limit: int = Query(1000, ge=1, le=10_000)) -> list[Json]:
        """Live claims with their counts of findings, and of articles and independent voices."""
        with store.read() as tx:
            found = queries.claims(tx, limit=limit)
            return with_voices(found, queries.heard(tx, [row["id"] for row in found]))

    @site.get("/api/v1/claims/{claim_id}")
    def claim(claim_id: str) -> Json:
        """One claim with its findings, the relation of each article to it, and which articles are one voice."""
        with store.read() as tx:
            found = with_articles(_found(queries.claim(tx, claim_id), f"no claim {claim_id!r}"))
            told = voices(queries.heard(tx, [claim_id])[claim_id])
            return found | counted(told) | {"voices": grouped(told)}

    @site.get("/api/v1/findings")
    def findings(
        claim: str | None = None,
        article: Id | None = None,
        limit: int = Query(100, ge=1, le=1000),
        after: int = Query(0, ge=0, lt=2**31),
    ) -> list[Json]:
        """Findings by id; `after` is the last id of the page before."""
        with store.read() as tx:
            return queries.findings(tx, claim_id=claim, article_id=article, limit=limit, after=after)

    @site.get("/api/v1/articles")
    def articles(
        q: str = Query("", max_length=1000), limit: int = Query(50, ge=1, le=1000), before: Id | None = None
    ) -> list[Json]:
        """Articles that hold all words and "phrases" of `q`, newest first."""
        with store.read() as tx:
            return queries.articles(tx, needles(q), limit=limit, before=before)

    @site.get("/api/v1/articles/{article_id}")
    def article(article_id: Id) -> Json:
        """One article with its newest text, revisions, findings and its relation to each claim; 410 if it was removed."""
        with store.read() as tx:
            for tombstone in queries.tombstones(tx, article_id):
                raise HTTPException(410, removed_words(tombstone))
            return with_claims(_found(queries.article(tx, article_id), f"no article {article_id}"))

    return site


def _found(row: Json | None, what: str) -> Json:
    if row is None:
        raise HTTPException(404, what)
    return row
