"""Who says it: the speaker of a passage, their kind, through whom it comes, and what they do with it."""

from __future__ import annotations

import re

from storage.records import Act, Certainty, Role, Voice
from worker.steps import cues
from worker.steps.denials import Denial, denials, negated_spans
from worker.steps.match import Names
from worker.steps.outlets import NAMED
from worker.steps.passages import sentences

__all__ = ["denials", "negated_spans", "voice"]

_SAYING = re.compile(
    rf"(?<![\w-])(?!reports? of\b)(?:{cues.SAYING_VERB}|{cues.SAYING_ELSEWHERE}|{cues.SAYING_RU}|و?(?:{cues.SAYING_AR}))(?![\w-])"
)
_ARABIC = re.compile(r"[\u0600-\u06ff]")
# Verbs that open with their subject behind them: "..., said Colonel X", and all of Arabic.
_INVERTED = re.compile(r"[,\"”’»]\s*$")

_OUTLET = re.compile(rf"(?<!\w)(?:the |The )?(?P<name>{NAMED})(?!\w)")
_RELAYED = re.compile(
    rf"(?:\b(?:told|according to|quoted by|cited by|reported by|interview (?:with|by|to|published by|in)|statement to|spoke to|speaking to|talking to|speaking with|as reported in|reported in|wrote in|"
    rf"via|citing|quoting|selon|a dit à|à|laut|gegenüber|sagte|según|dijo a|declaró a|a la agencia|agencia|agence|агентству|по данным|сообщает|передает|передаёт)|(?<!\w)(?:لوكالة|لصحيفة|وكالة|نقلا عن|بحسب|وفق|لقناة))"
    rf"\s+(?:(?:the|a|an|l['’]agence|agence|agencia|der|dem|den|news agency|broadcaster|newspaper|channel|agency|وكالة|agencia de noticias|\w+['’]s|Turkish|Russian|British|US|American|French|German|Kurdish)\s+){{0,3}}(?P<name>{NAMED})(?!\w)"
)
_TURKISH_RELAYED = re.compile(rf"(?<!\w)(?P<name>{NAMED})['’](?:a|e|ya|ye|in|ın|nin|ye göre|e göre|a göre)\b")
_DATELINE = re.compile(r"^[\w ,.'’-]{0,40}\((?P<name>Reuters|AFP|AP|dpa|TASS|EFE|Xinhua|Anadolu)\)")

_DATELINE_WHOLE = re.compile(r"^[^()]{0,40}\([\w ]{2,20}\)\s*[-–—]+\s*")

