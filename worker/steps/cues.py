"""The words that show what a sentence does: the one place where cue words stand.

Two kinds. Patterns named in lower case forms of `fold` (FOLDED below) are for folded text; the others are for the text
as written, in any case. English is thorough; French, German, Spanish, Turkish, Russian and Arabic have the usual words.
"""

from __future__ import annotations

import re

from storage.records import Adds


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


# --- denial and confirmation

# Verbs and nouns of denying. What a denial governs: see denials.py.
DENYING_VERB = (
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|refut(?:e|es|ed|ing)|rebut(?:s|ted|ting)?|disput(?:e|es|ing)|(?<!the )(?<!a )(?<!in )disputed|"
    r"contradict(?:s|ed|ing)?|debunk(?:s|ed|ing)?|repudiat(?:e|es|ed|ing)|disavow(?:s|ed|ing)?|disown(?:s|ed|ing)?|"
    r"dismiss(?:es|ed|ing)?(?= as\b| (?:the |these |those |such |any |all |such an? |his |her |its |their )?(?:claims?|reports?|"
    r"allegations?|accusations?|account|idea|suggestions?|story|figures?|charges?))|"
    r"brush(?:es|ed)? (?:off|aside)|rul(?:e|es|ed) out(?= (?:that|any)\b))\b"
    r"|\b(?:a |ont |avait |avaient )?(?:dément\w*|démenti\w*|nié\w*|nie(?:nt)?|niait|rejett?\w*|récus\w*|réfut\w*|conteste(?!d)\w*)\b"
    r"|\b(?:bestr(?:eitet|itt|itten)|bestreiten|dementier\w*|zurückgewiesen|leugne\w*|widersprach\w*|widerspricht|verneint\w*)\b"
    r"|\b(?:negó|niega\w*|negaron|negado|desmint\w*|desmient\w*|rechaz(?:a|ó|aron|an)\b|refut(?:a|ó))"
    r"|\b(?:yalanla\w*|reddet\w*|inkar et\w*|inkâr et\w*)\b"
    r"|(?<!\w)(?:опроверг\w*|отверг\w*|отриц\w*)|(?<!\w)و?(?:نفى|نفت|ينفي|تنفي|نفوا|أنكر\w*|ينكر|تنكر|كذّب\w*|دحض\w*)(?!\w)"
)
_DENYING_NOUN = (
    r"\b(?:denials?|refutation|démenti|dementi|desmentido)\b|\bno (?:evidence|truth|proof|basis|indication) (?:of|that|for|to|in)\b"
    r"|\bno (?:evidence|truth|proof|basis)\b|لا صحة|لا أساس"
)
# What is said of an account: it is false.
FALSE = (
    r"\b(?:false(?:ly|hoods?)?|untrue|fabricat\w+|baseless|unfounded|groundless|contrived|made[ -]up(?! of\b)|invented|debunk\w*|hoax|"
    r"fake|lies?\b(?! (?:in|on|at|near|between|some|about|just|only|\d+|along|beside|beneath|under|within|west|east|north|south|close|far|halfway|behind|ahead|dead|buried|wounded|there|here)\b)|nonsense|not true|incorrect|inaccurate|wrongly|(?<=is )wrong|(?<=was )wrong|(?<=are )wrong|(?<=were )wrong|overstated|exaggerat\w*|mislead\w*|exonerat\w*)\b"
    r"|\b(?:faux|fausses?|mensong\w*|infondé\w*|erfunden|falsch\w*|unwahr|haltlos|gelogen|falso|falsas?|infundad\w*|mentira\w*|"
    r"asılsız|yalan|gerçek dışı|gerçeği yansıtmı\w*)\b|ложь\w*|ложн\w*|недостоверн\w*|не соответствует действительности|كاذب\w*|عارية? عن الصحة|ملفق\w*|مزاعم باطلة"
)
_NOT_SO = (
    r"\b(?:never (?:happened|took place|made|had|gave|struck|reached)|no (?:such )?(?:secret )?(?:deal|agreement)|"
    r"not a party|n(?:o|ot an?) (?:active|direct) (?:part|role)|(?:was|were) not (?:part of|involved|a party|involved in))\b"
)
DENIES = _any(DENYING_VERB, _DENYING_NOUN, FALSE, _NOT_SO)
DENYING = _any(DENYING_VERB, r"\bdenials?\b")
# Denying that is itself undone: "did not deny", "no longer denies", "declined to deny", "cannot be denied".
NOT_DENIED = _any(
    r"\b(?:not|n['’]t|never|cannot|without|no longer|nor|neither|hardly|stopped short of|refus\w+ to|declin\w+ to|"
    r"would neither confirm nor|ceased to|stopped)\s+(?:\w+ly )?(?:be\s+|been\s+)?(?:den(?:y|ied|ies|ying)|disput\w+|reject\w*|contradict\w*|refut\w*|rul\w+ out)",
    r"\b(?:neither|nor) (?:confirm\w* (?:n?or|and) )?den(?:y|ied|ies|ying)",
    r"\bundeniabl\w*|\bundisputed|\bundenied",
    r"\b(?:ne|n['’])\s?\w*\s?(?:dément|nie|rejett|conteste)\w* (?:pas|plus)|\bn['’]a (?:pas|jamais) (?:nié|démenti|rejeté|contesté)",
    r"\bbestreite[tn]? (?:\w+ ){0,3}nicht|\bnicht (?:bestritten|dementiert|zurückgewiesen|geleugnet)",
    r"\bno (?:lo )?(?:negó|niega|negaron|desmintió|rechazó)",
    r"(?:yalanlama|reddetme|inkar etme)(?:di|dı|yor|z|mişti)\w*",
    r"(?<!\w)не (?:опроверг|отриц|отверг)\w*",
    r"(?<!\w)(?:لم|لا) (?:ينف|تنف|ينفي|تنفي|ينكر|تنكر)(?!\w)",
)
FALSE_WORD = _any(FALSE)
NOT_CONFIRMED = _any(
    r"\b(?:not|n['’]t|cannot|neither|nor|without|declin\w+ to|refus\w+ to|unable to|yet to|no(?: way to)?) (?:be )?(?:\w+ly )?(?:been )?(?:confirm|admit|acknowledg|corroborat|verif|substantiat)\w*",
    r"\b(?:unconfirmed|unverified|uncorroborated)\b",
)
CONFIRMS = re.compile(
    r"(?<!not )(?<!n't )(?<!neither )(?<!cannot )(?<!could )\b(?:confirm(?:s|ed|ing)?|admit(?:s|ted|ting)?|acknowledg\w*|conced\w*|corroborat\w*|reveal(?:s|ed|ing)?|"
    r"verified|substantiat\w*|vouch\w*|bears? out|bore out|owned up|(?:found|shows?|showed|concluded|established) that|"
    r"confirm[eéaó]\w*|reconn(?:aî|u)\w*|avou\w+|bestätig\w*|eingeräumt|räumt\w* (?:\w+ )?ein|zugegeben|admiti\w*|reconoc\w*|"
    r"doğrula\w*|itiraf et\w*|kabul etti\w*)\b|подтверд\w*|признал\w*|أكد\w*|اعترف\w*|كشف\w*|أقر\w*",
    re.IGNORECASE,
)
CORRECTS = re.compile(
    r"\b(?:correction:|corrected (?:on|to|the|its|an?|that)|an earlier version|clarification:|retract\w*|withdrew (?:the|its|an?|his|her|their) "
    r"(?:claim|report|story|figure|statement|account)|rectifi\w*|richtigstell\w*|rectificaci\w*|düzeltme:)|исправлен\w+|تصحيح:",
    re.IGNORECASE,
)
ACCUSES = re.compile(
    r"\b(?:accus(?:e|es|ed|ing)|blam(?:e|es|ed|ing)|charg(?:es|ed) (?:that|\w+ with)|alleg(?:e|es|ed) that|accus[eéa]\w*|beschuldig\w*|"
    r"vorgeworfen|wirft \w+ vor|acus[aóo]\w*|suçla\w*|itham et\w*)\b|обвин\w+|اتهم\w*|يتهم|تتهم",
    re.IGNORECASE,
)

