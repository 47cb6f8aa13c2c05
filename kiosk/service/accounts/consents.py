"""What somebody accepts: checked against the terms of the settings, and kept with the very text that was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.service.accounts.rules import TermsNotAccepted
from kiosk.service.accounts.settings import TermsSettings
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store.consents import ConsentRow, add_consents
from kiosk.service.store.engine import WriteTx

OPT_IN: Final = "opt_in:"
"""What the ids of opt-ins begin with, which a client words itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to some terms, in one version, which they read in one language (BCP 47)."""

    id: str
    version: str
    language: str
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something that was accepted, with the SHA-256 of its text."""

    id: str
    version: str
    language: str
    digest: str


def accepted(terms: Iterable[TermsSettings], asked: Sequence[str], answers: Sequence[Answer]) -> tuple[Accepted, ...]:
    """What counts of the answers to the terms that are asked for, in their order; what was declined does not.

    Raises TermsNotAccepted naming what must be accepted and was not, and what was accepted in a version or language
    that there is not, or was not asked for.
    """
    known = {each.id: each for each in terms if each.id in asked}
    said = {each.id: each for each in answers if each.accepted}
    kept = {name: _kept(known[name], answer) for name, answer in said.items() if name in known}
    wrong = {name for name in said if kept.get(name) is None}
    missing = {name for name, each in known.items() if each.required and name not in said}
    if wrong or missing:
        raise TermsNotAccepted(tuple(sorted(name[:40] for name in wrong | missing)))
    return tuple(found for name in known if (found := kept.get(name)) is not None)


def opted_in(names: Iterable[str], language: str) -> tuple[Accepted, ...]:
    """Opt-ins as they are kept: no text of ours was shown."""
    return tuple(Accepted(f"{OPT_IN}{name}"[:40], "", language, "") for name in sorted(set(names)))


def keep(tx: WriteTx, parts: Parts, whose: tuple[str, str], client_id: str, given: Iterable[Accepted]) -> None:
    """Keep what somebody (an id, and the site) accepted just now through a client."""
    user_id, site = whose
    now = parts.clock.now()
    add_consents(
        tx,
        tuple(
            ConsentRow(
                new_id(parts.random), user_id, site, each.id, each.version, each.language, each.digest, now, client_id
            )
            for each in given
        ),
    )


def _kept(terms: TermsSettings, answer: Answer) -> Accepted | None:
    """None where the version is another, or there is no text in the language."""
    language = _nearest(terms.texts, answer.language)
    if answer.version != terms.version or language is None:
        return None
    digest = hashlib.sha256(terms.texts[language].encode()).hexdigest()
    return Accepted(terms.id, terms.version, language, digest)


def _nearest(texts: Mapping[str, str], tag: str) -> str | None:
    """The language that somebody was shown who asked for this one: itself, or what it is a kind of (`ar-EG`: `ar`)."""
    steps = tag.split("-")[:8]
    wanted = ["-".join(steps[:count]) for count in range(len(steps), 0, -1)]
    return next((each for each in wanted if each in texts), None)
