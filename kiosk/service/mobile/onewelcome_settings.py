"""Settings of a service shaped like OneWelcome's Mobile Identity: two calls, and how their values are sent and read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from kiosk.contract.paths import QR_ENROL, QR_STATUS, Scope
from kiosk.contract.phone import PhoneStatus
from kiosk.service.mobile.enroller_settings import EnrollerSettings
from kiosk.service.settings_model import HttpsUrl, SecretName, SettingsModel
from kiosk.service.vendors.oauth import AuthMethod

_PATH: Final = r"^/[^\s?#{}]*(\{\}[^\s?#{}]*)?$"

LONGEST_LIFE: Final = 3600
"""Seconds that a code is believed to live at most."""

MemberPath = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+){0,7}$", max_length=120)]
"""The way to a member of an answer: names with dots between them, from the outside in (`data.qr.image`)."""

Words = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=60)], ...], Field(max_length=20)]
"""Words of one meaning; capitals make no difference, numbers and true or false are words, too."""


class CallSettings(SettingsModel):
    """One call, and how the value that it is about is sent: what people or codes are called there."""

    verb: Literal["GET", "POST", "PUT"]
    """The HTTP method."""
    path: str = Field(pattern=_PATH, max_length=500)
    """The path after `url`; with `{}` where the value stands, if it is sent in the path."""
    send: Literal["body", "query", "path"]
    """Where the value stands: in a JSON object, in a parameter of the address, or in the path."""
    name: str = Field(default="", max_length=80)
    """What the value is called in the body or the query."""

    @model_validator(mode="after")
    def _has_a_place_for_the_value(self) -> Self:
        if self.path.count("{}") != (1 if self.send == "path" else 0):
            raise ValueError("path: has one {} where the value is sent in the path, else none")
        if self.send != "path" and not self.name:
            raise ValueError("name: is needed in a body or a query")
        if self.send == "body" and self.verb == "GET":
            raise ValueError("send: a GET has no body")
        return self


class EnrolCall(CallSettings):
    """The call for a code; the value is the account."""

    verb: Literal["GET", "POST", "PUT"] = "POST"
    """The HTTP method."""
    path: str = Field(default=QR_ENROL, pattern=_PATH, max_length=500)
    """The path after `url`; with `{}` where the account stands, if it is sent in the path."""
    send: Literal["body", "query", "path"] = "body"
    """Where the account stands: in a JSON object, in a parameter of the address, or in the path."""
    name: str = Field(default="uuid", max_length=80)
    """What the account is called in the body or the query."""


class StatusCall(CallSettings):
    """The call for how a code stands; the value is the service's own name of the code."""

    verb: Literal["GET", "POST", "PUT"] = "GET"
    """The HTTP method."""
    path: str = Field(default=QR_STATUS, pattern=_PATH, max_length=500)
    """The path after `url`; with `{}` where the code's name stands, if it is sent in the path."""
    send: Literal["body", "query", "path"] = "query"
    """Where the code's name stands: in a JSON object, in a parameter of the address, or in the path."""
    name: str = Field(default="transactionId", max_length=80)
    """What the code's name is called in the body or the query."""


class AnswerNames(SettingsModel):
    """Where things stand in the answers; names with dots between them lead into objects within objects."""

    picture: MemberPath = "qrCode"
    """The code as a PNG in base64."""
    reference: MemberPath = "transactionId"
    """The service's own name of the code, by which it is asked for later."""
    lifetime: MemberPath = "expiresIn"
    """How many seconds the code may be scanned; where it is not told, `lifetime` counts."""
    status: MemberPath = "status"
    """How the code stands, in the answer to the second call."""


class StatusWords(SettingsModel):
    """What the service calls each state. A word that is in none of the lists is told in the log, once, and taken for a
    code that is still open: it is more often a step on the way than an end, and the lifetime of the code bounds it."""

    pending: Words = ("PENDING",)
    """Nobody has scanned it yet."""
    scanned: Words = ("SCANNED",)
    """A phone works on it."""
    completed: Annotated[Words, Field(min_length=1)] = ("COMPLETED",)
    """The phone is enrolled."""
    expired: Words = ("EXPIRED",)
    """It was not done in time."""
    failed: Words = ("FAILED",)
    """It cannot be done any more."""
    cancelled: Words = ("CANCELLED", "CANCELED")
    """Somebody took it back."""

    @model_validator(mode="after")
    def _each_means_one_thing(self) -> Self:
        every = [word.strip().casefold() for words in self.model_dump().values() for word in set(words)]
        twice = sorted(word for word in set(every) if every.count(word) > 1)
        if twice:
            raise ValueError(f"{twice[0]!r} means two things")
        return self

    def meanings(self) -> Mapping[str, PhoneStatus]:
        """Each word in small letters, and what it means."""
        return {
            word.strip().casefold(): PhoneStatus(name.upper())
            for name, words in self.model_dump().items()
            for word in words
        }


class OneWelcomeEnroller(EnrollerSettings):
    """A service that enrolls phones for accounts of its own, such as OneWelcome's Mobile Identity."""

    kind: Literal["onewelcome"] = "onewelcome"
    """Which connector."""
    url: HttpsUrl
    """Where its interface begins: `https://example.onewelcome.io`."""
    token_url: HttpsUrl
    """Its token endpoint (OAuth 2.0 client credentials)."""
    client_id: str = Field(min_length=1, max_length=200)
    """What it knows this service by."""
    client_secret: SecretName
    """Name of the secret that goes with `client_id`."""
    auth_method: AuthMethod = "client_secret_basic"
    """Where the secret stands in the request for a token: in a header, or in the form (`client_secret_post`)."""
    scopes: tuple[Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$", max_length=120)], ...] = Field(
        default=(Scope.QR_ENROL.value, Scope.QR_STATUS.value), max_length=20
    )
    """What the token is asked for: what the two calls need, and nothing else."""
    account: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]{0,64}$")
    """The attribute of people that holds what they are called there; empty: they are known there by the UUID that they
    have here."""
    enrol: EnrolCall = EnrolCall()
    """The call for a code."""
    status: StatusCall = StatusCall()
    """The call for how a code stands."""
    answers: AnswerNames = AnswerNames()
    """Where things stand in the answers."""
    words: StatusWords = StatusWords()
    """What the service calls each state."""
    lifetime: int = Field(default=120, ge=10, le=LONGEST_LIFE)
    """Seconds that a code may be scanned, where the service does not tell."""
    timeout: float = Field(default=5.0, gt=0, le=20)
    """Seconds for one call with its repetitions."""
    token_timeout: float = Field(default=5.0, gt=0, le=20)
    """Seconds for getting a token."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the server's certificate, in place of the public ones."""
