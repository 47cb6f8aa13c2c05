"""What happened: events are past participles. Those that answer an effect carry its `attempt`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyAddress
from hardware.errors import NoAccess
from kiosk.contract.keys import Intent
from kiosk.contract.profile import FormKind, Profile, VerificationMethod
from kiosk.enrollment.answers import Answer
from kiosk.enrollment.visit import UNNAMED, Kiosk, Trouble
from kiosk.secret import Secret

# ── the person ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """Any screen: show everything in this language (BCP 47) from now on."""

    locale: str


@dataclass(frozen=True, slots=True)
class Started:
    """Welcome: Start."""


@dataclass(frozen=True, slots=True)
class AlternativeChosen:
    """Identify: another way to say who I am (the name of a field set)."""

    name: str


@dataclass(frozen=True, slots=True)
class CriteriaGiven:
    """Identify: what was typed, by field name."""

    values: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegistrationChosen:
    """Welcome, Identify: I am not known here yet; the form of this kind."""

    kind: FormKind


@dataclass(frozen=True, slots=True)
class FormFilled:
    """Register: what was typed, by field name."""

    values: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TermsAccepted:
    """AcceptTerms: I have read this, and accept it."""


@dataclass(frozen=True, slots=True)
class MethodChosen:
    """ChooseMethod, EnterCode, ShowBadge: check me this way."""

    method: VerificationMethod


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """EnterCode, SetUpApp: all digits are there."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeRequested:
    """EnterCode: send it again."""


@dataclass(frozen=True, slots=True)
class BadgeShown:
    """ShowBadge: the reader (or a person) typed this number."""

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonConfirmed:
    """ConfirmPerson: yes, this is me."""


@dataclass(frozen=True, slots=True)
class PhoneWanted:
    """EnterCode, Register: the person would rather type it on their phone."""


@dataclass(frozen=True, slots=True)
class StaffWanted:
    """A failed verification, where staff may say instead who this is: ask them."""


@dataclass(frozen=True, slots=True)
class IntentChosen:
    """KeysHeld: what I am here for; `lost` are the ids of the keys to be replaced."""

    intent: Intent
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdShown:
    """ShowId: what was typed, or read by the scanner or the camera."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PinChosen:
    """ChoosePin: a PIN that meets all rules, typed twice."""

    pin: Secret


@dataclass(frozen=True, slots=True)
class PinTyped:
    """EnterPin: the PIN of the key."""

    pin: Secret


@dataclass(frozen=True, slots=True)
class PinReplaced:
    """ChangePin: the PIN of the key, and a new one that meets all rules, typed twice."""

    current: Secret
    new: Secret


@dataclass(frozen=True, slots=True)
class LetterWanted:
    """RandomPin: the letter is not there, or was open; print it once more."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """EnrollFinger, SetUpApp, Phone, ShowId, Backup: go on without. AcceptTerms: no, where they are not required.
    Prove, while a relying party cannot answer: go on without that one."""


@dataclass(frozen=True, slots=True)
class ResetWanted:
    """Stopped, where it is resettable: wipe this key and begin anew with it. ResetKey(ASK): yes, wipe it."""


@dataclass(frozen=True, slots=True)
class Continued:
    """The primary action of a screen that only waits for it: try again, another key, finish."""


@dataclass(frozen=True, slots=True)
class WentBack:
    """Back, wherever it is safe."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person gave up, or staff stopped it."""


@dataclass(frozen=True, slots=True)
class IdleExpired:
    """Nobody answered the idle warning."""


@dataclass(frozen=True, slots=True)
class TimeExpired:
    """The absolute time of the visit is over."""


@dataclass(frozen=True, slots=True)
class RetryDue:
    """The announced wait before another try is over."""

    attempt: int


# ── the kiosk itself ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ServiceLost:
    """Welcome: the service cannot be had, so nobody can begin."""

    error: Trouble
    kiosk: Kiosk = UNNAMED


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """Welcome: the service wants something else shown from now on."""

    profile: Profile


@dataclass(frozen=True, slots=True)
class ActivationWanted:
    """Connecting, where the service refuses this kiosk: staff have a code for it."""


@dataclass(frozen=True, slots=True)
class ActivationTyped:
    """Activate: the code, as it was typed or read."""

    code: Secret


# ── the port ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class KeyInserted:
    """The watcher saw a key arrive."""

    address: KeyAddress


@dataclass(frozen=True, slots=True)
class KeyRemoved:
    """The watcher saw a key leave."""

    address: KeyAddress


@dataclass(frozen=True, slots=True)
class KeyInaccessible:
    """A key is there and may not be opened."""

    error: NoAccess


# ── answers of the lanes ────────────────────────────────────────────────────────────────────────


Event = (
    LanguageChosen
    | Started
    | AlternativeChosen
    | CriteriaGiven
    | RegistrationChosen
    | FormFilled
    | TermsAccepted
    | MethodChosen
    | CodeTyped
    | CodeRequested
    | BadgeShown
    | PersonConfirmed
    | PhoneWanted
    | IdShown
    | StaffWanted
    | IntentChosen
    | PinChosen
    | PinTyped
    | PinReplaced
    | LetterWanted
    | Skipped
    | ResetWanted
    | Continued
    | WentBack
    | Cancelled
    | IdleExpired
    | TimeExpired
    | RetryDue
    | ServiceLost
    | ProfileChanged
    | ActivationWanted
    | ActivationTyped
    | KeyInserted
    | KeyRemoved
    | KeyInaccessible
    | Answer
)
