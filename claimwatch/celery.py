"""What `celery -A claimwatch.celery` finds."""

from __future__ import annotations

from claimwatch.logs import set_up_logging
from claimwatch.settings import BadSetting, read_settings
from claimwatch.watchman import Watchman
from claimwatch.wiring import make_tools, times_of
from worker.app import at_start, create_app

try:
    settings = read_settings()
except BadSetting as error:
    raise SystemExit(f"claimwatch: {error}") from None
set_up_logging(settings)
app = create_app(settings.broker_url or "redis://127.0.0.1:6379/0", times_of(settings), lambda: make_tools(settings))
if settings.operator:
    at_start(lambda: Watchman(settings).start())
