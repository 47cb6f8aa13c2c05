"""What an administrator writes for each dialect of the face; the documented one needs nothing."""

from __future__ import annotations

from typing import Any, Final

SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "documented": {},
    "nested": {
        "auth_method": "client_secret_post",
        "account": "login",
        "enrol": {"verb": "PUT", "path": "/v2/users/{}/phone-code", "send": "path"},
        "status": {"verb": "POST", "path": "/v2/phone-codes/search", "send": "body", "name": "codeId"},
        "answers": {
            "picture": "data.qr.image",
            "reference": "data.id",
            "lifetime": "data.qr.ttl",
            "status": "result.state.code",
        },
        "words": {
            "pending": ["1000"],
            "scanned": ["1500"],
            "completed": ["2000"],
            "expired": ["4100"],
            "failed": ["4000"],
            "cancelled": ["4200"],
        },
    },
    "flagged": {
        "enrol": {"verb": "GET", "path": "/qr", "send": "query", "name": "subject"},
        "status": {"path": "/qr/{}/status", "send": "path"},
        "answers": {"picture": "image", "reference": "ticket", "status": "done"},
        "words": {
            "pending": ["false"],
            "scanned": [],
            "completed": ["true"],
            "expired": [],
            "failed": ["Error"],
            "cancelled": ["aborted"],
        },
        "lifetime": 40,
    },
}
