"""Two replicas over one PostgreSQL count busy clients together, and in no request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import event, select

from kiosk.service.store.engine import Store
from kiosk.service.store.rates import rates
from kiosk.service.tokens.rates import SHARES
from kiosk.service.tokens.rules import TooManyRequests
from kiosk.service.tokens.sharing import Sharing
from tests.kiosk.service.running import Running, assembled, settings_for
from tests.postgres.server import Cluster

LIMIT = 4 * SHARES
WHO = ("192.0.2.7", "pages")


@pytest.fixture
def replicas(tmp_path: Path, postgres: Cluster) -> Iterator[tuple[Running, Running]]:
    with ExitStack() as stack:
        limits = {"phone": {"requests_per_minute": LIMIT}, "accounts": {"requests_per_minute": LIMIT}}
        settings = settings_for(tmp_path, database=stack.enter_context(postgres.fresh()), **limits)
        one = stack.enter_context(assembled(tmp_path, settings))
        yield one, stack.enter_context(assembled(tmp_path, settings, clock=one.clock))


def ask(replica: Running, times: int) -> int:
    """How often it lets in."""
    allowed = 0
    for _ in range(times):
        try:
            replica.parts.addresses.count(*WHO, replica.parts.clock.now())
        except TooManyRequests:
            break
        allowed += 1
    return allowed


def rows(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.connection.execute(select(rates.c.subject)).scalars())


pytestmark = pytest.mark.postgres


def test_a_client_gets_one_bucket_of_both_and_a_share_more(replicas: tuple[Running, Running]) -> None:
    one, other = replicas
    sharing = [(each, Sharing(each.parts)) for each in replicas]
    assert ask(one, LIMIT) == LIMIT
    sharing[0][1].share_next()
    allowed = 0
    while (let_in := ask(other, 1)) and allowed < LIMIT:
        allowed += let_in
        sharing[1][1].share_next()
    assert allowed == LIMIT // SHARES
    one.clock.advance(minutes=1 + 1 / SHARES)
    for replica, shares in sharing:
        shares.share_next()
        assert ask(replica, 1), "time fills the bucket of all, once what was too much is made up for"


def test_a_row_tells_nobody_who_it_was_and_goes_when_the_bucket_is_full(replicas: tuple[Running, Running]) -> None:
    one, other = replicas
    for each in replicas:
        ask(each, LIMIT)
        each.parts.rates.count(*WHO, each.clock.now())
        Sharing(each.parts).share_next()
    (subject,) = rows(one.parts.store)
    assert len(subject) == 64
    assert WHO[0] not in subject
    _, forget = Sharing(other.parts).chores()
    forget.work()
    assert rows(one.parts.store) == [subject]
    one.clock.advance(minutes=2, seconds=1)
    forget.work()
    assert rows(one.parts.store) == []


def test_no_request_costs_a_statement_and_a_lane_tells(replicas: tuple[Running, Running]) -> None:
    one, other = replicas
    store = one.parts.store
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    ask(one, LIMIT // SHARES - 1)
    Sharing(one.parts).share_next()
    ask(one, LIMIT)
    assert statements == []
    one.service.worker.start()
    ends = monotonic() + 10
    while not rows(other.parts.store) and monotonic() < ends:
        Event().wait(0.02)
    assert rows(other.parts.store)


def test_what_both_let_in_before_they_could_tell_is_made_up_for(replicas: tuple[Running, Running]) -> None:
    assert [ask(each, 2 * LIMIT) for each in replicas] == [LIMIT, LIMIT]
    for each in replicas:
        Sharing(each.parts).share_next()
    replicas[0].clock.advance(seconds=30)
    assert [ask(each, 1) for each in replicas] == [1, 0]
    replicas[0].clock.advance(seconds=31)
    assert ask(replicas[1], 1)
