"""What somebody with keys is here for, and the backup key of the same visit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware.authenticator import KeyAddress, KeyInfo, Transport
from kiosk import errors
from kiosk.contract.enrollments import (
    AbandonReason,
    FinishedEnrollment,
    PartyOutcome,
    PartyResult,
    Phase,
    Verified,
)
from kiosk.contract.keys import HeldKey, Intent, NextKeyOpened
from kiosk.contract.policy import Demand, EnrollmentPolicy, KeyCount, Partial
from kiosk.enrollment import answers, events
from kiosk.enrollment.answers_of_staff import IntentAccepted, NextKeyReady
from kiosk.enrollment.effects import (
    CancelEnrollment,
    ChooseIntent,
    CleanUp,
    FinishEnrollment,
    InspectKey,
    OpenNextKey,
)
from kiosk.enrollment.parties import outcomes
from kiosk.enrollment.states import Backup, ChoosePin, Done, InsertKey, KeysHeld, Remedy, SetUpApp, Stopped, Welcome
from kiosk.enrollment.visit import Trouble
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, VPN, WITH_PIN, Walk

TWO = EnrollmentPolicy(count=KeyCount(1, 2))
BOTH = EnrollmentPolicy(count=KeyCount(2, 2))
LOST = HeldKey("k1", "Bench Key 5", "2026-01-01", "1234")
DOWN = errors.ServiceUnreachable()
SECOND = replace(FRESH, address=KeyAddress(Transport.SIMULATED, "slot-1", 2, "S2", "Test key"))


def holding(walk: Walk, *intents: Intent) -> Walk:
    """Verified, and known to have a key."""
    walk.coded().say(events.CodeTyped("123456"))
    answer = Verified(Phase.KEY, "Maria Okafor", (MAIL,), TWO, (LOST,), intents or (Intent.ANOTHER, Intent.REPLACE))
    return walk.answer(lambda n: answers.PersonVerified(n, answer))


def one_done(walk: Walk, policy: EnrollmentPolicy = TWO) -> Walk:
    """The first key is done, and there is room for a second."""
    walk.read_back(policy=policy)
    walk.now(Backup)
    return walk


def second_shown(walk: Walk, info: KeyInfo = SECOND) -> Walk:
    """The first is done, and another one was put in."""
    one_done(walk).say(events.Continued()).answer(lambda n: NextKeyReady(n, NextKeyOpened(2, 1, 2)))
    return walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(info.address)).read(info)


def second_touching(walk: Walk) -> Walk:
    """The second key blinks."""
    second_shown(walk).say(events.PinChosen(Secret("704914"))).answer(answers.PinAccepted)
    return walk.begun()


def second_of_two_parties(walk: Walk, partial: Partial) -> Walk:
    """The first key works in both places, the second in one of them so far."""
    policy = EnrollmentPolicy(count=KeyCount(1, 2), partial=partial)
    walk.touching(parties=(MAIL, VPN), policy=policy).made().completed().proved(Phase.KEY)
    walk.begun(VPN).made().completed().proved(party=VPN)
    walk.answer(lambda n: answers.KeyInspected(n, WITH_PIN)).say(events.Continued())
    walk.answer(lambda n: NextKeyReady(n, NextKeyOpened(2, 1, 2)))
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(SECOND.address)).read(SECOND)
    walk.say(events.PinChosen(Secret("704914"))).answer(answers.PinAccepted)
    return walk.begun().made().completed().proved(Phase.KEY)


def test_who_has_no_key_is_not_asked_what_for(walk: Walk) -> None:
    assert isinstance(walk.verified(policy=TWO).state, InsertKey)


def test_who_wants_one_more_key_is_asked_for_it(walk: Walk) -> None:
    asked = holding(walk).say(events.IntentChosen(Intent.ANOTHER)).asked(ChooseIntent)
    assert (asked.intent, asked.lost) == (Intent.ANOTHER, ())
    assert walk.now(KeysHeld).busy
    assert isinstance(walk.answer(IntentAccepted).state, InsertKey)


def test_who_has_lost_a_key_says_which(walk: Walk) -> None:
    asked = holding(walk).say(events.IntentChosen(Intent.REPLACE, ("k1",))).asked(ChooseIntent)
    assert (asked.intent, asked.lost) == (Intent.REPLACE, ("k1",))
    assert isinstance(walk.answer(IntentAccepted).state, InsertKey)


@pytest.mark.parametrize(
    "said",
    [
        events.IntentChosen(Intent.ANOTHER),
        events.IntentChosen(Intent.REPLACE),
        events.IntentChosen(Intent.REPLACE, ("somebody's",)),
    ],
)
def test_nobody_is_here_for_what_policy_does_not_let_them(walk: Walk, said: events.Event) -> None:
    before = holding(walk, Intent.REPLACE).state
    assert (walk.say(said).state, walk.effects) == (before, ())


@pytest.mark.parametrize("said", [events.Continued(), events.WentBack()])
def test_who_came_for_nothing_leaves(walk: Walk, said: events.Event) -> None:
    assert isinstance(holding(walk, Intent.REPLACE).say(said).state, Welcome)
    assert [each.enrollment_id for each in walk.effects if isinstance(each, CancelEnrollment)] == ["e1"]


def test_a_line_that_is_down_lets_them_say_it_again(walk: Walk) -> None:
    chosen = events.IntentChosen(Intent.ANOTHER)
    holding(walk).say(chosen).fail(DOWN)
    state = walk.now(KeysHeld)
    assert (state.busy, state.problem) == (False, DOWN)
    assert walk.say(chosen).asked(ChooseIntent).intent is Intent.ANOTHER


@pytest.mark.parametrize("error", [errors.SessionExpired(), errors.OutOfStep()])
def test_a_visit_that_is_over_at_the_service_begins_anew(walk: Walk, error: Trouble) -> None:
    holding(walk).say(events.IntentChosen(Intent.ANOTHER)).fail(error)
    assert walk.now(Stopped).remedy is Remedy.START_OVER


def test_where_policy_has_room_for_one_key_none_is_offered_after_it(walk: Walk) -> None:
    assert isinstance(walk.read_back(policy=EnrollmentPolicy(count=KeyCount(1, 1))).state, Done)


@pytest.mark.parametrize(("policy", "optional"), [(TWO, True), (BOTH, False)])
def test_the_next_key_is_offered_once_the_first_is_done(
    walk: Walk, policy: EnrollmentPolicy, *, optional: bool
) -> None:
    state = one_done(walk, policy).now(Backup)
    assert (state.number, state.most, state.optional) == (2, 2, optional)


def test_who_wants_no_second_key_is_done(walk: Walk) -> None:
    state = one_done(walk).say(events.Skipped()).now(Done)
    assert [party.id for party in state.visit.finished] == [MAIL.id]


def test_a_second_key_that_policy_wants_is_not_skipped(walk: Walk) -> None:
    before = one_done(walk, BOTH).state
    assert walk.say(events.Skipped()).state == before


def test_who_gives_up_a_second_key_that_policy_wants_keeps_the_first_and_gets_the_rest(walk: Walk) -> None:
    one_done(walk, replace(BOTH, totp=Demand.REQUIRE)).say(events.Cancelled())
    assert walk.now(SetUpApp).visit.finished == (MAIL,)
    assert not [each for each in walk.all if isinstance(each, CleanUp)]


def test_nothing_is_given_up_while_the_service_hears_of_the_next_key(walk: Walk) -> None:
    before = one_done(walk).say(events.Continued()).state
    assert (walk.say(events.Cancelled()).state, walk.effects) == (before, ())


def test_the_next_key_is_asked_for_and_the_first_set_aside(walk: Walk) -> None:
    one_done(walk).say(events.Continued()).asked(OpenNextKey)
    assert walk.now(Backup).busy
    visit = walk.answer(lambda n: NextKeyReady(n, NextKeyOpened(2, 1, 2))).now(InsertKey).visit
    (aside,) = visit.done
    assert (aside.key.address, aside.finished, aside.receipt) == (ADDRESS, (MAIL,), "K7M-4Q2")
    assert (visit.key, visit.bound, visit.finished, visit.proved) == (None, None, (), ())


def test_the_next_key_is_read_once_it_is_put_in(walk: Walk) -> None:
    one_done(walk).say(events.Continued()).answer(lambda n: NextKeyReady(n, NextKeyOpened(2, 1, 2)))
    assert not [each for each in walk.effects if isinstance(each, InspectKey)]
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(SECOND.address))
    assert walk.asked(InspectKey).address == SECOND.address
    assert isinstance(walk.read(SECOND).state, ChoosePin)


def test_the_same_key_is_no_second_one(walk: Walk) -> None:
    again = replace(FRESH, address=replace(ADDRESS, attach_id=7))
    second_shown(walk, again)
    assert isinstance(walk.now(InsertKey).problem, errors.SameKey)


def test_two_keys_are_done(walk: Walk) -> None:
    second_touching(walk).made().completed().proved()
    walk.answer(lambda n: answers.KeyInspected(n, replace(WITH_PIN, address=SECOND.address)))
    visit = walk.now(Done).visit
    assert ([each.key.address for each in visit.done], visit.key and visit.key.address) == ([ADDRESS], SECOND.address)


def test_a_second_key_that_is_given_up_is_taken_back_and_the_first_stays(walk: Walk) -> None:
    second_touching(walk).made().say(events.Cancelled())
    visit = walk.now(Done).visit
    assert (visit.key and visit.key.address, visit.finished, visit.receipt) == (ADDRESS, (MAIL,), "K7M-4Q2")
    assert (visit.done, visit.ceremony, visit.unlocked, visit.ended) == ((), None, False, True)
    assert [each.ceremony.ceremony_id for each in walk.effects if isinstance(each, CleanUp)] == ["c1"]


def test_a_second_key_that_works_in_some_places_is_told_with_the_first(walk: Walk) -> None:
    second_of_two_parties(walk, Partial.KEEP).say(events.Cancelled())
    state = walk.now(Done)
    assert [each.finished for each in state.visit.done] == [(MAIL, VPN)]
    assert (state.visit.key and state.visit.key.address, state.visit.finished) == (SECOND.address, (MAIL,))
    assert (state.cut_short, state.visit.unlocked) == (True, False)
    assert [each.result for each in outcomes(state.visit)] == [PartyResult.REGISTERED, PartyResult.NOT_TRIED]
    walk.asked(FinishEnrollment)
    unknown = PartyOutcome(VPN, PartyResult.UNKNOWN)
    told = FinishedEnrollment(Phase.DONE, "K7M-4Q2", (PartyOutcome(MAIL, PartyResult.REGISTERED), unknown))
    walk.answer(lambda n: answers.EnrollmentFinished(n, told))
    assert (walk.now(Done).visit.outcomes, walk.now(Done).cut_short) == ((unknown,), True)


def test_a_second_key_is_told_as_nothing_where_policy_takes_the_part_back(walk: Walk) -> None:
    second_of_two_parties(walk, Partial.ROLL_BACK).say(events.Cancelled())
    state = walk.now(Done)
    assert (state.visit.key and state.visit.key.address, state.visit.done, state.cut_short) == (ADDRESS, (), False)
    assert [each.reason for each in walk.effects if isinstance(each, CleanUp)] == [AbandonReason.ANOTHER_KEY]


def test_a_second_key_that_is_proved_and_not_as_policy_wants_it_is_told(walk: Walk) -> None:
    second_touching(walk).made().completed().proved().say(events.Cancelled())
    state = walk.now(Done)
    assert (len(state.visit.done), state.visit.finished, state.cut_short) == (1, (MAIL,), True)


@pytest.mark.parametrize("error", [errors.KeysEnough(), errors.OutOfStep(), errors.SessionExpired()])
def test_where_no_next_key_is_to_be_had_the_visit_goes_on_with_the_first(walk: Walk, error: Trouble) -> None:
    one_done(walk).say(events.Continued()).fail(error)
    assert walk.now(Done).visit.finished == (MAIL,)


def test_the_next_key_is_asked_for_again_where_the_line_was_down(walk: Walk) -> None:
    one_done(walk, BOTH).say(events.Continued()).fail(DOWN)
    state = walk.now(Backup)
    assert (state.busy, state.problem) == (False, DOWN)
    assert walk.say(events.Continued()).asked(OpenNextKey).enrollment_id == "e1"
