"""Records an example of every operation: `make contract` writes what the running app says.

Long lists are cut to their first two items; keys and tokens are made unreadable.
"""

import re
from pathlib import Path
from typing import Any

import orjson

from services.web.contract.document import EXAMPLES
from tests.contract.breaking import breaking
from tests.contract.calling import Facts
from tests.contract.conftest import RELEASED, Running

LONGEST = 2
SECRET = {"code", "key", "csrf_token", "secret"}
MOST_TEXT = 600
# Long and of capitals too: no code of a reason or an error.
TOKEN = re.compile(r"^(?=.*[A-Z])[A-Za-z0-9_.-]{16,}$")


def shortened(value: Any, name: str = "") -> Any:
    if name in SECRET and isinstance(value, str) and TOKEN.search(value):
        return f"{value[:3]}…"
    if isinstance(value, dict):
        return {k: shortened(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [shortened(one) for one in value[:LONGEST]]
    return value


def recorded(step: Facts, answer: Any) -> Facts:
    found: Facts = {k: step[k] for k in ("path", "query") if k in step}
    if "body" in step:
        found["body"] = shortened(step["body"])
    if "form" in step:
        found |= {"body": step["form"], "medium": "application/x-www-form-urlencoded"}
    if "file" in step:
        found |= {"body": {"file": step["file"]}, "medium": "multipart/form-data"}
    found["status"] = answer.status_code
    kind = answer.headers.get("content-type", "")
    if answer.content and kind == "application/json":
        found["answer"] = shortened(answer.json())
    elif "ndjson" in kind:
        found["answer"] = shortened(orjson.loads(answer.text.splitlines()[0]))
    elif answer.content:
        found["answer"] = answer.text[:MOST_TEXT]
    return found


def test_released(running: Running) -> None:
    """The document becomes the released one, unless it breaks that one."""
    if RELEASED.exists():
        assert breaking(orjson.loads(RELEASED.read_bytes()), running.document) == []
    document = without_examples(running.document)
    RELEASED.parent.mkdir(exist_ok=True)
    write(RELEASED, document)


def without_examples(value: Any) -> Any:
    """A document without what nobody's program rests on; a field may be called `example`."""
    if isinstance(value, dict):
        left_out = {"example", "examples"}
        return {
            k: without_examples(v)
            for k, v in value.items()
            if k not in left_out or "type" in (v if isinstance(v, dict) else ())
        }
    return [without_examples(one) for one in value] if isinstance(value, list) else value


def test_record(told: dict[str, tuple[Facts, Any]]) -> None:
    """Run by its name alone: its file is none that pytest collects."""
    for old in EXAMPLES.glob("*.json"):
        old.unlink()
    for name, (step, answer) in told.items():
        assert answer.status_code < 300, (name, answer.text[:500])
        write(EXAMPLES / f"{name}.json", recorded(step, answer))


def write(path: Path, content: Facts) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    path.write_bytes(orjson.dumps(content, option=options))
