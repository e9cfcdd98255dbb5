"""The server's secret is made once, whoever comes first, and never seen half written."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from services.access.server_secret import SECRET_BYTES, server_secret

AT_ONCE = 8


def test_all_who_come_at_once_have_the_same_secret(tmp_path: Path) -> None:
    for number in range(25):
        var, start = tmp_path / str(number), Barrier(AT_ONCE)

        def come(var: Path = var, start: Barrier = start) -> bytes:
            start.wait()
            return server_secret("", var)

        with ThreadPoolExecutor(AT_ONCE) as many:
            found = {one.result() for one in [many.submit(come) for _ in range(AT_ONCE)]}
        assert [len(secret) for secret in found] == [SECRET_BYTES]
        assert [path.name for path in var.iterdir()] == ["secret"]
        assert (var / "secret").stat().st_mode & 0o077 == 0
