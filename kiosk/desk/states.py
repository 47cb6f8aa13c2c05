"""Where staff are at the desk, frozen. No PIN and no code is ever in a state."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hardware.authenticator import KeyAddress, KeyInfo
from kiosk.contract.staff import ApprovalRequest, AskStaff, KeyTold, ReferenceTold, Role, StaffAnswer
from kiosk.enrollment.visit import KeyModel, Port, Trouble


class Sure(StrEnum):
    """What staff are asked twice about."""

    END_VISIT = "end_visit"
    LEAVE = "leave"


class Next(StrEnum):
    """What comes when the reader is empty."""

    LOOK = "look"
    MENU = "menu"
    REQUESTS = "requests"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Desk:
    """What stays while the desk is open. `read`: a key was opened by the desk since the reader was empty, so that it
    must be taken out before the person goes on. `request` is the one that is being decided."""

    attempt: int = 0
    port: Port = field(default_factory=Port)
    staff: StaffAnswer | None = None
    read: bool = False
    request: ApprovalRequest | None = None

    def may(self, role: Role) -> bool:
        """Whether who opened the desk has this role."""
        return self.staff is not None and role in self.staff.roles


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody is at the desk; the person's session goes on."""

    desk: Desk = field(default_factory=Desk)


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Take every key out; then goes on: to sign, or to what is `then`."""

    desk: Desk
    then: AskStaff | Next
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class InsertStaffKey:
    """Put your own key in. `reading`: one is in, and is looked at."""

    desk: Desk
    asked: AskStaff
    reading: bool = False


@dataclass(frozen=True, slots=True)
class EnterPin:
    """The PIN of the staff key. `caution`: few tries are left, and that must be accepted first."""

    desk: Desk
    asked: AskStaff
    key: KeyAddress
    retries_left: int | None = None
    caution: bool = False
    busy: bool = False
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """Touch the key; `waiting`: it blinks. Before and after that, the service is asked."""

    desk: Desk
    asked: AskStaff
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class EnterCode:
    """A name and a sealed code, instead of a key."""

    desk: Desk
    asked: AskStaff
    busy: bool = False
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """What staff can do here."""

    desk: Desk
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Requests:
    """What this station waits for; None while it is fetched."""

    desk: Desk
    requests: tuple[ApprovalRequest, ...] | None = None
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Deciding:
    """One request: yes or no, and why."""

    desk: Desk
    request: ApprovalRequest
    reason_missing: bool = False


@dataclass(frozen=True, slots=True)
class StoredName:
    """A sign-in that is kept on a key: where (`place`, an RP ID), and whose. Both are the key's words: untrusted."""

    place: str
    account: str


@dataclass(frozen=True, slots=True)
class LookAtKey:
    """Any key: put it in; what it is (`info`), and what the service knows of it (`told`). `names` are what is on it,
    once its owner let staff see them."""

    desk: Desk
    info: KeyInfo | None = None
    model: KeyModel | None = None
    told: KeyTold | None = None
    problem: Trouble | None = None
    names: tuple[StoredName, ...] | None = None


@dataclass(frozen=True, slots=True)
class EnterOwnersPin:
    """The owner of the key that is looked at types its PIN, so that staff see the names on it. `caution`: few tries are
    left, and that must be accepted first."""

    desk: Desk
    look: LookAtKey
    caution: bool = False
    busy: bool = False
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What happened under a reference; None while it is fetched."""

    desk: Desk
    reference: str
    told: ReferenceTold | None = None
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class AskSure:
    """Really?"""

    desk: Desk
    what: Sure


@dataclass(frozen=True, slots=True)
class Leaving:
    """The kiosk closes."""

    desk: Desk


Signing = InsertStaffKey | EnterPin | Touch | EnterCode
Looking = LookAtKey | EnterOwnersPin
State = Closed | TakeOut | Signing | Menu | Requests | Deciding | Looking | Reference | AskSure | Leaving
