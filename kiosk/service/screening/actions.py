"""Asks every checker about one person, outside of any transaction."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from kiosk.service.screening.connector import CallType, Finding, Screener, ScreeningUnavailable, Subject
from kiosk.service.screening.rules import NOBODY_ASKED, Verdict, questions, screens, worst

_log = structlog.get_logger("keywright.outside")


def screen(screeners: Sequence[Screener], subject: Subject, call_type: CallType) -> Verdict:
    """What they say together. Who is not clear, or not yet, is not told to the system of enrollments."""
    if not screens(screeners, call_type):
        return NOBODY_ASKED
    verdicts: list[Verdict] = []
    for screener, wanted in questions(screeners, call_type):
        if wanted is not CallType.SCREENING and any(each.finding is not Finding.CLEAR for each in verdicts):
            break
        verdicts.append(_ask(screener, subject, wanted))
    return worst(verdicts)


def _ask(screener: Screener, subject: Subject, call_type: CallType) -> Verdict:
    try:
        answer = screener.screen(subject, call_type)
    except ScreeningUnavailable:
        _log.info("screening_unavailable", place=screener.id)
        return Verdict(None, screener.id)
    return Verdict(answer.finding, screener.id, answer.reference)
