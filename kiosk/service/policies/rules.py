"""What a published policy says over the settings, pure: sections and members, checked as settings are, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from kiosk.service.catalog import problem
from kiosk.service.settings import ServiceSettings

SECTIONS: Final = ("pin", "key", "hand_over", "life", "supervision")
"""The tables of settings that a policy may change, member by member."""
SINGLE: Final = ("partial",)
"""The settings outside of tables that it may change."""

Document = Mapping[str, Any]
"""What a policy says: `{"pin": {"min_length": 8}, "partial": "roll_back"}`; the rest is as in the settings."""


class BadPolicy(Exception):
    """A document that is no policy: `path` is the member, `why` what is wrong with it."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why


@dataclass(frozen=True, slots=True)
class Change:
    """One member that is otherwise in a policy than before; None where it was, or is, as in nothing."""

    path: str
    before: Any
    after: Any


def effective(settings: ServiceSettings, *documents: Document) -> ServiceSettings:
    """The settings under these policies, each over those before it. Raises BadPolicy."""
    if not any(documents):
        return settings
    merged: dict[str, Any] = {}
    for document in documents:
        merged = _over(merged, document)
    changed = {name: _section(settings, name, said) for name, said in merged.items() if name in SECTIONS}
    changed |= {name: said for name, said in merged.items() if name in SINGLE}
    if unknown := sorted(set(merged) - {*SECTIONS, *SINGLE}):
        raise BadPolicy(unknown[0], "is no part of a policy")
    values = {name: getattr(settings, name) for name in type(settings).model_fields} | changed
    try:
        return ServiceSettings.model_validate(values)
    except ValidationError as error:
        raise BadPolicy(*problem(error)) from error


def tidied(settings: ServiceSettings, document: Document) -> dict[str, Any]:
    """The document without what says the same as the settings. Raises BadPolicy."""
    under = effective(settings, document)
    kept: dict[str, Any] = {}
    for name in SECTIONS:
        ours, theirs = getattr(settings, name).model_dump(mode="json"), getattr(under, name).model_dump(mode="json")
        if said := {member: value for member, value in theirs.items() if ours[member] != value}:
            kept[name] = said
    kept |= {name: getattr(under, name).value for name in SINGLE if getattr(under, name) is not getattr(settings, name)}
    return kept


def differences(before: ServiceSettings, after: ServiceSettings) -> tuple[Change, ...]:
    """What changes for people from one to the other, in the order of the settings."""
    found: list[Change] = []
    for name in SECTIONS:
        ours, theirs = getattr(before, name).model_dump(mode="json"), getattr(after, name).model_dump(mode="json")
        found += [Change(f"{name}.{member}", ours[member], theirs[member]) for member in ours]
    found += [Change(name, getattr(before, name).value, getattr(after, name).value) for name in SINGLE]
    return tuple(each for each in found if each.before != each.after)


def _over(below: Mapping[str, Any], above: Document) -> dict[str, Any]:
    merged = dict(below)
    for name, said in above.items():
        known = merged.get(name)
        both = isinstance(said, Mapping) and isinstance(known, Mapping)
        merged[name] = {**known, **said} if both and known is not None else said
    return merged


def _section(settings: ServiceSettings, name: str, said: Any) -> Any:
    """One table with what is said over it. Raises BadPolicy."""
    if not isinstance(said, Mapping):
        raise BadPolicy(name, "is a table of members")
    section = getattr(settings, name)
    try:
        return type(section).model_validate({**section.model_dump(), **said})
    except ValidationError as error:
        path, why = problem(error)
        raise BadPolicy(f"{name}.{path}" if path else name, why) from error
