"""Waiting for what an emulated machine does in its own time."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from hardware.errors import NoAccess

Found = TypeVar("Found")
LONG = 90.0


def until(look: Callable[[], Found], seconds: float = LONG) -> Found:
    """What `look` finds, once it finds something. A key that udev has not yet opened to us counts as not there yet."""
    ends = monotonic() + seconds
    while True:
        try:
            if found := look():
                return found
        except NoAccess:
            if monotonic() > ends:
                raise
        assert monotonic() < ends, "it never came to that"
        sleep(0.05)
