"""Check 34: no address that is given leads inside, and no name of a file out of its folder."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from models.errors import NotFound, SnapshotRefused
from models.snapshot import SnapshotStore
from services.events import reaching
from services.events.reaching import NotReachable, Reaching
from tests.trust.report import Tried
from tests.trust.whole_app import Whole, published, whole

__all__ = ["published", "whole"]
HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1",
    "localhost",
    "LOCALHOST", "localhost.", "127.0.0.1.", "[::1]", "[::]", "0.0.0.0", "0", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "127.255.255.254", "017700000001",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "[0:0:0:0:0:0:0:1]", "ip6-localhost",
]  # fmt: skip
FORMS = ["https://{host}:{port}/", "http://{host}:{port}/", "https://a@{host}:{port}/"]
OTHERS = [
    "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "ftp://127.0.0.1:{port}/", "data:,x",
    "https://127.0.0.1:{port}#@example.org/", "https://example.org@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}\\@example.org/", "//127.0.0.1:{port}/", "dict://127.0.0.1:{port}/",
    "https://example.org:{port}@127.0.0.1:{port}/", "unix:///var/run/docker.sock",
    "https:127.0.0.1",
]  # fmt: skip
NAMES = [
    "../../../../etc/passwd", "..", ".", "/etc/passwd", "..%2f..%2fetc%2fpasswd", "....//....//etc",
    "..\\..\\etc\\passwd", "a/../../b", "CURRENT", "../CURRENT", ".publishing", "con", "nul",
    "a\x00b",
    "/dev/zero", "/proc/self/environ", "~/.ssh/id_rsa", "file:///etc/passwd", "-rf", "|id",
    "$(id)", "a" * 300, "%00", "..;/", "．．/etc/passwd",
]  # fmt: skip


@pytest.fixture
def listener() -> Iterator[tuple[int, list[Any]]]:
    """A server inside; it counts who calls."""
    heard: list[Any] = []
    server = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)

    def listen() -> None:
        while True:
            try:
                connection, address = server.accept()
            except OSError:
                return
            heard.append(address)
            connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], heard
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def addresses(port: int) -> list[str]:
    found = [form.format(host=host, port=port) for host in HOSTS for form in FORMS]
    return found + [other.format(port=port) for other in OTHERS]


def called(url: str) -> bool:
    """Whether an address would have been asked."""
    try:
        Reaching().post(url, {}, b"{}")
    except NotReachable as refused:
        return str(refused) == "it does not answer" or "certificate" in str(refused)
    return True


@pytest.mark.check(34, "Addresses that lead inside, as webhooks", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_nothing_inside_is_called(
    whole: Whole, listener: tuple[int, list[Any]], tried: Tried
) -> None:
    port, heard = listener
    for url in addresses(port):
        tried(not called(url), f"{url} was called")
        body = {"url": url, "events": ["job.finished"]}
        sent = whole.ask("POST", "/v1/webhooks", "admin", json=body)
        tried(sent.status_code in (201, 422), f"{url}: {sent.status_code} {sent.text[:200]}")
        if sent.status_code == 201:
            whole.ask("DELETE", f"/v1/webhooks/{sent.json()['id']}", "admin")
    tried(heard == [], f"the server inside was called: {heard}")
    tried.done()


def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name that is public when it is checked and inside from then on; who was called."""
    asked: list[str] = []
    connected: list[str] = []

    def lookup(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("1.1.1.1" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        host, port = address
        numeric = host.replace(".", "").isdecimal()
        connected.append(host if numeric else lookup(host, port)[0][4][0])
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert called("https://rebinding.example/")
    return connected


@pytest.mark.check(34, "A name that leads elsewhere once it was checked", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_what_was_checked_is_what_is_called(monkeypatch: pytest.MonkeyPatch, tried: Tried) -> None:
    tried(looked_up(monkeypatch) == ["1.1.1.1"], "another address was called")
    tried.done()


@pytest.mark.planted(34, "a name that is checked, and then looked up again")
def test_a_second_look_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: Any) -> None:
        self.sock = socket.create_connection((self.host, self.port), self.timeout)

    monkeypatch.setattr(reaching._Pinned, "connect", connect)
    assert looked_up(monkeypatch) == ["127.0.0.1"]


def outside(var: Path) -> set[str]:
    """What lies beside the data directory, and what is in it beside what the service makes."""
    found = {str(path) for path in (*var.parent.iterdir(), *var.iterdir())}
    return {path for path in found if not path.endswith("-journal")}


PATHS = [
    "/assets/{}", "/problems/{}", "/docs/assets/{}", "/v1/matches/jobs/{}/answers",
    "/v1/ingest/jobs/{}", "/v1/matches/{}/briefing", "/v1/places/{}",
]  # fmt: skip
# A client takes these out of an address before it is sent.
TAKEN_OUT = {".", ".."}


@pytest.mark.check(34, "Names of files that lead out of their folder", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_no_name_leads_out(whole: Whole, tried: Tried) -> None:
    settings = whole.app.state.settings
    whole.ask("POST", "/v1/ingest/files?kind=places", "ingest", files={"file": ("a.csv", b"id\n")})
    before = outside(settings.var)
    store = SnapshotStore(settings.snapshots)
    current = store.current()
    for name in NAMES:
        for path in () if name in TAKEN_OUT else PATHS:
            answer = whole.ask("GET", path.format(quote(name, safe="")), "admin")
            is_refused = 400 <= answer.status_code < 500 and "root:" not in answer.text
            tried(is_refused, f"{path} {name!r}: {answer.status_code} {answer.text[:100]}")
        file = {"file": (name, b"id,name,kind,country\nx:named,A,city,ES\n")}
        sent = whole.ask("POST", "/v1/ingest/files?kind=places", "ingest", files=file)
        tried(sent.status_code in (202, 422), f"upload {name!r}: {sent.status_code}")
        try:
            store.roll_back(name)
            tried(False, f"{name!r} was taken for a snapshot")
        except (NotFound, SnapshotRefused, ValueError, OSError) as refused:
            tried(isinstance(refused, NotFound), f"{name!r}: {type(refused).__name__}")
    tried(store.current() == current, "the snapshot was changed")
    tried(outside(settings.var) <= before, f"new: {outside(settings.var) - before}")
    tried.done()
