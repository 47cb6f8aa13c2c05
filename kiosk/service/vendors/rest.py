"""A vendor's REST interface: signed calls, repeated only where that does no harm, within one deadline."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import ceil
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import structlog

from kiosk.service.outbound import AnswerTooLarge, Call, NotJson, NotSent, Outbound, OutboundError, Reply, Untrusted
from kiosk.service.sources import Clock
from kiosk.service.vendors.breaker import Breaker

_logger = structlog.get_logger("keywright.outside")

_PAUSES: Final = (1.0, 2.0, 4.0)
"""Seconds before each repetition where the system tells none."""

_LONGEST_WAIT: Final = 3600
_SHORTLY: Final = 5

T = TypeVar("T")


class Refused(Exception):
    """Certainly a no. `document` is what came with it: for finding out why, never for the log."""

    def __init__(self, status: int, document: Any = None) -> None:
        super().__init__(status)
        self.status, self.document = status, {} if document is None else document


class NotSignedIn(Refused):
    """The system does not accept our credentials; `document` is the answer of its token endpoint (RFC 6749, 5.2)."""


class Unavailable(Exception):
    """Certainly not done. The same call may be made again in `retry_after` seconds; `word` says what was wrong:
    `no_connection`, `untrusted`, `no_answer`, `http_503`, `throttled`, `left_in_peace`, `malformed`."""

    def __init__(self, retry_after: int = _SHORTLY, word: str = "no_answer") -> None:
        super().__init__(word)
        self.retry_after, self.word = retry_after, word


class OutcomeUnknown(Exception):
    """The call may have arrived, and may have had its effect."""


class Malformed(Exception):
    """The answer lacks what its interface promises."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer. Header names are in lower case; `document` is {} where the answer had no body."""

    status: int
    headers: Mapping[str, str]
    document: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """A path with the ids in it, and without them for the log."""

    template: str
    path: str = field(repr=False)


def quoted(template: str, *ids: str) -> Route:
    """A path whose `{}` are filled in, each as one segment. Raises Refused (404) for what no path can name."""
    if any(each.strip() in ("", ".", "..") for each in ids):
        raise Refused(404)
    return Route(template, template.format(*(quote(each, safe="") for each in ids)))


def told(document: Any, *path: str | int, kind: type[T]) -> T:
    """A member of an answer, by the names on the way to it. Raises Malformed: it is not there, or of another type."""
    for step in path:
        try:
            document = document[step]
        except (LookupError, TypeError) as error:
            raise Malformed from error
    if not isinstance(document, kind) or (isinstance(document, bool) and kind is not bool):
        raise Malformed
    return document


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by `Retry-After` (RFC 9110, 10.2.3: seconds or a date); None where it does not tell."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(min(int(value), _LONGEST_WAIT))
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), _LONGEST_WAIT)


Wait = Callable[[Mapping[str, str], datetime], float | None]
"""How long a refusal's headers ask us to wait, in seconds."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be called. `repeatable`: made again, it does nothing else."""

    method: str
    route: Route
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    repeatable: bool


