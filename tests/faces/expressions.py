"""Search expressions of the family `profile.login eq "…" and …`, as Okta and PingOne take them: parsed, then asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Test = Callable[[Mapping[str, object]], bool]

_WORD = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[()]|[A-Za-z_][\w.]*|true\b|false\b)')
_LONGEST = 64


class BadExpression(Exception):
    """It cannot be understood, or asks for what may not be asked: why."""


@dataclass(frozen=True)
class Grammar:
    """What may be asked: operators by property; a property that is missing is not known to the vendor."""

    operators: Mapping[str, frozenset[str]]
    others: frozenset[str] = frozenset()
    """Operators for all further names that match `custom`."""
    custom: re.Pattern[str] = re.compile(r"(?!)")
    folded: bool = True
    """Whether texts are compared without their case."""


class Expression:
    """One expression; `matches` asks it of flat values by property. Raises BadExpression."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self._grammar, self._at = grammar, 0
        self._words = _words(text)
        self.matches: Test = self._either()
        if self._at != len(self._words):
            raise BadExpression(f"{self._words[self._at]!r} was not expected")

    def _either(self) -> Test:
        found = [self._both()]
        while self._take("or"):
            found.append(self._both())
        return lambda values: any(each(values) for each in found)

    def _both(self) -> Test:
        found = [self._one()]
        while self._take("and"):
            found.append(self._one())
        return lambda values: all(each(values) for each in found)

    def _one(self) -> Test:
        if self._take("("):
            inner = self._either()
            if not self._take(")"):
                raise BadExpression("a parenthesis is open")
            return inner
        name, operator = self._next(), self._next()
        if operator not in self._operators(name):
            raise BadExpression(f"operator {operator!r} of {name!r}")
        if operator == "pr":
            return lambda values: values.get(name) not in (None, "")
        wanted = self._literal()
        return lambda values: _compared(operator, self._fold(values.get(name)), self._fold(wanted))

    def _operators(self, name: str) -> frozenset[str]:
        if name in self._grammar.operators:
            return self._grammar.operators[name]
        if self._grammar.custom.fullmatch(name):
            return self._grammar.others
        raise BadExpression(f"property {name!r}")

    def _literal(self) -> object:
        word = self._next()
        if word in ("true", "false"):
            return word == "true"
        if not word.startswith('"'):
            raise BadExpression(f"{word!r} is no literal")
        try:
            return json.loads(word, strict=False)
        except ValueError as problem:
            raise BadExpression("a bad escape") from problem

    def _fold(self, value: object) -> object:
        return value.casefold() if isinstance(value, str) and self._grammar.folded else value

    def _next(self) -> str:
        if self._at == len(self._words):
            raise BadExpression("it ends too early")
        self._at += 1
        return self._words[self._at - 1]

    def _take(self, word: str) -> bool:
        found = self._at < len(self._words) and self._words[self._at] == word
        self._at += found
        return found


def _words(text: str) -> list[str]:
    words: list[str] = []
    at = 0
    while text[at:].strip():
        found = _WORD.match(text, at)
        if found is None or len(words) == _LONGEST:
            raise BadExpression(f"character {at}")
        words.append(found.group(1))
        at = found.end()
    return words


def _compared(operator: str, value: object, wanted: object) -> bool:
    if operator == "eq":
        return value == wanted
    if not isinstance(value, str) or not isinstance(wanted, str):
        return False
    ways: dict[str, Callable[[str, str], bool]] = {
        "sw": str.startswith,
        "co": str.__contains__,
        "gt": str.__gt__,
        "ge": str.__ge__,
        "lt": str.__lt__,
        "le": str.__le__,
    }
    return ways[operator](value, wanted)
