"""The face of Microsoft Entra ID: who gets a token, and who is found by what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import RsaClient, SetClock, ask
from tests.faces.entra import EntraFace
from tests.faces.entra_users import USERS
from tests.faces.frame import NADA, OBRIEN
from tests.faces.server import Json
from tests.faces.tokens import ASSERTION
from tests.kiosk.service.soft_key import SoftKey


@pytest.fixture
def face(faces_folder: Path, key: SoftKey, hands: SetClock) -> Iterator[EntraFace]:
    with EntraFace(faces_folder, clock=hands, roots=(key.root.certificate,)) as face:
        yield face


def token_of(face: EntraFace, **changes: str) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": face.client.id,
        "client_secret": face.client.secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    return ask(face, "POST", f"/{face.tenant}/oauth2/v2.0/token", data=form | changes)


def graph(face: EntraFace, method: str, path: str, headers: Json | None = None, **more: Any) -> requests.Response:
    signed = {"Authorization": "Bearer " + face.issuer.issue(face.client.rights)} | (headers or {})
    return ask(face, method, path, headers=signed, **more)


def keys_of(face: EntraFace, login: str = NADA, version: str = "v1.0") -> str:
    return f"/{version}/users/{face.user(login).id}/authentication/fido2Methods"


def refusal(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["request-id"]
    assert answer.json()["error"]["innerError"]["request-id"]
    return answer.status_code, answer.json()["error"]["code"]


def search(face: EntraFace, query: str, more: Json | None = None, advanced: bool = False) -> requests.Response:
    headers = {"ConsistencyLevel": "eventual"} if advanced else {}
    params = {"$filter": query} | ({"$count": "true"} if advanced else {}) | (more or {})
    return graph(face, "GET", "/v1.0/users", headers, params=params)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("employeeId eq '4711'", [NADA]),
        ("userPrincipalName eq 'NADA.hassan@example.org'", [NADA]),
        ("givenName eq 'Seán' and surname eq 'O''Brien'", [OBRIEN]),
        ("(employeeId eq '4711' or employeeId eq '0815') and accountEnabled eq true", [NADA, OBRIEN]),
        ("proxyAddresses/any(x:x eq 'smtp:nada.hassan@example.org')", [NADA]),
        ("startsWith(displayName,'Nada')", [NADA]),
        ("employeeId eq 'nobody'", []),
    ],
)
def test_filters_find_whom_they_mean(face: EntraFace, query: str, found: list[str]) -> None:
    answer = search(face, query, {"$select": "id,userPrincipalName,accountEnabled"}).json()
    assert [each["userPrincipalName"] for each in answer["value"]] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("mobilePhone eq '+31 6 12345678'", [NADA]),
        ("onPremisesExtensionAttributes/extensionAttribute3 eq 'B-77'", [NADA]),
        ("not startsWith(userPrincipalName,'jan') and surname ne 'Away' and endsWith(mail,'.org')", [NADA, OBRIEN]),
    ],
)
def test_some_filters_are_for_advanced_queries_only(face: EntraFace, query: str, found: list[str]) -> None:
    face.user(NADA).attributes["extensionAttribute3"] = "B-77"
    assert refusal(search(face, query)) == (400, "Request_UnsupportedQuery")
    assert refusal(search(face, query, {"$count": "true"})) == (400, "Request_UnsupportedQuery")
    answer = search(face, query, advanced=True).json()
    assert [each["userPrincipalName"] for each in answer["value"]] == found
    assert answer["@odata.count"] == len(found)


@pytest.mark.parametrize(
    "query",
    [
        "employeeId eq 4711",
        "employeeId eq 'a' and",
        "employeeID eq 'a'",
        "employeeId eq 'O'Brien'",
        "employeeId = 'a'",
        "(employeeId eq 'a'",
        "surname/any(x:x eq 'a')",
        'employeeId eq "a"',
        "",
    ],
)
def test_filters_that_graph_cannot_read_are_refused(face: EntraFace, query: str) -> None:
    assert refusal(search(face, query)) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    "params", [{"$top": "0"}, {"$top": "1000"}, {"$select": "id,shoeSize"}, {"select": "id"}, {"$search": "x"}]
)
def test_parameters_that_graph_does_not_know_are_refused(face: EntraFace, params: Json) -> None:
    assert refusal(graph(face, "GET", "/v1.0/users", params=params)) == (400, "Request_BadRequest")


def test_members_come_as_selected_and_pages_end_at_the_top(face: EntraFace) -> None:
    answer = search(face, "surname eq 'de Vries'", {"$top": "1", "$select": "id"}).json()
    assert [list(each) for each in answer["value"]] == [["id"]]
    assert "@odata.nextLink" in answer
    plain = graph(face, "GET", f"/v1.0/users/{NADA}").json()
    assert "accountEnabled" not in plain
    assert refusal(graph(face, "GET", "/v1.0/users/nobody@example.org")) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"client_secret": "wrong"}, 401, "AADSTS7000215"),
        ({"client_id": "wrong"}, 400, "AADSTS700016"),
        ({"scope": "User.Read.All"}, 400, "AADSTS70011"),
        ({"grant_type": "password"}, 400, "AADSTS70003"),
        ({"resource": "https://graph.microsoft.com"}, 400, "unknown"),
        ({"client_assertion": "a.b.c", "client_assertion_type": ASSERTION}, 401, "AADSTS700027"),
    ],
)
def test_tokens_are_given_to_the_right_application_only(face: EntraFace, changes: Json, status: int, word: str) -> None:
    answer = token_of(face, **changes)
    assert answer.status_code == status
    assert word in answer.json()["error_description"]
    assert face.issuer.issued == 0


@pytest.mark.parametrize(("algorithm", "thumbprint"), [("PS256", "x5t#S256"), ("RS256", "x5t")])
def test_a_signed_assertion_is_good_once(face: EntraFace, algorithm: str, thumbprint: str) -> None:
    signer = RsaClient()
    face.client.certificate = signer.certificate
    audience = f"{face.url}/{face.tenant}/oauth2/v2.0/token"
    jwt = signer.assertion(face.client.id, audience, face.clock.now(), algorithm, thumbprint)
    form = {
        "grant_type": "client_credentials",
        "client_id": face.client.id,
        "scope": "https://graph.microsoft.com/.default",
        "client_assertion": jwt,
        "client_assertion_type": ASSERTION,
    }
    path = f"/{face.tenant}/oauth2/v2.0/token"
    assert [ask(face, "POST", path, data=form).status_code for _ in range(2)] == [200, 401]
    for wrong in (
        signer.assertion(face.client.id, face.url, face.clock.now(), algorithm, thumbprint),
        signer.assertion("another", audience, face.clock.now(), algorithm, thumbprint),
        signer.assertion(face.client.id, audience, face.clock.now() - timedelta(hours=1), algorithm, thumbprint),
        signer.assertion(face.client.id, audience, face.clock.now(), "HS256", thumbprint),
        signer.assertion(face.client.id, audience, face.clock.now(), algorithm, "kid"),
        RsaClient().assertion(face.client.id, audience, face.clock.now(), algorithm, thumbprint),
    ):
        answer = ask(face, "POST", path, data=form | {"client_assertion": wrong})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_token_ends_and_opens_what_was_granted_only(face: EntraFace, hands: SetClock) -> None:
    token = face.issuer.issue({USERS})
    headers = {"Authorization": f"Bearer {token}"}
    assert refusal(ask(face, "GET", keys_of(face), headers=headers)) == (403, "Authorization_RequestDenied")
    assert ask(face, "GET", f"/v1.0/users/{NADA}", headers=headers).status_code == 200
    assert refusal(ask(face, "GET", keys_of(face))) == (401, "InvalidAuthenticationToken")
    hands.on(seconds=3599)
    assert refusal(ask(face, "GET", f"/v1.0/users/{NADA}", headers=headers)) == (401, "InvalidAuthenticationToken")
