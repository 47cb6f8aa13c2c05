"""Several directories in order: the first that knows somebody tells, and one that is down is never taken for empty."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kiosk.service.directories.chain import Directories
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, DirectoryUnavailable, Person


@dataclass
class Shelf:
    """A directory in memory; what it does not answer is counted, too."""

    id: str
    upns: tuple[str, ...] = ()
    down: bool = False
    fields: frozenset[str] = frozenset({"upn"})
    asked: int = 0
    closed: int = 0
    stuck: bool = False
    capabilities: DirectoryCapabilities = field(init=False)

    def __post_init__(self) -> None:
        self.capabilities = DirectoryCapabilities(self.fields, attributes=False)

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        self.asked += 1
        if self.down:
            raise DirectoryUnavailable
        return tuple(self._person(upn) for upn in self.upns if upn == criteria["upn"])

    def read(self, directory_id: str) -> Person | None:
        if self.down:
            raise DirectoryUnavailable
        return self._person(directory_id) if directory_id in self.upns else None

    def probe(self) -> str:
        return "here"

    def close(self) -> None:
        self.closed += 1
        if self.stuck:
            raise OSError(self.id)

    def _person(self, upn: str) -> Person:
        return Person(f"{self.id}:{upn}", upn, directory=self.id, directory_id=upn)


ANN = {"upn": "ann"}


def test_the_first_that_knows_somebody_tells_of_them() -> None:
    chain = Directories([Shelf("one", ("bob",)), Shelf("two", ("ann",)), last := Shelf("three", ("ann",))])
    (ann,) = chain.find_people(ANN)
    assert (ann.directory, last.asked) == ("two", 0)


@pytest.mark.parametrize("down", [0, 1, 2])
def test_a_directory_that_is_down_never_looks_like_nobody(down: int) -> None:
    chain = Directories([Shelf(f"d{n}", down=n == down) for n in range(3)])
    with pytest.raises(DirectoryUnavailable):
        chain.find_people(ANN)


def test_the_first_being_down_is_not_made_good_by_the_second() -> None:
    chain = Directories([Shelf("one", down=True), Shelf("two", ("ann",))])
    with pytest.raises(DirectoryUnavailable):
        chain.find_people(ANN)


def test_a_later_one_that_is_down_does_not_matter_to_who_was_found() -> None:
    chain = Directories([Shelf("one", ("ann",)), Shelf("two", down=True)])
    assert chain.find_people(ANN)[0].directory == "one"


def test_one_that_cannot_search_for_it_is_passed_over() -> None:
    chain = Directories([unable := Shelf("one", ("ann",), fields=frozenset()), Shelf("two", ("ann",))])
    assert chain.find_people(ANN)[0].directory == "two"
    assert unable.asked == 0


def test_people_are_read_from_their_own_directory() -> None:
    chain = Directories([Shelf("one", ("ann",)), Shelf("two", ("ann",), down=True)])
    first, second = (Person(f"{each}:ann", "ann", directory=each, directory_id="ann") for each in ("one", "two"))
    assert chain.read(first) == first
    with pytest.raises(DirectoryUnavailable):
        chain.read(second)
    with pytest.raises(DirectoryUnavailable):
        chain.read(Person("gone:ann", "ann", directory="gone", directory_id="ann"))


def test_all_are_closed() -> None:
    shelves = [Shelf("one"), Shelf("two")]
    Directories(shelves).close()
    assert [each.closed for each in shelves] == [1, 1]


def test_one_that_does_not_close_holds_up_no_other() -> None:
    shelves = [Shelf("one", stuck=True), Shelf("two"), Shelf("three", stuck=True)]
    with pytest.raises(OSError, match="one"):
        Directories(shelves).close()
    assert [each.closed for each in shelves] == [1, 1, 1]
