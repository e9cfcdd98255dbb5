"""What a place brings to a cohort, and a cap as constraints on it."""

from collections.abc import Iterator, Sequence
from typing import Any

from models.residents import residents, size_class
from services.matcher.convening.caps import Limit, Tally
from services.matcher.convening.standing import continent_of

Facts = dict[str, Any]


def brought(facts: Facts) -> Iterator[tuple[str, str]]:
    """What a place brings that others may not."""
    yield "country", facts["country"]
    yield "kind", facts["kind"]
    continent = continent_of(facts, {})
    if continent:
        yield "continent", continent
    size = size_class(residents(facts))
    if size:
        yield "size_class", str(size)
    sectors = {*facts.get("sectors", ()), *(o["sector"] for o in facts.get("offers", ()))}
    for sector in sectors:
        yield "sector", sector


def cap_line(
    limit: Limit, tally: Tally, values: Sequence[str | None], value: str | None
) -> tuple[dict[int, int], int]:
    """One value of a cap as `sum(weight x chosen) <= limit`, exact in whole numbers.

    What is not known counts against the cap. Where the roster breaks it already, it may not
    get worse.
    """
    hidden = tally.hidden or 0
    held = (tally.counts[value] if value is not None else 0) + tally.unplaced + hidden
    total = tally.known + hidden
    inside = [v is None or v == value for v in values]
    if limit.max is not None:
        return {i: 1 for i, yes in enumerate(inside) if yes}, max(limit.max - held, 0)
    assert limit.share is not None
    over, under = limit.share.denominator, limit.share.numerator
    if limit.breached(held, total):
        return {i: total * yes - held for i, yes in enumerate(inside)}, 0
    return {i: over * yes - under for i, yes in enumerate(inside)}, under * total - over * held
