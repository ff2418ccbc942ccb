"""The commands of docs/api.md do what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from storage.engine import Store
from tests.filling import with_one_article
from tests.front.serving import HERE, a_house, a_token, listening

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore")]
PAGE = Path(__file__).parents[2] / "docs/api.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_curl_of_the_page_succeeds(sqlite_store: Store, tmp_path: Path) -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("curl ")]
    assert len(lines) > 8
    with_one_article(sqlite_store)
    environ = {**os.environ, "TOKEN": a_token(sqlite_store, may_write=True), "no_proxy": "127.0.0.1"}  # noqa: TID251
    with listening(a_house(sqlite_store)) as here:
        for line in lines:
            told = (
                line.replace(HERE, here)
                .replace("raqqa-silo-4000", "raqqa-4000")
                .replace("curl ", "curl -sS --fail ", 1)
            )
            done = subprocess.run(
                ["bash", "-c", told], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (tmp_path / "claimwatch-articles.csv").read_text(encoding="utf-8").startswith("\ufeffarticle_id,")
