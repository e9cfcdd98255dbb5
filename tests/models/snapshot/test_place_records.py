"""Records come back as they were given, of this format and of the one before."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from models.snapshot.blobs import write_blob
from models.snapshot.place_records import SHOWN, PlaceRecords, RecordWriter

Facts = dict[str, Any]
RESTS_ON = {"*": {"source": "A register", "status": "verified"}}
RECORDS: list[Facts] = [
    {"country": "FR", "id": "gn:1", "name": "Two\nlines", "kind": "city", "provenance": RESTS_ON},
    {"aliases": ["B"], "id": "gn:2", "lat": 1e-05, "name": "B", "provenance": RESTS_ON | {}},
    {"id": "gn:3", "name": "Nothing else"},
    {"id": "gn:4", "name": "D", "provenance": {}, "sectors": ["water"]},
]


def written_now(folder: Path) -> PlaceRecords:
    writer = RecordWriter()
    write_blob(folder, "place_records", map(writer.add, RECORDS))
    writer.write(folder)
    return PlaceRecords(folder)


def written_before(folder: Path) -> PlaceRecords:
    """As snapshots of format 3 have them."""
    write_blob(folder, "place_records", map(orjson.dumps, RECORDS))
    return PlaceRecords(folder)


@pytest.mark.parametrize("write", [written_now, written_before])
def test_a_record_comes_back_with_what_is_shown_of_it(write: Any, tmp_path: Path) -> None:
    records = write(tmp_path)
    for row, given in enumerate(RECORDS):
        facts, shown = records[row]
        assert facts == given
        assert list(orjson.loads(shown).items()) == [(n, given[n]) for n in SHOWN if n in given]


def test_what_records_rest_on_is_read_once_for_all_of_them(tmp_path: Path) -> None:
    records = written_now(tmp_path)
    assert records[0][0]["provenance"] is records[1][0]["provenance"]
    assert b"register" not in (tmp_path / "place_records.bin").read_bytes()
