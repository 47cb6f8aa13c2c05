"""Several keys are in: the one that is touched is meant, the others are left in peace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware import errors as hw
from hardware.authenticator import KeyAddress, Transport
from kiosk import errors
from kiosk.contract.enrollments import Phase
from kiosk.enrollment import answers, effects, events, states
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, VPN, WITH_PIN, Walk

OTHER = KeyAddress(Transport.SIMULATED, "slot-2", 2, "S2", "Test key")
AGAIN = replace(ADDRESS, attach_id=3)


def two(walk: Walk) -> Walk:
    return walk.verified().say(events.KeyInserted(ADDRESS), events.KeyInserted(OTHER))


def test_two_keys_blink_and_the_touched_one_is_read(walk: Walk) -> None:
    assert two(walk).now(states.SelectKey).keys == (ADDRESS, OTHER)
    asked = walk.asked(effects.SelectKey)
    assert (asked.keys, asked.seconds) == ((ADDRESS, OTHER), 30)
    assert walk.answer(answers.TouchWanted, answers.TouchWanted).now(states.SelectKey).waiting == 2
    walk.answer(lambda n: answers.KeySelected(n, OTHER))
    assert walk.now(states.InsertKey).reading
    assert walk.asked(effects.InspectKey).address == OTHER


def test_a_key_that_comes_or_goes_begins_the_choice_anew(walk: Walk) -> None:
    third = replace(OTHER, path="slot-3")
    before = two(walk).attempt
    walk.say(events.KeyInserted(third))
    assert isinstance(walk.effects[0], effects.CancelDevice)
    assert len(walk.asked(effects.SelectKey).keys) == 3
    assert walk.attempt > before
    walk.say(events.KeyRemoved(third), events.KeyRemoved(ADDRESS))
    assert walk.asked(effects.InspectKey).address == OTHER


@pytest.mark.parametrize("error", [hw.TouchTimeout(), hw.TooOld(), hw.KeyGone()])
def test_nobody_chose_so_one_is_to_be_left_in(walk: Walk, error: Exception) -> None:
    two(walk).say(events.Continued())
    assert walk.effects == ()
    assert isinstance(walk.fail(error).now(states.SelectKey).problem, errors.SeveralKeys)
    walk.say(events.Continued()).asked(effects.SelectKey)


def test_a_key_that_could_not_be_opened_is_looked_at_again_on_purpose(walk: Walk) -> None:
    walk.verified().say(events.KeyInserted(ADDRESS)).fail(hw.NoAccess("/dev/hidraw3", "udev"))
    walk.say(events.Continued())
    assert walk.asked(effects.InspectKey).address == ADDRESS


def test_a_choice_that_we_ended_is_no_trouble(walk: Walk) -> None:
    assert two(walk).fail(hw.Cancelled()).now(states.SelectKey).problem is None


def test_a_choice_goes_on_when_the_key_agent_was_lost(walk: Walk) -> None:
    two(walk).fail(hw.AgentLost()).now(states.SelectKey)
    walk.asked(effects.SelectKey)


def test_back_from_the_choice_goes_to_identify_until_a_key_is_bound(walk: Walk) -> None:
    two(walk).say(events.WentBack()).now(states.Identify)
    assert isinstance(walk.effects[0], effects.CancelDevice)


def test_events_of_another_screen_mean_nothing_at_the_choice(walk: Walk) -> None:
    before = two(walk).state
    assert walk.say(events.Started(), events.PinTyped(Secret("1"))).state == before


def test_the_bound_key_is_found_among_others_by_its_serial_number(walk: Walk) -> None:
    walk.touching().say(events.KeyInserted(OTHER), events.KeyRemoved(ADDRESS))
    assert walk.asked(effects.InspectKey).address == OTHER
    walk.say(events.KeyInserted(AGAIN))
    assert walk.asked(effects.InspectKey).address == AGAIN


def test_a_bound_key_without_a_serial_number_is_chosen_by_its_owner(walk: Walk) -> None:
    plain = replace(FRESH, address=replace(ADDRESS, serial=""))
    walk.inserted(plain).say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted).begun()
    walk.say(events.KeyRemoved(plain.address), events.KeyInserted(replace(plain.address, attach_id=3)))
    walk.say(events.KeyInserted(OTHER))
    assert walk.now(states.SelectKey).visit.bound is not None
    before = walk.state
    assert walk.say(events.WentBack()).state == before


def test_another_key_is_taken_out_and_the_right_one_found_meanwhile(walk: Walk) -> None:
    walk.touching().say(events.KeyRemoved(ADDRESS), events.KeyInserted(OTHER))
    walk.read(replace(FRESH, address=OTHER))
    state = walk.now(states.InsertKey)
    assert (state.take_out, state.out, type(state.problem)) == (True, OTHER, hw.KeySwapped)
    third = replace(OTHER, path="slot-3", serial="S3")
    assert walk.say(events.KeyInserted(third)).now(states.InsertKey).take_out
    walk.say(events.KeyRemoved(third), events.KeyInserted(AGAIN))
    assert walk.asked(effects.InspectKey).address == AGAIN


def test_of_two_keys_only_the_refused_one_must_leave(walk: Walk) -> None:
    two(walk).answer(lambda n: answers.KeySelected(n, OTHER))
    walk.answer(lambda n: answers.KeyInspected(n, replace(FRESH, address=OTHER, versions=("U2F_V2",))))
    walk.now(states.Stopped)
    assert walk.say(events.Continued()).now(states.InsertKey).out == OTHER
    walk.say(events.KeyRemoved(OTHER))
    assert walk.asked(effects.InspectKey).address == ADDRESS


@pytest.mark.parametrize("error", [hw.KeySilent(2), hw.AgentLost()])
def test_of_two_keys_the_chosen_one_is_meant_whatever_happens_to_it(walk: Walk, error: Exception) -> None:
    two(walk).answer(lambda n: answers.KeySelected(n, OTHER)).fail(error)
    state = walk.now(states.InsertKey)
    assert (state.out if state.take_out else state.key) == OTHER
    assert state.take_out == isinstance(error, hw.KeySilent)


# ── twins: two keys of one model without serial numbers ─────────────────────────────────────────

PLAIN = replace(FRESH, address=replace(ADDRESS, serial="", bus="usb:1-1"))


def registered(walk: Walk) -> Walk:
    """Until the credential is at the relying party, and the key was pulled."""
    walk.inserted(PLAIN).say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted).begun().made()
    return walk.completed().say(events.KeyRemoved(PLAIN.address)).fail(hw.KeyGone())


def twin(bus: str, **more: object) -> answers.KeyInspected:
    address = replace(PLAIN.address, attach_id=4, bus=bus)
    return answers.KeyInspected(0, replace(WITH_PIN, address=address, **more))  # type: ignore[arg-type]  # handed through


def put(walk: Walk, found: answers.KeyInspected, *, ours: bool | None = None) -> Walk:
    walk.say(events.KeyInserted(found.info.address))
    return walk.answer(lambda n: replace(found, attempt=n, ours=ours))


def test_the_credential_of_the_visit_tells_twins_apart_in_any_port(walk: Walk) -> None:
    registered(walk).say(events.KeyInserted(twin("usb:1-1").info.address))
    assert walk.asked(effects.InspectKey).probes == ((MAIL.id, b"\x01"),)
    walk.answer(lambda n: replace(twin("usb:1-1"), attempt=n, ours=False))
    assert isinstance(walk.now(states.InsertKey).problem, hw.KeySwapped)
    walk.say(events.KeyRemoved(twin("usb:1-1").info.address))
    put(walk, twin("usb:2-4"), ours=True).now(states.EnterPin)
    walk.say(events.PinTyped(Secret("704913"))).answer(answers.PinAccepted).asked(effects.ProveCredential)


def test_a_proved_credential_tells_as_well(walk: Walk) -> None:
    walk.inserted(PLAIN, parties=(MAIL, VPN)).say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted)
    walk.begun().made().completed().proved(Phase.KEY).begun(VPN).say(events.KeyRemoved(PLAIN.address))
    walk.say(events.KeyInserted(twin("usb:1-1").info.address))
    assert walk.asked(effects.InspectKey).probes == ((MAIL.id, b"\x01"),)


def test_before_there_is_a_credential_the_socket_tells(walk: Walk) -> None:
    walk.inserted(PLAIN).say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted).begun()
    walk.say(events.KeyRemoved(PLAIN.address))
    put(walk, twin("usb:9-9"))
    assert isinstance(walk.now(states.InsertKey).problem, errors.OtherPort)
    walk.say(events.KeyRemoved(twin("usb:9-9").info.address))
    put(walk, twin("usb:1-1")).now(states.EnterPin)


def test_a_twin_without_a_pin_is_another_key(walk: Walk) -> None:
    walk.inserted(PLAIN).say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted).begun()
    walk.say(events.KeyRemoved(PLAIN.address))
    put(walk, twin("usb:1-1", pin=FRESH.pin))
    assert isinstance(walk.now(states.InsertKey).problem, hw.KeySwapped)
