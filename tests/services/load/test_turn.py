"""Of those that share a folder one has the turn, until it ends."""

import subprocess
import sys
from pathlib import Path

from services.load.turn import Turn

HOLDER = """
import sys, time
from pathlib import Path
from services.load.turn import Turn
turn = Turn(Path(sys.argv[1]))
print(turn.is_mine(), flush=True)
time.sleep(600)
"""


def test_one_has_it_until_it_is_given_back(tmp_path: Path) -> None:
    one, other = Turn(tmp_path / "new" / "lock"), Turn(tmp_path / "new" / "lock")
    assert one.is_mine()
    assert not other.is_mine()
    assert one.is_mine()
    one.give_back()
    assert other.is_mine()
    assert not one.is_mine()
    one.give_back()
    assert other.is_mine()
    other.give_back()


def test_who_is_killed_loses_it(tmp_path: Path) -> None:
    turn, command = Turn(tmp_path / "lock"), [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not turn.is_mine()
        holder.kill()
    assert turn.is_mine()
    turn.give_back()
