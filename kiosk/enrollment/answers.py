"""Events that answer an effect: what the lanes brought home, each under the `attempt` of its effect."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyAddress, KeyInfo, Sample, WebAuthnJson
from kiosk.contract.enrollments import (
    Ceremony,
    CheckedKey,
    CodeSent,
    CompletedCeremony,
    FinishedEnrollment,
    Identified,
    ProvedCeremony,
    Verified,
)
from kiosk.contract.profile import Profile
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment.answers_of_phone import IdClaimed, PhoneMoved, PhoneOpened, PhoneUnseen
from kiosk.enrollment.answers_of_staff import (
    ApprovalMoved,
    ApprovalOpened,
    ApprovalUnseen,
    IntentAccepted,
    NextKeyReady,
)
from kiosk.enrollment.visit import KeyModel, Trouble
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class ProfileLoaded:
    """LoadProfile succeeded."""

    attempt: int
    profile: Profile
    simulator_allowed: bool = False


@dataclass(frozen=True, slots=True)
class StationActivated:
    """ActivateStation succeeded: the service calls this kiosk so."""

    attempt: int
    name: str
    site: str = ""


@dataclass(frozen=True, slots=True)
class PersonIdentified:
    """IdentifyPerson or RegisterPerson was answered (which says nothing about whether anybody was found)."""

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
    """InspectKey succeeded. `ours` says whether the credentials that the effect asked for are on it; None when it asked
    for none."""

    attempt: int
    info: KeyInfo
    model: KeyModel = field(default_factory=KeyModel)
    ours: bool | None = None


@dataclass(frozen=True, slots=True)
class KeyAllowed:
    """CheckKey: everybody would take it."""

    attempt: int
    checked: CheckedKey


@dataclass(frozen=True, slots=True)
class KeySelected:
    """SelectKey: this one was touched."""

    attempt: int
    address: KeyAddress


@dataclass(frozen=True, slots=True)
class PinGenerated:
    """SetRandomPin succeeded: the key has this PIN, and is unlocked."""

    attempt: int
    pin: Secret


@dataclass(frozen=True, slots=True)
class LetterPrinted:
    """PrintLetter succeeded: the letter left the printer's queue."""

    attempt: int


@dataclass(frozen=True, slots=True)
class SampleTaken:
    """EnrollFingerprint: one try at the sensor."""

    attempt: int
    sample: Sample


@dataclass(frozen=True, slots=True)
class FingerEnrolled:
    """EnrollFingerprint succeeded."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Approved:
    """AskApproval: staff said yes."""

    attempt: int


@dataclass(frozen=True, slots=True)
class KeyReset:
    """Reset succeeded: the key is as new, and was read again."""

    attempt: int
    info: KeyInfo


@dataclass(frozen=True, slots=True)
class CredentialsCounted:
    """CountCredentials ended; None where the key does not tell."""

    attempt: int
    number: int | None


@dataclass(frozen=True, slots=True)
class KeyConfigured:
    """ConfigureKey succeeded."""

    attempt: int


@dataclass(frozen=True, slots=True)
class PinAccepted:
    """SetPin, VerifyPin, ChangePin or UseBuiltInUv succeeded: the key is unlocked, or unlocks itself."""

    attempt: int


@dataclass(frozen=True, slots=True)
class CeremonyBegun:
    """BeginCeremony succeeded."""

    attempt: int
    ceremony: Ceremony


@dataclass(frozen=True, slots=True)
class TouchWanted:
    """The key blinks; `verifying`: for a finger on its sensor."""

    attempt: int
    verifying: bool = False


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
    """CleanUp ended. `left_on_key` when the credential could not be taken off the key, which is told at the end of its
    enrollment, whatever is under way by now."""

    attempt: int
    left_on_key: bool = False
    enrollment_id: str = ""


@dataclass(frozen=True, slots=True)
class EnrollmentFinished:
    """FinishEnrollment succeeded."""

    attempt: int
    finished: FinishedEnrollment


@dataclass(frozen=True, slots=True)
class TotpReady:
    """FetchTotp succeeded."""

    attempt: int
    setup: TotpSetUp


@dataclass(frozen=True, slots=True)
class TotpEnrolled:
    """ConfirmTotp succeeded: the app is the person's fallback, and these codes are for when it is lost."""

    attempt: int
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The work of this attempt failed."""

    attempt: int
    error: Trouble


Answer = (
    ProfileLoaded
    | StationActivated
    | PersonIdentified
    | CodeDelivered
    | PersonVerified
    | KeyInspected
    | KeyAllowed
    | KeySelected
    | PinAccepted
    | PinGenerated
    | LetterPrinted
    | SampleTaken
    | FingerEnrolled
    | Approved
    | KeyReset
    | CredentialsCounted
    | KeyConfigured
    | CeremonyBegun
    | TouchWanted
    | CredentialMade
    | CeremonyCompleted
    | CredentialAsserted
    | ProofAccepted
    | CleanedUp
    | EnrollmentFinished
    | TotpReady
    | TotpEnrolled
    | PhoneOpened
    | PhoneMoved
    | PhoneUnseen
    | IdClaimed
    | ApprovalOpened
    | ApprovalMoved
    | ApprovalUnseen
    | IntentAccepted
    | NextKeyReady
    | Failed
)
"""Events that answer an effect: dropped when their attempt is not the visit's."""
