"""`claimwatch digest` and `claimwatch recipient`, as a person runs them."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import update

from storage import feeds
from storage.engine import Store
from storage.records import FeedId
from storage.schema import RecipientRow
from tests.fakes import NOON
from tests.filling import with_a_digest
from tests.front.conftest import Command, Ran

READER = "reader@claimwatch.example"


@pytest.fixture
def filled(commands_store: Store) -> Store:
    """The command's own database, with one article and a digest that was sent, and a quiet one before it.

    Its feed is paused: by the day of the test it would have been silent for long.
    """
    with_a_digest(commands_store)
    with commands_store.begin() as tx:
        feeds.pause(tx, FeedId(1), now=NOON)
    return commands_store


def test_a_digest_is_listed_shown_and_sent_again(
    claimwatch: Command, filled: Store, environ: dict[str, str], tmp_path: Path
) -> None:
    (row,) = claimwatch("digest", "list", "--json").json()
    assert (row["state"], row["recipient"], row["period"], row["findings"]) == ("sent", READER, "2026-11-24", 1)
    assert [one["state"] for one in claimwatch("digest", "list", "--state", "quiet", "--json").json()] == ["quiet"]
    assert claimwatch("digest", "list").out.splitlines()[0].split() == ["id", "state", "recipient", "period", "what"]
    shown = claimwatch("digest", "show", str(row["id"]))
    assert "NEW REPORTS" in shown.out
    told = claimwatch("digest", "show", str(row["id"]), "--json").json()
    assert not any("\ue000" <= letter <= "\ue00f" for letter in told["text"] + told["html"])
    again = claimwatch("digest", "resend", str(row["id"]))
    assert (again.code, again.out.startswith(f"digest {row['id']} goes to {READER} once more")) == (0, True)
    assert claimwatch("poll").code == 0
    (mail,) = (Path(environ["CLAIMWATCH_DATA_DIR"]) / "mails").iterdir()
    sent = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert sent["Message-ID"] == row["message_id"].replace(".0.", ".1.")
    assert sent["Content-Language"] == "en"
    assert claimwatch("digest", "retry").out.startswith("0 digests ready again")


def test_a_preview_writes_three_files_and_stores_nothing(claimwatch: Command, filled: Store, tmp_path: Path) -> None:
    nothing = claimwatch("digest", "preview", "--out", "there")
    assert (nothing.code, "what was sent before: --again" in nothing.err) == (1, True)
    done = claimwatch("digest", "preview", "--again", "--out", "there")
    assert done.code == 0
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == [
        "preview.eml",
        "preview.html",
        "preview.txt",
    ]
    mail = message_from_bytes((tmp_path / "there/preview.eml").read_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert len(claimwatch("digest", "list", "--json").json()) == 1


def test_what_was_sent_is_shown_again_whenever_the_reader_began(claimwatch: Command, filled: Store) -> None:
    with filled.begin() as tx:
        tx.execute(update(RecipientRow).values(began=NOON + timedelta(days=2)))
    assert claimwatch("digest", "preview").code == 1
    assert "Thousands left Raqqa" in claimwatch("digest", "preview", "--again").out


def test_a_dry_run_says_what_would_go_to_whom(claimwatch: Command, filled: Store) -> None:
    assert claimwatch("recipient", "add", "new@paper.example", "--since", "2026-01-01").code == 0
    dry = claimwatch("digest", "send", "--dry-run")
    assert dry.code == 0
    assert (
        dry.out
        == "would go to new@paper.example (sample): [claimwatch sample] supports: Thousands left Raqqa (Gazette)\n"
    )
    assert dry.err == f"nothing is new for {READER} (sample)\n"
    assert len(claimwatch("digest", "list", "--json").json()) == 1


def recipients(claimwatch: Command, *more: str) -> dict[str, dict[str, object]]:
    return {row["address"]: row for row in claimwatch("recipient", "list", *more, "--json").json()}


def test_recipients_are_put_on_paused_and_taken_off(claimwatch: Command, filled: Store) -> None:
    added = claimwatch(
        "recipient", "add", "you@paper.example", "--zone", "Europe/London", "--at", "07:30", "--cadence", "weekly",
        "--at-once", "--still-watching",
    )  # fmt: skip
    said = "you@paper.example is on sample: weekly at 07:30 Europe/London, at once what needs a reader, a line after a week without news\n"
    assert (added.code, added.out) == (0, said)
    changed = claimwatch("recipient", "add", "you@paper.example", "--cadence", "daily", "--not-at-once").out
    wish = "daily at 07:30 Europe/London, a line after a week without news"
    assert changed == f"you@paper.example is on sample as before: {wish}\n"
    one = recipients(claimwatch)["you@paper.example"]
    assert (one["state"], one["origin"], one["cadence"], one["at_once"]) == ("on", "command", "daily", False)
    assert claimwatch("recipient", "pause", "you@paper.example").code == 0
    assert recipients(claimwatch)["you@paper.example"]["state"] == "paused"
    paused = claimwatch("digest", "preview", "--to", "you@paper.example")
    assert (paused.code, "is paused" in paused.err) == (1, True)
    assert claimwatch("recipient", "resume", "you@paper.example").code == 0
    assert claimwatch("recipient", "remove", "you@paper.example").code == 0
    assert list(recipients(claimwatch)) == [READER]
    assert recipients(claimwatch, "--left")["you@paper.example"]["left_by"] == "command"
    assert "command" not in claimwatch("recipient", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["digest", "show", "99"], 1, "no digest 99; see: claimwatch digest list"),
        (["digest", "resend", "1"], 1, "digest 1 cannot be sent again: it is quiet"),
        (
            ["digest", "preview", "--to", "x@y.example"],
            1,
            "no such recipient; see: claimwatch recipient list. There are:",
        ),
        (["recipient", "add", "not an address"], 2, "address: expected one mail address such as desk@newsroom.example"),
        (["recipient", "add", "a@b.example", "--zone", "Mars"], 2, "zone: expected a time zone of the IANA list"),
        (["recipient", "add", "a@b.example", "--at", "25:00"], 2, "at: expected a time of day such as 07:30"),
        (["recipient", "add", "a@b.example", "--list", "none"], 2, "no watch list 'none'; see: claimwatch seed list"),
        (["recipient", "list", "--list", "none"], 1, "no watch list 'none'; there are: sample"),
        (["digest", "list", "--list", "none"], 1, "no watch list 'none'; there are: sample"),
        (["digest", "send", "--list", "none"], 1, "no watch list 'none'; there are: sample"),
        (["mail", "test", "bad"], 2, "address: expected one mail address"),
        (["mail", "test", "page"], 2, "the page is read, not written to"),
        (["recipient", "pause", "x@y.example"], 1, "x@y.example is on no list; see: claimwatch recipient list"),
    ],
)
def test_what_cannot_be_done_is_said(
    claimwatch: Command, filled: Store, arguments: list[str], code: int, said: str
) -> None:
    ran: Ran = claimwatch(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_a_chat_that_is_not_set_is_named_without_its_address(claimwatch: Command, environ: dict[str, str]) -> None:
    environ["CLAIMWATCH_CHATS"] = "desk=slack://s3cret/token Hook"
    ran = claimwatch("config")
    assert (ran.code, "CLAIMWATCH_CHATS: part 2: expected NAME=ADDRESS" in ran.err) == (3, True)
    assert "s3cret" not in ran.out + ran.err
    environ["CLAIMWATCH_CHATS"] = "desk=slack://s3cret/token"
    assert "s3cret" not in claimwatch("config").out
    claimwatch("seed", "add")
    assert "CLAIMWATCH_CHATS does not name it yet: hook=ADDRESS" in claimwatch("recipient", "add", "chat:hook").err
    assert claimwatch("recipient", "add", "chat:desk").err == ""
