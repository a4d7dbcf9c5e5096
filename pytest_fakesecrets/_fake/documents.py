"""TOML, JSON, YAML and .env files."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .._errors import HIDE_MISUSE, UsageError, unknown_choice

if TYPE_CHECKING:
    from yaml import MappingNode, Node, SafeLoader

__tracebackhide__ = HIDE_MISUSE

# The keys and indexes that lead to a part of a file.
Where = tuple[str | int, ...]
_MERGE: Final = "tag:yaml.org,2002:merge"
_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

# What a parser quotes may be of a value; single characters and names of tokens tell nothing.
_QUOTATION: Final = re.compile(r"""(['"])(?P<quoted>(?:\\.|(?!\1).)*)\1""", re.DOTALL)
_HARMLESS: Final = re.compile(r".|<[a-z ]+>", re.DOTALL)
_TOO_LONG_A_NUMBER: Final = "A number of this file is too long to be read. Write it in quotes."
_KINDS: Final[Mapping[type, str]] = {
    bool: "a boolean",
    bytes: "binary",
    dict: "a mapping",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "text",
    type(None): "null",
}


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A file after parsing."""

    path: str
    data: Any = field(repr=False)

    @property
    def is_toml(self) -> bool:
        """Whether it is a TOML file."""
        return self.path.lower().endswith(".toml")

    def refusal(self, where: Where, reason: object) -> UsageError:
        """Return the error about a part of the file."""
        place = f"{_shown(where)}: " if where else ""
        # The place says already which secret it is.
        text = re.sub(r"^Secret '[^']*': ", "", str(reason)) if where else reason
        return UsageError(f"{self.path}: {place}{text}")

    def parts(self) -> Iterator[tuple[Where, Mapping[Any, Any]]]:
        """Return the mapping that the file is, or those of the list that it is."""
        whole: list[tuple[Where, Any]] = [((), self.data)]
        if isinstance(self.data, list):
            whole = [((index,), item) for index, item in enumerate(self.data)]
        for where, part in whole:
            if not isinstance(part, Mapping):
                raise self.refusal(
                    where,
                    f"This is {kind_of(part)}. Give a mapping of names to values, "
                    "or a list of descriptions, each a mapping with a name.",
                )
            yield where, part


def read_document(path: str | os.PathLike[str]) -> Document:
    """Read a file, as its suffix says.

    :raises UsageError: where it cannot be read; shows nothing that may be of a value.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise UsageError(f"{path!r} is not a path. Give each file as one argument: 'secrets.toml'.")
    name = os.fspath(path)
    if Path(name).is_dir():
        raise UsageError(f"{name}: This is a directory. Name the files in it.")
    parse = _parser(name)
    text = _text(name)
    try:
        return Document(name, parse(name, text))
    except RecursionError:
        raise UsageError(f"{name}: It is nested too deeply. Write inner values as text.") from None


def _refusal_at(path: str, line: int, reason: object, column: int | None = None) -> UsageError:
    place = f"{path}:{line}" if column is None else f"{path}:{line}:{column}"
    return UsageError(f"{place}: {reason}")


def _shown(where: Where) -> str:
    """Write where a part of a file is, such as ``secrets[2]``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return "".join(steps).removeprefix(".")


def kind_of(value: object) -> str:
    """Say what a value of a file is, without showing it."""
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def _parser(path: str) -> Callable[[str, str], Any]:
    parsers = {
        ".env": _parse_dotenv,
        ".json": _parse_json,
        ".toml": _parse_toml,
        ".yaml": _parse_yaml,
        ".yml": _parse_yaml,
    }
    name = Path(path).name.lower()
    suffix = Path(name).suffix or name
    if suffix in parsers:
        return parsers[suffix]
    if name.startswith(".env."):
        return _parse_dotenv
    raise UsageError(f"{path}: {unknown_choice('the suffix of a seed file', suffix, parsers)}")


def _text(path: str) -> str:
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        begins = "" if Path(path).is_absolute() else f" A relative path starts at {Path.cwd()}."
        message = f"{path}: The file does not exist.{begins}"
        raise UsageError(message) from None
    except OSError as error:
        message = f"{path}: The file cannot be read: {error.strerror}. Make it readable."
        raise UsageError(message) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        # Windows PowerShell writes what is sent to a file by > in this encoding.
        utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        what = "UTF-16, as PowerShell writes it" if utf16 else "not UTF-8"
        raise _refusal_at(path, line, f"The file is {what}. Save it as UTF-8.") from None


class _RepeatedKey(dict[str, Any]):
    """A JSON object in which a key is given twice."""

    key: str


def _parse_json(path: str, text: str) -> Any:
    repeated: list[_RepeatedKey] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(pairs)
        if len(read) < len(pairs):
            keys = [key for key, _ in pairs]
            read = _RepeatedKey(read)
            read.key = next(key for key in keys if keys.count(key) > 1)
            repeated.append(read)
        return read

    try:
        data = json.loads(text, object_pairs_hook=mapping)
    except json.JSONDecodeError as error:
        reason = f"This is not JSON: {_without_quotations(error.msg)}. Correct it."
        raise _refusal_at(path, error.lineno, reason, error.colno) from None
    except ValueError:
        raise _refusal_at(path, 1, _TOO_LONG_A_NUMBER) from None
    if repeated:
        raise UsageError(f"{path}: {_given_twice(data.key if data in repeated else None)}")
    return data


def _given_twice(name: str | None) -> str:
    """Say that a key is given twice; a key that is not the name of a secret may be of a value."""
    return f"{'A key' if name is None else repr(name)} is given twice. Keep one."


def _parse_toml(path: str, text: str) -> Any:
    # pytest brings tomli where Python has no tomllib.
    loads = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli").loads
    try:
        return loads(text)
    except ValueError as error:
        place = _TOML_PLACE.search(str(error))
        if place is None:
            raise _refusal_at(path, 1, _TOO_LONG_A_NUMBER) from None
        line = int(place[1] or 1 + text.rstrip().count("\n"))
        column = int(place[2]) if place[2] else None
        reason = _without_quotations(str(error)[: place.start()])
        raise _refusal_at(path, line, f"This is not TOML: {reason}. Correct it.", column) from None


def _without_quotations(message: str) -> str:
    return _QUOTATION.sub(
        lambda found: found[0] if _HARMLESS.fullmatch(found["quoted"]) else "…", message
    )


def _parse_yaml(path: str, text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise _missing(path, "YAML", "yaml") from None
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:  # nothing but comments
            return {}
        _check_yaml(path, loader, root)
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (1, None) if mark is None else (mark.line + 1, mark.column + 1)
        reason = ", ".join(filter(None, (error.context, error.problem)))
        reason = (
            f"This is not YAML: {_without_quotations(reason)}. Correct it, or write it in quotes."
        )
        raise _refusal_at(path, line, reason, column) from None
    except yaml.reader.ReaderError as error:
        line = 1 + text.count("\n", 0, error.position)
        reason = "This is not YAML: a character is not allowed. Write it as an escape, in quotes."
        raise _refusal_at(path, line, reason) from None


def _check_yaml(path: str, loader: SafeLoader, root: Node) -> None:
    """Refuse what safe_load hides, or tells no line of."""
    from yaml import MappingNode, SequenceNode

    nodes, seen = [root], set[int]()
    while nodes:
        node = nodes.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            nodes += node.value
        elif isinstance(node, MappingNode):
            _check_keys(path, node, is_top=node is root)
            nodes += [value for _, value in node.value]
            nodes += [key for key, _ in node.value if key.tag != _MERGE]
        else:
            _check_scalar(path, loader, node)


def _check_keys(path: str, node: MappingNode, *, is_top: bool) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key.value, str) or key.tag == _MERGE:
            continue
        line = key.start_mark.line + 1
        if is_top and key.tag != "tag:yaml.org,2002:str":
            reason = f"The name {key.value} is not a string for YAML. Write it in quotes."
            raise _refusal_at(path, line, reason)
        if key.value in seen:
            raise _refusal_at(path, line, _given_twice(key.value if is_top else None))
        seen.add(key.value)


def _check_scalar(path: str, loader: SafeLoader, node: Node) -> None:
    try:
        loader.construct_object(node)
    except (AttributeError, LookupError, ValueError):
        kind = node.tag.rpartition(":")[2]
        reason = f"This value cannot be read as {kind}. Correct it, or write it in quotes."
        raise _refusal_at(path, node.start_mark.line + 1, reason) from None


def _parse_dotenv(path: str, text: str) -> Any:
    try:
        from dotenv.parser import parse_stream
    except ImportError:
        raise _missing(path, ".env", "dotenv") from None
    data: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        original = binding.original
        # Blank lines above count as part of the line.
        blank = len(original.string) - len(original.string.lstrip())
        line = original.line + original.string.count("\n", 0, blank)
        if binding.error or (binding.key is not None and binding.value is None):
            reason = "This is not a KEY=VALUE. Give a value, in quotes where it holds spaces or #."
            raise _refusal_at(path, line, reason)
        if binding.key is not None and binding.value is not None:
            if binding.key in data:
                raise _refusal_at(path, line, _given_twice(binding.key))
            data[binding.key] = binding.value
    return data


def _missing(path: str, kind: str, extra: str) -> UsageError:
    return UsageError(
        f"{path}: A library to read {kind} files is not installed. "
        f'Type: pip install "pytest-fakesecrets[{extra}]"'
    )
