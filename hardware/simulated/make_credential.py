"""authenticatorMakeCredential (CTAP 2.1 section 6.1)."""

from __future__ import annotations

from typing import Any

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission, Steps
from hardware.simulated.canonical import maybe, need
from hardware.simulated.ceremony import Ceremony, check_common, probe, verify_user
from hardware.simulated.credentials import (
    UP,
    UV,
    UV_REQUIRED,
    authenticator_data,
    descriptor_ids,
    find,
    wrap,
)
from hardware.simulated.extensions import on_creation
from hardware.simulated.memory import Credential


def make_credential(applet: Applet, fields: Fields) -> Steps:
    """Command 0x01."""
    ceremony = _read(fields)
    user_id = _user_id(fields)
    yield from probe(applet, ceremony)
    if ceremony.parameter is not None:
        applet.check_protocol(ceremony.protocol)
    algorithm = _choose_algorithm(applet, need(fields, 0x04, list))
    discoverable = _check_options(applet, ceremony)
    enterprise = _enterprise(applet, maybe(fields, 0x0A, int))
    excluded = descriptor_ids(fields, 0x05)
    asked = maybe(fields, 0x06, dict) or {}
    verified = verify_user(applet, ceremony, Permission.MC)
    known = _excluded(applet, ceremony.rp_id, excluded, verified=verified)
    yield
    if known:
        raise CtapError(ERR.CREDENTIAL_EXCLUDED)
    applet.spend_token()
    protection, hmac_secret, outputs = on_creation(applet, asked, ceremony.rp_id)
    seed = applet.random(32)
    if discoverable:
        credential = _keep(applet, fields, ceremony.rp_id, user_id, (algorithm, seed, protection, hmac_secret))
    else:
        credential = wrap(applet, ceremony.rp_id, algorithm, seed, protection, hmac_secret=hmac_secret)
    data = authenticator_data(applet, ceremony.rp_id, UP | (UV if verified else 0), credential, outputs)
    statement = applet.attestation(enterprise=enterprise).statement(data + ceremony.client_data_hash)
    answer: dict[int, Any] = {0x01: "packed", 0x02: data, 0x03: statement}
    return answer | ({0x04: True} if enterprise else {})


def _read(fields: Fields) -> Ceremony:
    rp_id = need(need(fields, 0x02, dict), "id", str)
    client_data_hash = need(fields, 0x01, bytes)
    options = maybe(fields, 0x07, dict) or {}
    return Ceremony(rp_id, client_data_hash, maybe(fields, 0x08, bytes), maybe(fields, 0x09, int), options)


def _user_id(fields: Fields) -> bytes:
    """The user handle, of 64 bytes at most (WebAuthn L3 section 5.4.3)."""
    user_id = need(need(fields, 0x03, dict), "id", bytes)
    if len(user_id) > 64:
        raise CtapError(ERR.INVALID_LENGTH)
    return user_id


def _choose_algorithm(applet: Applet, offered: list[Any]) -> int:
    """The relying party's first choice that this key has; the whole list is checked."""
    chosen: list[int] = []
    for entry in offered:
        if not isinstance(entry, dict):
            raise CtapError(ERR.CBOR_UNEXPECTED_TYPE)
        algorithm = need(entry, "alg", int)
        if need(entry, "type", str) == "public-key" and algorithm in applet.traits.algorithms:
            chosen.append(algorithm)
    if not chosen:
        raise CtapError(ERR.UNSUPPORTED_ALGORITHM)
    return chosen[0]


def _check_options(applet: Applet, ceremony: Ceremony) -> bool:
    """Whether the credential is to be discoverable; refuses what the key cannot do or wants a PIN for."""
    check_common(ceremony)
    discoverable = bool(ceremony.option("rk"))
    if discoverable and not applet.traits.discoverable:
        raise CtapError(ERR.UNSUPPORTED_OPTION)
    if ceremony.option("up") is False:
        raise CtapError(ERR.INVALID_OPTION)
    if ceremony.parameter is None:
        needs_pin = applet.protected and (discoverable or not applet.traits.make_credential_uv_not_required)
        if needs_pin or applet.memory.always_uv:
            raise CtapError(ERR.PUAT_REQUIRED)
    return discoverable


def _enterprise(applet: Applet, asked: int | None) -> bool:
    """Whether to give an enterprise attestation (section 7.1); our keys know no list of relying parties for level 1."""
    if asked is None:
        return False
    if applet.traits.enterprise is None or not applet.memory.enterprise:
        raise CtapError(ERR.INVALID_PARAMETER)
    if asked not in (1, 2):
        raise CtapError(ERR.INVALID_OPTION)
    return True


def _excluded(applet: Applet, rp_id: str, ids: list[bytes], *, verified: bool) -> bool:
    """Whether one of these lives here; a credential that needs the PIN is not betrayed without it."""
    found = (find(applet, rp_id, credential_id) for credential_id in ids)
    return any(each is not None and (verified or each.protection != UV_REQUIRED) for each in found)


def _keep(applet: Applet, fields: Fields, rp_id: str, user_id: bytes, made: tuple[int, bytes, int, bool]) -> Credential:
    """Store a discoverable credential. Raises CtapError(KEY_STORE_FULL)."""
    memory = applet.memory
    if applet.room == 0 and not memory.holds_for(rp_id, user_id):
        raise CtapError(ERR.KEY_STORE_FULL)
    user = need(fields, 0x03, dict)
    memory.order += 1
    algorithm, seed, protection, hmac_secret = made
    credential = Credential(
        id=applet.random(32),
        rp_id=rp_id,
        user_id=user_id,
        user_name=maybe(user, "name", str),
        user_display_name=maybe(user, "displayName", str),
        algorithm=algorithm,
        seed=seed,
        protection=protection,
        hmac_secret=hmac_secret,
        order=memory.order,
    )
    memory.keep(credential)
    return credential
