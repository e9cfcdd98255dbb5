"""Answers of the reconciliation API v0.2: manifest, candidates, suggestions, extensions."""

from collections.abc import Mapping
from html import escape
from typing import Any

from models.names import fold
from services.matcher.reconciling.places import Found
from services.matcher.reconciling.properties import Property
from services.matcher.reconciling.reconcilable import Facts, Reconcilable
from services.matcher.reconciling.schemas import MOST_QUERIES, Extend, Query

SUGGESTED = 10
PREVIEW = {"width": 400, "height": 160}
Answer = dict[str, Any]


def manifest(things: Reconcilable, base: str) -> Answer:
    """What the service is, as clients ask for first."""
    own = f"{base}/reconcile/{things.noun}"
    suggest = {"service_url": own}
    return {
        "versions": ["0.2"],
        "name": f"Counterpart {things.noun}",
        "identifierSpace": f"{base}/v1/{things.noun}/",
        "schemaSpace": f"{base}/v1/taxonomy",
        "documentation": f"{base}/docs",
        "defaultTypes": _types(things),
        "view": {"url": f"{base}/v1/{things.noun}/{{{{id}}}}"},
        "preview": {"url": f"{own}/preview?id={{{{id}}}}", **PREVIEW},
        "suggest": {
            "entity": {**suggest, "service_path": "/suggest/entity"},
            "property": {**suggest, "service_path": "/suggest/property"},
            "type": {**suggest, "service_path": "/suggest/type"},
        },
        "extend": {
            "propose_properties": {**suggest, "service_path": "/extend/propose"},
            "property_settings": [],
        },
        "batchSize": min(50, MOST_QUERIES),
    }


def _types(things: Reconcilable) -> list[Answer]:
    return [{"id": key, "name": name} for key, name in things.types.items()]


def results(things: Reconcilable, queries: Mapping[str, Query]) -> Answer:
    """The candidates of each query, under the query's own name."""
    return {
        name: {"result": [_candidate(things, found) for found in things.find(query)]}
        for name, query in queries.items()
    }


def _candidate(things: Reconcilable, found: Found) -> Answer:
    return {
        **_entity(things, things.facts(found.row)),
        "score": found.score,
        "match": found.match,
        "features": [
            {"id": "name_likeness", "value": found.name_likeness},
            {"id": "properties_agree", "value": found.agrees},
        ],
    }


def _entity(things: Reconcilable, facts: Facts) -> Answer:
    kind = things.type_of(facts)
    return {
        "id": facts["id"],
        "name": facts["name"],
        "description": things.describe(facts),
        "type": [{"id": kind, "name": things.types[kind]}],
    }


def suggest_entities(things: Reconcilable, prefix: str, start: int) -> Answer:
    """Records with a name that starts like this, for a field that completes what is typed."""
    rows = things.starting_with(prefix)[start : start + SUGGESTED] if fold(prefix) else []
    shown = []
    for row in rows:
        entity = _entity(things, things.facts(row))
        kind = entity.pop("type")
        shown.append({**entity, "notable": kind})
    return {"result": shown}


def suggest_types(things: Reconcilable, prefix: str, start: int) -> Answer:
    return {"result": _starting(_types(things), prefix, start)}


def suggest_properties(things: Reconcilable, prefix: str, start: int) -> Answer:
    return {"result": _starting([_named(p) for p in things.properties], prefix, start)}


def _named(one: Property) -> Answer:
    return {"id": one.id, "name": one.name}


def _starting(listed: list[Answer], prefix: str, start: int) -> list[Answer]:
    key = fold(prefix)
    found = [
        one
        for one in listed
        if any(word.startswith(key) for word in (fold(one["id"]), *fold(one["name"]).split()))
    ]
    return found[start : start + SUGGESTED]


def propose(things: Reconcilable, kind: str | None, limit: int) -> Answer:
    """Facts that a sheet of such records may be extended by."""
    proposed = [_named(p) for p in things.properties][:limit]
    return {"properties": proposed, "limit": limit, **({"type": kind} if kind else {})}


def extend(things: Reconcilable, asked: Extend) -> Answer:
    """Facts of the records named; what is unknown, of a record or altogether, is empty."""
    known = {p.id: p for p in things.properties}
    wanted = [known.get(p.id) or Property(p.id, p.id, lambda _: []) for p in asked.properties]
    rows = {}
    for key in asked.ids:
        facts = things.by_id(key)
        rows[key] = {p.id: p.values(facts) if facts is not None else [] for p in wanted}
    return {"meta": [_named(p) for p in wanted], "rows": rows}


def preview(things: Reconcilable, facts: Facts) -> str:
    """A small page about one record, shown beside a cell."""
    others = ", ".join(facts.get("aliases", ())[:6])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(facts['name'])}</title>"
        "<style>body{font:14px/1.4 sans-serif;margin:8px}h1{font-size:16px;margin:0 0 4px}"
        "p{margin:0 0 4px}code{color:#555}</style></head><body>"
        f"<h1>{escape(facts['name'])}</h1><p>{escape(things.describe(facts))}</p>"
        + (f"<p>{escape(others)}</p>" if others else "")
        + f"<p><code>{escape(facts['id'])}</code></p></body></html>"
    )
