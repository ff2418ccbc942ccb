"""Tell the operator by mail that the house has fallen silent. Not on the timetable: a dead beat could not call it."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Sequence
from datetime import datetime, timedelta

from schedules.silence import Silence, silences
from storage import feeds, heartbeats
from worker.errors import MailFailed
from worker.handovers import Message
from worker.tools import Tools

# Who knows of a trouble is told again a day later, if it lasts.
_AGAIN_AFTER = timedelta(days=1)


def look(tools: Tools, patience: timedelta) -> list[Silence]:
    """What has been silent for too long. A trouble that is over is forgotten: should it come again, it is told again."""
    with tools.store.read() as tx:
        tick, answered, told = heartbeats.last(tx, "tick"), feeds.last_answer(tx), heartbeats.alarms(tx)
    found = silences(tick, answered, now=tools.clock.now(), patience=patience)
    over = told - {silence.name for silence in found}
    if over:
        with tools.store.begin() as tx:
            for name in over:
                heartbeats.drop_alarm(tx, name)
    return found


def tell(tools: Tools, operator: str, found: Sequence[Silence]) -> bool:
    """Mail what nobody was told of today; whether a mail went. Raises MailFailed, and then another may tell."""
    now = tools.clock.now()
    with tools.store.begin() as tx:
        mine = [s for s in found if heartbeats.claim_alarm(tx, s.name, now=now, before=now - _AGAIN_AFTER)]
    if not mine:
        return False
    try:
        tools.mailer.send(letter(operator, mine, now=now, mail_domain=tools.options.mail_domain))
    except MailFailed:
        with tools.store.begin() as tx:
            for silence in mine:
                heartbeats.drop_alarm(tx, silence.name)
        raise
    return True


def letter(operator: str, found: Sequence[Silence], *, now: datetime, mail_domain: str) -> Message:
    """The mail. The same troubles on one day have one Message-ID: two workers that tell of them are one mail to a reader."""
    lines = [f"Since {s.since:%Y-%m-%d %H:%M} UTC ({_hours(now - s.since)}): {s.what}." for s in found]
    lines += ["What to do: claimwatch doctor (in compose: docker compose exec worker-fetch claimwatch doctor)."]
    lines += ["Nothing is lost: what is due waits in the database. You are told again in a day, if it lasts."]
    names = "-".join(sorted(s.name for s in found))
    person = hashlib.sha256(operator.encode()).hexdigest()[:12]
    return Message(
        to=operator,
        subject=f"claimwatch has fallen silent: {', '.join(s.what.partition(':')[0] for s in found)}",
        message_id=f"<alarm.{names}.{now:%Y-%m-%d}.{person}@{mail_domain}>",
        text="\n\n".join(lines) + "\n",
        html="".join(f"<p>{html.escape(line)}</p>\n" for line in lines),
        headers={"Auto-Submitted": "auto-generated"},
    )


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} hours"
