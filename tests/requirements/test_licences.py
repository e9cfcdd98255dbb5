"""Licences of what is installed: read from the SBOM, and none that nobody accepted."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from requirements.licences import HERE, licences, listed, main, named, refused

ACCEPTED: dict[str, Any] = tomllib.loads((HERE / "licences.toml").read_text(encoding="utf-8"))
CLASSIFIER = "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)"


def component(name: str, *said: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "licenses": list(said)}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}], ["MPL-2.0", "Apache-2.0", "MIT"]),
        ([{"license": {"id": "MIT"}}, {"license": {"name": CLASSIFIER}}], ["MIT"]),
        ([{"license": {"name": CLASSIFIER}}], [CLASSIFIER]),
        ([], []),
    ],
)
def test_what_a_package_says_is_read(said: list[dict[str, Any]], expected: list[str]) -> None:
    assert named(licences(component("a", *said))) == expected


@pytest.mark.parametrize(
    ("name", "said", "is_refused"),
    [
        ("fine", [{"license": {"id": "MIT"}}], False),
        ("planted", [{"license": {"id": "AGPL-3.0-only"}}], True),
        ("half-planted", [{"expression": "MIT AND AGPL-3.0-only"}], True),
        ("silent", [], True),
        ("PySocks", [], False),
        ("Unidecode", [{"license": {"name": "GPL"}}], False),
    ],
)
def test_a_licence_that_nobody_accepted_is_refused(
    tmp_path: Path, name: str, said: list[dict[str, Any]], is_refused: bool
) -> None:
    sbom = {"components": [component(name, *said)]}
    assert bool(list(refused(listed(sbom, ACCEPTED["stated"]), ACCEPTED))) is is_refused
    path = tmp_path / "sbom.json"
    path.write_text(json.dumps(sbom), encoding="utf-8")
    assert main(str(path)) == int(is_refused)


def test_exceptions_say_why() -> None:
    assert all(len(reason) > 20 for reason in ACCEPTED["packages"].values())
