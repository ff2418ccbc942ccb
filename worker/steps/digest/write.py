"""A letter's words: subject, a complete text part, and HTML that any mail program can show. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from schedules.sources import PATIENCE, Hearing, reach
from storage.records import DigestItem, FeedState, Heard, Source
from worker.steps.bars import Bar
from worker.steps.digest.lay_out import MOST_STORIES, Layout, Material, lay_out, many
from worker.steps.digest.marks import Run, lang, line
from worker.steps.digest.stories import isolated
from worker.steps.independence import voices

# Gmail clips at 102 kB.
MAX_HTML_BYTES = 95_000
MAX_SUBJECT, MAX_FEEDS_NAMED = 120, 12
_WIDTH = 76
_BAR_LETTERS = 24
# Where a reader's own address to leave by stands, and the stretch that is left out where there is none (a page has no reader).
_LEAVE, _BEGIN, _END = "\ue000", "\ue001", "\ue002"
_TROUBLE = {
    FeedState.EMPTY: "answers without entries",
    FeedState.STALE: "brought nothing new for long",
    FeedState.REFUSED: "refuses us",
    FeedState.GONE: "is gone",
    FeedState.NOT_A_FEED: "answers with something that is no feed",
    FeedState.UNREACHABLE: "does not answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is kept of a letter. `told`: the findings that it tells, shown or counted."""

    subject: str
    text: str
    html: str
    told: tuple[DigestItem, ...]


def write(told: Material, heard: Mapping[str, Sequence[Heard]] = MappingProxyType({})) -> Written:
    """The letter, with as many stories as its HTML has room for.

    `heard`: of each claim that is shown all articles that speak of it, told before or not.
    """
    counted = {claim_id: str(voices(some)) for claim_id, some in heard.items() if some}
    most = MOST_STORIES
    while True:
        layout = lay_out(told, most=most)
        html = _html(told, layout, counted)
        if len(html.encode()) <= MAX_HTML_BYTES or most == 0:
            break
        most = most * 2 // 3
    return Written(
        subject=_subject(told, layout), text=_filled("body.txt.j2", told, layout, counted), html=html, told=layout.told
    )


def personal(text: str, leave_url: str) -> str:
    """The words with the reader's own address to leave by; without one, without the stretch that tells of it."""
    if not leave_url:
        text = re.sub(f"{_BEGIN}.*?{_END}", "", text, flags=re.DOTALL)
    return text.replace(_LEAVE, leave_url).replace(_BEGIN, "").replace(_END, "")


def _subject(told: Material, layout: Layout) -> str:
    stem = f"[claimwatch {told.list_slug[:32]}] "
    if layout.only_story is not None:
        story = layout.only_story
        what = story.why_first or story.item.relation.value
        if what != story.item.relation:
            what = f"{what}, {story.item.relation}"
        outlet = f" ({line(story.item.outlet)[:28]})"
        room = max(20, MAX_SUBJECT - len(f"{stem}{what}: {outlet}") - 4)
        title = story.title if len(story.title) <= room else story.title[: room - 2].rstrip() + " …"
        return f"{stem}{what}: {isolated(title)}{isolated(outlet)}"
    what = "nothing new, still watching" if told.quiet_since else layout.summary
    return f"{stem}{what}"[:MAX_SUBJECT]


def _html(told: Material, layout: Layout, heard: Mapping[str, str]) -> str:
    inlined: str = _inliner().inline(_filled("body.html.j2", told, layout, heard))
    return inlined


def _filled(template: str, told: Material, layout: Layout, heard: Mapping[str, str]) -> str:
    troubled = [one for one in _asked(told.sources) if one.state in _TROUBLE]
    return _templates().get_template(template).render(
        told=told,
        title=line(told.list_title),
        layout=layout,
        heard=heard,
        answered=_answered(told),
        many=many,
        outlets=len({one.outlet for one in told.sources}),
        troubled=[_feed_line(one, told) for one in troubled[:MAX_FEEDS_NAMED]],
        troubled_more=max(0, len(troubled) - MAX_FEEDS_NAMED),
        next=f"{told.next_at.astimezone(told.zone):%a %d %b %Y %H:%M} ({told.zone.key})",
        quiet_since=f"{told.quiet_since.astimezone(told.zone):%d %b %Y}" if told.quiet_since else "",
        url=told.public_url,
        leave=_LEAVE,
        begin=_BEGIN,
        end=_END,
    )  # fmt: skip


def _answered(told: Material) -> str:
    """ "47 of 50 sources answered, 2 not asked yet, 1 paused": within a day, or as long as the slowest is left alone."""
    could = reach(told.sources, since=told.now - PATIENCE, now=told.now)
    heard = could.number(Hearing.ANSWERS, Hearing.EMPTY)
    rest = [f"{could.number(hearing)} {words}" for hearing, words in _NOT_HEARD.items() if could.number(hearing)]
    return ", ".join([f"{heard} of {many(could.asked, 'source')} answered", *rest])


_NOT_HEARD = {Hearing.NEW: "not asked yet", Hearing.PAUSED: "paused"}


def _asked(sources: Sequence[Source]) -> list[Source]:
    return [one for one in sources if one.paused_at is None]


def _feed_line(feed: Source, told: Material) -> str:
    """ "Wire: refuses us since 20 Nov 2026, no good answer yet, next try 23 Nov 2026 13:00 (http://wire.example/f)"."""

    def day(at: datetime, form: str = "%d %b %Y") -> str:
        return f"{at.astimezone(told.zone):{form}}"

    since = f" since {day(feed.state_since)}"
    last = f", last good answer {day(feed.answered_at)}" if feed.answered_at else ", no good answer yet"
    again = ", not asked any more"
    if feed.next_poll is not None:
        again = (
            f", next try {day(feed.next_poll, '%d %b %Y %H:%M')}" if feed.next_poll > told.now else ", asked again now"
        )
    return line(f"{feed.outlet}: {_TROUBLE[feed.state]}{since}{last}{again} ({feed.url})")


def _wrapped(value: str, first: str = "", rest: str | None = None) -> str:
    """A paragraph in lines of a terminal's width; an address is never broken."""
    return textwrap.fill(
        value,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _in_text(runs: Sequence[Run]) -> str:
    """Runs as text: "[more than 1,600: lower]"."""
    return "".join(_marked(run) if run.differs else run.text for run in runs)


def _marked(run: Run) -> str:
    inner = run.text.strip()
    how = "" if run.differs == "claimed" else f": {run.differs}"
    return run.text.replace(inner, f"[{inner}{how}]", 1)


def _letters(bar: Bar) -> str:
    """A bar as letters: "##########-" goes on where a figure may."""
    sure, to = (round(part * _BAR_LETTERS / 100) for part in (bar.sure, bar.to))
    return "#" * sure + "-" * (to - sure)


def _search(query: str) -> str:
    return "/search?" + urlencode({"q": query})


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("worker", "templates/digest"),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"wrapped": _wrapped, "in_text": _in_text, "letters": _letters, "search": _search, "lang": lang}
    return made


@lru_cache(maxsize=1)
def _inliner() -> Any:
    # nothing of it may come from elsewhere: no stylesheet is loaded, whatever a text says
    return css_inline.CSSInliner(load_remote_stylesheets=False)
