"""What people ask: flat rows for the command, the API and the pages. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true
from sqlalchemy.orm import aliased

from storage import histories, rulings
from storage.errors import Refused
from storage.records import ArticleId, ClaimId, EntryState, FeedState, Heard, Relation
from storage.rows import Json, rows_of
from storage.schema import (
    ArticleRow,
    ClaimRow,
    DigestRow,
    EntryRow,
    FeedRow,
    FindingFigureRow,
    FindingRow,
    GoneAddressRow,
    OutletRow,
    RecipientRow,
    RevisionRow,
    RulingRow,
    SnapshotRow,
    TombstoneRow,
    TopicRow,
    WatchListRow,
)
from storage.stories import STORY

# States in which a feed brings nothing, and a person may have to look.
FEED_TROUBLE = (FeedState.REFUSED, FeedState.GONE, FeedState.NOT_A_FEED, FeedState.UNREACHABLE)


# From whom a finding is taken; "" where the article speaks for itself.
RELAYED: ColumnElement[str] = func.coalesce(FindingRow.voice["relayed_from"].as_string(), "")

_ALL = 2**31 - 1


def _id_of(tx: Connection, key: Any, after: object) -> int:
    """The id of the row that ended the page before. Raises Refused if no row has that key."""
    found = tx.scalars(select(key.class_.id).where(key == after)).first()
    if found is None:
        raise Refused(f"after: expected the `next` of the page before, got {after!r}")
    return int(found)


def seeds(tx: Connection, *, after: str | None = None, limit: int | None = None) -> list[Json]:
    """Watch lists with counts of live claims, retired claims and findings; `after`: behind that slug. Raises Refused."""
    live = select(func.count()).where(ClaimRow.list_id == WatchListRow.id, ClaimRow.retired_at.is_(None))
    retired = select(func.count()).where(ClaimRow.list_id == WatchListRow.id, ClaimRow.retired_at.is_not(None))
    found = (
        rulings.joined(select(func.count()).select_from(FindingRow))
        .join(ClaimRow, ClaimRow.id == FindingRow.claim_id)
        .where(ClaimRow.list_id == WatchListRow.id, rulings.counts())
    )
    query = select(
        WatchListRow.slug,
        WatchListRow.title,
        WatchListRow.seed,
        live.scalar_subquery().label("claims"),
        retired.scalar_subquery().label("retired"),
        found.scalar_subquery().label("findings"),
        WatchListRow.added_at,
        WatchListRow.changed_at,
    )
    if after is not None:
        query = query.where(WatchListRow.id > _id_of(tx, WatchListRow.slug, after))
    return rows_of(tx, query.order_by(WatchListRow.id).limit(limit))


def seed(tx: Connection, slug: str) -> Json | None:
    """One watch list with its topics, claims and recipients; None if there is none."""
    found = [row for row in seeds(tx) if row["slug"] == slug]
    if not found:
        return None
    list_id = select(WatchListRow.id).where(WatchListRow.slug == slug).scalar_subquery()
    topics = select(TopicRow.slug, TopicRow.title).where(TopicRow.list_id == list_id, TopicRow.retired_at.is_(None))
    people = select(RecipientRow.address, RecipientRow.cadence, RecipientRow.zone, RecipientRow.began).where(
        RecipientRow.list_id == list_id, RecipientRow.left_at.is_(None)
    )
    return found[0] | {
        "topics": rows_of(tx, topics.order_by(TopicRow.position)),
        "recipients": rows_of(tx, people.order_by(RecipientRow.id)),
        "claims_listed": claims(tx, list_slug=slug),
    }


def heard(
    tx: Connection, claim_ids: Sequence[str], *, relations: Collection[Relation] = tuple(Relation)
) -> dict[str, list[Heard]]:
    """The articles with live findings of these relations on each of the claims, by id.

    Up to a row a finding is read: ask for the claims that are shown, not for all.
    """
    relayed = RELAYED.label("relayed")
    columns = (ArticleRow.id, STORY.label("story"), OutletRow.name, OutletRow.owner, ArticleRow.wire)
    rows: dict[tuple[str, int], tuple[Any, set[str]]] = {}
    for at in range(0, len(claim_ids), 500):
        asked = FindingRow.claim_id.in_(claim_ids[at : at + 500]) & rulings.effective_relation().in_(relations)
        query = (
            rulings.joined(select(FindingRow.claim_id, *columns, relayed))
            .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
            .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
            .where(rulings.counts(), asked)
            .distinct()
        )
        for row in tx.execute(query):
            rows.setdefault((row.claim_id, row.id), (row, set()))[1].add(row.relayed)
    found: dict[str, list[Heard]] = {claim_id: [] for claim_id in claim_ids}
    for (claim_id, article_id), (row, sources) in sorted(rows.items(), key=lambda pair: pair[0]):
        one = Heard(
            article_id=ArticleId(article_id),
            story=ArticleId(row.story),
            outlet=row.name,
            owner=row.owner,
            wire=row.wire,
            relayed=frozenset(sources),
        )
        found[claim_id].append(one)
    return found


def claims(
    tx: Connection,
    *,
    list_slug: str | None = None,
    with_retired: bool = False,
    only: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[Json]:
    """Claims in the order of their file, with the number of live findings by relation; at most `limit`, or `only` one.

    `after`: by id, those behind that one, "" from the first: an edit of the file moves claims, but none between pages.
    """
    query = _claim_query()
    if list_slug is not None:
        query = query.where(WatchListRow.slug == list_slug)
    if not with_retired:
        query = query.where(ClaimRow.retired_at.is_(None))
    if only is not None:
        query = query.where(ClaimRow.id == only)
    if after is None:
        query = query.order_by(ClaimRow.list_id, ClaimRow.position)
    else:
        query = query.where(ClaimRow.id > after).order_by(ClaimRow.id)
    found = rows_of(tx, query.limit(limit))
    counts: dict[str, dict[str, int]] = {}
    said = rulings.effective_relation()
    grouped = rulings.joined(select(FindingRow.claim_id, said, func.count())).where(rulings.counts())
    if limit is not None or only is not None:
        grouped = grouped.where(FindingRow.claim_id.in_([row["id"] for row in found]))
    for claim_id, relation, n in tx.execute(grouped.group_by(FindingRow.claim_id, said)):
        counts.setdefault(claim_id, {})[relation] = n
    return [row | {"findings": counts.get(str(row["id"]), {})} for row in found]


def claim_heads(tx: Connection, claim_ids: Sequence[str]) -> dict[str, Json]:
    """What `claims` tells of these claims beside their findings, by id."""
    return {row["id"]: row for row in rows_of(tx, _claim_query().where(ClaimRow.id.in_(claim_ids)))}


def _claim_query() -> Any:
    return select(
        ClaimRow.id,
        WatchListRow.slug.label("list"),
        ClaimRow.topic,
        ClaimRow.kind,
        ClaimRow.text,
        ClaimRow.event_from,
        ClaimRow.event_to,
        ClaimRow.retired_at,
    ).join(WatchListRow)


def has_claim(tx: Connection, claim_id: str) -> bool:
    """Whether there is a claim of that id, watched or retired."""
    return tx.scalars(select(ClaimRow.id).where(ClaimRow.id == claim_id)).first() is not None


def claim(tx: Connection, claim_id: str) -> Json | None:
    """One claim with all its file says of it, and its findings."""
    found = claims(tx, with_retired=True, only=claim_id)
    if not found:
        return None
    whole = found[0] | claim_bodies(tx, [claim_id])[claim_id]
    return whole | {"findings_listed": findings(tx, claim_id=ClaimId(claim_id), limit=_ALL)}


def claim_bodies(tx: Connection, claim_ids: Sequence[str]) -> dict[str, Json]:
    """All that the file says of these claims beside what `claims` tells, by id."""
    rows = tx.execute(select(ClaimRow.id, ClaimRow.body).where(ClaimRow.id.in_(claim_ids)))
    return {row.id: row.body for row in rows}


def findings_with_figures(tx: Connection, claim_ids: Sequence[str]) -> dict[str, list[Json]]:
    """The findings that count and tell of a figure, by their claims."""
    found: dict[str, list[Json]] = {claim_id: [] for claim_id in claim_ids}
    has_one = select(FindingFigureRow.finding_id).where(FindingFigureRow.finding_id == FindingRow.id).exists()
    query = _finding_query().where(rulings.counts(), FindingRow.claim_id.in_(claim_ids), has_one)
    for row in rows_of(tx, query.order_by(FindingRow.id)):
        found[row["claim_id"]].append(_as_it_counts(row))
    return found


def findings(
    tx: Connection,
    *,
    claim_id: str | None = None,
    article_id: int | None = None,
    article_ids: Sequence[int] | None = None,
    ids: Sequence[int] | None = None,
    limit: int = 1000,
    after: int = 0,
    unrelated: bool = False,
) -> list[Json]:
    """Findings that count, by id; `after` is the last id of the page before. `passage` stands in the text at start..end.

    `ids`: those, whether they count or not. `unrelated`: with those of which a person said that they do not speak of the claim.
    """
    counted = rulings.counts() if not unrelated else FindingRow.withdrawn_at.is_(None)
    query = _finding_query().where(counted if ids is None else true())
    query = query.where(FindingRow.id > after)
    if claim_id is not None:
        query = query.where(FindingRow.claim_id == claim_id)
    if article_id is not None:
        query = query.where(FindingRow.article_id == article_id)
    if article_ids is not None:
        query = query.where(FindingRow.article_id.in_(article_ids))
    if ids is not None:
        query = query.where(FindingRow.id.in_(ids))
    return [_as_it_counts(row) for row in rows_of(tx, query.order_by(FindingRow.id).limit(limit))]


def finding(tx: Connection, finding_id: int) -> Json | None:
    """One finding, whether it counts or not: `withdrawn_at` tells whether the judge, or the text, still says so."""
    found = rows_of(tx, _finding_query().where(FindingRow.id == finding_id))
    return _as_it_counts(found[0]) if found else None


@cache
def _finding_query() -> Any:
    return (
        rulings.joined(
            select(
                FindingRow.id,
                FindingRow.claim_id,
                FindingRow.article_id,
                rulings.effective_relation().label("relation"),
                rulings.effective_adds().label("adds"),
                rulings.effective_score().label("score"),
                FindingRow.start_at.label("start"),
                FindingRow.end_at.label("end"),
                rulings.effective_reason().label("reason"),
                FindingRow.figures,
                FindingRow.text_hash,
                FindingRow.voice,
                FindingRow.judge_version,
                FindingRow.model,
                FindingRow.found_at,
                FindingRow.withdrawn_at,
                RevisionRow.number.label("revision"),
                RevisionRow.title,
                RevisionRow.published,
                # cut out there: a claim's page shows hundreds, of texts that are a hundred times as long
                func.substr(RevisionRow.text, FindingRow.start_at + 1, FindingRow.end_at - FindingRow.start_at).label(
                    "_passage"
                ),
                ArticleRow.url,
                ArticleRow.first_seen,
                ArticleRow.copy_of,
                OutletRow.name.label("outlet"),
                FindingRow.relation.label("_relation"),
                FindingRow.adds.label("_adds"),
                FindingRow.score.label("_score"),
                FindingRow.reason.label("_reason"),
                FindingRow.held.label("_held"),
                RulingRow.who.label("_who"),
                RulingRow.why.label("_why"),
                RulingRow.at.label("_at"),
            )
        )
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
    )


def _as_it_counts(row: Json) -> Json:
    """The row with its passage, who has the word (`by`), what a person ruled, and what the machine said.

    `machine["stands"]` False: the judge finds nothing there any more, and the person's word alone holds the finding.
    """
    beside = {name: row.pop(name) for name in [*row] if name.startswith("_")}
    machine = {name: beside[f"_{name}"] for name in ("relation", "adds", "score", "reason")}
    ruling = None
    if beside["_who"] is not None:
        ruling = {"who": beside["_who"], "at": beside["_at"], "why": beside["_why"]}
        ruling |= {"relation": row["relation"], "adds": row["adds"]}
    return row | {
        "passage": beside["_passage"],
        "by": "person" if ruling else "rules" if row["model"].startswith("rules") else "model",
        "ruling": ruling,
        "machine": machine
        | {"judge_version": row["judge_version"], "model": row["model"], "stands": not beside["_held"]},
    }


def articles(tx: Connection, keys: Sequence[int]) -> list[Json]:
    """The articles whose revisions stand under these order keys, in their order."""
    query = _article_query().add_columns(RevisionRow.order_key.label("_key"), RevisionRow.text.label("_text"))
    found = {row["_key"]: row for row in rows_of(tx, query.where(RevisionRow.order_key.in_(keys)))}
    return [found[key] for key in keys if key in found]


@cache  # to make it takes as long as to run it
def _article_query() -> Any:
    """Articles, a row a revision."""
    found = (
        rulings.joined(select(func.count()).select_from(FindingRow))
        .where(FindingRow.article_id == ArticleRow.id, rulings.counts())
        .scalar_subquery()
    )
    told_too = aliased(ArticleRow)
    in_story = (told_too.copy_of == STORY) | (told_too.id == STORY)
    copies = select(func.count()).select_from(told_too).where(in_story, told_too.id != ArticleRow.id).scalar_subquery()
    return (
        select(
            ArticleRow.id,
            ArticleRow.url,
            ArticleRow.canonical_url,
            RevisionRow.title,
            OutletRow.name.label("outlet"),
            OutletRow.country,
            RevisionRow.lang,
            RevisionRow.published,
            RevisionRow.published_page,
            ArticleRow.published_feed,
            ArticleRow.first_seen,
            RevisionRow.number.label("revision"),
            ArticleRow.state,
            ArticleRow.is_seed_copy,
            STORY.label("story"),
            copies.label("copies"),
            ArticleRow.wire,
            found.label("findings"),
        )
        .join(RevisionRow, RevisionRow.article_id == ArticleRow.id)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
    )


def article(tx: Connection, article_id: int) -> Json | None:
    """One article with its state and visits, its newest text, its revisions and its findings."""
    newest = RevisionRow.number == ArticleRow.latest
    found = rows_of(tx, _article_query().where(ArticleRow.id == article_id, newest))
    if not found:
        return None
    mine = RevisionRow.article_id == article_id
    text = select(RevisionRow.text).where(mine).order_by(RevisionRow.number.desc()).limit(1)
    revisions = select(
        RevisionRow.number,
        RevisionRow.read_at,
        RevisionRow.text_hash,
        RevisionRow.extractor,
        SnapshotRow.sha256.label("snapshot"),
        SnapshotRow.fetched_at,
    ).join(SnapshotRow)
    state: Json = histories.state(tx, article_id) or {}
    return (
        found[0]
        | state
        | {
            "text": tx.scalars(text).one(),
            "revisions": rows_of(tx, revisions.where(mine).order_by(RevisionRow.number)),
            "findings_listed": findings(tx, article_id=article_id),
        }
    )


def of_story(tx: Connection, story: int) -> list[Json]:
    """The articles that are one text, its original among them, in the order in which we met them."""
    newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
    query = (
        select(
            ArticleRow.id,
            OutletRow.name.label("outlet"),
            RevisionRow.title,
            RevisionRow.lang,
            RevisionRow.published,
            ArticleRow.first_seen,
        )
        .join(RevisionRow, newest)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .where((ArticleRow.id == story) | (ArticleRow.copy_of == story))
    )
    return rows_of(tx, query.order_by(ArticleRow.id))


def tombstones(
    tx: Connection, article_id: int | None = None, *, after: int | None = None, limit: int | None = None
) -> list[Json]:
    """Articles that were removed on request, the latest first, or that one: when, why, and what does not come back.

    `after`: those behind that article. Raises Refused if it was not removed.
    """
    asked = true() if article_id is None else TombstoneRow.article_id == article_id
    if after is not None:
        asked = TombstoneRow.id < _id_of(tx, TombstoneRow.article_id, after)
    query = select(TombstoneRow.article_id, TombstoneRow.outlet, TombstoneRow.removed_at, TombstoneRow.reason)
    rows = rows_of(tx, query.where(asked).order_by(TombstoneRow.id.desc()).limit(limit))
    shown = TombstoneRow.article_id.in_([row["article_id"] for row in rows])
    theirs = select(TombstoneRow.article_id, GoneAddressRow.url_key).join(GoneAddressRow).where(shown)
    known: dict[int, list[str]] = {}
    for row in tx.execute(theirs.order_by(GoneAddressRow.url_key)):
        known.setdefault(row.article_id, []).append(row.url_key)
    return [row | {"addresses": known.get(row["article_id"], [])} for row in rows]


def feeds(
    tx: Connection, feed_id: int | None = None, *, after: int | None = None, limit: int | None = None
) -> list[Json]:
    """Feeds with their state and the next poll, by id, or those behind `after`; `paused` feeds are not polled.

    `interval_s`: the wait while all is well. `newest`: when their newest entry came out, as far as it is known.
    """
    entries = select(func.count()).where(EntryRow.feed_id == FeedRow.id).scalar_subquery()
    parked = (
        select(func.count())
        .where(EntryRow.feed_id == FeedRow.id, EntryRow.state == EntryState.PARKED)
        .scalar_subquery()
    )
    query = select(
        FeedRow.id,
        FeedRow.url,
        FeedRow.poll_url,
        OutletRow.name.label("outlet"),
        OutletRow.country,
        FeedRow.lang,
        OutletRow.kind,
        OutletRow.owner,
        FeedRow.title,
        FeedRow.state,
        FeedRow.state_since,
        FeedRow.paused_at,
        FeedRow.next_try_at.label("next_poll"),
        FeedRow.interval_s,
        FeedRow.newest,
        FeedRow.last_polled_at,
        FeedRow.last_success_at,
        FeedRow.failures,
        FeedRow.last_error,
        entries.label("entries"),
        parked.label("parked"),
    ).join(OutletRow)
    if feed_id is not None:
        query = query.where(FeedRow.id == feed_id)
    if after is not None:
        query = query.where(FeedRow.id > after)
    return rows_of(tx, query.order_by(FeedRow.id).limit(limit))


def parked_entries(tx: Connection, feed_id: int, limit: int = 20) -> list[Json]:
    """Entries of a feed that were given up, and why."""
    mine = (EntryRow.feed_id == feed_id) & (EntryRow.state == EntryState.PARKED)
    columns = (EntryRow.id, EntryRow.url, EntryRow.title, EntryRow.last_error)
    return rows_of(tx, select(*columns).where(mine).order_by(EntryRow.id.desc()).limit(limit))


def counts(tx: Connection) -> dict[str, int]:
    """How much there is of everything, and what waits."""
    tables = {
        "feeds": select(func.count()).select_from(FeedRow),
        "entries": select(func.count()).select_from(EntryRow),
        "waiting": select(func.count()).where(EntryRow.state.in_((EntryState.NEW, EntryState.FETCHED))),
        "parked": select(func.count()).where(EntryRow.state == EntryState.PARKED),
        "articles": select(func.count()).select_from(ArticleRow),
        "unjudged": select(func.count()).where(RevisionRow.judged_as == ""),
        "findings": rulings.joined(select(func.count()).select_from(FindingRow)).where(rulings.counts()),
        "digests": select(func.count()).select_from(DigestRow),
        "failing_feeds": select(func.count()).where(FeedRow.paused_at.is_(None), FeedRow.state.in_(FEED_TROUBLE)),
    }
    return {name: tx.scalars(query).one() for name, query in tables.items()}


def feed_states(tx: Connection) -> dict[str, int]:
    """How many of the feeds that are not paused are in which state."""
    query = select(FeedRow.state, func.count().label("n")).where(FeedRow.paused_at.is_(None)).group_by(FeedRow.state)
    return {row.state: row.n for row in tx.execute(query.order_by(FeedRow.state))}


def list_slugs(tx: Connection) -> list[str]:
    """Slugs of all watch lists."""
    return list(tx.scalars(select(WatchListRow.slug).order_by(WatchListRow.id)))
