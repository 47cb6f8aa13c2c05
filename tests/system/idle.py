"""A station that waits with a key in its port: `python -m tests.system.idle [MINUTES]`, an hour by default.

It runs in the guest. What its processes hold and spend is read every minute (tests.benchmarks.idle), by root since they
let nobody else look into them; and the key counts what it is asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from hardware.transport.usb import UsbSource
from tests.system.drawer import open_drawer
from tests.system.guest import run
from tests.system.image import image
from tests.system.outside import inside
from tests.system.patience import until

SETTLING = 240.0
"""Seconds after which a station under emulation has shown its first screen and has come to rest."""


def wait_in_the_guest(minutes: float) -> int:
    """Start a kiosk with its service, plug a key in, and leave both alone."""
    drawer = open_drawer()
    drawer.put_in("key")
    until(UsbSource().attached)
    station = subprocess.Popen(["./keywright", "demo", "--key", "gadget"])
    try:
        time.sleep(SETTLING)
        asked = drawer.commands("key")
        watching = drawer.start(
            sys.executable, "-m", "tests.benchmarks.idle", str(station.pid), "--minutes", str(minutes)
        )
        time.sleep(minutes * 60)
        status = drawer.end(watching, 0)
        told = {"commands_while_idle": drawer.commands("key") - asked, "still_running": station.poll() is None}
        sys.stdout.write(json.dumps(told) + "\n")
        return status
    finally:
        station.terminate()
        station.wait(60)
        drawer.empty()


def main(minutes: float) -> int:
    """Boot the guest for it, and tell what it said."""
    if inside():
        return wait_in_the_guest(minutes)
    ended = run(image(), f"/opt/venv/bin/python -m tests.system.idle {minutes}", int(minutes * 60 + SETTLING + 240))
    sys.stdout.write(str(ended) if ended.status != 0 else ended.output)
    return ended.status or 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0))
