"""The values of secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from ..._errors import HIDE_MISUSE, UsageError

__tracebackhide__ = HIDE_MISUSE


def text_or_bytes(value: object) -> Value:
    """Return a value as AWS keeps it: dict and list as JSON.

    :raises UsageError: for what is neither text, bytes nor JSON, is empty, or is too long.
    """
    if isinstance(value, (bytearray, memoryview)):
        value = bytes(value)
    elif isinstance(value, (Mapping, list, tuple)):
        value = _json(value)
    if not isinstance(value, (str, bytes)):
        raise UsageError(
            f"A value of type {type(value).__name__} cannot be kept in a secret. "
            "Give str, bytes, or a dict or list (kept as JSON)."
        )
    _check_size(_utf8(value))
    return value


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        # The error's own text names types, never values.
        reason = str(error).partition(":")[0]
        message = f"A dict or list as a value must be JSON: {reason}. Give str or bytes instead."
        raise UsageError(message) from None


def _utf8(value: Value) -> bytes:
    try:
        return value.encode() if isinstance(value, str) else value
    except UnicodeEncodeError:
        message = (
            "A value holds characters that UTF-8 cannot write (surrogates). Give bytes instead."
        )
        raise UsageError(message) from None


def _check_size(value: bytes) -> None:
    if not value:
        raise UsageError("AWS refuses an empty value. Leave it out for a secret without a value.")
    if len(value) > MAX_VALUE_BYTES:
        raise UsageError(
            f"A value of {len(value):,} bytes is too long: AWS allows {MAX_VALUE_BYTES:,}."
        )


Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
SeedValue = str | bytes | Sequence[Json] | Mapping[str, Json]
MAX_VALUE_BYTES: Final = 65_536
Value = str | bytes
