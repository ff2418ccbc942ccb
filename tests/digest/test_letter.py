"""What a letter says, in both its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from schedules.sources import Deafness
from storage.records import (
    Adds,
    ArticleEvent,
    ArticleId,
    Bound,
    ClaimId,
    DigestItem,
    FeedState,
    Figure,
    FindingId,
    Happened,
    Heard,
    Relation,
    Verdict,
    Voice,
)
from tests.builders import a_claim, a_material, a_source, an_item
from tests.fakes import NOON
from worker.steps.digest.lay_out import _OF_A_CLAIM, MOST_STORIES
from worker.steps.digest.news import Followed
from worker.steps.digest.write import MAX_HTML_BYTES, MAX_SUBJECT, Written, personal, write
from worker.steps.ledger import Told, ledger

DAY = timedelta(days=1)


def letter(*items: DigestItem, heard: Mapping[str, Sequence[Heard]] | None = None, **told: Any) -> Written:
    return write(a_material(*items, **told), heard or {})


def shown(html: str) -> str:
    """The words of the HTML part, without its head."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<body")[2])).split())


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_same_in_gives_the_same_out() -> None:
    assert letter(an_item()) == letter(an_item())


def test_what_needs_a_reader_comes_first_then_reports_then_context() -> None:
    context = an_item(finding_id=FindingId(1), relation=Relation.CONTEXT, adds=(), quote="Something else.")
    report = an_item(finding_id=FindingId(2), quote="Report.")
    dispute = an_item(finding_id=FindingId(3), relation=Relation.DISPUTES, quote="Dispute.")
    ruling = an_item(finding_id=FindingId(4), adds=(Adds.RULING,), quote="Ruling.")
    for part in (letter(context, report, dispute, ruling).text, shown(letter(context, report, dispute, ruling).html)):
        order = [
            part.lower().index(w)
            for w in ("needs a reader", "ruling.", "dispute.", "new reports", "report.", "something else.")
        ]
        assert order == sorted(order)


def test_both_parts_hold_claim_passage_reason_outlet_and_address() -> None:
    got = letter(an_item(reason="it says so"))
    for part in (words(got.text), shown(got.html)):
        for told in (
            "About 4,000 people left Raqqa.", "About 4,000 people left Raqqa, he said.", "it says so", "Gazette (sample daily), GB, 23 Nov 2026",
            "machine's word, score 0.70", "claimwatch article show 1", "until a person confirms",
        ):  # fmt: skip
            assert told in part
    assert "http://gazette.example/a" in got.text
    assert 'href="http://gazette.example/a"' in got.html


def test_what_differs_is_marked_in_claim_and_passage_with_a_word_beside_the_colour() -> None:
    figure = Figure(low=1600, high=1600, counts="people", quote="1,600 people", verdict=Verdict.LOWER)
    got = letter(an_item(quote="He said that 1,600 people left.", figures=(figure,)))
    assert "[1,600 people: lower]" in words(got.text)
    assert "About [4,000] people" in words(got.text)
    assert "1,600 people (lower) left." in shown(got.html)
    assert got.html.count('class="differs"') == 2


def test_what_is_denied_is_marked() -> None:
    quote = "The army denied that it had been there."
    denied = Voice(denied=(quote.index("it had"), len(quote) - 1))
    assert "[it had been there: denied]." in words(letter(an_item(quote=quote, voice=denied)).text)


def test_the_same_figure_is_not_marked() -> None:
    figure = Figure(low=4000, high=4000, counts="people", quote="4,000 people", verdict=Verdict.SAME)
    got = letter(an_item(figures=(figure,)))
    assert 'class="differs"' not in got.html


def test_a_long_passage_is_cut_around_what_differs() -> None:
    figure = Figure(low=90, high=90, counts="people", quote="90 people", verdict=Verdict.LOWER)
    quote = " ".join(["before"] * 200 + ["90 people"] + ["after"] * 200)
    text = words(letter(an_item(quote=quote, figures=(figure,))).text)
    assert re.search(r"… (before )+\[90 people: lower\]( after)+ …", text)
    assert text.count("before") + text.count("after") < 50


