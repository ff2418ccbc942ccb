"""Nobody gets through the door to where nobody shall go: not by number, by name, by a name that flips, or by a redirect."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from tests.gateways.conftest import Serve
from tests.gateways.doors import Door, at
from tests.gateways.raw_server import RawServer, says
from tests.gateways.test_guard import REFUSED
from worker.errors import FetchFailed
from worker.gateways import guard
from worker.gateways import web as web_module
from worker.gateways.web import Web
from worker.handovers import Fetched, Request

PUBLIC = "93.184.216.34"
SECRET = says(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")


def why(web: Web, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as raised:
        web.get(Request(url=url))
    return raised.value


@pytest.fixture
def inside(serve: Serve) -> RawServer:
    """A service of ours that must not be asked."""
    return serve(SECRET)


@pytest.mark.parametrize("url", REFUSED)
@pytest.mark.parametrize("proxy", [False, True])
def test_what_the_guard_refuses_is_not_asked_directly_nor_by_a_proxy(
    url: str, proxy: bool, door: Door, inside: RawServer
) -> None:
    def look_up(_host: str, _port: int, _family: int) -> list[Any]:
        raise AssertionError("its name was looked up")

    ports = frozenset({80, 443})
    failure = why(door(look_up, allow_private=False, ports=ports, proxy_url=inside.url if proxy else None), url)
    assert not failure.busy
    assert inside.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1",
        "192.88.99.1", "198.18.0.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "fe80::1", "fd00::1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:0:7f00:1::", "fe80::1%lo",
    ],
)  # fmt: skip
def test_a_public_name_at_a_private_address_is_not_connected_to(
    address: str, door: Door, inside: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_module, "_any_socket", _no_socket)
    web = door(at(address), allow_private=False)
    assert "a private or reserved address" in why(web, f"http://localtest.example:{inside.port}/").detail
    assert inside.connections == 0


@pytest.mark.parametrize("addresses", [(PUBLIC, "127.0.0.1"), ("127.0.0.1", PUBLIC), (PUBLIC, "::1")])
def test_a_name_with_a_public_and_a_private_address_is_refused_whole(
    addresses: tuple[str, ...], door: Door, inside: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_module, "_any_socket", _no_socket)
    assert (
        "a private or reserved address" in why(door(at(*addresses), allow_private=False), "http://two.example/").detail
    )
    assert inside.connections == 0


def _no_socket(_info: Any) -> socket.socket:
    raise AssertionError("a socket was made")


def test_a_name_that_flips_between_check_and_connect(door: Door, inside: RawServer) -> None:
    """The first answer is public, every later one is the loopback: one look-up is made, and what it gave is connected to."""
    asked: list[str] = []
    connected: list[str] = []

    def flips(host: str, port: int, family: int) -> list[Any]:
        asked.append(host)
        return at(PUBLIC if len(asked) == 1 else "127.0.0.1")(host, port, family)

    class Never(OSError):
        pass

    def instead(info: Any) -> socket.socket:
        connected.append(info[4][0])
        raise Never("this test does not go out")

    web = door(flips, allow_private=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web_module, "_any_socket", instead)
        why(web, f"http://flips.example:{inside.port}/")
    assert asked == ["flips.example"]
    assert connected == [PUBLIC]
    # and when it has flipped, it is refused
    assert "127.0.0.1, a private" in why(web, f"http://flips.example:{inside.port}/").detail
    assert inside.connections == 0


def test_the_address_is_judged_again_where_its_socket_is_made(
    door: Door, inside: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the check of names passed by, nothing would be connected to all the same."""

    async def lets_all_pass(self: Any, host: str, port: int = 0, family: int = 0) -> list[Any]:
        found = await self._names.addresses(host, port, family)
        return [
            {"hostname": host, "host": f[4][0], "port": port, "family": f[0], "proto": 6, "flags": 0} for f in found
        ]

    monkeypatch.setattr(web_module._Resolver, "resolve", lets_all_pass)
    web = door(at("127.0.0.1"), allow_private=False)
    assert why(web, f"http://x.example:{inside.port}/").detail.endswith("127.0.0.1 is a private or reserved address")
    assert inside.connections == 0


