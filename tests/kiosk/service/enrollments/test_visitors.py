"""Visitors and contractors at the kiosk: screened before the key, answered for, and gone after their last day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kiosk.service.accounts import guests_screening
from kiosk.service.enrollments.register_ends import end_next_visit
from kiosk.service.parts import Parts
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.guests import end_visit
from kiosk.service.store.removals import open_removals
from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.checker import account_of, consents_of, guest_of, screenings_of
from tests.kiosk.service.accounts.desk import desk_at
from tests.kiosk.service.enrollments.elsewhere import Elsewhere
from tests.kiosk.service.enrollments.lobby import AMINA, MARIA, Lobby, lobby_of, member, visitor
from tests.kiosk.service.screening.judges import Judge

VICTOR = "visitor@elsewhere.example"


@pytest.fixture
def lobby(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Lobby]:
    with lobby_of(tmp_path, backend, tls) as opened:
        yield opened


def made(lobby: Lobby) -> str:
    """The id of the guest who was made last, whatever became of them."""
    with lobby.running.parts.store.read() as tx:
        return str(tx.connection.exec_driver_sql("SELECT user_id FROM guests").scalar_one())


def end_visits(lobby: Lobby) -> int:
    count = 0
    while end_next_visit(lobby.running.parts):
        count += 1
    return count


def after(lobby: Lobby, day: str) -> None:
    """One second into the day after."""
    wanted = date.fromisoformat(day) + timedelta(days=1)
    now = lobby.running.clock.now()
    lobby.running.clock.time = now.replace(year=wanted.year, month=wanted.month, day=wanted.day, hour=0, second=1)
    lobby.station.sign_in()


@pytest.mark.databases
def test_a_visitor_is_screened_gets_a_key_and_the_sponsor_hears_of_it(lobby: Lobby) -> None:
    enrollment = lobby.coded(visitor())
    assert lobby.checker.asked == []
    verified = lobby.verify(enrollment)
    assert (verified["phase"], verified["display_name"]) == ("key", "Victor Visitor")
    (asked,) = lobby.checker.asked
    assert (asked["familyName"], asked["company"], asked["email"]) == ("Visitor", "Elsewhere Ltd", VICTOR)
    user_id = lobby.user_id(VICTOR)
    assert lobby.letters("sponsor") == []
    assert lobby.key(enrollment)["phase"] == "done"
    (letter,) = lobby.letters("sponsor")
    assert letter.to == MARIA
    assert letter.values["name"] == "Maria Okafor"
    assert (letter.values["guest"], letter.values["company"]) == ("Victor Visitor", "Elsewhere Ltd")
    assert letter.values["until"] == "2026-06-05"
    guest = guest_of(lobby.running, user_id)
    assert (guest.kind, guest.site, guest.sponsor_email, guest.ends_on) == ("visitor", "main", MARIA, date(2026, 6, 5))
    assert account_of(lobby.running, user_id).origin == "guest"
    assert [each.terms for each in consents_of(lobby.running, user_id)] == ["house"]
    assert lobby.letters("passcode") == []


@pytest.mark.parametrize("said", ["hit", "possible", "nothing"])
def test_who_is_not_clear_is_held_and_the_enrollment_ends(lobby: Lobby, said: str) -> None:
    lobby.checker.down, lobby.checker.says["Visitor"] = said == "nothing", said
    enrollment = lobby.coded(visitor())
    assert lobby.verify(enrollment, 403)["code"] == "held_for_review"
    assert lobby.verify(enrollment, 410)["code"] == "expired"
    assert not lobby.knows(VICTOR)
    user_id = made(lobby)
    assert account_of(lobby.running, user_id).status == "pending"
    (row,) = screenings_of(lobby.running, user_id)
    assert (row.state, row.checker) == ("due" if said == "nothing" else "held", "sanctions")


def test_a_visitor_whose_checker_was_down_is_let_in_when_it_is_back(lobby: Lobby) -> None:
    lobby.checker.down = True
    lobby.verify(lobby.coded(visitor()), 403)
    lobby.checker.down = False
    lobby.running.clock.advance(seconds=20)
    assert guests_screening.ask_next(lobby.running.parts)
    again = lobby.station.open()
    lobby.station.identify(again, upn=VICTOR)
    lobby.running.clock.advance(minutes=2)
    lobby.station.post(f"/enrollments/{again}/send-code", {"method": "email"}, 202)
    lobby.verify(again)
    assert lobby.key(again)["phase"] == "done"
    assert len(lobby.letters("sponsor")) == 1


@pytest.mark.parametrize("sponsor", ["nobody@example.org", "h.former@example.org", VICTOR, "maria"])
def test_who_names_no_employee_is_answered_alike_and_held_in_the_end(lobby: Lobby, sponsor: str) -> None:
    enrollment, answer = lobby.register(visitor(sponsor=sponsor))
    assert [each["method"] for each in answer["offers"]] == ["email"]
    lobby.station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
    assert lobby.verify(enrollment, 403)["code"] == "held_for_review"
    (row,) = screenings_of(lobby.running, made(lobby))
    assert (row.state, row.checker) == ("held", "sponsor")


def test_a_guest_answers_for_nobody(lobby: Lobby) -> None:
    lobby.verified(visitor())
    lobby.running.clock.advance(minutes=2)
    friend = lobby.coded(visitor("friend@elsewhere.example", sponsor=VICTOR))
    lobby.verify(friend, 403)


@pytest.mark.parametrize("typed", ["M.OKAFOR@example.org", "104217@nowhere.example"])
def test_an_employee_is_found_by_name_or_address_however_written(lobby: Lobby, typed: str) -> None:
    enrollment = lobby.coded(visitor(sponsor=typed))
    lobby.verify(enrollment, 200 if typed.startswith("M.") else 403)


def test_staff_let_a_held_visitor_in(lobby: Lobby) -> None:
    lobby.checker.says["Visitor"] = "possible"
    lobby.verify(lobby.coded(visitor()), 403)
    with desk_at(lobby.running, ("main",)) as desk:
        desk.post(f"/user/{made(lobby)}/status", {"status": "active", "reason": "seen"}, 200)
    assert lobby.knows(VICTOR)


def test_without_checkers_visitors_wait_for_staff_and_members_do_not(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]
) -> None:
    with lobby_of(tmp_path, backend, tls, screened=False) as lobby:
        lobby.verify(lobby.coded(visitor()), 403)
        lobby.running.clock.advance(minutes=2)
        lobby.verified(member())
        assert lobby.knows(AMINA)


@pytest.mark.databases
def test_verify_twice_at_once_screens_once(lobby: Lobby) -> None:
    enrollment = lobby.coded(visitor())
    other = lobby.running.station("Other")
    other.session.headers["Authorization"] = lobby.station.session.headers["Authorization"]
    code, told = lobby.running.random.codes[-1], []

    def again() -> None:
        body = {"method": "email", "answer": code}
        told.append(other.call("POST", f"/enrollments/{enrollment}/verify", body))

    lobby.checker.meanwhile = again
    assert lobby.verify(enrollment)["phase"] == "key"
    assert [(each.status_code, each.json()["code"]) for each in told] == [(409, "in_progress")]
    assert len(lobby.checker.asked) == 1
    other.session.close()


def test_a_service_that_dies_while_a_checker_thinks_goes_on_where_it_was(
    lobby: Lobby, caplog: pytest.LogCaptureFixture
) -> None:
    """The account and the screening are written; the process that was to ask is gone."""
    enrollment = lobby.coded(visitor())
    parts, running = lobby.running.parts, lobby.running

    def die() -> None:
        raise RuntimeError

    running.service.app.state.parts = replace(parts, screeners=(Judge("deadly", meanwhile=die),))
    lobby.verify(enrollment, 500)
    assert "unexpected_error" in caplog.text
    caplog.clear()
    running.service.app.state.parts = parts
    assert lobby.verify(enrollment, 409)["code"] == "in_progress"
    assert not guests_screening.ask_next(parts)
    running.clock.advance(seconds=36)
    assert guests_screening.ask_next(parts)
    assert lobby.verify(enrollment)["phase"] == "key"
    assert lobby.key(enrollment)["phase"] == "done"


@pytest.mark.databases
def test_after_the_last_day_everything_is_taken_back(lobby: Lobby) -> None:
    enrollment = lobby.verified(visitor())
    lobby.key(enrollment)
    user_id = lobby.user_id(VICTOR)
    lobby.running.clock.time = lobby.running.clock.time.replace(day=5, hour=23, minute=59)
    assert end_visits(lobby) == 0
    after(lobby, "2026-06-05")
    assert end_visits(lobby) == 1
    assert not lobby.knows(VICTOR)
    with lobby.running.parts.store.read() as tx:
        assert credentials_of_user(tx, user_id) == ()
    row, guest = account_of(lobby.running, user_id), guest_of(lobby.running, user_id)
    assert (row.status, row.email, row.display_name) == ("removed", "", "")
    assert (guest.ended_at, guest.company, guest.sponsor_email) == (lobby.running.clock.now(), "", "")
    told = {each.to: each.values for each in lobby.letters("visit_ended")}
    assert told.keys() == {VICTOR, MARIA}
    assert told[MARIA]["guest"] == "Victor Visitor"
    assert end_visits(lobby) == 0
    assert len(lobby.letters("visit_ended")) == 2
    lobby.verified(visitor(ends_on="2026-06-10"))
    assert lobby.knows(VICTOR)


def test_who_was_held_to_the_end_is_forgotten_too(lobby: Lobby) -> None:
    lobby.checker.down = True
    lobby.verify(lobby.coded(visitor()), 403)
    user_id = made(lobby)
    after(lobby, "2026-06-05")
    assert end_visits(lobby) == 1
    lobby.checker.down = False
    guests_screening.ask_next(lobby.running.parts)
    assert account_of(lobby.running, user_id).status == "removed"
    assert [each.state for each in screenings_of(lobby.running, user_id)] == ["replaced"]
    assert lobby.letters("visit_ended") == []


def test_who_was_removed_by_staff_is_not_told_again(lobby: Lobby) -> None:
    lobby.key(lobby.verified(visitor()))
    user_id = lobby.user_id(VICTOR)
    with desk_at(lobby.running, ("main",)) as desk:
        assert desk.call("DELETE", f"/user/account/{user_id}").status_code == 204
    after(lobby, "2026-06-05")
    assert end_visits(lobby) == 1
    assert guest_of(lobby.running, user_id).ended_at == lobby.running.clock.now()
    assert lobby.letters("visit_ended") == []


def test_an_enrollment_that_is_open_when_the_visit_ends_is_over(lobby: Lobby) -> None:
    enrollment = lobby.verified(visitor(ends_on="2026-06-01"))
    ceremony = lobby.running.begun(lobby.station, enrollment)
    tomorrow = replace(lobby.running.clock, time=lobby.running.clock.now() + timedelta(days=1))
    assert end_next_visit(replace(lobby.running.parts, clock=tomorrow))
    response = lobby.running.key.register(ceremony["public_key"], ceremony["origin"])
    path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}/complete"
    assert lobby.station.post(path, {"credential": response, "name": "Late"}, 410)["code"]


@pytest.mark.databases
def test_keys_at_parties_elsewhere_are_queued_for_removal(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]
) -> None:
    with lobby_of(tmp_path, backend, tls) as lobby:
        parts = lobby.running.parts
        party = Elsewhere(lobby.running.clock)
        both = replace(parts, relying_parties={**parts.relying_parties, "mail": party})
        lobby.running.service.app.state.parts = both
        enrollment = lobby.verified(visitor())
        for name in ("staff", "mail"):
            ceremony = lobby.running.begun(lobby.station, enrollment, name)
            path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
            response = lobby.running.key.register(ceremony["public_key"], ceremony["origin"])
            completed = lobby.station.post(f"{path}/complete", {"credential": response, "name": "Mine"}, 201)
            proof = lobby.running.key.prove(completed["proof"], ceremony["origin"])
            lobby.station.post(f"{path}/proof", {"credential": proof}, 200)
        assert party.held
        after(lobby, "2026-06-05")
        assert end_next_visit(both)
        with parts.store.read() as tx:
            (removal,) = open_removals(tx)
        assert (removal.relying_party, removal.state) == ("mail", "waiting")


@pytest.mark.databases
def test_a_visit_is_ended_in_one_piece_or_not_at_all(lobby: Lobby, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at the last moment before it is committed: nothing of it happened, and the next one does all of it."""
    lobby.key(lobby.verified(visitor()))
    user_id = lobby.user_id(VICTOR)
    after(lobby, "2026-06-05")

    class Dies(BaseException):
        """In place of the process."""

    def deadly(tx: WriteTx, whose: str, now: object) -> None:
        raise Dies

    with monkeypatch.context() as patched:
        patched.setattr("kiosk.service.enrollments.register_ends.rows.end_visit", deadly)
        with pytest.raises(Dies):
            end_next_visit(lobby.running.parts)
    assert account_of(lobby.running, user_id).status == "active"
    assert lobby.letters("visit_ended") == []
    assert end_visits(lobby) == 1
    assert len(lobby.letters("visit_ended")) == 2


