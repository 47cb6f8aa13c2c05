"""Several relying parties in one visit: which take the key, which do not, and what becomes of those that did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware import errors as hw
from hardware.authenticator import KeyAddress, PinState, Transport
from kiosk import errors
from kiosk.contract.enrollments import (
    AbandonReason,
    Ceremony,
    CheckedKey,
    FinishedEnrollment,
    IssuedPass,
    PartyOutcome,
    PartyResult,
    Phase,
)
from kiosk.contract.policy import EnrollmentPolicy, Partial
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment import answers, effects, events, parties, states
from kiosk.enrollment.outcome import MOST_TRIES
from kiosk.enrollment.visit import KeyModel
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, VPN, WITH_PIN, Walk

DOOR = RelyingPartyName("door.example.org", "Door")
ALL_OR_NOTHING = EnrollmentPolicy(partial=Partial.ROLL_BACK)
REFUSED, UNKNOWN, REGISTERED = PartyResult.REFUSED, PartyResult.UNKNOWN, PartyResult.REGISTERED
OTHER = replace(FRESH, address=KeyAddress(Transport.SIMULATED, "slot-2", 2, "S2", "Test key"))


def ended(walk: Walk) -> list[tuple[str, PartyResult, str]]:
    assert not isinstance(walk.state, states.Connecting)
    return [(each.relying_party.id, each.result, each.reason) for each in parties.outcomes(walk.state.visit)]


def finished(*outcomes: PartyOutcome) -> Callable[[int], events.Event]:
    return lambda n: answers.EnrollmentFinished(n, FinishedEnrollment(Phase.DONE, "F-1", outcomes))


def first_of_two(walk: Walk, policy: EnrollmentPolicy | None = None) -> Walk:
    """Mail has the key, and the key blinks for the VPN."""
    return walk.touching(parties=(MAIL, VPN), policy=policy).made().completed().proved(Phase.KEY).begun(VPN)


# ── before anything is asked ────────────────────────────────────────────────────────────────────


def read(walk: Walk) -> Walk:
    return walk.verified().say(events.KeyInserted(ADDRESS)).answer(lambda n: answers.KeyInspected(n, FRESH))


def test_the_service_is_asked_about_the_key_before_the_person_is(walk: Walk) -> None:
    asked = read(walk).asked(effects.CheckKey)
    assert (asked.enrollment_id, asked.key) == ("e1", FRESH)
    assert walk.now(states.InsertKey).reading
    walk.answer(lambda n: answers.KeyAllowed(n, CheckedKey("Bench Key 5", "data:image/png;base64,AA", ("old",))))
    visit = walk.now(states.ChoosePin).visit
    assert visit.model == KeyModel("Bench Key 5", "", "data:image/png;base64,AA", known=True)
    assert visit.doubts == ("old",)


def test_a_key_is_asked_about_once_and_keeps_the_name_that_the_service_gave_it(walk: Walk) -> None:
    read(walk).answer(lambda n: answers.KeyAllowed(n, CheckedKey("Bench Key 5")))
    walk.fail(hw.AgentLost()).answer(lambda n: answers.KeyInspected(n, FRESH, KeyModel("As it says")))
    assert walk.now(states.ChoosePin).visit.model.name == "Bench Key 5"


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (errors.KeyNotAllowed(reasons=("vpn.example.org:extension",)), states.Remedy.ANOTHER_KEY),
        (errors.SessionExpired(), states.Remedy.START_OVER),
    ],
)
def test_a_key_that_the_service_does_not_want_stops_the_visit(
    walk: Walk, error: errors.Refusal, remedy: states.Remedy
) -> None:
    stopped = read(walk).fail(error).now(states.Stopped)
    assert (stopped.problem, stopped.remedy) == (error, remedy)


def test_a_service_that_cannot_say_is_asked_again_when_the_person_wants(walk: Walk) -> None:
    state = read(walk).fail(errors.ServiceUnreachable()).now(states.InsertKey)
    assert not state.reading
    walk.say(events.Continued()).read().now(states.ChoosePin)


# ── keep what the others took ───────────────────────────────────────────────────────────────────

REFUSALS: list[tuple[hw.HardwareError | errors.KioskError, str]] = [
    (errors.KeyNotAllowed(reasons=("vpn.example.org:extension", "x")), "extension"),
    (errors.KeyNotAllowed(), "key_not_allowed"),
    (errors.RegistrationRefused(reasons=("no_account",)), "no_account"),
    (errors.RegistrationRefused(), "rejected"),
    (hw.AlreadyRegistered(), "already_registered"),
    (hw.KeyFull(), "full"),
    (hw.MissingExtension("hmac-secret"), "extension"),
    (hw.NoSuitableAlgorithm(), "algorithm"),
    (hw.TooOld(), "key_unusable"),
    (hw.OptionsRefused(), "options"),
]


@pytest.mark.parametrize(("error", "word"), REFUSALS, ids=lambda value: type(value).__name__)
def test_the_last_one_may_refuse_and_the_others_stay(
    walk: Walk, error: hw.HardwareError | errors.KioskError, word: str
) -> None:
    first_of_two(walk).fail(error)
    assert walk.asked(effects.CleanUp).ceremony.relying_party == VPN
    assert walk.now(states.Prove).task is states.Task.FINISH
    assert walk.asked(effects.FinishEnrollment).enrollment_id == "e1"
    walk.answer(finished(PartyOutcome(MAIL, REGISTERED), PartyOutcome(VPN, PartyResult.NOT_TRIED))).read(WITH_PIN)
    assert walk.now(states.Done).visit.receipt == "F-1"
    assert ended(walk) == [(MAIL.id, REGISTERED, ""), (VPN.id, REFUSED, word)]
    assert not any(isinstance(e, effects.CancelEnrollment) for e in walk.say(events.Continued()).effects)


def test_the_first_one_may_refuse_and_the_next_is_asked(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN)).fail(hw.AlreadyRegistered())
    touch = walk.now(states.Touch)
    assert (touch.party, touch.number, touch.total) == (VPN, 2, 2)
    assert walk.asked(effects.CleanUp).ceremony.relying_party == MAIL
    walk.begun(VPN).made().completed().proved(Phase.KEY, VPN)
    walk.answer(finished(PartyOutcome(MAIL, REFUSED, "theirs"), PartyOutcome(VPN, REGISTERED))).read(WITH_PIN)
    assert ended(walk) == [(MAIL.id, REFUSED, "theirs"), (VPN.id, REGISTERED, "")]


def test_a_proof_that_is_refused_takes_only_that_one_out(walk: Walk) -> None:
    first_of_two(walk).made().completed().answer(lambda n: answers.CredentialAsserted(n, {"id": "AQ"}))
    walk.fail(errors.ProofRefused())
    assert walk.asked(effects.CleanUp).reason is AbandonReason.NOT_PROVED
    assert ended(walk)[1] == (VPN.id, REFUSED, "not_proved")


def test_what_the_service_knows_better_is_believed(walk: Walk) -> None:
    first_of_two(walk).made().fail(errors.RegistrationRefused())
    walk.answer(finished(PartyOutcome(MAIL, REGISTERED), PartyOutcome(VPN, UNKNOWN))).read(WITH_PIN)
    assert ended(walk)[1] == (VPN.id, UNKNOWN, "")


def test_an_algorithm_that_the_key_does_not_have_is_found_before_the_touch(walk: Walk) -> None:
    able = replace(FRESH, algorithms=(-7,))
    walk.inserted(able, parties=(MAIL, VPN)).say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted)
    options = {"pubKeyCredParams": [{"type": "public-key", "alg": -257}]}
    walk.answer(lambda n: answers.CeremonyBegun(n, Ceremony("c1", MAIL, "https://mail", options, 300)))
    assert walk.now(states.Touch).party == VPN
    assert not any(isinstance(e, effects.MakeCredential) for e in walk.all)
    assert ended(walk)[0] == (MAIL.id, REFUSED, "algorithm")
    fine = {"pubKeyCredParams": [{"type": "public-key", "alg": -7}]}
    walk.answer(lambda n: answers.CeremonyBegun(n, Ceremony("c2", VPN, "https://vpn", fine, 300)))
    assert walk.asked(effects.MakeCredential).ceremony.relying_party == VPN


def test_where_only_accounts_are_missing_no_other_key_is_asked_for(walk: Walk) -> None:
    refusal = errors.RegistrationRefused(reasons=("no_account",))
    walk.touching(parties=(MAIL, VPN)).fail(refusal).begun(VPN).fail(refusal)
    assert walk.now(states.Stopped).remedy is states.Remedy.DESK


def test_with_nothing_proved_the_visit_stops_and_tells_of_each(walk: Walk) -> None:
    refusal = errors.RegistrationRefused(reasons=("no_account",))
    walk.touching(parties=(MAIL, VPN)).fail(refusal).begun(VPN).fail(hw.AlreadyRegistered())
    stopped = walk.now(states.Stopped)
    assert (stopped.problem, stopped.remedy) == (refusal, states.Remedy.ANOTHER_KEY)
    assert ended(walk) == [(MAIL.id, REFUSED, "no_account"), (VPN.id, REFUSED, "already_registered")]
    walk.answer(answers.CleanedUp).say(events.Continued())
    assert ended(walk) == [(MAIL.id, PartyResult.NOT_TRIED, ""), (VPN.id, PartyResult.NOT_TRIED, "")]


# ── one that does not answer ────────────────────────────────────────────────────────────────────


def test_one_that_has_no_options_is_asked_again_by_itself(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN)).made().completed().proved(Phase.KEY)
    wait = walk.fail(errors.PartyUnavailable(retry_after=7)).now(states.Prove)
    assert (wait.task, wait.retry_in, wait.optional) == (states.Task.PREPARE, 7, True)
    assert walk.say(events.RetryDue(walk.attempt)).now(states.Touch).tries == 1
    assert walk.fail(errors.PartyUnavailable()).now(states.Prove).retry_in == 4
    walk.say(events.RetryDue(walk.attempt)).begun(VPN)
    assert walk.now(states.Touch).tries == 0


def test_the_person_may_go_on_without_it(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN)).fail(errors.PartyUnavailable()).say(events.Skipped())
    assert walk.now(states.Touch).party == VPN
    assert ended(walk)[0] == (MAIL.id, REFUSED, "unavailable")


def test_where_there_is_no_other_there_is_nothing_to_leave_out(walk: Walk) -> None:
    wait = walk.touching().fail(errors.PartyUnavailable()).now(states.Prove)
    assert not wait.optional
    assert walk.say(events.Skipped()).now(states.Prove) == wait


def test_after_all_tries_it_is_left_out(walk: Walk) -> None:
    first_of_two(walk)
    for _ in range(MOST_TRIES - 1):
        walk.fail(errors.PartyUnavailable()).say(events.RetryDue(walk.attempt))
    walk.fail(errors.PartyUnavailable())
    assert walk.now(states.Prove).task is states.Task.FINISH
    assert ended(walk)[1] == (VPN.id, REFUSED, "unavailable")


def test_one_that_is_away_while_it_registers_gets_the_same_again_and_is_then_taken_back(walk: Walk) -> None:
    first_of_two(walk).made().fail(errors.PartyUnavailable())
    walk.say(events.RetryDue(walk.attempt))
    assert walk.asked(effects.CompleteCeremony).response == {"id": "AQ"}
    walk.fail(errors.PartyUnavailable()).say(events.Skipped())
    assert walk.asked(effects.CleanUp).response == {"id": "AQ"}


# ── nobody knows ────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_outcome_is_asked_for_again_when_the_service_says(walk: Walk) -> None:
    wait = first_of_two(walk).made().fail(errors.OutcomeUnknown(retry_after=9)).now(states.Prove)
    assert (wait.task, wait.retry_in, wait.optional) == (states.Task.REGISTER, 9, True)
    walk.say(events.RetryDue(walk.attempt))
    assert walk.asked(effects.CompleteCeremony).response == {"id": "AQ"}


def test_an_outcome_that_stays_unknown_leaves_the_credential_where_it_is(walk: Walk) -> None:
    first_of_two(walk).made().fail(errors.OutcomeUnknown()).say(events.Skipped())
    assert not any(isinstance(e, effects.CleanUp) for e in walk.all)
    assert walk.now(states.Prove).task is states.Task.FINISH
    assert ended(walk)[1] == (VPN.id, UNKNOWN, "")


def test_unknown_with_nothing_proved_is_for_the_desk(walk: Walk) -> None:
    unknown = errors.OutcomeUnknown()
    walk.touching(parties=(MAIL, VPN)).made().fail(unknown).say(events.Skipped()).begun(VPN).fail(hw.KeyFull())
    stopped = walk.now(states.Stopped)
    assert (stopped.problem, stopped.remedy) == (unknown, states.Remedy.DESK)


def test_the_only_one_unknown_is_for_the_desk_too(walk: Walk) -> None:
    walk.touching().made()
    for _ in range(MOST_TRIES - 1):
        walk.fail(errors.OutcomeUnknown()).say(events.RetryDue(walk.attempt))
    stopped = walk.fail(errors.OutcomeUnknown()).now(states.Stopped)
    assert (stopped.remedy, stopped.cleaning) == (states.Remedy.DESK, 0)


# ── the end that is told ────────────────────────────────────────────────────────────────────────


def test_an_end_that_cannot_be_told_holds_nobody_up(walk: Walk) -> None:
    first_of_two(walk).fail(hw.KeyFull())
    for _ in range(MOST_TRIES - 1):
        wait = walk.fail(errors.ServiceUnreachable()).now(states.Prove)
        assert not wait.optional
        walk.say(events.RetryDue(walk.attempt))
        walk.asked(effects.FinishEnrollment)
    walk.fail(errors.ServiceUnreachable()).read(WITH_PIN).now(states.Done)
    assert ended(walk) == [(MAIL.id, REGISTERED, ""), (VPN.id, REFUSED, "full")]


def test_an_end_that_is_refused_has_come_already(walk: Walk) -> None:
    first_of_two(walk).fail(hw.KeyFull()).fail(errors.SessionExpired()).read(WITH_PIN).now(states.Done)


def test_whoever_leaves_in_the_middle_keeps_what_was_proved(walk: Walk) -> None:
    first_of_two(walk).say(events.Cancelled()).now(states.Welcome)
    assert walk.asked(effects.FinishEnrollment).enrollment_id == "e1"
    assert walk.asked(effects.CleanUp).ceremony.relying_party == VPN


def test_a_service_that_ends_it_early_is_believed(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN)).made().completed().proved().read(WITH_PIN).now(states.Done)
    assert ended(walk)[1] == (VPN.id, PartyResult.NOT_TRIED, "")


def test_where_all_are_proved_there_is_no_end_to_tell(walk: Walk) -> None:
    first_of_two(walk).made().completed().proved(Phase.KEY, VPN)
    assert walk.now(states.Prove).task is states.Task.CHECK


# ── all or nothing ──────────────────────────────────────────────────────────────────────────────


def test_one_refusal_takes_everything_back(walk: Walk) -> None:
    first_of_two(walk, ALL_OR_NOTHING).fail(hw.KeyFull())
    stopped = walk.now(states.Stopped)
    assert (stopped.taken_back, stopped.cleaning, stopped.visit.finished) == ((MAIL,), 2, ())
    cleaning = [e for e in walk.effects if isinstance(e, effects.CleanUp)]
    assert [(e.ceremony.relying_party, e.reason) for e in cleaning] == [
        (VPN, AbandonReason.KEY_REFUSED),
        (MAIL, AbandonReason.ANOTHER_KEY),
    ]
    assert walk.answer(answers.CleanedUp).now(states.Stopped).cleaning == 1
    stopped = walk.answer(lambda n: answers.CleanedUp(n, left_on_key=True)).now(states.Stopped)
    assert (stopped.cleaning, stopped.left_on_key) == (0, True)


def test_the_service_marks_what_is_held_for_the_others(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN), policy=ALL_OR_NOTHING)
    assert all(e.rolls_back for e in walk.all if isinstance(e, effects.MakeCredential))
    walk.made().completed().proved(Phase.KEY).begun(VPN).made().completed().proved(party=VPN).read(WITH_PIN)
    walk.now(states.Done)


def test_whoever_leaves_in_the_middle_leaves_nothing(walk: Walk) -> None:
    first_of_two(walk, ALL_OR_NOTHING).say(events.Cancelled()).now(states.Welcome)
    assert [e.reason for e in walk.effects if isinstance(e, effects.CleanUp)] == [
        AbandonReason.CANCELLED,
        AbandonReason.ANOTHER_KEY,
    ]
    walk.asked(effects.CancelEnrollment)


def test_an_unknown_outcome_is_no_success_either(walk: Walk) -> None:
    first_of_two(walk, ALL_OR_NOTHING).made()
    for _ in range(MOST_TRIES - 1):
        assert not walk.fail(errors.OutcomeUnknown()).now(states.Prove).optional
        walk.say(events.RetryDue(walk.attempt))
    assert walk.fail(errors.OutcomeUnknown()).now(states.Stopped).taken_back == (MAIL,)


# ── another key in the middle ───────────────────────────────────────────────────────────────────


def test_another_key_begins_with_all_of_them_and_the_first_is_taken_away(walk: Walk) -> None:
    first_of_two(walk).say(events.KeyRemoved(ADDRESS), events.KeyInserted(ADDRESS))
    walk.read(replace(FRESH, pin=PinState.BLOCKED)).now(states.Stopped)
    walk.answer(answers.CleanedUp).say(events.Continued())
    taken = walk.asked(effects.CleanUp)
    assert (taken.ceremony.relying_party, taken.reason) == (MAIL, AbandonReason.ANOTHER_KEY)
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(OTHER.address)).read(OTHER)
    walk.say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted)
    assert walk.now(states.Touch).party == MAIL
    walk.begun().made().completed().proved(Phase.KEY).begun(VPN).made().completed().proved(party=VPN)
    walk.read(replace(OTHER, pin=PinState.SET))
    visit = walk.now(states.Done).visit
    assert (visit.finished, visit.replaced) == ((MAIL, VPN), True)


# ── what is told at the end ─────────────────────────────────────────────────────────────────────


def test_what_stays_on_the_key_is_told_however_late_it_is_known(walk: Walk) -> None:
    first_of_two(walk).fail(hw.KeyFull())
    old = walk.asked(effects.CleanUp).attempt
    walk.say(answers.CleanedUp(old - 1, left_on_key=True, enrollment_id="another"))
    assert not walk.now(states.Prove).visit.left_on_key
    assert (
        walk.say(answers.CleanedUp(old - 1, left_on_key=True, enrollment_id="e1")).now(states.Prove).visit.left_on_key
    )


def test_passes_are_kept_until_the_end_and_in_no_text(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN)).made().completed().proved(Phase.KEY, issued=IssuedPass("8+Xk&4Tq", 3600))
    walk.begun(VPN).made().completed().proved(party=VPN).read(WITH_PIN)
    (given,) = walk.now(states.Done).visit.issued
    assert (given.relying_party, given.value.reveal(), given.expires_in) == (MAIL, "8+Xk&4Tq", 3600)
    assert "8+Xk" not in repr((walk.state, walk.all))


def test_a_word_for_whatever_else_went_wrong() -> None:
    assert parties.word_of(errors.PartyUnavailable(), MAIL) == "unavailable"
    assert parties.word_of(errors.ServiceBroken(), MAIL) == "rejected"
