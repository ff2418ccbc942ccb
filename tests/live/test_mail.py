"""The promise of the outbox, small: real senders, a real relay, each fault once (bench/mail.py has it in large)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.mail import run
from bench.mail_server import OF_CONNECTIONS, OF_DIGESTS

pytestmark = pytest.mark.live


def test_under_each_fault_no_digest_is_lost_and_none_goes_twice_that_was_answered(tmp_path: Path) -> None:
    faults = len(OF_CONNECTIONS) + len(OF_DIGESTS)
    told = run(tmp_path, f"sqlite:///{tmp_path}/claimwatch.db", digests=40, faults=faults, seed=1, senders=1)
    assert told.broken == []
    assert told.digests == 40
    assert set(told.did) >= set(OF_DIGESTS)
    assert told.killed >= 1
    assert told.states["failed"] >= 1
    assert told.states["unknown"] >= 1