# --- negation

# Verbs in their small letters: "Ramadi" and "immediately" are none.
TURKISH_NOT = r"(?-i:\w+(?:medi|madı)(?:k|m|n|ler|lar|ğ\w*)?|\w+(?:memiş|mamış)\w*)"
# A plain no. "Not only", "no doubt", "not yet known" deny nothing.
NEGATES = re.compile(
    r"\b(?:did|does|do|had|has|have|was|were|is|are|could|would|will|wo|sha|ca|should|must|may|might|can)(?: not|n['’]?t)\b(?! (?:only|just|merely|yet known|rule out))|\bcannot\b|\bnever\b|"
    r"\bno (?!doubt|longer|sooner|later|matter|less|fewer|more|one knows|wonder)\w+|\bnone\b|\bnobody\b|\bno one\b|\bnothing\b|\bneither\b|\bnot (?:a single|one|any)\b|"
    r"\bwithout\b|\bcleared of\b|\bacquitted of\b|\bfailed to\b|\bne \w+ (?:pas|jamais|plus)\b|\bn['’]\w+ (?:pas|jamais|plus)\b|\baucune?\b|"
    r"\b(?:nicht|kein\w*|nie(?:mals)?|niemand)\b|\b(?:nunca|jamás|ningún\w*|nadie)\b|\bno (?:hubo|fue|hay|ha|había|salieron|salió)\b|"
    r"\bdeğil\w*|\b(?:hiçbir|asla)\b|\b"
    + TURKISH_NOT
    + r"\b|\bне\b|\bникогда\b|\bникто\b|\bнет\b|(?<!\w)(?:لم|ليس|ليست|لن|لا)(?!\w)",
    re.IGNORECASE,
)
# Where the reach of a "no" or a denial ends: another clause begins.
CLAUSE_END = re.compile(
    r"[;!?؛؟\n]|:(?!\d)|(?<![\s.][A-Z])\.(?!\w)|\s[–—-]\s|,?\s(?:but|while|whereas|although|though|even though|because|unless|however|mais|alors que|bien que|tandis que|parce que|"
    r"aber|sondern|während|obwohl|weil|pero|sino|mientras|aunque|porque|ama|ancak|fakat|rağmen|но|однако|хотя|пока|لكن|ولكن|بينما|رغم)\b|"
    r",\s(?:who|which|whose|where|when|and|or|yet|so|as|saying|adding|qui|dont|der|die|das|que|который|которые|что)\b",
    re.IGNORECASE,
)

