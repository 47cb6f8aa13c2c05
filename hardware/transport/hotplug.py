"""What the system tells of devices that come and go, so that nobody has to look again and again."""

from __future__ import annotations

import errno
import socket
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

LOOK_EVERY = 0.3
"""Seconds between two looks where the system tells nothing: below what a person takes to let go of the key."""

SETTLES_IN = 1.0
"""Seconds that udev is given for the permissions of a node that the kernel has announced."""

KERNEL, UDEV = 1, 2
"""Multicast groups of NETLINK_KOBJECT_UEVENT: what the kernel did, and what udevd has made of it."""

NETLINK_KOBJECT_UEVENT = 15  # linux/netlink.h
LONGEST_MESSAGE = 16 * 1024  # the kernel keeps below 2 KiB, udev's database may add to it
UDEV_PREFIX = b"libudev\0"
FROM_THE_START = b"0 0 4294967295"  # /proc/self/uid_map of the first user namespace


class News(Protocol):
    """Tells that devices may have come or gone. One thread waits."""

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; False when nothing is known to have happened."""
        ...


class MessageSocket(Protocol):
    """What is used of a datagram socket."""

    def settimeout(self, value: float | None, /) -> None:
        """How long `recv` waits."""
        ...

    def recv(self, bufsize: int, /) -> bytes:
        """The next message. Raises TimeoutError when there is none in time."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Looking:
    """Knows nothing, so that whoever waits must look."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def wait(self, seconds: float) -> bool:
        """Let a moment pass; True."""
        self._sleep(min(seconds, LOOK_EVERY))
        return True


class Uevents:
    """The uevents of one subsystem, from the kernel and from udev; needs no rights.

    An insertion counts when udev has said it too, for then its rule has been applied, or `SETTLES_IN` after the kernel
    where udev is not heard (there is none, or it is beyond the walls of a container). A forged message costs one look.
    """

    def __init__(
        self,
        subsystem: str,
        *,
        subscribe: Callable[[], MessageSocket],
        udev_runs: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`subscribe` raises OSError where there are no uevents; then waiting is looking."""
        self._wanted = b"SUBSYSTEM=" + subsystem.encode()
        self._subscribe = subscribe
        self._udev_runs = udev_runs
        self._clock = clock
        self._messages: MessageSocket | None = None
        self._otherwise: Looking | None = None
        self._settled_at: float | None = None

    def wait(self, seconds: float) -> bool:
        """Wait for news of the subsystem; true at once on the first call, before which nobody listened."""
        if self._otherwise is not None:
            return self._otherwise.wait(seconds)
        if self._messages is None:
            self._begin()
            return True
        ends = self._clock() + seconds
        while (now := self._clock()) < ends:
            until = ends if self._settled_at is None else min(ends, self._settled_at)
            if now >= until or self._hear(self._messages, until - now):
                self._settled_at = None
                return True
        return False

    def _begin(self) -> None:
        try:
            self._messages = self._subscribe()
        except OSError:
            self._otherwise = Looking()
        else:
            weakref.finalize(self, self._messages.close)

    def _hear(self, messages: MessageSocket, seconds: float) -> bool:
        """Take one message, if it comes in time; whether it is news."""
        messages.settimeout(max(seconds, 0.001))
        try:
            message = messages.recv(LONGEST_MESSAGE)
        except TimeoutError:
            return False
        except OSError as error:
            if error.errno != errno.ENOBUFS:  # else more happened than the socket could hold
                self._otherwise = Looking()
            return True
        lines = message.split(b"\0")
        if self._wanted not in lines:
            return False
        if message.startswith(UDEV_PREFIX) or b"ACTION=remove" in lines or not self._udev_runs():
            return True
        self._settled_at = self._clock() + SETTLES_IN
        return False


def subscribed() -> socket.socket:
    """A socket that hears both groups. Raises OSError where there are no uevents to be heard."""
    # Uevents reach only the network namespaces of the first user namespace: elsewhere the socket would stay silent.
    if Path("/proc/self/uid_map").read_bytes().split() != FROM_THE_START.split():
        raise OSError(errno.EOPNOTSUPP, "no uevents in this user namespace")
    messages = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT)
    try:
        messages.bind((0, KERNEL | UDEV))
    except OSError:
        messages.close()
        raise
    return messages


def hid_news(platform: str = sys.platform) -> News:
    """News of HID devices, as far as this system tells them."""
    if platform != "linux":
        return Looking()
    return Uevents("hidraw", subscribe=subscribed, udev_runs=Path("/run/udev/control").exists)
