"""The API against its own description: what the document promises is what is answered, whatever is asked."""

from __future__ import annotations

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from claimwatch.api.site import create_site
from storage import removal, saved_searches
from storage.engine import Store
from storage.records import ArticleId
from tests.builders import SILO, page
from tests.fakes import NOON
from tests.filling import with_pages
from tests.front.serving import a_house, a_token, bearer
from tests.letters import a_letter
from worker.steps.addresses import keys_of

pytestmark = pytest.mark.filterwarnings("ignore")


def filled(store: Store) -> Store:
    """A store with something in every room."""
    pages = {f"http://gazette.example/{n}": page(*SILO, title=f"Thousands left Raqqa, {n}") for n in range(3)}
    with_pages(store, pages)
    with store.begin() as tx:
        removal.remove(tx, ArticleId(2), reason="court order", keys_of=keys_of, now=NOON)
        saved_searches.save(tx, slug="raqqa", title="", query="raqqa", now=NOON)
    a_letter(store, "2026-11-24", "reader@claimwatch.example")
    return store


def test_every_answer_is_as_the_document_says_which_says_too_where_a_token_is_needed(store: Store) -> None:
    look_at_all(store, open_reads=store.engine.dialect.name == "sqlite")


def look_at_all(store: Store, *, open_reads: bool) -> None:
    """Every operation with every check that schemathesis has, and its chains of operations; a few hundred requests."""
    # "testserver" is the name under which the client in this process asks
    site = create_site(a_house(filled(store), open_reads=open_reads, hosts=frozenset({"testserver"})))
    headers = bearer(a_token(store, may_write=True))
    told = {
        "seed": 1,
        "headers": headers,
        "generation": {"max-examples": 3, "deterministic": True, "database": "none"},
        # 400: no schema tells a query that can be understood, or a cursor that leads on, from any other text
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 304, 400, 401, 404, 410]}},
    }
    asked = schemathesis.openapi.from_asgi(
        "/openapi.json", site, config=SchemathesisConfig.from_dict(told), headers=headers
    )
    wrong: list[str] = []
    answers = 0
    for event in from_schema(asked).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            answers += len(event.recorder.interactions)
            for case_id, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info is not None:
                        case = event.recorder.cases[case_id].value
                        wrong.append(f"{case.as_curl_command()}\n{check.name}: {check.failure_info.failure}")
    assert not wrong, "\n\n".join(wrong[:30])
    assert answers > 500
