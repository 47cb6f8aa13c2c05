"""The status of a code without the framework: one request in the form that kiosks send, the same answer.

Whatever is unusual (another form, a refusal, a failure) goes to the documented route, which says it in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response
from pydantic import TypeAdapter

from kiosk.contract.paths import QR_STATUS, Scope
from kiosk.contract.phone import PhoneStanding, PhoneStatus
from kiosk.service.mobile.answers import standing_body
from kiosk.service.mobile.bodies import PhoneStanding as Body
from kiosk.service.mobile.connector import PhonesUnavailable
from kiosk.service.mobile.rules import NoSuchCode
from kiosk.service.mobile.watching import LONGEST_WAIT, Watch
from kiosk.service.store.engine import StoreBusy
from kiosk.service.tokens.kept import KeptCallers
from kiosk.service.tokens.rules import Caller, InvalidToken

_KEPT: Final = 10.0
"""Seconds: a client that is disabled is let in so long by another replica, on this route."""
_SEEN: Final = "|".join(PhoneStatus)
_ASKED: Final = re.compile(rf"transactionId=([0-9a-f]{{32}})(?:&wait=([0-9]{{1,2}})&seen=({_SEEN}))?".encode())
_BEARER: Final = re.compile(rb"[Bb]earer ([A-Za-z0-9_-]{1,128})")
_ADAPTER: Final = TypeAdapter(Body)


class StatusLane:
    """Answers the one path, or nothing."""

    def __init__(self, watch: Watch, callers: KeptCallers) -> None:
        self._watch, self._callers = watch, callers

    async def answer(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> Response | None:
        """The answer, if this is a plain question after a status that has one. Raises nothing that is ours."""
        if scope["path"] != QR_STATUS or scope["method"] != "GET" or len(headers) != len(scope["headers"]):
            return None
        asked, bearer = _ASKED.fullmatch(scope["query_string"]), _BEARER.fullmatch(headers.get(b"authorization", b""))
        if asked is None or bearer is None or int(asked[2] or 0) > LONGEST_WAIT:
            return None
        try:
            caller = await self._callers.caller(bearer[1].decode(), _KEPT)
            if Scope.QR_STATUS not in caller.scopes:
                return None
            told = await self._told(caller, asked)
        except (InvalidToken, NoSuchCode, PhonesUnavailable, StoreBusy):
            return None
        return Response(_ADAPTER.dump_json(standing_body(told), by_alias=True), media_type="application/json")

    async def _told(self, caller: Caller, asked: re.Match[bytes]) -> PhoneStanding:
        transaction, wait, seen = asked[1].decode(), int(asked[2] or 0), asked[3]
        if not wait:
            return await self._watch.standing(caller, transaction)
        return await self._watch.changed(caller, transaction, PhoneStatus(seen.decode()), wait)
