"""What a browser gets from elsewhere: where it lies, and why it is not there."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent
PACKAGES, LOCK = FOLDER / "package.json", FOLDER / "package-lock.json"
INSTALLED = FOLDER / "installed"
STAMP = "installed.sha256"


def lock_hash() -> str:
    """What the lock file asks for, in one hash."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def why_not() -> str | None:
    """Why styles and scripts are missing; None where they are there."""
    stamp = INSTALLED / STAMP
    if not stamp.exists():
        return "missing"
    return None if stamp.read_text() == lock_hash() else "outdated"
