"""What is to be done: effects are imperatives for one of the two lanes. Each carries its `attempt`.

Device lane: InspectKey, SetPin, VerifyPin, MakeCredential, ProveCredential, CloseKey.
Network lane: LoadProfile, IdentifyPerson, SendCode, VerifyPerson, BeginCeremony, CompleteCeremony, SubmitProof,
CancelEnrollment.
Both, in this order: CleanUp (take the credential off the key, then tell the relying party).
At once, on the caller's thread: CancelDevice (sets the cancel event of the device lane's current work).
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.authenticator import KeyAddress, KeyInfo, WebAuthnJson
from kiosk.contract.enrollments import AbandonReason, Ceremony, CompletedCeremony
from kiosk.contract.profile import VerificationMethod
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """GET /profile. Answer: ProfileLoaded."""

    attempt: int


@dataclass(frozen=True, slots=True)
class IdentifyPerson:
    """Open an enrollment (`replaces` is cancelled first when not empty), then identify. Answer: PersonIdentified."""

    attempt: int
    replaces: str
    locale: str
    alternative: str
    criteria: dict[str, str]


@dataclass(frozen=True, slots=True)
class SendCode:
    """Send a code. Answer: CodeDelivered."""

    attempt: int
    enrollment_id: str
    method: VerificationMethod


@dataclass(frozen=True, slots=True)
class VerifyPerson:
    """Verify with a code, a badge number or a confirmation. Answer: PersonVerified."""

    attempt: int
    enrollment_id: str
    method: VerificationMethod
    answer: Secret | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class InspectKey:
    """Open the key at this address (closing any other) unless it is open already, and read it. Answer: KeyInspected."""

    attempt: int
    address: KeyAddress


@dataclass(frozen=True, slots=True)
class SetPin:
    """Set the first PIN of the open key. Answer: PinAccepted."""

    attempt: int
    pin: Secret


@dataclass(frozen=True, slots=True)
class VerifyPin:
    """Unlock the open key. Answer: PinAccepted."""

    attempt: int
    pin: Secret


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

    Answers: TouchWanted, CredentialMade.
    """

    attempt: int
    enrollment_id: str
    ceremony: Ceremony
    seconds: int


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
    the relying party. Journaled, so that a restart goes on with it. Answer: CleanedUp."""

    attempt: int
    enrollment_id: str
    ceremony: Ceremony
    response: WebAuthnJson | None
    reason: AbandonReason


@dataclass(frozen=True, slots=True)
class CancelEnrollment:
    """DELETE the enrollment; failures are logged, the service expires it anyway. No answer."""

    enrollment_id: str


@dataclass(frozen=True, slots=True)
class CancelDevice:
    """Set the cancel event of what the device lane is doing. No answer."""


@dataclass(frozen=True, slots=True)
class CloseKey:
    """Close the key and wipe what its PIN left behind. No answer."""


Effect = (
    LoadProfile
    | IdentifyPerson
    | SendCode
    | VerifyPerson
    | InspectKey
    | SetPin
    | VerifyPin
    | BeginCeremony
    | MakeCredential
    | CompleteCeremony
    | ProveCredential
    | SubmitProof
    | CleanUp
    | CancelEnrollment
    | CancelDevice
    | CloseKey
)
