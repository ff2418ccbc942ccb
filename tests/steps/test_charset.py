from __future__ import annotations

import pytest

from worker.steps.charset import in_utf8

TOLD = "Beyoğlu, Zürich, Besançon: “çok” sayıda kişi – şöyle dedi"
GERMAN = "Zürich, München und Köln: „schön“ – so hieß es"
RUSSIAN = "Около четырёх тысяч человек покинули Ракку"


def html(text: str, charset: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "actual", "header", "meta"),
    [
        (TOLD, "utf-8", "iso-8859-1", ""),  # a server that adds its default
        (TOLD, "utf-8", "", "windows-1254"),
        (RUSSIAN, "utf-8", "windows-1251", "windows-1251"),
        (GERMAN, "windows-1252", "utf-8", "utf-8"),  # the newsroom's wrong-charset
        (GERMAN, "windows-1252", "iso-8859-1", ""),
        (GERMAN, "windows-1252", "", "latin1"),
        (RUSSIAN, "windows-1251", "windows-1251", ""),
        (RUSSIAN, "koi8-r", "", "koi8-r"),
        (TOLD, "utf-8-sig", "windows-1252", "windows-1252"),
        (TOLD, "utf-16", "utf-8", ""),
        (RUSSIAN, "utf-16-le", "utf-16le", ""),
        ("約四千人がラッカを離れた", "shift_jis", "", "x-sjis"),
        ("約四千人がラッカを離れた", "iso-2022-jp", "", "iso-2022-jp"),
        ("约四千人离开拉卡", "gb18030", "gb2312", ""),
        ("plain letters only", "ascii", "no-such-charset", "neither-this"),
    ],
)
def test_bytes_are_read_as_what_they_are(text: str, actual: str, header: str, meta: str) -> None:
    content_type = f"text/html; charset={header}" if header else "text/html"
    assert text in in_utf8(html(text, meta).encode(actual), content_type).decode()


def test_a_letter_cut_in_two_does_not_make_a_page_another_charset() -> None:
    body = html(f"{RUSSIAN} {RUSSIAN}", "utf-8").encode() + "Ж".encode()[:1]
    assert RUSSIAN in in_utf8(body, "text/html").decode()


@pytest.mark.parametrize(
    ("text", "through"),
    [(f"{GERMAN} déjà vu – à", "windows-1252"), (f"{RUSSIAN}, как было сказано вчера", "windows-1251")],
)
def test_letters_that_were_encoded_twice_are_put_right(text: str, through: str) -> None:
    twice = text.encode().decode(through, "surrogateescape").encode("utf-8", "surrogateescape")
    if (
        b"\x81" in twice or b"\x9d" in twice or b"\x98" in twice
    ):  # bytes that the charset has no letter for stay control letters
        twice = "".join(
            chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D, 0x98) else bytes([b]).decode(through) for b in text.encode()
        ).encode()
    assert text in in_utf8(b"<p>" + twice + b"</p>", "text/html").decode()


@pytest.mark.parametrize(
    "text", ["AMANHÃ” “NÃO” É Ã€ SÃO PAULO", "Ã©", "La forme Ã© est une faute, é est juste, MÃ¼ aussi", RUSSIAN, TOLD]
)
def test_honest_letters_stay_as_they_are(text: str) -> None:
    assert in_utf8(html(text).encode(), "text/html").decode() == html(text)
