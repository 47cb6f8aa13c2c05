"""How can we check it is you: the ways to choose from, the badge, the confirmation. The code has its own page."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.profile import FieldKind, VerificationMethod
from kiosk.enrollment.events import BadgeShown, MethodChosen, PersonConfirmed, WentBack
from kiosk.enrollment.states import ChooseMethod, ConfirmPerson, ShowBadge, State
from ui.badge_ear import BadgeEar
from ui.pages import verify_words as words
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.text import clean
from ui.theme import Theme
from ui.widgets.camera_view import CameraView
from ui.widgets.keyboard import Keyboard
from ui.widgets.keyboard_layouts import DIGITS
from ui.widgets.label import Label
from ui.widgets.option_card import OptionCard
from ui.widgets.status_card import StatusCard
from ui.widgets.text_field import TextField

TYPE = "type"
"""The name of the action that opens the field for the badge's number."""


def column_of(page: QWidget, theme: Theme) -> QVBoxLayout:
    """The column that the content of a page stands in."""
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(16))
    return column


def method_card(theme: Theme, offer: VerificationOffer, parent: QWidget) -> OptionCard:
    """The card of one way to be checked."""
    title, detail = words.method_title(offer.method), words.method_detail(offer)
    return OptionCard(theme, title, detail, words.ICONS[offer.method], parent=parent)


class ChooseMethodPage(Page):
    """Shows `ChooseMethod`: one card for each way that is left. Emits MethodChosen."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: ChooseMethod | None = None
        self._cards: dict[OptionCard, VerificationMethod] = {}
        self._scene = "mail"
        self._column = column_of(self, theme)
        self._column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show these offers."""
        assert isinstance(state, ChooseMethod)
        before, self._state = self._state, state
        if before is None or before.offers != state.offers:
            self._build(state.offers)
        for card in self._cards:
            card.setEnabled(not state.busy)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The cards are the actions; the scene follows the one that has the focus."""
        assert self._state is not None
        busy = QCoreApplication.translate("Verify", "One moment…")
        return Chrome(
            title=QCoreApplication.translate("Verify", "How can we check it is you?"),
            sentence=busy if self._state.busy else QCoreApplication.translate("Verify", "Choose one."),
            step=1,
            problem=self._state.problem,
            back=Action(words.back(), "back", WentBack(), "ghost"),
            scene=self._scene,
        )

    def first_focus(self) -> QWidget | None:
        """The first card."""
        return next(iter(self._cards), None)

    def eventFilter(self, card: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The picture follows the focus."""
        if event.type() == QEvent.Type.FocusIn and isinstance(card, OptionCard):
            scene = words.SCENES[self._cards[card]]
            if scene != self._scene:
                self._scene = scene
                self.changed.emit()
        return False

    def _build(self, offers: tuple[VerificationOffer, ...]) -> None:
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._cards = {}
        for index, offer in enumerate(offers):
            card = method_card(self.theme, offer, self)
            card.clicked.connect(lambda _=False, method=offer.method: self.emitted.emit(MethodChosen(method)))
            card.installEventFilter(self)
            self._cards[card] = offer.method
            self._column.insertWidget(index, card)
            card.show()  # now, not when the layout gets to it: only what is shown can take the focus
        self._scene = words.SCENES[offers[0].method] if offers else self._scene


