"""A page's bytes in UTF-8: from the charset they are in, whatever was declared, and with letters that were encoded twice put right."""

from __future__ import annotations

import re
from contextlib import suppress

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

_GUESS_FROM = 200_000  # bytes; the guess costs 10 ms and more for each hundred thousand
# A page that says UTF-8 and has single broken letters (cut by a program that counted bytes) is still UTF-8: at most one
# letter that cannot be read for so many that can.
_LETTERS_A_BREAK = 20
_BROKEN = "\ufffd"
# Below that it may be chance. Of 455 real pages four hold such letters, all of them rightly put right (2026-11).
_FEWEST_TWICE = 3
# What most texts that were encoded twice hold many of: the first bytes of é and of ’ as letters, and those of а.
_SIGNS = {"cp1252": ("Ã".encode(), "â€".encode()), "cp1251": ("Р°".encode(),)}
_PIECE = re.compile(r"[<>]|[^<>]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def in_utf8(body: bytes, content_type: str) -> bytes:
    """The page's bytes in UTF-8, letters that were encoded twice put right. Never fails: what cannot be read becomes U+FFFD."""
    text = _decode(body, content_type)
    data = body if text is None else text.encode("utf-8", "replace")
    return _encoded_once(data)


def _decode(body: bytes, content_type: str) -> str | None:
    """None: it is UTF-8 as it is.

    A byte order mark wins; then bytes that are UTF-8, whatever was declared; HTTP's word; the page's; a guess.
    Letters beyond ASCII are UTF-8 by chance in no text of more than a few words: who declares another charset over them is
    wrong, which is usual where a server adds its default. Bytes with nothing beyond ASCII, or with zeros (UTF-16), tell nothing.
    """
    marked, mark = read_bom(body)
    if marked:
        return body[len(mark or b"") :].decode(marked, "replace")
    if b"\0" not in body and not body.isascii():
        with suppress(UnicodeDecodeError):
            body.decode()
            return None
    named = (http_content_type_encoding(content_type), html_body_declared_encoding(body))
    declared = [name for name in named if name is not None]
    for name in [*declared, "utf-8"]:
        with suppress(LookupError, UnicodeDecodeError):
            return body.decode(name)
    if "utf-8" in declared:
        text = body.decode("utf-8", "replace")
        if text.count(_BROKEN) * _LETTERS_A_BREAK <= sum(map(len, _NOT_ASCII.findall(text))):
            return text
    guess = from_bytes(body[:_GUESS_FROM]).best()
    return body.decode(guess.encoding if guess else "utf-8", "replace")


def _encoded_once(data: bytes) -> bytes:
    """With letters that were taken for another charset and encoded again read once less: "MÃ¼nchen" is München.

    Only if that is certain: between two tags each run of letters beyond ASCII must give UTF-8, and the page must hold
    three such. An honest "Ã" stands before a letter that gives none.
    """
    for charset, signs in _SIGNS.items():
        if sum(map(data.count, signs)) < _FEWEST_TWICE:
            continue
        pieces = [_once(piece, charset) for piece in _PIECE.findall(data.decode("utf-8", "replace"))]
        if sum(n for _piece, n in pieces) >= _FEWEST_TWICE:
            return "".join(piece for piece, _n in pieces).encode()
    return data


def _once(piece: str, charset: str) -> tuple[str, int]:
    """The piece read once less, and how many letters of it; as it is, with 0, if any of them cannot have been encoded twice."""
    if piece.isascii():
        return piece, 0
    try:
        read = [_as_bytes(run, charset).decode("utf-8") for run in _NOT_ASCII.findall(piece)]
    except UnicodeError:
        return piece, 0
    parts = iter(read)
    return _NOT_ASCII.sub(lambda _run: next(parts), piece), sum(map(len, read))


def _as_bytes(run: str, charset: str) -> bytes:
    """Five bytes of windows-1252 stand for nothing: programs leave them as they are, as control letters."""
    return b"".join(bytes([ord(letter)]) if "\x80" <= letter <= "\x9f" else letter.encode(charset) for letter in run)
