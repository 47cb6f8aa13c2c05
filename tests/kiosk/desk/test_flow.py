"""Tries the desk: who signs in, what they decide, and what no order of events may break."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.authenticator import KeyAddress, KeyInfo, PinState, Transport
from hardware.errors import (
    HardwareError,
    KeyFault,
    KeyGone,
    KeySilent,
    PinAuthBlocked,
    PinBlocked,
    PinChangeForced,
    PinRequired,
    WrongPin,
)
from kiosk.contract.staff import (
    ApprovalAction,
    ApprovalRequest,
    Decision,
    KeyTold,
    ReferenceTold,
    Role,
    StaffAnswer,
    StaffChallenge,
)
from kiosk.desk import effects, events
from kiosk.desk.flow import SIGN_IN, advance
from kiosk.desk.names import may_be_listed
from kiosk.desk.states import (
    AskSure,
    Closed,
    Deciding,
    Desk,
    EnterCode,
    EnterOwnersPin,
    EnterPin,
    InsertStaffKey,
    Leaving,
    LookAtKey,
    Menu,
    Next,
    Reference,
    Requests,
    State,
    StoredName,
    Sure,
    TakeOut,
    Touch,
)
from kiosk.enrollment.visit import KeyModel, Port
from kiosk.errors import OutOfStep, SessionExpired, StationRefused
from kiosk.secret import Secret
from kiosk.station_errors import StationSwitchedOff

KEY = KeyAddress(Transport.USB, "/dev/hidraw1", serial="1", product="Key", attach_id=1)
OTHER = KeyAddress(Transport.USB, "/dev/hidraw2", serial="2", product="Key", attach_id=2)
NONE, ONE, TWO = Port(), Port((KEY,)), Port((KEY, OTHER))
WHO = StaffAnswer("J. Weber", (Role.APPROVE, Role.ADMINISTER), "token", 600)
OVERRIDE = ApprovalRequest("a", "e", "lobby", "hq", ApprovalAction.OVERRIDE, "42", (), 1, 0, 5, 300)
AT_MAIL = StoredName("mail.example.org", "m.okafor@example.org")
CHALLENGE = StaffChallenge("c", {"challenge": "x"}, "https://staff.example.org", 120)


def info(pin: PinState = PinState.SET, left: int | None = 8) -> KeyInfo:
    return KeyInfo(address=KEY, aaguid=bytes(16), versions=("FIDO_2_1",), pin=pin, pin_retries=left)


def walk(state: State, *happened: events.Event) -> tuple[State, tuple[effects.Effect, ...]]:
    asked: tuple[effects.Effect, ...] = ()
    for event in happened:
        state, asked = advance(state, event)
    return state, asked


def at_pin() -> State:
    state, asked = walk(Closed(), events.Opened(NONE), events.PortChanged(ONE))
    assert isinstance(asked[-1], effects.ReadKey)
    state, _ = advance(state, events.KeyRead(state.desk.attempt, info(), KeyModel()))
    assert isinstance(state, EnterPin)
    return state


def signed_in() -> State:
    state, asked = advance(at_pin(), events.PinTyped(Secret("1234")))
    assert isinstance(asked[0], effects.UnlockKey)
    now = state.desk.attempt
    state, asked = advance(state, events.KeyUnlocked(now))
    assert asked == (effects.FetchChallenge(now, SIGN_IN),)
    state, asked = walk(state, events.ChallengeFetched(now, CHALLENGE), events.TouchAwaited(now))
    assert isinstance(state, Touch)
    assert state.waiting
    state, asked = advance(state, events.Signed(now, "c", {}))
    assert asked == (effects.SendSignature(now, "c", {}),)
    state, _ = advance(state, events.StaffKnown(now, WHO))
    return state


def at_menu() -> Menu:
    state, _ = advance(signed_in(), events.PortChanged(NONE))
    assert isinstance(state, Menu)
    return state


def test_the_persons_key_is_taken_out_before_anything() -> None:
    state, _ = advance(Closed(), events.Opened(ONE))
    assert isinstance(state, TakeOut)
    state, _ = advance(state, events.PortChanged(NONE))
    assert isinstance(state, InsertStaffKey)


def test_nothing_is_open_before_the_staff_key_is_out() -> None:
    state = signed_in()
    assert isinstance(state, TakeOut)
    assert advance(state, events.RequestsWanted()) == (state, ())


@pytest.mark.parametrize("pin", [each for each in PinState if each is not PinState.SET])
def test_a_key_without_a_pin_that_works_is_nobodys(pin: PinState) -> None:
    state, _ = walk(Closed(), events.Opened(NONE), events.PortChanged(ONE))
    state, _ = advance(state, events.KeyRead(state.desk.attempt, info(pin), KeyModel()))
    assert isinstance(state, TakeOut)
    assert state.problem is not None
    still, _ = advance(state, events.PortChanged(NONE))
    state, _ = advance(still, events.Confirmed())
    assert isinstance(state, InsertStaffKey)


def test_a_wrong_pin_counts_and_few_tries_must_be_accepted() -> None:
    state, _ = advance(at_pin(), events.PinTyped(Secret("1")))
    state, _ = advance(state, events.Failed(state.desk.attempt, WrongPin(3)))
    assert isinstance(state, EnterPin)
    assert state.caution
    assert not state.busy
    pin = Secret("2")
    assert advance(state, events.PinTyped(pin)) == (state, ())
    assert pin.wiped
    state, _ = advance(state, events.Confirmed())
    state, asked = advance(state, events.PinTyped(Secret("3")))
    assert asked


def test_a_key_that_leaves_too_early_is_told() -> None:
    state, _ = advance(at_pin(), events.PortChanged(NONE))
    assert isinstance(state, TakeOut)
    assert isinstance(state.problem, KeyGone)


def test_another_failure_begins_anew() -> None:
    state, _ = advance(at_pin(), events.PinTyped(Secret("1")))
    state, _ = advance(state, events.Failed(state.desk.attempt, PinRequired()))
    assert isinstance(state, TakeOut)


def test_a_key_that_nobody_of_staff_signs_with_is_refused_and_no_broken_one() -> None:
    state, _ = walk(at_pin(), events.PinTyped(Secret("1234")))
    state, _ = walk(state, events.KeyUnlocked(state.desk.attempt))
    stranger, _ = advance(state, events.Failed(state.desk.attempt, KeyFault(0x2E)))
    broken, _ = advance(state, events.Failed(state.desk.attempt, KeyFault(0x7F)))
    assert isinstance(stranger, TakeOut)
    assert isinstance(broken, TakeOut)
    assert isinstance(stranger.problem, StationRefused)
    assert isinstance(broken.problem, KeyFault)


def test_a_sealed_code_stands_for_a_key() -> None:
    state, _ = walk(Closed(), events.Opened(NONE), events.CodeWanted(), events.PortChanged(ONE))
    assert isinstance(state, EnterCode)
    state, asked = advance(state, events.CodeTyped("weber", Secret("ABCD")))
    assert isinstance(asked[0], effects.SendCode)
    unwanted = Secret("EFGH")
    assert advance(state, events.CodeTyped("weber", unwanted)) == (state, ())
    assert unwanted.wiped
    state, _ = advance(state, events.Failed(state.desk.attempt, PinRequired()))
    assert isinstance(state, EnterCode)
    assert not state.busy
    state, _ = walk(state, events.CodeTyped("weber", Secret("X")), events.StaffKnown(state.desk.attempt, WHO))
    assert isinstance(state, TakeOut)


def test_a_request_is_decided_with_the_key_and_a_reason() -> None:
    state, asked = advance(at_menu(), events.RequestsWanted())
    assert asked == (effects.FetchRequests(state.desk.attempt, "token"),)
    state, _ = walk(state, events.RequestsFetched(state.desk.attempt, (OVERRIDE,)), events.RequestPicked("a"))
    assert isinstance(state, Deciding)
    state, _ = advance(state, events.Decided(Decision.APPROVE))
    assert isinstance(state, Deciding)
    assert state.reason_missing
    state, _ = advance(state, events.Decided(Decision.APPROVE, "passport seen"))
    assert isinstance(state, InsertStaffKey)
    assert (state.asked.approval_id, state.asked.decision) == ("a", Decision.APPROVE)
    state, _ = walk(state, events.CodeWanted(), events.CodeTyped("weber", Secret("X")))
    state, asked = advance(state, events.StaffKnown(state.desk.attempt, WHO))
    assert isinstance(state, Requests)
    assert isinstance(asked[-1], effects.FetchRequests)


@pytest.mark.parametrize("by_code", [True, False])
def test_a_request_that_was_decided_elsewhere_leads_back_to_those_that_wait(*, by_code: bool) -> None:
    state, _ = advance(at_menu(), events.RequestsWanted())
    state, _ = walk(state, events.RequestsFetched(state.desk.attempt, (OVERRIDE,)), events.RequestPicked("a"))
    state, _ = advance(state, events.Decided(Decision.DENY, "no"))
    if by_code:
        state, _ = walk(state, events.CodeWanted(), events.CodeTyped("weber", Secret("X")))
    else:
        state, _ = advance(state, events.PortChanged(ONE))
        state, _ = walk(state, events.KeyRead(state.desk.attempt, info(), KeyModel()), events.PinTyped(Secret("1")))
        state, _ = advance(state, events.KeyUnlocked(state.desk.attempt))
    state, asked = advance(state, events.Failed(state.desk.attempt, OutOfStep()))
    if not by_code:
        assert isinstance(state, TakeOut)
        assert isinstance(state.problem, OutOfStep)
        state, asked = walk(state, events.PortChanged(NONE), events.Confirmed())
    assert isinstance(state, Requests)
    assert isinstance(asked[-1], effects.FetchRequests)


def test_going_back_from_a_decision_leads_to_the_requests() -> None:
    state, _ = advance(at_menu(), events.RequestsWanted())
    state, _ = walk(state, events.RequestsFetched(state.desk.attempt, (OVERRIDE,)), events.RequestPicked("a"))
    assert isinstance(advance(state, events.WentBack())[0], Requests)
    state, _ = walk(state, events.Decided(Decision.DENY, "no"), events.WentBack())
    assert isinstance(state, Requests)
    assert isinstance(walk(state, events.RequestPicked("b"), events.RequestsWanted(), events.WentBack())[0], Menu)


def test_a_key_is_looked_at() -> None:
    state, _ = walk(at_menu(), events.LookWanted(), events.PortChanged(ONE))
    state, asked = advance(state, events.KeyRead(state.desk.attempt, info(), KeyModel("Key")))
    assert asked == (effects.FetchKey(state.desk.attempt, "token", info()),)
    state, _ = advance(state, events.KeyLookedUp(state.desk.attempt, KeyTold("in_stock")))
    assert isinstance(state, LookAtKey)
    assert state.told == KeyTold("in_stock")
    state, _ = advance(state, events.WentBack())
    assert isinstance(state, TakeOut)
    assert isinstance(advance(state, events.PortChanged(NONE))[0], Menu)


def looked_at() -> LookAtKey:
    """A key with a PIN, and with credential management, in the hands of staff."""
    state, _ = walk(at_menu(), events.LookWanted(), events.PortChanged(ONE))
    managed = replace(info(), options={"credMgmt": True})
    state, _ = advance(state, events.KeyRead(state.desk.attempt, managed, KeyModel("Key")))
    assert not may_be_listed(cast("LookAtKey", state))  # what the service knows comes first
    state, _ = advance(state, events.KeyLookedUp(state.desk.attempt, KeyTold("issued")))
    assert isinstance(state, LookAtKey)
    return state


def test_the_names_on_a_key_are_listed_with_the_pin_of_its_owner() -> None:
    state, asked = walk(looked_at(), events.NamesWanted(), events.PinTyped(Secret("1234")))
    assert isinstance(asked[0], effects.ListNames)
    assert asked[0].address == KEY
    now = info(left=7)
    state, _ = advance(state, events.NamesListed(state.desk.attempt, (AT_MAIL,), now))
    assert isinstance(state, LookAtKey)
    assert (state.names, state.info, state.told) == ((AT_MAIL,), now, KeyTold("issued"))
    assert not may_be_listed(state)
    state, _ = walk(state, events.PortChanged(NONE))
    assert state == LookAtKey(state.desk)  # they leave with the key


@pytest.mark.parametrize(
    "changes", [{"options": {}}, {"pin": PinState.NOT_SET}, {"pin": PinState.BLOCKED}, {"pin": PinState.CHANGE_FORCED}]
)
def test_a_key_that_tells_no_names_is_not_asked_for_them(changes: dict[str, Any]) -> None:
    state = replace(looked_at(), info=replace(info(), **{"options": {"credMgmt": True}, **changes}))
    assert advance(state, events.NamesWanted()) == (state, ())


def test_an_owner_whose_pin_is_wrong_is_told_and_few_tries_must_be_accepted() -> None:
    state, _ = walk(looked_at(), events.NamesWanted(), events.PinTyped(Secret("1")))
    state, _ = advance(state, events.Failed(state.desk.attempt, WrongPin(3)))
    assert isinstance(state, EnterOwnersPin)
    assert (state.caution, state.busy, state.look.info and state.look.info.pin_retries) == (True, False, 3)
    unwanted = Secret("2")
    assert advance(state, events.PinTyped(unwanted)) == (state, ())
    assert unwanted.wiped
    assert walk(state, events.Confirmed(), events.PinTyped(Secret("3")))[1]


@pytest.mark.parametrize(
    ("problem", "pin", "left"),
    [
        (PinAuthBlocked(), PinState.AUTH_BLOCKED, 8),
        (PinBlocked(), PinState.BLOCKED, 0),
        (PinChangeForced(), PinState.CHANGE_FORCED, 8),
        (KeySilent(3.0), PinState.SET, 8),
    ],
)
def test_a_key_that_tells_nothing_is_shown_as_it_is_then(problem: HardwareError, pin: PinState, left: int) -> None:
    state, _ = walk(looked_at(), events.NamesWanted(), events.PinTyped(Secret("1")))
    state, _ = advance(state, events.Failed(state.desk.attempt, problem))
    assert isinstance(state, LookAtKey)
    assert (state.problem, state.info and (state.info.pin, state.info.pin_retries)) == (problem, (pin, left))
    assert may_be_listed(state) is (pin is PinState.SET)


def test_an_owner_who_types_no_pin_or_takes_the_key_out_shows_nothing() -> None:
    asked, _ = advance(looked_at(), events.NamesWanted())
    back, _ = advance(asked, events.WentBack())
    assert isinstance(back, LookAtKey)
    assert advance(back, events.NamesListed(asked.desk.attempt, (AT_MAIL,), info())) == (back, ())
    assert advance(asked, events.PortChanged(TWO))[0].desk.port == TWO
    out, _ = advance(asked, events.PortChanged(NONE))
    assert out == LookAtKey(out.desk)


def test_only_an_administrator_closes_the_kiosk() -> None:
    state, _ = walk(at_menu(), events.SureAsked(Sure.LEAVE))
    assert isinstance(state, AskSure)
    state, asked = advance(state, events.Confirmed())
    assert isinstance(state, Leaving)
    assert effects.SignOut("token") in asked
    other = Menu(Desk(staff=StaffAnswer("A", (Role.APPROVE,), "t")))
    assert advance(other, events.SureAsked(Sure.LEAVE)) == (other, ())


def test_the_visit_ends_when_staff_are_sure() -> None:
    state, asked = walk(at_menu(), events.SureAsked(Sure.END_VISIT), events.Confirmed())
    assert isinstance(state, Closed)
    assert effects.EndVisit() in asked
    assert isinstance(walk(at_menu(), events.SureAsked(Sure.END_VISIT), events.WentBack())[0], Menu)


def test_an_idle_desk_is_signed_out_and_waits_for_its_key() -> None:
    state, asked = advance(signed_in(), events.IdleExpired())
    assert isinstance(state, TakeOut)
    assert state.then is Next.CLOSE
    assert effects.SignOut("token") in asked
    assert isinstance(advance(state, events.PortChanged(NONE))[0], Closed)


def test_a_reference_is_looked_up() -> None:
    state, asked = advance(at_menu(), events.ReferenceTyped(" K7 "))
    assert asked == (effects.FetchReference(state.desk.attempt, "token", "K7"),)
    told, _ = advance(state, events.ReferenceLookedUp(state.desk.attempt, ReferenceTold(())))
    assert isinstance(told, Reference)
    assert isinstance(advance(told, events.WentBack())[0], Menu)
    assert isinstance(advance(state, events.Failed(state.desk.attempt, PinRequired()))[0], Menu)


@pytest.mark.parametrize("asks", [events.RequestsWanted(), events.ReferenceTyped("K7"), events.LookWanted()])
def test_a_sign_in_that_ran_out_is_told_and_begun_anew(asks: events.Event) -> None:
    state, _ = advance(at_menu(), asks)
    if isinstance(asks, events.LookWanted):
        state, _ = advance(state, events.PortChanged(ONE))
    told, asked = advance(state, events.Failed(state.desk.attempt, StationRefused()))
    assert isinstance(told, TakeOut)
    assert (told.then, told.desk.staff) == (SIGN_IN, None)
    assert isinstance(told.problem, SessionExpired)
    assert effects.CloseKey() in asked
    again, _ = walk(told, events.Confirmed(), events.PortChanged(NONE))
    assert isinstance(again, InsertStaffKey)
    switched_off, _ = advance(state, events.Failed(state.desk.attempt, StationSwitchedOff()))
    assert not isinstance(switched_off, TakeOut)


def _any_event(attempt: int) -> st.SearchStrategy[events.Event]:
    return st.one_of(
        st.sampled_from([events.Opened(NONE), events.Opened(ONE)]),
        st.sampled_from([NONE, ONE, TWO]).map(events.PortChanged),
        st.builds(lambda: events.PinTyped(Secret("704913"))),
        st.builds(lambda: events.CodeTyped("weber", Secret("704913"))),
        st.sampled_from(
            [
                events.CodeWanted(),
                events.RequestsWanted(),
                events.RequestPicked("a"),
                events.Decided(Decision.DENY, "no"),
                events.LookWanted(),
                events.NamesWanted(),
                events.ReferenceTyped("K7"),
                events.SureAsked(Sure.LEAVE),
                events.SureAsked(Sure.END_VISIT),
                events.Confirmed(),
                events.WentBack(),
                events.ClosedByStaff(),
                events.IdleExpired(),
            ]
        ),
        st.sampled_from(
            [
                events.KeyRead(attempt, info(), KeyModel()),
                events.KeyUnlocked(attempt),
                events.ChallengeFetched(attempt, CHALLENGE),
                events.TouchAwaited(attempt),
                events.Signed(attempt, "c", {}),
                events.StaffKnown(attempt, WHO),
                events.RequestsFetched(attempt, (OVERRIDE,)),
                events.KeyRead(attempt, replace(info(), options={"credMgmt": True}), KeyModel()),
                events.KeyLookedUp(attempt, KeyTold("unknown")),
                events.NamesListed(attempt, (AT_MAIL,), info()),
                events.ReferenceLookedUp(attempt, ReferenceTold(())),
                events.Failed(attempt, WrongPin(2)),
                events.Failed(attempt, KeyGone()),
                events.Failed(attempt - 1, KeyGone()),
            ]
        ),
    )


@settings(max_examples=40)
@given(st.data())
def test_no_order_of_events_keeps_a_secret_or_gives_staff_away(data: st.DataObject) -> None:
    state: State = Closed()
    for _ in range(data.draw(st.integers(1, 40))):
        event = data.draw(_any_event(state.desk.attempt))
        state, asked = advance(state, event)
        secret = {events.PinTyped: "pin", events.CodeTyped: "code"}.get(type(event))
        carried = any(isinstance(each, effects.UnlockKey | effects.SendCode | effects.ListNames) for each in asked)
        if secret is not None:
            assert getattr(event, secret).wiped is not carried  # it goes down, or it is gone
        assert "704913" not in repr((state, asked))
        if isinstance(state, Closed):
            assert state.desk.staff is None
            assert not state.desk.read  # nobody's key is mistaken for the person's
        if isinstance(state, Menu | Requests | Deciding | LookAtKey | EnterOwnersPin | Reference | AskSure):
            assert state.desk.staff is not None
        if any(isinstance(each, effects.ReadKey) for each in asked):
            assert len(state.desk.port.keys) == 1
