"""Answers of AWS JSON 1.1."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any, Final

from ..api_model import operation_model
from ..errors import ServiceError

CONTENT_TYPE: Final = "application/x-amz-json-1.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def encode(operation: str, response: Mapping[str, Any]) -> bytes:
    """Write an answer: what has no value is left out; without an output, the body is empty."""
    if operation_model(operation).output_shape is None:
        return b""
    return _ENCODER.encode(_present(response)).encode()


def encode_error(error: ServiceError) -> bytes:
    """Write an error: the framework spells ``message``, the service ``Message``."""
    key = "message" if error.is_of_framework else "Message"
    return _ENCODER.encode({"__type": error.code, key: error.message}).encode()


def headers(body: bytes, request_id: str, now: datetime) -> dict[str, str]:
    """Return the headers that AWS sends with a body."""
    return {
        "x-amzn-RequestId": request_id,
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "Date": _date(int(now.timestamp())),
    }


@functools.lru_cache(maxsize=16)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, tz=timezone.utc), usegmt=True)


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _present(member) if isinstance(member, (dict, list)) else member
            for name, member in value.items()
            if member is not None
        }
    return [_present(element) for element in value] if isinstance(value, list) else value


def _encoded(value: datetime | bytes) -> float | str:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    return base64.b64encode(value).decode()


_ENCODER: Final = json.JSONEncoder(default=_encoded, separators=(",", ":"))
