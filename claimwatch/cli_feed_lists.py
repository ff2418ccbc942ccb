"""`claimwatch feed import|export`: lists of feeds as other readers hand them on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from claimwatch.errors import BadInput
from claimwatch.part_file import whole_or_nothing
from claimwatch.show import as_json, many, say, talk
from claimwatch.surroundings import Json, end_no, the_settings, the_store, the_time


def add_to(group: typer.Typer) -> None:
    """The commands of this file, into the group of feeds."""
    group.command("import")(feed_import)
    group.command("export")(feed_export)


def feed_import(
    file: Annotated[Path, typer.Argument(help="An OPML file; - is stdin.")],
    folders_are_outlets: Annotated[
        bool,
        typer.Option("--folders-are-outlets", help="What stands in a folder is published by whom it is named after."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be added.")] = False,
    as_json_: Json = False,
) -> None:
    """Add the feeds of an OPML file. Known ones stay as they are, what is none is named."""
    from claimwatch.feed_lists import take_in
    from worker.errors import Unreadable
    from worker.steps.opml import read_opml

    try:
        told = read_opml(_read(file))
    except Unreadable as reason:
        raise BadInput(f"{file}: {reason.detail}") from None
    taken = take_in(
        the_store(),
        told,
        now=the_time(),
        folders_are_outlets=folders_are_outlets,
        dry_run=dry_run,
        allow_private=the_settings().fetch_allow_private,
    )
    if as_json_:
        as_json(
            {
                "title": told.title,
                "dry_run": dry_run,
                "added": taken.added,
                "known": taken.known,
                "refused": taken.refused,
            }
        )
    else:
        for row in taken.added:
            say(
                f"{'would be added' if dry_run else 'feed ' + str(row['id']) + ' added'}: {row['outlet']}: {row['url']}"
            )
        for row in taken.known:
            talk(f"feed {row['id']} known: {row['url']}")
    for row in taken.refused:
        talk(f"left out: {row['what']}: {row['why']}")
    for site, outlets in taken.several.items():
        talk(
            f"{site}: {many(len(outlets), 'outlet')} now ({', '.join(outlets[:4])}{', ...' if len(outlets) > 4 else ''}), each a "
            "voice of its own; if they are one: claimwatch feed add URL --outlet NAME"
        )
    talk(
        f"{many(len(taken.added), 'feed')} {'would be ' if dry_run else ''}added, {len(taken.known)} known, "
        f"{len(taken.refused)} left out"
    )
    if not told.feeds:
        end_no(f"{file} holds no feed")


def feed_export(
    opml: Annotated[Path, typer.Option("--opml", help="Write into this file; - is stdout.")] = Path("-"),
) -> None:
    """Write all feeds as OPML, for other readers and `feed import`."""
    from claimwatch.feed_lists import laid_out
    from worker.steps.opml import write_opml

    feeds = laid_out(the_store())
    data = write_opml(feeds, title="claimwatch", at=the_time())
    if str(opml) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        with whole_or_nothing(opml, replace=True, private=False) as (part, _lock):
            part.write_bytes(data)
    except OSError as error:
        raise BadInput(f"--opml: cannot write {opml}: {error.strerror}") from None
    talk(f"written: {opml}, {many(len(feeds), 'feed')}")


def _read(file: Path) -> bytes:
    """No more than a list may have, and the byte that says that there is more. Raises BadInput."""
    from worker.steps.opml import MAX_BYTES

    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
