"""The queries by which Zitadel finds users: one kind in each, all of them must match, nested by or, and, not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faces.server import Json
from tests.faces.shape import Misshapen, shaped

_METHODS: dict[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "EQUALS_IGNORE_CASE": lambda value, wanted: value.casefold() == wanted.casefold(),
    "STARTS_WITH": str.startswith,
    "STARTS_WITH_IGNORE_CASE": lambda value, wanted: value.casefold().startswith(wanted.casefold()),
    "CONTAINS": lambda value, wanted: wanted in value,
    "CONTAINS_IGNORE_CASE": lambda value, wanted: wanted.casefold() in value.casefold(),
    "ENDS_WITH": str.endswith,
    "ENDS_WITH_IGNORE_CASE": lambda value, wanted: value.casefold().endswith(wanted.casefold()),
}
_PREFIX = "TEXT_QUERY_METHOD_"
_TEXTS: dict[str, tuple[str, Callable[[Json], list[str]]]] = {
    "userNameQuery": ("userName", lambda user: [user["username"]]),
    "loginNameQuery": ("loginName", lambda user: user["loginNames"]),
    "emailQuery": ("emailAddress", lambda user: [user["human"]["email"]["email"]]),
    "phoneQuery": ("number", lambda user: [user["human"]["phone"].get("phone", "")]),
    "firstNameQuery": ("firstName", lambda user: [user["human"]["profile"]["givenName"]]),
    "lastNameQuery": ("lastName", lambda user: [user["human"]["profile"]["familyName"]]),
    "displayNameQuery": ("displayName", lambda user: [user["human"]["profile"]["displayName"]]),
}
_KINDS = {"TYPE_HUMAN": True, "TYPE_MACHINE": False}
_STATES = tuple(f"USER_STATE_{each}" for each in ("ACTIVE", "INACTIVE", "DELETED", "LOCKED", "INITIAL"))

Test = Callable[[Json], bool]


class Query:
    """The body of a search: `matches` asks for all its queries. Raises Misshapen."""

    def __init__(self, document: Any) -> None:
        paging = {"limit?": int, "offset?": str, "asc?": bool}
        shaped(document, {"query?": paging, "queries?": [{"...": None}], "sortingColumn?": str})
        self.limit: int = document.get("query", {}).get("limit") or 100
        tests = [_test(each) for each in document.get("queries", [])]
        self.matches: Test = lambda user: all(test(user) for test in tests)


def _test(query: Any) -> Test:
    if not isinstance(query, dict) or len(query) != 1:
        raise Misshapen("queries", "exactly one kind in each")
    [(kind, told)] = query.items()
    if kind in _TEXTS:
        return _text(kind, told)
    if kind == "notQuery":
        inner = _test(shaped(told, {"query": {"...": None}})["query"])
        return lambda user: not inner(user)
    if kind in ("orQuery", "andQuery"):
        tests = [_test(each) for each in shaped(told, {"queries": [{"...": None}]})["queries"]]
        all_or_any = any if kind == "orQuery" else all
        return lambda user: all_or_any(test(user) for test in tests)
    return _exact(kind, told)


def _text(kind: str, told: Any) -> Test:
    member, values = _TEXTS[kind]
    methods = tuple(_PREFIX + each for each in _METHODS)
    shaped(told, {member: str, "method?": methods}, kind)
    compare = _METHODS[told.get("method", _PREFIX + "EQUALS").removeprefix(_PREFIX)]
    wanted = told[member]
    return lambda user: any(compare(value, wanted) for value in values(user))


def _exact(kind: str, told: Any) -> Test:
    if kind == "typeQuery":
        human = _KINDS[shaped(told, {"type": tuple(_KINDS)}, kind)["type"]]
        return lambda user: ("human" in user) is human
    if kind == "stateQuery":
        state = shaped(told, {"state": _STATES}, kind)["state"]
        return lambda user: bool(user["state"] == state)
    if kind == "inUserIdsQuery":
        ids = shaped(told, {"userIds": [str]}, kind)["userIds"]
        return lambda user: user["userId"] in ids
    if kind == "organizationIdQuery":
        org = shaped(told, {"organizationId": str}, kind)["organizationId"]
        return lambda user: bool(user["details"]["resourceOwner"] == org)
    raise Misshapen("queries", f"unknown kind {kind}")
