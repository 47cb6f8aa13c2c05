"""Reads printed sheets as others do: renders them with poppler, and reads their codes with ZXing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
import zxingcpp

DOTS: Final = 203
"""An inch: what label and receipt printers have, and poor office printers."""


def program(name: str) -> str:
    """Where a program of poppler is; skips where there is none, but in continuous integration."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI") != "true":
        pytest.skip("needs the package poppler-utils")
    assert found is not None, "needs the package poppler-utils"
    return found


def asked(name: str, *arguments: str) -> str:
    """What a program of poppler says."""
    return subprocess.run([program(name), *arguments], check=True, capture_output=True, text=True).stdout


def pages(pdf: bytes, folder: Path, dots: int = DOTS) -> list[memoryview]:
    """Each page as dots of gray, as a printer without colors has it."""
    file = folder / "sheet.pdf"
    file.write_bytes(pdf)
    for old in folder.glob("page-*.pgm"):
        old.unlink()
    asked("pdftoppm", "-r", str(dots), "-gray", str(file), str(folder / "page"))
    return [gray(each.read_bytes()) for each in sorted(folder.glob("page-*.pgm"))]


def gray(content: bytes) -> memoryview:
    """A portable graymap (PGM, binary) as rows of dots."""
    magic, width, height, most, dots = content.split(maxsplit=4)
    assert (magic, most) == (b"P5", b"255")
    return memoryview(dots[-int(width) * int(height) :]).cast("B", (int(height), int(width)))


def codes(page: memoryview) -> list[str]:
    """What every code of the page says, sorted."""
    return sorted(each.text for each in zxingcpp.read_barcodes(page))


def middle(page: memoryview, text: str) -> float:
    """How far from the left the middle of the code is that says the text: 0 to 1."""
    (found,) = (each for each in zxingcpp.read_barcodes(page) if each.text == text)
    assert page.shape is not None
    return float(found.position.top_left.x + found.position.bottom_right.x) / 2 / page.shape[1]


def text(pdf: bytes, folder: Path) -> str:
    """What can be searched, copied and read aloud."""
    file = folder / "sheet.pdf"
    file.write_bytes(pdf)
    return " ".join(asked("pdftotext", "-enc", "UTF-8", str(file), "-").split())


def told(pdf: bytes, folder: Path) -> dict[str, str]:
    """What a document says of itself."""
    file = folder / "sheet.pdf"
    file.write_bytes(pdf)
    lines = asked("pdfinfo", str(file)).splitlines()
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def typefaces(pdf: bytes, folder: Path) -> dict[str, bool]:
    """The typefaces of a document, and whether they are in it."""
    file = folder / "sheet.pdf"
    file.write_bytes(pdf)
    rows = [line.split() for line in asked("pdffonts", str(file)).splitlines()[2:]]
    return {row[0].partition("+")[2]: row[-5] == "yes" for row in rows}
