"""What uvicorn finds: the web process."""

from __future__ import annotations

from claimwatch.api import create_site
from claimwatch.settings import read_settings
from claimwatch.wiring import set_up_logging, store_of

settings = read_settings()
set_up_logging(settings)
app = create_site(store_of(settings, checked=False))
