"""Ways to spoil what a key and a computer say to each other: values by their structure, bytes by their place."""

from __future__ import annotations

import copy
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

BORDERS: Final = tuple(
    sign * (1 << bits) + by for bits in (0, 3, 5, 7, 8, 15, 16, 31, 32, 63, 64) for by in (-1, 0, 1) for sign in (1, -1)
)
NAMES: Final = (
    *(
        "id",
        "type",
        "alg",
        "rk",
        "up",
        "uv",
        "name",
        "displayName",
        "public-key",
        "packed",
        "none",
        "x5c",
        "sig",
        "usb",
    ),
    *("clientPin", "credMgmt", "bioEnroll", "alwaysUv", "ep", "authnrCfg", "pinUvAuthToken", "setMinPINLength"),
    *("hmac-secret", "credProtect", "minPinLength", "credBlob", "largeBlobs", "perCredMgmtRO", "FIDO_2_1", "U2F_V2"),
    *("example.com", "\0", "💥" * 40),
)


LENGTHS: Final = (0, 1, 57, 58, 7609, 7610, 0x7FFF, 0xFFFF)
HEADS: Final = tuple(map(bytes.fromhex, ("bb0001", "bf0001", "900001", "860011", "910000")))
"""Of reports that may come between: a keep-alive, an error, an answer, one to INIT, a cancel."""


@dataclass(frozen=True)
class Raw:
    """CBOR as it is, however wrong."""

    data: bytes


