"""Keeps people inside the kiosk: nothing that they press, drag or copy leads out of it, or stays for the next one.

The way out for staff is the desk; the system has signals. What the window system itself does with keys (switching
terminals, killing the server) is switched off where it is set up: resources/kiosk.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.enrollment.states import State, Welcome

_NEVER: Final = frozenset(
    {
        QEvent.Type.ContextMenu,
        QEvent.Type.DragEnter,
        QEvent.Type.DragMove,
        QEvent.Type.Drop,
        QEvent.Type.EnterWhatsThisMode,
        QEvent.Type.FileOpen,
        QEvent.Type.WhatsThis,
    }
)
_LEAVING: Final = frozenset({QEvent.Type.WindowStateChange, QEvent.Type.WindowDeactivate})
_KEYS: Final = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride})
_EDITING: Final = frozenset(
    {
        *(Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Z, Qt.Key.Key_Left, Qt.Key.Key_Right),
        *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Backspace, Qt.Key.Key_Delete),
    }
)
"""What Control does in a text field."""
_PLAIN: Final = frozenset(
    {
        *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Space),
        *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
        *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Insert),
        *(Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_AltGr, Qt.Key.Key_Mode_switch),
        *(Qt.Key.Key_Control, Qt.Key.Key_Alt),
    }
)
"""Keys without a letter that the kiosk listens to; the others (functions, menu, media, print) do nothing."""
_STAFF: Final = frozenset({Qt.Key.Key_S})
"""With Control and Alt: asks for staff, who then need their key."""
_LOOK_AGAIN_MS: Final = 250
_PATIENCE: Final = 3
"""How often the window asks for the front before it is shown anew."""
_FIRST_DEAD, _LAST_DEAD = Qt.Key.Key_Dead_Grave.value, Qt.Key.Key_Dead_Longsolidusoverlay.value


class Lockdown(QObject):
    """Watches every event of the application, for as long as its `frame` fills the screen."""

    def __init__(self, app: QApplication, frame: QWidget) -> None:
        super().__init__(frame)
        self._app, self._frame = app, frame
        self._busy = self._ends = False
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.timeout.connect(self._in_front)
        self._asked = 0
        frame.setAcceptDrops(False)
        app.installEventFilter(self)
        forget_copied()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Swallow what would lead out, and come back to the front where something else got there."""
        kind = event.type()
        if kind in _KEYS and isinstance(event, QKeyEvent):
            return not allowed(event)
        if kind == QEvent.Type.Quit:  # by a signal, or by staff: the program itself closes its windows
            self._ends = True
        if kind in _NEVER or (kind == QEvent.Type.Close and not self._ends and self._is_frame(watched)):
            event.ignore()
            return True
        if watched is self._frame and kind in _LEAVING and not self._back.isActive():
            self._back.start(0)
        return False

    def follow(self, state: State) -> None:
        """When somebody has gone, nothing that they copied stays."""
        busy = not isinstance(state, Welcome)
        if self._busy and not busy:
            forget_copied()
        self._busy = busy

    def _is_frame(self, watched: QObject) -> bool:
        return watched is self._frame or watched is self._frame.windowHandle()

    def _in_front(self) -> None:
        """Come back, and look again whether that helped: a window manager that only blinks at a request to come to the
        front (another desktop, focus stealing prevention) gives the front to a window that is shown anew."""
        frame = self._frame
        if self._ends:
            return
        if frame.isVisible() and frame.isFullScreen() and frame.isActiveWindow():
            self._asked = 0
            return
        self._asked += 1
        if self._asked % _PATIENCE == 0:
            frame.hide()
        frame.showFullScreen()
        frame.raise_()
        frame.activateWindow()
        self._back.start(_LOOK_AGAIN_MS)


def allowed(event: QKeyEvent) -> bool:
    """Whether a key is one that people need in the kiosk."""
    key, held = event.key(), event.modifiers()
    control, alt = bool(held & Qt.KeyboardModifier.ControlModifier), bool(held & Qt.KeyboardModifier.AltModifier)
    letter = bool(event.text()) and event.text().isprintable()
    if held & Qt.KeyboardModifier.MetaModifier:
        return False
    if control and alt:  # AltGr is both on some systems, and then makes a letter
        return letter or key in _STAFF or key in (Qt.Key.Key_Control, Qt.Key.Key_Alt)
    if control:
        return key in _EDITING or key in (Qt.Key.Key_Control, Qt.Key.Key_Shift)
    if alt:
        return key == Qt.Key.Key_Alt
    return letter or key in _PLAIN or _FIRST_DEAD <= key <= _LAST_DEAD


def forget_copied() -> None:
    """Empty the clipboard, and what X11 takes for one."""
    clipboard = QGuiApplication.clipboard()
    clipboard.clear(QClipboard.Mode.Clipboard)
    if clipboard.supportsSelection():
        clipboard.clear(QClipboard.Mode.Selection)
