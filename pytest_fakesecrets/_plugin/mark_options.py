"""What the markers of a test say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from .._errors import UsageError, unknown_choice
from .mark_names import NAME, SHORT_NAME, marks_of
from .options import LEVELS, Level, near

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from .._calls.error_cases import ErrorCase
    from .._fake.seeds import Description, Seed

# Seeds, each with its origin: the file, hook or test that names it.
Origins = list[tuple[str, "Seed | Description"]]


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
    enforce_policies: bool | None = None
    principal: str | None = None

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
        for name in ("allow_real_calls", "enforce_policies"):
            switch = getattr(self, name)
            if switch is not None and not isinstance(switch, bool):
                raise UsageError(
                    f"{name}={switch!r} of @pytest.mark.secrets is neither True nor False."
                )
        others = (self.seeds, self.file, self.region, self.account, self.principal)
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


def origins(
    secrets: Iterable[Description], paths: Iterable[Path], config: pytest.Config
) -> Origins:
    """Return the secrets of files, each with the files that were read together."""
    where = ", ".join(near(path, config) for path in paths)
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


def read_paths(paths: Iterable[Path]) -> list[Description]:
    """Read files of secrets; nothing is imported where there are none."""
    named = list(paths)
    if not named:
        return []
    from .._fake.seed_files import read_files

    return read_files(named)


def closest(node: pytest.Item | pytest.Collector, option: str) -> Any:
    """Return what the closest mark that names an option says; None where none does."""
    said = (getattr(SecretsOptions.of(mark), option) for _, mark in marks_of(node))
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
    exclude: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @classmethod
    def of(cls, mark: pytest.Mark) -> ErrorsOptions:
        """Read a mark; refuse an option that it does not have."""
        _check_options(mark, ("also", "exclude", "only", "operation"))
        named: Any = mark.kwargs.get("operation", ())
        # What is neither a name nor a list of them is refused as an operation.
        is_one = isinstance(named, str) or not isinstance(named, Iterable)
        operations: tuple[Any, ...] = (named,) if is_one else tuple(named)
        narrowed = {name: codes for name, codes in mark.kwargs.items() if name != "operation"}
        return cls((*mark.args, *operations), **narrowed)

    def errors(self) -> list[ErrorCase]:
        """Return the errors to inject."""
        from .._calls.error_cases import errors_to_inject

        return errors_to_inject(
            self.operations, only=self.only, exclude=self.exclude, also=self.also
        )


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
            wrong = unknown_choice(f"an option of @pytest.mark.{mark.name}", option, known)
            is_seed = mark.name != "secrets_errors" and "did you mean" not in str(wrong)
            as_seed = f" A secret of this name is given in a dict: {{{option!r}: value}}."
            raise UsageError(f"{wrong}{as_seed if is_seed else ''}{_other_meaning(mark)}")


def check_seeds(mark: pytest.Mark) -> None:
    """Refuse arguments of a mark that do not describe secrets."""
    from .._fake.seeds import Secret

    for seed in mark.args:
        if not isinstance(seed, (Mapping, Secret)):
            raise UsageError(
                f"@pytest.mark.{mark.name}(...) was given an argument of type "
                f"{type(seed).__name__}, which does not describe a secret. Give dicts of names to "
                f"values, or Secret(name, value, …).{_other_meaning(mark)}"
            )


def _other_meaning(mark: pytest.Mark) -> str:
    """Return what to do where a suite has a mark of the same name that means something else."""
    if mark.name != SHORT_NAME:
        return ""
    return (
        f" If @pytest.mark.{mark.name} has another meaning in this suite, register it there, in "
        f"the ini option markers: then only @pytest.mark.{NAME} is the mark of pytest-fakesecrets."
    )


def _without_parameters(node: pytest.Item | pytest.Collector) -> str:
    """Return a node's id; that of a test without the part that its parameters add."""
    callspec = getattr(node, "callspec", None)
    return node.nodeid if callspec is None else node.nodeid.removesuffix(f"[{callspec.id}]")
