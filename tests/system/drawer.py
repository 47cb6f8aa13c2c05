"""The drawer with the keys: the one process in the guest that runs as root, and does what a hand does.

`python -m tests.system.drawer` serves it; `open_drawer` is how the tests, which have no rights, reach into it.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from multiprocessing.managers import BaseManager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any, cast

from hardware.simulated.key import SimulatedKey
from hardware.simulated.linux.cable import Cable
from hardware.simulated.linux.gadget import GadgetCable
from hardware.simulated.linux.serve import Server
from hardware.simulated.linux.uhid import UhidCable
from hardware.simulated.traits import CTAP21

ADDRESS = "/run/drawer"
AUTHKEY = b"drawer"
RULES = Path("/etc/udev/rules.d")
RULE = "70-keywright.rules"
PORTS = ("dummy_udc.0", "dummy_udc.1")
"""The two USB ports of this machine."""
PATIENCE = 60.0


@dataclass
class Served:
    """A key with its thread."""

    key: SimulatedKey
    server: Server
    thread: Thread

    def end(self) -> None:
        self.server.stop()
        self.thread.join()
        self.server.close()


class Drawer:
    """Keys by name. Every method is called from the tests' process."""

    def __init__(self) -> None:
        self._keys: dict[str, Served] = {}
        self._started: dict[int, subprocess.Popen[bytes]] = {}

    def put_in(self, name: str, port: str = PORTS[0], traits: Mapping[str, Any] | None = None) -> None:
        """A new key of the default traits but for these, plugged into a port; "uhid" is one that is no USB port."""
        wanted = replace(CTAP21, **({"serial": name} | dict(traits or {})))
        key = SimulatedKey(wanted)
        key.touch_automatically = True
        self._serve(name, key, port)

    def move(self, name: str, port: str) -> None:
        """Out of its port and into another."""
        served = self._keys.pop(name)
        served.end()
        self._serve(name, served.key, port)

    def _serve(self, name: str, key: SimulatedKey, port: str) -> None:
        cable: Cable = UhidCable(key.traits) if port == "uhid" else GadgetCable(key.traits, port, name)
        server = Server(key, cable)
        thread = Thread(target=server.run, name=name)
        thread.start()
        key.plug()
        self._keys[name] = Served(key, server, thread)

    def plug(self, name: str) -> None:
        """Back into its port."""
        self._keys[name].key.plug()

    def unplug(self, name: str) -> None:
        """Out, and kept at hand."""
        self._keys[name].key.unplug()

    def touch(self, name: str) -> None:
        """A finger on it."""
        self._keys[name].key.touch()

    def wants_touch(self, name: str) -> bool:
        """Whether it blinks."""
        return self._keys[name].key.wants_touch

    def touches_itself(self, name: str, *, itself: bool) -> None:
        """Whether it needs no finger, as it is at first."""
        self._keys[name].key.touch_automatically = itself

    def commands(self, name: str) -> int:
        """How many CTAP2 commands it was given so far."""
        return self._keys[name].key.commands

    def busy_seconds(self, name: str) -> float:
        """How long it worked on them."""
        return self._keys[name].key.busy_seconds

    def credentials(self, name: str) -> list[dict[str, Any]]:
        """The discoverable credentials on it."""
        return [asdict(row) for row in self._keys[name].key.credentials]

    def empty(self) -> None:
        """No key anywhere."""
        for served in self._keys.values():
            served.end()
        self._keys.clear()
        for pid in tuple(self._started):
            self.end(pid, signal.SIGKILL)

    def allow(self, *, allowed: bool) -> None:
        """Put our udev rule in its place, or take it away. It counts for keys that are put in from now on."""
        if allowed:
            shutil.copy(Path("resources/udev") / RULE, RULES / RULE)
        else:
            (RULES / RULE).unlink(missing_ok=True)
        subprocess.run(["udevadm", "control", "--reload"], check=True)

    def settle(self) -> None:
        """Wait until udev has done all its work."""
        subprocess.run(["udevadm", "settle", "-t", "20"], check=True)

    def start(self, *command: str) -> int:
        """Start a command with the rights that tests lack; its process id."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self._started[process.pid] = process
        return process.pid

    def end(self, pid: int, number: int) -> int:
        """Send that signal to a command that was started; how it ended."""
        process = self._started.pop(pid)
        process.send_signal(number)
        return process.wait(PATIENCE)


class _Manager(BaseManager):
    """Serves one drawer to other processes."""


def open_drawer() -> Drawer:
    """The drawer of this guest, from another process. Each of its methods raises what it raised over there."""
    _Manager.register("drawer")
    manager = _Manager(address=ADDRESS, authkey=AUTHKEY)
    until = monotonic() + PATIENCE
    while True:
        try:
            manager.connect()
            return cast("Drawer", manager.drawer())  # type: ignore[attr-defined]  # made by `register`
        except OSError:
            if monotonic() > until:
                raise
            sleep(0.1)


def main() -> None:
    """Serve until the guest is switched off."""
    drawer = Drawer()
    _Manager.register("drawer", callable=lambda: drawer, exposed=[n for n in vars(Drawer) if not n.startswith("_")])
    server = _Manager(address=ADDRESS, authkey=AUTHKEY).get_server()
    Path(ADDRESS).chmod(0o666)
    server.serve_forever()


if __name__ == "__main__":
    main()
