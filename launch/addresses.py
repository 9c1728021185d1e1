"""Addresses given or needed: the page's port, DATABASE_URL and REDIS_URL."""

import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from launch.trouble import PlainError

DATABASES = ("postgres", "postgresql", "sqlite")
BROKERS = ("redis", "rediss")
PATIENCE = 5.0


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url_of(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def wanted_port(text: str) -> int:
    """The port asked for by PORT."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise PlainError(f"PORT must be a number from 1 to 65535; this is {text!r}.")
    return int(text)


def free_port(host: str, first: int, tries: int = 50) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, min(first + tries, 65536)):
        if can_listen(host, port):
            return port
    raise PlainError(f"The ports from {first} on are all taken at {host}: give another with PORT.")


def can_listen(host: str, port: int) -> bool:
    """Whether a server could listen there now; what no other port would mend is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As gunicorn does: an address still cooling down after an earlier server is no taken one.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError as error:
            raise PlainError(
                f"Port {port} is kept for the system's own servers: give a higher one with PORT."
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise PlainError(f"HOST is {host!r}, and nothing can listen there: {error.strerror or error}.") from error
    return True


def check_database_url(url: str) -> None:
    """Say so if DATABASE_URL cannot be meant; whether the database answers is seen when it is prepared."""
    if url.partition("://")[0] not in DATABASES:
        raise PlainError(
            "DATABASE_URL must begin with postgres:// or sqlite:///, "
            "for example postgres://user:password@127.0.0.1:5432/crossing"
        )
    _parts("DATABASE_URL", url)


def check_redis_url(url: str) -> None:
    """Ask the server at REDIS_URL for one PING, with the password and the database number of the URL."""
    scheme = url.partition("://")[0]
    if scheme not in BROKERS:
        raise PlainError("REDIS_URL must begin with redis:// or rediss://, for example redis://127.0.0.1:6379/0")
    parts = _parts("REDIS_URL", url)
    host, port = parts.hostname or "localhost", parts.port or 6379
    where = f"{host}:{port}"
    number = parse_qs(parts.query).get("db", [""])[0] or parts.path.strip("/") or "0"
    try:
        with _connect(host, port, encrypted=scheme == "rediss") as wire:
            if parts.password:
                names = [unquote(word) for word in (parts.username, parts.password) if word]
                _expect_ok(_ask(wire, "AUTH", *names), f"REDIS_URL: the server at {where} refuses the password")
            pong = _ask(wire, "PING")
            if pong.startswith("-NOAUTH"):
                raise PlainError(f"REDIS_URL: the server at {where} asks for a password, and the URL has none.")
            if pong != "+PONG":
                raise PlainError(f"REDIS_URL: what answers at {where} is not Redis.")
            _expect_ok(_ask(wire, "SELECT", number), f"REDIS_URL: the server at {where} has no database {number}")
    except ssl.SSLError as error:
        raise PlainError(f"REDIS_URL: no encrypted connection to {where} ({error.reason or error}).") from error
    except OSError as error:
        raise PlainError(f"REDIS_URL: no answer from {where} ({error.strerror or error}).") from error


def _parts(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        int(parts.port or 0)
    except ValueError as error:
        raise PlainError(f"{name} cannot be read: its host or its port is not well-formed.") from error
    return parts


def _connect(host: str, port: int, *, encrypted: bool) -> socket.socket:
    wire = socket.create_connection((host, port), timeout=PATIENCE)
    return ssl.create_default_context().wrap_socket(wire, server_hostname=host) if encrypted else wire


def _ask(wire: socket.socket, *words: str) -> str:
    """Send one command in the Redis protocol and return the first line of the answer."""
    coded = [word.encode() for word in words]
    wire.sendall(b"*%d\r\n" % len(coded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in coded))
    answer = b""
    while b"\n" not in answer and len(answer) < 1000:
        piece = wire.recv(1000)
        if not piece:
            break
        answer += piece
    return answer.split(b"\r\n")[0].decode(errors="replace")


def _expect_ok(answer: str, otherwise: str) -> None:
    if answer != "+OK":
        raise PlainError(f"{otherwise} ({answer.lstrip('-').split('. ')[0][:120] or 'no answer'}).")


def answers_ping(port: int, password: str) -> bool:
    """Whether the bundled broker is up."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as wire:
            return _ask(wire, "AUTH", password) == "+OK" and _ask(wire, "PING") == "+PONG"
    except OSError:
        return False


def page_status(host: str, port: int, meanwhile: Callable[[], None], patience: float = 30.0) -> int | None:
    """The HTTP status with which the first page answers, or None while nothing does.

    `meanwhile` is called while a slow first answer is waited for.
    """
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        with socket.create_connection((reach, port), timeout=1.0) as wire:
            name = f"[{reach}]" if ":" in reach else reach
            wire.sendall(f"GET / HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode())
            wire.settimeout(0.2)
            for _ in range(int(patience / 0.2)):
                meanwhile()
                try:
                    words = wire.recv(100).split()
                except TimeoutError:
                    continue
                return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") else None
    except (OSError, ValueError):
        pass
    return None
