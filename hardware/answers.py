"""Answers of a key, read member by member: one that is not what CTAP 2.1 section 6 says is a `KeyFault`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fido2.webauthn import AuthenticatorData

from hardware.errors import KeyFault

Value = TypeVar("Value")

AAGUID_BYTES = 16
LEAST_MESSAGE_BYTES = 1024
"""maxMsgSize of a key that does not tell it (CTAP 2.1 section 6.4)."""

LEAST_PIN_LENGTH = 4
PIN_BYTES = 63
"""The longest PIN in UTF-8 bytes (CTAP 2.1 section 6.5.1); a key that tells 63 tells nothing."""


def optional(answer: Mapping[Any, Any], name: int | str, kind: type[Value]) -> Value | None:
    """A member, None when it is missing. Raises KeyFault when it is of another type."""
    value = answer.get(name)
    # Not isinstance: to Python True is a number.
    if value is not None and type(value) is not kind:
        raise KeyFault
    return value


def member(answer: Mapping[Any, Any], name: int | str, kind: type[Value], default: Value | None = None) -> Value:
    """A member, or its default. Raises KeyFault when it is missing without one, or of another type."""
    value = optional(answer, name, kind)
    if value is None:
        value = default
    if value is None:
        raise KeyFault
    return value


def told(answer: Mapping[Any, Any], name: int | str, kind: type[Value]) -> Value | None:
    """A member that decides nothing: one of another type counts as not told (some keys say True for a number)."""
    value = answer.get(name)
    return value if type(value) is kind else None


def told_truth(answer: Mapping[Any, Any], name: int) -> bool | None:
    """A truth that decides nothing else; some keys put the numbers 0 and 1 in its place."""
    value = answer.get(name)
    return bool(value) if type(value) in (bool, int) else None


def told_each(answer: Mapping[Any, Any], name: int, kind: type[Value]) -> list[Value]:
    """Those in a list that are of the type."""
    return [value for value in told(answer, name, list) or () if type(value) is kind]


def check_each(values: Iterable[object], kind: type) -> None:
    """Raises KeyFault unless all of the values are of this type."""
    if any(type(value) is not kind for value in values):
        raise KeyFault


def members(answer: Mapping[Any, Any], name: int, kind: type[Value]) -> list[Value]:
    """A list of values of one type, empty when it is missing."""
    values: list[Value] = member(answer, name, list, [])
    check_each(values, kind)
    return values


def credential_id(assertion: Mapping[int, Any]) -> bytes:
    """The id in the answer to getAssertion."""
    return member(member(assertion, 0x01, dict), "id", bytes)


@dataclass(frozen=True, slots=True)
class Info:
    """The answer to getInfo (CTAP 2.1 section 6.4, with members of CTAP 2.2 and 2.3) as far as it is used here.

    0 where a key tells no limit, None where it may have left unsaid what no number stands for. What decides how we
    speak with the key is read strictly; a key is not refused for the rest.
    """

    versions: list[str]
    extensions: list[str]
    aaguid: bytes
    options: dict[str, bool]
    max_msg_size: int
    pin_uv_protocols: list[int]
    max_creds_in_list: int
    max_cred_id_length: int
    transports: list[str]
    algorithms: list[dict[str, Any]]
    large_blob_bytes: int | None
    force_pin_change: bool
    min_pin_length: int | None
    firmware_version: int
    max_min_pin_rp_ids: int
    certifications: dict[str, int]
    remaining_disc_creds: int | None
    attestation_formats: list[str]
    long_touch_for_reset: bool
    transports_for_reset: list[str]
    pin_complexity_policy: bool | None
    max_pin_length: int
    config_commands: list[int] | None

    @classmethod
    def read(cls, answer: Mapping[int, Any]) -> Info:
        """Raises KeyFault."""
        info = cls(
            versions=member(answer, 0x01, list),
            extensions=told_each(answer, 0x02, str),
            aaguid=member(answer, 0x03, bytes, bytes(AAGUID_BYTES)),
            options=member(answer, 0x04, dict, {}),
            max_msg_size=told(answer, 0x05, int) or LEAST_MESSAGE_BYTES,
            pin_uv_protocols=members(answer, 0x06, int),
            max_creds_in_list=told(answer, 0x07, int) or 0,
            max_cred_id_length=told(answer, 0x08, int) or 0,
            transports=told_each(answer, 0x09, str),
            algorithms=told_each(answer, 0x0A, dict),
            large_blob_bytes=told(answer, 0x0B, int),
            force_pin_change=told_truth(answer, 0x0C) or False,
            min_pin_length=told(answer, 0x0D, int),
            firmware_version=told(answer, 0x0E, int) or 0,
            max_min_pin_rp_ids=told(answer, 0x10, int) or 0,
            certifications=told(answer, 0x13, dict) or {},
            remaining_disc_creds=told(answer, 0x14, int),
            attestation_formats=told_each(answer, 0x16, str),
            long_touch_for_reset=told_truth(answer, 0x18) or False,
            transports_for_reset=told_each(answer, 0x1A, str),
            pin_complexity_policy=told_truth(answer, 0x1B),
            max_pin_length=told(answer, 0x1D, int) or PIN_BYTES,
            config_commands=told_each(answer, 0x1F, int) or None,
        )
        check_each(info.versions, str)
        check_each(info.options, str)
        check_each(info.options.values(), bool)
        if len(info.aaguid) != AAGUID_BYTES:
            raise KeyFault
        return info


@dataclass(frozen=True, slots=True)
class Attestation:
    """The answer to makeCredential (CTAP 2.1 section 6.1)."""

    fmt: str
    auth_data: AuthenticatorData
    statement: dict[str, Any]

    @classmethod
    def read(cls, answer: Mapping[int, Any]) -> Attestation:
        """Raises KeyFault, and what python-fido2 raises for authenticator data that is none."""
        statement = member(answer, 0x03, dict)
        check_each(statement, str)
        return cls(member(answer, 0x01, str), AuthenticatorData(member(answer, 0x02, bytes)), statement)


@dataclass(frozen=True, slots=True)
class Assertion:
    """The answer to getAssertion (CTAP 2.1 section 6.2)."""

    credential_id: bytes
    auth_data: AuthenticatorData
    signature: bytes
    user_handle: bytes | None

    @classmethod
    def read(cls, answer: Mapping[int, Any]) -> Assertion:
        """Raises KeyFault, and what python-fido2 raises for authenticator data that is none."""
        return cls(
            credential_id(answer),
            AuthenticatorData(member(answer, 0x02, bytes)),
            member(answer, 0x03, bytes),
            optional(member(answer, 0x04, dict, {}), "id", bytes),
        )
