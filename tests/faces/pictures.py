"""Pictures of QR codes as others draw them, and a reader of such pictures: PNG of one gray channel without filters."""

from __future__ import annotations

import struct
import zlib
from typing import cast

import zxingcpp

MAGIC = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def gray_png(rows: list[bytes], *extra: bytes) -> bytes:
    """Eight bits a dot; `extra` chunks stand before the image."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0))
    packed = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return MAGIC + header + b"".join(extra) + packed + chunk(b"IEND", b"")


def qr_png(text: str) -> bytes:
    """The text as a QR code, with a note in the file as drawing programs leave it."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn = memoryview(cast("bytes", zxingcpp.write_barcode_to_image(made, scale=4, add_quiet_zones=True)))
    assert drawn.shape is not None
    height, width = drawn.shape
    dots = drawn.tobytes()
    rows = [dots[at : at + width] for at in range(0, height * width, width)]
    return gray_png(rows, chunk(b"tEXt", b"Software\0drawn by hand"))


def read_qr(picture: bytes) -> str:
    """What a phone reads in it. It must hold one code."""
    (found,) = zxingcpp.read_barcodes(dots(picture))
    return str(found.text)


def dots(picture: bytes) -> memoryview:
    """The brightness of every dot, by rows."""
    assert picture.startswith(MAGIC)
    chunks, rest = dict[bytes, bytes](), picture[8:]
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        kind, content = rest[4:8], rest[8 : 8 + length]
        assert rest[8 + length : 12 + length] == struct.pack(">I", zlib.crc32(kind + content))
        chunks[kind], rest = chunks.get(kind, b"") + content, rest[12 + length :]
    width, height, depth, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert form == [0, 0, 0, 0]
    assert depth in (1, 8)
    lines, wide = zlib.decompress(chunks[b"IDAT"]), 1 + (width * depth + 7) // 8
    assert len(lines) == wide * height
    found = bytearray()
    for start in range(0, len(lines), wide):
        assert lines[start] == 0
        line = lines[start + 1 : start + wide]
        if depth == 1:
            line = bytes(255 * int(bit) for byte in line for bit in f"{byte:08b}")
        found += line[:width]
    return memoryview(bytes(found)).cast("B", [height, width])
