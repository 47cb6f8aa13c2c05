"""What the station must not forget when it loses power: every ceremony that is begun and not yet settled, and every key
whose PIN by chance has not reached its owner yet.

It holds no PIN, no code and no name: a ceremony is known by its ids, a person by the opaque user handle, a key by its
model and serial number. Every step is one atomic change that says from which steps it may come, so that the two lanes
cannot contradict each other: what is being proved is not taken back, what is being taken back is not proved.

    intent → made → completing → completed → proving → proved (or first held, until the enrollment ends)
    any of them before proving → cleaning → closed, or left_on_key until its key comes again → closed
    held → revoking → likewise
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from hardware.authenticator import WebAuthnJson
from kiosk.errors import JournalCorrupt, OutOfStep
from kiosk.station.journal_file import open_journal, set_aside, translated
from kiosk.station.journal_row import KeyMark, OwedPin, Row, Step, credential_id_of, owed_of, row_of

_KEEP = timedelta(days=7)
_OWED = timedelta(days=90)
"""A key whose PIN is owed for so long was wiped elsewhere, or is with nobody."""


class Journal:
    """The journal in one file, opened when first needed. May be used by several threads.

    Every method raises StorageFull when the disk is full, JournalCorrupt when the file broke while it was open, and
    ConfigurationError when it cannot be used. A file that is found broken is set aside, logged and begun anew.
    """

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        self._file = file
        self._now = now
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    # ── the ceremony goes forward ───────────────────────────────────────────────────────────────

    def intend(self, row: Row) -> None:
        """The key is about to be asked for a credential."""
        self._change(
            "INSERT OR REPLACE INTO ceremony VALUES (:ceremony_id, :enrollment_id, :relying_party, :rp_id, "
            ":user_handle, :discoverable, 'intent', 1, :aaguid, :serial, NULL, NULL, NULL, :now, :now, :rolls_back)",
            row.ceremony_id,
            enrollment_id=row.enrollment_id,
            relying_party=row.relying_party,
            rp_id=row.rp_id,
            user_handle=row.user_handle,
            discoverable=row.discoverable,
            aaguid=row.key.aaguid,
            serial=row.key.serial,
            rolls_back=row.rolls_back,
        )

    def made(self, ceremony_id: str, response: WebAuthnJson) -> None:
        """The key made the credential. If the ceremony was given up meanwhile, it must be taken back."""
        self._change(
            "UPDATE ceremony SET step = CASE step WHEN 'intent' THEN 'made' ELSE 'cleaning' END, on_key = 1, "
            "credential_id = :credential_id, response = :response, changed_at = :now WHERE ceremony_id = :ceremony_id",
            ceremony_id,
            credential_id=credential_id_of(response),
            response=json.dumps(response),
        )

    def not_made(self, ceremony_id: str) -> None:
        """The key certainly made no credential: only the service must forget the ceremony."""
        self._change(
            "UPDATE ceremony SET step = 'cleaning', on_key = 0, changed_at = :now WHERE ceremony_id = :ceremony_id",
            ceremony_id,
        )

    def completing(self, ceremony_id: str) -> None:
        """The response is about to be sent. Raises OutOfStep when it is being taken back."""
        self._forward(ceremony_id, Step.COMPLETING, (Step.MADE, Step.COMPLETING))

    def completed(self, ceremony_id: str) -> None:
        """The relying party has the credential."""
        self._forward(ceremony_id, Step.COMPLETED, (Step.MADE, Step.COMPLETING, Step.COMPLETED))

    def proving(self, ceremony_id: str, assertion: WebAuthnJson) -> None:
        """The assertion is about to be sent. Raises OutOfStep when the credential is being taken back."""
        before = (Step.COMPLETING, Step.COMPLETED, Step.PROVING)
        self._forward(ceremony_id, Step.PROVING, before, assertion=json.dumps(assertion))

    def disproved(self, ceremony_id: str) -> None:
        """The relying party certainly did not take the proof: the credential may be taken back."""
        self._forward(ceremony_id, Step.COMPLETED, (Step.PROVING,), assertion=None)

    def held(self, ceremony_id: str) -> None:
        """Both sides agree; what becomes of it is decided at the end of the enrollment."""
        self._change(
            "UPDATE ceremony SET step = 'held', response = NULL, assertion = NULL, changed_at = :now "
            "WHERE ceremony_id = :ceremony_id",
            ceremony_id,
        )

    def proved(self, ceremony_id: str) -> None:
        """Both sides agree, and with it the enrollment is over: all that it held is settled."""
        self._change(
            "UPDATE ceremony SET step = 'proved', response = NULL, assertion = NULL, changed_at = :now "
            "WHERE ceremony_id = :ceremony_id OR (step = 'held' AND enrollment_id = "
            "(SELECT enrollment_id FROM ceremony WHERE ceremony_id = :ceremony_id))",
            ceremony_id,
        )

    def ended(self, enrollment_id: str) -> None:
        """The enrollment is over, and what was proved in it stays."""
        self._change(
            "UPDATE ceremony SET step = 'proved', changed_at = :now "
            "WHERE step = 'held' AND enrollment_id = :enrollment_id",
            "",
            enrollment_id=enrollment_id,
        )

    # ── the ceremony is taken back ──────────────────────────────────────────────────────────────

    def clean(self, ceremony_id: str) -> bool:
        """Begin to take the ceremony back; False when it is being proved, or was, so that it must stay."""
        changed = self._change(
            "UPDATE ceremony SET step = CASE step WHEN 'closed' THEN 'closed' ELSE 'cleaning' END, changed_at = :now "
            "WHERE ceremony_id = :ceremony_id AND step NOT IN ('proving', 'held', 'proved')",
            ceremony_id,
        )
        return bool(changed) or self.find(ceremony_id) is None

    def revoke(self, ceremony_id: str) -> bool:
        """Begin to take away what was proved, and held."""
        return bool(
            self._change(
                "UPDATE ceremony SET step = 'revoking', changed_at = :now "
                "WHERE ceremony_id = :ceremony_id AND step IN ('held', 'revoking')",
                ceremony_id,
            )
        )

    def off_key(self, ceremony_id: str) -> None:
        """Its credential is certainly not on the key any more."""
        self._change(
            "UPDATE ceremony SET on_key = 0, step = CASE step WHEN 'left_on_key' THEN 'closed' ELSE step END, "
            "changed_at = :now WHERE ceremony_id = :ceremony_id",
            ceremony_id,
        )

    def forgotten(self, ceremony_id: str) -> None:
        """The service will not know it any more: closed, or left on the key until that comes again."""
        self._change(
            "UPDATE ceremony SET step = CASE on_key WHEN 0 THEN 'closed' ELSE 'left_on_key' END, response = NULL, "
            "assertion = NULL, changed_at = :now WHERE ceremony_id = :ceremony_id AND step != 'proved'",
            ceremony_id,
        )

    def overwritten(self, ceremony_id: str) -> None:
        """A discoverable credential was made for the same person, relying party and key: what was left there for them
        is gone (CTAP 2.1 section 6.1.2: same rp.id and user.id overwrite)."""
        self._change(
            "UPDATE ceremony SET on_key = 0, step = CASE step WHEN 'left_on_key' THEN 'closed' ELSE step END, "
            "changed_at = :now WHERE ceremony_id != :ceremony_id AND step IN ('cleaning', 'revoking', 'left_on_key') "
            "AND discoverable AND (rp_id, user_handle, aaguid, serial) = (SELECT rp_id, user_handle, aaguid, serial "
            "FROM ceremony WHERE ceremony_id = :ceremony_id AND discoverable)",
            ceremony_id,
        )

    # ── PINs by chance ──────────────────────────────────────────────────────────────────────────

    def pin_owed(self, key: KeyMark, enrollment_id: str) -> None:
        """The key is about to get a PIN by chance, which nobody knows before its owner has it."""
        self._owe("INSERT OR REPLACE INTO owed_pin VALUES (:enrollment_id, :aaguid, :serial, :now)", key, enrollment_id)

    def pin_settled(self, key: KeyMark, enrollment_id: str) -> None:
        """The owner has the PIN, or the key certainly did not get it."""
        this = "enrollment_id = :enrollment_id AND aaguid = :aaguid AND serial = :serial"
        self._owe(f"DELETE FROM owed_pin WHERE {this}", key, enrollment_id)  # noqa: S608 - words of ours

    def pin_wiped(self, key: KeyMark) -> None:
        """The key has no PIN any more, or one that is known. Without a serial number it is taken for the one that waits
        longest."""
        self._owe(
            "DELETE FROM owed_pin WHERE aaguid = :aaguid AND serial = :serial AND (serial != '' OR rowid = "
            "(SELECT rowid FROM owed_pin WHERE aaguid = :aaguid AND serial = '' ORDER BY owed_since LIMIT 1))",
            key,
        )

    # ── looking ─────────────────────────────────────────────────────────────────────────────────

    def find(self, ceremony_id: str) -> Row | None:
        """The ceremony, if it is known."""
        rows = self._read("SELECT * FROM ceremony WHERE ceremony_id = :ceremony_id", ceremony_id=ceremony_id)
        return rows[0] if rows else None

    def unsettled(self) -> tuple[Row, ...]:
        """The ceremonies that the service must still hear about, oldest first."""
        return self._read(
            "SELECT * FROM ceremony WHERE step NOT IN ('left_on_key', 'proved', 'closed') ORDER BY created_at"
        )

    def orphans(self, key: KeyMark) -> tuple[Row, ...]:
        """What may have been left on this key (or, without a serial number, on one of its model); the newest ones,
        because each costs the person a moment."""
        return self._read(
            "SELECT * FROM ceremony WHERE step IN ('cleaning', 'revoking', 'left_on_key') AND on_key "
            "AND aaguid = :aaguid AND serial = :serial ORDER BY created_at DESC LIMIT 20",
            aaguid=key.aaguid,
            serial=key.serial,
        )

    def pins_owed(self) -> tuple[OwedPin, ...]:
        """The PINs that never reached an owner, oldest first; those of 90 days and more are over."""
        with self._use() as (connection, now):
            query = "SELECT * FROM owed_pin WHERE owed_since > ? ORDER BY owed_since"
            return tuple(owed_of(found) for found in connection.execute(query, ((now - _OWED).isoformat(),)))

    def left_on_keys(self) -> int:
        """How many ceremonies wait for their key."""
        return len(self._read("SELECT * FROM ceremony WHERE step = 'left_on_key'"))

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        with self._lock:
            self._drop()

    # ── the file ────────────────────────────────────────────────────────────────────────────────

    def _forward(self, ceremony_id: str, step: Step, before: tuple[Step, ...], **values: str | None) -> None:
        sets = "".join(f"{name} = :{name}, " for name in values)
        froms = ", ".join(f"'{one}'" for one in before)
        changed = self._change(
            f"UPDATE ceremony SET {sets}step = '{step}', changed_at = :now "  # noqa: S608 - names of ours
            f"WHERE ceremony_id = :ceremony_id AND step IN ({froms})",
            ceremony_id,
            **values,
        )
        if not changed:
            raise OutOfStep

    def _owe(self, statement: str, key: KeyMark, enrollment_id: str = "") -> None:
        self._change(statement, "", aaguid=key.aaguid, serial=key.serial, enrollment_id=enrollment_id)

    def _change(self, statement: str, ceremony_id: str, **values: object) -> int:
        with self._use() as (connection, now):
            parameters = {"ceremony_id": ceremony_id, "now": now.isoformat(), **values}
            return connection.execute(statement, parameters).rowcount

    def _read(self, statement: str, **values: object) -> tuple[Row, ...]:
        with self._use() as (connection, _):
            return tuple(row_of(found) for found in connection.execute(statement, values))

    @contextmanager
    def _use(self) -> Iterator[tuple[sqlite3.Connection, datetime]]:
        """The open file, for one thread at a time; one that breaks is set aside, and the next use begins another."""
        now = self._now()
        with self._lock:
            try:
                with translated(self._file):
                    yield self._open(now), now
            except JournalCorrupt as error:
                self._drop()
                raise JournalCorrupt(str(set_aside(self._file, now))) from error

    def _open(self, now: datetime) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_journal(self._file, now)
            self._connection.execute(
                "DELETE FROM ceremony WHERE step IN ('proved', 'closed') AND changed_at < ?",
                ((now - _KEEP).isoformat(),),
            )
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
