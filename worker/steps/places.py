"""A small gazetteer: where the wars of Syria and Iraq, and those that are told beside them, happened.

It exists to tell a look-alike by its place. A watch list's own places are known by its entities; a place in neither
says nothing. Names as written in English, French, German, Spanish, Turkish, Russian and Arabic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.folding import fold
from worker.steps import cues

# slug, what it lies in, names. A place "lies in" a province or country, which stand in the table themselves.
_TOLD = """
raqqa          syria         Raqqa, Raqqah, Rakka, Raqa, Racca, Reqa, Ракка, Ракки, Ракке, Ракку, الرقة
tabqa          syria         Tabqa, Taqba, al-Thawrah, Tabka, Табка, Табки, الطبقة
ain-issa       raqqa         Ain Issa, Ayn Issa, عين عيسى
tal-abyad      syria         Tal Abyad, Tel Abyad, Tell Abyad, تل أبيض
deir-ez-zor    syria         Deir ez-Zor, Deir Ezzor, Deir al-Zour, Deir al-Zor, Deir el-Zor, Dayr az Zawr, Dayr al-Zur, Deyrizor, Deyrezzor, Deir Essor, Дейр-эз-Зор, دير الزور
thurda         deir-ez-zor   Jabal Thurda, Jebel Thurda, Thurda, Tharda, Thardah, جبل الثردة
mayadin        deir-ez-zor   Mayadin, al-Mayadin, Майадин, الميادين
abu-kamal      deir-ez-zor   Abu Kamal, Albu Kamal, Al-Bukamal, Boukamal, Абу-Кемаль, البوكمال
hajin          deir-ez-zor   Hajin, Хаджин, هجين
baghuz         deir-ez-zor   Baghouz, Baghuz, Baghoz, Багуз, الباغوز
khasham        deir-ez-zor   Khasham, Хашам, خشام
aleppo         syria         Aleppo, Alep, Halep, Алеппо, حلب
manbij         syria         Manbij, Menbic, Manbidsch, Манбидж, Манбиджа, Манбидже, منبج
kobane         syria         Kobane, Kobani, Ayn al-Arab, Ain al-Arab, Ayn el-Arab, Кобани, عين العرب, كوباني
afrin          syria         Afrin, Африн, Африна, Африне, عفرين
idlib          syria         Idlib, Идлиб, Идлиба, Идлибе, إدلب
jarabulus      syria         Jarabulus, Jarablus, جرابلس
hama           syria         Hama, حماة
masyaf         syria         Masyaf, Misyaf, مصياف
homs           syria         Homs, Хомс, Хомса, Хомсе, حمص
shayrat        homs          Shayrat, Sha'irat, Shairat, Şayrat, Chayrat, Шайрат, الشعيرات
furqlus        homs          Furqlus, al-Furqlus, Furqlos, الفرقلس
palmyra        syria         Palmyra, Palmira, Palmyre, Tadmur, Tadmor, Пальмира, Пальмиры, Пальмиру, تدمر
tanf           syria         al-Tanf, Tanf, Ат-Танф, التنف
daraa          syria         Daraa, Deraa, Dera'a, درعا
suwayda        syria         Suwayda, Sweida, Suweida, السويداء
ghouta         syria         Ghouta, Ghuta, Гута, Гуты, الغوطة
douma          ghouta        Douma, Duma district, دوما
yarmouk        syria         Yarmouk, Yarmuk, Ярмук, اليرموك
hasakah        syria         Hasakah, Hasaka, Hassakeh, Hasakeh, Haseke, Хасака, الحسكة
qamishli       syria         Qamishli, Kamishli, القامشلي
hol            syria         al-Hol, al-Hawl, Al Hol, Эль-Холь, مخيم الهول
sinjar         iraq          Sinjar, Shingal, Синджар, سنجار
mosul          iraq          Mosul, Mossoul, Mossul, Musul, Мосул, Мосула, Мосуле, الموصل
bartella       mosul         Bartella, برطلة
tal-afar       iraq          Tal Afar, Tel Afar, Telafer, Талль-Афар, تلعفر
baiji          iraq          Baiji, Bayji, Baïji, Beyci, Байджи, بيجي
tikrit         iraq          Tikrit, Тикрит, تكريت
ramadi         iraq          Ramadi, Рамади, الرمادي
falluja        iraq          Falluja, Fallujah, Felluce, Эль-Фаллуджа, الفلوجة
hawija         iraq          Hawija, Hawijah, Havice, الحويجة
kirkuk         iraq          Kirkuk, Киркук, كركوك
qaim           iraq          al-Qaim, القائم العراقية
baghdad        iraq          Baghdad, Bagdad, Багдад, بغداد
erbil          iraq          Erbil, Irbil, أربيل
damascus       syria         Damascus, Damas, Damaskus, Damasco, Şam, Дамаск, دمشق
arsal          lebanon       Arsal, Lebanese border, Qalamoun, Qalamun, Lebanese-Syrian border, عرسال, القلمون
beirut         lebanon       Beirut, Beyrouth, بيروت
gaza           palestine     Gaza, Gazze, Газа, Газе, Газы, غزة
rafah          gaza          Rafah, رفح
kabul          afghanistan   Kabul, Kaboul, Кабул, كابول
kunduz         afghanistan   Kunduz, Kundus, قندوز
kandahar       afghanistan   Kandahar, قندهار
helmand        afghanistan   Helmand, هلمند
nangarhar      afghanistan   Nangarhar, Khorasan, Achin, ننغرهار
waziristan     pakistan      Waziristan, وزيرستان
balochistan    pakistan      Balochistan, Baluchistan
peshawar       pakistan      Peshawar
sirte          libya         Sirte, سرت
benghazi       libya         Benghazi, بنغازي
tripoli        libya         Tripoli, طرابلس
sanaa          yemen         Sanaa, Sana'a, صنعاء
marib          yemen         Marib, مأرب
mukalla        yemen         Mukalla, المكلا
mogadishu      somalia       Mogadishu, مقديشو
marawi         philippines   Marawi
grozny         russia        Grozny, Грозный
mariupol       ukraine       Mariupol, Marioupol, Мариуполь, ماريوبول
bakhmut        ukraine       Bakhmut
kyiv           ukraine       Kyiv, Kiev, Киев
bangui         central-african-republic  Bangui
dresden        germany       Dresden, Dresde, Дрезден, دريسدن
istanbul       turkey        Istanbul
syria          -             Syria, Syrie, Syrien, Siria, Suriye, Сирия, Сирии, Сирию, سوريا, سورية
iraq           -             Iraq, Irak, Ирак, Ирака, Ираке, العراق
lebanon        -             Lebanon, Liban, Libanon, Lübnan, Ливан, Ливане, لبنان
palestine      -             West Bank
afghanistan    -             Afghanistan, Afganistan, Афганистан, Афганистане, أفغانستان
pakistan       -             Pakistan, Пакистан, Пакистане, باكستان
yemen          -             Yemen, Jemen, Йемен, Йемене, اليمن
libya          -             Libya, Libye, Libyen, Libia, Ливия, Ливии, ليبيا
somalia        -             Somalia, Somalie, Somali, Сомали, الصومال
ukraine        -             Ukraine, Ucrania, Ukrayna, Украина, Украине, Украины, أوكرانيا
jordan         -             Jordan, Jordanie, Jordanien, Ürdün, Иордания, الأردن
egypt          -             Egypt, Sinai, سيناء
nigeria        -             Nigeria
mali           -             Mali
sudan          -             Sudan, South Sudan, Darfur, السودان
central-african-republic -   Central African Republic
philippines    -             Philippines
iran           -             Iran, إيران
kosovo         -             Kosovo
bosnia         -             Bosnia, Srebrenica
chechnya       -             Chechnya, Чечня, Чечне
vietnam        -             Vietnam
israel         -             Israel
turkey         -             Turkey, Turquie, Türkei, Türkiye, Турция, Турции, تركيا
russia         -             Russia
germany        -             Germany
britain        -             Britain, United Kingdom
australia      -             Australia
"""
# People and things are named by their country too ("Syrian rebels"): enough to say that a text is about it.
_ADJECTIVES = {
    "syria": "syrian syrians syrien syrienne syrische suriyeli сирийских сирийской السوريه السوري",
    "iraq": "iraqi iraqis irakien irakische иракской العراقيه العراقي",
    "pakistan": "pakistani pakistanis",
    "afghanistan": "afghan afghans",
    "yemen": "yemeni yemenis",
    "libya": "libyan libyans",
    "somalia": "somali somalis",
    "ukraine": "ukrainian ukrainians",
    "lebanon": "lebanese",
    "jordan": "jordanian jordanians",
}

# Seats of government stand for the government ("Baghdad said"), countries for the state: these are a place only
# after a word of place.
METONYMS = frozenset({"damascus", "baghdad", "kabul", "beirut", "kyiv", "tripoli", "sanaa"})

# What is told of Islamic State in one of these without a town is told of both.
ONE_WAR = frozenset({"syria", "iraq"})


def _rows() -> list[tuple[str, str, tuple[str, ...]]]:
    rows = []
    for line in _TOLD.strip().splitlines():
        slug, within, names = line.split(None, 2)
        rows.append((slug, "" if within == "-" else within, tuple(fold(name) for name in names.split(", "))))
    return rows


_ROWS = _rows()
LIES_IN: dict[str, str] = {slug: within for slug, within, _names in _ROWS}
COUNTRIES = frozenset(slug for slug, within in LIES_IN.items() if not within)
ADJECTIVE_OF: dict[str, str] = {fold(word): slug for slug, words in _ADJECTIVES.items() for word in words.split()}

# The names by their first word: its rest, longest first, and the slug.
_BY_FIRST: dict[str, list[tuple[str, str]]] = {}
for _slug, _within, _names in _ROWS:
    for _name in _names:
        _first, _, _rest = _name.partition(" ")
        _BY_FIRST.setdefault(_first, []).append((_rest, _slug))
for _found in _BY_FIRST.values():
    _found.sort(key=lambda pair: -len(pair[0]))


def _place_at(text: str, word: str, end: int) -> tuple[str, int] | None:
    """The place whose name begins with `word`, which ends at `end` of the folded text: its slug and where the name ends."""
    for candidate in (word, word[1:] if word[:1] in "وبل" else ""):
        for rest, slug in _BY_FIRST.get(candidate, ()):
            if not rest:
                return slug, end
            stop = end + 1 + len(rest)
            if text.startswith(rest, end + 1) and not text[stop : stop + 1].isalnum():
                return slug, stop
    return None


def lies_in(place: str, area: str) -> bool:
    """Whether `place` is `area` or lies in it."""
    while place and place != area:
        place = LIES_IN.get(place, "")
    return bool(place)


def country_of(place: str) -> str:
    """The country a place lies in; "" if the gazetteer does not know it."""
    while LIES_IN.get(place):
        place = LIES_IN[place]
    return place if place in LIES_IN else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a folded text. `role`: "in" it, "from" it, "to" it, "like" it, or "by" its name only ("Syrian rebels")."""

    start: int
    slug: str
    role: str


