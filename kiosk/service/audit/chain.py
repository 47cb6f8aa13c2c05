"""The chain of the trail, pure: what an entry's hash is made of, and whether a row of entries is whole.

    hash(n) = SHA-256 of [n, hash(n-1), at, event, tenant, site, reference, who, about]
    who, about = SHA-256 of a salt and the fields that tell of people: the actor; the subject, the reason, the details

A person is taken out of an entry by blanking such fields and forgetting their salt. Their commitment stays, and with it
the chain: nobody can tell any more what it stood for, not even by trying names. Each erasure is an entry of its own
that names the numbers, so that none is silent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from kiosk.signing import canonical

GENESIS: Final = "0" * 64
"""What the first entry follows."""
ERASED: Final = "audit_erased"
"""The event that tells which entries do not name their people any more."""
SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is kept. Salts and hashes are hexadecimal; a salt is empty where the fields were erased."""

    number: int
    at: datetime
    event: str
    tenant: str
    site: str
    reference: str
    actor: str
    subject: str
    reason: str
    details: Mapping[str, Any]
    who_salt: str
    who: str
    about_salt: str
    about: str
    hash: str


class Fault(StrEnum):
    """What is wrong, and at which entry."""

    GAP = "gap"
    CHANGED = "changed"
    BROKEN = "broken"
    ERASED_SILENTLY = "erased_silently"
    HEAD = "head"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its number (0 for none) and its hash."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """Whether a chain is whole. `head` is the last entry that follows from the first; `fault` the first thing that is
    wrong, at the entry `at` (0 for none); `erased` how many entries were erased, with a record of it."""

    head: Head
    entries: int
    erased: int = 0
    anchored: int = 0
    fault: Fault | None = None
    at: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None


def commitment(salt: str, fields: Sequence[Any]) -> str:
    """What stands for fields that tell of people."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(fields)).hexdigest()


def hashed(entry: Entry, previous: str) -> str:
    """The hash of an entry that follows another one."""
    told = (entry.number, previous, _time(entry.at), entry.event, entry.tenant, entry.site, entry.reference)
    return hashlib.sha256(canonical([*told, entry.who, entry.about])).hexdigest()


def about_of(subject: str, reason: str, details: Mapping[str, Any]) -> list[Any]:
    """The fields behind `about`, in their order."""
    return [subject, reason, dict(details)]


@dataclass
class Verifier:
    """Follows a chain entry by entry, in constant memory. `anchors` are hashes by number, from outside."""

    anchors: Mapping[int, str] = field(default_factory=dict)
    head: Head = Head()
    entries: int = 0
    anchored: int = 0
    _erased: list[tuple[int, int]] = field(default_factory=list)
    _told: list[tuple[int, int]] = field(default_factory=list)

    def follow(self, entry: Entry) -> ChainVerdict | None:
        """The verdict, if this entry does not follow from those before it."""
        if entry.number != self.head.number + 1:
            return self._wrong(Fault.GAP, self.head.number + 1)
        if not _committed(entry):
            return self._wrong(Fault.CHANGED, entry.number)
        if hashed(entry, self.head.hash) != entry.hash:
            return self._wrong(Fault.BROKEN, entry.number)
        if self.anchors.get(entry.number, entry.hash) != entry.hash:
            return self._wrong(Fault.ANCHOR, entry.number)
        self.anchored += entry.number in self.anchors
        if not (entry.who_salt and entry.about_salt):
            _add(self._erased, entry.number)
        if entry.event == ERASED:
            self._told += ranges_of(str(entry.details.get("numbers", "")))
        self.head, self.entries = Head(entry.number, entry.hash), self.entries + 1
        return None

    def end(self, head: Head | None = None) -> ChainVerdict:
        """The verdict at the end; `head` is what the last entry must be, where that is known from elsewhere."""
        if head is not None and head != self.head:
            return self._wrong(Fault.HEAD, max(head.number, self.head.number))
        if missing := [number for number in self.anchors if number > self.head.number]:
            return self._wrong(Fault.ANCHOR, min(missing))
        silent = _not_in(self._erased, self._told)
        if silent is not None:
            return self._wrong(Fault.ERASED_SILENTLY, silent)
        return ChainVerdict(self.head, self.entries, self._count(), self.anchored)

    def _wrong(self, fault: Fault, at: int) -> ChainVerdict:
        return ChainVerdict(self.head, self.entries, self._count(), self.anchored, fault, at)

    def _count(self) -> int:
        return sum(last - first + 1 for first, last in self._erased)


def verify(
    entries: Iterable[Entry], head: Head | None = None, anchors: Mapping[int, str] | None = None
) -> ChainVerdict:
    """Whether these entries are a whole chain, from the first."""
    verifier = Verifier(anchors or {})
    for entry in entries:
        if wrong := verifier.follow(entry):
            return wrong
    return verifier.end(head)


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as they are written down: `3 7-9`."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        _add(found, number)
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def ranges_of(text: str) -> list[tuple[int, int]]:
    """What `ranges` wrote; what is none is left out."""
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        if first.isascii() and first.isdigit() and (not last or (last.isascii() and last.isdigit())):
            found.append((int(first), int(last or first)))
    return found


def _committed(entry: Entry) -> bool:
    """Whether the fields that tell of people are those that were committed to, or blank where they were erased."""
    who = _same(entry.who_salt, [entry.actor], entry.who) if entry.who_salt else not entry.actor
    if entry.about_salt:
        return who and _same(entry.about_salt, about_of(entry.subject, entry.reason, entry.details), entry.about)
    return who and entry.event != ERASED and not (entry.subject or entry.reason or entry.details)


def _same(salt: str, fields: Sequence[Any], wanted: str) -> bool:
    try:
        return len(salt) == 2 * SALT_BYTES and commitment(salt, fields) == wanted
    except (ValueError, TypeError):
        return False


def _add(found: list[tuple[int, int]], number: int) -> None:
    if found and found[-1][1] == number - 1:
        found[-1] = found[-1][0], number
    elif not found or found[-1][1] < number:
        found.append((number, number))


def _not_in(wanted: list[tuple[int, int]], told: list[tuple[int, int]]) -> int | None:
    """The first wanted number that nothing told of."""
    covering = sorted(told)
    index = 0
    for first, last in wanted:
        number = first
        while number <= last:
            while index < len(covering) and covering[index][1] < number:
                index += 1
            if index == len(covering) or covering[index][0] > number:
                return number
            number = covering[index][1] + 1
    return None


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
