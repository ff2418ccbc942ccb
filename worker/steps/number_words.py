"""The words of numbers in the languages that are read: data. All keys are as `plain` writes them.

English, German, French, Spanish, Italian, Portuguese (scales), Turkish, Russian, Arabic.
"""

from __future__ import annotations

import re
from functools import lru_cache

from storage.records import Bound

# Words that stand for a range, for watch lists and texts alike. "most" and "several" are ours: more than half; 3 to 9.
WORDS: dict[str, tuple[float, float]] = {
    "several": (3, 9),
    "dozens": (24, 99),
    "scores": (40, 99),
    "hundreds": (200, 999),
    "thousands": (2_000, 9_999),
    "most": (50, 100),
}
_TENS_OF = (20, 99)
_TENS_OF_THOUSANDS, _HUNDREDS_OF_THOUSANDS, _MILLIONS = (20_000, 99_999), (200_000, 999_999), (2_000_000, 9_999_999)

# One letter for one, so that places in the plain text are places in the text.
_LETTERS = str.maketrans(
    {
        **dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True)),
        "٬": ",", "٫": ".", "٪": "%", "’": "'", "‘": "'", "ʼ": "'", "İ": "i", "ё": "е", "Ё": "е",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه",
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "‑": "-",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """The text in small letters, Western digits, one apostrophe; as long as the text."""
    folded = text.translate(_LETTERS)
    low = folded.lower()
    # no other letter is known to grow in small letters; if one does, capitals are better than wrong places
    return low if len(low) == len(text) else folded


def _numbered(words: str, first: int = 0, step: int = 1) -> dict[str, float]:
    """ "one two|too three" -> {"one": first, "two": first + step, "too": first + step ...}."""
    return {
        plain(form): float(first + step * n)
        for n, forms in enumerate(words.split())
        for form in forms.split("|")
        if form != "-"
    }


def _forms(table: dict[float, str]) -> dict[str, float]:
    return {plain(form): value for value, forms in table.items() for form in forms.split()}


_GERMAN = {
    **_numbered("zwei|zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn", 2),
    **_numbered("zwanzig dreißig|dreissig vierzig fünfzig sechzig siebzig achtzig neunzig", 20, 10),
    "hundert": 100.0, "tausend": 1_000.0,
}  # fmt: skip
_ITALIAN = {
    **_numbered("due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove", 2),
    **_numbered("venti|vent trenta|trent quaranta|quarant cinquanta|cinquant sessanta|sessant settanta|settant ottanta|ottant novanta|novant", 20, 10),
    "cento": 100.0, "mille": 1_000.0, "mila": 1_000.0,
}  # fmt: skip

