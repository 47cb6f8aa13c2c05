"""All that is in the kiosk's window, for one theme: column and stage, the tools over them, the panels."""

from __future__ import annotations

from PySide6.QtCore import QRect, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from kiosk.enrollment.events import Cancelled, LanguageChosen
from kiosk.enrollment.states import Connecting, Prove, State, Welcome
from ui.i18n import Language
from ui.pages.page import Surroundings
from ui.theme import Theme
from ui.widgets.banner import SimulatedBanner
from ui.widgets.focus_ring import FocusRing
from ui.widgets.idle_dialog import IdleDialog
from ui.widgets.panels import HelpPanel, LanguagePanel
from ui.widgets.stage import Stage
from ui.widgets.tools import Tools
from ui.wizard import Wizard

_AHEAD = ("badge", "mail", "sms", "key-insert", "key-inserted", "key-touch", "key-working", "key-done", "key-stopped")
"""The pictures of a visit, drawn while the first screen waits for somebody."""

_SLICE_MS = 40
_NARROW = 400
"""The width of a stage that only holds a pad, beside very large text."""


class Shell(QWidget):
    """All that is in the window, for one theme."""

    emitted = Signal(object)
    themed = Signal(object)
    desk_wanted = Signal()

    def __init__(self, theme: Theme, place: Surroundings, languages: tuple[Language, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._languages = languages
        self._keyboard: QWidget | None = None
        self._can_start_over = False
        root = QVBoxLayout(self)
        root.setContentsMargins(0, 0, 0, 0)
        root.setSpacing(0)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(0)
        self.wizard = Wizard(theme, place, self)
        self.stage = Stage(theme, self)
        self._body.addWidget(self.wizard, 1)
        self._body.addWidget(self.stage)
        root.addLayout(self._body, 1)
        self._slot = QVBoxLayout()
        root.addLayout(self._slot)
        spoken = next((x.own_name for x in languages if x.tag == theme.locale), theme.locale)
        self.tools = Tools(theme, spoken, short=theme.scale < 1 or theme.folded, parent=self)
        self._banner = SimulatedBanner(theme, self) if place.simulated else None
        self.idle = IdleDialog(theme, self)
        self._ring = FocusRing(theme, self)
        self._ahead = list(_AHEAD)
        self._preparing = QTimer(self)
        self._preparing.setInterval(_SLICE_MS)
        self._preparing.timeout.connect(self._prepare)
        self._connect()

    def show_state(self, state: State) -> None:
        """Show this state."""
        self._can_start_over = not isinstance(state, Connecting | Welcome | Prove)
        self.wizard.render_state(state)
        if isinstance(state, Welcome):
            self._preparing.start()

    def open_languages(self) -> LanguagePanel:
        """Cover the screen with every language."""
        panel = LanguagePanel(self._theme, self._languages, self)
        panel.chosen.connect(lambda tag: self.emitted.emit(LanguageChosen(tag)))
        panel.closed.connect(panel.deleteLater)
        panel.ask()
        return panel

    def open_help(self) -> HelpPanel:
        """Cover the screen with help for this page."""
        panel = HelpPanel(self._theme, self.wizard.chrome.help, self, can_start_over=self._can_start_over)
        panel.over.connect(lambda: self.emitted.emit(Cancelled()))
        panel.closed.connect(panel.deleteLater)
        panel.ask()
        return panel

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put what floats into its corners."""
        super().resizeEvent(event)
        self._arrange()

    @property
    def prepared(self) -> bool:
        """Whether every picture of a visit has been drawn."""
        return not self._ahead

    def _prepare(self) -> None:
        """One picture at a time, so that nobody who presses Start meanwhile waits."""
        if self._ahead:
            self.stage.prepare(self._ahead.pop(0))
        else:
            self._preparing.stop()

    def _connect(self) -> None:
        self.wizard.emitted.connect(self.emitted)
        self.wizard.chrome_changed.connect(self._look_again)
        self.wizard.help_wanted.connect(self.open_help)
        self.wizard.desk_wanted.connect(self.desk_wanted)
        self.tools.help_wanted.connect(self.open_help)
        self.tools.language_wanted.connect(self.open_languages)
        self.tools.text_scaled.connect(lambda scale: self.themed.emit(self._theme.with_(text_scale=scale)))
        self.tools.mode_chosen.connect(lambda mode: self.themed.emit(self._theme.with_(mode=mode)))
        self.idle.left.connect(lambda: self.emitted.emit(Cancelled()))

    def _look_again(self) -> None:
        """The page changed: what is on the stage, whether a keyboard is open, how the room is shared."""
        page, chrome = self.wizard.page, self.wizard.chrome
        self._show_keyboard(page.keyboard())
        self.stage.show_pad(page.pad() if self._keyboard is None else None)
        self.stage.show_scene(chrome.scene, chrome.caption)
        self._arrange()

    def _show_keyboard(self, keyboard: QWidget | None) -> None:
        if keyboard is self._keyboard:
            return
        if self._keyboard is not None:
            self._slot.removeWidget(self._keyboard)
            self._keyboard.hide()
        self._keyboard = keyboard
        if keyboard is not None:
            self._slot.addWidget(keyboard)
            keyboard.show()

    def _arrange(self) -> None:
        theme = self._theme
        portrait = theme.portrait
        way = QBoxLayout.Direction.TopToBottom if portrait else QBoxLayout.Direction.LeftToRight
        if self._body.direction() != way:
            self._body.setDirection(way)
        self._body.setStretch(0, 0 if portrait else 1)
        self._body.setStretch(1, 1 if portrait else 0)
        folded = theme.folded and not portrait and self.stage.pad is None
        shown = self._keyboard is None and not folded
        self.stage.setVisible(shown)
        if not portrait:
            self.stage.setFixedWidth(theme.px(_NARROW) if theme.folded else theme.stage_width(self.width()))
        self._place_tools(over_stage=shown and not portrait)
        if self._banner is not None:
            room = self.width() - (self.stage.width() if shown and not portrait else 0)
            left = (room - self._banner.width()) // 2
            self._banner.move(left if not theme.rtl else self.width() - room + left, 0)
            self._banner.raise_()
        self._ring.setGeometry(self.rect())
        self._ring.raise_()

    def _place_tools(self, *, over_stage: bool) -> None:
        theme = self._theme
        size = self.tools.sizeHint()
        margin = theme.px(24) if over_stage or not theme.portrait else theme.px(72 / 1.4)
        top = theme.px(40 / 1.4) if theme.portrait else theme.px(24)
        left = margin if theme.rtl else self.width() - margin - size.width()
        self.tools.setGeometry(QRect(left, top, size.width(), size.height()))
        self.tools.raise_()
