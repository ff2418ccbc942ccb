from __future__ import annotations

import pytest

from worker.steps.whereabouts import Where, whereabouts

A = "http://www.gazette.org/2017/12/a-deal?id=3"


@pytest.mark.parametrize(
    ("final", "permanent", "where"),
    [
        (A, True, Where.SAME),
        ("https://gazette.org/2017/12/a-deal/?id=3&utm_source=x", False, Where.SAME),
        ("http://old.gazette.org/as-known-before/1", True, Where.SAME),
        ("https://news.gazette.org/world/2017/a-deal", True, Where.MOVED),
        ("https://www.gazette.org/world/2017/a-deal", False, Where.ELSEWHERE),
        ("https://www.gazette.org/", True, Where.FRONT),
        ("https://www.gazette.org/", False, Where.FRONT),
        ("https://www.gazette.org/index.html", True, Where.FRONT),
        ("https://www.gazette.org/en/", True, Where.FRONT),
        ("https://www.gazette.org/middle-east", True, Where.SHORT),
        ("https://www.gazette.org/middle-east", False, Where.FRONT),
        ("https://www.gazette.org/en/silo", True, Where.SHORT),
        ("https://www.gazette.org/raqqa-deal/", True, Where.SHORT),
        ("https://www.gazette.org/2017", True, Where.MOVED),
        ("https://www.gazette.org/raqqas-dirty-secret-told-by-drivers", True, Where.MOVED),
        ("https://www.gazette.org/?p=311", True, Where.MOVED),
        ("https://www.gazette.org/a311", True, Where.MOVED),
        ("https://other.org/2017/12/a-deal", True, Where.ELSEWHERE),
        ("https://other.org/", True, Where.ELSEWHERE),
    ],
)
def test_where_a_visit_ends(final: str, permanent: bool, where: Where) -> None:
    known = (A, "http://old.gazette.org/as-known-before/1")
    assert whereabouts(final, final if permanent else A, known) is where
