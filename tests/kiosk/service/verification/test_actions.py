"""Offers, codes and answers: the same for a person and for nobody, counted whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from kiosk.contract.enrollments import CodeSent, Verify
from kiosk.contract.profile import VerificationMethod as Method
from kiosk.service.directories.connector import Person
from kiosk.service.masking import DOTS
from kiosk.service.store import attempts, codes, messages_told
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.verification import actions
from kiosk.service.verification.connector import Answer, Outcome
from kiosk.service.verification.rules import (
    CodeExpired,
    CodeInvalid,
    Locked,
    MethodNotOffered,
    NotVerified,
    TooSoon,
    VerificationRefused,
    VerificationUnavailable,
)

pytestmark = pytest.mark.databases

Lobbies = Callable[..., Any]
WRONG = "wrong"


def send(lobby: Any, row: EnrollmentRow, method: Method = Method.EMAIL) -> CodeSent:
    return actions.send_code(lobby.parts, row, row.person, method)


def answer(lobby: Any, row: EnrollmentRow, code: str, method: Method = Method.EMAIL) -> None:
    actions.judge(lobby.parts, row, row.person, Verify(method, code))


def failures(lobby: Any, subject: str) -> int:
    with lobby.parts.store.read() as tx:
        found = attempts.failures(tx, subject)
    return 0 if found is None else found[0]


def message_states(lobby: Any) -> dict[str, int]:
    with lobby.parts.store.read() as tx:
        return messages_told.message_states(tx)


def test_offers_follow_policy_and_look_the_same_for_nobody(lobby: Any) -> None:
    somebody = actions.offers(lobby.parts, lobby.enrollment(lobby.person()))
    nobody = actions.offers(lobby.parts, lobby.enrollment(None))
    assert [offer.method for offer in somebody] == list(lobby.parts.settings.verification.methods)
    assert [offer.method for offer in nobody] == [offer.method for offer in somebody]
    assert [len(offer.hint) for offer in nobody] == [len(offer.hint) for offer in somebody]
    assert {offer.method: offer.hint for offer in somebody} == {
        Method.EMAIL: f"m{DOTS}@example.org",
        Method.SMS: f"{DOTS} 17",
        Method.AUTOMATIC: "",
        Method.SELF_CONFIRMATION: "",
        Method.NONE: "",
    }


def test_the_hints_of_nobody_are_always_the_same(lobby: Any) -> None:
    first, second = (actions.offers(lobby.parts, lobby.enrollment(None, subject="typed")) for _ in range(2))
    other = actions.offers(lobby.parts, lobby.enrollment(None, subject="other"))
    assert first == second != other


@pytest.mark.parametrize(("public", "show_hints"), [(False, False), (True, True)])
def test_hints_can_be_hidden_and_are_on_a_public_kiosk(lobbies: Lobbies, public: bool, show_hints: bool) -> None:
    lobby = lobbies({"public": public}, methods=["email", "sms"], show_hints=show_hints)
    row = lobby.enrollment(lobby.person())
    assert [offer.hint for offer in actions.offers(lobby.parts, row)] == ["", ""]
    assert send(lobby, row).hint == ""


def test_the_person_is_shown_masked_for_confirmation_only(lobby: Any, tmp_path: Any) -> None:
    shown = actions.confirmation(lobby.parts, lobby.enrollment(lobby.person()))
    assert shown is not None
    assert shown.name == f"M{DOTS} O{DOTS}"
    assert shown.details == (("employee_id", f"{DOTS} 17"),)
    nobody = actions.confirmation(lobby.parts, lobby.enrollment(None))
    assert nobody is not None
    assert [len(word) for word in nobody.name.split()] == [len(word) for word in shown.name.split()]
    without = replace(lobby.parts, verifiers={})
    assert actions.confirmation(without, lobby.enrollment(lobby.person())) is None


@pytest.mark.parametrize("method", [Method.EMAIL, Method.SMS])
def test_the_code_that_was_sent_verifies_once(lobby: Any, method: Method) -> None:
    row = lobby.enrollment(lobby.person())
    sent = send(lobby, row, method)
    assert (sent.method, sent.resend_after, sent.expires_in, sent.digits) == (method, 60, 600, 6)
    assert message_states(lobby) == {"waiting": 1}
    answer(lobby, row, lobby.codes[-1], method)
    with pytest.raises(CodeExpired):
        answer(lobby, row, lobby.codes[-1], method)


def test_a_code_is_for_its_own_enrollment_and_way(lobby: Any) -> None:
    first, second = lobby.enrollment(lobby.person()), lobby.enrollment(lobby.person())
    send(lobby, first)
    with pytest.raises(CodeExpired):
        answer(lobby, second, lobby.codes[-1])
    with pytest.raises(CodeExpired):
        answer(lobby, first, lobby.codes[-1], Method.SMS)
    answer(lobby, first, lobby.codes[-1])


def test_a_newer_code_replaces_the_older_one(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    send(lobby, row)
    lobby.running.clock.advance(seconds=60)
    send(lobby, row)
    older, newer = lobby.codes
    assert message_states(lobby) == {"waiting": 1, "useless": 1}
    if older != newer:
        with pytest.raises(CodeInvalid):
            answer(lobby, row, older)
    answer(lobby, row, newer)


def test_a_code_is_too_old_after_ten_minutes(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    send(lobby, row)
    lobby.running.clock.advance(seconds=600)
    with pytest.raises(CodeExpired):
        answer(lobby, row, lobby.codes[-1])


def test_after_five_wrong_answers_a_code_is_dead(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    send(lobby, row)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeInvalid) as caught:
            answer(lobby, row, WRONG)
        assert caught.value.tries_left == left
    with pytest.raises(CodeExpired):
        answer(lobby, row, lobby.codes[-1])


def test_another_code_may_be_asked_for_after_a_minute_and_three_times(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    for _ in range(3):
        send(lobby, row)
        with pytest.raises(TooSoon) as caught:
            send(lobby, row)
        assert caught.value.retry_after >= 60
        lobby.running.clock.advance(seconds=60)
    with pytest.raises(TooSoon):
        send(lobby, row)


def test_a_person_gets_ten_codes_an_hour_wherever_they_stand(lobby: Any) -> None:
    for number in range(10):
        send(lobby, lobby.enrollment(lobby.person(), station=f"lobby {number}"))
    with pytest.raises(TooSoon):
        send(lobby, lobby.enrollment(lobby.person(), station="another"))
    lobby.running.clock.advance(hours=1)
    send(lobby, lobby.enrollment(lobby.person(), station="another"))


def fail(lobby: Any, row: EnrollmentRow, times: int) -> EnrollmentRow:
    """Wrong answers, with new codes and new enrollments as often as needed; the last enrollment, with a living code."""
    for number in range(times):
        if number % 4 == 0:
            row = lobby.enrollment(row.person, subject=row.subject, station=row.client_id)
            send(lobby, row)
        with pytest.raises(CodeInvalid):
            answer(lobby, row, WRONG)
    return row


@pytest.mark.parametrize("known", [True, False])
def test_neither_code_nor_enrollment_nor_station_resets_the_failures(lobby: Any, known: bool) -> None:
    row = fail(lobby, lobby.enrollment(lobby.person() if known else None), 10)
    with pytest.raises(Locked) as caught:
        answer(lobby, row, lobby.codes[-1])
    assert caught.value.retry_after == 30
    elsewhere = lobby.enrollment(row.person, subject=row.subject, station="elsewhere")
    with pytest.raises(Locked):
        send(lobby, elsewhere)
    lobby.running.clock.advance(seconds=30)
    with pytest.raises(CodeInvalid):
        answer(lobby, row, WRONG)
    with pytest.raises(Locked) as caught:
        answer(lobby, row, lobby.codes[-1])
    assert caught.value.retry_after == 60


def test_a_success_forgets_the_failures(lobby: Any) -> None:
    row = fail(lobby, lobby.enrollment(lobby.person()), 9)
    assert failures(lobby, row.subject) == 9
    answer(lobby, row, lobby.codes[-1])
    assert failures(lobby, row.subject) == 0
    assert failures(lobby, "station:lobby") == 0


def test_a_station_where_many_fail_is_locked_for_everybody(lobbies: Lobbies) -> None:
    lobby = lobbies(methods=["automatic"], limits={"per_station": 10})
    for number in range(10):
        row = lobby.enrollment(None, subject=f"typed {number}")
        with pytest.raises(NotVerified):
            answer(lobby, row, "B1", Method.AUTOMATIC)
    with pytest.raises(Locked):
        answer(lobby, lobby.enrollment(lobby.person()), "0412A7C91B", Method.AUTOMATIC)
    answer(lobby, lobby.enrollment(lobby.person(), station="another"), "0412A7C91B", Method.AUTOMATIC)


def test_staff_can_unlock(lobby: Any) -> None:
    row = fail(lobby, lobby.enrollment(lobby.person()), 10)
    lobby.parts.store.write(lambda tx: actions.unlock(tx, row.subject))
    answer(lobby, row, lobby.codes[-1])


def test_a_clock_set_back_begins_a_lock_anew_and_once(lobby: Any) -> None:
    row = fail(lobby, lobby.enrollment(lobby.person()), 10)
    lobby.running.clock.advance(hours=-5)
    with pytest.raises(Locked) as caught:
        answer(lobby, row, lobby.codes[-1])
    assert caught.value.retry_after == 30
    lobby.running.clock.advance(seconds=20)
    with pytest.raises(Locked) as caught:
        answer(lobby, row, lobby.codes[-1])
    assert caught.value.retry_after == 10
    lobby.running.clock.advance(seconds=10)
    with pytest.raises(CodeExpired):
        answer(lobby, row, lobby.codes[-1])
    fresh = lobby.enrollment(row.person)
    send(lobby, fresh)
    answer(lobby, fresh, lobby.codes[-1])


def transcript(lobby: Any, person: Person | None) -> list[object]:
    """What an attacker hears who tries everything."""
    row = lobby.enrollment(person)
    heard: list[object] = []

    def hear(call: Callable[[], object]) -> None:
        try:
            heard.append(call())
        except VerificationRefused as refusal:
            heard.append((type(refusal), vars(refusal)))

    hear(lambda: len(actions.offers(lobby.parts, row)))
    for method in (Method.EMAIL, Method.SMS):
        hear(lambda method=method: replace(send(lobby, row, method), hint=""))  # type: ignore[misc]
        lobby.running.clock.advance(seconds=61)
    for _ in range(6):
        hear(lambda: answer(lobby, row, WRONG))
        hear(lambda: answer(lobby, row, WRONG, Method.AUTOMATIC))
        hear(lambda: answer(lobby, row, "", Method.SELF_CONFIRMATION))
    return heard


def test_nobody_hears_whether_a_person_exists(lobby: Any) -> None:
    known = transcript(lobby, lobby.person())
    unknown = transcript(lobby, None)
    assert unknown == known


def test_the_same_rows_are_written_for_nobody(lobby: Any) -> None:
    for person in (lobby.person(), None):
        send(lobby, lobby.enrollment(person))
    assert message_states(lobby) == {"waiting": 1, "discarded": 1}
    with lobby.parts.store.read() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM codes")).scalar_one() == 2


def test_no_code_of_nobody_is_right(lobby: Any) -> None:
    row = lobby.enrollment(None)
    send(lobby, row)
    with pytest.raises(CodeInvalid):
        answer(lobby, row, lobby.codes[-1])


def test_a_person_without_a_phone_is_not_told_so(lobby: Any) -> None:
    row = lobby.enrollment(replace(lobby.person(), phone=""))
    sent = send(lobby, row, Method.SMS)
    assert sent.hint.startswith(DOTS)
    assert message_states(lobby) == {"discarded": 1}


@pytest.mark.parametrize(
    ("badge", "verified"),
    [("0412A7C91B", True), (" 0412a7c91b\n", True), ("0412A7C91C", False), ("nothing", False), ("", False)],
)
def test_the_badge_table_verifies_the_holder(lobby: Any, badge: str, verified: bool) -> None:
    row = lobby.enrollment(lobby.person())
    if verified:
        answer(lobby, row, badge, Method.AUTOMATIC)
        return
    with pytest.raises(NotVerified):
        answer(lobby, row, badge, Method.AUTOMATIC)
    assert failures(lobby, row.subject) == 1


@pytest.mark.parametrize(
    ("method", "confirmed", "known", "verified"),
    [
        (Method.SELF_CONFIRMATION, True, True, True),
        (Method.SELF_CONFIRMATION, False, True, False),
        (Method.SELF_CONFIRMATION, True, False, False),
        (Method.NONE, False, True, True),
        (Method.NONE, True, False, False),
    ],
)
def test_a_yes_and_nothing_at_all_verify_those_who_exist(
    lobby: Any, method: Method, confirmed: bool, known: bool, verified: bool
) -> None:
    row = lobby.enrollment(lobby.person() if known else None)
    asked = Verify(method, confirmed=confirmed)
    if verified:
        actions.judge(lobby.parts, row, row.person, asked)
        return
    with pytest.raises(NotVerified):
        actions.judge(lobby.parts, row, row.person, asked)


def test_what_policy_does_not_offer_is_refused(lobbies: Lobbies) -> None:
    lobby = lobbies(methods=["email"])
    row = lobby.enrollment(lobby.person())
    with pytest.raises(MethodNotOffered):
        send(lobby, row, Method.SMS)
    for method in (Method.SMS, Method.AUTOMATIC, Method.SELF_CONFIRMATION, Method.NONE):
        with pytest.raises(MethodNotOffered):
            actions.judge(lobby.parts, row, row.person, Verify(method, "1", confirmed=True))


def test_a_way_without_codes_sends_none(lobby: Any) -> None:
    with pytest.raises(MethodNotOffered):
        send(lobby, lobby.enrollment(lobby.person()), Method.AUTOMATIC)


class Saying:
    """A look-up at its lowest seam: says what it is told, or does not come back."""

    method = Method.AUTOMATIC

    def __init__(self, outcome: Outcome | type[BaseException]) -> None:
        self.outcome = outcome

    def judge(self, person: Person, answer: Answer) -> Outcome:
        if isinstance(self.outcome, Outcome):
            return self.outcome
        raise self.outcome


def test_a_crash_while_asking_leaves_the_failure_counted(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    parts = replace(lobby.parts, verifiers={Method.AUTOMATIC: Saying(KeyboardInterrupt)})
    with pytest.raises(KeyboardInterrupt):
        actions.judge(parts, row, row.person, Verify(Method.AUTOMATIC, "B1"))
    assert failures(lobby, row.subject) == 1
    assert failures(lobby, "station:lobby") == 1


def test_what_nobody_judged_is_not_held_against_the_person(lobby: Any) -> None:
    row = fail(lobby, lobby.enrollment(lobby.person()), 10)
    lobby.running.clock.advance(seconds=31)
    parts = replace(lobby.parts, verifiers={Method.AUTOMATIC: Saying(Outcome.UNAVAILABLE)})
    for _ in range(3):
        with pytest.raises(VerificationUnavailable):
            actions.judge(parts, row, row.person, Verify(Method.AUTOMATIC, "B1"))
    assert failures(lobby, row.subject) == 10
    answer(lobby, row, lobby.codes[-1])


def test_one_code_verifies_one_of_many_who_type_it_at_once(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    send(lobby, row)

    def attempt(_: int) -> bool:
        try:
            answer(lobby, row, lobby.codes[-1])
        except CodeExpired:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


def test_guesses_at_once_are_all_counted(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    send(lobby, row)

    def guess(_: int) -> type[VerificationRefused]:
        try:
            answer(lobby, row, WRONG)
        except VerificationRefused as refusal:
            return type(refusal)
        raise AssertionError

    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(guess, range(8)))
    assert heard.count(CodeInvalid) == 5
    assert failures(lobby, row.subject) == 5


def test_no_row_holds_a_code(lobby: Any) -> None:
    row = lobby.enrollment(lobby.person())
    send(lobby, row)
    code = lobby.codes[-1]
    with lobby.parts.store.read() as tx:
        for table in ("codes", "messages", "enrollments", "attempts"):
            for each in tx.connection.execute(text(f"SELECT * FROM {table}")):
                assert code not in repr(tuple(each))


def test_old_codes_are_forgotten(lobby: Any) -> None:
    send(lobby, lobby.enrollment(lobby.person()))
    assert actions.forget_old_codes(lobby.parts) == 0
    lobby.running.clock.advance(days=1, seconds=1)
    assert actions.forget_old_codes(lobby.parts) == 1
    with lobby.parts.store.read() as tx:
        assert codes.sent_to(tx, "anybody", lobby.parts.clock.now()) == ()
