"""What the processes write of themselves: one line a record, on stderr."""

from __future__ import annotations

import logging

from claimwatch.settings import Settings


def set_up_logging(settings: Settings, *, quiet: bool = False) -> None:
    """One line a record on stderr; libraries only when they warn. `quiet`: for commands, warnings only."""
    level = "WARNING" if quiet and settings.log_level == "INFO" else settings.log_level
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"
    )
    for noisy in ("trafilatura", "htmldate", "charset_normalizer", "asyncio", "courlan"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
