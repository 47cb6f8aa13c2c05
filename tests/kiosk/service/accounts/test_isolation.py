"""Sites and tenants: what one knows, does and asks is not seen by another, whoever tries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.kiosk.service.accounts.desk import ANOTHER, PASSWORD, Desk, desk_at
from tests.kiosk.service.running import Running


@dataclass
class Three:
    """Clients of two sites of one tenant, of both of these, and of a site of another tenant."""

    staff: Desk
    club: Desk
    both: Desk
    abroad: Desk


@pytest.fixture
def three(accounts: Running) -> Iterator[Three]:
    with ExitStack() as stack:
        yield Three(
            stack.enter_context(desk_at(accounts, ("staff",))),
            stack.enter_context(desk_at(accounts, ("club",))),
            stack.enter_context(desk_at(accounts, ("staff", "club"))),
            stack.enter_context(desk_at(accounts, ("abroad",), "other")),
        )


def at(user_id: str, site: str) -> str:
    return f"/user/{user_id}/site/{site}/attributes"


def everything_about(desk: Desk, user_id: str, site: str) -> list[tuple[int, str]]:
    """The answers to all that a client can ask about somebody."""
    asked = [
        desk.call("GET", at(user_id, site)),
        desk.call("PUT", at(user_id, site), {"attributes": {}}),
        desk.call("POST", f"/user/{user_id}/status", {"status": "on_hold", "reason": "a reason"}),
        desk.call("DELETE", f"/user/account/{user_id}"),
        desk.call("POST", f"/user/activate-token/{user_id}", {"token": "q3v1H0mF8r2Yw9ZkT5xNdA"}),
        desk.call("POST", f"/user/activate-token/{user_id}/resend", {}),
    ]
    return [(each.status_code, each.text) for each in asked]


def test_two_sites_with_the_same_person_know_different_things_of_them(three: Three) -> None:
    maria = three.staff.member()
    answer = three.both.call("PUT", at(maria, "club"), {"attributes": {"shirt": "L"}})
    assert (answer.status_code, answer.json()) == (200, {"attributes": {"shirt": "L"}})
    assert three.staff.call("GET", at(maria, "staff")).json() == {"attributes": {"team": "Red"}}
    assert three.club.call("GET", at(maria, "club")).json() == {"attributes": {"shirt": "L"}}
    for desk, site in ((three.staff, "club"), (three.club, "staff"), (three.abroad, "staff"), (three.abroad, "club")):
        for method, body in (("GET", None), ("PUT", {"attributes": {}})):
            refused = desk.call(method, at(maria, site), body)
            assert (refused.status_code, refused.json()["error"]) == (403, "site_not_allowed")
    three.club.call("PUT", at(maria, "club"), {"attributes": {}})
    assert three.staff.call("GET", at(maria, "staff")).json() == {"attributes": {"team": "Red"}}


def test_a_site_cannot_make_somebody_of_another_site_its_own(three: Three) -> None:
    maria = three.staff.member()
    refused = three.club.call("PUT", at(maria, "club"), {"attributes": {"shirt": "L"}})
    assert (refused.status_code, refused.json()["error"]) == (404, "not_found")
    assert three.club.login().status_code == 401


def test_somebody_of_another_site_or_tenant_looks_like_nobody_whatever_is_asked(three: Three) -> None:
    maria = three.staff.member()
    for desk, site in ((three.club, "club"), (three.abroad, "abroad")):
        assert everything_about(desk, maria, site) == everything_about(desk, "0" * 32, site)
    assert three.staff.login().status_code == 200
    assert three.staff.call("GET", at(maria, "staff")).json() == {"attributes": {"team": "Red"}}


def test_two_tenants_have_the_same_names_and_aliases_for_different_people(three: Three) -> None:
    here, there = three.staff.member("maria"), three.abroad.member("maria", ANOTHER)
    assert here != there
    hers, theirs = three.staff.signed_in("maria"), three.abroad.signed_in("maria", ANOTHER)
    for desk, session in ((three.staff, hers), (three.abroad, theirs)):
        assert desk.post("/user/aliases", {"alias": "Zed"}, 201, session=session) == {"aliases": ["Zed"]}
    signed_in = [three.staff.login("zed", PASSWORD), three.abroad.login("zed", ANOTHER)]
    assert [each.json()["userId"] for each in signed_in] == [here, there]
    assert [three.staff.login("zed", ANOTHER).status_code, three.abroad.login("zed", PASSWORD).status_code] == [401] * 2
    assert three.abroad.call("DELETE", "/user/aliases", session=theirs, params={"alias": "ZED"}).status_code == 204
    assert three.staff.login("zed", PASSWORD).status_code == 200
    assert three.staff.call("GET", "/user/aliases", session=hers).json() == {"aliases": ["Zed"]}


def test_guesses_in_one_tenant_lock_nobody_in_another(three: Three) -> None:
    three.staff.member("maria")
    three.abroad.member("maria", ANOTHER)
    for _ in range(12):
        three.abroad.login("maria", "wrong, and again")
    assert three.abroad.login("maria", ANOTHER).status_code == 401
    assert three.staff.login("maria").status_code == 200


def test_a_token_of_one_tenant_activates_nobody_in_another_and_asking_for_one_kills_none(three: Three) -> None:
    maria = three.staff.registered()
    token = three.staff.mailed("activation")
    three.staff.running.clock.advance(seconds=61)
    for desk in (three.club, three.abroad):
        assert desk.call("POST", f"/user/activate-token/{maria}", {"token": token}).status_code == 404
        desk.post(f"/user/activate-token/{maria}/resend", {}, 202)
    three.staff.post(f"/user/activate-token/{maria}", {"token": token}, 200)


def test_a_passcode_is_asked_for_and_used_at_ones_own_site(three: Three) -> None:
    three.staff.member("maria")
    three.abroad.member("maria", ANOTHER)
    for desk, site in ((three.club, "club"), (three.abroad, "abroad"), (three.staff, "staff")):
        desk.post("/user/send-passcode", {"username": "maria", "siteId": site}, 202)
    mailed = [each for each in three.staff.letters() if each.template == "passcode"]
    assert len(mailed) == 2  # the club does not know her
    abroad, here = (each.values["code"] for each in mailed)
    for desk, site, text in (
        (three.staff, "staff", abroad),
        (three.abroad, "abroad", here),
        (three.club, "club", here),
    ):
        body = {"username": "maria", "siteId": site, "passcode": text, "newPassword": "three loud crows at tea"}
        desk.post("/user/change-password-from-passcode", body, 401)


def test_the_same_key_of_two_clients_is_two_creations(three: Three) -> None:
    key = {"Idempotency-Key": "one"}
    made = [
        desk.call("POST", "/user/registration", desk.form("maria"), headers=key).json()["userId"]
        for desk in (three.staff, three.abroad)
    ]
    assert len(set(made)) == 2
