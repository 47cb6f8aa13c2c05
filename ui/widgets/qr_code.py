"""A QR code: whole modules, black on white in every theme, with the quiet zone that readers need."""

from __future__ import annotations

import qrcode
from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.secret import Secret
from ui.theme import Theme
from ui.widgets.concealed import Concealed

QUIET = 4
"""Modules of white around the code (ISO/IEC 18004, 9.1)."""

_SIDE, _LEAST = 400, 228


def matrix(text: str) -> list[list[bool]]:
    """The modules of the smallest code that holds `text` and bears 15 % of damage; True is black."""
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    modules: list[list[bool]] = code.get_matrix()
    return modules


class QrCode(Concealed):
    """Draws a secret as a code; while hidden, a white card. Nothing of it can be copied or is read aloud."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.modules: tuple[list[bool], ...] = ()
        """The rows that are drawn; none while there is nothing to show."""
        self.picture = QImage()
        """What is drawn where a code is a picture that has no plain modules; null otherwise."""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(QCoreApplication.translate("QrCode", "A square code, to be scanned with a phone"))

    def show_secret(self, secret: Secret) -> None:
        """Show this one; a wiped one leaves a white card."""
        self.show_modules(() if secret.wiped else tuple(matrix(secret.reveal())))

    def show_modules(self, modules: tuple[list[bool], ...]) -> None:
        """Show a code by its modules; none leave a white card."""
        self.modules, self.picture = modules, QImage()
        self.update()

    def show_picture(self, picture: QImage) -> None:
        """Show a code as it was drawn elsewhere."""
        self.modules, self.picture = (), picture
        self.update()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to scan."""
        return not self.modules and self.picture.isNull()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """It is a square."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """It is a square."""
        return min(width, self._theme.px(_SIDE))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as a phone likes it."""
        side = self._theme.px(_SIDE)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """What can still be read."""
        side = self._theme.px(_LEAST)
        return QSize(side, side)

    def module(self) -> int:
        """The side of one module, in whole px: half ones blur."""
        return max(min(self.width(), self.height()) // (max(len(self.modules), 1) + 2 * QUIET), 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """A white card, and the black modules, those of a row that touch in one piece."""
        painter = QPainter(self)
        card = self._card()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.white)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = min(self._theme.radius("dialog"), QUIET * self.module())
        painter.drawRoundedRect(card, radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        if self._shown and self.modules:
            self._draw(painter, card)
        elif self._shown and not self.picture.isNull():
            self._draw_picture(painter, card)
        elif not self._shown:
            side = self._theme.px(64)
            spot = QRectF(card.center().x() - side / 2, card.center().y() - side / 2, side, side)
            picture = self._theme.with_(mode="light").pixmap("eye-off", "ink", 64)
            painter.drawPixmap(spot, picture, QRectF(picture.rect()))
        painter.end()

    def _card(self) -> QRectF:
        count = len(self.modules) + 2 * QUIET if self.modules else 0
        side = count * self.module() if count else min(self.width(), self.height())
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _draw_picture(self, painter: QPainter, card: QRectF) -> None:
        """In whole multiples where there is room for them: each of its px stays one, or becomes a square."""
        room = round(card.width()) * 9 // 10  # it may have no margin of its own
        times = room // self.picture.width()
        side = self.picture.width() * times if times else room
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=not times)
        left, top = int(card.left() + (card.width() - side) / 2), int(card.top() + (card.height() - side) / 2)
        painter.drawImage(QRectF(left, top, side, side), self.picture)

    def _draw(self, painter: QPainter, card: QRectF) -> None:
        module = self.module()
        left, top = int(card.left()) + QUIET * module, int(card.top()) + QUIET * module
        for y, row in enumerate(self.modules):
            x = 0
            while x < len(row):
                run = 1
                while x + run < len(row) and row[x + run] == row[x]:
                    run += 1
                if row[x]:
                    painter.fillRect(left + x * module, top + y * module, run * module, module, Qt.GlobalColor.black)
                x += run
