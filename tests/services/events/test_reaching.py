"""Webhooks reach servers of the open internet, by https, and nothing inside."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from services.events.reaching import NotReachable, Reaching, is_public

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:7f00:0001::", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2001:db8::1", "not an address",
]  # fmt: skip
OUTSIDE = ["93.184.215.14", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https:///path", "//example.org",
        "https://user@example.org/", "https://user:pw@example.org/", "https://example.org:99999/",
        "https://example.org:0/", "https://exa mple.org/", "https://example.org/\nHost: inside",
        "https://exämple.org/", "javascript:alert(1)", "https://[::1", "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_such_url_is_refused(url: str) -> None:
    with pytest.raises(NotReachable):
        Reaching().check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://0x7f000001/", "https://2130706433/",
        "https://localhost/", "https://127.1/", "https://[::ffff:127.0.0.1]:8443/",
    ],
)  # fmt: skip
def test_whatever_it_is_written_like_nothing_inside_is_called(url: str) -> None:
    with pytest.raises(NotReachable, match=r"not a public one|not known"):
        Reaching().post(url, {}, b"{}")


def test_one_address_inside_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, 443)) for address in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NotReachable, match="not a public one"):
        Reaching().post("https://rebinding.example/", {}, b"{}")


class Server(BaseHTTPRequestHandler):
    """Answers each request by its path, and remembers it."""

    seen: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen.append((self.path, self.headers["Host"], body))
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "/204")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests say what they have to say themselves."""


@pytest.fixture
def server() -> Iterator[tuple[str, type[Server]]]:
    handler = type("Handler", (Server,), {"seen": []})
    with HTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{running.server_port}", handler
        running.shutdown()
        thread.join()


def test_a_name_is_looked_up_once_and_that_address_is_called(
    server: tuple[str, type[Server]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, handler = server
    looked_up = []
    real = socket.getaddrinfo

    def look(host: str, *args: object, **more: object) -> object:
        looked_up.append(host)
        return real("127.0.0.1", *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    assert Reaching(anywhere=True).post(f"{url}/200", {"webhook-id": "m"}, b"{}") == 200
    assert looked_up.count("localhost") == 1
    assert handler.seen[0][1].startswith("localhost:")


def test_a_redirect_is_an_answer_and_is_not_followed(server: tuple[str, type[Server]]) -> None:
    url, handler = server
    assert Reaching(anywhere=True).post(f"{url}/302", {}, b"{}") == 302
    assert [path for path, *_ in handler.seen] == ["/302"]


def test_nobody_there_is_told_without_what_is_inside() -> None:
    with pytest.raises(NotReachable, match=r"^it does not answer$"):
        Reaching(anywhere=True).post("http://127.0.0.1:1/", {}, b"{}")
