"""Write what is news to recipients of a list, once for all to whom the same is, and put it in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from schedules.calls import Call, JobName
from schedules.digests import is_at_once, is_slot, month_of, next_slot, still_watching_since
from schedules.sources import Deafness, deafness
from storage import coverage, news, outbox, queries, recipients, seeds
from storage.outbox import Envelope, Letter
from storage.records import (
    Change,
    Channel,
    ClaimId,
    DigestItem,
    FindingId,
    Happened,
    Heard,
    LetterId,
    ListId,
    Notice,
    Recipient,
    RecipientId,
    Source,
    Told,
)
from worker.jobs.ledgers import series_of
from worker.steps.digest.envelope import headers, message_id
from worker.steps.digest.lay_out import Material, claims_shown, lay_out
from worker.steps.digest.news import (
    Followed,
    Memory,
    News,
    edited,
    followed,
    notice_of,
    of_letters,
    untold,
)
from worker.steps.digest.write import Written, write
from worker.tools import Tools


def compose_digest(tools: Tools, period: str, *ids: RecipientId, since: datetime | None = None) -> list[Call]:
    """Draft the digests of that period of recipients of one list, with all that is news to each.

    If nothing is: a quiet mark, or what a reader who wished it is told then. What comes at once is only what needs a reader,
    and leaves no mark; nor does what a person asked for by hand. `since`: as if they had begun then (a person asked for older news).
    """
    now = tools.clock.now()
    with tools.store.read() as tx:
        done = {one for one, _period in outbox.composed(tx, ids, [period])}
        people = [one for one in recipients.hearing(tx, ids) if one.id not in done]
    if not people:
        return []
    at_once = is_at_once(period)
    calls: list[Call] = []
    quiet: list[RecipientId] = []
    for part in look(tools, people, since=since, only_first=at_once):
        if part.letter is None:
            quiet += [one.id for one in part.readers]
            continue
        with tools.store.begin() as tx:
            envelopes = [envelope(tools, one, period, part) for one in part.readers]
            due = now + tools.options.times.called
            sending = outbox.draft(tx, part.letter, period, envelopes, now=now, called_until=due)
        calls += [Call(JobName.SEND_DIGEST, (digest_id,)) for digest_id in sending]
    if quiet and is_slot(period):
        with tools.store.begin() as tx:
            outbox.keep_quiet(tx, people[0].list_id, quiet, period, now=now)
    return calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Readers to whom the same is news, and their letter; None: nothing goes. `threads`: what their mails answer."""

    readers: tuple[Recipient, ...]
    letter: Letter | None
    title: str
    threads: dict[RecipientId, str]


def look(
    tools: Tools,
    people: Sequence[Recipient],
    *,
    since: datetime | None = None,
    again: bool = False,
    only_first: bool = False,
) -> list[Part]:
    """What is news to each of these recipients of one list now, parted by whom the same is news to.

    `since`: as if they had begun then (a person asked for older news); `again`: with what stood in earlier letters.
    """
    now, options = tools.clock.now(), tools.options
    if since is not None:
        people = [replace(one, began=since) for one in people]
    known = _known(tools, people, again=again, now=now)
    groups: dict[_Same, list[Recipient]] = {}
    for one in people:
        groups.setdefault(known.of(one, again=again, only_first=only_first, now=now), []).append(one)
    every = {told.change.finding_id for same in groups for told in same.news}
    with tools.store.read() as tx:
        items = {item.finding_id: item for item in news.items(tx, every)}
        known.figures.update(news.figures(tx, every))
        counted = sorted({item.claim_id for item in items.values() if item.figures})
        heads, bodies = queries.claim_heads(tx, counted), queries.claim_bodies(tx, counted)
        figured = queries.findings_with_figures(tx, counted)
    series = {ClaimId(one): series_of(heads[one] | bodies[one], figured[one]) for one in counted}
    heard: dict[str, list[Heard]] = {}
    parts = []
    for same, readers in groups.items():
        letter = None
        if not same.nothing:
            of = {told.change.finding_id: told for told in same.news}
            shown = [
                replace(item, was=of[item.finding_id].was, echo=of[item.finding_id].echo)
                for item in items.values()
                if item.finding_id in of
            ]
            material = Material(
                list_slug=readers[0].list_slug,
                list_title=known.title,
                claims=known.claims,
                zone=ZoneInfo(same.zone),
                now=now,
                next_at=same.next_at,
                sources=known.sources,
                items=shown,
                series=series,
                followed=same.followed,
                deafness=same.deafness,
                only_first=only_first,
                quiet_since=same.quiet_since,
                public_url=options.public_url or "",
                contact=options.contact,
            )
            shown_claims = claims_shown(lay_out(material))
            with tools.store.read() as tx:  # once a claim, however many letters show it
                heard |= queries.heard(tx, sorted(shown_claims - heard.keys()))
            written = write(material, {claim_id: heard[claim_id] for claim_id in shown_claims})
            letter = _letter(readers[0].list_id, written, same, known, now)
        parts.append(Part(readers=tuple(readers), letter=letter, title=known.title, threads=known.threads))
    return parts


