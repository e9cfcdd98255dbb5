"""Posts to a server somebody named, and to none inside: looked up once, that address is used."""

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

SECONDS = 10
MOST_READ = 1_000
LONGEST_URL = 2_000


class NotReachable(Exception):
    """Why a server was not or must not be asked, in a line that tells nothing of the inside."""


@dataclass(frozen=True)
class Reaching:
    """What may be reached: only https and public addresses, unless set otherwise."""

    anywhere: bool = False

    def check(self, url: str) -> SplitResult:
        """The parts of an address that may be asked, before its name is looked up."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise NotReachable("this is no URL") from None
        if len(url) > LONGEST_URL or not url.isascii() or any(c <= " " for c in url):
            raise NotReachable("a URL has at most 2,000 ASCII characters and no spaces")
        if parts.scheme != "https" and not (self.anywhere and parts.scheme == "http"):
            raise NotReachable("only https is called")
        if not parts.hostname or parts.username is not None or port == 0:
            raise NotReachable("a URL names a host, and no user")
        return parts

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send once, follow nowhere; answers with the status."""
        parts = self.check(url)
        host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
        connection = _Pinned(host, port, self._address(host, port), parts.scheme == "https")
        path = parts.path or "/"
        target = f"{path}?{parts.query}" if parts.query else path
        try:
            connection.request("POST", target, body, dict(headers))
            response = connection.getresponse()
            response.read(MOST_READ)
            return response.status
        except ssl.SSLError:
            raise NotReachable("its certificate is not valid") from None
        except (OSError, HTTPException):
            raise NotReachable("it does not answer") from None
        finally:
            connection.close()

    def _address(self, host: str, port: int) -> str:
        """The one address that will be called; none where any of the name's is not public."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotReachable("its name is not known") from None
        addresses = [str(entry[4][0]) for entry in found]
        if not self.anywhere and not all(is_public(address) for address in addresses):
            raise NotReachable("its address is not a public one")
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is of the open internet; what wraps an IPv4 address counts as that."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        # NAT64 (RFC 6052) leads to the IPv4 address in its last four bytes.
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


class _Pinned(HTTPConnection):
    """A connection to one address, whose certificate must be that of the host."""

    def __init__(self, host: str, port: int, address: str, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address, self._secure = address, secure

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = plain
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)
