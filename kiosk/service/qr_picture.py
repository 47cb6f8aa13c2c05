"""QR codes (ISO/IEC 18004) as pictures: a PNG of one bit a dot (ISO/IEC 15948), or one path of SVG."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode

QUIET: Final = 4
"""Modules of white around it."""

Modules = list[list[bool]]
"""Rows of squares, true where it is dark."""


def modules(text: str, *, sturdy: bool = False) -> Modules:
    """The text as a QR code, with the white around it; `sturdy` for paper, which gets scratched: a quarter of it may be
    gone."""
    code: QRCode[object] = QRCode(error_correction=ERROR_CORRECT_Q if sturdy else ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    return [[bool(dot) for dot in row] for row in code.get_matrix()]


def png(dark: Modules, scale: int) -> bytes:
    """A picture of black and white squares, each `scale` dots wide."""
    lines = [_line([not dot for dot in row for _ in range(scale)]) for row in dark]
    packed = zlib.compress(b"".join(b"\0" + line for line in lines for _ in range(scale)), 9)
    header = struct.pack(">IIBBBBB", len(dark[0]) * scale, len(dark) * scale, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def svg(dark: Modules, title: str = "") -> str:
    """The same as SVG, black on white whatever is around it, without a style: it may stand in a page whose policy
    allows none. `title` is what screen readers say; an empty one hides it from them."""
    size = len(dark)
    spoken = f'role="img" aria-label="{_quoted(title)}"' if title else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" {spoken}>'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{"".join(_runs(dark))}"/></svg>'
    )


def _runs(dark: Modules) -> list[str]:
    """Each run of dark squares in a row as one rectangle."""
    found = []
    for y, row in enumerate(dark):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                found.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = end + 1
    return found


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _line(light: list[bool]) -> bytes:
    padded = [*light, *[False] * (-len(light) % 8)]
    return bytes(
        sum(bit << (7 - place) for place, bit in enumerate(padded[start : start + 8]))
        for start in range(0, len(padded), 8)
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