# Each word's value. From 100 on a word multiplies what stands before it ("two hundred"), else it is added.
VALUES: dict[str, float] = {
    # English
    **_numbered("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
    **_numbered("twenty thirty forty|fourty fifty sixty seventy eighty ninety", 20, 10),
    **_forms({100: "hundred", 1e3: "thousand", 1e6: "million millions", 1e9: "billion bn", 1e12: "trillion"}),
    # German
    **_GERMAN,
    **_forms({1e6: "million millionen mio", 1e9: "milliarde milliarden mrd"}),
    # French
    **_numbered("deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize", 2),
    **_numbered("vingt|vingts trente quarante cinquante soixante septante huitante|octante nonante", 20, 10),
    **_forms({100: "cent cents", 1e3: "mille millier milliers", 1e6: "million millions", 1e9: "milliard milliards"}),
    # Spanish and Portuguese
    **_numbered("dos|dois|duas tres|três cuatro|quatro cinco seis siete|sete ocho|oito nueve|nove diez|dez once|onze doce|doze trece|treze catorce|catorze quince|quinze dieciséis diecisiete dieciocho diecinueve veinte|vinte veintiuno|veintiún veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve", 2),
    **_numbered("treinta|trinta cuarenta|quarenta cincuenta|cinquenta sesenta|sessenta setenta ochenta|oitenta noventa", 30, 10),
    **_numbered("cien|ciento|cem doscientos|doscientas|duzentos trescientos|trescientas|trezentos cuatrocientos|cuatrocientas|quatrocentos quinientos|quinientas|quinhentos seiscientos|seiscientas|seiscentos setecientos|setecientas|setecentos ochocientos|ochocientas|oitocentos novecientos|novecientas|novecentos", 100, 100),
    **_forms({1e3: "mil millar", 1e6: "millón millon millones milhão milhões"}),
    # Italian
    **_ITALIAN,
    **_forms({1e6: "milione milioni", 1e9: "miliardo miliardi"}),
    # Turkish
    **_numbered("iki üç dört beş altı yedi sekiz dokuz on", 2),
    **_numbered("yirmi otuz kırk elli altmış yetmiş seksen doksan yüz", 20, 10),
    **_forms({1e3: "bin bine bini binin binden", 1e6: "milyon milyona", 1e9: "milyar"}),
    # Russian
    **_numbered("два|две|двух|двумя|двум три|трех|тремя|трем четыре|четырех|четырем пять|пяти шесть|шести семь|семи восемь|восьми девять|девяти десять|десяти одиннадцать|одиннадцати двенадцать|двенадцати тринадцать|тринадцати четырнадцать|четырнадцати пятнадцать|пятнадцати шестнадцать|шестнадцати семнадцать|семнадцати восемнадцать|восемнадцати девятнадцать|девятнадцати", 2),
    **_numbered("двадцать|двадцати тридцать|тридцати сорок|сорока пятьдесят|пятидесяти шестьдесят|шестидесяти семьдесят|семидесяти восемьдесят|восьмидесяти девяносто|девяноста", 20, 10),
    **_numbered("сто|ста двести|двухсот триста|трехсот четыреста|четырехсот пятьсот|пятисот шестьсот|шестисот семьсот|семисот восемьсот|восьмисот девятьсот|девятисот", 100, 100),
    **_forms({1e3: "тысяча тысячу тысячи тысяч тысячам тысячами тысячах тыс", 1e6: "миллион миллиона миллионов млн", 1e9: "миллиард миллиарда миллиардов млрд", 1.5: "полтора полторы полутора"}),
    # Arabic
    **_numbered("اثنان|اثنين|اثنا|اثني|اثنتان ثلاثة|ثلاث أربعة|أربع خمسة|خمس ستة|ست سبعة|سبع ثمانية|ثماني|ثمان تسعة|تسع عشرة|عشر", 2),
    **_numbered("عشرون|عشرين ثلاثون|ثلاثين أربعون|أربعين خمسون|خمسين ستون|ستين سبعون|سبعين ثمانون|ثمانين تسعون|تسعين", 20, 10),
    **_numbered("مئة|مائة مئتان|مئتين|مئتي|مئتا|مائتان|مائتين|مائتي ثلاثمئة|ثلاثمائة أربعمئة|أربعمائة خمسمئة|خمسمائة ستمئة|ستمائة سبعمئة|سبعمائة ثمانمئة|ثمانمائة|ثمانيمئة تسعمئة|تسعمائة", 100, 100),
    **_forms({1e3: "ألف آلاف ألفا", 2e3: "ألفان ألفين ألفي", 1e6: "مليون ملايين", 2e6: "مليونان مليونين مليوني", 1e9: "مليار"}),
}  # fmt: skip
SCALES = frozenset(word for word, value in VALUES.items() if value in (100, 1e3, 1e6, 1e9, 1e12))
# A dozen counts as a scale ("two dozen"), and so do the round sums of the Romance languages; those are about so many.
DOZENS = _forms({12: "dozen dutzend douzaine docena dozzina dúzia düzine дюжина дюжины"})
ROUND_SUMS = _forms({
    10: "dizaine decena decina dezena", 15: "quinzaine quincena", 20: "vingtaine veintena ventina", 30: "trentaine treintena trentina",
    40: "quarantaine", 50: "cinquantaine cincuentena cinquantina", 60: "soixantaine", 100: "centaine centenar centinaio centena сотня сотню",
    1_000: "millier millar migliaio milhar",
})  # fmt: skip
# The words that stand between the parts of one number: "two hundred and fifty", "treinta y cinco".
JOINTS = frozenset(("and", "et", "y", "e", "ve", "und"))
# Before a scale, a dozen or a round sum: one.
ONES = frozenset(("a", "an", "one", "un", "une", "una", "uno", "ein", "eine", "einer", "einem", "um", "uma", "bir"))
# Numbers in one language and everyday words in another count only in a text of the first.
ONLY_IN = {
    "on": "tr", "bin": "tr", "bine": "tr", "bini": "tr", "binden": "tr", "yüz": "tr", "once": "es", "dos": "es", "sei": "it", "due": "it", "tre": "it",
    "otto": "it", "mila": "it", "vent": "it", "trent": "it", "elf": "de", "sept": "fr", "cent": "fr", "cents": "fr", "neuf": "fr", "onze": "fr",
    "seize": "fr", "dix": "fr", "mil": "es", "cem": "es", "dez": "es", "sete": "es", "nove": "it", "acht": "de", "quince": "es", "quarantaine": "fr",
    "mio": "de", "miles": "es", "ста": "ru", "ست": "ar",
}  # fmt: skip
_HINTS = {
    "en": "the of and to was were that by from with have has who his their",
    "de": "der die das und von den mit dem ist wurden haben sich sind waren nicht auf im ein eine",
    "fr": "le la les des du et dans une ont par sur été de au plus près sont",
    "es": "el la los las del y en por con una fueron se de más unos unas al su",
    "it": "il la gli dei della di e in sono stati nel hanno più circa i dai",
    "tr": "ve bir ile bu için olan en az fazla yaklaşık kişi oldu",
}
HINTS: dict[str, tuple[str, ...]] = {}
for _lang, _words in _HINTS.items():
    for _word in _words.split():
        HINTS[_word] = (*HINTS.get(_word, ()), _lang)


def _compounds(morphemes: dict[str, float], extra: str = "") -> tuple[re.Pattern[str], re.Pattern[str]]:
    part = "|".join(sorted((*morphemes, *extra.split()), key=len, reverse=True))
    return re.compile(rf"(?:{part}){{2,}}"), re.compile(part)


_COMPOUNDS = (
    (*_compounds(_GERMAN, "und ein"), _GERMAN),
    (*_compounds(_ITALIAN, "uno un"), _ITALIAN),
)


@lru_cache(maxsize=4096)
def values_of(word: str) -> tuple[float, ...]:
    """The values that a plain word stands for, a compound's in their order; () if it is no number.

    "fifty" -> (50,); "zweihundertfünfzig" -> (2, 100, 50); "quattromila" -> (4, 1000).
    """
    if word in VALUES:
        return (VALUES[word],)
    if len(word) > 6:
        for whole, part, morphemes in _COMPOUNDS:
            if whole.fullmatch(word):
                return tuple(morphemes.get(m, 0.0 if m == "und" else 1.0) for m in part.findall(word))
    return ()


def _ranges(table: dict[tuple[float, float], str]) -> dict[str, tuple[float, float]]:
    return {plain(phrase): span for span, phrases in table.items() for phrase in phrases.split(", ")}


# Phrases of up to four words that stand for a range. "Dozens" is what other languages say by their word for tens.
RANGES = _ranges({
    WORDS["several"]: "several, mehrere, plusieurs, varios, varias, vários, несколько, нескольких, birkaç, بضعة, بضع",
    WORDS["dozens"]: "dozens, several dozen, a few dozen, few dozen, many dozens, dutzende, dutzenden, dutzender, mehrere dutzend, einige dutzend, "
    "dizaines, douzaines, plusieurs dizaines, quelques dizaines, decenas, docenas, varias decenas, varias docenas, decine, dozzine, diverse decine, "
    "dezenas, onlarca, düzinelerce, десятки, десятков, десятками, десятках, несколько десятков, нескольких десятков, нескольких десятках, нескольким десяткам, عشرات, العشرات, بضع عشرات",
    WORDS["scores"]: "scores, scores of, scores more",
    _TENS_OF: "tens of",
    WORDS["hundreds"]: "hundreds, by the hundred, by the hundreds, several hundred, several hundreds, a few hundred, few hundred, many hundreds, hunderte, hunderten, hunderter, "
    "mehrere hundert, einige hundert, mehreren hundert, centaines, plusieurs centaines, quelques centaines, cientos, centenares, varios cientos, "
    "varios centenares, unos cientos, centinaia, diverse centinaia, alcune centinaia, centenas, yüzlerce, yüzlercesi, birkaç yüz, сотни, сотен, "
    "сотнями, сотням, сотнях, несколько сотен, нескольких сотен, нескольких сотнях, مئات, المئات, مءات, بضع مئات, عدة مئات",
    WORDS["thousands"]: "thousands, by the thousand, by the thousands, several thousand, several thousands, a few thousand, few thousand, many thousands, tausende, tausenden, tausender, "
    "mehrere tausend, einige tausend, mehreren tausend, milliers, plusieurs milliers, quelques milliers, miles de, miles, millares, varios miles, "
    "varios millares, migliaia, diverse migliaia, alcune migliaia, milhares, binlerce, binlercesi, birkaç bin, тысячи, тысячами, тысячам, "
    "несколько тысяч, нескольких тысяч, нескольких тысячах, آلاف, الآلاف, بضعة آلاف, عدة آلاف",
    _TENS_OF_THOUSANDS: "tens of thousands, zehntausende, zehntausenden, dizaines de milliers, decenas de miles, decine di migliaia, dezenas de milhares, "
    "on binlerce, onbinlerce, десятки тысяч, десятков тысяч, عشرات الآلاف, عشرات آلاف, dozens of thousands",
    _HUNDREDS_OF_THOUSANDS: "hundreds of thousands, several hundred thousand, a few hundred thousand, hunderttausende, hunderttausenden, "
    "mehrere hunderttausend, centaines de milliers, cientos de miles, centinaia di migliaia, centenas de milhares, yüz binlerce, yüzbinlerce, "
    "сотни тысяч, сотен тысяч, несколько сотен тысяч, مئات الآلاف",
    _MILLIONS: "millions, millions of, millionen, millones, milioni, milhões, миллионы, several million, a few million, mehrere millionen, plusieurs millions, varios millones, milyonlarca, "
    "несколько миллионов, ملايين",
    (6, 6): "half a dozen, half dozen, a half dozen, ein halbes dutzend, une demi douzaine, demi douzaine, media docena, mezza dozzina, yarım düzine",
    (50, 50): "полсотни, полусотни, полусотня, ein halbes hundert, un demi cent, media centena, yarım yüz",
    (2, 2): "a couple of, couple of, a couple",
    (500_000, 500_000): "half a million, half million, eine halbe million, halbe million, un demi million, medio millón, mezzo milione, yarım milyon, "
    "полмиллиона, نصف مليون",
    (250_000, 250_000): "a quarter of a million, quarter of a million, quarter million, a quarter million, четверть миллиона, ربع مليون, çeyrek milyon",
    (750_000, 750_000): "three quarters of a million",
})  # fmt: skip
# Shares of a whole, in percent.
SHARES = _ranges({
    WORDS["most"]: "most of, the majority of, a majority of, the vast majority of, vast majority of, majority of, overwhelming majority of, "
    "die mehrheit der, die meisten, la plupart des, la majorité des, la mayoría de, la maggior parte, большинство, معظم, غالبية, çoğu",
    (50, 50): "half, half of, half the, half its, half their, one half of, die hälfte, la moitié, la mitad, la metà, metade, половина, половину, نصف, yarısı",
    (100 / 3, 100 / 3): "a third of, one third of, one third, ein drittel, un tiers, un tercio, un terzo, um terço, треть, ثلث, üçte biri, üçte bir",
    (200 / 3, 200 / 3): "two thirds of, two thirds, zwei drittel, deux tiers, dos tercios, due terzi, dois terços, две трети, двух третей, "
    "ثلثا, ثلثي, üçte ikisi, üçte iki",
    (25, 25): "a quarter of, one quarter of, one quarter, ein viertel, un quart, un cuarto, un quarto, четверть, ربع, dörtte biri",
    (75, 75): "three quarters of, three quarters, drei viertel, trois quarts, tres cuartos, tre quarti, три четверти, ثلاثة أرباع, dörtte üçü",
    (20, 20): "a fifth of, one fifth of, ein fünftel, un cinquième, una quinta parte, un quinto, пятая часть, خمس, beşte biri",
    (40, 40): "two fifths of, two fifths, zwei fünftel",
    (60, 60): "three fifths of, three fifths, drei fünftel",
    (80, 80): "four fifths of, four fifths, vier fünftel",
    (10, 10): "a tenth of, one tenth of, ein zehntel, un dixième, una décima parte, un decimo",
    (90, 90): "nine tenths of, nine tenths",
})  # fmt: skip
SHARES.pop("خمس")  # five, too


def _bounds(table: dict[Bound | str, str]) -> dict[str, Bound | str]:
    return {plain(phrase): effect for effect, phrases in table.items() for phrase in phrases.split(", ")}


APPROX, FILLER, NOT, ALL_BUT = "approx", "filler", "not", "all but"
# What stands right before a number. The longest phrase speaks; several may stand in a row ("at least some 400").
BEFORE = _bounds({
    Bound.AT_LEAST: "at least, at the very least, no fewer than, not fewer than, no less than, not less than, a minimum of, minimum of, minimum, as few as, "
    "mindestens, wenigstens, zumindest, nicht weniger als, au moins, pas moins de, un minimum de, au minimum, al menos, por lo menos, "
    "como mínimo, no menos de, un mínimo de, almeno, non meno di, un minimo di, come minimo, pelo menos, no mínimo, en az, asgari, не менее, "
    "не менее чем, не меньше, как минимум, минимум, по меньшей мере, по крайней мере, ما لا يقل عن, لا يقل عن, لا تقل عن, على الأقل",
    Bound.MORE_THAN: "more than, over, well over, above, well above, exceeding, exceeded, exceeds, exceed, topped, tops, topping, surpassed, surpasses, surpassing, "
    "upwards of, upward of, in excess of, greater than, beyond, north of, has passed, had passed, just over, slightly over, mehr als, über, gut, plus de, plus d'un, plus d'une, au delà de, dépasse, "
    "dépassé, más de, mas de, por encima de, superior a, superó los, supera los, superan los, sobrepasó los, più di, piu di, oltre, al di sopra di, superato, "
    "superato i, superano i, supera i, mais de, более, более чем, больше, больше чем, свыше, превысило, превысила, превышает, превысил, أكثر من, ما يزيد عن, ما يزيد على, يزيد عن, يزيد على, "
    "تزيد على, يفوق, تجاوز, تجاوزت",
    Bound.UP_TO: "up to, as many as, as much as, no more than, not more than, at most, at the most, a maximum of, maximum of, maximum, not over, not exceeding, "
    "not exceed, no higher than, capped at, bis zu, höchstens, maximal, nicht mehr als, jusqu'à, jusqu'a, pas plus de, au plus, au maximum, un maximum de, hasta, no más de, "
    "como máximo, un máximo de, a lo sumo, fino a, non più di, al massimo, un massimo di, até, no máximo, não mais de, en fazla, en çok, azami, "
    "до, не более, не более чем, не больше, не свыше, максимум, ما يصل إلى, يصل إلى, تصل إلى, لا يتجاوز, لا يزيد عن, لا يزيد على, كحد أقصى",
    Bound.FEWER_THAN: "fewer than, less than, under, below, just under, well under, well below, short of, weniger als, unter, moins de, moins d'un, moins d'une, menos de, por debajo de, meno di, sotto i, "
    "poco meno di, менее, менее чем, меньше, меньше чем, أقل من, ما يقل عن, دون",
    APPROX: "about, around, some, roughly, approximately, nearly, almost, close to, nearing, approaching, an estimated, estimated, estimated at, "
    "circa, ca, c, more or less, in the region of, on the order of, rund, etwa, ungefähr, fast, beinahe, nahezu, annähernd, "
    "knapp, schätzungsweise, zirka, environ, d'environ, près de, quelque, quelques, à peu près, autour de, presque, aux alentours de, unos, unas, cerca de, alrededor de, "
    "aproximadamente, casi, en torno a, quasi, intorno a, all'incirca, quase, aproximadamente, yaklaşık, tahminen, neredeyse, takriben, около, "
    "примерно, почти, порядка, приблизительно, نحو, حوالي, قرابة, زهاء, ما يقارب, يقارب, ما يقرب من, تقريبا",
    FILLER: "perhaps, maybe, possibly, the, an, a, a total of, total of, some of, los, las, el, les, l, i, gli, le, die, der, den, another, additional, further, autres, weitere, otros, otras, altri, altre, ещё",
    ALL_BUT: "all but, all except, alle bis auf, tous sauf, todos menos, todos salvo, tutti tranne, tutti meno, все кроме, кроме, باستثناء",
    NOT: "not, rather than, instead of, nicht, et non, pas, y no, e non, а не, وليس, وليست",
})  # fmt: skip
# Before a pair of numbers: then "and" makes a range of them.
BETWEEN = frozenset(
    plain(w)
    for w in ("between", "zwischen", "entre", "tra", "fra", "между", "بين", "anywhere between", "somewhere between")
)
FROM = frozenset(plain(w) for w in ("from", "von", "de", "desde", "da", "от", "с", "من"))
TO = frozenset(plain(w) for w in ("to", "bis", "à", "a", "até", "до", "إلى", "ila", "through"))
AND = frozenset(plain(w) for w in ("and", "und", "et", "y", "e", "и", "ile", "ve", "و"))
OR = frozenset(plain(w) for w in ("or", "oder", "ou", "o", "или", "أو", "veya"))

_PERCENTS = (
    "percent, per cent, pct, percentage points, prozent, pour cent, por ciento, por cento, per cento, процентов, процента, процент, "
    "بالمئة, بالمائة, في المئة, في المائة, المئة"
)
PERCENT = frozenset(plain(p) for p in _PERCENTS.split(", "))
# Turkish puts it before the number.
PERCENT_BEFORE = frozenset(("yüzde",))
_MONEY = {
    "USD": "dollar dollars us-dollar dólares dólar dollari dolar dolarlık доллар доллара долларов دولار دولارا usd",
    "EUR": "euro euros евро avro يورو eur",
    "GBP": "pounds sterling libras sterline sterlin gbp",
    "RUB": "rouble roubles ruble rubles rubel рубль рубля рублей روبل",
    "TRY": "lira liras lirası",
    "IQD": "dinar dinars دينار",
}
MONEY = {plain(word): code for code, words in _MONEY.items() for word in words.split()}
SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB", "₺": "TRY", "¥": "JPY"}
TONNES = frozenset(
    plain(w)
    for w in "tonnes tonne tons ton tonnen tonneladas toneladas tonnellate tonluk тонн тонны тонна طن أطنان طنا tonlarca".split()
)
KILOMETRES = frozenset(
    plain(w)
    for w in "km kilometres kilometers kilometre kilometer kilómetros kilomètres chilometri километров كيلومتر".split()
)
