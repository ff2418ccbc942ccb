"""How well articles are read out of pages, and how fast, beside trafilatura's default alone on the same pages in the same run.

    .venv/bin/python bench/extract.py [--runs 3] [--write]

Needs the developers' newsroom (CLAIMWATCH_NEWSROOM): 455 real pages, of 398 of which the text is known. The measures are the
field's: precision, recall and F1 over shingles of four words, a page a vote, as the article-extraction-benchmark has them; F1
over single words; trafilatura's own snippets that must and must not be in the text; the day and the headline.
Letters that show nothing are left out on both sides, and letters with marks are composed (NFC): one truth has them apart.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import trafilatura  # noqa: E402

from worker.errors import Unreadable  # noqa: E402
from worker.steps.charset import in_utf8  # noqa: E402
from worker.steps.extract import extract  # noqa: E402
from worker.steps.page import parse  # noqa: E402
from worker.steps.page_head import headline_and_byline, headlines, published  # noqa: E402
from worker.steps.page_text import find_text  # noqa: E402
from worker.steps.why_unread import WALLS, why_unread  # noqa: E402

NEWSROOM = Path(os.environ.get("CLAIMWATCH_NEWSROOM", ROOT.parent / "shared" / "newsroom"))
TODAY = date(2026, 11, 28)
TABLE = ROOT / "docs" / "articles.md"
MARKS = ("<!-- eval-extract -->", "<!-- /eval-extract -->")

_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A page and what is known of it: `truth` has body, title, date, or with and without. `half`: 0 was looked at, 1 was not."""

    id: str
    url: str
    news: bool
    half: int
    truth: dict[str, Any]
    file: Path

    @property
    def origin(self) -> str:
        return self.id.partition("/")[0]

    def bytes(self) -> bytes:
        return gzip.decompress(self.file.read_bytes())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one reader found in a page: "" or None where nothing. `why`: no article, and why."""

    text: str = ""
    title: str = ""
    day: date | None = None
    why: str = ""


Reader = Callable[[bytes, str], Found]


def samples() -> list[Sample]:
    """All pages, in the order of their ids: every second one is of the other half. Empty without the newsroom."""
    if not (NEWSROOM / "index.json").exists():
        return []
    index = json.loads((NEWSROOM / "index.json").read_text(encoding="utf-8"))
    truth = json.loads(gzip.decompress((NEWSROOM / "truth.json.gz").read_bytes()))
    return [
        Sample(
            id=page["id"],
            url=page["url"],
            news=page["kind"] == "news",
            half=n % 2,
            truth=truth.get(page["id"], {}),
            file=NEWSROOM / page["file"],
        )
        for n, page in enumerate(sorted(index["pages"], key=lambda page: str(page["id"])))
    ]


def claimwatch(body: bytes, url: str) -> Found:
    """Our reader. Of a wall the text is measured all the same, as it is of the others; that it is not kept is told apart."""
    try:
        got = extract(body, url=url, content_type="text/html", today=TODAY)
    except Unreadable as error:
        page = parse(in_utf8(body, "text/html"))
        title, _byline = headline_and_byline(page)
        at = published(page, url=url, today=TODAY)
        text = find_text(page, url=url, headlines=[title, *headlines(page)])
        return Found(text=text, title=title, day=at.date() if at else None, why=error.detail)
    return Found(text=got.text, title=got.title, day=got.published.date() if got.published else None)


def text_alone(body: bytes, url: str) -> Found:
    """Its default, asked for the text and nothing else."""
    got = trafilatura.bare_extraction(body, url=url, deduplicate=False)
    return Found(text=(getattr(got, "text", None) or ""))


def with_metadata(body: bytes, url: str) -> Found:
    """Its default, asked for headline and date as well: as much as our reader gives."""
    got: Any = trafilatura.bare_extraction(body, url=url, deduplicate=False, with_metadata=True)
    day = date.fromisoformat(got.date) if got is not None and got.date else None
    return Found(text=getattr(got, "text", None) or "", title=getattr(got, "title", None) or "", day=day)


def tokens(text: str) -> list[str]:
    """The words and figures of it."""
    return _WORD.findall(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)))


def shingles(text: str, size: int) -> Counter[tuple[str, ...]]:
    """Runs of so many words; a shorter text is one run."""
    told = tokens(text)
    return Counter(tuple(told[n : n + size]) for n in range(max(1, len(told) - size + 1))) if told else Counter()


def overlap(true: str, found: str, size: int) -> tuple[float | None, float]:
    """Precision, None if nothing was found, and recall of one page."""
    right, told = shingles(true, size), shingles(found, size)
    both = (right & told).total()
    return (both / told.total() if told else None), both / right.total()


@dataclass(slots=True, kw_only=True)
class Figures:
    """Shares; F1 is of the means of precision and recall, as the article-extraction-benchmark has it."""

    precision: float
    recall: float
    f1: float


def body(pairs: Iterable[tuple[str, str]], size: int) -> Figures:
    """Of pairs of the true and the found text."""
    told = [overlap(true, found, size) for true, found in pairs]
    return figures(
        _mean([p for p, _r in told if p is not None]),
        _mean([r for _p, r in told]),
    )


def figures(precision: float, recall: float) -> Figures:
    """With their F1."""
    both = precision + recall
    return Figures(precision=precision, recall=recall, f1=2 * precision * recall / both if both else 0.0)


def _mean(shares: Sequence[float]) -> float:
    return statistics.mean(shares) if shares else 0.0


def snippets(pages: Sequence[Sample], found: Sequence[Found]) -> Figures:
    """What must be in the text, and what must not, counted over all pages."""
    right = wrong = missed = 0
    for page, got in zip(pages, found, strict=True):
        text = " ".join(got.text.split())
        right += sum(" ".join(piece.split()) in text for piece in page.truth.get("with", ()))
        missed += sum(" ".join(piece.split()) not in text for piece in page.truth.get("with", ()))
        wrong += sum(" ".join(piece.split()) in text for piece in page.truth.get("without", ()))
    return figures(right / (right + wrong) if right else 0.0, right / (right + missed) if right else 0.0)


def same_headline(true: str, found: str) -> bool:
    """The same letters and figures, case aside."""
    return "".join(tokens(true.casefold())) == "".join(tokens(found.casefold()))


def same_day(true: str, found: date | None) -> bool:
    """The day as the page tells it, or in UTC."""
    told = datetime.fromisoformat(true)
    return found in (told.date(), (told.astimezone(UTC) if told.tzinfo else told).date())


@dataclass(slots=True, kw_only=True)
class Told:
    """What is measured of one reader."""

    bodies: dict[str, Figures]
    words_f1: float
    snippets: Figures
    headline: float
    day: float
    walls: list[str] = field(default_factory=list)
    no_text: list[str] = field(default_factory=list)


def measure(pages: Sequence[Sample], found: Sequence[Found]) -> Told:
    """`bodies` by set: all, each half, and the article-extraction-benchmark's own pages, which published figures are of."""
    known = [(page, got) for page, got in zip(pages, found, strict=True) if "body" in page.truth]
    pairs = [(page, (page.truth["body"], got.text)) for page, got in known]
    sets = {
        "all": [pair for _page, pair in pairs],
        "half looked at": [pair for page, pair in pairs if page.half == 0],
        "half not looked at": [pair for page, pair in pairs if page.half == 1],
        "article-extraction-benchmark": [pair for page, pair in pairs if page.origin == "aeb"],
        "fundus": [pair for page, pair in pairs if page.origin == "fundus"],
    }
    told_headlines = [(p.truth["title"], g.title) for p, g in zip(pages, found, strict=True) if p.truth.get("title")]
    days = [(p.truth["date"], g.day) for p, g in zip(pages, found, strict=True) if p.truth.get("date")]
    unread = [(page, got) for page, got in zip(pages, found, strict=True) if got.why]
    return Told(
        bodies={name: body(of, 4) for name, of in sets.items()},
        words_f1=body(sets["all"], 1).f1,
        snippets=snippets(pages, found),
        headline=_mean([same_headline(true, got) for true, got in told_headlines]),
        day=_mean([same_day(true, got) for true, got in days]),
        walls=[f"{page.id}: {got.why}" for page, got in unread if page.news and why_unread(got.why) in WALLS],
        no_text=[f"{page.id}: {got.why}" for page, got in unread if why_unread(got.why) not in WALLS],
    )


