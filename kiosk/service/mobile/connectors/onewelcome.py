"""Phones that are enrolled by a service shaped like OneWelcome's Mobile Identity: a call for the code, one for how it
stands.

Its documents tell the two paths, the two scopes, and that the code is a PNG in base64. All else is guessed by us and
corrected by the administrator: verbs, names, words and how values are sent are settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from typing import Any, Final

import structlog

from kiosk.contract.phone import PhoneStatus
from kiosk.secret import Secret
from kiosk.service.catalog import Connector
from kiosk.service.mobile.connector import OutsideCode, PhonesRefused, PhonesUnavailable
from kiosk.service.mobile.onewelcome_settings import LONGEST_LIFE, CallSettings, OneWelcomeEnroller
from kiosk.service.mobile.outside_picture import BadPicture, read_picture
from kiosk.service.vendors import rest
from kiosk.service.vendors.oauth import ClientCredentials
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import NotSignedIn, Refused, RestApi, quoted
from kiosk.service.wiring import Wiring

_logger = structlog.get_logger("keywright.phones")

_NAME: Final = re.compile(r"[\x21-\x7e]{1,256}")
"""What a service may call a code: it goes into an address and into a row."""
_WORD: Final = re.compile(r"[a-z0-9_. -]{1,40}")
"""What looks like a state, and not like something that has no business in a log."""
_MOST_WORDS: Final = 32
_LONGEST_ACCOUNT: Final = 256


@dataclass(slots=True)
class OneWelcome:
    """A `PhoneEnroller`. Safe to share between threads."""

    settings: OneWelcomeEnroller
    _sign: ClientCredentials = field(repr=False)
    _api: RestApi = field(repr=False)
    _meanings: Mapping[str, PhoneStatus] = field(repr=False)
    _unheard: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def make(cls, settings: OneWelcomeEnroller, wiring: Wiring) -> OneWelcome:
        """Raises NoCredential."""
        sign = ClientCredentials(
            wiring.outbound,
            settings.token_url,
            settings.client_id,
            Secret(wiring.secret(settings.client_secret)),
            " ".join(settings.scopes),
            wiring.clock,
            wiring.random,
            auth_method=settings.auth_method,
            name=f"{settings.id}:token",
            authority=settings.certificate_authority,
            timeout=settings.token_timeout,
            sleep=wiring.sleep,
        )
        api = RestApi(
            wiring.outbound,
            settings.url,
            sign,
            name=settings.id,
            clock=wiring.clock,
            authority=settings.certificate_authority,
            timeout=settings.timeout,
            sleep=wiring.sleep,
        )
        return cls(settings, sign, api, settings.words.meanings())

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def deadline(self) -> timedelta:
        """A call, and a token for it; another one where the first has just ended."""
        return timedelta(seconds=self.settings.timeout + 2 * self.settings.token_timeout)

    def account_of(self, user_id: str, attributes: dict[str, str]) -> str:
        """The id, or the attribute that the settings name. Raises PhonesRefused (`no_account`)."""
        account = attributes.get(self.settings.account, "").strip() if self.settings.account else user_id
        if not account or len(account) > _LONGEST_ACCOUNT or not account.isprintable():
            raise PhonesRefused("no_account")
        return account

    def open(self, account: str) -> OutsideCode:
        """One call. Whether a lost one had its effect does not matter: nobody has seen that code."""
        names = self.settings.answers
        with _errors():
            try:
                document = self._call(self.settings.enrol, account).document
            except Refused as refused:
                raise PhonesRefused(_why(refused)) from None
        reference, text = _member(document, names.reference), _member(document, names.picture)
        if isinstance(reference, int) and not isinstance(reference, bool):
            reference = str(reference)
        if not isinstance(reference, str) or not _NAME.fullmatch(reference) or not isinstance(text, str):
            raise PhonesRefused("bad_answer")
        try:
            picture = read_picture(text)
        except BadPicture:
            raise PhonesRefused("bad_picture") from None  # what was sent is a secret
        return OutsideCode(reference, picture, self._lifetime(_member(document, names.lifetime)))

    def standing(self, reference: str) -> PhoneStatus:
        """One call. What is unknown (404) or gone (410) there is over."""
        with _errors():
            try:
                document = self._call(self.settings.status, reference, repeatable=True).document
            except Refused as refused:
                return self._without(refused)
        return self._meaning(_member(document, self.settings.answers.status))

    def probe(self) -> str:
        """Gets a token, no more: each code would be somebody's. Raises ProbeFailed."""
        with probing():
            self._sign()
        return f"gives us a token; codes come from {self.settings.enrol.verb} {self.settings.enrol.path}"

    def _without(self, refused: Refused) -> PhoneStatus:
        """How a code stands of which we are told nothing. Raises PhonesUnavailable: whoever keeps it does not accept
        us just now, and the code may still come to its end; PhonesRefused."""
        word = _why(refused)
        if word == "not_authorized":
            raise PhonesUnavailable
        if refused.status in (404, 410):
            return PhoneStatus.EXPIRED
        raise PhonesRefused(word)

    def _call(self, call: CallSettings, value: str, repeatable: bool | None = None) -> rest.Answer:
        """Raises what RestApi raises."""
        sent = {call.name: value}
        return self._api.call(
            call.verb,
            quoted(call.path, value) if call.send == "path" else call.path,
            query=sent if call.send == "query" else None,
            body=sent if call.send == "body" else None,
            repeatable=repeatable,
        )

    def _lifetime(self, said: object) -> timedelta:
        text = str(said)
        seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else self.settings.lifetime
        return timedelta(seconds=min(max(seconds, 1), LONGEST_LIFE))

    def _meaning(self, said: object) -> PhoneStatus:
        """Raises PhonesUnavailable: it does not tell."""
        if not isinstance(said, str | int):
            raise PhonesUnavailable
        word = str(said).strip().casefold()
        found = self._meanings.get(word)
        if found is None:
            self._tell(word)
            return PhoneStatus.PENDING
        return found

    def _tell(self, word: str) -> None:
        """Each word that is in no list, once."""
        short = word if _WORD.fullmatch(word) else ""
        if short not in self._unheard and len(self._unheard) < _MOST_WORDS:
            self._unheard.add(short)
            _logger.warning("unknown_status", service=self.id, word=short)


def _why(refused: Refused) -> str:
    if isinstance(refused, NotSignedIn):
        return "not_authorized"
    return {401: "not_authorized", 403: "not_authorized", 404: "no_account"}.get(refused.status, "refused")


@contextmanager
def _errors() -> Iterator[None]:
    """Whatever brought no answer may be tried again. Raises PhonesUnavailable."""
    try:
        yield
    except rest.Unavailable as error:
        raise PhonesUnavailable(error.retry_after) from None
    except rest.OutcomeUnknown:
        raise PhonesUnavailable from None


def _member(document: object, path: str) -> Any:
    """What stands there; None where nothing does."""

    def inside(found: object, name: str) -> object:
        return found.get(name) if isinstance(found, dict) else None

    return reduce(inside, path.split("."), document)


CONNECTOR = Connector("onewelcome", OneWelcomeEnroller, OneWelcome.make)
