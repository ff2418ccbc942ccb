"""What the door posts, and where it does not: the same checks as for a GET, and no form goes where a GET was asked for."""

from __future__ import annotations

import socket
from contextlib import suppress
from urllib.parse import parse_qs

import pytest

from tests.gateways.conftest import Serve
from tests.gateways.doors import AGENT, Door
from tests.gateways.raw_server import Deed, hangs, says
from worker.errors import FetchFailed
from worker.handovers import Fetched, Request

FORM = {"hub.mode": "subscribe", "hub.topic": "http://gazette.example/?a=1&b=é", "hub.secret": "s" * 43}
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhello"


def takes(bodies: list[bytes], answer: bytes) -> Deed:
    """Keeps what comes behind the head, and answers."""

    def deed(connection: socket.socket) -> None:
        connection.settimeout(0.3)
        with suppress(TimeoutError):
            while more := connection.recv(65_536):
                bodies.append(more)
        connection.sendall(answer)

    return deed


def test_a_form_is_posted_and_any_success_is_an_answer(door: Door, serve: Serve) -> None:
    bodies: list[bytes] = []
    server = serve(takes(bodies, ACCEPTED))
    answer = door().get(Request(url=server.url + "/hub", form=FORM))
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.body) == (202, b"")
    head = server.heads[0].partition("\r\n\r\n")[0].lower()
    assert head.startswith("post /hub http/1.1")
    for line in ("content-type: application/x-www-form-urlencoded", f"user-agent: {AGENT}", "content-length: "):
        assert line in head
    assert "cookie" not in head
    sent = server.heads[0].partition("\r\n\r\n")[2].encode("latin-1") + b"".join(bodies)
    assert {name: value[0] for name, value in parse_qs(sent.decode()).items()} == FORM


@pytest.mark.parametrize("status", [307, 308])
def test_a_hub_may_send_the_form_on(door: Door, serve: Serve, status: int) -> None:
    bodies: list[bytes] = []
    there = serve(takes(bodies, ACCEPTED))
    here = serve(says(f"HTTP/1.1 {status} On\r\nLocation: {there.url}/other\r\n\r\n".encode()))
    answer = door().get(Request(url=here.url + "/", form=FORM))
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.final_url) == (202, there.url + "/other")
    assert "hub.mode=subscribe" in there.heads[0] + b"".join(bodies).decode()


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_form_is_never_made_a_get(door: Door, serve: Serve, status: int) -> None:
    there = serve(says(ACCEPTED))
    here = serve(says(f"HTTP/1.1 {status} On\r\nLocation: {there.url}/\r\n\r\n".encode()))
    with pytest.raises(FetchFailed) as raised:
        door().get(Request(url=here.url + "/", form=FORM))
    assert (raised.value.status, there.connections) == (status, 0)


def test_the_secret_does_not_leave_tls_or_go_to_private_places(door: Door, serve: Serve) -> None:
    private = serve(says(ACCEPTED))
    shut = door(allow_private=False)
    for url in (private.url + "/", "http://169.254.169.254/", "http://localhost/", "file:///etc/passwd"):
        with pytest.raises(FetchFailed, match=r"private|not fetched"):
            shut.get(Request(url=url, form=FORM))
    assert private.connections == 0


def test_a_hub_that_does_not_answer_is_left_at_the_deadline(door: Door, serve: Serve) -> None:
    server = serve(hangs())
    with pytest.raises(FetchFailed, match="no whole answer within 1 s"):
        door(total_timeout_s=1.0).get(Request(url=server.url + "/", form=FORM))
    assert server.connections == 1  # and it was not asked twice


def test_a_no_is_a_failure_with_its_status(door: Door, serve: Serve) -> None:
    server = serve(says(b"HTTP/1.1 429 Slow Down\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n"))
    with pytest.raises(FetchFailed) as raised:
        door().get(Request(url=server.url + "/", form=FORM))
    assert raised.value.status == 429
    assert raised.value.retry_at is not None


def test_several_link_headers_are_one_list(door: Door, serve: Serve) -> None:
    server = serve(
        says(b"HTTP/1.1 200 OK\r\nLink: </hub>; rel=hub\r\nLink: </self>; rel=self\r\nContent-Length: 0\r\n\r\n")
    )
    answer = door().get(Request(url=server.url + "/"))
    assert isinstance(answer, Fetched)
    assert answer.headers["link"] == "</hub>; rel=hub, </self>; rel=self"
