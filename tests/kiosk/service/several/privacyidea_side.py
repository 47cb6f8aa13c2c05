"""The real privacyIDEA as one of several parties: what it holds is told by its own list of tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.privacyidea.server import KIOSK, NADA, ORIGIN, REALM, PrivacyIdea


@dataclass
class PrivacyIdeaSide:
    """A party behind `url`: the server itself, or what stands before it. It tells hashes of credential ids, so `held`
    is told which ids there may be."""

    server: PrivacyIdea
    url: str
    authority: str
    id: str = "privacyidea"
    candidates: set[bytes] = field(default_factory=set)

    def settings(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": "Privacy",
            "kind": "privacyidea",
            "url": self.url,
            "realm": REALM,
            "user": KIOSK[0],
            "password": "pi-password",
            "origin": ORIGIN,
            "certificate_authority": self.authority,
        }

    def secrets(self) -> dict[str, str]:
        return {"pi-password": KIOSK[1]}

    def may_hold(self, ids: Iterable[bytes]) -> None:
        self.candidates |= set(ids)

    def held(self) -> set[bytes]:
        hashes = [each["info"]["credential_id_hash"] for each in self._tokens() if not self._waits(each)]
        found = {each for each in self.candidates if hashlib.sha256(each).hexdigest() in hashes}
        assert len(found) == len(hashes), "a credential that no key made"
        return found

    def half_made(self) -> Sequence[str]:
        return [each["serial"] for each in self._tokens() if self._waits(each)]

    def clear(self) -> None:
        self.candidates.clear()
        self.server.clear(NADA)

    def _tokens(self) -> list[dict[str, Any]]:
        return self.server.tokens(NADA)

    @staticmethod
    def _waits(token: dict[str, Any]) -> bool:
        return bool(token["rollout_state"] == "clientwait")
