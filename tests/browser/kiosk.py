"""A kiosk and its service for tests of phones: a phone reads what the real window shows from its pixels."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zxingcpp
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.commands.embedded import Embedded, embedded_service
from ui.widgets.number_card import NumberCard


@contextmanager
def reserved() -> Iterator[int]:
    """A port that nobody else is given, and where only one who asks for it by name may listen."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@contextmanager
def service_with_phones(folder: Path, phone: dict[str, Any], **settings: Any) -> Iterator[Embedded]:
    """A service whose pages are where it listens, and whose passkeys are for this machine's name."""
    folder.mkdir(exist_ok=True)
    with reserved() as port:
        url = f"https://localhost:{port}"
        party = {"id": "staff", "name": "Staff sign-in", "rp_id": "localhost", "origin": url}
        given = {"phone": {"url": url, **phone}, "relying_parties": [party], **settings}
        with embedded_service(folder, given, port) as embedded:
            yield embedded


def seen_codes() -> list[str]:
    """What a phone reads from the screen as it is painted now."""
    texts: list[str] = []
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            texts += _codes_in(window)
    return texts


def _codes_in(window: QWidget) -> list[str]:
    gray = window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    wide = gray.bytesPerLine()
    picture = memoryview(bytes(gray.constBits())).cast("B", [gray.height(), wide])
    return [each.text for each in zxingcpp.read_barcodes(picture)]


def seen_number() -> str:
    """The figures on the card of the screen, if they can be seen."""
    cards = [
        card
        for window in QApplication.topLevelWidgets()
        for card in window.findChildren(NumberCard)
        if card.isVisible()
    ]
    return cards[0].figures if cards else ""
