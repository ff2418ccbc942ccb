"""The Celery app: settings once. Celery is the only scheduler and runner, in compose and on a laptop alike."""

from __future__ import annotations

from collections.abc import Callable

from celery import Celery
from celery.signals import beat_init, worker_init
from kombu.entity import Queue

from schedules.beat import beat_schedule
from schedules.calls import QUEUE, Call, JobName
from worker.broker import reach
from worker.tasks import register, send
from worker.tools import Times, Tools


def create_app(broker_url: str, times: Times, make_tools: Callable[[], Tools]) -> Celery:
    """The app with one task a job. `make_tools` is called once a process, after fork, at the first task."""
    app = reach(broker_url, times.visibility)
    app.conf.update(
        # the database is the truth: no result is kept, a message carries ids only
        task_ignore_result=True,
        result_backend=None,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        # True would queue a page that kills its worker again, for ever; the lease brings it back, counted
        task_reject_on_worker_lost=False,
        worker_prefetch_multiplier=1,
        # prefork only: the threads pool ignores both, there the door's deadline counts
        task_soft_time_limit=times.soft_limit.total_seconds(),
        task_time_limit=times.hard_limit.total_seconds(),
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_max_tasks_per_child=500,  # lxml grows
        worker_send_task_events=False,
        worker_proc_alive_timeout=30.0,
        task_queues=[Queue(name) for name in sorted(set(QUEUE.values()))],
        task_default_queue="control",
        task_create_missing_queues=False,
        timezone="UTC",
        enable_utc=True,
        beat_schedule=beat_schedule(times.tick),
        beat_sync_every=1,  # its file is written at each tick: that is how one sees from outside that it lives
    )
    tools: list[Tools] = []

    def tools_of_this_process() -> Tools:
        if not tools:
            tools.append(make_tools())
        return tools[0]

    register(app, tools_of_this_process, called=times.called)
    # the first look at once, not only when the first interval is over
    beat_init.connect(lambda **_signal: send(app, Call(JobName.TICK)), weak=False)
    return app


def at_start(act: Callable[[], None]) -> None:
    """Do something when a worker's main process starts, whether or not its broker answers; never in beat."""
    worker_init.connect(lambda **_signal: act(), weak=False)
