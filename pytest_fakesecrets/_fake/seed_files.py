"""Files that describe secrets: names and values, whole descriptions, what the AWS CLI printed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._errors import HIDE_MISUSE
from .cli_output import _exports, _is_answer
from .descriptions import _secret_at
from .documents import Document, Where, read_document
from .seeds import Secret

__tracebackhide__ = HIDE_MISUSE


def read_files(paths: Iterable[str | os.PathLike[str]]) -> list[Secret]:
    """Return the secrets that files describe, in the files' order.

    What AWS's answers say about one ARN, in whichever of the files, becomes one secret.

    :param paths: TOML, JSON, YAML and ``.env`` files.
    :raises UsageError: where a file cannot be read, or describes what could not exist in AWS:
        says path, line and remedy, and shows no value.
    """
    documents = [read_document(path) for path in paths]
    exports = _exports(documents)
    return [
        secret
        for document in documents
        for secret in _each_once(
            document,
            [
                *(
                    (where, _secret_at(document, where, told))
                    for where, told in _described(document)
                ),
                *((one.where, one.secret()) for one in exports if one.document is document),
            ],
        )
    ]


def _each_once(document: Document, found: Iterable[tuple[Where, Secret]]) -> Iterator[Secret]:
    lines: dict[tuple[str | None, ...], int] = {}
    for where, secret in found:
        place = (secret.name, secret.region, secret.account)
        if place in lines:
            raise document.refusal(
                where,
                f"{secret.name!r} stands here for the second time, "
                f"first on line {lines[place]}. Keep one.",
            )
        lines[place] = document.line_of_name(where)
        yield secret


def _described(document: Document) -> Iterator[tuple[Where, Mapping[Any, Any]]]:
    """Return the descriptions that are not answers of AWS, a name with its value as one as well."""
    for where, part in document.parts():
        if _is_answer(part):
            continue
        if where:
            yield where, part
            continue
        for name, value in part.items():
            if name == "secrets" and _is_list_of_mappings(value):
                yield from (((name, index), item) for index, item in enumerate(value))
            else:
                yield (name,), {"name": name, "value": value}


def _is_list_of_mappings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
