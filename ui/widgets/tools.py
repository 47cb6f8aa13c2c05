"""What is within reach on every screen: language, text size, contrast, help."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.theme import MODES, Theme
from ui.widgets.buttons import Button


class Tools(QWidget):
    """Four buttons at the top end corner. `text_scaled` and `mode_chosen` carry what comes next in their cycle."""

    language_wanted = Signal()
    text_scaled = Signal(float)
    mode_chosen = Signal(str)
    help_wanted = Signal()

    def __init__(self, theme: Theme, language: str, *, short: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("ground", "stage")
        say = QCoreApplication.translate
        word = theme.locale.split("-")[0].upper() if short else language
        spoken = say("Tools", "Language, now {language}").format(language=language)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        size = say("Tools", "Text size, now {percent} percent").format(percent=round(theme.text_scale * 100))
        mode = say("Tools", "Colors, now {mode}").format(mode=self._mode_name())
        self.language = self._tool(word, "globe", spoken)
        self.text_size = self._tool("", "text-size", size)
        self.contrast = self._tool("", "contrast", mode)
        self.help = self._tool("", "help", say("Tools", "Help"))
        self.language.clicked.connect(self.language_wanted)
        self.text_size.clicked.connect(lambda: self.text_scaled.emit(self._next_scale()))
        self.contrast.clicked.connect(lambda: self.mode_chosen.emit(self._next_mode()))
        self.help.clicked.connect(self.help_wanted)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _tool(self, text: str, icon: str, name: str) -> Button:
        button = Button(self._theme, text, "tool", icon, name, self)
        if not text:
            side = button.sizeHint().height()
            button.setFixedSize(side, side)
        self._row.addWidget(button)
        return button

    def _next_scale(self) -> float:
        scales: list[float] = self._theme.tokens["type"]["text_scale"]
        return next((s for s in scales if s > self._theme.text_scale), scales[0])

    def _next_mode(self) -> str:
        return MODES[(MODES.index(self._theme.mode) + 1) % len(MODES)]

    def _mode_name(self) -> str:
        names = {
            "light": QCoreApplication.translate("Tools", "light"),
            "dark": QCoreApplication.translate("Tools", "dark"),
            "contrast": QCoreApplication.translate("Tools", "high contrast"),
        }
        return names[self._theme.mode]
