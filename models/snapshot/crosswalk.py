"""Other ids of places: every scheme among their `external_ids`, looked up when first asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

OWN_SCHEMES = ("gn", "iso", "cp", "x")
_SEVERAL = -1
Owned = tuple[str, str]


class Crosswalk:
    """Rows by (tenant, scheme:value). What several places of a tenant have names none of them."""

    def __init__(self, places: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        self._rows: dict[Owned, int] = {}
        for row, (tenant, facts) in enumerate(places):
            for scheme, value in facts.get("external_ids", {}).items():
                key = tenant, f"{scheme}:{value}"
                self._rows[key] = _SEVERAL if key in self._rows else row

    def row(self, other_id: str, tenants: Iterable[str]) -> int | None:
        """The row that one of these tenants knows by this id; the first tenant's counts."""
        for tenant in tenants:
            row = self._rows.get((tenant, other_id))
            if row is not None:
                return None if row == _SEVERAL else row
        return None
