"""The HTTP face of the concierge: parse, check the scope, call one action.

A GET has its search in the query, as organizations know these calls. Our own log never holds a query (there is no
access log), but what stands between a client and us may keep one: the POST of the same path, with the search in its
body, is the form to prefer.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.concierge import actions
from kiosk.service.concierge.bodies import (
    CardholderDetails,
    CheckCode,
    CodeChecked,
    CodeSent,
    Search,
    SendCode,
    UserDetails,
)
from kiosk.service.parts import Parts
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["concierge"])

Made = Annotated[Parts, Depends(parts_of)]
Desk = Annotated[Caller, Depends(Guard(Scope.SYSTEM_USER_R))]
Asked = Annotated[Search, Query()]


@router.get(paths.USER_DETAILS, summary="Look somebody up")
def user_details(search: Asked, parts: Made, caller: Desk) -> UserDetails:
    """Masked. Somebody who is at none of the caller's sites looks like nobody (404). Prefer the POST: a query may be
    kept by what stands between."""
    return actions.user_details(parts, caller, search)


@router.post(paths.USER_DETAILS, summary="Look somebody up, with the search in the body")
def search_user_details(body: Search, parts: Made, caller: Desk) -> UserDetails:
    """As the GET, without personal data in the address."""
    return actions.user_details(parts, caller, body)


@router.get(paths.CARDHOLDER_DETAILS, summary="Look up somebody's keys")
def cardholder_details(search: Asked, parts: Made, caller: Desk) -> CardholderDetails:
    """Model, the last four characters of the serial number, where it is registered and whether it was shown to work.
    Prefer the POST: a query may be kept by what stands between."""
    return actions.cardholder_details(parts, caller, search)


@router.post(paths.CARDHOLDER_DETAILS, summary="Look up somebody's keys, with the search in the body")
def search_cardholder_details(body: Search, parts: Made, caller: Desk) -> CardholderDetails:
    """As the GET, without personal data in the address."""
    return actions.cardholder_details(parts, caller, body)


@router.post(paths.CONCIERGE_CODE, status_code=202, summary="Send somebody who calls a code")
def send_code(body: SendCode, parts: Made, caller: Desk) -> CodeSent:
    """To the address on file, by mail or SMS; staff never see it. The person reads it back."""
    return actions.send_code(parts, caller, body)


@router.post(paths.CONCIERGE_CHECK, summary="Check the code that was read back")
def check_code(body: CheckCode, parts: Made, caller: Desk) -> CodeChecked:
    """A code works once, for the client that had it sent; a few wrong ones end it."""
    return actions.check_code(parts, caller, body)
