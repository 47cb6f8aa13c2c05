"""How what somebody typed becomes what is searched for: normalised, bounded, and free of tricks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import phonenumbers

from kiosk.contract.profile import FieldKind, FieldSet, IdentifyField
from kiosk.service.directories.connector import Criteria

MAX_LENGTH = 256
"""Code points of the longest value of any field."""

_INVISIBLE = dict.fromkeys((0x200E, 0x200F, 0x061C, 0xFEFF))  # direction marks that come along when text is pasted
_JOINERS = "\u200c\u200d"  # part of how names are written in Persian and Indic scripts, and of emoji
_SPACE = re.compile(r"\s+")
_E164_LENGTH = range(8, 17)
_NATIONAL_LENGTH = range(4, 15)
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_CALLING_CODES = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)

KINDS: Mapping[str, FieldKind] = {
    "upn": FieldKind.UPN,
    "email": FieldKind.EMAIL,
    "employee_id": FieldKind.TEXT,
    "phone": FieldKind.PHONE,
    "given_name": FieldKind.NAME,
    "family_name": FieldKind.NAME,
    "badge": FieldKind.BADGE,
}
"""What is typed into the built-in fields."""


class BadValue(ValueError):
    """A value that no person can have: too long, unprintable, or not of its kind."""


class BadCriteria(Exception):
    """The typed values do not fit the fields that were asked for; `fields` names the wrong ones."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(fields)
        self.reasons = fields


def _as_it_is(badge: str) -> tuple[str, ...]:
    return (badge,)


@dataclass(frozen=True, slots=True)
class Site:
    """What normalisation needs to know of the place: the region of short phone numbers, the domain of short UPNs, and
    what a badge that is read may be called in the directory, likeliest first."""

    region: str = "DE"
    email_domain: str = ""
    badges: Callable[[str], tuple[str, ...]] = _as_it_is


def normalise_criteria(asked: FieldSet, typed: Mapping[str, str], site: Site) -> Criteria:
    """The values to search for: exactly the fields of the set, each normalised. Raises BadCriteria."""
    fields = {field.name: field for field in asked.fields}
    wrong = [name for name in typed if name not in fields]
    values: dict[str, str] = {}
    for name, field in fields.items():
        try:
            values[name] = normalise(field, _as_held(field, typed.get(name, ""), site), site)
        except BadValue:
            wrong.append(name)
    if wrong:
        raise BadCriteria(tuple(name[:MAX_LENGTH] for name in wrong))
    return values


def _as_held(field: IdentifyField, text: str, site: Site) -> str:
    """What was typed, as the directory writes it. Raises BadValue."""
    if field.kind is not FieldKind.BADGE or len(text) > MAX_LENGTH:
        return text
    held = site.badges(text)
    if not held:
        raise BadValue("not a badge")
    return held[0]


def normalise(field: IdentifyField, text: str, site: Site) -> str:
    """One value as it is stored and compared. Raises BadValue; what it returns normalises to itself."""
    if len(text) > MAX_LENGTH:
        raise BadValue("too long")
    value = normalise_tame(field.kind, tame(text), site, field.max_length)
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise BadValue("not in the form that is asked for")
    return value


def normalise_tame(kind: FieldKind, text: str, site: Site, longest: int = MAX_LENGTH) -> str:
    """What was tamed already, as it is stored and compared. Raises BadValue."""
    value = _of_kind(kind, text, site)
    if not value or len(value) > min(longest, MAX_LENGTH):
        raise BadValue("empty or too long")
    return value


def tame(text: str) -> str:
    """NFC, trimmed, single spaces, without direction marks. Raises BadValue for control characters and overrides."""
    if text.isascii() and text.isprintable():  # most of a million are
        return " ".join(text.split())
    cleaned = _SPACE.sub(" ", unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip())
    for character in cleaned:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in _JOINERS:
            raise BadValue("a character that no name or number has")
    return cleaned


def fold(text: str) -> str:
    """For comparison: canonical caseless matching (Unicode, D145), in NFC."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).casefold())


def _of_kind(kind: FieldKind, text: str, site: Site) -> str:
    match kind:
        case FieldKind.PHONE:
            return phone(text, site.region)
        case FieldKind.UPN:
            return upn(text, site.email_domain)
        case FieldKind.DIGITS:
            return _digits(text)
        case FieldKind.DATE:
            return _date(text)
        case FieldKind.EMAIL:
            return _email(text)
        case FieldKind.TEXT | FieldKind.NAME | FieldKind.BADGE:
            return fold(_ascii_digits(text))


def upn(text: str, domain: str) -> str:
    """A user principal name, completed with the site's domain where it has none.

    Wide and narrow forms of a character are the same (RFC 8265, 3.3.1): keyboards of East Asia type both.
    """
    folded = fold(_ascii_digits(_one_width(text)))
    return folded if "@" in folded or not domain or not folded else f"{folded}@{fold(domain)}"


def phone(text: str, region: str) -> str:
    """E.164 (`+4930123456`). Raises BadValue."""
    text = _ascii_digits(text)
    if _E164.fullmatch(text) and _is_written_so(text):
        return text
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise BadValue("not a phone number") from error
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(number) or number.extension or len(written) not in _E164_LENGTH:
        raise BadValue("not a phone number")
    return written


def _is_written_so(text: str) -> bool:
    """Whether the library would write this E.164 number as it is, told without reading it digit by digit. No is no
    judgement."""
    begin, prefix, lengths = _written_in(text[1:4])
    return len(text) - begin in lengths and text[begin] != "0" and not (prefix and prefix.match(text, begin))


@cache
def _written_in(digits: str) -> tuple[int, re.Pattern[str] | None, frozenset[int]]:
    """Where a number that begins with these three digits goes on after its calling code, what begins one that is
    written in the country's own way, and how long they may be."""
    code = next((int(digits[:end]) for end in (1, 2, 3) if int(digits[:end]) in _CALLING_CODES), 0)
    if not code:
        return 0, None, frozenset()
    region = phonenumbers.region_code_for_country_code(code)
    told = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = None if told is None else told.national_prefix_for_parsing
    possible = frozenset(
        length
        for length in _NATIONAL_LENGTH
        if phonenumbers.is_possible_number(phonenumbers.PhoneNumber(code, int("9" * length)))
    )
    return 1 + len(str(code)), (None if prefix is None else re.compile(prefix)), possible


def _email(text: str) -> str:
    folded = fold(text)
    local, at, domain = folded.rpartition("@")
    if not (local and at and domain) or " " in folded:
        raise BadValue("not a mail address")
    return folded


def _digits(text: str) -> str:
    digits = _ascii_digits(text).replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        raise BadValue("not digits")
    return digits


def _date(text: str) -> str:
    try:
        return date.fromisoformat(_ascii_digits(text)).isoformat()
    except ValueError as error:
        raise BadValue("not a date") from error


def _one_width(text: str) -> str:
    """Each wide or narrow character as the one that it is a form of."""
    return text if text.isascii() else "".join(map(_plain_width, text))


def _plain_width(character: str) -> str:
    form, _, code = unicodedata.decomposition(character).partition(" ")
    return chr(int(code, 16)) if form in ("<wide>", "<narrow>") else character


def _ascii_digits(text: str) -> str:
    """٠١٢ and １２３ are the digits that a keyboard of another script types."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if unicodedata.decimal(character, None) is not None else character
        for character in text
    )
