"""What a count covers and whose it is: the place and time a clause names, who did it, who counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from storage.folding import fold
from worker.steps.number_words import plain
from worker.steps.places import lies_in, spot_places

# Places by the beginnings of their names ("=": the whole word), as `plain` writes them, without the Arabic article.
_PLACES = {
    "Raqqa": "raqqa =raqa rakka =racca =reqa ракк رقه",
    "Mosul": "mosul mossoul musul мосул موصل",
    "Deir ez-Zor": "=deir =dayr deyrizor deyrezzor дейр =دير",
    "Aleppo": "aleppo =alep =alepo halep алеппо =حلب",
    "Manbij": "manbij minbic манбидж منبج",
    "Hawija": "hawija хавидж حويجه",
    "Idlib": "idlib идлиб ادلب",
    "Homs": "=homs =хомс حمص",
    "Ghouta": "ghouta =гута =гуте =гуты غوطه",
    "Damascus": "damasc damas дамаск دمشق",
    "Palmyra": "palmyr пальмир تدمر",
    "Kobane": "koban кобани كوباني",
    "Baghuz": "baghuz baghouz багуз باغوز",
    "Fallujah": "falluja фаллудж فلوجه",
    "Tabqa": "tabqa табк طبقه",
    "Afrin": "=afrin африн عفرين",
    "Yemen": "yemen jemen йемен يمن",
    "Afghanistan": "afghanistan афганистан افغانستان",
    "Gaza": "=gaza =газа =газе =газы =غزه",
    "Ukraine": "ukrain украин اوكرانيا",
    "Libya": "libya libye ливия ливии ليبيا",
    "Somalia": "somali сомали صومال",
    "Pakistan": "=pakistan пакистан باكستان",
    "Iraq": "=iraq =irak =ирак =ираке =ирака عراق",
    "Syria": "=syria =syrie =siria =syrien =suriye =сирия =сирии =сирию =سوريا =سوريه",
}  # fmt: skip
_BEGINNINGS: dict[str, list[tuple[str, bool, str]]] = {}
for _name, _forms in _PLACES.items():
    for _form in _forms.split():
        _stem = plain(_form.removeprefix("="))
        _BEGINNINGS.setdefault(_stem[:3], []).append((_stem, _form.startswith("="), _name))
_PLACE_WORD = re.compile(r"[^\W\d_]{3,}")
_ARABIC_FRONT = re.compile(r"^(?:[وفبكل]?ال|لل|[وفبكل])")


def _bare(word: str) -> tuple[str, ...]:
    """The word, and an Arabic one also without what is written on to its front (and, in, the)."""
    return (word, _ARABIC_FRONT.sub("", word)) if "\u0600" <= word[0] <= "\u06ff" else (word,)


# Where the smaller lies in the larger a count of the larger is another count, but a mention of both is none.
_WITHIN = {"Syria": ("Raqqa", "Deir ez-Zor", "Aleppo", "Manbij", "Idlib", "Homs", "Ghouta", "Damascus", "Palmyra", "Kobane", "Baghuz", "Tabqa", "Afrin"),
           "Iraq": ("Mosul", "Hawija", "Fallujah")}  # fmt: skip

_BROAD = re.compile(
    r"since (?:august |the (?:start|beginning) of (?:the )?(?:operation|campaign|war|air campaign) )?(?:in )?2014|"
    r"(?:in|across|over|throughout) (?:both )?(?:Iraq and Syria|Syria and Iraq)|"
    r"throughout the (?:campaign|war)|Operation Inherent Resolve|(?:whole|entire) (?:operation|campaign|war)|nationwide|"
    r"since the (?:war|conflict|uprising) began|seit 2014|depuis 2014|desde 2014|dal 2014|с 2014|منذ 2014|منذ عام 2014|2014'ten|"
    r"en Irak et en Syrie|en Irak y Siria|im Irak und in Syrien|in Iraq e Siria|в Ираке и Сирии|Irak ve Suriye|العراق وسوريا|in Iraq\b|in Mosul\b",
    re.IGNORECASE,
)
# A part of a total: one strike, one day, one month. Such a figure is no rival of the total (decisions: single
# incidents beside a total are context).
_INCIDENT = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:past|last|previous|this) (?:day|week|month|year|24 hours|\d+ days)\b|yesterday|overnight|"
    r"\b(?:an?|one|the|single) (?:\S+ ){0,3}(?:air ?strike|strike|raid|attack|bombing|explosion|blast)\b(?! campaign)|"
    r"\b(?:past|last) (?:\w+ )?(?:days|weeks|months)\b|\ba day\b|\bin (?:a )?single\b|\bof (?:one|the same) family\b|famil(?:y|ies) lost|"
    r"\b(?:in|during) (?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"\b(?:une|un seul|cette) (?:frappe|raid|attaque)|\bein(?:em|er)? (?:luft)?(?:angriff|schlag)|\bun (?:solo )?(?:ataque|bombardeo|raid)|"
    r"bir (?:hava )?saldırı|(?:один|одним|одного) удар|غارة واحدة",
    re.IGNORECASE,
)
_VERIFIED = re.compile(r"verif|identified|\bnamed\b|by name|documented by name|credible", re.IGNORECASE)
_ADMITTED = re.compile(
    r"admit|acknowledg|conced|accepts? responsib|own(?:ed)? up|признал|призна[её]т|اعترف|أقر|reconn(?:u|aî)|kabul et|räumt|eingestanden|reconoc|ammess|ammett|admite",
    re.IGNORECASE,
)
PARTIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("saudis", r"\bSaudi coalition"),
        ("coalition", r"(?<!Saudi )coalition|koalition|coalición|coalizione|koalisyon|коалици|التحالف|US-led|\bAmerican|(?-i:\bU\.?S\.?(?:A\.?)?\b)|Pentagon|CENTCOM|amerikan|америк|США|الأمريكي|اميركي|أميركي|estadounid|statunitens|américain"),
        ("russia", r"Russia|Moscow|russe\b|ruso\b|rusa\b|Rus(?:ya|lar)?\b|russisch|российск|росси|روسي"),
        ("government", r"\bregime|regierungs(?:seite|kräfte|truppen)|forces gouvernementales|progubernament|filogovernativ|Assad|government (?:forces|strikes|troops|air|soldiers)|pro-?government|Syrian (?:army|government|troops|soldiers)|правительств|النظام|rejim"),
        ("isis", r"(?-i:\bISIS\b|\bIsis\b|\bISIL\b|\bIS\b|\bEI\b)|Islamic State|Daesh|Daech|DEAŞ|IŞİD|ИГИЛ|ИГ\b|داعش|militants"),
        ("israel", r"israel|израил|اسرائيل|إسرائيل|İsrail"),
        ("others", r"Boko Haram|Taliban|Shabaab|Houthi|талиб|طالبان|الحوثي"),
        ("turkey", r"Turkish (?:forces|army|strikes|air)|\bTurkey\b|турецк|التركي"),
    )
)  # fmt: skip
_WEAPON = re.compile(
    r"\b(?:air ?strikes?|strikes?|raids?|bomb\w*|shell(?:ing|ed|s)|attack(?:s|ed)?|assault(?:s|ed)?|stormed|artillery|jets|planes|warplanes|ambush\w*|imboscata|emboscada|embuscade|hinterhalt|засад\w+|كمين|pusu\w*|snipers|mines|forces|drones?|frappes|ataques|bombardeos|raid|saldırı\w*|удар\w*|غارات|ضربات)\b",
    re.IGNORECASE,
)
# Who speaks of a strike has not flown it.
_SAID = re.compile(
    r"\b(?:sa(?:id|ys)|told|reports?|reported|claim(?:s|ed)|insist(?:s|ed)|speaks? of|spoke of)\b", re.IGNORECASE
)
_KILLED = re.compile(
    r"(?<!were )(?<!was )(?<!been )\b(?:killed|beheaded|executed|massacred|slaughtered|shot)\b", re.IGNORECASE
)
_SUBJECT = 25  # characters at the front of a clause, where its subject stands
_OF_WHOM = re.compile(r"\s(?:of|from|de|der|des|del|della)\s(?:the |la )?[\w-]+(?:\s[\w-]+)?", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|at the hands of|par|por|von|durch|da(?:lla|i|gli)?|tarafından|من قبل)\s", re.IGNORECASE)

# Nations by their adjectives, for soldiers of one and of another.
_NATIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("syrian", r"\bsyri|\bsiri|suriye|сирийск|سوري"),
        ("iraqi", r"\bira[qk]|\bba'?ath|иракск|عراقي"),
        ("turkish", r"\bturk|\btürk|\bturc|турецк|ترك"),
        ("russian", r"russ|\brus[oa]\b|российск|روس"),
        ("american", r"american|(?-i:\bU\.?S\.?\b)|estadounid|statunit|américain|америк|amerikan|أمريكي|اميرك"),
        ("israeli", r"israel|израил|اسرائيل"),
        ("iranian", r"\biran|иранск|ايران|إيران"),
        ("afghan", r"afghan|афган|افغان"),
        ("ukrainian", r"ukrain|украин"),
        ("other", r"\b(?:british|french|german|danish|dutch|saudi|lebanese|jordanian|egyptian|nigerian|yemeni|pakistani|indian|chinese)\b"),
    )
)  # fmt: skip
# Fighters of another side than Islamic State.
_OTHER_SIDE = re.compile(
    r"\bSDF\b|\bYPG\b|kurd|\brebel|opposition|peshmerga|\bFSA\b|Free Syrian|hezbollah|hizbollah|shi'?ite|\btribal|coalition|US-backed|trained|allied|"
    r"pro-government|Jaish al|army of islam|Ahrar|Nusra|СДС|курд|قسد|كرد|\bSDG\b|kürt|\bFDS\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"foreign|étranger|ausländisch|extranjer|stranier|иностранн|اجانب|أجانب|yabancı", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_broad(around: str) -> bool:
    """The words around speak of a whole war or operation, not of one place (CJTF-OIR totals are not Raqqa's)."""
    return bool(_BROAD.search(around))


def is_incident(around: str) -> bool:
    """The words around speak of one strike, one day, one month: a part of a total."""
    return bool(_INCIDENT.search(around))


def is_verified_part(around: str) -> bool:
    """Only those named or verified are counted."""
    return bool(_VERIFIED.search(around))


def is_admitted(around: str) -> bool:
    """The count is what the party itself owns up to."""
    return bool(_ADMITTED.search(around))


@lru_cache(maxsize=1024)
def places_of(words: str) -> frozenset[str]:
    """The places named, by their English names; a country whose city is named is left out."""
    named = set()
    for word in _PLACE_WORD.findall(plain(words)):
        for bare in _bare(word):
            for stem, whole, name in _BEGINNINGS.get(bare[:3], ()):
                if bare == stem if whole else bare.startswith(stem):
                    named.add(name)
    return frozenset(name for name in named if not named & {*_WITHIN.get(name, ())})


def countries_of(places: frozenset[str]) -> frozenset[str]:
    """The countries, by their English names, in which the places lie."""
    return frozenset(country for country, cities in _WITHIN.items() if places & {*cities})


def is_elsewhere(around: str, sentence: str, of_claim: str) -> bool:
    """The claim's scope names a place, and the clause (or the sentence, if it names none) only others."""
    ours = places_of(of_claim)
    if not ours:
        return False
    theirs = places_of(around) or places_of(sentence)
    return bool(theirs) and not theirs & ours and not theirs <= countries_of(ours)


# The coalition of the Gulf states in Yemen is another one than that against Islamic State.
_OTHER_COALITION = re.compile(
    r"(?:Saudi|Arab|Emirati)[- ](?:\w+[- ])?(?:coalition|alliance)|saudi\w*[- ]geführt\w* (?:\w+)?koalition|"
    r"(?:coalition|coalición|coalizione) (?:(?:menée|dirigée|conduite|liderada|encabezada|guidata) (?:par|por|da)\w* (?:l['’])?(?:Arabi\w|Riya\w)\w*(?: \w*saudi?t?\w*)?|arabe\b|árabe\b|araba\b|saou?dit\w*|saudí?\w*)|"
    r"(?:саудовск|арабск|аравийск)\w+ коалици\w*|التحالف (?:العربي|السعودي|بقيادة السعودية)|Suudi \w* ?koalisyon\w*|Arap [Kk]oalisyon\w*",
    re.IGNORECASE,
)


def _told_apart(words: str) -> str:
    return _OTHER_COALITION.sub("Saudi coalition", words)


@lru_cache(maxsize=1024)
def area_of(words: str) -> frozenset[str]:
    """The gazetteer's places that the words are about: where something is or comes from, not where it goes."""
    return frozenset(place.slug for place in spot_places(fold(words)) if place.role in ("in", "from"))


@lru_cache(maxsize=512)
def _lies_near(place: str, areas: frozenset[str]) -> bool:
    return any(lies_in(place, area) or lies_in(area, place) for area in areas)


def is_other_area(words: Sequence[str], ours: frozenset[str]) -> bool:
    """The first of the words (clause, sentence, text) that tell of a place tell of none that lies in `ours` or around it."""
    for told in words:
        if theirs := area_of(told):
            return bool(ours) and not any(_lies_near(place, ours) for place in theirs)
    return False


@lru_cache(maxsize=1024)
def parties_of(words: str) -> frozenset[str]:
    """Who is named of those that fight: coalition, saudis, russia, government, isis, turkey, israel, others."""
    words = _told_apart(words)
    return frozenset(name for name, pattern in PARTIES if pattern.search(words))


@lru_cache(maxsize=1024)
def doers_of(around: str, *, strict: bool = False) -> frozenset[str]:
    """Whose strikes or forces the clause tells of: the party nearest before the weapon, or after "by"; else all named.

    `strict`: no else.
    """
    found = set()
    around = _told_apart(around)
    for weapon in _WEAPON.finditer(around):
        before = around[max(0, weapon.start() - 60) : weapon.start()]
        before = before[max((m.end() for m in _SAID.finditer(before)), default=0) :]
        near = [(m.end(), name) for name, pattern in PARTIES for m in pattern.finditer(before)]
        if near:
            found.add(max(near)[1])
        elif of := _OF_WHOM.match(around, weapon.end()):  # "warplanes of the coalition"
            found |= parties_of(of[0])
    for by in _BY.finditer(around):
        found |= parties_of(around[by.end() : by.end() + 30])
    if not found and _KILLED.search(around):
        found |= parties_of(around[:_SUBJECT])
    return frozenset(found) or (frozenset() if strict else parties_of(around))


@lru_cache(maxsize=1024)
def nations_of(words: str) -> frozenset[str]:
    """The nations whose adjectives the words hold."""
    return frozenset(name for name, pattern in _NATIONS if pattern.search(words))


def is_other_side(words: str) -> bool:
    """The fighters counted are not Islamic State's, or only its foreigners."""
    return bool(_OTHER_SIDE.search(words) or _FOREIGN.search(words))


_PERIOD = re.compile(
    r"\b(?:since|from|between|in|during|until|by|depuis|entre|en|seit|desde|dal|с|منذ|في)\s+(?:the\s+)?(?:(?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December|early|late|mid-?)\s+)?(?:(?:and|to)\s+\w+\s+)?(?:19|20)\d\d(?:\s*(?:and|to|until|-|–|et|bis|y)\s*(?:\w+\s+)?(?:19|20)\d\d)?"
    r"|\b(?:between|from)\s+[A-Z]\w+\s+(?:and|to)\s+[A-Z]\w+(?:\s+(?:19|20)\d\d)?"
    r"|\b(?:in|during)\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+alone)?\b"
    r"|\b(?:during|throughout)\s+the\s+(?:\w+-\w+\s+|\w+\s+)?(?:campaign|battle|war|siege|offensive|operation)\b"
    r"|\b(?:whole|entire)\s+(?:campaign|operation|war)\b",
    re.IGNORECASE,
)


_MAY_BE_PERIOD = re.compile(
    r"(?:19|20)\d\d|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|"
    r"\b(?:campaign|battle|war|siege|offensive|operation)\b"
)


def scope_of(around: str) -> str:
    """The place and period that the clause states, as words ("Raqqa, in 2017"); "" if it states none."""
    periods = [" ".join(m[0].split()) for m in _PERIOD.finditer(around)] if _MAY_BE_PERIOD.search(around) else []
    return ", ".join((*sorted(places_of(around)), *periods))


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def is_other_time(scope: str, of_claim: str) -> bool:
    """Both scopes name years, and none in common."""
    theirs, ours = {*_YEAR.findall(scope)}, {*_YEAR.findall(of_claim)}
    return bool(theirs and ours) and not theirs & ours


# A name: capitals in a row ("Amnesty International", "Syrian Observatory for Human Rights").
_NAME = r"[A-ZА-ЯÀ-Þ][\w'’-]*(?:\s(?:(?:of|for|de|al|is)\s)?[A-ZА-ЯÀ-Þ][\w'’-]*){0,4}"
_ROLE = (
    r"(?:(?:[Ss]enior|[Ff]ormer|[Ll]ocal|US|U\.S\.|UN|[A-Z][a-z]+(?:ish|ian|can|qi|ch)|US-led|[Bb]ritain-based)\s)*"
    r"(?:[Cc]oalition|[Dd]efector|[Ss]pokesm[ae]n|[Ss]pokeswoman|[Mm]inistry|[Oo]bservatory|[Mm]onitors?|[Aa]ctivists?|[Oo]fficials?|[Ii]nvestigators?|"
    r"[Ii]nquiry|[Ii]nvestigation|[Rr]eport|[Ss]tudy|[Aa]rmy|[Mm]ilitary|[Gg]overnment|[Dd]rivers?|[Rr]esidents|[Ww]itness(?:es)?|[Gg]roup|[Cc]ouncil|"
    r"[Mm]edics|[Rr]escuers|[Gg]overnor|[Pp]olice|[Rr]eports|[Oo]fficers?)"
)
_SAYS = re.compile(
    r"\b(?:sa(?:id|ys)|told|reported|reports|estimate[sd]?|count(?:s|ed)|puts?|found|finds|acknowledge[sd]?|admit(?:s|ted)|recorded|documented|claim(?:s|ed)|"
    r"confirmed|believes?|added|insisted|declared|has named|have named|сообщил\w*|заявил\w*|сказал\w*|déclaré|affirmé|sagte|dijo|afirmó|ha detto|dedi|açıkladı)\b"
)
_BEFORE_SAYS = re.compile(
    rf"({_NAME}|{_ROLE})(?:\sin\s[A-Z]\w+(?:\s[A-Z]\w+)?)?(?:'s\s\w+)?,?\s(?:has\s|have\s|had\s|also\s|later\s|a\s)?$"
)
_AFTER_SAYS = re.compile(rf"\s(?:the\s|a\s)?({_NAME}|{_ROLE})\s*[.,;]?\s*$")
_ACCORDING = re.compile(
    rf"(?:[Aa]ccording to|[Ll]aut|[Ss]elon|[Ss]egún|[Ss]econdo|[Dd]'après|[Nn]ach Angaben (?:von|der|des)|[Пп]о данным|[Пп]о словам)\s"
    rf"(?:(?:the|a|der|des|la|le|el|los|l')\s?)?({_ROLE}|{_NAME})"
    rf"|(?:وفقا ل|بحسب|وفق)\s?(\w+(?:\s\w+)?)|({_NAME})(?:'(?:ye|ya|e|a))? göre|({_NAME})'s (?:figure|count|tally|estimate|toll)"
)
_NOBODY = re.compile(
    r"^(?:It|He|She|They|We|I|The|An?|At|In|Some|About|More|This|That|These|Who|As|But|And|On|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)$"
)
_ARTICLE = re.compile(r"^(?:The|A|An)\s")


def sayer_of(clause: str, sentence: str) -> str:
    """Who gives the figure, as the clause or else the sentence says; "" if neither does."""
    # what another part of the sentence says of its own figure is not said of this one
    part = next((p for p in sentence.split(";") if clause.strip() and clause.strip() in p), sentence)
    for words in (clause,) if clause == part else (clause, part):
        if told := _ACCORDING.search(words):
            return " ".join(next(filter(None, told.groups())).split())
        for verb in _SAYS.finditer(words):
            said = _BEFORE_SAYS.search(words, max(0, verb.start() - 70), verb.start()) or _AFTER_SAYS.match(
                words, verb.end()
            )
            name = _ARTICLE.sub("", " ".join(said[1].split())) if said else ""
            if name and not _NOBODY.match(name) and not (places_of(name) and " " not in name):
                return name
    return ""