class RestApi:
    """Calls one system; safe to share between threads.

    `authorize(fresh)` gives the headers that sign a call; `fresh` after a 401, once: throw away what is cached.
    `timeout` is in seconds for a call with all its repetitions. `request_ids` are the response headers by which the
    vendor finds a call in its own log. `wait` reads how long the system wants to be left alone.
    """

    def __init__(  # noqa: PLR0913 - all of them by name
        self,
        outbound: Outbound,
        base: str,
        authorize: Callable[[bool], Mapping[str, str]],
        *,
        name: str,
        clock: Clock,
        authority: Path | None = None,
        timeout: float = 30.0,
        request_ids: tuple[str, ...] = (),
        sleep: Callable[[float], None] = time.sleep,
        wait: Wait = retry_after,
    ) -> None:
        self._outbound, self._base, self._authorize = outbound, base.rstrip("/"), authorize
        self._name, self._clock, self._authority = name, clock, authority
        self._timeout, self._request_ids = timedelta(seconds=timeout), request_ids
        self._sleep, self._wait, self._breaker = sleep, wait, Breaker()

    def call(  # noqa: PLR0913 - all of them by name
        self,
        method: str,
        path: str | Route,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        good: Container[int] = range(200, 300),
        media_type: str = "application/json",
        repeatable: bool | None = None,
    ) -> Answer:
        """One call. `path` is a constant or comes from `quoted`; `body` is sent as JSON, `form` as a form.

        429 is waited for and repeated, so is what certainly was not sent; what brought no usable answer is repeated
        only if it is `repeatable`: a GET, or what the caller says is one by nature.

        Raises Refused, Unavailable, OutcomeUnknown (never for what is repeatable).
        """
        route = Route(path, path) if isinstance(path, str) else path
        given, content = dict(headers or {}), None
        if form is not None:
            content = urlencode(form).encode()
            given["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            given["Content-Type"] = media_type
        url = f"{self._base}/{route.path.lstrip('/')}" if route.path else self._base
        if query:
            url = f"{url}?{urlencode(query, safe='$', quote_via=quote)}"
        wish = _Wish(method, route, url, given, content, method == "GET" if repeatable is None else repeatable)
        return self._persist(wish, good)

    def _persist(self, wish: _Wish, good: Container[int]) -> Answer:
        ends = self._clock.now() + self._timeout
        signature = self._authorize(False)
        fresh = False
        for pause in (*_PAUSES, None, None):
            reply = self._once(wish, signature, ends)
            if isinstance(reply, Reply) and reply.status == 401 and not fresh:
                fresh, signature = True, self._authorize(True)
                continue
            outcome = _judge(reply, good)
            if isinstance(outcome, Answer):
                return outcome
            wait = self._patience(wish, reply, outcome, pause)
            if wait is None or self._clock.now() + timedelta(seconds=wait) >= ends:
                raise self._meaning(wish, reply, outcome)
            self._sleep(wait)
        raise Unavailable

    def _patience(
        self, wish: _Wish, reply: Reply | OutboundError, outcome: Exception, pause: float | None
    ) -> float | None:
        """Seconds to wait before the call is made again; None if it must not, or not any more."""
        if pause is None or isinstance(outcome, Refused) or isinstance(reply, Untrusted | AnswerTooLarge):
            return None
        if not (wish.repeatable or _is_certain(reply)):
            return None
        now = self._clock.now()
        if self._breaker.quiet(now):
            return None
        asked = self._wait(reply.headers, now) if isinstance(reply, Reply) else None
        # The clock's odd microseconds keep those apart who were turned away together.
        return asked if asked is not None else pause * (1 + now.microsecond / 2_000_000)

    def _meaning(self, wish: _Wish, reply: Reply | OutboundError, outcome: Exception) -> Exception:
        """What is raised in the end."""
        if isinstance(outcome, Refused):
            return outcome
        assert isinstance(outcome, Unavailable)
        if isinstance(reply, Reply):
            asked = self._wait(reply.headers, self._clock.now())
            outcome = outcome if asked is None else Unavailable(max(ceil(asked), 1), outcome.word)
        return outcome if wish.repeatable or _is_certain(reply) else OutcomeUnknown()

    def _once(self, wish: _Wish, signature: Mapping[str, str], ends: datetime) -> Reply | OutboundError:
        """One request. Raises Unavailable while the system is left in peace."""
        began = self._clock.now()
        if quiet := self._breaker.enter(began):
            raise Unavailable(int(quiet.total_seconds()) + 1, "left_in_peace")
        left = (ends - began).total_seconds()
        call = Call(
            wish.method,
            wish.url,
            headers={**wish.headers, **signature},
            body=wish.body,
            timeout=min(left, self._timeout.total_seconds() / 2) if wish.repeatable else left,
            authority=self._authority,
        )
        try:
            reply: Reply | OutboundError = self._outbound.call(call)
        except OutboundError as error:
            reply = error
        if isinstance(reply, OutboundError) or _is_broken(reply.status):
            self._breaker.failed(self._clock.now())
        else:
            self._breaker.answered()
        self._log(wish, reply, began)
        return reply

    def _log(self, wish: _Wish, reply: Reply | OutboundError, began: datetime) -> None:
        status, headers = (reply.status, reply.headers) if isinstance(reply, Reply) else (None, {})
        _logger.info(
            "outside_call",
            service=self._name,
            method=wish.method,
            route=wish.route.template,
            http_status=status,
            outcome="answered" if status else type(reply).__name__,
            duration_ms=int((self._clock.now() - began).total_seconds() * 1000),
            request_id=next((headers[name.lower()] for name in self._request_ids if name.lower() in headers), None),
        )


def _is_certain(reply: Reply | OutboundError) -> bool:
    """Whether a call that failed so has certainly done nothing."""
    return reply.status == 429 if isinstance(reply, Reply) else isinstance(reply, NotSent)


def _is_broken(status: int) -> bool:
    return status == 408 or (status >= 500 and status != 501)  # 501 will be the same another time


def _judge(reply: Reply | OutboundError, good: Container[int]) -> Answer | Refused | Unavailable:
    """What one request came to, as if it were repeatable."""
    if isinstance(reply, OutboundError):
        return Unavailable(word=_word(reply))
    if reply.status == 429:
        return Unavailable(word="throttled")
    if _is_broken(reply.status):
        return Unavailable(word=f"http_{reply.status}")
    try:
        document = reply.json() if reply.body.strip() else {}
    except NotJson:
        return Unavailable(word="malformed") if reply.status in good else Refused(reply.status)
    return Answer(reply.status, reply.headers, document) if reply.status in good else Refused(reply.status, document)


def _word(error: OutboundError) -> str:
    if isinstance(error, Untrusted):
        return "untrusted"
    return "no_connection" if isinstance(error, NotSent) else "no_answer"
