"""Where the files that are not code live: in a checkout, in an installed tree and in a frozen application."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

_FONT_SUFFIXES = frozenset({".ttf", ".otf", ".ttc"})


def resource(path: str) -> Path:
    """The file or folder `path` ("i18n/de.qm") below `resources/`.

    Raises ValueError for a path that would leave `resources/`, FileNotFoundError when it is not shipped.
    """
    relative = PurePosixPath(path)
    if relative.is_absolute() or ".." in relative.parts:
        raise ValueError(f"not below resources/: {path!r}")
    for root in _roots():
        found = root.joinpath(*relative.parts)
        if found.exists():
            return found
    raise FileNotFoundError(f"resources/{path}")


def fonts() -> tuple[Path, ...]:
    """The typefaces shipped with this program, sorted: all that it draws with when frozen.

    Empty in a checkout, where the same faces come from the system's font packages.
    """
    try:
        folder = resource("fonts")
    except FileNotFoundError:
        return ()
    return tuple(sorted(face for face in folder.rglob("*") if face.suffix.lower() in _FONT_SUFFIXES))


def _roots() -> tuple[Path, ...]:
    """The places of `resources/`, most particular first."""
    unpacked = getattr(sys, "_MEIPASS", None)  # set by PyInstaller's boot loader, and by nothing else
    if unpacked is not None:
        return (Path(unpacked) / "resources",)
    beside_the_packages = Path(__file__).resolve().parent.parent / "resources"
    return (beside_the_packages, Path(sys.prefix) / "share" / "keywright" / "resources")
