"""JSON from strangers: bounded in depth before it is parsed, each name once, and nothing that JSON does not have."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

DEEPEST: Final = 12
"""How many arrays and objects may be inside each other."""


def parse_object(text: bytes) -> dict[str, Any]:
    """The object that the text is. Raises ValueError for anything else; the caller has bounded its length."""
    decoded = text.decode("utf-8")
    if _depth(decoded) > DEEPEST:
        raise ValueError("too deep")
    found = json.loads(decoded, object_pairs_hook=_each_once, parse_constant=_no_number)
    if type(found) is not dict:
        raise ValueError("no object")
    return found


def _depth(text: str) -> int:
    """How deep brackets nest outside of strings; the parser itself would go as deep as it is told to."""
    deepest = depth = 0
    quoted = escaped = False
    for each in text:
        if quoted:
            quoted, escaped = each != '"' or escaped, each == "\\" and not escaped
        elif each == '"':
            quoted = True
        elif each in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif each in "]}":
            depth -= 1
    return deepest


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")  # which of the two counts is a matter of taste, and of attacks
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
