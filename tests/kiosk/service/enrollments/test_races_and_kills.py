"""Two at once, and processes that die: the actions on a real database, without HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk.contract import enrollments as wire
from kiosk.contract.profile import VerificationMethod
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.enrollments import actions, ceremonies, completion, proof
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.enrollments.rules import CeremonyExpired, InProgress
from kiosk.service.relying_parties.connector import BegunCeremony, RegisteredCredential, RelyingPartyUnavailable
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.users import user_ids
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.enrollments.doomed import POINTS
from tests.kiosk.service.running import Running, assembled, settings_for
from tests.kiosk.service.soft_key import Json, SoftKey

pytestmark = pytest.mark.databases

MARIA = {"upn": "m.okafor@example.org"}


@dataclass
class Begun:
    """A ceremony that waits for the key's answer."""

    running: Running
    place: Place
    ceremony: wire.Ceremony
    key: SoftKey

    def response(self) -> Json:
        return self.key.register(self.ceremony.public_key, self.ceremony.origin)

    def prove(self, completed: wire.CompletedCeremony) -> wire.ProvedCeremony:
        assertion = self.key.prove(completed.proof, self.ceremony.origin)
        return proof.prove(self.running.parts, self.place, wire.ProveCeremony(assertion))


def begin(running: Running, client: str = "lobby", key: SoftKey | None = None) -> Begun:
    parts, caller, used = running.parts, Caller(client, frozenset()), key or running.key
    enrollment = actions.open_enrollment(parts, caller, wire.OpenEnrollment()).enrollment_id
    actions.identify(parts, caller, enrollment, wire.Identify("upn", MARIA))
    actions.send_code(parts, caller, enrollment, wire.SendCode(VerificationMethod.EMAIL))
    answer = wire.Verify(VerificationMethod.EMAIL, running.random.codes[-1])
    actions.verify(parts, caller, enrollment, answer)
    report = wire.KeyReport(str(used.aaguid), ("FIDO_2_1",), (), {"rk": True, "clientPin": True})
    ceremony = ceremonies.begin_ceremony(parts, caller, enrollment, wire.BeginCeremony("staff", report))
    return Begun(running, Place(caller, enrollment, ceremony.ceremony_id), ceremony, used)


def held(running: Running) -> int:
    with running.parts.store.read() as tx:
        return len(credentials_of_user(tx, user_ids(tx, "upn", MARIA["upn"])[0]))


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results or exceptions of calls that begin together."""
    results: list[Any] = [None] * len(calls)
    gate = Barrier(len(calls))

    def run(number: int) -> None:
        gate.wait(10)
        try:
            results[number] = calls[number]()
        except Exception as error:
            results[number] = error

    threads = [Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.kill
@pytest.mark.parametrize("point", POINTS)
def test_a_service_that_is_killed_in_complete_loses_and_doubles_nothing(
    tmp_path: Path, backend: dict[str, str], point: str
) -> None:
    key, told = SoftKey(), tmp_path / "told.json"
    around = {"anchors": TrustAnchors((key.root.certificate,))}
    with assembled(tmp_path, settings_for(tmp_path, database=backend), **around) as running:
        begun = begin(running, key=key)
    response = begun.response()
    root = key.root.certificate.public_bytes(Encoding.DER).hex()
    ids = {"client": "lobby", "enrollment": begun.place.enrollment_id, "ceremony": begun.place.ceremony_id}
    told.write_text(json.dumps({**ids, "response": response, "root": root, "database": backend}))
    command = [sys.executable, "-m", "tests.kiosk.service.enrollments.doomed", str(told), point]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    with assembled(tmp_path, settings_for(tmp_path, database=backend), **around) as restarted:
        parts, asked = restarted.parts, wire.CompleteCeremony(response)
        if point != POINTS[-1]:
            assert held(restarted) == 0
            with pytest.raises(InProgress) as caught:
                completion.complete(parts, begun.place, asked)
            restarted.clock.advance(seconds=caught.value.retry_after)
        completed = completion.complete(parts, begun.place, asked)
        begun.running = restarted
        assert begun.prove(completed).phase is wire.Phase.DONE
        assert held(restarted) == 1


def test_the_same_response_twice_at_once_is_judged_once(local: Running) -> None:
    begun = begin(local)
    judged: list[int] = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(local.parts.relying_parties["staff"], name)

        def complete(self, told: BegunCeremony, response: Json) -> RegisteredCredential:
            judged.append(1)
            return local.parts.relying_parties["staff"].complete(told, response)

    parts, asked = replace(local.parts, relying_parties={"staff": Counting()}), wire.CompleteCeremony(begun.response())
    results = at_once(*[lambda: completion.complete(parts, begun.place, asked)] * 4)
    assert len(judged) == 1
    answers = [each for each in results if isinstance(each, wire.CompletedCeremony)]
    assert answers
    assert all(each == answers[0] for each in answers)
    assert all(isinstance(each, (wire.CompletedCeremony, InProgress)) for each in results)
    assert held(local) == 1


def test_the_same_proof_twice_at_once_is_answered_twice_alike(local: Running) -> None:
    begun = begin(local)
    completed = completion.complete(local.parts, begun.place, wire.CompleteCeremony(begun.response()))
    asked = wire.ProveCeremony(begun.key.prove(completed.proof, begun.ceremony.origin))
    results = at_once(*[lambda: proof.prove(local.parts, begun.place, asked)] * 4)
    assert results == [results[0]] * 4
    assert results[0].phase is wire.Phase.DONE


def test_two_kiosks_that_prove_for_one_person_at_once_leave_one_credential(local: Running) -> None:
    first = begin(local)
    local.clock.advance(minutes=2)
    second = begin(local, "canteen", SoftKey(root=local.key.root))
    done = [
        completion.complete(local.parts, each.place, wire.CompleteCeremony(each.response())) for each in (first, second)
    ]
    results = at_once(lambda: first.prove(done[0]), lambda: second.prove(done[1]))
    assert sorted(type(each) is wire.ProvedCeremony for each in results) == [False, True]
    assert sum(isinstance(each, CeremonyExpired) for each in results) == 1
    assert held(local) == 1


def test_opening_while_completing_leaves_no_orphan(local: Running) -> None:
    begun = begin(local)
    asked = wire.CompleteCeremony(begun.response())
    at_once(
        lambda: completion.complete(local.parts, begun.place, asked),
        lambda: actions.open_enrollment(local.parts, begun.place.caller, wire.OpenEnrollment()),
    )
    assert held(local) == 0


def test_a_party_that_does_not_answer_may_be_asked_again(local: Running) -> None:
    begun = begin(local)

    class Away:
        def __getattr__(self, name: str) -> Any:
            return getattr(local.parts.relying_parties["staff"], name)

        def complete(self, _told: BegunCeremony, _response: Json) -> RegisteredCredential:
            raise RelyingPartyUnavailable(7)

    asked = wire.CompleteCeremony(begun.response())
    with pytest.raises(RelyingPartyUnavailable):
        completion.complete(replace(local.parts, relying_parties={"staff": Away()}), begun.place, asked)
    completed = completion.complete(local.parts, begun.place, asked)
    assert begun.prove(completed).phase is wire.Phase.DONE
