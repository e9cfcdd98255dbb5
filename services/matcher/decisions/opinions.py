"""What outcomes say of features, and how what many keys say becomes one factor for each.

Each outcome speaks for or against the features that spoke for its result, as loudly as they did.
`factor = 1 + BOUND x for_less_against / (told + SHRINKAGE)`: a few outcomes hardly move a weight,
and no number of them moves it by more than BOUND. Where many keys tell, none is heard above the
others: the tenth that speaks most for a feature counts like the key next to it, so does the tenth
that speaks most against it, and who tells much more than others counts like twice the middle one.
"""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from services.matcher.features import EXISTING_TIE, SIMILAR_TEXT

BOUND = 0.25
SHRINKAGE = 20.0
# From so many keys on, a tenth of them is at least one.
MANY = 10
SAYS = {"accepted": 1.0, "active": 1.0, "declined": -1.0}
# What the question itself sets is not learned.
NOT_LEARNED = {EXISTING_TIE, SIMILAR_TEXT, "same_stage", "stage_ahead"}
Opinion = dict[str, dict[str, float]]
"""By mode, then by feature: how loudly one outcome speaks, below zero against it."""
Sums = dict[str, dict[str, list[float]]]
"""The same way, of many: how much they told, and for less against."""


def opinion_of(mode: str, result: Mapping[str, Any], outcome: str) -> Opinion:
    """What one outcome says; nothing where it is neither for nor against its result."""
    sign = SAYS.get(outcome)
    if sign is None:
        return {}
    values = {reason["feature"]: sign * float(reason["value"]) for reason in result["reasons"]}
    said = {f: value for f, value in values.items() if value and f not in NOT_LEARNED}
    return {mode: said} if said else {}


def sums_of(opinions: Iterable[Opinion]) -> Sums:
    """What opinions say together."""
    sums: Sums = {}
    for opinion in opinions:
        for mode, said in opinion.items():
            table = sums.setdefault(mode, {})
            for feature, value in said.items():
                told, balance = table.get(feature, (0.0, 0.0))
                table[feature] = [told + abs(value), balance + value]
    return sums


def added(all_sums: Iterable[Sums]) -> Sums:
    """Sums of several as one."""
    total: Sums = {}
    for sums in all_sums:
        for mode, table in sums.items():
            into = total.setdefault(mode, {})
            for feature, (told, balance) in table.items():
                before = into.get(feature, (0.0, 0.0))
                into[feature] = [before[0] + told, before[1] + balance]
    return total


def factors(tellers: Iterable[Sums]) -> dict[str, dict[str, float]]:
    """The factor on each weight, by mode, of what each key says."""
    tables: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for sums in tellers:
        for mode, table in sums.items():
            for feature, (told, balance) in table.items():
                tables.setdefault((mode, feature), []).append((told, balance))
    found: dict[str, dict[str, float]] = {}
    for (mode, feature), said in sorted(tables.items()):
        found.setdefault(mode, {})[feature] = round(factor(*_heard(said)), 6)
    return found


def factor(told: float, balance: float) -> float:
    """What a weight is multiplied by; always within 1 - BOUND and 1 + BOUND."""
    return 1 + BOUND * balance / (told + SHRINKAGE)


def _heard(said: list[tuple[float, float]]) -> tuple[float, float]:
    """What keys say of one feature as (told, balance), none of them above the others."""
    if len(said) < MANY:
        return sum(told for told, _ in said), sum(balance for _, balance in said)
    most = 2 * median(told for told, _ in said)
    edge = len(said) // MANY
    leaning = sorted(balance / told for told, balance in said)
    lowest, highest = leaning[edge], leaning[-1 - edge]
    heard = [(min(told, most), min(max(balance / told, lowest), highest)) for told, balance in said]
    return sum(told for told, _ in heard), sum(told * lean for told, lean in heard)
