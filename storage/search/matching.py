"""Words and phrases of a query as each engine's full-text expression. What has no word in it is left to conditions.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, func, not_, or_

from storage.search.query import All, AnyOf, Field, Not, Term, Text, leaves
from storage.search_words import phrases, words
from storage.word_index import INDEX, pair


def only_words(term: Term) -> bool:
    """The term can be asked of the index alone."""
    match term:
        case Text():
            return True
        case Field():
            return False
        case Not():
            return only_words(term.term)
        case All() | AnyOf():
            return bool(term.terms) and all(only_words(part) for part in term.terms)


def finds(term: Term) -> bool:
    """It names something to find, not only what is to be left out: SQLite's index cannot answer the latter."""
    match term:
        case Text():
            return True
        case All():
            return any(finds(part) for part in term.terms)
        case AnyOf():
            return all(finds(part) for part in term.terms)
        case _:
            return False


def expression(term: Term, langs: Iterable[str], *, dialect: str) -> str:
    """The term as a tsquery or as FTS5 writes it. It `finds`, and is made of `only_words`."""
    known = tuple(langs)
    return _tsquery(term, known) if dialect == "postgresql" else _fts5(term, known)


def without_marks(term: Term, langs: Iterable[str]) -> str:
    """The term as a tsquery that knows no marks of pairs: for ranks, in which they weigh, and for how many are expected."""
    return _tsquery(term, tuple(langs), marked=False)


def _tsquery(term: Term, langs: tuple[str, ...], *, marked: bool = True) -> str:
    match term:
        case Text():
            return "(" + " | ".join(_tsphrase(way, marked=marked) for way in phrases(term.told, langs)) + ")"
        case Not():
            return f"!({_tsquery(term.term, langs, marked=marked)})"
        case All() | AnyOf():
            joint = " & " if isinstance(term, All) else " | "
            return "(" + joint.join(_tsquery(part, langs, marked=marked) for part in term.terms) + ")"
        case _:
            raise AssertionError(f"not words alone: {term}")


def _tsphrase(way: Sequence[str], *, marked: bool) -> str:
    """Stems side by side, in a text that has the marks of their pairs."""
    told = " <-> ".join(f"'{word}'" for word in way)
    return " & ".join([f"({told})", *(_marks(way) if marked else ())])


def _marks(way: Sequence[str]) -> list[str]:
    return sorted({pair(*both) for both in pairwise(way)})


def loosely(term: Term, langs: Iterable[str]) -> str:
    """A tsquery that finds all that the term finds, and more where there are phrases in it. "" would be everything.

    Its phrases are the words and the marks of their pairs, for which PostgreSQL reads no text.
    """
    known = tuple(langs)
    match term:
        case Text():
            ways = ([*(f"'{word}'" for word in way), *_marks(way)] for way in phrases(term.told, known))
            return "(" + " | ".join(" & ".join(way) for way in ways) + ")"
        case All() | AnyOf():
            parts = [loosely(part, known) for part in term.terms]
            if isinstance(term, All):
                parts = [part for part in parts if part]
            joint = " & " if isinstance(term, All) else " | "
            return f"({joint.join(parts)})" if parts and all(parts) else ""
        case _:
            return "" if has_phrase(term) else _tsquery(term, known)


def parted(terms: All) -> tuple[All, ...]:
    """What finds together what the terms find, no phrase beside a word in one "or": a text with the word need not be read."""
    for at, term in enumerate(terms.terms):
        if isinstance(term, AnyOf):
            ways = [[part for part in term.terms if has_phrase(part) is phrase] for phrase in (False, True)]
            if all(ways):
                rest = (*terms.terms[:at], *terms.terms[at + 1 :])
                return tuple(All((*rest, AnyOf(tuple(way)))) for way in ways)
    return (terms,)


def has_phrase(term: Term) -> bool:
    """Somewhere in it words are asked for side by side."""
    return any(isinstance(leaf, Text) and len(words(leaf.told)) > 1 for leaf in leaves(term))


def _fts5(term: Term, langs: tuple[str, ...]) -> str:
    match term:
        case Text():
            ways = ('"' + " ".join(way) + '"' for way in phrases(term.told, langs))
            return "(" + " OR ".join(ways) + ")"
        case All():
            told = "(" + " AND ".join(_fts5(part, langs) for part in term.terms if finds(part)) + ")"
            for part in term.terms:
                if not finds(part):
                    told = f"({told} NOT {_fts5(opposite(part), langs)})"
            return told
        case AnyOf():
            return "(" + " OR ".join(_fts5(part, langs) for part in term.terms) + ")"
        case _:
            raise AssertionError(f"not words alone, or nothing to find: {term}")


def inward(term: Term) -> Term:
    """The same, with every minus before a single word: then a term that does not find is the opposite of one that does."""
    match term:
        case Not():
            return opposite(term.term)
        case All() | AnyOf():
            return type(term)(tuple(inward(part) for part in term.terms))
        case _:
            return term


def opposite(term: Term) -> Term:
    """What holds where the term does not, with every minus before a single word (De Morgan)."""
    match term:
        case Not():
            return inward(term.term)
        case All():
            return AnyOf(tuple(opposite(part) for part in term.terms))
        case AnyOf():
            return All(tuple(opposite(part) for part in term.terms))
        case _:
            return Not(term)


def by_hand(term: Term, langs: Iterable[str]) -> ColumnElement[bool]:
    """The term asked of the words that SQLite's index keeps beside it, a row of INDEX: for few rows, one by one."""
    known = tuple(langs)
    match term:
        case Text():
            ways = [f" {' '.join(way)} " for way in phrases(term.told, known)]
            return or_(*(func.instr(INDEX.c[name], way) > 0 for way in ways for name in ("title", "body")))
        case Not():
            return not_(by_hand(term.term, known))
        case All():
            return and_(*(by_hand(part, known) for part in term.terms))
        case AnyOf():
            return or_(*(by_hand(part, known) for part in term.terms))
        case _:
            raise AssertionError(f"not words alone: {term}")


def wanted(term: Term) -> list[Text]:
    """The words and phrases that are to be found, for marks in a snippet."""
    match term:
        case Text():
            return [term]
        case All() | AnyOf():
            return [text for part in term.terms for text in wanted(part)]
        case _:
            return []
