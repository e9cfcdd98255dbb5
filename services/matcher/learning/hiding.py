"""What a place would look like if nobody knew that it is in the networks asked about."""

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.data_tables import DATA, rows

Facts = dict[str, Any]
SECTOR_FACTS = DATA / "sector_facts.csv"
# What may speak of a membership in words, or is known because of one.
SPOKEN = ("description", "strategic_goals", "needs", "offers", "track_record")


@lru_cache(maxsize=4)
def _sector_sources(path: Path) -> dict[str, dict[str, set[str]]]:
    """By place and sector: the networks that it was inferred from, "" for other sources."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows(path):
        found[row["place_id"]][row["sector"]].add(row["network"])
    return found


def without(facts: Facts, networks: dict[str, Facts], path: Path = SECTOR_FACTS) -> Facts:
    """A place's facts without memberships in these networks and all that may follow from them.

    A sector that one of the networks works on stays only where a source other than these
    networks tells of it; what the place wrote is left out, as it may name them.
    """
    kept = {name: value for name, value in facts.items() if name not in SPOKEN}
    kept["commitments"] = [
        c for c in facts.get("commitments", ()) if c.get("collaboration") not in networks
    ]
    sources = _sector_sources(path).get(facts.get("id", ""), {})
    theirs = {sector for record in networks.values() for sector in record.get("sectors", ())}
    kept["sectors"] = [
        sector
        for sector in facts.get("sectors", ())
        if (sources[sector] - networks.keys() if sector in sources else sector not in theirs)
    ]
    kept["provenance"] = {
        name: fact for name, fact in facts.get("provenance", {}).items() if name not in SPOKEN
    }
    return {name: value for name, value in kept.items() if value not in ([], {})}
