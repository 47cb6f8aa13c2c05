"""A server shaped like Microsoft Entra ID: the token endpoint and the part of Microsoft Graph that registers keys."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.entra_users import PASSKEYS, POLICIES, EntraUsers
from tests.faces.frame import Answer, Route
from tests.faces.server import Json, Refusal, Request
from tests.faces.shape import Misshapen, shaped
from tests.faces.truth import Ceremony, Credential, User
from tests.faces.webauthn import (
    Made,
    Rejected,
    Wanted,
    b64_text,
    b64url,
    b64url_text,
    challenge_of,
    registered,
    url_token,
)

_REGISTER = {
    "displayName?": re.compile(r".{1,30}"),
    "publicKeyCredential": {
        "id": str,
        "response": {"clientDataJSON": str, "attestationObject": str},
        "clientExtensionResults?": {"...": None},
    },
}


class EntraFace(EntraUsers):
    """One tenant with its keys: `policy` as Graph tells it, `standard_ids` for the excluded ids that beta tells
    (standard base64, else UrlToken)."""

    CALLS = (
        frame.TOKEN,
        frame.SEARCH,
        frame.READ,
        frame.POLICY,
        frame.BEGIN,
        frame.REGISTER,
        frame.LIST,
        frame.DELETE,
    )

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(folder, clock=clock, roots=roots)
        self.rp_id, self.origin = "login.microsoft.com", "https://login.microsoft.com"
        self.standard_ids = True
        self.policy: Json = {
            "id": "Fido2",
            "state": "enabled",
            "isSelfServiceRegistrationAllowed": True,
            "isAttestationEnforced": True,
            "keyRestrictions": {"isEnforced": False, "enforcementType": "block", "aaGuids": []},
            "includeTargets": [{"targetType": "group", "id": "all_users", "isRegistrationRequired": False}],
            "excludeTargets": [],
        }

    def routes(self) -> list[Route]:
        keys = "/v1.0/users/{user}/authentication/fido2Methods"
        beta = "/beta/users/{user}/authentication/fido2Methods"
        policy = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2"
        return [
            *super().routes(),
            Route(frame.POLICY, "GET", policy, self._policy, POLICIES),
            Route(frame.BEGIN, "GET", keys + "/creationOptions", self._begin, *PASSKEYS),
            Route(frame.BEGIN, "GET", beta + "/creationOptions", self._begin_beta, *PASSKEYS),
            Route(
                frame.BEGIN,
                "GET",
                beta + "/creationOptions(challengeTimeoutInMinutes={minutes})",
                self._begin_beta,
                *PASSKEYS,
            ),
            *(
                route
                for base in (keys, beta)
                for route in (
                    Route(frame.REGISTER, "POST", base, self._register, *PASSKEYS),
                    Route(frame.LIST, "GET", base, self._list, *PASSKEYS),
                    Route(frame.DELETE, "DELETE", base + "/{id}", self._delete, *PASSKEYS),
                )
            ),
        ]

    def _policy(self, request: Request) -> Answer:
        request.query()
        kind = {"@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration"}
        context = {"@odata.context": f"{self.url}/v1.0/$metadata#authenticationMethodConfigurations/$entity"}
        return Answer(context | kind | json.loads(json.dumps(self.policy)))

    def _begin(self, request: Request) -> Answer:
        request.query()
        return self._options(request, 5, b64url_text, "v1.0")

    def _begin_beta(self, request: Request) -> Answer:
        query = request.query("challengeTimeoutInMinutes")
        minutes = request.parts.get("minutes", query.get("challengeTimeoutInMinutes", "5"))
        if not minutes.isascii() or not minutes.isdigit() or not 5 <= int(minutes) <= 43200:
            raise Refusal(400, "Request_BadRequest", "challengeTimeoutInMinutes must be between 5 and 43200.")
        return self._options(request, int(minutes), b64_text if self.standard_ids else url_token, "beta")

    def _options(self, request: Request, minutes: int, coded: Any, version: str) -> Answer:
        user = self.found_user(request)
        if not self.policy["isSelfServiceRegistrationAllowed"] or self.policy["state"] != "enabled":
            raise Refusal(405, "methodNotAllowed", "The method is not supported for this URL.")
        challenge = b64url_text(b'{"alg":"RSA-OAEP-256","enc":"A256GCM"}') + "." + secrets.token_urlsafe(2000)
        expires = self.clock.now() + timedelta(minutes=minutes)
        self.ceremonies[challenge] = Ceremony(challenge, user.id, challenge.encode(), self.rp_id, expires)
        return Answer(
            {
                "@odata.context": f"{self.url}/{version}/$metadata#microsoft.graph.webauthnCredentialCreationOptions",
                "challengeTimeoutDateTime": request.told(expires).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "publicKey": self._public_key(user, challenge, coded),
            }
        )

    def _public_key(self, user: User, challenge: str, coded: Any) -> Json:
        excluded = [
            {"@odata.type": "#none", "type": "public-key", "id": coded(each.credential_id), "transports": ["usb"]}
            for each in self.credentials(user.id)
        ]
        return {
            "rp": {"id": self.rp_id, "name": "Microsoft"},
            "user": {"id": b64url_text(self._handle(user)), "name": user.login, "displayName": user.given_name},
            "challenge": b64url_text(challenge.encode()),
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
            "timeout": 60000,
            "excludeCredentials": excluded,
            "authenticatorSelection": {
                "authenticatorAttachment": "cross-platform",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "direct",
            "extensions": {
                "hmacCreateSecret": True,
                "enforceCredentialProtectionPolicy": True,
                "credentialProtectionPolicy": "userVerificationOptional",
            },
        }

    def _handle(self, user: User) -> bytes:
        return b"OC" + UUID(self.tenant).bytes + UUID(user.id).bytes

    def _register(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        try:
            told = shaped(request.document(), _REGISTER)
            made = self._made(user, told["publicKeyCredential"])
        except (Misshapen, Rejected) as why:
            raise Refusal(400, "Request_BadRequest", f"Registration failed: {why}") from why
        credential = Credential(
            url_token(made.credential_id),
            user.id,
            made.credential_id,
            made.public_key,
            made.aaguid,
            made.sign_count,
            told.get("displayName", "Passkey"),
            self.clock.now(),
            bool(made.certificates),
            self._handle(user),
        )
        self.stored.put(credential.id, credential)
        return Answer(self._method(credential), 201)

    def _made(self, user: User, told: Json) -> Made:
        raw, client_data = b64url(told["id"]), b64url(told["response"]["clientDataJSON"])
        attestation = b64url(told["response"]["attestationObject"])
        ceremony = self.ceremonies.get(challenge_of(client_data).decode("ascii", "replace"))
        if ceremony is None or ceremony.user != user.id:
            raise Rejected("the challenge is unknown")
        if ceremony.used or self.clock.now() >= ceremony.expires:
            raise Rejected("the challenge was used or has expired")
        ceremony.used = True
        enforced = self.policy["isAttestationEnforced"]
        wanted = Wanted(
            ceremony.challenge,
            (f"https://{ceremony.rp_id}",),
            ceremony.rp_id,
            formats=("packed",) if enforced else ("packed", "none"),
            roots=self.roots if enforced else None,
        )
        made = registered(client_data, attestation, wanted)
        if raw != made.credential_id:
            raise Rejected("id is not that of the credential")
        if any(each.credential_id == made.credential_id for each in self.stored.truth.values()):
            raise Rejected("the credential is registered already")
        restrictions = self.policy["keyRestrictions"]
        listed = str(made.aaguid) in restrictions["aaGuids"]
        if restrictions["isEnforced"] and listed is not (restrictions["enforcementType"] == "allow"):
            raise Rejected("the model of the key is not allowed by policy")
        return made

    def _method(self, credential: Credential) -> Json:
        return {
            "@odata.type": "#microsoft.graph.fido2AuthenticationMethod",
            "id": credential.id,
            "displayName": credential.name,
            "createdDateTime": credential.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aaGuid": str(credential.aaguid),
            "model": "NFC key",
            "attestationCertificates": [],
            "attestationLevel": "attested" if credential.attested else "notAttested",
            "passkeyType": "deviceBound",
        }

    def _list(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        context = f"{self.url}/v1.0/$metadata#users('{user.id}')/authentication/fido2Methods"
        found = [self._method(each) for each in self.stored.seen() if each.user == user.id]
        return Answer({"@odata.context": context, "value": found})

    def _delete(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        credential = self.stored.truth.get(request.parts["id"])
        if credential is None or credential.user != user.id:
            raise Refusal(404, "Request_ResourceNotFound", "The authentication method does not exist.")
        self.stored.remove(credential.id)
        return Answer(status=204)
