"""A store of a given size for bench/store.py: articles, passages, claims and findings of drawn words.

The words are drawn as often as they come in real texts: the newsroom's stories where they are at hand
(CLAIMWATCH_NEWSROOM), else lists of ours with Zipf's frequencies. Nothing here is real news.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from bench.judge import ACTORS, PLACES, WORDS
from storage import word_index
from storage.articles import host_key, order_key, substance, text_hash
from storage.engine import Store
from storage.records import ArticleState, Cause, ClaimKind
from storage.schema import (
    ArticleRow,
    BlobRow,
    ClaimRow,
    EntityRow,
    FindingFigureRow,
    FindingRow,
    OutletRow,
    PassageRow,
    RevisionRow,
    SnapshotRow,
    WatchListRow,
)
from storage.snapshots import pack
from storage.word_index import Words

SEED = 20171112
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST_DAY = datetime(2013, 1, 1, tzinfo=UTC)
LANGS = ("en", "fr", "de", "tr", "ru", "ar", "es")
LANG_WEIGHTS = (70, 8, 6, 5, 4, 4, 3)
RELATIONS = ("context", "supports", "disputes", "mixed", "unclear")
RELATION_WEIGHTS = (50, 25, 12, 8, 5)
COUNTED = ("civilians killed", "fighters", "people", "strikes", "buildings", "vehicles")
# An entity of the watch list in three scripts, in one article in twenty.
NAMES = {"en": ["Raqqa", "Ar-Raqqah"], "ar": ["الرقة"], "ru": ["Ракка"], "tr": ["Rakka"]}
PASSAGES, WORDS_A_PASSAGE = 10, 45
BATCH = 500


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words with their cumulated frequencies; `by_rank`: the most frequent first."""

    words: list[str]
    weights: list[float]

    @property
    def by_rank(self) -> list[str]:
        return self.words


def vocabulary() -> Vocabulary:
    """Of real texts where they are at hand."""
    room = Path(os.environ.get("CLAIMWATCH_NEWSROOM") or Path(__file__).parents[2] / "shared/newsroom")
    counted: Counter[str] = Counter()
    if (room / "stories.json.gz").exists():
        stories = json.loads(gzip.decompress((room / "stories.json.gz").read_bytes()))
        truth = json.loads(gzip.decompress((room / "truth.json.gz").read_bytes()))
        texts = [json.dumps(part, ensure_ascii=False) for part in (stories, truth)]
        for text in texts:
            counted.update(word for word in re.findall(r"[^\W\d_]{2,20}", text))
    else:
        listed = [*WORDS, *PLACES, *ACTORS]
        for rank, word in enumerate(listed, start=1):
            counted[word] = 100_000 // rank
    told = counted.most_common(60_000)
    return Vocabulary([word for word, _n in told], list(accumulate(n for _word, n in told)))


