"""From a name to the places it may mean: compared within one country, never guessed silently.

A name is taken for a place at a score of 90 and eight points ahead of the next place; else the
candidates are offered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from models.names import fold
from models.snapshot import Snapshot
from models.snapshot.codes import COUNTRIES, KIND_CODES
from models.taxonomy import PlaceKind

ACCEPTED = 90.0
AHEAD = 8.0
WORTH_OFFERING = 75.0
OFFERED = 5
# What a government's name says besides the name of the place; folded.
_OFFICE = re.compile(
    r"^(the )?(city|municipality|town|province|region|state|government|metropolitan city|"
    r"county|comune|citta|ville|mairie|commune|ciudad|ayuntamiento|alcaldia|municipio|prefeitura|"
    r"camara municipal|stadt|landeshauptstadt|gemeente|region)( (of|di|de|do|da|d|del))? "
    r"|( city council| city| council| municipality| region| province)$"
)


@dataclass(frozen=True)
class Candidate:
    row: int
    score: float


@dataclass(frozen=True)
class Match:
    """The place a name means, or the ones it may mean, best first."""

    row: int | None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A name to look up, in its country and, where known, among its kind."""

    name: str
    country: str
    kind: str | None = None


class NameIndex:
    """Every name and alias of a snapshot by country, read at the first question about it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._owners = snapshot.places.directory.owners
        country = snapshot.places.columns["country"]
        self._country = country.values[:, 0][country.codes]
        kind = snapshot.places.columns["kind"]
        self._kind = kind.values[:, 0][kind.codes]
        self._read: dict[str, tuple[list[str], NDArray[np.intp]]] = {}

    def match(self, asked: Sequence[Asked], seen: NDArray[np.bool_]) -> list[Match]:
        """The match of each name among the places that may be seen, country by country."""
        found: list[Match] = [Match(None)] * len(asked)
        by_country: dict[str, list[int]] = {}
        for at, question in enumerate(asked):
            by_country.setdefault(question.country, []).append(at)
        for country, positions in by_country.items():
            names, rows = self._names(country)
            if not names:
                continue
            for start in range(0, len(positions), 200):
                part = positions[start : start + 200]
                scores = likeness([asked[at].name for at in part], names)
                for at, line in zip(part, scores, strict=True):
                    found[at] = self._choose(line, rows, asked[at].kind, seen)
        return found

    def _names(self, country: str) -> tuple[list[str], NDArray[np.intp]]:
        if country not in self._read:
            inside = np.flatnonzero(self._country[self._owners] == COUNTRIES.index(country))
            directory = self._snapshot.places.directory
            names = [directory.name(int(at)) for at in inside]
            self._read[country] = names, self._owners[inside].astype(np.intp)
        return self._read[country]

    def _choose(
        self,
        scores: NDArray[np.float32],
        rows: NDArray[np.intp],
        kind: str | None,
        seen: NDArray[np.bool_],
    ) -> Match:
        worth = scores >= WORTH_OFFERING
        worth &= seen[rows]
        if kind is not None:
            worth &= self._kind[rows] == KIND_CODES[PlaceKind(kind)]
        best: dict[int, float] = {}
        for row, score in zip(rows[worth].tolist(), scores[worth].tolist(), strict=True):
            best[row] = max(score, best.get(row, 0.0))
        order = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:OFFERED]
        offered = tuple(Candidate(row, round(score, 1)) for row, score in order)
        if not offered or offered[0].score < ACCEPTED:
            return Match(None, offered)
        ahead = len(offered) == 1 or offered[0].score - offered[1].score >= AHEAD
        return Match(offered[0].row if ahead else None, offered)


def without_office(folded: str) -> str:
    """A folded name without the words of its office: "city of cape town" is "cape town"."""
    return _OFFICE.sub("", folded).strip() or folded


def likeness(names: list[str], known: list[str]) -> NDArray[np.float32]:
    """Likeness of each name, whole and without the words of its office, with every known one."""
    whole = [fold(name) for name in names]
    bare = [without_office(name) for name in whole]
    scores: NDArray[np.float32] = process.cdist(
        whole, known, scorer=fuzz.ratio, score_cutoff=WORTH_OFFERING
    )
    other = [at for at, (a, b) in enumerate(zip(whole, bare, strict=True)) if a != b]
    if other:
        without = process.cdist(
            [bare[at] for at in other], known, scorer=fuzz.ratio, score_cutoff=WORTH_OFFERING
        )
        scores[other] = np.maximum(scores[other], without)
    return scores
