"""Where the keys of a choice come from: an agent for keys that are hardware, this process for a simulator."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from hardware.agent.client import AgentSource
from hardware.agent.spawn import Connector, ServiceAgent, SpawnedAgent
from hardware.authenticator import Authenticator, KeyAddress, KeySource
from hardware.errors import KeyGone
from kiosk.commands.key_choice import KeyChoice

OF_OUR_SERVICE = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY")
"""What a service manager gave to this process and not to the agent."""

SIMULATED = (0xF1D0, 0x0001, "Keywright Simulated Key")
"""How the simulated key calls itself on USB: vendor, product, and its name."""


def key_source(choice: KeyChoice | None, socket: Path | None = None) -> KeySource:
    """Keys of the agent that listens at `socket`, else of one that is started; or the simulator at the chosen ports."""
    if choice is not None and choice.ports is not None:
        source: KeySource = importlib.import_module("kiosk.commands.own_sources").own_source(choice)
        return source
    keys = AgentSource(agent(socket))
    return OnlySimulated(keys) if choice is not None and choice.gadget else keys


def agent(socket: Path | None = None) -> Connector:
    """The agent that the system runs at `socket`, else one of our own, which ends with this process."""
    return ServiceAgent(socket) if socket is not None else SpawnedAgent(agent_command(), agent_environment(os.environ))


def agent_command() -> tuple[str, ...]:
    """What starts an agent: this program again."""
    program = (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-P", "-m", "kiosk")
    return (*program, "agent")


def agent_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """All that an agent inherits; it finds this program where we did."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    kept = {name: value for name, value in environment.items() if name not in OF_OUR_SERVICE}
    return {**kept, "PYTHONPATH": path}


class OnlySimulated:
    """The keys of a source that say they are our simulated key: a self-test must not change any other."""

    def __init__(self, source: KeySource) -> None:
        self._source = source

    def attached(self) -> tuple[KeyAddress, ...]:
        """As KeySource."""
        return tuple(filter(_is_simulated, self._source.attached()))

    def open(self, address: KeyAddress) -> Authenticator:
        """As KeySource; any other key is not there."""
        if not _is_simulated(address):
            raise KeyGone
        return self._source.open(address)

    def changed(self, seconds: float) -> bool:
        """As KeySource."""
        return self._source.changed(seconds)


def _is_simulated(address: KeyAddress) -> bool:
    return (address.vendor_id, address.product_id, address.product) == SIMULATED
