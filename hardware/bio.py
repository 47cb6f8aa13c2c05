"""authenticatorBioEnrollment (CTAP 2.1 section 6.7), and its preview: fingerprints of the owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.answers import Info, member, told, told_each
from hardware.authenticator import Fingerprint, Sample, SampleFeedback
from hardware.client_pin import PERMISSION, Verifying
from hardware.ctap2 import Command, Ctap2
from hardware.errors import FingerprintsFull, KeyFault, Unsupported
from hardware.grants import NO_GRANT, Grant
from hardware.key_info import text
from hardware.pin_session import PinSession
from hardware.translate import ERR

Answer = TypeVar("Answer")

FINGERPRINT = 0x01
"""The one modality there is."""

BEGIN, CAPTURE_NEXT, CANCEL, ENUMERATE, SET_NAME, REMOVE, SENSOR_INFO = range(0x01, 0x08)
DATABASE_FULL = 0x0C
FEEDBACK: Mapping[int, SampleFeedback] = {
    0x00: SampleFeedback.GOOD,
    0x01: SampleFeedback.TOO_HIGH,
    0x02: SampleFeedback.TOO_LOW,
    0x03: SampleFeedback.TOO_LEFT,
    0x04: SampleFeedback.TOO_RIGHT,
    0x05: SampleFeedback.TOO_FAST,
    0x06: SampleFeedback.TOO_SLOW,
    0x07: SampleFeedback.POOR_QUALITY,
    0x08: SampleFeedback.TOO_SKEWED,
    0x09: SampleFeedback.TOO_SHORT,
    0x0A: SampleFeedback.MERGE_FAILURE,
    0x0B: SampleFeedback.EXISTS,
    0x0D: SampleFeedback.NO_FINGER,
}
"""lastEnrollSampleStatus (section 6.7.4)."""

SHORT_NAME_BYTES = 15
"""What every sensor keeps of a name; for longer ones it is asked."""


def bio_command(info: Info) -> Command:
    """The fingerprint enrollment of the key, or its preview. Raises Unsupported."""
    if "bioEnroll" in info.options:
        return Command.BIO_ENROLLMENT
    if "FIDO_2_1_PRE" in info.versions and "userVerificationMgmtPreview" in info.options:
        return Command.BIO_ENROLLMENT_PREVIEW
    raise Unsupported("bioEnroll")


class BioEnrollment:
    """The fingers that an opened key knows. Methods raise CtapError where no HardwareError fits better.

    Each raises Unsupported and PinRequired.
    """

    def __init__(self, ctap: Ctap2, pins: PinSession, verifying: Verifying) -> None:
        self._ctap = ctap
        self._pins = pins
        self._verifying = verifying
        self._begun = False

    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """enumerateEnrollments (0x04)."""
        try:
            answer = self._granted(lambda grant: self._send(ENUMERATE, None, grant))
        except CtapError as error:
            if error.code != ERR.INVALID_OPTION:  # none is enrolled
                raise
            return ()
        return tuple(
            Fingerprint(member(row, 0x01, bytes), text(row.get(0x02))) for row in told_each(answer, 0x07, dict)
        )

    def enroll(self, on_sample: Callable[[Sample], None]) -> bytes:
        """enrollBegin (0x01) and enrollCaptureNextSample (0x02) until the key has seen enough; the id of the finger.

        Raises FingerprintsFull. One that did not end is taken back by `cancel`.
        """

        def capture(grant: Grant) -> bytes:
            template_id, remaining = self._begin(grant, on_sample)
            while remaining > 0:
                remaining = self._sample(CAPTURE_NEXT, {0x01: template_id}, grant, on_sample)[1]
            self._begun = False
            return template_id

        return self._granted(capture)

    def name(self, template_id: bytes, name: str) -> str:
        """setFriendlyName (0x05), with as much of the name as the key takes: what it keeps, empty where it refuses."""
        try:
            encoded = name.encode(errors="replace")
            if len(encoded) > SHORT_NAME_BYTES:
                longest = told(self._send(SENSOR_INFO, None, NO_GRANT), 0x08, int) or SHORT_NAME_BYTES
                encoded = encoded[: max(0, longest)]
            kept = encoded.decode(errors="ignore")
            if kept:
                self._granted(lambda grant: self._send(SET_NAME, {0x01: template_id, 0x02: kept}, grant))
        except CtapError:
            return ""
        return kept

    def cancel(self) -> None:
        """cancelCurrentEnrollment (0x03), when one has begun and not ended."""
        if self._begun:
            self._begun = False
            self._send(CANCEL, None, NO_GRANT)

    def remove(self, template_id: bytes) -> None:
        """removeEnrollment (0x06); absent is success."""
        try:
            self._granted(lambda grant: self._send(REMOVE, {0x01: template_id}, grant))
        except CtapError as error:
            if error.code != ERR.INVALID_OPTION:
                raise

    def _begin(self, grant: Grant, on_sample: Callable[[Sample], None]) -> tuple[bytes, int]:
        answer, remaining = self._sample(BEGIN, None, grant, on_sample)
        return member(answer, 0x04, bytes), remaining

    def _sample(
        self,
        subcommand: int,
        parameters: Mapping[int, Any] | None,
        grant: Grant,
        on_sample: Callable[[Sample], None],
    ) -> tuple[Mapping[int, Any], int]:
        """One try at the sensor: the answer, and how many good ones are still needed."""
        self._begun = True
        with self._verifying():
            answer = self._send(subcommand, parameters, grant)
        status, remaining = member(answer, 0x05, int), member(answer, 0x06, int)
        if status == DATABASE_FULL:
            raise FingerprintsFull
        if remaining < 0:
            raise KeyFault
        on_sample(Sample(FEEDBACK.get(status, SampleFeedback.OTHER), remaining))
        return answer, remaining

    def _send(self, subcommand: int, parameters: Mapping[int, Any] | None, grant: Grant) -> Mapping[int, Any]:
        message = bytes([FINGERPRINT, subcommand]) + (cbor.encode(parameters) if parameters else b"")
        param, protocol = grant.proof(message)
        command = bio_command(self._ctap.info)
        return self._ctap.send(
            command, {0x01: FINGERPRINT, 0x02: subcommand, 0x03: parameters, 0x04: protocol, 0x05: param}
        )

    def _granted(self, ask: Callable[[Grant], Answer]) -> Answer:
        bio_command(self._ctap.info)
        return self._pins.granted(PERMISSION.BIO_ENROLL, None, ask)
