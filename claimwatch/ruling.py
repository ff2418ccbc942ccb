"""A person confirms or corrects what the machine says: the same for the command and the API.

Each act gives JSON: `new` (False: the same word stood already, nothing was written), `ruling` (the row of
`ruling_history.history` that counts, or that retracted), and `finding` as it is now (a row of `queries.finding`).

Raises NoFinding for an id that is not there, BadInput for words that cannot be used, and the store's Refused for what
breaks a rule: a finding that was withdrawn, a side taken on an opinion, nothing to retract.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from claimwatch.errors import BadInput
from storage import queries, rulings
from storage.engine import Store
from storage.records import Adds, FindingId, Relation
from storage.ruling_history import history
from storage.rulings import Ruled

Json = dict[str, Any]
W = TypeVar("W", bound=StrEnum)

MOST_WHO, MOST_WHY = 100, 2000  # characters


class NoFinding(BadInput):
    """There is no finding with this id."""


def confirm(store: Store, finding_id: int, who: str, why: str, now: datetime) -> Json:
    """A person says that it is as it stands. Said again by anybody, nothing is written."""
    return _rule(store, finding_id, None, None, who=_name(who), why=_text(why), now=now)


def correct(
    store: Store, finding_id: int, relation: str, adds: Sequence[str] | None, who: str, why: str, now: datetime
) -> Json:
    """A person says what it is, and why. `adds` None: those that stand; ["none"] or []: nothing."""
    if not _text(why):
        raise BadInput("why: say why it is corrected; it is shown beside the machine's word")
    words = None if adds is None else [_word(a, Adds, "adds") for a in adds if a != "none"]
    return _rule(
        store, finding_id, _word(relation, Relation, "relation"), words, who=_name(who), why=_text(why), now=now
    )


def retract(store: Store, finding_id: int, who: str, why: str, now: datetime) -> Json:
    """The machine's word counts again; what was ruled stays in the history."""
    with store.begin() as tx:
        done = rulings.retract(tx, FindingId(finding_id), who=_name(who), why=_text(why), now=now)
        return _told(tx, finding_id, done)


def _rule(
    store: Store,
    finding_id: int,
    relation: Relation | None,
    adds: Sequence[Adds] | None,
    *,
    who: str,
    why: str,
    now: datetime,
) -> Json:
    with store.begin() as tx:
        done = rulings.rule(tx, FindingId(finding_id), relation=relation, adds=adds, who=who, why=why, now=now)
        return _told(tx, finding_id, done)


def _told(tx: Any, finding_id: int, done: Ruled | None) -> Json:
    if done is None:
        raise NoFinding(f"no finding {finding_id}; see: claimwatch finding list")
    rows = {row["id"]: row for row in history(tx, finding_id=finding_id)}
    return {"new": done.new, "ruling": rows[done.ruling.id], "finding": queries.finding(tx, finding_id)}


def summary(told: Json) -> str:
    """ "3 rulings: 2 confirmed, 1 corrected (disputes to context 1)", of `ruling_history.disagreement`."""
    turned = [
        f"{machine} to {person} {n}"
        for machine, to in told["by_relation"].items()
        for person, n in to.items()
        if person != machine
    ]
    n = told["confirmed"] + told["corrected"]
    what = f"{n} ruling counts" if n == 1 else f"{n} rulings count"
    of_it = f" ({', '.join(turned)})" if turned else ""
    return f"{what}: {told['confirmed']} confirmed, {told['corrected']} corrected{of_it}"


def _word(told: str, words: type[W], name: str) -> W:
    try:
        return words(told)
    except ValueError:
        known = ", ".join([*words, *(["none"] if words is Adds else [])])
        raise BadInput(f"{name}: expected one of {known}; got {told!r}") from None


def _name(told: str) -> str:
    """One line, as it is shown. Raises BadInput."""
    name = " ".join(_text(told).split())
    if not name or len(name) > MOST_WHO:
        raise BadInput(f"who: expected the name of the person who rules, at most {MOST_WHO} characters")
    return name


def _text(told: str) -> str:
    """Without control and direction marks, which could turn a line around. Raises BadInput."""
    kept = "".join(c for c in told if c in "\n\t" or not _turns_or_controls(c)).strip()
    if len(kept) > MOST_WHY:
        raise BadInput(f"expected at most {MOST_WHY} characters, got {len(kept)}")
    return kept


def _turns_or_controls(c: str) -> bool:
    """Not all of "Cf": the joiners that Persian is written with are among them."""
    return (
        unicodedata.category(c) in ("Cc", "Cs")
        or c in "\u200e\u200f"
        or "\u202a" <= c <= "\u202e"
        or "\u2066" <= c <= "\u2069"
    )
