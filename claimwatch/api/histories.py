"""What became of articles: their readings, the differences between them, and what happened to all of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from claimwatch.api import there
from claimwatch.api.answers import After, Bom, Id, Limit, Wanted, listed, serve
from claimwatch.api.house import House, TheHouse
from claimwatch.api.problems import not_there
from claimwatch.api.rows import Difference, EventRow, History, Rows
from claimwatch.exports.forms import THING
from claimwatch.listing import EVENTS
from claimwatch.listing import events as all_events
from claimwatch.text_diffs import told_apart
from storage import histories

router = APIRouter(tags=["articles"])

Number = Annotated[int | None, Query(ge=1, lt=2**31, description="A reading's number; the last two unless told.")]


def article_history(house: TheHouse, article_id: Id) -> Any:
    """An article's state, its readings and its events."""
    return _history(house, article_id)


def article_diff(
    house: TheHouse,
    article_id: Id,
    older: Annotated[Number, Query(alias="from")] = None,
    newer: Annotated[Number, Query(alias="to")] = None,
) -> Any:
    """What differs between two readings of an article; 404 where it has but one."""
    known = [row["number"] for row in _history(house, article_id)["revisions_listed"]]
    newer = newer or known[-1]
    older = older or max((number for number in known if number < newer), default=newer)
    with house.store.read() as tx:
        texts = [histories.texts(tx, article_id, number) for number in (older, newer)]
    if older == newer or texts[0] is None or texts[1] is None:
        raise not_there(f"other reading of article {article_id}: there are {', '.join(map(str, known))}")
    return told_apart(article_id, texts[0], texts[1])


def _history(house: House, article_id: int) -> dict[str, Any]:
    with house.store.read() as tx:
        there.has_article(tx, article_id)
        return histories.history(tx, article_id) or {}


def events(house: TheHouse, form: Wanted, limit: Limit = None, after: After = "", bom: Bom = False) -> Response:
    """Edits, corrections, deletions, moves and vanished passages of all articles, newest first."""
    return listed(all_events(house.store), form, EVENTS, house.about("events"), limit=limit, after=after, bom=bom)


_OF_ONE = "/api/v1/articles/{article_id}"
serve(router, f"{_OF_ONE}/history", article_history, History, forms=THING, errors=(404, 410))
serve(router, f"{_OF_ONE}/diff", article_diff, Difference, forms=THING, errors=(404, 410))
serve(router, "/api/v1/events", events, Rows[EventRow])
