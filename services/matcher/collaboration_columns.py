"""Collaborations as columns, so that the same scoring serves them: one row each."""

from math import inf, log, nan
from typing import Any

import numpy as np

from models.countries import countries, country_groups
from models.snapshot.asking_columns import money
from models.snapshot.codes import (
    COUNTRIES,
    DEGREES,
    GOALS,
    KINDS,
    LEVELS,
    SDGS,
    SECTORS,
    STAGES,
    THEMES,
)
from models.snapshot.columns import Column
from models.taxonomy import CollaborationType, FactStatus, Format, Hurdle

Facts = dict[str, Any]

# A stage on record counts in full; one that was inferred, only claimed by the network itself, or
# not on file at all, counts for less.
STAGE_WORTH = {FactStatus.VERIFIED: 1.0, FactStatus.INFERRED: 0.85, FactStatus.CLAIM: 0.7}
UNKNOWN_STAGE = 0.7


def collaboration_columns(records: list[Facts]) -> dict[str, Column]:
    """All columns that the collaboration features read."""
    tables = {
        "serves": np.array([_serves(r) for r in records], np.float32).reshape(len(records), -1),
        "sectors": _hot(records, "sectors", [str(s) for s in SECTORS]),
        "goals": _hot(records, "goals", [str(g) for g in GOALS]),
        "theme": np.array([_place_in(THEMES, r["theme"]) for r in records], np.float32),
        "audience": np.array([_audience(r) for r in records], np.float32),
        "size_band": np.array([_band(r) for r in records], np.float32),
        "level": np.array([_place_in(LEVELS, r.get("level")) for r in records], np.float32),
        "effort": np.array([(r.get("effort_days", nan),) for r in records], np.float32),
        "fee": np.array([money(r.get("fee")) for r in records], np.float32),
        "sdgs": _sdgs(records),
        "openness": np.array([(_openness(r),) for r in records], np.float32),
        "seeks_test_bed": np.array([(_seeks_test_bed(r),) for r in records], np.float32),
        "facilitation": np.array(
            [_place_in(DEGREES, r.get("facilitation")) for r in records], np.float32
        ),
    }
    codes = np.arange(len(records), dtype=np.int32)
    return {name: Column(codes, table) for name, table in tables.items()}


def _serves(record: Facts) -> np.ndarray[Any, Any]:
    """Sector by stage: how sure it is that the collaboration works there."""
    table = np.zeros((len(STAGES), len(SECTORS)), np.float32)
    sectors = [SECTORS.index(s) for s in record.get("sectors", ())]
    stages = record.get("stages", ())
    if not stages:
        table[:, sectors] = UNKNOWN_STAGE
    for stage in stages:
        table[STAGES.index(stage["stage"]), sectors] = STAGE_WORTH[stage["status"]]
    return table.ravel()


def _hot(records: list[Facts], field: str, words: list[str]) -> np.ndarray[Any, Any]:
    table = np.zeros((len(records), len(words)), np.float32)
    for i, record in enumerate(records):
        table[i, [words.index(w) for w in record.get(field, ())]] = 1
    return table


def _sdgs(records: list[Facts]) -> np.ndarray[Any, Any]:
    table = np.zeros((len(records), len(SDGS)), np.float32)
    for i, record in enumerate(records):
        table[i, [goal - 1 for goal in record.get("sdgs", ())]] = 1
    return table


def _openness(record: Facts) -> float:
    """1 where one can look in without joining, 0 where the hurdle is high, NaN if not on file."""
    formats = record.get("formats", ())
    if record.get("hurdle") == Hurdle.HIGH_HURDLE:
        return 0.0
    easy = Format.WEBINAR in formats or Format.CONFERENCE in formats
    if easy or record.get("open_to_non_members") or record.get("hurdle") == Hurdle.BIG_TENT:
        return 1.0
    return nan


def _seeks_test_bed(record: Facts) -> float:
    platform = record["type"] == CollaborationType.EXPERTISE_PLATFORM
    return 1.0 if platform and Format.PILOT in record.get("formats", ()) else nan


def _place_in(words: list[Any], word: str | None) -> tuple[float]:
    return (nan if word is None else float(words.index(word)),)


def _band(record: Facts) -> tuple[float, float]:
    band = record.get("size_band")
    if not band:
        return (nan, nan)
    low, high = band.get("min"), band.get("max")
    return (log(low) if low else -inf, log(high) if high else inf)


def _audience(record: Facts) -> list[float]:
    """Per kind and per country: 1 made for it, 0 made for others, 0.5 open to all of them.

    Read from the rules of entry; NaN where none are on file.
    """
    rules = [r for r in record.get("rules", ()) if r.get("scope", "place") == "place"]
    if not rules and not record.get("entry_rules_known"):
        return [nan] * (len(KINDS) + len(COUNTRIES))
    kinds = [0.5] * len(KINDS)
    places = [0.5] * len(COUNTRIES)
    for rule in rules:
        if rule["field"] == "kind":
            wanted = _listed(rule)
            kinds = [float(kind in wanted) for kind in KINDS]
        allowed = _countries(rule)
        if allowed is not None:
            places = [float(code in allowed) for code in COUNTRIES]
    return kinds + places


def _listed(rule: Facts) -> list[str]:
    value = rule["value"]
    return list(value) if isinstance(value, list) else [value]


def _countries(rule: Facts) -> set[str] | None:
    """The countries that a rule lets in, or None for a rule on something else."""
    if rule["operator"] not in ("in", "eq", "has"):
        return None
    if rule["field"] == "country":
        return set(_listed(rule))
    if rule["field"] == "continent":
        return {c.code for c in countries().values() if c.continent in _listed(rule)}
    if rule["field"] == "country_group":
        groups = country_groups()
        return {m.country for g in _listed(rule) for m in groups[g] if m.until is None}
    return None
