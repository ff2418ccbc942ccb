"""The names of work: a `Call` is a job's name and the ids it is about, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class JobName(StrEnum):
    """Every job there is. The value is the wire name: a message in flight outlives a moved file."""

    TICK = "tick"
    PRUNE = "prune"
    POLL_FEEDS = "poll_feeds"
    FETCH_PAGES = "fetch_page"  # as it was called when it took one: such messages may be in flight over an upgrade
    READ_SNAPSHOT = "read_snapshot"
    JUDGE_ARTICLE = "judge_article"
    VISIT_ARTICLE = "visit_article"
    READ_VISIT = "read_visit"
    COMPOSE_DIGEST = "compose_digest"
    SEND_DIGEST = "send_digest"
    CALL_HEARTBEAT = "call_heartbeat"
    SUBSCRIBE = "subscribe"
    READ_PUSH = "read_push"


QUEUE: dict[JobName, str] = {
    JobName.TICK: "control",
    JobName.PRUNE: "control",
    JobName.POLL_FEEDS: "fetch",
    JobName.FETCH_PAGES: "fetch",
    JobName.READ_SNAPSHOT: "think",
    JobName.JUDGE_ARTICLE: "think",
    JobName.VISIT_ARTICLE: "fetch",
    JobName.READ_VISIT: "think",
    JobName.COMPOSE_DIGEST: "think",
    JobName.SEND_DIGEST: "mail",
    JobName.CALL_HEARTBEAT: "control",  # not behind the pages of a long backlog
    JobName.SUBSCRIBE: "fetch",
    JobName.READ_PUSH: "think",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One piece of work. `ids` are row ids (or a digest's period), safe to send twice."""

    job: JobName
    ids: tuple[int | str, ...] = ()
