"""What each field says where its model does not: read by people, and by the clients' generators."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

Facts = dict[str, Any]
WORDS = Path(__file__).with_name("fields.yaml")
EVERYWHERE = "everywhere"
PARAMETERS = "parameters"
Sections = dict[str, dict[str, str]]


def field_words() -> Iterator[tuple[str, str, str]]:
    """Schema, field and words; what is true of a field everywhere comes last."""
    sections = {name: words for name, words in _sections().items() if name != PARAMETERS}
    common = sections.pop(EVERYWHERE)
    for schemas, fields in (*sections.items(), (EVERYWHERE, common)):
        for field, words in fields.items():
            yield from ((schema, field, words) for schema in schemas.split())


def parameter_words() -> dict[str, str]:
    """What each parameter of a path or a query says."""
    return _sections()[PARAMETERS]


@lru_cache(maxsize=1)
def _sections() -> Sections:
    found: Sections = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return found


def describe_parameters(listed: Iterable[Facts]) -> None:
    """Give each parameter its words, unless it has some."""
    words = parameter_words()
    for parameter in listed:
        if parameter.get("name") in words:
            parameter.setdefault("description", words[parameter["name"]])


def describe_fields(schemas: Facts) -> None:
    """Give each field its words, unless its model has said something."""
    for name, field, words in field_words():
        for schema in schemas.values() if name == EVERYWHERE else [schemas.get(name, {})]:
            properties = schema.get("properties", {})
            if field in properties:
                properties[field].setdefault("description", words)
