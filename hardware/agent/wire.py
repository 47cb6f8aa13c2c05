"""Values of the contract as JSON and back, by their declared types; a frame that is not what it should be is refused.

bytes are base64, enumerations their values, data classes objects with every field, tuples arrays; `Any` is JSON
already.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

MOST_BYTES = 1 << 20
"""The longest frame that is read: a key full of credentials takes a tenth of it."""

Message = dict[str, Any]


hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)
"""The declared types of a data class's fields, or of a function's parameters and result."""


class Malformed(Exception):
    """The frame is not what the other side may send; nothing of it was used."""


def pack(message: Message) -> bytes:
    """A message as one frame."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")


def unpack(frame: bytes) -> Message:
    """The message in a frame. Raises Malformed."""
    try:
        message = json.loads(frame.decode("ascii"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(message, dict):
        raise Malformed
    return message


def _refuse(_: str) -> None:
    raise ValueError("not a number of JSON")


def encode(value: Any) -> Any:
    """A value of the contract as JSON; what is JSON already stays as it is."""
    match value:
        case Enum():
            return value.value
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case tuple() | list():
            return [encode(each) for each in value]
        case Mapping():
            return {str(name): encode(each) for name, each in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {each.name: encode(getattr(value, each.name)) for each in fields(value)}
        case _:
            return value


def decode(kind: Any, value: Any) -> Any:
    """The value of this declared type that is written as `value`. Raises Malformed."""
    if kind is Any:
        return value
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _decode_optional(get_args(kind), value)
    if origin is tuple:
        return tuple(decode(get_args(kind)[0], each) for each in _checked(list, value))
    if origin is not None and issubclass(origin, Mapping):
        inner = get_args(kind)[1]
        return {name: decode(inner, each) for name, each in _checked(dict, value).items()}
    if is_dataclass(kind):
        return _decode_fields(kind, _checked(dict, value))
    return _decode_plain(kind, value)


def _decode_optional(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and NoneType in kinds:
        return None
    (kind,) = (each for each in kinds if each is not NoneType)
    return decode(kind, value)


def _decode_fields(kind: Any, value: Message) -> Any:
    declared = hints(kind)
    if value.keys() != declared.keys():
        raise Malformed
    return kind(**{name: decode(each, value[name]) for name, each in declared.items()})


def _decode_plain(kind: Any, value: Any) -> Any:
    if kind is bytes:
        return _decode_bytes(value)
    if kind is float:
        return float(_checked(int, value)) if isinstance(value, int) else _checked(float, value)
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError as error:
            raise Malformed from error
    return _checked(kind, value)


def _decode_bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_checked(str, value), validate=True)
    except ValueError as error:
        raise Malformed from error


def _checked(kind: type, value: Any) -> Any:
    """The value, which must be exactly of this type: in JSON `true` is no number."""
    if type(value) is not kind:
        raise Malformed
    return value
