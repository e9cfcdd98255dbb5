"""What fails beneath the service, as problems that say so: the database away, the disk full."""

import errno
import logging
from collections.abc import Iterator

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout

from models.errors import NotReady, Problem

BENEATH = (OperationalError, SQLAlchemyTimeout, OSError)
log = logging.getLogger("access")
AWAY = "The database cannot be reached or is busy."
UNEXPECTED = "Something went wrong here; the request id helps find it."
FULL = "The disk of the service is full or cannot be written: nothing of this was kept."
_OF_DISKS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
# As SQLite words what its file could not take.
_SAID_OF_DISKS = (
    "disk is full",
    "disk I/O error",
    "readonly database",
    "unable to open database file",
)


def beneath(error: Exception) -> Problem:
    """The problem that stands for it; what is neither is a fault of ours."""
    if any(map(_is_of_disks, _chain(error))):
        log.error("the disk is full or cannot be written", exc_info=error)
        return NotReady(FULL)
    if isinstance(error, OSError):
        log.error("request failed", exc_info=error)
        return Problem(UNEXPECTED)
    return NotReady(AWAY)


def _is_of_disks(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _OF_DISKS
    return any(said in str(error) for said in _SAID_OF_DISKS)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and those it came of: undoing what the disk did not take fails in its turn."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
