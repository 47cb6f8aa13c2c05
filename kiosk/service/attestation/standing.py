"""How a model of key stands by its status reports, for one firmware or for one that is not known.

A report concerns its version of the firmware and every later one (FIDO Metadata Service v3.1.1, section 3.1.4); the
latest that concerns the key counts. What accuses a model is taken back only by a later certification, or by an update
that the key has: a report on something else does not clear it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk.service.attestation.metadata import Entry, StatusReport
from kiosk.service.attestation.verdict import Reason


class Level(IntEnum):
    """FIDO certification, as it rises; the plain one came before there were levels."""

    NONE = 0
    FUNCTIONAL = 1
    L1 = 2
    L1PLUS = 3
    L2 = 4
    L2PLUS = 5
    L3 = 6
    L3PLUS = 7


CERTIFIED: Final[Mapping[str, Level]] = MappingProxyType(
    {
        "FIDO_CERTIFIED": Level.FUNCTIONAL,
        "FIDO_CERTIFIED_L1": Level.L1,
        "FIDO_CERTIFIED_L1plus": Level.L1PLUS,
        "FIDO_CERTIFIED_L2": Level.L2,
        "FIDO_CERTIFIED_L2plus": Level.L2PLUS,
        "FIDO_CERTIFIED_L3": Level.L3,
        "FIDO_CERTIFIED_L3plus": Level.L3PLUS,
        "NOT_FIDO_CERTIFIED": Level.NONE,
    }
)
ACCUSES: Final[Mapping[str, Reason]] = MappingProxyType(
    {
        "REVOKED": Reason.MODEL_REVOKED,
        "USER_VERIFICATION_BYPASS": Reason.MODEL_COMPROMISED,
        "ATTESTATION_KEY_COMPROMISE": Reason.MODEL_COMPROMISED,
        "USER_KEY_REMOTE_COMPROMISE": Reason.MODEL_COMPROMISED,
        "USER_KEY_PHYSICAL_COMPROMISE": Reason.MODEL_COMPROMISED,
    }
)
"""What must not be trusted; which weakness it is, the reports themselves tell."""
_UPDATE: Final = "UPDATE_AVAILABLE"
_RETIRED: Final = "RETIRED"


@dataclass(frozen=True, slots=True)
class Standing:
    """`accused` is why the model must not be taken. `uncertain`: it must not with some firmware, which this key may or
    may not have. `some_accused`: one batch of the model, which only its certificate tells."""

    accused: Reason | None = None
    level: Level = Level.NONE
    retired: bool = False
    update_available: bool = False
    uncertain: bool = False
    some_accused: bool = False


def standing(entry: Entry, firmware: int | None, today: date) -> Standing:
    """How keys of the model with this firmware stand; `firmware` None or 0 where the key does not tell.

    Then the model counts as accused only where each firmware that it may have is, and has the best certification of
    them: nobody may be refused after the touch, when firmware is seldom attested, who was let in before it.
    """
    reports = _in_order(entry, today)
    some = any(each.status in ACCUSES for each in entry.reports if each.certificate)
    if firmware:
        return _with_firmware(reports, firmware, some=some)
    each = [_with_firmware(reports, version, some=some) for version in _firmware_thinkable(entry)]
    accused = [one.accused for one in each]
    return Standing(
        accused=None if None in accused else accused[-1],
        level=max(one.level for one in each),
        retired=all(one.retired for one in each),
        uncertain=None in accused and any(accused),
        some_accused=some,
    )


def accused_batch(entry: Entry, chain: Iterable[x509.Certificate], today: date) -> bool:
    """Whether a key with these certificates must not be taken, though others of its model may."""
    ders = {certificate.public_bytes(Encoding.DER) for certificate in chain}
    batches = (each for each in entry.reports if each.certificate in ders)
    return any(each.status in ACCUSES and _effective(each, today) for each in batches)


def _with_firmware(reports: Sequence[StatusReport], firmware: int, *, some: bool) -> Standing:
    accused, level, retired, update_available = None, Level.NONE, False, False
    for report in reports:
        concerned = report.version is None or report.version <= firmware
        if report.status == _UPDATE:
            update_available = update_available or not concerned
            accused = None if concerned else accused
        elif not concerned:
            continue
        elif report.status in ACCUSES:
            accused = ACCUSES[report.status]
            level = Level.NONE if accused is Reason.MODEL_REVOKED else level
        elif report.status in CERTIFIED:
            level = CERTIFIED[report.status]
            accused, retired = (None, False) if level else (accused, retired)
        elif report.status == _RETIRED:
            retired = True
    return Standing(accused, level, retired, update_available, some_accused=some)


def _in_order(entry: Entry, today: date) -> tuple[StatusReport, ...]:
    """The reports that are effective and concern whole models, oldest first.

    An update that does not tell its version is to the one that the metadata describe; if they do not either, it says
    nothing.
    """
    found = []
    for report in entry.reports:
        version = entry.version if report.status == _UPDATE and report.version is None else report.version
        if report.certificate or not _effective(report, today) or (report.status == _UPDATE and version is None):
            continue
        found.append(StatusReport(report.status, report.since, version))
    return tuple(sorted(found, key=_since))


def _since(report: StatusReport) -> date:
    """A report without a date is in force while it is told: the last word where it accuses, the first else."""
    return report.since or (date.max if report.status in ACCUSES else date.min)


def _effective(report: StatusReport, today: date) -> bool:
    return report.since is None or report.since <= today


def _firmware_thinkable(entry: Entry) -> tuple[int, ...]:
    """One version for each way in which the reports can concern a key: those that there is word of, and an older."""
    told = {each.version for each in entry.reports} | {entry.version}
    versions = sorted(each for each in told if each is not None) or [0]
    return (*([versions[0] - 1] if versions[0] > 1 else []), *versions)
