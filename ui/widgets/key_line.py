"""The key in the slot, quietly: its picture, its name, what it has."""

from __future__ import annotations

import base64
import binascii

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.key_words import KeyNote
from ui.theme import Theme
from ui.widgets.label import Label

_SIDE = 56
_PNG = "data:image/png;base64,"
_LARGEST = 200_000
"""Characters of a picture that comes from elsewhere."""


class KeyLine(QFrame):
    """One line about a key, beside its picture. It takes no focus: the page's question matters more."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note: KeyNote | None = None
        self._picture = _Medallion(theme, self)
        self._name = Label(theme, "label", parent=self).one_line()
        self._facts = Label(theme, "small", "", "ink_soft", self).one_line()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._facts)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(theme.px(64))
        self.hide()

    def show_key(self, note: KeyNote | None) -> None:
        """Show this key, or nothing."""
        self.setVisible(note is not None)
        if note is None or note == self._note:
            return
        self._note = note
        self._picture.show_model(note.picture)
        self._name.set_text(note.name)
        self._facts.set_text(note.facts)
        self._facts.setVisible(bool(note.facts))
        self.setAccessibleName(note.spoken)
        self.updateGeometry()


class _Medallion(QWidget):
    """The picture of a model, in a round."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = ""
        self._svg: QSvgRenderer | None = None
        self._image: QImage | None = None
        self.setFixedSize(theme.px(_SIDE), theme.px(_SIDE))

    def show_model(self, name: str) -> None:
        """Draw this one."""
        if name != self._name:
            self._name = name
            self._image = _image(name) if name.startswith("data:") else None
            self._svg = None if self._image else self._theme.art("models/unknown" if ":" in name else f"models/{name}")
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square."""
        return QSize(self._theme.px(_SIDE), self._theme.px(_SIDE))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw it; not mirrored, since keys are not."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._svg is not None:
            self._svg.render(painter, QRectF(self.rect()))
        elif self._image is not None:
            size = QSize(self._image.size()).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            spot = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, 0, 0)
            spot.setSize(size.toSizeF())
            painter.drawImage(spot, self._image)
        painter.end()


def _image(url: str) -> QImage | None:
    """The picture in a data URL of a PNG; None where there is none that can be shown."""
    if not url.startswith(_PNG) or len(url) > _LARGEST:
        return None
    try:
        data = base64.b64decode(url.removeprefix(_PNG), validate=True)
        image = QImage.fromData(data, "PNG")  # type: ignore[arg-type]  # the stubs want bytes, Qt a name
    except (binascii.Error, ValueError):
        return None
    return None if image.isNull() else image
