"""The words of pages in each language, and which language a visitor reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})

_MOST: Final = 20
_FILE: Final = re.compile(r"words\.([a-z]{2,3})\.toml")
_WISH: Final = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages. `tag` is its primary subtag; `words` maps names to sentences with {placeholders}."""

    tag: str
    words: Mapping[str, str]

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`, for `dir`."""
        return "rtl" if self.tag in RIGHT_TO_LEFT else "ltr"

    def say(self, name: str, **values: Any) -> str:
        """The sentence of this name. Raises KeyError: a word is missing, or a value."""
        return self.words[name].format(**values)


def languages(folder: Path, first: Sequence[str] = ()) -> Mapping[str, Language]:
    """The languages that have a file `words.<tag>.toml`, by tag; those of the locales in `first` come first."""
    found = ((_FILE.fullmatch(each.name), each) for each in sorted(folder.iterdir()))
    known = {match[1]: Language(match[1], tomllib.loads(path.read_text("utf-8"))) for match, path in found if match}
    order = (*(each.partition("-")[0].lower() for each in first), *known)
    return {tag: known[tag] for tag in order if tag in known}


def choose(known: Sequence[str], *wishes: str, accepted: str = "") -> str:
    """The first wish that is known (a tag; empty for none), else the best of Accept-Language, else the first known."""
    for wish in wishes:
        primary = wish.partition("-")[0].lower()
        if primary in known:
            return primary
    return next((each for each in _accepted(accepted) if each in known), known[0])


def _accepted(header: str) -> list[str]:
    """Primary subtags, best first (RFC 9110, 12.5.4). What cannot be read is left out."""
    found = [_WISH.fullmatch(each) for each in header[:400].split(",")[:_MOST]]
    weighed = [(float(each[2] or 1), each[1].lower()) for each in found if each is not None]
    return [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0]