def _letter(list_id: ListId, written: Written, same: _Same, known: _Known, now: datetime) -> Letter | None:
    """None if it would tell nothing: what comes at once is not what is new, but what needs a reader."""
    told = _changes(written.told, known)
    if not told and not same.followed and not same.deafness and same.quiet_since is None:
        return None
    events = [Notice(name=notice_of(e), event_id=e.event_id) for one in same.followed for e in one.events]
    silent = [Notice(name=one.name(now)) for one in same.deafness]
    return Letter(
        list_id=list_id,
        subject=written.subject,
        text=written.text,
        html=written.html,
        told=told,
        notices=(*events, *silent),
    )


def _changes(items: Sequence[DigestItem], known: _Known) -> tuple[Change, ...]:
    """What is remembered of the findings that a letter tells."""
    by_id = {one.finding_id: one for one in known.changes}
    return tuple(replace(by_id[i.finding_id], figures=known.figures.get(i.finding_id, frozenset())) for i in items)


def envelope(tools: Tools, reader: Recipient, period: str, part: Part) -> Envelope:
    """What is written on it to that reader."""
    options = tools.options
    return Envelope(
        recipient_id=reader.id,
        message_id=message_id(reader, period, rev=0, domain=options.mail_domain),
        headers=headers(
            reader,
            list_title=part.title,
            thread=part.threads.get(reader.id),
            domain=options.mail_domain,
            public_url=options.public_url or "",
            contact=options.contact,
        ),
        goes=reader.channel is not Channel.PAGE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Same:
    """All that makes one reader's letter differ from another's."""

    news: tuple[News, ...]
    followed: tuple[Followed, ...]
    deafness: tuple[Deafness, ...]
    zone: str
    next_at: datetime
    quiet_since: datetime | None = None

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to write a letter for: copies of what they know alone are no reason."""
        reasons = self.followed or self.deafness or self.quiet_since is not None
        return not (reasons or any(not told.echo for told in self.news))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the store knows of a list and of its readers."""

    title: str
    claims: dict[ClaimId, str]
    sources: list[Source]
    changes: list[Change]
    figures: dict[FindingId, frozenset[tuple[float, float]]]
    told: list[Told]
    noticed: dict[LetterId, set[str]]
    letters: dict[RecipientId, frozenset[LetterId]]
    last_letters: dict[RecipientId, datetime]
    threads: dict[RecipientId, str]
    happened: list[Happened]
    earlier: Memory
    deafness: tuple[Deafness, ...]
    memories: dict[frozenset[LetterId], Memory]
    looked: dict[tuple[frozenset[LetterId], datetime], tuple[News, ...]]

    def of(self, one: Recipient, *, again: bool, only_first: bool, now: datetime) -> _Same:
        """What is new to that reader. Who got the same letters and began at the same time has the same news: it is looked for once.

        `again`: and all that they were told.
        """
        letters = self.letters[one.id]
        if letters not in self.memories:
            self.memories[letters] = of_letters(self.told, letters)
        memory = self.memories[letters]
        if (letters, one.began) not in self.looked:
            self.looked[letters, one.began] = untold(
                self.changes, memory, began=one.began, figures=self.figures, earlier=self.earlier
            )
        new = self.looked[letters, one.began]
        if again:
            there = {told.change.finding_id for told in new}
            old = (change for change in self.changes if change.finding_id in memory.last.keys() - there)
            new = (*new, *(News(change=change) for change in old))
        noticed = frozenset(name for letter in letters for name in self.noticed.get(letter, ()))
        became = followed(self.happened, memory, noticed)
        silent = tuple(told for told in self.deafness if told.name(now) not in noticed)
        same = _Same(news=new, followed=became, deafness=silent, zone=one.zone, next_at=next_slot(one, now=now))
        if same.nothing and not only_first:
            return replace(same, quiet_since=still_watching_since(one, self.last_letters.get(one.id), now=now))
        return same


def _known(tools: Tools, people: Sequence[Recipient], *, again: bool, now: datetime) -> _Known:
    list_id, ids = people[0].list_id, [one.id for one in people]
    with tools.store.read() as tx:
        letters = news.letters_of(tx, ids)
        common = frozenset.intersection(*letters.values())
        since = min(one.began for one in people)
        if again:  # all, whenever it was seen: what they were told is among it
            common, since = frozenset[LetterId](), datetime.min.replace(tzinfo=UTC)
        changes = news.changes(tx, list_id, since=since, known=common)
        last = outbox.last_letters(tx, ids)
        happened = news.happened(tx, since=since, known=common)
        about = {one.story for one in changes} | {one.story for one in happened}
        told = news.told(tx, list_id, about)
        sources = coverage.sources(tx)
        return _Known(
            title=seeds.title_of(tx, list_id),
            claims=news.claim_texts(tx, list_id),
            sources=sources,
            changes=changes,
            figures=news.figures(tx, edited(changes, told) | {one.finding_id for one in changes if one.edited_at}),
            told=told,
            noticed=news.noticed(tx, list_id),
            letters=letters,
            last_letters=last,
            threads=outbox.threads(tx, ids, since=month_of(people[0], now)),
            happened=happened,
            earlier=Memory(news.earlier(tx, [one for one in changes if one.edited_at is not None])),
            deafness=deafness(sources, news.outlets_that_speak(tx, list_id), now=now, patience=tools.options.silence),
            memories={},
            looked={},
        )
