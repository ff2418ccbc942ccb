"""What a figure counts, in kinds: who or what, and what became of them. A kind not named here has only its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# The dead, named by a participle in other languages.
_DEAD_ELSEWHERE = r"погибш|убитых|жертв|getötet|\btués\b|قتلي|\bölü"
# In the order in which they speak where two begin at one place.
_WHO: tuple[tuple[str, str], ...] = (
    ("time", r"^(?:of (?:the )?)?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"),
    ("not-fighters", r"\bnot (?:\w+ )?(?:fighters|militants|gunmen|jihadis\w*|terrorists)|\bnon-?fighters|not armed|unarmed|(?:savaşçı|terörist|militan|silahlı) değil|(?:bore|bear|carried|carry|had) no (?:arms|weapons|guns)|unbewaffnet|non armé|desarmad|disarmat|невооруж|silahsız|غير مسلح|غير (?:ال)?مقاتل"),
    ("all", (r"(?:fighters?|militants?|gunmen|jihadis\w*|terrorists) (?:and|with) (?:\w+ )?(?:famil|relatives)\w*|families and (?:\w+ )?(?:fighters|militants)|"
     r"with their families|them and their families|fighters and family members")),
    ("soldiers", (r"soldier|(?:militär|armee)angehörige|angehörige der (?:armee|streitkräfte)|\btroops?\b|service ?m[ae]n|service ?members?|conscripts?|in (?:army )?uniform\b|en uniforme\b|recruits|marines\b|regulars\b|legionnaires|men under arms|uniformados|rekruten|wehrpflichtige|conscrits|reclutas|coscritti|призывник|مجند|garrison|army personn?el|\barm(?:y|ies)\b|armed forces|security forces|"
     r"(?:pro-?government|government|regime|loyalist) (?:\w+ )?(?:fighters?|forces|troops|militia\w*)|soldat|soldad|militaires?\b|militar(?:es|i)\b|"
     r"солдат|военнослужащ|военны[хеме]|جندي|جنود|عسكري|\basker")),
    ("children", r"\bchild(?:ren)?\b|\binfants?\b|\bkids\b|\bkinder\b|\benfants\b|\bniñ|\bbambini\b|çocuk|дет(?:ей|и)\b|ребен|طفل|اطفال|أطفال"),
    ("women", r"\bwomen\b(?! and children)|\bfrauen\b(?! und kinder)|\bfemmes\b(?! et enfants)|\bmujeres\b(?! y niños)|\bdonne\b(?! e bambini)|женщин|نساء|\bkadın"),
    ("men", r"(?<!armed )\bmen\b|\bmänner\b|\bhommes\b(?! armés)|\bhombres\b(?! armados)|\buomini\b(?! armati)|мужчин|رجل|رجال|\berkek"),
    ("family", (r"famil|relatives|dependants|dependents|non-fighting kin|\bwives\b|women and children|proches\b|femmes et enfants|angehörige|frauen und kinder|семь[яиюе]|семей|семе[йн]|родственник|"
     r"عائل|اسره|\baile|yakınları|mujeres y niños|donne e bambini")),
    ("party members", r"(?:party|baath\w*|ba'?ath\w*) (?:party )?members|members of the (?:baath|party)|baathists"),
    ("officers", r"\bofficers?\b"),
    ("fighters", (r"fighter|militants?\b|militiam[ae]n|jihadi|terrorist|gunm[ae]n|armed men|men (?:in|with|who carried) arms|carr(?:y|ied|ying) (?:arms|guns|weapons)|(?:were|was|been) armed\b|bore arms|extremist|insurgent|combatt?[ae]nt|combatient|djihadist|yihadist|milician|milizian|"
     r"kämpfer|bewaffnet|dschihad|hommes armés|hombres armados|uomini armati|hommes en armes|hombres en armas|uomini in armi|вооруж[её]нн\w+ люд|silahlı|terroris|rebels?\b|rebelles|"
     r"боевик|террорист|бойц|джихадист|مقاتل|مسلح|ارهابي|إرهاب|savaşçı|terörist|militan|cihat")),
    ("civilians", r"(?<!non-)civilian|non-?combatant|\bcivil(?:s|es|i)?\b|zivilist|мирн\w+ жител|мирных|граждански|гражданск|مدني|\bsivil|innocents"),
    ("bodies", r"\bbod(?:y|ies)\b|corpses|\bremains\b|\bgraves?\b|leichen|cadavres|cadáveres|cadaveri|(?<!\w)тел\b|جثه|جثث"),
    ("vehicles", r"humvee|vehicle|\btrucks?\b|\blorr|\bbus(?:es|sen)?\b|\btanks?\b|\bcars?\b|lastwagen|camion|autobus|грузовик|автобус|شاحن|حافل|kamyon|otobüs"),
    ("aircraft", r"aircraft|\bplanes?\b|\bjets?\b|helicopters?|warplanes?"),
    ("strikes", r"air-? ?strikes?|\bstrikes?\b|\braids?\b|sorties|bombing|\battacks?\b|luftangriff|frappes|ataques|bombardeos|(?<!\w)(?:авиа)?удар|غاره|غارات|ضرب|saldırı|times\b|occasions"),
    ("munitions", r"\bbombs?\b|munitions|ordnance|\bdevices?\b|explosives?\b|missiles?|\bshells?\b|rockets?|artillery rounds|\bmines?\b|leaflets"),
    ("items", r"weapons?(?:,| and| or) (?:\w+ )?(?:ammunition|components|rounds)|(?:ammunition|rounds|components) and (?:\w+ )?weapons|\bitems?\b|objects|\bfinds\b|specimens?|samples|articles\b|fundstücke|\bstücke|exemplare|pièces\b|exemplaires|échantillons|piezas|muestras|\bpezzi\b|reperti|esemplari|parça|образц|экземпляр|находк|единиц|قطع|عين[هة]|عينات|objetos|objets|oggetti|gegenstände|предмет|قطعه|\bpieces\b"),
    ("weapons", r"weapons?\b|rifles|\barms\b|\bguns\b|armes\b|armas\b|\barmi\b|waffen|оружи|سلاح|اسلح|silah"),
    ("ammunition", r"ammunition|\brounds\b|cartridges|munition\b"),
    ("own", r"^(?:of )?(?:its|their|his) own\b|^de los suyos|^des siens|^eigene"),
    ("employees", r"employees|civil servants|officials\b|teachers|clerks|judges|police(?:men)?\b|doctors|workers\b|beamte|lehrer|fonctionnaires|funcionarios|impiegati|чиновник|учител|موظف|memur|öğretmen"),
    ("antiquities", (r"antiquit|antiqu?e|artefact|artifact|\bcoins\b|tablets\b|statu|manuscri|paintings|\bicons\b|relics|museum|münzen|gemälde|pièces de monnaie|monedas|"
     r"cuadros|монет|картин|икон|рукопис|статуэт|مخطوط|تماثيل|اثار")),
    ("equipment", r"night-vision|goggles|radios\b|\bvests\b|helmets|uniforms\b|\btents\b|blankets|laptops|phones\b|drones?\b(?! strikes)"),
    ("reports", r"\breports?\b|incidents?|allegations|\bevents?\b|assessments|\bcases\b"),
    ("buildings", r"building|\bhomes?\b(?<!sent home)|viviend|hogares|wohnungen|logements|abitazioni|\bappartament|квартир|\bдомов|\bдома\b|konut|بيوت|houses?\b|structures|gebäude|häuser|bâtiments|maisons|edificios|edifici|\bcase\b|здани|مبن|منزل|\bbina|\bev\b"),
    ("residents", r"displaced|refugees|residents|inhabitants|population|einwohner|bewohner|habitants|vecinos|villagers|habitantes|abitanti|жител|سكان|نازح"),
    ("people", (r"people|\bheads\b|\bsouls\b|\balmas\b|\bâmes\b|\bseelen\b|نسمه|persons?\b|personnes|personas|persone|\bpessoas|menschen|человек|людей|شخص|اشخاص|kişi|individuals|survivors|hostages|\blives\b|deaths?\b|\bdead\b|victims|casualt|víctimas|vittime|"
     r"\bothers\b|evacuees|passenger|occupants\b|passagers|évacués|insassen|passagiere|evakuiert|pasajero|ocupantes|evacuad|passegger|evacuat[ie]\b|yolcu|tahliye|пассажир|эвакуирован|ركاب|راكب|"
     r"\bmorts\b|muertos|\bmorti\b|\btote\b|" + _DEAD_ELSEWHERE)),
)  # fmt: skip
# Searched in small letters: a pattern that need not fold letters is found in half the time.
_WHO_PATTERNS = tuple((kind, re.compile(words)) for kind, words in _WHO)
_DEAD = re.compile(
    r"dead|death|v[ií]ctim|vittim|opfer|casualt|lives|mort|muert|tote|others|" + _DEAD_ELSEWHERE,
    re.IGNORECASE,
)
PERSONS = frozenset(
    ("not-fighters", "all", "soldiers", "children", "women", "men", "family", "party members", "officers", "fighters", "civilians", "residents", "people", "own", "employees")
)  # fmt: skip
_NO_FATE = frozenset(
    ("time", "strikes", "munitions", "items", "weapons", "ammunition", "reports", "vehicles", "aircraft", "buildings", "bodies", "antiquities", "equipment")
)  # fmt: skip

_FATES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (fate, re.compile(words))
    for fate, words in (
        ("hurt", r"wounded|wounding|injur|\bhurt\b|maimed|bless(?:és|ant)|verletz|verwundet|heridos?|ferit|(?<!\w)(?:по)?ранен|جرح|جريح|اصيب|أصيب|yaral"),
        ("killed", (r"kill|\bdead\b|deaths?\b|\bdied\b|(?:may|could|will|to|would) die\b|dying|slain|perish|\bvictims\b|\btoll\b|\bbilan\b|حصيله|حصيلة|survive\b|(?<=[a-zß]) um$|\bkam(?:en)? .{0,80} um\b(?! \w)|víctimas|victimes|vittime|\bopfer\b|martyr|behead|shot dead|\bexecut(?:ed|es|ing|ions?)\b(?! orders?)|massacr|slaughter|gunned down|(?:syrian|iraqi|civilian|human|innocent) lives|^lives\b|tombés|gefallen|\bfielen\b|cay(?:eron|eran)|cadut[io]|décapit|égorg|enthaupt|decapit|ejecutad|казн|обезглав|\bпали\b|ذبح|اعدم|أعدم|استشهد|شهيد|şehit|infaz|(?<!have )\bfallen\b|buried|their lives|(?:not|never) liv(?:e|ed) to (?:see|tell)|burying|lost their lives|lives were lost|fatalit|\bmorts?\b|\btués?\b|\btuées?\b|\ba tué\b|\btu(?:er|ant)\b|péri\b|"
         r"tötete?|enterr|begraben|seppelli|sepolt|похорон|دفن|gömül|toprağa ver|co[uû]t\w+ la vi[ea]|con la vida|das leben|tote[nr]?\b|starben|ums leben|muert|murieron|\bmat(?:ó|aron|ado|ados|ou|ar|an)\b|asesinad|morr(?:er|eu)|perdieron la vida|ucci[sd]|mort[ie]\b|погиб|убит|убил|убива|гибел|жертв|"
         r"قتل|مقتل|قتيل|öldü|ölen|ölü|öldür|hayatını kaybe[td]|can verdi")),
        ("dismissed", (r"dismiss|fired\b(?! (?:on|at|into|upon|from|a|the|\d))|sacked|purged|laid off|let go\b|(?:sent|send|sending|sends)(?: \S+){0,5} (?:home|packing)\b|(?:mandat|rimandat|enviad|mandad)\w+ a (?:su )?casa|chez eux|отправ\w+ домой|распу[щс]\w+|eve gönder|الى بيوتهم|onto the street|cashier|ohne arbeit|löste \w+ \w+ auf|without pay|à la rue|auf die straße|(?:took|taken) off the payroll|out of work|unemployed|jobless|lost their (?:jobs?|posts?|positions?|livelihoods?|living|pay|salar(?:y|ies)|wages|pensions)|removed from|disband|"
         r"nach hause geschickt|stelle\b|arbeitsplatz|arbeitslos|leur (?:emploi|poste|travail)|renvoy|sin (?:empleo|trabajo)|su (?:empleo|trabajo|puesto)|il (?:posto|lavoro)|senza lavoro|"
         r"лишил\w* (?:работы|должност|мест)|без работы|потеряли (?:работу|мест)|وظائف|وظيفت|işsiz|işini kaybet|dissol|demobili|their posts|licenci|entlassen|ihren posten|despedid|cesad|licenziat|уволен|уволил|сокращен|تسريح|سرح|işten|ihraç|görevden")),
        ("stayed", (r"\bremain(?:s|ed|ing)?\b|\bstill (?:in|inside|there|fighting)\b|fighting (?:on )?(?:in|inside)\b|holed up|trapped|\bstay(?:s|ed|ing)?\b|hold(?:ing)? out|defend(?:s|ed|ing)? |\bleft (?:inside|behind)\b|"
         r"\bliv(?:e|es|ed|ing)\b|lebten?\b|vivono|vivaient|vivían|живут|يعيش|yaşıyor|dug in|entrench|t(?:ien|en)(?:nent|aient)\b|verschanz|atrincherad|asserragliat|удержива|يتحصن|mevzilen|are (?:in|inside)\b|were (?:in|inside)\b|restés?\b|permanec|rimast|geblieben|остал|остают|بقي|بقوا|kaldı")),
        ("held", r"surrender\w*|g[ai]ven? themselves up|laid down (?:their )?arms|sich (?:\w+ )?ergeben|se sont rendus|se entregaron|si sono arres|teslim|استسلم|captur|detain\w*|arrested|imprison\w*|prisoners|(?:were|was|are|being|men|women) held\b|held (?:hostage|prisoner|captive)|taken prisoner|сдал|захвачен|اعتقل|yakalan|arrêtés|detenid|arrestat|festgenommen"),
        ("fled", r"\bfle[de]\b|from their homes|uprooted|exiled|fleeing|displaced|homeless|geflohen|flohen|ont fui|huyeron|fuggit|бежал|покинули свои|نزح|فر\b|kaçtı"),
    )
)  # fmt: skip
FATE_WORDS = {
    "killed": "killed",
    "hurt": "wounded",
    "held": "captured",
    "stayed": "remaining",
    "dismissed": "dismissed",
}
# Words that begin what is said of a number without naming what is counted: then the clause tells.
_NO_NOUN = re.compile(
    r"^(?:of (?:the )?(?:them|those|these|whom)|were|was|are|have|had|who|that|in|on|to|and|or|at|by|while|killed|wounded|dead|others?)\b",
    re.IGNORECASE,
)


_DOERS = re.compile(
    r"\b(?:army|armed forces|regime|government forces|security forces)\b|\b(?:fighters|militants|soldiers|troops) (?:have |had )?(?:killed|wounded)(?! (?:by|in|on|near|when)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What a figure counts: `who` ("" if unknown) and `fate` ("killed", "hurt", "dismissed", "stayed", "held", "fled" or "")."""

    who: str
    fate: str


