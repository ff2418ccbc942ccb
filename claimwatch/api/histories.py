"""What became of articles: their readings, the differences between them, and what happened to all of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from claimwatch.api.answers import After, Bom, Id, Limit, Wanted, listed, serve
from claimwatch.api.house import House, TheHouse
from claimwatch.api.problems import may, not_there
from claimwatch.api.rows import Difference, EventRow, History, Rows
from claimwatch.listing import EVENTS
from claimwatch.listing import events as all_events
from claimwatch.removed import removed_words
from claimwatch.text_diffs import told_apart
from storage import histories, queries

router = APIRouter(tags=["articles"])

Number = Annotated[int | None, Query(ge=1, lt=2**31, description="A reading's number; the last two unless told.")]


@router.get(
    "/api/v1/articles/{article_id}/history",
    operation_id="article_history",
    responses={200: {"model": History}, **may(404, 410)},
)
def history(house: TheHouse, article_id: Id) -> Any:
    """An article's state, its readings and its events."""
    return _history(house, article_id)


@router.get(
    "/api/v1/articles/{article_id}/diff",
    operation_id="article_diff",
    responses={200: {"model": Difference}, **may(404, 410)},
)
def difference(
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
        for tombstone in queries.tombstones(tx, article_id):
            raise HTTPException(410, removed_words(tombstone))
        row = histories.history(tx, article_id)
    if row is None:
        raise not_there(f"article {article_id}")
    return row


def events(house: TheHouse, form: Wanted, limit: Limit = None, after: After = "", bom: Bom = False) -> Response:
    """Edits, corrections, deletions, moves and vanished passages of all articles, newest first."""
    return listed(all_events(house.store), form, EVENTS, house.about("events"), limit=limit, after=after, bom=bom)


serve(router, "/api/v1/events", events, Rows[EventRow])
