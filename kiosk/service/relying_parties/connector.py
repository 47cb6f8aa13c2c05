"""What the service asks of a relying party, and the values it gets back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.directories.connector import Person


class UserVerification(StrEnum):
    """Whether the key must have checked its PIN (UserVerificationRequirement, WebAuthn L3 5.8.6)."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    DISCOURAGED = "discouraged"


@dataclass(frozen=True, slots=True)
class CreationRequest:
    """Who registers what. `exclude` are the credential ids of the person that are proved to work there."""

    person: Person
    user_handle: bytes
    exclude: tuple[bytes, ...]
    user_verification: UserVerification


@dataclass(frozen=True, slots=True)
class CreationOptions:
    """PublicKeyCredentialCreationOptionsJSON, the challenge that it holds, and how long it may be answered."""

    public_key: WebAuthnObject
    challenge: bytes
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class BegunCeremony:
    """What a registration response is judged against."""

    challenge: bytes
    user_verification: UserVerification
    now: datetime


@dataclass(frozen=True, slots=True)
class RegisteredCredential:
    """A credential as the relying party took it. `public_key` is a COSE key; `attestation` a word for the record.

    `serial` is the number of the key where its attestation proves it, else empty.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    attestation: str
    transports: tuple[str, ...] = ()
    serial: str = ""


class RelyingPartyRefused(Exception):
    """Certainly not taken. `word` says why, for the log and for staff."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class RelyingPartyUnavailable(Exception):
    """Certainly not done; the same call may be made again in `retry_after` seconds."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class RelyingParty(Protocol):
    """One relying party. Called outside transactions; raises the two errors above and AttestationRejected only.

    A `complete` that was cut short may be made again with the same response: whoever needs another rule brings it.
    """

    @property
    def name(self) -> RelyingPartyName:
        """Its id, and how people call it."""
        ...

    @property
    def rp_id(self) -> str:
        """The WebAuthn RP ID."""
        ...

    @property
    def origin(self) -> str:
        """The web origin that the client data must name."""
        ...

    @property
    def deadline(self) -> timedelta:
        """The longest that one call takes."""
        ...

    def creation_options(self, request: CreationRequest) -> CreationOptions:
        """Fresh creation options."""
        ...

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Verify the registration response and take the credential."""
        ...
