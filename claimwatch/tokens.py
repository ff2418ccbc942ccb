"""Making a key, and the hash by which it is known. See storage/tokens.py."""

from __future__ import annotations

import hashlib
import secrets

# Tells a token from other secrets: to a person, and to programs that look for keys in what is published.
PREFIX = "cw_"


def new_token() -> str:
    """A key of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """sha256 (hex) of it. A slow, salted hash is for passwords, which people choose: nobody guesses 256 random bits.

    Asked for by the index of the hashes, it takes the same time whatever was guessed of the token.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
