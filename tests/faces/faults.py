"""What can go wrong on the way to a server and back, by switch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from threading import Lock
from typing import Any


class Fault(Enum):
    """What happens to one call. BEFORE: nothing is done; AFTER: it is done, and the client does not learn of it."""

    TOO_MANY = auto()
    """429 with the vendor's word when to come again; nothing is done."""
    TOO_MANY_SILENT = auto()
    """429 without that word."""
    UNAVAILABLE = auto()
    """503; nothing is done."""
    LOST_BEFORE = auto()
    LOST_AFTER = auto()
    """The connection ends without an answer."""
    SLOW_BEFORE = auto()
    SLOW_AFTER = auto()
    """No answer until the client has enough of it, or the face stops."""
    HALF = auto()
    """It is done, and half of the answer arrives."""
    BAD_BASE64 = auto()
    """Challenges and ids in the answer cannot be decoded."""
    UNKNOWN_MEMBERS = auto()
    """Members of which nobody has heard at every level of the answer."""
    NOT_JSON = auto()
    """It is done, and a proxy answers with a page of its own."""
    SKEW = auto()
    """The server's clock is an hour ahead in what it tells."""
    EXPIRED_TOKEN = auto()
    """401: the token has just expired; nothing is done."""


NOT_DONE = frozenset(
    (
        Fault.TOO_MANY,
        Fault.TOO_MANY_SILENT,
        Fault.UNAVAILABLE,
        Fault.LOST_BEFORE,
        Fault.SLOW_BEFORE,
        Fault.EXPIRED_TOKEN,
    )
)
"""After these nothing has happened; after all others the call has been carried out."""


@dataclass
class Faults:
    """The faults that wait for their calls, first come, first served."""

    _waiting: list[list[Any]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, call: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of this name meet the fault."""
        with self._lock:
            self._waiting.append([call, fault, times])

    def take(self, call: str) -> Fault | None:
        """The fault that this call meets, if any."""
        with self._lock:
            for entry in self._waiting:
                if entry[0] == call:
                    entry[2] -= 1
                    if not entry[2]:
                        self._waiting.remove(entry)
                    fault: Fault = entry[1]
                    return fault
        return None

    @property
    def waiting(self) -> bool:
        """Whether a fault has not met its call yet."""
        return bool(self._waiting)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()


NOT_BASE64 = "\u00a7 not base64 \u00a7"


def spoiled(document: Any, names: frozenset[str]) -> Any:
    """The document with something that is not base64 under these names, at any level."""
    if isinstance(document, dict):
        return {
            k: NOT_BASE64 if k in names and isinstance(v, (str, list)) else spoiled(v, names)
            for k, v in document.items()
        }
    return [spoiled(each, names) for each in document] if isinstance(document, list) else document


def with_noise(document: Any, noise: dict[str, Any]) -> Any:
    """The document with these members in every object of it."""
    if isinstance(document, dict):
        return noise | {k: with_noise(v, noise) for k, v in document.items()}
    return [with_noise(each, noise) for each in document] if isinstance(document, list) else document


Change = Callable[[Any], Any]
