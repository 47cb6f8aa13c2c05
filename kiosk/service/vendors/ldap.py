"""Searches an LDAP server (RFC 4511): over verified TLS, in time, on connections that are kept from visit to visit."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

import ldap3
from ldap3.core.exceptions import LDAPException
from pyasn1.error import PyAsn1Error

from kiosk.secret import Secret
from kiosk.service.client_tls import client_context
from kiosk.service.outbound import is_loopback
from kiosk.service.store.engine import assert_no_transaction

Security = Literal["ldaps", "starttls", "plain"]
Scope = Literal["BASE", "SUBTREE"]

_SUCCESS: Final = 0
_SIZE_LIMIT: Final = 4
_WORDS: Final = {8: "bind_refused", 13: "bind_refused", 32: "no_such_base", 34: "no_such_base", 48: "bind_refused"} | {
    49: "bind_refused",
    50: "no_rights",
}
"""Result codes (RFC 4511, A.1) that tell what an administrator must do."""

_KEPT: Final = 4
"""How many connections wait for the next search."""

_LONGEST_IDLE: Final = 240.0
"""Seconds until a firewall may have forgotten an idle connection."""

_REST: Final = 30.0
"""Seconds in which a server that did not answer comes last."""

_BROKEN: Final = (LDAPException, OSError, PyAsn1Error, ValueError, LookupError)
"""What the library raises for a server that does not speak as it should."""


class LdapFailed(Exception):
    """No clear answer. `word` says why: `no_connection`, `untrusted`, `bind_refused`, `no_such_base`, `no_rights`,
    `no_answer`, or `result_<number>`."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True)
