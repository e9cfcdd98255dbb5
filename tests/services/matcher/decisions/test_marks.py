"""What waits in one process is known to others of its folder, and to nobody for longer."""

import subprocess
import sys
from pathlib import Path

from services.matcher.decisions.marks import SLOTS, Marks

ONE, OTHER = ("a", "m_1"), ("b", "m_1")
DYING = """
import os, sys
from pathlib import Path
from services.matcher.decisions.marks import Marks
Marks(Path(sys.argv[1])).put(("a", "m_1"))
print("put", flush=True)
sys.stdin.read()
"""


def test_another_knows_what_waits_until_it_does_not(tmp_path: Path) -> None:
    here, there = Marks(tmp_path), Marks(tmp_path)
    first = here.put(ONE)
    assert there.others_have(ONE)
    assert not there.others_have(OTHER)
    assert not here.others_have(ONE)
    second = here.put(OTHER)
    here.wait_from(second)
    assert (first, second) == (0, 1)
    assert (there.others_have(ONE), there.others_have(OTHER)) == (False, True)
    here.wait_from(None)
    assert not there.others_have(OTHER)
    here.close()
    there.close()
    assert list(tmp_path.iterdir()) == []


def test_the_ring_goes_round(tmp_path: Path) -> None:
    here, there = Marks(tmp_path), Marks(tmp_path)
    for number in range(SLOTS):
        here.wait_from(here.put(("a", f"m_{number}")))
    here.put(ONE)
    assert there.others_have(("a", f"m_{SLOTS - 1}"))
    assert there.others_have(ONE)
    assert not there.others_have(("a", "m_0"))
    here.close()
    there.close()


def test_what_a_dead_process_left_behind_is_nobodys(tmp_path: Path) -> None:
    here, command = Marks(tmp_path), [sys.executable, "-c", DYING, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "put\n"
        assert here.others_have(ONE)
        process.kill()
    assert not here.others_have(ONE)
    later = Marks(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    here.close()
    later.close()
