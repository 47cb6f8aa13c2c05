"""Two services over one database do every chore at the same moment: each thing happens once, and nobody fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from sqlalchemy import Table

from kiosk.contract.enrollments import Phase
from kiosk.contract.phone import PhoneStatus
from kiosk.contract.staff import ApprovalState
from kiosk.service.bulk_import.rules import BatchState
from kiosk.service.store.approvals import approvals
from kiosk.service.store.batches import batch_records, batches
from kiosk.service.store.codes import codes
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import enrollments
from kiosk.service.store.external_tokens import external_tokens
from kiosk.service.store.fleet import client_assertions, station_steps
from kiosk.service.store.host_feed import host_feed
from kiosk.service.store.listed import (
    ListedRow,
    ListRow,
    add_listed,
    forget_listed,
    listed_person,
    make_current,
)
from kiosk.service.store.messages import messages
from kiosk.service.store.once import once
from kiosk.service.store.one_time import one_time
from kiosk.service.store.partner_messages import partner_messages
from kiosk.service.store.phone_codes import phone_codes
from kiosk.service.store.rates import rates
from kiosk.service.store.removals import DONE, removals
from kiosk.service.store.sessions import sessions
from kiosk.service.store.staff import staff_sessions
from kiosk.service.store.tokens import tokens
from kiosk.service.tls import Identity
from tests.kiosk.service import test_replicas
from tests.kiosk.service.audit import test_telling
from tests.kiosk.service.chores_at_once import ACTING
from tests.kiosk.service.conftest import POSTGRESQL
from tests.kiosk.service.pair import Pair, paired
from tests.kiosk.service.projects import test_feed_webhook
from tests.kiosk.service.running import NOON, a_file
from tests.kiosk.service.soft_key import Json
from tests.kiosk.service.tokens import test_sharing


@dataclass(frozen=True)
class Past:
    """Rows of a table that nobody needs any more; what is `left` of them afterwards is counted."""

    table: Table
    told: Json = field(default_factory=dict)
    left: Any = None


FORGETTING: Final = {
    "forget_uploads": Past(batches, {"state": BatchState.RECEIVING, "ended_at": None}),
    "forget_failed_records": Past(batch_records, left=batch_records.c.source != ""),
    "forget_removals": Past(removals, {"state": DONE}),
    "forget_people": Past(enrollments, {"phase": Phase.DONE}, enrollments.c.person.is_not(None)),
    "forget_tokens": Past(tokens),
    "forget_codes": Past(codes),
    "forget_phone_codes": Past(phone_codes, {"status": PhoneStatus.EXPIRED}),
    "forget_messages": Past(messages, {"state": "sent"}),
    "forget_partner_messages": Past(partner_messages),
    "forget_external_tokens": Past(external_tokens),
    "forget_secrets": Past(one_time),
    "forget_sessions": Past(sessions),
    "forget_events": Past(host_feed),
    "forget_approvals": Past(approvals, {"state": ApprovalState.EXPIRED}),
    "forget_staff_proofs": Past(staff_sessions),
    "forget_assertions": Past(client_assertions),
    "forget_steps": Past(station_steps),
    "forget_answers": Past(once),
    "forget_rates": Past(rates),
}
"""Chores that only delete, or blank, what is past."""


@pytest.fixture(scope="module", params=["sqlite", POSTGRESQL])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tls: tuple[Identity, Identity]
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    with ExitStack() as stack:
        server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
        database = a_file(folder) if server is None else stack.enter_context(server.fresh())
        yield stack.enter_context(paired(folder, database, tls))


ELSEWHERE: Final = {
    "mail": test_replicas.test_no_message_leaves_twice_and_none_is_left,
    "sms": test_replicas.test_no_message_leaves_twice_and_none_is_left,
    "tell_host": test_feed_webhook.test_several_replicas_send_each_event_once_and_in_order,
    "tell_trail": test_telling.test_replicas_tell_one_at_a_time,
    "share_rates": test_sharing.test_a_client_gets_one_bucket_of_both_and_a_share_more,
}
"""Those that other tests let several replicas do at once."""


def test_each_chore_is_done_here_or_elsewhere_by_two_at_once(pair: Pair) -> None:
    known = {*FORGETTING, *ACTING, *ELSEWHERE}
    alone = {"share_rates", "forget_rates"} if pair.parts.store.in_process else set()
    assert {each.name for each in pair.services[0].service.worker.chores} == known - alone


def test_what_is_past_is_forgotten_by_both(pair: Pair) -> None:
    mine = {each.name for each in pair.services[0].service.worker.chores}
    for name, past in FORGETTING.items():
        if name in mine:
            where = () if past.left is None else (past.left,)
            before = pair.count(past.table, *where)
            pair.add(past.table, 60, **past.told)
            assert pair.count(past.table, *where) == before + 60, name
            pair.both(name)
            assert pair.count(past.table, *where) <= before, name


@pytest.mark.parametrize("name", ACTING)
def test_what_two_do_at_once_happens_once(pair: Pair, name: str) -> None:
    ACTING[name](pair)


def test_what_another_replica_has_just_loaded_is_not_cleared_away(pair: Pair) -> None:
    def work(tx: WriteTx) -> list[Any]:
        for part in ("old", "new"):
            add_listed(tx, "other", part, [ListedRow("ann@example.test", {}, {"upn": "ann@example.test"})])
        assert make_current(tx, "other", ListRow("new", "digest", 1), NOON)
        while forget_listed(tx, "other", ["old"], 1000):  # as it was when the clearing began
            pass
        return [listed_person(tx, part, "ann@example.test") for part in ("old", "new")]

    assert pair.parts.store.write(work) == [{}, {}], "what counts now, and what counted then"
