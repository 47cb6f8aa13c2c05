"""What a relying party stands on in the contract suite: its other side, settings, people, and a look at the truth."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from kiosk.service import catalog
from kiosk.service.directories.connector import Person
from kiosk.service.outbound import Outbound
from kiosk.service.relying_parties.connector import BegunCeremony, RegisteredCredential, RelyingParty
from tests.faces.faults import Fault
from tests.faces.frame import NADA, Face
from tests.faces.truth import User
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

F = TypeVar("F", bound=Face)


class Stand(ABC):
    """One relying party and its other side, open for one test. A module `stand_<name>.py` names its class `STAND`.

    The class attributes say which tests make sense for it.
    """

    NAME: ClassVar[str]
    MARKS: ClassVar[tuple[str, ...]] = ()
    """The markers of its tests: a real server that has to be there."""
    FAULTY: ClassVar[bool] = False
    """Its other side can be made to fail: `fault`, `stop`, `retry_after`, `wrong`."""
    KNOWS_PEOPLE: ClassVar[bool] = True
    """It refuses somebody without an account."""
    RENEWS: ClassVar[bool] = True
    """It signs in anew when a token is not taken any more."""
    TELLS_OPTIONS: ClassVar[bool] = True
    """The creation options are its other side's, not the service's own."""
    JUDGES: ClassVar[bool] = True
    """It refuses an attestation that does not hold."""

    party: RelyingParty
    person: Person
    stranger: Person
    bed: Bed
    root: SoftKey
    """Keys of the same maker are believed."""

    @classmethod
    @abstractmethod
    def open(cls, folder: Path) -> Any:
        """A context manager that gives the stand."""

    @abstractmethod
    def registered(self) -> set[bytes]:
        """The credential ids that the person really has there."""

    @abstractmethod
    def add(self, **fields: str) -> Person:
        """Somebody else with an account: `given_name`, `family_name`."""

    def half_made(self) -> list[str]:
        """What is really left there of registrations that were not finished."""
        return []

    def keep(self, begun: BegunCeremony, made: RegisteredCredential) -> None:  # noqa: B027 - most have nothing to do
        """What the service does with a credential, where that is what makes it registered."""

    def key(self, **bent: Any) -> SoftKey:
        """A new key that is believed."""
        return SoftKey(root=self.root.root, **bent)


class FaceStand(Stand):
    """A party whose other side is a face. A subclass says which, and how it is set up."""

    FAULTY = True
    FACE: ClassVar[type[Face]]
    TROUBLE: ClassVar[Mapping[str, str]] = {}
    """What the face calls a call (`begin`, `register`, `list`, `delete`), where that is another name."""

    face: Face
    wrong: RelyingParty
    """The same with a wrong secret."""

    def __init__(self, face: Any, bed: Bed, root: SoftKey, outbound: Outbound) -> None:
        self.face, self.bed, self.root = face, bed, root
        self._outbound = outbound
        self.party, self.wrong = self.make(self.secrets()), self.make(dict.fromkeys(self.secrets(), "a wrong geheim"))
        self.person = self.known(face.user(NADA))
        self.stranger = Person("d:9", "nobody@example.org", "No", "Body", directory_id=str(uuid.uuid4()))

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Self]:
        bed, root, outbound = Bed(), SoftKey(), Outbound()
        try:
            with cls.FACE(folder, clock=bed.clock, roots=[root.root.certificate]) as face:
                yield cls(face, bed, root, outbound)
        finally:
            outbound.close()

    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """The settings of the party as in the settings file; secrets by their names."""

    @abstractmethod
    def secrets(self) -> Mapping[str, str]:
        """The secrets by their names."""

    def make(self, secrets: Mapping[str, str], outbound: Outbound | None = None) -> RelyingParty:
        """The party as the service makes it."""
        read = catalog.settings_of(catalog.RELYING_PARTIES, "embedded")
        told = {"id": "outside", "name": "Outside", **self.settings()}
        wiring = wired(
            self.root,
            outbound=outbound or self._outbound,
            clock=self.bed.clock,
            sleep=self.bed.sleep,
            secret=secrets.__getitem__,
        )
        made: RelyingParty = catalog.make(catalog.RELYING_PARTIES, read(told), wiring)
        return made

    def known(self, user: User) -> Person:
        """Somebody of the face, as a directory would tell of them."""
        return Person(
            f"d:{user.id}",
            user.login,
            user.given_name,
            user.family_name,
            user.email,
            employee_id=user.employee_id,
            directory="d",
            directory_id=user.id,
        )

    def registered(self) -> set[bytes]:
        return {each.credential_id for each in self.face.credentials(self.person.directory_id)}

    def half_made(self) -> list[str]:
        return self.face.half_made(self.person.directory_id)

    def add(self, **fields: str) -> Person:
        return self.known(self.face.add("somebody.else@example.org", **fields))

    def fault(self, call: str, fault: Fault, times: int = 1) -> None:
        """The next calls of this name (`begin`, `register`, …) meet the fault."""
        self.face.faults.add(self.TROUBLE.get(call, call), fault, times)

    def retry_after(self, seconds: int) -> None:
        """What the other side asks of those who ask too often."""
        self.face.retry_after = seconds

    def stop(self) -> None:
        """The other side is down."""
        self.face.__exit__(None, None, None)

    def calls(self, name: str) -> int:
        """How often the other side was asked this."""
        return sum(each.name == self.TROUBLE.get(name, name) for each in self.face.calls)
