"""Answers as they are kept: packed, since one says the same sources and words many times."""

import threading
import zlib

import zstandard

# What repeats lies near, and between two answers all tables are forgotten by the nearest cache: of
# the smallest ones (8 KB) less has to be fetched than they save in room.
FORM = zstandard.ZstdCompressionParameters.from_level(1, window_log=17, hash_log=11)


class Unreadable(Exception):
    """What was kept is no packed answer (any more)."""


# Making a packer takes as long as packing; one must not be used by two threads at once.
_own = threading.local()


def packed(content: bytes) -> bytes:
    if not hasattr(_own, "packer"):
        _own.packer = zstandard.ZstdCompressor(compression_params=FORM)
    # In no more memory than it takes: the packer hands out room for what it packed.
    return bytes(memoryview(_own.packer.compress(content)))


def unpacked(kept: bytes) -> bytes:
    """What was packed; records of earlier versions were packed by zlib."""
    try:
        if kept.startswith(zstandard.FRAME_HEADER):
            return zstandard.decompress(kept)
        return zlib.decompress(kept)
    except (zstandard.ZstdError, zlib.error) as error:
        raise Unreadable from error
