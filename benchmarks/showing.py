"""Who is suggested, and what it costs to suggest others: exposure, and options that spread it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.taxonomy import Mode
from services.matcher.learning.gate import drawn_askers, exposure, exposure_of
from services.matcher.matching import Context
from services.matcher.matching.peers import match_peers
from services.matcher.schemas import PeersRequest
from services.written_json import read_back

SHOWN = 10
CAP = 2
HEAD = (
    "second-tier | lower-income | outside Europe | to the most suggested 1 % | Gini",
    "|---|---|---|---|---|---|",
)


def showing(context: Context) -> str:
    """Exposure by mode and by who asks, and the options that spread it."""
    lines = ["## Exposure", "", f"{SHOWN} suggestions to each of 200 cities drawn at random."]
    for name, askers in drawn_askers(context).items():
        lines += ["", f"Asked by {name}:", "", f"| mode | {HEAD[0]} |", HEAD[1]]
        for mode in Mode:
            seen = exposure(context, askers, mode)
            lines.append(f"| {mode} | {_cells(vars(seen).values())} |")
        lines += ["", *_options(context, askers)]
    return "\n".join(lines)


def _options(context: Context, askers: Sequence[int]) -> list[str]:
    lines = [
        "What the options of a request do in `sustained_pairing`, and what rank score they cost:",
        "",
        f"| option | {HEAD[0]} | mean rank score |",
        HEAD[1] + "---|",
    ]
    for label, options in (
        ("none", {}),
        (f"`exposure_cap`: {CAP}", {"exposure_cap": CAP}),
        ("`stretch`: 2", {"stretch": 2}),
        ("`max_per_country`: 2", {"max_per_country": 2}),
        ("`max_per_country`: 1", {"max_per_country": 1}),
    ):
        counts, scores = _asked(context, askers, options)
        seen = exposure_of(context, counts)
        lines.append(f"| {label} | {_cells(vars(seen).values())} | {np.mean(scores):.3f} |")
    return lines


def _asked(
    context: Context, askers: Sequence[int], options: dict[str, Any]
) -> tuple[Counter[int], list[float]]:
    """What a batch of these places would be answered."""
    places, counts, scores = context.snapshot.places, Counter[str](), list[float]()
    for asker in askers:
        asked = {"place_id": places.id(asker), "limit": SHOWN, **options}
        if "exposure_cap" in options:
            asked["shown"] = dict(counts)
        answer = read_back(match_peers(context, PeersRequest.model_validate(asked)))
        for result in answer["results"]:
            counts[result["place"]["id"]] += 1
            scores.append(result["rank_score"])
    rows = {id: places.row(id) for id in counts}
    return Counter({row: counts[id] for id, row in rows.items() if row is not None}), scores


def _cells(values: Any) -> str:
    return " | ".join(f"{value:.3f}" for value in values)
