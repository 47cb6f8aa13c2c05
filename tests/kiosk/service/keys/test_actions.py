"""What staff do with the inventory, at their sites and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk.service.enrollments.removal import remove_next
from kiosk.service.keys.actions import count, find, hand_over, mark_lost, restock, retire, return_key, show
from kiosk.service.keys.rules import Actor, BadSerial, NoSuchKey, WrongState
from kiosk.service.keys.stock import add_stock, of_serials
from kiosk.service.keys.tickets import NoSuchTicket, Resolution, Tickets, resolve_ticket, tickets
from kiosk.service.store.audit import events_about
from kiosk.service.store.keys import KeyState, Wanted
from tests.kiosk.service.enrollments.elsewhere import Elsewhere, Fault
from tests.kiosk.service.enrollments.test_races_and_kills import at_once
from tests.kiosk.service.keys.visits import JEAN, STAFF, Visit, credentials, held, key_like, told, user_of
from tests.kiosk.service.running import Running

pytestmark = pytest.mark.databases

NORTH = Actor("staff:nora", sites=frozenset({"north"}))
ALL = Wanted("default")


def test_keys_are_found_by_number_holder_state_and_model_a_page_at_a_time(local: Running) -> None:
    add_stock(local.parts, STAFF, of_serials([f"s{number}" for number in range(7)]))
    Visit(local).enrolls(key_like(local), serial="s3")
    seen, after = [], ""
    while True:
        page = find(local.parts, STAFF, ALL, after, 3)
        assert len(page.keys) <= 3
        seen += [each.serial for each in page.keys]
        after = page.next
        if not after:
            break
    assert sorted(seen) == [f"S{number}" for number in range(7)]
    mine = user_of(local)
    for wanted in (replace(ALL, serial=" s3 "), replace(ALL, user_id=mine), replace(ALL, state=KeyState.ISSUED)):
        assert [each.serial for each in find(local.parts, STAFF, wanted).keys] == ["S3"]
    assert find(local.parts, STAFF, replace(ALL, aaguid=str(key_like(local).aaguid).upper())).keys[0].serial == "S3"
    with pytest.raises(BadSerial):
        find(local.parts, STAFF, replace(ALL, serial="no such number"))
    counts = {(each.state, each.number) for each in count(local.parts, STAFF)}
    assert counts == {(KeyState.IN_STOCK, 6), (KeyState.ISSUED, 1)}


@pytest.mark.parametrize("act", [mark_lost, return_key, restock, retire, hand_over, show])
def test_a_key_of_another_tenant_or_site_is_none(local: Running, act: Callable[..., object]) -> None:
    add_stock(local.parts, STAFF, of_serials(["1"], site="south"))
    (row,) = find(local.parts, STAFF, ALL).keys
    for stranger in (NORTH, Actor("staff:eve", tenant="acme")):
        with pytest.raises(NoSuchKey):
            act(local.parts, stranger, row.id)
        assert find(local.parts, stranger, replace(ALL, sites=frozenset({"south"}))).keys == ()
        assert find(local.parts, stranger, ALL).keys == ()
        assert count(local.parts, stranger) == ()
    with pytest.raises(NoSuchKey):
        add_stock(local.parts, NORTH, of_serials(["2"], site="south"))
    add_stock(local.parts, NORTH, of_serials(["2"], site="north"))
    assert [each.serial for each in find(local.parts, NORTH, ALL).keys] == ["2"]


def test_a_lost_key_stops_everywhere_and_its_holder_hears_of_it_once(local: Running) -> None:
    elsewhere = Elsewhere(local.clock)
    parts = replace(local.parts, relying_parties={**local.parts.relying_parties, "mail": elsewhere})
    Visit(local, parts=parts).enrolls(key_like(local), ("staff", "mail"), serial="90001234")
    (row,) = held(local)
    results = at_once(*[lambda: mark_lost(parts, STAFF, row.id, "stolen")] * 3)
    assert sorted(isinstance(each, WrongState) for each in results) == [False, True, True]
    assert credentials(local) == ()
    assert remove_next(parts)
    assert elsewhere.held == {}
    (mail,) = told(local)
    assert mail.to == "m.okafor@example.org"
    assert "(… 1234) was reported lost" in mail.values["change"]
    with local.parts.store.read() as tx:
        mine = [(each.event, each.actor) for each in events_about(tx, row.user_id or "")]
    assert mine[-1] == ("key_lost", "staff:ines")


def test_a_key_goes_back_into_the_stock_only_after_it_was_wiped(local: Running) -> None:
    Visit(local).enrolls(key_like(local), serial="1")
    (row,) = held(local)
    with pytest.raises(WrongState):
        restock(local.parts, STAFF, row.id)
    back = return_key(local.parts, STAFF, row.id)
    assert (back.state, back.user_id, back.contact, back.issued_at) == (KeyState.RETURNED, None, None, None)
    assert credentials(local) == ()
    assert restock(local.parts, STAFF, row.id).state is KeyState.IN_STOCK
    Visit(local, JEAN).enrolls(key_like(local), serial="1")
    assert held(local, JEAN)[0].id == row.id
    retire(local.parts, STAFF, row.id, "worn")
    assert credentials(local, JEAN) == ()
    with pytest.raises(WrongState) as caught:
        mark_lost(local.parts, STAFF, row.id)
    assert caught.value.reasons == ("retired",)
    assert [each.event for each in show(local.parts, STAFF, row.id).history] == [
        "key_issued",
        "key_returned",
        "key_restocked",
        "key_issued",
        "key_retired",
    ]


def test_people_of_directories_elsewhere_are_told_where_they_were_known(local: Running) -> None:
    Visit(local).enrolls(key_like(local), serial="12345")
    Visit(local, JEAN).enrolls(key_like(local), serial="67890")
    (row,), (other,) = held(local), held(local, JEAN)
    with local.parts.store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM keys WHERE contact IS NULL").scalar_one() == 0
    assert row.contact is not None
    assert b"okafor" not in row.contact
    local.parts.store.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM user_sites").close())
    local.parts.store.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM badges").close())
    local.parts.store.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM user_values").close())
    local.parts.store.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM users").close())
    mark_lost(local.parts, STAFF, row.id)
    (mail,) = told(local)
    assert (mail.to, mail.values["name"]) == ("m.okafor@example.org", "Maria Okafor")
    stranger = replace(local.parts, hmac_key=b"x" * 32)
    assert mark_lost(stranger, STAFF, other.id).state is KeyState.LOST, "with another key nobody can be told"
    assert len(told(local)) == 1


def test_tickets_are_resolved_by_the_tenant_that_they_belong_to(
    local: Running, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = Elsewhere(local.clock)
    parts = replace(local.parts, relying_parties={**local.parts.relying_parties, "mail": elsewhere})
    Visit(local, parts=parts).enrolls(key_like(local), ("staff", "mail"), serial="1")
    mark_lost(parts, STAFF, held(local)[0].id)
    (waiting,) = tickets(parts, STAFF).waiting
    elsewhere.faults["list"] = [Fault.DOWN] * 2
    assert remove_next(parts)
    local.clock.advance(hours=25)
    assert remove_next(parts)
    assert "removal_needs_staff" in caplog.text
    caplog.clear()
    (ticket,) = tickets(parts, STAFF).tickets
    assert ticket.number == waiting.number
    stranger = Actor("staff:eve", tenant="acme")
    assert tickets(parts, stranger) == Tickets((), ())
    with pytest.raises(NoSuchTicket):
        resolve_ticket(parts, stranger, ticket.number, Resolution.GONE)
    resolve_ticket(parts, STAFF, ticket.number, Resolution.TRY_AGAIN)
    assert remove_next(parts)
    assert elsewhere.held == {}
    with pytest.raises(NoSuchTicket):
        resolve_ticket(parts, STAFF, ticket.number, Resolution.GONE)
