"""A card reader that is not there: PC/SC as far as `NfcSource` uses it, with simulated cards in its readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from time import monotonic, sleep

from smartcard import scard

from hardware.simulated.smart_card import SmartCard
from hardware.transport.pcsc import PcscError, ReaderState

READER = "Reader without contacts 00 00"


class FakePcsc:
    """The service: its readers by name, each with a card or None. `failing` is what every call ends with."""

    def __init__(self, readers: Mapping[str, SmartCard | None]) -> None:
        self.readers = dict(readers)
        self.held: set[str] = set()
        self.failing: int | None = None
        self.conversations = 0
        self.calls: list[str] = []
        self.on_connect: Callable[[], None] = lambda: None
        self.flows = Event()
        self.flows.set()

    def converse(self) -> FakeContext:
        """What `Context` does."""
        self.check("establish")
        self.conversations += 1
        return FakeContext(self)

    def check(self, call: str) -> None:
        """One call. Raises PcscError."""
        self.calls.append(call)
        assert self.flows.wait(30)
        if self.failing is not None:
            raise PcscError(self.failing)

    def state(self, reader: str) -> ReaderState:
        """What is in the reader."""
        card = self.readers[reader]
        if card is None or not card.key.plugged:
            return ReaderState(scard.SCARD_STATE_EMPTY | (card.key.attach_id if card else 0) * 0x20000 + 0x10000)
        return ReaderState(scard.SCARD_STATE_PRESENT | card.key.attach_id * 0x20000, card.atr)


class FakeContext:
    """A conversation with it."""

    def __init__(self, service: FakePcsc) -> None:
        self._service = service

    def readers(self) -> tuple[str, ...]:
        self._service.check("list")
        return tuple(self._service.readers)

    def states(self, readers: Sequence[str]) -> Mapping[str, ReaderState]:
        self._service.check("states")
        return {name: self._service.state(name) for name in readers}

    def differs(self, known: Mapping[str, ReaderState], seconds: float) -> bool:
        ends = monotonic() + seconds
        while True:
            self._service.check("wait")
            if known != {name: self._service.state(name) for name in self._service.readers}:
                return True
            if monotonic() >= ends:
                return False
            sleep(0.005)

    def connect(self, reader: str, *, alone: bool) -> FakeConnection:
        self._service.check("connect")
        card = self._service.readers.get(reader)
        if card is None or not card.key.plugged:
            raise PcscError(scard.SCARD_E_NO_SMARTCARD)
        if reader in self._service.held:
            raise PcscError(scard.SCARD_E_SHARING_VIOLATION)
        self._service.on_connect()
        return FakeConnection(self._service, card, reader if alone else None)

    def close(self) -> None:
        self._service.calls.append("release")


class FakeConnection:
    """A card with power."""

    def __init__(self, service: FakePcsc, card: SmartCard, held: str | None) -> None:
        self._service = service
        self._card = card
        self._held = held
        if held:
            service.held.add(held)
        if not card.powered:
            card.power_on()

    def transmit(self, apdu: bytes) -> bytes:
        self._service.check("transmit")
        try:
            return self._card.transmit(apdu)
        except OSError as error:
            raise PcscError(scard.SCARD_W_REMOVED_CARD) from error

    def power_cycle(self) -> None:
        self._service.check("reconnect")
        if not self._card.key.plugged:
            raise PcscError(scard.SCARD_W_REMOVED_CARD)
        self._card.power_on()

    def close(self, *, leave: bool = False) -> None:
        self._service.calls.append("disconnect")
        if self._held:
            self._service.held.discard(self._held)
        if not leave:
            self._card.power_off()