# --- reserve

HEDGES = re.compile(
    r"\b(?:alleg(?:e|es|ed|edly|ation|ations)|reportedly|purported(?:ly)?|supposed(?:ly)?|apparent(?:ly)?|rumou?r\w*|unconfirmed|unverified|"
    r"could not be (?:independently )?(?:verified|confirmed)|cannot (?:be )?(?:verif|confirm|corroborat)\w*|whether|if true|"
    r"it (?:is|was) (?:unclear|not clear|not known)|claims? that|claimed that|speculat\w*|prétend\w*|présumé\w*|aurai(?:t|ent)|selon des rumeurs|"
    r"angeblich\w*|mutmaßlich\w*|soll(?:en)? (?=\w+)|presunt\w*|supuest\w*|habría[ns]?|iddia ed\w*|öne sür\w*|sözde)\b|\?|؟|якобы|предположительно|يُزعم|زعم\w*|مزعوم\w*|يُقال",
    re.IGNORECASE,
)
QUESTION = re.compile(r"[?؟]\W*$")

# --- what a passage adds

ADDS: tuple[tuple[Adds, re.Pattern[str]], ...] = (
    (Adds.CORRECTION, CORRECTS),
    (
        Adds.RULING,
        re.compile(
            r"\b(?:court|judge|tribunal|verdict|convict\w+|sentenced|pleaded guilty|ruling|ruled that|acquitt\w+|"
            r"cour d'|juges?|gericht\w*|urteil\w*|verurteil\w*|corte|juez|sentencia|mahkeme\w*|hüküm)\b|суд(?:а|у|е|ом|ья|ьи)?\b|приговор\w*|محكمة|المحكمة|قاض",
            re.IGNORECASE,
        ),
    ),
    (
        Adds.DOCUMENT,
        re.compile(
            r"\b(?:documents?|memo|declassified|leaked|inquiry|investigation found|report (?:by|from|said|says|found)|study|"
            r"enquête|dokument\w*|untersuchung\w*|documentos?|informe|belge\w*|rapor\w*)\b|документ\w*|доклад\w*|расследован\w*|وثيقة|وثائق|تقرير",
            re.IGNORECASE,
        ),
    ),
    (
        Adds.NEW_WITNESS,
        re.compile(
            r"\b(?:defector|eyewitness\w*|witness(?:es)?|survivors?|whistleblower|in an interview|lorry drivers?|drivers? (?:said|told)|"
            r"témoins?|transfuge|augenzeug\w*|zeug(?:e|en|in)|überläufer\w*|testigos?|desertor\w*|tanık\w*|görgü)\b|свидетел\w*|очевид\w*|перебежчик\w*|شاهد|شهود|منشق",
            re.IGNORECASE,
        ),
    ),
)
_ACCOUNTS = (
    r"accounts?|claims?|reports?|story|allegations?|accusations?|charges?|version|figures?|récit|affirmations?|darstellung|vorwürfe?|"
    r"behauptung\w*|bericht\w*|versión|acusaci\w*|afirmaci\w*|iddia\w*|haber\w*"
)
_ACCOUNTS_ELSEWHERE = r"утвержден\w*|обвинени\w*|сообщени\w*|الاتهامات|المزاعم|الرواية|التقارير|الأنباء"
THE_ACCOUNT = _any(rf"\b(?:{_ACCOUNTS}|it|this|that|them)\b", _ACCOUNTS_ELSEWHERE)
# An account named as such and not by what it says: "the account of the driver", not "a report that prices had risen".
BARE_ACCOUNT = re.compile(rf"\b(?:{_ACCOUNTS})\b(?!.* (?:that|que|dass)\b)|{_ACCOUNTS_ELSEWHERE}", re.IGNORECASE)

