"""Three digests of the sample pieces, made through the line, as a browser shows them: a quiet week, a busy day, a correction.

Pictures of them are left beside the mails; `PICTURES=docs/pictures make test-web` keeps them there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from claimwatch.judging import load_method
from claimwatch.samples.newsroom import read_samples
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list
from schedules.calls import Call, JobName
from storage import seeds
from storage.engine import Store
from storage.records import Cadence, RecipientSpec
from tests.contrast import Colour, contrast
from tests.fakes import FakeWeb, Outbox, fetched
from tests.web.conftest import PLAYWRIGHT
from worker.gateways.clock import FixedClock
from worker.handovers import Message
from worker.run import run
from worker.tools import Options, Tools

pytestmark = pytest.mark.browser

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
READER = RecipientSpec(
    address="reader@claimwatch.example", zone="Europe/London", cadence=Cadence.DAILY, at=time(7, 30),
    since=datetime(2016, 1, 1, tzinfo=UTC), still_watching=True,
)  # fmt: skip


def _the_mails(store: Store) -> dict[str, Message]:
    """The digests of a busy day, of a correction two days later, and of the week after that."""
    samples, web, outbox, clock = read_samples(), FakeWeb(), Outbox(), FixedClock(MONDAY)
    web.site = {
        url: fetched(url, body, at=MONDAY, headers={"content-type": kind})
        for url, (kind, body) in samples.documents.items()
    }
    options = Options(public_url="https://claimwatch.newsroom.example")
    method = load_method("auto")
    tools = Tools(store=store, web=web, mailer=outbox, clock=clock, method=lambda: method, options=options)
    watch_list = replace(read_watch_list(DEFAULT_WATCH_LIST), feeds=samples.feeds, recipients=(READER,))
    with store.begin() as tx:
        seeds.take_over(tx, watch_list, now=clock.now())

    def one_day() -> None:
        for _ in range(4):
            calls = run(tools, Call(JobName.TICK))
            while calls:
                calls += run(tools, calls.pop(0))
            clock.instant += timedelta(hours=6)

    one_day()
    one_day()
    (page,) = [url for url in web.site if url.endswith("/2019/04/25/raqqa-civilians")]
    body: Any = web.site[page]
    told = b"<p>Correction: an earlier version of this article said 1,600 civilians.</p><footer>"
    edited = body.body.replace(b"1,600", b"1,400").replace(b"<footer>", told)
    web.site[page] = fetched(page, edited, at=clock.now())
    for _ in range(11):
        one_day()
    busy, correction, quiet = outbox.mails[:3]
    return {"busy-day": busy, "correction": correction, "quiet-week": quiet}


def test_three_digests_can_be_read_on_a_phone_and_a_desktop_by_day_and_by_night(
    sqlite_store: Store, browser: tuple[str, str], tmp_path: Path
) -> None:
    node, chromium = browser
    mails = _the_mails(sqlite_store)
    assert "1 new figure" in mails["correction"].subject
    assert "1 article corrected" in mails["correction"].subject
    assert mails["quiet-week"].subject == "[claimwatch raqqa] nothing new, still watching"
    for name, mail in mails.items():
        (tmp_path / f"digest-{name}.html").write_text(mail.html, encoding="utf-8")
        (tmp_path / f"digest-{name}.txt").write_text(mail.text, encoding="utf-8")
    names = [f"digest-{name}" for name in mails]
    drive = [node, str(Path(__file__).with_name("look.mjs")), str(PLAYWRIGHT), chromium, str(tmp_path), *names]
    done = subprocess.run(drive, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert len(seen) == 12
    for one in seen:
        name = f"{one['name']} {one['device']} {one['colorScheme']}"
        assert one["asked"] == [f"file://{tmp_path}/{one['name']}.html"], name  # nothing else is asked for
        assert one["tooWide"] <= 0, name
        assert "Next digest" in one["words"], name
        assert ("#16191c" if one["colorScheme"] == "dark" else "#fafaf8") == _hex(one["ground"]), name
        for pair in one["colours"]:
            text, ground = map(_colour, pair.split("|"))
            assert contrast(text, ground) >= 4.5, (name, pair)
    kept = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else None  # noqa: TID251 - for whoever keeps them
    for picture in sorted(tmp_path.glob("digest-*.png")):
        if kept:
            shutil.copy(picture, kept / picture.name)
    print(f"\npictures of the digests: {kept or tmp_path}/digest-*.png")  # noqa: T201 - for whoever runs make test-web


def _colour(told: str) -> Colour:
    red, green, blue = (int(float(part)) for part in re.findall(r"[\d.]+", told)[:3])
    return red, green, blue


def _hex(told: str) -> str:
    return "#" + "".join(f"{part:02x}" for part in _colour(told))
