"""Evidence as files: what was kept and nothing else, checked by warcio's own reader and by the hashes of the WACZ."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import update
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from claimwatch.errors import Declined
from claimwatch.exporting import Exported, export_wacz, export_warc
from claimwatch.warc import surt
from storage import snapshots
from storage.engine import Store
from storage.evidence import Wanted
from storage.records import ArticleId, ClaimId
from storage.schema import BlobRow, ClaimRow, FindingRow, RevisionRow, RulingRow, SnapshotRow
from tests.builders import SILO, page
from tests.fakes import NOON
from tests.filling import with_one_article
from tests.storage.test_soundness import flipped

NOW = NOON + timedelta(days=7)
ALL = Wanted()
CLAIM = Wanted(claim_id=ClaimId("raqqa-4000"))


def write(how: Any, store: Store, file: Path, wanted: Wanted = ALL, *, replace: bool = False) -> Exported:
    done: Exported = how(store, file, wanted, now=NOW, replace=replace, starting=lambda _n: lambda _m: None)
    return done


def records(stream: Any) -> Iterator[tuple[dict[str, str], str, list[tuple[str, str]], bytes]]:
    """(WARC headers, status line, HTTP headers, body), each digest checked."""
    for record in ArchiveIterator(stream, check_digests="raise"):
        http = record.http_headers
        body = record.content_stream().read()
        yield (
            dict(record.rec_headers.headers),
            http.statusline if http else "",
            list(http.headers) if http else [],
            body,
        )


def test_a_warc_holds_the_bytes_as_kept_the_kept_headers_and_what_is_known(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.warc.gz"
    done = write(export_warc, with_one_article(store), file)
    assert (done.pages, done.pruned, done.damaged) == (1, 0, [])
    with file.open("rb") as stream:
        info, response, metadata = records(stream)
    assert b"claimwatch-query: everything kept\r\n" in info[3]
    assert b"claimwatch-exported-at: 2026-11-30T12:00:00Z\r\nclaimwatch-zone: UTC\r\n" in info[3]
    assert b"claimwatch-relation-is: a machine's suggestion unless" in info[3]
    assert b"claimwatch-kept-body: the body after its Content-Encoding was undone" in info[3]
    headers, status, http, body = response
    assert body == page(*SILO)
    assert (status, http) == ("200 OK", [("content-type", "text/html; charset=utf-8")])
    assert headers["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(page(*SILO)).hexdigest()}"
    assert (headers["WARC-Target-URI"], headers["WARC-Date"]) == ("http://gazette.example/a", "2026-11-23T12:00:00Z")
    assert metadata[0]["WARC-Concurrent-To"] == headers["WARC-Record-ID"]
    assert b"claimwatch-read-as: article 1 revision 1 by trafilatura" in metadata[3]
    checker = Checker(type("Asked", (), {"inputs": [str(file)], "verbose": False}))
    assert checker.process_all() == 0


def test_each_record_is_a_gzip_member_and_the_same_thing_has_the_same_id(store: Store, tmp_path: Path) -> None:
    with_one_article(store)
    ids = []
    for name in ("a", "b"):
        write(export_warc, store, tmp_path / name)
        with (tmp_path / name).open("rb") as stream:
            ids.append([told["WARC-Record-ID"] for told, *_rest in records(stream)][1:])
    assert ids[0] == ids[1]
    assert (tmp_path / "a").read_bytes().count(b"\x1f\x8b\x08") == 3


def test_a_redirect_is_made_so_that_the_asked_address_replays_and_says_of_itself_that_it_is(
    sqlite_store: Store, tmp_path: Path
) -> None:
    with_one_article(sqlite_store)
    with sqlite_store.begin() as tx:
        tx.execute(update(SnapshotRow).values(url="http://t.example/x", final_url="http://gazette.example/a"))
    write(export_warc, sqlite_store, tmp_path / "a")
    with (tmp_path / "a").open("rb") as stream:
        _info, response, made, metadata = records(stream)
    assert response[0]["WARC-Target-URI"] == "http://gazette.example/a"
    assert (made[0]["WARC-Target-URI"], made[1], made[3]) == ("http://t.example/x", "302 Found", b"")
    assert made[2][0] == ("location", "http://gazette.example/a")
    assert made[2][1][0] == "X-Claimwatch-Made"
    assert b"claimwatch-made: the redirect of http://t.example/x in this file is made by claimwatch" in metadata[3]


def test_a_filter_takes_the_claims_articles_one_article_or_what_was_fetched_since(
    sqlite_store: Store, tmp_path: Path
) -> None:
    with_one_article(sqlite_store)
    with sqlite_store.begin() as tx:  # another fetch, of no article
        fetch = {"size_bytes": 1, "url": "http://x.example/", "final_url": "http://x.example/", "status": 200}
        snapshots.save(tx, snapshots.pack(b"x"), fetched_at=NOON + timedelta(days=1), headers={}, **fetch)  # type: ignore[arg-type]
    pages = {
        name: write(export_warc, sqlite_store, tmp_path / name, wanted).pages
        for name, wanted in {
            "all": Wanted(),
            "claim": CLAIM,
            "article": Wanted(article_id=ArticleId(1)),
            "since": Wanted(since=NOON + timedelta(hours=1)),
        }.items()
    }
    assert pages == {"all": 2, "claim": 1, "article": 1, "since": 1}
    for how in (export_warc, export_wacz):
        with pytest.raises(Declined, match="no page with a finding on claim 'raqqa-4000' fetched since 2026-12-01T"):
            write(how, sqlite_store, tmp_path / "none", Wanted(claim_id=CLAIM.claim_id, since=NOON + timedelta(days=8)))
    with pytest.raises(Declined, match="no page of article 2 is kept: there is nothing to export"):
        write(export_warc, sqlite_store, tmp_path / "none", Wanted(article_id=ArticleId(2)))
    assert not (tmp_path / "none").exists()


def test_of_pruned_and_damaged_bytes_only_the_record_is_in_it_and_that_is_told(
    sqlite_store: Store, tmp_path: Path
) -> None:
    with_one_article(sqlite_store)
    kept = snapshots.pack(page(*SILO))[1]
    with sqlite_store.begin() as tx:
        tx.execute(update(BlobRow).values(zstd=flipped(kept, 500)))
    assert [d[:40] for d in write(export_warc, sqlite_store, tmp_path / "a").damaged] == [
        "snapshot 1: the stored bytes do not matc"
    ]
    with sqlite_store.begin() as tx:
        tx.execute(update(BlobRow).values(zstd=b""))
        tx.execute(update(SnapshotRow).values(dropped_at=NOON))
    done = write(export_wacz, sqlite_store, tmp_path / "b", CLAIM)
    assert (done.pages, done.pruned, done.findings) == (0, 1, 1)
    with ZipFile(tmp_path / "b") as wacz, wacz.open("archive/data.warc.gz") as stream:
        _info, metadata = records(stream)
    assert (
        b"claimwatch-not-here: snapshot 1 (http://gazette.example/a): its bytes were pruned on 2026-11-23"
        in metadata[3]
    )


def test_a_file_that_is_there_stays_and_an_export_that_breaks_off_leaves_none(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_text("mine")
    with pytest.raises(Declined, match="is there already: choose another name, or --replace it"):
        write(export_warc, with_one_article(sqlite_store), file)

    def broken(*_told: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("storage.snapshots.body", broken)
    with pytest.raises(KeyboardInterrupt):
        write(export_warc, sqlite_store, file, replace=True)
    assert (file.read_text(), [p.name for p in tmp_path.glob("*.part")]) == ("mine", [])


@pytest.fixture
def wacz(store: Store, tmp_path: Path) -> ZipFile:
    """One claim's evidence; the article has a title that a spreadsheet would run, and a person ruled on its finding."""
    with_one_article(store)
    with store.begin() as tx:
        tx.execute(update(RevisionRow).values(title="=HYPERLINK(1) <b>"))
        ruling = {
            "claim_id": "raqqa-4000",
            "article_id": 1,
            "passage_hash": "",
            "relation": "mixed",
            "adds": ["figure", "denial"],
        }
        tx.execute(RulingRow.__table__.insert().values(**ruling, who="desk", why="read it", at=NOON, machine={}))  # type: ignore[attr-defined]
        tx.execute(update(FindingRow).values(ruling_id=1))
        tx.execute(update(ClaimRow).values(text="<script>alert(1)</script> left"))
    write(export_wacz, store, tmp_path / "a.wacz", CLAIM)
    return ZipFile(tmp_path / "a.wacz")


