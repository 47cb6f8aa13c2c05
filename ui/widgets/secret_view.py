"""A PIN or a pass to read from the screen: large, in groups, painted from the secret itself and kept nowhere else."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.secret import Secret
from ui.theme import Theme
from ui.widgets.concealed import Concealed

_GROUP = 4
_BOX, _ROW = 1.3, 1.42
"""The height of a character's box, and the distance of two rows, in widths of a character's place."""
_READABLE = 22
"""The least width of a character's place, in px of the design, before a compact one takes another row."""
_FEW = 16
"""Up to so many characters are drawn in the largest type."""


class SecretView(Concealed):
    """Shows a `Secret`, or dots while it is hidden; a `compact` one in one row where it can, one not `grouped` without
    gaps that could be taken for spaces. A screen reader hears it only when `read_aloud` is called."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        name: str = "",
        compact: bool = False,
        grouped: bool = True,
    ) -> None:
        super().__init__(parent)
        self._compact, self._grouped = compact, grouped
        self._theme = theme
        self._secret: Secret | None = None
        self._length = 0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(
            name or QCoreApplication.translate("SecretView", "The PIN. It is not read aloud by itself.")
        )

    def show_secret(self, secret: Secret) -> None:
        """Show this one."""
        self._secret = secret
        self._length = 0 if secret.wiped else len(secret.reveal())
        self.updateGeometry()
        self.update()

    @property
    def holds(self) -> bool:
        """Whether there is something to be read."""
        return bool(self._characters())

    def read_aloud(self) -> None:
        """Let a screen reader say it, character by character."""
        if self.holds:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, " ".join(self._characters())))

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """A long one takes several rows."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """All rows."""
        rows = -(-max(self._length, 1) // self._per_row(width))
        return ceil(self._cell(width) * ((rows - 1) * _ROW + _BOX))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as the type may be."""
        width = self._theme.px(620)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """What can still be read."""
        width = self._theme.px(300)
        return QSize(width, self.heightForWidth(width))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Each character in its own box, from left to right in every language."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell, per_row = self._cell(self.width()), self._per_row(self.width())
        painter.setFont(self._font(cell))
        for index, character in enumerate(self._characters() if self._shown else "•" * self._length):
            row, column = divmod(index, per_row)
            left = column * cell + self._gaps(column) * cell / 2
            box = QRectF(left, row * cell * _ROW, cell * 0.92, cell * _BOX)
            painter.setPen(theme.colour("control") if theme.mode == "contrast" else Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("page"))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), cell * 0.2, cell * 0.2)
            painter.setPen(theme.colour("ink"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, character)
        painter.end()

    def _characters(self) -> str:
        """The characters, for as long as a caller needs them; none once the secret was wiped."""
        return self._secret.reveal() if self._secret is not None and not self._secret.wiped else ""

    def _per_row(self, width: int) -> int:
        if self._compact:
            fits = (
                n
                for n in (4, 3)
                if not self._grouped or width / (n * _GROUP + (n - 1) / 2) >= self._theme.px(_READABLE)
            )
            return next(fits, 2) * _GROUP
        return 2 * _GROUP if self._length <= _FEW else 3 * _GROUP

    def _gaps(self, column: int) -> int:
        """How many groups end before this place."""
        return column // _GROUP if self._grouped else 0

    def _cell(self, width: int) -> float:
        """The width of one character's place: as large as there is room for, and as the text scale asks for."""
        columns = min(self._per_row(width), max(self._length, 1))
        room = width / (columns + self._gaps(columns - 1) / 2)
        largest = 62 if self._length <= _FEW and not self._compact else 42
        return min(room, self._theme.text_px(largest))

    def _font(self, cell: float) -> QFont:
        font = self._theme.font("number")
        font.setPixelSize(max(round(cell * 0.86), 8))
        return font
