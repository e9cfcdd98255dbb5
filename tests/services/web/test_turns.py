"""Whoever waits is answered in order, a few together, and the loop goes on in between."""

import asyncio

from services.stepwise import TOGETHER, Stepwise
from services.web.turns import Turn, Turns


def test_a_few_turns_are_taken_in_step_and_the_loop_goes_round_after_them() -> None:
    done: list[str] = []

    def turn(name: str) -> Turn:
        def taken() -> Stepwise[None]:
            done.append(f"{name} begins")
            yield
            done.append(f"{name} ends")

        return taken

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        turns = Turns(loop)
        for name in range(TOGETHER + 1):
            turns.wait(turn(str(name)))
        loop.call_soon(lambda: turns.wait(turn("who came meanwhile")))
        loop.call_soon(lambda: loop.call_soon(done.append, "who needs two rounds"))
        while len(done) < 2 * TOGETHER + 5:
            await asyncio.sleep(0)

    asyncio.run(ask())
    first = [str(name) for name in range(TOGETHER)]
    then = [str(TOGETHER), "who came meanwhile"]
    assert done == [
        *(f"{name} begins" for name in first), *(f"{name} ends" for name in first),
        "who needs two rounds",
        *(f"{name} begins" for name in then), *(f"{name} ends" for name in then),
    ]  # fmt: skip


def test_a_turn_that_fails_keeps_nobody_from_theirs() -> None:
    done: list[str] = []

    def fail() -> Stepwise[None]:
        yield
        raise RuntimeError("broken")

    def turn() -> Stepwise[None]:
        yield
        yield
        done.append("done")

    async def ask() -> list[BaseException]:
        told: list[BaseException] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        turns = Turns(loop)
        turns.wait(fail)
        turns.wait(turn)
        while not done:
            await asyncio.sleep(0)
        turns.wait(turn)
        while len(done) < 2:
            await asyncio.sleep(0)
        return told

    assert [str(error) for error in asyncio.run(ask())] == ["broken"]
