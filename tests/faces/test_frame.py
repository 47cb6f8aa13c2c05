"""The frame of all faces: each fault meets each call, nothing stays behind, and starting one is cheap."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Thread

import pytest
import requests

from tests.faces.driving import SetClock, ask
from tests.faces.entra import EntraFace
from tests.faces.faults import Fault
from tests.faces.frame import NADA, SEARCH, Face
from tests.faces.fusionauth import FusionAuthFace
from tests.faces.keycloak import KeycloakFace
from tests.faces.okta import OktaFace
from tests.faces.pingone import PingOneFace
from tests.faces.zitadel import ZitadelFace

FACES = (EntraFace, OktaFace, KeycloakFace, ZitadelFace, PingOneFace, FusionAuthFace)
SLOW = (Fault.SLOW_BEFORE, Fault.SLOW_AFTER)
BROKEN = (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.HALF)
STATUS = {
    Fault.NOT_JSON: 200,
    Fault.TOO_MANY: 429,
    Fault.TOO_MANY_SILENT: 429,
    Fault.UNAVAILABLE: 503,
    Fault.EXPIRED_TOKEN: 401,
} | dict.fromkeys(BROKEN, 0)


@pytest.fixture(params=FACES, ids=lambda kind: str(kind.NAME))
def face(request: pytest.FixtureRequest, faces_folder: Path, hands: SetClock) -> Iterator[Face]:
    with request.param(faces_folder, clock=hands) as face:
        yield face


def any_of(face: Face, call: str) -> tuple[str, str]:
    """Method and path of a request that is this call."""
    route = next(each for each in face.routes() if each.call == call)
    return route.method, re.sub(r"\(\?P<\w+>\[\^/\]\+\)", "x", route._pattern.pattern).removesuffix(r"\Z").replace(
        "\\", ""
    )


def send(face: Face, call: str, patience: float = 5, session: requests.Session | None = None) -> requests.Response:
    method, path = any_of(face, call)
    return ask(face, method, path, session, timeout=(5, patience))


def test_every_call_has_a_route_and_every_route_a_name(face: Face) -> None:
    assert {each.call for each in face.routes()} == set(face.CALLS)


@pytest.mark.parametrize("fault", [each for each in Fault if each not in SLOW])
def test_each_fault_meets_each_call_once(face: Face, fault: Fault) -> None:
    with requests.Session() as session:
        for call in face.CALLS:
            face.faults.add(call, fault)
            if fault in BROKEN:
                with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
                    send(face, call, session=session)
                met = 0
            else:
                met = send(face, call, session=session).status_code
            usual = send(face, call, session=session).status_code
            assert met == STATUS.get(fault, usual)
            assert [(each.name, each.status) for each in face.calls[-2:]] == [(call, met), (call, usual)]


@pytest.mark.parametrize("fault", SLOW)
def test_a_slow_answer_waits_for_the_patience_of_the_client(face: Face, fault: Fault) -> None:
    face.faults.add(face.CALLS[0], fault)
    with pytest.raises(requests.ReadTimeout):
        send(face, face.CALLS[0], patience=0.1)
    assert send(face, face.CALLS[0]).status_code >= 200


def test_a_fault_may_come_several_times_and_only_to_its_call(face: Face) -> None:
    first, other = face.CALLS[:2]
    face.faults.add(first, Fault.UNAVAILABLE, times=2)
    assert send(face, other).status_code != 503
    assert [send(face, first).status_code == 503 for _ in range(3)] == [True, True, False]


def test_too_many_calls_are_told_when_to_come_again_unless_it_is_silent(face: Face, hands: SetClock) -> None:
    face.retry_after = 7
    face.faults.add(face.CALLS[0], Fault.TOO_MANY)
    face.faults.add(face.CALLS[0], Fault.TOO_MANY_SILENT)
    told, silent = send(face, face.CALLS[0]), send(face, face.CALLS[0])
    if face.NAME == "okta":
        assert told.headers["X-Rate-Limit-Reset"] == str(int(hands.now().timestamp()) + 7)
    else:
        assert told.headers["Retry-After"] == "7"
    assert "Retry-After" not in silent.headers


def test_a_skewed_clock_is_an_hour_ahead(face: Face, hands: SetClock) -> None:
    face.faults.add(face.CALLS[0], Fault.SKEW)
    skewed, right = (parsedate_to_datetime(send(face, face.CALLS[0]).headers["Date"]) for _ in range(2))
    assert (skewed, right) == (hands.now() + timedelta(hours=1), hands.now())


def test_unknown_paths_and_methods_are_refused_and_recorded(face: Face) -> None:
    method, path = any_of(face, face.CALLS[0])
    assert ask(face, "PATCH", path).status_code == 405
    assert ask(face, method, "/nowhere/at/all").status_code == 404
    assert [each.status for each in face.calls] == [405, 404]


def test_a_face_stops_while_somebody_waits_and_somebody_keeps_a_connection(faces_folder: Path) -> None:
    ended: list[Exception] = []
    session = requests.Session()

    def wait(face: Face) -> None:
        try:
            send(face, SEARCH, patience=60)
        except requests.ConnectionError as error:
            ended.append(error)

    with OktaFace(faces_folder) as face:
        session.get(face.url + "/nowhere", verify=str(face.authority), timeout=5)
        face.faults.add(SEARCH, Fault.SLOW_AFTER)
        waiting = Thread(target=wait, args=(face,))
        waiting.start()
        while face.faults.waiting:
            waiting.join(0.001)
        silent = socket.create_connection(("127.0.0.1", int(face.url.rpartition(":")[2])))
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    waiting.join()
    assert len(ended) == 1
    silent.close()
    session.close()


def test_starting_and_stopping_a_face_is_cheap(face: Face, faces_folder: Path) -> None:
    spent = []
    for _ in range(5):
        begun = time.perf_counter()
        with type(face)(faces_folder):
            pass
        spent.append(time.perf_counter() - begun)
    assert min(spent) < 0.05


def test_a_client_that_does_not_know_the_authority_is_not_served(face: Face) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(face.url, timeout=5)
    assert face.calls == []


def test_a_mistake_of_the_face_itself_is_not_swallowed(faces_folder: Path) -> None:
    face = ZitadelFace(faces_folder)
    face.rights = None  # type: ignore[assignment]  # a mistake in it
    with face:
        told = ask(face, "POST", "/v2/users", headers={"Authorization": f"Bearer {face.token}"})
        assert told.status_code == 500
        mistake = face.mistakes.pop()
    assert isinstance(mistake, TypeError)
    face = ZitadelFace(faces_folder)
    face.mistakes.append(mistake)
    with pytest.raises(TypeError):
        _through(face)


def _through(face: Face) -> None:
    with face:
        pass


def test_a_search_that_lags_shows_a_change_after_so_many_reads(faces_folder: Path, hands: SetClock) -> None:
    with OktaFace(faces_folder, clock=hands) as face:
        face.lag(reads=2)
        face.add("new@example.org")
        found = [_searched(face, "new@example.org") for _ in range(4)]
        assert found == [0, 0, 1, 1]
        face.lag(time=timedelta(seconds=30))
        face.users.remove(face.user("new@example.org").id)
        assert _searched(face, "new@example.org") == 1
        hands.on(seconds=30)
        assert _searched(face, "new@example.org") == 0


def test_noise_and_bad_base64_reach_every_level(faces_folder: Path) -> None:
    with KeycloakFace(faces_folder) as face:
        headers = {"Authorization": "Bearer " + face.issuer.issue(face.client.rights)}
        face.faults.add("read", Fault.UNKNOWN_MEMBERS)
        told = ask(face, "GET", f"{face.base}/users/{face.user(NADA).id}", headers=headers).json()
        assert "x-unheard-of" in told
        assert "x-unheard-of" in told["attributes"]
        assert json.dumps(told["x-unheard-of"])


def _searched(face: OktaFace, login: str) -> int:
    headers = {"Authorization": f"SSWS {face.api_token}"}
    found = ask(face, "GET", "/api/v1/users", headers=headers, params={"search": f'profile.login eq "{login}"'})
    return len(found.json())
