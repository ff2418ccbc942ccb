"""What stands where an article should: a paywall, a consent wall, a bot challenge, a page that says it is not there.

A wall is no evidence, and an article called a wall is evidence lost: every sign counts only on a page with little text, but for
a header that says it outright. The signs are what the vendors and schema.org write of themselves, and what such pages say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from worker.steps.page import Page, one_line
from worker.steps.page_text import words
from worker.steps.whereabouts import Where, whereabouts

# Words of text. The longest challenge, consent page or error page seen here has 210; of 409 real news pages 25 have less.
# Hence a sign besides: little text alone is no wall.
_LITTLE = 250
_HARDLY_ANY = 40
_MOST_SHOWN = 2_000
# A piece that is said not to be free and has less than this is its free beginning: outlets give away one to three paragraphs.
# Of 455 real pages 38 say that they are not free; 34 of them hold the whole text all the same, 343 words and more, and are
# judged; the four others have 94 to 223 words and break off or say that they are for subscribers (2026-11).
_TEASER = 150
# As much text that breaks off, or that ends in a call to subscribe, is one too.
_CUT_TEASER = 300
# A feed's summary is often the whole teaser.
_TIMES_SUMMARY = 1.5
_FEW_LINES = 4  # at the end: where a call to subscribe stands

# Cloudflare: https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
# AWS WAF: https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-how-it-works.html
_HEADERS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}

# In scripts, frames and ids of the page that is sent instead, and not on those that are merely protected: Cloudflare's
# /cdn-cgi/challenge-platform/, PerimeterX' _pxAppId and DataDome's tags.js stand on whole articles.
_CHALLENGERS = (
    ("Cloudflare", re.compile(r"_cf_chl_opt|cf-browser-verification|cf_captcha_kind|id=[\"']challenge-form")),
    ("DataDome", re.compile(r"//[a-z]+\.captcha-delivery\.com/")),
    ("HUMAN (PerimeterX)", re.compile(r"id=[\"']px-captcha|/captcha/captcha\.js\?a=c&|_pxMobile|px-block")),
    ("Akamai", re.compile(r"sec-if-cpt-container|/_sec/cp_challenge/|errors\.edgesuite\.net|bm-verify=")),
    ("Imperva", re.compile(r"_Incapsula_Resource\?(?:CWUDNSAI|SWUDNSAI|SWHANEDL|SWCGHOEL)|Incapsula incident ID")),
    ("AWS WAF", re.compile(r"gokuProps|AwsWafIntegration|awswaf\.com/[^\"']*/captcha\.js")),
    ("Kasada", re.compile(r"KPSDK\.|/ips\.js\?")),
    ("Sucuri", re.compile(r"sucuri_cloudproxy_js|Sucuri WebSite Firewall")),
    ("DDoS-Guard", re.compile(r"/\.well-known/ddos-guard/|check\.ddos-guard\.net")),
    ("Anubis", re.compile(r"id=[\"']anubis_challenge|/\.within\.website/x/cmd/anubis/")),
    ("Vercel", re.compile(r"Vercel Security Checkpoint")),
)
# What a challenge says to a person. A sentence on its own in the title or the text of a page with little else.
_PROVE = re.compile(
    r"^just a moment\.\.\.$|^attention required! \| cloudflare|^access to this page has been denied|^pardon our interruption"
    r"|^are you (?:a robot|human)\?|^robot check$|^security check(?:point)?$|^human verification$"
    r"|enable javascript and cookies to continue|please enable js and disable any ad blocker"
    r"|verif(?:y|ying) (?:that )?you(?:'|’| a)re (?:not a (?:ro)?bot|(?:a )?human)|confirm (?:that )?you(?:'|’| a)re (?:not a (?:ro)?bot|(?:a )?human)"
    r"|making sure you(?:'|’| a)re not a bot|checking (?:your browser|if the site connection is secure)"
    r"|unusual (?:traffic|activity) from your (?:computer )?(?:network|connection)"
    r"|complete the (?:security check|captcha)|solve the captcha"
    r"|bestätigen sie,? dass sie kein (?:ro)?bot(?:er)? sind|dass sie ein mensch sind|ihr browser wird (?:gerade )?überprüft"
    r"|vérifie[rz] que vous (?:êtes (?:un )?(?:humain|être humain)|n(?:'|’)êtes pas un robot)"
    r"|(?:verifi\w+|confirm\w+|comprob\w+) que (?:no )?(?:eres|es|usted es|você é|é) (?:un |um )?(?:humano|robot|robô)"
    r"|robot olmadığınız|insan olduğunuzu doğrula|подтвердите, что (?:вы не робот|запросы отправляли вы)|проверка браузера"
    r"|تحقق من أنك (?:إنسان|لست)|أنا لست برنامج روبوت|请完成安全验证|私はロボットではありません",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"^access denied\b|you don(?:'|’)t have permission to access .{1,300} on this server", re.IGNORECASE
)

# Where consent is asked for on a page of its own.
_CONSENT_PLACE = re.compile(
    r"^https?://(?:consent|cmp|privacy-?(?:mgmt|center))\.|/(?:consent|zustimmung|cookie-?wall|privacy-?gate)(?:/|$|\?)"
)
# What is agreed to, and the button; a consent wall says both in most of what it says.
_AGREED_TO = re.compile(
    r"cookies?\b|before you continue|we value your privacy|\bconsent|\btracking|personali[sz]ed (?:ads|advertising|content)|privacy (?:policy|settings|choices|cent(?:er|re))|our \d* ?partners"
    r"|\bvendors\b|einwilligung|zustimmung|personalisierte (?:werbung|anzeigen)|datenschutz|unsere partner|consentement|traceurs"
    r"|publicité personnalisée|nos (?:\d+ )?partenaires|consentimiento|publicidad personalizada|nuestros (?:\d+ )?socios|privacidade|privacidad"
    r"|consenso|pubblicità personalizzata|çerez|kişisel veri|согласие|файлы cookie|ملفات تعريف الارتباط|toestemming|samtycke|zgod[ay]",
    re.IGNORECASE,
)
_BUTTON = re.compile(
    r"\b(?:accept|agree|allow|reject|decline|manage)\b(?: and \w+| to| all| cookies| options| settings| preferences|[.!]?$)|\bi accept\b|\bi agree\b"
    r"|akzeptieren|zustimmen|einverstanden|ablehnen|mit werbung (?:weiterlesen|lesen|nutzen)|tout accepter|j(?:'|’)accepte|accepter et|refuser"
    r"|continuer sans accepter|acepto|aceptar|rechazar|aceitar|accett[ao]|rifiuta|kabul (?:et|ediyorum)|принять|принимаю|أوافق|موافق|قبول"
    r"|akkoord|godkänn|akceptuj|zgadzam",
    re.IGNORECASE,
)
_MOST_IS_CONSENT = 0.5

# schema.org: https://developers.google.com/search/docs/appearance/structured-data/paywalled-content
_ARTICLES = ("article", "posting", "report", "creativework", "webpageelement")
_NOT_FREE = ("false", "no", "0")
# Facebook's word for the same: article:content_tier free, metered or locked. Metered pages are whole for who comes seldom.
_LOCKED = "locked"
_SUBSCRIBE = re.compile(
    r"\b(?:subscribe|sign up|log ?in|register|join)\b.{0,40}\b(?:to (?:continue|keep|read|finish|unlock|view|access)|for full access)\b"
    r"|\b(?:to|want to) (?:continue|keep) reading\b|already (?:a|have a) subscri|this (?:article|content|story|post) is (?:only )?(?:for|available to|reserved for) (?:paid )?(?:subscribers|members)"
    r"|subscribers[- ]only|members[- ]only|exclusive to subscribers|unlock (?:this|the) (?:article|story)|to read the (?:full|rest)"
    r"|jetzt (?:weiterlesen|abonnieren|testen|freischalten)|weiterlesen mit|(?:nur|exklusiv) für abonnent|lesen sie (?:diesen artikel|weiter) mit|schon abonnent|bereits abonnent"
    r"|réservé (?:à nos|aux) abonnés|il vous reste .{1,20} à lire|déjà abonné|abonnez-vous pour|pour lire la suite"
    r"|(?:solo|exclusiv\w+|reservad\w+) (?:para|a) (?:suscriptores|assinantes)|suscríbete para (?:seguir|continuar)|para (?:seguir|continuar) leyendo|ya (?:eres|soy) suscriptor"
    r"|assine para (?:ler|continuar)|riservato agli abbonati|abbonati per (?:leggere|continuare)|per continuare a leggere"
    r"|abonelere özel|okumaya devam etmek için|(?:только|доступ\w+) (?:для|по) подпис|оформите подписку|للمشتركين فقط|اشترك لمتابعة"
    r"|alleen voor abonnees|lees verder met|tylko dla (?:subskrybentów|prenumeratorów)|endast för prenumeranter|kun for abonnenter|for abonnenter"
    r"|この記事は(?:有料)?会員限定|会員限定(?:記事)?です|有料会員限定記事|続きを読むには|この記事は有料|구독자 전용|订阅后|登录后(?:继续)?阅读",
    re.IGNORECASE,
)
_BREAKS_OFF = re.compile(r"(?:…|\.\.\.|\[\s*(?:…|\.\.\.)\s*\])[\"”’»]?$")

# A title or first headline that is this, perhaps with the outlet's name beside it.
_NOT_THERE = re.compile(
    r"(?:error |http |fehler |erreur )?404\b(?!\s*\w+ (?:media|people|dead|killed|tote))|(?:40[34] )?(?:page|article|story|content|file) (?:was |is |could )?(?:not (?:be )?found|no longer (?:available|exists)|unavailable|missing)"
    r"|(?:sorry|oops|uh[- ]oh|whoops)\b.{0,40}(?:page|found|exist)|(?:we|you) can(?:'|’|no)t find (?:that|the|this) page|(?:the|this) page (?:you|doesn|does not|isn|no longer)"
    r"|(?:die )?seite (?:wurde )?nicht (?:gefunden|vorhanden|verfügbar)|artikel nicht (?:gefunden|mehr verfügbar)|(?:la )?page (?:introuvable|non trouvée|n(?:'|’)existe (?:pas|plus))"
    r"|(?:la )?página no (?:encontrada|existe|disponible)|no (?:se )?(?:ha )?encontra(?:do|mos) la página|página não encontrada|pagina non trovata|pagina (?:werd )?niet gevonden"
    r"|sayfa bulunamadı|aradığınız sayfa|страница не найдена|страница не существует|сторінку не знайдено|الصفحة غير موجودة|لم يتم العثور على الصفحة"
    r"|nie znaleziono strony|strona nie (?:istnieje|została znaleziona)|sidan (?:kunde inte hittas|finns inte)|siden (?:blev )?ikke fundet|(?:fant|finner) ikke siden"
    r"|stránka (?:nebyla )?nenalezena|ページが見つかりません|お探しのページ|页面不存在|找不到(?:页面|网页)|페이지를 찾을 수 없습니다|halaman tidak ditemukan",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\s+[|–—·»-]+\s+|\s*[:：｜]\s+")


def wall(
    page: Page, text: str, *, title: str, url: str, asked: str, headers: Mapping[str, str], summary: str
) -> str | None:
    """What bars the way, in the words that why_unread knows; None for an article.

    `url`: where the page was found, `asked`: where it was looked for. `summary`: what the feed told of the piece, "" if unknown.
    """
    for name, values in _HEADERS.items():
        if headers.get(name, "").strip().lower() in values:
            return f"bot challenge: {name} says {headers[name].strip().lower()}"
    if asked and urlsplit(asked).path.strip("/") and whereabouts(url, url, [asked]) is Where.FRONT:
        return "page not found: its address leads to a front page"
    size = words(text)
    if size >= max(_LITTLE, _CUT_TEASER):
        return None
    lines = text.split("\n")
    if size < _HARDLY_ANY:
        lines = _shown(page)
    if size < _LITTLE:
        why = _challenge(page, lines, title) or _not_there(page, title) or _consent(lines, url)
        if why:
            return why
    return _paywall(page, lines, size, summary)


def _shown(page: Page) -> list[str]:
    """All that the page shows, scripts or no scripts: what bars the way is often not what an extractor takes for text."""
    texts = page.tree.xpath("//body//text()[not(parent::script or parent::style or parent::template)]")
    return [line for text in texts[:_MOST_SHOWN] if (line := one_line(str(text)))] or [""]


def _challenge(page: Page, lines: list[str], title: str) -> str | None:
    said = [title, page.title, *lines]
    for line in said:
        if (found := _PROVE.search(line.strip())) is not None:
            return f"bot challenge: {one_line(found[0])[:60].lower()}"
    if any(_DENIED.search(line) for line in said[:2]) or any(_DENIED.search(line) for line in lines[:3]):
        return "bot challenge: access denied"
    marks = "\n".join(_marks(page))
    return next((f"bot challenge: {vendor}" for vendor, sign in _CHALLENGERS if sign.search(marks)), None)


def _marks(page: Page) -> Iterator[str]:
    """Scripts and frames, with what is in them, and ids; a page with little text has few."""
    for element in page.tree.iter("script", "iframe", "meta", "link"):
        yield element.get("src") or element.get("content") or element.get("href") or ""
        yield (element.text or "")[:5_000]
    yield from (f'id="{of}"' for of in page.tree.xpath("//body//@id"))
    yield page.title


def _not_there(page: Page, title: str) -> str | None:
    for told in (title, page.title, page.first("h1")):
        if any(_NOT_THERE.match(part) for part in _PARTED.split(told)):
            return f"page not found: {one_line(told)[:80]}"
    return None


def _consent(lines: list[str], url: str) -> str | None:
    agreeing = [line for line in lines if _AGREED_TO.search(line) or _BUTTON.search(line)]
    most = words("\n".join(agreeing)) >= _MOST_IS_CONSENT * words("\n".join(lines))
    if _CONSENT_PLACE.search(url) and agreeing:
        return "consent wall: the address is one where consent is asked for"
    if most and any(map(_AGREED_TO.search, agreeing)) and any(map(_BUTTON.search, agreeing)):
        return "consent wall: the page speaks of little else"
    return None


def _paywall(page: Page, lines: list[str], size: int, summary: str) -> str | None:
    if _is_locked(page):
        if any(map(_SUBSCRIBE.search, lines)) and size < _CUT_TEASER:
            return "paywall: it says that it is not free, and how to subscribe"
        if _BREAKS_OFF.search(lines[-1]) and size < _CUT_TEASER:
            return "paywall: it says that it is not free, and breaks off"
        if size < _TEASER or size <= _TIMES_SUMMARY * words(summary):
            return f"paywall: it says that it is not free, and has {size} words"
        return None
    if size < _TEASER and any(map(_SUBSCRIBE.search, lines[-_FEW_LINES:])):
        return "paywall: a few words, and how to subscribe"
    return None


def _is_locked(page: Page) -> bool:
    """The page says of its article, or of a part of it, that it is not free, and does not hold that part."""
    if page.meta("article:content_tier").lower() == _LOCKED:
        return True
    said = [node for node in page.data if "isAccessibleForFree" in node and _is_article(node)]
    return any(str(node["isAccessibleForFree"]).strip().lower() in _NOT_FREE for node in said)


def _is_article(node: Mapping[str, Any]) -> bool:
    """Of a whole site it may be said too."""
    types = node.get("@type") or "Article"
    return any(str(of).lower().endswith(_ARTICLES) for of in (types if isinstance(types, list) else [types]))
