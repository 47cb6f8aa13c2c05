"""Brings the catalogs up to date: `python resources/i18n/update.py`.

Collects every literal text that `ui/` gives to `translate` or `QT_TRANSLATE_NOOP`, merges the texts into the .ts files
(what is translated stays, what is gone goes) and compiles them. Qt's own lupdate does the same for C++; in Python it
overlooks plurals whose count is more than a number.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import PySide6

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "ui"
_MARKS = ("translate", "say", "QT_TRANSLATE_NOOP")  # `say` is what some pages call QCoreApplication.translate
PLURAL_FORMS = {"ar": 6, "en": 2}
"""How many plural forms a language has, in Qt's order; 2 for all that are not here."""


@dataclass(frozen=True)
class Text:
    """One text to translate. Texts with `%n` have plural forms."""

    context: str
    source: str
    comment: str = ""

    @property
    def plural(self) -> bool:
        """Whether it counts something."""
        return "%n" in self.source


def texts(folder: Path = SOURCES) -> tuple[Text, ...]:
    """Every text of the screens, by context, then in the order of the files."""
    found = dict.fromkeys(text for path in sorted(folder.rglob("*.py")) for text in _texts_of(path))
    return tuple(sorted(found, key=lambda text: text.context))


def _texts_of(path: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in _MARKS:
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if len(words) >= 2:
                yield Text(*words[:3])


def _name(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def known(path: Path) -> dict[Text, ET.Element]:
    """The messages of a catalog."""
    if not path.exists() or not path.stat().st_size:
        return {}
    catalog = ET.parse(path).getroot()  # noqa: S314 - our own file
    return {
        Text(context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", "")): message
        for context in catalog.iter("context")
        for message in context.iter("message")
    }


def merge(path: Path, language: str, wanted: tuple[Text, ...]) -> None:
    """Write the catalog with exactly the wanted texts; new ones are marked unfinished."""
    before = known(path)
    catalog = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ET.Element] = {}
    for text in wanted:
        if text.context not in contexts:
            contexts[text.context] = ET.SubElement(catalog, "context")
            ET.SubElement(contexts[text.context], "name").text = text.context
        contexts[text.context].append(before[text] if text in before else _unfinished(text, language))
    ET.indent(catalog, "    ")
    body = ET.tostring(catalog, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def _unfinished(text: Text, language: str) -> ET.Element:
    message = ET.Element("message", {"numerus": "yes"} if text.plural else {})
    ET.SubElement(message, "source").text = text.source
    if text.comment:
        ET.SubElement(message, "comment").text = text.comment
    translation = ET.SubElement(message, "translation", type="unfinished")
    for _ in range(PLURAL_FORMS.get(language, 2) if text.plural else 0):
        ET.SubElement(translation, "numerusform")
    return message


def compiled(catalog: Path, to: Path) -> None:
    """Compile a .ts into a .qm. Raises CalledProcessError when Qt's lrelease refuses it."""
    tool = Path(PySide6.__file__).parent / ("lrelease.exe" if sys.platform == "win32" else "lrelease")
    subprocess.run([tool, "-silent", catalog, "-qm", to], check=True)  # noqa: S603 - our own files


def main() -> None:
    """Merge and compile every catalog; the source language needs its plurals only."""
    every = texts()
    for path in sorted(HERE.glob("keywright_*.ts")):
        language = path.stem.removeprefix("keywright_")
        wanted = every if language != "en" else tuple(t for t in every if t.plural or t.context == "Language")
        merge(path, language, wanted)
        compiled(path, path.with_suffix(".qm"))


if __name__ == "__main__":
    main()
