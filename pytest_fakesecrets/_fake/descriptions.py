"""The keys that describe one secret in a seed file."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime, timezone
from typing import Any, Final

from dateutil.parser import isoparse  # botocore depends on it

from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .documents import Document, Where, kind_of
from .seeds import NamedValue, Secret, Version, named_value

__tracebackhide__ = HIDE_MISUSE

# ISO 8601 has shorter dates as well, which may be something else.
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_SECRET_KEYS: Final = ("binary", *(member.name for member in fields(Secret)))
_VERSION_KEYS: Final = ("binary", *(member.name for member in fields(Version)))


def secret_at(document: Document, where: Where, description: Mapping[Any, Any]) -> Secret:
    """Return the secret that a part of a file describes.

    :raises UsageError: for what could not exist in AWS, with the place.
    """
    try:
        return _secret(description)
    except UsageError as error:
        raise document.refusal(where, error) from None


def value_at(document: Document, name: Any, value: Any) -> NamedValue:
    """Return the secret that a name of a file and its value describe.

    :raises UsageError: for what could not exist in AWS, with the place.
    """
    try:
        _check_name_type(name)
        if document.is_toml:
            _refuse_tables(name, value)
        return named_value(name, _value(f"secret {name!r}", "value", value))
    except UsageError as error:
        raise document.refusal((name,), error) from None


def _refuse_tables(name: str, value: Any) -> None:
    """Refuse what ``[prod.db]`` describes: TOML takes it for a part of a secret ``prod``."""
    if isinstance(value, dict) and value and all(isinstance(each, dict) for each in value.values()):
        inner = next(iter(value))
        raise UsageError(
            f"The table {name} holds nothing but tables. For secrets with a dot or a slash in "
            f'their names, write the name in quotes: ["{name}.{inner}"] or ["{name}/{inner}"]. For '
            f"one secret {name} whose JSON has such parts, write: [[secrets]] with name = "
            f'"{name}" and value = {{ {inner} = {{ … }} }}.'
        )


def _check_name_type(name: Any) -> None:
    if not isinstance(name, str):
        raise UsageError(f"The name of a secret is {kind_of(name)}. Write it as text, in quotes.")


def _secret(description: Mapping[Any, Any]) -> Secret:
    if "name" not in description:
        raise UsageError("A secret is described without a name. Give it the key name.")
    name = description["name"]
    _check_name_type(name)
    return Secret(**_keywords(f"secret {name!r}", description, _SECRET_KEYS))


def _version(owner: str, description: object) -> Version:
    if not isinstance(description, Mapping):
        raise UsageError(
            f"versions of {owner} holds {kind_of(description)}. "
            "Give mappings, each with a value and labels."
        )
    return Version(**_keywords(f"a version of {owner}", description, _VERSION_KEYS))


def _keywords(owner: str, given: Mapping[Any, Any], keys: Iterable[str]) -> dict[str, Any]:
    for key in given:
        if key not in keys:
            what = f"a key of {owner}"
            raise unknown_choice(what, key, keys)
    if "value" in given and "binary" in given:
        raise UsageError(f"{owner[0].upper()}{owner[1:]} has value and binary. Give one of them.")
    read = {
        key: _READERS[key](owner, key, value) if key in _READERS else value
        for key, value in given.items()
    }
    return {"value" if key == "binary" else key: value for key, value in read.items()}


def _value(owner: str, key: str, raw: object) -> Any:
    if isinstance(raw, (str, bytes, Mapping, list)):
        return raw
    remedy = "Write it as text, in quotes, or as a mapping or list (kept as JSON)."
    if raw is None:
        remedy = "To have a secret without a value, describe it with its name alone."
    raise UsageError(f"{key} of {owner} is {kind_of(raw)}. {remedy}")


def _binary(owner: str, key: str, raw: object) -> bytes:
    if isinstance(raw, bytes):  # YAML has them
        return raw
    with suppress(ValueError):
        if isinstance(raw, str):
            return base64.b64decode("".join(raw.split()), validate=True)
    raise UsageError(f"{key} of {owner} is not base64. Write what `base64` prints for the bytes.")


def _versions(owner: str, key: str, raw: object) -> list[Version]:
    if not isinstance(raw, list):
        raise UsageError(f"{key} of {owner} is {kind_of(raw)}. Give a list of mappings.")
    return [_version(owner, description) for description in raw]


def moment(owner: str, key: str, raw: object) -> datetime:
    """Return the moment that a file gives.

    :raises UsageError: for what is not a date, a time and a zone, or seconds since 1970.
    """
    read = _day(owner, key, raw)
    if isinstance(read, datetime):
        return read
    raise _no_date(owner, key)


def _day(owner: str, key: str, raw: object) -> date:
    try:
        day = _date(raw)
    except (OSError, OverflowError, ValueError):
        raise _no_date(owner, key) from None
    if isinstance(day, datetime) and day.tzinfo is None:
        raise _no_date(owner, key)
    return day


def _date(raw: object) -> date:
    if isinstance(raw, date):
        return raw
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return datetime.fromtimestamp(raw, timezone.utc)
    if not isinstance(raw, str) or not _DAY.match(raw):
        raise ValueError
    # RFC 3339 allows small letters, and a space before the time, where ISO 8601 does not.
    read = isoparse(raw.upper().replace(" ", "T", 1).replace(" ", ""))
    return read.date() if _DAY.fullmatch(raw) else read


def _deleted(owner: str, key: str, raw: object) -> bool | datetime:
    return raw if isinstance(raw, bool) else moment(owner, key, raw)


def _no_date(owner: str, key: str) -> UsageError:
    return UsageError(
        f"{key} of {owner} is not a date with a time zone. "
        "Write it with a time zone, like 2026-01-31T09:00:00Z, or in seconds since 1970."
    )


_READERS: Final[Mapping[str, Callable[[str, str, Any], Any]]] = {
    "binary": _binary,
    "created": moment,
    "deleted": _deleted,
    "last_accessed": _day,
    "last_changed": moment,
    "pending": _value,
    "previous": _value,
    "value": _value,
    "versions": _versions,
}
