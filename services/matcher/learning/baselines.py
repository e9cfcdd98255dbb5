"""What a match has to beat: each baseline scores the same candidates by one thing alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Snapshot
from models.snapshot.columns import Column
from services.matcher.features.geography import distance_km
from services.matcher.features.needs import shared_sectors
from services.matcher.profile import Profile
from services.matcher.terms import Rows

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """The asking place and the candidates, as a baseline sees them."""

    snapshot: Snapshot
    profile: Profile
    rows: Rows

    def column(self, name: str) -> NDArray[np.float32]:
        """A column's values of the candidates."""
        column: Column = self.snapshot.places.columns[name]
        return column.values[column.codes[self.rows]]

    def by_value(self, name: str, compare: Callable[[NDArray[np.float32]], Scores]) -> Scores:
        """A comparison made once per distinct value of a column, then looked up."""
        column = self.snapshot.places.columns[name]
        return np.nan_to_num(compare(column.values), nan=-1e9)[column.codes[self.rows]]


def _random(setting: Setting) -> Scores:
    return np.zeros(len(setting.rows))


def _largest(setting: Setting) -> Scores:
    return setting.by_value("size", lambda v: v[:, 0].astype(float))


def _nearest_population(setting: Setting) -> Scores:
    ours = setting.profile.values["size"][0, 0]
    return setting.by_value("size", lambda v: -np.abs(v[:, 0] - ours).astype(float))


def _nearest_place(setting: Setting) -> Scores:
    ours = setting.profile.values["location"].astype(float)
    return setting.by_value("location", lambda v: -distance_km(ours, v.astype(float)))


def _same_language(setting: Setting) -> Scores:
    ours = setting.profile.values["languages"]
    return setting.by_value("languages", lambda v: ((v * ours).sum(axis=1) > 0).astype(float))


def _text_only(setting: Setting) -> Scores:
    if not len(setting.profile.texts):
        return np.zeros(len(setting.rows))
    likeness = setting.snapshot.places.texts.likeness(setting.rows, setting.profile.texts)
    return np.nan_to_num(likeness, nan=-1.0)


def _sector_overlap(setting: Setting) -> Scores:
    ours = setting.profile.values["sectors"]
    return setting.by_value("sectors", lambda v: np.nan_to_num(shared_sectors(ours, v)))


PEER_BASELINES: Mapping[str, Callable[[Setting], Scores]] = {
    "random": _random,
    "largest first": _largest,
    "nearest population": _nearest_population,
    "nearest place": _nearest_place,
    "same language": _same_language,
    "text only": _text_only,
    "sector overlap only": _sector_overlap,
}
