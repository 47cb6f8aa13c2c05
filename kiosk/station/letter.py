"""The letter with a PIN: one page, to be printed on sealed paper, and never kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import typst

from kiosk.resources import fonts, resource
from kiosk.secret import Secret

_GROUP: Final = 4
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Letter:
    """What is in it. `words` are the sentences in the person's language (BCP 47 `locale`), by their name: `title`,
    `for`, `key`, `pin`, `change`, `keep`, `damaged`. `must_change`: the key asks for another PIN at its first use."""

    organization: str
    person: str
    model: str
    serial_end: str
    locale: str
    words: Mapping[str, str]
    must_change: bool = False


def rendered(letter: Letter, pin: Secret) -> bytes:
    """The page as PDF, made in memory: nothing is written to a disk. The caller wipes the PIN.

    Nobody is read as markup: what is shown is data of the template.
    """
    template = resource("templates/letter/pin.typ")
    told = {
        "organization": letter.organization[:_LONGEST],
        "person": letter.person[:_LONGEST],
        "key": " ".join(
            part for part in (letter.model[:_LONGEST], letter.serial_end and f"…{letter.serial_end}") if part
        ),
        "words": dict(letter.words),
        "must-change": letter.must_change,
        "rtl": letter.locale.partition("-")[0] in _RIGHT_TO_LEFT,
        "lang": letter.locale.partition("-")[0],
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
