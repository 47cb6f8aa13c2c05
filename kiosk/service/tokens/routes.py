"""POST /oauth2/token: the client credentials grant (RFC 6749, 4.4), answered in OAuth2's own shape."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from kiosk.contract.paths import TOKEN
from kiosk.contract.stations import ASSERTION_TYPE
from kiosk.service.parts import Parts
from kiosk.service.tokens.actions import issue_token
from kiosk.service.tokens.guard import parts_of
from kiosk.service.tokens.rules import (
    ClientCredentials,
    InvalidClient,
    InvalidTokenRequest,
    IssuedToken,
    UnsupportedGrant,
    own_addresses,
)
from kiosk.service.tokens.signed_client import SignedRequest, issue_token_to_signer

router = APIRouter(tags=["tokens"])
Form = dict[str, str]

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "scope": {"type": "string"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string", "format": "password"},
                        "client_assertion_type": {"type": "string", "const": ASSERTION_TYPE},
                        "client_assertion": {"type": "string"},
                    },
                }
            }
        },
    }
}


async def _form(request: Request) -> Form:
    try:
        pairs = parse_qsl(
            (await request.body()).decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=20
        )
    except ValueError as error:
        raise InvalidTokenRequest from error
    if len(dict(pairs)) != len(pairs):  # RFC 6749, 3.2: no parameter twice
        raise InvalidTokenRequest
    return dict(pairs)


@router.post(TOKEN, openapi_extra=_FORM, summary="Get an access token")
def token(
    request: Request, form: Annotated[Form, Depends(_form)], parts: Annotated[Parts, Depends(parts_of)]
) -> JSONResponse:
    """RFC 6749, 4.4: by HTTP Basic authentication or with the secret in the form; a station that was activated signs
    instead (`private_key_jwt`, RFC 7523, 2.2)."""
    if form.get("grant_type") != "client_credentials":
        raise UnsupportedGrant if "grant_type" in form else InvalidTokenRequest
    issued = _issued(request, form, parts)
    answer = {
        "access_token": issued.token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "scope": " ".join(sorted(issued.scopes)),
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _issued(request: Request, form: Form, parts: Parts) -> IssuedToken:
    if "client_assertion" not in form and "client_assertion_type" not in form:
        return issue_token(parts, _credentials(request, form), form.get("scope", ""))
    if request.headers.get("authorization") is not None or "client_secret" in form:  # RFC 6749, 2.3: one method only
        raise InvalidTokenRequest
    if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
        raise InvalidTokenRequest
    addresses = own_addresses(parts.settings.stations.urls, request.headers.get("host", ""), TOKEN)
    scope, client_id = form.get("scope", ""), form.get("client_id", "")
    return issue_token_to_signer(parts, SignedRequest(form["client_assertion"], addresses, scope, client_id))


def _credentials(request: Request, form: Form) -> ClientCredentials:
    header = request.headers.get("authorization")
    in_form = "client_id" in form and "client_secret" in form
    if header is None:
        if not in_form:
            raise InvalidClient
        return ClientCredentials(form["client_id"], form["client_secret"])
    if "client_secret" in form:  # RFC 6749, 2.3: one method only
        raise InvalidTokenRequest
    return _basic(header)


def _basic(header: str) -> ClientCredentials:
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidClient from error
    name, colon, secret = pair.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise InvalidClient
    return ClientCredentials(unquote_plus(name), unquote_plus(secret))
