#!/usr/bin/env python3
"""Say what two versions of botocore tell of Secrets Manager that is not the same.

``python tools/model_diff.py OLD NEW`` prints lines of Markdown for a changelog: operations, their
members and their errors. The exit code is 0 where both are equal, 1 where they are not, and 2 where
one of them cannot be read. Documentation is not compared.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

SERVICE: Final = "secretsmanager"
VERSION: Final = re.compile(r"\d+(\.\w+)+")
# A folder may be botocore itself, hold it, or hold an unpacked sdist.
FOLDERS: Final = ("", "botocore/", "*/botocore/")
# Below botocore's own folder.
MODEL: Final = f"data/{SERVICE}/*/service-2.json*"
CONSTRAINTS: Final = ("min", "max", "pattern")
# Our words for the two parts of a call, and the model's.
PARTS: Final = {"request": "input", "answer": "output"}

# A shape of the model, and all of them by name.
Shape = Mapping[str, Any]
Shapes = Mapping[str, Shape]


class SourceError(Exception):
    """No model was found where the command line says that one is."""


class Member(NamedTuple):
    """What the model says of one member, or of the elements of one.

    :ivar facts: words for its type, whether it is required, and its constraints.
    :ivar enum: the values that it may have; empty where it may have any.
    """

    facts: Mapping[str, str]
    enum: frozenset[str]


# The members of a request or an answer by their path, such as ``Tags[].Key``.
Members = Mapping[str, Member]


class Operation(NamedTuple):
    """What the model says of one operation.

    :ivar members: those of the request and those of the answer, under these words.
    :ivar errors: the names of its errors.
    """

    members: Mapping[str, Members]
    errors: frozenset[str]


Operations = Mapping[str, Operation]
# What an operation is compared with that is new.
NOTHING: Final = Operation({part: {} for part in PARTS}, frozenset())


# Finding a model


def load(source: str) -> Operations:
    """Return the operations that a path or a version of botocore describes."""
    model = model_of(source)
    try:
        return operations(model)
    except (AttributeError, KeyError, TypeError) as error:
        message = f"{source} is not a model of a service: {error!r}"
        raise SourceError(message) from error


def model_of(source: str) -> Shape:
    """Return the model that a path or a version of botocore has."""
    path = Path(source)
    if path.is_dir():
        return read(find(path))
    if path.is_file():
        return read(path)
    if VERSION.fullmatch(source):
        return download(source)
    message = f"{source!r} is neither a path that exists nor a version of botocore."
    raise SourceError(message)


def find(folder: Path) -> Path:
    """Return the newest model below a folder."""
    for prefix in FOLDERS:
        if found := sorted(folder.glob(prefix + MODEL)):
            return found[-1]
    message = f"Below {folder} no botocore has a model of Secrets Manager."
    raise SourceError(message)


def read(path: Path) -> Shape:
    """Return the model in a file."""
    return decode(path.read_bytes(), str(path))


def decode(content: bytes, name: str) -> Shape:
    """Return the model in the content of a file, which may be compressed."""
    try:
        text = gzip.decompress(content) if name.endswith(".gz") else content
        model: Shape = json.loads(text)
    except (EOFError, OSError, ValueError, zlib.error) as error:
        message = f"{name} cannot be read: {error}"
        raise SourceError(message) from error
    return model


def download(version: str) -> Shape:
    """Return the model of a version of botocore from PyPI."""
    with tempfile.TemporaryDirectory() as folder:
        # A wheel is only unpacked; to look into an sdist, pip would run its code.
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        wanted = ["--only-binary", ":all:", "--dest", folder, f"botocore=={version}"]
        try:
            subprocess.run([*pip, *wanted], check=True, stdout=sys.stderr)  # noqa: S603 - pip itself
        except subprocess.CalledProcessError as error:
            message = f"pip has not downloaded botocore {version}."
            raise SourceError(message) from error
        (wheel,) = Path(folder).glob("*.whl")
        return unpack(wheel)


def unpack(wheel: Path) -> Shape:
    """Return the newest model in a wheel of botocore."""
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if Path(name).match(MODEL))
        if not names:
            message = f"{wheel.name} has no model of Secrets Manager."
            raise SourceError(message)
        return decode(archive.read(names[-1]), names[-1])


# Reading a model


def operations(model: Shape) -> Operations:
    """Return the operations of a model by name."""
    shapes: Shapes = model["shapes"]
    return {name: operation(shape, shapes) for name, shape in model["operations"].items()}


def operation(shape: Shape, shapes: Shapes) -> Operation:
    """Return what is compared of an operation."""
    members = {
        part: dict(below(shape[key]["shape"], shapes)) if key in shape else {}
        for part, key in PARTS.items()
    }
    return Operation(members, frozenset(error["shape"] for error in shape.get("errors", ())))


def below(
    name: str, shapes: Shapes, path: str = "", outer: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Member]]:
    """Yield the path of each member below a shape, and what is compared of it.

    :param path: that of the shape itself.
    :param outer: the shapes around it, since a shape may hold itself.
    """
    if name in outer:
        return
    for suffix, reference, presence in parts_of(shapes[name]):
        inner = reference["shape"]
        part = f"{path}{suffix}" if path else suffix.removeprefix(".")
        # A structure in a list has nothing to compare but its members.
        if presence or shapes[inner]["type"] != "structure":
            yield part, member(shapes[inner], presence)
        yield from below(inner, shapes, part, outer | {name})


def parts_of(shape: Shape) -> Iterator[tuple[str, Shape, str]]:
    """Yield what a shape is made of: a suffix to its path, the reference, if it is required."""
    required = shape.get("required", ())
    for name, reference in shape.get("members", {}).items():
        yield f".{name}", reference, "required" if name in required else "optional"
    for kind, suffix in {"member": "[]", "key": "{key}", "value": "{value}"}.items():
        if kind in shape:
            yield suffix, shape[kind], ""


def member(shape: Shape, presence: str) -> Member:
    """Return what is compared of a member."""
    facts = {"type": shape["type"]}
    if presence:
        facts["presence"] = presence
    facts |= {name: str(shape[name]) for name in ("min", "max") if name in shape}
    if "pattern" in shape:
        facts["pattern"] = code(shape["pattern"])
    return Member(facts, frozenset(shape.get("enum", ())))


# Comparing two models


def compare(old: Operations, new: Operations) -> Iterator[str]:
    """Yield a line for each difference."""
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{code(name)}: the operation is gone."
            continue
        if name not in old:
            yield f"{code(name)}: the operation is new."
        for line in compare_operation(old.get(name, NOTHING), new[name]):
            yield f"{code(name)}: {line}"


def compare_operation(old: Operation, new: Operation) -> Iterator[str]:
    """Yield the rest of a line for each difference of one operation."""
    for part in PARTS:
        for line in compare_members(old.members[part], new.members[part]):
            yield f"{part} member {line}"
    for error in sorted(old.errors ^ new.errors):
        yield f"error {code(error)} is {'new' if error in new.errors else 'gone'}."


def compare_members(old: Members, new: Members) -> Iterator[str]:
    """Yield the rest of a line for each member that is not the same."""
    for path in sorted(old.keys() | new.keys()):
        if path not in new:
            yield f"{code(path)} is gone."
        elif path not in old:
            yield f"{code(path)} is new: {describe(new[path])}."
        elif changes := list(compare_member(old[path], new[path])):
            yield f"{code(path)} has changed: {'; '.join(changes)}."


def compare_member(old: Member, new: Member) -> Iterator[str]:
    """Yield what has changed in a member."""
    for fact in ("type", "presence", *CONSTRAINTS):
        before, after = old.facts.get(fact, "none"), new.facts.get(fact, "none")
        if before != after:
            yield f"{label(fact)}from {before} to {after}"
    if old.enum and not new.enum:
        yield "any value"
    elif new.enum and not old.enum:
        yield f"only {listed(new.enum)}"
    else:
        yield from compare_enum(old.enum, new.enum)


def compare_enum(old: frozenset[str], new: frozenset[str]) -> Iterator[str]:
    """Yield which values have come and gone."""
    if new - old:
        yield f"also {listed(new - old)}"
    if old - new:
        yield f"no longer {listed(old - new)}"


# Writing Markdown


def describe(new: Member) -> str:
    """Return all that is compared of a member as words."""
    words = [f"{label(fact)}{value}" for fact, value in new.facts.items()]
    return ", ".join([*words, f"only {listed(new.enum)}"] if new.enum else words)


def label(fact: str) -> str:
    """Return what stands before the value of a constraint; types and presence say it themselves."""
    return f"{fact} " if fact in CONSTRAINTS else ""


def listed(values: frozenset[str]) -> str:
    """Return values in their order."""
    return ", ".join(map(code, sorted(values)))


def code(text: str) -> str:
    """Return a text as Markdown shows it verbatim."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    padding = " " if "`" in text else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the differences, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    where = "a version of botocore, an unpacked botocore, or a service-2.json or service-2.json.gz"
    parser.add_argument("old", metavar="OLD", help=where)
    parser.add_argument("new", metavar="NEW", help=where)
    options = parser.parse_args(arguments)
    try:
        lines = list(compare(load(options.old), load(options.new)))
    except (OSError, SourceError, zipfile.BadZipFile) as error:
        parser.error(str(error))
    sys.stdout.writelines(f"- {line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
