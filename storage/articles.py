"""Articles, their revisions and passages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from storage import article_events, leases, word_index
from storage.dialect import upsert
from storage.folding import fold
from storage.records import ArticleId, Cause, Edit, Passage, RevisionId, Snapshot, SnapshotId
from storage.schema import ArticleRow, OutletRow, PassageRow, RevisionRow, SnapshotRow
from storage.word_index import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What is known of a page beside its bytes: by which address it goes, who publishes it, what its feed told."""

    canonical_url: str
    url: str
    outlet_id: int
    published_feed: datetime | None
    first_seen: datetime
    in_baseline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Where):
    """What `save` keeps of one reading of a page."""

    snapshot_id: SnapshotId
    title: str
    byline: str
    lang: str
    published_page: datetime | None
    published: datetime | None
    text: str
    extractor: str
    passages: Sequence[Passage]
    notice: str = ""
    wire: str = ""


def text_hash(text: str) -> str:
    """sha256 (hex) of the text in UTF-8: what a finding is tied to."""
    return hashlib.sha256(text.encode()).hexdigest()


def substance(text: str) -> str:
    """sha256 (hex) of its folded letters and digits: equal for two texts that differ in dress only."""
    return text_hash("".join(_LETTERS.findall(fold(text))))


# what str.isalnum says yes to
_LETTERS = re.compile(r"[^\W_]+")


def host_key(url: str) -> str:
    """The labels of the host, last first: "com.bbc.news". A domain's articles stand side by side in its order."""
    host = urlsplit(url).hostname or ""
    return ".".join(reversed(host.rstrip(".").split(".")))


# Seconds in the high bits, the revision's id in the low ones: one number sorts by date, and none comes twice.
ID_BITS = 29


def order_key(when: datetime, revision_id: int) -> int:
    """Where the revision stands among all, by the instant it goes by. Below 2 ** 63 until the year 2500."""
    return (int(when.timestamp()) << ID_BITS) + revision_id


def goes_by(key: int) -> datetime:
    """The second that the order key holds, UTC."""
    return datetime.fromtimestamp(key >> ID_BITS, UTC)


def known_later(tx: Connection, canonical_url: str, snapshot: Snapshot) -> ArticleId | None:
    """The article of that address, if its newest revision was read from another fetch that is no older; else None."""
    query = (
        select(ArticleRow.id)
        .join(RevisionRow, (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest))
        .join(SnapshotRow, SnapshotRow.id == RevisionRow.snapshot_id)
        .where(ArticleRow.canonical_url == canonical_url)
        .where(SnapshotRow.id != snapshot.id, SnapshotRow.fetched_at >= snapshot.fetched_at)
    )
    found = tx.scalars(query).first()
    return ArticleId(found) if found is not None else None


# Title and text as they stood to what was done to them; None: nothing of substance. worker/steps/tell_edit.py.
TellEdit = Callable[[str, str], Edit | None]


# Statements of every article are made once: SQLAlchemy takes as long to make one as the database to run it (docs/benchmarks.md).
_HELD = (ArticleRow.__table__.c.id, ArticleRow.__table__.c.latest)
_NEWEST_OF = (RevisionRow.article_id == bindparam("of_article")) & (RevisionRow.number == bindparam("of_number"))
_AS_IT_STANDS = select(RevisionRow.title, RevisionRow.text, RevisionRow.text_hash).where(_NEWEST_OF)
_NEW_PASSAGES = insert(PassageRow)
_NEW_REVISION = insert(RevisionRow).returning(RevisionRow.id)
_CHANGE_ARTICLE = update(ArticleRow).where(ArticleRow.id == bindparam("of_article"))
_CHANGE_REVISION = update(RevisionRow).where(RevisionRow.id == bindparam("of_revision"))
_SUPERSEDE = update(RevisionRow).where(_NEWEST_OF)


