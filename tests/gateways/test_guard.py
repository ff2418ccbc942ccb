from __future__ import annotations

import pytest

from worker.gateways.guard import AddressRefused, Rules, admit, is_public, line_of

ANY_PORT = Rules(ports=None)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "8.8.8.8"],
)
def test_plainly_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        # this host, private, link-local, metadata of clouds, carrier NAT, protocols' own, documentation, benchmarks
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.8", "192.0.0.192",
        "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "168.63.129.16",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "2606:2800:220:1::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "3fff::1", "2001:db8::1", "100::1", "5f00::1", "4000::1",
        # that carry an IPv4 address: mapped, compatible, translated, NAT64 (also of one's own), 6to4, Teredo
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:0:5db8:d822::1",
        "not an address", "", "127.1", "0x7f000001", "2130706433", "0177.0.0.1",
    ],
)  # fmt: skip
def test_private_reserved_or_unreadable(address: str) -> None:
    assert not is_public(address)


REFUSED = [
    # other schemes
    "file:///etc/passwd", "gopher://x.example/", "ftp://x.example/", "javascript:alert(1)", "data:,x", "//x.example/", "/x", "",
    # nobody to ask
    "http://", "http:///x", "http:/x.example/", "http:x.example", "http://./", "http://x..example/", "http://-x.example/",
    "http://x.example:99999/", "http://x.example:0/", "http://x.example:80:80/", "http://x y.example/", "http://xn--/",
    f"http://{'a' * 64}.example/", f"http://{'a.' * 130}example/", "http://x.example/" + "a" * 8_000,
    # who else reads it may go elsewhere
    "http://127.0.0.1\\@good.example/", "http://good.example\\@127.0.0.1/", "http://a\\@b.example/", "http://good@127.0.0.1/",
    "http://user:pass@x.example/", "http://:@x.example/", "http://x.example\t/", "http://x.example\n.good.example/",
    "http://x.example\0.good.example/", "http://127.0.0.1%00.good.example/", "http://%31%32%37.0.0.1/", "http://a／b.example/",
    "http://good.example＠127.0.0.1/", "http://[127.0.0.1]/", "http://[v1.x.example]/", "http://[::1/", "http://x.example\r\nHost: y/",
    # names of private networks, and of the house's own services under Compose
    "http://localhost/", "http://localhost./", "http://LOCALHOST/", "http://x.localhost/", "http://x.local/", "http://db/",
    "http://redis:6379/", "http://redis/", "http://mailpit:8025/", "http://mailpit/", "http://db:5432/", "http://metadata.google.internal/",
    "http://router.lan/", "http://x.home.arpa/",
    # numbers as a resolver reads them: short, whole, hexadecimal, octal, mixed, of other digits
    "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
    "http://017700000001/", "http://0x7f.1/", "http://0251.0xfe.43518/", "http://2852039166/", "http://①②⑦.⓪.⓪.①/", "http://１２７.0.0.1/",
    "http://127。0。0。1/", "http://127.0.0.1./", "http://2130706433./", "http://0/", "http://0x/", "http://1.2.3.4.5/", "http://good.example.1/",
    # addresses
    "http://127.0.0.1/", "http://10.0.0.1:80/", "http://100.64.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/",
    "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:ffff:127.0.0.1]/", "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/",
    "http://[fd00:ec2::254]/", "https://[::1]:443/",
    # ports of other services
    "http://x.example:22/", "http://x.example:6379/", "https://x.example:8443/", "http://93.184.216.34:25/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_are_not_even_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        admit(url, Rules())


# "http:x" is a path beside where it stands, and another port is what ANY_PORT lets pass
BESIDE = ("http://", "http:///x", "http:/x.example/", "http:x.example", "http://93.184.216.34:25/")


@pytest.mark.parametrize(
    "url", [u for u in REFUSED if u.startswith("http") and "example:" not in u and u not in BESIDE]
)
def test_nor_as_the_goal_of_a_redirect(url: str) -> None:
    with pytest.raises(AddressRefused):
        admit(url, ANY_PORT, base=admit("http://x.example/", Rules()))


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("https://gazette.example/x", "https://gazette.example/x"),
        ("HTTP://Gazette.Example", "http://gazette.example/"),
        # not a byte of path and query is written otherwise: some are signed
        ("http://x.example/a%2fb/%7Ec?u=%2F%20+&e=%E4;~", "http://x.example/a%2fb/%7Ec?u=%2F%20+&e=%E4;~"),
        ("http://x.example/a//b/../c?", "http://x.example/a//b/../c"),
        ("http://bücher.example/ü?q=ü", "http://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        (" http://x.example/a b#part\n", "http://x.example/a%20b"),
        ("http://example。com/", "http://example.com/"),
        ("http://my_paper.x.example/", "http://my_paper.x.example/"),
        ("http://93.184.216.34/", "http://93.184.216.34/"),
        ("https://[2606:2800:220:1::1]/x", "https://[2606:2800:220:1::1]/x"),
        ("http://x.example:443/", "http://x.example:443/"),
    ],
)
def test_what_is_asked_is_what_was_told(told: str, asked: str) -> None:
    assert str(admit(told, Rules())) == asked


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("/2", "https://x.example/2"),
        ("2?u=%2F", "https://x.example/a/2?u=%2F"),
        ("?page=2", "https://x.example/a/b?page=2"),
        ("//y.example/z", "https://y.example/z"),
        ("http://y.example", "http://y.example/"),
        ("/caf\udcc3\udca9", "https://x.example/caf%C3%A9"),  # bytes of a header beyond ASCII
        ("", "https://x.example/a/b?q"),
    ],
)
def test_a_redirects_goal_is_read_beside_where_it_stood(place: str, asked: str) -> None:
    assert str(admit(place, Rules(), base=admit("https://x.example/a/b?q", Rules()))) == asked


def test_private_addresses_by_leave_only_and_never_other_schemes() -> None:
    leave = Rules(allow_private=True, ports=None)
    for url in ("http://10.0.0.1/", "http://db:8080/", "http://[::1]:81/"):
        assert str(admit(url, leave)) == url
    for url in ("file:///etc/passwd", "http://a@10.0.0.1/", "http://127.1/"):
        with pytest.raises(AddressRefused):
            admit(url, leave)


def test_both_schemes_of_a_site_stand_in_one_line_and_another_port_in_another() -> None:
    told = (
        "http://x.example/a",
        "https://X.example./b",
        "https://x.example:443/",
        "http://x.example:8080/",
        "http://[::1]:81/",
    )
    lines = [line_of(admit(url, Rules(allow_private=True, ports=None))) for url in told]
    assert lines == ["x.example", "x.example", "x.example", "x.example:8080", "::1:81"]
