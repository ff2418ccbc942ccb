"""The doors that other programs count on, through the command itself, on the sample newsroom."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from claimwatch.judging import load_method
from claimwatch.samples.newsroom import read_samples, serving
from storage import heartbeats
from storage.engine import make_store
from storage.schema import FindingFigureRow, FindingRow, RevisionRow
from tests.front.conftest import Command, command, settings_in

SAMPLES = read_samples()


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    return sample_list(tmp_path)


def sample_list(folder: Path) -> Path:
    """The list that comes with claimwatch, with the sample feeds in place of its own."""
    from claimwatch.watchlist import DEFAULT_WATCH_LIST

    text = DEFAULT_WATCH_LIST.read_text(encoding="utf-8")
    head, _, tail = text.partition("\nfeeds:\n")
    recipients = tail[tail.index("\nrecipients:") :]
    feeds = "".join(f"\n  - {{url: {f.url}, outlet: {json.dumps(f.outlet)}, lang: {f.lang}}}" for f in SAMPLES.feeds)
    path = folder / "list.yaml"
    path.write_text(f"{head}\nfeeds:{feeds}\n{recipients}", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def polled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all sample pieces read and compared, to be copied."""
    folder = tmp_path_factory.mktemp("polled")
    environ = settings_in(folder)
    claimwatch = command(environ, folder)
    with serving(SAMPLES) as proxy:
        environ |= {"CLAIMWATCH_FETCH_PROXY_URL": proxy, "CLAIMWATCH_FETCH_SPACING_S": "0"}
        assert claimwatch("seed", "add", str(sample_list(folder))).code == 0
        done = claimwatch("poll")
    assert done.code == 0, done.err
    return folder / "data"


@pytest.fixture
def polled(claimwatch: Command, environ: dict[str, str], polled_once: Path) -> Iterator[Command]:
    """A store with all sample pieces read and compared, and their newsroom."""
    shutil.copytree(polled_once, environ["CLAIMWATCH_DATA_DIR"])
    with serving(SAMPLES) as proxy:
        environ |= {"CLAIMWATCH_FETCH_PROXY_URL": proxy, "CLAIMWATCH_FETCH_SPACING_S": "0"}
        yield claimwatch


def test_the_whole_line_through_the_command(polled: Command, environ: dict[str, str]) -> None:
    articles = polled("article", "search", "", "--json").json()
    assert len(articles) == SAMPLES.pieces
    assert {a["url"] for a in articles} == {u for u in SAMPLES.documents if not u.endswith("feed.xml")}
    assert {"id", "url", "canonical_url", "title", "outlet", "published", "first_seen"} <= articles[0].keys()
    assert len(polled("article", "search", "", "--json", "--limit", "2").json()) == 2
    assert [a["title"] for a in polled("article", "search", "sugar beet", "--json").json()] == [
        "A wet autumn delays the sugar beet harvest"
    ]

    findings = polled("finding", "list", "--json").json()
    assert {"claim_id", "article_id", "relation", "adds", "score", "passage", "start", "end", "reason"} <= findings[
        0
    ].keys()
    of = {row["article_id"] for row in findings}
    texts = {n: polled("article", "show", str(n), "--json").json()["text"] for n in of}
    for row in findings:
        text = texts[row["article_id"]]
        assert text[row["start"] : row["end"]] == row["passage"]
    of_one = polled("finding", "list", "--claim", "raqqa-silo-4000", "--json").json()
    assert {f["claim_id"] for f in of_one} == {"raqqa-silo-4000"}
    assert {"supports", "disputes"} <= {f["relation"] for f in of_one}

    preview = polled("digest", "preview", "--since", "2016-01-01T00:00:00Z")
    assert (preview.code, "NEEDS A READER FIRST" in preview.out) == (0, True)
    sent = polled("digest", "send", "--since", "2016-01-01T00:00:00Z")
    assert sent.code == 0
    (mail,) = (Path(environ["CLAIMWATCH_DATA_DIR"]) / "mails").iterdir()
    assert mail.suffix == ".eml"
    again = polled("digest", "send", "--since", "2016-01-01T00:00:00Z")
    assert (again.code, "nothing is new" in again.err) == (1, True)

    second = polled("poll", "--force")
    assert second.out == "5 feeds asked; new: 0 entries, 0 articles, 0 findings\n"
    assert "Retry-After are ignored" in second.err
    assert "Feeds that are gone are not asked" in second.err
    assert "5 of 5 feeds asked" in second.err
    assert max(map(len, (second.out + second.err).splitlines())) <= 80


