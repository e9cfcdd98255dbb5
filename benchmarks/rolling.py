"""Rolling restarts of two matchers behind nginx, under load: `python -m benchmarks.rolling`.

Each is told to stop, is taken out of nginx once its /readyz says no, as any balancer does, ends,
starts again, and is let back in once /readyz says yes. Every request that does not get 200 counts.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.over_http import answer_once, requests_of

_CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream matchers {{ keepalive 16; {servers} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://matchers; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""  # noqa: E501
_PATIENCE = 120


@dataclass
class Matcher:
    """A matcher process that is restarted."""

    port: int
    var: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("counterpart")), "serve", "matcher"]
        env = {**os.environ, "COUNTERPART_VAR": str(self.var), "COUNTERPART_DRAIN_SECONDS": "4"}
        env |= {"COUNTERPART_PUBLIC_READ": "true", "COUNTERPART_RATE_PER_ADDRESS": ""}
        env["COUNTERPART_WORKERS"] = "1"
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)], env=env, stdout=quiet, stderr=quiet
        )

    def is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/readyz"
        # An answer of 503 is an OSError too.
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return True
        return False

    def wait(self, ready: bool) -> None:
        until = time.monotonic() + _PATIENCE
        while self.is_ready() != ready:
            if time.monotonic() > until:
                raise RuntimeError(f"the matcher at {self.port} did not become ready={ready}")
            time.sleep(0.1)

    def stop(self, gently: bool = True) -> float:
        """Seconds until it has ended."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM if gently else signal.SIGKILL)
        return began

    def ended(self, began: float) -> float:
        assert self.process is not None
        self.process.wait(_PATIENCE)
        return time.monotonic() - began


@dataclass
class Proxy:
    """nginx before the matchers that are let in."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def let_in(self, ports: list[int]) -> None:
        servers = " ".join(f"server 127.0.0.1:{port};" for port in ports)
        text = _CONFIGURATION.format(folder=self.folder, port=self.port, servers=servers)
        (self.folder / "nginx.conf").write_text(text)
        command = ["nginx", "-c", str(self.folder / "nginx.conf"), "-e", "stderr"]
        if self.process is None:
            self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        else:
            self.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


@dataclass
class Load:
    """Requests one after another on some connections, until told to stop."""

    port: int
    asked: list[bytes]
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    stopping: bool = False

    async def run(self, connections: int) -> None:
        await asyncio.gather(*(self._one() for _ in range(connections)))

    async def _one(self) -> None:
        while not self.stopping:
            try:
                await answer_once(self.port, random.choice(self.asked))
                self.answered += 1
            except (OSError, RuntimeError, EOFError) as error:
                self.failures.append(f"{type(error).__name__}: {error}"[:200])


def roll(matchers: list[Matcher], proxy: Proxy, restarts: int, gently: bool) -> list[float]:
    """Restart one after the other; answers with the seconds each took to end."""
    took = []
    for number in range(restarts):
        one = matchers[number % len(matchers)]
        rest = [m.port for m in matchers if m is not one]
        began = one.stop(gently)
        if gently:
            one.wait(ready=False)
            proxy.let_in(rest)
        took.append(one.ended(began))
        one.start()
        one.wait(ready=True)
        proxy.let_in([m.port for m in matchers])
    return took


async def measure(var: Path, restarts: int, gently: bool, port: int) -> tuple[Load, list[float]]:
    """Restarts under load; not `gently` is the planted fault: killed while nginx sends to it."""
    matchers = [Matcher(port + 1, var), Matcher(port + 2, var)]
    load = Load(port, requests_of(var, "peers, one side", 2000))
    with TemporaryDirectory() as folder:
        proxy = Proxy(Path(folder), port)
        try:
            for matcher in matchers:
                matcher.start()
            for matcher in matchers:
                await asyncio.to_thread(matcher.wait, True)
            proxy.let_in([m.port for m in matchers])
            asking = asyncio.create_task(load.run(16))
            took = await asyncio.to_thread(roll, matchers, proxy, restarts, gently)
            load.stopping = True
            await asking
        finally:
            proxy.stop()
            for matcher in matchers:
                if matcher.process is not None:
                    matcher.process.kill()
                    matcher.process.wait()
    return load, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--var", type=Path, default=Path("var"))
    parser.add_argument("--port", type=int, default=8770)
    parser.add_argument("--planted", action="store_true", help="kill instead: requests must fail")
    asked = parser.parse_args()
    measured = measure(asked.var, asked.restarts, not asked.planted, asked.port)
    load, took = asyncio.run(measured)
    sys.stdout.write(
        f"{asked.restarts} restarts, {load.answered} requests answered, "
        f"{len(load.failures)} failed; ended within {max(took):.1f} s\n"
    )
    for failure in sorted(set(load.failures))[:10]:
        sys.stdout.write(f"  {failure}\n")
    sys.exit(bool(load.failures) != asked.planted)


if __name__ == "__main__":
    main()
