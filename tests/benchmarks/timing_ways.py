"""Every public route that takes a name, an address, a code or a token of somebody: how it is asked, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import requests

Json = dict[str, Any]
SITE: Final = "campus"
WRONG: Final = "000000"


@dataclass(frozen=True)
class Who:
    """Somebody, or nobody: a name of the same length, and an id that is somebody's or nobody's."""

    name: str
    user_id: str

    @property
    def address(self) -> str:
        """Their name and mail address."""
        return f"{self.name}@example.org"


class Client:
    """A client of the service that keeps its connection."""

    def __init__(self, reach: Json, credentials: Json) -> None:
        self.url = reach["url"]
        self.session = requests.Session()
        self.session.trust_env, self.session.verify = False, reach["authority"]
        asked = {"grant_type": "client_credentials"}
        auth = (credentials["client_id"], credentials["secret"])
        answer = self.session.post(f"{self.url}/oauth2/token", data=asked, auth=auth, timeout=20)
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, path: str, body: Json) -> requests.Response:
        """One call."""
        return self.session.post(self.url + path, json=body, timeout=20)

    def opened(self) -> str:
        """Where a fresh enrollment is."""
        return f"/enrollments/{self.post('/enrollments', {'locale': 'en'}).json()['enrollment_id']}"

    def identified(self, who: Who) -> str:
        """Where the enrollment of somebody is."""
        path = self.opened()
        self.post(f"{path}/identify", _identify(who))
        return path


Question = tuple[str, Json]
"""Path and body of a request."""


@dataclass(frozen=True)
class Way:
    """One route. `ask` does what comes before (not measured), and gives the request that is.

    `kind` is what those are who exist, `mails` whether it or what comes before it mails them something, `station`
    whether it is a station that asks.
    """

    title: str
    group: str
    ask: Callable[[Client, Who], Question]
    kind: str = "active"
    mails: bool = False
    station: bool = False


def _identify(who: Who) -> Json:
    return {"alternative": "upn", "criteria": {"upn": who.address}}


def _register(who: Who) -> Json:
    values = {"given_name": "Person", "family_name": who.name, "email": who.address}
    return {"form": "member", "values": values, "accepted": []}


def _send_code(client: Client, who: Who) -> Question:
    return f"{client.identified(who)}/send-code", {"method": "email"}


def _verify(client: Client, who: Who) -> Question:
    path = client.identified(who)
    client.post(f"{path}/send-code", {"method": "email"})
    return f"{path}/verify", {"method": "email", "answer": WRONG}


def _verify_registration(client: Client, who: Who) -> Question:
    path = client.opened()
    client.post(f"{path}/register", _register(who))
    client.post(f"{path}/send-code", {"method": "email"})
    return f"{path}/verify", {"method": "email", "answer": WRONG}


def _passwordless(client: Client, who: Who) -> Question:
    client.post("/user/pwless-login-send-otp", {"email": who.address, "siteId": SITE})
    return f"/user/site/{SITE}/login/pwless-otp", {"email": who.address, "otp": WRONG}


def _by_passcode(client: Client, who: Who) -> Question:
    client.post("/user/send-passcode", {"username": who.address, "siteId": SITE})
    chosen = {"passcode": "7K2M-Q9RT-0XWB-3HFD", "newPassword": "two quiet owls at breakfast"}
    return "/user/change-password-from-passcode", {"username": who.address, "siteId": SITE, **chosen}


def _login(_client: Client, who: Who) -> Question:
    shown = {"username": who.address, "password": "six red tricycles downhill", "siteId": SITE}
    return f"/user/site/{SITE}/login", shown


def _activate(_client: Client, who: Who) -> Question:
    return f"/user/activate-token/{who.user_id}", {"token": "q3v1H0mF8r2Yw9ZkT5xNdA"}


def _totp(client: Client, who: Who) -> Question:
    return f"{client.identified(who)}/verify", {"method": "totp", "answer": WRONG}


WAYS: Final = (
    Way("identify", "iden", lambda client, who: (f"{client.opened()}/identify", _identify(who)), station=True),
    Way(
        "register at the kiosk",
        "regi",
        lambda client, who: (f"{client.opened()}/register", _register(who)),
        mails=True,
        station=True,
    ),
    Way("send-code", "send", _send_code, mails=True, station=True),
    Way("verify: mailed code", "veri", _verify, mails=True, station=True),
    Way("verify: code of a registration", "vreg", _verify_registration, mails=True, station=True),
    Way("verify: app", "totp", _totp, kind="app", station=True),
    Way("verify: app, for people without", "tbar", _totp, station=True),
    Way("login", "logi", _login),
    Way("login, for people with an app", "lapp", _login, kind="app"),
    Way("login, for who is not activated", "lpen", _login, kind="pending"),
    Way(
        "send-passcode",
        "pass",
        lambda _c, who: ("/user/send-passcode", {"email": who.address, "siteId": SITE}),
        mails=True,
    ),
    Way("change-password-from-passcode", "chan", _by_passcode, mails=True),
    Way("activate-token", "acti", _activate, kind="pending"),
    Way(
        "activate-token/resend",
        "rese",
        lambda _c, who: (f"/user/activate-token/{who.user_id}/resend", {}),
        kind="pending",
        mails=True,
    ),
    Way(
        "pwless-login-send-otp",
        "psen",
        lambda _c, who: ("/user/pwless-login-send-otp", {"email": who.address, "siteId": SITE}),
        mails=True,
    ),
    Way("login/pwless-otp", "plog", _passwordless, mails=True),
    Way("login/pwless-otp, for people with an app", "papp", _passwordless, kind="app", mails=True),
)
"""All of them. What tells by its nature whether somebody exists (`/user/registration`: a name that is taken; look-ups
by staff) has nothing to hide in its time."""
