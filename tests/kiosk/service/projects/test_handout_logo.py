"""A logo is shapes and nothing else, and small."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.errors import ConfigurationError
from kiosk.resources import resource
from kiosk.service.projects.handout_data import Handout, Sheet, data_of
from kiosk.service.projects.handout_logo import LARGEST, read_logo
from kiosk.service.projects.handouts import words
from kiosk.service.projects.press import Form, Press
from kiosk.service.qr_picture import modules, png
from tests.kiosk.service.projects.test_handouts import LINK, a_row

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"{}>{}</svg>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        png(modules("x"), 1)[:16] + (5000).to_bytes(4) + png(modules("x"), 1)[20:],
        b"\xff\xfe\x00",
        b"<html/>",
        b"<svg/>",
        SVG.format("", "<path").encode(),
        SVG.format("", "<script/>").encode(),
        SVG.format("", '<image href="file:///etc/passwd"/>').encode(),
        SVG.format("", "<text>words</text>").encode(),
        SVG.format("", '<foreignObject xmlns="http://www.w3.org/2000/svg"/>').encode(),
        SVG.format(' xmlns:x="http://www.w3.org/1999/xlink"', '<a x:href="https://example.org/"/>').encode(),
        SVG.format("", "<g>" * 5001 + "</g>" * 5001).encode(),
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("", "<title>&a;</title>").encode(),
        SVG.format("", " " * LARGEST).encode(),
    ],
)
def test_what_is_no_plain_picture_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "logo"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"projects\.logo"):
        read_logo(file)


def test_a_logo_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_logo(tmp_path / "nothing.svg")


@pytest.mark.parametrize("kind", ["svg", "png", "wide", "tall"])
def test_a_logo_of_any_shape_is_printed(kind: str, tmp_path: Path) -> None:
    shapes = {
        "svg": resource("art/logo-mark.svg").read_bytes(),
        "png": png(modules("a logo"), 8),
        "wide": SVG.format("", "").replace("0 0 9 9", "0 0 900 9").encode(),
        "tall": SVG.format("", "").replace("0 0 9 9", "0 0 9 900").encode(),
    }
    file = tmp_path / "logo"
    file.write_bytes(shapes[kind])
    data = data_of(Handout(a_row(), "Example Works", LINK, read_logo(file)), ("en",), words())
    (made,) = Press().pages(Sheet.A6, data, Form.PDF)
    assert made.startswith(b"%PDF-")
