"""The ini options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

import pytest

from .._errors import UsageError, unknown_choice
from .._settings import DEFAULT_ACCOUNT, check_account, check_region

if TYPE_CHECKING:
    from pathlib import Path

Level = Literal["off", "warn", "error"]
LEVELS: Final[tuple[str, ...]] = get_args(Level)
_Kind = Literal["string", "paths", "args", "linelist", "bool"]


class Ini(NamedTuple):
    """One ini option; one with choices takes nothing else."""

    name: str
    kind: _Kind
    default: Any
    help: str
    choices: tuple[str, ...] = ()


ENDPOINT: Final = "fakesecrets_endpoint"
_OF_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
INIS: Final = (
    Ini(
        "fakesecrets_region",
        "string",
        "",
        "Region of fakes that name no other (default: that of the first call)",
    ),
    Ini(
        "fakesecrets_account",
        "string",
        DEFAULT_ACCOUNT,
        f"account of fakes that name no other, twelve digits (default: {DEFAULT_ACCOUNT})",
    ),
    Ini(
        "fakesecrets_principal",
        "string",
        "",
        "ARN of the user, role or session that callers act as, or a service (default: the "
        "account's root)",
    ),
    Ini(
        "fakesecrets_seeds",
        "paths",
        [],
        "files of secrets that each fake begins with, relative to the ini file: "
        "TOML, JSON, YAML, .env, or output of the AWS CLI",
    ),
    Ini(
        "fakesecrets_autouse",
        "bool",
        False,  # noqa: FBT003 - a row of a table
        "have a fake active from before the first conftest.py is loaded until pytest ends, "
        "and a copy of it for each test (default: false)",
    ),
    Ini(
        "fakesecrets_enforce_policies",
        "bool",
        True,  # noqa: FBT003 - a row of a table
        "have resource policies decide who may do what; where false, they are kept and returned, "
        "and refuse nobody (default: true)",
    ),
    Ini(
        "fakesecrets_real_calls",
        "string",
        "warn",
        "what happens to a call of Secrets Manager outside any fake: warn (it goes to AWS, with a "
        "warning; the default), error (it does not leave the process) or allow (nothing)",
        ("allow", "warn", "error"),
    ),
    Ini(
        "fakesecrets_max_calls",
        "string",
        "10000",
        "how many calls the log of a fake keeps; older ones are dropped (default: 10000)",
    ),
    Ini(
        "fakesecrets_leaks",
        "string",
        "off",
        "what happens where a test shows the value of a secret: off, warn or error",
        LEVELS,
    ),
    Ini(
        "fakesecrets_leaks_min_length",
        "string",
        "8",
        "how many characters a value has at least, to be looked for (default: 8)",
    ),
    Ini(
        "fakesecrets_leaks_ignore",
        "linelist",
        [],
        "what is not a secret: patterns NAME, or NAME:PATH for a part of the secret's JSON",
    ),
    Ini(
        "fakesecrets_leaks_exclude_loggers",
        "args",
        [],
        "loggers whose DEBUG records, and those of their children, are not looked into",
    ),
    Ini(
        "fakesecrets_unused_faults",
        "string",
        "off",
        "report faults that a test added and that applied to no call: off, warn or error",
        LEVELS,
    ),
    Ini(
        "fakesecrets_unused_seeds",
        "string",
        "off",
        "report seeds that no call of the run was about, at its end: off, warn or error",
        LEVELS,
    ),
)


def add_inis(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    for ini in INIS:
        parser.addini(
            ini.name, f"pytest-fakesecrets: {ini.help}", type=ini.kind, default=ini.default
        )


def check_inis(config: pytest.Config) -> None:
    """Refuse values that no option takes.

    :raises pytest.UsageError: naming option, value and choices.
    """
    for ini in INIS:
        try:
            given = config.getini(ini.name)
        except (ValueError, pytest.UsageError) as error:
            raise pytest.UsageError(f"{ini.name}: {error}. Write true or false.") from None
        if ini.choices and given not in ini.choices:
            what = f"a value of the ini option {ini.name}"
            raise pytest.UsageError(str(unknown_choice(what, given or "''", ini.choices)))
    for name, unit in (("leaks_min_length", "characters"), ("max_calls", "calls")):
        number = config.getini(f"fakesecrets_{name}")
        if not number.isdecimal() or int(number) < 1:
            raise pytest.UsageError(
                f"fakesecrets_{name} = {number} is not a valid number of {unit}. Give 1 or more."
            )
    for path in config.getini("fakesecrets_seeds"):
        if not path.exists():
            raise pytest.UsageError(
                f"fakesecrets_seeds names {near(path, config)}, which does not exist. Paths are "
                "relative to the ini file."
            )
    _check_callers(config)


def _check_callers(config: pytest.Config) -> None:
    try:
        if region := config.getini("fakesecrets_region"):
            check_region(region)
        check_account(config.getini("fakesecrets_account"))
        if principal := config.getini("fakesecrets_principal"):
            from .._aws.iam.principal import account_of

            account_of(principal)
    except UsageError as error:
        raise pytest.UsageError(f"fakesecrets_{error}") from None


def add_endpoint(parser: pytest.Parser) -> None:
    """Declare the option."""
    parser.getgroup("fakesecrets").addoption(
        "--fakesecrets-endpoint",
        dest=ENDPOINT,
        metavar="URL",
        help="run the tests against another Secrets Manager, such as an emulator's: seeds are made "
        "there by calls, and removed; tests that need what only a fake has are skipped",
    )


def check_endpoint(url: str | None) -> None:
    """Refuse what is not an endpoint, and that of AWS.

    :raises pytest.UsageError: what is wrong, and the remedy.
    """
    if url is None:
        return
    host = _host(url)
    if host is None:
        raise pytest.UsageError(
            f"--fakesecrets-endpoint={url} is not an endpoint. Write it like http://localhost:4566."
        )
    if host.endswith(_OF_AWS):
        raise pytest.UsageError(
            f"--fakesecrets-endpoint={url} is AWS itself, where secrets of these names may exist, "
            "and would be removed with those of the tests. Name the endpoint of an emulator."
        )


def _host(url: str) -> str | None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None


def is_any_ini_set(config: pytest.Config) -> bool:
    """Tell whether the suite has set one of the options."""
    return any(config.getini(ini.name) != ini.default for ini in INIS)


def described(config: pytest.Config) -> str:
    """Return the values of all options in one line, without the common beginning of their names."""
    return ", ".join(
        f"{ini.name.removeprefix('fakesecrets_')}={_shown(config, config.getini(ini.name))}"
        for ini in INIS
    )


def _shown(config: pytest.Config, value: Any) -> str:
    if isinstance(value, list):
        shown = [each if isinstance(each, str) else near(each, config) for each in value]
        return " ".join(shown) or "none"
    return str(value).lower() if isinstance(value, bool) else value or "none"


def near(path: Path, config: pytest.Config) -> str:
    """Return a path as seen from the root of the run."""
    return os.path.relpath(path, config.rootpath)
