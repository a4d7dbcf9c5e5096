"""What botocore's description of the service says: operations, shapes, errors, partitions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, cast

import botocore.exceptions
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel

from .._errors import HIDE_MISUSE, unknown_choice

if TYPE_CHECKING:
    from botocore.model import OperationModel, StructureShape

__tracebackhide__ = HIDE_MISUSE


def check_operation(operation: str | None) -> None:
    """Refuse an operation that Secrets Manager does not have."""
    if operation is None:
        return
    # A list of operations cannot even be looked up.
    if not isinstance(operation, str) or operation not in operations():
        what = "an operation of Secrets Manager"
        raise unknown_choice(what, operation, operations())


SERVICE: Final = "secretsmanager"


@functools.cache
def service_model() -> ServiceModel:
    """Return the service model of the installed botocore."""
    return ServiceModel(Loader().load_service_model(SERVICE, "service-2"), SERVICE)


@functools.cache
def operation_model(operation: str) -> OperationModel:
    """Return the model of one operation, such as ``GetSecretValue``."""
    return service_model().operation_model(operation)


@functools.cache
def request_shape(operation: str) -> StructureShape:
    """Return the shape of an operation's request."""
    return cast("StructureShape", operation_model(operation).input_shape)


@functools.cache
def operations() -> frozenset[str]:
    """Return the names of all operations of the installed botocore."""
    names: list[str] = cast("Any", service_model()).operation_names
    return frozenset(names)


@functools.cache
def errors_of(operation: str) -> tuple[str, ...]:
    """Return the codes of the errors documented for an operation, in the model's order."""
    shapes = cast("Any", operation_model(operation)).error_shapes
    return tuple(str(shape.name) for shape in shapes)


@functools.cache
def partitions() -> list[dict[str, Any]]:
    """Return botocore's partitions, each with the pattern of its Regions."""
    return cast("list[dict[str, Any]]", Loader().load_data("partitions")["partitions"])


def exception_of(error: str) -> type[Exception]:
    """Return the exception that botocore raises: its own of that name, else ClientError."""
    kind: type[Exception] = getattr(botocore.exceptions, error, ClientError)
    return kind
