"""A message handed over in one HTTP call, which is never made twice."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.service.messages.connector import Envelope, GatewayError, Misconfigured, OutcomeUnknown, Refused, Unavailable
from kiosk.service.outbound import AnswerLost, Call, NotSent, Outbound, OutboundError, Reply, Untrusted


def number(envelope: Envelope) -> str:
    """Whom a text is for. Raises Refused for what could be more than a number."""
    if not envelope.to.isprintable():
        raise Refused("bad_number")
    return envelope.to


def send(outbound: Outbound, call: Call, handing_over: Callable[[], None]) -> Reply:
    """Make a call that must not be made twice; the answer, whatever its status."""
    handing_over()
    try:
        return outbound.call(call)
    except Untrusted as error:
        raise Misconfigured("untrusted") from error
    except NotSent as error:
        raise Unavailable("no_connection") from error
    except AnswerLost as error:
        raise OutcomeUnknown("no_answer") from error


def of_status(reply: Reply) -> GatewayError:
    """What a status that is no success means for a message, by the meaning that HTTP gives it."""
    reason = f"http_{reply.status}"
    if reply.status in (429, 503):
        return Unavailable(reason, reply.retry_after(30))
    if reply.status >= 500 or reply.status < 300:
        return OutcomeUnknown(reason)
    return Refused(reason) if reply.status in (400, 410, 422) else Misconfigured(reason)


def asked(outbound: Outbound, call: Call) -> Reply:
    """Make a call that changes nothing; the answer, whatever its status."""
    try:
        return outbound.call(call)
    except Untrusted as error:
        raise Misconfigured("untrusted") from error
    except OutboundError as error:
        raise Unavailable("no_answer") from error
