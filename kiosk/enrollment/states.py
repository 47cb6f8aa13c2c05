"""What the person is doing: the states of a visit, frozen, and the facts that travel with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.contract.enrollments import AcceptedTerms, MaskedPerson, VerificationOffer
from kiosk.contract.profile import FieldSet, RegistrationForm, RelyingPartyName, Terms
from kiosk.contract.staff import Approval, ApprovalAction
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment.states_of_code import CodeWork, EnterCode
from kiosk.enrollment.states_of_key import (
    ChangePin,
    ChoosePin,
    EnrollFinger,
    EnterPin,
    InsertKey,
    RandomPin,
    ResetKey,
    ResetStage,
    SelectKey,
)
from kiosk.enrollment.states_of_more_keys import Backup, KeysHeld
from kiosk.enrollment.states_of_phone import IdTaken, Phone, ShowId
from kiosk.enrollment.states_of_start import Activate, Connecting
from kiosk.enrollment.visit import Trouble, Visit

__all__ = [
    "AcceptTerms",
    "Activate",
    "Backup",
    "ChangePin",
    "ChooseMethod",
    "ChoosePin",
    "CodeWork",
    "ConfirmPerson",
    "Connecting",
    "Done",
    "EnrollFinger",
    "EnterCode",
    "EnterPin",
    "IdTaken",
    "Identify",
    "InsertKey",
    "KeysHeld",
    "Phone",
    "Prove",
    "RandomPin",
    "RecoveryCodes",
    "Register",
    "Remedy",
    "ResetKey",
    "ResetStage",
    "SelectKey",
    "SetUpApp",
    "ShowBadge",
    "ShowId",
    "State",
    "Stopped",
    "Task",
    "Touch",
    "WaitForStaff",
    "Welcome",
]


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
    """The key was proved to work at the relying parties that are finished, and both sides were read back.

    Or, where `visit.phone_alone`, the phone has a passkey and stands instead of a key: there is none. `cut_short`: the
    last of several keys was given up, and yet some of it stays."""

    visit: Visit
    cut_short: bool = False


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


Supervised = (
    Identify | ChooseMethod | EnterCode | ShowBadge | ConfirmPerson | Phone | KeysHeld | Backup | ResetKey | Stopped
)
"""Where staff may be asked: to let something be done, or to say who somebody is."""


@dataclass(frozen=True, slots=True)
class WaitForStaff:
    """Staff are asked to approve `action`; what they approve goes on by itself. `approval` is the request as it stands,
    None while it is made.

    When it is over without success, or `problem` is set and no `approval`, `Continued` asks once more. `WentBack`
    leads to where they `came_from`. A `problem` while the request waits is one of the line, and goes by itself.
    """

    visit: Visit
    action: ApprovalAction
    came_from: Supervised
    approval: Approval | None = None
    problem: Trouble | None = None


_Person = (
    Connecting
    | Activate
    | Welcome
    | Identify
    | Register
    | AcceptTerms
    | ChooseMethod
    | EnterCode
    | ShowBadge
    | ConfirmPerson
)
_Key = InsertKey | SelectKey | ChoosePin | EnterPin | ChangePin | RandomPin | EnrollFinger | ResetKey
_Phone = Phone | ShowId | IdTaken
_More = WaitForStaff | KeysHeld | Backup
State = _Person | _More | _Phone | _Key | Touch | Prove | SetUpApp | RecoveryCodes | Done | Stopped