class ShowBadgePage(Page):
    """Shows `ShowBadge`: the reader is heard at once; the number can be typed instead. Emits BadgeShown."""

    def __init__(
        self,
        theme: Theme,
        place: Surroundings,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(theme, place, parent)
        self._state: ShowBadge | None = None
        self._typing = False
        self._keyboard: Keyboard | None = None
        self._status = StatusCard(theme, parent=self)
        label = QCoreApplication.translate("Verify", "Badge number")
        self._field = TextField(theme, label, FieldKind.BADGE, self)
        self._field.entered.connect(self.submit)
        self._field.keyboard_wanted.connect(self._turn_keyboard)
        self._field.hide()
        column = column_of(self, theme)
        column.addWidget(self._status)
        column.addWidget(self._field)
        column.addStretch(1)
        self._ear = BadgeEar(self, clock)
        self._ear.scanned.connect(self._shown)
        eye = place.camera() if place.badges_seen else None
        self._view = CameraView(theme, eye) if eye is not None else None
        if self._view is not None:
            self._view.read.connect(self._shown)
            self._view.lost.connect(self._blinded)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Wait for the badge, or for the service's answer to it."""
        assert isinstance(state, ShowBadge)
        self._state = state
        self._ear.listening = not state.busy
        self._field.lock(locked=state.busy)
        if state.busy:
            self._status.show_status(QCoreApplication.translate("Verify", "Checking your badge…"))
        else:
            self._status.show_status(QCoreApplication.translate("Verify", "Waiting for your badge"))
        self._settle()

    def chrome(self) -> Chrome:
        """Back, and the way to type the number."""
        assert self._state is not None
        busy = self._state.busy
        typing = Action(QCoreApplication.translate("Verify", "Type instead"), "keyboard", None, "secondary", name=TYPE)
        return Chrome(
            title=words.badge_title(seen=self._view is not None),
            sentence="" if self._view is not None else words.reader_place(self.place.reader),
            step=1,
            problem=self._state.problem,
            back=Action(words.back(), "back", WentBack(), "ghost"),
            primary=Action(words.go_on(), "forward", enabled=not busy) if self._typing else None,
            secondary=None if self._typing or busy else typing,
            scene="badge",
            compact=self._keyboard is not None,
        )

    def keyboard(self) -> QWidget | None:
        """The on-screen keyboard, once it was asked for."""
        return self._keyboard

    def pad(self) -> QWidget | None:
        """What the camera sees, where badges are codes."""
        return self._view

    def trigger(self, name: str) -> None:
        """Open the field."""
        if name == TYPE:
            self._typing = True
            self._settle()
            self._field.edit.setFocus()

    def submit(self) -> None:
        """Send the typed number."""
        number = self._field.value().strip()
        if number and self._typing:
            self._drop_keyboard()
            self._shown(number)

    def first_focus(self) -> QWidget | None:
        """The field, else the status."""
        return self._field.edit if self._typing else self._status

    def _settle(self) -> None:
        busy = self._state is not None and self._state.busy
        self._field.setVisible(self._typing)
        self._status.setVisible(busy or not self._typing)
        self.changed.emit()

    def _shown(self, number: str) -> None:
        if self._state is not None and not self._state.busy:
            self._field.put("")
            self.emitted.emit(BadgeShown(number))

    def _blinded(self) -> None:
        """The camera cannot be had: the reader, and typing, are left."""
        self._view = None
        self.changed.emit()

    def _turn_keyboard(self) -> None:
        if self._keyboard is not None:
            self._drop_keyboard()
        else:
            self._keyboard = Keyboard(self.theme, latin_only=True)
            self._keyboard.show_layer(DIGITS)
            self._keyboard.aim(self._field.edit)
            self._keyboard.continued.connect(self.submit)
            self._keyboard.closed.connect(self._drop_keyboard)
        self.changed.emit()

    def _drop_keyboard(self) -> None:
        if self._keyboard is not None:
            self._keyboard.hide()
            self._keyboard.deleteLater()
            self._keyboard = None
            self.changed.emit()


class ConfirmPersonPage(Page):
    """Shows `ConfirmPerson`: the masked person. Emits PersonConfirmed through the shell's primary action."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: ConfirmPerson | None = None
        self._card: QFrame | None = None
        self._column = column_of(self, theme)
        self._column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show the person."""
        assert isinstance(state, ConfirmPerson)
        before, self._state = self._state, state
        if before is None or before.person != state.person:
            if self._card is not None:
                self._card.deleteLater()
            self._card = self._make_card(state)
            self._column.insertWidget(0, self._card)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Yes and no."""
        assert self._state is not None
        yes = QCoreApplication.translate("Verify", "Yes, this is me")
        no = QCoreApplication.translate("Verify", "No, go back")
        return Chrome(
            title=QCoreApplication.translate("Verify", "Is this you?"),
            sentence=QCoreApplication.translate("Verify", "We found one person with what you typed."),
            step=1,
            problem=self._state.problem,
            back=Action(no, "back", WentBack(), "secondary"),
            primary=Action(yes, "check", PersonConfirmed(), enabled=not self._state.busy),
            scene="badge",
        )

    def _make_card(self, state: ConfirmPerson) -> QFrame:
        card = QFrame(self)
        card.setProperty("kind", "card")
        rows = QVBoxLayout(card)
        rows.setContentsMargins(self.theme.px(24), self.theme.px(8), self.theme.px(24), self.theme.px(8))
        rows.setSpacing(0)
        rows.addWidget(self._line(clean(state.person.name), "", card))
        for label, value in state.person.details:
            rule = QFrame(card)
            rule.setProperty("kind", "rule")
            rule.setFixedHeight(1)
            rows.addWidget(rule)
            rows.addWidget(self._line(words.detail_label(label), clean(value), card))
        return card

    def _line(self, label: str, value: str, card: QFrame) -> QWidget:
        line = QWidget(card)
        line.setMinimumHeight(self.theme.size("list_row"))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if not value:
            row.addWidget(Label(self.theme, "strong", label, parent=line), 1, middle)
            return line
        row.addWidget(Label(self.theme, "small", label, "ink_soft", line), 1, middle)
        row.addWidget(Label(self.theme, "small", f"<b>{value}</b>", parent=line).one_line(), 0, middle)
        return line
