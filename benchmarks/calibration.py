"""What a rank score is worth: how much oftener a candidate of that score is a true partner."""

from collections.abc import Mapping

import numpy as np

from models.taxonomy import Mode
from services.matcher.learning.asking import Questions
from services.matcher.learning.tables import tables
from services.matcher.learning.training import hand_set
from services.matcher.matching import Context

EDGES = (0.0, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 1.0)
FULL_BAR = 200.0


def calibration(context: Context, sets: Mapping[str, tuple[Questions, Mode]]) -> str:
    """A reliability diagram: by rank score, true partners for one that chance would bring."""
    limits = context.catalogue.weights["bands"]
    lines = [
        "## Calibration of the bands",
        "",
        "How many times oftener than chance a candidate of that rank score is a true partner, with "
        "the number of true ones. The bands stand where the lift passes about ten and a hundred: "
        f"`fair` from {limits['fair']}, `strong` from {limits['strong']}.",
        "",
        f"| rank score | {' | '.join(sets)} | all together |",
        "|---" * (len(sets) + 2) + "|",
    ]
    counts = {name: _counts(context, *asked) for name, asked in sets.items()}
    for at, low in enumerate(EDGES[:-1]):
        cells = [_cell(t[at], o[at], _base((t, o))) for t, o in counts.values()]
        lifts = [both[0][at] / max(_base(both) * both[1][at], 1e-9) for both in counts.values()]
        mean = float(np.average(lifts, weights=[1 + both[0][at] for both in counts.values()]))
        bar = "█" * round(20 * min(mean / FULL_BAR, 1)) or "·"
        lines.append(f"| {low:g} to {EDGES[at + 1]:g} | {' | '.join(cells)} | {bar} {mean:.1f} |")
    return "\n".join(lines)


def _counts(context: Context, asked: Questions, mode: Mode) -> tuple[list[float], list[float]]:
    """True and other candidates by rank score."""
    gamma, fit = context.catalogue.weights["gamma"], hand_set(context, mode)
    true, other = np.zeros((2, len(EDGES) - 1))
    for table in tables(context, asked, mode):
        scores = table.scores(fit, gamma)
        true += np.histogram(scores[: table.true], EDGES)[0]
        other += table.scale * np.histogram(scores[table.true :], EDGES)[0]
    return true.tolist(), other.tolist()


def _base(both: tuple[list[float], list[float]]) -> float:
    return sum(both[0]) / sum(both[1])


def _cell(true: float, other: float, base: float) -> str:
    lift = true / max(base * other, 1e-9) if other else 0.0
    return f"{lift:.1f} ({true:.0f})"
