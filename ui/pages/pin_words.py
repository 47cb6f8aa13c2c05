"""The words of the PIN screens: one line for each rule, and the notices."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from kiosk.enrollment.pin_rules import PinRules, Rule
from ui.widgets.checklist import Line, Mark

SAME = "same"
"""The name of the line "Both PINs are the same"."""

_GUESSABLE = frozenset({Rule.NO_SEQUENCE, Rule.NO_REPEAT, Rule.NOT_COMMON, Rule.NOT_OWN_NUMBER, Rule.COMPLEX})


def guessable(rule: Rule) -> bool:
    """Whether a PIN that breaks this rule is easy to guess, rather than of the wrong length or signs."""
    return rule in _GUESSABLE


def line(rule: Rule, rules: PinRules, mark: Mark) -> Line:
    """The line of the checklist for a rule."""
    return Line(rule.value, _rule_words(rule, rules), mark)


def save_words() -> str:
    """What the button says that saves a new PIN."""
    return QCoreApplication.translate("Pin", "Save PIN")


def tries_words(left: int | None, *, few: bool) -> str:
    """How many tries are left, bold when they are few; nothing where the key does not tell."""
    if left is None:
        return ""
    text = QCoreApplication.translate("Pin", "You have %n tries left.", "", left)
    return f"<b>{text}</b>" if few else text


def _rule_words(rule: Rule, rules: PinRules) -> str:
    return {
        Rule.LENGTH: QCoreApplication.translate("Pin", "%n digits or more", "", rules.min_length),
        Rule.NOT_TOO_LONG: QCoreApplication.translate("Pin", "%n characters at most", "", rules.max_length),
        Rule.NO_SEQUENCE: QCoreApplication.translate("Pin", "No runs, like 123456"),
        Rule.NO_REPEAT: QCoreApplication.translate("Pin", "No repeats, like 777777"),
        Rule.NOT_COMMON: QCoreApplication.translate("Pin", "Not one that many use"),
        Rule.NOT_OWN_NUMBER: QCoreApplication.translate("Pin", "Not your staff number"),
        Rule.COMPLEX: QCoreApplication.translate("Pin", "3 different digits or more"),
        Rule.CHARACTERS: QCoreApplication.translate("Pin", "Only digits, letters and signs"),
    }[rule]


def first_words(name: str) -> str:
    """The sentence of a notice, by its name; its first words are bold."""
    return {
        SAME: QCoreApplication.translate("Pin", "Both PINs are the same"),
        "weak": QCoreApplication.translate("Pin", "<b>This PIN is easy to guess.</b> Please choose another one."),
        "unfit": QCoreApplication.translate("Pin", "<b>This PIN does not fit.</b> The list below says why."),
        "differ": QCoreApplication.translate("Pin", "<b>The two PINs are not the same.</b> Type the second one again."),
        "caution": QCoreApplication.translate(
            "Pin", "<b>Be sure of the PIN.</b> When no try is left, the key is locked and must be cleared."
        ),
        "forgotten": QCoreApplication.translate(
            "Pin", "<b>Nobody can look it up.</b> The desk can clear this key, or go back and use another one."
        ),
    }[name]