def told(value: float, finding: int, year: int, scope: str = "", bound: Bound = Bound.EXACT) -> Told:
    figure = Figure(
        low=value, high=value, bound=bound, counts="people", scope=scope, quote=f"{value:,.0f}", verdict=Verdict.LOWER
    )
    return Told(
        figure=figure, finding_id=finding, position=0, article_id=finding, story=finding, outlet=f"Outlet {finding}",
        said_on=datetime(year, 4, 2, tzinfo=UTC).date(),
    )  # fmt: skip


def charted(*figures: Told, news: int) -> Written:
    item = an_item(
        finding_id=FindingId(news), article_id=ArticleId(news),
        figures=tuple(one.figure for one in figures if one.finding_id == news), quote="x 1,600 y",
    )  # fmt: skip
    series = {ClaimId("raqqa-4000"): ledger(a_claim(), figures)}
    return letter(item, series=series)


def test_figures_are_a_short_series_with_another_scope_told_apart() -> None:
    got = charted(told(1400, 1, 2018), told(1600, 2, 2019, bound=Bound.MORE_THAN), told(1335, 3, 2020, "Syria"), news=2)
    lines = re.findall(r"^  (claimed|\w{3} \d{4}) +([#-]*) +(.*)$", got.text, re.MULTILINE)
    assert lines == [
        ("claimed", "#" * 22, "about 4,000"),
        ("Apr 2018", "#" * 8, "1,400, Outlet 1"),
        ("Apr 2019", "#" * 9 + "--", "more than 1,600, Outlet 2 (new)"),
        ("Apr 2020", "#" * 7, "1,335*, Outlet 3"),
    ]
    assert "  * Syria\n" in got.text
    html = shown(got.html)
    for part in (
        "claimed: about 4,000",
        "Apr 2019: more than 1,600 , Outlet 2 (new)",
        "Apr 2020: 1,335* , Outlet 3",
        "* Syria",
    ):
        assert part in html
    assert re.findall(r'<td class="[\w-]+"[^>]* width="([\d.]+)%"', got.html) == ["92.0", "32.2", "36.8", "8.0", "30.7"]
    assert "<img" not in got.html


def test_a_figure_that_was_told_before_is_no_new_one() -> None:
    assert "1 new figure" in charted(told(1400, 1, 2018), told(1600, 2, 2019), news=2).text
    again = charted(told(1600, 1, 2018), told(1600, 2, 2019), news=2).text
    assert "new figure" not in again
    assert "1 report." in again


def test_one_text_in_three_outlets_is_one_story() -> None:
    items = [an_item(finding_id=FindingId(n), article_id=ArticleId(n), outlet=f"Outlet {n}") for n in (1, 2, 3)]
    got = letter(*items)
    assert got.text.count("Passage:") == 1
    assert "The same text in 2 more reports: Outlet 2, Outlet 3" in words(got.text)
    assert [one.finding_id for one in got.told] == [1, 2, 3]
    assert "1 report." in got.text


def item(number: int, article: int, story: int, **more: Any) -> DigestItem:
    return an_item(
        finding_id=FindingId(number), article_id=ArticleId(article), story=ArticleId(story), outlet=f"Outlet {article}",
        **more,
    )  # fmt: skip


def test_a_copy_goes_with_its_original_even_where_its_passage_was_cut() -> None:
    copy = item(1, 5, 2, quote="About 4,000 people left.")
    original = item(2, 2, 2), item(3, 2, 2, quote="All but 500 were fighters.")
    text = letter(copy, *original).text
    assert text.count("Passage:") == 1
    assert "It says so in 2 passages." in text
    assert "Passage: About 4,000 people left Raqqa, he said." in text
    assert " Outlet 2 (sample daily), GB" in text
    assert text.count("The same text in 1 more report: Outlet 5") == 1


def test_a_copy_that_says_something_else_is_shown_for_itself() -> None:
    text = letter(item(1, 2, 2), item(2, 5, 2, relation=Relation.DISPUTES, quote="The army denied it.")).text
    assert text.count("Passage:") == 2
    assert "The same text" not in text


