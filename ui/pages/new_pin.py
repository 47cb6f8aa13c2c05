"""A new PIN, typed twice, and judged while it is typed: what the pages that set one have in common."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from kiosk.enrollment.pin_rules import PinRules, Rule, check
from kiosk.secret import Secret
from ui.pages.pin_words import SAME, first_words, guessable, line
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.checklist import Checklist, Line, Mark
from ui.widgets.notice import Notice
from ui.widgets.pin_field import PinField


class NewPin(QWidget):
    """Two fields, a live checklist, and a notice once something is refused.

    Signals: `changed` on every edit, `entered` at Enter in the second field, `aimed` when a field took the focus.
    """

    changed = Signal()
    entered = Signal()
    aimed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = PinRules()
        self._first_done = self._second_done = False
        self.first = PinField(theme, QCoreApplication.translate("Pin", "New PIN"), self)
        self.second = PinField(theme, QCoreApplication.translate("Pin", "Same PIN again"), self)
        self._notice = Notice(theme, "stop", parent=self)
        self._notice.hide()
        self._rules = Checklist(theme, self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(20))
        grid.setVerticalSpacing(theme.px(16))
        for index in range(1 if theme.folded else 2):
            grid.setColumnStretch(index, 1)
        grid.addWidget(self.first, 0, 0)
        grid.addWidget(self.second, *((1, 0) if theme.folded else (0, 1)))
        column = column_of(self, theme)
        column.setSpacing(theme.px(8))
        column.addLayout(grid)
        column.addWidget(self._notice)
        column.addWidget(self._rules)
        self._connect()

    def judge_by(self, rules: PinRules) -> None:
        """Hold what is typed against these rules from now on."""
        self._given = rules
        self._judge()

    def lock(self, *, locked: bool) -> None:
        """Take no typing while the key works."""
        for field in (self.first, self.second):
            field.lock(locked=locked)

    def take(self) -> Secret:
        """Hand the PIN over, once: both fields are empty afterwards."""
        self.second.clear()
        return self.first.take()

    def clear(self) -> None:
        """Forget what was typed."""
        for field in (self.second, self.first):
            field.clear()

    @property
    def acceptable(self) -> bool:
        """Whether every rule is met, and the PIN was typed twice alike."""
        return bool(self._rules.lines) and all(each.mark is Mark.MET for each in self._rules.lines)

    # ── the checklist ───────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        for field in (self.first, self.second):
            field.changed.connect(self._judge)
            field.focused.connect(lambda field=field: self.aimed.emit(field))
        self.first.left.connect(self._left_first)
        self.second.left.connect(self._left_second)
        self.first.entered.connect(self.second.edit.setFocus)
        self.second.entered.connect(self.entered)

    def _left_first(self) -> None:
        self._first_done = self.first.filled
        self._judge()

    def _left_second(self) -> None:
        self._second_done = self.second.filled
        self._judge()

    def _judge(self) -> None:
        """Show what is met. A rule turns red only once the person has finished the field it speaks of."""
        first, second = self.first.peek(), self.second.peek()
        self._first_done = self._first_done and bool(first)
        self._second_done = bool(second) and (self._second_done or len(second) >= len(first))
        lines = [line(each.rule, self._given, self._mark(met=each.met)) for each in check(first, self._given)]
        lines.append(Line(SAME, first_words(SAME), self._same(first, second)))
        self._rules.show_lines(tuple(lines))
        self._tell(lines)
        self.changed.emit()

    def _mark(self, *, met: bool) -> Mark:
        if met:
            return Mark.MET
        return Mark.REFUSED if self._first_done else Mark.PENDING

    def _same(self, first: str, second: str) -> Mark:
        if first and first == second:
            return Mark.MET
        return Mark.REFUSED if self._second_done and first else Mark.PENDING

    def _tell(self, lines: list[Line]) -> None:
        """The notice below the fields: the worst of what was refused, in words."""
        refused = {each.name for each in lines if each.mark is Mark.REFUSED}
        differ = SAME in refused
        self.first.mark_refused(refused=bool(refused - {SAME}))
        self.second.mark_refused(refused=bool(refused))
        if refused - {SAME}:
            weak = any(guessable(Rule(name)) for name in refused - {SAME})
            self._notice.show_notice("stop", first_words("weak" if weak else "unfit"))
        elif differ:
            self._notice.show_notice("warn", first_words("differ"))
        self._notice.setVisible(bool(refused))
