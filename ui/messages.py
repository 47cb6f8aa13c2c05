"""What a page says when something went wrong: what happened and what to do, in plain language.

One table, looked up along the class tree, so that a class without words of its own speaks with its parent's.
A person never reads a class name or a number; what staff need is in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from hardware.errors import WrongPin
from kiosk.enrollment.visit import Trouble
from kiosk.errors import (
    InputRefused,
    KeyNotAdmitted,
    KeyNotAllowed,
    LetterNotPrinted,
    Locked,
    ProofRefused,
    RegistrationRefused,
    TooSoon,
    WrongCode,
)
from ui.text import clean
from ui.words_key import KEY_WORDS
from ui.words_kiosk import INPUTS, KIOSK_WORDS, NO_PRINTER
from ui.words_reasons import party_words, reason_words

WORDS = KEY_WORDS | KIOSK_WORDS
"""The words of every class of trouble."""

_WITH_REASONS = (KeyNotAdmitted, KeyNotAllowed, RegistrationRefused, ProofRefused)
_LONG, _HOURS = 100, 5400
"""Seconds: from here on a wait is told in minutes, or in hours."""


@dataclass(frozen=True)
class Message:
    """What a page tells: `title` has no full stop, `text` is one or two sentences, `todo` what to do next.

    `tone` is "warn" (try again) or "stop" (not accepted). `blameless`: the person has done nothing wrong.
    """

    title: str
    text: str
    todo: tuple[str, ...]
    tone: str
    blameless: bool
    icon: str

    @property
    def notice(self) -> str:
        """Both in one: bold first words, then what to do."""
        return QCoreApplication.translate("Messages", "<b>{title}.</b> {text}").format(title=self.title, text=self.text)


def message(problem: Trouble) -> Message:
    """The words for this trouble, in the language that is spoken now."""
    words = next(WORDS[cls] for cls in type(problem).__mro__ if cls in WORDS)
    said = Message(
        title=_say(words.title),
        text=_say(words.text),
        todo=tuple(_say(step) for step in words.todo),
        tone=words.tone,
        blameless=words.blameless,
        icon=words.icon,
    )
    return _with_data(said, problem)


def reasons(problem: Trouble, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Why a key is refused: one sentence for each reason that has words, most fundamental first. `names` are those of
    relying parties by their ids, for reasons that only one of them has."""
    given = problem.reasons if isinstance(problem, _WITH_REASONS) else ()
    return tuple(dict.fromkeys(text for text in (_reason(word, names or {}) for word in given) if text))


def reason_said(word: str) -> str:
    """A reason against a key; a word that nobody here has heard of, as it is."""
    words = reason_words(word)
    return _say(words) if words is not None else clean(word.replace("_", " "))


def party_reason(word: str) -> str:
    """Why one relying party does not have the key."""
    return _say(party_words(word))


def _reason(given: str, names: Mapping[str, str]) -> str:
    """One reason; of a relying party (`<id>:<word>`), after its name."""
    party, colon, word = given.rpartition(":")
    if not colon:
        words = reason_words(word)
        return _say(words) if words is not None else ""
    said = _say(party_words(word))
    text = QCoreApplication.translate("Messages", "{party}: {reason}")
    return text.format(party=clean(names[party]), reason=said) if party in names else said


def duration(seconds: int) -> str:
    """A wait in words: seconds, minutes from 100 seconds on, hours from 90 minutes on."""
    if seconds >= _HOURS:
        return QCoreApplication.translate("Messages", "%n hour(s)", "", -(-seconds // 3600))
    if seconds >= _LONG:
        return QCoreApplication.translate("Messages", "%n minute(s)", "", -(-seconds // 60))
    return QCoreApplication.translate("Messages", "%n second(s)", "", seconds)


def tries_left(count: int) -> str:
    """How often one may try again."""
    return QCoreApplication.translate("Messages", "%n try(s) left.", "", count)


def _with_data(said: Message, problem: Trouble) -> Message:
    match problem:
        case WrongPin(int(left)) | WrongCode(tries_left=int(left)):
            return replace(said, text=tries_left(left))
        case TooSoon(retry_after=wait) | Locked(retry_after=wait):
            time = duration(wait)
            return replace(
                said, text=said.text.format(time=time), todo=tuple(step.format(time=time) for step in said.todo)
            )
        case KeyNotAdmitted() | KeyNotAllowed() | RegistrationRefused() | ProofRefused():
            return replace(said, text=" ".join(reasons(problem)) or said.text)
        case LetterNotPrinted(why="no_printer"):
            return replace(said, text=_say(NO_PRINTER))
        case InputRefused(reason=reason) if reason in INPUTS:
            title, text = INPUTS[reason]
            return replace(said, title=_say(title), text=_say(text))
        case _:
            return said


def _say(text: object) -> str:
    return QCoreApplication.translate("Messages", str(text))