# "Of the militants' own cars": cars.
_POSSESSIVE = re.compile(r"^(?:of )?(?:the |their )?[^\W\d_]+(?:['’]s|s['’]) (?:own )?(?=\w)")


def thing_of(words: str, around: str = "") -> Thing:
    """What `words`, the words at the number, count; `around`, the clause, helps where they are silent."""
    who = who_of(_POSSESSIVE.sub("", words))
    if not who and (not words or _NO_NOUN.match(words)):
        # an army or a government in the clause is more often the one who did it
        who = who_of(
            _DOERS.sub("", around),
            without=("people", "reports", "strikes", "munitions", "time", "officers", "employees"),
        )
    if who in _NO_FATE:
        return Thing(who, "")
    return Thing(who, fate_of(words) or fate_of(around))


@lru_cache(maxsize=4096)
def who_of(words: str, without: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> str:
    """The kind that is named first; of two that begin at one place the one that stands first in the table."""
    if words.startswith("not ") and who_of(words[4:], without) == "fighters":
        return "not-fighters"
    words = words.lower()
    best, kind_of_it, dead = len(words) + 1, "", len(words) + 1
    for kind, pattern in _WHO_PATTERNS:
        if kind not in without and (not only or kind in only) and (found := pattern.search(words)):
            # "dead soldiers", "deaths of civilians": the dead are people only where no more is said
            start = found.start()
            if kind == "people" and _DEAD.match(found[0]):
                start, dead = len(words), start
            if start < best:
                best, kind_of_it = start, kind
    if dead < best and kind_of_it not in PERSONS:
        return "people"  # "victims of the guns"
    return kind_of_it


@lru_cache(maxsize=4096)
def fate_of(words: str) -> str:
    """What became of those counted; "" if the words do not say."""
    words = words.lower()
    return next((fate for fate, pattern in _FATES if pattern.search(words)), "")


_LOST = re.compile(r"(?:lost|losing|loses?)\b", re.IGNORECASE)
# The verb right before a number, with what may bound the number between.
_LAST_WORDS = re.compile(
    r"[^\W\d_]+(?:\s(?:at least|more than|fewer than|less than|up to|as many as|about|around|some|nearly|almost|over|another|the|an estimated|of))*\s?$",
    re.IGNORECASE,
)


def fate_nearest(before: str, after: str, *, far: bool) -> str:
    """The fate told nearest to a number, its own clause being cut in two at the number.

    `far`: what stands further before counts too; not so for things that are neither persons nor left unnamed.
    """
    close = _LAST_WORDS.search(before)
    if close and (near := fate_of(close[0])):
        return near  # "killed at least 40"
    if close and _LOST.match(close[0]):
        return "killed"
    return fate_of(after) or (fate_of(before) if far else "")
