"""The names by which outlets and agencies go, in running text and under a text, and who is meant by them."""

from __future__ import annotations

import re
from functools import lru_cache

from storage.folding import fold

# An agency's one name here, to its names in running text (any of our languages), and those that mean it only where a
# text is credited: in a sentence PA is the Palestinian Authority, PTI a party, AA and RIA are much else.
_AGENCIES: dict[str, tuple[str, str]] = {
    "Reuters": (r"Reuters|رويترز|Рейтер\w*|рейтерс", r"REUTERS|Thomson Reuters|Reuters News Agency"),
    "AP": (
        r"AP|Associated Press|أسوشيتد برس|أسوشييتد برس|Ассошиэйтед Пресс",
        r"The Associated Press|AP News|Agencia AP|أ ?ب",
    ),
    "AFP": (r"AFP|Agence France-Presse|فرانس برس|Франс Пресс", r"Agence France Presse|AFP News|أ ?ف ?ب|ا ?ف ?ب"),
    "dpa": (r"dpa|Deutsche Presse-Agentur", r"DPA|dpa international|د ?ب ?أ"),
    "Anadolu": (r"Anadolu(?: Agency)?|الأناضول|Анадолу", r"AA|A\.A\.|Anadolu Ajansı|Anadolu Agency \(AA\)"),
    "TASS": (r"TASS|Tass|ТАСС|تاس", r"ITAR-TASS|ИТАР-ТАСС"),
    "Interfax": (r"Interfax|Интерфакс", r"INTERFAX(?:\.RU)?"),
    "RIA Novosti": (r"RIA(?: Novosti)?|РИА Новости", r"РИА"),
    "Xinhua": (r"Xinhua|شينخوا|Синьхуа", r"XINHUA|Xinhua News Agency|新华社"),
    "EFE": (r"EFE", r"Agencia EFE|EFE News|Efe"),
    "ANSA": (r"ANSA", r"Ansa"),
    "SANA": (r"SANA|سانا", r"Syrian Arab News Agency|Sana"),
    "Kyodo": (r"Kyodo(?: News)?", r"KYODO"),
    "UPI": (r"United Press International", r"UPI"),
    "PA Media": (r"Press Association", r"PA|PA Media|PA news agency"),
    "IANS": (r"Indo-Asian News Service", r"IANS"),
    "PTI": (r"Press Trust of India", r"PTI"),
}
_OTHERS = (
    r"BBC|CNN|Al[- ]Jazeera|Al[- ]Arabiya|Sputnik|RT|Rudaw|Kurdistan ?24|"
    r"New York Times|Washington Post|Guardian|Independent|Daily Telegraph|Telegraph|Al[- ]Masdar(?: News)?|Newsweek|Daily Beast|NPR|Fox News|Press ?TV|"
    r"Middle East Eye|Spiegel|Le Monde|Le Figaro|El País|El Mundo|Hürriyet|Sabah|Al[- ]Mayadeen|France ?24|Deutsche Welle|DW|NBC(?: News)?|ABC News|CBS(?: News)?|"
    r"Sky News|ITV|Foreign Policy|Bloomberg|VOA|Voice of America|Wall Street Journal|Financial Times|Los Angeles Times|BuzzFeed(?: News)?|Vice News|Intercept|Politico|The Hill|Die Zeit|"
    r"بي بي سي|الجزيرة|سبوتنيك|Би-би-си|Спутник"
)
_NOBODY_IN_PARTICULAR = r"state (?:media|television|TV|news agency|run media)|the (?:newspaper|news agency|broadcaster|agency|magazine|channel|paper|daily|weekly)|local media"
_BY_FORM = r"[A-Z][\w-]+ (?:Times|Post|News|Herald|Tribune|Journal|Gazette|Observer|Daily|Star|Mail|Chronicle|Courier)"

# What names an outlet in running text.
NAMED = "|".join((*(names for names, _credit in _AGENCIES.values()), _OTHERS, _NOBODY_IN_PARTICULAR, _BY_FORM))
# What names an agency where a text is credited to one.
CREDITED = "|".join(f"{credit}|{names}" for names, credit in _AGENCIES.values())

_WHICH_AGENCY = {agency: re.compile(rf"(?:{names}|{credit})") for agency, (names, credit) in _AGENCIES.items()}
_NOBODY = re.compile(_NOBODY_IN_PARTICULAR)
# An outlet's name in another script, to the one it has in ours.
_ALSO = {"بي بي سي": "BBC", "Би-би-си": "BBC", "الجزيرة": "Al Jazeera", "سبوتنيك": "Sputnik", "Спутник": "Sputnik", "Deutsche Welle": "DW",
         "Voice of America": "VOA", "Daily Telegraph": "Telegraph"}  # fmt: skip
# What an outlet's name has over the one that others call it by: "Al Jazeera English", "France 24 (fr)", "BBC News".
_EDITION = re.compile(r"\s*(?:\(\w+\)|\b(?:english|arabic|news|online|agency))$")


def agency(name: str) -> str:
    """The one name of the agency that goes by this one, "" if none does."""
    said = name.strip()
    return next((one for one, names in _WHICH_AGENCY.items() if names.fullmatch(said)), "")


@lru_cache(maxsize=10_000)
def same_name(name: str) -> str:
    """What two names of one outlet have in common, to be compared only: "bbc" of BBC News; "" of "state media"."""
    said = agency(name) or _ALSO.get(name.strip(), name)
    if _NOBODY.fullmatch(said.strip()):
        return ""
    plain = fold(said).removeprefix("the ")
    shorter = _EDITION.sub("", plain)
    return "".join(c for c in shorter or plain if c.isalnum())
