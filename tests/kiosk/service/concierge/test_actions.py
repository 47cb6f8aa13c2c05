"""Look-ups and codes: who is seen by whom, what is in the trail, and what a code is worth."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kiosk.service.accounts.rules import AccountState, NoSuchAccount
from kiosk.service.concierge import actions
from kiosk.service.concierge.bodies import CheckCode, CodeChannel, Search, SendCode
from kiosk.service.store.accounts import move_account
from kiosk.service.store.engine import WriteTx
from kiosk.service.verification.rules import TooSoon
from tests.kiosk.service.concierge.world import MARIA, OURS, THEIRS, World, caller

pytestmark = pytest.mark.databases

WHY = "Lost her key, ticket 4711"


def search(**by: str) -> Search:
    return Search(reason=WHY, **by)


def test_somebody_is_found_by_each_of_three_values(world: World) -> None:
    for by in (
        {"user_id": world.ids["maria"]},
        {"primary_user_identifier": " M.OKAFOR@example.org "},
        {"email": MARIA},
    ):
        shown = actions.user_details(world.running.parts, caller("north"), search(**by))
        assert shown.user_id == world.ids["maria"]
        assert [each.site_id for each in shown.sites] == ["north"]


def test_the_same_name_is_somebody_else_in_another_tenant(world: World) -> None:
    theirs = caller("abroad", tenant=THEIRS)
    assert actions.user_details(world.running.parts, theirs, search(email=MARIA)).user_id == world.ids["theo"]
    with pytest.raises(NoSuchAccount):
        actions.user_details(world.running.parts, theirs, search(user_id=world.ids["maria"]))


@pytest.mark.parametrize("look", [actions.user_details, actions.cardholder_details])
def test_people_of_others_are_nobody_and_the_trail_does_not_tell_them_apart(world: World, look: Any) -> None:
    for by in (
        {"user_id": world.ids["sara"]},
        {"primary_user_identifier": "sara@example.org"},
        {"email": "sara@example.org"},
        {"user_id": world.ids["theo"]},
        {"user_id": "f" * 32},
        {"primary_user_identifier": "nobody@example.org"},
        {"email": "nobody@example.org"},
        {"email": "not an address"},
        {"email": "shared@example.org"},
        {"primary_user_identifier": "\u202enobody"},
    ):
        with pytest.raises(NoSuchAccount):
            look(world.running.parts, caller("north"), search(**by))
        assert world.trail()[-1] == (f"concierge_{look.__name__}", OURS, "client:desk", "", WHY)
    assert len(world.trail()) == 10


def test_a_client_of_several_sites_sees_their_people_and_of_them_its_own_sites_only(world: World) -> None:
    both = caller("north", "south")
    assert actions.user_details(world.running.parts, both, search(email="sara@example.org")).sites[0].site_id == "south"
    with pytest.raises(NoSuchAccount):
        actions.user_details(world.running.parts, caller(), search(email="sara@example.org"))
    wrong_tenant = caller("north", "south", tenant=THEIRS)
    with pytest.raises(NoSuchAccount):
        actions.user_details(world.running.parts, wrong_tenant, search(user_id=world.ids["sara"]))


def test_who_was_removed_is_nobody(world: World) -> None:
    def remove(tx: WriteTx) -> None:
        move_account(tx, world.ids["nils"], AccountState.PENDING, AccountState.REMOVED, world.running.clock.now())

    actions.user_details(world.running.parts, caller("north"), search(user_id=world.ids["nils"]))
    world.running.parts.store.write(remove)
    with pytest.raises(NoSuchAccount):
        actions.user_details(world.running.parts, caller("north"), search(user_id=world.ids["nils"]))


def test_each_look_up_is_in_the_trail_with_its_reason_and_without_what_was_typed(world: World) -> None:
    actions.user_details(world.running.parts, caller("north"), search(email=MARIA))
    actions.cardholder_details(world.running.parts, caller("north"), search(email=MARIA.upper()))
    actions.cardholder_details(world.running.parts, caller("north"), search(user_id=world.ids["maria"]))
    maria = world.ids["maria"]
    assert world.trail() == [
        ("concierge_user_details", OURS, "client:desk", maria, WHY),
        ("concierge_cardholder_details", OURS, "client:desk", maria, WHY),
        ("concierge_cardholder_details", OURS, "client:desk", maria, WHY),
    ]
    details = [
        json.loads(told) if isinstance(told, str) else told for (told,) in world.read("SELECT details FROM audit")
    ]
    assert [each["by"] for each in details] == ["email", "email", "user_id"]
    assert details[0]["asked"] == details[1]["asked"] != details[2]["asked"]
    assert all(each["found"] is True for each in details)
    assert "okafor" not in json.dumps(details)


def send(world: World, user: str = "maria", channel: CodeChannel = CodeChannel.MAIL, client: str = "desk") -> Any:
    body = SendCode(user_id=world.ids.get(user, user), channel=channel, reason=WHY)
    return actions.send_code(world.running.parts, caller("north", client=client), body)


def check(world: World, code: str, user: str = "maria", client: str = "desk") -> bool:
    body = CheckCode(user_id=world.ids.get(user, user), code=code)
    return actions.check_code(world.running.parts, caller("north", client=client), body).confirmed


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_that_is_read_back_confirms_once(world: World) -> None:
    sent = send(world)
    code = world.running.random.codes[-1]
    assert (sent.sent_to, sent.digits, sent.life) == ("m•••••@example.org", 6, 600)
    assert code not in repr(sent) + sent.model_dump_json()
    assert check(world, f"{code[:3]} {code[3:]}") is True
    assert check(world, code) is False
    assert [(event, reason) for event, _, _, _, reason in world.trail()] == [
        ("concierge_code_sent", WHY),
        ("concierge_code_checked", ""),
        ("concierge_code_checked", ""),
    ]
    assert code not in str(world.read("SELECT * FROM audit")) + str(world.read("SELECT * FROM one_time"))


def test_a_message_goes_to_the_address_on_file_in_the_place_of_an_earlier_one(world: World) -> None:
    send(world)
    world.running.clock.advance(seconds=61)
    assert send(world, channel=CodeChannel.SMS).sent_to == "••••• 17"
    assert world.read("SELECT channel, state FROM messages ORDER BY written_at") == [
        ("mail", "useless"),
        ("sms", "waiting"),
    ]


def test_who_has_no_such_address_is_told_nothing_and_gets_nothing(world: World) -> None:
    assert send(world, "nobu", CodeChannel.SMS).sent_to == ""
    assert world.read("SELECT state, sealed FROM messages") == [("discarded", None)]


def test_only_the_client_that_had_it_sent_may_check_a_code(world: World) -> None:
    send(world)
    code = world.running.random.codes[-1]
    assert check(world, code, client="another") is False
    assert check(world, code, user="nils") is False
    assert check(world, code) is True


def test_a_few_wrong_codes_end_it(world: World) -> None:
    send(world)
    code = world.running.random.codes[-1]
    assert [check(world, wrong(code)) for _ in range(5)] == [False] * 5
    assert check(world, code) is False


def test_a_code_grows_old_and_another_takes_its_place(world: World) -> None:
    send(world)
    first = world.running.random.codes[-1]
    with pytest.raises(TooSoon):
        send(world)
    world.running.clock.advance(seconds=61)
    send(world)
    second = world.running.random.codes[-1]
    assert check(world, first) is (first == second)
    world.running.clock.advance(seconds=600)
    assert check(world, second) is False


@pytest.mark.parametrize("user", ["sara", "theo", "f" * 32])
def test_nobody_can_be_sent_a_code_but_the_same_is_written(world: World, user: str) -> None:
    with pytest.raises(NoSuchAccount):
        send(world, user)
    assert world.read("SELECT state, sealed FROM messages") == [("discarded", None)]
    assert world.read("SELECT purpose, user_id FROM one_time") == [("concierge", None)]
    with pytest.raises(NoSuchAccount):
        check(world, world.running.random.codes[-1], user)
    assert [(event, subject, reason) for event, _, _, subject, reason in world.trail()] == [
        ("concierge_code_sent", "", WHY),
        ("concierge_code_checked", "", ""),
    ]
