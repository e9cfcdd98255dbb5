"""Named points at which a test makes the process die, as a crash would have it.

Only under Python's development mode (`python -X dev`), which no installation runs in: the
variable COUNTERPART_FAILPOINT names the point, and `name:3` dies when it is reached a third time.
"""

import os
import signal
import sys
from collections import Counter

VARIABLE = "COUNTERPART_FAILPOINT"
_times: Counter[str] = Counter()


def reached(point: str) -> None:
    """Die here, where a test asked for it."""
    if not sys.flags.dev_mode:
        return
    name, _, time = os.environ.get(VARIABLE, "").partition(":")
    if name != point:
        return
    _times[point] += 1
    if _times[point] == int(time or 1):
        os.kill(os.getpid(), signal.SIGKILL)
