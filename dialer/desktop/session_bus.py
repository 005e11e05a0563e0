"""A connection to the D-Bus session on which nothing waits without limit that cannot be ended."""

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageFlag,
    MessageType,
    Parser,
    message_bus,
    new_method_call,
)
from jeepney.auth import BEGIN, AuthenticationError, Authenticator
from jeepney.bus import get_bus

PATIENCE = 10.0
"""Seconds that an answer is waited for; starting the one who answers takes a while."""

_SEND_SECONDS = 0.5
_CHUNK = 4096

_Call = tuple[str, str, tuple[Any, ...]]
"""A method's name, what types it takes, and the values."""


class BusEnded(Exception):
    """`Stop.set` was called."""


class BusLost(Exception):
    """There is no connection, or no more; the text is technical."""


class BusSilent(Exception):
    """An answer did not come in time."""


class BusRefused(Exception):
    """An answer was an error; the text is its name."""


class Stop:
    """Ends whatever a thread waits for. `set` may be called from any thread, more than once."""

    def __init__(self) -> None:
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)

    def set(self) -> None:
        """End it."""
        with suppress(OSError):  # full, or let go of: it has ended
            self._write.send(b"\0")

    def fileno(self) -> int:
        """What is readable from then on."""
        return self._read.fileno()

    def let_go(self) -> None:
        """For the thread that waited, when it never will again."""
        self._read.close()
        self._write.close()


class Bus:
    """Use as a context manager, on one thread.

    Whatever waits raises BusEnded and BusLost, and with a limit BusSilent. Made of `jeepney`'s
    parts: its own connection waits for the bus's greeting without limit.
    """

    def __init__(self, address: str, stop: Stop, patience: float = PATIENCE) -> None:
        self._stop = stop
        self._patience = patience
        self._serials = count(1)
        self._parser = Parser()
        self._signals: deque[Message] = deque()
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._log_in(address)
            self.name = str(self.ask(message_bus, "Hello")[0])
            """What the bus calls this connection."""
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> "Bus":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def ask(
        self, whom: DBusAddress, method: str, types: str = "", *values: object
    ) -> tuple[Any, ...]:
        """Call a method; its answer. Raises BusRefused."""
        serial = self._send(new_method_call(whom, method, types or None, values))
        deadline = time.monotonic() + self._patience
        while True:
            message = self._next(deadline)
            if message.header.fields.get(HeaderFields.reply_serial) != serial:
                if message.header.message_type is MessageType.signal:
                    self._signals.append(message)
            elif message.header.message_type is MessageType.error:
                raise BusRefused(str(message.header.fields.get(HeaderFields.error_name)))
            else:
                return tuple(message.body)

    def tell(self, whom: DBusAddress, method: str) -> None:
        """Call a method and wait for nothing. Never raises: it is the last that is said."""
        message = new_method_call(whom, method)
        message.header.flags = MessageFlag.no_reply_expected
        with suppress(BusLost):
            self._send(message)

    def listen(self, rule: MatchRule) -> None:
        """Have the bus send the signals that `rule` describes from now on."""
        self.ask(message_bus, "AddMatch", "s", rule.serialise())

    def signal(self, deadline: float | None) -> Message:
        """The next signal, until a time of `time.monotonic` or without limit."""
        while not self._signals:
            message = self._next(deadline)
            if message.header.message_type is MessageType.signal:
                self._signals.append(message)
        return self._signals.popleft()

    def _log_in(self, address: str) -> None:
        deadline = time.monotonic() + self._patience
        self._socket.settimeout(_SEND_SECONDS)
        try:
            self._socket.connect(get_bus(address))
            login = Authenticator()
            for line in login:
                self._socket.sendall(line)
                login.feed(self._read(deadline))
            self._socket.sendall(BEGIN)
        # An address that names no socket is a ValueError, KeyError or RuntimeError of jeepney's.
        except (OSError, AuthenticationError, ValueError, LookupError, RuntimeError) as error:
            raise BusLost(type(error).__name__) from None

    def _send(self, message: Message) -> int:
        serial = next(self._serials)
        try:
            self._socket.sendall(message.serialise(serial=serial))
        except OSError as error:
            raise BusLost(type(error).__name__) from None
        return serial

    def _next(self, deadline: float | None) -> Message:
        while True:
            message = _parsed(self._parser.get_next_message)
            if message is not None:
                return message
            try:
                self._parser.add_data(self._read(deadline))
            except OSError as error:
                raise BusLost(type(error).__name__) from None

    def _read(self, deadline: float | None) -> bytes:
        """What the bus sends next. Raises OSError too."""
        seconds = None if deadline is None else max(deadline - time.monotonic(), 0)
        stop = self._stop.fileno()
        readable, _, _ = select.select([self._socket.fileno(), stop], [], [], seconds)
        if stop in readable:
            raise BusEnded
        if not readable:
            raise BusSilent
        data = self._socket.recv(_CHUNK)
        if not data:
            raise ConnectionResetError
        return data


def _parsed(read: Callable[[], Message | None]) -> Message | None:
    """A whole message, if one has come."""
    try:
        return read()
    # What is not D-Bus makes jeepney fail in as many ways as there are to misread it.
    except Exception as error:
        raise BusLost(type(error).__name__) from None
