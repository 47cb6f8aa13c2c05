"""A server shaped like PingOne MFA: devices of the type FIDO2, whose options are JSON in a string and signed bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.faults import Change
from tests.faces.frame import Answer, Route
from tests.faces.pingone_users import DATA, PingOneUsers
from tests.faces.server import Json, Refusal, Request
from tests.faces.shape import Misshapen, shaped
from tests.faces.truth import Ceremony, Credential, User
from tests.faces.webauthn import Made, Rejected, Wanted, b64, b64url, challenge_of, registered

ACTIVATE = "application/vnd.pingidentity.device.activate+json"

_BEGIN = {"type": ("FIDO2",), "rp": {"id": str, "name": str}, "policy?": {"id": str}, "nickname?": str}
_FINISH = {"origin": str, "attestation": str}
_ATTESTATION = {
    "id": str,
    "type": ("public-key",),
    "rawId": str,
    "response": {"clientDataJSON": str, "attestationObject": str},
    "clientExtensionResults?": {"...": None},
    "authenticatorAttachment?": ("cross-platform", "platform"),
}
_LIFE = timedelta(minutes=15)


class PingOneFace(PingOneUsers):
    """One environment with its devices: `fido_policy` as the environment tells it, `models` that it takes if the policy
    says SPECIFIC, `device_policy` is the id of its device authentication policy."""

    CALLS = (
        frame.TOKEN,
        frame.SEARCH,
        frame.READ,
        frame.POLICY,
        "enable",
        frame.BEGIN,
        frame.REGISTER,
        "rename",
        frame.LIST,
        frame.DELETE,
    )

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(folder, clock=clock, roots=roots)
        self.device_policy = str(uuid4())
        self.models: frozenset[UUID] = frozenset()
        self.fido_policy: Json = {
            "id": str(uuid4()),
            "name": "Passkeys",
            "default": True,
            "attestationRequirements": "DIRECT",
            "mdsAuthenticatorsRequirements": {"option": "GLOBAL"},
            "relyingPartyId": "localhost",
        }

    def routes(self) -> list[Route]:
        devices = self.base + "/users/{user}/devices"
        return [
            *super().routes(),
            Route(frame.POLICY, "GET", self.base + "/fido2Policies", self._policies, DATA),
            Route(frame.BEGIN, "POST", devices, self._begin, DATA),
            Route(frame.LIST, "GET", devices, self._list, DATA),
            Route(frame.LIST, "GET", devices + "/{device}", self._one, DATA),
            Route(frame.REGISTER, "POST", devices + "/{device}", self._activate, DATA),
            Route("rename", "PUT", devices + "/{device}/nickname", self._rename, DATA),
            Route(frame.DELETE, "DELETE", devices + "/{device}", self._delete, DATA),
        ]

    def half_made(self, user: str) -> list[str]:
        wanted = self.user(user).id
        return [each.id for each in self.ceremonies.values() if each.user == wanted and not each.used]

    def altered(self, document: Any, change: Change) -> Any:
        """The options in the string are changed, too."""
        told = change(document)
        name = "publicKeyCredentialCreationOptions"
        if isinstance(told, dict) and isinstance(document.get(name), str):
            told[name] = json.dumps(change(json.loads(document[name])))
        return told

    def _policies(self, request: Request) -> Answer:
        request.query("filter")
        return Answer({"_embedded": {"fido2Policies": [dict(self.fido_policy)]}, "size": 1})

    def _begin(self, request: Request) -> Answer:
        request.query()
        user = self.able_user(request)
        told = self._shaped(request, _BEGIN)
        if told.get("policy", {}).get("id", self.device_policy) != self.device_policy:
            raise self.invalid("policy.id", "The device authentication policy does not exist.")
        if not told["rp"]["id"] or "/" in told["rp"]["id"] or ":" in told["rp"]["id"]:
            raise self.invalid("rp.id", "A relying party is a host name.")
        device = Ceremony(
            self.new_id(), user.id, uuid4().bytes + uuid4().bytes, told["rp"]["id"], self.clock.now() + _LIFE
        )
        device.details["name"] = told.get("nickname", "")
        self.ceremonies[device.id] = device
        options = {
            "rp": told["rp"],
            "user": {"id": signed(UUID(user.id).bytes), "name": user.login, "displayName": user.given_name},
            "challenge": signed(device.challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
            "timeout": 120000,
            "excludeCredentials": [
                {"type": "public-key", "id": signed(each.credential_id)} for each in self.credentials(user.id)
            ],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": self.fido_policy["attestationRequirements"].lower(),
            "extensions": {"credProps": True, "hmacCreateSecret": True},
        }
        made = self._device(device.id, user, "ACTIVATION_REQUIRED", request)
        return Answer(made | {"publicKeyCredentialCreationOptions": json.dumps(options)}, 201)

    def _device(self, id: str, user: User, status: str, request: Request) -> Json:
        href = f"{self.url}{self.base}/users/{user.id}/devices/{id}"
        told = {
            "id": id,
            "type": "FIDO2",
            "status": status,
            "user": {"id": user.id},
            "_links": {"self": {"href": href}},
        }
        return told | {"createdAt": request.told(self.clock.now()).strftime("%Y-%m-%dT%H:%M:%S.000Z")}

    def _activate(self, request: Request) -> Answer:
        request.query()
        user = self.able_user(request)
        device = self.ceremonies.get(request.parts["device"])
        if device is None or device.user != user.id:
            raise self.missing("device")
        told = self._shaped(request, _FINISH, ACTIVATE)
        if device.used or self.clock.now() >= device.expires:
            raise Refusal(400, "INVALID_REQUEST", "The device is active, or its activation has expired.")
        try:
            made = self._made(told, device)
        except (Rejected, Misshapen, ValueError) as why:
            raise self.invalid("attestation", str(why)) from why
        device.used = True
        credential = Credential(
            device.id,
            user.id,
            made.credential_id,
            made.public_key,
            made.aaguid,
            made.sign_count,
            device.details["name"],
            self.clock.now(),
            bool(made.certificates),
            UUID(user.id).bytes,
        )
        self.stored.put(credential.id, credential)
        return Answer(self._told(credential, request))

    def _made(self, told: Json, device: Ceremony) -> Made:
        answer = shaped(json.loads(told["attestation"]), _ATTESTATION)
        host = told["origin"].removeprefix("https://").partition(":")[0]
        if not told["origin"].startswith("https://") or not f".{host}".endswith(f".{device.rp_id}"):
            raise Rejected("origin is not of the relying party")
        client_data = _either(answer["response"]["clientDataJSON"])
        if challenge_of(client_data) != device.challenge:
            raise Rejected("another challenge")
        direct = self.fido_policy["attestationRequirements"] == "DIRECT"
        wanted = Wanted(
            device.challenge,
            (told["origin"],),
            device.rp_id,
            formats=("packed",) if direct else ("packed", "none"),
            roots=self.roots if direct else None,
        )
        made = registered(client_data, _either(answer["response"]["attestationObject"]), wanted)
        if {b64(answer["rawId"]), _either(answer["id"])} != {made.credential_id}:
            raise Rejected("id and rawId are not those of the credential")
        if any(each.credential_id == made.credential_id for each in self.stored.truth.values()):
            raise Rejected("the credential is registered already")
        option = self.fido_policy["mdsAuthenticatorsRequirements"]["option"]
        if option == "SPECIFIC" and made.aaguid not in self.models:
            raise Rejected("the authenticator is not allowed by the FIDO policy")
        return made

    def _told(self, credential: Credential, request: Request) -> Json:
        told = self._device(credential.id, self.users.truth[credential.user], "ACTIVE", request)
        return told | ({"nickname": credential.name} if credential.name else {})

    def _list(self, request: Request) -> Answer:
        request.query("filter", "limit")
        user = self.found_user(request)
        found = [self._told(each, request) for each in self.stored.seen() if each.user == user.id]
        found += [self._device(id, user, "ACTIVATION_REQUIRED", request) for id in self.half_made(user.id)]
        phone = {"id": user.id, "type": "SMS", "status": "ACTIVE", "phone": user.phone}
        return Answer({"_embedded": {"devices": [phone, *found]}, "size": len(found) + 1})

    def _one(self, request: Request) -> Answer:
        request.query()
        user, id = self.found_user(request), request.parts["device"]
        if id in self.half_made(user.id):
            return Answer(self._device(id, user, "ACTIVATION_REQUIRED", request))
        return Answer(self._told(self._credential(user, id), request))

    def _credential(self, user: User, id: str) -> Credential:
        credential = self.stored.truth.get(id)
        if credential is None or credential.user != user.id:
            raise self.missing("device")
        return credential

    def _rename(self, request: Request) -> Answer:
        request.query()
        credential = self._credential(self.found_user(request), request.parts["device"])
        credential.name = self._shaped(request, {"nickname": str})["nickname"]
        return Answer({"nickname": credential.name})

    def _delete(self, request: Request) -> Answer:
        request.query()
        user, id = self.found_user(request), request.parts["device"]
        if id in self.half_made(user.id):
            del self.ceremonies[id]
        else:
            self.stored.remove(self._credential(user, id).id)
        return Answer(status=204)

    def _shaped(self, request: Request, shape: Json, media_type: str = "application/json") -> Any:
        try:
            return shaped(request.document(media_type), shape)
        except Misshapen as why:
            raise self.invalid(why.path, why.what) from why


def signed(data: bytes) -> list[int]:
    """Bytes as the numbers from -128 to 127 that PingOne tells."""
    return [each - 256 if each > 127 else each for each in data]


def _either(text: str) -> bytes:
    """Standard base64 with padding, or base64url without. Raises Rejected."""
    try:
        return b64url(text)
    except Rejected:
        return b64(text)
