"""The terminal's words: one sentence for every trouble there is, and nothing that moves a cursor."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import HardwareError, NoAccess, WrongPin
from kiosk.commands.words import FIELDS, METHODS, RULES, SENTENCES, TASKS, sentence, tame
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.pin_rules import Rule
from kiosk.enrollment.states import Task
from kiosk.errors import KeyNotAllowed, KioskError, ServiceBroken


def family(cls: type[Any]) -> set[type[Any]]:
    return {cls}.union(*(family(sub) for sub in cls.__subclasses__()))


TROUBLES = sorted(
    (
        cls
        for cls in family(HardwareError) | family(KioskError)
        if cls.__module__ in ("hardware.errors", "kiosk.errors")
    ),
    key=lambda cls: cls.__name__,
)


@pytest.mark.parametrize("cls", TROUBLES)
def test_every_trouble_has_a_sentence_of_its_own_with_all_of_its_data(cls: Any) -> None:
    assert cls in SENTENCES
    fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(cls) if hasattr(cls, "__dataclass_fields__") else ()
    needed = [field for field in fields if field.default is dataclasses.MISSING]
    samples = {"float": 2.0, "int": 5, "int | None": None, "tuple[str, ...]": ("full",)}
    said = sentence(cls(**{field.name: samples.get(str(field.type), "sample") for field in needed}))
    assert said.endswith(".")
    assert "{" not in said
    assert said.count(". ") >= 1 or cls.__name__ == "Cancelled"


def test_a_reference_is_told() -> None:
    assert sentence(ServiceBroken("K7M-4Q2")).endswith("Reference K7M-4Q2.")


def test_what_is_not_known_is_said_so() -> None:
    assert "Tries left: unknown." in sentence(WrongPin(None))
    assert "(no reason given)" in sentence(KeyNotAllowed())


def test_a_hostile_path_stays_in_its_line() -> None:
    said = sentence(NoAccess("/dev/\x1b[2J\u202egnp", "ask"))
    assert "\x1b" not in said
    assert "\u202e" not in said


@given(st.text())
def test_text_from_outside_is_printable_and_bounded(text: str) -> None:
    shown = tame(text, 20)
    assert shown.isprintable()
    assert len(shown) <= 20


def test_every_rule_method_and_task_has_words() -> None:
    assert set(RULES) == set(Rule)
    assert set(METHODS) == set(VerificationMethod)
    assert set(TASKS) == set(Task)
    assert {"upn", "badge", "phone"} <= set(FIELDS)
