"""`counterpart weights`: learned weights are installed, used at the next publish, taken back."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.data_tables import DATA
from models.snapshot import SnapshotStore
from services.cli import app
from services.ingest.publish import weights_of


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SnapshotStore:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERPART_VAR", str(tmp_path / "var"))
    return SnapshotStore(tmp_path / "var" / "snapshots")


def _run(*words: str) -> tuple[int, str]:
    ended = CliRunner().invoke(app, ["weights", *words])
    return ended.exit_code, ended.output


def test_learned_weights_are_installed_and_taken_back(store: SnapshotStore, tmp_path: Path) -> None:
    own = json.loads((DATA / "weights.json").read_text())
    file = tmp_path / "learned.json"
    file.write_text(json.dumps({**own, "version": "learned-x", "learned": {"data": "pairs"}}))
    assert weights_of(store) == DATA / "weights.json"
    assert _run("install", str(file))[0] == 0
    assert json.loads(weights_of(store).read_text())["version"] == "learned-x"
    assert _run("rollback")[0] == 0
    assert weights_of(store) == DATA / "weights.json"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"learned": None}, "was not written"),
        ({"peers": {}}, "other features"),
        ({"shapes": {"cohort": {"fame": 2}}}, "other features"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    store: SnapshotStore, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    own = json.loads((DATA / "weights.json").read_text())
    file = tmp_path / "odd.json"
    file.write_text(json.dumps({**own, "learned": {"data": "pairs"}, **change}))
    code, told = _run("install", str(file))
    assert code == 1
    assert said in told
    assert weights_of(store) == DATA / "weights.json"
