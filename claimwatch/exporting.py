"""Evidence out of the store into files: fetches one after the other, so that the memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from claimwatch import evidence_files
from claimwatch.errors import Declined
from claimwatch.exports.about import About
from claimwatch.part_file import whole_or_nothing
from claimwatch.wacz import ARCHIVE, Page, WaczFile, index, page_list
from claimwatch.warc import Indexed, WarcFile
from storage import evidence, queries, snapshots
from storage.engine import Store
from storage.errors import Dropped, Refused
from storage.evidence import Wanted
from storage.instants import written
from storage.records import SnapshotId

Starting = Callable[[int | None], Callable[[int], None]]


@dataclass
class Exported:
    """What came of it. `pruned`, `damaged`: fetches whose record is in the file and whose bytes are not."""

    pages: int = 0
    findings: int = 0
    pruned: int = 0
    damaged: list[str] = field(default_factory=list)
    size_bytes: int = 0


_RELATIONS = "a machine's suggestion unless a person's ruling is named beside it"


def _about(wanted: Wanted, now: datetime) -> dict[str, str]:
    """What an export of evidence states of itself."""
    since = written(wanted.since) if wanted.since else None
    asked = {"claim": wanted.claim_id, "article": wanted.article_id, "since": since}
    query = " ".join(f"{name}:{value}" for name, value in asked.items() if value is not None) or "everything kept"
    return About(query=query, at=written(now), relation_is=_RELATIONS).as_dict()


def export_warc(
    store: Store, file: Path, wanted: Wanted, *, now: datetime, replace: bool, starting: Starting
) -> Exported:
    """The fetches as a WARC file. Raises Declined, also where there are none, OSError."""
    done, fetches = Exported(), _fetches(store, wanted)
    with whole_or_nothing(file, replace=replace) as (part, _lock):
        with part.open("wb") as out:
            for _found in _put_all(store, WarcFile(out, _about(wanted, now), at=now), fetches, done, starting):
                pass
        done.size_bytes = part.stat().st_size
    return done


def export_wacz(
    store: Store, file: Path, wanted: Wanted, *, now: datetime, replace: bool, starting: Starting
) -> Exported:
    """One claim's evidence as a WACZ. Raises Declined, also where there is none, OSError; `wanted` names a claim that is there."""
    done, told, fetches = Exported(), _about(wanted, now), _fetches(store, wanted)
    with store.read() as tx:
        claim = queries.claim(tx, str(wanted.claim_id))
        assert claim is not None  # noqa: S101 - asked by who calls
        seed = {"title": "", "author": "", "outlet": "", "url": "", "published": ""}
        seed |= (queries.seed(tx, claim["list"]) or {"seed": {}})["seed"]
        findings = list(evidence.findings(tx, wanted))
    done.findings = len(findings)
    claim = {
        name: value for name, value in claim.items() if name not in ("findings_listed", "findings", "claims_listed")
    }
    with whole_or_nothing(file, replace=replace) as (part, _lock):
        with part.open("wb") as out:
            wacz = WaczFile(out, now)
            with wacz.entry(ARCHIVE) as archive:
                found = list(_put_all(store, WarcFile(archive, told, at=now), fetches, done, starting))
            wacz.put("indexes/index.cdx", index(one for _id, all_ in found for one in all_))
            responses = [(snapshot_id, all_[0]) for snapshot_id, all_ in found if all_]
            first = next(iter(_pages(store, responses)), None)
            wacz.put("pages/pages.jsonl", page_list(_pages(store, responses)))
            wacz.put("findings.json", evidence_files.as_json(told, claim, findings))
            wacz.put("findings.csv", evidence_files.as_csv(told, findings))
            wacz.put("claim.jsonld", evidence_files.as_jsonld(told, claim, seed, findings))
            wacz.put("index.html", evidence_files.as_page(told, claim, seed, findings))
            wacz.end(told, title=f"Evidence on {claim['id']}: {claim['text']}", main=first)
        done.size_bytes = part.stat().st_size
    return done


def _fetches(store: Store, wanted: Wanted) -> list[SnapshotId]:
    with store.read() as tx:
        found = evidence.fetches(tx, wanted)
    if found:
        return found
    narrowed = (
        f"of article {wanted.article_id}" if wanted.article_id is not None else "",
        f"with a finding on claim {wanted.claim_id!r}" if wanted.claim_id is not None else "",
        f"fetched since {written(wanted.since)}" if wanted.since is not None else "",
    )
    raise Declined(" ".join(filter(None, ("no page", *narrowed, "is kept: there is nothing to export"))))


def _put_all(
    store: Store, warc: WarcFile, fetches: Sequence[SnapshotId], done: Exported, starting: Starting
) -> Iterator[tuple[SnapshotId, list[Indexed]]]:
    advance = starting(len(fetches))
    for snapshot_id in fetches:
        with store.read() as tx:
            fetch = snapshots.fetch(tx, snapshot_id)
            if fetch is None:  # removed meanwhile
                continue
            read = evidence.read_from(tx, snapshot_id)
            body, why_not = None, ""
            try:
                body = snapshots.body(tx, fetch)
            except Dropped as dropped:
                why_not = str(dropped)
                done.pruned += 1
            except Refused as damage:
                why_not = str(damage)
                done.damaged.append(why_not)
        done.pages += body is not None
        yield snapshot_id, warc.put(fetch, body, read, why_not=why_not)
        advance(1)


def _pages(store: Store, responses: Iterable[tuple[SnapshotId, Indexed]]) -> Iterator[Page]:
    for snapshot_id, one in responses:
        with store.read() as tx:
            read = evidence.read_from(tx, snapshot_id)
        for r in read:
            yield Page(id=f"{r.article_id}-{r.number}", url=one.url, at=one.at, title=r.title, text=r.text)
