"""Where the keys of a choice come from in the process that opens them itself: the agent."""

from __future__ import annotations

from hardware.authenticator import KeySource
from hardware.transport.sources import keys_of_this_machine
from hardware.transport.udp import UdpSource
from kiosk.commands.key_choice import KeyChoice


def own_source(choice: KeyChoice | None) -> KeySource:
    """Keys on USB and on card readers, also when nothing was chosen, or the simulator at the chosen ports."""
    if choice is None or choice.ports is None:
        return keys_of_this_machine()
    return UdpSource(send_port=choice.ports[0], listen_port=choice.ports[1])
