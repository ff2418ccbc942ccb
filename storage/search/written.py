"""A query as it is understood, written in its own language; and the same query with a term more or less."""

from __future__ import annotations

import re

from storage.search.matching import finds, inward, only_words
from storage.search.query import All, AnyOf, Field, Not, Query, Term, Text

# What ends a value that is not in quotation marks (language.lark).
_PARTS = re.compile(r"[\s,()]")


_BY_RELEVANCE = re.compile(r"sort:relevance\s*", re.IGNORECASE)


def written(term: Term, *, inside: bool = False) -> str:
    """The term as one would type it. `inside`: beside other terms."""
    match term:
        case Text():
            return f'"{term.told}"' if term.phrase else term.told
        case Field():
            return f"{term.name}:" + ",".join(f'"{v}"' if _PARTS.search(v) else v for v in term.told)
        case Not():
            return f"-{written(term.term, inside=True)}"
        case All():
            told = " ".join(written(part, inside=True) for part in term.terms)
        case AnyOf():
            told = " OR ".join(written(part, inside=True) for part in term.terms)
    return f"({told})" if inside and len(term.terms) > 1 else told


def narrowed(query: Query, field: str, value: str) -> str:
    """The query of which `field:value` holds as well. Empty: the language cannot say it, as of a name with a quotation mark."""
    # what was asked is a row of terms that all hold, so one more may stand at its end
    return "" if '"' in value else f"{query.asked} {written(Field(field, (value,)))}".lstrip()


def without_each(query: Query) -> list[tuple[str, str]]:
    """Each term that must hold, and the query without it, in their order; not by relevance where no word is left."""
    terms = query.where.terms
    controls = query.asked.removeprefix(written(query.where)).strip()
    told = []
    for at, term in enumerate(terms):
        rest = All((*terms[:at], *terms[at + 1 :]))
        ranked = any(_is_entity(one) or (only_words(one) and finds(inward(one))) for one in rest.terms)
        kept = controls if ranked else _BY_RELEVANCE.sub("", controls).strip()
        told.append((written(term, inside=True), f"{written(rest)} {kept}".strip()))
    return told


def _is_entity(term: Term) -> bool:
    """Its names are looked for as words are."""
    return isinstance(term, Field) and term.name == "entity"
