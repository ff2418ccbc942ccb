"""`claimwatch rejudge`: the present judge over the store, in the foreground, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from claimwatch.going_over import go_over
from claimwatch.relations import relation_row
from storage.articles import ToRead
from storage.records import ClaimId, Finding, RevisionId
from worker.jobs import rejudge as job
from worker.jobs.rejudge import Outcome, Rejudged, Run
from worker.steps.article_relation import ArticleRelation
from worker.steps.tell_changes import Change
from worker.tools import Tools

Json = dict[str, Any]


@dataclass
class Report:
    """What a run did so far. `changes`: a row a claim and article. `left`: in other hands to the end."""

    dry_run: bool
    claim: str | None
    articles: int = 0
    judged: int = 0
    findings: int = 0
    left: int = 0
    refused: list[str] = field(default_factory=list)
    changes: list[Json] = field(default_factory=list)
    finished: bool = False
    judge_version: str = ""

    def as_json(self) -> Json:
        """For programs."""
        return {
            "judge_version": self.judge_version, "claim": self.claim, "dry_run": self.dry_run, "finished": self.finished,
            "articles": self.articles, "judged": self.judged, "findings": self.findings, "left": self.left,
            "refused": self.refused, "changes": self.changes,
        }  # fmt: skip


def rejudge_store(
    tools: Tools,
    report: Report,
    starting: Callable[[int | None], Callable[[int], None]],
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Judge every newest revision and note in `report` what changes. Those in other hands are come back to at the end.

    `starting` is told how many there are, and gives what is called with 1 after each. `stopping` is asked before each.
    """
    claim_id = ClaimId(report.claim) if report.claim else None
    run = job.only_looking(tools, claim_id) if report.dry_run else job.begin(tools, claim_id)
    report.articles, report.judge_version = len(run.ids), tools.method().version
    advance = starting(report.articles)

    def one(revision_id: RevisionId, all_before_done: bool) -> bool:
        return _one(tools, run, report, revision_id, all_before_done=all_before_done).outcome is not Outcome.LEFT

    left = go_over(run.ids, one, advance, stopping)
    if left is None:
        return
    report.left = left
    if not report.dry_run and not report.left:
        job.end(tools, run)
    report.finished = True


def _one(tools: Tools, run: Run, report: Report, revision_id: RevisionId, *, all_before_done: bool) -> Rejudged:
    if report.dry_run:
        done = job.look(tools, run, revision_id)
    else:
        done = job.rejudge(tools, run, revision_id, all_before_done=all_before_done)
    if done.outcome is Outcome.REFUSED:
        report.refused.append(done.why)
    if done.outcome is Outcome.DONE and done.read is not None:
        report.judged += 1
        report.findings += done.found
        report.changes += [_row(done.read, change) for change in done.changes]
    return done


def _row(read: ToRead, change: Change) -> Json:
    """`what`: new, gone, relation (of the article), or passages (only those)."""
    if change.was is None or change.now is None:
        what = "new" if change.was is None else "gone"
    else:
        what = "passages" if change.was.relation is change.now.relation else "relation"
    return {
        "claim_id": change.claim_id,
        "article_id": read.article_id,
        "outlet": read.outlet,
        "title": read.title,
        "url": read.addresses[0],
        "what": what,
        "was": _whole(change.was),
        "now": _whole(change.now),
        "findings": [
            *({"what": "relation", "was": _finding(old), "now": _finding(new)} for old, new in change.turned),
            *({"what": "new", "was": None, "now": _finding(new)} for new in change.new),
            *({"what": "gone", "was": _finding(old), "now": None} for old in change.gone),
        ],
    }


def _whole(whole: ArticleRelation[Finding] | None) -> Json | None:
    """The article's relation, with judge, model and reason of the passage that leads."""
    if whole is None:
        return None
    first = whole.parts[0].said[0]
    by = {"judge_version": first.judge_version, "model": first.model, "reason": first.reason}
    by["by"] = "person" if first.by_person else "rules" if first.model == "rules" else "model"
    return relation_row(whole) | by


def _finding(f: Finding) -> Json:
    return {
        "relation": f.relation.value, "adds": [a.value for a in f.adds], "score": f.score, "reason": f.reason,
        "passage": f.quote, "start": f.start, "end": f.end, "judge_version": f.judge_version, "model": f.model,
    }  # fmt: skip
