"""What comparing costs: an article against the watch list and against 5,000 claims, and a file of pairs.

    make bench-judge
    .venv/bin/python bench/judge.py [--runs 5] [--articles 200] [--claims 5000] [--pairs 50000] [--judge strong]

Each run is a process of its own. CPU time, since machines are busy; pairs a second also by the clock. The claims beyond
the watch list are recombined from its words and the lists below; the articles of 600 words too, and half of them are the
newsroom's stories, joined, where they are at hand (CLAIMWATCH_NEWSROOM). Words come as often as in a language: few
often, many seldom (the seldom ones are compounds of ours). Nothing here is real news.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from claimwatch.judging import load_method  # noqa: E402
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list  # noqa: E402
from storage.records import Claim, ClaimId, ClaimKind, Entity  # noqa: E402
from worker.steps.compare_figures import claimed_figures  # noqa: E402
from worker.steps.judge import judge  # noqa: E402
from worker.steps.match import build_matcher, candidates  # noqa: E402
from worker.steps.passages import cut  # noqa: E402

SEED = 20171112
PLACES = (
    "Adana Aden Aleppo Amman Ankara Antioch Baghdad Basra Beirut Benghazi Bosra Cairo Cizre Damascus Daraa Derna Diyarbakir "
    "Doha Duhok Erbil Fallujah Gaza Ghouta Hama Haifa Hasakah Hatay Hebron Homs Hudaydah Idlib Irbid Izmir Jaffa Jeddah "
    "Jenin Jerablus Kabul Kandahar Karbala Kilis Kirkuk Kunduz Kuwait Lattakia Mafraq Mardin Marib Misrata Mosul Muscat "
    "Nablus Najaf Nasiriyah Nineveh Nusaybin Palmyra Ramadi Ramallah Rutba Saada Salamiyah Samarra Sanaa Sidon Sinjar Sirte "
    "Suwayda Taiz Tartus Tikrit Tripoli Tyre Urfa Van Zabadani Zakho Zawiya Zinjibar Manbij Jarabulus Azaz Afrin Tal-Rifaat"
).split()
ACTORS = tuple(
    f"{kind} {of}"
    for kind in ("Brigade", "Council", "Ministry", "Governor", "Committee", "Agency")
    for of in "Amber Basalt Cedar Delta Ember Falcon Garnet Heron Indigo Juniper".split()
)
WORDS = (
    "airport ambulance archive armour arrest audit bakery bank battery border bread bridge budget bunker cable camp canal "
    "captain cargo ceasefire cement checkpoint cholera clinic cobalt colonel compensation contract corridor counter courier "
    "crane crops customs dam debt decree depot detention diesel diplomat district drone drought elders election embassy "
    "engineer envoy escort evacuation export factory farmland ferry fertiliser fine flood flour forgery fraud fuel funeral "
    "furnace garrison generator grain grave guard harbour harvest helicopter hospital hostage hunger informant inspector "
    "insurance intelligence interpreter invoice irrigation jail journalist judge kiln laboratory landmine laundry ledger "
    "licence livestock locust lorry magistrate mechanic medicine memorandum merchant militia mine mortar mosque museum "
    "nurse oath oilfield orchard outpost parcel passport patrol payment pension permit pharmacist pilot pipeline pledge "
    "poison police port prison prosecutor pump quarry quota radar railway ransom ration receipt refinery refugee relief "
    "reservoir resin rifle rocket rubble saffron salary salt sandstorm sanction satellite school seizure settlement sewage "
    "shelter shipment siege silo smuggler sniper spare square stadium steel strike subsidy sugar surgeon survey tanker "
    "tariff telegram tent textile theft timber toll torture trader trench tribunal truce tunnel turbine typhoid uniform "
    "vaccine valley veteran village visa voucher wage warehouse warrant water weapon welder wheat widow wire witness yard"
).split()
VERBS = "bombed bought burned denied evacuated freed handed hid killed left lost moved paid promised seized shelled signed sold stopped took".split()
CUES = ("The ministry denied it.", "An inquiry confirmed that.", "It was not clear whether this was so.", "", "", "")
COUNTED = "people civilians fighters families soldiers trucks tonnes".split()


@dataclass(frozen=True)
class World:
    """Claims and the entities they name."""

    claims: tuple[Claim, ...]
    entities: tuple[Entity, ...]


def world(n: int) -> World:
    """The watch list's claims and, up to `n`, others made of its words and of ours."""
    ours = read_watch_list(DEFAULT_WATCH_LIST)
    dice = random.Random(SEED)
    more = [
        Entity(slug=f"bench-{name.lower().replace(' ', '-')}", names={"en": (name,)}) for name in (*PLACES, *ACTORS)
    ]
    entities = (*ours.entities, *more)
    places = sorted({slug for claim in ours.claims for slug in claim.places}) + [e.slug for e in more[: len(PLACES)]]
    actors = sorted({slug for claim in ours.claims for slug in claim.actors}) + [e.slug for e in more[len(PLACES) :]]
    names = {e.slug: e.all_names()[0] for e in entities}
    words = Vocabulary(ours.claims)
    made = [_claim(dice, i, places, actors, names, words) for i in range(n - len(ours.claims))]
    return World((*ours.claims[:n], *made), entities)


