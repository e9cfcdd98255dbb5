"""What was erased: a file of keyed hashes of words, whose keys are kept elsewhere.

Whoever has the file alone, as a backup does, can try no name against it. A key leaves with the
erasure, to whoever asked for it; an older backup is erased again where both come together.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from models.errors import Conflict
from services.persons.finding import Sought

ERASED = "erased.jsonl"


@dataclass(frozen=True)
class Erasure:
    """A person of a tenant's rows, and the pseudonym that stands for the person."""

    tenant: str
    pseudonym: str
    sought: Sought

    @property
    def key_line(self) -> str:
        """What is kept elsewhere: the pseudonym and its key."""
        return f"{self.pseudonym} {self.sought.key.hex()}"


def remember(folder: Path, erasures: Iterable[Erasure]) -> None:
    """Put on disk what is erased, without its key; what is there already stays once."""
    known = {told["pseudonym"] for told in _lines(folder / ERASED)}
    for erasure in erasures:
        if erasure.pseudonym not in known:
            hashes = {str(n): sorted(found) for n, found in erasure.sought.hashes.items()}
            told = {"tenant": erasure.tenant, "pseudonym": erasure.pseudonym, "hashes": hashes}
            append(folder / ERASED, orjson.dumps(told))


def remembered(file: Path, keys: Mapping[str, bytes]) -> list[Erasure]:
    """What a file tells of, with its keys; refused where one is missing."""
    lines = _lines(file)
    missing = [told["pseudonym"] for told in lines if told["pseudonym"] not in keys]
    if missing:
        raise Conflict(
            f"The keys of {', '.join(missing)} are missing, and nobody is found without. Give "
            f"those told when they were erased (--keys), or leave --erased out and erase by name."
        )
    return [_erasure(told, keys[told["pseudonym"]]) for told in lines]


def keys_of(file: Path) -> dict[str, bytes]:
    """The keys of a file of lines such as `person-… <key>`, by pseudonym."""
    try:
        pairs = [line.split() for line in file.read_text().splitlines() if line.strip()]
        return {pseudonym: bytes.fromhex(key) for pseudonym, key in pairs}
    except ValueError:
        raise Conflict(f"{file} has a line that is no pseudonym with its key.") from None


def append(file: Path, line: bytes) -> None:
    """Add a line to a file that only its owner reads, and put it on disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as opened:
        opened.write(line + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def _lines(file: Path) -> list[dict[str, Any]]:
    lines = file.read_bytes().splitlines() if file.exists() else []
    return [orjson.loads(line) for line in lines]


def _erasure(told: dict[str, Any], key: bytes) -> Erasure:
    hashes = {int(n): frozenset(found) for n, found in told["hashes"].items()}
    return Erasure(told["tenant"], told["pseudonym"], Sought(key, hashes))
