"""The door against a real server on the loopback that misbehaves."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.gateways.doors import Door
from worker.errors import FetchFailed
from worker.gateways.clock import SystemClock
from worker.gateways.web import Web
from worker.handovers import Fetched, NotModified, Request

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Paths to answers; every request is kept."""

    def __init__(self) -> None:
        self.paths: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.at_once, self.most_at_once = 0, 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with server._lock:
                    server.at_once += 1
                    server.most_at_once = max(server.most_at_once, server.at_once)
                server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                path = self.path.split("example", 1)[-1] if self.path.startswith("http") else self.path
                try:
                    server.paths[path](self)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                finally:
                    with server._lock:
                        server.at_once -= 1

            def log_message(self, *_args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def reply(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def why(web: Web, url: str, **told: object) -> FetchFailed:
    with pytest.raises(FetchFailed) as raised:
        web.get(Request(url=url, **told))  # type: ignore[arg-type]
    return raised.value


def test_a_page_with_its_headers_and_who_asked(server: Server, door: Door) -> None:
    server.paths["/a"] = reply(
        200, gzip.compress(b"hello"), Content_Encoding="gzip", Content_Type="text/html", ETag='W/"1"'
    )
    got = door().get(Request(url=f"{server.url}/a"))
    assert isinstance(got, Fetched)
    assert (got.body, got.headers["etag"], got.final_url) == (b"hello", 'W/"1"', f"{server.url}/a")
    assert server.asked[0][1]["user-agent"] == "claimwatch/0 (+https://claimwatch.example/about)"
    assert "cookie" not in server.asked[0][1]


def test_validators_go_out_byte_for_byte_and_a_304_is_an_answer(server: Server, door: Door) -> None:
    server.paths["/a"] = reply(304, ETag='W/"2"')
    got = door().get(Request(url=f"{server.url}/a", etag='W/"odd', last_modified="yesterday"))
    assert isinstance(got, NotModified)
    assert got.headers["etag"] == 'W/"2"'
    assert (server.asked[0][1]["if-none-match"], server.asked[0][1]["if-modified-since"]) == ('W/"odd', "yesterday")


def test_redirects_are_followed_and_only_an_unbroken_head_of_permanent_ones_counts(server: Server, door: Door) -> None:
    server.paths |= {
        "/1": reply(301, Location="/2"),
        "/2": reply(308, Location="/3"),
        "/3": reply(302, Location="/4"),
        "/4": reply(200, b"x"),
    }
    got = door().get(Request(url=f"{server.url}/1", etag='"1"'))
    assert isinstance(got, Fetched)
    assert (got.permanent_url, got.final_url) == (f"{server.url}/3", f"{server.url}/4")
    assert [("if-none-match" in h) for _p, h in server.asked] == [True, False, False, False]


def test_a_circle_of_redirects_ends(server: Server, door: Door) -> None:
    server.paths["/1"] = reply(302, Location="/1")
    assert "more than 5 redirects" in why(door(), f"{server.url}/1").detail


@pytest.mark.parametrize("place", ["file:///etc/passwd", "gopher://x/", "http://user:p@x.example/"])
def test_a_redirect_to_where_we_do_not_go_is_refused(server: Server, place: str, door: Door) -> None:
    server.paths["/1"] = reply(302, Location=place)
    assert "leads to" in why(door(), f"{server.url}/1").detail


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("Wed, 21 Oct 2037 07:28:00 GMT", 30 * 86_400), ("soon", None), ("99999999999", 30 * 86_400)],
)
def test_retry_after_is_read_and_bounded(server: Server, told: str, seconds: int | None, door: Door) -> None:
    server.paths["/a"] = reply(429, Retry_After=told)
    failure = why(door(), f"{server.url}/a")
    assert failure.status == 429
    if seconds is None:
        assert failure.retry_at is None
    else:
        assert failure.retry_at is not None
        assert abs((failure.retry_at - SystemClock().now()).total_seconds() - seconds) < 5


def test_410_is_for_good(server: Server, door: Door) -> None:
    server.paths["/a"] = reply(410)
    assert why(door(), f"{server.url}/a").permanent


