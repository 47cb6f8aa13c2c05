"""A checker over HTTPS, by a contract of our own: one POST with a person, one answer with a finding.

Question: `{"callType": …, "givenName": …, "familyName": …, "email": …, "company": …, "bornOn": …, "country": …}`, where
what is not known is left out; who keeps the enrollments (`MOE`) gets `userAssets`, too. Answer (200, JSON):
`{"finding": "clear" | "possible" | "hit", "reference": …}`. Anything else is no answer, and nobody passes by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kiosk.secret import Secret
from kiosk.service.catalog import Connector
from kiosk.service.outbound import Call, Outbound, OutboundError, acceptable_address
from kiosk.service.reach import reach
from kiosk.service.screening.connector import CallType, Finding, Screened, ScreeningUnavailable, Subject
from kiosk.service.screening.settings import ScreenerSettings
from kiosk.service.settings_model import SecretName
from kiosk.service.wiring import Wiring

_LIMIT: Final = 16 * 1024
_LONGEST_REFERENCE: Final = 128
_MEDIA_TYPE: Final = "application/json"


class HttpSettings(ScreenerSettings):
    """A checker that is asked over HTTPS."""

    kind: Literal["http"] = "http"
    """Which connector."""
    url: str = Field(pattern=r"^https?://[^\s/@]+(/[^\s]*)?$", max_length=2000)
    """Where it is asked."""
    secret: SecretName
    """The name of the bearer token that it knows us by."""
    serves: Annotated[tuple[Literal["OFAC", "MOE"], ...], Field(min_length=1, max_length=2)] = ("OFAC",)
    """What it does: screening (`OFAC`), telling a system of enrollments (`MOE`), or each."""
    timeout: float = Field(default=5.0, gt=0, le=20)
    """Seconds for the whole call."""
    certificate_authority: Path | None = None
    """The authority (PEM) that signed the server's certificate, where it is not a public one."""

    @field_validator("url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        if not acceptable_address(url):
            raise ValueError("needs https, except for a loopback host")
        return url


class _Answer(BaseModel):
    """All that is read of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    finding: Finding
    reference: str = Field(default="", max_length=4096)


@dataclass(frozen=True, slots=True)
class HttpScreener:
    """Asks the checker. Satisfies Screener."""

    settings: HttpSettings
    outbound: Outbound
    secret: Secret

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    @property
    def serves(self) -> frozenset[CallType]:
        """From the settings."""
        return frozenset(map(CallType, self.settings.serves))

    @property
    def patience(self) -> float:
        """One call."""
        return self.settings.timeout

    def screen(self, subject: Subject, call_type: CallType) -> Screened:
        """One call. Raises ScreeningUnavailable."""
        call = Call(
            "POST",
            self.settings.url,
            headers={"Authorization": f"Bearer {self.secret.reveal()}", "Content-Type": _MEDIA_TYPE},
            body=json.dumps(_question(subject, call_type), ensure_ascii=False).encode(),
            timeout=self.settings.timeout,
            limit=_LIMIT,
            authority=self.settings.certificate_authority,
            repeatable=True,  # the same person may be asked about again
        )
        try:
            reply = self.outbound.call(call)
        except OutboundError as error:
            raise ScreeningUnavailable from error
        media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if reply.status != 200 or media_type != _MEDIA_TYPE:
            raise ScreeningUnavailable
        try:
            answer = _Answer.model_validate_json(reply.body, strict=True)
        except ValidationError:
            raise ScreeningUnavailable from None  # the original repeats the answer
        return Screened(answer.finding, _tamed(answer.reference))

    def probe(self) -> str:
        """Reach it, no more: nobody is screened. Raises ProbeFailed."""
        settings = self.settings
        return reach(f"screening.{self.id}", settings.url, settings.certificate_authority, settings.timeout)


def _question(subject: Subject, call_type: CallType) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "callType": str(call_type),
        "givenName": subject.given_name,
        "familyName": subject.family_name,
        "email": subject.email,
        "company": subject.company,
        "bornOn": subject.born_on,
        "country": subject.country,
    }
    if call_type is not CallType.SCREENING and subject.assets:
        told["userAssets"] = json.loads(subject.assets)
    return {name: value for name, value in told.items() if value}


def _tamed(reference: str) -> str:
    return "".join(each for each in reference if each.isprintable())[:_LONGEST_REFERENCE]


def _make(settings: HttpSettings, wiring: Wiring) -> HttpScreener:
    return HttpScreener(settings, wiring.outbound, Secret(wiring.secret(settings.secret)))


CONNECTOR = Connector("http", HttpSettings, _make)