_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Ii]n the words of|[Ss]elon|[Dd]'après|[Ll]aut|[Nn]ach Angaben (?:von|der|des)|[Ss]egún|[Пп]о (?:словам|данным|утверждению))\s+(?P<who>[^,.;:]{2,80})|"
    r"(?:بحسب|وفقا? ل|حسب|وفق)\s*(?P<who_ar>[^،.؛,]{2,60})|(?P<who_tr>[A-ZÇĞİÖŞÜ][^,.;:]{2,60}?)['’]?(?:a|e|ya|ye|na|ne) göre\b"
)
_QUOTED = re.compile(
    r"\b(?:quot(?:ed|es|ing)|cit(?:ed|es|ing))\s+(?P<who>[^,.;:\"]{2,60}?)(?=\s+as\s+say|\s+saying|[,.;:\"]|$)"
)
_BY_WHOM = re.compile(
    r"^\s*(?:as [\w ]{3,40} )?(?:by|par|von|por)\s+(?P<who>[^,.;:]{2,70}?)(?=\s+(?:as|in|on|who|which|that|when|after|and that)\b|[,.;:]|$)",
    re.IGNORECASE,
)

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        Role.UNNAMED,
        re.compile(
            r"\b(?:sources?|anonym\w+|unnamed|unidentified|not (?:to be|be) (?:named|identified)|people familiar|someone|some say|insiders?|quellen?|fuentes?|kaynak\w*)\b|источник\w*|مصدر|مصادر",
            re.IGNORECASE,
        ),
    ),
    (
        Role.WITNESS,
        re.compile(
            r"\b(?:eye-?witness\w*|witness(?:es)?|residents?|survivors?|drivers?|defectors?|whistleblower|doctors?|nurses?|victims?|relatives?|father|mother|widow|brother|sister|neighbou?rs?|refugees?|"
            r"tribal (?:elder|leader)s?|elders|smugglers?|former (?:\w+ ){0,3}(?:members?|fighters?|spokes\w+|officers?|prisoners?|militants?|commander)|ex-\w+|shopkeepers?|returnees?|villagers?|locals|"
            r"témoins?|habitants?|rescap\w+|transfuge|augenzeug\w*|zeug(?:e|in|en)|bewohner\w*|überläufer\w*|testigos?|vecinos?|desertor\w*|supervivientes?|tanık\w*|sakin\w*)\b|свидетел\w*|очевид\w*|жител\w*|перебежчик\w*|شاهد|شهود|سكان|ناجون|منشق",
            re.IGNORECASE,
        ),
    ),
    (
        Role.MONITOR,
        re.compile(
            r"\b(?:Observatory|SOHR|OSDH|Airwars|Amnesty|Human Rights Watch|HRW|monitor(?:s|ing)?(?: groups?)?|rights (?:groups?|organi[sz]ations?)|Network for Human Rights|RBSS|Slaughtered Silently|"
            r"Conflict Armament Research|CAR|researchers?|think[ -]tank|RAND|watchdogs?|NGOs?|activists?|analysts?|experts?|Commission of Inquiry|investigators?|campaigners?|academics?|professor|scholars?|historian|"
            r"Médecins Sans Frontières|MSF|Red Cross|ONG|Beobachtungsstelle|Observatorio|Gözlemevi|Af Örgütü|Amnistía|chercheurs?|forscher\w*|investigador\w*)\b|Обсерватори\w*|Сирийский центр мониторинга|Международная амнистия|المرصد|منظمة العفو|ناشط\w*|هيومن رايتس",
        ),
    ),
    (Role.OUTLET, _OUTLET),
    (
        Role.ARMED_GROUP,
        re.compile(
            r"\b(?:SDF|YPG|PKK|Syrian Democratic Forces|ISIS|ISIL|Islamic State|IS|Daesh|Amaq|rebels?|Nusra|HTS|Hayat Tahrir al-Sham|Hezbollah|Hizbollah|militia\w*|fighters?|militants?|jihadi\w*|Taliban|"
            r"FDS|SDG|EI|rebelles|Rebellen|rebeldes|Kurdish-led forces?|al-Qaeda)\b|قسد|قوات سوريا الديمقراطية|داعش|حزب الله|СДС|ИГИЛ|боевик\w*",
        ),
    ),
    (
        Role.OFFICIAL,
        re.compile(
            r"\b(?:spokes(?:man|woman|person|people)|minist(?:er|ry|ers|ries)|generals?|colonel|lieutenant|major|brigadier|admiral|captain|(?:Lt|Maj|Gen|Col|Brig|Capt|Adm)\.?|president|prime minister|premier|Pentagon|CENTCOM|"
            r"Central Command|coalition|government|regime|State Department|White House|Kremlin|Moscow|Washington|Damascus|Ankara|Baghdad|Tehran|London|Paris|Berlin|envoy|ambassador|councils?|governor|mayor|officials?|officers?|"
            r"army|military|courts?|judges?|prosecutors?|police|United Nations|UN|U\.N\.|NATO|commission|commander|secretary|senator|congress\w*|parliament|lawmakers?|MPs?|embassy|authorities|Russia|Turkey|Syria|Iran|Iraq|Israel|"
            r"United States|US|Britain|France|porte-parole|ministère|ministre|gouvernement|armée|Sprecher\w*|Ministeri\w+|Regierung|Armee|portavoz|ministerio|ministro|gobierno|ejército|sözcü\w*|bakan\w*|hükümet\w*|ordu\w*|"
            r"coalición|Koalition|koalisyon\w*)\b|министерств\w*|министр\w*|представител\w*|коалици\w*|Минобороны|правительств\w*|Вашингтон\w*|Москв\w*|Пентагон\w*|وزارة|وزير|متحدث|المتحدث|التحالف|الحكومة|البنتاغون|مسؤول|الرئيس|موسكو|واشنطن|دمشق|أنقرة",
            re.IGNORECASE,
        ),
    ),
)
_PRONOUN = re.compile(r"^(?:he|she|they|it|who|il|elle|ils|er|sie|él|ella|o|он|она|они)$", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"[\"“«][^\"”»]*\b(?:I|we|my|our|me|us)\b", re.IGNORECASE)
_SAW = re.compile(
    r"\b(?:saw|seen|witnessed|recalled|remembered|watched|was there|were there|had (?:seen|driven|been inside)|vu|gesehen|vio|видел\w*|رأى|شاهد)\b",
    re.IGNORECASE,
)
_IN_PERSON = re.compile(
    r"\btold (?:us|me|this (?:news)?paper|reporters|the court|researchers|investigators)\b|\bin an interview\b|\btestified\b",
    re.IGNORECASE,
)
_AT_SECOND_HAND = re.compile(
    r"\b(?:citing|quoting|quoted|hearsay|was told|were told|heard from|had heard)\b", re.IGNORECASE
)


