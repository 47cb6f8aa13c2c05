"""The QR code of a set-up as a picture: a PNG of one bit a dot (ISO/IEC 15948), as a data URL."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Final

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

_SCALE: Final = 6
_QUIET: Final = 4  # modules of white around it (ISO/IEC 18004)


def qr_data_url(text: str) -> str:
    """The text as a QR code, `data:image/png;base64,…`."""
    code: QRCode[object] = QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text)
    return "data:image/png;base64," + base64.b64encode(png(code.get_matrix(), _SCALE)).decode()


def png(dark: list[list[bool]], scale: int) -> bytes:
    """A picture of black and white squares, each `scale` dots wide."""
    lines = [_line([not dot for dot in row for _ in range(scale)]) for row in dark]
    packed = zlib.compress(b"".join(b"\0" + line for line in lines for _ in range(scale)), 9)
    header = struct.pack(">IIBBBBB", len(dark[0]) * scale, len(dark) * scale, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _line(light: list[bool]) -> bytes:
    padded = [*light, *[False] * (-len(light) % 8)]
    return bytes(
        sum(bit << (7 - place) for place, bit in enumerate(padded[start : start + 8]))
        for start in range(0, len(padded), 8)
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
