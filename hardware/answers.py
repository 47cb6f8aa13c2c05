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
    """The answer to getInfo (CTAP 2.1 section 6.4) as far as an enrollment needs it; 0 where a key tells no limit."""

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
    force_pin_change: bool
    min_pin_length: int
    firmware_version: int
    remaining_disc_creds: int | None
    pin_complexity_policy: bool
    max_pin_length: int

    @classmethod
    def read(cls, answer: Mapping[int, Any]) -> Info:
        """Raises KeyFault."""
        info = cls(
            versions=member(answer, 0x01, list),
            extensions=members(answer, 0x02, str),
            aaguid=member(answer, 0x03, bytes, bytes(AAGUID_BYTES)),
            options=member(answer, 0x04, dict, {}),
            max_msg_size=member(answer, 0x05, int, LEAST_MESSAGE_BYTES),
            pin_uv_protocols=members(answer, 0x06, int),
            max_creds_in_list=member(answer, 0x07, int, 0),
            max_cred_id_length=member(answer, 0x08, int, 0),
            transports=members(answer, 0x09, str),
            algorithms=members(answer, 0x0A, dict),
            force_pin_change=member(answer, 0x0C, bool, False),
            min_pin_length=member(answer, 0x0D, int, 4),
            firmware_version=member(answer, 0x0E, int, 0),
            remaining_disc_creds=optional(answer, 0x14, int),
            pin_complexity_policy=member(answer, 0x1B, bool, False),
            max_pin_length=member(answer, 0x1D, int, 63),
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
