"""What happened at the desk: past participles. Those that answer an effect carry its `attempt`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyInfo, WebAuthnJson
from kiosk.contract.staff import ApprovalRequest, Decision, KeyTold, ReferenceTold, StaffAnswer, StaffChallenge
from kiosk.desk.states import StoredName, Sure
from kiosk.enrollment.visit import KeyModel, Port, Trouble
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody said that they are staff; `port` is what is plugged in."""

    port: Port


@dataclass(frozen=True, slots=True)
class PortChanged:
    """A key came or left; what is plugged in now."""

    port: Port


@dataclass(frozen=True, slots=True)
class PinTyped:
    """The PIN of the key in the reader: that of the member of staff, or of the owner of the one that is looked at."""

    pin: Secret


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """The staff key is lost or broken: a sealed code instead."""


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """A name, and the sealed code."""

    name: str
    code: Secret


@dataclass(frozen=True, slots=True)
class RequestsWanted:
    """Menu, Requests: show (again) what this station waits for."""


@dataclass(frozen=True, slots=True)
class RequestPicked:
    """Requests: this one."""

    approval_id: str


@dataclass(frozen=True, slots=True)
class Decided:
    """Deciding: yes or no, and why."""

    decision: Decision
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LookWanted:
    """Menu: look at a key."""


@dataclass(frozen=True, slots=True)
class NamesWanted:
    """LookAtKey: show what is on the key; its owner is here."""


@dataclass(frozen=True, slots=True)
class ReferenceTyped:
    """Menu: what happened under this reference."""

    reference: str


@dataclass(frozen=True, slots=True)
class SureAsked:
    """Menu: end the visit, or leave the kiosk."""

    what: Sure


@dataclass(frozen=True, slots=True)
class Confirmed:
    """AskSure: yes. EnterPin: try although few tries are left."""


@dataclass(frozen=True, slots=True)
class WentBack:
    """One step back; from the first, the desk closes."""


@dataclass(frozen=True, slots=True)
class ClosedByStaff:
    """Close the desk."""


@dataclass(frozen=True, slots=True)
class IdleExpired:
    """Nobody touched anything for the desk's idle time."""


@dataclass(frozen=True, slots=True)
class KeyRead:
    """Answer of ReadKey."""

    attempt: int
    info: KeyInfo
    model: KeyModel


@dataclass(frozen=True, slots=True)
class KeyUnlocked:
    """Answer of UnlockKey."""

    attempt: int


@dataclass(frozen=True, slots=True)
class ChallengeFetched:
    """Answer of FetchChallenge."""

    attempt: int
    challenge: StaffChallenge


@dataclass(frozen=True, slots=True)
class TouchAwaited:
    """The key blinks."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Signed:
    """Answer of Sign."""

    attempt: int
    challenge_id: str
    credential: WebAuthnJson = field(repr=False)


@dataclass(frozen=True, slots=True)
class StaffKnown:
    """Answer of SendSignature and SendCode."""

    attempt: int
    answer: StaffAnswer


@dataclass(frozen=True, slots=True)
class RequestsFetched:
    """Answer of FetchRequests."""

    attempt: int
    requests: tuple[ApprovalRequest, ...]


@dataclass(frozen=True, slots=True)
class KeyLookedUp:
    """Answer of FetchKey."""

    attempt: int
    told: KeyTold


@dataclass(frozen=True, slots=True)
class NamesListed:
    """Answer of ListNames; `info` is the key as it is now."""

    attempt: int
    names: tuple[StoredName, ...]
    info: KeyInfo


@dataclass(frozen=True, slots=True)
class ReferenceLookedUp:
    """Answer of FetchReference."""

    attempt: int
    told: ReferenceTold


@dataclass(frozen=True, slots=True)
class Failed:
    """What was asked for did not succeed."""

    attempt: int
    problem: Trouble


Answer = (
    KeyRead
    | KeyUnlocked
    | ChallengeFetched
    | TouchAwaited
    | Signed
    | StaffKnown
    | RequestsFetched
    | KeyLookedUp
    | NamesListed
    | ReferenceLookedUp
    | Failed
)
ByHand = (
    PinTyped
    | CodeWanted
    | CodeTyped
    | RequestsWanted
    | RequestPicked
    | Decided
    | LookWanted
    | NamesWanted
    | ReferenceTyped
    | SureAsked
    | Confirmed
    | WentBack
    | ClosedByStaff
    | IdleExpired
)
Event = Opened | PortChanged | ByHand | Answer
