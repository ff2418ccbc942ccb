"""The web process: the guard in front, rooms and pages behind it, and the OpenAPI document of the rooms."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI

from claimwatch import __version__
from claimwatch.api import (
    articles,
    atom_feeds,
    claim_states,
    claims,
    digests,
    findings,
    histories,
    hub,
    rooms,
    searches,
)
from claimwatch.api.guard import Guard
from claimwatch.api.house import House
from claimwatch.api.parameters import only_known
from claimwatch.api.problems import Problem, tell_troubles
from claimwatch.pages import article as article_pages
from claimwatch.pages import claim as claim_pages
from claimwatch.pages import claims as claims_pages
from claimwatch.pages import digests as digest_pages
from claimwatch.pages import front as front_pages
from claimwatch.pages import leaving as leaving_pages
from claimwatch.pages import search as search_pages

_WHAT = """Rows of articles, claims and findings: the same as the command's `--json`.

A `relation` is a machine's suggestion unless a person confirmed it. Instants are UTC.
Every list is also given as `.csv` and `.jsonl` at the same address, articles as `.bib` and `.csl.json`."""


def create_site(house: House) -> FastAPI:
    """The application. No page of FastAPI's own: those load their scripts from elsewhere."""
    site = FastAPI(title="claimwatch", version=__version__, description=_WHAT, docs_url=None, redoc_url=None)
    site.state.house = house
    site.add_middleware(Guard, house=house)
    of_programs = (rooms, claims, claim_states, findings, articles, histories, searches, digests, atom_feeds)
    of_browsers = (front_pages, search_pages, claims_pages, claim_pages, article_pages, digest_pages, leaving_pages)
    routers = [room.router for room in (*of_programs, *of_browsers, hub)]
    for router in routers:
        site.include_router(router, dependencies=[Depends(only_known)])
    tell_troubles(site, routers)
    document = site.openapi()
    document["components"]["schemas"][Problem.__name__] = Problem.model_json_schema()
    if not house.open_reads:
        _describe_tokens(document)
    return site


def _describe_tokens(document: dict[str, Any]) -> None:
    """Say in the document that every address needs a token, as the guard asks for it; Atom takes it in the address too."""
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes["token_in_address"] = {"type": "apiKey", "in": "query", "name": "token"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            either: list[dict[str, list[str]]] = [{"token": []}]
            if path.endswith(".atom"):
                either.append({"token_in_address": []})
            operation["security"] = [] if path == "/healthz" else either
