"""CTAP over a card (CTAP 2.1 section 11.3): the FIDO applet, its messages, keep-alives, cancel, and U2F beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic, sleep
from typing import Final, Protocol

from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CAPABILITY, CTAPHID

from hardware.errors import KeyFault, KeySilent, TooOld
from hardware.translate import ERR
from hardware.transport.apdus import OK, WORKING, Apdus, takes_extended
from hardware.transport.attendant import Attendant

APPLET: Final = bytes.fromhex("a0000006472f0001")
_ISO, _CTAP = 0x00, 0x80
_SELECT, _BY_NAME = 0xA4, 0x04
_MESSAGE, _KEEP_ALIVES = 0x10, 0x80
_GET_RESPONSE, _CANCEL = 0x11, 0x11
_RESET: Final = 0x07  # authenticatorReset
_GET_INFO: Final = b"\x04"
_UNKNOWN: Final = (0x6D00, 0x6E00)  # status words for an instruction or a class that is not there

SILENCE: Final = 10.0
"""Seconds for one APDU: a card without keep-alives may work for so long on a signature."""

POLL: Final = 0.05
"""Seconds between two questions whether the card is ready."""

CANCEL_GRACE: Final = 1.0
"""Seconds that a card has to end what it was working on after it was told to."""


class Card(Protocol):
    """A card with power. Methods raise OSError when it has left the field; each may hang."""

    def transmit(self, apdu: bytes) -> bytes:
        """The response to one APDU."""
        ...

    def power_cycle(self) -> None:
        """Take its power away and give it back."""
        ...

    def close(self) -> None:
        """Take its power away."""
        ...


class NfcChannel(CtapDevice):
    """The FIDO applet of one card as a device: a command at a time, each of which ends.

    A reset is preceded by a power cycle, for a key resets only soon after it got power: the person need not lift it.
    `call` raises CtapError, KeySilent, KeyFault, and OSError when the card has left.
    """

    def __init__(
        self,
        card: Card,
        attendant: Attendant,
        atr: bytes = b"",
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        """Select the applet. Raises TooOld for a card without."""
        self._card = card
        self._attendant = attendant
        self._clock = clock
        self._pause = pause
        self._stop = Event()
        self._apdus = Apdus(self._transmit, extended=takes_extended(atr))
        self._info: bytes | None = None
        self._capabilities = self._select()

    @property
    def capabilities(self) -> int:
        """As CTAPHID has them: CBOR by what the applet understands, NMSG without U2F."""
        return self._capabilities

    def _select(self) -> int:
        name, status = self._apdus.exchange(_ISO, _SELECT, _BY_NAME, 0, APPLET)
        if status != OK:
            raise TooOld
        u2f = CAPABILITY(0) if name == b"U2F_V2" else CAPABILITY.NMSG
        try:
            self._info = self._message(_GET_INFO, Event(), lambda _: None)
        except CtapError:  # U2F only
            return int(u2f)
        return int(u2f | CAPABILITY.CBOR)

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Send one command and wait for its answer; once `event` is set the card is told to cancel it."""
        self._stop = event or Event()
        if cmd == CTAPHID.CBOR:
            known, self._info = self._info, None
            if data == _GET_INFO and known is not None:
                return known  # read when the applet was selected
            if data[:1] == bytes([_RESET]):
                self._power_cycle()
            return self._message(data, self._stop, on_keepalive or (lambda _: None))
        if cmd == CTAPHID.MSG:
            return self._raw(data)
        raise CtapError(ERR.INVALID_COMMAND)

    def _power_cycle(self) -> None:
        self._attendant.do(self._card.power_cycle, SILENCE, self._may_end)
        self._select()
        self._info = None

    def _message(self, data: bytes, stop: Event, on_keepalive: Callable[[STATUS], None]) -> bytes:
        """NFCCTAP_MSG, and NFCCTAP_GETRESPONSE until the answer is there."""
        answer, status = self._apdus.exchange(_CTAP, _MESSAGE, _KEEP_ALIVES, 0, data)
        told: STATUS | None = None
        cancelled_at: float | None = None
        while status == WORKING:
            told = _tell(answer, told, on_keepalive)
            if cancelled_at is None and stop.is_set():
                cancelled_at = self._clock()
                answer, status = self._apdus.exchange(_CTAP, _GET_RESPONSE, _CANCEL, 0)
                continue
            if cancelled_at is not None and self._clock() - cancelled_at > CANCEL_GRACE:
                raise KeySilent(CANCEL_GRACE)
            self._pause(POLL)
            answer, status = self._apdus.exchange(_CTAP, _GET_RESPONSE, 0, 0)
        if status in _UNKNOWN:
            raise CtapError(ERR.INVALID_COMMAND)
        if status != OK or not answer:
            raise KeyFault
        return answer

    def _raw(self, apdu: bytes) -> bytes:
        """A U2F message, which comes in extended form (U2F raw messages section 3)."""
        length = int.from_bytes(apdu[5:7], "big") if len(apdu) > 7 else 0
        answer, status = self._apdus.exchange(apdu[0], apdu[1], apdu[2], apdu[3], apdu[7 : 7 + length])
        return answer + status.to_bytes(2, "big")

    def _transmit(self, apdu: bytes) -> bytes:
        return self._attendant.do(lambda: self._card.transmit(apdu), SILENCE, self._may_end)

    def _may_end(self) -> None:
        """Raises KeySilent when the operation was to end and the card has not obeyed for its time of grace."""
        self._stop.is_set()

    def close(self) -> None:
        """Take the power of the card away."""
        self._attendant.close(self._card.close)

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """No devices: a `KeySource` found the card."""
        return iter(())


def _tell(answer: bytes, told: STATUS | None, on_keepalive: Callable[[STATUS], None]) -> STATUS | None:
    """Tell of a status that is new; one that is in no specification says only that the card lives."""
    status = STATUS(answer[0]) if answer[:1] in (b"\x01", b"\x02") else None
    if status is not None and status != told:
        on_keepalive(status)
    return status
