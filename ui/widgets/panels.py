"""The two panels behind the tools: languages, and help for the page that is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.i18n import Language
from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.dialog import Dialog
from ui.widgets.label import Label
from ui.widgets.language_grid import LanguageGrid


class Panel(Dialog):
    """A dialog that asks nothing: Escape and its one button close it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_dialog()
        super().keyPressEvent(event)

    def _add_close(self, text: str) -> Button:
        button = Button(self.theme, text, "primary", "check")
        button.clicked.connect(self.close_dialog)
        return self.add_action(button)


class LanguagePanel(Panel):
    """Every language by its own name. `chosen` carries a BCP 47 tag."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, languages: Sequence[Language], parent: QWidget) -> None:
        super().__init__(theme, QCoreApplication.translate("LanguagePanel", "Choose a language"), parent, wide=True)
        self.grid = LanguageGrid(theme, languages, self.panel)
        self.content.addSpacing(theme.px(12))
        self.content.addWidget(self.grid)
        self._close = self._add_close(QCoreApplication.translate("LanguagePanel", "Close"))
        self.grid.chosen.connect(self._choose)

    def ask(self) -> None:
        """Open with the focus on the language that is spoken now."""
        self.open(self.grid.current() or self._close)

    def _choose(self, tag: str) -> None:
        self.close_dialog()
        self.chosen.emit(tag)


class HelpPanel(Panel):
    """A few plain lines for this page, and the way out. `over`: the person wants to start over."""

    over = Signal()

    def __init__(self, theme: Theme, lines: Sequence[str], parent: QWidget, *, can_start_over: bool) -> None:
        super().__init__(theme, QCoreApplication.translate("HelpPanel", "Help"), parent)
        desk = QCoreApplication.translate("HelpPanel", "The people at the desk are glad to help you.")
        for line in (*lines, desk):
            self.content.addWidget(Label(theme, "body", line, "ink", self.panel))
        if can_start_over:
            over = Button(theme, QCoreApplication.translate("HelpPanel", "Start over"), "ghost", "restart")
            over.clicked.connect(self._start_over)
            self.add_action(over, first=True)
        self._close = self._add_close(QCoreApplication.translate("HelpPanel", "Close"))

    def ask(self) -> None:
        """Open with the focus on Close."""
        self.open(self._close)

    def _start_over(self) -> None:
        self.close_dialog()
        self.over.emit()