class Filler:
    """Fills a store, in steps. The same seed gives the same rows on both engines."""

    def __init__(self, words: Vocabulary, articles: int) -> None:
        self.dice = random.Random(SEED)
        self.words = words
        self.articles = articles
        self.claims = max(1, articles // 40)
        self.outlets = 400
        # some claims are in everybody's mouth: the n-th gets a share of 1/n
        self.claim_weights = list(accumulate(1 / (n + 5) for n in range(self.claims)))

    def fill(self, store: Store, progress: Any = None) -> None:
        """Everything, a transaction a batch."""
        with store.begin() as tx:
            self._basis(tx)
        for first in range(1, self.articles + 1, BATCH):
            with store.begin() as tx:
                self._batch(tx, range(first, min(first + BATCH, self.articles + 1)))
            if progress:
                progress(min(first + BATCH - 1, self.articles))

    def _basis(self, tx: Connection) -> None:
        tx.execute(
            insert(WatchListRow).values(
                id=1, slug="bench", title="Bench", seed={"title": "x"}, added_at=NOW, changed_at=NOW
            )
        )
        tx.execute(insert(EntityRow).values(id=1, list_id=1, slug="raqqa", names=NAMES))
        tx.execute(insert(OutletRow), [
            {"id": n, "name": f"Outlet {n}", "country": f"C{n % 40:02d}"[:2] if n % 40 < 10 else "GB",
             "kind": "sample daily", "owner": ""}
            for n in range(1, self.outlets + 1)
        ])  # fmt: skip
        tx.execute(insert(ClaimRow), [
            {"id": claim_id(n), "list_id": 1, "topic": f"topic-{n % 50}", "text": self.sentence(20),
             "kind": self.dice.choice(list(ClaimKind)).value,
             "event_from": (day := (FIRST_DAY + timedelta(days=n % 4000)).date()), "event_to": day,
             "body": {"attributed_to": "", "figures": [], "places": [], "actors": [], "sub_claims": [], "queries": []}, "position": n,
             "added_at": FIRST_DAY, "changed_at": FIRST_DAY}
            for n in range(self.claims)
        ])  # fmt: skip

    def sentence(self, length: int) -> str:
        told = " ".join(self.dice.choices(self.words.words, cum_weights=self.words.weights, k=length))
        return told[:1].upper() + told[1:] + "."

    def phrase(self, n: int) -> str:
        """Two words side by side, each of them in a good part of all articles; a hundred such are planted."""
        return f"{self.words.by_rank[200 + n % 100]} {self.words.by_rank[300 + n % 100]}"

    def article(self, n: int) -> dict[str, Any]:
        """Title, text, language and instants of article n."""
        lang = self.dice.choices(LANGS, LANG_WEIGHTS)[0]
        passages = [self.sentence(WORDS_A_PASSAGE) for _ in range(PASSAGES)]
        if n % 20 == 0:
            passages[2] += " " + self.dice.choice(NAMES.get(lang, NAMES["en"])) + "."
        if n % 50 == 0:
            passages[4] += f" They had {self.phrase(n // 50)} out of it."
        span = (NOW - FIRST_DAY).total_seconds()
        published = FIRST_DAY + timedelta(seconds=int(span * n / self.articles) + self.dice.randrange(86_400))
        return {"lang": lang, "title": self.sentence(9), "passages": passages, "published": min(published, NOW)}

    def _batch(self, tx: Connection, numbers: range) -> None:
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (
            "blobs", "snapshots", "articles", "revisions", "passages", "findings", "figures")}  # fmt: skip
        words = []
        for n in numbers:
            told = self.article(n)
            text = "\n".join(told["passages"])
            outlet = self.dice.randrange(1, self.outlets + 1)
            url = f"http://outlet{outlet}.example/{n}"
            seen = told["published"] + timedelta(minutes=30)
            sha256, zstd = pack(f"<p>{text}</p>".encode())
            key = order_key(told["published"], n)
            rows["blobs"].append({"sha256": sha256, "zstd": zstd, "size_bytes": len(text)})
            rows["snapshots"].append(
                {
                    "id": n,
                    "sha256": sha256,
                    "url": url,
                    "final_url": url,
                    "fetched_at": seen,
                    "status": 200,
                    "headers": {},
                }
            )
            rows["articles"].append({
                "id": n, "canonical_url": url, "url": url, "host_key": host_key(url), "outlet_id": outlet, "published_feed": told["published"],
                "first_seen": seen, "in_baseline": False, "latest": 1, "is_seed_copy": False, "state": ArticleState.LIVE,
            })  # fmt: skip
            rows["revisions"].append({
                "id": n, "article_id": n, "number": 1, "snapshot_id": n, "title": told["title"], "byline": "", "lang": told["lang"],
                "published_page": told["published"], "published": told["published"], "text": text, "text_hash": text_hash(text),
                "substance": substance(text), "extractor": "bench", "cause": Cause.FIRST, "read_at": seen, "next_try_at": seen,
                "order_key": key, "judged_as": "bench",
            })  # fmt: skip
            words.append(Words(order_key=key, lang=told["lang"], title=told["title"], text=text))
            at = 0
            for position, passage in enumerate(told["passages"]):
                rows["passages"].append(
                    {
                        "id": (n - 1) * PASSAGES + position + 1,
                        "revision_id": n,
                        "position": position,
                        "start_at": at,
                        "end_at": at + len(passage),
                    }
                )
                at += len(passage) + 1
            self._findings(n, told, seen, rows)
        for name, model in (
            ("blobs", BlobRow), ("snapshots", SnapshotRow), ("articles", ArticleRow), ("revisions", RevisionRow),
            ("passages", PassageRow), ("findings", FindingRow), ("figures", FindingFigureRow),
        ):  # fmt: skip
            if rows[name]:
                tx.execute(insert(model), rows[name])
        word_index.put(tx, words)

    def _findings(self, n: int, told: dict[str, Any], seen: datetime, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Two and a half an article."""
        claims = {self.dice.choices(range(self.claims), cum_weights=self.claim_weights)[0] for _ in range(2 + n % 2)}
        at = 0
        for position, claim in enumerate(sorted(claims)):
            passage = told["passages"][position]
            finding_id = (n - 1) * 3 + position + 1
            figures = []
            if finding_id % 5 == 0:
                low = float(int(self.dice.lognormvariate(6, 2)) + 1)
                figures = [{"low": low, "high": low, "counts": self.dice.choice(COUNTED), "verdict": "lower", "bound": "exact",
                            "approx": False, "unit": "", "scope": "", "quote": "", "said_by": ""}]  # fmt: skip
                rows["figures"].append(
                    {
                        "finding_id": finding_id,
                        "position": 0,
                        "low": low,
                        "high": low,
                        "counts": figures[0]["counts"],
                        "verdict": "lower",
                    }
                )
            rows["findings"].append({
                "id": finding_id, "claim_id": claim_id(claim), "passage_id": (n - 1) * PASSAGES + position + 1, "article_id": n, "revision_id": n,
                "judge_version": "bench", "model": "bench", "relation": self.dice.choices(RELATIONS, RELATION_WEIGHTS)[0],
                "adds": ["figure"] if figures else [], "score": round(self.dice.random(), 2), "reason": "drawn", "start_at": at,
                "end_at": at + len(passage), "text_hash": "", "figures": figures, "voice": None,
                "passage_hash": hashlib.sha256(passage.encode()).hexdigest(), "found_at": seen,
            })  # fmt: skip
            at += len(passage) + 1


def claim_id(n: int) -> str:
    """ "claim-00017"."""
    return f"claim-{n:05d}"


def fresh(filler: Filler, first: int, count: int) -> Iterator[dict[str, Any]]:
    """Further articles, as the line would bring them."""
    for n in range(first, first + count):
        yield filler.article(n)
