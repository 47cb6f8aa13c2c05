"""What staff read who ask for the desk while the key is at work for the person."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.panels import Panel


class MustWait(Panel):
    """Says why the desk does not open now."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, QCoreApplication.translate("Desk", "The key is at work"), parent)
        text = QCoreApplication.translate("Desk", "The desk opens when this step is done. Please try again then.")
        self.content.addWidget(Label(theme, "body", text, "ink", self.panel))
        self._close = self._add_close(QCoreApplication.translate("Desk", "Close"))
        self.closed.connect(self.deleteLater)

    def ask(self) -> None:
        """Open with the focus on Close."""
        self.open(self._close)
