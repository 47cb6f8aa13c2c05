"""The QR code of a set-up as a data URL."""

from __future__ import annotations

import base64
from typing import Final

from kiosk.service.qr_picture import modules, png

_SCALE: Final = 6


def qr_data_url(text: str) -> str:
    """The text as a QR code, `data:image/png;base64,…`."""
    return "data:image/png;base64," + base64.b64encode(png(modules(text), _SCALE)).decode()
