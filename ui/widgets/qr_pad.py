"""The set-up of an authenticator app on the stage: the code to scan, and the key to type where no camera is."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.contract.totp import TotpSetUp
from kiosk.secret import Secret
from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.label import Label
from ui.widgets.qr_code import QrCode
from ui.widgets.secret_view import SecretView


class QrPad(QWidget):
    """Shows the code and, in groups of four from left to right, the key; both are hidden and shown together."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        say = QCoreApplication.translate
        self._theme = theme
        self.setProperty("ground", "stage")
        self.code = QrCode(theme, self)
        name = say("QrPad", "The key to type. It is not read aloud by itself.")
        self.key = SecretView(theme, self, name=name, compact=True)
        self.eye = Button(theme, "", "tool", "eye-off", parent=self)
        self.aloud = Button(theme, "", "tool", "volume", parent=self)
        self._name(self.eye, say("QrPad", "Hide"))
        self._name(self.aloud, say("QrPad", "Read aloud"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        column.addWidget(self.code, 1)
        no_camera = say("QrPad", "No camera? Type this key:")
        column.addWidget(Label(theme, "small", no_camera, "on_stage_soft", self).centered())
        column.addWidget(self.key)
        row = QHBoxLayout()
        row.setContentsMargins(0, theme.px(6), 0, 0)
        row.setSpacing(theme.px(12))
        row.addStretch(1)
        row.addWidget(self.eye)
        row.addWidget(self.aloud)
        row.addStretch(1)
        column.addLayout(row)
        self.eye.clicked.connect(lambda: self.turn(shown=not self.key.shown))
        self.aloud.clicked.connect(self.key.read_aloud)
        self.code.turned.connect(lambda: self.turn(shown=self.code.shown))
        self.key.turned.connect(lambda: self.turn(shown=self.key.shown))

    def show_setup(self, setup: TotpSetUp) -> None:
        """Show this one."""
        self.code.show_secret(Secret(setup.uri))
        self.key.show_secret(Secret(setup.secret))

    def forget(self) -> None:
        """Show nothing any more."""
        for part in (self.code, self.key):
            gone = Secret("")
            gone.wipe()
            part.show_secret(gone)

    def turn(self, *, shown: bool) -> None:
        """Show both, or neither."""
        self.code.turn(shown=shown)
        self.key.turn(shown=shown)
        self.eye.set_icon("eye-off" if shown else "eye")
        say = QCoreApplication.translate
        self._name(self.eye, say("QrPad", "Hide") if shown else say("QrPad", "Show"))

    def _name(self, button: Button, words: str) -> None:
        """Say what a button does; where text is large there is room for its picture only."""
        button.set_text("" if self._theme.folded else words)
        button.setAccessibleName(words)
