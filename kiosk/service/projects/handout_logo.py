"""The logo of sheets: a small SVG or PNG, looked at before anything draws it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, XMLParser

from kiosk.errors import ConfigurationError

LARGEST: Final = 512 * 1024
"""Bytes of a logo."""

_SIDE: Final = 4096  # dots
_PARTS: Final = 5000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_SVG: Final = "{http://www.w3.org/2000/svg}"
_REFUSED: Final = frozenset({"script", "foreignObject", "image", "iframe", "use", "style", "feImage", "text"})
_SETTING: Final = "projects.logo"


def read_logo(path: Path) -> dict[str, Any]:
    """The picture as templates take it. Raises ConfigurationError for what is not a logo."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(_SETTING, "cannot be read") from error
    if len(content) > LARGEST:
        raise ConfigurationError(_SETTING, "is larger than 512 kB")
    if content.startswith(_PNG):
        return _png(content)
    return _svg(content)


def _png(content: bytes) -> dict[str, Any]:
    if len(content) < 33 or content[12:16] != b"IHDR":
        raise ConfigurationError(_SETTING, "is no whole PNG")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= _SIDE and 0 < height <= _SIDE):
        raise ConfigurationError(_SETTING, "has more than 4096 dots a side")
    return {"format": "png", "bytes": list(content), "text": ""}


def _svg(content: bytes) -> dict[str, Any]:
    """Shapes alone: nothing that runs, loads, or is drawn from elsewhere."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(_SETTING, "is neither PNG nor SVG") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ConfigurationError(_SETTING, "has a document type, which logos do not need")
    root = _parsed(text)
    if root.tag != f"{_SVG}svg":
        raise ConfigurationError(_SETTING, "is neither PNG nor SVG")
    parts = list(root.iter())
    if len(parts) > _PARTS:
        raise ConfigurationError(_SETTING, "has more than 5000 parts")
    refused = sorted({part.tag.removeprefix(_SVG) for part in parts} & _REFUSED)
    if refused:
        raise ConfigurationError(_SETTING, f"has {', '.join(refused)}; make paths of it")
    if any("href" in name for part in parts for name in part.attrib):
        raise ConfigurationError(_SETTING, "refers to something else")
    return {"format": "svg", "text": text, "bytes": []}


def _parsed(text: str) -> Element:
    parser = XMLParser()  # noqa: S314 - without a document type there are no entities
    try:
        parser.feed(text)
        root: Element = parser.close()
    except ParseError as error:
        raise ConfigurationError(_SETTING, "is neither PNG nor SVG") from error
    return root
