"""Who are you: choosing a way to say it, checking what was typed, asking the service."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.effects import IdentifyPerson
from kiosk.enrollment.events import AlternativeChosen, CriteriaGiven, Event, WentBack
from kiosk.enrollment.states import Identify
from kiosk.enrollment.step import Step, end, next_attempt, stay
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import InputRefused

_SHAPES = {
    FieldKind.DIGITS: re.compile(r"[0-9][0-9 .\-]*"),
    FieldKind.PHONE: re.compile(r"\+?[0-9(][0-9 ()./\-]{3,}"),
    FieldKind.EMAIL: re.compile(r"[^\s@]+@[^\s@]+"),
    FieldKind.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # joiners that Persian, Hindi and others spell names with


def ask(visit: Visit, problem: Trouble | None = None, name: str = "") -> Identify:
    """The Identify state for the alternative `name`, else the one of before, else the first."""
    every = visit.profile.alternatives
    wanted = name or visit.alternative
    fields = next((a for a in every if a.name == wanted), every[0])
    others = tuple(a for a in every if a.name != fields.name)
    return Identify(replace(visit, alternative=fields.name), fields, others, problem)


def on_identify(state: Identify, event: Event) -> Step:
    """One step while the person says who they are; `flow` hands the service's answer to `verify`."""
    visit = state.visit
    match event:
        case WentBack():
            return end(state, visit)
        case AlternativeChosen(name) if not state.busy:
            return ask(visit, name=name), ()
        case CriteriaGiven(values) if not state.busy:
            return _submit(state, values)
        case Failed(_, error):
            return replace(state, problem=error, busy=False), ()
        case _:
            return stay(state)


def _submit(state: Identify, values: dict[str, str]) -> Step:
    typed = {f.name: values.get(f.name, "") for f in state.fields.fields}
    visit = replace(state.visit, criteria=typed)
    refusal = next((r for r in (refuse(f, typed[f.name]) for f in state.fields.fields) if r), None)
    if refusal is not None:
        return replace(state, visit=visit, problem=refusal), ()
    visit = next_attempt(visit)
    effect = IdentifyPerson(visit.attempt, visit.enrollment_id, visit.locale, state.fields.name, clean(typed))
    return replace(state, visit=visit, problem=None, busy=True), (effect,)


def clean(values: dict[str, str]) -> dict[str, str]:
    """What is sent: NFC and without outer white space; the service does the rest of the normalisation."""
    return {name: unicodedata.normalize("NFC", value).strip() for name, value in values.items()}


def refuse(field: IdentifyField, value: str) -> InputRefused | None:
    """Why a typed value cannot be meant, or None. Judges shape only: nothing here knows who exists."""
    text = unicodedata.normalize("NFC", value[: 4 * field.max_length + 1]).strip()
    if not text:
        return InputRefused(field.name, "empty")
    if len(text) > field.max_length:
        return InputRefused(field.name, "too_long")
    if any(unicodedata.category(c) in _HIDDEN and c not in _JOINERS for c in text):
        return InputRefused(field.name, "characters")
    shape = _SHAPES.get(field.kind)
    if (shape and not shape.fullmatch(text)) or (field.pattern and not re.fullmatch(field.pattern, text)):
        return InputRefused(field.name, "shape")
    return InputRefused(field.name, "shape") if field.kind is FieldKind.DATE and not _is_day(text) else None


def _is_day(text: str) -> bool:
    """Whether the calendar has this day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