def test_reading_commands_speak_tables_and_json(polled: Command) -> None:
    for arguments in (["seed", "list"], ["seed", "show", "raqqa"], ["claim", "list"], ["claim", "show", "raqqa-silo-4000"], ["feed", "list"],
                    ["feed", "show", "1"], ["article", "search"], ["article", "show", "1"], ["finding", "list"], ["config"]):  # fmt: skip
        table, data = polled(*arguments), polled(*arguments, "--json")
        assert (table.code, data.code) == (0, 0), arguments
        assert table.out.strip()
        json.loads(data.out)
    feed = polled("feed", "list", "--json").json()[0]
    assert {"id", "url", "state"} <= feed.keys()
    assert feed["state"] == "ok"


def test_an_article_takes_both_sides_of_a_claim_and_both_are_told(polled: Command) -> None:
    claim = polled("claim", "show", "raqqa-silo-4000", "--json").json()
    two_sided = [row for row in claim["articles_listed"] if row["dissent"]]
    one = two_sided[0]
    assert {"supports", "disputes"} <= {part["relation"] for part in one["parts"]}
    assert "supports (" in one["says"]
    assert "disputes (" in one["says"]
    ids = {f["id"] for f in claim["findings_listed"] if f["article_id"] == one["article_id"]}
    assert {i for part in one["parts"] for i in part["findings"]} == ids
    shown = polled("claim", "show", "raqqa-silo-4000").out
    assert f"article {one['article_id']}, {one['outlet']}: {one['says']}" in shown.splitlines()
    article = polled("article", "show", str(one["article_id"]))
    assert f"raqqa-silo-4000: {one['says']}" in article.out.splitlines()
    assert (
        f"  by: {load_method('strong').version}, model {load_method('strong').model.name}" in article.out.splitlines()
    )


def test_a_person_overrules_through_the_command(polled: Command, environ: dict[str, str]) -> None:
    (first, *_) = polled("finding", "list", "--claim", "raqqa-silo-4000", "--json").json()
    number, was = str(first["id"]), first["relation"]
    other = "disputes" if was != "disputes" else "supports"
    assert "--who: say who rules" in polled("finding", "confirm", number).err
    environ["CLAIMWATCH_PERSON"] = "Desk"
    assert polled("finding", "confirm", number).out == (
        f"finding {number} (raqqa-silo-4000) is confirmed: {was}; the machine said {was} ({first['score']:.2f})\n"
    )
    assert polled("finding", "confirm", number, "--who", "Night").out.startswith("nothing to change: Desk said so on ")
    told = polled(
        "finding", "correct", number, "--relation", other, "--adds", "denial", "--why", "Read it again", "--json"
    )
    assert (told.json()["finding"]["relation"], told.json()["finding"]["adds"]) == (other, ["denial"])
    shown = polled("finding", "show", number).out
    assert f"raqqa-silo-4000: {other.upper()} (corrected by a person, adds denial)" in shown
    assert f"  machine: {was}, score {first['score']:.2f}" in shown
    listed = polled("finding", "rulings", "--claim", "raqqa-silo-4000")
    assert listed.out.count(" Desk, ") == 2
    assert listed.out.endswith(f"1 ruling counts: 0 confirmed, 1 corrected ({was} to {other} 1)\n")
    assert [row["what"] for row in polled("finding", "rulings", "--json").json()] == ["confirmed", "corrected"]
    assert polled("finding", "correct", number, "--relation", "unrelated", "--why", "w").code == 0
    ids = [row["id"] for row in polled("finding", "list", "--json").json()]
    assert first["id"] not in ids
    assert (
        polled("finding", "retract", number).out == f"finding {number}: retracted; the machine's word stands: {was}\n"
    )
    wrong = polled("finding", "correct", number, "--relation", "refutes", "--why", "w")
    assert (wrong.code, "expected one of supports, disputes, mixed" in wrong.err) == (2, True)
    assert (polled("finding", "confirm", "9999").code, polled("finding", "show", "9999").code) == (1, 1)


