"""What is to be done: effects are imperatives for one of the two lanes. Each carries its `attempt`.

Device lane: InspectKey, SelectKey, SetPin, SetRandomPin, PinNoted, PrintLetter, VerifyPin, ChangePin, UseBuiltInUv,
EnrollFingerprint, MakeCredential, ProveCredential, ConfigureKey, ResetKey, CountCredentials, CloseKey.
Network lane: ActivateStation, LoadProfile, IdentifyPerson, RegisterPerson, SendCode, VerifyPerson, CheckKey,
AskApproval, BeginCeremony, CompleteCeremony, SubmitProof, FinishEnrollment, CancelEnrollment, FetchTotp, ConfirmTotp,
OpenPhone, ClosePhone, ClaimMobileId, RequestApproval, TakeBackApproval, ChooseIntent, OpenNextKey; WatchPhone and
WatchApproval begin there, and go on beside it.
Both, in this order: CleanUp (take the credential off the key, then tell the relying party).
At once, on the caller's thread: CancelDevice (sets the cancel event of the device lane's current work).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.authenticator import KeyInfo, WebAuthnJson
from kiosk.contract.enrollments import AbandonReason, AcceptedTerms, Ceremony, CompletedCeremony
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.enrollment.effects_on_key import (
    ChangePin,
    CloseKey,
    ConfigureKey,
    CountCredentials,
    EnrollFingerprint,
    InspectKey,
    Letter,
    PinNoted,
    PrintLetter,
    ResetKey,
    SelectKey,
    SetPin,
    SetRandomPin,
    UseBuiltInUv,
    VerifyPin,
)
from kiosk.enrollment.effects_on_phone import ClaimMobileId, ClosePhone, OpenPhone, WatchPhone
from kiosk.enrollment.effects_on_staff import (
    ChooseIntent,
    OpenNextKey,
    RequestApproval,
    TakeBackApproval,
    WatchApproval,
)
from kiosk.secret import Secret

__all__ = [
    "ActivateStation",
    "AskApproval",
    "BeginCeremony",
    "CancelDevice",
    "CancelEnrollment",
    "ChangePin",
    "CheckKey",
    "ChooseIntent",
    "ClaimMobileId",
    "CleanUp",
    "CloseKey",
    "ClosePhone",
    "CompleteCeremony",
    "ConfigureKey",
    "ConfirmTotp",
    "CountCredentials",
    "Effect",
    "EnrollFingerprint",
    "FetchTotp",
    "FinishEnrollment",
    "IdentifyPerson",
    "InspectKey",
    "Letter",
    "LoadProfile",
    "MakeCredential",
    "OpenNextKey",
    "OpenPhone",
    "PinNoted",
    "PrintLetter",
    "ProveCredential",
    "RegisterPerson",
    "RequestApproval",
    "ResetKey",
    "SelectKey",
    "SendCode",
    "SetPin",
    "SetRandomPin",
    "SubmitProof",
    "TakeBackApproval",
    "UseBuiltInUv",
    "VerifyPerson",
    "VerifyPin",
    "WatchApproval",
    "WatchPhone",
]


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """GET /profile. Answer: ProfileLoaded."""

    attempt: int


@dataclass(frozen=True, slots=True)
class ActivateStation:
    """POST /stations/activate, with the code as it was typed or read. Answer: StationActivated."""

    attempt: int
    code: Secret


@dataclass(frozen=True, slots=True)
class IdentifyPerson:
    """Open an enrollment (`replaces` is cancelled first when not empty), then identify. Answer: PersonIdentified."""

    attempt: int
    replaces: str
    locale: str
    alternative: str
    criteria: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisterPerson:
    """Open an enrollment (`replaces` is cancelled first when not empty), then register with a filled-in form. Answer:
    PersonIdentified."""

    attempt: int
    replaces: str
    locale: str
    form: FormKind
    values: dict[str, str] = field(repr=False)
    accepted: tuple[AcceptedTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class SendCode:
    """Send a code. Answer: CodeDelivered."""

    attempt: int
    enrollment_id: str
    method: VerificationMethod


@dataclass(frozen=True, slots=True)
class VerifyPerson:
    """Verify with a code, a badge number, a confirmation, or the transaction that a phone completed. Answer:
    PersonVerified."""

    attempt: int
    enrollment_id: str
    method: VerificationMethod
    answer: Secret | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class CheckKey:
    """Ask the service whether this key would be taken by everybody. Answer: KeyAllowed."""

    attempt: int
    enrollment_id: str
    key: KeyInfo


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Ask staff whether the key may be wiped. Answer: Approved."""

    attempt: int
    enrollment_id: str
    key: KeyInfo


