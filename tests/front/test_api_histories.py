"""What became of an article, over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from storage.engine import Store
from storage.records import ArticleEvent, SnapshotId
from storage.schema import ArticleEventRow
from tests.builders import SILO, page
from tests.fakes import NOON
from tests.filling import with_pages
from tests.front.serving import a_site
from tests.front.test_api import get

A = "http://gazette.example/a"


def edited(store: Store) -> Store:
    """One article with two readings, and the event between them."""
    from storage import articles
    from storage.articles import Reading
    from storage.schema import ArticleRow
    from worker.steps.passages import cut

    with_pages(store, {A: page(*SILO)})
    with store.begin() as tx:
        article = tx.execute(ArticleRow.__table__.select()).one()
        text = SILO[0] + "\n" + "He took back what he had said of the lorries."
        _article, revision_id = articles.save(
            tx,
            Reading(
                canonical_url=article.canonical_url, url=A, outlet_id=article.outlet_id, published_feed=NOON, first_seen=NOON,
                in_baseline=False, snapshot_id=SnapshotId(1), title="Thousands left Raqqa", byline="", lang="en", published_page=NOON,
                published=NOON, text=text, extractor="test", passages=cut(text),
            ),
            now=NOON + timedelta(hours=1), called_until=NOON,
        )  # fmt: skip
        event = {
            "article_id": 1,
            "kind": ArticleEvent.EDITED,
            "at": NOON + timedelta(hours=1),
            "revision_id": revision_id,
            "detail": "1 paragraph changed",
        }
        tx.execute(ArticleEventRow.__table__.insert().values(**event))  # type: ignore[attr-defined]
    assert revision_id is not None
    return store


def test_an_edit_stands_in_history_difference_and_events(sqlite_store: Store) -> None:
    site = a_site(edited(sqlite_store))
    history = get(site, "/api/v1/articles/1/history")
    assert [row["number"] for row in history["revisions_listed"]] == [1, 2]
    assert (history["edited"], history["state"]) == (1, "live")
    told = get(site, "/api/v1/articles/1/diff")
    assert (told["from"]["number"], told["to"]["number"]) == (1, 2)
    added = "".join(one["text"] for one in told["text"] if one["kind"] == "added")
    assert "took back" in added
    (event,) = get(site, "/api/v1/events")["rows"]
    assert (event["kind"], event["revision"], event["detail"]) == ("edited", 2, "1 paragraph changed")
    assert b"1 paragraph changed" in site.get("/api/v1/events.csv").content


def test_where_there_is_one_reading_there_is_no_difference(sqlite_store: Store) -> None:
    site = a_site(with_pages(sqlite_store, {A: page(*SILO)}))
    ask: Callable[[str], int] = lambda path: site.get(path).status_code  # noqa: E731
    assert ask("/api/v1/articles/1/diff") == ask("/api/v1/articles/1/diff?from=1&to=9") == 404
    assert ask("/api/v1/articles/9/history") == 404
    assert ask("/api/v1/articles/1/diff?from=0") == 422
