"""Where a simulated key keeps its memory: in its flash, and in a file where it shall outlive the program."""

from __future__ import annotations

import os
from copy import copy
from pathlib import Path

from hardware.simulated.flash import Flash
from hardware.simulated.memory import Memory


class Store:
    """What was stored last is what the next power-up begins with."""

    def __init__(self, memory: Memory, file: Path | None) -> None:
        self.flash = Flash()
        self.flash.write(memory.to_json().encode())
        self._stored = copy(memory)
        self._file = file

    def load(self) -> Memory:
        """What the flash holds, for who may change it."""
        self._stored = Memory.from_json((self.flash.read() or b"").decode())
        return copy(self._stored)

    def commit(self, memory: Memory) -> None:
        """Store what has changed, if anything has. Raises PowerLost, and OSError for the file."""
        if memory == self._stored:
            return
        text = memory.to_json()
        self.flash.write(text.encode())
        self._stored = copy(memory)
        if self._file is not None:
            _write(self._file, text)

    def save(self, path: Path) -> None:
        """Write it to a file, which is whole at any moment. Raises OSError."""
        _write(path, self._stored.to_json())


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, so that a kill at any moment leaves the old or the new one."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
