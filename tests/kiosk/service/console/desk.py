"""Staff at the console in tests: a browser without a window, over real TLS, with a key that really signs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

import requests

from kiosk.contract.staff import Role
from kiosk.service.console.browser import COOKIE, Browser
from kiosk.service.store.staff import StaffRow
from tests.kiosk.service.running import Running
from tests.kiosk.service.soft_key import Json
from tests.kiosk.service.staff.crew import Crew, Member

ORIGIN: Final = "https://keys.example.org"
_FORM: Final = re.compile(r'<form method="post" action="([^"]+)".*?name="token" value="([^"]+)"', re.DOTALL)


def token_in(html: str, action: str) -> str:
    """Of the form for this path."""
    found: dict[str, str] = {unescape(path): value for path, value in _FORM.findall(html)}
    return found[action]


@dataclass
class Desk:
    """One browser of a member of staff."""

    running: Running
    member: Member
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.verify = str(self.running.authority)
        self.session.trust_env = False

    @property
    def row(self) -> StaffRow:
        return self.member.row

    @property
    def browser(self) -> Browser:
        """As the service knows it."""
        return Browser(self.session.cookies.get(COOKIE) or "", known=True)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(self.running.url + path, timeout=20, allow_redirects=False, **more)

    def post(self, path: str, form: dict[str, str] | None = None, **more: Any) -> requests.Response:
        """As a page of ours sends it, or with the `headers` of another one."""
        headers = {"Origin": ORIGIN, **more.pop("headers", {})}
        url = self.running.url + path
        return self.session.post(url, data=form or {"a": ""}, headers=headers, timeout=20, allow_redirects=False)

    def token(self, page: str, action: str) -> str:
        """Of the form for this path, on a page."""
        return token_in(self.get(page).text, action)

    def sends(self, page: str, action: str, **form: str) -> requests.Response:
        """A form of a page."""
        return self.post(action, {"token": self.token(page, action), **form})

    def signs(self, path: str, form: dict[str, str] | None = None) -> dict[str, str]:
        """What the script puts into a form, once the key was touched."""
        answer = self.post(path, form)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return {"challenge": told["challenge_id"], "credential": json.dumps(self.touched(told["public_key"]))}

    def touched(self, options: Json) -> Json:
        return self.member.key.prove({**options, "userPresence": "required"}, ORIGIN)

    def signs_in(self) -> Desk:
        answer = self.post("/console/sign-in", self.signs("/console/sign-in/challenge"))
        assert answer.status_code == 303, answer.text
        return self


def desk_of(running: Running, name: str = "mona", *roles: Role, **more: frozenset[str]) -> Desk:
    """Somebody new with these roles, signed in."""
    member = Crew(running).joined(name, frozenset(roles or tuple(Role)), **more)
    return Desk(running, member).signs_in()