def test_beside_the_claim_stands_how_many_articles_and_how_many_voices_there_are() -> None:
    articles = [Heard(article_id=ArticleId(n), story=ArticleId(max(n, 3)), outlet=f"O{n}") for n in range(1, 6)]
    got = letter(an_item(), heard={"raqqa-4000": articles})
    assert "raqqa-4000  [5 articles, 3 independent]\n" in got.text
    assert "raqqa-4000 5 articles, 3 independent" in shown(got.html)
    assert "independent" not in letter(an_item()).text


def test_a_person_has_the_last_word_and_what_was_told_before_is_said() -> None:
    ruled = an_item(machine=Relation.SUPPORTS, relation=Relation.DISPUTES, was=Relation.SUPPORTS)
    text = words(letter(ruled).text)
    assert "DISPUTES | a person's word; the machine said supports | told before as supports" in text
    assert "confirmed by a person" in letter(an_item(machine=Relation.SUPPORTS)).text


def test_a_flood_on_one_claim_is_capped_and_the_rest_is_a_query_away() -> None:
    flood = [an_item(finding_id=FindingId(n), article_id=ArticleId(n), quote=f"Passage {n}.") for n in range(200)]
    got = letter(*flood)
    shown_ = _OF_A_CLAIM["reports"]
    assert got.text.count("Passage:") == shown_
    query = "claim:raqqa-4000 relation:supports found:2026-11-23..2026-11-23"
    assert f"... and {200 - shown_} more: claimwatch article search '{query}'" in words(got.text)
    assert f"… and {200 - shown_} more: claimwatch article search '{query}'" in shown(got.html)
    assert len(got.told) == 200
    linked = letter(*flood, public_url="https://watch.example")
    assert (
        "https://watch.example/search?q=claim%3Araqqa-4000+relation%3Asupports+found%3A2026-11-23..2026-11-23"
        in linked.text
    )
    assert "claimwatch article search" not in linked.text + linked.html


def test_a_flood_on_many_claims_keeps_the_mail_under_what_gmail_clips() -> None:
    flood = [
        an_item(
            finding_id=FindingId(n), article_id=ArticleId(n), claim_id=ClaimId(f"claim-{n:03}"),
            quote=f"Number {n}. " + "A long passage with many words in it. " * 9, claim_text="A claim of some length. " * 12,
            reason="one reason, and another, " * 12,
        )
        for n in range(200)
    ]  # fmt: skip
    got = letter(*flood)
    assert len(got.html.encode()) <= MAX_HTML_BYTES
    assert 5 < got.text.count("Passage:") <= MOST_STORIES
    assert re.search(r"\.\.\. and \d+ more claims: claimwatch article search 'found:2026-11-23", got.text)
    assert len(got.told) == 200


def test_the_footer_says_what_was_searched_what_did_not_answer_and_when_the_next_comes() -> None:
    bad = a_source(
        url="http://wire.example/f",
        outlet="Wire",
        state=FeedState.REFUSED,
        state_since=NOON - 3 * DAY,
        answered_at=None,
    )
    for part in (
        words(letter(an_item(), sources=[a_source(), bad]).text),
        shown(letter(an_item(), sources=[a_source(), bad]).html),
    ):
        assert "Searched: 2 sources of 2 outlets for 1 claim. 1 of 2 sources answered." in part
        assert (
            "Wire: refuses us since 20 Nov 2026, no good answer yet, next try 23 Nov 2026 13:00 (http://wire.example/f)"
            in part
        )
        assert "Next digest: Tue 24 Nov 2026 07:00 (UTC)" in part
        assert "write to desk@claimwatch.example" in part


@pytest.mark.parametrize(
    ("next_poll", "said"),
    [
        (None, "last good answer 13 Nov 2026, not asked any more"),
        (NOON, "last good answer 13 Nov 2026, asked again now"),
    ],
)
def test_the_footer_says_when_a_feed_is_asked_again(next_poll: datetime | None, said: str) -> None:
    gone = a_source(state=FeedState.GONE, state_since=NOON - 3 * DAY, answered_at=NOON - 10 * DAY, next_poll=next_poll)
    got = letter(an_item(), sources=[gone])
    for part in (words(got.text), shown(got.html)):
        assert f"Gazette: is gone since 20 Nov 2026, {said} (http://gazette.example/feed.xml)" in part