ODDITIES: Final = (
    Raw(b"\xf6"),  # null
    Raw(b"\xf7"),  # undefined
    Raw(b"\xf9\x7e\x00"),  # not a number, in half precision
    Raw(b"\xfb\x7f\xef\xff\xff\xff\xff\xff\xff"),  # the largest double
    Raw(b"\xc0\x60"),  # a tag
    Raw(b"\xc2\x58\x40" + b"\xff" * 64),  # a huge integer
    Raw(b"\x9f\xff"),  # an array of no told length
    Raw(b"\xbf\xff"),
    Raw(b"\x5f\x41\x00\xff"),
    Raw(b"\xff"),  # the end of something that never began
    Raw(b"\x1c"),  # reserved
    Raw(b"\xf8\x14"),  # false, the long way
    Raw(b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"),  # bytes that nobody can hold
    Raw(b"\x9b\x00\x00\x00\xff\xff\xff\xff\xff"),
    Raw(b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff"),
    Raw(b"\x7a\x00\x00\xff\xff"),
    Raw(b"\x61\xff"),  # text that is none
    Raw(b"\x63\xed\xa0\x80"),  # half a surrogate pair
    Raw(b"\x81" * 5000),  # deeper than any stack
    Raw(b"\xa1\x00" * 600),
    Raw(b"\xa2\x01\x00\x01\x01"),  # a name twice
    Raw(b"\xa1\xa0\xa0"),  # a map for a name
    Raw(b"\xa1\x80\x00"),  # an array for a name
)


def encode(value: Any, random: Random | None = None) -> bytes:
    """CBOR in the order given; with `random`, now and then with a head longer than it need be."""
    match value:
        case Raw():
            return value.data
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            major, argument = (0, value) if value >= 0 else (1, -1 - value)
            return _head(major, argument, random) if argument < 1 << 64 else b"\xc2\x49" + bytes(9)
        case bytes():
            return _head(2, len(value), random) + value
        case str():
            text = value.encode(errors="surrogatepass")
            return _head(3, len(text), random) + text
        case list() | tuple():
            return _head(4, len(value), random) + b"".join(encode(each, random) for each in value)
        case dict():
            inner = b"".join(encode(name, random) + encode(each, random) for name, each in value.items())
            return _head(5, len(value), random) + inner
    raise TypeError(type(value))


def _head(major: int, argument: int, random: Random | None) -> bytes:
    size = (
        0 if argument < 24 else 1 if argument < 1 << 8 else 2 if argument < 1 << 16 else 4 if argument < 1 << 32 else 8
    )
    if random is not None and random.random() < 0.02:
        size = max(size, random.choice((1, 2, 4, 8)))
    if size == 0:
        return bytes([major << 5 | argument])
    return bytes([major << 5 | 23 + size.bit_length()]) + argument.to_bytes(size, "big")


class Mutator:
    """Spoils what it is given, never in place, by one source of chance."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._changes: Sequence[Callable[[Any, Any], None]] = (
            self._exchange, self._exchange, self._leave_out, self._add, self._nudge, self._nudge, self._move,
        )  # fmt: skip

    def value(self, seed: Any) -> Any:
        """The value with one to three things changed at any depth."""
        spoiled = [copy.deepcopy(seed)]
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            inside: Any = spoiled
            at: Any = 0
            while isinstance(inside[at], list | dict) and inside[at] and self._random.random() < 0.75:
                inside = inside[at]
                at = (
                    self._random.choice(list(inside))
                    if isinstance(inside, dict)
                    else self._random.randrange(len(inside))
                )
            self._random.choice(self._changes)(inside, at)
            if not spoiled:
                return self.anything()
        return spoiled[0]

    def anything(self, depth: int = 0) -> Any:
        """A value of any kind."""
        random = self._random
        match random.randrange(9 if depth < 3 else 6):
            case 0:
                return random.choice(BORDERS)
            case 1:
                return random.randbytes(random.choice((0, 1, 15, 16, 17, 31, 32, 33, 64, 65, 200, 1100)))
            case 2:
                return random.choice(NAMES)
            case 3:
                return random.random() < 0.5
            case 4:
                return random.choice(ODDITIES)
            case 5:
                return random.randrange(-30, 64)
            case 6:
                return [self.anything(depth + 1) for _ in range(random.randrange(4))]
            case _:
                return {self._name(): self.anything(depth + 1) for _ in range(random.randrange(4))}

    def _name(self) -> int | str:
        return self._random.choice(NAMES) if self._random.random() < 0.4 else self._random.randrange(-4, 34)

    def _exchange(self, inside: Any, at: Any) -> None:
        inside[at] = self.anything()

    def _leave_out(self, inside: Any, at: Any) -> None:
        del inside[at]

    def _add(self, inside: Any, at: Any) -> None:
        if isinstance(inside[at], dict):
            inside[at][self._name()] = self.anything()
        elif isinstance(inside[at], list):
            inside[at] += [copy.deepcopy(self._random.choice([*inside[at], self.anything()]))] * self._random.choice(
                (1, 40)
            )
        elif isinstance(inside, dict):
            inside[self._name()] = copy.deepcopy(inside[at])
        else:
            inside[at] = [inside[at]]

    def _nudge(self, inside: Any, at: Any) -> None:
        """Nearly what it was: a bit, a byte, one more."""
        value, random = inside[at], self._random
        match value:
            case bool():
                inside[at] = random.choice((not value, int(value)))
            case int():
                inside[at] = random.choice((value + 1, value - 1, -value, value << 8, bool(value), str(value)))
            case bytes():
                inside[at] = self.spoiled(value)
            case str():
                inside[at] = random.choice((value + "x", value[:-1], value.upper(), value * 300, value.encode()))
            case list() if value:
                inside[at] = random.choice((value[::-1], value[:-1], value * 2, dict(enumerate(value))))
            case dict() if value:
                inside[at] = random.choice((dict(reversed(value.items())), list(value.values()), list(value.items())))
            case _:
                inside[at] = self.anything()

    def _move(self, inside: Any, at: Any) -> None:
        """What belongs to one member is another's."""
        others = list(inside) if isinstance(inside, dict) else range(len(inside))
        other = self._random.choice(list(others))
        inside[at], inside[other] = inside[other], inside[at]

    def spoiled(self, seed: bytes) -> bytes:
        """The bytes with a few of them changed, missing, or too many."""
        random, spoiled = self._random, bytearray(seed)
        for _ in range(random.choice((1, 1, 2, 5))):
            at = random.randrange(len(spoiled) + 1)
            match random.randrange(6):
                case 0:
                    del spoiled[at:]
                case 1:
                    del spoiled[at : at + random.choice((1, 2, 8))]
                case 2:
                    spoiled[at:at] = random.randbytes(random.choice((1, 2, 9, 70)))
                case 3 if at < len(spoiled):
                    spoiled[at] ^= 1 << random.randrange(8)
                case 4 if at < len(spoiled):
                    spoiled[at] = random.choice((0, 1, 0x7F, 0x80, 0xFF))
                case _:
                    spoiled[at:at] = spoiled[at : at + random.choice((1, 8, 64))]
        return bytes(spoiled)

    def message(self, seed: Any) -> bytes:
        """The CBOR of a value, spoiled in its structure, its bytes or both."""
        chance = self._random.random()
        value = self.value(seed) if chance < 0.85 else seed
        data = encode(value, self._random)
        return self.spoiled(data) if chance > 0.75 else data

    def reports(self, reports: Sequence[bytes]) -> list[bytes]:
        """The reports of one message: some changed, doubled, lost or shuffled, and strangers among them."""
        random, spoiled = self._random, list(reports)
        for _ in range(random.choice((1, 1, 2, 4))):
            at = random.randrange(len(spoiled) or 1)
            report = spoiled[at] if spoiled else bytes(64)
            spoiled[at : at + 1] = random.choice((
                [],
                [report] * random.choice((2, 3, 300)),
                [random.randbytes(4) + report[4:]],
                [report[:4] + random.randbytes(1) + report[5:]],
                [report[:5] + struct.pack(">H", random.choice(LENGTHS)) + report[7:]],
                [report[:4] + random.choice(HEADS) + random.randbytes(57), report],
                [self.spoiled(report)],
                [self.spoiled(report)[:64].ljust(64, b"\0")],
            ))  # fmt: skip
            if random.random() < 0.1:
                random.shuffle(spoiled)
        return spoiled
