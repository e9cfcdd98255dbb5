"""Words that name a person are found however they are spelt, and by hashes alone."""

import orjson
import pytest

from services.persons.finding import Sought, rewritten

SOUGHT = Sought.of(["Ana Ruiz", "ana.ruiz@city.example", "+34 600 123", ""])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ana Ruiz", "P"),
        ("by ANA-RUIZ, or ana  ruiz.", "by P, or P."),
        ("ana.ruiz@city.example", "P"),
        ("ana.ruiz@town.example", "P@town.example"),
        ("call +34-600-123!", "call +P!"),
        ("Mariana Ruiz and Ana", "Mariana Ruiz and Ana"),
        ("Ana Ruizova", "Ana Ruizova"),
        ("", ""),
    ],
)
def test_each_place_is_found_and_nothing_like_it(text: str, left: str) -> None:
    assert SOUGHT.replaced(text, "P") == left
    assert SOUGHT.is_in(text) == (text != left)


def test_in_a_document_only_texts_are_changed() -> None:
    document = orjson.dumps(
        {"z": ["so:\nAna Ruiz", 1.5, None], "Ana Ruiz": {"a": 'say "Ana Ruiz"'}}
    )
    changed = rewritten(document.decode(), lambda text: SOUGHT.replaced(text, "P"))
    assert orjson.loads(changed) == {"z": ["so:\nP", 1.5, None], "Ana Ruiz": {"a": 'say "P"'}}
    assert list(orjson.loads(changed)) == ["z", "Ana Ruiz"]


def test_hashes_find_without_the_words() -> None:
    again = Sought(SOUGHT.key, SOUGHT.hashes)
    assert again.is_in("Ana Ruiz")
    assert Sought.of(["Ana Ruiz"]).hashes != SOUGHT.hashes