def voice(passage: str, names: Names, *, at: tuple[int, int] | None = None) -> Voice:
    """Who says what the sentence at `at` says; without `at`, the first sentence in which somebody speaks.

    A sentence of "he said" is the speech of the one who spoke before in the passage.
    """
    spans = sentences(passage)
    told = [span for span in spans if at is None or (span[0] < at[1] and at[0] < span[1])] or list(spans)
    chosen, speaker = told[0], ""
    for span in told:
        speaker = _speaker(passage[span[0] : span[1]])
        if speaker:
            chosen = span
            break
    if not speaker and at is None:
        # nobody is named as saying anything: the sentence that denies tells most
        chosen = next((s for s in told if denials(passage[s[0] : s[1]])), chosen)
    sentence = passage[chosen[0] : chosen[1]]
    if not speaker or _PRONOUN.match(speaker):
        said_before = [
            s for a, b in spans if b <= chosen[0] and (s := _speaker(passage[a:b])) and not _PRONOUN.match(s)
        ]
        if said_before and (speaker or _continues(sentence)):
            speaker = said_before[-1]
        elif speaker:
            speaker = ""
    relayed = _relayed(passage, sentence, chosen[0])
    found = denials(sentence)
    entity = _entity(speaker, names)
    role = _role(speaker, passage)
    return Voice(
        speaker=speaker,
        role=role,
        entity=entity,
        relayed_from=relayed or (_outlet_in(speaker) if speaker else ""),
        firsthand=_firsthand(sentence, speaker, role),
        certainty=_certainty(sentence),
        act=_act(sentence, found),
        denied=_governed(found, passage, spans, chosen),
    )


def _continues(sentence: str) -> bool:
    """A quotation goes on without naming its speaker again."""
    return sentence[:1] in '"“«„'


_AN_APPOSITION = re.compile(
    r"^(?:an?|the|its|his|her|their|who|which|whose|head|chief|director|spokes\w+|commander|former|speaking|citing|himself|deputy|qui|ein\w*|der|die|un|una|portavoz|porte-parole)\b"
)


def _apposed(head: str) -> bool:
    """The text before the verb ends with an apposition: "Dillon, a spokesman, said", not "The trucks left, said Dillon"."""
    pieces = head.rstrip(" ,").rsplit(", ", 1)
    return head.rstrip().endswith(",") and len(pieces) == 2 and bool(_AN_APPOSITION.match(pieces[1]))


