"""Guests that a client enrolls, over HTTPS, with a checker over HTTPS."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.accounts import guests_screening
from kiosk.service.screening.connector import CallType
from kiosk.service.screening.rules import lease
from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.checker import (
    PRIVACY,
    Checker,
    account_of,
    checking,
    consents_of,
    guest_of,
    screenings_of,
    settings_with_checkers,
)
from tests.kiosk.service.accounts.desk import PASSWORD, Desk, desk_at
from tests.kiosk.service.running import Running, served
from tests.kiosk.service.soft_key import Json

PATH = "/user/v2/enrollments"


@pytest.fixture
def checker(tls: tuple[Identity, Identity]) -> Iterator[Checker]:
    with checking(tls) as running:
        yield running


@pytest.fixture
def running(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity], checker: Checker
) -> Iterator[Running]:
    with served(tmp_path, settings_with_checkers(tmp_path, backend, checker.settings()), tls) as running:
        yield running


@pytest.fixture
def desk(running: Running) -> Iterator[Desk]:
    with desk_at(running, ("main", "annex")) as signed_in:
        yield signed_in


def wish(name: str = "amina@example.com", **changes: Any) -> Json:
    person = {"primaryUserIdentifier": name, "email": "amina@example.com", "givenName": "Amina", "familyName": "Haddad"}
    return {**person, "siteId": "main", "locale": "en", "consents": [PRIVACY], **changes}


def enroll(desk: Desk, body: Json, expect: int = 201, **headers: str) -> Json:
    sent = {"CLIENT_ID": desk.station.credentials.client_id, **headers}
    answer = desk.call("POST", PATH, body, headers=sent)
    assert answer.status_code == expect, answer.text
    return dict(answer.json())


@pytest.mark.databases
def test_who_passes_is_active_and_sets_a_first_password_with_the_passcode(desk: Desk, checker: Checker) -> None:
    made = enroll(desk, wish())
    assert (made["status"], made["screening"]) == ("ACTIVE", "PASSED")
    assert checker.asked == [
        {
            "callType": "OFAC",
            "givenName": "Amina",
            "familyName": "Haddad",
            "email": "amina@example.com",
        }
    ]
    (letter,) = desk.letters()
    assert (letter.template, letter.to, letter.values["name"]) == ("passcode", "amina@example.com", "Amina Haddad")
    change = {"siteId": "main", "username": "amina@example.com", "passcode": letter.values["code"]}
    desk.post("/user/change-password-from-passcode", {**change, "newPassword": PASSWORD}, 204)
    signed_in = desk.call(
        "POST", "/user/site/main/login", {"username": "amina@example.com", "password": PASSWORD, "siteId": "main"}
    )
    assert signed_in.status_code == 200
    assert signed_in.json()["userId"] == made["userId"]
    events = [each.event for each in desk.trail(made["userId"])]
    assert events == ["guest_enrolled", "guest_screened", "password_changed", "signed_in"]


@pytest.mark.parametrize("finding", ["hit", "possible"])
def test_who_is_found_waits_for_staff_who_let_them_in(desk: Desk, checker: Checker, finding: str) -> None:
    checker.says["Haddad"] = finding
    made = enroll(desk, wish())
    user_id = made["userId"]
    assert (made["status"], made["screening"]) == ("PENDING", "HELD")
    assert desk.letters() == []
    (held,) = screenings_of(desk.running, user_id)
    assert (held.checker, held.reference, held.settled_at) == ("sanctions", "case 1", None)
    assert not guests_screening.ask_next(desk.running.parts)
    desk.post(f"/user/{user_id}/status", {"status": "active", "reason": "looked at the passport"}, 200)
    assert account_of(desk.running, user_id).status == "active"
    assert [each.state for each in screenings_of(desk.running, user_id)] == ["let_in"]
    assert [each.template for each in desk.letters()] == ["passcode"]


def test_who_is_kept_out_by_staff_stays_out(desk: Desk, checker: Checker) -> None:
    checker.down = True
    user_id = enroll(desk, wish())["userId"]
    desk.post(f"/user/{user_id}/status", {"status": "on_hold", "reason": "not expected"}, 200)
    checker.down = False
    desk.running.clock.advance(hours=1)
    assert not guests_screening.ask_next(desk.running.parts)
    assert account_of(desk.running, user_id).status == "on_hold"
    assert [each.state for each in screenings_of(desk.running, user_id)] == ["kept_out"]


@pytest.mark.databases
def test_a_checker_that_is_down_lets_nobody_pass_until_it_answers(desk: Desk, checker: Checker) -> None:
    checker.down, parts = True, desk.running.parts
    made = enroll(desk, wish())
    assert (made["status"], made["screening"]) == ("PENDING", "DUE")
    assert not guests_screening.ask_next(parts)  # not yet
    desk.running.clock.advance(seconds=16)
    assert guests_screening.ask_next(parts)
    (row,) = screenings_of(desk.running, made["userId"])
    assert (row.state, row.tries, row.checker) == ("due", 2, "sanctions")
    assert not guests_screening.ask_next(parts)
    checker.down = False
    desk.running.clock.advance(seconds=31)
    assert guests_screening.ask_next(parts)
    assert account_of(desk.running, made["userId"]).status == "active"
    assert [each.template for each in desk.letters()] == ["passcode"]


def test_the_worker_asks_again_by_itself(desk: Desk, checker: Checker) -> None:
    user_id = enroll(desk, wish())["userId"]
    settled = len(checker.asked)
    desk.post("/user/revalidate", {"callType": "OFAC", "userIds": [user_id]}, 202)
    with desk.running.parts.store.read() as tx:
        assert guests_screening.standing(tx, user_id).state == "due"  # type: ignore[union-attr]  # it was just made
    assert guests_screening.ask_next(desk.running.parts)
    assert len(checker.asked) == settled + 1


@pytest.mark.databases
def test_consents_are_kept_with_the_text_that_was_shown(desk: Desk) -> None:
    arabic = {**PRIVACY, "language": "ar-EG"}
    body = wish(marketingOptIns=["sms_news"], consents=[arabic, {**PRIVACY, "id": "news", "version": "1"}])
    user_id = enroll(desk, body)["userId"]
    kept = {each.terms: each for each in consents_of(desk.running, user_id)}
    assert set(kept) == {"privacy", "news", "opt_in:sms_news"}
    privacy = kept["privacy"]
    assert (privacy.version, privacy.language, privacy.site) == ("2", "ar", "main")
    assert privacy.text_digest == hashlib.sha256("نحتفظ بالقليل.".encode()).hexdigest()
    assert privacy.given_at == desk.running.clock.now()
    assert privacy.client_id == desk.station.credentials.client_id


def test_what_may_be_declined_is_not_kept_where_it_was(desk: Desk) -> None:
    body = wish(consents=[PRIVACY, {"id": "news", "version": "1", "language": "en", "accepted": False}])
    user_id = enroll(desk, body)["userId"]
    assert [each.terms for each in consents_of(desk.running, user_id)] == ["privacy"]


REFUSED_CONSENTS: list[list[Json]] = [
    [],
    [{**PRIVACY, "accepted": False}],
    [{**PRIVACY, "version": "1"}],
    [{**PRIVACY, "language": "fr"}],
    [PRIVACY, {**PRIVACY, "id": "house", "version": "1"}],
    [PRIVACY, {**PRIVACY, "id": "nonsense"}],
    [PRIVACY, {**PRIVACY, "id": "news", "version": "7"}],
]


def test_terms_that_are_not_accepted_as_they_are_make_nobody(desk: Desk) -> None:
    for each in REFUSED_CONSENTS:
        assert enroll(desk, wish(consents=each), 400)["error"] == "terms_not_accepted"
    enroll(desk, wish())


MISFITS: list[tuple[Json, int, str]] = [
    ({"siteId": "abroad"}, 403, "site_not_allowed"),
    ({"siteId": "nowhere"}, 403, "site_not_allowed"),
    ({"givenName": "", "familyName": ""}, 400, "malformed"),
    ({"givenName": "'", "familyName": "💥"}, 400, "malformed"),
    ({"email": "nonsense"}, 400, "malformed"),
    ({"primaryUserIdentifier": "a\u0000b"}, 400, "malformed"),
    ({"callType": "NONE"}, 400, "malformed"),
    ({"locale": "no language"}, 400, "malformed"),
    ({"more": 1}, 400, "malformed"),
    ({"attributes": {"floor": "first"}}, 400, "malformed"),
    ({"attributes": {"wings": "2"}}, 400, "malformed"),
    ({"userAssets": [{"card": "x" * 20_000}]}, 400, "malformed"),
    ({"userAssets": [{"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}}]}, 400, "malformed"),
    ({"userAssets": [{}] * 11}, 400, "malformed"),
    ({"userAssets": ["card"]}, 400, "malformed"),
]


def test_what_does_not_fit_makes_nobody(desk: Desk, checker: Checker) -> None:
    for changes, status, error in MISFITS:
        assert enroll(desk, wish(**changes), status)["error"] == error, changes
    assert checker.asked == []


def test_the_program_is_the_callers_own(desk: Desk) -> None:
    assert enroll(desk, wish(), 403, CLIENT_ID="somebody-else")["error"] == "insufficient_scope"
    assert desk.post(PATH, wish(), 400)["error"] == "malformed"


def test_each_route_wants_its_scope(running: Running) -> None:
    with desk_at(running, ("main",), scopes=frozenset(Scope) - {Scope.GUESTS, Scope.RE_VALIDATE_USER}) as desk:
        enroll(desk, wish(), 403)
        desk.post("/user/revalidate", {"callType": "OFAC", "userIds": ["0" * 32]}, 403)
    with desk_at(running, ("main",), scopes=frozenset({Scope.GUESTS})) as desk:
        desk.post(f"/user/{'0' * 32}/visit", {"endsOn": "2026-06-02"}, 403)


def test_a_name_that_is_taken_is_a_duplicate(desk: Desk) -> None:
    enroll(desk, wish())
    assert enroll(desk, wish("AMINA@example.com"), 400)["error"] == "duplicate"


@pytest.mark.databases
def test_the_same_key_enrolls_once_and_screens_once(desk: Desk, checker: Checker) -> None:
    key = {"Idempotency-Key": "4711"}
    made = enroll(desk, wish(), 201, **key)
    assert enroll(desk, wish(), 201, **key) == made
    assert len(checker.asked) == 1
    assert len(desk.letters()) == 1
    other = enroll(desk, wish("other@example.com"), 409, **key)
    assert other["error"] == "idempotency_conflict"


def test_where_nobody_screens_staff_decide(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]
) -> None:
    with (
        served(tmp_path, settings_with_checkers(tmp_path, backend), tls) as running,
        desk_at(running, ("main",)) as desk,
    ):
        made = enroll(desk, wish())
        assert (made["status"], made["screening"]) == ("PENDING", "HELD")
        again = desk.post("/user/revalidate", {"callType": "OFAC", "userIds": [made["userId"]]}, 400)
        assert again["error"] == "screening_rejected"


def test_a_guest_cannot_let_themselves_in(desk: Desk, checker: Checker) -> None:
    checker.says["Haddad"] = "hit"
    user_id = enroll(desk, wish())["userId"]
    desk.post(f"/user/activate-token/{user_id}/resend", {}, 202)
    named = {"siteId": "main", "username": "amina@example.com"}
    desk.post("/user/send-passcode", named, 202)
    assert desk.letters() == []
    assert account_of(desk.running, user_id).status == "pending"


def test_only_telling_the_system_of_enrollments_lets_nobody_in(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity], checker: Checker
) -> None:
    system = checker.settings(id="system", serves=["MOE"])
    with (
        served(tmp_path, settings_with_checkers(tmp_path, backend, system), tls) as running,
        desk_at(running, ("main",)) as desk,
    ):
        made = enroll(desk, wish(callType="MOE"))
        assert (made["status"], made["screening"]) == ("PENDING", "HELD")
        assert screenings_of(running, made["userId"])[0].checker == "nobody"


def test_what_a_guest_brings_is_sealed_told_to_the_system_and_forgotten(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity], checker: Checker
) -> None:
    checkers = checker.settings(), checker.settings(id="system", serves=["MOE"])
    with (
        served(tmp_path, settings_with_checkers(tmp_path, backend, *checkers), tls) as running,
        desk_at(running, ("main",)) as desk,
    ):
        checker.down = True
        assets = [{"card": "4711", "valid": True}]
        user_id = enroll(desk, wish(userAssets=assets))["userId"]
        kept = guest_of(running, user_id).assets
        assert kept is not None
        assert b"4711" not in kept
        checker.down = False
        running.clock.advance(seconds=20)
        guests_screening.ask_next(running.parts)
        assert [each["callType"] for each in checker.asked if "userAssets" in each] == ["MOE"]
        assert checker.asked[-1]["userAssets"] == assets
        assert guest_of(running, user_id).assets is None
        assert account_of(running, user_id).status == "active"


def test_who_died_before_asking_is_followed_by_the_worker(desk: Desk, checker: Checker) -> None:
    """The row is written; nobody has asked yet. Nobody else asks before the first one must be dead."""
    parts = desk.running.parts
    user_id = enroll(desk, wish())["userId"]
    parts.store.write(lambda tx: guests_screening.call_for(tx, parts, user_id, CallType.SCREENING))
    asked = len(checker.asked)
    assert not guests_screening.ask_next(parts)
    desk.running.clock.advance(seconds=lease(parts.screeners).total_seconds())
    assert guests_screening.ask_next(parts)
    assert len(checker.asked) == asked + 1
    assert screenings_of(desk.running, user_id)[-1].state == "passed"


@pytest.mark.databases
@pytest.mark.parametrize(("finding", "state"), [("hit", "active"), ("clear", "on_hold")])
def test_what_staff_said_while_a_checker_thought_stands(desk: Desk, checker: Checker, finding: str, state: str) -> None:
    checker.down = True
    user_id = enroll(desk, wish())["userId"]
    checker.down, checker.says["Haddad"] = False, finding

    def decide() -> None:
        desk.post(f"/user/{user_id}/status", {"status": state, "reason": "by sight"}, 200)

    checker.meanwhile = decide
    desk.running.clock.advance(seconds=20)
    assert guests_screening.ask_next(desk.running.parts)
    assert account_of(desk.running, user_id).status == state
    (row,) = screenings_of(desk.running, user_id)
    assert row.state == ("let_in" if state == "active" else "kept_out")


def test_a_guest_who_was_removed_while_a_checker_thought_stays_removed(desk: Desk, checker: Checker) -> None:
    checker.down = True
    user_id = enroll(desk, wish())["userId"]
    checker.down = False
    checker.meanwhile = lambda: desk.call("DELETE", f"/user/account/{user_id}").raise_for_status()
    desk.running.clock.advance(seconds=20)
    assert guests_screening.ask_next(desk.running.parts)
    assert account_of(desk.running, user_id).status == "removed"
    assert desk.letters() == []
