"""JSON as answers have it: written at the end, or piece by piece where pieces are said again."""

from typing import Any

import orjson

_ANY_KEYS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def as_json(value: Any) -> bytes:
    """A value as the bytes of JSON; to look at each key takes a fifth more, and few need it."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError:
        return orjson.dumps(value, option=_ANY_KEYS)


def read_back(answer: Any) -> Any:
    """An answer as plain data for whoever reads it here: some of it is written already."""
    return orjson.loads(as_json(answer))