_FROM = re.compile(
    r"(?:\b(?:from|left|leave|leaving|leaves|quit|fled|flee|fleeing|out of|evacuated|outside of|depuis|quitte|aus|verliessen|desde|из)|(?<!\w)من) (?:the )?(?:\w+ (?:of|camp|city) |eastern |western |old town of )?$"
)
_TO = re.compile(
    r"(?:\b(?:(?<!close )(?<!next )to|towards?|for|reach(?:es|ed)?|into|vers|nach|hacia|в сторону|in their homes in|homes in)|(?<!\w)(?:الي|باتجاه|نحو)) (?:the |their homes in )?(?:province of |city of |eastern |northern )?$"
)
_IN = re.compile(
    r"(?:\b(?:in|at|near|close to|next to|around|inside|outside|over|of|on|across|throughout|south of|north of|east of|west of|through|en|a|dans|pres de|bei|in der nahe von|cerca de|под|в|на)|(?<!\w)(?:في|قرب|علي)) (?:the |all |all of |all for |eastern |western |northern |southern |central |occupied |old town of |city of |town of |province of )*$"
)


# "A general in Damascus says": where he sits, not where it happened.
_SPEAKS = re.compile(r" (?:says?|said|told|tells?|announced|insists?|insisted|claims?|claimed)\b")
# "In Iraq and Syria": the second stands as the first does.
_JOINED = re.compile(r"(?:,| and| or| und| et| y| ve| и| و)? ?(?:in |en )?")


def spot_places(text: str) -> tuple[Place, ...]:
    """The places that a folded text names, in its order."""
    found = []
    taken = 0
    for token in re.finditer(r"[^\W\d_]+(?:'(?!s\b)[^\W\d_]+)?", text):
        if token.start() < taken:
            continue
        start, end, word = token.start(), token.end(), token[0]
        country = ADJECTIVE_OF.get(word)
        if country:
            found.append(Place(start, country, "by"))
            continue
        hit = _place_at(text, word, end)
        if hit is None:
            continue
        joined = bool(found) and _JOINED.fullmatch(text[taken:start]) is not None
        slug, taken = hit
        before = text[max(0, start - 48) : start]
        role = found[-1].role if joined else _role(slug, before)
        if role == "in" and _SPEAKS.match(text, taken):
            role = "by"
        found.append(Place(start, slug, role))
    return tuple(found)


def _role(slug: str, before: str) -> str:
    if cues.LIKENESS.search(before):
        return "like"
    if _FROM.search(before):
        return "from"
    if _TO.search(before):
        return "to"
    if _IN.search(before) or (slug not in METONYMS and slug not in COUNTRIES):
        return "in"
    return "by"
