"""New passwords, for the old one or for a passcode; aliases; over HTTPS."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from kiosk.service.accounts.password_changes import Whose, change_password_by_passcode
from kiosk.service.accounts.rules import SignInRefused
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.accounts.desk import ANOTHER, PASSWORD, Desk, desk_at
from tests.kiosk.service.running import Running

MARIA = {"username": "maria", "siteId": "staff"}
DESK = Caller("desk", frozenset(), "default", frozenset({"staff"}))
BY_PASSCODE = "/user/change-password-from-passcode"


def passcode(desk: Desk, **whose: str) -> str:
    """A fresh one, from the mail."""
    desk.running.clock.advance(seconds=61)
    desk.post("/user/send-passcode", whose or MARIA, 202)
    return desk.mailed("passcode")


def test_a_password_is_changed_for_the_old_one_and_the_other_sessions_end(desk: Desk) -> None:
    user_id = desk.member()
    here, there = desk.signed_in(), desk.signed_in()
    desk.post("/user/change-password", {"oldPassword": PASSWORD, "newPassword": ANOTHER}, 204, session=here)
    assert [desk.call("GET", "/user/session", session=each).status_code for each in (here, there)] == [200, 401]
    assert [desk.login(password=each).status_code for each in (PASSWORD, ANOTHER)] == [401, 200]
    letter = desk.letters()[-1]
    assert (letter.template, letter.to) == ("password_changed", "maria@example.org")
    assert letter.values.keys() == {"name", "organization", "when"}
    assert "password_changed" in [each.event for each in desk.trail(user_id)]


def test_the_old_password_must_be_right_and_guessing_it_locks(desk: Desk) -> None:
    user_id = desk.member()
    here = desk.signed_in()
    for _ in range(10):
        told = desk.post("/user/change-password", {"oldPassword": "x", "newPassword": ANOTHER}, 401, session=here)
        assert told["error"] == "sign_in_refused"
    desk.post("/user/change-password", {"oldPassword": PASSWORD, "newPassword": ANOTHER}, 401, session=here)
    assert desk.login().status_code == 401
    assert [each.event for each in desk.trail(user_id)].count("password_refused") == 11
    desk.running.clock.advance(seconds=31)
    desk.post("/user/change-password", {"oldPassword": PASSWORD, "newPassword": ANOTHER}, 204, session=here)


@pytest.mark.parametrize(
    ("new", "reason"), [("short", "too_short"), ("x" * 129, "too_long"), ("maria okafor 1234", "own_name")]
)
def test_a_weak_password_is_refused_with_its_reason(desk: Desk, new: str, reason: str) -> None:
    desk.member()
    here = desk.signed_in()
    told = desk.post("/user/change-password", {"oldPassword": PASSWORD, "newPassword": new}, 400, session=here)
    assert told == {"error": "password_refused", "errorDetails": f"Nobody should have this password ({reason})"}
    text = passcode(desk)
    told = desk.post(BY_PASSCODE, {**MARIA, "passcode": text, "newPassword": new}, 400)
    assert told["errorDetails"].endswith(f"({reason})")
    desk.post(BY_PASSCODE, {**MARIA, "passcode": text, "newPassword": ANOTHER}, 204)


def test_for_a_passcode_no_old_password_is_needed_and_every_session_ends(desk: Desk) -> None:
    user_id = desk.member()
    here = desk.signed_in()
    for _ in range(10):
        desk.login(password="wrong, and again")
    text = passcode(desk)
    desk.post(BY_PASSCODE, {**MARIA, "passcode": text.lower(), "newPassword": ANOTHER}, 204)
    assert desk.call("GET", "/user/session", session=here).status_code == 401
    assert desk.login(password=ANOTHER).status_code == 200  # and the lock is gone
    assert desk.letters()[-1].template == "password_changed"
    assert desk.post(BY_PASSCODE, {**MARIA, "passcode": text, "newPassword": PASSWORD}, 401)["error"] == (
        "sign_in_refused"
    )
    changed = [each for each in desk.trail(user_id) if each.event == "password_changed"]
    assert [each.details for each in changed] == [{"method": "passcode"}]


def test_a_passcode_is_found_by_name_alias_or_mail_address(desk: Desk) -> None:
    desk.member()
    desk.post("/user/aliases", {"alias": "zed"}, 201, session=desk.signed_in())
    asked = {"email": "MARIA@example.org", "siteId": "staff"}
    text = passcode(desk, **asked)
    by_alias = {"username": "ZED", "siteId": "staff"}
    desk.post(BY_PASSCODE, {**by_alias, "passcode": text, "newPassword": ANOTHER}, 204)


def test_an_address_of_two_people_is_nobodys(desk: Desk) -> None:
    desk.member("maria")
    desk.member("mary")
    desk.running.clock.advance(seconds=61)
    desk.post("/user/send-passcode", {"email": "maria@example.org", "siteId": "staff"}, 202)
    assert "passcode" not in [each.template for each in desk.letters()]


def test_known_and_unknown_people_get_the_same_answers(desk: Desk) -> None:
    desk.member()
    desk.registered("pending", email="pending@example.org")
    wishes = [{"username": each, "siteId": "staff"} for each in ("maria", "nobody", "pending")]
    answers = [desk.call("POST", "/user/send-passcode", each) for each in (*wishes, *wishes)]
    assert {(each.status_code, each.content) for each in answers} == {(202, b'{"status":"accepted"}')}
    assert [each.to for each in desk.letters() if each.template == "passcode"] == ["maria@example.org"]
    bodies = [{**each, "passcode": "WRNG-WRNG-WRNG-WRNG", "newPassword": ANOTHER} for each in wishes]
    refused = [desk.call("POST", BY_PASSCODE, each) for each in bodies]
    assert {(each.status_code, each.content) for each in refused} == {(401, refused[0].content)}


def test_a_passcode_is_of_one_person(desk: Desk) -> None:
    desk.member("maria")
    desk.member("other", email="other@example.org")
    text = passcode(desk)
    other = {"username": "other", "siteId": "staff", "passcode": text, "newPassword": ANOTHER}
    desk.post(BY_PASSCODE, other, 401)
    desk.running.clock.advance(days=1)
    desk.station.sign_in()
    desk.post(BY_PASSCODE, {**MARIA, "passcode": text, "newPassword": ANOTHER}, 401)


def test_somebody_is_named_once(desk: Desk) -> None:
    both = {"username": "maria", "email": "maria@example.org", "siteId": "staff"}
    for body in (both, {"siteId": "staff"}):
        assert desk.post("/user/send-passcode", body, 400)["error"] == "malformed"
    told = desk.post("/user/send-passcode", {"username": "maria", "siteId": "club"}, 403)
    assert told["error"] == "site_not_allowed"


@pytest.mark.databases
def test_of_two_that_use_a_passcode_at_once_one_succeeds(accounts: Running) -> None:
    with desk_at(accounts, ("staff",)) as desk:
        desk.member()
        text, start, told = passcode(desk), Barrier(2), list[str]()

        def run(new: str) -> None:
            start.wait(10)
            try:
                change_password_by_passcode(accounts.parts, DESK, Whose("staff", "maria"), text, new)
                told.append(new)
            except SignInRefused:
                told.append("refused")

        threads = [Thread(target=run, args=(f"{ANOTHER} {number}",)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        [good] = [each for each in told if each != "refused"]
        assert len(told) == 2
        assert desk.login(password=good).status_code == 200
