"""What a track record may weigh: how well pairs are found, and who is shown for it."""

from collections.abc import Mapping

from benchmarks.showing import HEAD
from models.taxonomy import Mode
from services.matcher.learning.asking import Questions
from services.matcher.learning.evaluation import OURS, evaluate_peers
from services.matcher.learning.gate import Exposure, drawn_askers, exposure
from services.matcher.matching import Context

FEATURE = "works_abroad"
RECORDED = "cities with a track record"
# Weights in force beside others; a small exponent makes any record count nearly in full.
CHOICES: tuple[tuple[float, float], ...] = (
    (0, 1), (1, 1), (2, 1), (2.5, 1), (2.5, 0.3), (4, 1), (6, 1), (6, 0.3),
)  # fmt: skip


def balance(context: Context, sets: Mapping[str, tuple[Questions, Mode]]) -> str:
    """A line for each weight: figures of the pairs and groups, and exposure."""
    askers = drawn_askers(context)[RECORDED]
    lines = [
        "## What a track record may weigh",
        "",
        f"`{FEATURE}` at other weights, all else as it is; with an exponent below 1 any record "
        f"counts nearly as much as a long one. Exposure is of what {RECORDED} are suggested: to a "
        "city without one the feature tells of nobody.",
    ]
    weights = context.catalogue.weights
    for name, (asked, mode) in sets.items():
        closed = " closed pool: MRR |" if mode is Mode.SUSTAINED_PAIRING else ""
        lines += [
            "",
            f"{name[0].upper()}{name[1:]} (`{mode}`, weight in force "
            f"{weights['peers'][mode][FEATURE]:g}):",
            "",
            f"| weight | exponent | recall@100 | median percentile |{closed} {HEAD[0]} |",
            "|---" * (9 + bool(closed)) + "|",
        ]
        for weight, exponent in CHOICES:
            context.catalogue.weights = _with(weights, mode, weight, exponent)
            lines.append(f"| {weight:g} | {exponent:g} | {_line(context, asked, mode, askers)} |")
        context.catalogue.weights = weights
    return "\n".join(lines)


def _line(context: Context, asked: Questions, mode: Mode, askers: list[int]) -> str:
    found = evaluate_peers(context, asked, mode, beside={}).figures()[OURS]
    cells = [f"{found['recall@100'].value:.3f}", f"{found['median_percentile'].value:.1f}"]
    if mode is Mode.SUSTAINED_PAIRING:
        named = evaluate_peers(context, asked, mode, closed=True, beside={}).figures()[OURS]
        cells.append(f"{named['mrr'].value:.3f}")
    seen: Exposure = exposure(context, askers, mode)
    return " | ".join([*cells, *(f"{value:.3f}" for value in vars(seen).values())])


def _with(
    weights: Mapping[str, dict[str, dict[str, float]]], mode: Mode, weight: float, exponent: float
) -> dict[str, dict[str, dict[str, float]]]:
    """The weights with another one of the feature, in one mode."""
    shapes = weights.get("shapes", {})
    return {
        **weights,
        "peers": {**weights["peers"], mode: {**weights["peers"][mode], FEATURE: weight}},
        "shapes": {**shapes, mode: {**shapes.get(mode, {}), FEATURE: exponent}},
    }
