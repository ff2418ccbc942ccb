"""Who says it, in words: "“The coalition” (official) denies “that it was a party”; taken from Reuters"."""

from __future__ import annotations

from typing import Any

from claimwatch.exports.atom import short
from storage.records import Act, Certainty, Voice
from storage.shapes import voice_from_json

_DOES = {
    Act.STATES: "says so",
    Act.DENIES: "denies",
    Act.CORRECTS: "corrects it",
    Act.CONFIRMS: "confirms it",
    Act.ACCUSES: "accuses",
}
_HOW = {Certainty.FLAT: "", Certainty.HEDGED: "with a reservation", Certainty.QUESTION: "as a question"}


def voice_words(voice: dict[str, Any], passage: str) -> str:
    """A finding's `voice` as a line. What was read out of the passage stands in quotation marks: it may be misread."""
    told = voice_from_json(voice) or Voice()
    others = (
        f"taken from {told.relayed_from}" if told.relayed_from not in told.speaker else "",
        "at first hand" if told.firsthand else "",
        _HOW[told.certainty],
    )
    return "; ".join(filter(None, (_says(told, passage), *others)))


def _says(told: Voice, passage: str) -> str:
    if not told.speaker:
        return "nobody is named" + (f"; the text {_does(told, passage)}" if told.act is not Act.STATES else "")
    known = ", ".join(filter(None, (told.role.value.replace("-", " "), told.entity)))
    return f"“{told.speaker}”{f' ({known})' if known else ''} {_does(told, passage)}"


def _does(told: Voice, passage: str) -> str:
    if told.denied is None:
        return _DOES[told.act]
    denied = short(passage[slice(*told.denied)])
    return f"denies {denied}" if told.act is Act.DENIES else f"{_DOES[told.act]}, and {denied} is denied"
