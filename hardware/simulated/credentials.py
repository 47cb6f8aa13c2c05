"""Credentials of a simulated key: how one is made, found again by its id, and shown in authenticator data."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Design:
    """What a credential is to be: its algorithm, and what the extensions of the request make of it."""

    algorithm: int
    protection: int = UV_OPTIONAL
    hmac_secret: bool = False
    blob: bytes = b""
    large_blob_key: bool = False
    payment: bool = False


def wrap(applet: Applet, rp_id_hash: bytes, design: Design) -> Credential:
    """A non-discoverable credential: everything about it is in its id, encrypted for this key and relying party."""
    nonce, seed = applet.random(_NONCE), applet.random(32)
    inside = cbor.encode([design.algorithm, seed, design.protection, design.hmac_secret, design.payment])
    sealed = AESGCM(applet.memory.master).encrypt(nonce, inside, rp_id_hash)
    return _unlisted(nonce + sealed, inside)


def discoverable(applet: Applet, rp_id: str, user: Mapping[Any, Any], design: Design) -> Credential:
    """A discoverable credential that is still to be stored. Raises CtapError: KEY_STORE_FULL, CBOR_UNEXPECTED_TYPE."""
    memory = applet.memory
    user_id = need(user, "id", bytes)
    if applet.room == 0 and not memory.holds_for(rp_id, user_id):
        raise CtapError(ERR.KEY_STORE_FULL)
    return Credential(
        id=applet.random(32),
        rp_id=rp_id,
        user_id=user_id,
        user_name=name_of(applet, user, "name"),
        user_display_name=name_of(applet, user, "displayName"),
        algorithm=design.algorithm,
        seed=applet.random(32),
        protection=design.protection,
        hmac_secret=design.hmac_secret,
        order=memory.order + 1,
        blob=design.blob,
        large_blob_key=applet.random(32) if design.large_blob_key else None,
        payment=design.payment,
    )


def name_of(applet: Applet, user: Mapping[Any, Any], member: str) -> str | None:
    """A name of the user, cut between code points where the key has no more room (section 6.1.2)."""
    name = maybe(user, member, str)
    return name and name.encode()[: applet.traits.max_name_bytes].decode(errors="ignore")


def find(applet: Applet, rp_id: str, credential_id: bytes) -> Credential | None:
    """This key's credential with that id for that relying party, discoverable or not."""
    found = find_hashed(applet, rp_id_hash(rp_id), credential_id)
    return replace(found, rp_id=rp_id) if found and not found.rp_id else found


def find_hashed(applet: Applet, rp_id_hash: bytes, credential_id: bytes) -> Credential | None:
    """The same for who knows the relying party by its hash only, as U2F does."""
    kept = applet.memory.find(credential_id)
    if kept is not None:
        return kept if kept.rp_id_hash == rp_id_hash else None
    if len(credential_id) <= _NONCE or len(credential_id) > MAX_ID_LENGTH:
        return None
    nonce, sealed = credential_id[:_NONCE], credential_id[_NONCE:]
    try:
        inside = AESGCM(applet.memory.master).decrypt(nonce, sealed, rp_id_hash)
    except InvalidTag:
        return None
    return _unlisted(credential_id, inside)


def descriptor_ids(applet: Applet, fields: Mapping[Any, Any], key: int) -> list[bytes]:
    """The ids of a list of PublicKeyCredentialDescriptors; other types than public-key are skipped.

    Raises CtapError: MISSING_PARAMETER, CBOR_UNEXPECTED_TYPE, LIMIT_EXCEEDED.
    """
    ids: list[bytes] = []
    descriptors = maybe(fields, key, list) or []
    if applet.traits.ctap21 and len(descriptors) > applet.traits.max_credentials_in_list:
        raise CtapError(ERR.LIMIT_EXCEEDED)
    for descriptor in descriptors:
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


def _unlisted(credential_id: bytes, inside: bytes) -> Credential:
    algorithm, seed, protection, hmac_secret, payment = decode(inside)
    return Credential(
        credential_id,
        rp_id="",
        user_id=b"",
        user_name=None,
        user_display_name=None,
        algorithm=algorithm,
        seed=seed,
        protection=protection,
        hmac_secret=hmac_secret,
        order=0,
        discoverable=False,
        payment=payment,
    )
