"""TCP to whichever of a host's addresses answers first, so that a dead one holds nothing up.

A host often has an IPv6 and an IPv4 address, and a network on which one of the two leads
nowhere. urllib3 tries one after the other, each for as long as the whole call may take
(https://github.com/urllib3/urllib3/issues/797); this is RFC 8305 in small.
"""

import errno
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import chain, zip_longest
from typing import Any

HEAD_START = 0.25
"""Seconds that an address has to itself before the next one is tried as well (RFC 8305)."""

_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}

_Address = tuple[Any, ...]
"""One of getaddrinfo's answers."""


def connect(
    host: str, port: int, timeout: float | None, options: Iterable[tuple[Any, ...]] = ()
) -> socket.socket:
    """Return a socket that is connected to `host`, after `timeout` seconds in all at most.

    The look-up of the name counts too, but cannot be cut short. `options` are given to
    `setsockopt` beforehand. The socket blocks, with `timeout`. Raises what the name look-up
    raises, TimeoutError, or the OSError of the last address that failed.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    found = socket.getaddrinfo(host.strip("[]"), port, socket.AF_UNSPEC, socket.SOCK_STREAM)
    with ExitStack() as losers:
        sock = _first(deque(_families_in_turn(found)), deadline, tuple(options), losers)
    sock.settimeout(timeout)
    return sock


def _families_in_turn(found: Sequence[_Address]) -> list[_Address]:
    """The addresses in the system's order, but with IPv6 and IPv4 by turns."""
    first = [each for each in found if each[0] == found[0][0]]
    other = [each for each in found if each[0] != found[0][0]]
    return [each for each in chain.from_iterable(zip_longest(first, other)) if each]


def _first(
    waiting: deque[_Address],
    deadline: float | None,
    options: tuple[tuple[Any, ...], ...],
    losers: ExitStack,
) -> socket.socket:
    """Try address after address; whatever is opened and not returned closes with `losers`."""
    errors: list[OSError] = []
    selector = losers.enter_context(selectors.DefaultSelector())
    while waiting or selector.get_map():
        if waiting:
            try:
                sock = _begin(waiting.popleft(), options)
            except OSError as error:
                errors.append(error)
                continue
            selector.register(sock, selectors.EVENT_WRITE, sock)
            losers.callback(sock.close)
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError("timed out")
        for key, _ in selector.select(min(HEAD_START, left or HEAD_START) if waiting else left):
            sock = key.data
            selector.unregister(sock)
            if failed := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                errors.append(OSError(failed, os.strerror(failed)))
                continue
            return socket.socket(fileno=sock.detach())
    raise errors[-1] if errors else OSError("the name has no address")


def _begin(address: _Address, options: tuple[tuple[Any, ...], ...]) -> socket.socket:
    family, kind, protocol, _, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        for option in options:
            sock.setsockopt(*option)
        sock.setblocking(False)
        if (failed := sock.connect_ex(where)) not in _UNDER_WAY:
            raise OSError(failed, os.strerror(failed))
    except BaseException:
        sock.close()
        raise
    return sock
