"""The parts of a request as policy has them: who handles it reads settings, and sees what was published over them."""

from __future__ import annotations

from dataclasses import replace

from fastapi.concurrency import run_in_threadpool

from kiosk.service.parts import Parts
from kiosk.service.policies.actions import for_client
from kiosk.service.settings import ServiceSettings


async def governed(parts: Parts, client_id: str) -> Parts:
    """The parts under the policy of those who come to this client. What was read in the last second is read no more:
    so long a replica may go by what held before. Raises BadPolicy, StoreBusy."""
    settings = parts.policy_book.kept(client_id)
    if settings is None:
        if parts.store.in_process:  # two indexed reads take less than the way to another thread
            settings = _read(parts, client_id)
        else:
            settings = await run_in_threadpool(_read, parts, client_id)
        parts.policy_book.keep(client_id, settings)
    return parts if settings is parts.settings else replace(parts, settings=settings)


def _read(parts: Parts, client_id: str) -> ServiceSettings:
    with parts.store.read() as tx:
        return for_client(tx, parts, client_id)