def test_an_edit_under_a_finding_needs_a_reader() -> None:
    events = [
        Happened(
            event_id=n, kind=kind, at=NOON, detail="a figure was taken out", article_id=ArticleId(7), title="The title",
            url="http://gazette.example/a", outlet="Gazette", lang="en", story=ArticleId(7), claims=(),
        )
        for n, kind in enumerate((ArticleEvent.EDITED, ArticleEvent.CORRECTED), start=1)
    ]  # fmt: skip
    got = letter(followed=[Followed(events=tuple(events), claims=(ClaimId("raqqa-4000"),))])
    for part in (words(got.text), shown(got.html)):
        says = (
            "Gazette, 23 Nov 2026: corrected by its outlet, 2 times: a figure was taken out (it speaks of raqqa-4000)"
        )
        assert says in part
        assert "claimwatch article history 7" in part
    assert got.subject == "[claimwatch sample] 1 article corrected"


def test_one_that_went_and_came_back_is_not_called_gone() -> None:
    plain: dict[str, Any] = {
        "at": NOON, "detail": "", "article_id": ArticleId(7), "title": "T", "url": "", "outlet": "G", "lang": "", "claims": (), "story": ArticleId(7),
    }  # fmt: skip
    gone = Happened(event_id=1, kind=ArticleEvent.GONE, **plain)
    back = Happened(event_id=2, kind=ArticleEvent.BACK, **plain)
    both = Followed(events=(gone, back), claims=(ClaimId("c"),))
    assert "1 article back" in letter(followed=[both]).subject
    again = Followed(events=(gone, back, replace(gone, event_id=3)), claims=(ClaimId("c"),))
    assert "1 article taken down" in letter(followed=[again]).subject
    assert "1 article taken down" in letter(followed=[Followed(events=(gone,), claims=(ClaimId("c"),))]).subject


def test_silence_of_sources_is_no_silence_of_the_claim() -> None:
    some = Deafness(since=NOON - 4 * DAY, outlets=("Gazette", "Wire"), claims=(ClaimId("raqqa-4000"),))
    text = words(letter(deafness=[some]).text)
    assert "Gazette, Wire: not heard since 19 Nov 2026; the only outlets that spoke of raqqa-4000" in text
    assert letter(deafness=[some]).subject == "[claimwatch sample] 1 claim's sources silent"
    none = Deafness(since=NOON - 4 * DAY)
    assert letter(deafness=[none]).subject == "[claimwatch sample] no source answers"
    assert "No source has answered since 19 Nov 2026" in words(letter(deafness=[none]).text)


def test_a_quiet_week_is_one_line() -> None:
    got = letter(quiet_since=NOON - 7 * DAY)
    assert got.subject == "[claimwatch sample] nothing new, still watching"
    assert "Still watching: nothing new on 1 claim since 16 Nov 2026. 1 of 1 source answered." in words(got.text)
    assert "Passage" not in got.text


def test_one_story_alone_gives_the_subject_its_title() -> None:
    one = an_item(relation=Relation.DISPUTES, adds=(Adds.DENIAL,), article_title="Coalition denies it")
    assert letter(one).subject == "[claimwatch sample] denial, disputes: Coalition denies it (Gazette)"
    long = letter(an_item(article_title="word " * 2_000)).subject
    assert len(long) <= MAX_SUBJECT
    assert long.endswith(" … (Gazette)")
    arabic = letter(an_item(article_title="خرج الآلاف من الرقة")).subject
    assert "\u2068خرج الآلاف من الرقة\u2069" in arabic


