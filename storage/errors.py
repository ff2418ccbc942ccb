"""Errors of the store.

StoreError
|- StoreUnavailable   the database does not answer, is full or is locked; what to do stands in the message
|- SchemaOutdated     the schema is not at head; run `claimwatch migrate`
|- Damaged            a copy of a database is cut off or broken
|- Dropped            the bytes of a snapshot were pruned by their age; its record stays
|- Refused            what was to be written breaks a rule (a quotation that is not in the text)
"""

from __future__ import annotations


class StoreError(Exception):
    """Anything the store says no to."""


class StoreUnavailable(StoreError):
    """The database cannot be used now. Nothing of the transaction was kept; the work is tried again."""


class SchemaOutdated(StoreError):
    """The schema is older or newer than this program."""


class Damaged(StoreError):
    """A copy of a database is not whole or not sound."""


class Dropped(StoreError):
    """The bytes that are asked for are kept no more. Expected wherever kept bytes are read."""


class Refused(StoreError):
    """The write breaks a rule of the house; it is a bug of the caller or bad input."""
