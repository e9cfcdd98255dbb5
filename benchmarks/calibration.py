"""What a rank score is worth: how much oftener a candidate of that score is a true one."""

from collections.abc import Mapping

import numpy as np

from models.taxonomy import Mode
from services.matcher.learning.asking import Questions
from services.matcher.learning.memberships import membership_matches
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
        "the number of true ones. `fair` (from {fair}) is to mean tens of times, `strong` (from "
        "{strong}) about a hundred times or more.".format(**limits),
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


def membership_calibration(context: Context, asked: Questions) -> str:
    """The same of networks: which of those at a rank score the place is on the list of."""
    true, other = np.zeros((2, len(EDGES) - 1))
    for question, match, rows in membership_matches(context, asked, closed=False):
        scores = match.rank(rows).rank_score
        inside = np.isin(rows, question.truths)
        true += np.histogram(scores[inside], EDGES)[0]
        other += np.histogram(scores[~inside], EDGES)[0]
    base = _base((true.tolist(), other.tolist()))
    records, ties = context.snapshot.collaborations, context.snapshot.ties
    listed = sum(bool(ties.of_collaboration(row)) for row in range(len(records)))
    lines = [
        f"Networks, asked as if no membership were known. Of {len(records)} on file, {listed} have "
        "members on record; the others count as not joined.",
        "",
        "| rank score | networks: times oftener than chance (true ones) |",
        "|---|---|",
    ]
    lines += [
        f"| {low:g} to {EDGES[at + 1]:g} | {_cell(true[at], other[at], base)} |"
        for at, low in enumerate(EDGES[:-1])
    ]
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
