"""A small Debian under QEMU that has USB ports of its own: boot it, run one command in it, say how that ended."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.system.image import HERE, Image

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = (
    "kiosk", "hardware", "ui", "resources", "tests",
    "pyproject.toml", "keywright", "requirements.lock", "requirements-dev.lock",
)  # fmt: skip
"""What the guest gets of this checkout: a copy, so that nobody changes it meanwhile."""
BOOT = 60
"""Seconds that booting and packing up may take beside the command itself."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status, None when the guest gave none, and all that was said."""

    status: int | None
    output: str
    console: str

    def __str__(self) -> str:
        said = "\n".join((self.output + self.console).splitlines()[-60:])
        return f"the guest ended with {self.status}:\n{said}"


def run(image: Image, command: str, seconds: int, look: Callable[[Path], None] = lambda _: None) -> Ended:
    """Boot, run the shell `command` as the account `kiosk` for at most so many seconds, and power off.

    The command runs in a copy of the checkout. It may write into /results, which `look` gets to see afterwards.
    """
    with TemporaryDirectory(prefix="keywright-guest-") as name:
        share = Path(name)
        nonce = secrets.token_hex(8)
        _fill(share, command)
        console = share / "console"
        qemu = _qemu(image, share, console, nonce, seconds)
        with suppress(subprocess.TimeoutExpired):  # there is no status then
            subprocess.run(qemu, check=False, stdin=subprocess.DEVNULL, timeout=seconds + BOOT)
        look(share / "results")
        return Ended(_status(share, nonce), _read(share / "output"), _read(console))


def _fill(share: Path, command: str) -> None:
    (share / "command").write_text(command)
    (share / "results").mkdir()
    (share / "results").chmod(0o777)  # for another user's account, of another machine
    shutil.copy(HERE / "main", share / "main")
    with tarfile.open(share / "checkout.tar", "w") as tar:
        for each in CHECKOUT:
            tar.add(ROOT / each, each)


def _qemu(image: Image, share: Path, console: Path, nonce: str, seconds: int) -> list[str]:
    # KVM may open and still not boot: it is used when it is asked for by name.
    accelerated = os.environ.get("KEYWRIGHT_ACCEL") == "kvm"
    processor = (
        ["-accel", "kvm", "-cpu", "host"] if accelerated else ["-accel", "tcg,thread=multi", "-cpu", "max,la57=off"]
    )
    return [
        "setpriv", "--pdeathsig", "KILL",  # it does not outlive the tests
        "qemu-system-x86_64", *processor, "-M", "q35", "-m", "2048", "-smp", "2",
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-kernel", str(image.kernel), "-initrd", str(image.initrd),
        "-append", f"console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off seconds={seconds} nonce={nonce}",
        "-serial", f"file:{console}", "-device", "virtio-rng-pci",
        "-drive", f"file={image.root},if=virtio,format=raw,readonly=on",
        "-fsdev", f"local,id=share,path={share},security_model=none,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
    ]  # fmt: skip


def _status(share: Path, nonce: str) -> int | None:
    """The exit status that the guest wrote beside our nonce; nothing that QEMU says of itself."""
    match _read(share / "status").split():
        case [said, status] if said == nonce and status.isdigit():
            return int(status)
        case _:
            return None


def _read(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""
