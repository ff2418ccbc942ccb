"""Who still carries an older figure than the latest told, and who never carried what was told elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from storage.records import Adds, Relation, Verdict
from tests.steps.test_ledger import CLAIM, told
from worker.steps.carriers import Report, Sight, Unseen, figure_carriers, told_elsewhere
from worker.steps.ledger import Told

CLEAR = Sight(gone={}, unheard={})
SAME, LOWER = {"verdict": Verdict.SAME}, {"verdict": Verdict.LOWER}


def on(month: int, n: int, low: float, outlet: str, **more: Any) -> Told:
    """A figure of article `n`, told in that month of 2019; "more than 1,800" is the claim's own."""
    verdict = SAME if abs(low - 1800) <= 90 else LOWER
    return told(n, low, outlet=outlet, said_on=date(2019, month, 1), **verdict | more)


@pytest.mark.parametrize(
    ("figures", "latest", "carried_by", "others"),
    [
        ([on(1, 1, 1800, "Gazette")], (1800, 1), ["Gazette"], []),
        ([on(1, 1, 1800, "Gazette"), on(4, 2, 1600, "Herald")], (1600, 2), ["Herald"], [("Gazette", 1800, 1)]),
        # told again since: each by its own latest
        (
            [on(1, 1, 1800, "Gazette"), on(4, 2, 1600, "Herald"), on(5, 3, 1600, "Gazette")],
            (1600, 3), ["Gazette", "Herald"], [],
        ),
        (
            [on(1, 1, 1600, "Gazette"), on(3, 2, 1800, "Gazette"), on(4, 3, 1600, "Herald")],
            (1600, 3), ["Herald"], [("Gazette", 1800, 2)],
        ),
        # who tells the new figure beside the old one carries the new
        (
            [on(1, 1, 1800, "Gazette"), on(4, 2, 1600, "Herald"), on(5, 3, 1800, "Monitor", finding_id=9), on(5, 3, 1600, "Monitor")],
            (1600, 3), ["Herald", "Monitor"], [("Gazette", 1800, 1)],
        ),
        # near enough is the same
        ([on(1, 1, 1650, "Gazette"), on(4, 2, 1600, "Herald")], (1600, 2), ["Gazette", "Herald"], []),
        # a reprint of an old text is no newer word, but the outlet carries it
        (
            [on(1, 1, 1800, "Wire"), on(4, 2, 1600, "Herald"), on(5, 3, 1800, "Gazette", story=1)],
            (1600, 2), ["Herald"], [("Gazette", 1800, 3), ("Wire", 1800, 1)],
        ),
        # to dispute the claim's figure one has to name it
        (
            [on(1, 1, 1800, "Gazette", relation=Relation.DISPUTES), on(4, 2, 1600, "Herald")],
            (1600, 2), ["Herald"], [],
        ),
        # of two figures of one day the later article's
        ([on(4, 1, 1800, "Gazette"), on(4, 2, 1600, "Herald")], (1600, 2), ["Herald"], [("Gazette", 1800, 1)]),
    ],
)  # fmt: skip
def test_who_carries_which_figure(
    figures: list[Told], latest: tuple[float, int], carried_by: list[str], others: list[tuple[str, float, int]]
) -> None:
    for ordered in (figures, figures[::-1]):
        (own,) = figure_carriers(CLAIM, ordered, CLEAR)
        assert (own.latest.figure.low, own.latest.article_id) == latest
        assert list(own.carried_by) == carried_by
        assert [(o.told.outlet, o.told.figure.low, o.told.article_id) for o in own.others] == others


def test_scopes_are_never_mixed_and_what_counts_another_thing_is_left_out() -> None:
    own, wider = figure_carriers(
        CLAIM,
        [
            on(1, 1, 1800, "Gazette"),
            on(4, 2, 1400, "Herald", scope="Iraq, Syria, since 2014", verdict=Verdict.DIFFERENT_THING),
            on(5, 3, 29, "Monitor", counts="lorries", verdict=Verdict.DIFFERENT_THING),
        ],
        CLEAR,
    )
    assert (own.series.own, own.latest.outlet, own.others) == (True, "Gazette", ())
    assert (wider.series.scope.place, wider.latest.outlet, wider.others) == ("Iraq, Syria", "Herald", ())


def test_whoever_is_not_seen_any_more_is_not_said_to_carry_it_still() -> None:
    figures = [on(1, 1, 1800, "Gazette"), on(2, 2, 1800, "Star"), on(3, 3, 1800, "Sun"), on(4, 4, 1600, "Herald")]
    gone, unheard = Unseen(since=date(2019, 2, 1), why="gone"), Unseen(since=date(2019, 3, 1), why="no answer")
    (own,) = figure_carriers(CLAIM, figures, Sight(gone={1: gone}, unheard={"Star": unheard}))
    assert [(o.told.outlet, o.unseen) for o in own.others] == [("Gazette", gone), ("Star", unheard), ("Sun", None)]


def report(n: int, outlet: str, relation: Relation, *adds: Adds) -> Report:
    return Report(
        outlet=outlet, article_id=n, finding_id=n, said_on=date(2019, n, 1), relation=relation, adds=adds, passage="p"
    )


SUPPORTS, DISPUTES, CONTEXT, MIXED = Relation.SUPPORTS, Relation.DISPUTES, Relation.CONTEXT, Relation.MIXED
GAZETTE, AGAIN = report(1, "Gazette", SUPPORTS), report(3, "Gazette", MIXED)
DENIES, RULES = report(2, "Herald", DISPUTES, Adds.DENIAL), report(4, "Court News", DISPUTES, Adds.RULING)


@pytest.mark.parametrize(
    ("reports", "corrected", "told"),
    [
        ([GAZETTE, AGAIN], (), []),
        ([GAZETTE, DENIES], (), [("denial", 2, ["Herald"], [("Gazette", 1)])]),
        ([GAZETTE, DENIES, AGAIN], (), [("denial", 2, ["Herald"], [("Gazette", 3)])]),
        # it carried the one, and not the other
        (
            [GAZETTE, DENIES, RULES, report(5, "Gazette", CONTEXT, Adds.DENIAL)], (),
            [("denial", 2, ["Gazette", "Herald"], []), ("ruling", 4, ["Court News"], [("Gazette", 1)])],
        ),
        # an article of its own that was corrected is what it owed
        ([GAZETTE, DENIES], (1,), [("denial", 2, ["Gazette", "Herald"], [])]),
        # who only stood by, or said no anyway, owes nothing
        ([report(1, "Star", CONTEXT), report(3, "Sun", DISPUTES), DENIES], (), [("denial", 2, ["Herald"], [])]),
        ([report(1, "Wire", SUPPORTS, Adds.CORRECTION), GAZETTE], (), [("correction", 1, ["Wire"], [("Gazette", 1)])]),
    ],
)  # fmt: skip
def test_who_reported_and_never_carried_what_was_told(
    reports: list[Report], corrected: tuple[int, ...], told: list[Any]
) -> None:
    for ordered in (reports, reports[::-1]):
        found = told_elsewhere(ordered, Sight(gone={}, unheard={}, corrected=frozenset(corrected)))
        assert [
            (one.adds.value, one.first.article_id, list(one.carried_by), [(n.report.outlet, n.report.article_id) for n in one.never])
            for one in found
        ] == told  # fmt: skip


def test_a_report_that_is_gone_is_told_as_such() -> None:
    gone = Unseen(since=date(2019, 5, 1), why="gone")
    (denial,) = told_elsewhere([GAZETTE, DENIES], Sight(gone={1: gone}, unheard={}))
    assert [one.unseen for one in denial.never] == [gone]