# --- saying (text as written; what names who speaks is in voices.py)

SAYING_VERB = (
    r"said|says|say|told|tells|stated|states|announced|announces|added|adds|wrote|writes|claimed|claims|insisted|insists|argued|argues|"
    r"explained|recalled|recalls|testified|declared|noted|notes|maintained|maintains|repeated|warned|estimated|estimates|counted|counts|"
    r"reported|reports|found|concluded|confirmed|confirms|admitted|admits|acknowledged|conceded|revealed|denied|denies|rejected|rejects|"
    r"dismissed|dismisses|refuted|refutes|disputed|disputes|contradicted|debunked|accused|accuses|blamed|blames|alleged|alleges|called|calls"
)
SAYING_ELSEWHERE = (
    r"a (?:dit|déclaré|affirmé|annoncé|indiqué|assuré|rapporté|expliqué|confirmé|reconnu|admis|nié|démenti|rejeté|accusé)|affirme|déclare|indique|dément|nie|accuse|"
    r"sagte|sagten|erklärte|erklärten|teilte mit|berichtete|berichteten|bestätigte|bestritt|dementierte|räumte ein|warf|"
    r"dijo|dijeron|declaró|afirmó|informó|aseguró|confirmó|admitió|negó|negaron|desmintió|rechazó|acusó|"
    r"dedi|söyledi|açıkladı|belirtti|bildirdi|ifade etti|kaydetti|doğruladı|yalanladı|reddetti|iddia etti|öne sürdü|suçladı"
)
SAYING_RU = r"сказал[аи]?|заявил[аио]?|сообщил[аио]?|рассказал[аи]?|отметил[аи]?|подтвердил[аио]?|признал[аио]?|опроверг(?:ла|ли|ло)?|отрица(?:л|ла|ли|ет|ют)|отверг(?:ла|ли)?|обвинил[аи]?"
SAYING_AR = r"قال|قالت|صرح|صرحت|أعلن|أعلنت|أكد|أكدت|أفاد|أفادت|ذكر|ذكرت|أوضح|أضاف|نفى|نفت|ينفي|تنفي|اعترف|اعترفت|اتهم|اتهمت|زعم|زعمت|كشف|كشفت"

