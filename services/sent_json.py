"""JSON as it was sent: nested no deeper than all that reads, words and writes it can go."""

import re
from typing import Any

import orjson

# The deepest value of the contract has some ten levels; Python gives up at about a thousand, and
# the writer of JSON at 254.
LEVELS = 100
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def loads(sent: bytes | str) -> Any:
    """The value; what is no JSON, or nested too deeply, raises where and why."""
    value = orjson.loads(sent)
    if _brackets(sent) > LEVELS and _is_too_deep(value):
        text = sent if isinstance(sent, str) else sent.decode()
        raise orjson.JSONDecodeError(f"nested more than {LEVELS} levels deep", text, _where(text))
    return value


def _brackets(sent: bytes | str) -> int:
    if isinstance(sent, str):
        return sent.count("[") + sent.count("{")
    return sent.count(b"[") + sent.count(b"{")


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(LEVELS):
        level = [inner for outer in level for inner in _within(outer)]
        if not level:
            return False
    return any(isinstance(inner, dict | list) for inner in level)


def _within(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _where(text: str) -> int:
    """The position of the first bracket beyond the limit."""
    depth = 0
    for token in _TOKENS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > LEVELS:
            return token.start()
    return 0
