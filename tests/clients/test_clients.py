"""The clients, built from the repository, against a running server.

`make clients` builds them; where that has not been done, or there is no Node, they are skipped.
"""

import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.contract.calling import operations
from tests.contract.conftest import Running

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / "clients"
PYTHON = CLIENTS / "python" / ".venv" / "bin" / "python"
TYPESCRIPT = CLIENTS / "typescript"
needs_python_client = pytest.mark.skipif(
    not PYTHON.exists(), reason="the Python client is not built: make clients"
)
needs_typescript_client = pytest.mark.skipif(
    shutil.which("node") is None or not (TYPESCRIPT / "dist").exists(),
    reason="there is no Node here, or the TypeScript client is not built: make clients",
)


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@needs_python_client
def test_the_python_client(address: str, running: Running) -> None:
    generated = set(orjson.loads(run(PYTHON, HERE / "python_checks.py", address, running.key)))
    assert generated == {o["operationId"] for _, _, o in operations(running.document)}


@needs_typescript_client
def test_the_typescript_client(address: str, running: Running) -> None:
    run("node", HERE / "typescript_checks.mjs", address, running.key)
    generated = (TYPESCRIPT / "src" / "generated.ts").read_text(encoding="utf-8")
    for _, path, operation in operations(running.document):
        assert f'"{path}": {{' in generated
        assert f"    {operation['operationId']}: {{" in generated


@needs_typescript_client
def test_the_contract_has_no_findings(running: Running, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_bytes(orjson.dumps(running.document))
    run("npm", "--prefix", TYPESCRIPT, "run", "--silent", "lint:contract", "--", document)
