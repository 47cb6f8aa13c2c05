"""`--key`: which keys a command uses. USB unless told otherwise."""

from __future__ import annotations

import re

import click

from hardware.authenticator import KeySource
from hardware.transport.udp import UdpSource
from hardware.transport.usb import UsbSource

_UDP = re.compile(r"udp(?::(\d{1,5})(?::(\d{1,5}))?)?")
LISTEN, ANSWER = 8111, 7112
"""The ports of the field's firmware simulators: they listen on the first and answer to the second."""


def parse_key(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """None for USB; the two ports for `udp:LISTEN:ANSWER`."""
    if value is None or value == "usb":
        return None
    return udp_ports(value)


def udp_ports(value: str) -> tuple[int, int]:
    """The ports in `udp:LISTEN:ANSWER`; what is left out is the field's convention. Raises click.BadParameter."""
    found = _UDP.fullmatch(value)
    ports = (int(found[1] or LISTEN), int(found[2] or ANSWER)) if found else (0, 0)
    if not all(0 < port < 65536 for port in ports) or ports[0] == ports[1]:
        raise click.BadParameter("is neither 'usb' nor 'udp:LISTEN:ANSWER', for example udp:8111:7112")
    return ports


key_option = click.option(
    "--key",
    metavar="usb|udp:P:Q",
    callback=parse_key,
    help="Which key to use: on USB, or a simulator that listens on UDP port P and answers to Q.",
)


def key_source(ports: tuple[int, int] | None) -> KeySource:
    """Keys on USB, or the simulator at these ports."""
    if ports is None:
        return UsbSource()
    return UdpSource(send_port=ports[0], listen_port=ports[1])
