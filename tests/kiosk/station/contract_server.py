"""A small HTTPS server that speaks the contract from a script, with every fault that a network has."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.contract.problems import MEDIA_TYPE, Word
from kiosk.contract.totp import TotpSetUp
from kiosk.service.tls import issue_server_certificate, make_authority, server_context
from tests.kiosk.station.phone_desk import PhoneDesk

CODE = "271828"
SECRET = "station secret & more"
PARTY = {"id": "mail", "name": "Staff mail"}
RP_ID = "mail.example"
PROFILE: dict[str, Any] = {
    "organization": "Example",
    "languages": ["en", "ar"],
    "alternatives": [
        {"name": "upn", "fields": [{"name": "upn", "kind": "upn"}]},
        {"name": "badge", "fields": [{"name": "badge", "kind": "badge"}]},
    ],
    "methods": ["email", "none"],
    "relying_parties": [PARTY],
    "registrations": [
        {
            "kind": "member",
            "fields": [
                {"field": {"name": "given_name", "kind": "name"}},
                {"field": {"name": "email", "kind": "email"}},
                {"field": {"name": "phone", "kind": "phone"}, "required": False},
            ],
            "terms": [
                {"id": "house", "version": "1", "titles": {"en": "House rules"}, "texts": {"en": "Be kind."}},
                {"id": "news", "version": "3", "titles": {"ar": "أخبار"}, "texts": {"ar": "رسائل"}, "required": False},
            ],
        }
    ],
    "times": {"absolute": 900, "idle": 90, "warning": 20, "touch": 5},
    "embedded": True,
    "something_newer": {"an older station": "ignores it"},
}


@dataclass
class Fault:
    """What goes wrong with the next call whose path ends so. `kind`: see `_Handler._fail`."""

    path_end: str
    kind: str
    word: Word = Word.INTERNAL
    status: int = 500
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Ceremony:
    """What the server knows of one ceremony."""

    user_handle: bytes
    party: dict[str, str] = field(default_factory=lambda: PARTY)
    credential: dict[str, Any] | None = None
    proved: bool = False
    abandoned: list[str] = field(default_factory=list)


class ContractServer:
    """The service as the tests need it: its state to look at, its faults to set."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        self.authority = make_authority(folder, now).certificate
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        self.sent: list[str] = []
        self.cancelled: list[str] = []
        self.ceremonies: dict[str, Ceremony] = {}
        self.bodies: list[dict[str, Any]] = []
        self.offers: list[dict[str, str]] = [{"method": "email", "hint": "a•••@example.org"}]
        self.policy: dict[str, Any] = {}
        self.parties: list[dict[str, str]] = [PARTY]
        self.checked: dict[str, Any] = {}
        self.issued: dict[str, Any] | None = None
        self.finished: list[str] = []
        self.registered: list[dict[str, Any]] = []
        self.totp: dict[str, str] = {}
        self.with_app: set[str] = set()
        self.refuses = ""
        self.user_handle = b"user-1"
        self.phones = PhoneDesk()
        self.without_phones = False
        self.profile: dict[str, Any] = dict(PROFILE)
        self.claimed: list[str] = []
        self.release = threading.Event()
        self._http = ThreadingHTTPServer(("0.0.0.0", 0), type("Handler", (_Handler,), {"server_state": self}))
        identity = issue_server_certificate(folder, ["localhost", "127.0.0.1"], now)
        self._http.socket = server_context(identity).wrap_socket(self._http.socket, server_side=True)
        self._http.daemon_threads = False
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), name="contract-server")

    def outcomes(self) -> list[dict[str, Any]]:
        """How it ended at each relying party, by what it has."""
        proved = {each.party["id"] for each in self.ceremonies.values() if each.proved}
        handed = {each.party["id"] for each in self.ceremonies.values() if each.credential}
        return [
            {
                "relying_party": party,
                "result": "registered"
                if party["id"] in proved
                else "unknown"
                if party["id"] in handed
                else "not_tried",
            }
            for party in self.parties
        ]

    @property
    def url(self) -> str:
        return f"https://localhost:{self._http.server_address[1]}"

    def endpoint(self, **changes: Any) -> ServiceEndpoint:
        values = {"url": self.url, "ca_file": self.authority, "client_id": "station-1", "read_timeout": 5.0, **changes}
        return ServiceEndpoint(**values)

    def settings(self, state_folder: Path, **changes: Any) -> StationSettings:
        return StationSettings(service=self.endpoint(**changes), state_folder=state_folder)

    @contextmanager
    def running(self) -> Iterator[ContractServer]:
        self._thread.start()
        try:
            yield self
        finally:
            self.release.set()
            self.phones.let_go()
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: ContractServer
    timeout = 5

    def log_message(self, format: str, *args: object) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state = self.server_state
        place = self.path.partition("?")[0]
        state.calls.append((method, self.path))
        fault = next((fault for fault in state.faults if place.endswith(fault.path_end)), None)
        if fault is not None:
            state.faults.remove(fault)
            if fault.kind == "drop_after":
                self._work(method, text)
                self.close_connection = True
                return
            self._fail(fault)
            return
        status, body = self._work(method, text)
        if status:
            self._send(status, body)

    def _fail(self, fault: Fault) -> None:
        state = self.server_state
        match fault.kind:
            case "drop":
                self.close_connection = True
            case "problem":
                problem = {"type": f"about:{fault.word}", "title": "No", "status": fault.status, "code": fault.word}
                self._send(fault.status, {**problem, "reference": "REF-1", **fault.extra}, MEDIA_TYPE)
            case "html":
                self._send(fault.status, "<h1>Bad gateway</h1>", "text/html")
            case "forget_tokens":
                state.tokens.clear()
                self._send(
                    401, {"type": "about:", "title": "", "status": 401, "code": "invalid_token", "reference": ""}
                )
            case "hang":
                state.release.wait(10)
                self.close_connection = True
            case _:
                self._mislead(fault.kind)

    def _mislead(self, kind: str) -> None:
        match kind:
            case "garbage":
                self._send(200, "{never ends")
            case "shape":
                self._send(200, {"unexpected": True})
            case "redirect":
                self._send(307, {}, location="https://elsewhere.invalid/")
            case "half":
                self._send(200, PROFILE, cut=True)
            case "huge":
                self._send(200, "[" + " " * (2 << 20) + "]")
            case _:
                raise AssertionError(kind)

    def _send(
        self, status: int, body: Any = None, media: str = "application/json", *, location: str = "", cut: bool = False
    ) -> None:
        content = b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Request-Id", self.headers.get("X-Request-Id", ""))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    def _work(self, method: str, text: bytes) -> tuple[int, Any]:
        state = self.server_state
        if self.path == "/health":
            return 200, {"ok": True}
        if self.path == "/oauth2/token":
            return self._token(text)
        known = self.headers.get("Authorization", "").removeprefix("Bearer ") in state.tokens
        return self._known(method, text) if known else (401, {})

    def _known(self, method: str, text: bytes) -> tuple[int, Any]:
        state = self.server_state
        body = json.loads(text) if text else {}
        if body:
            state.bodies.append(body)
        if self.path.startswith("/omi/"):
            return state.phones.answer(method, self.path, body)
        if method == "DELETE":
            state.cancelled.append(self.path.rsplit("/", 1)[1])
            return 204, None
        if self.path == "/profile":
            return 200, state.profile
        if self.path == "/enrollments":
            return 201, {"enrollment_id": secrets.token_hex(16), "expires_in": 900, "phase": "identify"}
        return self._enrollment(body)

    def _token(self, text: bytes) -> tuple[int, Any]:
        given = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if given != "station-1:station%20secret%20%26%20more":
            return 401, {"error": "invalid_client"}
        (scope,) = parse_qs(text.decode())["scope"]
        if self.server_state.without_phones and scope != "enrollment:run":
            return 400, {"error": "invalid_scope"}
        token = secrets.token_urlsafe(16)
        self.server_state.tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": scope}

    def _enrollment(self, body: dict[str, Any]) -> tuple[int, Any]:
        state = self.server_state
        step = self.path.rsplit("/", 1)[1]
        match step:
            case "identify" | "register" | "send-code" | "verify":
                return self._person(step, body)
            case "totp" | "confirm":
                return self._app(step, self.path.split("/")[2], body)
            case "key":
                return 200, state.checked
            case "mobile-id":
                state.claimed.append(body["shown"])
                return 200, {"project": "Harbor", "number": 42, "registered": False}
            case "finish":
                state.finished.append(self.path.split("/")[-2])
                return 200, {"phase": "done", "receipt": "R-1", "outcomes": state.outcomes()}
            case "ceremony" if body["relying_party"] == state.refuses:
                self._fail(Fault("", "problem", Word.REGISTRATION_REJECTED, 422))
                return 0, None
            case "ceremony":
                return 200, self._begin(body["relying_party"])
        return self._ceremony(step, state.ceremonies[self.path.split("/")[-2]], body)

    def _person(self, step: str, body: dict[str, Any]) -> tuple[int, Any]:
        state = self.server_state
        match step:
            case "send-code":
                state.sent.append(CODE)
                answer = {"method": body["method"], "hint": "a•••", "resend_after": 60, "expires_in": 600, "digits": 6}
                return 202, answer
            case "verify":
                parties, policy = state.parties, state.policy
                return 200, {"phase": "key", "display_name": "Ada", "relying_parties": parties, "policy": policy}
            case _:
                state.registered += [body] if step == "register" else []
                return 202, {"phase": "verify", "offers": state.offers}

    def _app(self, step: str, enrollment_id: str, body: dict[str, Any]) -> tuple[int, Any]:
        state = self.server_state
        if enrollment_id in state.with_app:
            self._fail(Fault("", "problem", Word.TOTP_STATE, 409))
            return 0, None
        if step == "totp":
            secret = state.totp[enrollment_id] = base64.b32encode(secrets.token_bytes(20)).decode()
            uri = f"otpauth://totp/{quote('Example:ada')}?secret={secret}"
            return 200, {"secret": secret, "uri": uri, "digits": 6, "period": 30}
        if body["code"] != app_code(TotpSetUp(state.totp[enrollment_id], "")):
            self._fail(Fault("", "problem", Word.CODE_INVALID, 400, {"tries_left": 4}))
            return 0, None
        state.with_app.add(enrollment_id)
        return 200, {"recovery_codes": ["k7m4-q2xw", "p9d3-h6ta"]}

    def _begin(self, party_id: str) -> dict[str, Any]:
        ceremony_id = secrets.token_hex(8)
        state = self.server_state
        party = next(each for each in state.parties if each["id"] == party_id)
        state.ceremonies[ceremony_id] = Ceremony(state.user_handle, party)
        return {
            "ceremony_id": ceremony_id,
            "relying_party": party,
            "origin": f"https://{rp_id_of(party)}",
            "expires_in": 300,
            "public_key": creation_options(state.user_handle, rp_id_of(party)),
        }

    def _ceremony(self, step: str, ceremony: Ceremony, body: dict[str, Any]) -> tuple[int, Any]:
        match step:
            case "complete":
                ceremony.credential = ceremony.credential or body["credential"]
                credential_id = ceremony.credential["id"]
                proof = {
                    "challenge": _b64(secrets.token_bytes(32)),
                    "rpId": rp_id_of(ceremony.party),
                    "allowCredentials": [{"type": "public-key", "id": credential_id}],
                    "userVerification": "required",
                }
                return 201, {"credential_id": credential_id, "proof": proof}
            case "proof":
                first, ceremony.proved = not ceremony.proved, True
                state = self.server_state
                proved = {each.party["id"] for each in state.ceremonies.values() if each.proved}
                phase = "done" if proved >= {party["id"] for party in state.parties} else "key"
                answer = {"phase": phase, "relying_party": ceremony.party, "receipt": "R-1"}
                return 200, {**answer, "issued": state.issued if first else None}
            case _:
                ceremony.abandoned.append(body["reason"])
                ceremony.proved = ceremony.proved and body["reason"] != "another_key"
                return 204, None


def app_code(setup: TotpSetUp) -> str:
    """What an app shows whose clock stands still: this is no test of RFC 6238."""
    return str(sum(map(ord, setup.secret))).zfill(setup.digits)


def rp_id_of(party: dict[str, str]) -> str:
    """The RP ID of a relying party of ours."""
    return f"{party['id']}.example"


def creation_options(user_handle: bytes, rp_id: str = RP_ID) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON for the person."""
    return {
        "rp": {"id": rp_id, "name": "Staff mail"},
        "user": {"id": _b64(user_handle), "name": "ada", "displayName": "Ada"},
        "challenge": _b64(secrets.token_bytes(32)),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "direct",
    }


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
