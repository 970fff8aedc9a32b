"""The virus scanner, when one is set up: a client of clamd's INSTREAM command.

`CLAMD_ADDRESS` is `host:port` or the path of a unix socket. Without it nothing is scanned and
that is said; with it a file is served only after clamd called it clean.
"""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

_BLOCK = 2**16
_LONGEST_ANSWER = 4096
_CLEAN, _FOUND = b"stream: OK", b" FOUND"


class ScannerAway(Exception):
    """The scanner is set up but did not answer, or not sensibly: nothing is known of the file."""


@dataclass(frozen=True)
class Scan:
    """What the scanner says: `virus` is the name of what it found, empty when clean."""

    scanner: str
    virus: str = ""


def scanner_is_set_up() -> bool:
    """Whether files wait for a scanner's word at all."""
    return bool(settings.CLAMD_ADDRESS)


def scan(blocks: Iterable[bytes]) -> Scan:
    """Have a file scanned; raises `ScannerAway`. Ask only when a scanner is set up."""
    try:
        with _connected(settings.CLAMD_ADDRESS) as connection:
            _send(connection, blocks)
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(f"clamd: {error}") from error
    return _read(answer)


def _connected(address: str) -> socket.socket:
    seconds = settings.CLAMD_SECONDS
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(seconds)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


def _send(connection: socket.socket, blocks: Iterable[bytes]) -> None:
    """The command, then blocks each after its length, then a length of nothing."""
    connection.sendall(b"zINSTREAM\0")
    for block in blocks:
        for at in range(0, len(block), _BLOCK):
            part = block[at : at + _BLOCK]
            connection.sendall(struct.pack("!L", len(part)) + part)
    connection.sendall(struct.pack("!L", 0))


def _answer(connection: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
        block = connection.recv(_LONGEST_ANSWER)
        if not block:
            break
        said += block
    return said.rstrip(b"\0\n")


def _read(answer: bytes) -> Scan:
    if answer == _CLEAN:
        return Scan("clamd")
    if answer.startswith(b"stream: ") and answer.endswith(_FOUND):
        name = answer.removeprefix(b"stream: ").removesuffix(_FOUND)
        return Scan("clamd", name.decode("utf-8", "replace")[:200] or "?")
    raise ScannerAway(f"clamd: {answer[:200]!r}")
