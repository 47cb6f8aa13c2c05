"""Where the letters are on the on-screen keyboard, for each language that has a layout of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Three rows of letters; `cased` when a shift key makes sense; `name` is what the key that leads here says."""

    name: str
    rows: tuple[str, str, str]
    cased: bool = True


LATIN = Layout("abc", ("qwertyuiop", "asdfghjkl", "zxcvbnm"))
_GERMAN = Layout("abc", ("qwertzuiopü", "asdfghjklöä", "yxcvbnmß"))
_FRENCH = Layout("abc", ("azertyuiop", "qsdfghjklm", "wxcvbnéè"))
_ARABIC = Layout("أبج", ("ضصثقفغعهخحجد", "شسيبلاتنمكطذ", "ئءؤرىةوزظأإ"), cased=False)

DIGITS = Layout("123", ("1234567890", "-/:;()+&#%", "._,'\"!?*="), cased=False)
ACCENTS = Layout("éñ", ("àáâäãåæçèé", "êëìíîïñòóô", "öøœùúûüýÿß"))
"""Letters of names that the Latin rows lack."""

_BY_LANGUAGE = {"de": _GERMAN, "fr": _FRENCH, "ar": _ARABIC}


def layouts_for(locale: str, *, latin_only: bool) -> tuple[Layout, ...]:
    """The letter layouts for a language, the first to show first. Mail addresses and the like are Latin in all."""
    own = _BY_LANGUAGE.get(locale.partition("-")[0], LATIN)
    if own.cased:
        return (own,)
    return (LATIN,) if latin_only else (own, LATIN)
