"""Whoever waits is answered in order, and the loop goes on between two answers."""

import asyncio

from services.web.turns import Turns


def test_turns_are_taken_in_order_and_the_loop_goes_on_between_them() -> None:
    done: list[str] = []

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        turns = Turns(loop)
        turns.wait(lambda: done.append("first"))
        turns.wait(lambda: done.append("second"))
        loop.call_soon(lambda: turns.wait(lambda: done.append("came meanwhile")))
        loop.call_soon(done.append, "the loop")
        while len(done) < 4:
            await asyncio.sleep(0)

    asyncio.run(ask())
    assert done == ["first", "the loop", "second", "came meanwhile"]


def test_a_turn_that_fails_keeps_nobody_from_theirs() -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("broken")

    async def ask() -> list[BaseException]:
        told: list[BaseException] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        turns = Turns(loop)
        turns.wait(fail)
        turns.wait(lambda: done.append("second"))
        while not done:
            await asyncio.sleep(0)
        turns.wait(lambda: done.append("later"))
        while len(done) < 2:
            await asyncio.sleep(0)
        return told

    assert [str(error) for error in asyncio.run(ask())] == ["broken"]
