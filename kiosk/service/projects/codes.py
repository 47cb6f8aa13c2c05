"""Codes of projects, pure: the activation code, the code on a phone's page, and what scanners and people hand over."""

from __future__ import annotations

import base64
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from kiosk.service.projects.rules import CodeRenewed, IdOutOfRange, NoSuchCode, ProjectClosed
from kiosk.service.store.projects import ProjectRow

LONGEST_SHOWN: Final = 512
"""Characters of anything that may be shown at a kiosk."""

_EARLIER: Final = 20  # renewals that are still known
_TAG: Final = 6
_SEAL: Final = 10
_SHORT: Final = 8
_SPOKEN: Final = 18  # digits
_SCANNER = re.compile(r"^\][A-Za-z][0-9A-Za-z]")  # what readers say of the kind of code (ISO/IEC 15424)
_LINK = re.compile(r"(?:https?://[^\s/?#]{1,255})?/a/([A-Za-z0-9_-]{22})", re.IGNORECASE | re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_ID = re.compile(r"keywright:id:([0-9a-f]{32}):([0-9]{1,16}):([A-Za-z0-9_-]{11})", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2013_.,']")
_PREFIX: Final = "keywright:id:"


@dataclass(frozen=True, slots=True)
class Activation:
    """The activation code of a project."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhoneId:
    """The code on a phone's page: the phone itself is here, if `seal` is right."""

    project_id: str
    number: int
    seal: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Typed:
    """A number alone, as somebody typed it."""

    number: int


Shown = Activation | PhoneId | Typed


def activation_code(hmac_key: bytes, project: ProjectRow) -> str:
    """The code of a project: 22 characters, the same until it is renewed. 48 bits of it say which project (its id, no
    secret), 80 are keyed with the version of the code."""
    return _code(hmac_key, project.id, project.code_version)


def project_prefix(code: str) -> str:
    """How the id begins of the project that a code is of. Raises NoSuchCode for what is no code."""
    if not _CODE.fullmatch(code):
        raise NoSuchCode
    return _bytes(code)[:_TAG].hex()


def of_code(hmac_key: bytes, code: str, candidates: Iterable[ProjectRow]) -> ProjectRow:
    """The project that the code activates. Raises NoSuchCode, CodeRenewed, ProjectClosed."""
    for project in candidates:
        now = hmac.compare_digest(activation_code(hmac_key, project), code)
        if now and project.closed_at is not None:
            raise ProjectClosed
        if now:
            return project
        earlier = range(max(1, project.code_version - _EARLIER), project.code_version)
        if any(hmac.compare_digest(_code(hmac_key, project.id, version), code) for version in earlier):
            raise CodeRenewed
    raise NoSuchCode


def activation_link(origin: str, code: str) -> str:
    """What the QR code of a project says: where phones activate. Without an origin the code alone, which the kiosk
    reads."""
    return f"{origin.rstrip('/')}/a/{code}" if origin else code


def id_text(hmac_key: bytes, project_id: str, number: int) -> str:
    """What the QR code on a phone's page says; its seal shows that the page was ours."""
    return f"{_PREFIX}{project_id}:{number}:{_seal(hmac_key, project_id, number)}"


def genuine(hmac_key: bytes, shown: PhoneId) -> bool:
    """Whether our page made this."""
    return hmac.compare_digest(_seal(hmac_key, shown.project_id, shown.number), shown.seal)


def read(text: str) -> Shown:
    """What was shown at a kiosk: by a scanner, a camera or typing. Raises IdOutOfRange for anything else.

    Scanners say what kind of code it was (`]Q1`) and end with a control character; people put spaces between digits,
    and digits have other shapes in other scripts.
    """
    if len(text) > LONGEST_SHOWN:
        raise IdOutOfRange("unreadable")
    told = "".join(each for each in text if unicodedata.category(each) not in ("Cc", "Cf")).strip()
    told = _SCANNER.sub("", told)
    if found := _ID.fullmatch(told):
        return PhoneId(found[1], int(found[2]), found[3])
    if (number := _number(told)) is not None:
        return Typed(number)
    found = _LINK.fullmatch(told)
    code = found[1] if found else told
    if not _CODE.fullmatch(code):
        raise IdOutOfRange("unreadable")
    return Activation(code)


def _number(text: str) -> int | None:
    digits = _BETWEEN_DIGITS.sub("", text)
    if not 0 < len(digits) <= _SPOKEN or not digits.isdecimal():
        return None
    return int("".join(str(unicodedata.decimal(each)) for each in digits))


def _code(hmac_key: bytes, project_id: str, version: int) -> str:
    keyed = hmac.digest(hmac_key, f"activation-code\0{project_id}\0{version}".encode(), "sha256")
    return _text(bytes.fromhex(project_id)[:_TAG] + keyed[:_SEAL])


def _seal(hmac_key: bytes, project_id: str, number: int) -> str:
    return _text(hmac.digest(hmac_key, f"mobile-id\0{project_id}\0{number}".encode(), "sha256")[:_SHORT])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
