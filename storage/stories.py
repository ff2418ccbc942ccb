"""Stories: an article and its copies. Who may be a copy of whom, and what was decided of it.

A story goes by the id of its original, the member that was published first: `coalesce(copy_of, id)`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from storage.dialect import take_turns
from storage.records import ArticleId
from storage.schema import ArticleRow, RevisionRow, StoryBandRow

# Any number that nobody else takes on this database.
_TURN = 0x73_746F_7279
# A reprint comes within these days of another. The same words a year later are an anniversary, or a page's furniture.
REPRINTED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article as its story sees it. `when`: published, by the earliest word of its revisions, else first seen."""

    id: ArticleId
    story: ArticleId
    when: datetime
    first_seen: datetime
    text_hash: str
    bands: frozenset[int]


# The story of a row of `articles`.
STORY: ColumnElement[int] = func.coalesce(ArticleRow.copy_of, ArticleRow.id)


# Built once: to build them took longer than to run them.
_ANYBODY = select(
    or_(
        select(ArticleRow.id).where(ArticleRow.canonical_url == bindparam("address")).exists(),
        select(StoryBandRow.band).where(StoryBandRow.band.in_(bindparam("bands", expanding=True))).exists(),
    )
)
_NEW_BANDS = insert(StoryBandRow)


def wait_turn(tx: Connection, canonical_url: str, bands: Collection[int]) -> bool:
    """Wait until nobody else puts an article into a story that this one, with these bands, may belong to.

    True if it is new and no other shares a band with it: nobody will before this transaction is at its end, for those
    who share a band take turns. Whoever may change a story takes turns with all others who may.
    Called before the transaction locks any row: whoever has the turn may have to wait for that row.
    """
    address = int.from_bytes(sha256(canonical_url.encode()).digest()[:8]) >> 1
    take_turns(tx, address, *bands)
    alone = not tx.execute(_ANYBODY, {"address": canonical_url, "bands": list(bands)}).scalar_one()
    if not alone:
        take_turns(tx, _TURN)
    return alone


def join(
    tx: Connection, article_id: ArticleId, bands: Collection[int], *, alone: bool, same: Callable[[str, str], bool]
) -> None:
    """Put an article that was just kept, or kept anew, into its story, and take it out of one that it has left.

    Two articles belong together when they share a band, came out within the days in which a reprint comes, and `same`
    says of the texts, the earlier first, that they are one; so do those whom others join. So it is the same in whatever
    order they are read. `alone`: as `wait_turn` said.
    """
    if not alone:
        tx.execute(delete(StoryBandRow).where(StoryBandRow.article_id == article_id))
    rows = [{"band": band, "article_id": article_id} for band in sorted(set(bands))]
    if rows:
        tx.execute(_NEW_BANDS, rows)
    if alone:
        return
    (one,) = _members(tx, ArticleRow.id == article_id)
    texts = _Texts(tx, same)
    # those it was told with until now may have been together by its words only
    former = _together([one, *(m for m in _members_of(tx, [one.story]) if m.id != one.id)], texts)
    near: dict[ArticleId, list[Member]] = {}
    for other in _near(tx, one):
        if other.story != one.story:
            near.setdefault(other.story, []).append(other)
    joined = [story for story, some in near.items() if any(texts.are_one(one, other) for other in some)]
    mine, *rest = former
    for members in (mine + _members_of(tx, joined), *rest):
        _tell(tx, members)


class _Texts:
    """Compares members by their newest texts, each loaded once."""

    def __init__(self, tx: Connection, same: Callable[[str, str], bool]) -> None:
        self._tx, self._same = tx, same
        self._texts: dict[ArticleId, str] = {}

    def are_one(self, one: Member, other: Member) -> bool:
        """They may copy each other, and do."""
        if not (one.bands & other.bands) or abs(one.when - other.when) > REPRINTED_WITHIN:
            return False
        if one.text_hash == other.text_hash:
            return True
        earlier, later = sorted((one, other), key=_age)
        return self._same(self._text(earlier), self._text(later))

    def _text(self, member: Member) -> str:
        if member.id not in self._texts:
            newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
            query = select(RevisionRow.text).join(ArticleRow, newest).where(ArticleRow.id == member.id)
            self._texts[member.id] = self._tx.scalars(query).one()
        return self._texts[member.id]


