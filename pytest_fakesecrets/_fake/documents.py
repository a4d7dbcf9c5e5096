"""TOML, JSON, YAML and .env files, with the lines on which their keys stand."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .._errors import HIDE_MISUSE, UsageError, unknown_choice

if TYPE_CHECKING:
    from yaml import MappingNode, Node, SafeLoader

__tracebackhide__ = HIDE_MISUSE

# The keys and indexes that lead to a part of a file; the lines on which the parts stand.
Where = tuple[str | int, ...]
Lines = dict[Where, int]
_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_JSON_TOKENS: Final = re.compile(rf"(?P<key>{_STRING})\s*:|{_STRING}|(?P<mark>[\[\]{{}},])")
_TOML_PART: Final = rf"(?:{_STRING}|'[^'\n]*'|[A-Za-z0-9_-]+)"
_TOML_KEY: Final = rf"{_TOML_PART}(?:[ \t]*\.[ \t]*{_TOML_PART})*"
_TOML_TOKENS: Final = re.compile(
    rf'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\''
    rf"|^[ \t]*\[(?P<many>\[)?[ \t]*(?P<table>{_TOML_KEY})[ \t]*\]{{1,2}}[ \t\r]*(?:$|(?=\#))"
    rf"|(?P<key>{_TOML_KEY})[ \t]*="
    rf"|{_STRING}|'[^'\n]*'|\#[^\n]*|(?P<mark>[\[\]{{}},])",
    re.DOTALL | re.MULTILINE,
)
_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

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
    """A file after parsing; ``lines`` has the places of its keys and of what its lists hold."""

    path: str
    data: Any = field(repr=False)
    lines: Lines

    def line(self, *where: str | int) -> int:
        """Return the line of a part, or of the smallest known part that holds it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def line_of_name(self, where: Where) -> int:
        """Return the line on which the name of a secret stands."""
        name = next((key for key in ("name", "Name") if (*where, key) in self.lines), "")
        return self.line(*where, name)

    def refusal(self, where: Where, reason: object) -> UsageError:
        """Return the error about a secret, with the line on which its name stands."""
        return refusal_at(self.path, self.line_of_name(where), reason)

    def parts(self) -> Iterator[tuple[Where, Mapping[Any, Any]]]:
        """Return the mapping that the file is, or those of the list that it is."""
        whole: list[tuple[Where, Any]] = [((), self.data)]
        if isinstance(self.data, list):
            whole = [((index,), item) for index, item in enumerate(self.data)]
        for where, part in whole:
            if not isinstance(part, Mapping):
                raise self.refusal(
                    where,
                    f"Here stands {kind_of(part)}. Give a mapping of names to values, "
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
        data, lines = parse(name, text)
    except RecursionError:
        raise UsageError(f"{name}: It is nested too deeply. Write inner values as text.") from None
    return Document(name, data, lines)


def refusal_at(path: str, line: int, reason: object) -> UsageError:
    """Return the error about a line of a file."""
    return UsageError(f"{path}:{line}: {reason}")


def kind_of(value: object) -> str:
    """Say what a value of a file is, without showing it."""
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def _parser(path: str) -> Callable[[str, str], tuple[Any, Lines]]:
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
        message = f"{path}: There is no such file.{begins}"
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
        raise refusal_at(path, line, f"The file is {what}. Save it as UTF-8.") from None


def _parse_json(path: str, text: str) -> tuple[Any, Lines]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"This is not JSON: {_without_quotations(error.msg)}. Mend it."
        raise refusal_at(path, error.lineno, reason) from None
    except ValueError:
        raise refusal_at(path, 1, _TOO_LONG_A_NUMBER) from None
    lines: Lines = {}
    stack: list[Where] = [()]
    for line, token in _tokens(_JSON_TOKENS, text):
        if token["key"]:
            stack[-1] = (json.loads(token["key"]),)
            _note(path, lines, _joined(stack), line)
        elif token["mark"]:
            _step(stack, token["mark"], lines, line)
    return data, lines


def _parse_toml(path: str, text: str) -> tuple[Any, Lines]:
    # pytest brings tomli where Python has no tomllib.
    loads = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli").loads
    try:
        data = loads(text)
    except ValueError as error:
        place = _TOML_PLACE.search(str(error))
        if place is None:
            raise refusal_at(path, 1, _TOO_LONG_A_NUMBER) from None
        line = int(place[1] or 1 + text.rstrip().count("\n"))
        reason = _without_quotations(str(error)[: place.start()])
        raise refusal_at(path, line, f"This is not TOML: {reason}. Mend it.") from None
    return data, _toml_lines(text, lambda key: _only_path(loads(f"{key} = 0")))


def _toml_lines(text: str, read_key: Callable[[str], Where]) -> Lines:
    lines: Lines = {}
    last: dict[Where, int] = {}
    # Below everything else lies the table that the last header opened.
    stack: list[Where] = [(), ()]
    for line, token in _tokens(_TOML_TOKENS, text):
        if token["key"]:
            stack[-1] = read_key(token["key"])
            lines[_joined(stack)] = line
        elif token["mark"]:
            _step(stack, token["mark"], lines, line)
        elif token["table"] and not stack[2:]:
            *above, name = read_key(token["table"])
            table = (*_indexed(above, last), name)
            if token["many"]:
                last[table] = last.get(table, -1) + 1
            stack = [_indexed(table, last), ()]
            lines[stack[0]] = line
    return lines


def _indexed(keys: Iterable[str | int], last: Mapping[Where, int]) -> Where:
    """Return the way to a table: through the last one of each array of tables."""
    where: Where = ()
    for key in keys:
        where = (*where, key)
        if where in last:
            where = (*where, last[where])
    return where


def _only_path(nested: Any) -> Where:
    where: Where = ()
    while isinstance(nested, dict):
        ((key, nested),) = nested.items()
        where = (*where, key)
    return where


def _tokens(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    ends = [end.start() for end in re.finditer("\n", text)]
    for token in pattern.finditer(text):
        yield 1 + bisect_right(ends, token.start()), token


def _step(stack: list[Where], mark: str, lines: Lines, line: int) -> None:
    """Follow a bracket or a comma; each level of the stack is the way from the one below."""
    if mark == "[":
        stack.append((0,))
    elif mark == "{":
        lines.setdefault(_joined(stack), line)
        stack.append(())
    elif mark != ",":
        stack.pop()
    elif stack[-1] and isinstance(stack[-1][0], int):
        stack[-1] = (stack[-1][0] + 1,)


def _joined(stack: Iterable[Where]) -> Where:
    return tuple(step for steps in stack for step in steps)


def _note(path: str, lines: Lines, where: Where, line: int) -> None:
    if where in lines:
        # What is further inside may be of a value.
        key = repr(where[0]) if len(where) == 1 else "A key"
        reason = f"{key} stands here for the second time, first on line {lines[where]}. Keep one."
        raise refusal_at(path, line, reason)
    lines[where] = line


def _without_quotations(message: str) -> str:
    return _QUOTATION.sub(
        lambda found: found[0] if _HARMLESS.fullmatch(found["quoted"]) else "…", message
    )


def _parse_yaml(path: str, text: str) -> tuple[Any, Lines]:
    try:
        import yaml
    except ImportError:
        raise _missing(path, "YAML", "yaml") from None
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:  # nothing but comments
            return {}, {}
        lines = _yaml_lines(path, loader, root)
        return loader.construct_document(root), lines
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        reason = ", ".join(filter(None, (error.context, error.problem)))
        reason = f"This is not YAML: {_without_quotations(reason)}. Mend it, or write it in quotes."
        raise refusal_at(path, line, reason) from None
    except yaml.reader.ReaderError as error:
        line = 1 + text.count("\n", 0, error.position)
        reason = "This is not YAML: a character is not allowed. Write it as an escape, in quotes."
        raise refusal_at(path, line, reason) from None


def _yaml_lines(path: str, loader: SafeLoader, root: Node) -> Lines:
    """Return the lines of the nodes; refuse what safe_load hides or tells no line of."""
    from yaml import MappingNode, SequenceNode

    lines: Lines = {(): 1}
    nodes: list[tuple[Where, Node]] = [((), root)]
    seen: set[int] = set()
    while nodes:
        where, node = nodes.pop()
        lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            nodes += [((*where, index), item) for index, item in enumerate(node.value)]
        elif isinstance(node, MappingNode):
            for key, value in _yaml_keys(path, where, node):
                _note(path, lines, (*where, key.value), key.start_mark.line + 1)
                nodes += [((*where, key.value), value), ((*where, key.value), key)]
        else:
            _check_scalar(path, loader, node)
    return lines


def _yaml_keys(path: str, where: Where, node: MappingNode) -> Iterator[tuple[Node, Node]]:
    for key, value in node.value:
        if not isinstance(key.value, str) or key.tag == "tag:yaml.org,2002:merge":
            continue
        if not where and key.tag != "tag:yaml.org,2002:str":
            reason = f"The name {key.value} is not a string for YAML. Write it in quotes."
            raise refusal_at(path, key.start_mark.line + 1, reason)
        yield key, value


def _check_scalar(path: str, loader: SafeLoader, node: Node) -> None:
    try:
        loader.construct_object(node)
    except (AttributeError, LookupError, ValueError):
        kind = node.tag.rpartition(":")[2]
        reason = f"What stands here cannot be read as {kind}. Mend it, or write it in quotes."
        raise refusal_at(path, node.start_mark.line + 1, reason) from None


def _parse_dotenv(path: str, text: str) -> tuple[Any, Lines]:
    try:
        from dotenv.parser import parse_stream
    except ImportError:
        raise _missing(path, ".env", "dotenv") from None
    data: dict[str, str] = {}
    lines: Lines = {}
    for binding in parse_stream(io.StringIO(text)):
        original = binding.original
        # Blank lines above count as part of the line.
        blank = len(original.string) - len(original.string.lstrip())
        line = original.line + original.string.count("\n", 0, blank)
        if binding.error or (binding.key is not None and binding.value is None):
            reason = "This is not a KEY=VALUE. Give a value, in quotes where it holds spaces or #."
            raise refusal_at(path, line, reason)
        if binding.key is not None and binding.value is not None:
            _note(path, lines, (binding.key,), line)
            data[binding.key] = binding.value
    return data, lines


def _missing(path: str, kind: str, extra: str) -> UsageError:
    return UsageError(
        f"{path}: A library to read {kind} files is not installed. "
        f'Type: pip install "pytest-fakesecrets[{extra}]"'
    )