def test_a_claims_figures_are_told_by_date_and_scope(polled: Command) -> None:
    claim = polled("claim", "show", "raqqa-civilians-1800", "--json").json()
    own, wider, *_ = claim["figure_series"]
    assert [(line["date"], line["says"], line["who"]) for line in own["lines"]] == [
        (None, "more than 1,800", "the piece"), ("2019-04-25", "more than 1,600", "Airwars"),
    ]  # fmt: skip
    assert (wider["place"], wider["period"], [line["says"] for line in wider["lines"]]) == (
        "Iraq, Syria", "since 2014", ["about 1,400"],
    )  # fmt: skip
    assert claim["figures_line"] == (
        "more than 1,800 claimed; more than 1,600 (Apr 2019, Airwars); Iraq, Syria, since 2014: about 1,400 (Nov 2020, Airwars)"
    )
    shown = polled("claim", "show", "raqqa-civilians-1800").out
    assert "figures: civilians killed by the coalition - Raqqa, June to October 2017\n" in shown
    assert "in another scope: civilians killed - Iraq, Syria, since 2014\n" in shown


@pytest.fixture
def older(polled: Command, environ: dict[str, str]) -> Command:
    """The store as an older judge had left it: it found nothing, but context in one article."""
    store = make_store(f"sqlite:///{environ['CLAIMWATCH_DATA_DIR']}/claimwatch.db")
    with store.begin() as tx:
        convoy = select(RevisionRow.article_id).where(RevisionRow.title.startswith("BBC report sets out"))
        others = select(FindingRow.id).where(FindingRow.article_id.not_in(convoy))
        tx.execute(delete(FindingFigureRow).where(FindingFigureRow.finding_id.in_(others)))
        tx.execute(delete(FindingRow).where(FindingRow.article_id.not_in(convoy)))
        older = {
            "judge_version": "rules-0",
            "model": "rules-0",
            "relation": "context",
            "voice": {"speaker": "a clerk", "role": "", "certainty": "flat", "act": "states", "denied": None},
        }
        tx.execute(update(FindingRow).values(**older))
        tx.execute(update(RevisionRow).values(judged_as="rules-0/old"))
    store.close()
    return polled


def test_rejudge_tells_what_changes_and_then_there_is_nothing_to_change(older: Command) -> None:
    (was, *_) = older("finding", "list", "--claim", "raqqa-silo-4000", "--json").json()
    article = was["article_id"]
    assert "  voice: “a clerk” says so" in older("finding", "list", "--article", str(article)).out.splitlines()
    of_one = older("rejudge", "--claim", "raqqa-silo-4000", "--dry-run", "--json").json()
    assert {c["claim_id"] for c in of_one["changes"]} == {"raqqa-silo-4000"}
    dry = older("rejudge", "--dry-run")
    assert dry.out.endswith(" would change\n")
    done = older("rejudge", "--json").json()
    assert (done["judged"], done["articles"], done["finished"]) == (SAMPLES.pieces, SAMPLES.pieces, True)
    first = next(c for c in done["changes"] if c["claim_id"] == "raqqa-silo-4000" and c["article_id"] == article)
    assert (first["what"], first["was"]["relation"], first["now"]["relation"]) == ("relation", "context", "disputes")
    assert (first["was"]["judge_version"], first["now"]["judge_version"]) == ("rules-0", load_method("strong").version)
    line = next(line for line in dry.out.splitlines() if line.split()[:2] == ["raqqa-silo-4000", str(article)])
    assert f"{first['was']['says']} by rules-0, rules-0" in line
    assert first["now"]["reason"] in line
    again = older("rejudge")
    assert (again.code, again.err) == (0, "Nothing changes.\n")
    assert again.out.startswith(f"{SAMPLES.pieces} of {SAMPLES.pieces} articles judged, ")


def test_on_a_terminal_rejudge_counts_and_fits_into_80_columns(older: Command, environ: dict[str, str]) -> None:
    import os
    import pty
    import subprocess
    import sys
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-m", "claimwatch", "rejudge"]
    env = {**os.environ, **environ, "TERM": "dumb"}  # noqa: TID251
    with subprocess.Popen(command, env=env, stdout=theirs, stderr=subprocess.PIPE, text=True) as process:
        os.close(theirs)
        shown = b""
        try:
            while more := os.read(ours, 65536):
                shown += more
        except OSError:  # Linux ends a terminal without writers so
            pass
    os.close(ours)
    assert process.returncode == 0
    lines = re.sub(r"\x1b\[[\d;]*m", "", shown.decode()).splitlines()
    assert lines[0].split() == ["claim", "article", "was", "now", "why"]
    assert max(map(len, lines[:-1])) <= 80
    assert len(lines) > 20