@pytest.mark.parametrize(
    "title",
    [
        "Line\r\nBcc: x@y.example",
        "Turned \u202eround\u202c",
        "Tab\tand\x07bell",
        "Own \ue000 place \ue001",
        "x" * 10_000,
    ],
)
def test_no_title_breaks_a_line_turns_it_around_or_takes_anothers_place(title: str) -> None:
    got = letter(an_item(article_title=title, outlet=title, reason=title, quote=title + " x"), list_title=title)
    assert not re.search(r"[\r\n\x07\u202e\ue000-\ue002]", got.subject)
    assert len(got.subject) <= MAX_SUBJECT
    assert not re.search(r"[\x07\u202e\ue000-\ue002]", got.text + got.html)


def test_markup_in_a_passage_is_text_and_nothing_is_remote() -> None:
    got = letter(
        an_item(
            quote="<script>alert(1)</script> <img src=http://x.example/p.gif>", article_url="javascript:alert(1)",
            article_title="<style>@import url(http://x.example)</style>",
        )
    )  # fmt: skip
    assert "<script>" not in got.html
    assert "<img" not in got.html
    assert "javascript:" not in got.html + got.text
    assert not re.search(r"<[^>]*(?:src|background)=|<[^>]*url\(|<link|<style>", got.html)


def test_right_to_left_titles_keep_their_direction() -> None:
    got = letter(an_item(lang="ar", article_title="خرج الآلاف من الرقة", quote="خرج الآلاف"))
    assert '<p dir="auto" lang="ar"' in got.html


def test_links_lead_to_the_page_only_where_there_is_one_and_a_reader_leaves_by_their_own() -> None:
    got = letter(an_item(), public_url="https://watch.example")
    assert 'href="https://watch.example/articles/1"' in got.html
    assert "https://watch.example/articles/1" in got.text
    assert "claimwatch article show" not in got.text + got.html
    mine = "https://watch.example/u/mine"
    for part in (got.text, got.html):
        assert mine in personal(part, mine)
        assert "Leave this list" not in personal(part, "")
        assert not re.search("[\ue000-\ue00f]", personal(part, mine) + personal(part, ""))
    assert "/u/" not in letter(an_item()).html


def test_first_seen_is_told_when_it_is_another_day() -> None:
    old = datetime(2017, 12, 7, tzinfo=UTC)
    assert "07 Dec 2017, first seen 23 Nov 2026" in words(letter(an_item(published=old)).text)
    assert "first seen" not in letter(an_item()).text
    assert "no date given, first seen" in words(letter(an_item(published=None)).text)


def test_at_once_comes_only_what_needs_a_reader_and_the_rest_stays_untold() -> None:
    report = an_item(finding_id=FindingId(1), quote="Report.")
    dispute = an_item(finding_id=FindingId(2), relation=Relation.DISPUTES, quote="Dispute.")
    got = letter(report, dispute, only_first=True)
    assert "Report." not in got.text
    assert [one.finding_id for one in got.told] == [2]


def test_both_schemes_of_colour_are_there_and_no_line_of_text_is_wider_than_a_terminal() -> None:
    got = letter(an_item(reason="why " * 60), followed=[])
    assert '<meta name="color-scheme" content="light dark">' in got.html
    assert "prefers-color-scheme: dark" in got.html
    assert max(map(len, got.text.splitlines())) <= 80


def test_the_text_part_holds_every_link_of_the_other() -> None:
    flood = [an_item(finding_id=FindingId(n), article_id=ArticleId(n), quote=f"Passage {n}.") for n in range(9)]
    bad = [a_source(outlet=f"Wire {n}", state=FeedState.GONE) for n in range(20)]
    got = letter(*flood, sources=bad, public_url="https://watch.example")
    links = {
        unescape(link) for link in re.findall(r'href="([^"]+)"', personal(got.html, "https://watch.example/u/mine"))
    }
    assert len(links) > 6
    text = personal(got.text, "https://watch.example/u/mine")
    assert [link for link in sorted(links) if link not in text] == []