def _speaker(sentence: str) -> str:
    """The words that name who speaks in a sentence, "" if none do."""
    sentence = _DATELINE_WHOLE.sub("", sentence)
    by_passive = next(
        (m["who"] for d in denials(sentence) if d.by == "after" and (m := _BY_WHOM.match(sentence[d.end :]))), ""
    )
    if by_passive:
        return _clean(by_passive)
    for verb in _SAYING.finditer(sentence):
        if _ARABIC.search(verb[0]):
            found = _after(sentence, verb.end())
        elif (
            verb[0] != "told" and _INVERTED.search(sentence[: verb.start()]) and not _apposed(sentence[: verb.start()])
        ):
            found = _after(sentence, verb.end()) or _before(sentence, verb.start())
        else:
            found = _before(sentence, verb.start())
        if found:
            return found
    quoted = _QUOTED.search(sentence)
    if quoted and not _OUTLET.fullmatch(quoted["who"].strip()):
        return _clean(quoted["who"])
    according = _ACCORDING.search(sentence)
    if according:
        return _clean(according["who"] or according["who_ar"] or according["who_tr"] or "")
    undone = cues.NOT_DENIED.search(sentence)
    if undone and (found := _before(sentence, undone.start())):
        return found
    for denial in denials(sentence):
        if denial.by == "before" and (found := _before(sentence, denial.start)):
            return found
    return ""


_SUBJECT_STARTS = re.compile(
    r"(?:^|[.;:!?\"“”«»]\s*|\b(?:but|and|while|whereas|although|though|that|because|when|after|as|if|which|where|mais|que|aber|dass|pero|ama|но|а|что)\s+|,\s+)"
)
_HELPING = re.compile(
    r"(?:\s+(?:has|have|had|also|later|then|again|no longer|repeatedly|flatly|strongly|firmly|categorically|has since|never|publicly|initially|first|once|would|will|did|does|do|not|n't|on \w+day|itself|himself|"
    r"herself|themselves|yesterday|today|sharply|swiftly|angrily|hat|haben|habe|ha|han|a|ont|avait))+$",
    re.IGNORECASE,
)
_NO_SPEAKER = re.compile(
    r"^(?:is|are|was|were|it was|there|this|that|these|those|what|the claims?|the reports?|reports?|been|being|be|to|having|not|he has|is being|are being|widely|also)$",
    re.IGNORECASE,
)


def _before(sentence: str, verb_at: int) -> str:
    """The subject just before a verb, an apposition between commas included: "X, a spokesman for Y, said"."""
    head = _HELPING.sub("", sentence[:verb_at].rstrip())
    if head.endswith(","):  # an apposition or an aside stands between
        inner = head[:-1]
        comma = inner.rfind(", ")
        if comma > 0:
            subject = _last_piece(inner[:comma])
            aside = inner[comma + 2 :]
            if subject and len(aside) < 90:
                relative = re.match(r"(?:who|which|whose|speaking|citing|quoting|in an?|qui|der|die|que)\b", aside)
                return _clean(subject if relative else f"{subject}, {aside}")
        return ""
    return _clean(_last_piece(head))


def _last_piece(head: str) -> str:
    begin = 0
    for start in _SUBJECT_STARTS.finditer(head):
        begin = start.end()
    piece = head[begin:].strip()
    if len(piece.split()) > 12:
        return ""
    return piece


def _after(sentence: str, at: int) -> str:
    stop = re.search(
        r"[.,;:!?\"”«»]|\s(?:on|in a|in an|at a|who|that|after|when|before|إن|أن|بأن|انه|في|خلال)\s|$", sentence[at:]
    )
    piece = sentence[at : at + (stop.start() if stop else 80)].strip()
    return _clean(piece) if 0 < len(piece.split()) <= 10 else ""


def _clean(words: str) -> str:
    piece = re.sub(
        r"^(?:and|but|that|however|meanwhile|also|later|then|on \w+day|in \w+|for (?:its|his|her|their) part)\b,?\s*",
        "",
        words.strip(" ,\"“”«»'’—–-"),
        flags=re.IGNORECASE,
    )
    if not piece or _NO_SPEAKER.match(piece) or len(piece) > 120:
        return ""
    if re.search(r"\b(?:is|are|was|were|been|be|being|to|not|of|by|which)$", piece) or not re.search(
        r"[^\W\d_]", piece
    ):
        return ""
    return piece


