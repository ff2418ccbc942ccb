"""Judge one revision against every live claim."""

from __future__ import annotations

import logging

from schedules.calls import Call
from schedules.visits import planned
from storage import articles, findings, seeds, visits
from storage.articles import ToRead
from storage.errors import Refused
from storage.records import Finding, RevisionId, Seed
from storage.seeds import ToJudge
from worker.steps.addresses import canonical_url
from worker.steps.fingerprint import read_fingerprint
from worker.steps.judge import judge
from worker.steps.match import Matcher, build_matcher
from worker.steps.sketch import shingles
from worker.tools import Tools

log = logging.getLogger("claimwatch.judge_article")


def mark_of(tools: Tools, watched: ToJudge) -> str:
    """The mark of this judge and these claims; a revision that bears another is judged again."""
    return f"{tools.method().version}/{watched.stamp}"


_kept: tuple[str, Matcher] | None = None


def _matcher(watched: ToJudge) -> Matcher:
    """The index over claims, built once a process and kept while the claims stay as they are."""
    global _kept  # noqa: PLW0603 - a cache by content: the stamp is the hash of all that goes in
    if _kept is None or _kept[0] != watched.stamp:
        _kept = (watched.stamp, build_matcher(watched.claims, watched.entities))
    return _kept[1]


def judge_article(tools: Tools, revision_id: RevisionId) -> list[Call]:
    """Store what the revision says of the claims. A copy of a seed is no follow-up and gets no finding."""
    now = tools.clock.now()
    with tools.store.begin() as tx:
        watched = seeds.to_judge(tx)
        mark = mark_of(tools, watched)
        read = articles.lease_unjudged(tx, revision_id, mark, now=now, until=now + tools.options.times.lease)
    if read is None:
        return []
    found, is_copy = what_it_says(tools, watched, read)
    try:
        with tools.store.begin() as tx:
            if articles.holds(tx, read):
                now = tools.clock.now()
                findings.replace(tx, read, found, now=now)
                visits.plan(tx, read.article_id, planned(visits.standing(tx, read.article_id), now=now))
                articles.judged(tx, read, mark, is_seed_copy=is_copy)
    except Refused as refusal:
        refuse(tools, read, mark, refusal)
    return []


def what_it_says(tools: Tools, watched: ToJudge, read: ToRead) -> tuple[tuple[Finding, ...], bool]:
    """The findings of the present judge, and whether the article is a copy of a seed (then there are none)."""
    if any(canonical_url(address) in _addresses_of(watched.seeds) for address in read.addresses):
        return (), True
    if _reposts(watched.seeds, read.text):
        return (), True
    published = read.published.date() if read.published else None
    found = judge(tools.method(), _matcher(watched), read.text, read.passages, title=read.title, published=published)
    return found, False


def refuse(tools: Tools, read: ToRead, mark: str, refusal: Refused) -> None:
    """What the store refused ends on the row, as judged: the same text and judge would be refused at every tick.

    A claim that was retired meanwhile changes the mark, so the next tick has another word.
    """
    log.error("revision %s is left as it was: %s", read.id, refusal)
    with tools.store.begin() as tx:
        if articles.holds(tx, read):
            articles.refused(tx, read, mark, reason=str(refusal))


def _addresses_of(seeds: tuple[Seed, ...]) -> set[str]:
    """Where the seeds and their known re-posts stand."""
    return {canonical_url(address) for seed in seeds for address in (seed.url, *seed.copies) if address}


def _reposts(seeds: tuple[Seed, ...], text: str) -> bool:
    """Whether the text is one of the seeds', wherever it stands."""
    known = [read_fingerprint(seed.fingerprint) for seed in seeds if seed.fingerprint]
    told = shingles(text) if known else frozenset()
    return any(one.is_of(told) for one in known)
