"""The only way out over HTTP: deadlines, verified TLS, no redirects, bounded answers, never inside a transaction."""

from __future__ import annotations

import ipaddress
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import HTTPError, NewConnectionError

from kiosk.service.store.engine import assert_no_transaction

ANSWER_LIMIT: Final = 256 * 1024
"""Bytes of an answer that are read at most."""

_CONNECT_SECONDS: Final = 5.0
_CHUNK: Final = 16 * 1024
_REPEATS: Final = 2


class OutboundError(Exception):
    """A call that brought no answer. Carries no address, header or body: they may hold secrets."""


class NotSent(OutboundError):
    """Certainly nothing of the request reached anybody: no connection, no such host, a call that cannot be made."""


class Untrusted(NotSent):
    """The server's certificate does not verify: the administrator must act."""


class AnswerLost(OutboundError):
    """The request perhaps arrived, but no whole answer came back in time."""


class AnswerTooLarge(AnswerLost):
    """The answer is longer than the caller wants to read."""


class NotJson(Exception):
    """The answer is not JSON, though its status promised it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `timeout` in seconds for all of it; `limit` in bytes of the answer.

    `repeatable` calls are made once more when no answer came and time is left. `authority` is a PEM file used in place
    of the public authorities, `certificate` a PEM file with our own certificate and key.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    timeout: float = 10.0
    limit: int = ANSWER_LIMIT
    authority: Path | None = None
    certificate: Path | None = None
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON. Raises NotJson, also for another media type."""
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise NotJson
        try:
            return json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise NotJson from error

    def retry_after(self, default: int, longest: int = 3600) -> int:
        """Seconds from `Retry-After` (RFC 9110, 10.2.3) where it counts seconds, else `default`."""
        told = self.headers.get("retry-after", "").strip()
        return min(int(told), longest) if told.isascii() and told.isdigit() and len(told) < 10 else default


class Outbound:
    """Makes calls; one for the whole service, safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no .netrc: settings alone decide where a secret goes
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.headers.clear()
        adapter = HTTPAdapter(max_retries=0, pool_maxsize=16)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def call(self, call: Call) -> Reply:
        """The answer, whatever its status; a redirect is an answer like any other.

        Raises NotSent, Untrusted, AnswerLost, AnswerTooLarge; OpenTransaction inside a transaction.
        """
        assert_no_transaction()
        if not acceptable_address(call.url):
            raise NotSent
        ends = self._monotonic() + call.timeout
        for left in reversed(range(_REPEATS if call.repeatable else 1)):
            try:
                return self._once(call, ends)
            except (AnswerTooLarge, Untrusted):
                raise
            except OutboundError:
                if not left or self._monotonic() >= ends:
                    raise
        raise NotSent

    def close(self) -> None:
        """Close pooled connections."""
        self._session.close()

    def _once(self, call: Call, ends: float) -> Reply:
        remaining = max(ends - self._monotonic(), 0.05)
        request = requests.Request(
            call.method,
            call.url,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **call.headers},
            data=call.body,
            auth=None if call.basic is None else HTTPBasicAuth(*(part.encode() for part in call.basic)),
        )
        try:
            with self._session.send(
                self._session.prepare_request(request),
                timeout=(min(_CONNECT_SECONDS, remaining), remaining),
                verify=True if call.authority is None else str(call.authority),
                cert=None if call.certificate is None else str(call.certificate),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._read(response, call.limit, ends)
                return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _meaning(error) from None  # the original names the address, which may hold a secret

    def _read(self, response: requests.Response, limit: int, ends: float) -> bytes:
        pieces = bytearray()
        for piece in response.iter_content(_CHUNK):
            pieces += piece
            if len(pieces) > limit:
                raise AnswerTooLarge
            if self._monotonic() > ends:
                raise AnswerLost
        return bytes(pieces)


def acceptable_address(url: str) -> bool:
    """Whether the address is https with a host and without a user in it; http is for a loopback host only."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by its literal name or number."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _meaning(error: Exception) -> OutboundError:
    """The one table from the HTTP library's errors to ours; in doubt the request may have arrived."""
    causes = tuple(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Untrusted()
    if any(isinstance(cause, NewConnectionError | requests.ConnectTimeout) for cause in causes):
        return NotSent()
    if isinstance(error, requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError):
        return AnswerLost()
    if isinstance(error, requests.exceptions.ContentDecodingError | HTTPError):
        return AnswerLost()
    return NotSent()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps, by any of the ways in which the HTTP library wraps."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]


def _no_constant(name: str) -> None:
    raise ValueError(name)
