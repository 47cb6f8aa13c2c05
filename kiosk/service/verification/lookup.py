"""The pure half of a look-up: filling in the question, reading the answer, and leaving a failing service in peace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import quote, urlsplit

from kiosk.service.directories.connector import Person
from kiosk.service.placeholders import fill, names
from kiosk.service.verification.connector import Outcome
from kiosk.service.verification.settings import LookupSettings, LookupSuccess

STRIKES: Final = 3
"""Failed calls in a row after which the service is left in peace."""
PEACE: Final = timedelta(seconds=30)

_LONGEST_CODE: Final = 256


class NothingToAsk(Exception):
    """A placeholder has no value, or one that would change the question (`..` in a path): the answer is no."""


class Missing(Exception):
    """The answer has no such member."""


@dataclass(frozen=True, slots=True)
class Question:
    """A filled-in request; the secret is not in it."""

    url: str
    body: bytes | None


def values_of(person: Person, code: str) -> Mapping[str, str]:
    """What may be filled in."""
    return {
        "code": code,
        "user.id": person.user_id,
        "user.upn": person.upn,
        "user.employeeId": person.employee_id,
        "user.email": person.email,
    }


def ask(settings: LookupSettings, values: Mapping[str, str]) -> Question:
    """The request for one person and one code. Raises NothingToAsk."""
    used = frozenset[str]().union(*map(names, (settings.url, *settings.body.values(), settings.success.equals)))
    if any(not values[name].strip() for name in used) or len(values["code"]) > _LONGEST_CODE:
        raise NothingToAsk
    url = fill(settings.url, values, _in_url)
    if any(segment in (".", "..") for segment in urlsplit(url).path.split("/")):
        raise NothingToAsk
    if settings.method == "GET":
        return Question(url, None)
    members = {name: fill(text, values) for name, text in settings.body.items()}
    return Question(url, json.dumps(members, ensure_ascii=False).encode())


def judge(success: LookupSuccess, document: Any, values: Mapping[str, str]) -> Outcome:
    """What an answer with a good status says."""
    if not success.json_pointer:
        return Outcome.VERIFIED
    try:
        found = as_text(resolve(document, success.json_pointer))
    except Missing:
        return Outcome.MISMATCH
    expected = fill(success.equals, values)
    return Outcome.VERIFIED if same(found, expected, success.compare) else Outcome.MISMATCH


def resolve(document: Any, pointer: str) -> Any:
    """The member that an RFC 6901 pointer names. Raises Missing."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and _is_index(name) and int(name) < len(document):
            document = document[int(name)]
        else:
            raise Missing
    return document


def as_text(value: Any) -> str:
    """A string or a whole number as text. Raises Missing for anything else: `true` and `[]` name nobody."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    raise Missing


def same(found: str, expected: str, compare: Literal["casefold", "exact", "digits"]) -> bool:
    """Whether two values are the same; two that are empty once reduced are not."""
    match compare:
        case "exact":
            return bool(expected) and found == expected
        case "casefold":
            return bool(expected.strip()) and found.strip().casefold() == expected.strip().casefold()
        case "digits":
            return bool(_digits(expected)) and _digits(found) == _digits(expected)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Three strikes: after them the service is not asked until `quiet_until`; then one call decides."""

    strikes: int = 0
    quiet_until: datetime | None = None

    def open(self, now: datetime) -> bool:
        """Whether the service is left in peace. A peace that lies too far ahead (the clock was set back) is over."""
        return self.quiet_until is not None and now < self.quiet_until <= now + PEACE

    def failed(self, now: datetime) -> Breaker:
        """After a call without a usable answer."""
        strikes = self.strikes + 1
        return replace(self, strikes=strikes, quiet_until=now + PEACE if strikes >= STRIKES else None)

    def answered(self) -> Breaker:
        """After a call with one."""
        return Breaker()


def _in_url(value: str) -> str:
    return quote(value, safe="")


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 10 and (name == "0" or name[0] != "0")


def _digits(text: str) -> str:
    return "".join(each for each in text if each in "0123456789")
