"""One Celery task a job, all the same lines: run the call, send what it returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import Celery

from schedules.calls import QUEUE, Call, JobName
from storage.errors import StoreUnavailable
from worker.run import run
from worker.tools import Tools


def task_name(job: JobName) -> str:
    """The wire name, fixed: a message in flight outlives a moved file."""
    return f"claimwatch.{job.value}"


def send(app: Celery, call: Call) -> None:
    """Put a call on its queue."""
    app.tasks[task_name(call.job)].apply_async(args=list(call.ids), queue=QUEUE[call.job])


def register(app: Celery, tools: Callable[[], Tools], *, called: timedelta) -> None:
    """Give the app a task for every JobName. `tools` is asked at each run, so that it is made after fork.

    `called`: how long a row bears the stamp that a message for it is on its way.
    """

    def add(job: JobName) -> None:
        def task(self: Any, *ids: int | str) -> None:
            for following in run(tools(), Call(job, ids)):
                send(self.app, following)

        app.task(
            task,
            name=task_name(job),
            bind=True,
            # with its stamp: the row is called anew then, and a queue that is long holds no row twice
            expires=called.total_seconds(),
            shared=False,  # two apps in one process (tests) must not hand each other their tasks
            # our plumbing only: the database was away a moment. The web's retry queue is the database.
            autoretry_for=(StoreUnavailable,),
            max_retries=3,
            retry_backoff=2,
            retry_backoff_max=30,
            retry_jitter=True,
        )

    for job in JobName:
        add(job)
