"""What is kept as JSON says what it was made of, and takes no more memory than that."""

import tracemalloc

import orjson

from services.matcher.kept_json import kept_bytes


def test_it_is_written_as_answers_are() -> None:
    value = {"id": "gn:1", "name": "Bilbao", "since": None}
    assert kept_bytes(value) == orjson.dumps(value)


def test_many_small_parts_take_little_memory() -> None:
    tracemalloc.start()
    try:
        held = [kept_bytes({"id": number}) for number in range(200)]
        in_all, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert in_all < 1_000 * len(held)