def test_a_body_over_the_cap_is_refused(server: Server, door: Door) -> None:
    server.paths["/a"] = reply(200, b"x" * 5000)
    assert "larger than 1000 bytes" in why(door(), f"{server.url}/a", max_body_bytes=1000).detail


def test_a_body_shorter_than_promised_is_refused(server: Server, door: Door) -> None:
    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"x" * 10)

    server.paths["/a"] = short
    assert "cut off" in why(door(), f"{server.url}/a").detail


def test_a_dripping_body_ends_at_the_deadline_of_the_whole_exchange(server: Server, door: Door) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    server.paths["/a"] = drip
    started = time.monotonic()
    assert "no whole answer within 0.5 s" in why(door(total_timeout_s=0.5), f"{server.url}/a").detail
    assert time.monotonic() - started < 3


def test_nobody_there(server: Server, door: Door) -> None:
    server.http.shutdown()
    server.http.server_close()
    assert "refused" in why(door(), server.url + "/").detail


def test_one_request_at_a_time_to_a_host_whoever_asks(server: Server, door: Door) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.05)
        reply(200, b"x")(handler)

    server.paths |= {f"/{n}": slow for n in range(6)}
    web = door()
    threads = [
        threading.Thread(target=web.get_many, args=([Request(url=f"{server.url}/{n + i}") for i in (0, 1, 2)],))
        for n in (0, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(server.asked), server.most_at_once) == (6, 1)


def test_the_answers_come_in_the_order_of_the_requests_and_failures_are_among_them(server: Server, door: Door) -> None:
    server.paths |= {"/1": reply(200, b"1"), "/2": reply(500), "/3": reply(200, b"3")}
    got = door().get_many([Request(url=f"{server.url}/{n}") for n in (1, 2, 3)])
    assert [type(answer).__name__ for answer in got] == ["Fetched", "FetchFailed", "Fetched"]


def why_own(web: Web, url: str) -> str:
    with pytest.raises(FetchFailed) as failed:
        web.get(Request(url=url, own=True))
    return failed.value.detail


def test_the_operators_own_address_may_be_private_and_takes_no_other_along(server: Server, door: Door) -> None:
    server.paths["/beat"] = reply(200, b"OK")
    server.paths["/moved"] = reply(302, Location="/beat")
    web, url = door(allow_private=False), f"{server.url}/beat"
    assert "not followed" in why_own(web, f"{server.url}/moved")
    own = Request(url=url, own=True)
    assert isinstance(web.get(own), Fetched)
    mine, theirs = web.get_many([own, Request(url=url)])  # side by side, and the leave is for the one alone
    assert isinstance(mine, Fetched)
    assert isinstance(theirs, FetchFailed)
    assert "private or reserved" in theirs.detail


def test_through_a_proxy_every_name_is_asked_but_private_ones_are_refused(server: Server, door: Door) -> None:
    server.paths["/x"] = reply(200, b"via proxy")
    web = door(allow_private=False, proxy_url=server.url)
    got = web.get(Request(url="http://gazette.example/x"))
    assert isinstance(got, Fetched)
    assert got.body == b"via proxy"
    assert server.asked[0][0] == "http://gazette.example/x"
    assert "private" in why(web, "http://10.0.0.1/x").detail
    assert "private network" in why(web, "http://db/x").detail


def test_a_proxys_password_is_in_no_message(door: Door) -> None:
    web = door(allow_private=False, proxy_url="http://me:hunter2@127.0.0.1:9")
    assert "hunter2" not in str(why(web, "http://gazette.example/x"))


def test_a_request_that_waits_too_long_for_its_host_is_given_back(server: Server, door: Door) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.6)
        reply(200, b"x")(handler)

    server.paths |= {f"/{n}": slow for n in range(3)}
    got = door(patience_s=0.3).get_many([Request(url=f"{server.url}/{n}") for n in range(3)])
    assert sorted(isinstance(answer, FetchFailed) and answer.busy for answer in got) == [False, True, True]
