"""A server that a test starts and stops."""

from __future__ import annotations

import os
import secrets
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .._calls.caller import current_override
from .._calls.pipeline import Served
from .._environ import changed_environ
from .._errors import HIDE_MISUSE, UsageError
from .agent import AgentFace
from .application import Application
from .extension import ExtensionFace
from .listening import Listener, bound_sockets
from .reading import Cache, Source
from .sdk import SdkFace

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Self

    from .._calls.pipeline import Pipeline

__tracebackhide__ = HIDE_MISUSE

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_PORTS: Final = range(65536)
# The agent's limit: ttl_seconds of its configuration.
_LONGEST: Final = 3600
# Variables of the machine with which clients of child processes would go elsewhere.
_REMOVED: Final = (
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
)


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """The arguments of ``fake.serve()``, which describes them.

    :raises UsageError: for what cannot be.
    """

    port: int
    host: str
    agent: bool
    extension: bool
    cache_seconds: float | None
    real_delays: bool
    allow_other_hosts: bool

    def __post_init__(self) -> None:
        port, host, seconds = self.port, self.host, self.cache_seconds
        if isinstance(port, bool) or not isinstance(port, int) or port not in _PORTS:
            raise UsageError(f"port={port!r} is not the number of a port. Give 0 to 65535.")
        if host not in _LOOPBACK and not self.allow_other_hosts:
            raise UsageError(
                f"host={host!r} would let other machines read the secrets. Give one of: "
                f"{', '.join(_LOOPBACK)}; or say allow_other_hosts=True."
            )
        is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if seconds is not None and not (is_number and 0 <= seconds <= _LONGEST):
            raise UsageError(
                f"cache_seconds={seconds!r} is not a duration. Give 0 to {_LONGEST}, or None."
            )


