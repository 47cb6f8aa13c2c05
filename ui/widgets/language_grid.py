"""Languages to choose from, each by its own name in its own typeface."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.i18n import Language
from ui.theme import Theme
from ui.widgets.option_card import OptionCard

_COLUMNS = 3


class LanguageGrid(QWidget):
    """Tiles, three in a row; the one that is spoken now has a tick. `chosen` carries a BCP 47 tag."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, languages: Sequence[Language], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(12))
        columns = 2 if theme.folded else min(_COLUMNS, max(len(languages), 2))
        self.tiles: dict[str, OptionCard] = {}
        for number, language in enumerate(languages):
            tile = OptionCard(theme, language.own_name, trailing="", parent=self)
            tile.setCheckable(True)
            tile.setChecked(language.tag.split("-")[0] == theme.locale.split("-")[0])
            tile.clicked.connect(lambda _=False, tag=language.tag: self._choose(tag))
            self.tiles[language.tag] = tile
            grid.addWidget(tile, number // columns, number % columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)

    def current(self) -> OptionCard | None:
        """The tile of the language that is spoken now."""
        return next((tile for tile in self.tiles.values() if tile.isChecked()), None)

    def _choose(self, tag: str) -> None:
        for other, tile in self.tiles.items():
            tile.setChecked(other == tag)
        self.chosen.emit(tag)
