"""The flash memory of a simulated key: one record, replaced page by page, and after a power loss the old or the new.

There are two slots. A record is written to the one that does not hold the current record, and the page that makes it
count, with its number and its digest, comes last. A page that was being written when the power went is torn: its first
half is new.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final

PAGE: Final = 512
_HEAD: Final = struct.Struct(">QI32s")  # number of the record, its length, digest over both and the record


class PowerLost(Exception):
    """The power went while a page was written."""


class Flash:
    """`fails_in` n lets the power go during the n-th page from now, once; `pages` counts those written so far."""

    def __init__(self) -> None:
        self._slots = (bytearray(), bytearray())
        self.fails_in: int | None = None
        self.pages = 0

    def read(self) -> bytes | None:
        """The current record; None while there is none."""
        held = max((self._held(slot) for slot in self._slots), key=lambda each: each[0])
        return held[1]

    def write(self, record: bytes) -> None:
        """Replace the record. Raises PowerLost, after which `read` gives the old one or this one."""
        numbers = [self._held(slot)[0] for slot in self._slots]
        slot, number = self._slots[numbers.index(min(numbers))], max(numbers) + 1
        self._program(slot, 0, bytes(_HEAD.size))  # what it held counts no more
        for at in range(0, len(record), PAGE):
            self._program(slot, _HEAD.size + at, record[at : at + PAGE])
        head = struct.pack(">QI", number, len(record))
        self._program(slot, 0, head + hashlib.sha256(head + record).digest())

    def _program(self, slot: bytearray, at: int, page: bytes) -> None:
        if self.fails_in == 1:
            self.fails_in = None
            half = len(page) // 2
            slot[at : at + half] = page[:half]
            raise PowerLost
        if self.fails_in is not None:
            self.fails_in -= 1
        slot[at : at + len(page)] = page
        self.pages += 1

    @staticmethod
    def _held(slot: bytearray) -> tuple[int, bytes | None]:
        """The number and the record of a slot, (0, None) when it holds none that is whole."""
        if len(slot) < _HEAD.size:
            return 0, None
        number, length, digest = _HEAD.unpack_from(slot)
        record = bytes(slot[_HEAD.size : _HEAD.size + length])
        whole = number > 0 and hashlib.sha256(slot[:12] + record).digest() == digest
        return (number, record) if whole else (0, None)
