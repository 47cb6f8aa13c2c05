"""Compares names as lists of people write them, pure: without case, accents, order and punctuation, and with typos.

A list that is searched for near names is an index from words to entries; a word is near another within a few edits.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kiosk.service.screening.connector import Finding, Screened

Words = tuple[str, ...]
"""The words of a name, folded, in alphabetical order."""

_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Latin letters that are no letter with a mark (Unicode decomposes only those)."""

_JOINING: Final = frozenset("'`´\u2018\u2019\u02bc\u02bb\u200c\u200d\u00ad")
_FULL_NAME: Final = 2
_SHORT, _MIDDLING = 3, 7


def words(name: str) -> Words:
    """The words of a name. Apostrophes join (`O'Brien` is one word), every other sign parts."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold()).translate(_LETTERS)
    kept = (each for each in plain if unicodedata.category(each)[0] != "M" and each not in _JOINING)
    return tuple(sorted("".join(each if each.isalnum() else " " for each in kept).split()))


def allowed_edits(word: str, other: str) -> int:
    """How many edits apart two words may be and still be near: none for short ones, which are all alike."""
    shortest = min(len(word), len(other))
    if shortest <= _SHORT:
        return 0
    return 1 if shortest <= _MIDDLING else 2


def near(word: str, other: str) -> bool:
    """Whether one word may be the other with a typo: letters wrong, missing, too many, or two of them swapped."""
    most = allowed_edits(word, other)
    return word == other or (most > 0 and _within(word, other, most))


def _within(word: str, other: str, most: int) -> bool:
    """Whether at most so many edits part them (optimal string alignment, given up as soon as it is more)."""
    if abs(len(word) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        following = [i]
        for j, place in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != place))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == place:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > most:
            return False
        before, row = row, following
    return row[-1] <= most


def compare(name: Words, listed: Words) -> Finding:
    """A hit where the words are the same; possible where they are near, where one name has words that the other leaves
    out (but a first and a last one), or where they are only parted in other places."""
    if not name or not listed:
        return Finding.CLEAR
    if name == listed:
        return Finding.HIT
    shorter, longer = sorted((name, listed), key=len)
    if len(shorter) == len(longer) or len(shorter) >= _FULL_NAME:
        return Finding.POSSIBLE if _paired(shorter, longer) else _run_together(name, listed)
    return _run_together(name, listed)


def _run_together(name: Words, listed: Words) -> Finding:
    """`Al Sayed` and `Alsayed`: the same letters, however they are parted."""
    return Finding.POSSIBLE if sorted("".join(name)) == sorted("".join(listed)) else Finding.CLEAR


def _paired(shorter: Words, longer: Words) -> bool:
    """Whether each word of the shorter name has a near one of its own in the longer (a matching in a small graph)."""
    taken: dict[int, str] = {}

    def find(word: str, seen: set[int]) -> bool:
        for place, other in enumerate(longer):
            if place in seen or not near(word, other):
                continue
            seen.add(place)
            if place not in taken or find(taken[place], seen):
                taken[place] = word
                return True
        return False

    return all(find(word, set()) for word in shorter)


@dataclass(frozen=True, slots=True)
class Entry:
    """A name of a list, and the list's own word for it."""

    name: Words
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """A list of names, made to be searched."""

    entries: Sequence[Entry] = field(repr=False)
    _by_word: Mapping[str, Sequence[int]] = field(repr=False)
    _by_length: Mapping[int, Sequence[tuple[int, str]]] = field(repr=False)
    _by_letters: Mapping[str, Sequence[int]] = field(repr=False)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Names:
        """An index over the entries that have a name."""
        kept = [each for each in entries if each.name]
        by_word, by_letters = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        for number, entry in enumerate(kept):
            by_letters[_letters(entry.name)].append(number)
            for word in set(entry.name):
                by_word[word].append(number)
        by_length = defaultdict[int, list[tuple[int, str]]](list)
        for word in by_word:
            by_length[len(word)].append((_mask(word), word))
        return cls(kept, dict(by_word), dict(by_length), dict(by_letters))

    def find(self, name: Words) -> Screened:
        """The worst that the list says of this name."""
        possible: Entry | None = None
        for number in sorted(self._candidates(name)):
            entry = self.entries[number]
            match compare(name, entry.name):
                case Finding.HIT:
                    return Screened(Finding.HIT, entry.reference)
                case Finding.POSSIBLE:
                    possible = possible or entry
                case Finding.CLEAR:
                    pass
        return Screened(Finding.CLEAR) if possible is None else Screened(Finding.POSSIBLE, possible.reference)

    def _candidates(self, name: Words) -> set[int]:
        """Every entry that may be more than clear: it has the same letters, or a near word for each of the words of the
        shorter name."""
        hits = Counter[int]()
        for word in name:
            hits.update({number for other in self._near(word) for number in self._by_word[other]})
        found = {number for number, count in hits.items() if count >= min(len(name), len(self.entries[number].name))}
        return found.union(self._by_letters.get(_letters(name), ()))

    def _near(self, word: str) -> Iterator[str]:
        """The words of the list that are near. One edit changes which letters there are by two at most, so most words
        need no closer look."""
        widest, mask = allowed_edits(word, word), _mask(word)
        for length in range(len(word) - widest, len(word) + widest + 1):
            for letters, other in self._by_length.get(length, ()):
                if (letters ^ mask).bit_count() <= 2 * widest and near(word, other):
                    yield other


def _mask(word: str) -> int:
    """Which letters a word has, as bits; letters far apart may share one."""
    mask = 0
    for letter in word:
        mask |= 1 << (ord(letter) & 63)
    return mask


def _letters(name: Words) -> str:
    return "".join(sorted("".join(name)))
