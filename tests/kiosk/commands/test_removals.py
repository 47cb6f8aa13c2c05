"""`keywright removals`: staff see what could not be taken away, and decide."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.commands.checks import Level
from kiosk.commands.checks_server import check_database
from kiosk.service.settings import load
from kiosk.service.store.engine import Store
from kiosk.service.store.removals import (
    TICKET,
    NewRemoval,
    add_removal,
    claim_removal,
    open_removals,
    settle_removal,
)
from kiosk.service.store.upgrade import upgrade
from tests.kiosk.commands.conftest import Keywright
from tests.kiosk.service.running import secret

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def ticket(config: Path) -> int:
    """One removal that the service gave up."""
    with closing(Store.open(load(config).database.url)) as store:
        upgrade(store)
        removal = NewRemoval("okta", "00u1", "fwf1", b"id", NOON, NOON, "K7QM-0A2Z", NOON)
        store.write(lambda tx: add_removal(tx, removal, NOON))
        claimed = store.write(lambda tx: claim_removal(tx, NOON, NOON))
        assert claimed is not None
        store.write(lambda tx: settle_removal(tx, claimed, TICKET, NOON, "unavailable"))
        return claimed.number


def test_without_any_it_says_so(keywright: Keywright, config: Path) -> None:
    assert keywright("removals", "--config", config).output == "Nothing is left to be taken away.\n"


def test_a_ticket_is_shown_by_its_reference_and_without_the_account(
    keywright: Keywright, config: Path, ticket: int
) -> None:
    told = keywright("removals", "--config", config).output
    assert "K7QM-0A2Z" in told
    assert "a person must look (unavailable)" in told
    assert "00u1" not in told
    (listed,) = json.loads(keywright("removals", "--json", "--config", config).output)
    assert (listed["number"], listed["relying_party"], listed["state"]) == (ticket, "okta", "ticket")


def test_doctor_names_the_tickets(config: Path, ticket: int) -> None:
    finding = check_database(load(config).database, secret)
    assert ticket
    assert (finding.level, finding.seen) == (Level.WARN, "1 removals need a person")


@pytest.mark.parametrize(("verb", "state"), [("retry", "waiting"), ("close", None)])
def test_staff_have_it_tried_again_or_close_it(
    keywright: Keywright, config: Path, ticket: int, verb: str, state: str | None
) -> None:
    assert keywright("removals", verb, ticket, "--config", config).exit_code == 0
    with closing(Store.open(load(config).database.url)) as store, store.read() as tx:
        assert [each.state for each in open_removals(tx)] == ([] if state is None else [state])
    assert keywright("removals", "close", 4711, "--config", config).exit_code == 1
