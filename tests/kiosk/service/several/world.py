"""Several identity providers at once: a service that registers at them, and a look at what each of them really has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kiosk.contract.enrollments import PartyResult
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.bulk_import.files import Importer
from tests.faces.entra import EntraFace
from tests.faces.frame import NADA, Face
from tests.faces.okta import OktaFace
from tests.kiosk.service.running import Running, StandingClock, assembled, settings_for
from tests.kiosk.service.several.visits import Hurried, Visit, person
from tests.kiosk.service.soft_key import SoftKey

Json = dict[str, Any]


class Side(Protocol):
    """A party as the test sees it: `id` in the settings, its `settings`, and the truth about it."""

    id: str

    def settings(self) -> Json: ...

    def secrets(self) -> dict[str, str]: ...

    def may_hold(self, ids: Iterable[bytes]) -> None:
        """The credentials that keys have made, for a party that tells no ids."""
        ...

    def held(self) -> set[bytes]: ...

    def half_made(self) -> Sequence[str]: ...

    def clear(self) -> None:
        """Nothing registered, nothing broken."""
        ...


@dataclass
class FaceSide:
    """A party behind one of the faces."""

    id: str
    face: Face
    given: Json
    known: dict[str, str]

    def settings(self) -> Json:
        return {"id": self.id, "name": self.id.title(), "kind": self.id, **self.given}

    def secrets(self) -> dict[str, str]:
        return self.known

    def may_hold(self, ids: Iterable[bytes]) -> None:
        """It tells ids."""

    def held(self) -> set[bytes]:
        return {each.credential_id for each in self.face.credentials(NADA)}

    def half_made(self) -> Sequence[str]:
        return self.face.half_made(NADA)

    def clear(self) -> None:
        self.face.faults.clear()
        self.face.lag()
        for each in list(self.face.stored.truth):
            self.face.stored.remove(each)


def entra(face: EntraFace) -> FaceSide:
    """Microsoft Entra as the face is."""
    given = {
        "tenant": face.tenant,
        "client_id": face.client.id,
        "client_secret": "entra-secret",
        "graph": face.url,
        "login": face.url,
        "certificate_authority": str(face.authority),
    }
    return FaceSide("entra", face, given, {"entra-secret": face.client.secret})


def okta(face: OktaFace) -> FaceSide:
    """Okta as the face is."""
    given = {"url": face.url, "api_token": "okta-token", "certificate_authority": str(face.authority)}
    return FaceSide("okta", face, given, {"okta-token": face.api_token})


@dataclass
class World:
    """The service and its sides; `embedded` is what it keeps itself."""

    running: Running
    clock: StandingClock
    key: SoftKey
    sides: Sequence[Side]

    def side(self, id: str) -> Side:
        return next(each for each in self.sides if each.id == id)

    def visit(self) -> Visit:
        """The next visit of the same person, who has no keys anywhere."""
        for each in self.sides:
            each.clear()
        return Visit(self.running, self.clock, NADA, SoftKey(root=self.key.root))


@contextmanager
def world(folder: Path, sides: Sequence[Side], clock: StandingClock, key: SoftKey, patience: float) -> Iterator[World]:
    """A service that registers at itself and at the sides."""
    embedded = {"id": "staff", "name": "Staff", "rp_id": "example.org", "origin": "https://login.example.org"}
    known = {name: value for each in sides for name, value in each.secrets().items()}
    settings = settings_for(folder, relying_parties=[embedded, *(each.settings() for each in sides)])
    around = {
        "anchors": TrustAnchors((key.root.certificate,)),
        "clock": clock,
        "outbound": Hurried(patience),
        "sleep": lambda seconds: clock.advance(seconds=seconds),
        "secret": lambda name: known.get(name, f"the secret {name}"),
    }
    with assembled(folder, settings, **around) as running:
        people = folder / "people.csv"
        people.write_text(person(NADA), encoding="utf-8")
        Importer(running.parts.store, clock, running.random, settings).people(people)
        yield World(running, clock, key, sides)


@contextmanager
def vendors(folder: Path, *others: Side, patience: float = 1.0) -> Iterator[World]:
    """A service with Entra, Okta and others beside its own party."""
    clock, key = StandingClock(), SoftKey()
    with ExitStack() as stack:
        shared: Json = {"clock": clock, "roots": (key.root.certificate,)}
        sides: tuple[Side, ...] = (
            entra(stack.enter_context(EntraFace(folder, **shared))),
            okta(stack.enter_context(OktaFace(folder, **shared))),
            *others,
        )
        yield stack.enter_context(world(folder, sides, clock, key, patience))


def both_sides_agree(world: World, visit: Visit, about: str = "") -> None:
    """What is told is so: registered is there and proved, all else is nowhere."""
    proved = visit.proved()
    for side in world.sides:
        side.may_hold(visit.made)
        assert side.held() == proved[side.id], f"{side.id}: {about}"
        assert list(side.half_made()) == [], f"{side.id}: {about}"
        assert (visit.told[side.id] is PartyResult.REGISTERED) == bool(proved[side.id]), f"{side.id}: {about}"
    assert visit.told["staff"] is PartyResult.REGISTERED, about
