"""`claimwatch reread`: the present extractor over the store, in the foreground, and what it reads otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from claimwatch.going_over import go_over
from storage.records import ArticleId, RevisionId
from worker.jobs import reread as job
from worker.jobs.reread import Outcome, Reread
from worker.steps.extract import EXTRACTOR
from worker.tools import Tools

Json = dict[str, Any]


@dataclass
class Report:
    """What a run did so far. `changes`: a row an article that reads otherwise; `unread`: why others were not read."""

    dry_run: bool
    article: int | None
    articles: int = 0
    read: int = 0
    left: int = 0
    not_kept: int = 0
    given_up: int = 0
    given_up_read: int = 0
    unread: list[str] = field(default_factory=list)
    changes: list[Json] = field(default_factory=list)
    finished: bool = False

    def as_json(self) -> Json:
        """For programs."""
        return {
            "extractor": EXTRACTOR, "article": self.article, "dry_run": self.dry_run, "finished": self.finished,
            "articles": self.articles, "read": self.read, "differ": len(self.changes), "left": self.left,
            "not_kept": self.not_kept, "given_up": self.given_up, "given_up_read": self.given_up_read,
            "unread": self.unread, "changes": self.changes,
        }  # fmt: skip


def reread_store(
    tools: Tools,
    report: Report,
    starting: Callable[[int | None], Callable[[int], None]],
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Read what every newest revision was read from, and note in `report` what differs; then what was given up."""
    article_id = ArticleId(report.article) if report.article is not None else None
    run = job.only_looking(tools, article_id) if report.dry_run else job.begin(tools, article_id)
    report.articles, report.given_up = len(run.ids), len(run.given_up)
    advance = starting(len(run.ids) + len(run.given_up))

    def one(revision_id: RevisionId, all_before_done: bool) -> bool:
        if report.dry_run:
            done = job.look(tools, revision_id)
        else:
            done = job.reread(tools, run, revision_id, all_before_done=all_before_done)
        _note(report, done)
        return done.outcome is not Outcome.LEFT

    left = go_over(run.ids, one, advance, stopping)
    if left is None:
        return
    report.left = left
    for entry in run.given_up:
        if stopping():
            return
        again = job.look_at_given_up(tools, entry) if report.dry_run else job.read_given_up(tools, entry)
        report.given_up_read += again
        advance(1)
    if not report.dry_run and not report.left and article_id is None:
        job.end(tools)
    report.finished = True


def _note(report: Report, done: Reread) -> None:
    report.read += done.outcome in (Outcome.SAME, Outcome.DIFFERS)
    report.not_kept += done.outcome is Outcome.NOT_KEPT
    if done.outcome in (Outcome.NO_TEXT, Outcome.DAMAGED):
        report.unread.append(done.why)
    if done.outcome is Outcome.DIFFERS and done.read is not None and done.was is not None and done.now is not None:
        was, now = done.was, done.now
        report.changes.append(
            {
                "article_id": done.read.article_id,
                "outlet": done.read.outlet,
                "title": now.title,
                "url": was.where.url,
                "differs": list(done.differs),
                "was": {"extractor": was.extractor, "title": was.title, "words": len(was.text.split())},
                "now": {"extractor": now.extractor, "title": now.title, "words": len(now.text.split())},
            }
        )
