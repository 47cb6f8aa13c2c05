"""A policy as people write it: one setting a line, `pin.min_length = 8`, its value as JSON; pure."""

from __future__ import annotations

import json
from typing import Any, Final

from kiosk.service.policies.rules import SECTIONS, BadPolicy, Document

LONGEST: Final = 20_000
"""Characters of a document."""


def written(document: Document) -> str:
    """The document, a line for each member, tables first."""
    tables = [name for name in SECTIONS if name in document]
    rest = sorted(set(document) - set(tables))
    lines = [f"{name}.{member} = {_told(value)}" for name in tables for member, value in document[name].items()]
    return "".join(f"{line}\n" for line in (*lines, *(f"{name} = {_told(document[name])}" for name in rest)))


def read(text: str) -> dict[str, Any]:
    """What the lines say; empty ones, and those that begin with #, say nothing.

    Raises BadPolicy, at the path or the number of the line.
    """
    if len(text) > LONGEST:
        raise BadPolicy("", f"is longer than {LONGEST} characters")
    document: dict[str, Any] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            _take(document, number, line)
    return document


def _take(document: dict[str, Any], number: int, line: str) -> None:
    path, is_there, said = (part.strip() for part in line.partition("="))
    name, dot, member = path.partition(".")
    if not is_there or not name or (dot and not member) or bool(dot) is not (name in SECTIONS):
        raise BadPolicy(f"line {number}", "is not of the form: pin.min_length = 8")
    value = _value(path, said)
    table = document.setdefault(name, {}) if dot else document
    if (member or name) in table:
        raise BadPolicy(path, "is said twice")
    table[member or name] = value


def _value(path: str, said: str) -> Any:
    try:
        return json.loads(said, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadPolicy(path, 'has no value such as 8, true, "staff", ["a", "b"] or null') from error


def _no_number(_: str) -> Any:
    raise ValueError("NaN and Infinity are no JSON")


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
