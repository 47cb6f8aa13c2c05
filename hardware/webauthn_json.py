"""WebAuthn options from their JSON form, and answers of a key into theirs, each checked on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fido2.ctap2.base import AssertionResponse, AttestationResponse, Info
from fido2.rpid import verify_rp_id
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestationObject,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRequestOptions,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hardware.authenticator import WebAuthnJson
from hardware.errors import KeyFault, NoDiscoverableCredentials, NoSuitableAlgorithm, OptionsRefused
from hardware.key_info import algorithms, words
from hardware.translate import UNREADABLE

MAX_ENTITY_BYTES = 64
"""What every key keeps of a name (CTAP 2.1 section 6.1.2 lets it cut longer ones, and some refuse them)."""

MAX_CREDENTIAL_ID_BYTES = 1023
FLAG = AuthenticatorData.FLAG

Options = TypeVar("Options", PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions)


@dataclass(frozen=True, slots=True)
class Creation:
    """Creation options that suit their origin, and the client data made for them."""

    rp_id: str
    client_data: CollectedClientData
    options: PublicKeyCredentialCreationOptions

    @property
    def user_verification(self) -> bool:
        """Whether the relying party insists on user verification."""
        chosen = self.options.authenticator_selection
        return chosen is not None and chosen.user_verification == UserVerificationRequirement.REQUIRED

    @property
    def rp(self) -> dict[str, Any]:
        """The relying party as the key shall know it."""
        return {"id": self.rp_id, "name": shortened(self.options.rp.name)}

    @property
    def user(self) -> dict[str, Any]:
        """The person as the key shall know them."""
        user = self.options.user
        names = {"name": user.name, "displayName": user.display_name}
        return {"id": user.id, **{member: shortened(text) for member, text in names.items() if text}}

    def algorithm(self, info: Info) -> int:
        """The first of the relying party's algorithms that the key has. Raises NoSuitableAlgorithm."""
        able = algorithms(info)
        for wanted in self.options.pub_key_cred_params:
            if is_public_key(wanted.type) and wanted.alg in able:
                return wanted.alg
        raise NoSuitableAlgorithm

    def discoverable(self, info: Info) -> bool:
        """Whether to make a discoverable credential. Raises NoDiscoverableCredentials."""
        chosen = self.options.authenticator_selection
        wish = chosen.resident_key if chosen else ResidentKeyRequirement.DISCOURAGED
        able = info.options.get("rk") is True
        if wish == ResidentKeyRequirement.REQUIRED and not able:
            raise NoDiscoverableCredentials
        return able and wish in (ResidentKeyRequirement.REQUIRED, ResidentKeyRequirement.PREFERRED)

    def enterprise(self, info: Info) -> int | None:
        """1 (vendor-facilitated) when enterprise attestation is asked for and enabled on the key."""
        asked = self.options.attestation == AttestationConveyancePreference.ENTERPRISE
        return 1 if asked and info.options.get("ep") is True else None


@dataclass(frozen=True, slots=True)
class Request:
    """Request options that suit their origin, and the client data made for them."""

    rp_id: str
    client_data: CollectedClientData
    options: PublicKeyCredentialRequestOptions

    @property
    def user_verification(self) -> bool:
        """Whether the relying party insists on user verification."""
        return self.options.user_verification == UserVerificationRequirement.REQUIRED


def is_public_key(kind: object) -> bool:
    """Whether a credential type is the one there is; python-fido2 reads an unknown one as None."""
    return kind == "public-key"


def shortened(text: str) -> str:
    """`text` in at most 64 bytes of UTF-8, never cut inside a character."""
    return text.encode(errors="replace")[:MAX_ENTITY_BYTES].decode(errors="ignore")


def creation(options: WebAuthnJson, origin: str) -> Creation:
    """Read PublicKeyCredentialCreationOptionsJSON. Raises OptionsRefused."""
    parsed = _parsed(PublicKeyCredentialCreationOptions, options)
    if not 1 <= len(parsed.user.id) <= MAX_ENTITY_BYTES:
        raise OptionsRefused
    rp_id = _suitable(parsed.rp.id, origin)
    return Creation(rp_id, _client_data(CollectedClientData.TYPE.CREATE, parsed.challenge, origin), parsed)


def request(options: WebAuthnJson, origin: str) -> Request:
    """Read PublicKeyCredentialRequestOptionsJSON. Raises OptionsRefused."""
    parsed = _parsed(PublicKeyCredentialRequestOptions, options)
    rp_id = _suitable(parsed.rp_id, origin)
    return Request(rp_id, _client_data(CollectedClientData.TYPE.GET, parsed.challenge, origin), parsed)


