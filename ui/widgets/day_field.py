"""A day that is not far away: today, tomorrow, in a week, or another one, found in steps. No calendar, no typing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDate, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.i18n import western_locale
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.option_card import OptionCard
from ui.widgets.stepper import Stepper

_SHORT = "ddd d MMM"
_SHORT_YEAR = "ddd d MMM yyyy"
_LONG = "dddd d MMMM yyyy"
_ISO = Qt.DateFormat.ISODate
_OTHER = -1
_WEEK, _MONTH = 7, 31


class DayField(QWidget):
    """The first day that can be chosen is `today`, the last one so many `days` after it. `changed` on every choice;
    `unfolded` when there is more of it to see."""

    changed = Signal()
    unfolded = Signal()

    def __init__(self, theme: Theme, label: str, today: QDate, days: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._today, self._last = theme, today, today.addDays(max(days, 0))
        self._day: QDate | None = None
        self._locale = western_locale(theme.locale)
        self.tiles: dict[int, OptionCard] = {}
        self.steppers: dict[str, Stepper] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.label = Label(theme, "label", label, parent=self)
        column.addWidget(self.label)
        column.addLayout(self._tiles(label))
        self._steps = self._stepping()
        column.addWidget(self._steps)
        self._steps.hide()

    def value(self) -> str:
        """The day (YYYY-MM-DD), or nothing while none is chosen."""
        return self._day.toString(_ISO) if self._day is not None else ""

    def put(self, text: str) -> None:
        """Choose this day (YYYY-MM-DD); none where it is not one of those that can be chosen."""
        day = QDate.fromString(text, _ISO)
        fits = day.isValid() and self._today <= day <= self._last
        self._choose(day if fits else None, other=fits and self._today.daysTo(day) not in self.tiles)

    def lock(self, *, locked: bool) -> None:
        """Take no choice while an answer is awaited."""
        for tile in self.tiles.values():
            tile.setEnabled(not locked)
        self._steps.setEnabled(not locked)

    @property
    def target(self) -> QWidget:
        """Where the focus goes: the chosen tile, else the first one."""
        return next((tile for tile in self.tiles.values() if tile.isChecked()), next(iter(self.tiles.values())))

    # ── building ────────────────────────────────────────────────────────────────────────────────

    def _tiles(self, label: str) -> QGridLayout:
        say = QCoreApplication.translate
        words = {0: say("Day", "Today"), 1: say("Day", "Tomorrow"), _WEEK: say("Day", "In a week")}
        far = self._today.daysTo(self._last)
        offered = {days: text for days, text in words.items() if days <= far}
        if far > 1:
            offered[_OTHER] = say("Day", "Another day")
        grid = QGridLayout()
        grid.setSpacing(self._theme.px(12))
        columns = 2
        for number, (days, text) in enumerate(offered.items()):
            detail = say("Day", "Choose a date") if days == _OTHER else self._short(self._today.addDays(days))
            tile = OptionCard(self._theme, text, detail, trailing="", parent=self)
            tile.setCheckable(True)
            tile.setAccessibleName(f"{label}: {text}")
            tile.clicked.connect(lambda _=False, days=days: self._tapped(days))
            self.tiles[days] = tile
            grid.addWidget(tile, number // columns, number % columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        return grid

    def _stepping(self) -> QWidget:
        say = QCoreApplication.translate
        box = QWidget(self)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, self._theme.px(4), 0, 0)
        row.setSpacing(self._theme.px(24))
        far = self._today.daysTo(self._last)
        words = {
            "day": (say("Day", "Day"), say("Day", "One day earlier"), say("Day", "One day later")),
            "week": (say("Day", "Week"), say("Day", "One week earlier"), say("Day", "One week later")),
            "month": (say("Day", "Month"), say("Day", "One month earlier"), say("Day", "One month later")),
        }
        for unit, least in (("day", 1), ("week", _WEEK), ("month", _MONTH)):
            if far > least:
                stepper = Stepper(self._theme, *words[unit], parent=box)
                stepper.stepped.connect(lambda step, unit=unit: self._step(unit, step))
                self.steppers[unit] = stepper
                row.addWidget(stepper)
        row.addStretch(1)
        return box

    # ── what the person does ────────────────────────────────────────────────────────────────────

    def _tapped(self, days: int) -> None:
        if days != _OTHER:
            self._choose(self._today.addDays(days), other=False)
            return
        nearest = min(self._today.addDays(2), self._last)
        self._choose(self._day or nearest, other=True)
        self.unfolded.emit()

    def _step(self, unit: str, step: int) -> None:
        day = self._day or self._today
        moved = day.addMonths(step) if unit == "month" else day.addDays(step * (_WEEK if unit == "week" else 1))
        self._choose(max(self._today, min(moved, self._last)), other=True)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self._long(self._day or day)))

    def _choose(self, day: QDate | None, *, other: bool) -> None:
        self._day = day
        chosen = _OTHER if other else (self._today.daysTo(day) if day is not None else None)
        for days, tile in self.tiles.items():
            tile.setChecked(days == chosen)
        if _OTHER in self.tiles:
            found = (
                self._short(day) if other and day is not None else QCoreApplication.translate("Day", "Choose a date")
            )
            tile = self.tiles[_OTHER]
            name = tile.accessibleName()
            tile.set_words(tile.text(), found)
            tile.setAccessibleName(name)
        self._steps.setVisible(other and day is not None)
        if day is not None:
            for stepper in self.steppers.values():
                stepper.allow(less=day > self._today, more=day < self._last)
        self.changed.emit()

    def _short(self, day: QDate) -> str:
        return self._locale.toString(day, _SHORT if day.year() == self._today.year() else _SHORT_YEAR)

    def _long(self, day: QDate) -> str:
        return self._locale.toString(day, _LONG)
