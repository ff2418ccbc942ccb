"""What the house is: what there is at which address, whether it is well, how much it holds, its feeds and its dead."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from claimwatch import __version__, listing
from claimwatch.api.answers import After, Bom, Limit, Wanted, listed, serve
from claimwatch.api.house import TheHouse
from claimwatch.api.problems import may
from claimwatch.api.rows import Counts, FeedRow, Overview, Rows, TombstoneRow, Wellness
from claimwatch.exports.forms import THING
from claimwatch.listing import FEEDS, TOMBSTONES
from storage import migrate, queries

router = APIRouter()


@router.get("/api/v1", operation_id="what_there_is", responses=may(), tags=["house"])
def what_there_is(request: Request) -> Overview:
    """The version, and the address of every thing."""
    paths = list(request.app.openapi()["paths"])
    return Overview(claimwatch=__version__, openapi="/openapi.json", paths=paths)


@router.get("/healthz", operation_id="healthz", responses=may(), tags=["house"])
def healthz(house: TheHouse) -> Wellness:
    """200 when the database answers at the right schema. Never needs a token, and tells nothing else."""
    migrate.check(house.store)
    return Wellness(status="ok")


def counts(house: TheHouse) -> Any:
    """How much there is of everything, and what waits."""
    with house.store.read() as tx:
        return queries.counts(tx)


def feeds(house: TheHouse, form: Wanted, limit: Limit = None, after: After = "", bom: Bom = False) -> Response:
    """Feeds with their state and next poll."""
    return listed(listing.feeds(house.store), form, FEEDS, house.about("feeds"), limit=limit, after=after, bom=bom)


def tombstones(house: TheHouse, form: Wanted, limit: Limit = None, after: After = "", bom: Bom = False) -> Response:
    """Articles that were removed for good: when, why, and the addresses they do not come back from."""
    ask, about = listing.tombstones(house.store), house.about("tombstones")
    return listed(ask, form, TOMBSTONES, about, limit=limit, after=after, bom=bom)


serve(router, "/api/v1/counts", counts, Counts, forms=THING)
serve(router, "/api/v1/feeds", feeds, Rows[FeedRow])
serve(router, "/api/v1/tombstones", tombstones, Rows[TombstoneRow])
