"""Watch lists: take one over from its file, read it back, and what is to be judged against."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage import feeds, recipients
from storage.dialect import upsert
from storage.errors import Refused
from storage.records import Claim, Entity, ListId, Seed, WatchList
from storage.schema import ClaimRow, EntityRow, TopicRow, WatchListRow
from storage.shapes import CLAIM_COLUMNS, claim_from_row, claim_to_columns, seed_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What taking a watch list over changed: ids of claims, and counts. `stayed_away`: who left by themselves stays away."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]
    new_feeds: int
    new_recipients: int
    stayed_away: tuple[str, ...] = ()


def take_over(tx: Connection, watch_list: WatchList, *, now: datetime) -> Taken:
    """Store the list as the file has it now. Claims, topics and entities gone from it are retired, never deleted.

    Raises Refused when a claim's id belongs to another list.
    """
    upsert(
        tx,
        WatchListRow,
        {
            "slug": watch_list.slug,
            "title": watch_list.title,
            "seed": asdict(watch_list.seed),
            "added_at": now,
            "changed_at": now,
        },
        key=["slug"],
        update=["title", "seed", "changed_at"],
    )
    list_id = tx.scalars(select(WatchListRow.id).where(WatchListRow.slug == watch_list.slug)).one()
    new, changed, retired = _claims(tx, list_id, watch_list, now)
    _headings(tx, list_id, watch_list, now)
    new_feeds = sum(feeds.add(tx, feed, now=now)[1] for feed in watch_list.feeds)
    kept = recipients.keep(tx, list_id, watch_list.recipients, now=now)
    return Taken(
        new=tuple(new),
        changed=tuple(changed),
        retired=tuple(retired),
        new_feeds=new_feeds,
        new_recipients=kept.new,
        stayed_away=kept.stayed_away,
    )


def _claims(tx: Connection, list_id: int, wl: WatchList, now: datetime) -> tuple[list[str], list[str], list[str]]:
    ids = [claim.id for claim in wl.claims]
    stored = {
        row.id: row
        for row in tx.execute(
            select(*CLAIM_COLUMNS, ClaimRow.list_id, ClaimRow.retired_at, ClaimRow.position).where(
                ClaimRow.id.in_(ids) | (ClaimRow.list_id == list_id)
            )
        )
    }
    foreign = [i for i in ids if i in stored and stored[i].list_id != list_id]
    if foreign:
        raise Refused(f"claim id {foreign[0]!r} belongs to another watch list; ids are for all lists, choose another")
    new: list[str] = []
    changed: list[str] = []
    for position, claim in enumerate(wl.claims):
        old = stored.get(claim.id)
        columns = claim_to_columns(claim) | {"list_id": list_id, "position": position, "retired_at": None}
        if old is None:
            new.append(claim.id)
            upsert(tx, ClaimRow, columns | {"added_at": now, "changed_at": now}, key=["id"])
        elif old.retired_at is not None or claim_from_row(old) != claim:
            changed.append(claim.id)
            tx.execute(update(ClaimRow).where(ClaimRow.id == claim.id).values(**columns, changed_at=now))
        elif old.position != position:
            tx.execute(update(ClaimRow).where(ClaimRow.id == claim.id).values(position=position))
    gone = [i for i, row in stored.items() if row.list_id == list_id and row.retired_at is None and i not in set(ids)]
    tx.execute(update(ClaimRow).where(ClaimRow.id.in_(gone)).values(retired_at=now, changed_at=now))
    return new, changed, gone


def _headings(tx: Connection, list_id: int, wl: WatchList, now: datetime) -> None:
    key = ["list_id", "slug"]
    topics = [
        {"list_id": list_id, "slug": t.slug, "title": t.title, "position": i, "retired_at": None}
        for i, t in enumerate(wl.topics)
    ]
    upsert(tx, TopicRow, topics, key=key, update=["title", "position", "retired_at"])
    entities = [{"list_id": list_id, "slug": e.slug, "names": e.names, "retired_at": None} for e in wl.entities]
    upsert(tx, EntityRow, entities, key=key, update=["names", "retired_at"])
    for row, kept in ((TopicRow, [t.slug for t in wl.topics]), (EntityRow, [e.slug for e in wl.entities])):
        gone = (row.list_id == list_id) & row.slug.not_in(kept) & row.retired_at.is_(None)
        tx.execute(update(row).where(gone).values(retired_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToJudge:
    """All live claims and the entities they name. `stamp` changes when any of it does."""

    claims: tuple[Claim, ...]
    entities: tuple[Entity, ...]
    seeds: tuple[Seed, ...]
    stamp: str


def to_judge(tx: Connection) -> ToJudge:
    """What articles are judged against now, over all watch lists, claims in order of id."""
    claims = tx.execute(select(*CLAIM_COLUMNS).where(ClaimRow.retired_at.is_(None)).order_by(ClaimRow.id))
    entities = tx.execute(
        select(EntityRow.slug, EntityRow.names).where(EntityRow.retired_at.is_(None)).order_by(EntityRow.slug)
    )
    merged: dict[str, dict[str, tuple[str, ...]]] = {}
    for slug, names in entities:
        into = merged.setdefault(slug, {})
        for lang, forms in names.items():
            into[lang] = tuple(dict.fromkeys((*into.get(lang, ()), *forms)))
    found = tuple(claim_from_row(row) for row in claims)
    seeds = tuple(seed_from_json(body) for body in tx.scalars(select(WatchListRow.seed).order_by(WatchListRow.id)))
    said = json.dumps([[asdict(c) for c in found], merged, [asdict(s) for s in seeds]], sort_keys=True, default=str)
    return ToJudge(
        claims=found,
        entities=tuple(Entity(slug=slug, names=names) for slug, names in merged.items()),
        seeds=seeds,
        stamp=hashlib.sha256(said.encode()).hexdigest()[:12],
    )


def title_of(tx: Connection, list_id: ListId) -> str:
    """The watch list's title."""
    return tx.scalars(select(WatchListRow.title).where(WatchListRow.id == list_id)).one()
