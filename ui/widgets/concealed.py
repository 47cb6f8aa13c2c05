"""What only its reader may see: it can be hidden and shown, and hides by itself when the window is left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QWidget


class Concealed(QWidget):
    """Knows whether it is `shown`; `turned` says that it was hidden or shown."""

    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = True

    @property
    def shown(self) -> bool:
        """Whether it can be read."""
        return self._shown

    def turn(self, *, shown: bool) -> None:
        """Show it, or hide it."""
        if shown != self._shown:
            self._shown = shown
            self.update()
            self.turned.emit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Hide when somebody goes to another window."""
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.turn(shown=False)
        super().changeEvent(event)
