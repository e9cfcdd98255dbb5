"""Ids of matches: signed with the server's secret, so that nobody can guess one."""

import hmac
from collections.abc import Mapping
from typing import Any

import orjson


class MatchIds:
    """Signs what was asked and what it was answered with."""

    def __init__(self, secret: bytes) -> None:
        # To begin with a key takes longer than to sign so little: each id goes on from here.
        self._begun = hmac.new(secret, digestmod="sha256")

    def __call__(self, content: Mapping[str, Any]) -> str:
        """The id of a match: the same question on the same snapshot has the same one."""
        signed = self._begun.copy()
        signed.update(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
        return "m_" + signed.hexdigest()[:32]
