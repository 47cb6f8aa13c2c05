"""PC/SC through pyscard, with types and with exceptions: the only module that knows `smartcard`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from smartcard import scard

PNP: Final = "\\\\?PnP?\\Notification"
"""A reader that is none: its state changes when a reader comes or goes."""

NO_READERS: Final = frozenset({scard.SCARD_E_NO_READERS_AVAILABLE, scard.SCARD_E_UNKNOWN_READER})
GONE: Final = frozenset({scard.SCARD_W_REMOVED_CARD, scard.SCARD_E_NO_SMARTCARD})
BUSY: Final = frozenset({scard.SCARD_E_SHARING_VIOLATION})
DENIED: Final = frozenset({scard.SCARD_W_SECURITY_VIOLATION, getattr(scard, "SCARD_E_NO_ACCESS", 0x80100027)})
_PROTOCOLS: Final = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


class PcscError(OSError):
    """A call that failed; `code` is that of PC/SC."""

    def __init__(self, code: int) -> None:
        super().__init__(f"PC/SC 0x{code & 0xFFFFFFFF:08x}")
        self.code = code


@dataclass(frozen=True, slots=True)
class ReaderState:
    """What a reader is in: `raw` is for the next question, `visit` counts the cards that came and left."""

    raw: int
    atr: bytes = b""

    @property
    def card(self) -> bool:
        """Whether a card is there that answers."""
        return bool(self.raw & scard.SCARD_STATE_PRESENT) and not self.raw & scard.SCARD_STATE_MUTE

    @property
    def visit(self) -> int:
        """Differs between two cards, also when both are the same one."""
        return self.raw >> 16 & 0xFFFF


UNAWARE: Final = ReaderState(scard.SCARD_STATE_UNAWARE)


class Context:
    """One conversation with the resource manager. Every method raises PcscError. One thread at a time."""

    def __init__(self) -> None:
        failed, self._handle = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        _check(failed)

    def readers(self) -> tuple[str, ...]:
        """The names of the readers that are attached."""
        failed, names = scard.SCardListReaders(self._handle, [])
        if failed in NO_READERS:
            return ()
        _check(failed)
        return tuple(names)

    def states(self, readers: Sequence[str]) -> Mapping[str, ReaderState]:
        """What is in these readers now."""
        return self._wait(dict.fromkeys(readers, UNAWARE), 0.0) or {}

    def differs(self, known: Mapping[str, ReaderState], seconds: float) -> bool:
        """Wait until a reader is not in the state that is known, or a reader comes or goes; False when none did."""
        return self._wait({**known, PNP: UNAWARE}, seconds) is not None

    def _wait(self, known: Mapping[str, ReaderState], seconds: float) -> Mapping[str, ReaderState] | None:
        if not known:
            return None
        asked = [(name, state.raw) for name, state in known.items()]
        failed, told = scard.SCardGetStatusChange(self._handle, int(seconds * 1000), asked)
        if failed == scard.SCARD_E_TIMEOUT:
            return None
        _check(failed)
        return MappingProxyType({name: ReaderState(raw, bytes(atr)) for name, raw, atr in told})

    def connect(self, reader: str, *, alone: bool) -> Connection:
        """Power the card in this reader; with `alone` for nobody but us."""
        share = scard.SCARD_SHARE_EXCLUSIVE if alone else scard.SCARD_SHARE_SHARED
        failed, handle, protocol = scard.SCardConnect(self._handle, reader, share, _PROTOCOLS)
        _check(failed)
        return Connection(handle, protocol, share)

    def close(self) -> None:
        """End the conversation."""
        scard.SCardReleaseContext(self._handle)


class Connection:
    """A card that has power. Methods raise PcscError, among others when the card has left."""

    def __init__(self, handle: int, protocol: int, share: int) -> None:
        self._handle = handle
        self._protocol = protocol
        self._share = share

    def transmit(self, apdu: bytes) -> bytes:
        """The response to one APDU."""
        header = scard.SCARD_PCI_T0 if self._protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        failed, response = scard.SCardTransmit(self._handle, header, list(apdu))
        _check(failed)
        if len(response) < 2:  # not even a status word: the card was lost on the way, and the driver does not say so
            raise PcscError(scard.SCARD_E_NOT_TRANSACTED)
        return bytes(byte & 0xFF for byte in response)

    def power_cycle(self) -> None:
        """Take the power away and give it back: what the card held without power is gone."""
        failed, self._protocol = scard.SCardReconnect(self._handle, self._share, _PROTOCOLS, scard.SCARD_UNPOWER_CARD)
        _check(failed)

    def close(self, *, leave: bool = False) -> None:
        """Take the power away, or leave the card as it is."""
        scard.SCardDisconnect(self._handle, scard.SCARD_LEAVE_CARD if leave else scard.SCARD_UNPOWER_CARD)


def _check(failed: int) -> None:
    if failed != scard.SCARD_S_SUCCESS:
        raise PcscError(failed)
