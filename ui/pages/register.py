"""Tell us about yourself: the form of somebody who is not known here, one field below the other."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.contract.profile import FormField, FormKind
from kiosk.enrollment.events import FormFilled, PhoneWanted, WentBack
from kiosk.enrollment.states import Register, State
from kiosk.enrollment.visit import Trouble
from kiosk.errors import InputRefused
from ui.pages import register_words as words
from ui.pages.field_keyboard import FieldKeyboard
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.register_entry import Entry
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.day_field import DayField
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField


class RegisterPage(Page):
    """Shows `Register`. Emits FormFilled; what was typed is kept through errors, Back, and another language.

    While the on-screen keyboard is open, one field at a time is shown, and the key in its corner leads to the next.
    """

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Register | None = None
        self._entries: dict[str, Entry] = {}
        self._told: Trouble | None = None
        self._keyboard = FieldKeyboard(theme, self)
        self._keyboard.turned.connect(self._make_room)
        self._keyboard.continued.connect(self._next_typed)
        self._content: QWidget | None = None
        on_phone = QCoreApplication.translate("Register", "Fill it in on my phone")
        self._on_phone = OptionCard(theme, on_phone, icon="phone", trailing="", parent=self).dense()
        self._on_phone.clicked.connect(lambda: self.emitted.emit(PhoneWanted()))
        self._column = column_of(self, theme)
        self._column.addWidget(self._on_phone)

    # ── the page's contract ─────────────────────────────────────────────────────────────────────

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this form; its fields are built once."""
        assert isinstance(state, Register)
        before, self._state = self._state, state
        if before is None or before.form != state.form:
            self._build(state)
        for entry in self._entries.values():
            entry.field.lock(locked=state.busy)
        self._on_phone.setEnabled(not state.busy)
        self._offer_phone()
        if state.problem is not (before.problem if before else None):
            self._tell(state.problem)
        if before is None and state.problem is None:
            self.sought.emit(self.first_focus())
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Title, sentence, Back and Continue. What is not right with a field is told at the field."""
        state = self._shown()
        say = QCoreApplication.translate
        busy = say("Register", "One moment. We look at what you typed…")
        at_field = isinstance(self._told, InputRefused) and self._told.field in self._entries
        return Chrome(
            title=words.title(state.form.kind),
            sentence=busy if state.busy else words.sentence(state.form),
            step=0,
            problem=None if at_field else self._told,
            back=Action(say("Register", "Back"), "back", WentBack(), "ghost"),
            primary=Action(say("Register", "Continue"), "forward", enabled=not state.busy),
            scene="badge",
            keeps=True,
            compact=self._keyboard.widget is not None and not state.busy,
            help=(
                say("Register", "This is for people who have no account here yet."),
                say("Register", "If something does not fit, ask the people at the desk."),
            ),
        )

    def keyboard(self) -> QWidget | None:
        """The on-screen keyboard, once it was asked for."""
        return self._keyboard.widget

    def first_focus(self) -> QWidget | None:
        """The field that was refused, else the first one that still has to be filled in, else the first."""
        form = self._shown().form.fields
        missing = (self._entries[f.field.name] for f in form if f.required)
        refused = (entry for entry in self._entries.values() if entry.refused)
        wanted = next(refused, None) or next((e for e in missing if not e.field.value()), None)
        return (wanted or next(iter(self._entries.values()))).target

    def submit(self) -> None:
        """Send what was typed; the enrollment judges it."""
        if not self._shown().busy:
            self._keyboard.close()
            self.emitted.emit(FormFilled(self._values()))

    def draft(self) -> Mapping[str, str]:
        """Everything typed so far."""
        return self._values()

    def restore(self, draft: Mapping[str, str]) -> None:
        """Put it back."""
        for name in self._entries.keys() & draft.keys():
            self._entries[name].field.put(draft[name])

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> Register:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _values(self) -> dict[str, str]:
        return {name: entry.field.value() for name, entry in self._entries.items()}

    def _build(self, state: Register) -> None:
        self._keyboard.close()
        if self._content is not None:
            self._content.hide()
            self._content.deleteLater()
        self._entries = {}
        self._content = QWidget(self)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(16))
        row = QHBoxLayout()
        for spec in state.form.fields:
            name = spec.field.name
            entry = Entry(
                self.theme, self._field(spec, state), words.hint(spec.field, self.theme.locale), self._content
            )
            entry.field.put(state.visit.criteria.get(name, self._usual(spec, state)))
            if not (name == words.FAMILY_NAME and words.GIVEN_NAME in self._entries):
                row = QHBoxLayout()
                row.setSpacing(self.theme.px(20))
                column.addLayout(row)
            row.addWidget(entry, 1, Qt.AlignmentFlag.AlignTop)
            self._entries[name] = entry
        column.addStretch(1)
        self._column.addWidget(self._content)
        self._content.show()  # now, not when the layout gets to it: only what is shown can take the focus

    def _field(self, spec: FormField, state: Register) -> TextField | DayField:
        name = spec.field.name
        label = words.label(spec, state.form.kind, self.theme.locale)
        if name == words.LAST_DAY:
            day = DayField(self.theme, label, self.place.now().date(), state.form.longest_days, self)
            day.changed.connect(lambda: self._edited(name))
            day.unfolded.connect(lambda: self.sought.emit(self._entries[name]))
            return day
        field = TextField(self.theme, label, spec.field.kind, self)
        if name == words.SPONSOR or state.form.kind is FormKind.MEMBER:  # guests have addresses of their own
            field.domain = state.visit.profile.email_domain
        if name in (words.GIVEN_NAME, words.FAMILY_NAME):
            field.slim()
        field.changed.connect(lambda: self._edited(name))
        field.entered.connect(lambda: self._entered(name))
        field.focused.connect(lambda: self._keyboard.follow(field))
        field.keyboard_wanted.connect(lambda: self._keyboard.turn(field))
        return field

    def _usual(self, spec: FormField, state: Register) -> str:
        """What most people would choose: visitors come for a day."""
        today = spec.field.name == words.LAST_DAY and spec.required and state.form.kind is FormKind.VISITOR
        return self.place.now().date().toString("yyyy-MM-dd") if today else ""

    # ── what the person does ────────────────────────────────────────────────────────────────────

    def _edited(self, name: str) -> None:
        entry = self._entries.get(name)
        if entry is not None and entry.refused:
            entry.tell("")
        if self._told is not None:
            self._told = None
            self.changed.emit()
        if self._keyboard.widget is not None:
            self._keyboard.say(self._on())

    def _entered(self, name: str) -> None:
        """Enter goes to the next empty field, and from the last one on."""
        later = self._empty_after(name)
        if later is None:
            self.submit()
        else:
            later.target.setFocus()

    def _empty_after(self, name: str, *, typed: bool = False) -> Entry | None:
        names = list(self._entries)
        rest = (self._entries[later] for later in names[names.index(name) + 1 :])
        return next((e for e in rest if not e.field.value() and (e.text is not None or not typed)), None)

    def _tell(self, problem: Trouble | None) -> None:
        self._told = problem
        form = {spec.field.name: spec.field for spec in self._shown().form.fields}
        for name, entry in self._entries.items():
            said = ""
            if isinstance(problem, InputRefused) and problem.field == name:
                said = words.refused(form[name], problem.reason)
                QAccessible.updateAccessibility(
                    QAccessibleAnnouncementEvent(self, f"{entry.field.label.text()}: {said}")
                )
            entry.tell(said)
            if said and self.isVisible():
                entry.target.setFocus()
                self.sought.emit(entry)

    # ── the keyboard ────────────────────────────────────────────────────────────────────────────

    def _make_room(self) -> None:
        """One field is enough above an open keyboard."""
        aimed = self._keyboard.field
        for entry in self._entries.values():
            entry.setVisible(aimed is None or entry.field is aimed)
        self._offer_phone()
        self._keyboard.say(self._on())
        self.changed.emit()

    def _offer_phone(self) -> None:
        """The way to fill it in elsewhere stands above the form, and makes room for an open keyboard."""
        self._on_phone.setVisible(self._shown().visit.profile.forms_on_phone and self._keyboard.widget is None)

    def _typed_now(self) -> str:
        return next((name for name, entry in self._entries.items() if entry.field is self._keyboard.field), "")

    def _on(self) -> str:
        """What the key in the corner of the keyboard leads to."""
        name = self._typed_now()
        more = bool(name) and self._empty_after(name, typed=True) is not None
        return (
            QCoreApplication.translate("Register", "Next") if more else QCoreApplication.translate("Register", "Done")
        )

    def _next_typed(self) -> None:
        """To the next empty field that is typed into; after the last one the whole form is shown again."""
        name = self._typed_now()
        later = self._empty_after(name, typed=True) if name else None
        field = later.text if later is not None else None
        if later is None or field is None:
            self._keyboard.close()
            return
        later.show()  # only what is shown can take the focus, and the keyboard comes along
        field.edit.setFocus()
