"""Build backend: writes `counterpart_client/generated` from the contract, then builds as usual.

The generated code is never committed: it can always be made again from `../openapi.json`, and a
diff of 300 generated files hides what a change is about.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403 (the hooks of a build backend)

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parent / "openapi.json"
TARGET = HERE / "counterpart_client" / "generated"


_BYTES = {"type": "string", "format": "binary"}


def generate(target: Path = TARGET, contract: Path = CONTRACT) -> None:
    """Write the generated part of the client anew; a shipped one stays where no contract is."""
    if not contract.exists():
        return
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(_json_only(json.loads(contract.read_text(encoding="utf-8")))))
        command = ["-m", "openapi_python_client", "generate", "--meta", "none"]
        command += ["--path", str(path), "--output-path", str(target)]
        command += ["--config", str(HERE / "generator.yaml"), "--fail-on-warning"]
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)


def _json_only(document: dict[str, Any]) -> dict[str, Any]:
    """The contract without tables and maps where there is JSON: a program reads that."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for response in operation.get("responses", {}).values():
                content = response.get("content", {})
                if "application/x-ndjson" in content and len(content) == 1:
                    # Lines are given as bytes: one at a time is for the caller to read.
                    content["application/x-ndjson"]["schema"] = _BYTES
                if "application/json" in content:
                    response["content"] = {"application/json": content["application/json"]}
    return document


def build_wheel(*args: Any, **more: Any) -> str:
    generate()
    return build_meta.build_wheel(*args, **more)


def build_editable(*args: Any, **more: Any) -> str:
    generate()
    return build_meta.build_editable(*args, **more)


def build_sdist(*args: Any, **more: Any) -> str:
    generate()
    return build_meta.build_sdist(*args, **more)


if __name__ == "__main__":
    generate()
