"""What botocore's description of the service says: operations, members, errors, partitions."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, cast

import botocore.exceptions
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel

from .._errors import HIDE_MISUSE, unknown_choice

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape, StructureShape

__tracebackhide__ = HIDE_MISUSE

SERVICE: Final = "secretsmanager"
# What the shapes of members are called that name a secret, and those that hold its value or label.
_SECRET_IDS: Final = frozenset({"SecretIdType", "NameType"})
_SECRET_ID_LISTS: Final = frozenset({"SecretIdListType"})
_VALUES: Final = frozenset({"SecretStringType", "SecretBinaryType"})
_LABELS: Final = frozenset({"SecretVersionStageType"})
_LABEL_LISTS: Final = frozenset({"SecretVersionStagesType"})


@functools.cache
def service_model() -> ServiceModel:
    """Return the service model of the installed botocore."""
    loader = Loader()
    # load_service_model() would list all services first, for a message about a wrong name.
    version = loader.determine_latest_version(SERVICE, "service-2")
    return ServiceModel(loader.load_data(f"{SERVICE}/{version}/service-2"), SERVICE)


def read_descriptions() -> None:
    """Read the files of botocore that answers need, before a test hides the file system."""
    service_model()
    partitions()


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


def check_operation(operation: str | None) -> None:
    """Refuse an operation that Secrets Manager does not have."""
    if operation is None:
        return
    # A list of operations cannot even be looked up.
    if not isinstance(operation, str) or operation not in operations():
        what = "an operation of Secrets Manager"
        raise unknown_choice(what, operation, operations())


class NamingMembers:
    """The members of a request that say which secret, which value and which label it is about.

    :ivar ids: those with one name or ARN of a secret.
    :ivar id_lists: those with several.
    :ivar values: those with the value of a secret.
    :ivar labels: those with one staging label.
    :ivar label_lists: those with several.
    :ivar sensitive: those that AWS calls sensitive.
    """

    def __init__(self, shape: StructureShape) -> None:
        members = shape.members

        def of(kinds: frozenset[str]) -> tuple[str, ...]:
            return tuple(name for name, member in members.items() if member.name in kinds)

        self.ids = of(_SECRET_IDS)
        self.id_lists = of(_SECRET_ID_LISTS)
        self.values = of(_VALUES)
        self.labels = of(_LABELS)
        self.label_lists = of(_LABEL_LISTS)
        self.sensitive = frozenset(name for name in members if is_sensitive(members[name]))


@functools.cache
def naming_members(operation: str) -> NamingMembers:
    """Return which members of an operation's request name secrets, values and labels."""
    return NamingMembers(request_shape(operation))


@functools.cache
def returns_values(operation: str) -> bool:
    """Tell whether an operation answers with the values of secrets."""
    output = operation_model(operation).output_shape
    return output is not None and any(shape.name in _VALUES for shape in _below(output))


@functools.cache
def uses_labels(operation: str) -> bool:
    """Tell whether calls of an operation are about a version with some staging label."""
    named = naming_members(operation)
    return bool(named.labels or named.label_lists or named.values or returns_values(operation))


def is_sensitive(shape: Any) -> bool:
    """Tell whether AWS calls the values of a shape sensitive."""
    return bool(shape.metadata.get("sensitive"))


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


def _below(shape: Shape) -> Iterator[Shape]:
    """Yield a shape, and all shapes of its members."""
    yield shape
    inner: Any = shape
    if shape.type_name == "structure":
        for member in inner.members.values():
            yield from _below(member)
    elif shape.type_name == "list":
        yield from _below(inner.member)
