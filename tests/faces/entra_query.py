"""The OData that Microsoft Graph takes to find users: `$filter` parsed, with the rules of advanced queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.faces.server import Refusal

EXTENSIONS = tuple(f"onPremisesExtensionAttributes/extensionAttribute{n}" for n in range(1, 16))
PLAIN = frozenset(
    ("id", "userPrincipalName", "mail", "employeeId", "givenName", "surname", "displayName", "accountEnabled")
)
ADVANCED = frozenset(("mobilePhone", "onPremisesSamAccountName", "officeLocation", "employeeType", *EXTENSIONS))
"""Properties that are found by advanced queries only."""
LISTS = frozenset(("otherMails", "proxyAddresses", "businessPhones"))

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z][A-Za-z0-9_/]*)|([(),:])|(true|false))")

Document = dict[str, Any]
Test = Callable[[Document], bool]


class Filter:
    """A `$filter`. `advanced` tells whether it needs an advanced query. Raises Refusal."""

    def __init__(self, text: str) -> None:
        self.advanced = False
        self._words = _words(text)
        self._at = 0
        self.matches = self._or()
        if self._at != len(self._words):
            raise _syntax(f"'{self._words[self._at]}' at the end")

    def _or(self) -> Test:
        left = self._and()
        while self._take("or"):
            left = _either(left, self._and())
        return left

    def _and(self) -> Test:
        left = self._not()
        while self._take("and"):
            left = _both(left, self._not())
        return left

    def _not(self) -> Test:
        if self._take("not"):
            self.advanced = True
            inner = self._not()
            return lambda user: not inner(user)
        if self._take("("):
            inner = self._or()
            self._need(")")
            return inner
        return self._term()

    def _term(self) -> Test:
        word = self._next()
        if word in ("startsWith", "startswith", "endsWith", "endswith") and self._take("("):
            return self._function(word.lower())
        if word.endswith("/any"):
            return self._any(word.removesuffix("/any"))
        self._known(word)
        operator = self._next()
        if operator not in ("eq", "ne"):
            raise _unsupported(f"operator '{operator}'")
        self.advanced |= operator == "ne"
        literal = self._literal()
        return lambda user: (_folded(_read(user, word)) == literal) is (operator == "eq")

    def _function(self, word: str) -> Test:
        name = self._next()
        self._known(name)
        self._need(",")
        literal = self._literal()
        self._need(")")
        self.advanced |= word == "endswith"
        if word == "endswith":
            return lambda user: str(_folded(_read(user, name))).endswith(str(literal))
        return lambda user: str(_folded(_read(user, name))).startswith(str(literal))

    def _any(self, name: str) -> Test:
        if name not in LISTS:
            raise _syntax(f"'{name}' is no collection")
        self._need("(")
        variable = self._next()
        self._need(":")
        if self._next() != variable or self._next() != "eq":
            raise _syntax("only x:x eq '…' in any()")
        literal = self._literal()
        self._need(")")
        return lambda user: literal in [_folded(each) for each in user.get(name) or ()]

    def _literal(self) -> Any:
        word = self._next()
        if word in ("true", "false"):
            return word == "true"
        if not word.startswith("'"):
            raise _syntax(f"'{word}' is no literal")
        return word[1:-1].replace("''", "'").casefold()

    def _known(self, name: str) -> None:
        self.advanced |= name in ADVANCED
        if name not in PLAIN | ADVANCED:
            raise Refusal(
                400, "Request_BadRequest", f"Could not find a property named '{name}' on type 'microsoft.graph.user'"
            )

    def _next(self) -> str:
        if self._at == len(self._words):
            raise _syntax("it ends too early")
        self._at += 1
        return self._words[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._at < len(self._words) and self._words[self._at] == word:
            self._at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise _syntax(f"'{word}' is missing")


def _words(text: str) -> list[str]:
    words, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise _syntax(f"character {at}")
        words.append(found.group().strip())
        at = found.end()
    return words


def _read(user: Document, name: str) -> Any:
    outer, _, inner = name.partition("/")
    value = user.get(outer)
    return (value or {}).get(inner) if inner else value


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _both(left: Test, right: Test) -> Test:
    return lambda user: left(user) and right(user)


def _either(left: Test, right: Test) -> Test:
    return lambda user: left(user) or right(user)


def _syntax(what: str) -> Refusal:
    return Refusal(400, "Request_BadRequest", f"Invalid filter clause: {what}")


def _unsupported(what: str) -> Refusal:
    return Refusal(400, "Request_UnsupportedQuery", f"Unsupported Query: {what}")
