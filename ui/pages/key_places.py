"""Where the slot for the key is, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from kiosk.config import Place


def slot_place(slot: Place) -> str:
    """Where to put a key in, and how."""
    return {
        Place.BELOW: QCoreApplication.translate(
            "InsertKey", "The slot is below this screen. Push until the key stops."
        ),
        Place.LEFT: QCoreApplication.translate(
            "InsertKey", "The slot is on the left of this screen. Push until the key stops."
        ),
        Place.RIGHT: QCoreApplication.translate(
            "InsertKey", "The slot is on the right of this screen. Push until the key stops."
        ),
        Place.BESIDE: QCoreApplication.translate(
            "InsertKey", "The slot is beside this screen. Push until the key stops."
        ),
    }[slot]
