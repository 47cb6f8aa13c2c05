"""What happened: events are past participles. Those that answer an effect carry its `attempt`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyAddress, KeyInfo, WebAuthnJson
from hardware.errors import NoAccess
from kiosk.contract.enrollments import Ceremony, CodeSent, CompletedCeremony, Identified, ProvedCeremony, Verified
from kiosk.contract.profile import Profile, VerificationMethod
from kiosk.enrollment.states import Trouble
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

    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class MethodChosen:
    """ChooseMethod, EnterCode, ShowBadge: check me this way."""

    method: VerificationMethod


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """EnterCode: all digits are there."""

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
class PinChosen:
    """ChoosePin: a PIN that meets all rules, typed twice."""

    pin: Secret


@dataclass(frozen=True, slots=True)
class PinTyped:
    """EnterPin: the PIN of the key."""

    pin: Secret


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


@dataclass(frozen=True, slots=True)
class ProfileLoaded:
    """LoadProfile succeeded."""

    attempt: int
    profile: Profile
    simulator_allowed: bool = False


@dataclass(frozen=True, slots=True)
class PersonIdentified:
    """IdentifyPerson was answered (which says nothing about whether anybody was found)."""

    attempt: int
    enrollment_id: str
    identified: Identified


@dataclass(frozen=True, slots=True)
class CodeDelivered:
    """SendCode was accepted."""

    attempt: int
    sent: CodeSent


@dataclass(frozen=True, slots=True)
class PersonVerified:
    """VerifyPerson succeeded."""

    attempt: int
    verified: Verified


@dataclass(frozen=True, slots=True)
class KeyInspected:
    """InspectKey succeeded."""

    attempt: int
    info: KeyInfo


@dataclass(frozen=True, slots=True)
class PinAccepted:
    """SetPin or VerifyPin succeeded: the key is unlocked."""

    attempt: int


@dataclass(frozen=True, slots=True)
class CeremonyBegun:
    """BeginCeremony succeeded."""

    attempt: int
    ceremony: Ceremony


@dataclass(frozen=True, slots=True)
class TouchWanted:
    """The key blinks."""

    attempt: int


@dataclass(frozen=True, slots=True)
class CredentialMade:
    """MakeCredential succeeded; the response is in the journal."""

    attempt: int
    response: WebAuthnJson


@dataclass(frozen=True, slots=True)
class CeremonyCompleted:
    """CompleteCeremony succeeded: the relying party has the credential."""

    attempt: int
    completed: CompletedCeremony


@dataclass(frozen=True, slots=True)
class CredentialAsserted:
    """ProveCredential succeeded on the key."""

    attempt: int
    assertion: WebAuthnJson


@dataclass(frozen=True, slots=True)
class ProofAccepted:
    """SubmitProof succeeded: the credential is proved to work."""

    attempt: int
    proved: ProvedCeremony


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """CleanUp ended. `left_on_key` when the credential could not be taken off the key."""

    attempt: int
    left_on_key: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The work of this attempt failed."""

    attempt: int
    error: Trouble


Answer = (
    ProfileLoaded
    | PersonIdentified
    | CodeDelivered
    | PersonVerified
    | KeyInspected
    | PinAccepted
    | CeremonyBegun
    | TouchWanted
    | CredentialMade
    | CeremonyCompleted
    | CredentialAsserted
    | ProofAccepted
    | CleanedUp
    | Failed
)
"""Events that answer an effect: dropped when their attempt is not the visit's."""

Event = (
    LanguageChosen
    | Started
    | AlternativeChosen
    | CriteriaGiven
    | MethodChosen
    | CodeTyped
    | CodeRequested
    | BadgeShown
    | PersonConfirmed
    | PinChosen
    | PinTyped
    | Continued
    | WentBack
    | Cancelled
    | IdleExpired
    | TimeExpired
    | RetryDue
    | KeyInserted
    | KeyRemoved
    | KeyInaccessible
    | Answer
)
