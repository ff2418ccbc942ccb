"""The state of a claim over time: how many independent voices say what of it, and when the first, second, third came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.records import ArticleId, Heard, Relation, Said
from worker.steps.independence import Voices, voices

# An article with a finding of one of these takes a side; context and unclear corroborate nothing.
SIDES = (Relation.SUPPORTS, Relation.DISPUTES, Relation.MIXED)
_SAID = {
    Relation.SUPPORTS: "supported by",
    Relation.DISPUTES: "disputed by",
    Relation.MIXED: "supported and disputed by",
}
# The first three voices are news, each of them; of the rest it is told how many they are.
_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is said of a claim, as one. `findings`: how many by relation.

    `arrivals`: when each of the voices first spoke, in that order; `latest`: when an article last took a relation that it
    had not; None if nothing is said. What makes articles one voice is what is known at the end, so that one that ties two
    others together leaves one voice, from when the first of them spoke.
    """

    voices: Voices
    arrivals: tuple[datetime, ...]
    latest: datetime | None
    findings: dict[Relation, int]

    def since(self, n: int) -> datetime | None:
        """When the n-th voice came; None if there are fewer."""
        return self.arrivals[n - 1] if 1 <= n <= len(self.arrivals) else None


def state_of(said: Iterable[Said]) -> State:
    """The state that all this makes; the order does not matter."""
    all_ = list(said)
    heard: dict[ArticleId, Heard] = {}
    spoke: dict[ArticleId, datetime] = {}
    findings: Counter[Relation] = Counter()
    for one in all_:
        article = one.heard.article_id
        before = heard.get(article, one.heard)
        heard[article] = replace(one.heard, relayed=one.heard.relayed | before.relayed)
        spoke[article] = min(one.since, spoke.get(article, one.since))
        findings[one.relation] += one.findings
    found = voices(heard.values())
    return State(
        voices=found,
        arrivals=tuple(sorted(min(spoke[article] for article in group.articles) for group in found.groups)),
        latest=max((one.since for one in all_), default=None),
        findings={relation: findings[relation] for relation in Relation if findings[relation]},
    )


def by_side(said: Iterable[Said]) -> dict[Relation, State]:
    """The state of each side that some article takes, the same voice on each for itself."""
    all_ = list(said)
    states = {side: state_of(one for one in all_ if one.relation is side) for side in SIDES}
    return {side: state for side, state in states.items() if state.arrivals}


def in_words(states: dict[Relation, State]) -> str:
    """ "disputed by 1 voice since 2019-04-25, by 2 since 2019-05-02; supported by 1 voice since 2018-01-15"; days are UTC."""
    return "; ".join(f"{_SAID[side]} {_steps(state.arrivals)}" for side, state in states.items())


def _steps(arrivals: Sequence[datetime]) -> str:
    reached: dict[str, int] = {}
    for n, at in enumerate(arrivals, 1):
        reached[f"{at:%Y-%m-%d}"] = n
    steps = [(n, day) for day, n in reached.items()]
    shown = [step for i, step in enumerate(steps) if i == 0 or steps[i - 1][0] < _TOLD or step == steps[-1]]
    (n, day), *more = shown
    told = [f"{n} voice{'' if n == 1 else 's'} since {day}", *(f"by {n} since {day}" for n, day in more)]
    return ", ".join(told)