class Server:
    """A fake behind an endpoint of the loopback interface, while its ``with`` block lasts.

    Obtained by ``fake.serve()``. Meanwhile the environment has what SDKs read, for child
    processes: the endpoint, a Region and dummy credentials.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        options: ServerOptions,
        *,
        on_start: Callable[[], object],
        on_stop: Callable[[], object],
    ) -> None:
        self._pipeline = pipeline
        self._options = options
        self._on_start = on_start
        self._on_stop = on_stop
        self._listeners: list[Listener] = []
        self._environ: dict[str, str] = {}
        self._url = ""
        self._agent: AgentFace | None = None
        self._extension: ExtensionFace | None = None
        self._token_file: Path | None = None
        self._ends = ExitStack()
        self._errors: list[BaseException] = []
        self._stopping = threading.Event()

    def __repr__(self) -> str:
        return f"<Server {self._url if self._listeners else 'not started'}>"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        except Exception:
            # What failed first is what the reader wants to know.
            if error is None:
                raise

    @property
    def url(self) -> str:
        """The endpoint, such as ``http://127.0.0.1:43210``."""
        self._check_started()
        return self._url

    @property
    def port(self) -> int:
        """The number of the port."""
        return int(self.url.rpartition(":")[2])

    @property
    def environ(self) -> dict[str, str]:
        """The variables that child processes need, as a dict of one's own."""
        self._check_started()
        return dict(self._environ)

    @property
    def runs_agent(self) -> bool:
        """Whether the agent answers, too."""
        return self._options.agent

    @property
    def token_file(self) -> Path:
        """A file with the agent's token and a newline, as its installer keeps one.

        :raises UsageError: for a server without the agent.
        """
        self._check_started()
        if self._token_file is None:
            raise UsageError("This server does not run the agent. Start it with serve(agent=True).")
        return self._token_file

    def clear_cache(self) -> None:
        """Have the agent and the extension forget what they read."""
        for face in (self._agent, self._extension):
            if face is not None:
                face.clear()

    def not_ready(self, times: int = 1) -> None:
        """Have the next requests find a Lambda extension that has not started yet.

        :param times: how many requests.
        :raises UsageError: for a server without the extension.
        """
        if self._extension is None:
            text = "This server does not run the extension. Start it with serve(extension=True)."
            raise UsageError(text)
        if isinstance(times, bool) or not isinstance(times, int) or times < 0:
            raise UsageError(f"times={times!r} is not a number of requests. Give 0 or more.")
        self._extension.be_not_ready(times)

    def start(self) -> None:
        """Begin to listen, and have the environment say where.

        :raises UsageError: for a port that is in use, or a server that runs.
        """
        if self._listeners:
            raise UsageError("This server runs already. Stop it before it is started again.")
        with ExitStack() as ends:
            sockets = [ends.enter_context(bound) for bound in self._bound()]
            host, port = sockets[0].getsockname()[:2]
            self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
            self._on_start()
            ends.callback(self._on_stop)
            application = self._application(port, ends)
            self._stopping.clear()
            self._listeners = [
                Listener(bound, application, self._errors.append) for bound in sockets
            ]
            for listener in self._listeners:
                listener.start()
                ends.callback(listener.stop)
            ends.callback(self._stopping.set)
            ends.callback(setattr, self._pipeline, "served", self._pipeline.served)
            self._pipeline.served = Served(self._url)
            ends.enter_context(changed_environ({**dict.fromkeys(_REMOVED), **self._environ}))
            self._ends = ends.pop_all()

    def stop(self) -> None:
        """Stop listening, and restore the environment.

        :raises UsageError: for a server that does not run.
        :raises Exception: what code of the test raised while a call was answered.
        """
        self._check_started()
        self._ends.close()
        self._listeners = []
        self._token_file = None
        if self._errors:
            errors, self._errors = self._errors, []
            raise errors[0]

    def _bound(self) -> list[socket.socket]:
        host, port = self._options.host, self._options.port
        try:
            return bound_sockets(host.replace("localhost", "127.0.0.1"), port)
        except OSError as error:
            text = (
                f"{host} port {port} cannot be used: {error.strerror}. With port=0 a free one is "
                "taken. Under pytest-xdist, workers cannot share a port."
            )
            raise UsageError(text) from None

    def _application(self, port: int, ends: ExitStack) -> Application:
        """Put together what answers, and the environment that fits it.

        :param ends: removes the file of the token.
        """
        who = current_override()
        agent_token, extension_token = secrets.token_hex(32), secrets.token_hex(32)

        def new_cache(via: str) -> Cache:
            source = Source(self._pipeline, via, who, self._wait)
            return Cache(source, self._options.cache_seconds, describes=via == "agent")

        region = self._pipeline.settings.region
        self._environ = {
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": self._url,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": self._pipeline.settings.account,
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
            **_without_proxy(),
        }
        self._agent = self._extension = None
        if self._options.extension:
            self._extension = ExtensionFace(extension_token, new_cache("extension"))
            self._environ["AWS_SESSION_TOKEN"] = extension_token
            self._environ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] = str(port)
        if self._options.agent:
            self._agent = AgentFace(agent_token, partial(new_cache, "agent"))
            self._environ["AWS_TOKEN"] = agent_token
            self._environ["AWS_SECRETS_MANAGER_AGENT_ENDPOINT"] = self._url
            # Clients of the agent that read it first are to find the agent's.
            self._environ.setdefault("AWS_SESSION_TOKEN", agent_token)
            handle, name = tempfile.mkstemp(prefix="awssmatoken")
            with os.fdopen(handle, "w") as file:
                file.write(f"{agent_token}\n")
            self._token_file = Path(name)
            ends.callback(self._token_file.unlink, missing_ok=True)
        face = SdkFace(self._pipeline, who, self._wait)
        return Application(face, self._agent, self._extension, extension_token)

    def _wait(self, seconds: float) -> None:
        if self._options.real_delays and seconds:
            self._stopping.wait(seconds)

    def _check_started(self) -> None:
        if not self._listeners:
            raise UsageError(
                "This server does not run. Use it inside 'with fake.serve() as server:'."
            )


def _without_proxy() -> dict[str, str]:
    """Return what keeps clients from asking a proxy for the loopback interface."""
    given = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    listed = ",".join(filter(None, (given, "127.0.0.1,localhost,::1")))
    return {"NO_PROXY": listed, "no_proxy": listed}
