"""A process that dies as a lost key is replaced: either nothing has happened, or all of it will."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk.contract.enrollments import Phase, ProveCeremony
from kiosk.contract.keys import Intent
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.enrollments import proof
from kiosk.service.enrollments.removal import remove_next
from kiosk.service.store.keys import KeyState
from kiosk.service.store.removals import open_removals
from tests.kiosk.service.enrollments.elsewhere import Elsewhere, Fault, Killed
from tests.kiosk.service.keys.doomed_replacing import POINTS
from tests.kiosk.service.keys.visits import Visit, credentials, held, key_like, state, told
from tests.kiosk.service.running import NOON, assembled, settings_for
from tests.kiosk.service.soft_key import SoftKey

pytestmark = [pytest.mark.databases, pytest.mark.kill]


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_while_a_lost_key_is_replaced_changes_nothing_or_everything(
    tmp_path: Path, backend: dict[str, str], point: str
) -> None:
    maker, path = SoftKey(), tmp_path / "told.json"
    settings = settings_for(tmp_path, database=backend, life={"most": 1})
    around = {"anchors": TrustAnchors((maker.root.certificate,))}
    with assembled(tmp_path, settings, **around) as running:
        running.key = maker
        elsewhere = Elsewhere(running.clock)
        parts = replace(
            running.parts, relying_parties={"staff": running.parts.relying_parties["staff"], "mail": elsewhere}
        )
        Visit(running, parts=parts).enrolls(key_like(running), ("mail", "staff"), serial="1")
        (old,) = held(running)
        visit, new = Visit(running, parts=parts), key_like(running)
        visit.intends(Intent.REPLACE, old.id)
        visit.enrolls(new, ("mail",), serial="2")
        begun = visit.begun(new, serial="2")
        assertion = new.prove(visit.completed(new, begun).proof, begun.origin)
        later = (running.clock.now() - NOON).total_seconds()
    root = maker.root.certificate.public_bytes(Encoding.DER).hex()
    ids = {"enrollment": visit.enrollment, "ceremony": begun.ceremony_id, "later": later}
    path.write_text(json.dumps({**ids, "assertion": assertion, "root": root, "database": backend}))
    command = [sys.executable, "-m", "tests.kiosk.service.keys.doomed_replacing", str(path), point]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    with assembled(tmp_path, settings, **around) as restarted:
        restarted.clock.advance(seconds=later)
        parts = replace(
            restarted.parts, relying_parties={"staff": restarted.parts.relying_parties["staff"], "mail": elsewhere}
        )
        done = point == POINTS[1]
        assert state(restarted, old.id) is (KeyState.LOST if done else KeyState.ISSUED)
        with restarted.parts.store.read() as tx:
            assert len(open_removals(tx)) == done
        assert len(told(restarted)) == done
        assert proof.prove(parts, visit.place(begun), ProveCeremony(assertion)).phase is Phase.DONE
        elsewhere.faults["delete"] = [Fault.KILLED_AFTER]
        with pytest.raises(Killed):
            remove_next(parts)
        restarted.clock.advance(minutes=11)
        while remove_next(parts):
            restarted.clock.advance(seconds=1)
        assert state(restarted, old.id) is KeyState.LOST
        assert len(elsewhere.held) == 1
        assert {each.key_id for each in credentials(restarted)} == {held(restarted)[0].id}
        assert len(told(restarted)) == 1, "told once"
