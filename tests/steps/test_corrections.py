from __future__ import annotations

import pytest

from worker.steps.corrections import notice, notices

SAYS_SO = """
This story has been corrected to show that about 3,000 people left, not 4,000.
CORRECTION: The name of the river was misspelled in paragraph two.
Correction: An earlier version of this article misstated the number of buses.
Correction (5 October 2017): The commander's name was wrong.
Correction, Oct. 5, 2017: The commander's name was wrong.
Correction - The commander's name was wrong.
CORRECTED-Coalition says it was no party to the deal
REFILE-UPDATE 2-Convoy leaves the city
WITHDRAWN: Convoy leaves the city
KILL ADVISORY: Please kill the story on the convoy.
(Corrects paragraph 3 to say that it was on Sunday)
(This Oct. 5 story was corrected to fix the number of lorries in paragraph 2)
This article was amended on 5 October 2017 to remove a reference to the mayor.
The headline on this article was amended on 6 October 2017.
This report has been updated to correct the date of the strike.
An earlier version of this story incorrectly said that the mayor had left.
A previous version of this post gave the wrong date.
An earlier version of this report misstated the number of the dead.
This article has been retracted by its publisher.
Clarification: the spokesman spoke of the province, not of the city.
Editor's note: This article has been updated to clarify who spoke.
We regret the error.
Rectificatif : le nombre de bus était de treize.
Erratum. Dans une première version de cet article, nous avions écrit que 4 000 personnes étaient parties.
Une précédente version de cet article indiquait un autre chiffre.
Cet article a été modifié le 5 octobre pour corriger une date.
Düzeltme: Haberde otobüs sayısı yanlış verilmişti.
Bu haberin önceki sürümünde sayı yanlış verilmişti.
Исправление: в тексте была указана неверная дата.
В первоначальной версии статьи число погибших было указано неверно.
В эту новость внесены исправления.
تصحيح: ورد في الخبر رقم غير دقيق عن عدد الحافلات.
تنويه: ورد في نسخة سابقة من هذا الخبر خطأ في عدد القتلى.
تم تعديل هذا الخبر لتصحيح عدد الحافلات.
Berichtigung: Die Zahl der Busse war falsch angegeben.
Korrektur: In einer früheren Version dieses Artikels hieß es, es seien 4000 gewesen.
In einer früheren Fassung dieses Textes war die Zahl falsch.
Fe de errores: el número de autobuses era otro.
Una versión anterior de este artículo daba otra cifra.
Esta información ha sido corregida tras su publicación.
"""
SAYS_NOTHING = """
Thirty men were held at the correctional facility outside the town.
Correction officers at the prison: a report from the inside.
The correction in the market wiped out the gains of the summer.
Analysts expect a correction: shares have risen for nine months.
He had his vision corrected at the age of nine.
The ministry corrected the number of the dead on Tuesday.
The ministry said that its statement had been corrected.
An earlier version of this bill would have banned the trade.
An earlier version of this report was leaked to the press in May.
Critics say this article of the constitution was amended in haste.
The spokesman asked for clarification of the order.
Amendment 12 was withdrawn on Monday, and so was the ambassador.
Troops have withdrawn from the city.
The study has been retracted by the journal.
Kill or be killed: how the war is fought in the streets.
KILL-SWITCH ORDERED FOR ALL TRAMS
The updated version of the plan corrects none of its faults.
If you spot an error in this article, write to us.
Corrections: send them to the desk by e-mail.
Corrections and clarifications: read our policy.
The article said that the army had withdrawn.
This story is not over yet, he said, and it has been told wrong from the start.
Le gouvernement a présenté un projet de loi de finances rectificatif.
La correction des marchés se poursuit.
Borsada düzeltme hareketi sürüyor.
Yazım düzeltme kılavuzu yayımlandı.
Правительство внесло поправки к закону о выборах.
Исправление ошибок в переписи займет год.
حركة تصحيح المسار في الحزب تدعو إلى مؤتمر.
تنويه: الآراء الواردة في المقال تعبر عن رأي كاتبها.
Die Korrektur am Aktienmarkt setzt sich fort.
Der Bericht wurde von der Regierung zurückgezogen.
La corrección de los precios sigue en marcha.
La versión anterior del proyecto de ley era otra.
"""


@pytest.mark.parametrize("sentence", SAYS_SO.strip().splitlines())
def test_the_notices_of_seven_languages_are_known(sentence: str) -> None:
    text = f"Officials said that it was so.\n{sentence}\nThe mayor did not answer."
    told = notice("A title", text)
    assert told
    assert sentence.endswith(told)


@pytest.mark.parametrize("sentence", SAYS_NOTHING.strip().splitlines())
def test_what_only_sounds_like_one_is_none(sentence: str) -> None:
    assert notices("A title", f"Officials said that it was so.\n{sentence}\nThe mayor did not answer.") == ()


def test_a_headline_may_be_one_and_none_is_told_twice() -> None:
    title = "CORRECTED-Coalition says it was no party to the deal"
    assert notices(title, f"{title}\nThe coalition said so.\nWe regret the error.") == (title, "We regret the error.")


def test_an_article_without_any_says_nothing() -> None:
    assert notice("A title", "Officials said that it was so.") == ""
