"""What doctor looks at on this machine: one function a check, each with its remedy."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hardware.authenticator import KeySource
from hardware.errors import HardwareError, NoAccess
from kiosk.commands.composition import JOURNAL
from kiosk.commands.words import sentence, tame
from kiosk.errors import KioskError
from kiosk.resources import fonts
from kiosk.station.journal_file import look

CAMERA_LIBRARIES = ("PySide6.QtMultimedia", "zxingcpp")
"""Those of the extra `camera`."""

LIBRARIES = (
    "PySide6.QtWidgets",
    "fido2",
    "hid",
    "qrcode",
    "requests",
    "keyring",
    "cryptography",
    "fastapi",
    "uvicorn",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "phonenumbers",
    "ldap3",
    "structlog",
)
FACES = ("Manrope", "Noto Sans Arabic")
ENOUGH, LITTLE = 200_000_000, 5_000_000
"""Bytes free: below the first doctor warns, below the second the journal could soon fail."""


class Level(StrEnum):
    """How it stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, what was seen, and what to do about it."""

    name: str
    level: Level
    seen: str
    remedy: str = ""


def good(name: str, seen: str) -> Finding:
    """All is well."""
    return Finding(name, Level.OK, seen)


def bad(name: str, seen: str, remedy: str, level: Level = Level.FAIL) -> Finding:
    """Something is to be done."""
    return Finding(name, level, seen, remedy)


def check_python() -> Finding:
    """The interpreter."""
    return good("python", f"{platform.python_version()} on {platform.platform(terse=True)}")


def check_libraries(find: Callable[[str], object] = importlib.util.find_spec) -> Finding:
    """The libraries, without importing them."""
    missing = [name for name in LIBRARIES if not _found(find, name)]
    if missing:
        return bad("libraries", "missing: " + ", ".join(missing), "remove .venv and start ./keywright again")
    return good("libraries", f"all {len(LIBRARIES)} are there")


def _found(find: Callable[[str], object], name: str) -> bool:
    try:
        return find(name) is not None
    except ModuleNotFoundError:  # the package above it is missing
        return False


def check_camera(
    wanted: bool | str,
    find: Callable[[str], object] = importlib.util.find_spec,
    devices: Path = Path("/dev"),
    system: str = sys.platform,
) -> Finding:
    """What reads codes that are shown to the kiosk, where it should have a camera. A kiosk goes on without one."""
    if wanted is False:
        return good("camera", "none is wanted")
    missing = [name for name in CAMERA_LIBRARIES if not _found(find, name)]
    if missing:
        remedy = "install the extra `camera`"
        return bad("camera", "missing: " + ", ".join(missing), remedy, Level.WARN)
    if system == "linux" and not any(devices.glob("video*")):
        return bad("camera", "none is plugged in", "plug one in; this account needs access to /dev/video*", Level.WARN)
    return good("camera", "its libraries are there")


def check_display(environment: Mapping[str, str], *, needed: bool, system: str = sys.platform) -> Finding:
    """Somewhere to open a window; `needed` by a kiosk, not by a service or a terminal."""
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if chosen in ("offscreen", "minimal"):
        remedy = "unset QT_QPA_PLATFORM for a window that people can see"
        return bad("display", f"Qt is told to draw {chosen}", remedy, Level.WARN)
    if system != "linux":
        return good("display", "the system's own")
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if environment.get(name):
            return good("display", f"{name}={tame(environment[name])}")
    remedy = "start from a desktop, or under Xvfb; commands without a window do not need one"
    return bad("display", "none", remedy, Level.FAIL if needed else Level.WARN)


def check_fonts(families: Callable[[], str] | None = None) -> Finding:
    """The typefaces that the screens are drawn for."""
    if fonts():
        return good("fonts", "shipped with the program")
    installed = (families or installed_families)()
    missing = [face for face in FACES if face not in installed]
    if missing:
        remedy = "install the packages fonts-manrope, fonts-noto-core and fonts-noto-ui-core"
        return bad("fonts", "missing: " + ", ".join(missing), remedy, Level.WARN)
    return good("fonts", ", ".join(FACES))


def installed_families() -> str:
    """What fontconfig knows; empty where there is none."""
    program = shutil.which("fc-list")
    if program is None:
        return ""
    asked = [program, ":", "family"]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=20).stdout  # noqa: S603 - ours


def check_keys(source: KeySource) -> Finding:
    """Whether keys may be opened. No key at all is no trouble, but nothing can be told then."""
    try:
        attached = source.attached()
    except NoAccess as error:
        return bad("keys", f"{tame(error.path)} may not be opened", error.remedy)
    except HardwareError as error:
        return bad("keys", sentence(error), "see `keywright keys`")
    if not attached:
        return good("keys", "none is plugged in; plug one in to check the access to it")
    return good("keys", f"{len(attached)} plugged in, access granted")


def check_state_folder(folder: Path, name: str = "state folder") -> Finding:
    """Room for what is kept, and leave to write it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".doctor"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return bad(name, f"{folder}: {error.strerror}", "let this account write there, or name another folder")
    seen = f"{folder}, {free // 1_000_000} MB free"
    if free < ENOUGH:
        return bad(name, seen, "free some space", Level.FAIL if free < LITTLE else Level.WARN)
    return good(name, seen)


def check_journal(folder: Path) -> Finding:
    """The journal: sound, and nothing waiting in it."""
    try:
        health = look(folder / JOURNAL)
    except KioskError as error:
        return bad("journal", sentence(error), "let this account read it")
    broken = sorted(folder.glob(f"{JOURNAL}.broken-*[0-9]"))
    if not health.sound:
        return bad("journal", "damaged", "start the station: it sets the file aside and begins a new one")
    if broken:
        remedy = "look whether keys of those days work, then move the file away"
        return bad("journal", f"{broken[-1].name} was set aside", remedy, Level.WARN)
    if health.in_use:
        return good("journal", "in use by a running station")
    if health.unsettled:
        remedy = "start the station: it settles them with the service"
        return bad("journal", f"{health.unsettled} unsettled", remedy, Level.WARN)
    if health.pins_owed:
        seen = f"keys with a random PIN that never reached its owner: {health.pins_owed}"
        return bad("journal", seen, "wipe them here before somebody gets one; the staff desk says which", Level.WARN)
    if health.left_on_key:
        seen = f"credentials that are, or may be, left on keys: {health.left_on_key}"
        return bad("journal", seen, "enroll the keys here again: they are cleaned first", Level.WARN)
    return good("journal", "sound and settled" if health.present else "not begun yet")
