"""The picture of a code that somebody else drew: it is shown on our screen, so what it is gets looked at first."""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

LIMIT: Final = 128 * 1024
"""Bytes of a picture at most; the answer that it comes in has twice that."""
SIDE: Final = 2000
"""Dots of a side at most: what is drawn takes 16 MB then, whatever the file says."""
_LEAST: Final = 21
"""Modules of the smallest QR code (ISO/IEC 18004, 6.3): fewer dots hold none."""

_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_DATA: Final = re.compile(r"data:image/png;base64,", re.IGNORECASE)


class BadPicture(ValueError):
    """It is no PNG that may be shown."""


def read_picture(text: str) -> bytes:
    """The PNG in a text of standard base64 (RFC 4648, 4), with `data:image/png;base64,` before it or without.

    What is no part of the image itself (texts, profiles, dates) is left out, so that nothing of it is unpacked by
    whoever draws it. Raises BadPicture.
    """
    prefix = _DATA.match(text)
    coded = text[prefix.end() :] if prefix else text
    if len(coded) > LIMIT * 4 // 3 + 4:
        raise BadPicture("too large")
    try:
        return _clean(base64.b64decode(coded.encode("ascii"), validate=True))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadPicture("not base64") from error


def _clean(data: bytes) -> bytes:
    """The image without its ancillary chunks (ISO/IEC 15948, 5). Raises BadPicture."""
    if not data.startswith(_MAGIC):
        raise BadPicture("not a PNG")
    chunks = list(_chunks(data))
    kinds = [kind for kind, _, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds or kinds.count(b"IHDR") != 1:
        raise BadPicture("not a whole PNG")
    _check_size(chunks[0][1])
    return _MAGIC + b"".join(whole for kind, _, whole in chunks if kind in _KEPT)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The kind of each chunk, what is in it, and all of it. Raises BadPicture."""
    at = len(_MAGIC)
    while at < len(data):
        if len(data) < at + 12:
            raise BadPicture("cut off")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise BadPicture("cut off")
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise BadPicture("damaged")
        yield kind, data[at + 8 : end - 4], data[at:end]
        at = end


def _check_size(header: bytes) -> None:
    if len(header) != 13:
        raise BadPicture("not a PNG")
    width, height = struct.unpack_from(">II", header)
    if not (_LEAST <= width <= SIDE and _LEAST <= height <= SIDE):
        raise BadPicture("of no size that a code has")
