"""What is due? The one job that beat calls: it stamps the rows that are and returns the calls."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from schedules.calls import Call, JobName
from schedules.digests import AT_ONCE_EVERY, at_once_period, period_due
from schedules.visits import NO_MORE
from storage import (
    articles,
    backlog,
    entries,
    feeds,
    heartbeats,
    outbox,
    pushes,
    recipients,
    removal,
    seeds,
    subscriptions,
    visits,
)
from storage.records import ListId, Recipient, RecipientId
from worker.jobs.judge_article import mark_of
from worker.steps.addresses import host_of
from worker.tools import Tools

log = logging.getLogger("claimwatch.tick")

# Kept in the database, not in beat's timetable: one that starts anew every night would never come to a daily call.
_PRUNE_EVERY = timedelta(days=1)
# One call for all readers of a list would be stopped by its time limit some day.
_READERS_A_CALL = 1_000


def tick(tools: Tools) -> list[Call]:
    """The calls for all that is due now, at most `batch` of a kind, few pages of one host."""
    now, options = tools.clock.now(), tools.options
    until = now + options.times.called
    calls = [Call(JobName.CALL_HEARTBEAT)] if options.heartbeat_url else []
    with tools.store.begin() as tx:
        heartbeats.beat(tx, "tick", now)
        mark = mark_of(tools, seeds.to_judge(tx))
        for entry_id in entries.park_lost(tx, now=now):
            log.warning("entry %s is given up: workers died on it again and again", entry_id)
        for revision_id in articles.give_up_lost(tx, mark, now=now):
            log.warning("revision %s is left uncompared: workers died on it again and again", revision_id)
        for article_id, snapshot_id in visits.give_up_lost(tx, step=NO_MORE.step, now=now):
            log.warning("article %s is not visited any more: workers died on it again and again", article_id)
            if snapshot_id is not None:
                removal.drop_snapshots(tx, [snapshot_id])
        catching_up = backlog.catching_up(tx, now=now)
        due = [
            (feed_id, host_of(url))
            for feed_id, url in feeds.call_due(tx, now=now, until=until, limit=options.feeds_a_tick)
        ]
        calls += [Call(JobName.POLL_FEEDS, tuple(ids)) for ids in _batches(due, options.feeds_a_call)]
        pages = entries.call_new(tx, now=now, until=until, limit=options.batch, per_host=options.per_host)
        calls += [Call(JobName.FETCH_PAGES, tuple(ids)) for ids in _batches(pages, options.pages_a_call)]
        kept = entries.call_fetched(tx, now=now, until=until, limit=options.batch)
        calls += [Call(JobName.READ_SNAPSHOT, (entry_id,)) for entry_id in kept]

        for feed_id in pushes.drop_lost(tx, now=now):
            log.warning("a push for feed %s is dropped: workers died on it again and again", feed_id)
        pushed = pushes.call_due(tx, now=now, until=until, limit=options.batch)
        calls += [Call(JobName.READ_PUSH, (push_id,)) for push_id in pushed]
        if options.callbacks is not None:
            hubs = subscriptions.call_due(tx, now=now, until=until, limit=options.batch)
            asked = [(one, host_of(hub)) for one, hub in hubs]
            calls += [Call(JobName.SUBSCRIBE, tuple(ids)) for ids in _batches(asked, options.pages_a_call)]

        unread = visits.call_unread(tx, now=now, until=until, limit=options.batch)
        calls += [Call(JobName.READ_VISIT, (article_id,)) for article_id in unread]
        if options.visits:
            again = visits.call_due(tx, now=now, until=until, limit=options.batch, per_host=options.per_host)
            calls += [Call(JobName.VISIT_ARTICLE, (article_id,)) for article_id in again]

        unjudged = articles.call_unjudged(tx, mark, now=now, until=until, limit=options.batch)
        calls += [Call(JobName.JUDGE_ARTICLE, (revision_id,)) for revision_id in unjudged]

        readers = recipients.hearing(tx)
        due_to = [(one, period) for one in readers if (period := period_due(one, now=now))]
        done = outbox.composed(tx, {one.id for one, _period in due_to}, {period for _one, period in due_to})
        due_to = [(one, period) for one, period in due_to if (one.id, period) not in done]
        if due_to and catching_up:
            due_to = []  # the gap comes in one digest, when what it brought has been read
        hasty = [(one, at_once_period(now)) for one in readers if one.at_once]
        if hasty and heartbeats.take_turn(tx, "at-once", now=now, every=AT_ONCE_EVERY):
            due_to += hasty
        calls += _together(due_to)
        if heartbeats.take_turn(tx, "prune", now=now, every=_PRUNE_EVERY):
            calls.append(Call(JobName.PRUNE))
        ready = outbox.call_due(tx, now=now, until=until, limit=options.batch)
        calls += [Call(JobName.SEND_DIGEST, (digest_id,)) for digest_id in ready]
    return calls


def _together(due: list[tuple[Recipient, str]]) -> list[Call]:
    """A call for the readers of one list who have a digest of the same period to come: the work is shared."""
    together: dict[tuple[ListId, str], list[RecipientId]] = {}
    for one, period in due:
        together.setdefault((one.list_id, period), []).append(one.id)
    return [
        Call(JobName.COMPOSE_DIGEST, (period, *ids[at : at + _READERS_A_CALL]))
        for (_list, period), ids in together.items()
        for at in range(0, len(ids), _READERS_A_CALL)
    ]


def _batches(due: Sequence[tuple[int, str]], size: int) -> list[list[int]]:
    """Batches of (id, host), those of one host together: they take turns, and would wait for each other in two batches."""
    by_host: dict[str, list[int]] = {}
    for one, host in due:
        by_host.setdefault(host, []).append(one)
    batches: list[list[int]] = []
    for ids in by_host.values():
        for at in range(0, len(ids), size):
            part = ids[at : at + size]
            if batches and len(batches[-1]) + len(part) <= size:
                batches[-1] += part
            else:
                batches.append(part)
    return batches
