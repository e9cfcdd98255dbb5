"""Ids of matches: signed with the server's secret, so that nobody can guess one."""

import hmac
from collections.abc import Mapping
from typing import Any

import orjson


def match_id(secret: bytes, content: Mapping[str, Any]) -> str:
    """The id of a match: the same question on the same snapshot has the same one."""
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return "m_" + hmac.digest(secret, text, "sha256").hex()[:32]
