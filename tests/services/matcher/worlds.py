"""Snapshots of many places, written without a database: the default catalogue, and a wide world.

Collaborations, ties and weights are those of the small catalogue, with its real vectors.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.embedding import load_embedder
from models.residents import residents
from models.snapshot import Manifest, Snapshot
from models.snapshot.blobs import write_blob
from models.snapshot.codes import GOALS, POWERS, SECTORS, STAGES, STAKEHOLDERS
from models.snapshot.columns import Column
from models.snapshot.directory import write_directory
from models.snapshot.groups import write_groups
from models.snapshot.manifest import MANIFEST, entry
from models.snapshot.place_columns import PLACE_COLUMNS
from models.snapshot.place_records import RecordWriter
from models.snapshot.texts import write_texts
from models.tables import PUBLIC
from services.ingest.default import places
from services.ingest.place_files import PlaceFiles, StoredPlace
from services.ingest.upsert import canonical

Facts = dict[str, Any]
Told = dict[str, NDArray[np.bool_]]
# The share of places that tell what they need or can show, and of those that wrote a text.
TELLING, WRITING = 0.07, 0.85
NOISE = 0.35


def _beside(base: Snapshot, at: Path, folder: Path, fill: Callable[[Path], None]) -> Snapshot:
    """The snapshot `base` (which lies at `at`) with other places, in a new folder."""
    building = folder / "building"
    shutil.copytree(at, building)
    fill(building)
    files = {name: entry(building / name) for name in base.manifest.files}
    manifest = Manifest.model_validate(base.manifest.model_dump() | {"files": files})
    (building / MANIFEST).write_bytes(manifest.content())
    return Snapshot(building.rename(folder / manifest.snapshot_id))


def default_catalogue(base: Snapshot, at: Path, folder: Path) -> Snapshot:
    """The default catalogue, with the ties among its places that the small one knows."""

    def fill(building: Path) -> None:
        files = PlaceFiles()
        found = sorted(((place.id or "").encode(), place.facts()) for place in places())
        stored = (StoredPlace(key, PUBLIC, canonical(facts), "") for key, facts in found)
        write_blob(building, "place_records", (files.add(place, 0) for place in stored))
        files.write(building)
        vectors = load_embedder("auto").encode_many([text for _, text in files.texts], "passage")
        write_texts(building, "place", [row for row, _ in files.texts], vectors)
        _move_ties(building, base, files.sorted_keys())

    return _beside(base, at, folder, fill)


def _move_ties(building: Path, base: Snapshot, keys: NDArray[np.bytes_]) -> None:
    """Give ties the rows that their places have now; -1 where a place is not there."""
    ends = np.load(building / "ties.npy")
    for side in (0, 2):
        named = base.places.keys[ends[:, side]]
        rows = np.minimum(np.searchsorted(keys, named), len(keys) - 1)
        ends[:, side] = np.where((ends[:, side] >= 0) & (keys[rows] == named), rows, -1)
    np.save(building / "ties.npy", ends)


def wide_world(base: Snapshot, at: Path, folder: Path, count: int, seed: int = 1) -> Snapshot:
    """Many places drawn from a snapshot and moved; some tell of themselves, with texts."""
    return _beside(base, at, folder, _WideWorld(base, count, seed).write)


class _WideWorld:
    """Places by column, all at once."""

    def __init__(self, base: Snapshot, count: int, seed: int) -> None:
        self.base, self.count = base, count
        self.random = np.random.default_rng(seed)
        self.facts = [base.places.facts(row) for row in range(len(base.places))]
        self.drawn = self.random.integers(len(self.facts), size=count)
        self.tells = np.flatnonzero(self.random.random(count) < TELLING)
        self.told = self._told()
        self.powers = np.round(self.random.beta(3, 3, (len(self.tells), len(POWERS))), 1)
        self._move()

    def _move(self) -> None:
        stretch = self.random.normal(0, 0.6, self.count)
        size = np.array([residents(f) or np.nan for f in self.facts])[self.drawn]
        self.population = np.maximum(np.rint(size * np.exp(stretch)), 1)
        rank = np.array([f.get("national_rank", np.nan) for f in self.facts])[self.drawn]
        crowding = max(self.count / len(self.facts), 1)
        self.rank = np.maximum(np.rint(rank * crowding * np.exp(-stretch)), 1)
        lat = np.array([f.get("lat", np.nan) for f in self.facts])[self.drawn]
        lon = np.array([f.get("lon", np.nan) for f in self.facts])[self.drawn]
        north, east = self.random.normal(0, 1.5, (2, self.count))
        self.lat = np.clip(lat + north, -89, 89)
        self.lon = (lon + east + 180) % 360 - 180

    def _told(self) -> Told:
        """Per column the sets that those who tell tell of (tellers, width)."""
        needs, offers = self._cells(), self._cells()
        staged = needs.any(axis=1, keepdims=True)
        sectors = np.any((needs | offers).reshape(-1, len(STAGES), len(SECTORS)), axis=1)
        return {
            "needs": needs,
            "offers": offers,
            "standing": needs | (offers & ~staged),
            "sectors": sectors,
            "goals": self.random.random((len(self.tells), len(GOALS))) < 0.5,
            "stakeholders": self.random.random((len(self.tells), len(STAKEHOLDERS))) < 0.2,
        }

    def _cells(self) -> NDArray[np.bool_]:
        """No to four sectors, each at a stage; the fourth sector half as often as the first."""
        tellers = len(self.tells)
        popular = np.log(1 / (np.arange(len(SECTORS)) + 3))
        order = np.argsort(-(popular + self.random.gumbel(size=(tellers, len(SECTORS)))))
        stages = self.random.integers(len(STAGES), size=(tellers, 4))
        cells = np.zeros((tellers, len(STAGES), len(SECTORS)), bool)
        some = np.arange(4) < self.random.integers(0, 5, tellers)[:, None]
        row, nth = np.nonzero(some)
        cells[row, stages[row, nth], order[row, nth]] = True
        return cells.reshape(tellers, -1)

    def columns(self) -> dict[str, Column]:
        base = self.base.places.columns
        found = {name: Column(c.codes[self.drawn], c.values) for name, c in base.items()}
        found |= {name: self._sets(matrix) for name, matrix in self.told.items()}
        found["powers"] = self._own_powers(found["powers"])
        for name, number, steps in (("size", self.population, 100), ("rank", self.rank, 50)):
            found[name] = _coded(name, (np.rint(np.log(number) * steps) / steps)[:, None])
        cells = np.stack([np.floor(self.lat) + 0.5, np.floor(self.lon) + 0.5], axis=1)
        found["location"] = _coded("location", cells)
        return found

    def _sets(self, told: NDArray[np.bool_]) -> Column:
        every = np.vstack([np.zeros((1, told.shape[1]), bool), told])
        packed = np.packbits(every, axis=1)
        _, first, numbers = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        codes = np.full(self.count, numbers[0], np.int32)
        codes[self.tells] = numbers[1:]
        return Column(codes, every[first].astype(np.float32))

    def _own_powers(self, drawn: Column) -> Column:
        declared = np.column_stack([self.powers, np.ones(len(self.tells))]).astype(np.float32)
        distinct, numbers = np.unique(declared, axis=0, return_inverse=True)
        codes = drawn.codes.copy()
        codes[self.tells] = len(drawn.values) + numbers
        return Column(codes, np.vstack([drawn.values, distinct]))

    def records(self) -> Iterator[Facts]:
        """The records, with what the columns say."""
        dropped = ("needs", "offers", "sectors", "goals", "stakeholders", "commitments", "lat",
                   "description", "strategic_goals", "metro_population", "population", "aliases",
                   "national_rank", "lon", "part_of")  # fmt: skip
        cores = [{k: v for k, v in f.items() if k not in dropped} for f in self.facts]
        teller = dict(zip(self.tells.tolist(), range(len(self.tells)), strict=True))
        moved = zip(self.drawn.tolist(), self.population.tolist(), self.rank.tolist(),
                    self.lat.tolist(), self.lon.tolist(), strict=True)  # fmt: skip
        for row, (at, population, rank, lat, lon) in enumerate(moved):
            facts = cores[at] | {"id": f"cp:world-{row:07d}"}
            if population == population:
                facts["population"] = int(population)
            if rank == rank:
                facts["national_rank"] = int(rank)
            if lat == lat:
                facts |= {"lat": lat, "lon": lon}
            if row in teller:
                facts |= self._telling(teller[row])
            yield facts

    def _telling(self, nth: int) -> Facts:
        def cells(name: str) -> list[Facts]:
            found = np.flatnonzero(self.told[name][nth])
            stages, sectors = np.divmod(found, len(SECTORS))
            return [
                {"stage": STAGES[stage], "sector": SECTORS[sector]}
                for stage, sector in zip(stages, sectors, strict=True)
            ]

        powers = dict(zip(map(str, POWERS), self.powers[nth].tolist(), strict=True))
        return {
            "needs": cells("needs"),
            "offers": cells("offers"),
            "goals": [GOALS[at] for at in np.flatnonzero(self.told["goals"][nth])],
            "stakeholders": [
                STAKEHOLDERS[at] for at in np.flatnonzero(self.told["stakeholders"][nth])
            ],
            "powers": {**powers, "basis": "declared"},
        }

    def write(self, folder: Path) -> None:
        columns, tenants = self.columns(), np.zeros(self.count, np.uint16)
        owners = self.tells[self.random.random(len(self.tells)) < WRITING].astype(np.int32)
        keys = [f"cp:world-{row:07d}".encode() for row in range(self.count)]
        np.save(folder / "place_keys.npy", np.array(keys, np.bytes_))
        np.save(folder / "place_tenants.npy", tenants)
        for name, column in columns.items():
            np.save(folder / f"place_{name}.codes.npy", column.codes)
            np.save(folder / f"place_{name}.values.npy", column.values)
        write_groups(folder, columns, tenants, owners)
        records = RecordWriter()
        write_blob(folder, "place_records", map(records.add, self.records()))
        records.write(folder)
        write_directory(folder, "place", [])
        write_texts(folder, "place", owners.tolist(), self._vectors(len(owners)))

    def _vectors(self, count: int) -> NDArray[np.float32]:
        """Mixtures of two real vectors, with noise."""
        real = np.vstack([self.base.places.texts.vectors, self.base.collaboration_texts.vectors])
        first, second = real[self.random.integers(len(real), size=(2, count))]
        noise = self.random.standard_normal(first.shape, np.float32)
        mixed = 0.7 * first + 0.3 * second + noise * NOISE / np.sqrt(first.shape[1])
        return (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)


def _coded(name: str, values: NDArray[np.float64]) -> Column:
    """A column of numbers, coded in the order that the column asks for."""
    # Numbers of three digits before the point, and what is not known, as one number each.
    keys = np.nan_to_num(values @ 1000.0 ** np.arange(values.shape[1]), nan=-1e9)
    _, first, codes = np.unique(keys, return_index=True, return_inverse=True)
    table, order_of = values[first].astype(np.float32), PLACE_COLUMNS[name].order
    assert order_of is not None
    order = np.argsort(order_of(table), kind="stable")
    return Column(np.argsort(order).astype(np.int32)[codes], table[order])
