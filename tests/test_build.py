"""The frozen application is whole: it enrolls a key on its own, and carries no Qt that no window needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "binutils": Path("/usr/bin/objdump"),
    "fonts-manrope": Path("/usr/share/doc/fonts-manrope"),
    "fonts-inter": Path("/usr/share/doc/fonts-inter"),
    "fonts-noto-core": Path("/usr/share/doc/fonts-noto-core"),
    "fonts-noto-ui-core": Path("/usr/share/doc/fonts-noto-ui-core"),
}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}


@pytest.mark.frozen
@pytest.mark.timeout(900)
def test_the_frozen_application_enrolls_a_key_and_carries_no_more_than_it_needs(tmp_path: Path) -> None:
    missing = [package for package, sign in PACKAGES.items() if not sign.exists()]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"install {' '.join(missing)}")
    frozen = build(tmp_path)
    enrolls_a_key(frozen, tmp_path)
    has_the_driver_of_postgresql(frozen, tmp_path)
    holds_the_qt_of_a_window_and_no_more(frozen)
    holds_its_typefaces_with_their_licenses(frozen)
    stays_small_enough_to_copy(frozen)


def build(target: Path) -> Path:
    pyinstaller = Path(sys.executable).with_name("pyinstaller")
    folders = [f"--distpath={target / 'dist'}", f"--workpath={target / 'work'}"]
    environment = {**ENVIRONMENT, "HOME": str(target), "PYINSTALLER_CONFIG_DIR": str(target / "cache")}
    built = subprocess.run(
        [pyinstaller, "--noconfirm", "--log-level=WARN", *folders, "build.spec"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-4000:]
    return target / "dist" / "keywright"


def enrolls_a_key(frozen: Path, elsewhere: Path) -> None:
    done = subprocess.run(
        [frozen / "keywright", "selftest", "--json"],
        cwd=elsewhere,
        env={**ENVIRONMENT, "HOME": str(elsewhere)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout)["ok"] is True


def has_the_driver_of_postgresql(frozen: Path, elsewhere: Path) -> None:
    """Nobody listens there; it is the driver that says so."""
    settings = elsewhere / "service.toml"
    settings.write_text(
        '[mail]\nhost = "localhost"\nsender = "keys@example.org"\n'
        '[database]\nurl = "postgresql://nobody@127.0.0.1:1/none"\n'
    )
    done = subprocess.run(
        [frozen / "keywright", "doctor", "--json", "--service", settings],
        cwd=elsewhere,
        env={**ENVIRONMENT, "HOME": str(elsewhere)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    told = {each["name"]: each["seen"] for each in json.loads(done.stdout)["checks"]}
    assert "refused" in told["database"], told


def holds_the_qt_of_a_window_and_no_more(frozen: Path) -> None:
    libraries = {file.name.partition(".")[0] for file in frozen.rglob("libQt6*")}
    assert {"libQt6Widgets", "libQt6Svg", "libQt6XcbQpa", "libQt6WaylandClient"} <= libraries
    assert not {name for name in libraries if "Quick" in name or "Qml" in name or "Network" in name}
    platforms = {file.name for file in frozen.rglob("plugins/platforms/*")}
    assert platforms == {"libqminimal.so", "libqoffscreen.so", "libqwayland.so", "libqxcb.so"}


def holds_its_typefaces_with_their_licenses(frozen: Path) -> None:
    fonts = frozen / "_internal" / "resources" / "fonts"
    assert {"Manrope-Regular.ttf", "NotoSansArabicUI-Bold.ttf"} <= {file.name for file in fonts.iterdir()}
    licensed = {folder.name for folder in fonts.iterdir() if (folder / "copyright").exists()}
    assert licensed == {package for package in PACKAGES if package.startswith("fonts-")}


def stays_small_enough_to_copy(frozen: Path) -> None:
    """68 MB of it print the sheets of projects."""
    files = [file for file in frozen.rglob("*") if file.is_file() and not file.is_symlink()]
    assert sum(file.stat().st_size for file in files) < 275_000_000
