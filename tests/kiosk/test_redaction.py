"""No value that a log line was not meant to carry is ever written."""

from __future__ import annotations

import ast
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import redaction
from kiosk.contract.enrollments import Phase
from kiosk.errors import ServiceBroken
from kiosk.redaction import ALLOWED, HIDDEN, event_name, redact, summarize, tame, tame_text
from kiosk.secret import Secret

SECRET = "hunter2-4711"  # the text that must not appear


class Talkative:
    def __repr__(self) -> str:
        return SECRET

    __str__ = __repr__


KEYS = st.text(max_size=50) | st.sampled_from(["pin", "code", "token", "user", "email", "answer", "Authorization"])
CARRIERS = st.recursive(
    st.just(SECRET) | st.just(SECRET.encode()) | st.builds(Talkative) | st.builds(Secret, st.just(SECRET)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just(SECRET) | st.text(max_size=5), inner),
)


@given(st.dictionaries(KEYS.filter(lambda key: key not in ALLOWED), CARRIERS))
def test_nothing_under_a_key_that_is_not_allowed_is_written(fields: dict[str, object]) -> None:
    assert SECRET not in json.dumps(redact(fields))


@given(st.sampled_from(sorted(ALLOWED)), st.builds(Talkative) | st.builds(Secret, st.just(SECRET)) | st.binary())
def test_objects_and_bytes_are_hidden_even_under_an_allowed_key(key: str, value: object) -> None:
    assert redact({key: value, "steps": [value, {"pin": value}]}) == {key: HIDDEN, "steps": [HIDDEN, HIDDEN]} | (
        {"steps": [HIDDEN, HIDDEN]} if key == "steps" else {}
    )


def test_a_key_that_is_itself_data_is_hidden() -> None:
    assert redact({SECRET: 1, "pin": 2}) == {HIDDEN: HIDDEN, "pin": HIDDEN}


@given(st.text())
def test_a_text_is_bounded_printable_and_encodable(text: str) -> None:
    shown = tame_text(text)
    assert len(shown) <= 200 * len("\\U0010ffff") + 1
    assert shown.isprintable()
    shown.encode()


def test_controls_and_overrides_are_written_out() -> None:
    assert tame_text("a\r\nb\x1b[0m\u202egnp\u2066") == r"a\u000d\u000ab\u001b[0m\u202egnp\u2066"


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert tame_text("x" * 201) == "x" * 200 + HIDDEN
    assert tame_text("x" * 200) == "x" * 200


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (float("nan"), "nan"),
        (Phase.KEY, "key"),
        (UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00+00:00"),
        ((1, "a"), [1, "a"]),
        (range(3), HIDDEN),
        ({"a": 1}, HIDDEN),
    ],
)
def test_plain_values_are_written_as_they_are(value: object, written: object) -> None:
    assert tame(value) == written


def test_a_long_list_is_cut() -> None:
    assert tame(list(range(30))) == [*range(20), HIDDEN]


@pytest.mark.parametrize("event", ["PIN was " + SECRET, "", "Camel", "a b", 7, None, "x" * 65])
def test_an_event_that_is_no_name_loses_its_words(event: object) -> None:
    assert event_name(event) == "unnamed_event"


def test_an_exception_is_told_by_class_and_place_only() -> None:
    def fail() -> None:
        try:
            json.loads(SECRET)
        except ValueError as cause:
            raise ServiceBroken(SECRET) from cause

    with pytest.raises(ServiceBroken) as caught:
        fail()
    lines = summarize(caught.value)
    assert lines[0] == "kiosk.errors.ServiceBroken"
    assert "caused by json.decoder.JSONDecodeError" in lines
    assert lines[-1].startswith("json.decoder:")
    assert SECRET not in str(lines)


def test_the_context_of_an_exception_is_told_unless_it_was_suppressed() -> None:
    outer = ValueError()
    outer.__context__ = KeyError()
    assert summarize(outer) == ["ValueError", "caused by KeyError"]
    outer.__suppress_context__ = True
    assert summarize(outer) == ["ValueError"]


def test_a_circle_of_causes_and_a_deep_stack_end() -> None:
    def dive(depth: int) -> None:
        if depth == 0:
            raise ServiceBroken
        dive(depth - 1)

    with pytest.raises(ServiceBroken) as caught:
        dive(40)
    second = KeyError()
    caught.value.__cause__, second.__cause__ = second, caught.value
    lines = summarize(caught.value)
    assert (lines[1], len(lines)) == (HIDDEN, 15)


def test_a_group_names_its_members() -> None:
    assert summarize(ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)])) == [
        "ExceptionGroup(ValueError, KeyError)"
    ]


def log_calls() -> list[ast.Call]:
    root = Path(redaction.__file__).parents[1]
    files = [file for part in ("kiosk", "ui", "hardware") for file in (root / part).rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    return [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in levels
        and ast.unparse(node.func.value) in {"_log", "log", "logger", "self._log"}
    ]


def test_our_own_lines_name_their_event_and_lose_none_of_their_fields() -> None:
    calls = log_calls()
    assert calls
    for call in calls:
        assert isinstance(call.args[0], ast.Constant), ast.unparse(call)
        assert event_name(call.args[0].value) == call.args[0].value
        assert {keyword.arg for keyword in call.keywords} <= ALLOWED | {"exc_info"}, ast.unparse(call)
