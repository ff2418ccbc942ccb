"""One claim's evidence replays: its pages stand in ReplayWeb.page, in a real browser, as the outlet gave them."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import update

from claimwatch.exporting import export_wacz
from storage.engine import Store
from storage.evidence import Wanted
from storage.records import ClaimId
from storage.schema import SnapshotRow
from tests.builders import SILO
from tests.fakes import NOON
from tests.filling import with_one_article
from tests.web.conftest import PLAYER, PLAYWRIGHT

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><script src="/replay/ui.js"></script>
<replay-web-page source="/evidence.wacz" url="{url}" replayBase="/replay/" style="display:block;height:90vh">
</replay-web-page>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is named there
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder with the player, and its address on the loopback."""
    (tmp_path / "replay").mkdir()
    for name in ("ui.js", "sw.js"):
        shutil.copy(PLAYER / name, tmp_path / "replay" / name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("asked", ["http://gazette.example/a", "http://t.example/short"])
def test_the_page_stands_in_the_player_also_by_the_address_that_led_to_it(
    sqlite_store: Store, browser: tuple[str, str], served: tuple[Path, str], asked: str
) -> None:
    node, chromium = browser
    folder, address = served
    with_one_article(sqlite_store)
    with sqlite_store.begin() as tx:
        tx.execute(
            update(SnapshotRow).values(url="http://t.example/short", fetched_at=NOON + timedelta(microseconds=7))
        )
    wanted, file = Wanted(claim_id=ClaimId("raqqa-4000")), folder / "evidence.wacz"
    export_wacz(sqlite_store, file, wanted, now=NOON, replace=False, starting=lambda _n: lambda _m: None)
    (folder / "index.html").write_text(PAGE.format(url=asked), encoding="utf-8")
    screenshot = folder / "replay.png"
    drive = [node, str(Path(__file__).with_name("replay.mjs")), str(PLAYWRIGHT), chromium, f"{address}/index.html"]
    done = subprocess.run([*drive, str(screenshot)], capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["told"]
    for paragraph in SILO:
        assert paragraph in told, done.stderr
    print(f"\nreplayed {asked}; a picture of it: {screenshot}")  # noqa: T201 - for whoever runs make test-web
