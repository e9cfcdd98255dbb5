"""What was found before is remembered, up to so many things."""

from typing import TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


def remember(memory: dict[Key, Found], most: int, key: Key, found: Found) -> Found:
    """Keep what was found, and answer with it; a full memory begins anew.

    To forget all at once costs nothing while it fills, and a full one is soon filled again.
    """
    if len(memory) >= most:
        memory.clear()
    memory[key] = found
    return found
