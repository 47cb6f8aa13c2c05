"""What widgets are tested with: the source language."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from ui.i18n import Interpreter


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> None:
    """Whatever language another test left behind, English is spoken here."""
    Interpreter(qapp)
