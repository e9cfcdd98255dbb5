"""The places that a network's rules would let in: settled by columns where that is enough."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Snapshot
from models.snapshot.codes import COUNTRIES, KINDS
from models.taxonomy import Outcome, RemedyKind
from services.matcher.convening.entry_rules import place_rules
from services.matcher.eligibility import in_force, judge_rule

Facts = dict[str, Any]
Mask = NDArray[np.bool_]
# Rules on these fields depend on a place's kind and country alone.
_BY_TYPE = {"kind", "country", "continent", "country_group"}


def governments(snapshot: Snapshot, tenant: str) -> Mask:
    """The places a tenant may see that have a government, as far as is known."""
    column = snapshot.places.columns["government"]
    return snapshot.places.visible_to(tenant) & (column.values[:, 0] != 0)[column.codes]


def not_refused(snapshot: Snapshot, record: Facts, as_of: date, among: Mask) -> Mask:
    """Of the places in a mask, those that no fixed rule on their kind or country refuses."""
    kind, country = snapshot.places.columns["kind"], snapshot.places.columns["country"]
    kinds = kind.values[:, 0].astype(np.intp)[kind.codes]
    lands = country.values[:, 0].astype(np.intp)[country.codes]
    table = np.ones((len(KINDS), len(COUNTRIES)), bool)
    for rule in strict_rules(record, as_of):
        if rule["field"] in _BY_TYPE:
            table &= _allowed(rule, as_of)
    if record.get("domestic"):
        table &= np.array([[code == record["country"] for code in COUNTRIES]])
    return among & table[kinds, lands]


def _allowed(rule: Facts, as_of: date) -> Mask:
    return np.array(
        [
            [judge_rule(rule, {"kind": k, "country": c}, as_of).outcome is not Outcome.FAIL
             for c in COUNTRIES]
            for k in KINDS
        ]
    )  # fmt: skip


def strict_rules(record: Facts, as_of: date) -> list[Facts]:
    """The rules in force whose failure refuses a place."""
    return [
        rule
        for rule in place_rules(record)
        if in_force(rule, as_of) and rule.get("remedy_kind", RemedyKind.FIXED) == RemedyKind.FIXED
    ]


def passes(record: Facts, facts: Facts, as_of: date) -> bool:
    """Whether no fixed rule refuses a place."""
    if record.get("domestic") and facts["country"] != record["country"]:
        return False
    rules = strict_rules(record, as_of)
    return all(judge_rule(rule, facts, as_of).outcome is not Outcome.FAIL for rule in rules)


def needs_records(record: Facts, as_of: date) -> bool:
    """Whether some rule asks more than kind and country."""
    return any(rule["field"] not in _BY_TYPE for rule in strict_rules(record, as_of))


def spread(rows: NDArray[np.intp], count: int) -> list[int]:
    """At most `count` of the rows, evenly spaced, always the same ones."""
    step = max(len(rows) / count, 1)
    return [int(rows[int(n * step)]) for n in range(min(count, len(rows)))]
