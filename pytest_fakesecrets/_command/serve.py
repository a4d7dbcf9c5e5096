"""``fakesecrets serve``: a fake behind an endpoint, until it is told to end."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
import threading
from typing import TYPE_CHECKING

from .._calls.call_table import calls_section
from .._calls.hooks import Hooks
from .._fake.fake import FakeSecrets, pipeline_of

if TYPE_CHECKING:
    from .._calls.call import Exchange
    from .._server.running import Server


def serve(given: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM.

    :return: the exit code, 0.
    :raises UsageError: for arguments or files that are wrong, and for a port in use.
    """
    fake = FakeSecrets(region=given.region, account=given.account)
    if given.seeds:
        fake.load(*given.seeds)
    if given.log:
        _log_calls(fake)
    server = fake.serve(
        port=given.port,
        host=given.host,
        agent=given.agent,
        extension=given.extension,
        cache_seconds=given.cache_seconds,
        real_delays=True,
        allow_other_hosts=given.allow_other_hosts,
    )
    is_over = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: is_over.set())
    with server:
        _print(_as_json(server) if given.json else _as_text(server, given))
        is_over.wait()
    return 0


def _as_json(server: Server) -> str:
    described = {"url": server.url, "environ": server.environ}
    if server.runs_agent:
        described["token_file"] = str(server.token_file)
    return json.dumps(described)


def _as_text(server: Server, given: argparse.Namespace) -> str:
    exports = [f"export {name}={shlex.quote(value)}" for name, value in server.environ.items()]
    token = [f"# the agent's token, in a file: {server.token_file}"] if given.agent else []
    first = f"# A fake AWS Secrets Manager answers at {server.url} until Ctrl-C. For its clients:"
    return "\n".join([first, *exports, *token])


def _log_calls(fake: FakeSecrets) -> None:
    pipeline = pipeline_of(fake)

    def finish_call(exchange: Exchange) -> None:
        call = exchange.call
        [(_, *shown)] = calls_section([call], pipeline.settings).entries[0]
        when = "" if call.started is None else f"{call.started:%Y-%m-%dT%H:%M:%S}"
        print(when, *filter(None, shown), file=sys.stderr, flush=True)  # noqa: T201 - asked for

    pipeline.connect(Hooks(finish_call=finish_call))


def _print(text: str) -> None:
    # Whoever waits for the endpoint reads it through a pipe.
    print(text, flush=True)  # noqa: T201 - a command prints
