"""A query's text to what is asked, by the grammar in language.lark."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from storage.search.errors import BadQuery, did_you_mean
from storage.search.fields import FIELDS, Of
from storage.search.query import All, AnyOf, Field, Not, Query, Sort, Term, Text
from storage.search.written import written
from storage.search_words import words

# A person's query has a dozen terms. More is a program's, or an attack's.
LONGEST = 1000
MOST_TERMS = 60
DEEPEST = 20
# What people type who know other search boxes.
_CALLED_ELSEWHERE = {
    "outlet": "source", "publisher": "source", "from": "source", "site": "domain", "host": "domain", "language": "lang",
    "date": "published", "after": "since", "before": "until", "newer": "since", "older": "until", "stance": "relation",
    "verdict": "relation", "confidence": "score", "number": "figure", "link": "url", "feed": "source",
}  # fmt: skip


def parse(text: str, *, now: datetime, of_claims: bool = False) -> Query:
    """What is asked. `now` is what `today` and `30d` count from. Raises BadQuery.

    `of_claims`: claims are looked for; else a field that only they answer is refused.
    """
    if len(text) > LONGEST:
        raise BadQuery(f"the query has {len(text)} characters; {LONGEST} are read")
    if "\0" in text:
        raise BadQuery("the query holds a NUL character")
    if text.count('"') % 2:
        raise BadQuery(f"a quotation mark is left open in {text!r}")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise BadQuery(_told(text, error)) from None
    reading = _Reading(now, of_claims=of_claims)
    top = reading.term(_trees(tree)[0], depth=0) if tree.children else All(())
    where = top if isinstance(top, All) else All((top,))
    controls: dict[str, Any] = reading.controls
    return Query(
        where=where,
        sort=Sort(controls.get("sort", Sort.PUBLISHED)),
        limit=controls.get("limit"),
        as_of=controls.get("as-of"),
        with_copies=reading.with_copies,
        voices=controls.get("voices"),
        asked=" ".join(filter(None, [written(where), *reading.written])),
    )


@cache
def _parser() -> Lark:
    grammar = files("storage.search").joinpath("language.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", propagate_positions=True)


def _told(text: str, error: UnexpectedInput) -> str:
    at = f"at character {error.column} of {text!r}"
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        opened = text.count("(") > text.count(")")
        return f"{text!r} ends too early: " + ("a parenthesis is left open" if opened else "something is missing")
    if isinstance(error, UnexpectedToken):
        return f"{str(error.token)!r} stands where a word was expected, {at}"
    assert isinstance(error, UnexpectedCharacters)  # noqa: S101 - for the type checker
    return f"{error.char!r} stands where a word was expected, {at}"


class _Reading:
    """One walk over the tree: terms out of it, controls beside it."""

    def __init__(self, now: datetime, *, of_claims: bool) -> None:
        self.now = now
        self.of_claims = of_claims
        self.controls: dict[str, Any] = {}
        self.written: list[str] = []
        self.terms = 0
        self.denied = 0  # minus signs around where we are
        self.beside_or = 0  # ORs around it
        self.with_copies = False

    def term(self, tree: Tree[Token], *, depth: int) -> Term:
        if depth > DEEPEST:
            raise BadQuery(f"more than {DEEPEST} parentheses or minus signs inside each other")
        match tree.data:
            case "any":
                return self._any(tree, depth)
            case "all":
                read = [self.term(part, depth=depth) for part in _trees(tree)]
                return _joined(All, [term for term in read if term != All(())])
            case "group":
                return self.term(_trees(tree)[0], depth=depth + 1)
            case "not":
                return self._not(tree, depth)
            case "field":
                return self._field(tree, depth)
            case _:
                return self._text(tree)

    def _any(self, tree: Tree[Token], depth: int) -> Term:
        parts = _trees(tree)
        self.beside_or += len(parts) > 1
        read = [self.term(part, depth=depth) for part in parts]
        self.beside_or -= len(parts) > 1
        if len(parts) > 1 and All(()) in read:
            raise BadQuery("OR: a side of it says only how to answer, such as sort:, and not what to look for")
        return _joined(AnyOf, read)

    def _not(self, tree: Tree[Token], depth: int) -> Term:
        self.denied += 1
        inner = self.term(_trees(tree)[0], depth=depth + 1)
        self.denied -= 1
        return inner.term if isinstance(inner, Not) else Not(inner)

    def _text(self, tree: Tree[Token]) -> Term:
        told, phrase = str(tree.children[0]), tree.data == "phrase"
        told = told.strip('"') if phrase else told
        if not phrase and told in ("AND", "NOT"):
            raise BadQuery(f"{told}: say a b for both and -b for not b (the word itself: in quotation marks)")
        if not phrase and told.endswith("*"):
            raise BadQuery(f"{told}: words are found by their stems, not by their beginnings: leave the * out")
        if not phrase and told == "OR":
            raise BadQuery("OR stands between two terms: a OR b (the word itself: in quotation marks)")
        if not phrase and told.startswith(("http://", "https://")):
            return self._count(Field("url", (told,), (told,)))
        if not words(told):
            raise BadQuery(f"nothing in {told!r} can be searched for: it has no letter and no digit")
        return self._count(Text(" ".join(told.split()), phrase or len(words(told)) > 1))

    def _field(self, tree: Tree[Token], depth: int) -> Term:
        name = str(tree.children[0])[:-1].lower()
        if name not in FIELDS:
            meant = did_you_mean(_CALLED_ELSEWHERE.get(name, name), FIELDS)
            raise BadQuery(f"no field {name!r}{meant} (text with a colon: put it in quotation marks)")
        kind = FIELDS[name]
        told = tuple(dict.fromkeys(str(value.children[0]).strip('"') for value in _trees(tree)))
        values = tuple(kind.read(value, name, self.now) for value in told)
        if kind.of is Of.CLAIM:
            self._refuse_of_claim(name)
        if kind.of in (Of.CONTROL, Of.CLAIM):
            if depth or len(values) > 1 or name in self.controls:
                raise BadQuery(f"{name}: once, with one value, not in parentheses and without a minus")
            self.controls[name] = values[0]
            self.written.append(f"{name}:{told[0]}")
            return All(())
        if name == "is" and {"copy", "seed"} & set(values) and not self.denied:
            self.with_copies = True
        return self._count(Field(name, told, values), len(values))

    def _refuse_of_claim(self, name: str) -> None:
        if not self.of_claims:
            raise BadQuery(f"{name}: only a search of claims takes it: claimwatch claim search, /api/v1/claims?q=")
        if self.beside_or:
            raise BadQuery(
                f"{name}: it is of all that answers: put the terms around OR in parentheses, and it beside them"
            )

    def _count(self, term: Term, values: int = 1) -> Term:
        self.terms += values
        if self.terms > MOST_TERMS:
            raise BadQuery(f"more than {MOST_TERMS} terms and values")
        return term


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in tree.children if isinstance(child, Tree)]


def _joined(kind: type[All | AnyOf], terms: list[Term]) -> Term:
    flat: list[Term] = []
    for term in terms:
        flat += term.terms if isinstance(term, kind) and term.terms else [term]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))
