"""Terms of a query as conditions on rows: articles with their revision, and findings.

Fields of findings that stand side by side speak of one finding: `claim:x relation:disputes` is an article that disputes
x. With a minus they say that no finding of that kind does so: `claim:x -relation:disputes` has a finding on x, and none
on x that disputes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from storage import word_index
from storage.articles import ID_BITS
from storage.folding import fold
from storage.records import Relation
from storage.rulings import SURE, last_before
from storage.schema import (
    ArticleEventRow,
    ArticleRow,
    ClaimRow,
    EntityRow,
    FindingFigureRow,
    FindingRow,
    OutletRow,
    RevisionRow,
    RulingRow,
    SnapshotRow,
)
from storage.search.errors import BadQuery, did_you_mean
from storage.search.fields import FIELDS, Of
from storage.search.matching import expression, finds, inward, only_words, opposite
from storage.search.query import All, AnyOf, Field, Not, Query, Term, Text, leaves
from storage.search.values import Range, Span

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What of the store has to be known to make conditions: looked up once a query."""

    dialect: str
    langs: tuple[str, ...]
    outlets: tuple[tuple[int, str, str, str], ...]  # id, folded name, country in capitals, folded kind
    as_of: datetime | None


def known(tx: Connection, query: Query) -> Known:
    """Languages of the index, and outlets, if the query asks for some. Where it asks for words, they are gone about by the index."""
    outlets: tuple[tuple[int, str, str, str], ...] = ()
    asked = list(leaves(query.where))
    fields = {leaf.name for leaf in asked if isinstance(leaf, Field)}
    if fields & {"source", "country", "kind"}:
        rows = tx.execute(select(OutletRow.id, OutletRow.name, OutletRow.country, OutletRow.kind))
        outlets = tuple((row.id, fold(row.name), row.country.upper(), fold(row.kind)) for row in rows)
    if "entity" in fields or any(isinstance(leaf, Text) for leaf in asked):
        word_index.no_sequential_scans(tx)
    return Known(dialect=tx.dialect.name, langs=tuple(word_index.languages(tx)), outlets=outlets, as_of=query.as_of)


def spelt_out(tx: Connection, term: Term, told: Known) -> Term:
    """The term with all names of an entity in the place of every `entity:`. Raises BadQuery for a name that nothing bears."""
    match term:
        case Field() if term.name in ("claim", "topic", "source", "country", "kind"):
            _refuse_unknown(tx, term, told)
            return term
        case Field(name="entity"):
            return AnyOf(tuple(Text(name, phrase=True) for slug in term.values for name in _names(tx, slug)))
        case Not():
            return Not(spelt_out(tx, term.term, told))
        case All() | AnyOf():
            return type(term)(tuple(spelt_out(tx, part, told) for part in term.terms))
        case _:
            return term


def _refuse_unknown(tx: Connection, field: Field, told: Known) -> None:
    """A name that nothing bears is mistyped: to answer that nobody reported it would mislead. Raises BadQuery."""
    for value in field.values:
        known_to_us: Any
        if field.name in ("claim", "topic"):
            column = ClaimRow.id if field.name == "claim" else ClaimRow.topic
            if value.endswith("*") or tx.scalars(select(column).where(column == value).limit(1)).first() is not None:
                continue
            known_to_us = tx.scalars(select(column).distinct())
        else:
            at = ("", "source", "country", "kind").index(field.name)
            known_to_us = {fold(str(row[at])) for row in told.outlets if row[at]}
            if any(_begins(fold(value).split(), name) for name in known_to_us):
                continue
        raise BadQuery(f"{field.name}:{value}: there is none{did_you_mean(value, set(known_to_us))}")


def _names(tx: Connection, slug: str) -> list[str]:
    told = tx.scalars(select(EntityRow.names).where(EntityRow.slug == slug, EntityRow.retired_at.is_(None)))
    names = sorted({name for by_lang in told for of_lang in by_lang.values() for name in of_lang})
    if not names:
        slugs = tx.scalars(select(EntityRow.slug).where(EntityRow.retired_at.is_(None)))
        raise BadQuery(f"no entity {slug!r}{did_you_mean(slug, set(slugs))}")
    return names


def of_article(term: Term, told: Known) -> Condition:
    """The term as a condition on a row of articles joined with its revision."""
    if only_words(term):
        return in_words(term, told)
    match term:
        case Field():
            return _article_field(term, told) if FIELDS[term.name].of is Of.ARTICLE else some_finding([term], told)
        case Not():
            return not_(of_article(term.term, told))
        case AnyOf():
            return or_(*(of_article(part, told) for part in term.terms))
        case All():
            return and_(true(), *side_by_side(term.terms, told))
        case _:
            raise AssertionError(term)


