"""The column: which page shows which state, its chrome around it, and the change from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from kiosk.contract.policy import PhonePlace, PinMode
from kiosk.enrollment.events import StaffWanted
from kiosk.enrollment.staff import may_be_wanted
from kiosk.enrollment.states import Connecting, Done, IdTaken, Phone, RecoveryCodes, SetUpApp, ShowId, State
from ui.pages import staff_words
from ui.pages.by_state import PAGES
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.theme import Theme
from ui.widgets.action_bar import ActionBar
from ui.widgets.key_line import KeyLine
from ui.widgets.logo import Logo
from ui.widgets.scroller import Scroller
from ui.widgets.sheet import Sheet, inset, key_below, whole
from ui.widgets.step_bar import StepBar

_NAMES = (
    QT_TRANSLATE_NOOP("StepBar", "You"),
    QT_TRANSLATE_NOOP("StepBar", "Check"),
    QT_TRANSLATE_NOOP("StepBar", "Key"),
    QT_TRANSLATE_NOOP("StepBar", "PIN"),
    QT_TRANSLATE_NOOP("StepBar", "Touch"),
)
_KEY, _PIN = 2, 3
"""The index of the first step of the key, and that of the PIN step, which some policies leave out."""


class Wizard(QWidget):
    """Renders states into pages; `emitted` carries what the person did on the page that is shown.

    `chrome_changed` tells the window to look at the stage, the keyboard and the room again. An event leaves only
    once per rendered state: a second press of the same button finds the page answered.
    """

    emitted = Signal(object)
    chrome_changed = Signal()
    help_wanted = Signal()
    desk_wanted = Signal()

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._place = theme, place
        self._state: State | None = None
        self._page: Page | None = None
        self._chrome = Chrome(title="")
        self._answered = False
        self._announced = ""
        self.setObjectName("column")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._build()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._keep_in_sight)

    # ── states ──────────────────────────────────────────────────────────────────────────────────

    def render_state(self, state: State) -> None:
        """Show this state: on the page that is there when its kind stayed the same, else on a new one."""
        same = self._page is not None and type(state) is type(self._state)
        self._state = state
        self._answered = False
        if not same:
            self._change_page(state)
        assert self._page is not None
        focused = self._focused()
        self._page.render(state)
        self._read_chrome()
        if not same:
            self.focus_first()
            self._sheet.come_in()
        elif focused is not None and not (isValid(focused) and focused.isEnabled() and focused.isVisibleTo(self)):
            self.focus_first()

    def _focused(self) -> QWidget | None:
        focused: QWidget | None = self.window().focusWidget()  # the stubs forget None
        return focused if focused is not None and self.isAncestorOf(focused) else None

    @property
    def page(self) -> Page:
        """The page that is shown."""
        assert self._page is not None
        return self._page

    @property
    def chrome(self) -> Chrome:
        """What the page tells of itself."""
        return self._chrome

    @property
    def bar(self) -> ActionBar:
        """The buttons."""
        return self._actions

    @property
    def steps(self) -> StepBar:
        """The progress."""
        return self._steps

    @property
    def overflows(self) -> bool:
        """Whether some of the page is out of sight."""
        return self._scroller.overflows()

    def draft(self) -> Mapping[str, str]:
        """Typed text of the page."""
        return self._page.draft() if self._page else {}

    def restore(self, draft: Mapping[str, str]) -> None:
        """Give typed text back to the page."""
        if self._page is not None:
            self._page.restore(draft)

    def focus_first(self) -> None:
        """Put the focus where the page wants it, else on the primary action."""
        target = self.page.first_focus() or self._actions.button("primary") or self._actions.button("back")
        if target is not None and target.isEnabled():
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── building ────────────────────────────────────────────────────────────────────────────────

    def _build(self) -> None:
        theme = self._theme
        margin = 72 / 1.4 if theme.portrait else (32 if theme.scale < 1 else 48)
        top, bottom = (40 / 1.4, 24) if theme.portrait else (24, 32)
        column = self._column = QVBoxLayout(self)
        self._bottom = theme.px(bottom)
        edge = theme.px(margin) - inset(theme)
        column.setContentsMargins(edge, theme.px(top), edge, self._bottom)
        column.setSpacing(0)
        self._logo, self._key = Logo(theme, self), KeyLine(theme, self)
        self._steps = StepBar(theme, self)
        self._sheet = Sheet(theme)
        self._scroller = Scroller(theme, self._sheet, self)
        self._actions = ActionBar(theme, self)
        self._actions.pressed.connect(self._press)
        for widgets in ((self._logo, self._key), (self._steps,)):
            column.addLayout(_inside(theme, *widgets))
            if not theme.folded:
                column.addSpacing(theme.px(20))
        column.addWidget(self._scroller, 0 if theme.portrait else 1)
        column.addSpacing(theme.px(10))
        column.addLayout(_inside(theme, self._actions))
        upright = QSizePolicy.Policy.Preferred if theme.portrait else QSizePolicy.Policy.Expanding
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, upright)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _change_page(self, state: State) -> None:
        old, self._page = self._page, PAGES[type(state)](self._theme, self._place, self._sheet)
        if old is not None:
            old.blockSignals(True)  # what was begun on it is over
            old.hide()
            old.deleteLater()
        self._sheet.put(self._page)
        self._page.emitted.connect(self._emit)
        self._page.changed.connect(self._read_chrome)
        self._page.sought.connect(lambda widget: self._scroller.seek(whole(widget)))
        self._page.show()
        self._scroller.to_top()

    def _keep_in_sight(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and isValid(new) and self._sheet.isAncestorOf(new):
            self._scroller.show_child(whole(new))

    # ── chrome ──────────────────────────────────────────────────────────────────────────────────

    def _read_chrome(self) -> None:
        before, chrome = self._chrome, self._with_staff(self.page.chrome())
        self._chrome = chrome
        if chrome.title != before.title or (chrome.problem is not None and chrome.problem is not before.problem):
            self._scroller.to_top()  # what is new stands there
        if before.compact and not chrome.compact:
            QTimer.singleShot(0, self, lambda: self._keep_in_sight(None, self._focused()))
        self._sheet.show_chrome(chrome)
        larger = self._theme.text_scale > 1 and not chrome.compact  # words need the room more than the name does
        tight = (self._theme.folded or larger) and not self._theme.portrait
        margins = self._column.contentsMargins()
        margins.setBottom(0 if chrome.compact else self._bottom)  # the keyboard needs the room
        self._column.setContentsMargins(margins)
        self._logo.setVisible(not tight or chrome.step is None)
        self._key.show_key(None if key_below(self._theme) else chrome.key)
        self._steps.setVisible(chrome.step is not None)
        if chrome.step is not None:
            self._steps.show_step(*self._progress(chrome.step))
        self._actions.show_actions(chrome)
        self._actions.setVisible(not chrome.compact and any((chrome.back, chrome.primary, chrome.secondary)))
        self._announce()
        self.chrome_changed.emit()

    def _with_staff(self, chrome: Chrome) -> Chrome:
        """Whom nothing else has verified may ask staff, on whichever page that is told."""
        if self._state is None or chrome.secondary is not None or not may_be_wanted(self._state):
            return chrome
        return replace(chrome, secondary=Action(staff_words.ask(), "people", StaffWanted(), "secondary"))

    def _progress(self, step: int) -> tuple[tuple[str, ...], int]:
        """The steps of this visit, and which one `step` is: some policies leave the PIN out, and where a phone stands
        instead of the key, one step stands for all of the key's."""
        say = QCoreApplication.translate
        names = [say("StepBar", str(name)) for name in _NAMES]
        state = self._state
        if state is None or isinstance(state, Connecting):
            return tuple(names), step
        if _without_key(state):
            return (*names[:_KEY], say("StepBar", "Phone")), min(step, _KEY + 1)
        omitted = state.visit.policy.pin.mode is PinMode.NEVER and step != _PIN
        if omitted:
            del names[_PIN]
        return tuple(names), step - 1 if omitted and step > _PIN else step

    def _announce(self) -> None:
        """Tell a screen reader what changed: the title, then the sentence or what went wrong."""
        title, rest = self._sheet.spoken()
        spoken = f"{title}. {rest}" if rest else title
        if spoken == self._announced:
            return
        self._announced = spoken
        self.setAccessibleName(title)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))

    # ── what the person does ────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter is the primary action wherever nothing else takes it; Escape is Back; the page keys turn pages."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._scroller.turn_page(1 if event.key() == Qt.Key.Key_PageDown else -1)
            return
        places = {Qt.Key.Key_Return: "primary", Qt.Key.Key_Enter: "primary", Qt.Key.Key_Escape: "back"}
        place = places.get(Qt.Key(event.key()), "")
        button = self._actions.button(place)
        waits = self.focusWidget() is not None and self.focusWidget().property("kind") == "card"
        if button is None or not button.isEnabled() or event.isAutoRepeat() or (waits and place == "primary"):
            super().keyPressEvent(event)
            return
        button.click()

    def _press(self, place: str, action: Action) -> None:
        if action.event is not None:
            self._emit(action.event)
        elif action.name == "help":
            self.help_wanted.emit()
        elif action.name == "desk":
            self.desk_wanted.emit()
        else:
            self._ask_page(place, action)

    def _ask_page(self, place: str, action: Action) -> None:
        """The page knows what to do; where it asks another question now, the focus goes to where that begins."""
        before = self._chrome.title
        if place == "primary":
            self.page.submit()
        else:
            self.page.trigger(action.name)
        if self._chrome.title != before:
            self.focus_first()

    def _emit(self, event: object) -> None:
        if self._answered:
            return
        self._answered = True
        self.emitted.emit(event)
        QTimer.singleShot(0, self, self._listen_again)

    def _listen_again(self) -> None:
        """Nothing came of the event, or the same page goes on: it may be asked again."""
        self._answered = False


def _without_key(state: State) -> bool:
    """Whether the phone stands instead of the key, as far as anybody knows by now."""
    match state:
        case Phone(visit=visit) | ShowId(visit=visit) | IdTaken(visit=visit):
            phone = visit.policy.phone
            return phone is not None and phone.place is PhonePlace.INSTEAD and not visit.finished
        case SetUpApp(visit=visit) | RecoveryCodes(visit=visit) | Done(visit=visit):
            return visit.phone_alone
        case _:
            return False


def _inside(theme: Theme, *widgets: QWidget) -> QHBoxLayout:
    """Widgets in line with what scrolls."""
    row = QHBoxLayout()
    row.setContentsMargins(inset(theme), 0, inset(theme), 0)
    for number, widget in enumerate(widgets):
        if number:
            row.addStretch(1)
        row.addWidget(widget)
    return row
