"""What a client makes of an answer: botocore's own parser, or the same faster.

Of a read, botocore's parser is the largest part. What it makes of an answer without an error
follows from the shape of the output alone, so the shapes are compiled once for each operation, for
all clients of a session. The tests compare this module with botocore's parser, for answers of all
operations.
"""

from __future__ import annotations

import base64
import functools
import inspect
import json
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from botocore.parsers import DEFAULT_TIMESTAMP_PARSER, ResponseParserFactory

if TYPE_CHECKING:
    from botocore.model import OperationModel

_Reader = Callable[[Any], Any]
# The parser of each client, by its endpoint, and the factory that made it.
_parsers: Final[WeakKeyDictionary[Any, Any]] = WeakKeyDictionary()
_FIRST_ERROR: Final = 300
# botocore's parser logs each answer there.
_logger: Final = logging.getLogger("botocore.parsers")


def parse(endpoint: Any, model: OperationModel, raw: Any, shape: Any) -> dict[str, Any]:
    """Parse an answer as the client would.

    :param raw: what botocore gives its parser: ``body``, ``headers`` and ``status_code``.
    :param shape: the shape of the output, or of an error.
    """
    factory = endpoint._response_parser_factory  # noqa: SLF001 - the session's own parsers
    if _is_standard(factory) and raw["status_code"] < _FIRST_ERROR:
        read = _shapes(model).reader(model)
        if read is not None and not _logger.isEnabledFor(logging.DEBUG):
            parsed = _parsed(read, raw)
            if parsed is not None:
                return parsed
    slowly: dict[str, Any] = _parser(endpoint, factory, model).parse(raw, shape)
    return slowly


def error_shape(model: OperationModel, code: str) -> Any:
    """Return the shape of an error; None for one that the client's description does not name."""
    return _shapes(model).error(model, code)


class _Shapes:
    """What botocore's description of the service says of answers, for clients that have it.

    :ivar description: the description as JSON, which the clients of a session share.
    """

    def __init__(self, model: OperationModel) -> None:
        self.description = _description(model)
        self._readers: dict[str, _Reader | None] = {}
        self._errors: dict[str, Any] = {}

    def reader(self, model: OperationModel) -> _Reader | None:
        """Return what reads the output of an operation; None for one that is not plain JSON."""
        name = str(model.name)
        if name not in self._readers:
            shape = model.output_shape
            self._readers[name] = _nothing if shape is None else _reader(shape)
        return self._readers[name]

    def error(self, model: OperationModel, code: str) -> Any:
        """Return the shape of an error; None for one that the description does not name."""
        if code not in self._errors:
            service: Any = model.service_model
            self._errors[code] = service.shape_for_error_code(code)
        return self._errors[code]


# Those of the client that was used last; most suites have one session.
_latest: list[_Shapes] = []


def _shapes(model: OperationModel) -> _Shapes:
    for shapes in _latest:
        if shapes.description is _description(model):
            return shapes
    shapes = _Shapes(model)
    _latest[:] = [shapes]
    return shapes


def _description(model: OperationModel) -> object:
    service: Any = model.service_model
    description: object = service._service_description  # noqa: SLF001 - has no other name
    return description


def _is_standard(factory: Any) -> bool:
    """Tell whether a session has botocore's own parsers, which read dates and bytes as ever."""
    return type(factory) is ResponseParserFactory and not vars(factory).get("_defaults", True)


def _parser(endpoint: Any, factory: Any, model: OperationModel) -> Any:
    """Return the parser of a client, which its session may have made to its wishes."""
    maker, parser = _parsers.get(endpoint, (None, None))
    if maker is not factory:
        protocol = model.service_model.protocol
        parser = factory.create_parser(protocol)
        # aiobotocore's parser may be asynchronous, and has nothing to wait for here.
        if inspect.iscoroutinefunction(parser.parse):
            parser = ResponseParserFactory().create_parser(protocol)
        _parsers[endpoint] = factory, parser
    return parser


def _parsed(read: _Reader, raw: Any) -> dict[str, Any] | None:
    """Return what botocore's parser would; None for an answer that only it can tell about."""
    try:
        headers = raw["headers"].in_lower_case()
        parsed: dict[str, Any] = read(json.loads(raw["body"].decode() or "{}"))
        parsed["ResponseMetadata"] = {
            "RequestId": headers["x-amzn-requestid"],
            "HTTPStatusCode": raw["status_code"],
            "HTTPHeaders": headers,
        }
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    return parsed


def _nothing(_: Any) -> dict[str, Any]:
    return {}


def _reader(shape: Any) -> _Reader | None:
    kind: str = shape.type_name
    if kind == "structure":
        return _structure(shape)
    if kind == "list":
        return _list(shape)
    if kind == "map":
        return _map(shape)
    scalars: dict[str, _Reader] = {"blob": base64.b64decode, "timestamp": _moment}
    reader: _Reader = scalars.get(kind, _unchanged)
    return reader


def _structure(shape: Any) -> _Reader | None:
    if shape.is_document_type or shape.is_tagged_union or shape.event_stream_name:
        return None
    members = [
        (name, member.serialization.get("name", name), _reader(member))
        for name, member in shape.members.items()
    ]
    if any(reader is None for _, _, reader in members):
        return None

    def read(value: Any) -> dict[str, Any]:
        return {
            name: reader(value[key])
            for name, key, reader in members
            if reader is not None and value.get(key) is not None
        }

    return read


def _list(shape: Any) -> _Reader | None:
    reader = _reader(shape.member)
    return reader and (lambda value: list(map(reader, value)))


def _map(shape: Any) -> _Reader | None:
    reader = _reader(shape.value)
    return reader and (lambda value: {key: reader(each) for key, each in value.items()})


def _unchanged(value: Any) -> Any:
    return value


def _moment(value: Any) -> datetime:
    return _moment_in_zone(value, (*time.tzname, time.timezone, time.altzone))


@functools.lru_cache(maxsize=1024)
def _moment_in_zone(value: Any, _zone: object) -> datetime:
    """Return a moment as botocore does: in the zone of the machine, which may change."""
    moment: datetime = DEFAULT_TIMESTAMP_PARSER(value)
    return moment
