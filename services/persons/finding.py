"""What names a person, found in texts by keyed hashes: whoever has those alone reads no name."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

_WORD = re.compile(r"\w+")
KEY_BYTES = 32


@dataclass(frozen=True)
class Sought:
    """Names, addresses and numbers of a person, as hashes of their words."""

    key: bytes
    hashes: dict[int, frozenset[str]]
    """By how many words they have."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Sought":
        """What has these words, however it is spelt: large or small, with a dash or a space."""
        key, hashes = secrets.token_bytes(KEY_BYTES), dict[int, frozenset[str]]()
        for text in texts:
            words = _WORD.findall(text)
            if words:
                hashes[len(words)] = hashes.get(len(words), frozenset()) | {_hash(key, words)}
        return cls(key, hashes)

    def is_in(self, text: str) -> bool:
        return next(self._spans(text), None) is not None

    def replaced(self, text: str, by: str) -> str:
        """The text with `by` in each place."""
        parts, end = [], 0
        for start, stop in self._spans(text):
            parts += [text[end:start], by]
            end = stop
        return "".join([*parts, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it stands, the longest first: an address may begin with a name."""
        found, at = list(_WORD.finditer(text)), 0
        while at < len(found):
            count = next(
                (n for n in sorted(self.hashes, reverse=True) if self._at(found, at, n)), 0
            )
            if count:
                yield found[at].start(), found[at + count - 1].end()
            at += count or 1

    def _at(self, found: list["re.Match[str]"], at: int, count: int) -> bool:
        words = [word.group() for word in found[at : at + count]]
        return len(words) == count and _hash(self.key, words) in self.hashes[count]


def _hash(key: bytes, words: list[str]) -> str:
    folded = " ".join(word.casefold() for word in words)
    return hmac.digest(key, folded.encode(), hashlib.sha256).hex()


def rewritten(content: str, change: Callable[[str], str]) -> str:
    """A text with a change; of a JSON document each text in it, so that it stays one."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return change(content)
    if not isinstance(document, dict | list):
        return change(content)
    return orjson.dumps(_in(document, change)).decode()


def _in(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _in(one, change) for name, one in value.items()}
    return value
