"""Texts of made-up words, reprinted in the ways in which news is; and a store that reads them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import articles, feeds, snapshots, stories
from storage.articles import Reading
from storage.engine import Store
from storage.records import ArticleId
from tests.fakes import NOON
from worker.steps.passages import cut
from worker.steps.same_text import same_text
from worker.steps.sketch import bands
from worker.steps.wire import wire

_SYLLABLES = "ba de ki lo mu na pe ri so tu va we xi yo za fe gu ho ji ka".split()


def words(n: int, seed: int) -> list[str]:
    """So many words of a text of its own; another seed, another text."""
    dice = random.Random(seed)
    known = ["".join(dice.choices(_SYLLABLES, k=3)) for _ in range(400)]
    return dice.choices(known, k=n)


def prose(told: Sequence[str]) -> str:
    """The words as sentences of fifteen, three a paragraph."""
    lines = [" ".join(told[at : at + 15]).capitalize() + "." for at in range(0, len(told), 15)]
    return "\n".join(" ".join(lines[at : at + 3]) for at in range(0, len(lines), 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What an outlet has at an address."""

    url: str
    text: str
    published: datetime | None = NOON
    seen: datetime = NOON


def read(store: Store, piece: Piece) -> ArticleId:
    """Keep the piece as `worker/jobs/read_snapshot.py` does."""
    body = piece.text.encode()
    with store.begin() as tx:
        alone = stories.wait_turn(tx, piece.url, bands(piece.text))
        snapshot_id = snapshots.save(
            tx, snapshots.pack(body), size_bytes=len(body), url=piece.url, final_url=piece.url, fetched_at=piece.seen,
            status=200, headers={},
        )  # fmt: skip
        reading = Reading(
            canonical_url=piece.url, url=piece.url, outlet_id=feeds.outlet(tx, piece.url.split("/")[2]),
            published_feed=None, first_seen=piece.seen, in_baseline=False, snapshot_id=snapshot_id, title="T", byline="",
            lang="en", published_page=piece.published, published=piece.published, text=piece.text, extractor="test",
            passages=cut(piece.text), wire=wire(piece.text),
        )  # fmt: skip
        until = NOON + timedelta(minutes=5)
        article_id, revision_id = articles.save(tx, reading, now=piece.seen, called_until=until)
        if revision_id is not None:
            stories.join(tx, article_id, bands(piece.text), alone=alone, same=same_text)
    return article_id
