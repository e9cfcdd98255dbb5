"""The records of places, as answers read them: first what every answer shows of a place.

What the facts of a record rest on takes more than half of it, and most records rest on what many
others do: it is written once, and read once for all of them.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson

from models.memory import remember
from models.snapshot.blobs import Blob, write_blob

Facts = dict[str, Any]
# What an answer says of a place; the whole record is at GET /v1/places/{id}.
SHOWN = (
    "id", "name", "kind", "country", "region", "has_government", "lat", "lon", "population",
    "population_basis", "metro_population", "national_rank", "languages",
)  # fmt: skip
PROVENANCE = "provenance"
# What is shown ends here: written JSON has no other line break.
_END = b"\n"
# So many are kept as they were read; the default catalogue has 3,900, and 500 of them stand
# behind nine of ten places.
MOST_READ = 5_000
_RECORDS, _RESTS_ON = "place_records", "place_provenance"


class Provenance(dict[str, Any]):
    """What the facts of some records rest on: the same for all of them, and never changed."""

    def __init__(self, rests_on: Facts) -> None:
        super().__init__(rests_on)
        self.written: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        """What has been written of it, for whoever writes it again, by purpose."""


Record = tuple[Facts, bytes]
"""A place's record, and what answers show of it as JSON."""


class PlaceRecords:
    """Records by row."""

    def __init__(self, folder: Path) -> None:
        self._written = Blob(folder, _RECORDS)
        # Snapshots of format 3 have it in the records, which are in the order of their fields.
        apart = (folder / f"{_RESTS_ON}.bin").is_file()
        self._rests_on = Blob(folder, _RESTS_ON) if apart else None
        self._read: dict[int, Provenance] = {}

    def __getitem__(self, row: int) -> Record:
        """A record as given, without what is unknown, and what is shown of it."""
        written = self._written[row]
        facts: Facts = orjson.loads(written)
        if self._rests_on is None:
            return facts, _shown(facts)
        if PROVENANCE in facts:
            facts[PROVENANCE] = self._provenance(facts[PROVENANCE], self._rests_on)
        return facts, written[: written.index(_END)] + b"}"

    def _provenance(self, nth: int, rests_on: Blob) -> Provenance:
        found = self._read.get(nth)
        if found is None:
            made = Provenance(orjson.loads(rests_on[nth]))
            found = remember(self._read, MOST_READ, nth, made)
        return found


class RecordWriter:
    """Records as they are written, one after another."""

    def __init__(self) -> None:
        self._rests_on: dict[str, int] = {}

    def add(self, facts: Facts) -> bytes:
        """The next record's bytes."""
        shown, rest = _shown(facts), {k: v for k, v in facts.items() if k not in SHOWN}
        if PROVENANCE in rest:
            # As text: bytes that orjson hands out take 4 KB, however few they are.
            rests_on = orjson.dumps(rest[PROVENANCE]).decode()
            rest[PROVENANCE] = self._rests_on.setdefault(rests_on, len(self._rests_on))
        return shown[:-1] + _END + (b"," + orjson.dumps(rest)[1:] if rest else b"}")

    def write(self, folder: Path) -> list[str]:
        """Write what records rest on; answers with the names of the files."""
        return write_blob(folder, _RESTS_ON, (text.encode() for text in self._rests_on))


def _shown(facts: Facts) -> bytes:
    return orjson.dumps({name: facts[name] for name in SHOWN if name in facts})