class LdapServer:
    """Where one of the servers listens. `plain` is for this machine only."""

    host: str
    port: int
    security: Security

    def __post_init__(self) -> None:
        assert self.security != "plain" or is_loopback(self.host), "nothing goes over a network unencrypted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: raw values by attribute name in lower case, without options."""

    values: Mapping[str, tuple[bytes, ...]] = field(repr=False)

    def texts(self, name: str) -> Iterator[str]:
        """The values that are text."""
        for value in self.values.get(name.lower(), ()):
            try:
                yield value.decode()
            except UnicodeDecodeError:
                continue


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought; not `complete` if there is more than the limit let through."""

    entries: tuple[Entry, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Login:
    """As whom we search. An empty password would be an anonymous bind (RFC 4513, 5.1.2)."""

    dn: str
    password: Secret = field(repr=False)


@dataclass(slots=True)
class _Line:
    """A bound connection that waits, and since when."""

    connection: ldap3.Connection
    server: LdapServer
    since: float


class LdapClient:
    """Searches the first of some servers that answers; safe to share between threads.

    `timeout` is in seconds, for each of connecting, binding and searching. `authority` is a PEM file that is believed
    in place of the system's.
    """

    def __init__(
        self,
        servers: Sequence[LdapServer],
        login: Login,
        *,
        authority: Path | None = None,
        timeout: int = 5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._servers, self._login, self._authority = tuple(servers), login, authority
        self._timeout, self._monotonic = timeout, monotonic
        self._idle: list[_Line] = []
        self._resting: dict[LdapServer, float] = {}
        self._lock = Lock()
        self._closed = False

    def search(self, base: str, wanted: str, attributes: Sequence[str], limit: int, scope: Scope = "SUBTREE") -> Found:
        """At most `limit` entries under `base` that fit the filter `wanted` (RFC 4515). Raises LdapFailed."""
        assert_no_transaction()
        question = {
            "search_base": base,
            "search_filter": wanted,
            "search_scope": scope,
            "attributes": list(attributes) or [ldap3.NO_ATTRIBUTES],
            "size_limit": limit,
            "time_limit": self._timeout,
        }
        while (kept := self._take()) is not None:
            # A server that was restarted has hung up on all that waited; nobody knows before they ask.
            if (found := self._on_kept(kept, question)) is not None:
                return found
        return self._on_new(question)

    def close(self) -> None:
        """Unbind whatever waits. Safe to call twice."""
        with self._lock:
            waiting, self._idle, self._closed = self._idle, [], True
        for line in waiting:
            _hang_up(line.connection)

    def _on_kept(self, line: _Line, question: Mapping[str, Any]) -> Found | None:
        try:
            return self._ask(line, question)
        except LdapFailed as error:
            if error.word != "no_answer":
                raise
            return None

    def _on_new(self, question: Mapping[str, Any]) -> Found:
        failure = LdapFailed("no_connection")
        for server in self._in_order():
            try:
                found = self._ask(_Line(self._connect(server), server, 0.0), question)
            except LdapFailed as error:
                failure = error
                self._resting[server] = self._monotonic() + _REST
                continue
            self._resting.pop(server, None)
            return found
        raise failure

    def _ask(self, line: _Line, question: Mapping[str, Any]) -> Found:
        """The answer; the connection is kept for the next one if it was a good one. Raises LdapFailed."""
        try:
            line.connection.search(**question)
            found = _read(line.connection)
        except _BROKEN as error:
            _hang_up(line.connection)
            raise LdapFailed("no_answer") from error
        except LdapFailed:
            _hang_up(line.connection)
            raise
        self._keep(line)
        return found

    def _connect(self, server: LdapServer) -> ldap3.Connection:
        """A connection that is bound. Raises LdapFailed."""
        tls = _Verified(self._authority)
        connection = ldap3.Connection(
            ldap3.Server(
                server.host,
                port=server.port,
                use_ssl=server.security == "ldaps",
                tls=tls,
                get_info=ldap3.NONE,
                connect_timeout=self._timeout,
            ),
            user=self._login.dn,
            password=self._login.password.reveal(),
            auto_bind=ldap3.AUTO_BIND_NONE,
            auto_referrals=False,
            check_names=False,
            read_only=True,
            receive_timeout=self._timeout,
        )
        _close_what_fails(connection)
        try:
            connection.open()
            if server.security == "starttls":
                connection.start_tls()
            bound = connection.bind()
        except _BROKEN as error:
            _hang_up(connection)
            raise LdapFailed("untrusted" if tls.refused else "no_connection") from error
        if not bound:
            code = connection.result["result"]
            _hang_up(connection)
            raise LdapFailed(_WORDS.get(code, f"result_{code}"))
        return connection

    def _in_order(self) -> list[LdapServer]:
        now = self._monotonic()
        return sorted(self._servers, key=lambda server: self._resting.get(server, 0.0) > now)

    def _take(self) -> _Line | None:
        while True:
            with self._lock:
                line = self._idle.pop() if self._idle else None
            if line is None or self._monotonic() - line.since < _LONGEST_IDLE:
                return line
            _hang_up(line.connection)

    def _keep(self, line: _Line) -> None:
        line.since = self._monotonic()
        with self._lock:
            if not self._closed and len(self._idle) < _KEPT:
                self._idle.append(line)
                return
        _hang_up(line.connection)


class _Verified(ldap3.Tls):
    """TLS as Python does it by default: the chain and the name are verified, the name by the library of TLS itself."""

    def __init__(self, authority: Path | None) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._authority = authority
        self.refused = False

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002 - it always shakes hands
        """Called by the library once the socket is open, or the server is ready for StartTLS."""
        try:
            context = client_context(self._authority)
            connection.socket = context.wrap_socket(connection.socket, server_hostname=connection.server.host)
        except (ssl.SSLCertVerificationError, FileNotFoundError, PermissionError):
            self.refused = True
            raise


def _read(connection: ldap3.Connection) -> Found:
    """What the last search of a connection brought. Raises LdapFailed."""
    code = connection.result["result"]
    if code not in (_SUCCESS, _SIZE_LIMIT):
        raise LdapFailed(_WORDS.get(code, f"result_{code}"))
    entries = [each for each in connection.response or () if each["type"] == "searchResEntry"]
    return Found(tuple(Entry(_values(each["raw_attributes"])) for each in entries), code == _SUCCESS)


def _values(raw: Mapping[str, Sequence[bytes]]) -> dict[str, tuple[bytes, ...]]:
    found: dict[str, tuple[bytes, ...]] = {}
    for name, values in raw.items():
        key = name.partition(";")[0].lower()
        found[key] = (*found.get(key, ()), *values)
    return found


def _close_what_fails(connection: ldap3.Connection) -> None:
    """The library forgets a socket that could not be connected, or whose handshake failed, without closing it."""
    attempt = connection.strategy._open_socket

    def open_socket(*arguments: Any, **named: Any) -> None:
        try:
            attempt(*arguments, **named)
        except LDAPException:
            connection.socket.close()
            raise

    connection.strategy._open_socket = open_socket


def _hang_up(connection: ldap3.Connection) -> None:
    """Say goodbye, if anybody is there to hear it."""
    try:
        connection.unbind()
    except _BROKEN:
        connection.strategy.close()
