"""Metadata are kept so that their number never goes down, whoever writes and whatever breaks."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.errors import ConfigurationError
from kiosk.service.attestation.blob import LARGEST, BlobFault, BlobRejected
from kiosk.service.attestation.keeper import Keeper, Taken, keeper, read_blob
from kiosk.service.attestation.settings import MetadataSettings
from tests.kiosk.service.attestation.blobs import HOST, Publisher, entry
from tests.kiosk.service.attestation.maker import NOW
from tests.kiosk.service.attestation.test_anchors import pem


@pytest.fixture(scope="module")
def publisher() -> Publisher:
    return Publisher()


def fresh(folder: Path, publisher: Publisher) -> Keeper:
    """As another process sees the folder."""
    made = Keeper(folder, publisher.authority)
    made.look()
    return made


def number(keeper: Keeper) -> int | None:
    known = keeper.current()
    return None if known is None else known.number


def refused(keeper: Keeper, blob: bytes) -> BlobFault:
    with pytest.raises(BlobRejected) as caught:
        keeper.take(blob, NOW)
    return caught.value.fault


def test_there_is_nothing_at_first(tmp_path: Path, publisher: Publisher) -> None:
    assert number(fresh(tmp_path / "none", publisher)) is None


def test_what_was_taken_is_known_to_others_and_after_a_restart(tmp_path: Path, publisher: Publisher) -> None:
    here, there = fresh(tmp_path, publisher), fresh(tmp_path, publisher)
    assert here.take(publisher.publish(entry(), number=3), NOW) is Taken.NEW
    assert (number(here), number(there)) == (3, None)
    there.look()
    assert (number(there), number(fresh(tmp_path, publisher))) == (3, 3)


def test_the_same_again_is_no_news(tmp_path: Path, publisher: Publisher) -> None:
    here, blob = fresh(tmp_path, publisher), publisher.publish(number=3)
    assert [here.take(blob, NOW) for _ in range(2)] == [Taken.NEW, Taken.KNOWN]


def test_the_number_never_goes_down(tmp_path: Path, publisher: Publisher) -> None:
    here = fresh(tmp_path, publisher)
    here.take(publisher.publish(number=5), NOW)
    assert refused(here, publisher.publish(number=4)) is BlobFault.OLDER
    assert refused(fresh(tmp_path, publisher), publisher.publish(number=4)) is BlobFault.OLDER
    assert here.take(publisher.publish(number=6), NOW) is Taken.NEW
    assert number(fresh(tmp_path, publisher)) == 6
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_file_still_holds_the_number(
    tmp_path: Path, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    fresh(tmp_path, publisher).take(publisher.publish(number=5), NOW)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    with caplog.at_level(logging.WARNING):
        after = fresh(tmp_path, publisher)
    assert number(after) is None
    assert ["kept_metadata_not_read" in each.getMessage() for each in caplog.records] == [True]
    caplog.clear()
    assert refused(after, publisher.publish(number=4)) is BlobFault.OLDER
    assert after.take(publisher.publish(number=5), NOW) is Taken.NEW
    assert number(fresh(tmp_path, publisher)) == 5


def test_a_file_that_somebody_put_there_is_checked(
    tmp_path: Path, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    here = fresh(tmp_path, publisher)
    here.take(publisher.publish(number=5), NOW)
    (file,) = tmp_path.iterdir()
    (tmp_path / file.name.replace("5.jwt", "9.jwt")).write_bytes(Publisher().publish(number=9))
    (tmp_path / file.name.replace("5.jwt", "8.jwt")).write_bytes(publisher.publish(number=4))
    after = fresh(tmp_path, publisher)
    after.look()
    assert number(after) == 5
    told = [vars(each)["keywright_fields"]["reason"] for each in caplog.records]
    assert told == ["untrusted", "malformed"]
    caplog.clear()


def test_metadata_whose_signer_has_ended_since_are_kept(tmp_path: Path, publisher: Publisher) -> None:
    signer = Publisher(root=publisher.root, until=NOW + timedelta(days=1))
    fresh(tmp_path, publisher).take(signer.publish(number=5), NOW)
    assert number(fresh(tmp_path, publisher)) == 5
    with pytest.raises(BlobRejected):
        fresh(tmp_path, publisher).take(signer.publish(number=6), NOW + timedelta(days=2))


def test_numbers_of_another_service_are_not_compared(tmp_path: Path, publisher: Publisher) -> None:
    other = Publisher()
    fresh(tmp_path, publisher).take(publisher.publish(number=500), NOW)
    theirs = fresh(tmp_path, other)
    assert number(theirs) is None
    assert theirs.take(other.publish(number=1), NOW) is Taken.NEW
    assert number(fresh(tmp_path, publisher)) == 500


def test_a_draft_that_was_left_behind_is_not_read(tmp_path: Path, publisher: Publisher) -> None:
    (tmp_path / ".0123456789abcdef").write_bytes(publisher.publish()[:100])
    (tmp_path / "README").write_text("by hand")
    assert number(fresh(tmp_path, publisher)) is None


def test_many_at_once_end_with_the_highest_number(tmp_path: Path, publisher: Publisher) -> None:
    blobs = [publisher.publish(number=each) for each in range(1, 13)]

    def take(blob: bytes) -> str:
        try:
            return fresh(tmp_path, publisher).take(blob, NOW)
        except BlobRejected as rejected:
            return rejected.fault

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(take, blobs)) <= {Taken.NEW, BlobFault.OLDER}
    assert number(fresh(tmp_path, publisher)) == 12


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, publisher: Publisher) -> None:
    (tmp_path / "file").write_text("no folder")
    here = fresh(tmp_path / "file", publisher)
    with pytest.raises(ConfigurationError, match="cannot keep metadata"):
        here.take(publisher.publish(), NOW)
    assert number(here) is None


def test_the_settings_make_a_keeper(tmp_path: Path, publisher: Publisher) -> None:
    root = tmp_path / "root.pem"
    root.write_bytes(pem(publisher.root))
    settings = MetadataSettings(root=root, hosts=(HOST,))
    keeper(settings, tmp_path).take(publisher.publish(entry(), number=3), NOW)
    assert number(keeper(settings, tmp_path)) == 3
    assert [each.name for each in (tmp_path / "metadata").iterdir()] == [
        f"{publisher.authority.mark}-0000000000000000003.jwt"
    ]


def test_a_file_without_end_is_not_brought(tmp_path: Path) -> None:
    file = tmp_path / "blob"
    with file.open("wb") as opened:
        opened.truncate(LARGEST + 2)
    with pytest.raises(BlobRejected) as caught:
        read_blob(file)
    assert caught.value.fault is BlobFault.TOO_LARGE


def test_a_file_that_somebody_deleted_is_kept_again(tmp_path: Path, publisher: Publisher) -> None:
    here, blob = fresh(tmp_path, publisher), publisher.publish(number=3)
    here.take(blob, NOW)
    (file,) = tmp_path.iterdir()
    file.unlink()
    here.look()
    assert number(here) == 3
    assert here.take(blob, NOW) is Taken.NEW
    assert file.read_bytes() == blob


def test_what_cannot_be_put_in_its_place_leaves_nothing_behind(tmp_path: Path, publisher: Publisher) -> None:
    here = fresh(tmp_path, publisher)
    place = tmp_path / f"{publisher.authority.mark}-{3:019}.jwt"
    place.mkdir()
    with pytest.raises(ConfigurationError, match="cannot keep metadata"):
        here.take(publisher.publish(number=3), NOW)
    assert (list(tmp_path.iterdir()), number(here)) == ([place], None)
