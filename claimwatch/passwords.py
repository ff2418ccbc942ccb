"""Passwords that nobody has to think of: made once, each in a folder that only its own services see."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_passwords(folder: Path) -> list[str]:
    """Passwords of database and broker in `db` and `broker` under `folder`, unless they are there; the new ones' names.

    Files are for owner and group alone. `db` holds `password` and `url`; `broker` holds `password`, `url` and
    `redis.conf`. What is there already is never changed: a database keeps the password it was made with.
    Raises OSError.
    """
    made = []
    for name in ("db", "broker"):
        place = folder / name
        kept = place / "password"
        if not kept.exists():
            _write(kept, secrets.token_urlsafe(32))  # letters, digits, - and _: safe in an address and in a config file
            made.append(name)
        password = kept.read_text(encoding="utf-8")
        if name == "db":
            _write(place / "url", f"postgresql://claimwatch:{password}@db/claimwatch")
        else:
            _write(place / "url", f"redis://:{password}@redis:6379/0")
            _write(place / "redis.conf", f"requirepass {password}\n")
    return made


def _write(path: Path, text: str) -> None:
    """Whole or not at all, readable by owner and group."""
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
