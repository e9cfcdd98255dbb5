"""Writes the lock files of this folder from pyproject.toml: `make lock`.

A file a group: `core` is what the project needs to run, an extra's file is what it adds to that,
`sbom` and `lock` are for tools in environments of their own. torch stands apart, since its builds
differ by index: `torch` is PyPI's, `torch-cuda` what that one loads on Linux, and `torch-cpu` the
build without GPU support. No address is written, so that any index may give the files.
"""

import re
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from hashlib import sha256
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote
from urllib.request import urlopen

HERE = Path(__file__).parent
PROJECT = HERE.parent / "pyproject.toml"
CORE = "core"
CUDA = ("nvidia-", "cuda-", "triton==")
# The project is for Linux and macOS; a resolution for all machines also names what others need.
ELSEWHERE = ("== 'win32'", "== 'emscripten'")
# Released as source alone: made on the machine, by what its build asks for.
NO_WHEELS = ("hnswlib==",)
TORCH_WHEEL = r"torch-{}\+cpu-cp3(?:11|12|13)-cp3(?:11|12|13)-[a-z0-9_]*(?:x86_64|aarch64)\.whl"
_HASH = re.compile(r"sha256:([0-9a-f]{64})")

Lock = dict[str, str]
"""Requirements, such as `numpy==2.4.6 ; marker`, with the lines of their hashes."""


def digest(project: dict[str, Any]) -> str:
    """What the locks are made from, as one hash: it says whether they are still of this project."""
    parts = [
        project["build-system"]["requires"],
        project["project"]["dependencies"],
        project["project"]["optional-dependencies"],
        project["dependency-groups"],
    ]
    return sha256(dumps(parts, sort_keys=True).encode()).hexdigest()


def read(text: str) -> Lock:
    """The requirements of a lock file with their hashes."""
    lines = [line.rstrip("\\ ") for line in text.splitlines() if line.strip()]
    found: Lock = {}
    for line in lines:
        if re.match(r"[A-Za-z0-9]", line):
            found[line] = ""
        elif line.lstrip().startswith("--hash"):
            last = next(reversed(found))
            found[last] += f" \\\n{line}"
    return found


def resolve(folder: Path, *what: str) -> Lock:
    """The packages that uv finds for what is asked, with the hashes of all their files."""
    uv = str(Path(sys.executable).with_name("uv"))
    output = folder / "found.txt"
    output.write_text("".join(path.read_text() for path in HERE.glob("*.txt")), encoding="utf-8")
    options = ("--universal", "--generate-hashes", "--no-annotate", "--no-header", "--quiet")
    command = [uv, "pip", "compile", *what, *options, "--python-version=3.11", "--output-file"]
    subprocess.run([*command, str(output)], check=True, cwd=HERE.parent)
    found = read(output.read_text(encoding="utf-8"))
    return {line: hashes for line, hashes in found.items() if not line.endswith(ELSEWHERE)}


def groups(
    folder: Path, project: dict[str, Any], options: Iterable[str]
) -> Iterator[tuple[str, Lock]]:
    """Each group with its packages, in the versions that suit all extras at once."""
    build = folder / "build.txt"
    build.write_text("\n".join(project["build-system"]["requires"]), encoding="utf-8")
    everything = folder / "everything.txt"
    sources = (PROJECT.name, str(build))
    everything.write_text(written(resolve(folder, *sources, "--all-extras", *options)))
    alike = ("--constraint", str(everything))
    core = resolve(folder, *sources, *alike)
    yield from apart(core)
    for extra in project["project"]["optional-dependencies"]:
        found = resolve(folder, *sources, "--extra", extra, *alike)
        yield extra, {line: hashes for line, hashes in found.items() if line not in core}
    for group in project["dependency-groups"]:
        yield group, resolve(folder, "--group", f"{PROJECT.name}:{group}", *options)


def apart(core: Lock) -> Iterator[tuple[str, Lock]]:
    """The core, and torch with what only its build for GPUs loads."""
    torch = {line: hashes for line, hashes in core.items() if line.startswith("torch==")}
    cuda = {line: hashes for line, hashes in core.items() if line.startswith(CUDA)}
    yield CORE, {line: h for line, h in core.items() if line not in torch and line not in cuda}
    yield "torch", torch
    yield "torch-cuda", cuda


def cpu_builds(torch: str, index: str) -> Lock:
    """The builds of torch for CPUs: those accepted before, and those of an index or a folder."""
    requirement = f"{torch}+cpu"
    path = HERE / "torch-cpu.txt"
    before = read(path.read_text(encoding="utf-8")) if path.exists() else {}
    hashes = set(_HASH.findall(before.get(requirement, "")))
    hashes |= set(offered(torch.removeprefix("torch=="), index)) if index else set()
    return {requirement: "".join(f" \\\n    --hash=sha256:{found}" for found in sorted(hashes))}


def offered(version: str, index: str) -> Iterator[str]:
    """Hashes of the builds that an index, or a folder of files, has of a version of torch."""
    wheel = TORCH_WHEEL.format(re.escape(version))
    if Path(index).is_dir():
        for path in Path(index).iterdir():
            if re.fullmatch(wheel, path.name):
                yield sha256(path.read_bytes()).hexdigest()
        return
    with urlopen(f"{index.rstrip('/')}/torch/") as answer:
        page = unquote(answer.read().decode())
    yield from re.findall(wheel + r"#sha256=([0-9a-f]{64})", page)


def written(lock: Lock, *heading: str) -> str:
    """A lock as the text of a file that pip reads."""
    options = [f"--no-binary={n[:-2]}" for n in NO_WHEELS if any(r.startswith(n) for r in lock)]
    lines = [f"{line}{hashes}" for line, hashes in lock.items()]
    return "\n".join([*(f"# {line}" for line in heading), *options, *lines]) + "\n"


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--torch-index", default="", help="accept the builds of this index too")
    known, options = parser.parse_known_args()
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    with TemporaryDirectory() as folder:
        locks = dict(groups(Path(folder), project, options))
    locks["torch-cpu"] = cpu_builds(next(iter(locks["torch"])), known.torch_index)
    for name, lock in locks.items():
        of = [f"pyproject.toml: sha256:{digest(project)}"] if name == CORE else []
        text = written(lock, "Written by `make lock`: docs/deploy.md says more.", *of)
        (HERE / f"{name}.txt").write_text(text, encoding="utf-8")
    for path in HERE.glob("*.txt"):
        if path.stem not in locks:
            path.unlink()


if __name__ == "__main__":
    main()
