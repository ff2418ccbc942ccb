"""A house whose beat says nothing: a worker notices by itself and tells the operator, once."""

from __future__ import annotations

import time

import pytest

from storage.records import WatchList
from tests.live.conftest import Laptop, take_over, wait_until

pytestmark = pytest.mark.live


def test_a_worker_tells_the_operator_of_a_silent_beat(laptop: Laptop, watch_list: WatchList) -> None:
    take_over(laptop.store, watch_list)
    laptop.environ |= {
        "CLAIMWATCH_TICK_S": "3600",  # one tick at the start, and then none for an hour
        "CLAIMWATCH_ALARM_HOURS": "0.002",
        "CLAIMWATCH_OPERATOR": "operator@newsroom.example",
        "CLAIMWATCH_FETCH_PROXY_URL": "http://127.0.0.1:9",
    }
    laptop.start()
    mails = laptop.folder / "mails"
    wait_until(lambda: list(mails.glob("alarm.tick*.eml")), timeout=120, said=laptop.talk())
    time.sleep(5)  # some more looks, by both workers
    (mail,) = mails.glob("alarm.tick*.eml")
    assert "beat, the broker or worker-fetch is down" in mail.read_text().replace("=\n", "")
    assert laptop.stop() == 0
    assert laptop.family() == []
