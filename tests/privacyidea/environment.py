"""The virtual environment of privacyIDEA, made once and kept in the user's cache until its lock file changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

import platformdirs

from tests.system.image import only_one

LOCK_FILE = Path(__file__).with_name("requirements.lock")
_KEPT = 14 * 24 * 3600
"""Seconds that an environment is kept which nobody used."""


def interpreter() -> Path:
    """Its Python; made now if there is none. Raises CalledProcessError."""
    cache = platformdirs.user_cache_path("keywright") / "privacyidea"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"environment-{_recipe()}"
    with only_one(cache / "environment.lock"):
        if not (folder / "complete").exists():
            _make(folder)
        os.utime(folder)
        for other in cache.glob("environment-*/"):
            if time.time() - other.stat().st_mtime > _KEPT:
                shutil.rmtree(other)
    return folder / "bin" / "python"


def _recipe() -> str:
    """Its packages, and the Python that they were made for."""
    return hashlib.sha256(LOCK_FILE.read_bytes() + sys.version.encode() + sys.executable.encode()).hexdigest()[:16]


def _make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"
    given = "--no-deps", "--require-hashes", "-r", LOCK_FILE
    subprocess.run([*pip, *given], check=True, capture_output=True, text=True)
    (folder / "complete").touch()
