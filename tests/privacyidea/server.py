"""A real privacyIDEA for tests: started, configured over its own API with the least rights, and seen as it is."""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests

from tests.privacyidea.environment import interpreter

SERVE = Path(__file__).with_name("serve.py")
RP_ID, ORIGIN, REALM = "idp.example.test", "https://idp.example.test", "company"
ADMIN, KIOSK = ("admin", "adminpw"), ("kiosk", "kioskpw")
NADA = "nada.hassan@example.org"
RIGHTS = "userlist, tokenlist, enrollPASSKEY, enrollWEBAUTHN, delete"
"""What the kiosk's administrator may do: no more than it needs."""
_START = 90
_MAP = {
    "userid": "id",
    "username": "login",
    "email": "mail",
    "phone": "tel",
    "mobile": "mob",
    "givenname": "first",
    "surname": "last",
    "employeenumber": "empno",
    "description": "descr",
    "password": "pw",
}
Json = dict[str, Any]


@dataclass
class PrivacyIdea:
    """The server at `url`, which `authority` (PEM) vouches for."""

    url: str
    authority: Path
    admin: str = ""

    @property
    def folder(self) -> Path:
        """Where it keeps all that it has."""
        return self.authority.parent

    def call(self, method: str, path: str, body: Json | None = None, token: str = "", origin: str = "") -> Json:
        """The answer of any status."""
        given = {"PI-Authorization": token, "Origin": origin}
        headers = {name: value for name, value in given.items() if value}
        answer = requests.request(
            method, self.url + path, json=body, headers=headers, verify=str(self.authority), timeout=30
        )
        told: Json = answer.json()
        return told

    def sign_in(self, user: str, password: str) -> str:
        answer = self.call("POST", "/auth", {"username": user, "password": password})
        return str(answer["result"]["value"]["token"])

    def tokens(self, user: str = NADA) -> list[Json]:
        """All tokens of the user, whatever their state."""
        path = f"/token/?user={user}&realm={REALM}&pagesize=1000"
        told: list[Json] = self.call("GET", path, token=self.admin)["result"]["value"]["tokens"]
        return told

    def clear(self, user: str = NADA) -> None:
        """The user has no tokens."""
        for each in self.tokens(user):
            self.call("DELETE", f"/token/{each['serial']}", token=self.admin)

    def configure(self, folder: Path) -> None:
        """A realm of people, and what the kiosk may do there."""
        self.admin = self.sign_in(*ADMIN)
        self._realm(REALM, folder / "users.sqlite", _MAP)
        self._make(f"/defaultrealm/{REALM}", {})
        # First of all the administrator's own: as soon as there is one such policy, nobody else may do anything.
        self._policy("p_admin", "admin", "*", adminuser="admin")
        self._policy("p_kiosk", "admin", RIGHTS, adminuser="kiosk", realm=REALM)
        party = {
            "webauthn_relying_party_id": RP_ID,
            "webauthn_relying_party_name": "Test Company",
            "webauthn_user_verification_requirement": "required",
            "webauthn_avoid_double_registration": True,
        }
        self._policy("p_rp", "enrollment", party)
        self._policy("p_uv", "authentication", "webauthn_user_verification_requirement=required")

    def add_realm(self, name: str, table: Path, columns: dict[str, str]) -> None:
        """One more realm, whose people are rows of `users` in the SQLite file, and may be listed by the kiosk."""
        self._realm(name, table, columns)
        self._policy(f"p_{name}", "admin", "userlist", adminuser="kiosk", realm=name)

    def _realm(self, name: str, table: Path, columns: dict[str, str]) -> None:
        resolver = {
            "type": "sqlresolver",
            "Driver": "sqlite",
            "Server": "/",
            "Database": str(table).lstrip("/"),
            "Table": "users",
            "Limit": 500,
            "Encoding": "utf8",
            "Editable": False,
            "Map": json.dumps(columns),
        }
        self._make(f"/resolver/{name}", resolver)
        self._make(f"/realm/{name}", {"resolvers": name})

    def _policy(self, name: str, scope: str, action: object, **more: str) -> None:
        self._make(f"/policy/{name}", {"scope": scope, "action": action, "active": True, **more})

    def _make(self, path: str, body: Json) -> None:
        answer = self.call("POST", path, body, self.admin)
        assert answer["result"]["status"], (path, answer)


@cache
def shared() -> PrivacyIdea:
    """One server for all tests of this process, which ends with it; whoever uses it clears the tokens of its people."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="privacyidea-")))
    return stack.enter_context(privacyidea(folder))


@contextmanager
def privacyidea(folder: Path) -> Iterator[PrivacyIdea]:
    """A fresh server in the folder. Where its environment cannot be made, a test is skipped, but not in CI."""
    python = _interpreter()
    dropped = ("PRIVACYIDEA", "PI_", "FLASK", "PYTHON", "COV_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    with (folder / "stderr").open("wb") as complaints:
        process = subprocess.Popen(
            [python, SERVE, folder], stdout=subprocess.PIPE, stderr=complaints, text=True, env=clean
        )
    assert process.stdout is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], _START)
        line = process.stdout.readline() if ready else ""
        assert line, f"privacyIDEA did not start: {(folder / 'stderr').read_text()[-2000:]}"
        server = PrivacyIdea(json.loads(line)["url"], folder / "ca.pem")
        server.configure(folder)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _interpreter() -> Path:
    try:
        return interpreter()
    except subprocess.CalledProcessError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"the packages of privacyIDEA cannot be had: {str(error.stderr)[-200:]}")