def _relayed(passage: str, sentence: str, starts: int) -> str:
    """The outlet it is taken from: in the sentence; a dateline of the passage counts for all of it."""
    found = _RELAYED.search(sentence) or _TURKISH_RELAYED.search(sentence)
    if found:
        return found["name"]
    for outlet in _OUTLET.finditer(sentence):
        rest = sentence[outlet.end() :]
        if re.match(
            r"\s+(?:\w+ )?(?:reported|reports|said|says|wrote|writes|quoted|quotes|cited|revealed|found|a (?:rapporté|révélé)|berichtet\w*|meldet\w*|informó|bildirdi|duyurdu|сообщил\w*|сообщает)\b",
            rest,
        ):
            return outlet["name"]
        if re.search(r"(?:قالت|ذكرت|أفادت|نقلت|أوردت)\s*(?:وكالة|صحيفة|قناة)?\s*$", sentence[: outlet.start()]):
            return outlet["name"]
    dateline = _DATELINE.match(passage) if starts < 60 else None
    return dateline["name"] if dateline else ""


def _outlet_in(speaker: str) -> str:
    found = _OUTLET.fullmatch(speaker)
    return found["name"] if found else ""


def _entity(speaker: str, names: Names) -> str:
    """The speaker's slug; of several named ("the coalition's Ryan Dillon") the one named last, who speaks."""
    if not speaker:
        return ""
    known = names.within(speaker)
    if len(known) <= 1:
        return next(iter(known), "")
    words = speaker.split()
    for n in range(1, len(words) + 1):
        last = names.within(" ".join(words[-n:]))
        if last:
            return min(last)
    return min(known)


def _role(speaker: str, passage: str) -> Role:
    if not speaker:
        return Role.UNKNOWN
    for role, words in _ROLES:
        if words.search(speaker):
            return role
    # "Silo said", when the passage tells elsewhere what he is: "Silo, a former spokesman"
    last = re.escape(speaker.rsplit(maxsplit=1)[-1])
    told = re.search(rf"(?P<before>(?:[\w-]+ ){{0,4}}){last}(?:, (?P<after>[^,.;]{{3,60}}))?", passage)
    around = f"{told['before']} {told['after'] or ''}" if told else ""
    return next((role for role, words in _ROLES if role is not Role.OUTLET and words.search(around)), Role.UNKNOWN)


def _firsthand(sentence: str, speaker: str, role: Role) -> bool:
    if not speaker or _AT_SECOND_HAND.search(sentence):
        return False
    saw = role is Role.WITNESS and _SAW.search(sentence)
    return bool(saw or _FIRST_PERSON.search(sentence) or _IN_PERSON.search(sentence))


def _certainty(sentence: str) -> Certainty:
    if cues.QUESTION.search(sentence):
        return Certainty.QUESTION
    return Certainty.HEDGED if cues.HEDGES.search(sentence) else Certainty.FLAT


def _act(sentence: str, found: tuple[Denial, ...]) -> Act:
    if cues.CORRECTS.search(sentence):
        return Act.CORRECTS
    if found:
        return Act.DENIES
    if cues.CONFIRMS.search(sentence) and not cues.NOT_CONFIRMED.search(sentence):
        return Act.CONFIRMS
    return Act.ACCUSES if cues.ACCUSES.search(sentence) else Act.STATES


def _governed(
    found: tuple[Denial, ...], passage: str, spans: tuple[tuple[int, int], ...], chosen: tuple[int, int]
) -> tuple[int, int] | None:
    """The denied clause in the passage; of "he denied it" the sentence before."""
    if not found:
        return None
    told = next((d.governs for d in found if d.governs), None)
    if told:
        return chosen[0] + told[0], chosen[0] + told[1]
    before = [s for s in spans if s[1] <= chosen[0]]
    return before[-1] if before and cues.THE_ACCOUNT.search(passage, chosen[0], chosen[1]) else None
