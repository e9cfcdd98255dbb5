"""A lane: a few threads for work that keeps a core busy.

Python runs one thread at a time. Work that computes is not done sooner by more threads, and each
further one makes the loop that reads and writes requests wait its turn longer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Done = TypeVar("Done")


class Lane:
    """Runs work in its own threads, in the order it comes."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(
        self, work: Callable[Asked, Done], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Done:
        """What the work answers, once a thread has done it."""
        loop, here = asyncio.get_running_loop(), copy_context()
        return await loop.run_in_executor(self._threads, lambda: here.run(work, *args, **kwargs))

    def close(self) -> None:
        self._threads.shutdown(wait=True)
