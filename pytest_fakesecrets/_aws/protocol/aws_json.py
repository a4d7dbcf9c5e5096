"""AWS JSON 1.1: how requests come and how answers go."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from ..api_model import operation_model, request_shape
from ..errors import ServiceError

CONTENT_TYPE: Final = "application/x-amz-json-1.1"
_COMPACT: Final = (",", ":")
_PYTHON_TYPES: Final[Mapping[str, type]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
}
_NAMES: Final = {
    "string": "a String",
    "boolean": "a Boolean",
    "integer": "an Integer",
    "long": "a Long",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def decode(operation: str, body: bytes) -> dict[str, Any]:
    """Read a request; members that are null or unknown to AWS are left out, as AWS does.

    :raises ServiceError: SerializationException, for what is not JSON or of the wrong type.
    """
    try:
        parameters = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise ServiceError("SerializationException") from None
    decoded: dict[str, Any] = _decoded(request_shape(operation), parameters)
    return decoded


def encode(operation: str, response: Mapping[str, Any]) -> bytes:
    """Write an answer; what has no value is left out, and no output is no body at all."""
    if operation_model(operation).output_shape is None:
        return b""
    return json.dumps(_present(response), default=_encoded, separators=_COMPACT).encode()


def encode_error(error: ServiceError) -> bytes:
    """Write an error: the framework spells ``message``, the service ``Message``."""
    key = "message" if error.is_of_framework else "Message"
    return json.dumps({"__type": error.code, key: error.message}, separators=_COMPACT).encode()


def headers(body: bytes, request_id: str, now: datetime) -> dict[str, str]:
    """Return the headers that AWS sends with a body."""
    return {
        "x-amzn-RequestId": request_id,
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "Date": format_datetime(now, usegmt=True),
    }


def _decoded(shape: Any, value: Any) -> Any:
    special = _DECODERS.get(shape.type_name)
    if special is not None:
        return special(shape, value)
    expected = _PYTHON_TYPES[shape.type_name]
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise ServiceError("SerializationException", _mismatch(shape.type_name, value))
    return value


def _decoded_list(shape: Any, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ServiceError("SerializationException", _mismatch("list", value))
    return [_decoded(shape.member, element) for element in value if element is not None]


def _decoded_structure(shape: Any, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ServiceError("SerializationException", _mismatch("structure", value))
    return {
        name: _decoded(member, value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _decoded_blob(_: Any, value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ServiceError("SerializationException") from None


_DECODERS: Final = {
    "blob": _decoded_blob,
    "list": _decoded_list,
    "structure": _decoded_structure,
}


def _mismatch(expected: str, value: object) -> str:
    if isinstance(value, dict):
        return "Start of structure or map found where not expected."
    if isinstance(value, list):
        return "Start of list found where not expected"
    if isinstance(value, bool):
        token = "TRUE_VALUE" if value else "FALSE_VALUE"
    else:
        token = "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
    return f"{token} can not be converted to {_NAMES.get(expected, 'a Collection')}"


def _present(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _present(member) for name, member in value.items() if member is not None}
    return [_present(element) for element in value] if isinstance(value, list) else value


def _encoded(value: datetime | bytes) -> float | str:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    return base64.b64encode(value).decode()
