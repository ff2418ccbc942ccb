"""What a slug looks like: the name of a thing in addresses and files."""

from __future__ import annotations

import re

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
LONGEST = 80
EXPECTED = "small letters, digits and single hyphens, such as raqqa-silo-4000"


def is_slug(value: str) -> bool:
    """Whether the value may name a thing."""
    return len(value) <= LONGEST and re.fullmatch(SLUG, value) is not None