def save(
    tx: Connection,
    reading: Reading,
    *,
    now: datetime,
    called_until: datetime,
    tell: TellEdit | None = None,
    reread: bool = False,
) -> tuple[ArticleId, RevisionId | None]:
    """Keep the reading; a new revision is stamped as called. It is None if the newest one says the same already.

    `tell` is asked whether another text is another in substance, and its answer becomes an event; without it any other
    text is a revision, and no event. `reread`: another extractor read the bytes of the newest one, and whoever calls has
    found that it read them otherwise: a revision, and no event.
    """
    article = {
        "canonical_url": reading.canonical_url,
        "url": reading.url,
        "host_key": host_key(reading.canonical_url),
        "wire": reading.wire,
        "outlet_id": reading.outlet_id,
        "published_feed": reading.published_feed,
        "first_seen": reading.first_seen,
        "in_baseline": reading.in_baseline,
        "latest": 0,
        "is_seed_copy": False,
    }
    # said anew, so that its row is locked
    (row,) = upsert(tx, ArticleRow, article, key=["canonical_url"], update=["canonical_url"], returning=_HELD)
    digest = text_hash(reading.text)
    newest = {"of_article": row.id, "of_number": row.latest}
    stood = tx.execute(_AS_IT_STANDS, newest).first() if row.latest else None
    edit = None
    if stood is not None and not reread:
        if stood.text_hash == digest and (tell is None or stood.title == reading.title):
            return ArticleId(row.id), None
        edit = tell(stood.title, stood.text) if tell is not None else None
        if tell is not None and edit is None:
            return ArticleId(row.id), None
    revision = {
        "article_id": row.id,
        "number": row.latest + 1,
        "snapshot_id": reading.snapshot_id,
        "title": reading.title,
        "byline": reading.byline,
        "lang": reading.lang,
        "published_page": reading.published_page,
        "published": reading.published,
        "text": reading.text,
        "text_hash": digest,
        "substance": substance(reading.text),
        "notice": reading.notice,
        "extractor": reading.extractor,
        "cause": Cause.REREAD if reread else Cause.EDIT if row.latest else Cause.FIRST,
        "read_at": now,
        "next_try_at": now,
        "called_until": called_until,
    }
    # the article's row is locked: nobody else makes this number
    revision_id = tx.scalars(_NEW_REVISION, revision).one()
    changed = {"latest": row.latest + 1, "wire": reading.wire, "etag": None, "last_modified": None}
    tx.execute(_CHANGE_ARTICLE, changed | {"of_article": row.id})
    if row.latest:
        tx.execute(_SUPERSEDE, newest | {"superseded_at": now})
    key = order_key(reading.published or reading.first_seen, revision_id)
    tx.execute(_CHANGE_REVISION, {"of_revision": revision_id, "order_key": key})
    word_index.add(tx, [Words(order_key=key, lang=reading.lang, title=reading.title, text=reading.text)])
    cut = [
        {"revision_id": revision_id, "position": p.position, "start_at": p.start, "end_at": p.end}
        for p in reading.passages
    ]
    for at in range(0, len(cut), 200):
        tx.execute(_NEW_PASSAGES, cut[at : at + 200])
    if edit is not None:
        brought = RevisionId(revision_id)
        article_events.add(tx, ArticleId(row.id), edit.kind, at=now, detail=edit.detail, revision_id=brought)
    return ArticleId(row.id), RevisionId(revision_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A revision as the judge takes it. `published`: the date the article goes by, UTC. `addresses`: all it goes by.

    `leased_until`: by whoever holds this; None for one who only looks.
    """

    id: RevisionId
    article_id: ArticleId
    outlet: str
    title: str
    text: str
    text_hash: str
    published: datetime | None
    addresses: tuple[str, ...]
    passages: tuple[Passage, ...]
    is_seed_copy: bool
    leased_until: datetime | None


# A lost lease had put the revision off: due again as from the first, for another judge or other claims.
_DUE = {"next_try_at": RevisionRow.read_at}


def call_unjudged(tx: Connection, judged_as: str, *, now: datetime, until: datetime, limit: int) -> list[RevisionId]:
    """Newest revisions not yet judged by this judge against these claims, stamped."""
    # as two ranges of an index: what bears the mark, and what was superseded, is passed over without being read
    other = (RevisionRow.judged_as < judged_as) | (RevisionRow.judged_as > judged_as)
    unjudged = RevisionRow.superseded_at.is_(None) & other
    return [RevisionId(i) for i in leases.call_due(tx, RevisionRow, unjudged, now=now, until=until, limit=limit)]


def give_up_lost(tx: Connection, judged_as: str, *, now: datetime) -> list[RevisionId]:
    """Revisions on which workers died again and again count as judged by this judge, with the reason. Their ids."""
    lost = RevisionRow.lost_leases >= leases.LOST_LEASES_TO_PARK
    expired = RevisionRow.leased_until.is_(None) | (RevisionRow.leased_until <= now)
    told = f"{leases.LOST_LEASES_TO_PARK} workers died while they compared this text; another judge will try again"
    given_up = tx.scalars(
        update(RevisionRow)
        .where(lost, expired)
        .values(**leases.RELEASED | _DUE | {"judged_as": judged_as, "last_error": told})
        .returning(RevisionRow.id)
    )
    return [RevisionId(i) for i in given_up]


def _newest() -> ColumnElement[bool]:
    """The revision is the article's newest: what an older one says holds no longer."""
    same = (ArticleRow.id == RevisionRow.article_id) & (ArticleRow.latest == RevisionRow.number)
    return select(ArticleRow.id).where(same).exists()


def holds(tx: Connection, read: ToRead) -> bool:
    """The lease is still ours, and no newer revision came meanwhile; both are locked for this transaction."""
    locked = select(ArticleRow.latest).where(ArticleRow.id == read.article_id).with_for_update()
    latest = tx.scalars(locked).first()  # None: pruned or removed meanwhile
    number = tx.scalars(select(RevisionRow.number).where(RevisionRow.id == read.id)).first()
    return latest is not None and latest == number and leases.holds(tx, RevisionRow, read.id, read.leased_until)


def lease_unjudged(
    tx: Connection, revision_id: RevisionId, judged_as: str, *, now: datetime, until: datetime
) -> ToRead | None:
    """The revision, leased, if it still waits for this judge; else None."""
    wanted = (RevisionRow.judged_as != judged_as) & _newest()
    if not leases.take(tx, RevisionRow, revision_id, wanted, now=now, until=until):
        return None
    return read_newest(tx, revision_id, leased_until=until)


def lease_newest(tx: Connection, revision_id: RevisionId, *, now: datetime, until: datetime) -> ToRead | None:
    """The revision, leased, whoever judged it, if it is its article's newest and nobody has it in hand; else None."""
    if not leases.take(tx, RevisionRow, revision_id, _newest(), now=now, until=until):
        return None
    return read_newest(tx, revision_id, leased_until=until)


def newest(tx: Connection, *, after: int = 0, article_id: ArticleId | None = None) -> list[RevisionId]:
    """The newest revisions of all articles, or of that one, those with an id above `after`, by id."""
    query = select(RevisionRow.id).where(_newest(), RevisionRow.id > after).order_by(RevisionRow.id)
    if article_id is not None:
        query = query.where(RevisionRow.article_id == article_id)
    return [RevisionId(i) for i in tx.scalars(query)]


_TO_READ = (
    select(
        RevisionRow.article_id,
        RevisionRow.title,
        RevisionRow.text,
        RevisionRow.text_hash,
        RevisionRow.published,
        ArticleRow.url,
        ArticleRow.canonical_url,
        ArticleRow.is_seed_copy,
        SnapshotRow.final_url,
        OutletRow.name,
    )
    .join(ArticleRow, ArticleRow.id == RevisionRow.article_id)
    .join(SnapshotRow, SnapshotRow.id == RevisionRow.snapshot_id)
    .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
    .where(RevisionRow.id == bindparam("of_revision"), RevisionRow.number == ArticleRow.latest)
)
_PASSAGES = (
    select(PassageRow.position, PassageRow.start_at, PassageRow.end_at)
    .where(PassageRow.revision_id == bindparam("of_revision"))
    .order_by(PassageRow.position)
)


def read_newest(tx: Connection, revision_id: RevisionId, *, leased_until: datetime | None = None) -> ToRead | None:
    """The revision as it is, if it is its article's newest; else None."""
    row = tx.execute(_TO_READ, {"of_revision": revision_id}).first()
    if row is None:
        return None
    return ToRead(
        id=revision_id,
        article_id=ArticleId(row.article_id),
        outlet=row.name,
        title=row.title,
        text=row.text,
        text_hash=row.text_hash,
        published=row.published,
        addresses=(row.url, row.canonical_url, row.final_url),
        passages=passages(tx, revision_id),
        is_seed_copy=row.is_seed_copy,
        leased_until=leased_until,
    )


def passages(tx: Connection, revision_id: RevisionId) -> tuple[Passage, ...]:
    """The revision's passages in order."""
    rows = tx.execute(_PASSAGES, {"of_revision": revision_id})
    return tuple(Passage(position=r.position, start=r.start_at, end=r.end_at) for r in rows)


_FREE = _CHANGE_REVISION.values(**_DUE)


def judged(tx: Connection, read: ToRead, judged_as: str, *, is_seed_copy: bool) -> None:
    """The revision was judged: give it free. It stays due, so that another judge or other claims find it."""
    if read.is_seed_copy is not is_seed_copy:
        tx.execute(_CHANGE_ARTICLE, {"of_article": read.article_id, "is_seed_copy": is_seed_copy})
    done = {"of_revision": read.id, "judged_as": judged_as, "failures": 0, "last_error": None}
    tx.execute(_FREE, leases.RELEASED | done)


def refused(tx: Connection, read: ToRead, judged_as: str, *, reason: str) -> None:
    """The store refused what this judge said: it counts as judged by it, with the reason; what stood before stands."""
    values = leases.RELEASED | _DUE | {"judged_as": judged_as, "last_error": reason}
    tx.execute(update(RevisionRow).where(RevisionRow.id == read.id).values(**values))


def give_back(tx: Connection, read: ToRead) -> None:
    """End the lease, if it is still ours, and leave the revision as it was: no lost lease."""
    ours = (RevisionRow.id == read.id) & (RevisionRow.leased_until == read.leased_until)
    tx.execute(update(RevisionRow).where(ours).values(leased_until=None))
