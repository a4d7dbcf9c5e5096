"""What a test suite can say: ini options and markers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import pytest

from .._errors import UsageError, unknown_choice
from .._settings import DEFAULT_ACCOUNT, DEFAULT_REGION, check_account, check_region

if TYPE_CHECKING:
    from pathlib import Path

    from .._calls.error_cases import ErrorCase
    from .._fake.seeds import Secret, Seed

Level = Literal["off", "warn", "error"]
LEVELS: Final[tuple[str, ...]] = get_args(Level)

# Seeds, each with where it stands.
Origins = list[tuple[str, "Seed"]]
_Kind = Literal["string", "paths", "args", "linelist", "bool"]


@dataclass(frozen=True, slots=True)
class Ini:
    """One ini option; one with choices takes nothing else."""

    name: str
    kind: _Kind
    default: Any
    help: str
    choices: tuple[str, ...] = ()


INIS: Final = (
    Ini(
        "fakesecrets_region",
        "string",
        DEFAULT_REGION,
        f"Region of fakes that name no other (default: {DEFAULT_REGION})",
    ),
    Ini(
        "fakesecrets_account",
        "string",
        DEFAULT_ACCOUNT,
        f"account of fakes that name no other, twelve digits (default: {DEFAULT_ACCOUNT})",
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
        "fakesecrets_real_calls",
        "string",
        "allow",
        "what happens to a call of Secrets Manager outside any fake: allow (it goes to AWS), "
        "warn (the same, with a warning) or error (it does not leave the process)",
        ("allow", "warn", "error"),
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


def add_markers(config: pytest.Config) -> None:
    """Declare the markers, as ``pytest --markers`` shows them."""
    config.addinivalue_line(
        "markers",
        "secrets(*seeds, region=None, account=None, file=(), allow_real_calls=False, leaks=None, "
        "unused_faults=None): "
        "give the test a fake AWS Secrets Manager with these secrets (dicts of names to values, "
        "Secret objects; files relative to the test's). Several marks add up; the closest wins for "
        "the same secret. allow_real_calls=True lets the test reach the real AWS instead.",
    )
    config.addinivalue_line(
        "markers",
        "secrets_errors(*operations, only=None, also=()): run the test once for each error that "
        "AWS documents for the operations (GetSecretValue by default), already injected; the "
        "fixture secrets_error tells which. only= takes some of them, also= adds others, such as "
        "ThrottlingException or ReadTimeoutError.",
    )


def check_inis(config: pytest.Config) -> None:
    """Refuse values that no option takes.

    :raises pytest.UsageError: naming option, value and choices.
    """
    for ini in INIS:
        given = config.getini(ini.name)
        if ini.choices and given not in ini.choices:
            what = f"a value of the ini option {ini.name}"
            raise pytest.UsageError(str(unknown_choice(what, given or "Nothing", ini.choices)))
    length = config.getini("fakesecrets_leaks_min_length")
    if not length.isdecimal() or int(length) < 1:
        raise pytest.UsageError(
            f"fakesecrets_leaks_min_length = {length} is not a number of characters. Give 1 or "
            "more."
        )
    try:
        check_region(config.getini("fakesecrets_region"))
        check_account(config.getini("fakesecrets_account"))
    except UsageError as error:
        raise pytest.UsageError(f"fakesecrets_{error}") from None


def described(config: pytest.Config) -> str:
    """Return the values of all options in one line, without the common beginning of their names."""
    return ", ".join(
        f"{ini.name.removeprefix('fakesecrets_')}={_shown(config, config.getini(ini.name))}"
        for ini in INIS
    )


@dataclass(frozen=True, slots=True)
class SecretsOptions:
    """What one ``@pytest.mark.secrets(...)`` says."""

    seeds: tuple[Seed, ...] = ()
    region: str | None = None
    account: str | None = None
    file: tuple[str | os.PathLike[str], ...] = ()
    allow_real_calls: bool | None = None
    leaks: Level | None = None
    unused_faults: Level | None = None

    @classmethod
    def of(cls, mark: pytest.Mark) -> SecretsOptions:
        """Read a mark; refuse an option that it does not have, or a value that it cannot have."""
        _check_options(mark, [field.name for field in fields(cls) if field.name != "seeds"])
        said = cls(mark.args, **{**mark.kwargs, "file": _paths(mark.kwargs.get("file", ()))})
        said._check()
        return said

    def _check(self) -> None:
        for name in ("leaks", "unused_faults"):
            level = getattr(self, name)
            if level is not None and level not in LEVELS:
                raise unknown_choice(f"a value of {name}= of @pytest.mark.secrets", level, LEVELS)
        if self.allow_real_calls is not None and not isinstance(self.allow_real_calls, bool):
            raise UsageError(
                f"allow_real_calls={self.allow_real_calls!r} of @pytest.mark.secrets is neither "
                "True nor False."
            )
        others = (self.seeds, self.file, self.region, self.account)
        if self.allow_real_calls and any(others):
            raise UsageError(
                "@pytest.mark.secrets(allow_real_calls=True) lets a test reach the real AWS, "
                "so it cannot seed a fake as well. Give allow_real_calls=True alone."
            )

    def seeds_at(self, holder: pytest.Item | pytest.Collector) -> Origins:
        """Return its seeds, each with where it stands; those of files first.

        :param holder: what the mark is on; the paths of files are relative to its file.
        """
        folder = holder.path if holder.path.is_dir() else holder.path.parent
        files = [folder / path for path in self.file]
        where = _without_parameters(holder)
        return [
            *origins(read_paths(files), files, holder.config),
            *((where, seed) for seed in self.seeds),
        ]


def origins(secrets: Iterable[Secret], paths: Iterable[Path], config: pytest.Config) -> Origins:
    """Return the secrets of files, each with the files that were read together."""
    where = ", ".join(_near(path, config) for path in paths)
    return [(where, secret) for secret in secrets]


def _paths(given: Any) -> tuple[str | os.PathLike[str], ...]:
    paths = (given,) if isinstance(given, (str, os.PathLike)) else given
    if isinstance(paths, Iterable):
        listed = tuple(paths)
        if all(isinstance(path, (str, os.PathLike)) for path in listed):
            return listed
    raise UsageError(
        f"file={given!r} of @pytest.mark.secrets is not a path. Give one, or a list of them."
    )


def read_paths(paths: Iterable[Path]) -> list[Secret]:
    """Read files of secrets; nothing is imported where there are none."""
    named = list(paths)
    if not named:
        return []
    from .._fake.seed_files import read_files

    return read_files(named)


def closest(node: pytest.Item | pytest.Collector, option: str) -> Any:
    """Return what the closest mark that names an option says; None where none does."""
    said = (getattr(SecretsOptions.of(mark), option) for mark in node.iter_markers("secrets"))
    return next((value for value in said if value is not None), None)


def level_of(node: pytest.Item | pytest.Collector, option: str) -> str:
    """Return ``off``, ``warn`` or ``error``: what the closest mark says, or else ini.

    A misused mark is shown when its fake begins, so that it says nothing here.
    """
    with suppress(UsageError):
        said: str | None = closest(node, option)
        if said is not None:
            return said
    ini: str = node.config.getini(f"fakesecrets_{option}")
    return ini


@dataclass(frozen=True, slots=True)
class ErrorsOptions:
    """What one ``@pytest.mark.secrets_errors(...)`` says."""

    operations: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()

    @classmethod
    def of(cls, mark: pytest.Mark) -> ErrorsOptions:
        """Read a mark; refuse an option that it does not have."""
        _check_options(mark, ("also", "only", "operation"))
        named = mark.kwargs.get("operation", ())
        operations = (named,) if isinstance(named, str) else tuple(named)
        return cls((*mark.args, *operations), mark.kwargs.get("only"), mark.kwargs.get("also", ()))

    def errors(self) -> list[ErrorCase]:
        """Return the errors to inject."""
        from .._calls.error_cases import errors_to_inject

        return errors_to_inject(self.operations, self.only, self.also)


def errors_of_marks(item: pytest.Item) -> list[ErrorCase]:
    """Return the errors that a test is to get, one in each run.

    Several marks of one function, or of one class, add up; the closest place counts.
    """
    places = [
        [mark for mark in node.own_markers if mark.name == "secrets_errors"]
        for node in reversed(item.listchain())
    ]
    marks = next(filter(None, places), [])
    options = [ErrorsOptions.of(mark) for mark in marks] or [ErrorsOptions()]
    # Decorators are read from the function outwards; a reader reads them from the top.
    return list(dict.fromkeys(error for option in reversed(options) for error in option.errors()))


def _check_options(mark: pytest.Mark, known: Iterable[str]) -> None:
    for option in mark.kwargs:
        if option not in known:
            raise unknown_choice(f"an option of @pytest.mark.{mark.name}", option, known)


def _shown(config: pytest.Config, value: Any) -> str:
    if isinstance(value, list):
        shown = [each if isinstance(each, str) else _near(each, config) for each in value]
        return " ".join(shown) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _near(path: Path, config: pytest.Config) -> str:
    return os.path.relpath(path, config.rootpath)


def _without_parameters(node: pytest.Item | pytest.Collector) -> str:
    """Return a node's id; that of a test without the part that its parameters add."""
    callspec = getattr(node, "callspec", None)
    return node.nodeid if callspec is None else node.nodeid.removesuffix(f"[{callspec.id}]")
