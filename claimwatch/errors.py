"""What a person gave us cannot be used: the command ends with code 2, the API with 400."""

from __future__ import annotations


class BadInput(Exception):
    """The message names the thing, where it is wrong, and what was expected."""


class Declined(Exception):
    """Not now, or not without a word more; the message says what to do first. Nothing was changed."""
