"""What is loaded: no embedding model until there is a text to read."""

import subprocess
import sys
from pathlib import Path

from tests.matcher_fixtures import Published

ROOT = Path(__file__).parents[3]
HEAVY = ("torch", "sentence_transformers", "transformers", "onnxruntime")

MATCH = """
import sys
from fastapi.testclient import TestClient
from models.settings import Settings
from services.matcher.app import create_app
app = create_app(Settings(_env_file=None, var=sys.argv[1], secret="s"))
client = TestClient(app, client=("127.0.0.1", 5000))
for kind in ("peers", "collaborations"):
    answer = client.post(f"/v1/matches/{kind}", json={"place_id": "gn:2654675"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["results"]
heavy = sorted(set(sys.argv[2:]) & set(sys.modules))
assert not heavy, heavy
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_matching_a_stored_place_loads_no_model(published: Published) -> None:
    done = run(MATCH, str(published.settings.var), *HEAVY)
    assert done.returncode == 0, done.stderr
