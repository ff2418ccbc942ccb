"""What is new, for feed readers: one feed a claim, one a saved search, one the digests of a watch list."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Header
from fastapi.responses import Response

from claimwatch.api.answers import Slug
from claimwatch.api.house import House, TheHouse
from claimwatch.api.problems import may, not_there
from claimwatch.api.searches import the_search
from claimwatch.exports.about import RELATION_IS
from claimwatch.exports.atom import Channel, Entry, atom, short
from claimwatch.letters import inside, read
from claimwatch.relations import with_articles, with_claims
from storage import citing, claim_news, digest_rows, queries, recipients
from storage.search.parse import parse
from storage.search.query import Sort
from storage.search.run import search_articles

Json = dict[str, Any]
# As many as readers keep; who looks once a week misses none of a busy claim.
_ENTRIES = 50
# RFC 4151: a day on which whoever makes the ids held the name. It never changes, or every entry is new to every reader.
_SINCE = "2026-11-28"

router = APIRouter(tags=["atom"])
Etag = Annotated[str, Header(alias="If-None-Match", max_length=1000)]


class AtomAnswer(Response):
    """For the OpenAPI document."""

    media_type = "application/atom+xml"


_DESCRIBED: dict[int | str, Json] = {304: {"description": "It is as it was: `If-None-Match`."}, **may(404)}


@router.get(
    "/api/v1/claims/{claim_id:slug}.atom", operation_id="claim_atom", response_class=AtomAnswer, responses=_DESCRIBED
)
def claim_atom(house: TheHouse, claim_id: Slug, if_none_match: Etag = "") -> Response:
    """The articles that speak of a claim, the latest changed first. A reader that cannot send headers says `?token=`."""
    with house.store.read() as tx:
        claim = queries.claim(tx, claim_id)
        if claim is None:
            raise not_there(f"claim {claim_id!r}")
        news = claim_news.of_claim(tx, claim_id, limit=_ENTRIES)
        since = claim_news.watched_since(tx, [claim_id])[claim_id]
    relations = {row["article_id"]: row for row in with_articles(claim)["articles_listed"]}
    found = {finding["id"]: finding for finding in claim["findings_listed"]}
    entries = []
    for one in news:
        if one.article_id not in relations:
            continue  # what it says counts no more
        row = relations[one.article_id]
        surest = found[row["parts"][0]["findings"][0]]
        entries.append(
            Entry(
                id=_id(house, f"claim/{claim_id}/article/{one.article_id}"),
                title=f"{row['relation']}: {row['title']} ({row['outlet']})",
                author=row["outlet"],
                url=row["url"],
                ours=f"{house.public_url}/api/v1/articles/{one.article_id}",
                published=one.first,
                updated=one.changed,
                says=f"{row['outlet']}: {short(surest['passage'])} {row['relation']}, {RELATION_IS}.",
            )
        )
    channel = Channel(
        id=_id(house, f"claim/{claim_id}"),
        title=f"claimwatch: {claim_id}",
        subtitle=f"{claim['text']} Each relation is {RELATION_IS}.",
        here=f"{house.public_url}/api/v1/claims/{claim_id}.atom",
        ours=f"{house.public_url}/api/v1/claims/{claim_id}",
        updated=since,
    )
    return _answer(atom(channel, entries), if_none_match)


@router.get(
    "/api/v1/searches/{slug:slug}.atom", operation_id="search_atom", response_class=AtomAnswer, responses=_DESCRIBED
)
def search_atom(house: TheHouse, slug: Slug, if_none_match: Etag = "") -> Response:
    """What a saved search finds, the latest changed first. A reader that cannot send headers says `?token=`."""
    search = the_search(house, slug)
    # what was found last, whenever it was published: an old piece that a feed brings today is news to the reader
    query = replace(parse(search.query, now=house.now()), sort=Sort.SEEN)
    with house.store.read() as tx:
        page = search_articles(tx, query, limit=_ENTRIES)
        ids = [row["id"] for row in page.rows]
        known = citing.citable(tx, ids)
        findings = queries.findings(tx, article_ids=ids, limit=2**31 - 1)
    entries = [
        Entry(
            id=_id(house, f"article/{row['id']}"),
            title=f"{row['title']} ({row['outlet']})",
            author=known[row["id"]].byline or row["outlet"],
            url=row["url"],
            ours=f"{house.public_url}/api/v1/articles/{row['id']}",
            published=datetime.fromisoformat(row["first_seen"]),
            updated=known[row["id"]].changed,
            says=_says(row, [finding for finding in findings if finding["article_id"] == row["id"]]),
        )
        for row in page.rows
    ]
    channel = Channel(
        id=_id(house, f"search/{slug}"),
        title=f"claimwatch: {search.title}",
        subtitle=f"Search: {search.query or 'everything'}; days are of {page.zone}. Each relation is {RELATION_IS}.",
        here=f"{house.public_url}/api/v1/searches/{slug}.atom",
        ours=f"{house.public_url}/api/v1/searches/{slug}/articles",
        updated=search.saved_at,
    )
    return _answer(atom(channel, sorted(entries, key=lambda e: (e.updated, e.id), reverse=True)), if_none_match)


@router.get(
    "/api/v1/seeds/{slug:slug}/digests.atom",
    operation_id="digests_atom",
    response_class=AtomAnswer,
    responses=_DESCRIBED,
)
def digests_atom(house: TheHouse, slug: Slug, if_none_match: Etag = "") -> Response:
    """The digests of a watch list, whole: those to `page` if that is on it, else all. `?token=` as for other feeds."""
    with house.store.read() as tx:
        row = queries.seed(tx, slug)
        if row is None:
            raise not_there(f"watch list {slug!r}")
        letters = digest_rows.letters(tx, list_slug=slug, read_here=recipients.has_page(tx, slug), limit=_ENTRIES)
        told = [(letter, words) for letter in letters if (words := read(tx, letter["id"])) is not None]
    entries = [
        Entry(
            id=_id(house, f"digest/{letter['id']}"),
            title=words.subject,
            author="claimwatch",
            url=f"{house.public_url}/digests/{letter['id']}",
            ours=f"{house.public_url}/api/v1/digests/{letter['id']}",
            published=datetime.fromisoformat(letter["composed_at"]),
            updated=datetime.fromisoformat(letter["composed_at"]),
            says=f"Digest of {row['title']}.",
            html=inside(words.html),
        )
        for letter, words in told
    ]
    channel = Channel(
        id=_id(house, f"seed/{slug}/digests"),
        title=f"claimwatch: digests of {row['title']}",
        subtitle=f"Each relation is {RELATION_IS}.",
        here=f"{house.public_url}/api/v1/seeds/{slug}/digests.atom",
        ours=f"{house.public_url}/api/v1/seeds/{slug}",
        updated=datetime.fromisoformat(row["added_at"]),
    )
    return _answer(atom(channel, entries), if_none_match)


def _says(row: Json, findings: list[Json]) -> str:
    """The outlet, the claims with what it does to each, and the surest passage: never its text."""
    claims = with_claims({"findings_listed": findings})["claims_listed"]
    told = "; ".join(f"{claim['claim_id']}: {claim['relation']}" for claim in claims)
    if not findings:
        return f"{row['outlet']}, {row['first_seen'][:10]}"
    surest = max(findings, key=lambda finding: (finding["score"], -finding["id"]))
    return f"{row['outlet']}: {short(surest['passage'])} {told}."


def _id(house: House, what: str) -> str:
    host = urlsplit(house.public_url).hostname or ""
    named = re.fullmatch(r"[a-z0-9.-]*[a-z][a-z0-9.-]*", host)  # RFC 4151 knows names, not numbers
    return f"tag:{host if named else 'localhost'},{_SINCE}:{what}"


def _answer(told: str, if_none_match: str) -> Response:
    etag = f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers={"ETag": etag})
    return AtomAnswer(told, headers={"ETag": etag})
