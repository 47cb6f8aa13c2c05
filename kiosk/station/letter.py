"""The letter with a PIN: one page, to be printed on sealed paper, and never kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import typst

from kiosk.enrollment.effects import Letter
from kiosk.errors import LetterNotPrinted
from kiosk.resources import fonts, resource
from kiosk.secret import Secret

_GROUP: Final = 4
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_LONGEST: Final = 80
_SOURCE: Final = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of a letter in the language `tag` (BCP 47), by their name: `title`, `for`, `key`, `pin`, `change`,
    `keep`, `damaged`."""

    tag: str
    said: Mapping[str, str]


def words_for(locale: str) -> Words:
    """The words of a letter in this language, in that of its first part ("ar" for "ar-EG"), else in English.

    Raises OSError and ValueError where they cannot be read.
    """
    known: Mapping[str, Mapping[str, str]] = json.loads(resource("templates/letter/words.json").read_text("utf-8"))
    tags = (locale, locale.partition("-")[0], _SOURCE)
    tag = next(tag for tag in tags if tag in known)
    return Words(tag, known[tag])


def rendered(letter: Letter, pin: Secret) -> bytes:
    """The page as PDF, made in memory: nothing is written to a disk. The caller wipes the PIN.

    Nobody is read as markup: what is shown is data of the template. Raises LetterNotPrinted (`not_made`), with nothing
    of what went wrong: a compiler repeats what it was given.
    """
    try:
        return _compiled(letter, words_for(letter.locale), pin)
    except (OSError, ValueError, typst.TypstError):
        raise LetterNotPrinted("not_made") from None


def _compiled(letter: Letter, words: Words, pin: Secret) -> bytes:
    template = resource("templates/letter/pin.typ")
    told = {
        "organization": letter.organization[:_LONGEST],
        "person": letter.person[:_LONGEST],
        "key": " ".join(
            part for part in (letter.model[:_LONGEST], letter.serial_end and f"…{letter.serial_end}") if part
        ),
        "words": dict(words.said),
        "must-change": letter.must_change,
        "rtl": words.tag.partition("-")[0] in _RIGHT_TO_LEFT,
        "lang": words.tag.partition("-")[0],
        "groups": _groups(pin.reveal()),
    }
    faces = sorted({str(face.parent) for face in fonts()})
    made: object = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=typst.Fonts(not faces, False, list(faces)),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    assert isinstance(made, bytes)
    return made


def _groups(pin: str) -> list[str]:
    """Four characters at a time, which are easier to read over."""
    return [pin[start : start + _GROUP] for start in range(0, len(pin), _GROUP)]
