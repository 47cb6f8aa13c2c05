"""A random PIN in a sealed letter: printed until its owner has it, never shown, and only with a printer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware import errors as hw
from hardware.authenticator import PinState
from kiosk import errors
from kiosk.contract.policy import EnrollmentPolicy, PinDelivery, PinOrigin, PinPolicy
from kiosk.enrollment import answers, effects, events, states
from kiosk.enrollment.states import Remedy
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, WITH_PIN, Walk

PIN = "40718263"
POLICY = EnrollmentPolicy(PinPolicy(origin=PinOrigin.RANDOM, delivery=PinDelivery.LETTER))
ABLE = replace(FRESH, options={**FRESH.options, "authnrCfg": True, "setMinPINLength": True})
AGAIN = replace(ADDRESS, attach_id=2)
JAM = errors.LetterNotPrinted("not_finished")


def printing(walk: Walk) -> Walk:
    return walk.inserted(policy=POLICY).answer(lambda n: answers.PinGenerated(n, Secret(PIN)))


def printed(walk: Walk) -> Walk:
    return printing(walk).answer(answers.LetterPrinted)


def test_a_pin_is_set_for_a_letter_and_printed_at_once(walk: Walk) -> None:
    walk.inserted(replace(ABLE, address=replace(ADDRESS, serial="0012344711")), policy=POLICY)
    assert walk.asked(effects.SetRandomPin).letter
    assert not walk.now(states.RandomPin).printing
    asked = walk.answer(lambda n: answers.PinGenerated(n, Secret(PIN))).asked(effects.PrintLetter)
    assert (asked.attempt, asked.pin.reveal()) == (walk.attempt, PIN)
    assert asked.letter == effects.Letter("Example", "Maria Okafor", "", "4711", "en", must_change=True)
    assert walk.now(states.RandomPin).printing
    assert PIN not in repr((walk.state, asked))


def test_the_printer_wipes_a_copy_and_never_the_pin_of_the_visit(walk: Walk) -> None:
    printing(walk).asked(effects.PrintLetter).pin.wipe()
    kept = walk.now(states.RandomPin).pin
    assert kept is not None
    assert kept.reveal() == PIN


def test_a_letter_speaks_the_language_of_the_person(walk: Walk) -> None:
    walk.inserted(policy=POLICY).say(events.LanguageChosen("ar"))
    assert walk.answer(lambda n: answers.PinGenerated(n, Secret(PIN))).asked(effects.PrintLetter).letter.locale == "ar"


@pytest.mark.parametrize("event", [events.Continued(), events.LetterWanted(), events.WentBack()])
def test_nobody_goes_on_while_the_printer_works(walk: Walk, event: events.Event) -> None:
    before = printing(walk).state
    assert walk.say(event).state is before
    assert walk.effects == ()


def test_who_has_the_letter_goes_on(walk: Walk) -> None:
    assert printed(walk).now(states.RandomPin).printed
    walk.say(events.Continued()).asked(effects.BeginCeremony)
    assert walk.now(states.Touch).visit.unlocked


def test_who_does_not_find_it_gets_the_same_once_more(walk: Walk) -> None:
    asked = printed(walk).say(events.LetterWanted()).asked(effects.PrintLetter)
    assert (asked.attempt, asked.pin.reveal()) == (walk.attempt, PIN)
    assert not walk.now(states.RandomPin).printed
    assert walk.answer(answers.LetterPrinted).now(states.RandomPin).printed


def test_an_answer_about_an_earlier_letter_is_none_about_this_one(walk: Walk) -> None:
    before = printed(walk).attempt
    walk.say(events.LetterWanted(), answers.LetterPrinted(before))
    assert walk.now(states.RandomPin).printing


@pytest.mark.parametrize("error", [JAM, hw.KeyFault(1), hw.KeyGone(), errors.LetterNotPrinted("no_printer")])
def test_whatever_happens_to_the_letter_the_pin_is_printed_again(walk: Walk, error: Exception) -> None:
    state = printing(walk).fail(error).now(states.RandomPin)
    assert state.problem is error
    assert not state.printing
    assert walk.say(events.LetterWanted()).state is state
    asked = walk.say(events.Continued()).asked(effects.PrintLetter)
    assert asked.pin.reveal() == PIN
    assert walk.now(states.RandomPin).problem is None


def test_a_late_failure_means_nothing_once_the_letter_was_printed(walk: Walk) -> None:
    state = printed(walk).state
    assert walk.fail(JAM).state is state


@pytest.mark.parametrize("error", [errors.LetterNotPrinted("refused"), errors.LetterNotPrinted("no_cups")])
def test_without_a_printer_that_is_ready_no_pin_is_set_until_it_is(walk: Walk, error: Exception) -> None:
    state = walk.inserted(policy=POLICY).fail(error).now(states.RandomPin)
    assert (state.pin, state.problem) == (None, error)
    walk.say(events.Continued()).asked(effects.SetRandomPin)


def test_a_station_without_a_printer_stops_there(walk: Walk) -> None:
    stopped = walk.inserted(policy=POLICY).fail(errors.LetterNotPrinted("no_printer")).now(states.Stopped)
    assert stopped.remedy is Remedy.DESK
    assert isinstance(stopped.problem, errors.LetterNotPrinted)


def test_a_key_that_is_pulled_meanwhile_is_asked_for_the_pin_of_the_letter(walk: Walk) -> None:
    printing(walk).say(events.KeyRemoved(ADDRESS)).asked(effects.CloseKey)
    assert walk.now(states.RandomPin).printing
    walk.answer(answers.LetterPrinted).say(events.Continued())
    assert walk.now(states.InsertKey).same
    back = replace(WITH_PIN, address=AGAIN)
    walk.say(events.KeyInserted(AGAIN)).answer(lambda n: answers.KeyInspected(n, back)).now(states.EnterPin)


def test_a_key_that_left_while_its_pin_was_set_is_asked_and_its_letter_printed(walk: Walk) -> None:
    walk.inserted(policy=POLICY).fail(hw.KeyGone())
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(AGAIN)).read(replace(WITH_PIN, address=AGAIN))
    assert walk.asked(effects.SetRandomPin).letter
    walk.answer(lambda n: answers.PinGenerated(n, Secret(PIN))).asked(effects.PrintLetter)


def test_a_key_that_has_a_pin_already_is_asked_for_it_and_gets_no_letter(walk: Walk) -> None:
    walk.inserted(WITH_PIN, policy=POLICY).now(states.EnterPin)


def test_a_random_pin_for_the_screen_is_never_printed(walk: Walk) -> None:
    walk.inserted(policy=EnrollmentPolicy(PinPolicy(origin=PinOrigin.RANDOM)))
    assert not walk.asked(effects.SetRandomPin).letter
    walk.answer(lambda n: answers.PinGenerated(n, Secret(PIN)))
    assert walk.effects == ()
    assert walk.say(events.LetterWanted()).effects == ()
    assert walk.now(states.RandomPin).pin is not None


def test_the_key_forces_the_change_that_the_letter_announces(walk: Walk) -> None:
    walk.inserted(ABLE, policy=POLICY).answer(lambda n: answers.PinGenerated(n, Secret(PIN)))
    walk.answer(answers.LetterPrinted).say(events.Continued()).begun().made().completed().proved()
    assert walk.asked(effects.ConfigureKey).settings.force_pin_change
    walk.answer(answers.KeyConfigured)
    walk.answer(lambda n: answers.KeyInspected(n, replace(ABLE, pin=PinState.CHANGE_FORCED))).now(states.Done)


def test_whoever_leaves_stops_the_printer(walk: Walk) -> None:
    printing(walk).say(events.Cancelled()).asked(effects.CancelDevice)
    walk.now(states.Welcome)
