"""`--key`: which keys a command is to use, as it was typed. Imports nothing that takes its time."""

from __future__ import annotations

import re
from dataclasses import dataclass

import click

_UDP = re.compile(r"udp(?::(\d{1,5})(?::(\d{1,5}))?)?")
LISTEN, ANSWER = 8111, 7112
"""The ports of the field's firmware simulators: they listen on the first and answer to the second."""


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """Keys on USB, or the simulator that listens on `ports[0]` and answers to `ports[1]`.

    `gadget`: of the keys on USB our simulated key alone, behind a USB gadget of this machine.
    """

    ports: tuple[int, int] | None = None
    gadget: bool = False

    @property
    def simulated(self) -> bool:
        """Whether it is no hardware."""
        return self.gadget or self.ports is not None


def parse_key(value: str) -> KeyChoice:
    """`usb`, `gadget`, or `udp:LISTEN:ANSWER`. Raises click.BadParameter."""
    if value in ("usb", "gadget"):
        return KeyChoice(gadget=value == "gadget")
    return KeyChoice(udp_ports(value))


def udp_ports(value: str) -> tuple[int, int]:
    """The ports in `udp:LISTEN:ANSWER`; what is left out is the field's convention. Raises click.BadParameter."""
    found = _UDP.fullmatch(value)
    ports = (int(found[1] or LISTEN), int(found[2] or ANSWER)) if found else (0, 0)
    if not all(0 < port < 65536 for port in ports) or ports[0] == ports[1]:
        raise click.BadParameter("is none of 'usb', 'gadget' and 'udp:LISTEN:ANSWER', for example udp:8111:7112")
    return ports


key_option = click.option(
    "--key",
    metavar="usb|gadget|udp:P:Q",
    callback=lambda _context, _option, value: None if value is None else parse_key(value),
    help="Which key to use: on USB, the simulated key as a USB gadget, or a simulator that listens on UDP port P and "
    "answers to Q.",
)
