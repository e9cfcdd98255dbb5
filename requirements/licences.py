"""Lists the licences of what is installed, from the SBOM, and says which nobody accepted.

    python requirements/licences.py sbom.json

`licences.toml` holds what is accepted, and what a package that says nothing clear is under.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def licences(component: dict[str, Any]) -> str:
    """What a package says its licence is: one expression, or the names it gives."""
    said = [
        entry.get("expression") or entry["license"].get("id") or entry["license"].get("name", "")
        for entry in component.get("licenses", [])
    ]
    spdx = [text for text in said if not text.startswith("License ::")]
    return " AND ".join(dict.fromkeys(spdx or said))


def named(expression: str) -> list[str]:
    """The licences that an expression is made of, whether joined by AND or by OR."""
    parts = [part.strip() for part in re.split(r"\s+(?:AND|OR)\s+", expression)]
    return [part if part.startswith("License ::") else part.strip("() ") for part in parts if part]


def listed(sbom: dict[str, Any], stated: dict[str, str]) -> list[tuple[str, str, str]]:
    """Each package with its version and licence, sorted."""
    found = [
        (c["name"], c.get("version", ""), stated.get(c["name"].lower()) or licences(c))
        for c in sbom["components"]
    ]
    return sorted(found, key=lambda row: row[0].lower())


def refused(rows: list[tuple[str, str, str]], accepted: dict[str, Any]) -> Iterator[str]:
    """Packages with a licence that is not accepted, or with none."""
    for name, version, licence in rows:
        if name.lower() in accepted["packages"]:
            continue
        unknown = [part for part in named(licence) if part not in accepted["licences"]]
        if unknown or not licence:
            yield f"{name} {version}: {' and '.join(unknown) or 'says no licence'}"


def main(path: str) -> int:
    accepted = tomllib.loads((HERE / "licences.toml").read_text(encoding="utf-8"))
    rows = listed(json.loads(Path(path).read_text(encoding="utf-8")), accepted["stated"])
    sys.stdout.writelines(f"{name} {version}\t{licence}\n" for name, version, licence in rows)
    found = list(refused(rows, accepted))
    sys.stderr.writelines(f"Not accepted: {line}\n" for line in found)
    sys.stdout.write(f"{len(rows)} packages, {len(found)} under a licence that is not accepted\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
