"""How words for trouble are kept: English texts marked for translation, translated when they are said."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class Words:
    """The texts of one class of trouble, in the context "Messages"; see `ui.messages.Message` for their meaning."""

    title: object
    text: object
    todo: tuple[object, ...] = ()
    tone: str = "warn"
    blameless: bool = True
    icon: str = ""


TELL_DESK = (QT_TRANSLATE_NOOP("Messages", "Please tell the desk the reference on this screen."),)
ANOTHER_KEY = (
    QT_TRANSLATE_NOOP("Messages", "Take the key out of the slot."),
    QT_TRANSLATE_NOOP("Messages", "Ask the desk for a key that fits, or try another one."),
)
REPLUG = (
    QT_TRANSLATE_NOOP("Messages", "Take the key out of the slot."),
    QT_TRANSLATE_NOOP("Messages", "Wait a moment, and put it back."),
)
START_AGAIN = (QT_TRANSLATE_NOOP("Messages", "Please start again. It takes about two minutes."),)
NOT_HERE = QT_TRANSLATE_NOOP("Messages", "This key cannot be used here")
