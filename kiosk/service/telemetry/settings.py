"""Settings of traces."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from kiosk.service.settings_model import HttpsUrl, SettingsModel


class TelemetrySettings(SettingsModel):
    """Traces of requests, of calls to other systems and of chores, for OpenTelemetry (the extra `otel`)."""

    endpoint: HttpsUrl | None = None
    """Where traces are sent (OTLP over HTTP), with its whole path; without it none are made."""
    certificate_authority: Path | None = None
    """Who vouches for `endpoint` (PEM); else the public authorities."""
    service_name: str = Field(default="keywright", min_length=1, max_length=64)
    """What the service is called in traces, the same for all replicas."""
    sample: float = Field(default=1.0, ge=0, le=1)
    """Which part of all traces is sent: 1 is each of them."""
    follow_callers: bool = False
    """Whether the `traceparent` of a caller decides if a trace is sent; else it only says what a request belongs to."""
