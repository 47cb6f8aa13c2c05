"""authenticatorMakeCredential (CTAP 2.1 section 6.1)."""

from __future__ import annotations

from typing import Any

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission, Steps
from hardware.simulated.canonical import maybe, need
from hardware.simulated.ceremony import Ceremony, Evidence, probe, verify_user, wants_finger
from hardware.simulated.credentials import (
    UP,
    UV,
    UV_REQUIRED,
    authenticator_data,
    descriptor_ids,
    discoverable,
    find,
    wrap,
)
from hardware.simulated.extensions import Wishes
from hardware.simulated.memory import Credential, rp_id_hash
from hardware.simulated.signing import sign


def make_credential(applet: Applet, fields: Fields) -> Steps:
    """Command 0x01."""
    ceremony = _read(fields)
    user = _user(fields)
    yield from probe(applet, ceremony)
    if ceremony.parameter is not None:
        applet.check_protocol(ceremony.protocol)
    algorithm = _choose_algorithm(applet, need(fields, 0x04, list))
    resident = _check_options(applet, ceremony)
    finger = _wants_finger(applet, ceremony, resident=resident)
    enterprise = _enterprise(applet, maybe(fields, 0x0A, int), ceremony.rp_id)
    preferred = maybe(fields, 0x0B, list)
    excluded = descriptor_ids(applet, fields, 0x05)
    wishes = Wishes(applet, maybe(fields, 0x06, dict) or {})
    design = wishes.design(algorithm, discoverable=resident)
    evidence = yield from verify_user(applet, ceremony, Permission.MC, finger=finger)
    known = _excluded(applet, ceremony.rp_id, excluded, verified=evidence.verified)
    if not evidence.present:
        yield from applet.touch()
    if known:
        raise CtapError(ERR.CREDENTIAL_EXCLUDED)
    applet.spend_token()
    if resident:
        credential = discoverable(applet, ceremony.rp_id, user, design)
    else:
        credential = wrap(applet, rp_id_hash(ceremony.rp_id), design)
    data = _authenticator_data(applet, ceremony, evidence, credential, wishes)
    if resident:  # only now: a request that is refused leaves nothing behind
        applet.memory.keep(credential)
    signed = data + ceremony.client_data_hash
    return _attested(applet, data, credential, signed, "enterprise" if enterprise else _format(applet, preferred))


def _read(fields: Fields) -> Ceremony:
    rp_id = need(need(fields, 0x02, dict), "id", str)
    client_data_hash = need(fields, 0x01, bytes)
    options = maybe(fields, 0x07, dict) or {}
    return Ceremony(rp_id, client_data_hash, maybe(fields, 0x08, bytes), maybe(fields, 0x09, int), options)


def _user(fields: Fields) -> dict[Any, Any]:
    """The user, whose handle is of 64 bytes at most (WebAuthn L3 section 5.4.3)."""
    user = need(fields, 0x03, dict)
    if len(need(user, "id", bytes)) > 64:
        raise CtapError(ERR.INVALID_LENGTH)
    return user


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
    """Whether the credential is to be discoverable; refuses what the key cannot do."""
    resident = bool(ceremony.option("rk"))
    if resident and not applet.traits.discoverable:
        raise CtapError(ERR.UNSUPPORTED_OPTION)
    if ceremony.option("up") is False:
        raise CtapError(ERR.INVALID_OPTION)
    return resident


def _wants_finger(applet: Applet, ceremony: Ceremony, *, resident: bool) -> bool:
    always = applet.memory.always_uv
    for_this_one = resident or not applet.traits.make_credential_uv_not_required
    return wants_finger(applet, ceremony, must=always or (applet.protected and for_this_one))


def _enterprise(applet: Applet, asked: int | None, rp_id: str) -> bool:
    """Whether to give an enterprise attestation (section 7.1): vendor-facilitated (1) to whom the key lists."""
    if asked is None:
        return False
    if applet.traits.enterprise is None or not applet.memory.enterprise:
        raise CtapError(ERR.INVALID_PARAMETER)
    if asked not in (1, 2):
        raise CtapError(ERR.INVALID_OPTION)
    listed = applet.traits.enterprise_rp_ids
    return asked == 2 or listed is None or rp_id in listed


def _excluded(applet: Applet, rp_id: str, ids: list[bytes], *, verified: bool) -> bool:
    """Whether one of these lives here; a credential that needs verification is not betrayed without it."""
    found = (find(applet, rp_id, credential_id) for credential_id in ids)
    return any(each is not None and (verified or each.protection != UV_REQUIRED) for each in found)


def _authenticator_data(
    applet: Applet, ceremony: Ceremony, evidence: Evidence, credential: Credential, wishes: Wishes
) -> bytes:
    outputs = wishes.on_creation(ceremony.rp_id, credential, verified=evidence.verified)
    flags = UP | (UV if evidence.verified else 0)
    return authenticator_data(applet, ceremony.rp_id, flags, credential, outputs)


def _format(applet: Applet, preferred: list[Any] | None) -> str:
    """The first preferred format that the key makes; "none" is made only where nothing else is wanted (CTAP 2.2)."""
    traits = applet.traits
    return "none" if traits.attestation_formats and preferred == ["none"] else traits.attestation


def _attested(applet: Applet, data: bytes, credential: Credential, signed: bytes, how: str) -> Fields:
    """The answer, with the attestation statement that `how` names."""
    enterprise = how == "enterprise"
    statement: dict[str, object] = {}
    if how == "self":
        statement = {"alg": credential.algorithm, "sig": sign(credential.seed, credential.algorithm, signed)}
    elif how != "none":
        statement = applet.attestation(enterprise=enterprise).statement(signed)
    answer: dict[int, Any] = {0x01: "none" if how == "none" else "packed", 0x02: data, 0x03: statement}
    if enterprise:
        answer[0x04] = True
    if credential.large_blob_key is not None:
        answer[0x05] = credential.large_blob_key
    return answer
