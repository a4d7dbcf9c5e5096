"""The keys that describe one secret in a seed file."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime, timezone
from typing import Any, Final

from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .documents import Document, Where, kind_of
from .seeds import Secret, Version

__tracebackhide__ = HIDE_MISUSE

_SECRET_KEYS: Final = ("binary", *(member.name for member in fields(Secret)))
_VERSION_KEYS: Final = ("binary", *(member.name for member in fields(Version)))

# Stricter than the newest Python, and the same for all: 3.10 reads neither Z nor three decimals.
_ISO: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d+))?"
    r" ?(?:[Zz]|(?P<hours>[+-]\d\d)(?::?(?P<minutes>\d\d))?))?"
)


def _secret_at(document: Document, where: Where, description: Mapping[Any, Any]) -> Secret:
    try:
        return _secret(description)
    except UsageError as error:
        raise document.refusal(where, error) from None


def _secret(description: Mapping[Any, Any]) -> Secret:
    if "name" not in description:
        raise UsageError("A secret is described without a name. Give it the key name.")
    name = description["name"]
    if not isinstance(name, str):
        raise UsageError(f"The name of a secret is {kind_of(name)}. Write it as text, in quotes.")
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


def _moment(owner: str, key: str, raw: object) -> datetime:
    moment = _day(owner, key, raw)
    if isinstance(moment, datetime):
        return moment
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
    iso = _ISO.fullmatch(raw) if isinstance(raw, str) else None
    if iso is None:
        raise ValueError
    if iso["time"] is None:
        return date.fromisoformat(iso["day"])
    time = iso["time"] if iso["time"].count(":") > 1 else f"{iso['time']}:00"
    fraction = (iso["fraction"] or "").ljust(6, "0")[:6]
    offset = f"{iso['hours'] or '+00'}:{iso['minutes'] or '00'}"
    return datetime.fromisoformat(f"{iso['day']}T{time}.{fraction}{offset}")


def _deleted(owner: str, key: str, raw: object) -> bool | datetime:
    return raw if isinstance(raw, bool) else _moment(owner, key, raw)


def _no_date(owner: str, key: str) -> UsageError:
    return UsageError(
        f"{key} of {owner} is not a date that says when. "
        "Write it with a time zone, like 2026-01-31T09:00:00Z, or in seconds since 1970."
    )


_READERS: Final[Mapping[str, Callable[[str, str, Any], Any]]] = {
    "binary": _binary,
    "created": _moment,
    "deleted": _deleted,
    "last_accessed": _day,
    "last_changed": _moment,
    "pending": _value,
    "previous": _value,
    "value": _value,
    "versions": _versions,
}