def test_a_wacz_lists_every_file_with_its_hash_and_its_index_points_at_the_page(wacz: ZipFile) -> None:
    package = json.loads(wacz.read("datapackage.json"))
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    listed = {r["path"]: (r["hash"], r["bytes"]) for r in package["resources"]}
    held = {name: wacz.read(name) for name in wacz.namelist() if not name.startswith("datapackage")}
    assert listed == {name: (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)) for name, data in held.items()}
    digest = json.loads(wacz.read("datapackage-digest.json"))
    assert digest["hash"] == f"sha256:{hashlib.sha256(wacz.read('datapackage.json')).hexdigest()}"
    key, stamp, told = wacz.read("indexes/index.cdx").decode().split(" ", 2)
    assert (key, stamp) == ("example,gazette)/a", "20261123120000")
    at = json.loads(told)
    member = wacz.read("archive/data.warc.gz")[int(at["offset"]) :][: int(at["length"])]
    assert page(*SILO) in gzip.decompress(member)
    head, first = [json.loads(line) for line in wacz.read("pages/pages.jsonl").splitlines()]
    assert head["format"] == "json-pages-1.0"
    assert (first["url"], first["ts"], first["title"]) == (at["url"], "2026-11-23T12:00:00Z", "=HYPERLINK(1) <b>")
    assert "about 4,000 people" in first["text"]