def test_rejudge_stops_when_it_is_asked_to_and_tells_what_it_did(older: Command, environ: dict[str, str]) -> None:
    import os
    import signal
    import sqlite3
    import subprocess
    import sys
    import time

    command = [sys.executable, "-m", "claimwatch", "rejudge", "--json"]
    env = {**os.environ, **environ}  # noqa: TID251
    held = sqlite3.connect(f"{environ['CLAIMWATCH_DATA_DIR']}/claimwatch.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")  # a writer before it: it waits there until it was asked to stop
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(300):
            caught = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").split("SigCgt:")[1].split()[0]
            if int(caught, 16) & (1 << signal.SIGTERM - 1):
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        held.execute("COMMIT")
        out, err = process.communicate(timeout=60)
    held.close()
    report = json.loads(out)
    assert (process.returncode, report["finished"], report["judged"]) == (130, False, 0)
    assert err == "claimwatch: stopped; what was judged stays so, the next run goes on from there\n"
    assert older("rejudge", "--json").json()["judged"] == SAMPLES.pieces


def test_feed_check_asks_and_stores_nothing(polled: Command) -> None:
    before = polled("feed", "list", "--json").out
    checked = polled("feed", "check", "--json")
    assert checked.code == 0
    assert [r["entries"] > 0 for r in checked.json()] == [True] * len(SAMPLES.feeds)
    assert [r["state"] for r in checked.json()] == [r["state"] for r in json.loads(before)]
    assert polled("feed", "list", "--json").out == before
    polled("feed", "add", "http://nowhere.example/feed.xml")
    bad = polled("feed", "check", "6", "--json")
    assert (bad.code, bad.json()[0]["state"]) == (1, "unreachable")  # as polls say until it is missing for a day


def test_pausing_and_resuming(polled: Command) -> None:
    assert polled("feed", "pause", "1").out == "feed 1 is paused\n"
    assert polled("feed", "list", "--json").json()[0]["paused_at"]
    assert "5 " not in polled("poll", "--force").err
    assert polled("feed", "pause", "1", "--resume").code == 0
    assert polled("feed", "list", "--json").json()[0]["paused_at"] is None


def test_several_feeds_are_paused_at_once_or_none(claimwatch: Command) -> None:
    for name in ("a", "b"):
        claimwatch("feed", "add", f"http://gazette.example/{name}")
    assert claimwatch("feed", "pause", "1", "99").code == 1
    assert [f["paused_at"] for f in claimwatch("feed", "list", "--json").json()] == [None, None]
    assert claimwatch("feed", "pause", "1", "2").out == "feed 1 is paused\nfeed 2 is paused\n"


def test_a_list_by_stdin_and_only_if_it_is_the_first(claimwatch: Command, list_file: Path) -> None:
    text = list_file.read_text(encoding="utf-8")
    assert claimwatch("seed", "add", "-", stdin="list: 1").err.startswith("claimwatch: -:1: ")
    assert "36 new" in claimwatch("seed", "add", "-", "--first", stdin=text).out
    edited = text.replace("raqqa-silo-4000", "raqqa-silo-5000")
    assert claimwatch("seed", "add", "-", "--first", stdin=edited).out == "watched already: raqqa\n"
    assert "1 new" in claimwatch("seed", "add", "-", stdin=edited).out


def test_services_are_named_and_need_a_broker(claimwatch: Command) -> None:
    assert claimwatch("service", "run", "nonsense").code == 2
    ran = claimwatch("service", "run", "worker-fetch")
    assert (ran.code, "no broker: set CLAIMWATCH_BROKER_URL" in ran.err) == (3, True)
    sick = claimwatch("service", "healthy", "beat")
    assert (sick.code, sick.out) == (1, "beat: no answer\n")


def test_adding_a_feed_twice_is_one_feed(claimwatch: Command) -> None:
    first = claimwatch("feed", "add", "http://gazette.example/f", "--json").json()
    again = claimwatch("feed", "add", "http://gazette.example/f", "--json").json()
    assert (first["new"], again["new"], first["id"]) == (True, False, again["id"])


