"""WebAuthn options, read from their JSON form (WebAuthn section 5.1.8) and held against the origin they are for."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fido2.rpid import verify_rp_id
from fido2.webauthn import CollectedClientData

from hardware.answers import Info
from hardware.authenticator import WebAuthnJson
from hardware.errors import NoDiscoverableCredentials, NoSuitableAlgorithm, OptionsRefused
from hardware.key_info import algorithms

MAX_ENTITY_BYTES = 64
"""What every key keeps of a name (CTAP 2.1 section 6.1.2 lets it cut longer ones, and some refuse them)."""

MAX_CREDENTIAL_ID_BYTES = 1023
PUBLIC_KEY = "public-key"
RESIDENT_KEY = ("required", "preferred", "discouraged")


@dataclass(frozen=True, slots=True)
class Creation:
    """Creation options, and the client data made for them. Words that WebAuthn does not know count as not said."""

    rp: Mapping[str, Any]
    user: Mapping[str, Any]
    client_data: CollectedClientData
    algorithms: tuple[int, ...]
    excluded: tuple[bytes, ...]
    resident_key: str
    user_verification: bool
    attestation: str
    extensions: Mapping[str, Any]

    @property
    def rp_id(self) -> str:
        """The relying party's id."""
        return str(self.rp["id"])

    def algorithm(self, info: Info) -> int:
        """The first of the relying party's algorithms that the key has. Raises NoSuitableAlgorithm."""
        able = algorithms(info)
        for wanted in self.algorithms:
            if wanted in able:
                return wanted
        raise NoSuitableAlgorithm

    def discoverable(self, info: Info) -> bool:
        """Whether to make a discoverable credential. Raises NoDiscoverableCredentials."""
        able = info.options.get("rk") is True
        if self.resident_key == "required" and not able:
            raise NoDiscoverableCredentials
        return able and self.resident_key != "discouraged"

    def enterprise(self, info: Info) -> int | None:
        """1 (vendor-facilitated) when enterprise attestation is asked for and enabled on the key."""
        return 1 if self.attestation == "enterprise" and info.options.get("ep") is True else None


@dataclass(frozen=True, slots=True)
class Request:
    """Request options, and the client data made for them. `touch`: the answer must show that somebody was there."""

    rp_id: str
    client_data: CollectedClientData
    allowed: tuple[bytes, ...]
    user_verification: bool
    touch: bool = False


def creation(options: WebAuthnJson, origin: str) -> Creation:
    """Read PublicKeyCredentialCreationOptionsJSON. Raises OptionsRefused."""
    rp, user, selection = (_members(options, name) for name in ("rp", "user", "authenticatorSelection"))
    if not rp:
        raise OptionsRefused
    return Creation(
        rp={"id": _suitable(rp.get("id"), origin), "name": shortened(_text(rp, "name"))},
        user=_user(user),
        client_data=_client_data(CollectedClientData.TYPE.CREATE, options, origin),
        algorithms=tuple(entry["alg"] for entry in _of_public_keys(options, "pubKeyCredParams") if _is_number(entry)),
        excluded=_credential_ids(options, "excludeCredentials"),
        resident_key=_resident_key(selection),
        user_verification=selection.get("userVerification") == "required",
        attestation=_text(options, "attestation"),
        extensions=_members(options, "extensions"),
    )


def request(options: WebAuthnJson, origin: str) -> Request:
    """Read PublicKeyCredentialRequestOptionsJSON. Raises OptionsRefused.

    A member of our own, `userPresence`, says "required" where a silent answer will not do: a log-in somewhere else.
    """
    return Request(
        rp_id=_suitable(options.get("rpId"), origin),
        client_data=_client_data(CollectedClientData.TYPE.GET, options, origin),
        allowed=_credential_ids(options, "allowCredentials"),
        user_verification=options.get("userVerification") == "required",
        touch=options.get("userPresence") == "required",
    )


def shortened(text: str) -> str:
    """`text` in at most 64 bytes of UTF-8, never cut inside a character."""
    return text.encode(errors="replace")[:MAX_ENTITY_BYTES].decode(errors="ignore")


def possible_ids(credential_ids: tuple[bytes, ...], info: Info) -> list[bytes]:
    """Those of the ids that can be on this key at all: no longer than it makes them."""
    longest = info.max_cred_id_length or MAX_CREDENTIAL_ID_BYTES
    return [each for each in credential_ids if 0 < len(each) <= longest]


def _user(user: Mapping[str, Any]) -> Mapping[str, Any]:
    handle = _binary(user, "id")
    if not 1 <= len(handle) <= MAX_ENTITY_BYTES:
        raise OptionsRefused
    names = {name: shortened(_text(user, name)) for name in ("name", "displayName")}
    return {"id": handle, **{name: text for name, text in names.items() if text}}


def _resident_key(selection: Mapping[str, Any]) -> str:
    wish = selection.get("residentKey")
    if wish in RESIDENT_KEY:
        return str(wish)
    return "required" if selection.get("requireResidentKey") is True else "discouraged"


def _client_data(kind: CollectedClientData.TYPE, options: WebAuthnJson, origin: str) -> CollectedClientData:
    return CollectedClientData.create(kind.value, _binary(options, "challenge"), origin)


def _suitable(rp_id: object, origin: str) -> str:
    """The RP ID, the origin's host where none is given (WebAuthn section 5.1.3 step 8)."""
    if rp_id is not None and not isinstance(rp_id, str):
        raise OptionsRefused
    try:
        effective = rp_id or urlsplit(origin).hostname or ""
        suits = verify_rp_id(effective, origin)
    except ValueError as error:
        raise OptionsRefused from error
    if not suits:
        raise OptionsRefused
    return effective


def _members(options: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = options.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise OptionsRefused
    return value


def _text(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OptionsRefused
    return value


def _binary(options: Mapping[str, Any], name: str) -> bytes:
    """A base64url member; padding and the other alphabet, which some services send, are taken too."""
    encoded = _text(options, name).rstrip("=")
    try:
        decoded = b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise OptionsRefused from error
    if not decoded:
        raise OptionsRefused
    return decoded


def _of_public_keys(options: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    entries = options.get(name)
    if entries is None:
        return
    if not isinstance(entries, list | tuple):
        raise OptionsRefused
    for entry in entries:
        if not isinstance(entry, Mapping):
            raise OptionsRefused
        if entry.get("type") == PUBLIC_KEY:
            yield entry


def _is_number(parameters: Mapping[str, Any]) -> bool:
    return isinstance(parameters.get("alg"), int)


def _credential_ids(options: Mapping[str, Any], name: str) -> tuple[bytes, ...]:
    return tuple(_binary(entry, "id") for entry in _of_public_keys(options, name))
