"""Signing in with a password: one answer for whatever is wrong, guesses that are counted first, sessions that end."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
import requests
from sqlalchemy import select

from kiosk.service.accounts.passwords import Passwords
from kiosk.service.accounts.rules import SignInRefused
from kiosk.service.accounts.sessions import forget_old_sessions
from kiosk.service.accounts.settings import PasswordSettings
from kiosk.service.accounts.sign_in import Shown, sign_in
from kiosk.service.store.attempts import attempts
from kiosk.service.store.passwords import password_hash
from kiosk.service.store.sessions import sessions
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.accounts.desk import PASSWORD, Desk, desk_at
from tests.kiosk.service.accounts.people_with_apps import Phone
from tests.kiosk.service.running import Running

REFUSED = {"error": "sign_in_refused", "errorDetails": "Not signed in"}
DESK = Caller("desk", frozenset(), "default", frozenset({"staff", "club"}))
GUESS = "nine red bicycles downhill"


def headers(answer: requests.Response) -> dict[str, str]:
    """Those that could tell one answer from another."""
    return {name: value for name, value in answer.headers.items() if name.lower() not in ("date", "x-request-id")}


def held(desk: Desk, status: str) -> str:
    user_id = desk.member("held", email="held@example.org")
    desk.post(f"/user/{user_id}/status", {"status": status, "reason": "a reason"}, 200)
    return user_id


def test_whatever_is_wrong_looks_the_same(desk: Desk) -> None:
    desk.member("maria")
    desk.member("silent", password=None, email="silent@example.org")
    desk.registered("pending", password=PASSWORD, email="pending@example.org")
    held(desk, "on_hold")
    gone = desk.member("gone", email="gone@example.org")
    assert desk.call("DELETE", f"/user/account/{gone}").status_code == 204
    tried = [
        desk.login("maria", GUESS),
        desk.login("nobody", PASSWORD),
        desk.login("silent", PASSWORD),
        desk.login("pending", PASSWORD),
        desk.login("held", PASSWORD),
        desk.login("gone", PASSWORD),
        desk.login("\u202e\u0007", PASSWORD),
        desk.login("x" * 256, PASSWORD),
    ]
    assert {each.status_code for each in tried} == {401}
    assert all(each.json() == REFUSED for each in tried)
    assert all(headers(each) == headers(tried[0]) for each in tried)
    assert desk.login("maria").status_code == 200


def test_somebody_of_another_site_looks_like_nobody(accounts: Running) -> None:
    with desk_at(accounts, ("staff",)) as desk, desk_at(accounts, ("club",)) as club:
        desk.member("maria")
        assert desk.login("maria").status_code == 200
        assert (club.login("maria").status_code, club.login("maria").json()) == (401, REFUSED)
        body = {"username": "maria", "password": PASSWORD, "siteId": "staff"}
        answer = club.call("POST", "/user/site/staff/login", body)
        assert (answer.status_code, answer.json()["error"]) == (403, "site_not_allowed")


@pytest.mark.parametrize("name", ["maria", "nobody"])
def test_guesses_lock_for_a_while_and_then_for_longer_whether_there_is_somebody_or_not(desk: Desk, name: str) -> None:
    desk.member("maria")
    for _ in range(10):
        assert desk.login(name, GUESS).json() == REFUSED
    locked = desk.login(name)
    assert (locked.status_code, locked.json()) == (401, REFUSED)
    desk.running.clock.advance(seconds=31)
    assert desk.login(name, GUESS).status_code == 401
    desk.running.clock.advance(seconds=31)
    assert desk.login(name).status_code == 401
    desk.running.clock.advance(seconds=30)
    assert desk.login(name).status_code == (200 if name == "maria" else 401)
    with desk.running.parts.store.read() as tx:
        counted = [row.failures for row in tx.connection.execute(select(attempts))]
    assert counted == ([] if name == "maria" else [12])


def test_an_alias_is_no_second_try(desk: Desk) -> None:
    desk.member("maria")
    desk.post("/user/aliases", {"alias": "zed"}, 201, session=desk.signed_in())
    for number in range(10):
        assert desk.login(("maria", "zed", "MARIA")[number % 3], GUESS).status_code == 401
    assert [desk.login(each).status_code for each in ("maria", "zed", "ZED")] == [401] * 3
    desk.running.clock.advance(seconds=31)
    assert desk.login("zed").status_code == 200


@pytest.mark.databases
def test_guesses_at_the_same_time_are_all_counted(desk: Desk) -> None:
    desk.member("maria")
    parts, start = desk.running.parts, Barrier(8)
    told = list[str]()

    def guess(number: int) -> None:
        start.wait(10)
        for _ in range(3):
            try:
                sign_in(parts, DESK, "staff", Shown("maria", f"{GUESS} {number}"))
            except SignInRefused:
                told.append("refused")

    _together([lambda number=number: guess(number) for number in range(8)])  # type: ignore[misc]  # mypy cannot infer a default of a lambda
    assert told == ["refused"] * 24
    with parts.store.read() as tx:
        [row] = tx.connection.execute(select(attempts)).all()
    assert row.failures == 10  # free ones; all others came while it was locked
    with pytest.raises(SignInRefused):
        sign_in(parts, DESK, "staff", Shown("maria", PASSWORD))


def _together(works: list[Callable[[], None]]) -> None:
    threads = [Thread(target=each) for each in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_the_site_of_the_body_is_that_of_the_path(desk: Desk) -> None:
    desk.member()
    told = desk.post("/user/site/staff/login", {"username": "maria", "password": PASSWORD, "siteId": "club"}, 400)
    assert told["errorDetails"].endswith("(siteId)")


def test_a_password_is_hashed_anew_when_the_settings_have_changed(desk: Desk) -> None:
    user_id = desk.member()
    parts = desk.running.parts
    harder = Passwords(PasswordSettings(memory_mib=8, rounds=2))
    object.__setattr__(parts, "passwords", harder)
    for expected in (False, True):
        with parts.store.read() as tx:
            kept = password_hash(tx, user_id)
        assert kept is not None
        assert harder.outdated(kept) is not expected
        sign_in(parts, DESK, "staff", Shown("maria", PASSWORD))


def test_a_session_ends_with_signing_out_its_time_or_a_hold(desk: Desk) -> None:
    user_id = desk.member()
    one, two = desk.signed_in(), desk.signed_in()
    assert desk.call("POST", "/user/logout", {}, session=one).status_code == 204
    assert [desk.call("GET", "/user/session", session=each).status_code for each in (one, two)] == [401, 200]
    desk.post(f"/user/{user_id}/status", {"status": "on_hold", "reason": "a reason"}, 200)
    assert desk.call("GET", "/user/session", session=two).status_code == 401
    desk.post(f"/user/{user_id}/status", {"status": "active", "reason": "a reason"}, 200)
    assert desk.call("GET", "/user/session", session=two).status_code == 401
    three = desk.signed_in()
    desk.running.clock.advance(seconds=3599)
    assert desk.call("GET", "/user/session", session=three).status_code == 200
    desk.running.clock.advance(seconds=1)
    answer = desk.call("GET", "/user/session", session=three)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert forget_old_sessions(desk.running.parts) == 1


def test_only_hashes_of_session_tokens_are_kept(desk: Desk) -> None:
    desk.member()
    token = desk.signed_in()
    with desk.running.parts.store.read() as tx:
        assert token not in str(tx.connection.execute(select(sessions)).all())


def test_a_token_of_a_client_is_no_session_and_a_session_no_token_of_a_client(desk: Desk) -> None:
    user_id = desk.member()
    session = desk.signed_in()
    assert desk.call("GET", "/user/session").status_code == 401
    assert desk.call("DELETE", f"/user/account/{user_id}", session=session).status_code == 401
    assert desk.call("GET", "/user/session", session="unknown").status_code == 401


def test_the_trail_tells_who_was_refused_and_no_name(desk: Desk) -> None:
    user_id = desk.member()
    desk.login(password=GUESS)
    desk.login("nobody")
    assert [each.event for each in desk.trail(user_id)][-1] == "sign_in_refused"
    assert [(each.event, each.site) for each in desk.trail("")] == [("sign_in_refused", "staff")]
    assert "nobody" not in str(desk.trail(""))


def test_who_has_an_app_signs_in_with_its_code_as_well_and_with_each_code_once(desk: Desk) -> None:
    desk.member()
    here = desk.signed_in()
    phone = Phone.scanned(desk.running, desk.post("/user/mfa/totp/setup", {}, 200, session=here)["secret"])
    spare = desk.post("/user/mfa/totp/enroll", {"code": phone.code()}, 200, session=here)["recoveryCodes"][0]
    desk.running.clock.advance(seconds=30)
    code = phone.code()
    assert desk.login().json() == desk.login(otp="000000").json() == REFUSED
    assert desk.login(password=GUESS, otp=code).json() == REFUSED
    signed_in = desk.login(otp=code, otpType="TOTP").json()
    assert signed_in["mfa"] is True
    told = desk.call("GET", "/user/session", session=signed_in["accessToken"]).json()
    assert told["method"] == "password+totp"
    assert desk.login(otp=code).json() == REFUSED
    assert desk.login(otp=spare).json()["mfa"] is True
    assert desk.login(otp=spare).json() == REFUSED
    assert desk.login(otp=code, otpType="SMS").status_code == 400


def test_codes_of_an_app_are_guessed_as_rarely_as_passwords(desk: Desk) -> None:
    desk.member()
    here = desk.signed_in()
    phone = Phone.scanned(desk.running, desk.post("/user/mfa/totp/setup", {}, 200, session=here)["secret"])
    desk.post("/user/mfa/totp/enroll", {"code": phone.code()}, 200, session=here)
    desk.running.clock.advance(seconds=30)
    for _ in range(10):
        assert desk.login(otp="000000").status_code == 401
    assert desk.login(otp=phone.code()).status_code == 401
    desk.running.clock.advance(seconds=31)
    assert desk.login(otp=phone.code()).status_code == 200
