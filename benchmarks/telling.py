"""Figures of an evaluation as a section of docs/quality.md."""

from services.matcher.learning.evaluation import OURS, Evaluation
from services.matcher.learning.metrics import METRICS, Figure


def told_of(name: str, found: Evaluation) -> str:
    """A section: how much of the file was resolved, each system's figures, and our lead."""
    q = found.questions
    lines = [
        f"## {name[0].upper()}{name[1:]}",
        "",
        f"{q.rows} rows, {q.resolved} resolved ({q.resolved / q.rows:.0%}), "
        f"{len(found.ranks[OURS])} questions.",
        "",
        f"| | {' | '.join(METRICS)} |",
        "|---" * (len(METRICS) + 1) + "|",
    ]
    for system, figures in found.figures().items():
        lines.append(f"| {system} | {' | '.join(cell(figures[m]) for m in METRICS)} |")
    # In one country the first hundred are most of all there are.
    at_home = any(question.countries for question in q.asked)
    for metric in ("mrr", "recall@10" if at_home else "recall@100"):
        best, gained = found.ahead(metric)
        lines.append(f"\nAhead of the best baseline in {metric} ({best}): {cell(gained)}.")
    return "\n".join(lines)


def cell(figure: Figure) -> str:
    """A figure with its interval."""
    digits = 1 if abs(figure.value) > 1.5 else 3
    return f"{figure.value:.{digits}f} [{figure.low:.{digits}f}, {figure.high:.{digits}f}]"