def _age(member: Member) -> tuple[datetime, datetime, int]:
    """The first by this is a story's original."""
    return member.when, member.first_seen, member.id


def _together(members: Sequence[Member], texts: _Texts) -> list[list[Member]]:
    """The members by who is still one text with whom, the first one's first."""
    left, found = list(members), []
    while left:
        some = [left.pop(0)]
        for one in some:  # grows meanwhile
            joining = [other for other in left if texts.are_one(one, other)]
            some += joining
            left = [other for other in left if other not in joining]
        found.append(some)
    return found


def _near(tx: Connection, one: Member) -> list[Member]:
    """The other articles that share a band with it."""
    sharing = select(StoryBandRow.article_id).where(StoryBandRow.band.in_(one.bands))
    return _members(tx, ArticleRow.id.in_(sharing) & (ArticleRow.id != one.id))


def _members_of(tx: Connection, stories: Collection[ArticleId]) -> list[Member]:
    """All members of these stories, by id."""
    return _members(tx, or_(ArticleRow.id.in_(stories), ArticleRow.copy_of.in_(stories))) if stories else []


def _tell(tx: Connection, members: Sequence[Member]) -> None:
    """These, and nobody else, are one story."""
    first, *copies = [member.id for member in sorted(members, key=_age)]
    for original, ids in ((None, [first]), (first, copies)):
        other = ArticleRow.copy_of.is_distinct_from(original)
        for at in range(0, len(ids), 500):
            mine = ArticleRow.id.in_(ids[at : at + 500])
            tx.execute(update(ArticleRow).where(mine, other).values(copy_of=original))


def leave(tx: Connection, ids: Collection[ArticleId]) -> None:
    """These articles are about to go: the first of those that stay in their stories becomes its original."""
    left = select(STORY).where(
        ArticleRow.copy_of.is_not(None), or_(ArticleRow.copy_of.in_(ids), ArticleRow.id.in_(ids))
    )
    stories: dict[ArticleId, list[Member]] = {}
    for one in _members_of(tx, [ArticleId(i) for i in tx.scalars(left.distinct())]):
        if one.id not in ids:
            stories.setdefault(one.story, []).append(one)
    for members in stories.values():
        _tell(tx, members)
    tx.execute(update(ArticleRow).where(ArticleRow.id.in_(ids)).values(copy_of=None))


def _members(tx: Connection, which: ColumnElement[bool]) -> list[Member]:
    newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
    any_of_it = aliased(RevisionRow)
    published = select(func.min(any_of_it.published)).where(any_of_it.article_id == ArticleRow.id).scalar_subquery()
    rows = tx.execute(
        select(
            ArticleRow.id,
            STORY.label("story"),
            func.coalesce(published, ArticleRow.first_seen, type_=ArticleRow.first_seen.type).label("came_out"),
            ArticleRow.first_seen,
            RevisionRow.text_hash,
        )
        .join(RevisionRow, newest)
        .where(which)
        .order_by(ArticleRow.id)
    ).all()
    bands: dict[int, set[int]] = {}
    theirs = select(StoryBandRow.article_id, StoryBandRow.band).join(ArticleRow).where(which)
    for article_id, band in tx.execute(theirs) if rows else ():
        bands.setdefault(article_id, set()).add(band)
    return [
        Member(
            id=ArticleId(row.id),
            story=ArticleId(row.story),
            when=row.came_out,
            first_seen=row.first_seen,
            text_hash=row.text_hash,
            bands=frozenset(bands.get(row.id, ())),
        )
        for row in rows
    ]
