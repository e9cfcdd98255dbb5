"""Work that is done step by step, all in one go or several in step."""

from contextvars import ContextVar

import pytest

from services.stepwise import Stepwise, in_one_go, in_step

WHOSE: ContextVar[str] = ContextVar("whose")


def test_each_step_is_taken_by_all_before_the_next_and_each_has_its_own_context() -> None:
    done: list[str] = []

    def work(name: str, steps: int) -> Stepwise[str]:
        WHOSE.set(name)
        for step in range(steps):
            done.append(f"{WHOSE.get()}{step}")
            yield
        return WHOSE.get()

    assert in_step([work("a", 1), work("b", 3), work("c", 2)]) == ["a", "b", "c"]
    assert done == ["a0", "b0", "c0", "b1", "c1", "b2"]
    assert WHOSE.get("nobody") == "nobody"
    assert in_step([work("d", 2)]) == [in_one_go(work("d", 2))] == ["d"]


def test_what_fails_is_told() -> None:
    def work() -> Stepwise[None]:
        yield
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        in_one_go(work())