def test_a_scripted_clock_polls_when_the_cadence_says(polled: Command) -> None:
    at = "2036-01-01T00:00:00Z"
    first, again = polled("poll", "--at", at), polled("poll", "--at", at)
    assert (first.code, again.code) == (0, 0)
    row = polled("feed", "list", "--json").json()[0]
    assert row["last_polled_at"] == at
    assert at < row["next_poll"] < "2036-01-02T06:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nonsense"], 2, "No such command"),
        (["feed", "add", "ftp://x.example/"], 2, "is no feed address"),
        (["feed", "show", "99"], 1, "no feed 99; see: claimwatch feed list"),
        (["feed", "pause", "99"], 1, "no feed 99"),
        (["claim", "show", "no-such"], 1, "no claim 'no-such'; see: claimwatch claim list"),
        (["finding", "list", "--claim", "no-such"], 1, "no claim 'no-such'"),
        (["article", "show", "99"], 1, "no article 99"),
        (["seed", "show", "x"], 1, "no watch list 'x'; there are: none"),
        (["seed", "add", "missing.yaml"], 2, "missing.yaml: cannot be read"),
        (["article", "search", 'open "quote'], 2, "quotation mark is left open"),
        (["article", "search", "outlet:bbc"], 2, "no field 'outlet'; did you mean"),
        (["rejudge", "--claim", "no-such"], 1, "no claim 'no-such'; see: claimwatch claim list"),
        (["poll", "--at", "tomorrow"], 2, "--at: expected an instant such as"),
        (["digest", "send", "--to", "x@y.example"], 1, "no such recipient"),
        (["compare", "--in", "missing.jsonl", "--out", "-"], 2, "missing.jsonl"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_a_code(
    claimwatch: Command, arguments: list[str], code: int, said: str
) -> None:
    ran = claimwatch(*arguments)
    assert ran.code == code, ran
    assert said in " ".join(ran.err.replace("│", " ").split())
    assert ran.out == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"CLAIMWATCH_DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:9/x"},
            "is it running, and is CLAIMWATCH_DATABASE_URL right?",
        ),
        ({"CLAIMWATCH_DATABASE_URL": "sqlite:////proc/nope/x.db"}, "/proc/nope"),
        ({"CLAIMWATCH_TICK_S": "soon"}, "CLAIMWATCH_TICK_S: expected a number of seconds, got 'soon'"),
        ({"CLAIMWATCH_TYPO": "1"}, "CLAIMWATCH_TYPO is no setting"),
        ({"CLAIMWATCH_BROKER_URL": "amqp://x/"}, "CLAIMWATCH_BROKER_URL: expected redis://HOST"),
    ],
)
def test_broken_surroundings_end_with_code_3_and_name_the_thing(
    claimwatch: Command, environ: dict[str, str], settings: dict[str, str], said: str
) -> None:
    environ |= settings
    ran = claimwatch("feed", "list")
    assert (ran.code, ran.out) == (3, "")
    assert said in ran.err
    assert "hunter2" not in ran.err


def test_compare_answers_line_by_line(claimwatch: Command, tmp_path: Path) -> None:
    lines = [
        {"id": "a", "claim": "About 4,000 people left Raqqa.", "claim_event": "2017-10", "title": "t", "text": "Only 300 people left Raqqa in October 2017."},
        {"id": "b", "claim": "The mayor sold the bridge.", "title": "", "text": "It rained on the fields all week."},
    ]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert claimwatch("compare", "--in", "in.jsonl", "--out", "out.jsonl").code == 0
    got = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(g["id"], g["relation"]) for g in got] == [("a", "disputes"), ("b", "unrelated")]
    piped = claimwatch("compare", "--in", "-", "--out", "-", stdin=json.dumps(lines[1]))
    assert json.loads(piped.out)["relation"] == "unrelated"
    assert re.fullmatch(r"1 pairs in [\d.]+ s\n", piped.err), "a bar is for terminals only"


def test_compare_names_the_bad_line_and_writes_nothing(claimwatch: Command, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "claim": "c", "text": "t"}\n{"id": 2}\n', encoding="utf-8")
    ran = claimwatch("compare", "--in", "in.jsonl", "--out", "out.jsonl")
    assert (ran.code, "in.jsonl:2: field 'claim': expected text" in ran.err) == (2, True)
    assert not (tmp_path / "out.jsonl").exists()


def test_config_masks_secrets_and_says_what_is_set(claimwatch: Command, environ: dict[str, str]) -> None:
    environ["CLAIMWATCH_SMTP_URL"] = "smtps://me:hunter2@mail.example:465"
    rows = {r["name"]: r for r in claimwatch("config", "--json").json()}
    assert rows["CLAIMWATCH_SMTP_URL"] == {
        "name": "CLAIMWATCH_SMTP_URL",
        "value": "smtps://***@mail.example:465",
        "source": "set",
    }
    assert rows["CLAIMWATCH_TICK_S"]["source"] == "default"


