"""SCIM servers over HTTPS: the real scim2-server, and one that knows a single filter, as some in the field do."""

from __future__ import annotations

import io
import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from tests.kiosk.service.faces import Request, Web, serving

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

Answer = tuple[int, dict[str, str], bytes]


def real(token: str) -> Callable[[Request], Answer]:
    """scim2-server with nobody in it; what it answers to a request."""
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
    )
    service = ScimService(provider, secret="of this server only")
    application = BearerTokenApplication(InMemoryStorage(), provider, service=service, bearer_tokens=[token])
    return lambda request: _by_wsgi(application, request)


def _by_wsgi(application: Any, request: Request) -> Answer:
    path, _, query = request.path.partition("?")
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path).encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()},
    }
    begun: list[Any] = []
    body = b"".join(application(environ, lambda status, headers, *_: begun.append((status, headers))))
    status, headers = begun[-1]
    return int(status.split()[0]), dict(headers), body


class Poor:
    """A server that knows `<attribute> eq "…"` for `userName` and `employeeNumber` alone, and no more than a page."""

    def __init__(self, token: str, status: int = 400) -> None:
        self.token, self.status = token, status
        self.users: dict[str, dict[str, Any]] = {}
        self.filters: list[str] = []

    def __call__(self, request: Request) -> Answer:
        url = urlsplit(request.path)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json(401, {"schemas": [_ERROR], "status": "401"})
        if request.method == "DELETE":
            del self.users[url.path.rpartition("/")[2]]
            return 204, {}, b""
        if request.method in ("POST", "PUT"):
            return self._put(url.path, json.loads(request.body))
        if url.path.endswith("/ServiceProviderConfig"):
            return _json(200, {"filter": {"supported": True, "maxResults": 1}})
        if not url.path.endswith("/Users"):
            user = self.users.get(unquote(url.path.rpartition("/")[2]))
            return _json(200, user) if user else _json(404, {"schemas": [_ERROR], "status": "404"})
        return self._list({name: values[0] for name, values in parse_qs(url.query).items()})

    def _put(self, path: str, user: dict[str, Any]) -> Answer:
        name = path.rpartition("/")[2]
        native = name if name in self.users else f"id-{len(self.users)}"
        self.users[native] = {**user, "id": native}
        return _json(201, self.users[native])

    def _list(self, query: dict[str, str]) -> Answer:
        wanted = query.get("filter")
        if wanted is None:
            found = list(self.users.values())
        else:
            self.filters.append(wanted)
            asked = re.fullmatch(r'([\w:.-]+) eq ("(?:[^"\\]|\\.)*")', wanted)
            if not asked or asked[1] not in ("userName", f"{ENTERPRISE}:employeeNumber"):
                return _json(
                    self.status, {"schemas": [_ERROR], "status": str(self.status), "scimType": "invalidFilter"}
                )
            value = json.loads(asked[2]).casefold()
            found = [each for each in self.users.values() if _value(each, asked[1]).casefold() == value]
        start = int(query.get("startIndex", 1))
        page = found[start - 1 : start]  # one a page, whatever is asked for
        return _json(200, {"schemas": [_LIST], "totalResults": len(found), "Resources": page})


def _value(user: dict[str, Any], name: str) -> str:
    value = user["userName"] if name == "userName" else user[ENTERPRISE]["employeeNumber"]
    assert isinstance(value, str)
    return value


def _json(status: int, document: Any) -> Answer:
    return status, {"Content-Type": "application/scim+json"}, json.dumps(document).encode()


@contextmanager
def scim(tls: ssl.SSLContext, answer: Callable[[Request], Answer]) -> Iterator[Web]:
    """Serve it."""
    with serving(tls) as web:
        web.answer = answer
        yield web
