from __future__ import annotations

import pytest

from worker.gateways.guard import is_public, refusal


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_plainly_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.88.99.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "3fff::1",
        "2001:db8::1", "2001:0:7f00:1::", "not an address", "",
    ],
)  # fmt: skip
def test_private_reserved_or_unreadable(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://x.example/", "ftp://x.example/", "http://", "http:///x", "http://localhost/", "http://db/",
        "http://x.local/", "http://metadata.internal/", "http://127.1/", "http://0x7f000001/", "http://2130706433/",
        "http://0177.0.0.1/", "http://[::1]/", "http://10.0.0.1:80/", "http://user:pass@x.example/", "http://x.example:99999/",
        "http://a\\@b.example/", "http://localhost./",
    ],
)  # fmt: skip
def test_addresses_that_are_not_even_asked(url: str) -> None:
    assert refusal(url, allow_private=False)


def test_a_public_name_is_left_to_the_check_at_connect_time() -> None:
    assert refusal("https://gazette.example/x", allow_private=False) is None


def test_private_addresses_by_leave_only_and_never_other_schemes() -> None:
    assert refusal("http://10.0.0.1/", allow_private=True) is None
    assert refusal("file:///etc/passwd", allow_private=True)


def test_an_address_in_odd_digits_is_judged_as_it_will_be_asked() -> None:
    assert refusal("http://①②⑦.⓪.⓪.①/", allow_private=False)
