"""Answers as they are kept: packed, since one says the same sources and words many times."""

import threading
import zlib

import zstandard

# Beyond this an answer takes longer to pack than to make, and is hardly smaller.
LEVEL = 2


class Unreadable(Exception):
    """What was kept is no packed answer (any more)."""


# Making a packer takes as long as packing; one must not be used by two threads at once.
_own = threading.local()


def packed(content: bytes) -> bytes:
    if not hasattr(_own, "packer"):
        _own.packer = zstandard.ZstdCompressor(LEVEL)
    kept: bytes = _own.packer.compress(content)
    return kept


def unpacked(kept: bytes) -> bytes:
    """What was packed; records of earlier versions were packed by zlib."""
    try:
        if kept.startswith(zstandard.FRAME_HEADER):
            return zstandard.decompress(kept)
        return zlib.decompress(kept)
    except (zstandard.ZstdError, zlib.error) as error:
        raise Unreadable from error
