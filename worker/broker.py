"""The way to the broker: what whoever sends, asks or works must agree on."""

from __future__ import annotations

from datetime import timedelta

from celery import Celery


def reach(broker_url: str, visibility: timedelta) -> Celery:
    """An app that has no task yet: it can ask the workers how they are. `visibility`: of a message that nobody confirms."""
    app = Celery("claimwatch", broker=broker_url, set_as_current=False)
    app.conf.update(
        broker_transport_options={
            "visibility_timeout": visibility.total_seconds(),
            "global_keyprefix": "claimwatch:",
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        broker_connection_retry_on_startup=True,
    )
    return app
