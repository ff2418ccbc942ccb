"""Judge a revision again, whoever judged it before, and tell what changed. Called by a person, not by the tick."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schedules.visits import planned
from storage import articles, findings, rejudgings, seeds, visits
from storage.articles import ToRead
from storage.errors import Refused
from storage.records import ClaimId, Finding, RevisionId
from storage.seeds import ToJudge
from worker.jobs.judge_article import mark_of, refuse, what_it_says
from worker.steps.tell_changes import Change, tell_changes
from worker.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One going over the store. `claim_id`: only what stands on that claim is replaced. `ids`: what is left to do."""

    watched: ToJudge
    mark: str
    claim_id: ClaimId | None
    ids: tuple[RevisionId, ...]


class Outcome(StrEnum):
    """LEFT: in other hands, or put off since workers died on it. GONE: removed, or no longer the newest."""

    DONE = "done"
    LEFT = "left"
    GONE = "gone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """What became of one revision. `read` is None unless it was judged; `why` it was refused."""

    outcome: Outcome
    read: ToRead | None = None
    changes: tuple[Change, ...] = ()
    found: int = 0
    why: str = ""


def begin(tools: Tools, claim_id: ClaimId | None) -> Run:
    """A run over every newest revision, or the rest of one that was interrupted under the same judge and claims."""
    with tools.store.begin() as tx:
        watched = seeds.to_judge(tx)
        mark = mark_of(tools, watched)
        after = rejudgings.begin(tx, claim_id or rejudgings.ALL, mark, now=tools.clock.now())
        return Run(watched=watched, mark=mark, claim_id=claim_id, ids=tuple(articles.newest(tx, after=after)))


def only_looking(tools: Tools, claim_id: ClaimId | None) -> Run:
    """A run over every newest revision, for `look`. Writes nothing."""
    with tools.store.read() as tx:
        watched = seeds.to_judge(tx)
        return Run(watched=watched, mark=mark_of(tools, watched), claim_id=claim_id, ids=tuple(articles.newest(tx)))


def end(tools: Tools, run: Run) -> None:
    """The run has come to its end: the next begins anew."""
    with tools.store.begin() as tx:
        rejudgings.end(tx, run.claim_id or rejudgings.ALL, run.mark)


def rejudge(tools: Tools, run: Run, revision_id: RevisionId, *, all_before_done: bool) -> Rejudged:
    """Store what the present judge says of the revision. `all_before_done`: the run can go on after it.

    It takes turns with the workers by the same leases. Interrupted, it gives the revision back.
    """
    now = tools.clock.now()
    with tools.store.begin() as tx:
        read = articles.lease_newest(tx, revision_id, now=now, until=now + tools.options.times.lease)
        there = read is not None or articles.read_newest(tx, revision_id) is not None
    if read is None:
        return Rejudged(outcome=Outcome.LEFT if there else Outcome.GONE)
    try:
        return _judge_and_keep(tools, run, read, all_before_done=all_before_done)
    except Refused as refusal:
        if run.claim_id is None:
            refuse(tools, read, run.mark, refusal)
        else:
            _give_back(tools, read)
        return Rejudged(outcome=Outcome.REFUSED, read=read, why=str(refusal))
    except KeyboardInterrupt:
        _give_back(tools, read)
        raise


def _give_back(tools: Tools, read: ToRead) -> None:
    with tools.store.begin() as tx:
        articles.give_back(tx, read)


def _judge_and_keep(tools: Tools, run: Run, read: ToRead, *, all_before_done: bool) -> Rejudged:
    found, is_copy = _says(tools, run, read)
    with tools.store.begin() as tx:
        if not articles.holds(tx, read):
            return Rejudged(outcome=Outcome.LEFT)
        before = findings.live(tx, read.article_id, run.claim_id)
        now = tools.clock.now()
        findings.replace(tx, read, found, now=now, claim_id=run.claim_id)
        visits.plan(tx, read.article_id, planned(visits.standing(tx, read.article_id), now=now))
        after = findings.live(tx, read.article_id, run.claim_id)  # what people ruled is no change
        if run.claim_id is None:
            articles.judged(tx, read, run.mark, is_seed_copy=is_copy)
        else:
            articles.give_back(tx, read)  # it still waits for what its mark says
        if all_before_done:
            rejudgings.went_to(tx, run.claim_id or rejudgings.ALL, run.mark, read.id)
    return Rejudged(outcome=Outcome.DONE, read=read, changes=tell_changes(before, after), found=len(found))


def look(tools: Tools, run: Run, revision_id: RevisionId) -> Rejudged:
    """What `rejudge` would change now. Takes no lease and writes nothing."""
    with tools.store.read() as tx:
        read = articles.read_newest(tx, revision_id)
        if read is None:
            return Rejudged(outcome=Outcome.GONE)
        before = findings.live(tx, read.article_id, run.claim_id)
    found, _is_copy = _says(tools, run, read)
    with tools.store.read() as tx:
        after = findings.would_stand(tx, read, found, run.claim_id)
    return Rejudged(outcome=Outcome.DONE, read=read, changes=tell_changes(before, after), found=len(found))


def _says(tools: Tools, run: Run, read: ToRead) -> tuple[list[Finding], bool]:
    """Compared with all claims even if one is asked for: how much a word weighs turns on the claims that share it."""
    found, is_copy = what_it_says(tools, run.watched, read)
    return [f for f in found if run.claim_id in (None, f.claim_id)], is_copy
