"""The codes for phones of the contract server: it holds answers back, or does not, and remembers how each ended."""

from __future__ import annotations

import base64
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(64)).decode()
LINK = "https://enroll.example.org/m/AAAAAAAAAAAAAAAAAAAAAA"
NUMBER = "417"


class PhoneDesk:
    """`move` is the phone. `holds`: an answer waits for news; `expires_in` is told of each new code."""

    def __init__(self) -> None:
        self.holds = True
        self.expires_in = 300
        self.asked: list[dict[str, Any]] = []
        self.standings: dict[str, tuple[str, str]] = {}
        self.closed: list[str] = []
        self.looks: list[dict[str, str]] = []
        self.made: dict[str, Any] = {}
        self._news = threading.Condition()
        self._over = False

    def move(self, status: str, reason: str = "") -> None:
        """The newest code stands so now."""
        with self._news:
            self.standings[max(self.standings)] = (status, reason)
            self._news.notify_all()

    def let_go(self) -> None:
        """Nobody is waited for any more."""
        with self._news:
            self._over = True
            self._news.notify_all()

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """The answer to one call; an answer of 404 is a bare one."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        match method:
            case "POST":
                return 200, self._open(body)
            case "DELETE":
                self.closed.append(query["transactionId"])
                self.move("CANCELLED", "taken_back")
                return 204, None
            case _:
                return 200, self._look(query)

    def _open(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._news:
            transaction_id = f"t{len(self.standings) + 1}"
            self.asked.append(body)
            self.standings[transaction_id] = ("PENDING", "")
        code = {"transactionId": transaction_id, "qrCode": PNG, "expiresIn": self.expires_in, "link": LINK}
        return code | self.made

    def _look(self, query: dict[str, str]) -> dict[str, Any]:
        transaction_id, seen = query["transactionId"], query.get("seen", "")
        with self._news:
            self.looks.append(query)
            if self.holds and seen:
                self._news.wait_for(lambda: self._over or self.standings[transaction_id][0] != seen, int(query["wait"]))
            status, reason = self.standings[transaction_id]
        number = NUMBER if status == "SCANNED" else ""
        return {"status": status, "number": number, "expiresIn": 200, "reason": reason}
