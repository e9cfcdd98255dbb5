"""From a written name to the collaborations it may mean."""

from typing import Any

from rapidfuzz import fuzz

from models.names import fold
from models.snapshot import Snapshot
from models.tables.records import PUBLIC
from models.taxonomy import CollaborationType
from services.matcher.reconciling.name_matching import ACCEPTED, AHEAD, WORTH_OFFERING
from services.matcher.reconciling.places import CONTRADICTED, Found
from services.matcher.reconciling.schemas import Query

ANY_COLLABORATION = "collaboration"
# A name that holds all words of the other, and more, is alike but not the same.
WORDS_SHARE = 0.9


class CollaborationFinder:
    """Looks names up among the collaborations that one tenant may see."""

    def __init__(self, snapshot: Snapshot, tenant: str) -> None:
        self.snapshot, self.tenant = snapshot, tenant

    def find(self, query: Query) -> list[Found]:
        """The collaborations a query may mean, best first."""
        wanted = fold(query.query)
        types = [kind for kind in query.types() if kind in set(CollaborationType)]
        found = [
            self._scored(row, _likeness(wanted, record), not types or record["type"] in types)
            for row, record in enumerate(self.snapshot.collaborations)
            if record["tenant"] in (PUBLIC, self.tenant)
        ]
        found = [one for one in found if one.name_likeness >= WORTH_OFFERING]
        found.sort(key=lambda one: (-one.score, one.row))
        if found and _may_take(found, query):
            found[0] = Found(**{**vars(found[0]), "match": True})
        return found[: query.limit]

    def _scored(self, row: int, likeness: float, agrees: bool) -> Found:
        score = likeness * (1 if agrees else CONTRADICTED)
        return Found(row, round(score, 2), round(likeness, 1), agrees)


def _likeness(wanted: str, record: dict[str, Any]) -> float:
    names = [fold(name) for name in (record["name"], record["id"], *record.get("aliases", ()))]
    return max((_alike(wanted, name) for name in names if name), default=0.0)


def _alike(wanted: str, name: str) -> float:
    whole = fuzz.ratio(wanted, name)
    by_words = WORDS_SHARE * fuzz.token_set_ratio(wanted, name) if " " in wanted else 0.0
    return max(whole, by_words)


def _may_take(found: list[Found], query: Query) -> bool:
    """Only a name that is on file as it was written, and one type that was asked for."""
    best = found[0]
    known = {ANY_COLLABORATION, *CollaborationType}
    if not best.agrees or best.name_likeness < 100 or set(query.types()) - known:
        return False
    rivals = [one for one in found[1:] if one.agrees and one.name_likeness >= ACCEPTED]
    return all(best.name_likeness - rival.name_likeness >= AHEAD for rival in rivals)


def describe(record: dict[str, Any]) -> str:
    """A collaboration in half a line."""
    parts = [record["type"].replace("_", " ")]
    if record.get("sectors"):
        parts.append(", ".join(sector.replace("_", " ") for sector in record["sectors"][:3]))
    if record.get("ends"):
        parts.append(f"ended {record['ends']}")
    return "; ".join(parts)
