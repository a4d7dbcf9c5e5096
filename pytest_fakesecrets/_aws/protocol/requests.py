"""Requests of AWS JSON 1.1: read, and checked before AWS looks at any secret.

The shapes of botocore's model are compiled once for each operation, and a request is read and
checked in one walk.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from ..api_model import is_sensitive, naming_members, request_shape
from ..arn import NAME, is_valid_id
from ..errors import ServiceError

_PYTHON_TYPES: Final = {"string": str, "boolean": bool, "integer": int, "long": int}
_TYPE_NAMES: Final = {
    "string": "a String",
    "boolean": "a Boolean",
    "integer": "an Integer",
    "long": "a Long",
}
# Members that the model forgets to call required.
_REQUIRED: Final = {
    "ExternalSecretRotationMetadataItem": ("Key", "Value"),
    "ReplicaRegionType": ("Region",),
    "Tag": ("Key", "Value"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of an operation.

    :ivar members: by AWS's names; without those that are null or unknown to AWS, which AWS ignores.
    :ivar error: what AWS answers to it whatever secrets there are; None where it is well formed.
    """

    operation: str
    members: dict[str, Any]
    error: ServiceError | None = None


def read_request(operation: str, body: bytes) -> Request:
    """Read and check the body of a request.

    AWS answers in this order: SerializationException for what is not JSON or of the wrong type;
    then all broken constraints of the model at once; then characters that no name can have.
    """
    broken: list[str] = []
    try:
        members = _compiled(operation).read(_parsed(body), "", broken)
    except ServiceError as error:
        return Request(operation, {}, error)
    if broken:
        return Request(operation, members, _constraints_broken(broken))
    if not _has_valid_names(operation, members):
        return Request(operation, members, ServiceError("ValidationException"))
    return Request(operation, members)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise ServiceError("SerializationException") from None


def _constraints_broken(broken: list[str]) -> ServiceError:
    noun = "error" if len(broken) == 1 else "errors"
    text = f"{len(broken)} validation {noun} detected: {'; '.join(broken)}"
    return ServiceError("ValidationException", text)


def _has_valid_names(operation: str, members: dict[str, Any]) -> bool:
    named = naming_members(operation)
    ids = [members[name] for name in named.ids if name in members and name != "Name"]
    ids += [each for name in named.id_lists for each in members.get(name, ())]
    name = members.get("Name")
    return all(map(is_valid_id, ids)) and (name is None or NAME.fullmatch(name) is not None)


@functools.cache
def _compiled(operation: str) -> _Reader:
    return _reader_of(request_shape(operation))


def _reader_of(shape: Any) -> _Reader:
    kinds = {"structure": _StructureReader, "list": _ListReader, "blob": _BlobReader}
    return kinds.get(shape.type_name, _Reader)(shape)


class _Reader:
    """Reads values of one shape, a scalar unless a subclass says otherwise, and checks them."""

    def __init__(self, shape: Any) -> None:
        limits = shape.metadata
        self._type_name: str = shape.type_name
        self._shape_name: str = shape.name
        self._min: int | None = limits.get("min")
        self._max: int | None = limits.get("max")
        self._pattern = re.compile(limits["pattern"]) if "pattern" in limits else None
        self._enum: list[str] | None = limits.get("enum")
        self._is_sensitive = is_sensitive(shape)
        self._python_type = _PYTHON_TYPES.get(shape.type_name)
        limits = (self._min, self._max, self._pattern, self._enum)
        self._is_limited = any(limit is not None for limit in limits)

    def read(self, value: Any, path: str, broken: list[str]) -> Any:
        """Return the value as Python has it.

        :param path: where it is in the request, such as ``tags.1.member.key``.
        :param broken: what AWS says of each constraint that is broken; what it breaks is added.
        :raises ServiceError: SerializationException, for a value of another type.
        """
        # A bool is an int to Python, and not to AWS; JSON has no other subclasses.
        if type(value) is not self._python_type:
            raise self._mismatch(value)
        if self._is_limited:
            self._check(value, path, broken)
        return value

    def _check(self, value: Any, path: str, broken: list[str]) -> None:
        size = self._size(value)
        # An empty SecretId is refused by the check of name characters instead: seen in
        # https://github.com/hashicorp/terraform-provider-aws/issues/39406
        is_unchecked = self._shape_name == "SecretIdType" and value == ""
        kind = "value" if isinstance(value, int) else "length"
        if self._min is not None and size < self._min and not is_unchecked:
            rule = f"Member must have {kind} greater than or equal to {self._min}"
            broken.append(self._broken(path, rule, value))
        if self._max is not None and size > self._max:
            rule = f"Member must have {kind} less than or equal to {self._max}"
            broken.append(self._broken(path, rule, value))
        if self._pattern is not None and not self._pattern.fullmatch(value):
            rule = f"Member must satisfy regular expression pattern: {self._pattern.pattern}"
            broken.append(self._broken(path, rule, value))
        if self._enum and value not in self._enum:
            rule = f"Member must satisfy enum value set: [{', '.join(self._enum)}]"
            broken.append(self._broken(path, rule, value))

    def _size(self, value: Any) -> int:
        if isinstance(value, int):
            return value
        # A secret's text is measured in bytes: "65,536 bytes" in
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
        if self._shape_name == "SecretStringType":
            return len(value.encode(errors="surrogatepass"))
        return len(value)

    def _broken(self, path: str, rule: str, value: object) -> str:
        # The framework leaves sensitive values out.
        shown = "" if self._is_sensitive else f"{_shown(value)} "
        return f"Value {shown}at '{path}' failed to satisfy constraint: {rule}"

    def _mismatch(self, value: object) -> ServiceError:
        return ServiceError("SerializationException", _mismatch(self._type_name, value))


class _BlobReader(_Reader):
    def read(self, value: Any, path: str, broken: list[str]) -> Any:
        try:
            data = base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise ServiceError("SerializationException") from None
        self._check(data, path, broken)
        return data


class _ListReader(_Reader):
    def __init__(self, shape: Any) -> None:
        super().__init__(shape)
        self._element = _reader_of(shape.member)

    def read(self, value: Any, path: str, broken: list[str]) -> Any:
        if not isinstance(value, list):
            raise self._mismatch(value)
        elements = [element for element in value if element is not None]
        own: list[str] = []
        read = [
            self._element.read(element, f"{path}.{index}.member", own)
            for index, element in enumerate(elements, start=1)
        ]
        self._check(read, path, broken)
        broken += own
        return read


class _StructureReader(_Reader):
    def __init__(self, shape: Any) -> None:
        super().__init__(shape)
        self._required = (*shape.required_members, *_REQUIRED.get(shape.name, ()))
        self._members = [
            (name, f"{name[0].lower()}{name[1:]}", _reader_of(member))
            for name, member in shape.members.items()
        ]

    def read(self, value: Any, path: str, broken: list[str]) -> Any:
        if not isinstance(value, dict):
            raise self._mismatch(value)
        before = f"{path}." if path else ""
        for name in self._required:
            if value.get(name) is None:
                where = f"{before}{name[0].lower()}{name[1:]}"
                broken.append(
                    f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
                )
        return {
            name: reader.read(value[name], before + shown, broken)
            for name, shown, reader in self._members
            if value.get(name) is not None
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
    return f"{token} can not be converted to {_TYPE_NAMES.get(expected, 'a Collection')}"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"'[{', '.join(map(str, value))}]'"
    return f"'{value}'"
