"""The image of the guest, made once and kept in the user's cache until its recipe or a Python package changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import site
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import platformdirs

HERE = Path(__file__).with_name("image")
LOCK_FILE = Path(__file__).resolve().parents[2] / "requirements-dev.lock"
NEEDED = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "cpio": "cpio",
    "zstd": "zstd",
    "depmod": "kmod",
}
"""Each program, and the Debian package that has it."""
_KEPT = 14 * 24 * 3600
"""Seconds that an image is kept which nobody used."""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # not every account has all of it


@dataclass(frozen=True)
class Image:
    """What QEMU boots."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd.zst"

    @property
    def root(self) -> Path:
        return self.folder / "root.ext4"


def missing_packages() -> list[str]:
    """The Debian packages without which there is no guest."""
    return [package for program, package in NEEDED.items() if shutil.which(program, path=_PATH) is None]


def cache() -> Path:
    """Where images and the last results are kept."""
    folder = platformdirs.user_cache_path("keywright") / "system"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def image() -> Image:
    """The image for this recipe and these packages; made now if there is none. Raises CalledProcessError."""
    folder = cache() / f"image-{_recipe()}"
    with only_one(cache() / "image.lock"):
        if not folder.exists():
            _build(folder)
        os.utime(folder)
        for other in cache().glob("image-*"):
            if time.time() - other.stat().st_mtime > _KEPT:
                shutil.rmtree(other)
    return Image(folder)


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold the lock file; other processes wait."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _recipe() -> str:
    digest = hashlib.sha256()
    for part in (HERE / "build.sh", HERE / "init", LOCK_FILE):
        digest.update(part.read_bytes())
    return digest.hexdigest()[:16]


def _build(folder: Path) -> None:
    with TemporaryDirectory(prefix="new-", dir=cache()) as name:
        command = ["sh", str(HERE / "build.sh"), site.getsitepackages()[0], name]
        subprocess.run(command, check=True, capture_output=True, text=True, env={"PATH": _PATH, "HOME": "/root"})
        Path(name).rename(folder)
        Path(name).mkdir()  # for the end of the context
