"""Small files that a station keeps in its state folder: replaced in one step, for its own account alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from kiosk.errors import ConfigurationError

LARGEST = 1 << 20
"""Bytes; what is larger is none of ours."""


def keep(path: Path, text: str) -> None:
    """Replace the file, so that a crash leaves the old one or the new one, on the disk. Raises ConfigurationError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _settle(path.parent)
    except OSError as problem:
        with suppress(OSError):
            draft.unlink()
        raise ConfigurationError("state_folder", f"{path.name} cannot be written there") from problem


def kept(path: Path) -> str:
    """What the file holds; empty where there is none that can be read. A link is not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            raw = file.read(LARGEST + 1)
        return raw.decode() if len(raw) <= LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _settle(folder: Path) -> None:
    """The new name is on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
