"""What the service asks of a relying party, and the values it gets back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from kiosk.contract.enrollments import KeyReport, WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.directories.connector import Person


@dataclass(frozen=True, slots=True)
class RelyingPartyCapabilities:
    """How a relying party behaves.

    `repeatable`: a `complete` whose outcome is not known may simply be made again, because it leaves nothing behind
    (a party kept by this service itself). `deadline` bounds one call; a lease is longer than that.
    """

    repeatable: bool
    deadline: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class CreationRequest:
    """Who registers what. `exclude` are the person's proved credentials there; ids are bytes."""

    person: Person
    user_handle: bytes
    key: KeyReport
    exclude: tuple[bytes, ...]
    user_verification: bool


@dataclass(frozen=True, slots=True)
class CreationOptions:
    """PublicKeyCredentialCreationOptionsJSON, and the challenge that it holds."""

    public_key: WebAuthnObject
    challenge: bytes
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class BegunCeremony:
    """What `complete` and `verify_proof` are judged against."""

    person: Person
    user_handle: bytes
    challenge: bytes
    user_verification: bool
    simulated: bool
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class RegisteredCredential:
    """A credential as the relying party took it. `public_key` is a COSE key; `attestation` a word for the record."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    attestation: str
    transports: tuple[str, ...] = ()


class RelyingPartyRefused(Exception):
    """Certainly not taken. `word` says why, for the log and the staff."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class RelyingPartyUnavailable(Exception):
    """Certainly not done; the same call may be made again in `retry_after` seconds."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__()
        self.retry_after = retry_after


class RelyingPartyOutcomeUnknown(Exception):
    """Perhaps done: `credentials` settles it."""


class RelyingParty(Protocol):
    """One relying party. Called outside transactions; raises the three errors above and AttestationRejected."""

    @property
    def name(self) -> RelyingPartyName:
        """Its id, and how people call it."""
        ...

    @property
    def origin(self) -> str:
        """The web origin that the client data must name."""
        ...

    @property
    def capabilities(self) -> RelyingPartyCapabilities:
        """How it behaves."""
        ...

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Fresh creation options."""
        ...

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Verify the registration response and take the credential. Called at most once per response."""
        ...

    def credentials(self, person: Person) -> tuple[bytes, ...]:
        """The ids of what it holds for the person: how an unknown outcome is settled."""
        ...

    def delete(self, person: Person, credential_id: bytes) -> None:
        """Take the credential out; absent is success."""
        ...
