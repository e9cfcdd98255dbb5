"""Where children come from that a check may kill: `python -X dev -m tests.trust.dying`.

One process imports once what all need, and the modules it is given; for each line
"WHAT<tab>VAR<tab>POINT" on its input it forks a child that does the work, and says the child's
number and, once that is dead, how it ended.
"""

import gc
import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from models.database import Sessions, connect, sessions
from models.failpoints import VARIABLE
from models.settings import Settings
from tests.trust import faults, work

WORK: dict[str, Callable[[Settings, Sessions], None]] = {
    done.__name__: done
    for done in (
        work.importing,
        work.publishing,
        work.serving,
        work.serving_both,
        work.migrating,
        work.deciding,
        faults.importing_too_early,
        faults.importing_swallowing,
        faults.publishing_carelessly,
        faults.publishing_unsynced,
        faults.serving_forgetful,
        faults.serving_both_careless,
        faults.serving_nearly,
        faults.migrating_piecemeal,
        faults.deciding_too_early,
        faults.deciding_unsynced,
    )
}


def live(what: str, var: str, point: str) -> int:
    """The life of a child; it ends with 0, or with what went wrong on stderr."""
    os.environ[VARIABLE] = point
    # What is said there is said by the parent alone.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    settings = work.settings_in(Path(var))
    try:
        WORK[what](settings, sessions(connect(settings.url)))
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    for name in sys.argv[1:]:
        import_module(name)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(live(*line.rstrip("\n").split("\t")))
        say(child)
        sys.stdin.readline()  # whoever asked has a hold of it by now
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
