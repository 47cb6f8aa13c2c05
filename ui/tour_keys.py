"""Sample states of the key step for the tour: the key that comes, its PIN, its finger, its wiping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hardware import errors as key_errors
from hardware.authenticator import BuiltInUv, KeyAddress, KeyInfo, PinState, SampleFeedback, Transport
from kiosk import errors as kiosk_errors
from kiosk.contract.policy import Demand, HandOverPolicy
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment import states as s
from kiosk.enrollment.admission import Reason
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.states import Remedy, ResetStage, State, Task
from kiosk.enrollment.visit import KeyIdentity, KeyModel, Port, Visit
from kiosk.secret import Secret

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw3", 1, "0010394821", "Bench Key 5", "Bench", bus="usb:1-2")
KEY = KeyInfo(
    ADDRESS,
    bytes(16),
    ("FIDO_2_1",),
    options={"rk": True, "credMgmt": True},
    pin=PinState.SET,
    pin_retries=8,
    remaining_credentials=24,
)
MODEL = KeyModel("Bench Key 5 NFC", "Bench", "usb-a-nfc", known=True)
_FRESH = replace(KEY, pin=PinState.NOT_SET, pin_retries=None)
_FINGER = replace(_FRESH, options={"rk": True, "bioEnroll": False}, built_in_uv=BuiltInUv.NOT_ENROLLED)
_OTHERS = (
    replace(ADDRESS, path="/dev/hidraw4", serial="", product="Sample C", manufacturer="Sample", bus="usb:1-3.2"),
    KeyAddress(Transport.NFC, "reader 0", 1, bus="nfc:reader 0"),
    replace(ADDRESS, path="/dev/hidraw5", serial="", product="", manufacturer="", bus="usb:1-3.4"),
    replace(ADDRESS, path="/dev/hidraw6", serial="", product="Fifth key", manufacturer="", bus="usb:1-3.1"),
)
_PIN = "82604917"


@dataclass(frozen=True)
class Sample:
    """One picture: its name, and the state that is shown."""

    name: str
    state: State


def key_samples(visit: Visit) -> Iterator[Sample]:
    """Every screen from the key that comes to the key that is open."""
    yield from _insert(visit)
    yield from _select(visit)
    yield from _pin(visit)
    yield from _random(visit)
    yield from _finger(replace(visit, key=_FINGER, model=KeyModel("Bench Bio", "Bench", "bio", known=True)))
    yield from _wipe(visit)


def working_samples(visit: Visit, party: RelyingPartyName) -> Iterator[Sample]:
    """What keys that are told more, and know a finger, make of the last screens."""
    touch = s.Touch(replace(visit, key=_FINGER), party, 1, 2, 30, waiting=True, verifying=True)
    yield Sample("touch-finger", touch)
    told = HandOverPolicy(min_pin_length=8, raise_min_pin=Demand.REQUIRE, force_pin_change=Demand.BEST_EFFORT)
    able = replace(KEY, options={**KEY.options, "authnrCfg": True, "setMinPINLength": True})
    visit = replace(visit, key=able, policy=replace(visit.policy, hand_over=told))
    yield Sample("working-more", s.Prove(visit, party, 1, 2, Task.TEST))
    finished = replace(visit, finished=visit.parties)
    yield Sample("working-finger", s.Prove(visit, party, 1, 2, Task.TEST, verifying=True))
    yield Sample("working-configure", s.Prove(finished, party, 2, 2, Task.CONFIGURE))


def stopped_samples(visit: Visit) -> Iterator[Sample]:
    """Keys that are refused for several reasons, and keys that may be wiped."""
    why = (Reason.NO_PIN_SUPPORT, Reason.MODEL_NOT_ALLOWED, Reason.FIRMWARE_TOO_OLD, Reason.NO_MIN_PIN_LENGTH)
    several = kiosk_errors.KeyNotAdmitted(tuple(reason.value for reason in why))
    old = replace(visit, key=replace(_FRESH, pin=PinState.UNSUPPORTED, remaining_credentials=None))
    yield Sample("stopped-several-reasons", s.Stopped(old, several, Remedy.ANOTHER_KEY))
    blocked = replace(visit, key=replace(KEY, pin=PinState.BLOCKED, pin_retries=0))
    yield Sample("stopped-resettable", s.Stopped(blocked, key_errors.PinBlocked(), Remedy.ANOTHER_KEY, resettable=True))
    full = replace(visit, key=replace(KEY, remaining_credentials=0))
    cured = kiosk_errors.KeyNotAdmitted((Reason.PIN_ALREADY_SET.value, Reason.FULL.value))
    yield Sample("stopped-several-resettable", s.Stopped(full, cured, Remedy.ANOTHER_KEY, resettable=True))


def _insert(visit: Visit) -> Iterator[Sample]:
    empty = replace(visit, port=Port())
    yield Sample("insert", s.InsertKey(replace(empty, key=None)))
    yield Sample("insert-reading", s.InsertKey(replace(visit, key=None), reading=True))
    yield Sample("insert-take-out", s.InsertKey(visit, take_out=True, problem=key_errors.PinAuthBlocked()))
    bound = replace(empty, bound=KeyIdentity.of(KEY))
    yield Sample("insert-same", s.InsertKey(bound, same=True, problem=key_errors.KeyGone()))
    both = replace(visit, port=Port((ADDRESS, _OTHERS[0])))
    yield Sample("insert-take-this-out", s.InsertKey(both, take_out=True, out=ADDRESS))
    yield Sample("insert-several", s.InsertKey(visit, problem=kiosk_errors.SeveralKeys()))
    refused = key_errors.NoAccess("/dev/hidraw3", "70-keywright.rules")
    yield Sample("insert-no-access", s.InsertKey(visit, problem=refused))


def _select(visit: Visit) -> Iterator[Sample]:
    visit = replace(visit, key=None, model=KeyModel())
    yield Sample("select", s.SelectKey(visit, (ADDRESS, _OTHERS[0])))
    yield Sample("select-many", s.SelectKey(visit, (ADDRESS, *_OTHERS)))
    yield Sample("select-late", s.SelectKey(visit, (ADDRESS, _OTHERS[0]), key_errors.TouchTimeout()))


def _pin(visit: Visit) -> Iterator[Sample]:
    fresh = replace(visit, key=_FRESH)
    rules = PinRules(min_length=6, own_numbers=("20417",))
    yield Sample("pin-new", s.ChoosePin(fresh, rules))
    yield Sample("pin-new-busy", s.ChoosePin(fresh, rules, busy=True))
    yield Sample("pin-new-refused", s.ChoosePin(fresh, rules, key_errors.PinRefused()))
    yield Sample("pin-new-complex", s.ChoosePin(fresh, replace(rules, complexity=True)))
    yield Sample("pin", s.EnterPin(visit, 8))
    yield Sample("pin-wrong", s.EnterPin(visit, 6, problem=key_errors.WrongPin(6)))
    yield Sample("pin-caution", s.EnterPin(visit, 3, caution=True))
    yield Sample("pin-busy", s.EnterPin(visit, 8, busy=True))
    forced = replace(visit, key=replace(KEY, pin=PinState.CHANGE_FORCED))
    yield Sample("pin-change", s.ChangePin(forced, rules, 8))
    yield Sample("pin-change-wrong", s.ChangePin(forced, rules, 6, problem=key_errors.WrongPin(6)))
    yield Sample("pin-change-caution", s.ChangePin(forced, rules, 3, caution=True))
    yield Sample("pin-change-busy", s.ChangePin(forced, rules, 8, busy=True))
    stranger = KeyModel("Keyring Two of a maker that nobody knows", "", "")
    yield Sample("pin-of-a-stranger", s.EnterPin(replace(visit, model=stranger), None))


def _random(visit: Visit) -> Iterator[Sample]:
    visit = replace(visit, key=_FRESH)
    yield Sample("pin-random-setting", s.RandomPin(visit))
    yield Sample("pin-random", s.RandomPin(visit, Secret(_PIN), must_change=True))
    yield Sample("pin-random-long", s.RandomPin(visit, Secret(_PIN * 3)))
    yield Sample("pin-random-failed", s.RandomPin(visit, problem=key_errors.KeySilent(5.0)))
    yield Sample("letter-setting", s.RandomPin(visit, letter=True))
    letter = s.RandomPin(visit, Secret(_PIN), must_change=True, letter=True)
    yield Sample("letter-printing", letter)
    yield Sample("letter-printed", replace(letter, printed=True))
    yield Sample("letter-failed", replace(letter, problem=kiosk_errors.LetterNotPrinted("not_finished")))
    yield Sample("letter-not-begun", s.RandomPin(visit, letter=True, problem=kiosk_errors.LetterNotPrinted("refused")))


def _finger(visit: Visit) -> Iterator[Sample]:
    yield Sample("finger", s.EnrollFinger(visit, optional=True))
    yield Sample("finger-good", s.EnrollFinger(visit, 3, 2, SampleFeedback.GOOD))
    yield Sample("finger-short", s.EnrollFinger(visit, 2, 3, SampleFeedback.TOO_FAST, optional=True))
    yield Sample("finger-late", s.EnrollFinger(visit, 2, 3, optional=True, problem=key_errors.TouchTimeout()))


def _wipe(visit: Visit) -> Iterator[Sample]:
    ask = s.ResetKey(visit, ResetStage.ASK, lost=5)
    yield Sample("wipe", ask)
    yield Sample("wipe-unknown", replace(ask, lost=None))
    yield Sample("wipe-approval", replace(ask, stage=ResetStage.APPROVAL))
    yield Sample("wipe-take-out", replace(ask, stage=ResetStage.TAKE_OUT))
    out = replace(ask, stage=ResetStage.PUT_IN, visit=replace(visit, port=Port()))
    yield Sample("wipe-put-in", out)
    yield Sample("wipe-other-key", replace(out, problem=key_errors.KeySwapped()))
    yield Sample("wipe-comes", replace(ask, stage=ResetStage.PUT_IN))
    yield Sample("wipe-touch", replace(ask, stage=ResetStage.TOUCH, seconds=10))
    yield Sample("wipe-hold", replace(ask, stage=ResetStage.TOUCH, seconds=10, long_touch=True))
    yield Sample("wipe-late", replace(ask, stage=ResetStage.TAKE_OUT, problem=key_errors.ResetTooLate()))
