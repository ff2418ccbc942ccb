"""What a person gave us cannot be used: the command ends with code 2, the API with 400."""

from __future__ import annotations


class BadInput(Exception):
    """The message names the thing, where it is wrong, and what was expected."""