def test_doctor_is_green_on_a_fresh_machine_and_red_when_the_broker_is_away(
    claimwatch: Command, environ: dict[str, str]
) -> None:
    claimwatch("migrate")
    fresh = claimwatch("doctor", "--json")
    assert fresh.code == 0
    assert {c["what"]: c["state"] for c in fresh.json()}["database"] == "ok"
    environ |= {"CLAIMWATCH_BROKER_URL": "redis://127.0.0.1:9/0", "CLAIMWATCH_SMTP_URL": "smtp://127.0.0.1:9"}
    broken = claimwatch("doctor", "--json")
    states = {c["what"]: c for c in broken.json()}
    assert broken.code == 3
    assert (states["broker"]["state"], states["mail"]["state"]) == ("fail", "fail")
    assert "is it running" in states["broker"]["detail"]


@pytest.mark.live
def test_doctor_names_what_it_looked_at_and_who_is_missing(
    claimwatch: Command, environ: dict[str, str], broker: str
) -> None:
    claimwatch("seed", "add")
    environ |= {"CLAIMWATCH_BROKER_URL": broker, "CLAIMWATCH_OPERATOR": "me@newsroom.example"}
    environ["CLAIMWATCH_HEARTBEAT_URL"] = "https://beats.example/s3cret"
    environ["CLAIMWATCH_SMTP_URL"] = "smtp://127.0.0.1:9"
    ran = claimwatch("doctor", "--json")
    assert ran.code == 3
    checks = {c["what"]: c for c in ran.json()}
    assert [checks[what]["state"] for what in ("broker", "workers", "tick")] == ["ok", "fail", "fail"]
    assert list(checks) == [
        "names", "database", "broker", "workers", "mail", "door", "judge", "alarm", "tick", "clock", "feeds", "work", "digests", "growth", "disk",
    ]  # fmt: skip
    assert checks["workers"]["detail"] == "worker-fetch and worker-think missing; nobody answers"
    assert checks["feeds"]["detail"] == "50 new"
    assert checks["alarm"]["detail"] == "me@newsroom.example is told after 6 silent hours; heartbeat to beats.example"
    assert checks["clock"]["state"] == "ok"
    assert "broker 0.0 s off" in checks["clock"]["detail"]


def test_the_alarm_is_an_exit_code_and_a_mail_once_a_day(
    claimwatch: Command, environ: dict[str, str], list_file: Path
) -> None:
    environ["CLAIMWATCH_ALARM_HOURS"] = "0.0001"
    assert claimwatch("service", "alarm").code == 0
    claimwatch("feed", "add", "http://gazette.example/f")
    store = make_store(f"sqlite:///{environ['CLAIMWATCH_DATA_DIR']}/claimwatch.db")
    with store.begin() as tx:
        heartbeats.beat(tx, "tick", datetime(2026, 1, 1, tzinfo=UTC))
    silent = claimwatch("service", "alarm")
    assert (silent.code, silent.out.startswith("since 2026-01-01T00:00:00Z: nobody looks")) == (1, True)
    assert claimwatch("service", "alarm", "--mail").code == 2
    environ["CLAIMWATCH_OPERATOR"] = "me@newsroom.example"
    assert "told me@newsroom.example" in claimwatch("service", "alarm", "--mail").err
    assert "was told within a day" in claimwatch("service", "alarm", "--mail").err
    (mail,) = (Path(environ["CLAIMWATCH_DATA_DIR"]) / "mails").iterdir()
    assert mail.name.startswith("alarm.tick.")
    environ["CLAIMWATCH_DATABASE_URL"] = "postgresql://127.0.0.1:9/nothing"
    assert claimwatch("service", "alarm").code == 3
    assert claimwatch("service", "alarm", "--mail", "--database-away", "30000").code == 1
    assert len(list((Path(environ["CLAIMWATCH_DATA_DIR"]) / "mails").glob("alarm.database.*"))) == 1


def test_every_command_has_help_of_its_own(claimwatch: Command) -> None:
    top = claimwatch("--help")
    for group in ("seed", "claim", "feed", "article", "finding", "digest", "service"):
        assert group in top.out
        told = claimwatch(group, "--help").out
        assert "Commands:" in told
        assert group != "feed" or "..." not in told.partition("Commands:")[2]
    assert max(map(len, top.out.splitlines())) <= 80


def test_a_title_cannot_command_the_terminal() -> None:
    from claimwatch.show import plain

    assert plain("red \x1b[31m alert \u202e turned") == "red [31m alert  turned"
