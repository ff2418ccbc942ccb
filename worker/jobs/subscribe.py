"""Ask hubs to push, to go on pushing, or to stop (WebSub, section 5). What they answer at our address is for claimwatch/api/hub.py.

A subscription is in the store before its hub is asked: some ask back before they answer.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from schedules.backoff import delay_after
from schedules.calls import Call
from storage import subscriptions
from storage.records import SubscriptionState
from storage.subscriptions import Subscription
from worker.errors import FetchFailed
from worker.handovers import Fetched, NotModified, Request
from worker.steps.websub import callback_url, subscribing, unsubscribing, where_to_ask
from worker.tools import Tools

log = logging.getLogger("claimwatch.hubs")

# Five tries within eight hours: a hub that is down for longer is asked again when the feed still names it in a month.
_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=4)
_NOT_NOW = timedelta(minutes=1)
# These say "later"; any other 4xx says that the same would be asked in vain.
_LATER = frozenset({408, 425, 429})


def subscribe(tools: Tools, ids: Sequence[int]) -> list[Call]:
    """Ask the hubs of these subscriptions what is due: a new one, a renewal, its end. Polling never waits for any of it."""
    options, now = tools.options, tools.clock.now()
    if options.callbacks is None:
        return []
    to_ask: list[tuple[Subscription, Request]] = []
    with tools.store.begin() as tx:
        for one in subscriptions.lease(tx, ids, now=now, until=now + options.times.lease):
            is_held = one.lease_until is not None and one.lease_until > now
            match one.state:
                case SubscriptionState.ASKED if one.paused:
                    subscriptions.end(tx, one, "the feed is paused", now=now)
                case SubscriptionState.ASKED if one.failures >= _TRIES:
                    subscriptions.give_up(
                        tx, one, f"the hub was asked {one.failures} times and never confirmed", now=now
                    )
                case SubscriptionState.ASKED:
                    to_ask.append((one, _request(one, options.callbacks)))
                case SubscriptionState.LIVE if one.paused or not is_held:
                    subscriptions.end(tx, one, "the feed is paused" if one.paused else "its lease ran out", now=now)
                case SubscriptionState.LIVE:
                    subscriptions.renew(tx, one, now=now)
                case _ if is_held and one.failures < _TRIES:
                    to_ask.append((one, _request(one, options.callbacks)))
                case _:
                    subscriptions.give_up(tx, one, "", now=now)
    if not to_ask:
        return []
    answers = tools.web.get_many([request for _one, request in to_ask])
    now = tools.clock.now()
    with tools.store.begin() as tx:
        ours = subscriptions.held(tx, [one for one, _request in to_ask])
        for one, answer in zip((one for one, _request in to_ask), answers, strict=True):
            if one.id in ours:
                _note(tx, one, answer, now)
    return []


def _request(one: Subscription, callbacks: str) -> Request:
    callback = callback_url(callbacks, one.token)
    if one.state is SubscriptionState.ASKED:
        form = subscribing(topic=one.topic, callback=callback, secret=one.secret)
    else:
        form = unsubscribing(topic=one.topic, callback=callback)
    return Request(url=where_to_ask(one.hub, one.failures), form=form, max_body_bytes=64_000)


def _note(tx: Any, one: Subscription, answer: Fetched | NotModified | FetchFailed, now: datetime) -> None:
    """Write down what a hub answered: nothing is settled by a yes, it asks back at our address."""
    later = now + delay_after(one.failures + 1, base=_FIRST_WAIT, cap=_LONGEST_WAIT)
    if not isinstance(answer, FetchFailed):
        subscriptions.asked(tx, one, next_try=later, error=None)
    elif answer.busy:
        subscriptions.give_back(tx, one, next_try=max(now + _NOT_NOW, answer.retry_at or now))
    elif answer.status is not None and 400 <= answer.status < 500 and answer.status not in _LATER:
        log.warning("the hub %s refuses us: %s", one.hub, answer.detail)
        subscriptions.give_up(tx, one, f"the hub refuses: {answer.detail}", now=now)
    else:
        log.info("the hub %s does not answer: %s", one.hub, answer.detail)
        subscriptions.asked(tx, one, next_try=max(later, answer.retry_at or later), error=answer.detail)
