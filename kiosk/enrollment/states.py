"""What the person is doing: the states of a visit, frozen, and the facts that travel with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hardware.authenticator import KeyAddress, KeyInfo, WebAuthnJson
from hardware.errors import HardwareError, NoAccess
from kiosk.contract.enrollments import Ceremony, CompletedCeremony, MaskedPerson, VerificationOffer
from kiosk.contract.policy import EnrollmentPolicy
from kiosk.contract.profile import FieldSet, Profile, RelyingPartyName, VerificationMethod
from kiosk.enrollment.pin_rules import PinRules
from kiosk.errors import KioskError

Trouble = HardwareError | KioskError
"""What a page tells as a notice; `ui.messages` has the words for every class."""


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """What makes a key this very key. Bound once something was done with it."""

    transport: str
    aaguid: bytes
    serial: str
    product: str
    path: str

    @classmethod
    def of(cls, info: KeyInfo) -> KeyIdentity:
        """The identity that a reading tells."""
        a = info.address
        return cls(a.transport.value, info.aaguid, a.serial, a.product, a.path)

    def admits(self, other: KeyIdentity) -> bool:
        """Whether `other` can be this key: a serial number decides; without one, the model and the port do."""
        same_model = (self.transport, self.aaguid, self.product) == (other.transport, other.aaguid, other.product)
        if not same_model or self.serial != other.serial:
            return False
        return bool(self.serial) or self.path == other.path


@dataclass(frozen=True, slots=True)
class Port:
    """The keys plugged in now, and why one that is there may not be opened (`refused`)."""

    keys: tuple[KeyAddress, ...] = ()
    refused: NoAccess | None = None

    def with_key(self, address: KeyAddress) -> Port:
        """One more key; at a place that was taken, it replaces the one there."""
        return Port((*(key for key in self.keys if key.path != address.path), address))

    def without_key(self, address: KeyAddress) -> Port:
        """One key less."""
        return Port(tuple(key for key in self.keys if key != address))


@dataclass(frozen=True, slots=True)
class Visit:
    """The facts of one visit. `attempt` numbers the work under way: answers to older work are dropped.

    `port` is what is plugged in now, as the watcher told. `key` is the last reading of the session's key,
    `bound` its identity once a PIN was set or entered, `unlocked` whether the device layer holds it open with its
    PIN. `ceremony`, `response` and `completed` are the relying party in hand: options, the key's answer, the
    service's answer. `finished` are the parties proved so far, with the receipt of the last.
    """

    profile: Profile
    locale: str
    attempt: int = 0
    simulator_allowed: bool = False
    enrollment_id: str = ""
    alternative: str = ""
    criteria: dict[str, str] = field(default_factory=dict)
    offers: tuple[VerificationOffer, ...] = ()
    masked: MaskedPerson | None = None
    person: str = ""
    policy: EnrollmentPolicy = field(default_factory=EnrollmentPolicy)
    parties: tuple[RelyingPartyName, ...] = ()
    port: Port = Port()
    key: KeyInfo | None = None
    bound: KeyIdentity | None = None
    unlocked: bool = False
    ceremony: Ceremony | None = None
    response: WebAuthnJson | None = None
    completed: CompletedCeremony | None = None
    assertion: WebAuthnJson | None = None
    finished: tuple[RelyingPartyName, ...] = ()
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Connecting:
    """Before anybody can start: the profile is being fetched. `retry_in` seconds until the next try, 0 while trying."""

    locale: str
    attempt: int = 0
    tries: int = 0
    problem: Trouble | None = None
    retry_in: int = 0
    port: Port = Port()


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first screen: language and Start. `problem` is what the previous visit ended with, if it should be told."""

    visit: Visit
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Identify:
    """Who are you: one field set of several. `visit.criteria` is what was typed last, so that nothing is lost."""

    visit: Visit
    fields: FieldSet
    others: tuple[FieldSet, ...]
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class ChooseMethod:
    """How can we check it is you: one of the offers that are left."""

    visit: Visit
    offers: tuple[VerificationOffer, ...]
    problem: Trouble | None = None
    busy: bool = False


class CodeWork(StrEnum):
    """What is going on with a code."""

    IDLE = "idle"
    SENDING = "sending"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class EnterCode:
    """Type the code. `sent` counts the codes sent, so that a page restarts its countdowns of `resend_after` and
    `expires_in` seconds when it grows. `others` are the ways that remain."""

    visit: Visit
    method: VerificationMethod
    hint: str
    digits: int = 6
    sent: int = 0
    resend_after: int = 60
    expires_in: int = 600
    others: tuple[VerificationOffer, ...] = ()
    work: CodeWork = CodeWork.IDLE
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class ShowBadge:
    """Automatic verification: hold the badge to the reader, or type its number."""

    visit: Visit
    others: tuple[VerificationOffer, ...] = ()
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmPerson:
    """Is this you: the masked person, when self-confirmation is the verification."""

    visit: Visit
    person: MaskedPerson
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class InsertKey:
    """Put your key in. `take_out`: first take out the one that is in. `reading`: a key is in and is being read.
    `same`: it must be the key of before."""

    visit: Visit
    take_out: bool = False
    reading: bool = False
    same: bool = False
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class ChoosePin:
    """A fresh key: choose its PIN by these rules."""

    visit: Visit
    rules: PinRules
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class EnterPin:
    """A key with a PIN: type it. `retries_left` is None when the key does not tell. `caution`: three tries or fewer are
    left, and the person must say that they want to go on before the field opens."""

    visit: Visit
    retries_left: int | None
    caution: bool = False
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """Touch the key for relying party `number` of `total`. `waiting`: the key blinks now; until then options are on
    their way. With `problem` set, nothing is under way and `Continued` tries again. `seconds` is the time to touch."""

    visit: Visit
    party: RelyingPartyName
    number: int
    total: int
    seconds: int
    waiting: bool = False
    problem: Trouble | None = None


class Task(StrEnum):
    """The tasks of the Working screen, in order."""

    REGISTER = "register"
    TEST = "test"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Prove:
    """Nothing to do: `task` is under way (registering at the service, testing the key, reading back).

    After a failure of the network, `retry_in` seconds until the next try. `touch`: this key wants a touch for the test.
    """

    visit: Visit
    party: RelyingPartyName
    number: int
    total: int
    task: Task
    tries: int = 0
    retry_in: int = 0
    touch: bool = False
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The key was proved to work, and both sides were read back."""

    visit: Visit


class Remedy(StrEnum):
    """The next action that a Stopped screen offers."""

    START_OVER = "start_over"
    ANOTHER_KEY = "another_key"
    REPLUG = "replug"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Stopped:
    """It cannot go on this way. `cleaning`: what was begun is still being taken back; `left_on_key`: a credential
    stays on the key, staff must know."""

    visit: Visit
    problem: Trouble
    remedy: Remedy
    cleaning: bool = False
    left_on_key: bool = False


State = (
    Connecting
    | Welcome
    | Identify
    | ChooseMethod
    | EnterCode
    | ShowBadge
    | ConfirmPerson
    | InsertKey
    | ChoosePin
    | EnterPin
    | Touch
    | Prove
    | Done
    | Stopped
)
