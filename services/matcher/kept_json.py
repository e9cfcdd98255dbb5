"""Parts of answers that are kept as the bytes of JSON."""

from typing import Any

from services.written_json import as_json


def kept_bytes(value: Any) -> bytes:
    """A value as the bytes of JSON, in no more memory than they take.

    What orjson hands out holds on to the 4 KB that it began with, however little it wrote.
    """
    return bytes(memoryview(as_json(value)))
