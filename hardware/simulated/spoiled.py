"""Answers of a simulated key that are not what CTAP asks for: right in what they say, wrong in how they say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fido2 import cbor

from hardware.simulated.faults import Faults

_NO_CBOR: Final = b"\0\xbf\xff\xde\xad"  # says success and goes on with nothing that CTAP2 allows
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)  # major types


def spoiled(answer: bytes, faults: Faults) -> bytes:
    """The answer (a status byte and CBOR) as the faults want it."""
    if faults.garbage:
        return _NO_CBOR
    if len(answer) == 1:
        return answer
    if faults.non_canonical:
        answer = answer[:1] + loose(cbor.decode(answer[1:]))
    return answer + faults.extraneous


def loose(value: Any) -> bytes:
    """CBOR that any reader understands and CTAP2 forbids: the longest heads, maps in the wrong order."""
    match value:
        case bool():
            return cbor.encode(value)
        case int():
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            text = value.encode()
            return _head(_TEXT, len(text)) + text
        case Mapping():
            members = (loose(name) + loose(inner) for name, inner in reversed(list(value.items())))
            return _head(_MAP, len(value)) + b"".join(members)
        case _:
            return _head(_ARRAY, len(value)) + b"".join(map(loose, value))


def _head(major: int, argument: int) -> bytes:
    return bytes([major << 5 | 27]) + argument.to_bytes(8, "big")
