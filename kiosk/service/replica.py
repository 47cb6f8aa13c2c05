"""One process among its equals: what it is called in logs and figures, and whether it is about to leave."""

from __future__ import annotations

import socket
from threading import Event


class Replica:
    """Safe to share between threads, and to be told to leave from a signal handler."""

    def __init__(self, name: str = "") -> None:
        self.name = name or socket.gethostname()
        self._leaving = Event()

    @property
    def leaving(self) -> bool:
        """Whether it ends soon: a load balancer sends it nothing more, and whoever waits for news is answered."""
        return self._leaving.is_set()

    def leave(self) -> None:
        """From now on it is about to end."""
        self._leaving.set()
