"""What must, or may, be accepted: a text to read at one's own pace, and yes or no."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kiosk.enrollment.events import Skipped, TermsAccepted, WentBack
from kiosk.enrollment.register import language_of
from kiosk.enrollment.states import AcceptTerms, State
from ui.pages.identify_words import in_language
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.text import clean, paragraphs
from ui.theme import Theme
from ui.widgets.label import Label


class AcceptTermsPage(Page):
    """Shows `AcceptTerms`. Emits TermsAccepted, Skipped where they are not required, and WentBack.

    Accept can be pressed at once: nobody reads better for having been made to scroll.
    """

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: AcceptTerms | None = None
        self._card: QFrame | None = None
        self._column = column_of(self, theme)
        self._column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this text."""
        assert isinstance(state, AcceptTerms)
        before, self._state = self._state, state
        if before is None or before.terms != state.terms:
            if self._card is not None:
                self._card.hide()
                self._card.deleteLater()
            self._card = self._make_card(state)
            self._column.insertWidget(0, self._card)
            self._card.show()  # now, not when the layout gets to it: only what is shown can take the focus
            if self.isVisible():
                self._card.setFocus()
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The title that the text has, which of how many it is, and both answers."""
        assert self._state is not None
        say = QCoreApplication.translate
        state = self._state
        no = Action(say("Terms", "No, thank you"), "", Skipped(), "secondary", not state.busy)
        return Chrome(
            title=clean(in_language(state.terms.titles, self.theme.locale), 80) or say("Terms", "Please read this"),
            sentence=say("Terms", "One moment…") if state.busy else self._sentence(state),
            step=0,
            problem=state.problem,
            back=Action(say("Terms", "Back"), "back", WentBack(), "ghost"),
            primary=Action(say("Terms", "Accept"), "check", TermsAccepted(), enabled=not state.busy),
            secondary=None if state.terms.required else no,
            scene="terms",
            keeps=True,
            help=(
                say("Terms", "Take your time. Your organization keeps a note of what you accepted, and when."),
                say("Terms", "If you do not agree, go back, or ask the people at the desk."),
            ),
        )

    def first_focus(self) -> QWidget | None:
        """The text: an Enter too many must not accept it unread."""
        return self._card

    def _sentence(self, state: AcceptTerms) -> str:
        say = QCoreApplication.translate
        if state.terms.required:
            read = say("Terms", "Please read this. You need to accept it to go on.")
        else:
            read = say("Terms", "Please read this. You can go on without it.")
        if state.total < 2:
            return read
        which = say("Terms", "<b>{number} of {total}.</b>").format(number=state.number, total=state.total)
        return f"{which} {read}"

    def _make_card(self, state: AcceptTerms) -> QFrame:
        """The paragraphs, each laid out in the direction of the language that they are written in."""
        theme = self.theme
        language = language_of(state.terms, state.visit.locale)  # the one that is written down as read
        written = theme.with_(locale=language)
        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(card)
        column.setContentsMargins(*(theme.px(28), theme.px(20)) * 2)
        column.setSpacing(theme.px(16))
        read = paragraphs(state.terms.texts.get(language, ""))
        for paragraph in read:
            column.addWidget(Label(written, "body", paragraph, parent=card))
        card.setAccessibleName("\n".join(read))
        return card
