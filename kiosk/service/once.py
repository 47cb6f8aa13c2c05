"""Creations that may be asked for twice: the caller's Idempotency-Key decides whether it is the same one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from fastapi import Header
from pydantic import TypeAdapter

from kiosk.service.parts import Parts
from kiosk.service.store import once as rows
from kiosk.service.store.engine import WriteTx

Answer = TypeVar("Answer")

KEPT: Final = timedelta(days=1)
"""How long the same key is the same creation."""

IdempotencyKey = Annotated[
    str,
    Header(alias="Idempotency-Key", pattern=r"^[!-~]{0,128}$", description="The same key makes nothing twice"),
]
"""The header's value; empty where the caller does not ask for it."""


class IdempotencyConflict(Exception):
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a creation: who asks, under which key, for what (the route and the body)."""

    client_id: str
    key: str = field(repr=False)
    route: str
    body: Any = field(repr=False)

    def request_hash(self) -> str:
        """Tells requests apart."""
        body = TypeAdapter(type(self.body)).dump_json(self.body)
        return hashlib.sha256(self.route.encode() + b"\0" + body).hexdigest()


def once(parts: Parts, asked: Asked, kind: type[Answer], work: Callable[[WriteTx], Answer]) -> Answer:
    """Do the work in one transaction, or answer what it answered before under the same key.

    `kind` is the type of the answer, which must survive being written as JSON. Secrets do not belong into it.
    Raises IdempotencyConflict, and what the work raises: then nothing is kept.
    """
    if not asked.key:
        return parts.store.write(work)
    adapter: TypeAdapter[Answer] = TypeAdapter(kind)
    key_hash, request_hash = hashlib.sha256(asked.key.encode()).hexdigest(), asked.request_hash()

    def do(tx: WriteTx) -> Answer:
        now = parts.clock.now()
        earlier = rows.answered(tx, asked.client_id, key_hash)
        if earlier is not None and earlier.made_at > now - KEPT:
            if earlier.request_hash != request_hash:
                raise IdempotencyConflict
            return adapter.validate_json(earlier.answer)
        if earlier is not None:
            rows.forget_answer(tx, asked.client_id, key_hash)
        answer = work(tx)
        written = adapter.dump_json(answer, by_alias=True).decode()
        rows.keep_answer(tx, rows.OnceRow(asked.client_id, key_hash, request_hash, written, now))
        return answer

    return parts.store.write(do)


def forget_old_answers(parts: Parts) -> int:
    """Forget answers that no key brings back any more; how many."""
    return parts.store.write(lambda tx: rows.forget_answers(tx, parts.clock.now() - KEPT))
