"""`claimwatch up` with its real children, on the sample newsroom."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from claimwatch.children import Child, ChildFailed, Children
from claimwatch.samples.newsroom import read_samples, serving
from storage.records import WatchList
from tests.live.conftest import Laptop, take_over, wait_until

pytestmark = pytest.mark.live
SAMPLES = read_samples()


@pytest.fixture
def up(laptop: Laptop, watch_list: WatchList) -> Iterator[Laptop]:
    """A laptop in front of the sample pieces, with everything running."""
    with serving(SAMPLES) as proxy:
        laptop.environ["CLAIMWATCH_FETCH_PROXY_URL"] = proxy
        readers = tuple(replace(r, since=datetime(2016, 1, 1, tzinfo=UTC)) for r in watch_list.recipients)
        take_over(laptop.store, replace(watch_list, feeds=SAMPLES.feeds, recipients=readers))
        laptop.start()
        yield laptop


def all_done(laptop: Laptop) -> bool:
    n = laptop.counts()
    return n["articles"] == SAMPLES.pieces and not n["unjudged"]


def test_the_line_runs_ends_on_ctrl_c_and_leaves_no_process(up: Laptop) -> None:
    wait_until(lambda: all_done(up), said=up.talk())
    web = up.environ["CLAIMWATCH_WEB_BIND"]
    with urllib.request.urlopen(f"http://{web}/healthz", timeout=5) as answer:
        assert json.load(answer)["status"] == "ok"
    with urllib.request.urlopen(f"http://{web}/api/v1/findings?claim=raqqa-silo-4000", timeout=5) as answer:
        assert {f["relation"] for f in json.load(answer)["rows"]} >= {"supports", "disputes"}
    assert len([told for _p, told in up.commands() if " beat " in told]) == 1
    second = up.claimwatch("up")
    assert (second.returncode, "another `claimwatch up` runs" in second.stderr) == (3, True)
    assert up.stop(signal.SIGINT) == 0
    assert up.family() == []


def test_children_that_crash_are_started_again_and_the_work_goes_on(up: Laptop) -> None:
    for words in ("-P prefork", "-P threads", " beat ", "uvicorn", "valkey-server" if not _on_path() else _on_path()):
        up.oldest(words).send_signal(signal.SIGKILL)
    wait_until(lambda: up.talk().count("started again") >= 5, said=up.talk())
    wait_until(lambda: all_done(up), timeout=90, said=up.talk())
    assert up.stop(signal.SIGTERM) == 0
    assert up.family() == []


def _on_path() -> str:
    import shutil

    found = shutil.which("valkey-server") or shutil.which("redis-server") or ""
    return found.rpartition("/")[2]


def test_a_supervisor_killed_outright_takes_its_children_along(up: Laptop) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent died")
    assert up.process is not None
    up.process.send_signal(signal.SIGKILL)
    up.process.wait()
    wait_until(lambda: up.family() == [], timeout=45, said=str(up.family()))


def test_a_broker_of_ones_own_may_be_emptied_at_any_moment(
    laptop: Laptop, watch_list: WatchList, tmp_path: object
) -> None:
    from claimwatch.up import _Broker

    broker = _Broker.chosen(laptop.folder)
    server = subprocess.Popen(broker.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert server.stdin is not None
    server.stdin.write(broker.config.encode())
    server.stdin.close()
    try:
        with serving(SAMPLES) as proxy, redis.Redis.from_url(broker.url) as client:
            laptop.environ |= {"CLAIMWATCH_FETCH_PROXY_URL": proxy, "CLAIMWATCH_BROKER_URL": broker.url}
            take_over(laptop.store, replace(watch_list, feeds=SAMPLES.feeds))
            laptop.start()

            def flushed_and_done() -> bool:
                n = laptop.counts()
                if 0 < n["articles"] < SAMPLES.pieces or n["entries"] == 0:
                    client.flushall()
                return all_done(laptop)

            wait_until(flushed_and_done, timeout=90, every=0.7, said=laptop.talk())
            assert laptop.stop() == 0
            assert client.ping()  # it is not ours to end
    finally:
        server.kill()
        server.wait()


def test_a_broker_that_is_down_is_named(laptop: Laptop) -> None:
    laptop.environ["CLAIMWATCH_BROKER_URL"] = "redis://:hunter2@127.0.0.1:9/0"
    up = laptop.claimwatch("up")
    assert (up.returncode, "broker 127.0.0.1:9: ConnectionError; is it running" in up.stderr) == (3, True)
    doctor = laptop.claimwatch("doctor")
    assert doctor.returncode == 3
    assert "broker" in doctor.stdout
    assert "hunter2" not in doctor.stdout + doctor.stderr + up.stderr


def test_a_port_that_is_taken_is_named_before_anything_starts(laptop: Laptop) -> None:
    host, port = laptop.environ["CLAIMWATCH_WEB_BIND"].split(":")
    with socket.socket() as other:
        other.bind((host, int(port)))
        other.listen()
        ran = laptop.claimwatch("up")
    assert ran.returncode == 3
    assert f"web: cannot listen on {host}:{port}: Address already in use; set CLAIMWATCH_WEB_BIND" in ran.stderr
    assert laptop.family() == []


def test_what_does_not_come_up_ends_the_house_with_its_last_words(tmp_path: Path) -> None:
    children = Children(tmp_path / "logs", {}, tmp_path)
    quiet = Child(name="quiet", command=[sys.executable, "-c", "import time; time.sleep(60)"], ready=lambda: True)
    broken = Child(
        name="broken",
        command=[sys.executable, "-c", "print('no such table'); raise SystemExit(1)"],
        ready=lambda: False,
    )
    children.start(quiet)
    with pytest.raises(ChildFailed, match=r"(?s)broken ended while it started; its last words.*no such table"):
        children.start(broken)
    children.stop()
    assert children.pids() == {}


def test_what_ends_before_it_was_told_its_settings_is_named_too(tmp_path: Path) -> None:
    children = Children(tmp_path / "logs", {}, tmp_path)
    more_than_a_pipe_holds = "x" * 1_000_000
    deaf = Child(
        name="deaf",
        command=[sys.executable, "-c", "raise SystemExit(1)"],
        ready=lambda: False,
        stdin=more_than_a_pipe_holds,
    )
    with pytest.raises(ChildFailed, match="deaf ended while it started"):
        children.start(deaf)
    children.stop()


def weak(tmp_path: Path) -> Children:
    """A child that ends by itself after 0.4 s, again and again."""
    children = Children(tmp_path / "logs", {}, tmp_path)
    command = [sys.executable, "-c", "import time; time.sleep(0.4); raise SystemExit(7)"]
    children.start(Child(name="weak", command=command, ready=lambda: True))
    return children


def test_what_keeps_ending_soon_after_its_start_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claimwatch.children.LONGEST_WAIT_S", 0.01)
    children = weak(tmp_path)

    def given_up() -> bool:
        try:
            children.look()
        except ChildFailed as failed:
            return "weak ended 10 times in a row within 10 s of its start" in str(failed)
        return False

    wait_until(given_up, timeout=60, every=0.02)
    children.stop()


def test_what_ran_well_before_it_ended_is_always_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("claimwatch.children.RAN_WELL_S", 0.3)
    monkeypatch.setattr("claimwatch.children.MOST_SHORT_RUNS", 2)
    monkeypatch.setattr("claimwatch.children.FIRST_WAIT_S", 0.01)
    children = weak(tmp_path)
    for _ in range(4):

        def started_again() -> bool:
            children.look()
            return "weak: started again" in capsys.readouterr().err

        wait_until(started_again, every=0.02)
    children.stop()
