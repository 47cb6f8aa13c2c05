"""A strict reader of CTAP2 canonical CBOR (CTAP 2.1 section 8): what a careful key accepts, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from fido2.ctap import CtapError

T = TypeVar("T")

_DEEPEST = 4  # levels of maps and arrays, section 8


def decode(data: bytes) -> Any:
    """The one value that `data` holds. Raises CtapError(INVALID_CBOR) for anything not canonical."""
    reader = _Reader(data)
    value = reader.value(0)
    if reader.at != len(data):
        raise _invalid()
    return value


def need(fields: Mapping[Any, Any], key: int | str, kind: type[T]) -> T:
    """A mandatory member. Raises CtapError(MISSING_PARAMETER) or CtapError(CBOR_UNEXPECTED_TYPE)."""
    value = maybe(fields, key, kind)
    if value is None:
        raise CtapError(CtapError.ERR.MISSING_PARAMETER)
    return value


def maybe(fields: Mapping[Any, Any], key: int | str, kind: type[T]) -> T | None:
    """An optional member. Raises CtapError(CBOR_UNEXPECTED_TYPE)."""
    value = fields.get(key)
    if value is None:
        return None
    if type(value) is not kind:  # a bool is no int here
        raise CtapError(CtapError.ERR.CBOR_UNEXPECTED_TYPE)
    return value


def _invalid() -> CtapError:
    return CtapError(CtapError.ERR.INVALID_CBOR)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def value(self, depth: int) -> Any:
        initial = self._take(1)[0]
        major, additional = initial >> 5, initial & 0x1F
        if major == 7:  # of the simple values only false and true have a meaning in CTAP2
            return self._boolean(additional)
        argument = self._argument(additional)
        match major:
            case 0:
                return argument
            case 1:
                return -1 - argument
            case 2:
                return self._take(argument)
            case 3:
                return self._text(argument)
            case 4:
                return self._array(argument, depth + 1)
            case 5:
                return self._map(argument, depth + 1)
            case _:  # tags are forbidden
                raise _invalid()

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self._data):
            raise _invalid()
        taken = self._data[self.at : end]
        self.at = end
        return taken

    def _argument(self, additional: int) -> int:
        if additional < 24:
            return additional
        if additional > 27:  # reserved, or of indefinite length
            raise _invalid()
        size = 1 << (additional - 24)
        argument = int.from_bytes(self._take(size), "big")
        smallest = 24 if size == 1 else 1 << (4 * size)
        if argument < smallest:  # would have fitted a shorter form
            raise _invalid()
        return argument

    @staticmethod
    def _boolean(additional: int) -> bool:
        if additional not in (20, 21):
            raise _invalid()
        return additional == 21

    def _text(self, length: int) -> str:
        try:
            return self._take(length).decode()
        except UnicodeDecodeError:
            raise _invalid() from None

    def _array(self, length: int, depth: int) -> list[Any]:
        self._check_room(length, depth)
        return [self.value(depth) for _ in range(length)]

    def _map(self, length: int, depth: int) -> dict[int | str, Any]:
        self._check_room(length, depth)
        entries: dict[int | str, Any] = {}
        previous: tuple[int, int, bytes] | None = None
        for _ in range(length):
            start = self.at
            key = self.value(depth)
            if type(key) not in (int, str):
                raise _invalid()
            encoded = self._data[start : self.at]
            order = (encoded[0] >> 5, len(encoded), encoded)
            if previous is not None and order <= previous:  # out of order, or twice
                raise _invalid()
            entries[key] = self.value(depth)
            previous = order
        return entries

    def _check_room(self, length: int, depth: int) -> None:
        """Every element takes a byte, so a longer claim is a lie and no loop is begun for it."""
        if depth > _DEEPEST or length > len(self._data) - self.at:
            raise _invalid()
