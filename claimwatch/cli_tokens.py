"""`claimwatch token`: keys to the API and to Atom feeds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from claimwatch import show
from claimwatch.show import as_json, say, talk
from claimwatch.surroundings import Json, end_no, end_usage, noun, the_store, the_time
from claimwatch.tokens import hash_of, new_token
from storage import tokens
from storage.rows import plain

group = noun("Keys to the API and to Atom feeds.")


@group.command("add")
def token_add(
    person: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is: rulings made with it bear this name.")],
    write: Annotated[bool, typer.Option("--write", help="It may also rule on findings and save searches.")] = False,
) -> None:
    """Make a token and print it, this once: only its hash is kept. Without --write it reads."""
    if not person.strip() or not person.isprintable():
        end_usage("NAME: say whose token it is, on one line")
    token = new_token()
    with the_store().begin() as tx:
        n = tokens.add(tx, hash_=hash_of(token), person=person.strip(), may_write=write, now=the_time())
    say(token)
    talk(f"token {n} of {person.strip()} may {'read and write' if write else 'read'}; it is not shown again")


@group.command("list")
def token_list(as_json_: Json = False) -> None:
    """All tokens: whose, what they may, when they were made, last used and revoked. Not the tokens themselves."""
    with the_store().read() as tx:
        rows = [{name: plain(value) for name, value in asdict(token).items()} for token in tokens.listed(tx)]
    if as_json_:
        as_json(rows)
        return
    columns = {
        "id": "id",
        "person": "name",
        "may": "may",
        "made_at": "made",
        "used_at": "last used",
        "revoked_at": "revoked",
    }
    told = [row | {"may": "write" if row["may_write"] else "read"} for row in rows]
    show.table(told, columns, empty="No tokens: claimwatch token add NAME")


@group.command("revoke")
def token_revoke(token_id: int) -> None:
    """Have a token open nothing any more, from now on."""
    with the_store().begin() as tx:
        revoked = tokens.revoke(tx, token_id, now=the_time())
    if not revoked:
        end_no(f"no token {token_id} that opens anything; see: claimwatch token list")
    say(f"token {token_id} is revoked")