def side_by_side(terms: Sequence[Term], told: Known, *, found: bool = False) -> list[Condition]:
    """Conditions of terms that must all hold; those on findings as one, which is left out where it is `found` already."""
    of_finding = [t for t in terms if is_of_finding(t)]
    denied = [t for t in terms if isinstance(t, Not) and is_of_finding(t.term)]
    rest = [of_article(t, told) for t in terms if t not in of_finding and t not in denied]
    if of_finding and not found:
        rest.append(some_finding(of_finding, told))
    return rest + [not_(some_finding([*of_finding, t.term], told)) for t in denied]


def is_of_finding(term: Term, *, denied: bool = False) -> bool:
    """The term speaks of findings alone, so that it can be said of one. `denied`: also what says how it is not."""
    match term:
        case Field():
            return FIELDS[term.name].of is Of.FINDING
        case AnyOf() | All():
            return bool(term.terms) and all(is_of_finding(part, denied=denied) for part in term.terms)
        case Not():
            return denied and is_of_finding(term.term, denied=True)
        case _:
            return False


def some_finding(terms: Sequence[Term], told: Known) -> Condition:
    """Some finding that counts is as all the terms say."""
    # correlated: whoever walks the articles newest first stops at the page's end, and looks at few
    return article_ids(terms, told).where(FindingRow.article_id == ArticleRow.id).correlate(ArticleRow).exists()


def article_ids(terms: Sequence[Term], told: Known) -> Select[int]:
    """Ids of the articles with such a finding, some more than once."""
    return select(FindingRow.article_id).where(counts(told), on_finding(All(tuple(terms)), told))


def counts(told: Known) -> Condition:
    """The finding holds, or held then, and nobody has ruled that it does not speak of the claim."""
    holds: Condition = FindingRow.withdrawn_at.is_(None)
    if told.as_of is not None:
        holds = (FindingRow.found_at < told.as_of) & (holds | (FindingRow.withdrawn_at >= told.as_of))
    return holds & ~_ruled(RulingRow.relation == Relation.UNRELATED, told)


def _ruled(how: Condition, told: Known) -> Condition:
    """A person has ruled on the finding, and the last word is as `how` says."""
    if told.as_of is None:
        return FindingRow.ruling_id.is_not(None) & FindingRow.ruling_id.in_(select(RulingRow.id).where(how))
    return exists().where(RulingRow.id == last_before(told.as_of), RulingRow.relation.is_not(None), how)


def on_finding(term: Term, told: Known) -> Condition:
    """The term as a condition on a row of findings."""
    match term:
        case Field():
            return _finding_field(term, told)
        case Not():
            return not_(on_finding(term.term, told))
        case AnyOf():
            return or_(*(on_finding(part, told) for part in term.terms))
        case All():
            figures = of_figure(term.terms)
            rest = [on_finding(t, told) for t in term.terms if t not in figures]
            return and_(true(), *rest, *([_figure(figures)] if figures else []))
        case _:
            raise AssertionError(term)


def on_row(term: Term, told: Known) -> Condition:
    """The term as a condition on a row of findings joined with its article and revision: each answers for itself."""
    if is_of_finding(term, denied=True):
        return on_finding(term, told)
    match term:
        case Not() if not only_words(term):
            return not_(on_row(term.term, told))
        case AnyOf() if not only_words(term):
            return or_(*(on_row(part, told) for part in term.terms))
        case All() if not only_words(term):
            together = tuple(part for part in term.terms if is_of_finding(part, denied=True))
            rest = [on_row(part, told) for part in term.terms if part not in together]
            return and_(true(), on_finding(All(together), told), *rest)
        case _:
            return of_article(term, told)


def _finding_field(field: Field, told: Known) -> Condition:
    values: tuple[Any, ...] = field.values
    match field.name:
        case "claim":
            return or_(*(_claim(value) for value in values))
        case "topic":
            return FindingRow.claim_id.in_(select(ClaimRow.id).where(ClaimRow.topic.in_(values)))
        case "claim-kind":
            return FindingRow.claim_id.in_(select(ClaimRow.id).where(ClaimRow.kind.in_(values)))
        case "event":
            return FindingRow.claim_id.in_(select(ClaimRow.id).where(or_(*(_event(value) for value in values))))
        case "relation":
            return _said(RulingRow.relation.in_(values), FindingRow.relation.in_(values), told)
        case "adds":
            return or_(*(_said(_holds(RulingRow.adds, v), _holds(FindingRow.adds, v), told) for v in values))
        case "by":
            return or_(*(_by(value, told) for value in values))
        case "found":
            return or_(*(_found_in(value) for value in values))
        case "score":
            by_machine = or_(*(_between(FindingRow.score, FindingRow.score, value) for value in values))
            return _said(or_(*(_between(literal(SURE), literal(SURE), value) for value in values)), by_machine, told)
        case _:
            return _figure([field])


