"""A key that somebody gets is in the inventory, and only theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.contract import enrollments as wire
from kiosk.contract.enrollments import AbandonReason, Phase
from kiosk.service.enrollments import actions, admission, ceremonies
from kiosk.service.enrollments.rules import KeyNotAllowed, ProofRejected, RegistrationRejected
from kiosk.service.keys.actions import find, mark_lost, restock, retire, return_key, show
from kiosk.service.keys.issuing import FROM_STOCK, WALK_UP
from kiosk.service.keys.stock import add_stock, of_serials
from kiosk.service.store.keys import KeyState, Wanted
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.enrollments.test_races_and_kills import at_once
from tests.kiosk.service.keys.visits import JEAN, STAFF, Visit, credentials, held, key_like, state, user_of
from tests.kiosk.service.running import Running, assembled, settings_for

pytestmark = pytest.mark.databases


def checked(visit: Visit, key: object, serial: str) -> str:
    """Why the key is refused before anything is done with it, or nothing."""
    report = visit.report(key, serial=serial)  # type: ignore[arg-type]  # a SoftKey
    try:
        admission.check_key(visit.made, visit.caller, visit.enrollment, wire.CheckKey(report))
    except KeyNotAllowed as refusal:
        return refusal.reasons[0]
    return ""


def test_a_key_that_walks_up_is_issued_to_the_person_by_the_number_that_it_claims(local: Running) -> None:
    key = key_like(local)
    Visit(local).enrolls(key, serial="two words", firmware=50401)
    (row,) = held(local)
    assert (row.serial, row.state, row.reason, row.firmware) == ("", KeyState.ISSUED, WALK_UP, 50401), "that is none"
    Visit(local, JEAN).enrolls(key_like(local), serial="ab\u202e-2")
    (row,) = held(local, JEAN)
    assert (row.serial, row.aaguid, row.user_id) == ("AB-2", str(key.aaguid), user_of(local, JEAN))
    (credential,) = credentials(local, JEAN)
    assert credential.key_id == row.id
    assert credential.activated_at == credential.proved_at


def test_the_number_that_the_maker_vouches_for_counts_before_what_is_claimed(local: Running) -> None:
    Visit(local).enrolls(key_like(local, "\x0b\x0c"), serial="CLAIMED")
    (row,) = held(local)
    assert row.serial == "0B0C"
    thief = Visit(local, JEAN)
    stolen = key_like(local, "\x0b\x0c")
    ceremony = thief.begun(stolen, serial="ANOTHER")
    with pytest.raises(RegistrationRejected) as caught:
        thief.completed(stolen, ceremony)
    assert caught.value.reasons == ("key_of_another",)
    assert credentials(local, JEAN) == ()


def test_a_key_is_refused_for_what_the_inventory_knows_of_it(local: Running) -> None:
    key = key_like(local)
    Visit(local).enrolls(key, serial="7")
    (row,) = held(local)
    other = Visit(local, JEAN)
    words = [checked(other, key, "7")]
    mark_lost(local.parts, STAFF, row.id)
    words.append(checked(other, key, "7"))
    return_key(local.parts, STAFF, row.id)
    words.append(checked(other, key, "7"))
    restock(local.parts, STAFF, row.id)
    words.append(checked(other, key, "7"))
    retire(local.parts, STAFF, row.id)
    words.append(checked(other, key, "7"))
    assert words == ["key_of_another", "key_lost", "not_in_stock", "", "key_retired"]
    with pytest.raises(KeyNotAllowed):
        other.begun(key, serial="7")


def test_where_only_the_stock_is_given_out_others_are_refused(tmp_path: Path, backend: dict[str, str]) -> None:
    settings = settings_for(tmp_path, database=backend, life={"stock_only": True})
    with assembled(tmp_path, settings) as running:
        add_stock(running.parts, STAFF, of_serials(["s-1"]))
        visit, key = Visit(running), key_like(running)
        assert [checked(visit, key, each) for each in ("S-2", "", "s-1")] == ["not_in_stock", "not_in_stock", ""]
        visit.enrolls(key, serial="s-1")
        (row,) = held(running)
        assert (row.reason, row.aaguid) == (FROM_STOCK, str(key.aaguid)), "now its model is known, too"


@pytest.mark.parametrize("stocked", [True, False])
def test_a_key_that_was_given_up_for_another_is_nobodys_again(
    tmp_path: Path, backend: dict[str, str], stocked: bool
) -> None:
    parties = [
        {"id": "staff", "name": "Staff", "rp_id": "a.example", "origin": "https://a.example"},
        {"id": "mail", "name": "Mail", "rp_id": "b.example", "origin": "https://b.example"},
    ]
    with assembled(tmp_path, settings_for(tmp_path, database=backend, relying_parties=parties)) as running:
        if stocked:
            add_stock(running.parts, STAFF, of_serials(["1"]))
        visit, key = Visit(running), key_like(running)
        ceremony = visit.begun(key, serial="1")
        visit.proved(key, ceremony, visit.completed(key, ceremony))
        (row,) = held(running)
        ceremonies.abandon(visit.made, visit.place(ceremony), AbandonReason.ANOTHER_KEY)
        assert held(running) == ()
        (left,) = find(running.parts, STAFF, Wanted("default")).keys or (None,)
        assert (left.state if left else None) == (KeyState.IN_STOCK if stocked else None)
        done = visit.enrolls(key_like(running), ("staff", "mail"), serial="2")
        assert done.phase is Phase.DONE
        (row,) = held(running)
        assert row.serial == "2"
        assert {each.key_id for each in credentials(running)} == {row.id}, "both are on one key"


def test_the_same_number_at_two_kiosks_at_once_is_one_persons(local: Running) -> None:
    visits = [Visit(local), Visit(local, JEAN, Caller("hall", frozenset()))]
    keys = [key_like(local), key_like(local)]
    begun = [visit.begun(key, serial="4711") for visit, key in zip(visits, keys, strict=True)]
    made = [visit.completed(key, each) for visit, key, each in zip(visits, keys, begun, strict=True)]
    outcomes = at_once(
        lambda: visits[0].proved(keys[0], begun[0], made[0]), lambda: visits[1].proved(keys[1], begun[1], made[1])
    )
    refused = [each for each in outcomes if isinstance(each, ProofRejected)]
    assert [each.reasons for each in refused] == [("key_of_another",)]
    assert len(held(local)) + len(held(local, JEAN)) == 1


def test_a_key_that_is_marked_as_lost_while_it_is_given_out_is_one_or_the_other(local: Running) -> None:
    add_stock(local.parts, STAFF, of_serials(["9"]))
    (row,) = find(local.parts, STAFF, Wanted("default", serial="9")).keys
    visit, key = Visit(local), key_like(local)
    ceremony = visit.begun(key, serial="9")
    made = visit.completed(key, ceremony)
    proved, lost = at_once(
        lambda: visit.proved(key, ceremony, made), lambda: mark_lost(local.parts, STAFF, row.id, "stolen")
    )
    assert not isinstance(lost, Exception)
    assert state(local, row.id) is KeyState.LOST
    assert isinstance(proved, ProofRejected) or credentials(local) == (), "nothing works on a lost key"


def test_the_history_of_a_key_names_nobody_in_its_own_lines(local: Running) -> None:
    Visit(local).enrolls(key_like(local), serial="1")
    (row,) = held(local)
    mark_lost(local.parts, STAFF, row.id, "stolen")
    told = show(local.parts, STAFF, row.id)
    assert [(each.event, each.actor, each.reason) for each in told.history] == [
        ("key_issued", "client:lobby", WALK_UP),
        ("key_lost", "staff:ines", "stolen"),
    ]
    assert all(user_of(local) not in str(each) for each in told.history)


def test_somebody_who_gives_up_leaves_no_key_behind(local: Running) -> None:
    visit, key = Visit(local), key_like(local)
    visit.completed(key, visit.begun(key, serial="5"))
    actions.cancel(visit.made, visit.caller, visit.enrollment)
    assert find(local.parts, STAFF, Wanted("default")).keys == ()
