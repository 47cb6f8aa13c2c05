"""HTTPS as the station speaks it: one bounded request, one bounded answer, every failure in our words.

With `client`, the only user of `requests` here.
"""

from __future__ import annotations

import email.utils
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from kiosk.config import ServiceEndpoint
from kiosk.contract.stations import CLOCK_HEADER
from kiosk.errors import ConfigurationError, ServiceBroken, ServiceUnreachable, ServiceUntrusted

LARGEST = 1 << 20
"""Bytes of an answer; no answer of the contract comes near."""
_CHUNK = 1 << 14
_LATEST = 1e11  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the service. `reference` names the request in both logs."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes
    reference: str

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def retry_after(self) -> int | None:
        """The seconds of Retry-After (RFC 9110 section 10.2.3); a date is not understood."""
        text = self.headers.get("Retry-After", "").strip()
        return int(text) if re.fullmatch("[0-9]{1,6}", text) else None

    @property
    def clock(self) -> float | None:
        """The service's clock in seconds since 1970, where it refuses for ours."""
        try:
            told = float(self.headers.get(CLOCK_HEADER, ""))
        except ValueError:
            return None
        return told if 0 <= told < _LATEST else None

    @property
    def date(self) -> datetime | None:
        """The service's clock, by its Date header."""
        try:
            return email.utils.parsedate_to_datetime(self.headers["Date"])
        except (KeyError, ValueError):
            return None


class Https:
    """One keep-alive connection to one service, whose authority is pinned. For one thread.

    `clock` is monotonic, in seconds; `reference` makes the X-Request-Id of a request. `requests_made` counts what was
    sent, tokens and repetitions included.
    """

    def __init__(self, endpoint: ServiceEndpoint, clock: Callable[[], float], reference: Callable[[], str]) -> None:
        if not endpoint.ca_file.is_file():  # requests raises a bare OSError, and only at the first request
            raise ConfigurationError("service.ca_file", f"is no file: {endpoint.ca_file}")
        self._endpoint = endpoint
        self._clock = clock
        self._reference = reference
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc of the account
        self._session.verify = str(endpoint.ca_file)
        self._adapter = HTTPAdapter()
        self._session.mount("https://", self._adapter)
        self._session.headers["Accept"] = "application/json, application/problem+json"
        self.requests_made = 0

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and read its answer, whatever its status.

        Raises ServiceUntrusted, ServiceUnreachable (no connection, or no answer in time) and ServiceBroken (half an
        answer, or far too much of one).
        """
        reference = self._reference()
        until = self._clock() + self._endpoint.answer_timeout
        self.requests_made += 1
        with (
            _translated(reference),
            self._session.request(
                method,
                self._endpoint.url + path,
                headers={"X-Request-Id": reference, **(headers or {})},
                json=json,
                data=form,
                timeout=(self._endpoint.connect_timeout, self._endpoint.read_timeout),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            body = self._read(response, until, reference)
            named = response.headers.get("X-Request-Id", reference)[:64]
            return Answer(response.status_code, response.headers, body, named)

    def close(self) -> None:
        """Close the connection."""
        pools = self._adapter.poolmanager.pools  # urllib3 would leave a pool that failed to the garbage collector
        for place in tuple(pools.keys()):
            pools[place].close()
        self._session.close()

    def _read(self, response: requests.Response, until: float, reference: str) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > LARGEST:
                raise ServiceBroken(reference)
            if self._clock() > until:  # every byte came in time, but never all of them
                raise ServiceUnreachable(reference)
        return bytes(body)


@contextmanager
def _translated(reference: str) -> Iterator[None]:
    """Turn what `requests` raises into ServiceErrors."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        if _cut_off(error):  # a service that restarts, not one that is not ours
            raise ServiceUnreachable(reference) from error
        raise ServiceUntrusted(reference) from error
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        raise ServiceBroken(reference) from error
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        raise ServiceUnreachable(reference) from error
    except requests.exceptions.RequestException as error:
        raise ServiceBroken(reference) from error


def _cut_off(error: BaseException) -> bool:
    """Whether TLS failed because the connection ended, somewhere below `error`."""
    seen: BaseException | None = error
    while seen is not None:
        reason = getattr(seen, "reason", None)  # urllib3's MaxRetryError keeps its cause there
        if isinstance(seen, ssl.SSLEOFError | ssl.SSLZeroReturnError | ConnectionError):
            return True
        seen = seen.__cause__ or seen.__context__ or (reason if isinstance(reason, BaseException) else None)
    return False
