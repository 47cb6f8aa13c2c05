"""The simulated key on a card reader: its FIDO applet behind APDUs (CTAP 2.1 section 11.3)."""

from __future__ import annotations

from typing import Final

from fido2.ctap import STATUS, CtapError
from fido2.hid import CTAPHID

from hardware.simulated.apdu import Answer, Apdus, Command, Status
from hardware.simulated.device import SimulatedPipe
from hardware.simulated.key import SimulatedKey
from hardware.transport.messages import BROADCAST, Reply, first_report, head, reports

SHORT_ATR: Final = bytes.fromhex("3b80800101")
"""What a reader without contacts makes of a card that tells nothing of itself (PC/SC part 3, section 3.1.3.2.3)."""

EXTENDED_ATR: Final = bytes.fromhex("3b8580018073c021c0d6")
"""And of one that says that it takes extended and chained commands (ISO 7816-4 section 8.1.1.2.7)."""

APPLET: Final = bytes.fromhex("a0000006472f0001")
_SELECT, _MESSAGE, _GET_RESPONSE = 0xA4, 0x10, 0x11
_ISO, _CTAP = 0x00, 0x80
_KEEP_ALIVES: Final = 0x80  # P1 of NFCCTAP_MSG: the reader asks again
_CANCEL: Final = 0x11  # P1 of NFCCTAP_GETRESPONSE
_PATIENCE: Final = 0.1  # seconds of work before a keep-alive is given instead of the answer
_WORK_SECONDS: Final = 60.0


class SmartCard:
    """A card with the key in it. In the field of a reader the key counts as plugged in; the reader gives it power.

    Presence is the key's own business: with `touch_automatically` the tap itself is the touch, as on most cards.
    Methods raise OSError once the card has left the field.
    """

    def __init__(self, key: SimulatedKey, *, extended: bool = True) -> None:
        self.key = key
        self._extended = extended
        self._pipe: SimulatedPipe | None = None
        self._attach_id = 0
        self._channel = BROADCAST
        self._reply: Reply | None = None
        self._status = STATUS.PROCESSING
        self._selected = False
        self._apdus = Apdus(self._answer, extended=extended)

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return EXTENDED_ATR if self._extended else SHORT_ATR

    @property
    def powered(self) -> bool:
        """Whether it has power, and has had it since it came into the field."""
        return self._pipe is not None and self._attach_id == self.key.attach_id

    def power_on(self) -> None:
        """Wake with nothing in its RAM."""
        self.power_off()
        with self.key.condition:
            self.key.transport = "nfc"
            if self.key.plugged:
                self.key.lose_power()
            self.key.plug()
            self._attach_id = self.key.attach_id
            self._pipe = SimulatedPipe(self.key, self._attach_id)
        self._pipe.write(first_report(BROADCAST, CTAPHID.INIT, bytes(8)))
        _, about = head(self._pipe.read(1.0) or bytes(64))
        self._channel = about[8:12]

    def power_off(self) -> None:
        """No power, though still in the field."""
        if self._pipe is not None:
            self._pipe.close()
        self._pipe, self._reply, self._selected = None, None, False
        self._apdus = Apdus(self._answer, extended=self._extended)

    def lift(self) -> None:
        """Take it out of the field."""
        self.power_off()
        self.key.unplug()

    def transmit(self, apdu: bytes) -> bytes:
        """Response to one APDU."""
        if self._pipe is None:
            raise OSError("the card has no power")
        return self._apdus.transmit(apdu)

    def _answer(self, command: Command) -> Answer:
        if command.ins == _SELECT and command.p1 == 0x04:
            return self._select(command.data)
        if not self._selected:
            return b"", Status.CONDITIONS_NOT_SATISFIED
        if command.cla == _ISO and self.key.traits.u2f:
            return self._u2f(command)
        if command.cla != _CTAP or not self.key.traits.ctap2:
            return b"", Status.CLASS_NOT_SUPPORTED
        if command.ins == _MESSAGE:
            self._begin(CTAPHID.CBOR, command.data)
            return self._outcome(_PATIENCE if command.p1 & _KEEP_ALIVES else _WORK_SECONDS)
        if command.ins == _GET_RESPONSE:
            return self._asked_again(command.p1)
        return b"", Status.INSTRUCTION_NOT_SUPPORTED

    def _select(self, name: bytes) -> Answer:
        self._selected = name == APPLET
        if not self._selected:
            return b"", Status.NOT_FOUND
        return (b"U2F_V2" if self.key.traits.u2f else b"FIDO_2_0"), Status.OK

    def _asked_again(self, p1: int) -> Answer:
        if self._reply is None:
            return b"", Status.CONDITIONS_NOT_SATISFIED
        if p1 == _CANCEL:
            self._port.write(first_report(self._channel, CTAPHID.CANCEL))
            return self._outcome(_WORK_SECONDS)
        return self._outcome(_PATIENCE) if p1 == 0 else (b"", Status.WRONG_PARAMETERS)

    def _u2f(self, command: Command) -> Answer:
        """A raw message as CTAPHID_MSG has it: always in extended form."""
        apdu = bytes([command.cla, command.ins, command.p1, command.p2])
        if command.data:
            apdu += b"\0" + len(command.data).to_bytes(2, "big") + command.data + b"\0\0"
        else:
            apdu += b"\0\0\0"
        self._begin(CTAPHID.MSG, apdu)
        answered, status = self._outcome(_WORK_SECONDS)
        return (answered[:-2], int.from_bytes(answered[-2:], "big")) if status == Status.OK else (b"", status)

    def _begin(self, command: int, data: bytes) -> None:
        self._status = STATUS.PROCESSING
        self._reply = Reply(command, self._keep_alive)
        for report in reports(self._channel, command, data):
            self._port.write(report)

    def _keep_alive(self, status: STATUS) -> None:
        self._status = status

    def _outcome(self, patience: float) -> Answer:
        """The answer of the key, or what it is doing when the patience is over."""
        reply, ends = self._reply, self.key.now() + patience
        assert reply is not None
        try:
            while not reply.complete:
                report = self._port.read(max(0.0, ends - self.key.now()))
                if report is None:
                    return bytes([self._status]), Status.WORKING
                reply.take(report)
        except CtapError as refused:
            self._reply = None
            return bytes([refused.code]), Status.OK
        self._reply = None
        return reply.data, Status.OK

    @property
    def _port(self) -> SimulatedPipe:
        assert self._pipe is not None, "transmit looks"
        return self._pipe