READERS: dict[str, Reader] = {
    "claimwatch": claimwatch,
    "trafilatura, text alone": text_alone,
    "trafilatura with metadata": with_metadata,
}


def timed(pages: Sequence[Sample], runs: int) -> tuple[dict[str, list[Found]], dict[str, list[list[float]]]]:
    """What each reader finds, and its seconds of processor a page, by run: page by page in turn, so that all see the same machine."""
    found: dict[str, list[Found]] = {name: [] for name in READERS}
    seconds: dict[str, list[list[float]]] = {name: [] for name in READERS}
    for page in pages[:20]:  # lists and patterns are loaded
        for read in READERS.values():
            read(page.bytes(), page.url)
    for run in range(runs):
        for name in READERS:
            seconds[name].append([])
        for page in pages:
            data = page.bytes()
            for name, read in READERS.items():
                began = time.process_time()
                got = read(data, page.url)
                seconds[name][run].append(time.process_time() - began)
                if run == 0:
                    found[name].append(got)
    return found, seconds


def table(pages: Sequence[Sample], told: dict[str, Told], seconds: dict[str, list[list[float]]]) -> str:
    """Markdown."""
    names = list(READERS)
    rows: list[tuple[str, list[str]]] = []
    for of in told[names[0]].bodies:
        rows.append((f"body F1, {of}", [f"{told[name].bodies[of].f1:.4f}" for name in names]))
    rows.append(("body precision, all", [f"{told[name].bodies['all'].precision:.3f}" for name in names]))
    rows.append(("body recall, all", [f"{told[name].bodies['all'].recall:.3f}" for name in names]))
    rows.append(("F1 over single words, all", [f"{told[name].words_f1:.4f}" for name in names]))
    rows.append(("snippets F1 (with, without)", [f"{told[name].snippets.f1:.3f}" for name in names]))
    plain = {"trafilatura, text alone"}
    rows.append(("headline right", ["" if name in plain else f"{told[name].headline:.3f}" for name in names]))
    rows.append(("day right", ["" if name in plain else f"{told[name].day:.3f}" for name in names]))
    rows.append(("news pages called walls", [str(len(told[name].walls)) if name == names[0] else "" for name in names]))
    median = {name: statistics.median(statistics.median(run) for run in seconds[name]) * 1000 for name in names}
    whole = {name: statistics.median(sum(run) for run in seconds[name]) for name in names}
    rows.append(("ms a page, median", [f"{median[name]:.1f}" for name in names]))
    rows.append((f"s for all {len(pages)} pages", [f"{whole[name]:.1f}" for name in names]))
    base = "trafilatura, text alone"
    ratios = {
        name: statistics.median(
            a / b
            for mine, theirs in zip(seconds[name], seconds[base], strict=True)
            for a, b in zip(mine, theirs, strict=True)
        )
        for name in names
    }
    rows.append(("times text alone, median of pages", [f"{ratios[name]:.2f}" for name in names]))
    rows.append(("times text alone, all pages", [f"{whole[name] / whole[base]:.2f}" for name in names]))
    head = f"| | {' | '.join(names)} |\n| --- | {' | '.join('---' for _ in names)} |"
    return "\n".join([head, *(f"| {what} | {' | '.join(cells)} |" for what, cells in rows)])


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="the table into docs/articles.md")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    pages = samples()
    if not pages:
        sys.exit("the developers' newsroom is not here (CLAIMWATCH_NEWSROOM)")
    found, seconds = timed(pages, asked.runs)
    told = {name: measure(pages, got) for name, got in found.items()}
    made = table(pages, told, seconds)
    print(made)
    for line in [*told["claimwatch"].walls, *told["claimwatch"].no_text]:
        print("no article:", line)
    if asked.write:
        before, _, rest = TABLE.read_text(encoding="utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        TABLE.write_text(f"{before}{MARKS[0]}\n{made}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
