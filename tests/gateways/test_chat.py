"""Chats against a real web server, through apprise."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from worker.errors import MailFailed
from worker.gateways import chat as gateway
from worker.gateways.chat import Chats
from worker.handovers import Message

# what apprise loads for signed mails asks for a module that Python lets go
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRET = "s3cr3t-token"
MESSAGE = Message(
    to="chat:desk",
    subject="[claimwatch raqqa] 1 disputing – الرقة",
    message_id="<digest.raqqa.1@claimwatch.example>",
    text="<b>Über</b> *1.600* Zivilisten\n\nat http://gazette.example/a\n",
    html="<p>not for chats</p>",
    headers={},
)


class Webhook:
    """What the server was told; `answer` is its status, after `wait_s`."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.answer, self.wait_s = 200, 0.0


@pytest.fixture
def webhook() -> Webhook:
    return Webhook()


@pytest.fixture
def chats(webhook: Webhook) -> Iterator[Chats]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            webhook.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(webhook.wait_s)
            self.send_response(webhook.answer)
            self.end_headers()

        def log_message(self, *_told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    here = f"json://me:{SECRET}@127.0.0.1:{server.server_port}/{SECRET}"
    yield Chats({"desk": here, "formatted": f"{here}?format=html", "odd": f"no-such-service://{SECRET}"})
    server.shutdown()
    serving.join()
    server.server_close()


def test_a_chat_gets_the_text_as_it_is_and_is_handed_over_to_before(chats: Chats, webhook: Webhook) -> None:
    handed: list[int] = []
    assert chats.send(MESSAGE, lambda: handed.append(len(webhook.told))) == "taken by chat 'desk'"
    assert handed == [0]
    (told,) = webhook.told
    assert (told["title"], told["message"].strip()) == (MESSAGE.subject, MESSAGE.text.strip())


def test_what_a_headline_holds_is_no_markup(chats: Chats, webhook: Webhook) -> None:
    chats.send(replace(MESSAGE, to="chat:formatted"))
    assert "&lt;b&gt;" in webhook.told[0]["message"]


@pytest.mark.parametrize("answer", [400, 404, 500, 503])
def test_a_no_is_tried_again(chats: Chats, webhook: Webhook, answer: int) -> None:
    webhook.answer = answer
    with pytest.raises(MailFailed, match="not taken") as raised:
        chats.send(MESSAGE)
    assert (raised.value.permanent, raised.value.unknown, raised.value.refused) == (False, False, False)


def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(MailFailed, match="not taken") as raised:
        Chats({"desk": "json://127.0.0.1:9"}).send(MESSAGE)
    assert not raised.value.unknown


def test_a_chat_that_does_not_answer_may_have_taken_it(
    chats: Chats, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_ANSWER_S", 0.3)
    webhook.wait_s = 0.5
    with pytest.raises(MailFailed, match="no answer") as raised:
        chats.send(MESSAGE)
    assert raised.value.unknown


@pytest.mark.parametrize(("to", "why"), [("chat:nobody", "no chat 'nobody'"), ("chat:odd", "no address that apprise")])
def test_a_chat_that_the_settings_do_not_have_is_named_and_not_handed_over_to(chats: Chats, to: str, why: str) -> None:
    handed: list[int] = []
    message = replace(MESSAGE, to=to)
    with pytest.raises(MailFailed, match=why):
        chats.send(message, lambda: handed.append(1))
    assert handed == []


def test_no_password_comes_into_the_log_or_an_error(
    chats: Chats, webhook: Webhook, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [repr(chats)]
    chats.send(MESSAGE)
    webhook.answer = 500
    for to in ("chat:desk", "chat:odd"):
        with pytest.raises(MailFailed) as raised:
            chats.send(replace(MESSAGE, to=to))
        said.append(raised.value.detail)
    assert SECRET not in " ".join([*said, caplog.text, *capfd.readouterr()])