PLACES = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://127.1:{port}/",
    "http://0177.0.0.1:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/",
    "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://10.0.0.1/", "http://db:5432/",
    "http://redis:6379/", "http://mailpit:8025/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "ftp://127.0.0.1/", "dict://127.0.0.1:{port}/",
    "data:text/html,x", "javascript:alert(1)", "//127.0.0.1:{port}/", "http://good@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@good.example/",
    "http://good.example\\@127.0.0.1:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://127.0.0.1.:{port}/", "http://127.0.0.1%2f.good.example:{port}/",
    "http://[fe80::1%25lo]:{port}/", "\x00http://127.0.0.1/", "http://x.example/" + "a" * 9_000,
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_redirect_leads_inside(place: str, door: Door, inside: RawServer, serve: Serve) -> None:
    """The first hop is the operator's proxy, so that a public name can be asked here at all; directly in the next test."""
    told = place.format(port=inside.port).encode()
    first = serve(says(b"HTTP/1.1 302 Found\r\nLocation: " + told + b"\r\nContent-Length: 0\r\n\r\n"))
    failure = why(door(allow_private=False, ports=None, proxy_url=first.url), "http://good.example/feed")
    assert not failure.busy
    assert (inside.connections, first.connections) == (0, 1)


@pytest.mark.parametrize("name", ["127.0.0.1", "inside.example"])
def test_each_hop_of_a_direct_fetch_is_judged(
    name: str, door: Door, inside: RawServer, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One address of the loopback passes for public here: what it points to does not."""
    first = serve(
        says(b"HTTP/1.1 302 Found\r\nLocation: http://%s:%d/\r\n\r\n" % (name.encode(), inside.port)), "127.9.9.9"
    )
    real = guard.is_public
    monkeypatch.setattr(web_module, "is_public", lambda address: address == "127.9.9.9" or real(address))

    def look_up(host: str, port: int, family: int) -> list[Any]:
        return at("127.9.9.9" if host == "good.example" else "127.0.0.1")(host, port, family)

    failure = why(door(look_up, allow_private=False), f"http://good.example:{first.port}/")
    assert "private or reserved" in failure.detail
    assert (first.connections, inside.connections) == (1, 0)


def test_no_proxy_of_the_environment_is_asked(
    door: Door, inside: RawServer, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, inside.url)
    site = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    got = door().get(Request(url=site.url + "/"))
    assert isinstance(got, Fetched)
    assert (got.body, inside.connections) == (b"ok", 0)


def test_no_netrc_no_cookie_no_referer_go_along(
    door: Door, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hunter2")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    answers = iter(
        [
            b"HTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nLocation: /2\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ]
    )
    server = serve(lambda connection: connection.sendall(next(answers)))
    web = door()
    for _ in range(2):
        web.get(Request(url=server.url + "/1"))
    assert len(server.heads) == 3
    for head in server.heads:
        names = {line.partition(":")[0].lower() for line in head.splitlines()[1:] if line}
        assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_through_a_proxy_names_are_looked_up_there(door: Door, serve: Serve) -> None:
    proxy = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    looked_up: list[str] = []

    def look_up(host: str, port: int, family: int) -> list[Any]:
        looked_up.append(host)
        return at("127.0.0.1")(host, port, family)

    web = door(look_up, allow_private=False, proxy_url=f"http://proxy.house:{proxy.port}")
    assert isinstance(web.get(Request(url="http://gazette.example/x")), Fetched)
    assert looked_up == ["proxy.house"]
    assert proxy.heads[0].startswith("GET http://gazette.example/x HTTP/1.1\r\n")


def test_the_operators_own_address_is_asked_beside_others_that_may_not_be_private(door: Door, serve: Serve) -> None:
    mine, theirs = serve(SECRET), serve(SECRET)
    web = door(allow_private=False)
    answers: list[Any] = web.get_many([Request(url=mine.url + "/", own=True), Request(url=theirs.url + "/")])
    assert isinstance(answers[0], Fetched)
    assert isinstance(answers[1], FetchFailed)
    assert (mine.connections, theirs.connections) == (1, 0)


def test_threads_share_a_door_and_none_opens_it_for_another(door: Door, serve: Serve) -> None:
    server, web, found = serve(SECRET), door(allow_private=False), list[Any]()

    def ask(own: bool) -> None:
        found.extend((own, a) for a in web.get_many([Request(url=server.url + f"/{n}", own=own) for n in range(5)]))

    threads = [threading.Thread(target=ask, args=(n % 2 == 0,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 30
    assert all(isinstance(answer, Fetched if own else FetchFailed) for own, answer in found)
