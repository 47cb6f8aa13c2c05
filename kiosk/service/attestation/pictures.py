"""Pictures of keys out of metadata: plain PNG of a sensible size, and nothing else.

SVG is a language that can run and fetch, so it is not taken. Of a PNG only what draws is kept: texts, profiles and
animations go (PNG, third edition, section 5).
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Final

LARGEST: Final = 256 * 1024
"""Bytes of a picture."""
WIDEST: Final = 1024
"""Pixels, each way."""

_PREFIX: Final = "data:image/png;base64,"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_DRAWS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def picture(icon: object) -> str:
    """The data URL, cleaned; empty for what is no picture or none that is wanted."""
    if not isinstance(icon, str) or not icon.startswith(_PREFIX) or len(icon) > 2 * LARGEST:
        return ""
    try:
        drawn = _plain(base64.b64decode("".join(icon[len(_PREFIX) :].split()), validate=True))
    except (ValueError, struct.error):
        return ""
    return _PREFIX + base64.b64encode(drawn).decode()


def _plain(png: bytes) -> bytes:
    """Raises ValueError, struct.error."""
    kinds, kept = [], bytearray(_SIGNATURE)
    if len(png) > LARGEST or not png.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    for kind, content, whole in _chunks(png):
        if kind == b"IHDR" and not all(0 < side <= WIDEST for side in struct.unpack(">II", content[:8])):
            raise ValueError("too wide")
        if kind in _DRAWS:
            kinds.append(kind)
            kept += whole
    if not kinds or kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        raise ValueError("not whole")
    return bytes(kept)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Type, content, and the whole chunk, up to IEND."""
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", png, at)
        whole = png[at : at + 12 + length]
        kind, content = whole[4:8], whole[8:-4]
        if len(whole) != 12 + length or struct.pack(">I", zlib.crc32(kind + content)) != whole[-4:]:
            raise ValueError("damaged")
        yield kind, content, whole
        at += len(whole)
