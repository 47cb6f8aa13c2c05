"""What of a log line may be written: an allow-list of keys, tamed values, exceptions without their words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from traceback import walk_tb
from types import TracebackType
from uuid import UUID

HIDDEN = "…"
_LONGEST_TEXT = 200
_MOST_ITEMS = 20
_MOST_FRAMES = 12
_MOST_CAUSES = 5
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")

ALLOWED = frozenset(
    """
    aaguid action attempt attempts attestation batch ceremony channel command component count deadline direction
    duration_ms effect enrollment error exception exit_code extension field file firmware format frames host
    http_status job kind language level line logger message_id method migration mode module name_of_secret outcome
    page page_size phase pid place port problem product_id project protocol reason reasons receipt reference
    relying_party replica request_id result retries_left retry_after route rows scope scopes seconds service signal
    size state station status step steps thread timestamp trace_id transport tries_left type vendor_id verb version
    word worker
    """.split()  # noqa: SIM905 - a list would take a page
)
"""Keys whose values say how the program fares. Nothing that a person typed, owns or is called belongs here, nor does a
key's serial number; a new word is added only together with the reason in the change that needs it."""


def redact(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields that may be written: others keep their key, so that the gap is seen, and lose their value."""
    return {
        key if _EVENT.fullmatch(key) else HIDDEN: tame(value) if key in ALLOWED else HIDDEN
        for key, value in fields.items()
    }


def event_name(event: object) -> str:
    """The event, when it is a name and not a sentence into which something was formatted."""
    return event if isinstance(event, str) and _EVENT.fullmatch(event) else "unnamed_event"


def tame(value: object) -> object:
    """A value fit for one line of JSON: numbers as they are, texts bounded and escaped, objects hidden."""
    if isinstance(value, Enum):
        return tame(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return tame_text(value)
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, tuple | list | frozenset | set):
        kept = [tame(item) for item, _ in zip(value, range(_MOST_ITEMS), strict=False)]
        return [*kept, HIDDEN] if len(value) > _MOST_ITEMS else kept
    return HIDDEN


def tame_text(text: str) -> str:
    r"""Bounded, with control characters, bidirectional overrides and the like written as `\u202e`.

    JSON would escape some of them, but only until somebody prints the decoded text on a terminal.
    """
    shown = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in text[:_LONGEST_TEXT]
    )
    return shown + HIDDEN if len(text) > _LONGEST_TEXT else shown


def summarize(error: BaseException) -> list[str]:
    """Classes and places of an exception and of its causes, innermost frame last; no message, no locals, no source.

    `["kiosk.errors.ServiceBroken", "kiosk.station.client:88", "caused by json.JSONDecodeError", …]`
    """
    lines: list[str] = []
    for depth, each in enumerate(_causes(error)):
        lines.append(("caused by " if depth else "") + _class_name(each))
        lines += _places(each.__traceback__)
    return lines


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < _MOST_CAUSES:
        yield current
        seen.add(id(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _class_name(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, BaseExceptionGroup):
        name += "(" + ", ".join(_class_name(member) for member in error.exceptions[:_MOST_CAUSES]) + ")"
    return name


def _places(traceback: TracebackType | None) -> list[str]:
    frames = [f"{frame.f_globals.get('__name__', '?')}:{line}" for frame, line in walk_tb(traceback)]
    return frames if len(frames) <= _MOST_FRAMES else [HIDDEN, *frames[-_MOST_FRAMES:]]