class Vocabulary:
    """The words of the claims and ours, and compounds of ours: the n-th comes about 1/n as often as the first."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        dice = random.Random(SEED + 3)
        simple = sorted({*WORDS, *VERBS, *_words_of(claims)})
        compounds = sorted({a + b for a in WORDS for b in dice.sample(WORDS, 20)})
        self.words = [*dice.sample(simple, len(simple)), *dice.sample(compounds, len(compounds))]
        self.sums = list(itertools.accumulate(1 / (n + 20) for n in range(len(self.words))))

    def some(self, dice: random.Random, n: int) -> list[str]:
        """`n` words, as often as they come."""
        return dice.choices(self.words, cum_weights=self.sums, k=n)


def _words_of(claims: Sequence[Claim]) -> set[str]:
    return {w for c in claims for text in (c.text, *c.sub_claims) for w in text.split() if w.isalpha() and w.islower()}


def _claim(
    dice: random.Random, i: int, places: list[str], actors: list[str], names: dict[str, str], words: Vocabulary
) -> Claim:
    where, who = dice.sample(places, dice.randint(1, 2)), dice.sample(actors, dice.randint(1, 2))
    figure = f"{dice.randint(3, 90) * 50:,} {dice.choice(COUNTED)}" if dice.random() < 0.4 else ""
    said = [
        names[who[0]],
        dice.choice(VERBS),
        figure,
        "in",
        names[where[0]],
        *words.some(dice, dice.randint(8, 14)),
    ]
    text = " ".join(filter(None, said)) + "."
    return Claim(
        id=ClaimId(f"bench-{i}"),
        topic="bench",
        text=text,
        kind=ClaimKind.FIGURE if figure else ClaimKind.REPORTED,
        places=tuple(where),
        actors=tuple(who),
        figures=claimed_figures(text),
        queries=(" ".join(words.some(dice, 4)),),
    )


@dataclass(frozen=True)
class Article:
    """A text of about 600 words."""

    title: str
    text: str


def generated(n: int) -> list[Article]:
    """Articles that speak of the watch list's claims, of other claims, and of neither, a sentence each at random."""
    known = world(2_000)
    names = {e.slug: e.all_names()[0] for e in known.entities}
    words = Vocabulary(known.claims[:36])
    dice = random.Random(SEED + 1)
    made = []
    for _ in range(n):
        told = [*dice.sample(known.claims[:36], 2), *dice.sample(known.claims[36:], 2)]
        made.append(Article(_sentence(dice, told[0], words, names), _text(dice, told, words, names)))
    return made


def _text(dice: random.Random, told: Sequence[Claim], words: Vocabulary, names: dict[str, str]) -> str:
    lines: list[str] = []
    while sum(len(line.split()) for line in lines) < 600:
        about = dice.choice(told) if dice.random() < 0.5 else None
        lines.append(f"{_sentence(dice, about, words, names)} {dice.choice(CUES)}")
        if len(lines) % 3 == 2:
            lines[-1] += "\n"
    return " ".join(lines)


def _sentence(dice: random.Random, about: Claim | None, words: Vocabulary, names: dict[str, str]) -> str:
    of_claim = about.text.rstrip(".").split() if about else []
    named = names[dice.choice([*about.places, *about.actors] or ["raqqa"])] if about else ""
    mixed = dice.sample(of_claim, min(len(of_claim), 8)) + words.some(dice, 10)
    dice.shuffle(mixed)
    count = f"some {dice.randint(20, 5_000):,} {dice.choice(COUNTED)}" if dice.random() < 0.3 else ""
    return " ".join(filter(None, [named or "They", *mixed, count])) + "."


def stories() -> list[Article]:
    """The newsroom's stories, joined and cut to some 600 words; none without it."""
    folder = os.environ.get("CLAIMWATCH_NEWSROOM", "")
    file = Path(folder) / "stories.json.gz"
    if not folder or not file.exists():
        return []
    joined: list[Article] = []
    title, words = "", ""
    for story in json.loads(gzip.decompress(file.read_bytes())):
        title, words = title or story["title"] or "", f"{words}\n{story['text']}"
        if len(words.split()) >= 600:
            joined.append(Article(title, _first(words, 600)))
            title, words = "", ""
    return joined


