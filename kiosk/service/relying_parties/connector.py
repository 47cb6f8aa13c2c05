"""What the service asks of a relying party, and the values it gets back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.directories.connector import Person


class UserVerification(StrEnum):
    """Whether the key must have checked its PIN (UserVerificationRequirement, WebAuthn L3 5.8.6)."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    DISCOURAGED = "discouraged"


@dataclass(frozen=True, slots=True)
class PartyPolicy:
    """Which keys the relying party itself takes. AAGUIDs in their lower-case UUID form; empty sets mean any.

    `algorithms` are COSE numbers, best first; `extensions` what a key must be able to do (`hmac-secret`); `attested`:
    only keys that prove their make.
    """

    aaguids_allowed: frozenset[str] = frozenset()
    aaguids_denied: frozenset[str] = frozenset()
    algorithms: tuple[int, ...] = ()
    extensions: frozenset[str] = frozenset()
    attested: bool = False


@dataclass(frozen=True, slots=True)
class CreationRequest:
    """Who registers what. `user_handle` is the person's own at parties that let us choose; `exclude` are the credential
    ids of the person that are proved to work there, to be added to what the party excludes by itself."""

    person: Person
    user_handle: bytes
    exclude: tuple[bytes, ...]
    user_verification: UserVerification


@dataclass(frozen=True, slots=True)
class CreationOptions:
    """What a begun registration is answered with, and what the party calls it.

    `public_key` is a canonical PublicKeyCredentialCreationOptionsJSON (see `options.canonical`): `rp.id` is set, bytes
    are unpadded base64url, nothing foreign is in it. `account` is the party's name of the person, `reference` its name
    of the half-made registration, `state` whatever `complete` wants back.
    """

    public_key: WebAuthnObject
    origin: str
    lifetime: timedelta
    account: str
    reference: str = ""
    state: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BegunCeremony:
    """What a registration response is judged against, and completed with. `name` is what the person calls the key."""

    challenge: bytes
    rp_id: str
    origin: str
    user_handle: bytes
    user_verification: UserVerification
    now: datetime
    account: str = ""
    reference: str = ""
    state: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredCredential:
    """A credential as the relying party took it. `public_key` is a COSE key; `attestation` a word for the record.

    `serial` is the number of the key where its attestation proves it, else empty. `reference` is the party's own name
    of the credential, to delete it by.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    attestation: str
    transports: tuple[str, ...] = ()
    serial: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ListedCredential:
    """A credential that the party has for an account. `ids` are all readings of the id that it tells (an encoding may
    be ambiguous); empty where it tells none, and then its `reference` must do. `active`: not half made."""

    reference: str
    ids: frozenset[bytes] = frozenset()
    active: bool = True


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """PublicKeyCredentialRequestOptionsJSON that the party itself made for a log-in, and what it wants back."""

    public_key: WebAuthnObject
    state: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A pass that the party gave the person besides the key; shown once. `life` in seconds."""

    value: str = field(repr=False)
    life: int


class RelyingPartyRefused(Exception):
    """Certainly not taken. `word` says why, for the log and for staff; `no_account` where it does not know them."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class RelyingPartyUnavailable(Exception):
    """Certainly not done; the same call may be made again in `retry_after` seconds."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class OutcomeUnknown(Exception):
    """Perhaps done: the call may have arrived. `account` is the party's name of the person, where that is known."""

    def __init__(self, account: str = "") -> None:
        super().__init__(account)
        self.account = account


class RelyingParty(Protocol):
    """One relying party. Called outside transactions; raises the three errors above and AttestationRejected only.

    Calls that write are never repeated by the connector, unless the party certainly did not take them.
    """

    @property
    def name(self) -> RelyingPartyName:
        """Its id, and how people call it."""
        ...

    @property
    def remote(self) -> bool:
        """Whether its credentials live elsewhere. Of one that is not, rows are all that there is: a `complete` that was
        cut short may be made again with the same response."""
        ...

    @property
    def deadline(self) -> timedelta:
        """The longest that one call takes."""
        ...

    def policy(self) -> PartyPolicy:
        """Which keys it takes; may be some minutes old. Raises RelyingPartyRefused, RelyingPartyUnavailable."""
        ...

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Fresh creation options. OutcomeUnknown: something half made may be left, which `abort` finds."""
        ...

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Check the response, hand it over, once. OutcomeUnknown: list and look."""
        ...

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Take a half-made registration away; one that is not there is no error. Without a `reference`: those of the
        account that were begun at or after `since`. Never takes away a credential that is complete."""
        ...

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """The security keys and passkeys of the account."""
        ...

    def delete(self, account: str, reference: str) -> None:
        """Take a credential away; one that is not there is no error."""
        ...

    def probe(self) -> str:
        """What the doctor sees, with the least harm: nothing is written. Raises ProbeFailed."""
        ...


@runtime_checkable
class ProvingParty(Protocol):
    """A relying party that lets the person log in for real, to prove the credential."""

    def begin_proof(self, account: str, credential_id: bytes) -> ProofOptions:
        """A challenge of its log-in."""
        ...

    def finish_proof(self, account: str, state: Mapping[str, str], response: WebAuthnObject) -> None:
        """Log in. Raises RelyingPartyRefused, RelyingPartyUnavailable; may be made again after OutcomeUnknown."""
        ...


@runtime_checkable
class IssuingParty(Protocol):
    """A relying party that can give the person a pass for the first days."""

    def issue_pass(self, account: str) -> IssuedPass | None:
        """A fresh pass, which replaces an earlier one; None where the settings ask for none."""
        ...


def find(listed: Iterable[ListedCredential], credential_id: bytes, reference: str = "") -> ListedCredential | None:
    """Ours among those listed: by its id, or by the party's own name of it where the party tells no ids."""

    def ours(each: ListedCredential) -> bool:
        if each.ids:
            return credential_id in each.ids
        return bool(reference) and each.reference == reference

    return next((each for each in listed if each.active and ours(each)), None)
