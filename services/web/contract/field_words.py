"""What each field says where its model does not: read by people, and by the clients' generators."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Facts = dict[str, Any]
WORDS = Path(__file__).with_name("fields.yaml")
EVERYWHERE = "everywhere"


def field_words() -> Iterator[tuple[str, str, str]]:
    """Schema, field and words; what is true of a field everywhere comes last."""
    sections: dict[str, dict[str, str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    common = sections.pop(EVERYWHERE)
    for schemas, fields in (*sections.items(), (EVERYWHERE, common)):
        for field, words in fields.items():
            yield from ((schema, field, words) for schema in schemas.split())


def describe_fields(schemas: Facts) -> None:
    """Give each field its words, unless its model has said something."""
    for name, field, words in field_words():
        for schema in schemas.values() if name == EVERYWHERE else [schemas.get(name, {})]:
            properties = schema.get("properties", {})
            if field in properties:
                properties[field].setdefault("description", words)
