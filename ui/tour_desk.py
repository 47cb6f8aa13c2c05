"""Sample states of the desk of staff for the tour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from hardware.authenticator import KeyAddress, KeyInfo, PinState, Transport
from hardware.errors import PinAuthBlocked, PinRequired, WrongPin
from kiosk.contract.staff import (
    ApprovalAction,
    ApprovalRequest,
    AskStaff,
    KeyTold,
    ReferenceTold,
    Role,
    StaffAnswer,
    StaffPurpose,
)
from kiosk.desk import states as s
from kiosk.desk.flow import SIGN_IN
from kiosk.desk.states import Desk, Next, State, StoredName, Sure
from kiosk.enrollment.visit import KeyModel, Port
from kiosk.errors import OutOfStep, SessionExpired, StationRefused
from kiosk.station.journal_row import KeyMark, OwedPin
from kiosk.station.notes import Notes

_KEY = KeyAddress(Transport.USB, "/dev/hidraw1", serial="17204711", product="Example Key 5C", attach_id=1)
_INFO = KeyInfo(
    _KEY,
    bytes(16),
    ("FIDO_2_0", "FIDO_2_1"),
    options={"credMgmt": True},
    pin=PinState.SET,
    pin_retries=8,
    firmware=328966,
    remaining_credentials=22,
)
_WHO = StaffAnswer("Jana Weber", (Role.APPROVE, Role.ADMINISTER), "token", 300)
_ABOUT = (("Person", "M••••• O•••••"), ("Failed", "wrong code, 3 times"))
_OVERRIDE = ApprovalRequest("a", "e", "Lobby", "North", ApprovalAction.OVERRIDE, "42", _ABOUT, 1, 0, 35, 540)
_WIPE = ApprovalRequest(
    "b", "f", "Lobby", "North", ApprovalAction.RESET, "07", (("Key", "Example Key 5C, 17204711"),), 2, 1, 90, 480, True
)
_TOLD = KeyTold("issued", "Example Key 5C", "M••••• O•••••", "2026-03-02", doubts=("update_available", "metadata_old"))
_NAMES = (
    StoredName("login.example.org", "m.okafor@example.org"),
    StoredName("mail.example.org", "m.okafor@example.org"),
    StoredName("mail.example.org", "مريم أوكافور"),
    StoredName("vpn.example.org", ""),
)
_LETTERS = (
    OwedPin("e1", KeyMark(bytes(16), "17204711"), datetime(2026, 11, 22, 10, 42, tzinfo=UTC)),
    OwedPin(
        "e2", KeyMark(UUID("cb69481e-8ff7-4039-93ec-0a2729a154a8").bytes, ""), datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
    ),
)
_NOTES = Notes("Lobby", "North", "1.4.0", configuration=7, owed=_LETTERS)


@dataclass(frozen=True, slots=True)
class DeskSample:
    """A state of the desk with the name of its picture, and what is known of the kiosk."""

    name: str
    state: State
    notes: Notes | None = None


def desk_samples() -> Iterator[DeskSample]:
    """Every view of the desk."""
    desk = Desk(port=Port((_KEY,)), staff=_WHO)
    yield from _signing(replace(desk, staff=None))
    yield DeskSample("desk", s.Menu(desk))
    yield DeskSample("desk-owed-pins", s.Menu(desk), _NOTES)
    requests = s.Requests(desk, (_OVERRIDE, _WIPE))
    yield DeskSample("desk-requests", requests)
    yield DeskSample("desk-no-requests", replace(requests, requests=()))
    viewer = replace(desk, staff=StaffAnswer("Jana Weber", (Role.VIEW,), "token", 300))
    yield DeskSample("desk-viewer", replace(requests, desk=viewer, requests=()))
    yield DeskSample("desk-signed-in-no-more", s.TakeOut(replace(desk, staff=None), SIGN_IN, SessionExpired()))
    decides = AskStaff(StaffPurpose.DECIDE, "a")
    yield DeskSample("desk-may-not-approve", s.TakeOut(desk, decides, StationRefused()))
    yield DeskSample("desk-too-late", replace(requests, requests=(_WIPE,), problem=OutOfStep()))
    yield DeskSample("desk-deciding", s.Deciding(desk, _OVERRIDE, reason_missing=True))
    yield from _looking(desk)
    events = (("2026-11-22T10:42:07+00:00", "key_refused", "model_revoked"),)
    yield DeskSample("desk-reference", s.Reference(desk, "K7M-4Q2", ReferenceTold(events)))
    yield DeskSample("desk-end-visit", s.AskSure(desk, Sure.END_VISIT))
    yield DeskSample("desk-signed-out", s.TakeOut(desk, Next.CLOSE))


def _signing(desk: Desk) -> Iterator[DeskSample]:
    asked = AskStaff(StaffPurpose.DESK)
    yield DeskSample("desk-take-out", s.TakeOut(desk, asked))
    yield DeskSample("desk-insert", s.InsertStaffKey(desk, asked))
    yield DeskSample("desk-refused", s.TakeOut(desk, asked, StationRefused()))
    yield DeskSample("desk-no-pin", s.TakeOut(desk, asked, PinRequired()))
    pin = s.EnterPin(desk, asked, _KEY, 8)
    yield DeskSample("desk-pin", pin)
    yield DeskSample("desk-pin-wrong", replace(pin, retries_left=7, problem=WrongPin(7)))
    yield DeskSample("desk-pin-few", replace(pin, retries_left=2, caution=True, problem=WrongPin(2)))
    yield DeskSample("desk-touch", s.Touch(desk, asked, waiting=True))
    yield DeskSample("desk-code", s.EnterCode(desk, asked))


def _looking(desk: Desk) -> Iterator[DeskSample]:
    look = s.LookAtKey(desk, _INFO, KeyModel("Example Key 5C"), _TOLD)
    yield DeskSample("desk-look", replace(look, info=None, model=None, told=None))
    yield DeskSample("desk-key", look)
    yield DeskSample("desk-key-unknown-pin", look, _NOTES)
    yield DeskSample("desk-key-refused", replace(look, told=replace(_TOLD, refusals=("model_revoked",))))
    yield DeskSample("desk-owner", s.EnterOwnersPin(desk, look))
    wrong = replace(look, info=replace(_INFO, pin_retries=7))
    yield DeskSample("desk-owner-wrong", s.EnterOwnersPin(desk, wrong, problem=WrongPin(7)))
    yield DeskSample("desk-names", replace(look, names=_NAMES))
    many = tuple(StoredName(f"party-{number:02}.example.org", "m.okafor@example.org") for number in range(25))
    yield DeskSample("desk-names-many", replace(look, names=many))
    yield DeskSample("desk-no-names", replace(look, names=()))
    blocked = replace(look, info=replace(_INFO, pin=PinState.AUTH_BLOCKED, pin_retries=5))
    yield DeskSample("desk-key-blocked", replace(blocked, problem=PinAuthBlocked()))
