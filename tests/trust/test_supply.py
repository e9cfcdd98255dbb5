"""What is installed and loaded: pinned, no pickle, weights as safetensors, nothing fetched."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distributions, requires, version
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

from models.snapshot.blobs import mapped
from tests.trust.report import Tried

ROOT = Path(__file__).parent.parent.parent
UNSAFE_MODULES = {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
UNSAFE_CALLS = {"torch.load", "pickle.load", "pickle.loads", "yaml.unsafe_load", "eval", "exec"}
# Each is yaml's safe one, in C where that is built.
SAFE_LOADERS = {"_Loader", "yaml.SafeLoader"}
# What comes with the interpreter's own environment, and the project itself.
NOT_PINNED = {"pip", "setuptools", "wheel", "counterpart", "counterpart-client"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    locks = ("torch", "core", "multilingual", "english", "scale", "node", "dev")
    texts = ((ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8") for lock in locks)
    found = (match for text in texts for line in text.splitlines() if (match := _PIN.match(line)))
    return {normal(match[1]): match[2] for match in found}


def unsafe(source: str) -> Iterator[str]:
    """Loads that could run what a file says."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (n.name for n in names if n.name.split(".")[0] in UNSAFE_MODULES)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in UNSAFE_MODULES:
                yield module
            case ast.Call(func=func, keywords=keywords):
                if ast.unparse(func) in UNSAFE_CALLS:
                    yield ast.unparse(func)
                loaders = {ast.unparse(k.value) for k in keywords if k.arg == "Loader"}
                if ast.unparse(func) == "yaml.load" and not (loaders and loaders <= SAFE_LOADERS):
                    yield "yaml.load"
                for keyword in keywords:
                    trusts = keyword.arg in ("allow_pickle", "trust_remote_code")
                    if trusts and ast.unparse(keyword.value) != "False":
                        yield f"{keyword.arg}={ast.unparse(keyword.value)}"


@pytest.mark.check(38, "Files of the code that could load what runs", few=1, full=1)
def test_nothing_loads_what_could_run(tried: Tried) -> None:
    for folder in ("models", "services", "migrations"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found = list(unsafe(path.read_text(encoding="utf-8")))
            tried(not found, f"{path.relative_to(ROOT)}: {found}")
    tried.done()


@pytest.mark.planted(38, "pickle, an unsafe load, a model that brings its own code")
@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "np.load(path, allow_pickle=True)",
        "Model(name, trust_remote_code=setting)",
        "yaml.load(text)",
    ],
)
def test_an_unsafe_load_is_found(line: str) -> None:
    assert list(unsafe(line))


@pytest.mark.check(38, "Installed packages that have their pin", few=1, full=1)
def test_what_is_installed_is_what_is_pinned(tried: Tried) -> None:
    pinned = pins()
    needed = {normal(name) for name in _needed("counterpart")}
    for name in sorted(needed - NOT_PINNED):
        # A build of torch for one kind of processor says so behind a plus.
        installed = version(name).split("+")[0]
        tried(pinned.get(name) == installed, f"{name}: {installed}, {pinned.get(name)}")
    tried.note(f"{len(needed)} of {len(list(distributions()))} installed are the project's")
    tried.done()


def _needed(name: str) -> set[str]:
    """Packages that an installation of the project brings, with those that they bring."""
    found: set[str] = set()
    waiting = [(name, extra) for extra in ("", "english", "dev")]
    done: set[tuple[str, str]] = set()
    while waiting:
        here = waiting.pop()
        if here in done:
            continue
        done.add(here)
        try:
            said = requires(here[0]) or []
        except PackageNotFoundError:
            continue
        found.add(normal(here[0]))
        for text in said:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": here[1]}):
                waiting += [(requirement.name, extra) for extra in ("", *requirement.extras)]
    return found


def test_torch_is_one_whose_reader_of_weights_is_mended() -> None:
    assert tuple(map(int, pins()["torch"].split("+")[0].split(".")[:2])) >= (2, 10)


def test_an_array_that_holds_objects_is_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "planted.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects"):
        mapped(tmp_path / "planted.npy")
