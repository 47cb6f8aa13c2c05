"""Tokens from a real HTTPS endpoint: proved by secret or key, fetched once, kept, thrown away."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pydantic import ValidationError

from kiosk.errors import ConfigurationError
from kiosk.logs import JsonFormatter, route_to_stdlib
from kiosk.secret import Secret
from kiosk.service.outbound import Outbound
from kiosk.service.sources import SystemRandom
from kiosk.service.vendors.assertion import PrivateKeyJwt
from kiosk.service.vendors.oauth import ClientCredentials, OAuthSettings, credential_of
from kiosk.service.vendors.rest import NotSignedIn, RestApi, Unavailable
from tests.kiosk.service.faces import Request, Web
from tests.kiosk.service.soft_key import unb64
from tests.kiosk.service.vendors.bed import Bed, answer
from tests.kiosk.service.wired import wired

Tokens = Callable[..., ClientCredentials]


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def tokens(web: Web, outbound: Outbound, authority: Path, bed: Bed) -> Tokens:
    issued = iter(range(1000))
    web.answer = lambda _: answer(200, {"access_token": f"t{next(issued)}", "token_type": "Bearer", "expires_in": 3600})

    def make(credential: Secret | PrivateKeyJwt | None = None, **changes: Any) -> ClientCredentials:
        return ClientCredentials(
            outbound,
            f"{web.url}/oauth2/v2.0/token",
            "client: 1",
            credential or Secret("geheim: ü"),
            changes.pop("scope", "all.it"),
            bed.clock,
            SystemRandom(),
            authority=authority,
            sleep=bed.sleep,
            **changes,
        )

    return make


def form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name, now = x509.Name([]), datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return built.sign(key, hashes.SHA256())


def test_a_secret_goes_in_the_header(web: Web, tokens: Tokens) -> None:
    assert tokens()() == {"Authorization": "Bearer t0"}
    [request] = web.requests
    assert (request.method, request.path) == ("POST", "/oauth2/v2.0/token")
    assert form(request) == {"grant_type": "client_credentials", "scope": "all.it"}
    given = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert given == "client%3A%201:geheim%3A%20%C3%BC"


def test_or_in_the_form(web: Web, tokens: Tokens) -> None:
    tokens(auth_method="client_secret_post", scope="", form={"resource": "x"})()
    [request] = web.requests
    assert form(request) == {
        "grant_type": "client_credentials",
        "client_id": "client: 1",
        "client_secret": "geheim: ü",
        "resource": "x",
    }
    assert "authorization" not in request.headers


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_a_key_signs_what_only_this_endpoint_takes(
    web: Web, tokens: Tokens, bed: Bed, rsa_key: rsa.RSAPrivateKey, algorithm: Any
) -> None:
    made = certificate(rsa_key)
    proof = PrivateKeyJwt.read(pem(rsa_key), algorithm, made.public_bytes(serialization.Encoding.PEM), key_id="k1")
    tokens(proof)()
    sent = form(web.requests[0])
    assert sent["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in sent
    header, claims, signature = (unb64(part) for part in sent["client_assertion"].split("."))
    assert json.loads(header) == {
        "alg": algorithm,
        "typ": "JWT",
        "kid": "k1",
        "x5t#S256": base64.urlsafe_b64encode(hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).digest())
        .rstrip(b"=")
        .decode(),
    }
    claimed = json.loads(claims)
    now = int(bed.clock.now().timestamp())
    assert (claimed["iss"], claimed["sub"]) == ("client: 1", "client: 1")
    assert claimed["aud"] == f"{web.url}/oauth2/v2.0/token"
    assert claimed["nbf"] <= now < claimed["exp"] <= now + 600
    assert len(claimed["jti"]) == 32
    signed = sent["client_assertion"].rpartition(".")[0].encode()
    kind = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if algorithm == "PS256" else padding.PKCS1v15()
    rsa_key.public_key().verify(signature, signed, kind, hashes.SHA256())


def test_a_key_on_a_curve_signs_as_jose_wants_it(bed: Bed) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    for _ in range(20):  # a number that begins with zeros keeps its length
        made = PrivateKeyJwt.read(pem(key), "ES256").assertion("c", "https://a", bed.clock.now(), SystemRandom())
        text, _, signature = made.rpartition(".")
        raw = unb64(signature)
        assert len(raw) == 64
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.public_key().verify(der, text.encode(), ec.ECDSA(hashes.SHA256()))


def test_no_two_assertions_are_the_same(bed: Bed, rsa_key: rsa.RSAPrivateKey) -> None:
    proof = PrivateKeyJwt.read(pem(rsa_key), "RS256")
    made = {proof.assertion("c", "https://a", bed.clock.now(), SystemRandom()) for _ in range(3)}
    assert len(made) == 3


@pytest.mark.parametrize(
    ("algorithm", "make"),
    [
        ("ES256", pem),
        ("RS256", lambda _: pem(ec.generate_private_key(ec.SECP256R1()))),
        ("ES256", lambda _: pem(ec.generate_private_key(ec.SECP384R1()))),
        ("RS256", lambda _: "no key at all"),
    ],
)
def test_a_key_that_does_not_fit_is_refused_at_start(
    algorithm: Any, make: Callable[[rsa.RSAPrivateKey], str], rsa_key: rsa.RSAPrivateKey
) -> None:
    with pytest.raises(ValueError, match="key"):
        PrivateKeyJwt.read(make(rsa_key), algorithm)


def test_a_token_is_kept_until_shortly_before_its_end(web: Web, tokens: Tokens, bed: Bed) -> None:
    source = tokens()
    assert source() == source() == {"Authorization": "Bearer t0"}
    bed.clock.advance(minutes=54, seconds=59)
    assert source() == {"Authorization": "Bearer t0"}
    bed.clock.advance(seconds=1)
    assert source() == {"Authorization": "Bearer t1"}
    assert len(web.requests) == 2


@pytest.mark.parametrize(
    ("told", "seconds"), [(300, 150), ("300", 150), (None, 150), (-1, 150), ("soon", 150), (10**8, 86_100)]
)
def test_a_short_life_or_none_told_is_used_by_half(
    web: Web, tokens: Tokens, bed: Bed, told: object, seconds: int
) -> None:
    document = {"access_token": "t", **({} if told is None else {"expires_in": told})}
    web.answer = lambda _: answer(200, document)
    source = tokens()
    source()
    bed.clock.advance(seconds=seconds - 1)
    source()
    assert len(web.requests) == 1
    bed.clock.advance(seconds=1)
    source()
    assert len(web.requests) == 2


def test_many_threads_fetch_one_token(web: Web, tokens: Tokens) -> None:
    source, together, got = tokens(), Barrier(16), []

    def use() -> None:
        together.wait(10)
        got.append(source()["Authorization"])

    threads = [Thread(target=use) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert got == ["Bearer t0"] * 16
    assert len(web.requests) == 1


def test_a_token_that_is_not_taken_is_fetched_anew_once_for_all_threads(web: Web, tokens: Tokens) -> None:
    source, together = tokens(), Barrier(16)

    def use() -> None:
        source(False)
        together.wait(10)
        source(True)

    threads = [Thread(target=use) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert source() == {"Authorization": "Bearer t1"}
    assert len(web.requests) == 2


def test_a_call_whose_token_was_revoked_goes_through_with_the_next(
    web: Web, tokens: Tokens, api: Callable[..., RestApi]
) -> None:
    issue = web.answer

    def vendor(request: Request) -> Any:
        if request.path.endswith("/token"):
            return issue(request)
        return answer(200 if request.headers["authorization"] == "Bearer t1" else 401)

    web.answer = vendor
    assert api(authorize=tokens()).call("POST", "users", body={}).status == 200
    assert [each.path for each in web.requests].count("/oauth2/v2.0/token") == 2


def test_wrong_credentials_are_told_with_the_documents_words_and_nothing_secret(
    web: Web, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    route_to_stdlib()
    caplog.set_level(logging.INFO, logger="keywright")
    document = {"error": "invalid_client", "error_description": "AADSTS7000215: wrong"}
    web.answer = lambda _: answer(401, document)
    source = tokens(auth_method="client_secret_post")
    with pytest.raises(NotSignedIn) as caught:
        source()
    assert caught.value.document == document
    lines = "".join(JsonFormatter().format(each) for each in caplog.records if each.name.startswith("keywright"))
    assert "outside_call" in lines
    for secret in ("geheim", "AADSTS"):
        assert secret not in lines + repr(caught.value) + repr(source)


@pytest.mark.parametrize(
    "said",
    [answer(200, {}), answer(200, []), answer(200, {"access_token": 5}), answer(200, {"access_token": "a\r\nb"}), None],
)
def test_an_endpoint_that_gives_no_token_is_no_refusal(web: Web, tokens: Tokens, said: Any) -> None:
    web.answer = lambda _: said
    with pytest.raises(Unavailable):
        tokens()()


def test_settings_name_one_way_to_prove(tmp_path: Path) -> None:
    for wrong in ({}, {"client_secret": "a", "private_key": "b"}):
        with pytest.raises(ValidationError, match="client_secret: either"):
            OAuthSettings(client_id="c", **wrong)  # type: ignore[arg-type]  # that is the point


def test_secret_and_key_come_by_name(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    wiring = wired(secret={"s": "geheim", "k": pem(rsa_key)}.__getitem__)
    secret = credential_of(OAuthSettings(client_id="c", client_secret="s"), wiring)
    assert isinstance(secret, Secret)
    assert secret.reveal() == "geheim"
    file = tmp_path / "own.pem"
    file.write_bytes(certificate(rsa_key).public_bytes(serialization.Encoding.PEM))
    key = credential_of(OAuthSettings(client_id="c", private_key="k", certificate=file, key_id="7"), wiring)
    assert isinstance(key, PrivateKeyJwt)
    assert (key.certificate, key.key_id) == (certificate_der(file), "7")
    wiring.outbound.close()


def certificate_der(file: Path) -> bytes:
    return x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(serialization.Encoding.DER)


def test_a_certificate_of_another_key_and_one_that_is_not_there_are_named(
    tmp_path: Path, rsa_key: rsa.RSAPrivateKey
) -> None:
    file = tmp_path / "own.pem"
    wiring = wired(secret={"k": pem(rsa_key)}.__getitem__)
    wanted = OAuthSettings(client_id="c", private_key="k", certificate=file)
    with pytest.raises(ConfigurationError) as caught:
        credential_of(wanted, wiring, "relying_parties.0.oauth")
    assert caught.value.path == "relying_parties.0.oauth.certificate"
    other = rsa.generate_private_key(65537, 2048)
    file.write_bytes(certificate(other).public_bytes(serialization.Encoding.PEM))
    with pytest.raises(ConfigurationError) as caught:
        credential_of(wanted, wiring)
    assert (caught.value.path, caught.value.problem) == ("oauth.private_key", "is not the key of the certificate")
    wiring.outbound.close()
