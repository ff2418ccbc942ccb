"""A store with one article in it, read and judged, on both engines."""

from __future__ import annotations

import pytest

from storage.engine import Store
from tests.filling import with_one_article


@pytest.fixture
def filled(store: Store) -> Store:
    return with_one_article(store)
