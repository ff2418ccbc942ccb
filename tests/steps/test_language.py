from __future__ import annotations

import pytest

from worker.steps.language import language

TURKISH = (
    "Rakka'dan ayrılanlar için bir anlaşma yapıldı ve bu anlaşma ile çok sayıda kişi daha sonra kente dönmedi. " * 4
)
ENGLISH = (
    "The coalition said that the convoy of lorries which left the city was one of those that were allowed to go. " * 4
)
GERMAN = (
    "Die Stadt ist mit der Zeit nicht leerer geworden, und das hat auch eine Bedeutung von der man sich nicht erholt. "
    * 4
)
CATALAN = (
    "La ciutat va quedar buida i els que van marxar amb els camions no han tornat, segons les fonts de la zona. " * 4
)


@pytest.mark.parametrize(
    ("text", "named", "expected"),
    [
        (TURKISH, ["en"], "tr"),  # an English template
        (TURKISH, ["tr"], "tr"),
        (TURKISH, [], "tr"),
        (ENGLISH, ["de"], "en"),
        (GERMAN, ["en", "en"], "de"),
        (ENGLISH[:60], ["de"], "de"),  # too little to doubt the page's word
        (CATALAN, ["ca"], "ca"),
        ("四千人がラッカを離れたと報じられた", ["en"], "ja"),
        ("غادر نحو أربعة آلاف شخص الرقة", ["en"], "ar"),
        ("غادر نحو أربعة آلاف شخص الرقة", ["en", "fa"], "fa"),  # the next that names a language of these letters
        ("Около четырёх тысяч человек покинули Ракку", ["uk"], "uk"),
        ("약 사천 명이 락까를 떠났다", [], "ko"),
        ("12 345", ["fr"], "fr"),
        ("12 345", [], ""),
        ("", [], ""),
    ],
)
def test_the_language_of_a_text(text: str, named: list[str], expected: str) -> None:
    assert language(text, named) == expected
