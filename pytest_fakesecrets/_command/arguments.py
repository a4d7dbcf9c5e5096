"""The arguments of the command, and what they lead to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from .._errors import UsageError
from .._settings import DEFAULT_ACCOUNT
from .check import check
from .serve import serve

_EPILOG: Final = "Documentation: the how-to pages 'Serve other processes' and 'Check seed files'."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    :return: the exit code: 0, or 1 for seed files that are wrong, or 2 for what cannot be done.
    """
    given = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = given.run
    try:
        return run(given)
    except UsageError as error:
        print(f"fakesecrets: {error}", file=sys.stderr)  # noqa: T201 - a command prints
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fakesecrets", description="A fake AWS Secrets Manager.", epilog=_EPILOG
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_check(commands)
    return parser


def _add_serve(commands: Any) -> None:
    parser = commands.add_parser(
        "serve",
        help="answer SDKs and the AWS CLI over HTTP until Ctrl-C or SIGTERM",
        description="Answer SDKs and the AWS CLI over HTTP until Ctrl-C or SIGTERM. Prints the "
        "endpoint, and the variables to export where a client runs.",
    )
    parser.set_defaults(run=serve)
    add = parser.add_argument
    add("--port", type=int, default=0, help="the port; by default a free one")
    add("--host", default="127.0.0.1", help="the address to listen at (default: %(default)s)")
    add(
        "--allow-other-hosts",
        action="store_true",
        help="let --host be an address that other machines reach",
    )
    add(
        "--seeds",
        metavar="FILE",
        nargs="+",
        action="extend",
        default=[],
        help="files of secrets to begin with: TOML, JSON, YAML, .env, or output of the AWS CLI",
    )
    add("--region", help="the Region of seeds that name no other (default: the environment's)")
    add(
        "--account",
        default=DEFAULT_ACCOUNT,
        help="the account of callers whose access key id is not the number of an account "
        "(default: %(default)s)",
    )
    add(
        "--agent",
        action="store_true",
        help="also answer as the AWS Secrets Manager Agent (its own port is 2773)",
    )
    add(
        "--extension",
        action="store_true",
        help="also answer as the AWS Parameters and Secrets Lambda Extension",
    )
    add(
        "--cache-seconds",
        type=float,
        metavar="SECONDS",
        help="how long agent and extension answer from their caches (default: not at all)",
    )
    add("--log", action="store_true", help="print a line for each call, without secret values")
    add("--json", action="store_true", help="print endpoint and variables as one line of JSON")


def _add_check(commands: Any) -> None:
    parser = commands.add_parser(
        "check",
        help="say what is wrong with seed files",
        description="Read seed files, and say what is wrong with them: exit code 1. Secret values "
        "are not shown.",
    )
    parser.set_defaults(run=check)
    parser.add_argument("files", metavar="FILE", nargs="+", help="TOML, JSON, YAML or .env")
