"""`keywright simulate`: our simulated key, for other programs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import click

from hardware.simulated.key import SimulatedKey
from hardware.simulated.linux.cable import Cable, Missing, Need
from hardware.simulated.linux.gadget import GadgetCable
from hardware.simulated.linux.serve import Server
from hardware.simulated.linux.uhid import UhidCable
from hardware.simulated.models import MODELS
from hardware.simulated.traits import KeyTraits
from hardware.simulated.udp_server import HOST, serve_udp
from kiosk.commands.key_choice import udp_ports

NEEDS = {
    Need.RIGHTS: "It needs the rights of root.",
    Need.UHID: "The kernel has no /dev/uhid. Load it: modprobe uhid",
    Need.CONFIGFS: "The kernel has no USB gadgets. Load them: modprobe libcomposite, then mount -t configfs none "
    "/sys/kernel/config",
    Need.HID_FUNCTION: "The kernel has no HID gadgets. Load them: modprobe usb_f_hid",
    Need.PORT: "There is no free USB device port. One that ends in this machine: modprobe dummy_hcd",
}
"""What to do about everything that may be missing."""


@click.command()
@click.option("--udp", "ports", metavar="LISTEN:ANSWER", help="On UDP ports; 8111:7112 when nothing is chosen.")
@click.option("--uhid", is_flag=True, help="As a HID device of this Linux, for every program.")
@click.option("--gadget", is_flag=True, help="As a USB device of this Linux, for every program.")
@click.option("--serial", help="Its serial number.")
@click.option(
    "--traits", type=click.Choice(list(MODELS)), default="ctap-2.1", show_default=True, help="What it can do."
)
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep the key in this file.")
@click.option("--wait-for-touch", is_flag=True, help="Each line of input is one touch; else it touches itself.")
def command(
    ports: str | None,
    serial: str | None,
    traits: str,
    state: Path | None,
    *,
    uhid: bool,
    gadget: bool,
    wait_for_touch: bool,
) -> None:
    """Serve a simulated security key to programs on this machine, until interrupted.

    Over UDP it is one CTAPHID report a datagram: it listens on the first port and answers to the second, as the
    firmware simulators of the field do. With --uhid or --gadget the operating system itself sees a key, until the
    command ends; that needs root, and for --gadget a USB device port. A file given with --state holds private keys of
    no worth; the key comes back with what is on it.
    """
    if (ports is not None) + uhid + gadget > 1:
        raise click.UsageError("Choose one of --udp, --uhid and --gadget.")
    key = _key(MODELS[traits], serial, state)
    key.touch_automatically = not wait_for_touch
    if wait_for_touch:
        Thread(target=_touch, args=(key,), name="touches", daemon=True).start()
    try:
        if uhid or gadget:
            _serve_kernel(key, UhidCable(key.traits) if uhid else GadgetCable(key.traits))
        else:
            _serve_udp(key, ports or "")
    except Missing as error:
        raise click.ClickException(f"The simulated key cannot be served. {NEEDS[error.need]}") from error
    except OSError as error:
        raise click.ClickException(f"The simulated key cannot be served: {error.strerror}.") from error


def _key(traits: KeyTraits, serial: str | None, state: Path | None) -> SimulatedKey:
    traits = traits if serial is None else replace(traits, serial=serial)
    if state is None:
        return SimulatedKey(traits)
    try:
        return SimulatedKey.load(state, traits)
    except ValueError as error:
        raise click.ClickException(f"{state} does not hold a simulated key: {error}") from error
    except OSError as error:
        raise click.ClickException(f"{state} cannot be used: {error.strerror}.") from error


def _serve_udp(key: SimulatedKey, ports: str) -> None:
    listen, answer = udp_ports(f"udp:{ports}" if ports else "udp")
    stop = Event()

    def ready(port: int) -> None:
        _say(f"A simulated key listens on {HOST}:{port} (UDP) and answers to {answer}.")

    key.plug()
    with _interrupted(stop.set):
        serve_udp(key, stop, (HOST, listen), (HOST, answer), ready)


def _serve_kernel(key: SimulatedKey, cable: Cable) -> None:
    if sys.platform != "linux":
        raise click.ClickException("Only Linux takes a simulated key as one of its devices.")
    server = Server(key, cable, lambda: _say(f"A simulated key is plugged in, serial number {key.traits.serial}."))
    key.plug()
    try:
        with _interrupted(server.stop):
            server.run()
    finally:
        server.close()


@contextmanager
def _interrupted(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` when the program is interrupted or asked to end."""
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _touch(key: SimulatedKey) -> None:
    for _ in sys.stdin:
        key.touch()


def _say(text: str) -> None:
    click.echo(f"{text} Ctrl+C ends it.", err=True)
