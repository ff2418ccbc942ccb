"""Judge one revision against every live claim."""

from __future__ import annotations

from schedules.calls import Call
from storage import articles, findings, seeds
from storage.records import Finding, RevisionId, Seed
from storage.seeds import ToJudge
from worker.steps.addresses import canonical_url
from worker.steps.compare import JUDGE_VERSION, judge
from worker.steps.match import Matcher, build_matcher
from worker.tools import Tools


def mark_of(watched: ToJudge) -> str:
    """The mark of this judge and these claims; a revision that bears another is judged again."""
    return f"{JUDGE_VERSION}/{watched.stamp}"


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
        mark = mark_of(watched)
        read = articles.lease_unjudged(tx, revision_id, mark, now=now, until=now + tools.options.times.lease)
    if read is None:
        return []
    found: tuple[Finding, ...] = ()
    is_copy = any(canonical_url(address) in _addresses_of(watched.seeds) for address in read.addresses)
    if not is_copy:
        published = read.published.date() if read.published else None
        found = judge(_matcher(watched), read.text, read.passages, title=read.title, published=published)
    with tools.store.begin() as tx:
        if articles.holds(tx, read):
            findings.replace(tx, read, found, now=tools.clock.now())
            articles.judged(tx, read, mark, is_seed_copy=is_copy)
    return []


def _addresses_of(seeds: tuple[Seed, ...]) -> set[str]:
    """Where the seeds and their known re-posts stand. (A re-post known only by its text: a later issue.)"""
    return {canonical_url(address) for seed in seeds for address in (seed.url, *seed.copies) if address}
