"""authenticatorCredentialManagement (CTAP 2.1 section 6.8) and its preview under another command byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission, Series, Token
from hardware.simulated.canonical import maybe, need
from hardware.simulated.credentials import name_of
from hardware.simulated.memory import Credential, rp_id_hash

_METADATA, _RPS, _NEXT_RP, _CREDENTIALS, _NEXT_CREDENTIAL, _DELETE, _UPDATE = range(0x01, 0x08)
_STORED_RP_ID: Final = 32  # bytes
_ELLIPSIS: Final = "…".encode()
_CONTINUES: Final = {_NEXT_RP: Series.RPS, _NEXT_CREDENTIAL: Series.CREDENTIALS}


def credential_management(applet: Applet, fields: Fields) -> Fields:
    """Command 0x0A, and 0x41 of FIDO_2_1_PRE."""
    subcommand = need(fields, 0x01, int)
    if subcommand in _CONTINUES:
        return applet.next_of(_CONTINUES[subcommand])
    applet.forget_series()
    parameters: Fields = maybe(fields, 0x02, dict) or {}
    if subcommand == _METADATA:
        _authorize_reading(applet, fields, None)
        return {0x01: len(applet.memory.credentials), 0x02: applet.room}
    if subcommand == _RPS:
        _authorize_reading(applet, fields, None)
        return _first(applet, Series.RPS, _rps(applet))
    if subcommand == _CREDENTIALS:
        return _enumerate(applet, fields, need(parameters, 0x01, bytes))
    if subcommand == _DELETE or (subcommand == _UPDATE and applet.traits.credential_management):
        return _change(applet, fields, parameters, subcommand)
    raise CtapError(ERR.INVALID_SUBCOMMAND)


def _proof(fields: Fields) -> tuple[int | None, bytes, bytes]:
    """Protocol, signed message and pinUvAuthParam. Raises CtapError(PUAT_REQUIRED)."""
    parameter = maybe(fields, 0x04, bytes)
    if parameter is None:
        raise CtapError(ERR.PUAT_REQUIRED)
    message = bytes([need(fields, 0x01, int)])
    if 0x02 in fields:  # what was read was canonical, so this gives the same bytes back
        message += cbor.encode(need(fields, 0x02, dict))
    return maybe(fields, 0x03, int), message, parameter


def _authorize(applet: Applet, fields: Fields, bound_to: bytes | None) -> None:
    """The token must have `cm`, and where it is bound to a relying party that one only."""
    _check_bond(applet.authorize(*_proof(fields), Permission.CM), bound_to)


def _authorize_reading(applet: Applet, fields: Fields, bound_to: bytes | None) -> None:
    """The persistent token of the same key will do as well."""
    token = applet.authorize_reading(*_proof(fields))
    if token is not None:
        _check_bond(token, bound_to)


def _check_bond(token: Token, bound_to: bytes | None) -> None:
    if token.rp_id is not None and (bound_to is None or rp_id_hash(token.rp_id) != bound_to):
        raise CtapError(ERR.PIN_AUTH_INVALID)


def _rps(applet: Applet) -> list[Fields]:
    names = dict.fromkeys(each.rp_id for each in applet.memory.credentials)
    return [{0x03: {"id": _told(applet, rp_id)}, 0x04: rp_id_hash(rp_id)} for rp_id in names]


def _told(applet: Applet, rp_id: str) -> str:
    """The relying party's id, or what the key stored of a long one: its scheme, an ellipsis and its end (6.8.7)."""
    whole = rp_id.encode()
    if not applet.traits.truncates_rp_ids or len(whole) <= _STORED_RP_ID:
        return rp_id
    scheme = whole[: whole.find(b":") + 1][:_STORED_RP_ID]
    room = _STORED_RP_ID - len(scheme) - len(_ELLIPSIS)
    kept = scheme + _ELLIPSIS + whole[-room:] if room > 0 else scheme
    return kept.decode(errors="ignore")


def _enumerate(applet: Applet, fields: Fields, wanted: bytes) -> Fields:
    _authorize_reading(applet, fields, wanted)
    found = [each for each in applet.memory.credentials if each.rp_id_hash == wanted]
    return _first(applet, Series.CREDENTIALS, [_shown(applet, each) for each in found])


def _shown(applet: Applet, credential: Credential) -> Fields:
    row = {
        0x06: credential.user(named=True),
        0x07: credential.descriptor,
        0x08: credential.public_key,
        0x0A: credential.protection,
    }
    if credential.large_blob_key is not None:
        row[0x0B] = credential.large_blob_key
    if "thirdPartyPayment" in applet.traits.extensions:
        row[0x0C] = credential.payment
    return row


def _first(applet: Applet, series: Series, rows: list[Fields]) -> Fields:
    """The first row with the count of all; the others wait for getNext."""
    if not rows:
        raise CtapError(ERR.NO_CREDENTIALS)
    rest: Iterator[Fields] = iter(rows[1:])
    applet.begin(series, rest)
    total = 0x05 if series is Series.RPS else 0x09
    return {**rows[0], total: len(rows)}


def _change(applet: Applet, fields: Fields, parameters: Fields, subcommand: int) -> Fields:
    credential_id = need(need(parameters, 0x02, dict), "id", bytes)
    credential = applet.memory.find(credential_id)
    _authorize(applet, fields, credential.rp_id_hash if credential else None)
    if credential is None:
        raise CtapError(ERR.NO_CREDENTIALS)
    if subcommand == _DELETE:
        applet.memory.forget(credential)
    else:
        _update(applet, credential, need(parameters, 0x03, dict))
    return {}


def _update(applet: Applet, credential: Credential, user: dict[Any, Any]) -> None:
    if need(user, "id", bytes) != credential.user_id:
        raise CtapError(ERR.INVALID_PARAMETER)
    name, display_name = name_of(applet, user, "name"), name_of(applet, user, "displayName")
    applet.memory.rename(credential, name or None, display_name or None)
