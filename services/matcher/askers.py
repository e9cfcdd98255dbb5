"""Places alike in all that a question about collaborations looks at, and what it comes to for them.

Most places say little of themselves: hundreds of a country and kind are judged alike by every
collaboration, and for like reasons. Size, location and who is inside already tell them apart.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson

from services.matcher.features import Facts
from services.matcher.terms import Parts, Term, summed_by_span

# What a question about collaborations does not look at, or looks at for each place alone.
OF_ONE = frozenset((
    "id", "name", "aliases", "external_ids", "part_of", "region", "lat", "lon", "timezone",
    "languages", "population", "population_basis", "metro_population", "national_rank",
    "description", "track_record",
))  # fmt: skip
# What many places share. Who says anything else of itself is asked for alone.
OF_MANY = frozenset(("country", "kind", "sectors", "goals", "powers", "has_government"))
# Some 20 MB when full.
MOST_ALIKE = 2_000

Reason = tuple[float, str, bytes]
"""A reason in the order of reasons: less its contribution, its feature, and how it is written."""


class Told(NamedTuple):
    """What is told of a collaboration to all of them, as it is written."""

    before: bytes
    """What the collaboration is."""
    judged: tuple[bytes, ...]
    """The verdict, with its rules: cut where a place's own outcomes stand."""
    reasons: tuple[Reason, ...]
    """All but the company it would be in."""
    cautions: bytes
    """Those that look at who asks."""
    after: bytes
    """The other cautions, its terms, and what is missing."""
    steps: bytes
    """What to do first."""


class Askers:
    """What a question about collaborations comes to for places alike, but for their company."""

    def __init__(self, terms: Sequence[Term], collaborations: int) -> None:
        self.terms = terms
        self.sums = Parts(*summed_by_span(terms, np.arange(collaborations)))
        self.found: dict[Hashable, Any] = {}
        """What else is the same for all of them whose figures have the same effect."""
        self.told: dict[tuple[int, bool, Hashable], Told] = {}
        """By row, whether company tells of it, and what else it looks at: a figure's effect."""
        self.company: dict[str, bytes] = {}
        """What is said of company, by how like it is."""


def alike_in(facts: Facts, looked_at: frozenset[str]) -> bytes | None:
    """What a place shares with those it is like; None where it says more than most.

    `looked_at` are the fields that rules of entry look at, besides figures.
    """
    shared = facts.keys() - OF_ONE - {"provenance"}
    if not shared <= OF_MANY:
        return None
    proofs: Mapping[str, Any] = facts.get("provenance") or {}
    told = sorted(shared | (looked_at & facts.keys()))
    said = [(name, facts[name], proofs.get(name)) for name in told]
    return orjson.dumps((said, proofs.get("*")))
