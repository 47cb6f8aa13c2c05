"""Where an enrollment meets the inventory of keys: whether a key is let in, whose it becomes, which are taken away."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.contract.enrollments import KeyReport
from kiosk.contract.keys import Intent
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.intents import lost_keys
from kiosk.service.keys.holding import holding
from kiosk.service.keys.issuing import Recipient, ShownKey, issue, refusals
from kiosk.service.keys.replacing import replace_lost
from kiosk.service.keys.rules import KeyRefused
from kiosk.service.parts import Parts
from kiosk.service.store.ceremonies import CeremonyRow
from kiosk.service.store.credentials import CredentialRow, Proof, keys_of_ceremonies, mark_proved
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.keys import KeyRow, KeyState
from kiosk.service.store.under_way import keys_under_way
from kiosk.service.tokens.rules import Caller


def recipient(caller: Caller, row: EnrollmentRow) -> Recipient:
    """The person of an enrollment, at the kiosk where they stand; a kiosk of several sites says none."""
    assert row.person is not None
    site = next(iter(caller.sites)) if len(caller.sites) == 1 else ""
    actor = f"client:{caller.client_id}"
    return Recipient(row.person, caller.tenant, site, actor, row.id, row.locale, lost_keys(row))


def require_welcome(tx: ReadTx, parts: Parts, caller: Caller, row: EnrollmentRow, report: KeyReport) -> None:
    """Let the key in by what the inventory knows of its number. Raises KeyNotAllowed."""
    shown = ShownKey(report.aaguid, rules.credential_name(report.serial), report.firmware)
    if words := refusals(tx, parts, recipient(caller, row), shown):
        raise rules.KeyNotAllowed(*words)


def attested_refusal(
    tx: ReadTx, parts: Parts, caller: Caller, row: EnrollmentRow, credential: CredentialRow, firmware: int | None
) -> str:
    """Why the inventory does not let in what was just registered, by the number that its maker vouches for."""
    if credential.serial_source != "attestation":
        return ""
    shown = ShownKey(credential.aaguid, credential.key_serial, firmware)
    return next(iter(refusals(tx, parts, recipient(caller, row), shown)), "")


def prove_on_key(
    tx: WriteTx,
    parts: Parts,
    who: Recipient,
    row: EnrollmentRow,
    proved: tuple[CeremonyRow, CredentialRow, int],
    earlier: Sequence[CeremonyRow],
) -> KeyRow:
    """Mark the credential as proved, on the key that the person has from now on. `earlier` are the ceremonies of the
    same key that were proved. Raises ProofRejected where somebody else was faster with this key or this place, and
    StaleRow."""
    ceremony, credential, sign_count = proved
    before = next(iter(keys_of_ceremonies(tx, [each.id for each in earlier])), "")
    shown = ShownKey(credential.aaguid, credential.key_serial, ceremony.firmware, before)
    try:
        held = issue(tx, parts, who, shown)
    except KeyRefused as refusal:
        raise rules.ProofRejected(refusal.word) from refusal
    if not before:
        _require_place(tx, parts, row, held.id)
    now = parts.clock.now()
    activated = None if held.state is KeyState.AWAITING else now
    mark_proved(tx, credential, Proof(now, sign_count, held.id, activated))
    return held


def take_lost_away(tx: WriteTx, parts: Parts, who: Recipient, row: EnrollmentRow, held: KeyRow) -> None:
    """The new key works everywhere: what it stands in for does not any more, from this transaction on."""
    replaces = (row.intent or {}).get("intent") == Intent.REPLACE.value
    if replaces and row.key_number == 1:
        replace_lost(tx, parts, who, row.receipt, held)


def _require_place(tx: WriteTx, parts: Parts, row: EnrollmentRow, key_id: str) -> None:
    """Two kiosks at once do not give somebody more keys than policy allows: the place is taken with the first proof on
    a key, long before it works everywhere. Raises ProofRejected."""
    most = parts.settings.life.most
    if most is None or row.user_id is None:
        return
    tx.alone_with(f"keys\0{row.user_id}")
    taken = holding(tx, parts, row).filling | keys_under_way(tx, row.user_id, row.id, parts.clock.now())
    if len(taken - {key_id, *lost_keys(row)}) >= most:
        raise rules.ProofRejected("keys_enough")
