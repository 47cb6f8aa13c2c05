"""What the person is doing: the states of a visit, frozen, and the facts that travel with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hardware.authenticator import KeyAddress, SampleFeedback
from kiosk.contract.enrollments import AcceptedTerms, MaskedPerson, TotpSetUp, VerificationOffer
from kiosk.contract.profile import FieldSet, RegistrationForm, RelyingPartyName, Terms, VerificationMethod
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.visit import Port, Trouble, Visit
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class Connecting:
    """Before anybody can start: the profile is being fetched. `retry_in` seconds until the next try, 0 while trying."""

    locale: str
    attempt: int = 0
    tries: int = 0
    problem: Trouble | None = None
    retry_in: int = 0
    port: Port = field(default_factory=Port)
    approvals: bool = False


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
class Register:
    """Tell us about yourself: the form of somebody who is not known here. `visit.criteria` is what was typed last, by
    field name. With `Continued` comes nothing: `FormFilled` does."""

    visit: Visit
    form: RegistrationForm
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class AcceptTerms:
    """Terms `number` of `total` (from 1): read, and accept (`TermsAccepted`), or decline where they are not required
    (`Skipped`). `accepted` are those before."""

    visit: Visit
    form: RegistrationForm
    terms: Terms
    number: int
    total: int
    accepted: tuple[AcceptedTerms, ...] = ()
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
    `expires_in` seconds when it grows. `others` are the ways that remain. By an authenticator app (TOTP) nothing is
    sent: `hint` is empty, `resend_after` and `expires_in` are 0, and a recovery code may be typed instead."""

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
    """Put your key in. `take_out`: first take out the one that is in (`out`, or all of them). `reading`: a key (`key`)
    is in and is being read. `same`: it must be the key of before."""

    visit: Visit
    take_out: bool = False
    reading: bool = False
    same: bool = False
    problem: Trouble | None = None
    out: KeyAddress | None = None
    key: KeyAddress | None = None


@dataclass(frozen=True, slots=True)
class SelectKey:
    """Several keys are in: touch the one you mean. `waiting` of the `keys` blink by now; the first one touched is it.
    With `problem` set none of them blinks: leave one in, or try again (`Continued`)."""

    visit: Visit
    keys: tuple[KeyAddress, ...]
    problem: Trouble | None = None
    waiting: int = 0


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
class ChangePin:
    """A key that wants its PIN changed: type the one it has, then a new one by these rules."""

    visit: Visit
    rules: PinRules
    retries_left: int | None
    caution: bool = False
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class RandomPin:
    """The kiosk makes up the PIN. `pin` is None while it is being set, then shown once, until the person goes on. With
    `problem` set it was not set, and `Continued` tries again."""

    visit: Visit
    pin: Secret | None = None
    must_change: bool = False
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class EnrollFinger:
    """Touch the sensor again and again. `remaining` counts good samples still needed, None before the first; `feedback`
    is about the last one; `waiting`: for the next. With `problem` set nothing is under way: `Continued` tries again,
    and `Skipped` goes on without where policy lets it (`optional`)."""

    visit: Visit
    remaining: int | None = None
    taken: int = 0
    feedback: SampleFeedback | None = None
    optional: bool = False
    problem: Trouble | None = None
    waiting: bool = False


class ResetStage(StrEnum):
    """Where a reset stands."""

    ASK = "ask"
    APPROVAL = "approval"
    TAKE_OUT = "take_out"
    PUT_IN = "put_in"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class ResetKey:
    """Wipe the key: ask, have it approved, take it out, put the same one back, touch it within `seconds`. `lost` is how
    many sign-ins are on it, None when the key does not tell. `long_touch`: hold it for about five seconds. Only the key
    that the visit is about (`bound`) is ever wiped."""

    visit: Visit
    stage: ResetStage
    lost: int | None = None
    seconds: int = 10
    long_touch: bool = False
    problem: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """Touch the key for relying party `number` of `total`, within `seconds`. `waiting`: the key blinks now, or
    (`verifying`) waits for a finger on its sensor; until then options are on their way. With `problem` set, nothing is
    under way and `Continued` tries again. `tries` counts how often options were asked for in vain."""

    visit: Visit
    party: RelyingPartyName
    number: int
    total: int
    seconds: int
    waiting: bool = False
    problem: Trouble | None = None
    verifying: bool = False
    tries: int = 0


class Task(StrEnum):
    """The tasks of the Working screen, in order. PREPARE only while a relying party has no options for us; FINISH only
    where not every one took the key; CONFIGURE only where policy asks something of the key at hand-over."""

    PREPARE = "prepare"
    REGISTER = "register"
    TEST = "test"
    FINISH = "finish"
    CONFIGURE = "configure"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Prove:
    """Nothing to do: `task` is under way. After a failure of the network, `retry_in` seconds until the next try.
    `touch`: this key wants a touch for the test, or (`verifying`) a finger on its sensor. `optional`: it is only this
    relying party that cannot, and the person may go on without it (`Skipped`)."""

    visit: Visit
    party: RelyingPartyName
    number: int
    total: int
    task: Task
    tries: int = 0
    retry_in: int = 0
    touch: bool = False
    problem: Trouble | None = None
    verifying: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class SetUpApp:
    """The key works; now an authenticator app as a fallback: scan, then type the code that it shows (`CodeTyped`).
    `setup` is None while it is fetched. `optional`: the person may go on without (`Skipped`). With `problem` set and no
    `setup`, `Continued` tries again."""

    visit: Visit
    setup: TotpSetUp | None = None
    optional: bool = False
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """The app works. Each of the codes helps once, where the phone is lost: shown once, until the person goes on."""

    visit: Visit
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """The key was proved to work at the relying parties that are finished, and both sides were read back."""

    visit: Visit


class Remedy(StrEnum):
    """The next action that a Stopped screen offers."""

    START_OVER = "start_over"
    ANOTHER_KEY = "another_key"
    REPLUG = "replug"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Stopped:
    """It cannot go on this way. `cleaning`: so many things that were begun are still being taken back; `left_on_key`: a
    credential stays on the key, staff must know. `resettable`: policy lets this key be wiped and begun anew
    (`ResetWanted`). `taken_back`: it was proved there, and is taken away again, because policy wants all or nothing."""

    visit: Visit
    problem: Trouble
    remedy: Remedy
    cleaning: int = 0
    left_on_key: bool = False
    resettable: bool = False
    taken_back: tuple[RelyingPartyName, ...] = ()


_Person = (
    Connecting | Welcome | Identify | Register | AcceptTerms | ChooseMethod | EnterCode | ShowBadge | ConfirmPerson
)
_Key = InsertKey | SelectKey | ChoosePin | EnterPin | ChangePin | RandomPin | EnrollFinger | ResetKey
State = _Person | _Key | Touch | Prove | SetUpApp | RecoveryCodes | Done | Stopped
