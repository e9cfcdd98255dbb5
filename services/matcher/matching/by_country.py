"""Places by their country: the first few of each, and how many came after them."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places
from models.snapshot.codes import COUNTRIES
from services.matcher.matching.conditions import Condition, Mask, Without
from services.matcher.terms import Rows
from services.matcher.wording import Wording

Codes = NDArray[np.intp]
"""Countries by their place in the list of all."""


def within(countries: Codes, most: int) -> Mask:
    """Which of a walk's places are among the first `most` of their country."""
    order = np.argsort(countries, kind="stable")
    inside = countries[order]
    first = np.flatnonzero(np.append(True, inside[1:] != inside[:-1])) if len(inside) else order
    sizes = np.diff(np.append(first, len(inside)))
    kept = np.empty(len(inside), bool)
    kept[order] = np.arange(len(inside)) - np.repeat(first, sizes) < most
    return kept


def countries_of(places: Places, rows: Rows) -> Codes:
    """The country of each row, by its place in the list of countries."""
    country = places.columns["country"]
    found: Codes = country.values[country.codes[rows], 0].astype(np.intp)
    return found


def passed_over(places: Places, rows: Rows, words: Wording) -> list[dict[str, Any]]:
    """How many were passed over by country, most first."""
    counts = Counter(COUNTRIES[at] for at in countries_of(places, rows).tolist())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    told = ({"country": country, "count": count} for country, count in ordered)
    return [{**args, "text": words.text("suggest.passed_over", args)} for args in told]


def full_countries(passed: Rows, most: int) -> Condition:
    """What those did not meet that were passed over."""
    return Condition("max_per_country", "country", Without(np.sort(passed)), most)
