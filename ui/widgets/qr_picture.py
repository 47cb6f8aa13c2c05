"""A code that arrives as a picture: checked before anything decodes it, and read back into its modules."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

_LONGEST = 200_000
"""Characters of base64. A code of 2000 px in two colours takes a tenth of it."""
_LEAST, _LARGEST = 21, 2000
"""The side of a picture, in px: the smallest code has 21 modules (ISO/IEC 18004, 7.1)."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
"""The chunks that hold the picture (PNG, 11.2); texts, profiles and times stay unread."""
_FINDER = 7
"""The modules across a finder pattern, whose corner every code begins with."""
_DARK = 128


def decoded(text: str) -> QImage:
    """The picture in this base64, decoded by Qt after its size and shape were checked; a null one where it is none,
    or not one that may be shown: not square, too small, too large, broken."""
    if not text or len(text) > _LONGEST:
        return QImage()
    try:
        data = base64.b64decode(text, validate=True)
        return QImage.fromData(_stripped(data))
    except (binascii.Error, ValueError):
        return QImage()


def modules_of(image: QImage) -> list[list[bool]]:
    """The modules of the code that fills this picture, True is dark; nothing where they are not as regular as those of
    a plain code, so that only the picture itself can be shown."""
    grey = _flat(image)
    area = _dark_area(grey)
    if area.width() < _LEAST or abs(area.width() - area.height()) > 1:
        return []
    run = 0
    while run < area.width() and _is_dark(grey, area.left() + run, area.top()):
        run += 1
    count = round(area.width() * _FINDER / run) if run else 0
    if (count - 17) % 4 or not _LEAST <= count <= 177:
        return []
    step = area.width() / count
    at = [int((index + 0.5) * step) for index in range(count)]
    return [[_is_dark(grey, area.left() + x, area.top() + y) for x in at] for y in at]


def _stripped(data: bytes) -> bytes:
    """The same picture with what is needed to draw it only. Raises ValueError when it is not whole, or of no size that
    is allowed."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("not a PNG")
    kept = [(kind, body) for kind, body in _chunks(data[len(_SIGNATURE) :]) if kind in _NEEDED]
    if not kept or kept[0][0] != b"IHDR" or kept[-1][0] != b"IEND" or len(kept[0][1]) != 13:
        raise ValueError("not whole")
    width, height = (int.from_bytes(kept[0][1][at : at + 4], "big") for at in (0, 4))
    if width != height or not _LEAST <= width <= _LARGEST:
        raise ValueError("of no size that a code has")
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        told = data[at + 8 + length : at + 12 + length]
        if len(body) != length or told != zlib.crc32(kind + body).to_bytes(4, "big"):
            raise ValueError("a broken chunk")
        yield kind, body
        at += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _flat(image: QImage) -> QImage:
    """In grey, on white."""
    if image.isNull():
        return image
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(0xFFFFFFFF)
    painter = QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    return flat.convertToFormat(QImage.Format.Format_Grayscale8)


def _is_dark(grey: QImage, x: int, y: int) -> bool:
    return grey.valid(x, y) and grey.pixelColor(x, y).lightness() < _DARK


def _dark_area(grey: QImage) -> QRect:
    """The smallest box around all that is dark."""
    if grey.isNull():
        return QRect()
    bits, row = bytes(grey.constBits()), grey.bytesPerLine()
    return _box([bits[y * row : y * row + grey.width()] for y in range(grey.height())])


def _box(lines: list[bytes]) -> QRect:
    dark = [[x for x, value in enumerate(line) if value < _DARK] for line in lines]
    rows = [y for y, found in enumerate(dark) if found]
    if not rows:
        return QRect()
    left, right = min(dark[y][0] for y in rows), max(dark[y][-1] for y in rows)
    return QRect(left, rows[0], right - left + 1, rows[-1] - rows[0] + 1)
