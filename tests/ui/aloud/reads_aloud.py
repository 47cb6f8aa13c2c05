"""Reads the window of an application through AT-SPI, as a screen reader does: one JSON line per thing on the screen.

Runs under Debian's own Python, which alone knows pyatspi: `reads_aloud.py APPLICATION LEAST PRESS`. Waits until the
application shows at least LEAST things, writes each as [role, name], presses the button PRESS, and writes what is
there then.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]  # a package of the system's Python

PATIENCE = 15.0


def walk(thing: Any) -> Iterator[Any]:
    """A thing and all that is in it, as far as it is shown."""
    yield thing
    for index in range(thing.childCount):
        child = thing.getChildAtIndex(index)
        if child is not None and child.getState().contains(pyatspi.STATE_SHOWING):
            yield from walk(child)


def application(name: str) -> Any:
    """The application of this name on the bus, or None."""
    desktop = pyatspi.Registry.getDesktop(0)
    children = (desktop.getChildAtIndex(index) for index in range(desktop.childCount))
    return next((child for child in children if child is not None and child.name == name), None)


def read(name: str, least: int) -> list[Any]:
    """What is shown, once it is that much."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = application(name)
        things = list(walk(found)) if found is not None else []
        if len(things) >= least:
            return things
        time.sleep(0.1)
    sys.exit(f"{name} is not on the bus")


def press(things: list[Any], name: str) -> None:
    """Press the button of this name."""
    button = next(thing for thing in things if thing.name == name and "button" in thing.getRoleName())
    actions = button.queryAction()
    names = [actions.getName(index).lower() for index in range(actions.nActions)]
    actions.doAction(names.index("press"))


def tell(things: list[Any]) -> None:
    """Write what is shown."""
    sys.stdout.write(json.dumps([[thing.getRoleName(), thing.name] for thing in things]) + "\n")


if __name__ == "__main__":
    shown = read(sys.argv[1], int(sys.argv[2]))
    tell(shown)
    press(shown, sys.argv[3])
    time.sleep(0.5)
    tell(read(sys.argv[1], int(sys.argv[2])))
