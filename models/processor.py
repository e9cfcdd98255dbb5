"""What the processor of this machine can do."""

from pathlib import Path

_TOLD = Path("/proc/cpuinfo")


def processor_has(*abilities: str) -> bool | None:
    """Whether it has one of these abilities, as Linux names them; None where nobody says."""
    told = _told("flags")
    return None if told is None else not set(abilities).isdisjoint(told.split())


def model_name() -> str | None:
    """What its maker calls it; None where nobody says."""
    return _told("model name")


def _told(subject: str) -> str | None:
    """What Linux says of the first core."""
    try:
        lines = _TOLD.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.split(":")[0].strip() == subject), None)
    return None if found is None else found.partition(":")[2].strip()
