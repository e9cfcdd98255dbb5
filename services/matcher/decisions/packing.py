"""Answers as they are kept: packed, since one says the same sources and words many times."""

import zlib
from collections.abc import Sequence

import zstandard

# What repeats lies near: tables larger than these (8 KB) save a twentieth of the room at most, and
# take more of the nearest cache.
FORM = zstandard.ZstdCompressionParameters.from_level(1, window_log=17, hash_log=11)


class Unreadable(Exception):
    """What was kept is no packed answer (any more)."""


def packed(contents: Sequence[bytes]) -> list[bytes]:
    """Many packed at a time: Python's lock is let go of once, and not for each of them."""
    if not contents:
        return []
    packer = zstandard.ZstdCompressor(compression_params=FORM)
    many = packer.multi_compress_to_buffer([*contents])
    return [many[at].tobytes() for at in range(len(many))]


def unpacked(kept: bytes) -> bytes:
    """What was packed; records of earlier versions were packed by zlib."""
    try:
        if kept.startswith(zstandard.FRAME_HEADER):
            return zstandard.decompress(kept)
        return zlib.decompress(kept)
    except (zstandard.ZstdError, zlib.error) as error:
        raise Unreadable from error