@dataclass(frozen=True, slots=True)
class BeginCeremony:
    """Fetch creation options for the party, for the key as read. Answer: CeremonyBegun."""

    attempt: int
    enrollment_id: str
    relying_party: str
    key: KeyInfo


@dataclass(frozen=True, slots=True)
class MakeCredential:
    """Journal the intent, make the credential on the open key, journal the response.

    `rolls_back`: it is taken back, though proved, unless all other relying parties take theirs. Answers: TouchWanted,
    CredentialMade.
    """

    attempt: int
    enrollment_id: str
    ceremony: Ceremony
    seconds: int
    rolls_back: bool = False


@dataclass(frozen=True, slots=True)
class CompleteCeremony:
    """Hand the response to the service; the same again is harmless. Answer: CeremonyCompleted."""

    attempt: int
    enrollment_id: str
    ceremony: Ceremony
    response: WebAuthnJson
    name: str = ""


@dataclass(frozen=True, slots=True)
class ProveCredential:
    """Assert with the new credential on the open key. Answers: TouchWanted (old keys only), CredentialAsserted."""

    attempt: int
    ceremony: Ceremony
    completed: CompletedCeremony
    seconds: int


@dataclass(frozen=True, slots=True)
class SubmitProof:
    """Hand the assertion to the service; the same again is harmless. Answer: ProofAccepted."""

    attempt: int
    enrollment_id: str
    ceremony: Ceremony
    assertion: WebAuthnJson


@dataclass(frozen=True, slots=True)
class CleanUp:
    """Take back what this ceremony left: the credential on the open key (named by the response, if any), then at
    the relying party. Journaled, so that a restart goes on with it. With `ANOTHER_KEY` also what was proved. Answer:
    CleanedUp."""

    attempt: int
    enrollment_id: str
    ceremony: Ceremony
    response: WebAuthnJson | None
    reason: AbandonReason


@dataclass(frozen=True, slots=True)
class FinishEnrollment:
    """End the enrollment with what was proved. Answer: EnrollmentFinished."""

    attempt: int
    enrollment_id: str


@dataclass(frozen=True, slots=True)
class FetchTotp:
    """Fetch a secret for the person's authenticator app. Answer: TotpReady."""

    attempt: int
    enrollment_id: str


@dataclass(frozen=True, slots=True)
class ConfirmTotp:
    """Hand over a code that the app shows. Answer: TotpEnrolled."""

    attempt: int
    enrollment_id: str
    code: Secret


@dataclass(frozen=True, slots=True)
class CancelEnrollment:
    """DELETE the enrollment; failures are logged, the service expires it anyway. No answer."""

    enrollment_id: str


@dataclass(frozen=True, slots=True)
class CancelDevice:
    """Set the cancel event of what the device lane is doing. No answer."""


_Before = LoadProfile | ActivateStation
_Asking = _Before | IdentifyPerson | RegisterPerson | SendCode | VerifyPerson | CheckKey | AskApproval
_Key = InspectKey | SelectKey | UseBuiltInUv | EnrollFingerprint | ConfigureKey | ResetKey | CountCredentials | CloseKey
_Pin = SetPin | SetRandomPin | PinNoted | PrintLetter | VerifyPin | ChangePin
_Ceremony = BeginCeremony | MakeCredential | CompleteCeremony | ProveCredential | SubmitProof | CleanUp
_Phone = OpenPhone | WatchPhone | ClosePhone | ClaimMobileId
_Staff = RequestApproval | WatchApproval | TakeBackApproval | ChooseIntent | OpenNextKey
_End = FinishEnrollment | FetchTotp | ConfirmTotp | CancelEnrollment | CancelDevice
Effect = _Asking | _Key | _Pin | _Ceremony | _Phone | _Staff | _End