def test_a_player_finds_each_file_right_behind_its_name(wacz: ZipFile) -> None:
    """ReplayWeb.page takes it that nothing stands between, as zip64's sizes would."""
    assert wacz.fp is not None
    for info in wacz.infolist():
        wacz.fp.seek(info.header_offset + 28)
        assert wacz.fp.read(2) == b"\0\0", info.filename
    assert wacz.getinfo("archive/data.warc.gz").compress_type == 0


def test_the_findings_beside_it_name_whose_word_they_are_and_run_nothing(wacz: ZipFile) -> None:
    told = json.loads(wacz.read("findings.json"))
    (finding,) = told["findings"]
    assert (finding["relation"], finding["relation_is"], finding["machine_relation"]) == (
        "mixed",
        "ruled by desk",
        "supports",
    )
    assert (told["about"]["query"], told["about"]["zone"]) == ("claim:raqqa-4000", "UTC")
    assert finding["passage"] in page(*SILO).decode()
    rows = list(csv.DictReader(io.StringIO(wacz.read("findings.csv").decode("utf-8-sig"))))
    assert [rows[0][name] for name in ("title", "relation_is", "exported_at", "adds", "found_at")] == [
        "'=HYPERLINK(1) <b>", "ruled by desk", "2026-11-30T12:00:00Z", "figure; denial", "2026-11-23T12:00:00Z",
    ]  # fmt: skip
    claim = json.loads(wacz.read("claim.jsonld"))
    assert (claim["@type"], claim["identifier"]) == ("Claim", "raqqa-4000")
    (quotation,) = claim["appearance"][0]["hasPart"]
    assert quotation["text"] == finding["passage"]
    assert quotation["comment"]["text"].startswith("mixed (ruled by desk; score ")
    assert "Rating" not in wacz.read("claim.jsonld").decode()
    html = wacz.read("index.html").decode()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "=HYPERLINK(1) &lt;b&gt;" in html
    assert "mixed: " in html


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.News.Example/A?b=2&a=1", "example,news)/a?a=1&b=2"),
        ("http://news.example:8080", "example,news:8080)/"),
        ("http://news.example:80/x", "example,news)/x"),
    ],
)
def test_an_index_sorts_by_the_host_turned_around(url: str, key: str) -> None:
    assert surt(url) == key
