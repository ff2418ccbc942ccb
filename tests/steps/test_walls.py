"""Samples of walls, made for these tests after what the vendors and schema.org document; no page of a publisher's."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import SILO, page
from worker.errors import Unreadable
from worker.steps.extract import extract
from worker.steps.why_unread import Why, why_unread

URL = "https://gazette.example/2017/12/raqqa-deal-explained-in-full"
LONG = tuple(f"{paragraph} That is what witness number {n + 1} said as well." for n in range(4) for paragraph in SILO)


def why(
    body: bytes, *, url: str = URL, asked: str = URL, headers: dict[str, str] | None = None, summary: str = ""
) -> str:
    """What the error says; "" if the page is read as an article."""
    try:
        extract(
            body,
            url=url,
            content_type="text/html; charset=utf-8",
            today=date(2026, 11, 28),
            asked=asked,
            headers=headers or {},
            summary=summary,
        )
    except Unreadable as error:
        return error.detail
    return ""


def bare(title: str, body: str, head: str = "") -> bytes:
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def not_free(value: str = "false") -> str:
    return f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","isAccessibleForFree":{value}}}</script>'


CHALLENGES = {
    "cloudflare": bare(
        "Just a moment...",
        "<noscript><div>Enable JavaScript and cookies to continue</div></noscript><script>window._cf_chl_opt={cvId:'3'};</script>",
    ),
    "cloudflare in another language": bare(
        "Nur einen Moment...",
        "<p>gazette.example prüft die Verbindung.</p><script>(function(){window._cf_chl_opt={};})()</script>",
    ),
    "datadome": bare(
        "gazette.example",
        "<p>Please enable JS and disable any ad blocker</p><script>var dd={'host':'geo.captcha-delivery.com'}</script>"
        "<script src='https://ct.captcha-delivery.com/c.js'></script>",
    ),
    "perimeterx": bare(
        "Access to this page has been denied",
        "<div id='px-captcha'></div><p>Press &amp; Hold to confirm you are a human</p>",
    ),
    "akamai": bare(
        "Access Denied",
        '<h1>Access Denied</h1><p>You don\'t have permission to access "http://gazette.example/2017/" on this server.</p><p>Reference #18.2f</p>',
    ),
    "akamai's interstitial": bare("&nbsp;", "<div id='sec-if-cpt-container'></div><p>Powered and protected by</p>"),
    "imperva": bare(
        "",
        "<iframe src='/_Incapsula_Resource?SWUDNSAI=31&xinfo=1'>Request unsuccessful. Incapsula incident ID: 1-2</iframe>",
    ),
    "aws": bare("Human Verification", "<script>window.gokuProps={key:'x'}</script><p>Let's confirm you are human</p>"),
    "anubis": bare(
        "Making sure you&#39;re not a bot!",
        "<script id='anubis_challenge' type='application/json'>{}</script><p>Loading...</p>",
    ),
    "vercel": bare("Vercel Security Checkpoint", "<p>We're verifying your browser</p>"),
    "ddos-guard": bare("DDoS-Guard", "<p>Checking your browser before accessing gazette.example.</p>"),
    "russian": bare("Вы не робот?", "<p>Подтвердите, что запросы отправляли вы, а не робот</p>"),
    "turkish": bare("Güvenlik", "<p>Devam etmek için robot olmadığınızı doğrulayın.</p>"),
}


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_bot_challenge_with_status_200(name: str) -> None:
    assert why_unread(why(CHALLENGES[name])) is Why.CHALLENGE


def test_a_header_that_says_challenge_is_believed_whatever_stands_in_the_page() -> None:
    assert why_unread(why(page(*LONG), headers={"cf-mitigated": "challenge"})) is Why.CHALLENGE
    assert why_unread(why(page(*LONG), headers={"x-amzn-waf-action": "captcha"})) is Why.CHALLENGE
    assert why(page(*LONG), headers={"x-datadome": "protected", "server": "cloudflare"}) == ""


def test_an_article_that_is_merely_protected_is_no_challenge() -> None:
    head = (
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><script>window._pxAppId='PX1'</script>"
        "<script src='https://js.datadome.co/tags.js'></script><script src='/_Incapsula_Resource?SWJIYLWA=719d'></script>"
    )
    assert why(page(*SILO, head=head)) == ""


def test_an_article_about_robots_is_no_challenge() -> None:
    title = "Are websites right to ask whether you are a robot? What the captcha has become"
    text = "Every day people are asked to verify that they are human, and the puzzles grow harder, researchers in Zurich say."
    assert why(page(*SILO, text, title=title)) == ""
    assert why(page(*SILO, title="Just a moment: how the talks in Raqqa came about")) == ""


CONSENTS = {
    "english": (
        "Before you continue",
        "We and our 842 partners store cookies and process personal data for personalised advertising. You can change your privacy settings at any time.",
        "Accept all",
    ),
    "german": (
        "Ihre Privatsphäre",
        "Mit Werbung weiterlesen: Besuchen Sie gazette.example wie gewohnt mit Werbung und Tracking. Ihre Zustimmung ist jederzeit widerrufbar.",
        "Akzeptieren und weiter",
    ),
    "french": (
        "Le respect de votre vie privée",
        "Avec votre consentement, nos 210 partenaires et nous utilisons des cookies et des traceurs pour la publicité personnalisée.",
        "Continuer sans accepter",
    ),
    "turkish": (
        "Gizlilik",
        "Size daha iyi hizmet vermek için çerez kullanıyoruz ve kişisel verilerinizi işliyoruz.",
        "Kabul et",
    ),
}


@pytest.mark.parametrize("name", CONSENTS)
def test_a_consent_wall(name: str) -> None:
    title, told, button = CONSENTS[name]
    assert why_unread(why(bare(title, f"<h1>{title}</h1><p>{told}</p><button>{button}</button>"))) is Why.CONSENT


def test_a_cookie_banner_over_an_article_is_no_wall() -> None:
    banner = "<div class=banner><p>We use cookies and our partners process personal data.</p><button>Accept all</button></div>"
    assert why(page(*SILO).replace(b"<nav>", banner.encode() + b"<nav>")) == ""


def test_a_short_report_on_cookies_is_an_article() -> None:
    told = (
        "The regulator in Paris fined an advertising company 40 million euros on Thursday.",
        "It had placed cookies without asking for consent, the authority said.",
        "The company said that it would appeal, and that it had changed its practice in the spring of last year.",
        "Several groups had complained about it since 2018, among them one from Vienna that has brought many such cases.",
    )
    assert why(page(*told, title="Fine over cookies")) == ""


@pytest.mark.parametrize("value", ["false", '"False"', '"false"'])
def test_a_piece_that_is_not_free_and_has_little_text_is_a_paywall(value: str) -> None:
    assert why_unread(why(page(*SILO, head=not_free(value)))) is Why.PAYWALL


def test_a_free_beginning_is_a_wall_however_real_its_paragraph() -> None:
    teaser = (
        *LONG,
        "Four years later the governor still does not know who signed it, and the men who drove the lorries...",
    )
    assert why_unread(why(page(*teaser, head=not_free()))) is Why.PAYWALL
    call = (*LONG, "Subscribe to continue reading this story.")
    assert why_unread(why(page(*call, head=not_free()))) is Why.PAYWALL


def test_a_piece_that_is_said_not_to_be_free_and_stands_there_whole_is_read() -> None:
    assert why(page(*LONG, *LONG, head=not_free())) == ""


def test_a_piece_that_is_hardly_longer_than_the_feeds_summary_is_its_free_beginning() -> None:
    summary = " ".join(LONG)
    assert why(page(*LONG, head=not_free())) == ""
    assert why_unread(why(page(*LONG, head=not_free()), summary=summary)) is Why.PAYWALL
    assert why(page(*LONG), summary=summary) == ""  # a full-text feed, and nobody says that it is not free


def test_a_call_to_subscribe_under_a_few_words_is_a_paywall_though_no_data_say_so() -> None:
    assert why_unread(why(page(*SILO, "Already a subscriber? Log in to continue reading."))) is Why.PAYWALL
    assert why_unread(why(page(*SILO, "Dieser Inhalt ist nur für Abonnenten."))) is Why.PAYWALL
    assert why(page(*SILO, "Subscribe to our newsletter for the news of the day.")) == ""


def test_locked_is_facebooks_word_and_metered_is_no_wall() -> None:
    for tier, expected in (("locked", "paywall"), ("metered", ""), ("free", "")):
        assert why(page(*SILO, head=f'<meta property="article:content_tier" content="{tier}">')).startswith(expected)


def test_that_a_whole_site_is_not_free_says_nothing_of_its_article() -> None:
    head = '<script type="application/ld+json">{"@type":"WebSite","isAccessibleForFree":false}</script>'
    assert why(page(*SILO, head=head)) == ""


NOT_THERE = [
    "Page not found | Gazette",
    "404 - Gazette",
    "Error 404",
    "Gazette: Seite nicht gefunden",
    "Page introuvable",
    "Página no encontrada - Gazette",
    "Sayfa bulunamadı",
    "Страница не найдена",
    "الصفحة غير موجودة",
    "Sorry, we can't find that page",
    "ページが見つかりません",
]


@pytest.mark.parametrize("title", NOT_THERE)
def test_a_page_with_a_good_status_that_says_it_is_not_there(title: str) -> None:
    told = "<p>The page may have moved. Go back to our front page or search for what you were looking for in the archive.</p>"
    assert why_unread(why(bare(title, f"<h1>{title}</h1>{told}"))) is Why.MISSING


@pytest.mark.parametrize(
    "title",
    ["404 people dead after flood", "Page One: not found in translation", "Missing: the article that nobody found"],
)
def test_a_headline_with_such_words_is_an_article(title: str) -> None:
    assert why(page(*SILO, title=title)) == ""


def test_a_redirect_to_the_front_page_is_not_the_article() -> None:
    front = page(*LONG, title="Gazette")
    assert why_unread(why(front, url="https://gazette.example/")) is Why.MISSING
    assert why_unread(why(front, url="https://gazette.example/index.html")) is Why.MISSING
    assert why(front, url="https://gazette.example/raqqa-deal") == ""
    assert why(front, url="https://gazette.example/", asked="https://gazette.example/") == ""
