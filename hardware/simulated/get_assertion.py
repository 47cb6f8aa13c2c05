"""authenticatorGetAssertion and authenticatorGetNextAssertion (CTAP 2.1 sections 6.2 and 6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission, Series, Steps
from hardware.simulated.canonical import maybe, need
from hardware.simulated.ceremony import Ceremony, probe, verify_user, wants_finger
from hardware.simulated.credentials import (
    UP,
    UV,
    UV_OPTIONAL,
    UV_REQUIRED,
    authenticator_data,
    descriptor_ids,
    find,
)
from hardware.simulated.extensions import Wishes
from hardware.simulated.memory import Credential
from hardware.simulated.signing import sign


def get_assertion(applet: Applet, fields: Fields) -> Steps:
    """Command 0x02. With `up: false` it is the silent probe that clients filter exclude lists with."""
    ceremony = _read(fields)
    yield from probe(applet, ceremony)
    present = _check_options(ceremony)
    finger = wants_finger(applet, ceremony, must=present and applet.memory.always_uv)
    allowed, wishes = descriptor_ids(applet, fields, 0x03), Wishes(applet, maybe(fields, 0x04, dict) or {})
    wishes.check_for_assertion(present=present)
    evidence = yield from verify_user(applet, ceremony, Permission.GA, finger=finger)
    found = _locate(applet, ceremony.rp_id, allowed, verified=evidence.verified)
    if not found:
        raise CtapError(ERR.NO_CREDENTIALS)
    if present and not evidence.present:
        yield from applet.touch()
    if present:
        applet.spend_token()
    flags = (UP if present else 0) | (UV if evidence.verified else 0)
    answers = _answers(applet, ceremony, found, wishes, flags)
    first = dict(next(answers))
    if len(found) > 1:
        first[0x05] = len(found)
        applet.begin(Series.ASSERTIONS, answers)
    return first


def get_next_assertion(applet: Applet, _fields: Fields) -> Fields:
    """Command 0x08."""
    return applet.next_of(Series.ASSERTIONS)


def _read(fields: Fields) -> Ceremony:
    rp_id, client_data_hash = need(fields, 0x01, str), need(fields, 0x02, bytes)
    options = maybe(fields, 0x05, dict) or {}
    return Ceremony(rp_id, client_data_hash, maybe(fields, 0x06, bytes), maybe(fields, 0x07, int), options)


def _check_options(ceremony: Ceremony) -> bool:
    """Whether user presence is asked for."""
    if ceremony.option("rk") is not None:
        raise CtapError(ERR.UNSUPPORTED_OPTION)
    return ceremony.option("up") is not False


def _locate(applet: Applet, rp_id: str, allowed: Sequence[bytes], *, verified: bool) -> list[Credential]:
    """The credentials that may answer, the newest first; of an allow list only the first that is here."""
    if allowed:
        found = (find(applet, rp_id, credential_id) for credential_id in allowed)
        usable = [each for each in found if each is not None and (verified or each.protection != UV_REQUIRED)]
        return usable[:1]
    mine = (each for each in applet.memory.credentials if each.rp_id == rp_id)
    usable = [each for each in mine if verified or each.protection == UV_OPTIONAL]
    return sorted(usable, key=lambda each: each.order, reverse=True)


def _answers(
    applet: Applet, ceremony: Ceremony, found: Sequence[Credential], wishes: Wishes, flags: int
) -> Iterator[Fields]:
    """One assertion after the other, each made when it is asked for."""
    verified = bool(flags & UV)
    for credential in found:
        outputs = wishes.on_assertion(credential, verified=verified)
        data = authenticator_data(applet, ceremony.rp_id, flags, None, outputs)
        signature = sign(credential.seed, credential.algorithm, data + ceremony.client_data_hash)
        answer: dict[int, Any] = {0x01: credential.descriptor, 0x02: data, 0x03: signature}
        if credential.discoverable:
            answer[0x04] = credential.user(named=verified and len(found) > 1)
        if "largeBlobKey" in wishes and credential.large_blob_key is not None:
            answer[0x07] = credential.large_blob_key
        yield answer
