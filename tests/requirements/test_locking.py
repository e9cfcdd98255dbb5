"""The lock files: of this pyproject.toml, complete, with a hash for every file, and no address."""

import subprocess
import sys
import tomllib
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import requires
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from requirements import installing
from requirements.installing import LOCKED
from requirements.locking import CORE, HERE, PROJECT, Lock, apart, digest, offered, read, written

PROJECT_TABLES: dict[str, Any] = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT_TABLES["project"]["optional-dependencies"]
TORCH = ("torch", "torch-cpu", "torch-cuda")
FILES = sorted(HERE.glob("*.txt"))


def lock(group: str) -> Lock:
    return read((HERE / f"{group}.txt").read_text(encoding="utf-8"))


def versions(*groups: str) -> dict[str, str]:
    """What the locks of groups install on this machine."""
    found = (Requirement(line) for group in groups for line in lock(group))
    here = (r for r in found if r.marker is None or r.marker.evaluate())
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in here}


def lacking(installed: dict[str, str], said: list[str], extra: str = "") -> list[str]:
    """Requirements that the versions of a lock do not meet."""
    asked = (Requirement(line) for line in said)
    here = (r for r in asked if r.marker is None or r.marker.evaluate({"extra": extra}))
    return [
        str(r)
        for r in here
        if not r.specifier.contains(installed.get(canonicalize_name(r.name), "0"), True)
    ]


def test_the_locks_are_of_this_pyproject() -> None:
    """`make lock` was run after the last change of what the project depends on."""
    assert digest(PROJECT_TABLES) in (HERE / f"{CORE}.txt").read_text(encoding="utf-8")
    changed = {**PROJECT_TABLES, "dependency-groups": {}}
    assert digest(changed) != digest(PROJECT_TABLES)


def test_every_group_has_its_lock_and_no_other() -> None:
    groups = {CORE, *TORCH, *EXTRAS, *PROJECT_TABLES["dependency-groups"]}
    assert {path.stem for path in FILES} == groups


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_lock_is_exact_hashed_and_without_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert " @ " not in text
    assert "index" not in text
    for line, hashes in read(text).items():
        assert Requirement(line).specifier
        assert all(s.operator == "==" and "*" not in s.version for s in Requirement(line).specifier)
        assert "--hash=sha256:" in hashes, line
    assert written(read(text)).splitlines()[-1] == text.splitlines()[-1]


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_a_lock_meets_what_the_project_asks_for(extra: str) -> None:
    said = EXTRAS[extra] if extra else PROJECT_TABLES["project"]["dependencies"]
    assert lacking(versions("torch", CORE, *([extra] if extra else [])), said) == []


@pytest.mark.parametrize("group", ["english", "dev", "scale"])
def test_a_lock_names_all_that_its_packages_need(group: str) -> None:
    """Nothing is looked for at installation but what the locks name."""
    installed = versions("torch", CORE, group)
    optional = set(versions("torch-cuda"))
    for name in installed:
        said = [line for line in requires(name) or () if "extra ==" not in line]
        missing = [r for r in lacking(installed, said) if Requirement(r).name not in optional]
        assert missing == [], name


def test_versions_are_the_same_in_every_group() -> None:
    seen: dict[str, str] = {}
    for group in (CORE, *EXTRAS):
        for name, version in versions(group).items():
            assert seen.setdefault(name, version) == version, name


def test_the_builds_of_torch_are_of_one_version() -> None:
    (pypi,), (cpu,) = lock("torch"), lock("torch-cpu")
    assert cpu == f"{pypi}+cpu"
    assert set(lock("torch").values()).isdisjoint(lock("torch-cpu").values())


def test_what_only_a_gpu_needs_stands_apart() -> None:
    found = dict(apart({"a==1": "", "torch==2": "", "nvidia-x==1": "", "triton==3": ""}))
    assert found == {
        CORE: {"a==1": ""},
        "torch": {"torch==2": ""},
        "torch-cuda": {"nvidia-x==1": "", "triton==3": ""},
    }
    assert not any(line.startswith(("nvidia", "triton", "cuda")) for line in lock(CORE))


def test_builds_of_another_index_are_accepted_by_their_hash(tmp_path: Path) -> None:
    name = "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl"
    (tmp_path / name).write_bytes(b"a build")
    (tmp_path / name.replace("2.13.0", "2.12.0")).write_bytes(b"another version")
    expected = sha256(b"a build").hexdigest()
    assert list(offered("2.13.0", str(tmp_path))) == [expected]
    (tmp_path / "torch").mkdir()
    link = f'<a href="../{name.replace("+", "%2B")}#sha256={expected}">{name}</a>'
    (tmp_path / "torch" / "index.html").write_text(link, encoding="utf-8")
    serving = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), serving) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert list(offered("2.13.0", f"http://127.0.0.1:{server.server_port}/")) == [expected]
        server.shutdown()


def made(folder: Path) -> Path:
    """A package as a wheel."""
    path = folder / "harmless-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as wheel:
        wheel.writestr("harmless.py", "")
        wheel.writestr(
            "harmless-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: harmless\nVersion: 1.0"
        )
        wheel.writestr("harmless-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any")
        wheel.writestr("harmless-1.0.dist-info/RECORD", "")
    return path


@pytest.mark.parametrize("is_planted", [False, True], ids=["as locked", "with another hash"])
def test_a_file_with_another_hash_is_refused(tmp_path: Path, is_planted: bool) -> None:
    """By the very options that `make setup` installs with."""
    hashed = sha256(made(tmp_path).read_bytes()).hexdigest()
    if is_planted:
        hashed = hashed[::-1]
    lock_file = tmp_path / "lock.txt"
    lock_file.write_text(written({"harmless==1.0": f" \\\n    --hash=sha256:{hashed}"}))
    options = ("--no-index", f"--find-links={tmp_path}", f"--target={tmp_path / 'there'}")
    command = [sys.executable, *LOCKED[1:], *options, "--requirement", str(lock_file)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode != 0) is is_planted
    assert ("DO NOT MATCH THE HASHES" in found.stderr) is is_planted
    assert (tmp_path / "there" / "harmless.py").exists() is not is_planted


def test_a_group_that_cannot_be_had_is_said_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hashed = f" \\\n    --hash=sha256:{sha256(made(tmp_path).read_bytes()).hexdigest()}"
    for group, package in {"torch-cpu": "harmless", CORE: "harmless", "node": "absent"}.items():
        (tmp_path / f"{group}.txt").write_text(written({f"{package}==1.0": hashed}))
    options = ("--no-index", f"--find-links={tmp_path}", f"--target={tmp_path / 'there'}")
    monkeypatch.setattr(installing, "HERE", tmp_path)
    monkeypatch.setattr(installing, "LOCKED", (*LOCKED, *options))
    monkeypatch.setattr(installing, "install_project", lambda: True)
    monkeypatch.setattr(sys, "argv", ["installing.py", "--try", "node"])
    assert installing.main() == 0
    assert installing.WITHOUT["node"] in capfd.readouterr().err
    assert (tmp_path / "there" / "harmless.py").exists()
    monkeypatch.setattr(sys, "argv", ["installing.py", "node"])
    assert installing.main() == 1
