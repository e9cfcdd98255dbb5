"""What matters: the weights that an answer was made with."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.matcher.pages.asked import EVEN, WEIGHT
from services.matcher.pages.words import PageWording


@dataclass(frozen=True)
class WeightLine:
    """One weight, with its share of them all."""

    name: str
    parameter: str
    label: str
    value: str
    shown: str
    width: float


def weight_lines(weights: Mapping[str, float], words: PageWording) -> list[WeightLine]:
    """The weights, heaviest first; those at zero last."""
    most = max(weights.values())
    ordered = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return [
        WeightLine(
            name=name,
            parameter=f"{WEIGHT}{name}",
            label=words.term("feature", name),
            value=f"{w:g}",
            shown=words.format_field(w, "number"),
            width=round(100 * w / most, 1),
        )
        for name, w in ordered
    ]


def even_weights(lines: list[WeightLine]) -> dict[str, float]:
    """The same weight for each that counts."""
    return {line.name: EVEN for line in lines if line.width > 0}