def _first(text: str, n: int) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        left = n - sum(len(k.split()) for k in kept)
        if left > 0:
            kept.append(" ".join(line.split()[:left]))
    return "\n".join(kept)


def articles(n: int) -> list[Article]:
    """`n` articles, up to half of them real."""
    real = stories()[: n // 2]
    return [*real, *generated(n - len(real))]


def one(n_claims: int, n_articles: int, wanted: str) -> dict[str, float]:
    """In a process of its own: CPU milliseconds an article once a word's stem is known, and what the index takes."""
    method = load_method(wanted)
    known, read = world(n_claims), [(a, cut(a.text)) for a in articles(n_articles)]
    tracemalloc.start()
    matcher = build_matcher(known.claims, known.entities)
    matcher.words("en")
    held = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    build_s = _cpu(lambda: build_matcher(known.claims, known.entities).words("en"))
    found = findings = 0
    for article, passages in read:  # once for warmth, and to count
        found += len(candidates(matcher, article.text, passages, title=article.title))
        findings += len(judge(method, matcher, article.text, passages, title=article.title))
    match_s = _cpu(lambda: [candidates(matcher, a.text, p, title=a.title) for a, p in read])
    judge_s = _cpu(lambda: [judge(method, matcher, a.text, p, title=a.title) for a, p in read])
    return {
        "index_mb": held,
        "build_s": build_s,
        "candidates": found / len(read),
        "findings": findings / len(read),
        "match_ms": match_s / len(read) * 1000,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "judge_ms": judge_s / len(read) * 1000,
    }


def _cpu(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def write_pairs(file: Path, n: int) -> None:
    """Claims of the list and others, each beside a text of some 350 words; every claim and text comes several times."""
    known = world(1_000)
    texts = [a.text[:2_300] for a in articles(min(n, 2_000))]
    dice = random.Random(SEED + 2)
    with file.open("w", encoding="utf-8") as out:
        for i in range(n):
            pair = {"id": i, "claim": dice.choice(known.claims).text, "title": "", "text": dice.choice(texts)}
            out.write(json.dumps(pair) + "\n")


def compare(file: Path, n: int, wanted: str) -> dict[str, float]:
    """`claimwatch compare` over the file: pairs a second by the clock and by CPU, peak memory in MB."""
    command = [sys.executable, "-m", "claimwatch", "compare", "--in", str(file), "--out", os.devnull, "--judge", wanted]
    started = time.monotonic()
    child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    _pid, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"claimwatch compare ended with {status}")
    wall, cpu = time.monotonic() - started, used.ru_utime + used.ru_stime
    return {"pairs/s": n / wall, "pairs/s of CPU": n / cpu, "peak_mb": used.ru_maxrss / 1024}


def main() -> None:
    """Run it and print what came."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--articles", type=int, default=200)
    ask.add_argument("--claims", type=int, default=5_000)
    ask.add_argument("--pairs", type=int, default=50_000)
    ask.add_argument("--judge", default="built-in", help="built-in, strong or a folder")
    ask.add_argument("--one", type=int, help=argparse.SUPPRESS)
    told = ask.parse_args()
    if told.one:
        print(json.dumps(one(told.one, told.articles, told.judge)))
        return
    few, many = (_runs(told.runs, told.articles, n, told.judge) for n in (36, told.claims))
    print(f"judge: {told.judge}")
    _show(f"600 words against 36 claims, {told.articles} articles", few)
    _show(f"the same against {told.claims:,} claims", many)
    ratios = [b["judge_ms"] / a["judge_ms"] for a, b in zip(few, many, strict=True)]
    print(f"{told.claims:,} claims take {statistics.median(ratios):.2f} times the CPU time of 36")
    if told.pairs:
        with tempfile.TemporaryDirectory() as folder:
            write_pairs(Path(folder) / "pairs.jsonl", told.pairs)
            runs = [compare(Path(folder) / "pairs.jsonl", told.pairs, told.judge) for _ in range(told.runs)]
        _show(f"claimwatch compare, {told.pairs:,} pairs", runs)


def _runs(runs: int, n_articles: int, n_claims: int, wanted: str) -> list[dict[str, Any]]:
    command = [sys.executable, __file__, "--one", str(n_claims), "--articles", str(n_articles), "--judge", wanted]
    return [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(runs)]


def _show(what: str, runs: Sequence[dict[str, float]]) -> None:
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print(f"{what}, median of {len(runs)}: " + ", ".join(f"{name} {value:.2f}" for name, value in medians.items()))


if __name__ == "__main__":
    main()
