"""What uvicorn finds: the web process."""

from __future__ import annotations

from claimwatch.api.site import create_site
from claimwatch.logs import set_up_logging
from claimwatch.settings import read_settings
from claimwatch.wiring import house_of

settings = read_settings()
set_up_logging(settings)
app = create_site(house_of(settings))
