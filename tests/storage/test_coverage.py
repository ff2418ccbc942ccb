"""What the store tells of a claim's silence, its sources and its carriers, on both engines; and the rows made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from claimwatch.carriers import carriers_of
from claimwatch.coverage import of_claim, page_of_claims
from storage import articles, claim_news, findings, seeds, sightings
from storage.claim_news import Came
from storage.engine import Store
from storage.records import Adds, ArticleEvent, ArticleState, ClaimId, EntryState, FeedState, Relation, RevisionId
from storage.schema import ArticleEventRow, ArticleRow, EntryRow, FeedRow, FindingRow, HeartbeatRow, OutletRow
from tests.builders import SILO, a_claim, a_watch_list, page
from tests.fakes import NOON
from tests.filling import with_one_article, with_pages
from tests.search.conftest import a_finding

DAY = timedelta(days=1)
CLAIM = "raqqa-4000"


def change(store: Store, row: Any, **values: Any) -> None:
    with store.begin() as tx:
        tx.execute(update(row).values(**values))


def of_one(store: Store, days: int = 30, *, later: int = 40) -> dict[str, Any]:
    row = of_claim(store, CLAIM, days=days, now=NOON + later * DAY)
    assert row is not None
    return row


def test_a_quiet_claim_and_a_deaf_house_are_told_apart(store: Store) -> None:
    with_one_article(store)
    change(store, FeedRow, last_success_at=NOON + 40 * DAY)
    told = of_one(store)
    assert (told["verdict"], told["last_found"], told["days_silent"], told["articles"]) == (
        "quiet",
        "2026-11-23T12:00:00Z",
        40,
        0,
    )
    assert (told["sources"], told["answered"], told["sources_listed"]) == (1, 1, [])
    assert of_one(store, 60)["says"] == "heard: last on 2026-11-23"
    assert (of_one(store, 60)["articles"], of_one(store, 60)["articles_read"]) == (1, 1)
    told = of_one(store, later=41)
    assert told["verdict"] == "quiet"
    change(store, FeedRow, last_success_at=NOON + 20 * DAY, failures=7, state=FeedState.REFUSED, last_error="403")
    change(store, HeartbeatRow, at=NOON + 20 * DAY)
    told = of_one(store)
    assert (told["verdict"], told["failing"], told["polls_missed"]) == ("thin", 1, 7)
    assert [one["name"] for one in told["troubles"]] == ["tick", "feeds"]
    (source,) = told["sources_listed"]
    assert (source["did"], source["last_answer"], source["last_error"]) == ("failing", "2026-12-13T12:00:00Z", "403")
    assert of_one(store, 10)["verdict"] == "blind"
    change(store, FeedRow, paused_at=NOON)
    assert (of_one(store)["verdict"], of_one(store)["paused"]) == ("blind", 1)
    assert of_claim(store, "none", days=30, now=NOON) is None


def test_pages_that_could_not_be_read_are_counted_by_why(store: Store) -> None:
    with_pages(store, {f"http://gazette.example/{n}": page(*SILO, title=f"Part {n}") for n in range(4)})
    with store.begin() as tx:
        for n, state, error, seen in (
            (1, EntryState.PARKED, "http://gazette.example/0: 403 Forbidden", NOON + 30 * DAY),
            (2, EntryState.NEW, "http://gazette.example/1: 403 Forbidden", NOON + 30 * DAY),
            (3, EntryState.PARKED, "no article text: 2 words in 90 bytes", NOON + 30 * DAY),
            (4, EntryState.PARKED, "http://gazette.example/3: 403 Forbidden", NOON),
        ):
            values = {"state": state, "last_error": error, "failures": 3, "first_seen": seen}
            tx.execute(update(EntryRow).where(EntryRow.id == n).values(**values))
    told = of_one(store)
    assert [(one["why"], one["pages"], one["wall"]) for one in told["unread_listed"]] == [
        ("refused", 2, True),
        ("no-text", 1, False),
    ]
    assert (told["pages_unread"], told["pages_given_up"], told["walls"]) == (3, 2, 2)


def test_what_another_judge_says_again_breaks_no_silence(store: Store) -> None:
    with_one_article(store)
    with store.begin() as tx:
        read = articles.read_newest(tx, RevisionId(1))
        assert read is not None
        again = a_finding(read.text, read.passages[0].end, relation=Relation.SUPPORTS, judge_version="newer")
        findings.replace(tx, read, [again], now=NOON + 35 * DAY)
        assert claim_news.came(tx, [CLAIM, "none"], since=NOON + DAY) == {CLAIM: Came(last=NOON), "none": Came()}
        otherwise = a_finding(read.text, read.passages[0].end, relation=Relation.DISPUTES, judge_version="newest")
        findings.replace(tx, read, [otherwise], now=NOON + 36 * DAY)
        came = claim_news.came(tx, [CLAIM], since=NOON + DAY)[CLAIM]
        assert came == Came(last=NOON + 36 * DAY, articles=1)


def test_all_claims_page_by_page(store: Store) -> None:
    claims = tuple(a_claim(id=ClaimId(f"claim-{n}")) for n in range(5))
    with store.begin() as tx:
        seeds.take_over(tx, a_watch_list(claims=claims), now=NOON)
        seeds.take_over(tx, a_watch_list(claims=claims[1:]), now=NOON)
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        rows, after = page_of_claims(store, days=30, now=NOON + 2 * DAY, after=after, limit=2)
        found += [row["id"] for row in rows]
        assert {row["verdict"] for row in rows} == {"blind"}
    assert found == ["claim-1", "claim-2", "claim-3", "claim-4"]


def test_how_far_we_see_who_carries_what(store: Store) -> None:
    pages = {
        f"http://gazette.example/{n}": page(*SILO, " ".join(f"word{n}x{i}" for i in range(150)), title=f"Part {n}")
        for n in range(3)
    }
    with_pages(store, pages)
    with store.begin() as tx:
        for n, outlet in ((2, "Herald"), (3, "Star")):
            tx.execute(insert(OutletRow).values(id=n + 10, name=outlet))
            tx.execute(update(ArticleRow).where(ArticleRow.id == n).values(outlet_id=n + 10))
        tx.execute(
            update(FindingRow).where(FindingRow.article_id == 3).values(adds=[Adds.DENIAL], relation=Relation.DISPUTES)
        )

    def never() -> list[tuple[str, Any]]:
        row = carriers_of(store, CLAIM, now=NOON)
        assert row is not None
        (one,) = row["told_elsewhere"]
        assert (one["adds"], one["first"]["outlet"]) == ("denial", "Star")
        return [(other["outlet"], other["words"]) for other in one["never"]]

    still = "reported, last on 2026-11-23 in article 1; no passage of theirs was recognised as the denial of 2026-11-23 by Star"
    no_feed = "reported, last on 2026-11-23 in article 2; not seen since 2026-11-23: no feed of it is watched any more"
    assert never() == [("Gazette", still), ("Herald", no_feed)]
    with store.begin() as tx:
        gone = {"state": ArticleState.GONE, "state_since": NOON + DAY}
        tx.execute(update(ArticleRow).where(ArticleRow.id == 1).values(**gone))
        event = {"article_id": 2, "kind": ArticleEvent.CORRECTED, "at": NOON, "detail": ""}
        tx.execute(insert(ArticleEventRow).values(**event))
        assert [(one.article_id, one.gone_since, one.corrected) for one in sightings.of_claim(tx, CLAIM)] == [
            (1, NOON + DAY, False),
            (2, None, True),
            (3, None, False),
        ]
    ((outlet, words),) = never()
    assert (outlet, words.partition("; ")[2]) == ("Gazette", "not seen since 2026-11-24: article 1 is gone")
    assert carriers_of(store, "none", now=NOON) is None
