"""One Celery task a job, all the same lines: run the call, send what it returns."""

from __future__ import annotations

from collections.abc import Callable
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
    app.send_task(task_name(call.job), args=list(call.ids), queue=QUEUE[call.job])


def register(app: Celery, tools: Callable[[], Tools]) -> None:
    """Give the app a task for every JobName. `tools` is asked at each run, so that it is made after fork."""

    def add(job: JobName) -> None:
        def task(self: Any, *ids: int | str) -> None:
            for following in run(tools(), Call(job, ids)):
                send(self.app, following)

        app.task(
            task,
            name=task_name(job),
            bind=True,
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