def test_of_one_article_that_says_the_same_again_a_denial_is_shown_and_the_rest_counted() -> None:
    plain = {"relation": Relation.DISPUTES, "score": 0.9}
    items = [an_item(finding_id=FindingId(n), quote=f"Passage {n}.", **plain) for n in range(1, 4)]
    denial = an_item(finding_id=FindingId(4), quote="They denied it.", adds=(Adds.DENIAL,), **plain)
    got = letter(*items, denial)
    assert got.text.count("Passage:") == 2
    assert "They denied it." in got.text
    assert "It says so in 3 passages." in got.text
    assert len(got.told) == 4


def test_what_the_judge_is_not_sure_of_is_a_report_unless_a_person_says_so() -> None:
    weak = an_item(relation=Relation.DISPUTES, score=0.55, adds=())
    assert "1 report." in letter(weak).text
    ruled = an_item(relation=Relation.DISPUTES, score=0.55, adds=(), machine=Relation.DISPUTES)
    assert "1 disputing." in letter(ruled).text


def test_each_claim_is_shown_before_any_is_shown_twice_and_no_section_takes_all() -> None:
    dice = [
        an_item(
            finding_id=FindingId(100 * c + n), article_id=ArticleId(100 * c + n), claim_id=ClaimId(f"claim-{c:02}"),
            quote=f"{relation} {c} {n}.", relation=relation, score=0.9,
        )
        for c in range(10)
        for n, relation in enumerate([*3 * [Relation.DISPUTES], *3 * [Relation.SUPPORTS], *3 * [Relation.CONTEXT]])
    ]  # fmt: skip
    text = letter(*dice).text
    first, _, rest = text.partition("NEW REPORTS")
    reports, _, context = rest.partition("CONTEXT")
    assert [part.count("Passage:") for part in (first, reports, context)] == [14, 4, 2]
    assert all(f"disputes {c} 0." in first for c in range(10))
    assert "... and 3 on claim-09: claimwatch article search 'claim:claim-09 relation:supports found:" in reports


def test_sources_that_were_not_asked_are_counted_apart() -> None:
    new = a_source(state=FeedState.NEW, answered_at=None, added_at=NOON)
    paused = a_source(paused_at=NOON)
    assert "1 of 2 sources answered, 1 not asked yet, 1 paused." in words(
        letter(an_item(), sources=[a_source(), new, paused]).text
    )


@pytest.mark.parametrize("mark", ["\ue000", "\ue001", "\u202e", "\u2066"])
def test_no_address_of_others_holds_a_readers_own_or_hides_what_follows(mark: str) -> None:
    bad = an_item(article_url=f"https://evil.example/?t={mark}", lang=mark, finding_id=FindingId(1))
    after = an_item(finding_id=FindingId(2), article_id=ArticleId(2), quote="What follows.", claim_id=ClaimId("z"))
    got = letter(bad, after, public_url="https://watch.example")
    for part in (got.text, got.html):
        mine = personal(part, "https://watch.example/u/SECRET")
        assert mine.count("SECRET") == 1
        assert "What follows." in personal(part, "")
    assert "https://evil.example/?t=%E" in got.text


def test_a_text_that_was_told_and_stands_in_more_outlets_is_a_line_and_calls_nobody() -> None:
    echo = [
        an_item(
            finding_id=FindingId(n), article_id=ArticleId(n), story=ArticleId(1), outlet=f"Herald {n}", echo=True,
            relation=Relation.DISPUTES, adds=(Adds.DENIAL,),
        )
        for n in (2, 3)
    ]  # fmt: skip
    report = an_item(finding_id=FindingId(9), article_id=ArticleId(9))
    got = letter(*echo, report)
    assert "denial" not in got.subject
    assert "A text that you were told of stands now also in: Herald 2, Herald 3 (it speaks of raqqa-4000)" in words(
        got.text
    )
    assert {one.finding_id for one in got.told} == {2, 3, 9}
    assert {one.finding_id for one in letter(*echo, report, only_first=True).told} == set()


def test_a_list_of_a_long_name_has_a_subject_all_the_same() -> None:
    for title in ("word " * 100, "خرج الآلاف من الرقة " * 20):
        got = letter(an_item(article_title=title, outlet="O" * 90), list_slug="s" * 80)
        assert len(got.subject) <= MAX_SUBJECT + 4  # the marks of direction
