"""Who acts in a passage: who strikes, who is killed, and who is moved from one place to another."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Parties of the wars of Syria and Iraq and of those told beside them. Longer forms first: "Kurdish fighters" are not
# just fighters. "?" marks people whom the text does not tell apart: they speak against nothing.
_PARTIES: tuple[tuple[str, str], ...] = (
    ("prisoners", r"prisoners?|detainees?|inmates|captives|سجناء|معتقل\w*|заключ[её]нн\w+|mahkum\w*|tutuklu\w*|prisonniers|détenus|Häftlinge|presos"),
    ("sdf", (r"(?:SDF|YPG|PKK|Kurdish(?:-led)?)(?:[- ](?:led|backed))?(?: (?:fighters?|forces?|guards?|troops|units?|militia|soldiers|members|personnel))*|"
            r"Syrian Democratic Forces|Kurds|قسد|قوات سوريا الديمقراطية|الوحدات الكردية|SDG|YPG/PKK|СДС|FDS|Kurden|kurdos|курд\w*|Forces démocratiques syriennes")),
    ("hezbollah", r"Hezbollah|Hizbollah|Hizbullah|حزب الله|Хезболл\w+"),
    ("taliban", r"Taliban|Талибан\w*|طالبان"),
    ("rebels", r"(?:Syrian )?(?:rebels?|opposition fighters|insurgents)(?: fighters)?|(?:al-)?Nusra(?: Front)?|HTS|Hayat Tahrir al-Sham|Jaish al-\w+|Faylaq al-\w+|Free Syrian Army|rebelles|Rebellen|rebeldes|muhalif\w*|повстанц\w*|فصائل المعارضة"),
    ("coalition", (r"(?:US|U\.S\.|American|international|anti-ISIS)?[- ]?(?:led )?[Cc]oalition|US-led|U\.S\.-led|American|British|French|Danish|Australian|Dutch|Belgian|"
                  r"Americans?|United States|U\.S\.|US|Pentagon|CENTCOM|Western|التحالف(?: الدولي)?|الأمريكي\w*|коалици\w+|американск\w+|США|koalisyon\w*|ABD|coalición|Koalition|amerikanische\w*|américain\w*")),
    ("russia", r"Russian?s?|Moscow(?:'s)?|الروسي\w*|روسيا|российск\w+|Rus|russes?|russische\w*|rus[oa]s?"),
    ("israel", r"Israelis?|Israel|الإسرائيلي\w*|إسرائيل|израильск\w+|İsrail|israélien\w*|israelische\w*|israelí\w*"),
    ("turkey", r"Turkish|Turkey(?:'s)?|Ankara's|التركي\w*|تركيا|турецк\w+|Türk|turque?s?|türkische\w*"),
    ("saudi", r"Saudi(?:-led)?(?: coalition)?"),
    ("iran", r"Iranians?|Iran(?:ian)?-backed|Iran's"),
    ("government", (r"(?:pro-)?(?:Syrian )?(?:government|regime)(?:'s)?(?: (?:forces?|troops|soldiers|army|air force|fighters|militia\w*))*|pro-(?:government|regime|Assad)|Assad(?:'s)?(?: (?:forces|troops))?|"
                   r"Syrian (?:army|troops|soldiers|forces|air force|jet|military)|Syria's army|side of the Syrian government|قوات النظام|الجيش السوري|جنود سوريين|сирийск\w+ (?:арми\w+|военн\w+|солдат\w*)|Suriye ordusu|rejim\w*|armée syrienne|syrische\w* Armee")),
    ("iraq", r"Iraqi (?:army|troops|forces|soldiers|jets|police)|peshmerga"),
    ("isis", (r"(?:ISIS|ISIL|Islamic State|IS|Daesh|IS group)(?:['’]s)?(?: (?:group|militants?|fighters?|men|members|jihadis?\w*))*|jihadi\w*|[Mm]ilitants?|extremists|terrorists|"
             r"داعش|تنظيم الدولة|ИГИЛ|ИГ|боевик\w*|террорист\w*|DEAŞ|DAEŞ|IŞİD|Daech|djihadist\w*|Dschihadist\w*|yihadist\w*|EI")),
    ("civilians", r"[Cc]ivilians?|residents|displaced(?: people)?|inhabitants|refugees|civils?|Zivilist\w*|civiles|sivil\w*|мирн\w+ жител\w+|مدني\w*|نازح\w*"),
    ("soldiers", r"soldiers|troops|солдат\w*|جنود"),
    ("?", r"[Ff]ighters?|combattants|savaşçı\w*|Kämpfer\w*|combatientes|people|men|women|families|relatives|مقاتل\w*|عائلات\w*|человек|they|he|she|them|him|convoys?|buses|trucks|lorries"),
)  # fmt: skip
_PARTY = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<p{i}>{words})" for i, (_slug, words) in enumerate(_PARTIES)) + r")(?!\w)"
)

_BLOW = (
    r"air ?strikes?|air-?raids?|airstrikes|strikes?|raids?|warplanes|jets?|planes|bombers|bombs|bombings?|bombardments?|shelling|artillery|missiles?|drones?|aircraft|"
    r"helicopters|fighter|air (?:campaign|war|power|force)|bombing campaign"
)
_HIT = r"struck|bombed|bombs|shelled|strikes|hit|shot down|attacked|wiped|pounded|pounds|levelled|flattened|razed|killed (?=(?:at|more|over|about|nearly|some|an?|the|\d|dozens|hundreds|scores|civilians|two|three|four|five|\w+ soldiers)\b)"
_ACT = re.compile(rf"\b(?:(?P<noun>{_BLOW})|(?P<verb>{_HIT}))\b", re.IGNORECASE)
_BLOW_ELSEWHERE = re.compile(
    r"(?:غارات|غارة|قصف|ضربات|طائرات)|(?:авиаудар\w*|удар\w*|авиаци\w+|бомбардировк\w*)|(?:frappes?|bombardements?|raids?) |(?:Luftangriffe?\w*|Angriffe?\w*) |(?:ataques?|bombardeos?) |(?:hava saldırı\w*|saldırı\w*)"
)
_OF_ELSEWHERE = re.compile(r"\s*(?:\w+ )?(?:de la |de l['’]|des |du |der |von |de |d['’]|من )?")
_GAP_TO_BLOW = re.compile(
    r"^(?:[\s-]+(?!by\b|on\b|of\b|from\b|in\b|and\b|who\b|that\b|were\b|was\b|are\b|said\b|says\b|has accused\b)[\w'-]+){0,3}[\s-]+$"
)
_GAP_TO_HIT = re.compile(
    r"^(?:[\s-]+(?:fighters?|forces?|jets?|planes|warplanes|artillery|has|have|had|also|later|then|again|directly|military|army|navy|air|force|which|that|mistakenly)){0,3}[\s-]+$"
)
_GAP_BY = re.compile(r"^\s+(?:\w+\s+){0,5}?(?:by|from|of)\s+(?:the\s+)?(?:(?:suspected|other|an?)\s+)?$")

_MOVES = re.compile(
    r"\b(?P<go>left|leave|leaves|leaving|quit|quits|depart\w*|withdrew|withdraw\w*|pull(?:s|ed|ing)? (?:back|out)|moved|moving|fled|flee|fleeing|escaped|broke out|streamed|slipped (?:out|away)|"
    r"headed|drove out|rode|rolled out|set off|crossed|boarded|moved out|headed for|got safe passage|safe passage)\b|"
    r"\b(?P<carry>evacuat\w+|transferred|transporting|transported|bused|carrying|carried|carries|escorted|freed|released|set free|moved|driven|let|allowed|letting|allowing|granted|granting|took|taking|convoys? of|buses with|ships?)\b|"
    r"(?P<other>خرج\w*|غادر\w*|أجل[يى]\w*|إجلاء|نقل\w*|تضم|покин\w+|вывез\w+|вывод\w*|вышл\w+|ayrıl\w+|tahliye\w*|taşıy\w+|çıkar\w+|çıktı|quitt\w+|évacu\w+|parti\w*|verließ\w*|verlassen|abgezogen|salieron|abandon\w+|evacuad\w+)"
)  # fmt: skip
_CLAUSE = re.compile(r"[.;:!?؟]|,\s(?=(?:and|but|while|who|which|where)\b)|\b(?:while|whereas|but)\b")
_KILLS = re.compile(
    r"\bkill\w*|\bdead\b|\bdeaths?\b|\bdied\b|قتل|убит\w*|погиб\w*|гибел\w*|tués?\b|getötet|starben|kamen um|ums Leben|fallec|muert\w*|öldür\w*|\btoll\b|victims",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Deeds:
    """Who strikes, who is killed and who moves in a passage, by party; empty where the text does not say."""

    strikers: frozenset[str] = frozenset()
    victims: frozenset[str] = frozenset()
    movers: frozenset[str] = frozenset()
    kills: bool = False
    moves: bool = False
    strikes: bool = False


_KILLED = {
    "government": "soldiers",
    "soldiers": "soldiers",
    "iraq": "soldiers",
    "civilians": "civilians",
    "isis": "fighters",
}


def deeds_of(text: str) -> Deeds:
    """The deeds that a text, as written, tells of."""
    strikers: set[str] = set()
    victims: set[str] = set()
    movers: set[str] = set()
    kills = moves = strikes = False
    at = 0
    for stop in [*(m.start() for m in _CLAUSE.finditer(text)), len(text)]:
        clause = text[at:stop]
        at = stop
        if len(clause) < 8:
            continue
        acts = list(_ACT.finditer(clause))
        goes = list(_MOVES.finditer(clause))
        kill = _KILLS.search(clause)
        blows = [] if acts else list(_BLOW_ELSEWHERE.finditer(clause))
        if not (acts or goes or kill or blows):
            continue
        parties = [(m.start(), m.end(), _PARTIES[int(str(m.lastgroup)[1:])][0]) for m in _PARTY.finditer(clause)]
        strikers |= {slug for act in acts for slug in _who_strikes(clause, act, parties)}
        strikers |= {slug for blow in blows for slug in _whose_blow(clause, blow, parties)}
        movers |= {slug for go in goes for slug in _who_moves(clause, go, parties)}
        if kill:
            victims |= {_KILLED[slug] for a, b, slug in parties if slug in _KILLED and _is_victim(clause, a, b, kill)}
            strikers |= {
                slug
                for a, _b, slug in parties
                if slug not in _NO_STRIKERS and a >= kill.end() and _GAP_BY.match(clause[kill.end() : a])
            }
        kills, moves, strikes = kills or bool(kill), moves or bool(goes), strikes or bool(acts or blows)
    return Deeds(frozenset(strikers), frozenset(victims), frozenset(movers), kills, moves, strikes)


_NO_STRIKERS = frozenset({"?", "civilians", "prisoners", "soldiers"})


def _who_strikes(clause: str, act: re.Match[str], parties: list[tuple[int, int, str]]) -> list[str]:
    """The party just before a blow ("Russian air strikes", "coalition jets bombed") or after "by" or "of" it."""
    found = []
    gap_before = _GAP_TO_HIT if act["verb"] else _GAP_TO_BLOW
    for start, end, slug in parties:
        if slug in _NO_STRIKERS:
            continue
        if end <= act.start():
            if gap_before.match(clause[end : act.start()]) and not re.match(r"\s+by\b", clause[act.end() :]):
                found.append(slug)
        elif start >= act.end() and _GAP_BY.match(clause[act.end() : start]):
            found.append(slug)
    return found


def _whose_blow(clause: str, blow: re.Match[str], parties: list[tuple[int, int, str]]) -> list[str]:
    """Outside of English the party stands right beside the blow: غارات التحالف, удар коалиции, frappes de la coalition."""
    return [
        slug
        for start, end, slug in parties
        if slug not in _NO_STRIKERS
        and (
            (start >= blow.end() and _OF_ELSEWHERE.fullmatch(clause[blow.end() : start]))
            or (end <= blow.start() and clause[end : blow.start()].strip() == "")
        )
    ]


def _is_victim(clause: str, start: int, end: int, kill: re.Match[str]) -> bool:
    """Near the killing, and not after "by"."""
    if re.search(r"\bby (?:the )?$", clause[:start]):
        return False
    return (0 <= start - kill.end() < 60) or (0 <= kill.start() - end < 40)


def _who_moves(clause: str, go: re.Match[str], parties: list[tuple[int, int, str]]) -> list[str]:
    """Those who go: the nearest named before the verb; of one who carries or lets go, the nearest after it."""
    before = [p for p in parties if p[1] <= go.start() and go.start() - p[1] <= 70]
    after = [p for p in parties if p[0] >= go.end() and p[0] - go.end() <= 45]
    passive = re.search(r"\b(?:was|were|been|be|being|are|is)\s+(?:\w+\s+)?$", clause[: go.start()])
    if any(slug == "prisoners" for _a, _b, slug in before) and (go["go"] or passive):
        return ["prisoners"]
    if go["go"] or passive:
        named = (
            [p for p in before if p[2] not in ("?", "coalition", "turkey", "russia")]
            if before and before[-1][2] == "?"
            else before
        )
        # "a convoy of the SDF left", "SDF fighters and their families left": the convoy and the families are theirs
        if (
            before
            and before[-1][2] == "?"
            and named
            and re.fullmatch(
                r"[\s,]*(?:and|with)?\s*(?:their |members of their |\w+ )?(?:\w+)?[\s,]*",
                clause[named[-1][1] : before[-1][0]],
            )
        ):
            return [named[-1][2]]
        return [before[-1][2]] if before else []
    if go["other"]:
        near = min([*before, *after], key=lambda p: min(abs(p[0] - go.end()), abs(go.start() - p[1])), default=None)
        named_near = [p for p in [*before, *after] if p[2] not in ("?", "coalition")]
        near = min(named_near, key=lambda p: min(abs(p[0] - go.end()), abs(go.start() - p[1])), default=near)
        return [near[2]] if near else []
    return [after[0][2]] if after else []
