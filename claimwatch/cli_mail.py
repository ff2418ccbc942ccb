"""`claimwatch mail`: the way out, and what comes back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from claimwatch.show import say, talk
from claimwatch.surroundings import BROKEN, end_usage, noun, the_store, the_time, the_tools
from storage import outbox, recipients
from storage.records import Channel, Origin, channel_of

group = noun("The mail relay, and mail that comes back.")


@group.command("test")
def mail_test(address: str) -> None:
    """Send a short mail to an address, or a word to chat:NAME, by the way that digests go."""
    from claimwatch.watchlist import read_recipient
    from worker.errors import MailFailed
    from worker.handovers import Message

    try:
        if read_recipient(address=address).channel is Channel.PAGE:
            end_usage("the page is read, not written to")
    except ValueError as error:
        end_usage(str(error))
    tools, now = the_tools(), the_time()
    told = (
        f"This is a test of the way by which claimwatch sends its digests, sent on {now:%d %b %Y at %H:%M} UTC by a person "
        "at the command line. Nothing has to be done."
    )
    message = Message(
        to=address,
        subject="claimwatch: a test of the way out",
        message_id=f"<test.{now:%Y%m%dT%H%M%S%f}@{tools.options.mail_domain}>",
        text=f"{told}\n",
        html=f'<!doctype html><html lang="en"><title>A test</title><p>{told}</p></html>\n',
        headers={"Auto-Submitted": "auto-generated", "Content-Language": "en"},
    )
    try:
        post = tools.chats if channel_of(address) is Channel.CHAT else tools.mailer
        say(f"sent to {address}: {post.send(message)}")
    except MailFailed as failure:
        talk(f"claimwatch: {failure.detail}")
        raise typer.Exit(BROKEN) from None


@group.command("receive")
def mail_receive(
    file: Annotated[Path, typer.Argument(help="A mail as it came; - for stdin.")] = Path("-"),
) -> None:
    """Take a mail that came back: a bounce is noted on its digest, who asks to leave is taken off. All else is a person's.

    Have your mail server hand over a copy of what comes to CLAIMWATCH_MAIL_FROM. The exit code is 0 whatever the mail says:
    of another one a mail server would tell the sender.
    """
    from worker.steps.digest.received import Bounce, Leave, read

    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        end_usage(f"{file}: cannot be read: {error.strerror}")
    match read(raw):
        case Bounce() as bounce:
            _note(bounce.message_id, bounce.why)
        case Leave() as wish:
            _take_off(wish.token)
        case None:
            talk("this is neither a bounce of a digest nor a wish to leave with its token: a person should read it")


def _note(message_id: str, why: str) -> None:
    with the_store().begin() as tx:
        digest_id = outbox.by_message_id(tx, message_id)
        paused = digest_id is not None and outbox.refused(tx, digest_id, why, now=the_time())
    if digest_id is None:
        talk(f"a bounce of {message_id}, which is no digest of ours")
        return
    say(f"digest {digest_id} came back: {why}")
    if paused:
        talk("its recipient was refused again and again, and is paused; see: claimwatch recipient list")


def _take_off(token: str) -> None:
    with the_store().begin() as tx:
        holder = recipients.holder(tx, token)
        if holder is not None:
            recipients.remove(tx, [holder.id], by=Origin.READER, now=the_time())
    if holder is None:
        talk("nobody's token: it was mistyped, or its list is gone")
        return
    say(f"{holder.address} {'has left' if holder.here else 'had left already'}: {holder.list_slug}")
