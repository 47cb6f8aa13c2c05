"""The code for a phone on the stage: large, dark on white in every theme, and the place that it opens."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from kiosk.contract.phone import PhoneCode
from kiosk.secret import Secret
from ui.text import clean
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.qr_code import QrCode
from ui.widgets.qr_picture import decoded, modules_of

_LONGEST = 512
"""Characters of an address. A longer one is not drawn: its modules would be too small for a phone at arm's length."""


_LEAST, _SMALLEST = 160, 16
"""px of the design: the width of the line with the site, and its type where it is long."""


class PhonePad(QWidget):
    """Shows a code that phones scan. What is in it is never said aloud or copied; who stands here sees which site it
    opens, so that the phone's own question ("Open …?") can be answered."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "stage")
        self.code = _Code(theme, self)
        self._opens = Label(
            theme, "small", QCoreApplication.translate("PhonePad", "It opens this site:"), "on_stage_soft", self
        ).centered()
        self._site = _Site(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.code, 1)
        column.addSpacing(theme.px(14))
        column.addWidget(self._opens)
        column.addWidget(self._site)

    def show_code(self, code: PhoneCode) -> None:
        """Show this one: drawn from its link where that is told, else from its picture."""
        site = _site(code.link)
        if site:
            self.code.show_secret(Secret(code.link))
        else:
            picture = decoded(code.qr_code)
            modules = modules_of(picture)
            self.code.show_modules(tuple(modules)) if modules else self.code.show_picture(picture)
        self.code.turn(shown=True)
        self._site.show_site(site)
        for label in (self._opens, self._site):
            label.setVisible(bool(site))

    def forget(self) -> None:
        """Show nothing any more."""
        self.code.show_modules(())


class _Code(QrCode):
    """Stays when another window comes forward: without the number that only this screen shows it opens nothing."""

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Do not hide."""
        QWidget.changeEvent(self, event)


class _Site(QWidget):
    """A host on one line, from left to right. It is made smaller rather than broken, and where even that is not enough,
    its end is kept: that is what says whose it is."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._host = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_site(self, host: str) -> None:
        """Show this one."""
        self._host = host
        self.setAccessibleName(clean(host, _LONGEST))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        return QSize(self._theme.px(_LEAST), self._theme.line_height("strong"))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """In the middle, as large as it fits."""
        font = self._theme.font("strong")
        wide = QFontMetrics(font).horizontalAdvance(self._host)
        if wide > self.width():
            font.setPixelSize(max(font.pixelSize() * self.width() // wide, self._theme.px(_SMALLEST)))
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(self._theme.colour("on_stage"))
        text = painter.fontMetrics().elidedText(self._host, Qt.TextElideMode.ElideLeft, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


def _site(link: str) -> str:
    """The host that a link leads to; nothing where it is no link that a phone opens."""
    if not link.startswith("https://") or len(link) > _LONGEST or not (link.isascii() and link.isprintable()):
        return ""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""
