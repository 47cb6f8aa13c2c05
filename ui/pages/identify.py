"""Who are you: one field set, the other ways, and a badge reader that is heard in every field."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from kiosk.contract.profile import FieldSet, IdentifyField
from kiosk.enrollment.events import AlternativeChosen, CriteriaGiven, WentBack
from kiosk.enrollment.states import Identify, State
from kiosk.enrollment.visit import Trouble
from kiosk.errors import InputRefused
from ui.badge_ear import BadgeEar
from ui.pages.field_keyboard import FieldKeyboard
from ui.pages.identify_words import (
    badge_way,
    field_hint,
    field_label,
    sentence,
    sentence_for_camera,
    way,
    way_icon,
)
from ui.pages.new_here import CHOOSE, LEAVE, NewHere, way_in
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.theme import Theme
from ui.widgets.camera_view import CameraView
from ui.widgets.label import Label
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField


class IdentifyPage(Page):
    """Shows `Identify`. Emits AlternativeChosen and CriteriaGiven; values survive a change of the way, by name."""

    def __init__(
        self,
        theme: Theme,
        place: Surroundings,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(theme, place, parent)
        self._state: Identify | None = None
        self._fields: dict[str, TextField] = {}
        self._typed: dict[str, str] = {}
        self._badge = ""
        self._told: Trouble | None = None
        self._keyboard = FieldKeyboard(theme, self)
        self._keyboard.turned.connect(self._make_room)
        self._keyboard.continued.connect(self.submit)
        self._new: NewHere | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(16))
        self._content: QWidget | None = None
        self._others: QWidget | None = None
        self._ear = BadgeEar(self, clock)
        self._ear.scanned.connect(self._scanned)
        self._view: CameraView | None = None
        if place.badges_seen and (eye := place.camera()) is not None:
            self._view = CameraView(theme, eye)
            self._view.read.connect(self._scanned)
            self._view.lost.connect(self._blinded)

    # ── the page's contract ─────────────────────────────────────────────────────────────────────

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this state; the fields are built anew only when the way changed."""
        assert isinstance(state, Identify)
        before, self._state = self._state, state
        if before is None or before.fields != state.fields or before.others != state.others:
            self._build(state)
        for field in self._fields.values():
            field.lock(locked=state.busy)
        if self._others is not None:
            self._others.setEnabled(not state.busy)
        self._ear.listening = not state.busy and self._badge_way() is not None
        if state.problem is not (before.problem if before else None):
            self._tell(state.problem)
        self.changed.emit()
        if self._badge:
            QTimer.singleShot(0, self, self._send_badge)

    def chrome(self) -> Chrome:
        """Title, sentence, Back and Continue."""
        state = self._shown()
        if self._new is not None and self._new.open:
            return self._new.chrome(0)
        busy = QCoreApplication.translate("Identify", "One moment. We look at what you typed…")
        return Chrome(
            title=QCoreApplication.translate("Identify", "Who are you?"),
            sentence=busy if state.busy else self._sentence(state.fields),
            step=0,
            problem=self._told,
            back=Action(QCoreApplication.translate("Identify", "Back"), "back", WentBack(), "ghost"),
            primary=Action(self._continue(), "forward", enabled=not state.busy),
            secondary=way_in(state.visit.profile.registrations, enabled=not state.busy),
            scene="badge",
            compact=self._keyboard.widget is not None and not state.busy,
        )

    def pad(self) -> QWidget | None:
        """What the camera sees, where a badge is asked for that is a code."""
        asked = self._new is None or not self._new.open
        return self._view if asked and badge_way((self._shown().fields,)) is not None else None

    def keyboard(self) -> QWidget | None:
        """The on-screen keyboard, once it was asked for."""
        return self._keyboard.widget

    def first_focus(self) -> QWidget | None:
        """The field that was refused, else the first one that is empty, else the first; a form, while one is chosen."""
        if self._new is not None and self._new.open:
            return self._new.cards[0]
        fields = list(self._fields.values())
        if isinstance(self._told, InputRefused) and self._told.field in self._fields:
            return self._fields[self._told.field].edit
        return next((field.edit for field in fields if not field.value()), fields[0].edit)

    def submit(self) -> None:
        """Send what was typed; the enrollment judges it."""
        if not self._shown().busy:
            self._keyboard.close()
            self.emitted.emit(CriteriaGiven({name: field.value() for name, field in self._fields.items()}))

    def trigger(self, name: str) -> None:
        """Ask what brings somebody new here, or go back to the fields."""
        if name in (CHOOSE, LEAVE) and self._new is not None and self._content is not None:
            self._keyboard.close()
            self._content.setVisible(name == LEAVE)
            self._new.setVisible(name == CHOOSE)
            self.changed.emit()

    def draft(self) -> Mapping[str, str]:
        """Everything typed so far."""
        return dict(self._typed)

    def restore(self, draft: Mapping[str, str]) -> None:
        """Put it back."""
        self._typed.update(draft)
        for name, field in self._fields.items():
            field.put(self._typed.get(name, ""))

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> Identify:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _sentence(self, fields: FieldSet) -> str:
        return sentence_for_camera() if self.pad() is not None else sentence(fields, self.theme.locale)

    def _blinded(self) -> None:
        """The camera cannot be had: the reader, and typing, are left."""
        self._view = None
        self.changed.emit()

    def _continue(self) -> str:
        return QCoreApplication.translate("Identify", "Continue")

    def _build(self, state: Identify) -> None:
        self._keyboard.close()
        if self._new is None:
            self._new = NewHere(self.theme, state.visit.profile.registrations, self)
            self._new.chosen.connect(self.emitted)
            self._column.addWidget(self._new)
        self._new.hide()
        if self._content is not None:
            self._content.hide()
            self._content.deleteLater()
        self._content = QWidget(self)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(8))
        self._fields = {}
        column.addLayout(self._field_grid(state))
        self._others = self._ways(state.others) if state.others else None
        if self._others is not None:
            column.addSpacing(self.theme.px(4))
            column.addWidget(self._others)
        column.addStretch(1)
        self._column.addWidget(self._content)
        self._content.show()  # now, not when the layout gets to it: only what is shown can take the focus
        if self.isVisible():
            self._fields[state.fields.fields[0].name].edit.setFocus()

    def _field_grid(self, state: Identify) -> QGridLayout:
        """One column; two when there are several fields and text is small enough."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(self.theme.px(20))
        grid.setVerticalSpacing(self.theme.px(16))
        columns = 2 if len(state.fields.fields) > 1 and not self.theme.folded else 1
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        for index, spec in enumerate(state.fields.fields):
            field = self._field(spec, state.visit.criteria.get(spec.name, ""))
            grid.addWidget(field, index // columns, index % columns, Qt.AlignmentFlag.AlignTop)
        return grid

    def _field(self, spec: IdentifyField, before: str) -> TextField:
        field = TextField(self.theme, field_label(spec, self.theme.locale), spec.kind, self._content)
        field.edit.setAccessibleDescription(field_hint(spec, self.theme.locale))
        field.domain = self._shown().visit.profile.email_domain
        field.put(self._typed.setdefault(spec.name, before))
        field.changed.connect(lambda: self._edited(spec.name))
        field.entered.connect(lambda: self._entered(spec.name))
        field.focused.connect(lambda: self._keyboard.follow(field))
        field.keyboard_wanted.connect(lambda: self._keyboard.turn(field))
        self._fields[spec.name] = field
        return field

    def _ways(self, others: tuple[FieldSet, ...]) -> QWidget:
        box = QWidget(self._content)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self.theme.px(16))
        grid.setVerticalSpacing(self.theme.px(8))
        words = QCoreApplication.translate("Identify", "Or do it another way")
        columns = 1 if self.theme.folded or len(others) == 1 else 2
        grid.addWidget(Label(self.theme, "small", words, "ink_soft", box), 0, 0, 1, columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        for index, fields in enumerate(others):
            card = OptionCard(
                self.theme, way(fields, self.theme.locale), icon=way_icon(fields), trailing="", parent=box
            )
            if len(others) > columns:
                card.dense()  # two rows of them leave the column whole
            card.clicked.connect(lambda _=False, name=fields.name: self.emitted.emit(AlternativeChosen(name)))
            grid.addWidget(card, 1 + index // columns, index % columns)
        return box

    # ── what the person does ────────────────────────────────────────────────────────────────────

    def _edited(self, name: str) -> None:
        field = self._fields.get(name)
        if field is None:
            return
        self._typed[name] = field.value()
        field.mark_refused(refused=False)
        if self._told is not None:
            self._told = None
            self.changed.emit()

    def _entered(self, name: str) -> None:
        """Enter goes to the next empty field, and from the last one on."""
        names = list(self._fields)
        for later in names[names.index(name) + 1 :]:
            if not self._fields[later].value():
                self._fields[later].edit.setFocus()
                return
        self.submit()

    def _tell(self, problem: Trouble | None) -> None:
        self._told = problem
        refused = problem.field if isinstance(problem, InputRefused) else ""
        for name, field in self._fields.items():
            field.mark_refused(refused=name == refused)
        if refused in self._fields and self.isVisible():
            self._fields[refused].edit.setFocus()

    def _badge_way(self) -> FieldSet | None:
        state = self._shown()
        return badge_way((state.fields, *state.others))

    def _scanned(self, number: str) -> None:
        """A reader typed a badge: go to the badge's way, whatever field it was typed into, and send it."""
        fields = self._badge_way()
        if fields is None or self._shown().busy:
            return
        self._badge = number
        if fields.name == self._shown().fields.name:
            self._send_badge()
        else:
            self.emitted.emit(AlternativeChosen(fields.name))

    def _send_badge(self) -> None:
        """Send the scanned number, once the badge's own field is there."""
        fields = self._shown().fields
        number, self._badge = self._badge, ""
        if number and badge_way((fields,)) is not None:
            self._fields[fields.fields[0].name].put(number)
            self.submit()

    def _make_room(self) -> None:
        """The other ways make room for an open keyboard."""
        self._keyboard.say(self._continue())
        if self._others is not None:
            self._others.setVisible(self._keyboard.widget is None)
        self.changed.emit()