def _said(by_person: Condition, by_machine: Condition, told: Known) -> Condition:
    """What a person says if one has ruled, else what the machine says."""
    return _ruled(by_person, told) | (~_ruled(true(), told) & by_machine)


def _claim(pattern: str) -> Condition:
    if pattern.endswith("*"):
        ids = select(ClaimRow.id).where(ClaimRow.id.startswith(pattern[:-1], autoescape=True))
        return FindingRow.claim_id.in_(ids)
    return FindingRow.claim_id == pattern


def _event(span: Span) -> Condition:
    dated = ClaimRow.event_from.is_not(None)
    begins = func.coalesce(ClaimRow.event_to, ClaimRow.event_from) >= span.start.date() if span.start else true()
    ends = ClaimRow.event_from < span.end.date() if span.end else true()
    return dated & begins & ends


def _holds(column: Any, word: str) -> Condition:
    """A JSON list of words holds it: the same on both engines, as text."""
    return cast(column, String).like(f'%"{word}"%')


def _by(who: str, told: Known) -> Condition:
    ruled = _ruled(true(), told)
    if who == "person":
        return ruled
    by_rules = FindingRow.model.startswith("rules")
    return ~ruled & (by_rules if who == "rules" else ~by_rules)


def _between(low: Any, high: Any, wanted: Range) -> Condition:
    """The span from low to high has a number of the range in it."""
    above: Condition = true()
    below: Condition = true()
    if wanted.low is not None:
        above = high > wanted.low if wanted.open_low else high >= wanted.low
    if wanted.high is not None:
        below = low < wanted.high if wanted.open_high else low <= wanted.high
    return above & below


def _figure_in(wanted: Range) -> Condition:
    """A figure has a number of the range in it. Said twice: of points by their one number, of ranges by the index of few."""
    low, high = FindingFigureRow.low, FindingFigureRow.high
    return _between(low, low, wanted) | ((low < high) & _between(low, high, wanted))


def of_figure(terms: Sequence[Term]) -> list[Field]:
    """Those of the terms that speak of a figure of the finding."""
    return [t for t in terms if isinstance(t, Field) and t.name in ("figure", "counts")]


def _figure(fields: Sequence[Field]) -> Condition:
    """Some figure of the finding is as all the fields say."""
    return FindingRow.id.in_(figure_ids(fields))


def figure_ids(fields: Sequence[Field]) -> Select[int]:
    """Ids of the findings with such a figure, some more than once."""
    wanted: list[Condition] = []
    for field in fields:
        if field.name == "figure":
            spans = (_figure_in(value) for value in field.values)
            wanted.append(or_(*spans))
        else:
            told = (FindingFigureRow.counts.contains(fold(value), autoescape=True) for value in field.values)
            wanted.append(or_(*told))
    return select(FindingFigureRow.finding_id).where(*wanted)


def _article_field(field: Field, told: Known) -> Condition:
    values: tuple[Any, ...] = field.values
    match field.name:
        case "source":
            return ArticleRow.outlet_id.in_(outlets_called(values, told))
        case "country":
            wanted = {value.upper() for value in values}
            return ArticleRow.outlet_id.in_([row[0] for row in told.outlets if row[2] in wanted])
        case "kind":
            kinds = [f" {fold(value)} " for value in values]
            return ArticleRow.outlet_id.in_([r[0] for r in told.outlets if any(k in f" {r[3]} " for k in kinds)])
        case "domain":
            return or_(*(_domain(value, told) for value in values))
        case "lang":
            return RevisionRow.lang.in_(values)
        case "url":
            return ArticleRow.canonical_url.in_(values) | ArticleRow.url.in_(values)
        case "published":
            return or_(*(in_span(value) for value in values))
        case "since":
            return or_(*(in_span(Span(value.start, None)) for value in values))
        case "until":
            return or_(*(in_span(Span(None, value.end)) for value in values))
        case "seen":
            return or_(*(_seen(value) for value in values))
        case "has":
            return or_(*(_has(value, told) for value in values))
        case _:
            return or_(*(_is(value, told) for value in values))


def outlets_called(names: Sequence[str], told: Known) -> list[int]:
    """Ids of the outlets whose name has each of the words of one of the names at the beginning of some word."""
    wanted = [fold(name).split() for name in names]
    return [row[0] for row in told.outlets if any(_begins(some, row[1]) for some in wanted if some)]


