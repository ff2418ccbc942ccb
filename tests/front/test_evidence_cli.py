"""verify, prune, reread and export as users run them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.engine import Store
from storage.schema import BlobRow
from tests.filling import with_one_article
from tests.front.conftest import Command
from tests.storage.test_soundness import flipped


@pytest.fixture
def filled(commands_store: Store) -> Store:
    """The command's own database, with one article in it."""
    return with_one_article(commands_store)


def test_verify_says_that_all_is_well_and_names_what_is_not(filled: Store, claimwatch: Command) -> None:
    sound = claimwatch("verify")
    assert (sound.code, sound.out) == (0, "1 page and 1 revision looked at: all is as it was kept\n")
    with filled.begin() as tx:
        kept = tx.scalars(select(BlobRow.zstd)).one()
        tx.execute(update(BlobRow).values(zstd=flipped(kept, 321)))
    line = (
        "snapshot 1 (http://gazette.example/a, fetched 2026-11-23T12:00:00Z): its bytes do not match their hash; "
        "restore from a backup"
    )
    damaged = claimwatch("verify")
    assert (damaged.code, damaged.out, damaged.err) == (
        1, f"{line}\n", "claimwatch: 1 page and 1 revision looked at: 1 problem\n",
    )  # fmt: skip
    told = claimwatch("verify", "--json").json()
    assert (told["sound"], told["looked_at"]["revisions"]) == (False, 1)
    assert told["problems"] == [{"what": "snapshot", "row": 1, "told": line}]


def test_reread_and_prune_say_what_they_did(filled: Store, claimwatch: Command) -> None:
    assert claimwatch("reread").out == "1 read, 0 differ\n"
    told = claimwatch("reread", "--dry-run", "--json").json()
    assert (told["articles"], told["read"], told["differ"], told["finished"]) == (1, 1, 0, True)
    assert claimwatch("reread", "--article", "9").code == 1
    assert claimwatch("prune", "--dry-run").out.startswith("would go: 0 articles in which nothing was found\n")
    assert claimwatch("prune").out == (
        "0 articles, 0 findings and 0 snapshots pruned, and the bytes of 0 pages more; 0 bytes of blobs\n"
    )


def test_export_writes_a_file_once_and_says_what_is_in_it(filled: Store, claimwatch: Command, tmp_path: Path) -> None:
    done = claimwatch("export", "wacz", "a.wacz", "--claim", "raqqa-4000")
    assert (done.code, done.out.startswith("a.wacz: "), done.out.endswith(", 1 page, 1 finding\n")) == (0, True, True)
    assert (tmp_path / "a.wacz").stat().st_mode & 0o777 == 0o600
    again = claimwatch("export", "wacz", "a.wacz", "--claim", "raqqa-4000")
    assert (again.code, again.err) == (
        1, "claimwatch: a.wacz is there already: choose another name, or --replace it\n",
    )  # fmt: skip
    assert claimwatch("export", "warc", "a.warc.gz", "--since", "2026-11-23").out.endswith(", 1 page\n")
    of_none = claimwatch("export", "wacz", "b.wacz", "--claim", "raqqa-4000", "--since", "2026-11-24..")
    assert (of_none.code, "there is nothing to export" in of_none.err, (tmp_path / "b.wacz").exists()) == (
        1,
        True,
        False,
    )
    assert "no claim 'none'" in claimwatch("export", "warc", "b", "--claim", "none").err
    assert claimwatch("export", "warc", "nowhere/b").code == 3
