from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from storage.records import (
    Adds,
    ArticleId,
    DigestItem,
    FeedHealth,
    FeedState,
    Figure,
    FindingId,
    Heard,
    Relation,
    Verdict,
)
from tests.builders import a_recipient, an_item
from tests.fakes import NOON
from worker.handovers import Message
from worker.steps.compose_digest import MOST_STORIES, compose

GOOD = FeedHealth(url="http://gazette.example/f", outlet="Gazette", state=FeedState.OK, since=NOON, last_success=NOON)
BAD = FeedHealth(
    url="http://wire.example/f",
    outlet="Wire",
    state=FeedState.REFUSED,
    since=NOON - timedelta(days=3),
    last_success=None,
)


def mail(*items: object, **told: object) -> Message:
    plain: dict[str, object] = {
        "period": "2026-11-23",
        "now": NOON,
        "next_at": NOON + timedelta(hours=19),
        "public_url": None,
        "mail_from_domain": "claimwatch.example",
    }
    return compose(a_recipient(), "The Raqqa deal", items, [GOOD, BAD], **plain | told)  # type: ignore[arg-type]


def test_the_same_in_gives_the_same_out() -> None:
    assert mail(an_item()) == mail(an_item())


def test_headers_that_readers_and_machines_go_by() -> None:
    got = mail(an_item())
    assert re.fullmatch(r"<digest\.sample\.2026-11-23\.[0-9a-f]{12}@claimwatch\.example>", got.message_id)
    assert got.headers["In-Reply-To"] == got.headers["References"]
    assert got.headers["In-Reply-To"].startswith("<thread.sample.2026-11.")
    assert got.headers["List-ID"] == "claimwatch sample <sample.claimwatch.example>"
    assert got.headers["Auto-Submitted"] == "auto-generated"
    assert got.subject == "[claimwatch sample] 1 supporting"


def test_what_needs_a_reader_comes_first() -> None:
    context = an_item(finding_id=FindingId(1), relation=Relation.CONTEXT, adds=(), quote="Context.")
    report = an_item(finding_id=FindingId(2), quote="Report.")
    dispute = an_item(finding_id=FindingId(3), relation=Relation.DISPUTES, quote="Dispute.")
    ruling = an_item(finding_id=FindingId(4), adds=(Adds.RULING,), quote="Ruling.")
    text = mail(context, report, dispute, ruling).text
    places = [text.index(word) for word in ("> Dispute.", "> Ruling.", "> Report.", "> Context.")]
    assert places == sorted(places)


def test_both_parts_hold_passage_reason_figure_and_address() -> None:
    figure = Figure(low=1600, high=1600, counts="civilians", quote="1,600 civilians", verdict=Verdict.LOWER)
    got = mail(an_item(figures=(figure,), reason="a lower count"))
    for part in (got.text, got.html):
        for told in (
            "About 4,000 people left Raqqa, he said.",
            "a lower count",
            "1,600 civilians",
            "lower",
            "http://gazette.example/a",
        ):
            assert told in part
    assert "suggestion until a person confirms" in got.text
    assert "claimwatch article show 1" in got.text


def test_one_text_in_three_outlets_is_one_story() -> None:
    items = [an_item(finding_id=FindingId(n), article_id=ArticleId(n), outlet=f"Outlet {n}") for n in (1, 2, 3)]
    text = mail(*items).text
    assert text.count("> About 4,000") == 1
    assert "The same text in 2 more reports: Outlet 2, Outlet 3" in text


def item(number: int, article: int, story: int, **told: object) -> DigestItem:
    return an_item(
        finding_id=FindingId(number), article_id=ArticleId(article), story=ArticleId(story), outlet=f"Outlet {article}",
        **told,
    )  # fmt: skip


def test_a_copy_goes_with_its_original_even_where_its_passage_was_cut() -> None:
    copy = item(1, 5, 2, quote="About 4,000 people left.")
    original = item(2, 2, 2), item(3, 2, 2, quote="All but 500 were fighters.")
    text = mail(copy, *original).text
    assert text.count("\n> ") == 2
    assert "> About 4,000 people left Raqqa, he said." in text
    assert "\nOutlet 2, GB" in text
    assert text.count("The same text in 1 more report: Outlet 5") == 1


def test_a_copy_that_says_something_else_is_shown_for_itself() -> None:
    text = mail(item(1, 2, 2), item(2, 5, 2, relation=Relation.DISPUTES, quote="The army denied it.")).text
    assert text.count("\n> ") == 2
    assert "The same text" not in text


def test_beside_the_claim_stands_how_many_articles_and_how_many_voices_there_are() -> None:
    articles = [Heard(article_id=ArticleId(n), story=ArticleId(max(n, 3)), outlet=f"O{n}") for n in range(1, 6)]
    got = mail(an_item(), heard={"raqqa-4000": articles})
    assert "Claim raqqa-4000: About 4,000 people left Raqqa. [5 articles, 3 independent]\n" in got.text
    assert "[5 articles, 3 independent]" in got.html
    assert "independent" not in mail(an_item()).text


def test_a_flood_is_capped_and_the_rest_is_counted() -> None:
    got = mail(*(an_item(finding_id=FindingId(n), quote=f"Passage {n}.") for n in range(200)))
    assert got.text.count("\n> ") == MOST_STORIES
    assert f"and {200 - MOST_STORIES} more" in got.text
    assert len(got.html.encode()) < 100_000


def test_the_footer_names_feeds_in_trouble_and_the_next_digest() -> None:
    text = mail(an_item()).text
    assert "2 feeds, 1 answered" in text
    assert "Wire: refuses us since 20 Nov 2026, no good answer yet" in text
    assert "Next digest: Tue 24 Nov 2026 07:00 (UTC)" in text


@pytest.mark.parametrize("title", ["Line\r\nBcc: x@y.example", "Turned \u202eround\u202c", "Tab\tand\x07bell"])
def test_no_title_breaks_a_line_or_turns_it_around(title: str) -> None:
    got = compose(
        a_recipient(),
        title,
        [an_item()],
        [],
        period="p",
        now=NOON,
        next_at=NOON,
        public_url=None,
        mail_from_domain="d.example",
    )
    assert not re.search(r"[\r\n\x07\u202e]", got.subject)
    assert "\u202e" not in got.text


def test_markup_in_a_passage_is_text_and_nothing_is_remote() -> None:
    got = mail(
        an_item(quote="<script>alert(1)</script> <img src=http://x.example/p.gif>", article_url="javascript:alert(1)")
    )
    assert "<script>" not in got.html
    assert "<img" not in got.html
    assert "javascript:" not in got.html + got.text
    assert not re.search(r"<[^>]*(?:src|background)=|url\(|@import", got.html)


def test_with_a_public_address_links_lead_there() -> None:
    got = mail(an_item(), public_url="https://watch.example")
    assert "https://watch.example/articles/1" in got.text
    assert 'href="https://watch.example/articles/1"' in got.html


def test_first_seen_is_told_when_it_is_another_day() -> None:
    old = datetime(2017, 12, 7, tzinfo=UTC)
    assert "07 Dec 2017, first seen 23 Nov 2026" in mail(an_item(published=old)).text
    assert "first seen" not in mail(an_item()).text
    assert "no date given, first seen" in mail(an_item(published=None)).text
