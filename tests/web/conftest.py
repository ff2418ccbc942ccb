"""What the tests in a browser need, or one line on what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / ".web"
PLAYER, PLAYWRIGHT = WEB / "package", WEB / "node_modules/playwright-core"


@pytest.fixture
def browser() -> tuple[str, str]:
    """node and chromium; the test skips and says what is missing."""
    node, chromium = shutil.which("node"), shutil.which("chromium") or shutil.which("google-chrome")
    if node is None or chromium is None:
        pytest.skip(
            f"no {'node' if node is None else 'chromium'} on the PATH (Debian: apt-get install chromium nodejs npm)"
        )
    if not (PLAYER / "sw.js").exists() or not PLAYWRIGHT.exists():
        pytest.skip("the player is not fetched: make test-web")
    return node, chromium
