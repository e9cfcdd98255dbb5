"""What the documentation says is there is there, and what is there is documented."""

import re
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from models.settings import Settings
from services.cli import create_app

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# A file or folder of this project, named from its root; what is built (hidden) may not be there.
_FILE = re.compile(
    r"`((?:benchmarks|clients|data|deploy|docs|migrations|models|requirements|services|tests)"
    r"/[\w/*-]*[\w*-](?:\.\w+)?/?)`"
)
_PATH = re.compile(r"\b(?:GET|POST|PUT|DELETE) (/[A-Za-z0-9/{}_:-]*)")
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def default(name: str) -> str:
    """A setting's default as it is written in a `.env` file."""
    value = Settings.model_fields[name].default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    variable = f"COUNTERPART_{name.upper()}"
    example = (ROOT / ".env.example").read_text().splitlines()
    assert f"{variable}={default(name)}" in example
    shown = f"`{default(name)}`" if default(name) else "empty"
    assert f"| `{variable}` | {shown} |" in (ROOT / "docs" / "configuration.md").read_text()


@pytest.mark.parametrize("name", [".env.example", "docs/configuration.md"])
def test_only_settings_are_documented_as_such(name: str) -> None:
    found = set(re.findall(r"COUNTERPART_([A-Z_]+)", (ROOT / name).read_text()))
    assert found == {field.upper() for field in Settings.model_fields}


def test_every_target_of_the_makefile_is_in_its_help() -> None:
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text()))
    command = ["make", "--no-print-directory", "help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"run", "test", "check"} <= targets
    assert {line.split()[1] for line in said.stdout.splitlines()} == targets


def anchors(document: Path) -> set[str]:
    """What a link may name in a document: its headings, as GitHub and GitLab write them."""
    headings = _HEADING.findall(_FENCED.sub("", document.read_text(encoding="utf-8")))
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target, anchor in _LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        found = document.parent / target if target else document
        assert found.exists(), target
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{target}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_are_there(document: Path) -> None:
    for name in _FILE.findall(document.read_text(encoding="utf-8")):
        assert any(ROOT.glob(name)), name


def test_paths_in_the_documentation_exist(tmp_path: Path) -> None:
    served = set(create_app(Settings(_env_file=None, var=tmp_path)).openapi()["paths"])
    for path in _PATH.findall((ROOT / "docs" / "api.md").read_text()):
        plain = re.sub(r"\{[^}]*\}", "{}", path)
        assert plain in {re.sub(r"\{[^}]*\}", "{}", known) for known in served}, path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_nobody_is_sent_to_another_project(document: Path) -> None:
    """The package of this project's name on PyPI is somebody else's."""
    commands = re.findall(r"^ {4}.*pip install.*$", document.read_text(encoding="utf-8"), re.M)
    assert not [said for said in commands if re.search(r"\bcounterpart(\[|'|$)", said)]
