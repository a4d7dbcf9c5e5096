"""Files that describe secrets: names and values, whole descriptions, what the AWS CLI printed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from .._errors import HIDE_MISUSE
from .cli_output import _exports, _is_answer
from .descriptions import secret_at, value_at
from .documents import Document, Where, read_document
from .seeds import Description

__tracebackhide__ = HIDE_MISUSE


def read_files(paths: Iterable[str | os.PathLike[str]]) -> list[Description]:
    """Return the secrets that files describe, in the files' order.

    What AWS's answers say about one ARN, in whichever of the files, becomes one secret.

    :param paths: TOML, JSON, YAML and ``.env`` files.
    :raises UsageError: where a file cannot be read, or describes what could not exist in AWS:
        says path, place and remedy, and shows no value.
    """
    documents = [read_document(path) for path in paths]
    exports = _exports(documents)
    return [
        secret
        for document in documents
        for secret in _each_once(
            document,
            [
                *_described(document),
                *((one.where, one.secret()) for one in exports if one.document is document),
            ],
        )
    ]


def _each_once(
    document: Document, found: Iterable[tuple[Where, Description]]
) -> Iterator[Description]:
    seen = set()
    for where, secret in found:
        place = (secret.name, secret.region, secret.account)
        if place in seen:
            reason = f"{secret.name!r} is described twice in this file. Keep one description."
            raise document.refusal(where, reason)
        seen.add(place)
        yield secret


def _described(document: Document) -> Iterator[tuple[Where, Description]]:
    """Return the secrets of descriptions that are not answers of AWS."""
    for where, part in document.parts():
        if _is_answer(part):
            continue
        if where:
            yield where, secret_at(document, where, part)
            continue
        for name, value in part.items():
            if name == "secrets" and _is_list_of_mappings(value):
                for index, item in enumerate(value):
                    yield (name, index), secret_at(document, (name, index), item)
            else:
                yield (name,), value_at(document, name, value)


def _is_list_of_mappings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
