"""How many servers this machine carries: one a core, as far as memory and a limit allow."""

from models import machine
from models.settings import Settings

MIB = 2**20
# What a worker takes for itself besides what all of them share; measured: docs/speed.md.
EACH = 200 * MIB
# The other half is left to the snapshot, the database and whatever else runs here.
SHARE_OF_MEMORY = 0.5
# Each has connections of its own to the database; who wants more says so.
MOST = 8


def workers_here(settings: Settings) -> int:
    """As many as the settings say; else by this machine."""
    return settings.workers or fitting(machine.cores(), machine.memory())


def fitting(cores: int, memory: int | None) -> int:
    """How many fit on so many cores with so much memory left; at least one."""
    room = MOST if memory is None else int(memory * SHARE_OF_MEMORY / EACH)
    return max(1, min(cores, room, MOST))
