"""A membership asked about is hidden, with all that follows from it."""

from pathlib import Path
from typing import Any

from services.matcher.learning.hiding import without

NETWORKS: dict[str, dict[str, Any]] = {"net": {"id": "net", "sectors": ["culture", "climate"]}}
FACTS: dict[str, Any] = {
    "id": "gn:1",
    "name": "Somewhere",
    "description": "A member of Net.",
    "sectors": ["culture", "climate", "health"],
    "commitments": [{"collaboration": "net"}, {"collaboration": "other"}],
    "provenance": {"description": {"source": "x"}},
}


def _table(folder: Path) -> Path:
    path = folder / "sector_facts.csv"
    path.write_text(
        "place_id,place_name,sector,status,source,date,network\n"
        "gn:1,Somewhere,culture,inferred,member list,,net\n"
        "gn:1,Somewhere,climate,inferred,member list,,net\n"
        "gn:1,Somewhere,climate,inferred,a target,,\n"
    )
    return path


def test_what_only_the_network_tells_is_gone(tmp_path: Path) -> None:
    kept = without(FACTS, NETWORKS, _table(tmp_path))
    assert kept["sectors"] == ["climate", "health"]
    assert kept["commitments"] == [{"collaboration": "other"}]
    assert "description" not in kept
    assert "provenance" not in kept
    assert FACTS["description"]
