"""How good the matches are, measured and written to docs/quality.md.

`make quality TRUTH=<folder>` runs it; the folder holds truth files of the forms that
`counterpart evaluate` reads: pairs_dev.csv, groups_dev.csv, memberships_dev.csv,
pairs_twinning.csv.gz, peers_dev.csv.gz. What is not there is left out.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.at_home import at_home, tables_of
from benchmarks.balance import balance
from benchmarks.by_continent import by_continent
from benchmarks.calibration import calibration, membership_calibration
from benchmarks.ceiling import ceiling
from benchmarks.showing import showing
from benchmarks.telling import told_of
from models.settings import Settings
from models.taxonomy import Mode
from services.asking import Asking
from services.matcher.learning.asking import Questions, membership_questions
from services.matcher.learning.evaluating import MODES, Sample, TruthKind, questions
from services.matcher.learning.evaluation import OURS, Evaluation, evaluate_peers
from services.matcher.learning.memberships import evaluate_memberships
from services.matcher.learning.resolving import Resolver
from services.matcher.learning.truth import read_memberships
from services.matcher.matching import Context

PAGE = Path(__file__).resolve().parents[1] / "docs" / "quality.md"
MARK = "<!-- measured -->"
SAMPLE = 3000
# A part of them will do where everything is asked again and again.
FEWER = 300
SHOWN_ERRORS = 20
EVIDENCE = {
    "sectors (targets on record, lists of members)": ["shared_sectors"],
    "size and rank": ["similar_size", "similar_rank"],
    "powers": ["similar_powers"],
    "distance and neighbours": ["nearness", "neighbouring_country", "shared_working_hours"],
    "language": ["shared_language"],
    "income group": ["similar_income"],
    "needs and offers": ["needs_met", "gives_back", "same_stage"],
    "track record of working abroad": ["works_abroad"],
}


def main(folder: Path) -> None:
    context = Asking(Settings()).context
    parts = [
        f"Measured on {date.today().isoformat()}, snapshot `{context.snapshot.id}`, "
        f"weights `{context.catalogue.weights['version']}`."
    ]
    found: dict[str, Evaluation] = {}
    for name, evaluation in _evaluations(context, folder):
        found[name] = evaluation
        parts.append(told_of(name, evaluation))
        _write(parts)
    if not found:
        sys.exit(f"No truth files in {folder}: docs/quality.md is left as it is.")
    pairs = found.get("pairs, open pool")
    if pairs is not None:
        # The page is written part by part, so that what was measured is never lost.
        parts.append(_errors(context, pairs))
        _write(parts)
        for part in _further(context, folder, found):
            parts.append(part)
            _write(parts)


def _write(parts: list[str]) -> None:
    head = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(head + MARK + "\n\n" + "\n\n".join(parts) + "\n", encoding="utf-8")


def _evaluations(context: Context, folder: Path) -> Iterator[tuple[str, Evaluation]]:
    pairs, groups = folder / "pairs_dev.csv", folder / "groups_dev.csv"
    members, twins = folder / "memberships_dev.csv", folder / "pairs_twinning.csv.gz"
    peers = folder / "peers_dev.csv.gz"
    if pairs.is_file():
        asked = questions(context, TruthKind.PAIRS, pairs)
        mode = MODES[TruthKind.PAIRS]
        yield "pairs, open pool", evaluate_peers(context, asked, mode)
        yield "pairs, closed pool", evaluate_peers(context, asked, mode, closed=True)
    if groups.is_file():
        asked = questions(context, TruthKind.GROUPS, groups)
        yield "groups, open pool", evaluate_peers(context, asked, MODES[TruthKind.GROUPS])
    if members.is_file():
        rows = read_memberships(members)
        for label, history in (("all hidden", False), ("one hidden, the others known", True)):
            asked = membership_questions(Resolver(context.catalogue), rows, history)
            evaluated = evaluate_memberships(context, asked)
            yield f"memberships, {label}", evaluated
            if not history:
                rest = _without_the_largest(evaluated)
                yield "memberships, places in the largest network left out", rest
    if peers.is_file():
        mode = MODES[TruthKind.PEERS]
        for table, asked in tables_of(context, peers).items():
            yield f"{table}, open pool", evaluate_peers(context, asked, mode)
            yield f"{table}, closed pool", evaluate_peers(context, asked, mode, closed=True)
    if twins.is_file():
        asked = questions(context, TruthKind.PAIRS, twins)
        drawn = Sample(SAMPLE).of(asked)
        yield (
            f"town twinnings, {len(drawn.asked)} questions drawn with the seed 0",
            evaluate_peers(context, drawn, MODES[TruthKind.PAIRS]),
        )


def _further(context: Context, folder: Path, found: dict[str, Evaluation]) -> Iterator[str]:
    """Calibration over the sets of peers, and the ceiling where there are enough pairs."""
    sets = {"pairs": (found["pairs, open pool"].questions, MODES[TruthKind.PAIRS])}
    if "groups, open pool" in found:
        sets["groups"] = (found["groups, open pool"].questions, MODES[TruthKind.GROUPS])
    twins = folder / "pairs_twinning.csv.gz"
    asked = questions(context, TruthKind.PAIRS, twins) if twins.is_file() else None
    if asked is not None:
        sets["twinnings"] = (Sample(FEWER).of(asked), MODES[TruthKind.PAIRS])
    yield calibration(context, sets)
    members = found.get("memberships, all hidden")
    if members is not None:
        yield membership_calibration(context, members.questions)
    yield showing(context)
    peers = folder / "peers_dev.csv.gz"
    if peers.is_file():
        yield at_home(context, tables_of(context, peers), MODES[TruthKind.PEERS])
    yield balance(context, {name: one for name, one in sets.items() if name != "twinnings"})
    if asked is not None:
        yield by_continent(context, asked, MODES[TruthKind.PAIRS])
        yield ceiling(context, asked, MODES[TruthKind.PAIRS])
    yield _ablation(context, found)


def _without_the_largest(found: Evaluation) -> Evaluation:
    """The questions of places that are not in the network that most rows are of."""
    rows = Counter(network for q in found.questions.asked for network in q.truths)
    most = rows.most_common(1)[0][0]
    kept = [at for at, q in enumerate(found.questions.asked) if most not in q.truths]
    asked = replace(found.questions, asked=[found.questions.asked[at] for at in kept])
    return Evaluation(asked, {n: [ranks[at] for at in kept] for n, ranks in found.ranks.items()})


def _ablation(context: Context, found: dict[str, Evaluation]) -> str:
    """What each kind of evidence is worth: the figures without it."""
    sets: list[tuple[str, Questions, Mode]] = [
        ("pairs", found["pairs, open pool"].questions, MODES[TruthKind.PAIRS])
    ]
    if "groups, open pool" in found:
        sets.append(("groups", found["groups, open pool"].questions, MODES[TruthKind.GROUPS]))
    twins = next((e for name, e in found.items() if name.startswith("town")), None)
    if twins is not None:
        fewer = Sample(FEWER).of(twins.questions)
        sets.append((f"{FEWER} twinnings", fewer, MODES[TruthKind.PAIRS]))
    lines = [
        "## Ablation",
        "",
        "Recall@100 and median percentile without each kind of evidence.",
        "",
        f"| without | {' | '.join(f'{n}: recall@100 | {n}: percentile' for n, *_ in sets)} |",
        "|---" * (2 * len(sets) + 1) + "|",
    ]
    weights = context.catalogue.weights
    without: dict[str, list[str] | None] = {"nothing": [], **EVIDENCE}
    for label, names in {**without, "shapes": None}.items():
        cells = []
        for _, asked, mode in sets:
            kept = dict(weights["peers"][mode])
            context.catalogue.weights = {
                **weights,
                "peers": {**weights["peers"], mode: kept | dict.fromkeys(names or (), 0)},
                "shapes": {} if names is None else weights.get("shapes", {}),
            }
            figures = evaluate_peers(context, asked, mode, beside={}).figures()[OURS]
            cells += [
                f"{figures['recall@100'].value:.3f}",
                f"{figures['median_percentile'].value:.1f}",
            ]
        context.catalogue.weights = weights
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _errors(context: Context, pairs: Evaluation) -> str:
    """The true pairs that were ranked worst, with what is known of both ends."""
    places = context.snapshot.places
    worst = sorted(
        zip(pairs.questions.asked, pairs.ranks[OURS], strict=True), key=lambda q: -q[1].ranks[0]
    )[:SHOWN_ERRORS]
    lines = [
        "## The true pairs ranked worst",
        "",
        "| asks | true partner | rank | known of the partner |",
        "|---|---|---|---|",
    ]
    for question, ranks in worst:
        asks, partner = places.facts(question.asker), places.facts(question.truths[0])
        lost = ranks.ranks[0] > ranks.pool
        sectors = " ".join(partner.get("sectors", ())) or "none on file"
        known = f"{partner.get('population', '?')} residents, sectors: {sectors}"
        why = f"no candidate: a {partner['kind']}" if lost else str(ranks.ranks[0])
        lines.append(
            f"| {asks['name']} ({asks['country']}) | {partner['name']} ({partner['country']}) "
            f"| {why} | {known} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder of truth files: make quality TRUTH=<folder>")
    main(Path(sys.argv[1]))