# --- FOLDED: for the event of a passage (event.py)

_SAID_FOLDED = (
    r"said|says|told|tells|stated|announced|added|wrote|claimed|reported|released|published|issued|posted|testified|repeated|"
    r"declared|confirmed|denied|admitted|acknowledged|rejected|dismissed|branded|called (?:the|it|that|reports|his|her)|questioned|grilled|accused|warned|ruled|upheld|sentenced|convicted|heard|apologi[sz]ed|concluded|"
    r"dit|declare|affirme|annonce|publie|sagte|erklarte|teilte|berichtete|veroffentlicht\w*|dijo|declaro|afirmo|publico|dedi|soyledi|acikladi|bildirdi|yayimla\w*|"
    r"сказал|заявил|сообщил|опубликова\w*|قال|قالت|صرح|اعلن|اعلنت|نشر|نشرت|افاد"
)
_REPORTS_FOLDED = (
    r"reports?|study|studies|inquiry|investigation|interview|statement|article|feature|book|memo|papers?|documents?|email|speech|testimony|hearing|"
    r"press conference|briefing|ruling|verdict|trial|lawsuit|editorial|piece|survey|rapport|enquete|bericht|studie|untersuchung|informe|rapor\w*|доклад\w*|отчет\w*|تقرير\w*|تحقيق\w*"
)
# A day beside one of these is the day of saying, not of what is told.
SAID_BEFORE = re.compile(
    rf"\b(?:{_SAID_FOLDED}|{_REPORTS_FOLDED})(?:\W+(?!that\b)\w+){{0,4}}\W+(?:on |in |of |last |this |earlier |from |late |early |de |du |vom |im |в |في )*$"
)
SAID_AFTER = re.compile(
    rf"^(?:'s)?\W+(?:\w+\W+){{0,2}}?(?:{_REPORTS_FOLDED}|{_SAID_FOLDED})\b|^\W+(?:(?:the|a|an|his|her)\W+)?(?:\w+\W+){{1,2}}(?:said|told|announced|denied|says)\b"
)
# A time in a clause that only tells who or what somebody is, or how things came to be.
BACKGROUND = re.compile(
    r"(?:, (?:who|which|whose|where|whom|that|formerly|once)\b|\b(?:seized|captured|taken|overran|overrun|conquered|founded|formed|created|born|joined|since|until|"
    r"before|after|began|started|declared|ousted|fled|lost|won|elected|appointed|like|unlike|as in|compared (?:it |this )?(?:to|with)|likened|than|"
    r"as early as|back in)\b)[^.;]{0,60}$"
)
LIKENESS = re.compile(
    r"(?:\b(?:like|unlike|likened? (?:it )?to|similar to|compar\w+ (?:\w+ ){0,3}(?:to|with)|than in|than|as in|as it did in|as they did in|just as in|"
    r"as seen in|such as|another|lessons (?:from|of|learned in)|much as in|echo(?:es|ing|ed)|reminiscent of|recall(?:s|ed|ing)?|comme a|wie in|como en|как в|مثل)"
    r"(?: the)?(?: battle (?:of|for)| fall of| city of| \w+ of)?(?: \w+,? (?:and|or))? )$"
)
# Somebody looks back: an article that comes years later says so in one of these ways.
LOOKS_BACK = re.compile(
    r"\b(?:report|study|inquiry|investigation|investigators?|researchers?|court|trial|judges?|prosecutors?|testif\w+|testimony|tribunal|lawsuit|commission|"
    r"documents?|files|archives?|papers|memoirs?|book|survivors?|relatives (?:of|say|said|are|still|want)|rights groups?|at the time|anniversary|years? (?:after|later|on|ago)|months after|"
    r"decade|still|had been|had (?:\w+ )?(?:left|let|allowed|made|known|killed|taken|agreed|gone|come|struck|hit|bombed|fled)|former|recall\w*|remember\w*|looking back|in hindsight|the history|"
    r"(?:when|after|since|before) (?:the )?\w+ (?:fell|was (?:taken|captured|lost|overrun|retaken|freed|liberated))|the (?:battle|fall|siege|loss|capture|recapture|liberation|first plan) (?:of|for)|(?:would|could|might|must|should) have|"
    r"compensat\w+|apolog\w+|reconstruction|rebuil\w+|rubble|exhum\w+|mass graves?|bodies|since the battle|lessons|"
    r"enquete|proces|tribunal|rapport|ans? apres|anciens?|ancienne|avai(?:t|ent)|bericht|untersuchung|prozess|gericht|jahre (?:nach|spater)|ehemalig\w+|"
    r"informe|investigacion|juicio|anos despues|habia\w*|rapor\w*|sorusturma\w*|mahkeme\w*|eski|yil (?:once|sonra))\b|"
    r"доклад\w*|расследован\w*|(?<!\w)суд(?:а|е|у)?(?!\w)|бывш\w+|лет (?:назад|спустя)|تقرير|تحقيق|محكمه|المحكمه|سابق|قبل \w+ سنوات|بعد \w+ سنوات"
)
# It is happening as it is told.
GOING_ON = re.compile(
    r"\b(?:is|are|remain|continue to be) (?:\w+ly |still |now |already )?\w{3,}ing\b|\bhas begun\b|\bhave begun\b|\bunder way\b"
)
# A count of more than one place or campaign.
WIDER = re.compile(
    r"\b(?:in|across|over|throughout|of|for|sur|en|in ganz) (?:all (?:of )?|both |the whole of )?(?:iraq and (?:in )?syria|syria and (?:in )?iraq|(?:irak|iraq) et (?:en )?syrie|syrie et (?:en )?irak|"
    r"irak und (?:in )?syrien|syrien und (?:im )?irak|irak y siria|siria e irak)|\birak ve suriye|\bsuriye ve irak|(?:ираке и сирии|сирии и ираке)|(?:العراق وسوريا|سوريا والعراق|سوريه والعراق|العراق وسوريه)|"
    r"\b(?:across|throughout|all over|nationwide|countrywide|nation wide|country wide)\b(?! the city)|\bin (?:syria|iraq) as a whole\b|\boperation inherent resolve\b|\b(?:the )?(?:whole|entire) (?:operation|campaign|war|country)\b|"
    r"\bsince (?:the )?(?:start|beginning|outset) of the (?:war|operation|air war|air campaign|conflict|revolution|uprising)|\bsince (?:august |september )?2014|\bsince (?:march )?2011|\bsince (?:the )?(?:war|conflict|air war) (?:began|started|broke out)|"
    r"\b(?:the )?(?:air )?war (?:in|on|against) (?:iraq|syria|isis|islamic state|the islamic state)|\bworldwide\b|\bmonthly report\b|по всей (?:сирии|стране)|في عموم|ulke genelinde|dans tout le pays|im ganzen land|en todo el pais"
)
# A count of one blow, one day or one month.
INCIDENT = re.compile(
    r"\b(?:an?|one|single|another) (?:\w+ ){0,3}(?:air ?strike|strike|raid|attack|bombing|explosion|blast|shell|missile|bomb|mine)\b|\bin (?:one|a single) (?:day|night|week|month|strike|raid|building|house|hour)\b|"
    r"\bin a (?:day|week|month)\b|\b(?:in|during) \w+ alone\b|\b(?:the )?(?:past|last) (?:24|48|72) hours\b|\b\w+ alone\b|"
    r"\b(?:raids?|strikes?|air ?strikes?) (?:on|against) (?:an?|the) (?:\w+ ){0,2}(?:school|market|mosque|hospital|bakery|building|house|well|district|neighbou?rhood|camp|shelter)\b|"
    r"\bune frappe\b|\bun raid\b|\bein(?:em)? (?:luft)?angriff\b|\bun ataque\b|\bbir (?:hava )?saldiri\w*|\bодин удар|في غاره"
)
WHOLE = re.compile(
    r"\b(?:in all|in total|altogether|overall|total|toll|campaign|battle|offensive|assault|siege|operation|four months?|months long|whole city|since june|"
    r"between june and october|from june to october|insgesamt|au total|en total|toplam\w*|bataille|schlacht|offensive|batalla|ofensiva)\b|всего|битв|операци|اجمالي|معركه"
)