def test_a_visit_is_extended_by_staff_and_ends_later(lobby: Lobby) -> None:
    lobby.key(lobby.verified(visitor()))
    user_id = lobby.user_id(VICTOR)
    path = f"/user/{user_id}/visit"
    with desk_at(lobby.running, ("main",)) as desk, desk_at(lobby.running, ("annex",)) as annex:
        after(lobby, "2026-06-04")
        desk.station.sign_in()
        annex.station.sign_in()
        for _ in range(2):
            answer = desk.post(path, {"endsOn": "2026-06-12"}, 200)
            assert answer == {"userId": user_id, "endsOn": "2026-06-12"}
        for day in ("2026-06-04", "2026-06-20", "2026-02-30", ""):
            assert desk.post(path, {"endsOn": day}, 400)["error"] == "malformed"
        assert annex.post(path, {"endsOn": "2026-06-12"}, 404)["error"] == "not_found"
        assert desk.post(f"/user/{'0' * 32}/visit", {"endsOn": "2026-06-12"}, 404)["error"] == "not_found"
        assert "visit_moved" in [each.event for each in desk.trail(user_id)]
        after(lobby, "2026-06-05")
        assert end_visits(lobby) == 0
        after(lobby, "2026-06-12")
        assert end_visits(lobby) == 1
    with desk_at(lobby.running, ("main",)) as desk:
        assert desk.post(path, {"endsOn": "2026-06-15"}, 404)["error"] == "not_found"


@pytest.mark.databases
def test_two_workers_end_a_visit_once(lobby: Lobby) -> None:
    lobby.verified(visitor())
    user_id = lobby.user_id(VICTOR)
    after(lobby, "2026-06-05")
    parts: Parts = lobby.running.parts
    parts.store.write(lambda tx: end_visit(tx, user_id, parts.clock.now()))
    assert end_visits(lobby) == 0
    assert lobby.letters("visit_ended") == []
