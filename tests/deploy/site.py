"""The example of docs/deploy.md, "Several machines", as processes of this machine.

Two matchers behind nginx with the configuration of deploy/, one ingest service, one PostgreSQL, a
snapshot store behind a URL, a Dask scheduler and two workers.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import orjson

from benchmarks.cluster import Cluster, cluster
from tests import waiting

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120
# Between two requests of a connection: it is no test of speed, and others need the cores.
PAUSE = 0.02
# The command of the service, handing out all there is to read, also what takes some seconds.
_COUNTERPART = (
    sys.executable,
    "-c",
    "from services.cli import app; from services.ingest import embed; "
    "embed.SECONDS_WORTH_IT = 0.0; embed._read_meanwhile = lambda *_: (); app()",
)
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# Of the user that the tests are run by, whose folder nobody else may write to.
_AROUND = """
user {user}; daemon off; worker_processes 1; pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  include {folder}/counterpart.conf;
}}
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ask(
    port: int, method: str, path: str, body: bytes | None = None, key: str = "", kind: str = "json"
) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=70)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if body is not None:
        headers["Content-Type"] = "application/json" if kind == "json" else kind
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def until(met: Callable[[], bool], what: str) -> None:
    """Wait as long as a site of ten processes may take."""
    waiting.until(met, what, PATIENCE)


@dataclass
class Load:
    """The same question asked again and again through nginx, and what came of it."""

    port: int
    key: str
    question: bytes
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    stopping: bool = False

    @contextmanager
    def asking(self, connections: int = 2) -> Iterator[None]:
        threads = [Thread(target=self._ask) for _ in range(connections)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopping = True
            for thread in threads:
                thread.join()

    def _ask(self) -> None:
        while not self.stopping:
            time.sleep(PAUSE)
            try:
                status, body = ask(self.port, "POST", "/v1/matches/peers", self.question, self.key)
            except (OSError, HTTPException) as error:
                self.failures.append(repr(error))
                continue
            if status != 200:
                self.failures.append(f"{status} {body[:200]!r}")
                continue
            self.answered += 1
            self.bodies.setdefault(orjson.loads(body)["snapshot_id"], set()).add(body)


@dataclass
class Site:
    """Where everything of a running site is."""

    folder: Path
    environment: dict[str, str]
    dask: Cluster
    key: str
    port: int = field(default_factory=free_port)
    matchers: list[int] = field(default_factory=list)
    ingest: int = 0
    processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, expected: int = 200) -> Any:
        """A call through nginx, which must be answered as expected."""
        content = None if body is None else orjson.dumps(body)
        status, found = ask(self.port, method, path, content, self.key)
        assert status == expected, (status, found)
        return orjson.loads(found)

    def start(self, service: str, name: str) -> int:
        """A service with a data directory of its own, as on a machine of its own."""
        port = free_port()
        command = [*_COUNTERPART, "serve", service]
        own = {"COUNTERPART_VAR": str(self.folder / name), "COUNTERPART_WORKERS": "1"}
        environment = {**self.environment, **own}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[port] = subprocess.Popen(
                [*command, "--port", str(port)],
                env=environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        return port

    def is_ready(self, port: int) -> bool:
        with suppress(OSError, HTTPException):
            return ask(port, "GET", "/readyz")[0] == 200
        return False

    def snapshot_of(self, port: int, question: bytes) -> str:
        status, body = ask(port, "POST", "/v1/matches/peers", question, self.key)
        assert status == 200, body
        return str(orjson.loads(body)["snapshot_id"])

    @contextmanager
    def scheduler(self) -> Iterator[Any]:
        """Whom to ask what each worker is at."""
        distributed: Any = import_module("distributed")
        with distributed.Client(self.dask.address, set_as_default=False) as client:
            yield client

    @contextmanager
    def frozen_at_work(self, worker: "subprocess.Popen[bytes]") -> Iterator[None]:
        """A Dask worker stands still with something in hand, and is killed at the end."""
        with self.scheduler() as client:
            address = {pid: at for at, pid in client.run(os.getpid).items()}[worker.pid]

            def is_frozen() -> bool:
                if not client.processing().get(address):
                    return False
                worker.send_signal(signal.SIGSTOP)
                time.sleep(0.2)  # what it had said by then is heard
                if client.processing().get(address):
                    return True
                worker.send_signal(signal.SIGCONT)
                return False

            until(is_frozen, "it has work in hand")
            try:
                yield
            finally:
                worker.kill()

    def kill(self, port: int) -> None:
        self.processes[port].kill()
        self.processes[port].wait()

    def end(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(PATIENCE)


def proxied(site: Site) -> "subprocess.Popen[bytes]":
    """nginx with the example of deploy/, each name in it a port of this machine."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    names = {"matcher-1:8000": site.matchers[0], "matcher-2:8000": site.matchers[1]}
    for name, port in {**names, "ingest:8000": site.ingest}.items():
        assert name in text
        text = text.replace(name, f"127.0.0.1:{port}")
    assert "listen 80;" in text
    text = text.replace("listen 80;", f"listen 127.0.0.1:{site.port};")
    (site.folder / "counterpart.conf").write_text(text, encoding="utf-8")
    around = _AROUND.format(folder=site.folder, user=getpass.getuser())
    (site.folder / "nginx.conf").write_text(around, encoding="utf-8")
    assert NGINX is not None
    log = str(site.folder / "nginx.log")
    command = [NGINX, "-p", str(site.folder), "-c", str(site.folder / "nginx.conf"), "-e", log]
    return subprocess.Popen(command)


@contextmanager
def running(folder: Path, environment: dict[str, str], key: str) -> Iterator[Site]:
    """The site, once all of it answers; it ends with the block."""
    with ExitStack() as stack:
        dask = stack.enter_context(cluster(folder))
        site = Site(folder, environment | {"COUNTERPART_EXECUTOR": dask.address}, dask, key)
        stack.callback(site.end)
        site.ingest = site.start("ingest", "ingest")
        site.matchers = [site.start("matcher", f"matcher-{n}") for n in (1, 2)]
        site.processes[site.port] = proxied(site)
        for port in (site.ingest, *site.matchers):
            until(lambda port=port: site.is_ready(port), f"ready at {port}")  # type: ignore[misc]
        yield site