def _parsed(kind: type[Options], options: WebAuthnJson) -> Options:
    try:
        return kind.from_dict(options)
    except UNREADABLE as error:
        raise OptionsRefused from error


def _suitable(rp_id: str | None, origin: str) -> str:
    """The RP ID, the origin's host where none is given (WebAuthn section 5.1.3 step 8)."""
    try:
        effective = rp_id or urlsplit(origin).hostname or ""
        suits = verify_rp_id(effective, origin)
    except ValueError as error:
        raise OptionsRefused from error
    if not suits:
        raise OptionsRefused
    return effective


def _client_data(kind: CollectedClientData.TYPE, challenge: bytes, origin: str) -> CollectedClientData:
    return CollectedClientData.create(kind.value, challenge, origin)


def credential_ids(descriptors: Sequence[PublicKeyCredentialDescriptor] | None, info: Info) -> list[bytes]:
    """The ids that can be on this key at all: of public-key credentials, and no longer than it makes them."""
    longest = info.max_cred_id_length or MAX_CREDENTIAL_ID_BYTES
    return [entry.id for entry in descriptors or () if is_public_key(entry.type) and 0 < len(entry.id) <= longest]


def descriptor(credential_id: bytes) -> dict[str, Any]:
    """A PublicKeyCredentialDescriptor for the key."""
    return {"type": "public-key", "id": credential_id}


def check_authenticator_data(auth_data: AuthenticatorData, rp_id: str, required: int) -> None:
    """Raises KeyFault unless the answer is about this relying party and has the required flags."""
    if auth_data.rp_id_hash != sha256(rp_id.encode()).digest() or auth_data.flags & required != required:
        raise KeyFault


def check_registration(answer: AttestationResponse, rp_id: str, algorithm: int, *, verified: bool) -> bytes:
    """The id of the new credential. Raises KeyFault when the answer is not what was asked for."""
    check_authenticator_data(answer.auth_data, rp_id, FLAG.UP | FLAG.AT | (FLAG.UV if verified else 0))
    credential = answer.auth_data.credential_data
    if credential is None or not 1 <= len(credential.credential_id) <= MAX_CREDENTIAL_ID_BYTES:
        raise KeyFault
    if credential.public_key.get(3) != algorithm:
        raise KeyFault
    return credential.credential_id


def attestation_object(answer: AttestationResponse, conveyance: AttestationConveyancePreference | None) -> bytes:
    """The attestation object, its statement removed when none was asked for (WebAuthn section 5.1.3 step 22).

    A self attestation names nobody and stays.
    """
    wanted = conveyance not in (None, AttestationConveyancePreference.NONE)
    credential = answer.auth_data.credential_data
    unnamed = credential is not None and not any(credential.aaguid)
    itself = unnamed and answer.fmt == "packed" and "x5c" not in answer.att_stmt
    if wanted or itself:
        return AttestationObject.create(answer.fmt, answer.auth_data, answer.att_stmt)
    return AttestationObject.create("none", answer.auth_data, {})


def registration_response(
    made: Creation, answer: AttestationResponse, info: Info, results: dict[str, Any]
) -> dict[str, Any]:
    """RegistrationResponseJSON (WebAuthn section 5.1.8) of a checked answer."""
    credential = answer.auth_data.credential_data
    assert credential is not None
    return _credential_json(
        credential.credential_id,
        results,
        {
            "clientDataJSON": made.client_data.b64,
            "authenticatorData": websafe_encode(answer.auth_data),
            "attestationObject": websafe_encode(attestation_object(answer, made.options.attestation)),
            "transports": sorted(set(words(info.transports))) or ["usb"],
            "publicKeyAlgorithm": credential.public_key[3],
        },
    )


def authentication_response(asked: Request, answer: AssertionResponse) -> dict[str, Any]:
    """AuthenticationResponseJSON (WebAuthn section 5.1.8) of a checked answer."""
    user_handle = (answer.user or {}).get("id")
    return _credential_json(
        answer.credential["id"],
        {},
        {
            "clientDataJSON": asked.client_data.b64,
            "authenticatorData": websafe_encode(answer.auth_data),
            "signature": websafe_encode(answer.signature),
            **({"userHandle": websafe_encode(user_handle)} if user_handle else {}),
        },
    )


def _credential_json(credential_id: bytes, results: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    encoded = websafe_encode(credential_id)
    return {
        "id": encoded,
        "rawId": encoded,
        "type": "public-key",
        "authenticatorAttachment": "cross-platform",
        "clientExtensionResults": results,
        "response": response,
    }
