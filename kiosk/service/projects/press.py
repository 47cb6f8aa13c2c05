"""Prints hand-outs: typst makes PDF, PNG and SVG of our templates and of data, without a network and off the loop."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from threading import BoundedSemaphore, Lock
from typing import Any, Final

import typst

from kiosk.resources import fonts, resource

FACES: Final = ("Manrope", "Inter", "Noto Sans Arabic UI")
"""What sheets are drawn with; names in other letters take what is there besides."""

_AT_ONCE: Final = 2
_PATIENCE: Final = 20.0  # seconds
_PDF_UA: Final = "ua-1"
_DOTS: Final = 203.0  # per inch: what label and receipt printers have


class Form(StrEnum):
    """What a sheet may be made as."""

    PDF = "pdf"
    PNG = "png"
    SVG = "svg"


class Unprintable(Exception):
    """The sheet cannot be printed here, for `reasons`: a typeface that is not installed, letters that none has, or no
    address that phones could open."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class PressBusy(Unprintable):
    """Too many sheets at once; again in `retry_after` seconds."""

    retry_after = 5


class Press:
    """Prints a few sheets at once, for each takes a core; others wait `patience` seconds. Safe between threads."""

    def __init__(self, at_once: int = _AT_ONCE, patience: float = _PATIENCE) -> None:
        self._turns, self._patience, self._lock = BoundedSemaphore(at_once), patience, Lock()
        self._faces: typst.Fonts | None = None

    def pages(self, sheet: str, data: Mapping[str, Any], form: Form, dots: float = _DOTS) -> tuple[bytes, ...]:
        """The sheet as one PDF (PDF/UA-1: tagged, with its typefaces in it), or as one picture a page.

        `data` is what the template shows; none of it is read as markup. `dots` an inch are for PNG. Raises Unprintable.
        """
        with self.turn():
            try:
                printed = self._made(sheet, data, Form.PDF, dots)  # which alone says what letters no typeface has
                return printed if form is Form.PDF else self._made(sheet, data, form, dots)
            except typst.TypstError as error:
                raise Unprintable(" ".join(error.message.split())[:200]) from None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place among the few. Raises PressBusy."""
        if not self._turns.acquire(timeout=self._patience):
            raise PressBusy("busy")
        try:
            yield
        finally:
            self._turns.release()

    def _made(self, sheet: str, data: Mapping[str, Any], form: Form, dots: float) -> tuple[bytes, ...]:
        template = resource(f"templates/handouts/{sheet}.typ")
        made: object = typst.compile(
            str(template),
            root=str(template.parent),
            font_paths=self._fonts(),
            ignore_system_fonts=True,
            format=form.value,
            ppi=dots,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[_PDF_UA] if form is Form.PDF else [],
        )
        return _pages(made)

    def _fonts(self) -> typst.Fonts:
        """Those that are shipped, or those of the system where none are; looked for once."""
        with self._lock:
            if self._faces is None:
                folders = sorted({str(face.parent) for face in fonts()})
                found = typst.Fonts(not folders, False, list(folders))
                missing = [face for face in FACES if face not in found.families()]
                if missing:
                    raise Unprintable(*(f"typeface missing: {face}" for face in missing))
                self._faces = found
            return self._faces


def _pages(made: object) -> tuple[bytes, ...]:
    """One file, or one for each page: the library's own description of its answer leaves the latter out."""
    return tuple(made) if isinstance(made, list) else (made,) if isinstance(made, bytes) else ()
