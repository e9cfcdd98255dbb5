"""Every example of the documentation is run: against a running server, by the built clients."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import orjson
import pytest
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from services.cli import app as counterpart
from tests.clients.conftest import address
from tests.clients.test_clients import PYTHON, TYPESCRIPT
from tests.contract.conftest import Running, published, running

__all__ = ["address", "published", "running"]

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("clients/*/README.md")])
LOCAL = "http://127.0.0.1:8000"
# A command is indented and goes on where a line ends with a backslash or inside quotes.
_CURL = re.compile(r"^    (curl (?:.*\\\n {4,})*.*)$", re.MULTILINE)
_COMMAND = re.compile(r"^    (?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?counterpart (.*)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(python|ts)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_IMPORT = '"@counterpart/client"'


def curls() -> list[tuple[str, str]]:
    found = [(d, c) for d in DOCUMENTS for c in _CURL.findall(d.read_text(encoding="utf-8"))]
    return [(d.name, command) for d, command in found]


def blocks(language: str) -> list[tuple[str, str]]:
    found = [(d, b) for d in DOCUMENTS for b in _BLOCK.findall(d.read_text(encoding="utf-8"))]
    # What a receiver of webhooks does is run with a real event in tests/services/events.
    return [(d.parent.name, t) for d, (k, t) in found if k == language and "Webhook(" not in t]


def commands() -> list[tuple[str, str]]:
    found = [(d, c) for d in DOCUMENTS for c in _COMMAND.findall(d.read_text(encoding="utf-8"))]
    return [(d.name, said) for d, said in found]


def run(command: list[str], key: str) -> str:
    environment = os.environ | {"KEY": key}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_are_examples() -> None:
    assert len(curls()) >= 7
    assert len(blocks("python")) >= 3
    assert len(blocks("ts")) >= 2


@pytest.mark.parametrize(("document", "said"), commands())
def test_a_counterpart_command_takes_what_it_is_given(document: str, said: str) -> None:
    """What it does is tested where it stands; that it may be written so, here."""
    command, words = get_command(counterpart), shlex.split(said, comments=True)
    context = Context(command)
    while isinstance(command, TyperGroup):
        name, found, words = command.resolve_command(context, words)
        assert found is not None, (document, name)
        command, context = found, Context(found, parent=context)
    command.make_parser(context).parse_args(list(words))


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize(("document", "command"), curls())
def test_a_command(document: str, command: str, address: str, running: Running) -> None:
    asked = command.replace(LOCAL, address).replace("curl -s", "curl -sS --fail-with-body", 1)
    answer = orjson.loads(run(["bash", "-c", asked], running.key))
    assert answer, document


@pytest.mark.skipif(not PYTHON.exists(), reason="the Python client is not built: make clients")
@pytest.mark.parametrize(("document", "program"), blocks("python"))
def test_a_python_program(document: str, program: str, address: str, running: Running) -> None:
    start = "from counterpart_client import Counterpart\n"
    start += f"counterpart = Counterpart({address!r}, {running.key!r})\n"
    asked = program.replace(LOCAL, address)
    told = run([str(PYTHON), "-c", start + asked], running.key)
    assert told or "print" not in program, document


@pytest.mark.skipif(
    shutil.which("node") is None or not (TYPESCRIPT / "dist").exists(),
    reason="there is no Node here, or the TypeScript client is not built: make clients",
)
@pytest.mark.parametrize(("document", "program"), blocks("ts"))
def test_a_typescript_program(
    document: str, program: str, address: str, running: Running, tmp_path: Path
) -> None:
    client = f'"{(TYPESCRIPT / "dist" / "index.js").as_uri()}"'
    script = tmp_path / "example.mjs"
    script.write_text(program.replace(_IMPORT, client).replace(LOCAL, address), encoding="utf-8")
    assert run(["node", str(script)], running.key), document


@pytest.mark.skipif(not PYTHON.exists(), reason="the Python client is not built: make clients")
def test_the_notebook(address: str, running: Running) -> None:
    """Its cells run in order, and those that printed something print something again."""
    notebook = orjson.loads((ROOT / "docs" / "notebook.ipynb").read_bytes())
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    programs = ["".join(cell["source"]).replace(LOCAL, address) for cell in cells]
    mark = "\nprint('---- end of cell')\n"
    told = run([str(PYTHON), "-c", mark.join([*programs, ""])], running.key)
    printed = [part.strip() for part in told.split("---- end of cell")]
    for cell, text in zip(cells, printed, strict=False):
        assert bool(text) == bool(cell["outputs"]), "".join(cell["source"])
