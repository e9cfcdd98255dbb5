"""A memory holds what was found, and begins anew once it is full."""

from models.memory import remember


def test_it_begins_anew_once_it_is_full() -> None:
    memory: dict[str, int] = {}
    assert remember(memory, 2, "a", 1) == 1
    remember(memory, 2, "b", 2)
    assert memory == {"a": 1, "b": 2}
    remember(memory, 2, "c", 3)
    assert memory == {"c": 3}
