"""The Celery app on a real Valkey: the names on the wire, the pools, and the hard limit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis

from schedules.calls import QUEUE, Call, JobName
from tests.live.conftest import wait_until
from worker.app import create_app
from worker.gateways.clock import SystemClock
from worker.tasks import send, task_name
from worker.tools import Times

pytestmark = pytest.mark.live


def no_tools() -> object:
    raise AssertionError("not asked here")


def test_every_job_is_a_task_with_a_fixed_name_and_ids_are_all_that_travels(broker: str) -> None:
    app = create_app(broker, Times(), no_tools)  # type: ignore[arg-type]
    assert {task_name(job) for job in JobName} <= set(app.tasks)
    send(app, Call(JobName.FETCH_PAGES, (42,)))
    with redis.Redis.from_url(broker) as client:
        (message,) = client.lrange("claimwatch:fetch", 0, -1)
        client.flushall()
    assert b'"claimwatch.fetch_page"' in message
    assert QUEUE[JobName.FETCH_PAGES] == "fetch"
    app.close()


def test_a_message_runs_out_with_the_stamp_of_its_row(broker: str) -> None:
    app = create_app(broker, Times(called=timedelta(seconds=300)), no_tools)  # type: ignore[arg-type]
    send(app, Call(JobName.FETCH_PAGES, (42,)))
    with redis.Redis.from_url(broker) as client:
        (message,) = client.lrange("claimwatch:fetch", 0, -1)
        client.flushall()
    left = datetime.fromisoformat(json.loads(message)["headers"]["expires"]) - SystemClock().now()
    assert 290 < left.total_seconds() <= 300
    app.close()


def test_the_times_keep_their_order() -> None:
    times = Times()
    assert times.soft_limit < times.hard_limit < times.lease < times.visibility
    conf = create_app("memory://", times, no_tools).conf  # type: ignore[arg-type]
    assert conf.task_time_limit == times.hard_limit.total_seconds()
    assert conf.broker_transport_options["visibility_timeout"] == times.visibility.total_seconds()
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, False, 1)
    assert (conf.result_backend, conf.task_serializer, list(conf.accept_content)) == (None, "json", ["json"])


HANGING = """
import time
from datetime import datetime, timedelta
from worker.app import create_app
from worker.tools import Times
import worker.run
from schedules.calls import JobName

def hang(tools, entry_id):
    open({marks!r} + f"/began-{{entry_id}}", "w").close()
    if entry_id == 1:
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass  # like a page that swallows the soft limit
    open({marks!r} + f"/ended-{{entry_id}}", "w").close()
    return []

worker.run.JOBS[JobName.READ_SNAPSHOT] = hang
times = Times(soft_limit=timedelta(seconds=1), hard_limit=timedelta(seconds=2))
app = create_app({broker!r}, times, lambda: None)
"""


def test_a_page_that_hangs_is_killed_by_the_hard_limit_and_the_worker_goes_on(broker: str, tmp_path: Path) -> None:
    (tmp_path / "hanging.py").write_text(HANGING.format(marks=str(tmp_path), broker=broker))
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "hanging",
            "worker",
            "-Q",
            "think",
            "-P",
            "prefork",
            "-c",
            "1",
            "-n",
            "hanging@test",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])},  # noqa: TID251
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "log").open("w"),
    )
    limits = Times(soft_limit=timedelta(seconds=1), hard_limit=timedelta(seconds=2))
    app = create_app(broker, limits, no_tools)  # type: ignore[arg-type]
    try:
        for n in (1, 2):
            send(app, Call(JobName.READ_SNAPSHOT, (n,)))
        wait_until((tmp_path / "ended-2").exists, timeout=40, said=(tmp_path / "log").read_text())
        assert (tmp_path / "began-1").exists()
        assert not (tmp_path / "ended-1").exists()
        assert "Hard time limit (2.0s) exceeded" in (tmp_path / "log").read_text()
    finally:
        worker.kill()
        worker.wait()
        app.close()
