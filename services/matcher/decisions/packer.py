"""Answers that wait to be written down are packed beside whoever answers, many at a time.

Packed one by one by another thread, an answer takes more time of the one that made it than packing
does: each time that thread wants the interpreter back, the one that answers has to let go of it.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from services.matcher.decisions.asked import Made
from services.matcher.decisions.packing import packed

# Of answers: of two sides some forty, which take a millisecond to pack.
BYTES_AT_ONCE = 4_000_000


@dataclass(slots=True)
class Waiting:
    """An answer that waits: what it was made of, its bytes, and what else its row says."""

    made: Made
    answer: bytes
    recorded_at: datetime
    digest_key: str


class Packer:
    """Packs what waits, in the order in which it came."""

    def __init__(self) -> None:
        self._unpacked: list[Waiting] = []
        self._bytes = 0
        self._packing = Lock()
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="packer")

    def add(self, waiting: Waiting) -> None:
        """Take in what is not packed yet; by one thread at a time."""
        self._unpacked.append(waiting)
        self._bytes += len(waiting.answer)
        if self._bytes >= BYTES_AT_ONCE:
            self._bytes = 0
            self._hand_over()

    def _hand_over(self) -> None:
        """Have all packed beside; where that is behind, whoever answers helps, or they pile up."""
        if self._packing.locked():
            self.pack()
        else:
            self._beside.submit(self.pack)

    def pack(self) -> None:
        """Pack all that came until now."""
        with self._packing:
            many = list(self._unpacked)
            for waiting, kept in zip(many, packed([one.answer for one in many]), strict=True):
                waiting.answer = kept
            del self._unpacked[: len(many)]
