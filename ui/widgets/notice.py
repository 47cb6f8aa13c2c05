"""A tinted box that says what happened: an icon, bold first words, what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ui.theme import Theme
from ui.widgets.label import Label

_ICONS = {"info": "info", "ok": "check-circle", "warn": "warning", "stop": "warning"}
_INKS = {"info": "ink", "ok": "ok", "warn": "warn", "stop": "stop"}


class Notice(QFrame):
    """One notice. `tone` is info, ok, warn ("try again") or stop ("not accepted")."""

    def __init__(
        self, theme: Theme, tone: str = "info", text: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "notice")
        self._icon = QLabel(self)
        self._text = Label(theme, "small", "", "ink", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
        row.setSpacing(theme.px(16))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(theme.size("notice_min"))
        self.show_notice(tone, text, icon)

    def show_notice(self, tone: str, text: str, icon: str = "") -> None:
        """Say this, in this tone; `text` may hold `<b>` spans."""
        self.setProperty("tone", tone)
        self._icon.setPixmap(
            self._theme.pixmap(icon or _ICONS[tone], _INKS[tone], 30 * min(self._theme.text_scale, 1.4))
        )
        self._text.set_colour(_INKS[tone])
        self._text.set_text(text)
        self.setAccessibleName(self._text.text())
        self.style().unpolish(self)
        self.style().polish(self)

    def text(self) -> str:
        """The plain words."""
        return self._text.text()
