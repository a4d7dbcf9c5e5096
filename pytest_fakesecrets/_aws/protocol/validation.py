"""What AWS checks in a request before it looks at any secret."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..api_model import request_shape
from ..arn import NAME, is_valid_id
from ..errors import ServiceError

_NO_REQUEST_ID: Final = (
    "You must provide a ClientRequestToken value. We recommend a UUID-type value."
)

# RotateSecret answers differently from the others in the same recording of AWS.
_TOKEN_ERRORS: Final = {
    "CreateSecret": "InvalidRequestException",
    "PutSecretValue": "InvalidRequestException",
    "RotateSecret": "InvalidParameterException",
    "UpdateSecret": "InvalidRequestException",
}

# Members that the model forgets to call required.
_REQUIRED: Final = {
    "ExternalSecretRotationMetadataItem": ("Key", "Value"),
    "ReplicaRegionType": ("Region",),
    "Tag": ("Key", "Value"),
}
_SENSITIVE: Final = frozenset({"SecretString", "SecretBinary", "RotationToken"})


def validate(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Check a request in AWS's order: constraints, name characters, token.

    :return: the parameters that are really given.
    :raises ServiceError: as AWS words it.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    _check_constraints(operation, given)
    _check_names(given)
    if operation in _TOKEN_ERRORS and "ClientRequestToken" not in given:
        raise ServiceError(_TOKEN_ERRORS[operation], _NO_REQUEST_ID)
    return given


def _check_constraints(operation: str, parameters: Mapping[str, Any]) -> None:
    violations = list(_violations(request_shape(operation), parameters, ""))
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise ServiceError(
            "ValidationException",
            f"{len(violations)} validation {noun} detected: {'; '.join(violations)}",
        )


def _check_names(parameters: Mapping[str, Any]) -> None:
    ids = [parameters["SecretId"]] if "SecretId" in parameters else []
    ids += parameters.get("SecretIdList", ())
    name = parameters.get("Name")
    if not all(map(is_valid_id, ids)) or not (name is None or NAME.fullmatch(name)):
        raise ServiceError("ValidationException")


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    if value is None:
        return
    if shape.type_name == "structure":
        yield from _structure_violations(shape, value, path)
        return
    for constraint in _broken_constraints(shape, value):
        yield _violation(path, constraint, value)
    if shape.type_name == "list":
        for index, element in enumerate(value, start=1):
            yield from _violations(shape.member, element, f"{path}.{index}.member")


def _structure_violations(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in (*shape.required_members, *_REQUIRED.get(shape.name, ())):
        if value.get(name) is None:
            yield _violation(_below(path, name), "Member must not be null", None)
    for name, member in shape.members.items():
        yield from _violations(member, value.get(name), _below(path, name))


def _below(path: str, name: str) -> str:
    return f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")


def _broken_constraints(shape: Any, value: Any) -> Iterator[str]:
    kind, size = _measure(shape.name, value)
    limits = shape.metadata
    # A SecretId of no characters meets the check of name characters instead: seen in
    # https://github.com/hashicorp/terraform-provider-aws/issues/39406
    if size < limits.get("min", size) and (shape.name, value) != ("SecretIdType", ""):
        yield f"Member must have {kind} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        yield f"Member must have {kind} less than or equal to {limits['max']}"
    if "pattern" in limits and not _compiled(limits["pattern"]).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"


def _measure(shape_name: str, value: Any) -> tuple[str, int]:
    if isinstance(value, int):
        return "value", value
    # A secret's text is measured in bytes: "65,536 bytes" in
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
    if shape_name == "SecretStringType":
        return "length", len(value.encode(errors="surrogatepass"))
    return "length", len(value)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _violation(path: str, constraint: str, value: object) -> str:
    return f"Value {_shown(path, value)}at '{path}' failed to satisfy constraint: {constraint}"


def _shown(path: str, value: object) -> str:
    if value is None:
        return "null "
    # The framework leaves sensitive values out.
    if path in {name[0].lower() + name[1:] for name in _SENSITIVE}:
        return ""
    if isinstance(value, list):
        return f"'[{', '.join(map(str, value))}]' "
    return f"'{value}' "
