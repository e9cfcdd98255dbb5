"""Waiting for what other threads and processes do."""

import time
from collections.abc import Callable

PATIENCE = 60


def until(met: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait until it is met; fail after so many seconds, and say what was waited for."""
    end = time.monotonic() + patience
    while not met():
        assert time.monotonic() < end, f"not within {patience} s: {what}"
        time.sleep(0.02)
