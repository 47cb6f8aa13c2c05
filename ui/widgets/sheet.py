"""What changes from page to page: title, sentence, notice and the page itself, which come in together."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation
from PySide6.QtWidgets import QGraphicsOpacityEffect, QSpacerItem, QVBoxLayout, QWidget

from ui.key_words import KeyNote
from ui.messages import message
from ui.pages.page import Chrome, Page
from ui.theme import Theme
from ui.widgets.key_line import KeyLine
from ui.widgets.label import Label
from ui.widgets.notice import Notice

_SLIDE = 24


class Sheet(QWidget):
    """Shows a chrome and a page. Where there is no room for everything, the key gives way, then the sentence."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chrome = Chrome(title="")
        self._title = Label(theme, "title", parent=self)
        self._large = Label(theme, "display", parent=self)
        self._sentence = Label(theme, "body", "", "ink_soft", self)
        self._key = KeyLine(theme, self)
        self._key.setContentsMargins(0, 0, 0, theme.px(16))
        self._notice = Notice(theme, parent=self)
        self._gap = QWidget(self)
        self._gap.setFixedHeight(theme.px(20))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*(inset(theme),) * 4)
        self._column.setSpacing(0)
        for widget in (self._title, self._large):
            self._column.addWidget(widget)
        self._over, self._under = (QSpacerItem(0, theme.px(height)) for height in (8, 24))
        self._column.addSpacerItem(self._over)
        self._column.addWidget(self._sentence)
        self._column.addSpacerItem(self._under)
        self._column.addWidget(self._key)
        self._column.addWidget(self._notice)
        self._column.addWidget(self._gap)

    def put(self, page: Page) -> None:
        """Put this page at the end. Taking the one before away is the caller's."""
        self._column.addWidget(page, 1)

    def show_chrome(self, chrome: Chrome) -> None:
        """Show the words of this chrome."""
        self._chrome = chrome
        for label, shown in ((self._large, chrome.display), (self._title, not chrome.display)):
            label.set_text(chrome.title)
            label.setVisible(shown)
        self._sentence.set_text(chrome.sentence)
        for widget in (self._notice, self._gap):
            widget.setVisible(chrome.problem is not None)
        if chrome.problem is not None:
            said = message(chrome.problem)
            self._notice.show_notice(said.tone, said.notice, said.icon)
        self._key.show_key(self._noted)
        if not self._says or not self._theme.folded:
            self._sentence.setVisible(self._says)  # `give_way` decides, once the room is known
            self._space()

    def give_way(self, width: int, height: int) -> None:
        """Make do with this room: everything else matters more than the sentence, and that more than the key."""
        says, noted = self._says, self._noted is not None
        # above a picture the place becomes as high as what is in it; a pad needs its own height
        grows = self._theme.portrait and not self._theme.folded and bool(self._chrome.scene)
        if (says or noted) and height > 0 and not grows and not self._chrome.keeps:
            sentence = self._sentence.heightForWidth(width - 2 * inset(self._theme)) + self._theme.px(16)
            key = self._key.sizeHint().height()
            left = height - self._column.totalHeightForWidth(width)
            left += (0 if self._sentence.isHidden() else sentence) + (0 if self._key.isHidden() else key)
            says = says and sentence <= left
            noted = noted and key + (sentence if says else 0) <= left
        if noted == self._key.isHidden():
            self._key.setVisible(noted)
        if says == self._sentence.isHidden():
            self._sentence.setVisible(says)
            self._space()

    def _space(self) -> None:
        """Air around the sentence; what is under it comes closer where it gave way."""
        hidden = self._sentence.isHidden() and bool(self._chrome.sentence)
        self._over.changeSize(0, 0 if hidden else self._theme.px(8))
        self._under.changeSize(0, self._theme.px(16 if hidden else 24))
        self._column.invalidate()

    def spoken(self) -> tuple[str, str]:
        """The title, and what else a screen reader says: what went wrong, else the sentence and the key."""
        label = self._large if self._chrome.display else self._title
        if self._chrome.problem:
            return label.text(), self._notice.text()
        rest, key = self._sentence.text(), self._chrome.key
        return label.text(), f"{rest} {key.spoken}." if key is not None and key.facts else rest

    def come_in(self) -> None:
        """Fade in, moving along the reading direction."""
        duration = self._theme.motion("page")
        if not duration or not self.isVisible():
            return
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        fade = QPropertyAnimation(effect, b"opacity", self)
        fade.setStartValue(0.0)
        fade.setEndValue(1.0)
        fade.finished.connect(self._settle)
        slide = QPropertyAnimation(self, b"pos", self)
        way = -_SLIDE if self._theme.rtl else _SLIDE
        slide.setStartValue(QPoint(self._theme.px(way), 0))
        slide.setEndValue(QPoint(0, 0))
        for animation in (fade, slide):
            animation.setDuration(duration)
            animation.setEasingCurve(QEasingCurve.Type.OutCubic)
            animation.start(QPropertyAnimation.DeletionPolicy.DeleteWhenStopped)

    @property
    def _noted(self) -> KeyNote | None:
        """The key, where the head of the column has no room for it."""
        return self._chrome.key if key_below(self._theme) and not self._chrome.compact else None

    @property
    def _says(self) -> bool:
        return bool(self._chrome.sentence) and not self._chrome.compact

    def _settle(self) -> None:
        self.setGraphicsEffect(None)  # type: ignore[arg-type]  # None removes it


def whole(widget: QWidget) -> QWidget:
    """What has to be seen together with a widget: the outermost one around it that says so ("together")."""
    seen, above = widget, widget.parentWidget()
    while isinstance(above, QWidget) and not isinstance(above, Sheet):
        if above.property("together"):
            seen = above
        above = above.parentWidget()
    return seen


def key_below(theme: Theme) -> bool:
    """Whether the key is told below the sentence: where the tools, or larger words, need the head of the column."""
    return theme.portrait or theme.text_scale > 1


def inset(theme: Theme) -> int:
    """The room that the focus ring needs around what scrolls."""
    return theme.border("focus_gap") + theme.border("focus") + 2
