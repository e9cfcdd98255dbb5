"""What the processor of this machine can do."""

from pathlib import Path

_TOLD = Path("/proc/cpuinfo")


def processor_has(*abilities: str) -> bool | None:
    """Whether it has one of these abilities, as Linux names them; None where nobody says."""
    try:
        lines = _TOLD.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    told = next((line for line in lines if line.startswith("flags")), None)
    return None if told is None else not set(abilities).isdisjoint(told.split())
