"""Keys on card readers, through PC/SC."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from threading import Lock
from time import monotonic, sleep
from typing import Protocol

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import HardwareError, KeyBusy, KeyFault, KeyGone, KeySwapped, NoAccess
from hardware.fido import open_device
from hardware.translate import translated
from hardware.transport import pcsc
from hardware.transport.access import remedy
from hardware.transport.apdus import OK, Apdus
from hardware.transport.aside import Aside
from hardware.transport.attendant import Attendant
from hardware.transport.nfc_channel import APPLET, Card, NfcChannel
from hardware.transport.pcsc import PcscError, ReaderState
from hardware.transport.texts import printable

LOOK_SECONDS = 3.0
"""How long a look at all readers may take: a driver in trouble may hold it up for ever."""

NO_SERVICE_PAUSE = 1.0
"""Seconds to let pass where there is no PC/SC service to wait on."""

Visit = tuple[str, int]
"""A reader, and which card in it since it was attached."""


class Connection(Protocol):
    """A card that has power: `hardware.transport.pcsc.Connection`. Methods raise PcscError."""

    def transmit(self, apdu: bytes) -> bytes:
        """The response to one APDU."""
        ...

    def power_cycle(self) -> None:
        """Take the power away and give it back."""
        ...

    def close(self, *, leave: bool = False) -> None:
        """Take the power away, or leave the card as it is."""
        ...


class Context(Protocol):
    """A conversation with PC/SC: `hardware.transport.pcsc.Context`. Methods raise PcscError."""

    def readers(self) -> tuple[str, ...]:
        """The names of the readers that are attached."""
        ...

    def states(self, readers: Sequence[str]) -> Mapping[str, ReaderState]:
        """What is in these readers now."""
        ...

    def differs(self, known: Mapping[str, ReaderState], seconds: float) -> bool:
        """Wait until something is not as it is known."""
        ...

    def connect(self, reader: str, *, alone: bool) -> Connection:
        """Power the card in this reader."""
        ...

    def close(self) -> None:
        """End the conversation."""
        ...


class NfcSource:
    """FIDO keys on card readers, as a `KeySource`. A card without the FIDO applet is no key, and not mentioned."""

    def __init__(
        self, converse: Callable[[], Context] = pcsc.Context, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._converse = converse
        self._clock = clock
        self._context: Context | None = None
        self._lock = Lock()
        self._known: Mapping[str, ReaderState] = {}
        self._insertions: dict[Visit, int] = {}
        self._are_keys: dict[Visit, bool] = {}
        self._numbers = count(1)
        self._look = Aside(self._look_now, LOOK_SECONDS, "keywright-readers")

    def changed(self, seconds: float) -> bool:
        """Wait until a reader or a card came or went; where there is no PC/SC service, only a look finds one."""
        if not self._lock.acquire(timeout=seconds):
            return False  # a look is going on, and may hang
        try:
            if self._context is not None:
                return self._context.differs(self._known, seconds)
        except PcscError:  # the service ended, and all readers with it
            self._drop()
            return True
        finally:
            self._lock.release()
        sleep(min(seconds, NO_SERVICE_PAUSE))
        return False

    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys on readers now; none where there is no PC/SC service. Raises KeySilent when that does not answer."""
        return self._look()

    def _look_now(self) -> tuple[KeyAddress, ...]:
        with self._lock:
            self._known = self._states()
            visits = {name: (name, state.visit) for name, state in self._known.items() if state.card}
            self._insertions = {visit: self._insertions.get(visit) or next(self._numbers) for visit in visits.values()}
            self._are_keys = {visit: known for visit, known in self._are_keys.items() if visit in self._insertions}
            return tuple(self._address(visit) for visit in visits.values() if self._is_key(visit))

    def _states(self) -> Mapping[str, ReaderState]:
        """What is in all readers, with a new conversation where the old one has ended."""
        for _ in range(2):
            try:
                context = self._talk()
                return context.states(context.readers())
            except PcscError:
                self._drop()
        return {}

    def _talk(self) -> Context:
        if self._context is None:
            self._context = self._converse()
        return self._context

    def _drop(self) -> None:
        if self._context is not None:
            self._context.close()
        self._context = None

    def _address(self, visit: Visit) -> KeyAddress:
        reader = visit[0]
        return KeyAddress(Transport.NFC, reader, attach_id=self._insertions[visit], bus=printable(reader))

    def _is_key(self, visit: Visit) -> bool:
        """Whether the card has the FIDO applet, which is asked once; one that another program holds may have it."""
        if visit not in self._are_keys:
            try:
                self._are_keys[visit] = self._has_applet(visit[0])
            except PcscError as error:
                return error.code in pcsc.BUSY
        return self._are_keys[visit]

    def _has_applet(self, reader: str) -> bool:
        connection = self._talk().connect(reader, alone=False)
        try:
            _, status = Apdus(connection.transmit).exchange(0x00, 0xA4, 0x04, 0x00, APPLET)
        except KeyFault:
            return False
        finally:
            connection.close(leave=True)
        return status == OK

    def open(self, address: KeyAddress) -> Authenticator:
        """Power the card and select its applet.

        Raises KeyGone, KeySwapped, KeyBusy, NoAccess, KeySilent, KeyFault, TooOld.
        """
        attendant = Attendant("keywright-card")
        try:
            card, atr = attendant.do(lambda: self._connect(address), LOOK_SECONDS)
        except HardwareError:
            attendant.close(lambda: None)
            raise
        try:
            with translated():
                channel = NfcChannel(card, attendant, atr, self._clock)
        except HardwareError:
            attendant.close(card.close)
            raise
        return open_device(address, channel, self._clock)

    def _connect(self, address: KeyAddress) -> tuple[Card, bytes]:
        reader = address.path
        try:
            context = self._converse()
            try:
                connection = context.connect(reader, alone=True)
                state = context.states([reader])[reader]
            except (PcscError, LookupError):
                context.close()
                raise
        except PcscError as error:
            raise _meaning(error, reader) from error
        except LookupError as error:
            raise KeyGone from error
        card = OpenCard(context, connection)
        if self._insertions.get((reader, state.visit)) != address.attach_id:
            card.close()
            raise KeySwapped
        return card, state.atr


class OpenCard:
    """A card that we alone have, with the conversation it came from."""

    def __init__(self, context: Context, connection: Connection) -> None:
        self._context = context
        self._connection = connection

    def transmit(self, apdu: bytes) -> bytes:
        """The response to one APDU."""
        return self._connection.transmit(apdu)

    def power_cycle(self) -> None:
        """Take its power away and give it back."""
        self._connection.power_cycle()

    def close(self) -> None:
        """Take its power away, and end the conversation."""
        with suppress(OSError):
            self._connection.close()
        self._context.close()


def _meaning(error: PcscError, reader: str) -> HardwareError:
    if error.code in pcsc.BUSY:
        return KeyBusy()
    if error.code in pcsc.DENIED:
        return NoAccess(reader, remedy(sys.platform))
    return KeyGone()
