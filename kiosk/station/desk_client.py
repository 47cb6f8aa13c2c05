"""The service as staff at the kiosk use it: challenges, what waits, keys and references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from kiosk.config import ServiceEndpoint
from kiosk.contract import paths
from kiosk.contract.enrollments import KeyReport
from kiosk.contract.paths import Scope
from kiosk.contract.staff import (
    AnswerChallenge,
    ApprovalRequest,
    AskStaff,
    KeyTold,
    LookUpKey,
    LookUpReference,
    ReferenceTold,
    StaffAnswer,
    StaffChallenge,
)
from kiosk.station.client import _accepted, _decoded
from kiosk.station.http import Answer, Https
from kiosk.station.own_key import Credential
from kiosk.station.tokens import Tokens

DESK_HEADER = "Keywright-Desk"
"""Carries the token of whoever opened the desk."""


def desk_client(
    endpoint: ServiceEndpoint,
    secret: Callable[[], Credential],
    clock: Callable[[], float],
    reference: Callable[[], str],
) -> DeskClient:
    """A client with a token of its own, which lets staff work. Raises ConfigurationError."""
    https = Https(endpoint, clock, reference)
    return DeskClient(https, Tokens(https, endpoint, secret, clock, (Scope.STAFF_DESK,)))


class DeskClient:
    """The desk's calls, for one thread. Every method raises only `ServiceError`s, NoCredential, ConfigurationError."""

    def __init__(self, https: Https, tokens: Tokens) -> None:
        self._https, self._tokens = https, tokens

    def close(self) -> None:
        """Close the connection and forget the token."""
        self._tokens.forget()
        self._https.close()

    def challenge(self, asked: AskStaff) -> StaffChallenge:
        """What a staff key must sign."""
        return _decoded(self._call("POST", paths.STAFF_CHALLENGES, asked), _CHALLENGE)

    def answer(self, challenge_id: str, answered: AnswerChallenge) -> StaffAnswer:
        """Hand over what was signed, or a name and a sealed code. Raises StaffRefused."""
        path = paths.STAFF_ANSWER.format(challenge_id=quote(challenge_id, safe=""))
        return _decoded(self._call("POST", path, answered), _ANSWER)

    def requests(self, desk: str) -> tuple[ApprovalRequest, ...]:
        """What this station waits for."""
        return _decoded(self._call("GET", paths.STAFF_REQUESTS, desk=desk), _REQUESTS)

    def look_up_key(self, desk: str, key: KeyReport) -> KeyTold:
        """What is known of a key."""
        return _decoded(self._call("POST", paths.STAFF_DESK_KEY, LookUpKey(key), desk=desk), _KEY)

    def look_up_reference(self, desk: str, reference: str) -> ReferenceTold:
        """What happened under a reference."""
        body = LookUpReference(reference)
        return _decoded(self._call("POST", paths.STAFF_DESK_REFERENCE, body, desk=desk), _REFERENCE)

    def sign_out(self, desk: str) -> None:
        """The member of staff has gone."""
        self._call("DELETE", paths.STAFF_DESK, desk=desk)

    def _call(self, method: str, path: str, body: Any = None, *, desk: str = "") -> Answer:
        """One request; with a fresh token when the service does not know this one any more."""
        json = None if body is None else asdict(body)
        answer = self._https.send(method, path, headers=self._headers(desk), json=json)
        if answer.status == 401:
            self._tokens.forget()
            answer = self._https.send(method, path, headers=self._headers(desk), json=json)
        return _accepted(answer)

    def _headers(self, desk: str) -> dict[str, str]:
        own = {DESK_HEADER: desk} if desk else {}
        return {**self._tokens.authorization(), **own}


_CHALLENGE = TypeAdapter(StaffChallenge)
_ANSWER = TypeAdapter(StaffAnswer)
_REQUESTS = TypeAdapter(tuple[ApprovalRequest, ...])
_KEY = TypeAdapter(KeyTold)
_REFERENCE = TypeAdapter(ReferenceTold)