def _begins(words: Sequence[str], name: str) -> bool:
    """Each of the words stands at the beginning of some word of the name. All are folded."""
    return all(f" {word}" in f" {name}" for word in words)


def _domain(domain: str, told: Known) -> Condition:
    key = ".".join(reversed(domain.split(".")))
    below: Condition = ArticleRow.host_key.startswith(f"{key}.", autoescape=True)
    if told.dialect == "sqlite":  # the slash comes next behind the full stop; other collations have other orders
        below = (ArticleRow.host_key >= f"{key}.") & (ArticleRow.host_key < f"{key}/")
    return (ArticleRow.host_key == key) | below


def in_span(span: Span) -> Condition:
    """The date it goes by lies in the span: the order key has it in its high bits, and an index."""
    begins = RevisionRow.order_key >= key_at(span.start) if span.start else true()
    return begins & (RevisionRow.order_key < key_at(span.end) if span.end else true())


_MOST = 2**63 - 1  # what a column holds: the year 2514


def key_at(instant: datetime) -> int:
    """The first order key of that second."""
    return max(-_MOST, min(_MOST, int(instant.timestamp()) << ID_BITS))


def _found_in(span: Span) -> Condition:
    begins = FindingRow.found_at >= span.start if span.start else true()
    return begins & (FindingRow.found_at < span.end if span.end else true())


def _seen(span: Span) -> Condition:
    begins = ArticleRow.first_seen >= span.start if span.start else true()
    return begins & (ArticleRow.first_seen < span.end if span.end else true())


def _has(what: str, told: Known) -> Condition:
    match what:
        case "correction":
            return (RevisionRow.notice != "") | _happened(("corrected",), told)
        case "edit":
            return _happened(("edited", "corrected"), told)
        case "archive":
            return exists().where(SnapshotRow.id == RevisionRow.snapshot_id, SnapshotRow.dropped_at.is_(None))
        case "fulltext":
            return func.length(RevisionRow.text) > 0
        case "figure":
            return some_finding([Field("figure", ("..",), (Range(),))], told)
        case "ruling":
            return some_finding([Field("by", ("person",), ("person",))], told)
        case _:
            return some_finding([], told)


def _happened(kinds: Sequence[str], told: Known) -> Condition:
    """One of these events stands on the article, or stood then."""
    then = ArticleEventRow.at < told.as_of if told.as_of is not None else true()
    return exists().where(ArticleEventRow.article_id == ArticleRow.id, ArticleEventRow.kind.in_(kinds), then)


def _is(what: str, told: Known) -> Condition:
    match what:
        case "copy":
            return ArticleRow.copy_of.is_not(None)
        case "seed":
            return ArticleRow.is_seed_copy.is_(True)
        case "baseline":
            return ArticleRow.in_baseline.is_(True)
        case "wire":
            return ArticleRow.wire != ""
        case "confirmed":
            return some_finding([Field("by", ("person",), ("person",))], told)
        case _:
            since = ArticleRow.state_since < told.as_of if told.as_of is not None else true()
            return (ArticleRow.state == what) & since


def in_words(term: Term, told: Known) -> Condition:
    """The index has the revision under these words."""
    term = inward(term)
    if not finds(term):
        return not_(in_words(opposite(term), told))
    words = expression(term, told.langs, dialect=told.dialect)
    return RevisionRow.order_key.in_(word_index.keys_with(words, told.dialect))


def shown(query: Query, told: Known, *, led: bool) -> list[Condition]:
    """The revision that stood then is shown, and copies only where they are asked for. `led`: from words or findings."""
    conditions: list[Condition] = []
    if told.as_of is None:
        # the plus: SQLite takes it that few revisions are the newest, and would begin with them
        plain = RevisionRow.superseded_at
        newest: Any = plain if led or told.dialect != "sqlite" else literal_column("+revisions.superseded_at")
        conditions.append(newest.is_(None))
    else:
        later = RevisionRow.superseded_at.is_(None) | (RevisionRow.superseded_at >= told.as_of)
        conditions += [RevisionRow.read_at < told.as_of, later, ArticleRow.first_seen < told.as_of]
    if query.hides_copies:
        conditions += not_copies(told)
    return conditions


def not_copies(told: Known) -> list[Condition]:
    """Neither a copy of another article nor of the seed."""
    # the plus: SQLite takes it that few articles are no copies, and would begin with them
    original: Any = literal_column("+articles.copy_of") if told.dialect == "sqlite" else ArticleRow.copy_of
    return [original.is_(None), ArticleRow.is_seed_copy.is_(False)]
