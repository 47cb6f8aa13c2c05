"""Credentials of a simulated key: how one is made, found again by its id, and shown in authenticator data."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fido2 import cbor
from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet
from hardware.simulated.canonical import decode, maybe, need
from hardware.simulated.memory import Credential, rp_id_hash

MAX_ID_LENGTH: Final = 128
UP, UV, AT, ED = 0x01, 0x04, 0x40, 0x80
"""Flags of authenticator data (WebAuthn L3 section 6.1)."""

UV_OPTIONAL, UV_OPTIONAL_WITH_LIST, UV_REQUIRED = 1, 2, 3
"""Levels of credProtect (section 12.1)."""

_NONCE: Final = 12


def wrap(applet: Applet, rp_id: str, algorithm: int, seed: bytes, protection: int, *, hmac_secret: bool) -> Credential:
    """A non-discoverable credential: everything about it is in its id, encrypted for this key and relying party."""
    nonce = applet.random(_NONCE)
    inside = cbor.encode([algorithm, seed, protection, hmac_secret])
    sealed = AESGCM(applet.memory.master).encrypt(nonce, inside, rp_id_hash(rp_id))
    return _unlisted(nonce + sealed, rp_id, algorithm, seed, protection, hmac_secret)


def find(applet: Applet, rp_id: str, credential_id: bytes) -> Credential | None:
    """This key's credential with that id for that relying party, discoverable or not."""
    kept = applet.memory.find(credential_id)
    if kept is not None:
        return kept if kept.rp_id == rp_id else None
    if len(credential_id) <= _NONCE or len(credential_id) > MAX_ID_LENGTH:
        return None
    nonce, sealed = credential_id[:_NONCE], credential_id[_NONCE:]
    try:
        inside = AESGCM(applet.memory.master).decrypt(nonce, sealed, rp_id_hash(rp_id))
    except InvalidTag:
        return None
    return _unlisted(credential_id, rp_id, *decode(inside))


def descriptor_ids(fields: Mapping[Any, Any], key: int) -> list[bytes]:
    """The ids of a list of PublicKeyCredentialDescriptors; other types than public-key are skipped.

    Raises CtapError: MISSING_PARAMETER, CBOR_UNEXPECTED_TYPE.
    """
    ids: list[bytes] = []
    for descriptor in maybe(fields, key, list) or []:
        if not isinstance(descriptor, dict):
            raise CtapError(ERR.CBOR_UNEXPECTED_TYPE)
        credential_id = need(descriptor, "id", bytes)
        if need(descriptor, "type", str) == "public-key":
            ids.append(credential_id)
    return ids


def hmac_secret_of(applet: Applet, credential: Credential, *, verified: bool) -> bytes:
    """CredRandomWithUV or CredRandomWithoutUV (section 12.5), derived so that nothing more is stored."""
    return hmac.digest(applet.memory.master, bytes([verified]) + credential.id, "sha256")


def authenticator_data(
    applet: Applet, rp_id: str, flags: int, attested: Credential | None, extensions: Mapping[str, Any]
) -> bytes:
    """Authenticator data (WebAuthn L3 section 6.1) with the counter raised."""
    data = rp_id_hash(rp_id)
    flags |= (AT if attested else 0) | (ED if extensions else 0)
    data += bytes([flags]) + applet.memory.next_count().to_bytes(4, "big")
    if attested:
        data += applet.traits.aaguid + len(attested.id).to_bytes(2, "big") + attested.id
        data += cbor.encode(attested.public_key)
    return data + (cbor.encode(extensions) if extensions else b"")


def _unlisted(
    credential_id: bytes, rp_id: str, algorithm: int, seed: bytes, protection: int, hmac_secret: bool
) -> Credential:
    return Credential(
        credential_id, rp_id, b"", None, None, algorithm, seed, protection, hmac_secret, order=0, discoverable=False
    )
