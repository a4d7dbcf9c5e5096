"""HTTP/1.1 on sockets of the loopback interface."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, cast

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request

from .http import MAX_BODY, HttpError, NoReplyError, Received, malformed, too_large

if TYPE_CHECKING:
    from collections.abc import Callable

    from .application import Application
    from .http import Reply

# Seconds after which a connection that says nothing is closed, and after which a request that is
# being answered when the server stops is left alone.
_IDLE: Final = 60
_STOPPING: Final = 5
# How much of a body over the limit is read, in bytes, so that the client hears the answer; and the
# size of the parts.
_PATIENCE: Final = 64 * 2**20
_PART: Final = 2**16
# How often a listener looks whether it is to end, in seconds.
_POLL: Final = 0.02


class Listener(ThreadedWSGIServer):
    """Accepts connections at one address, each with a thread of its own.

    :param bound: a socket that is bound.
    :param on_error: is told what went wrong in answering, which no client gets to see.
    """

    def __init__(
        self,
        bound: socket.socket,
        application: Application,
        on_error: Callable[[BaseException], object],
    ) -> None:
        host, port = bound.getsockname()[:2]
        # Werkzeug copies the socket that it is given; one that it opens itself ends the process
        # where the port is in use.
        no_wsgi: Any = None
        super().__init__(host, port, no_wsgi, _Handler, fd=bound.fileno())
        bound.close()
        self.application = application
        self.on_error = on_error
        # The threads of the connections; what adds to it has ended when stop() reads it.
        self._answering: dict[threading.Thread, Any] = {}
        self.server_activate()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL,), name=f"fakesecrets {host}:{port}", daemon=True
        )

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more, let what is being answered end, and close all connections."""
        self.shutdown()
        self._thread.join()
        for thread, connection in self._answering.items():
            # It may be closed already.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
            thread.join(_STOPPING)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread that is known."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name=f"fakesecrets {client_address}",
            daemon=True,
        )
        thread.start()
        self._answering = {
            other: connection for other, connection in self._answering.items() if other.is_alive()
        }
        self._answering[thread] = request

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Leave what clients do to their connections alone."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - Werkzeug's name
        """Log nothing: the fake has a log of its own."""


class _Handler(WSGIRequestHandler):
    """Answers the requests of one connection, one after another.

    Werkzeug's own way of answering closes each connection; what reads requests is Werkzeug's.
    """

    protocol_version = "HTTP/1.1"
    timeout = _IDLE
    disable_nagle_algorithm = True
    # Head and body of an answer leave together.
    wbufsize = -1

    @property
    def _listener(self) -> Listener:
        return cast("Listener", self.server)

    def run_wsgi(self) -> None:
        """Read a request whole, and answer it."""
        try:
            reply = self._listener.application.answer(self._received())
        except NoReplyError:
            self.close_connection = True
            return
        except HttpError as error:
            # What follows in the connection cannot be told from the rest of the request.
            self.close_connection = True
            reply = self._listener.application.failure(error)
        except Exception as error:  # noqa: BLE001 - code of the test has raised it
            self._listener.on_error(error)
            text = "The code of the test raised an exception. The test shows it when it ends."
            reply = self._listener.application.failure(HttpError(500, "InternalFailure", text))
        self._send(reply)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is not HTTP, in AWS's own shape."""
        self.close_connection = True
        # Of a request line that cannot be read, the version is not known.
        self.request_version = self.protocol_version
        text = message or explain or ""
        self._send(self._listener.application.failure(malformed(text, int(code))))
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Have a client that asks first send the body of its request."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def _received(self) -> Received:
        lengths = self.headers.get_all("Content-Length", [])
        is_chunked = "transfer-encoding" in self.headers
        if any(not (length.isascii() and length.isdigit()) for length in lengths):
            raise malformed("Content-Length is not a number.")
        if len(set(lengths)) > 1 or (lengths and is_chunked):
            raise malformed("The length of the body is given twice.")
        request = Request(self.make_environ())
        request.max_content_length = MAX_BODY
        try:
            body = request.get_data()
        except RequestEntityTooLarge:
            _discard(request.environ["wsgi.input"], int(lengths[0]) if lengths else _PATIENCE)
            raise too_large() from None
        except (ClientDisconnected, OSError):
            raise NoReplyError from None
        path, _, query = self.path.partition("?")
        headers = {name.lower(): str(value) for name, value in self.headers.items()}
        return Received(str(self.command), path, query, headers, body)

    def _send(self, reply: Reply) -> None:
        headers = {"Date": self.date_time_string(), **reply.headers}
        headers["Content-Length"] = str(len(reply.body))
        if self.close_connection:
            headers["Connection"] = "close"
        self.send_response_only(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if getattr(self, "command", None) != "HEAD":
            self.wfile.write(reply.body)


def bound_sockets(host: str, port: int) -> list[socket.socket]:
    """Return sockets that are bound to one port.

    For 127.0.0.1 also one of ::1, where that port is free: "localhost" may mean either.

    :param port: 0 for one that is free.
    :raises OSError: for a port that is in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    first = _bound(family, host, port)
    if host != "127.0.0.1":
        return [first]
    try:
        return [first, _bound(socket.AF_INET6, "::1", first.getsockname()[1])]
    except OSError:
        return [first]


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port that a server has just left is in use by nobody.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except BaseException:
        made.close()
        raise
    return made


def _discard(stream: IO[bytes], length: int) -> None:
    left = min(length, _PATIENCE)
    while left > 0 and (part := stream.read(min(left, _PART))):
        left -= len(part)
