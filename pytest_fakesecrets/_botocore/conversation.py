"""One call of a client, from its request to its parsed answer."""

from __future__ import annotations

import inspect
import io
from collections.abc import Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.endpoint import convert_to_response_dict
from botocore.hooks import first_non_none_response
from botocore.parsers import ResponseParserFactory

from .._aws.api_model import exception_of
from .._aws.arn import is_listed_region
from .._aws.errors import ServiceError
from .._aws.protocol.aws_json import Answer
from .._calls.call import read_call
from .._calls.caller import CallerOverride, current_override
from .._calls.effects import NoAnswerError
from .._errors import HIDE_MISUSE
from .active import _ACCOUNT_KEY, _OVERRIDE_KEY

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from .._calls.call import Call
    from .._calls.pipeline import Service

__tracebackhide__ = HIDE_MISUSE


async def _converse(
    service: Service, endpoint: Any, operation_model: OperationModel, request_dict: Any
) -> tuple[AWSResponse, dict[str, Any]]:
    """Answer a call, and again for as long as the client's own retry handler wants.

    Endpoint._send_request without signing and sending; what waits moves the fake's clock.
    """
    call = _call(service, operation_model, request_dict)
    try:
        while True:
            success, exception = await _attempt(
                service, call, endpoint, operation_model, request_dict
            )
            delay = await _ask(
                endpoint,
                f"needs-retry.secrets-manager.{call.operation}",
                response=success,
                endpoint=endpoint,
                operation=operation_model,
                attempts=call.attempts,
                caught_exception=exception,
                request_dict=request_dict,
            )
            if delay is None or delay is False:
                break
            call.delays.append(delay)
            service.clock.advance(seconds=delay)
    except BaseException as error:
        # A misuse, a body that nobody can read, or what a handler or a predicate raised.
        call.met(type(error).__name__)
        raise
    finally:
        service.finish(call)
    if exception is not None:
        raise exception
    response, parsed = success
    parsed["ResponseMetadata"]["RetryAttempts"] = call.attempts - 1
    return response, parsed


async def _attempt(
    service: Service, call: Call, endpoint: Any, operation_model: OperationModel, request_dict: Any
) -> tuple[Any, Exception | None]:
    """Return what Endpoint._get_response does: response and parsed answer, or an exception.

    The events are those of botocore's own after a request was sent; before 1.36 it had no
    before-parse, for which no handler of its time can have been written.
    """
    success: Any = None
    raw = exception = None
    try:
        response = _response(service.answer(call), request_dict["url"])
    except NoAnswerError as failure:
        exception = _no_answer(failure.error, request_dict["url"])
    else:
        raw = convert_to_response_dict(response, operation_model)
        customized: dict[str, Any] = {}
        await _ask(
            endpoint,
            f"before-parse.secrets-manager.{call.operation}",
            operation_model=operation_model,
            response_dict=raw,
            customized_response_dict=customized,
        )
        success = response, _parsed(call, endpoint, operation_model, raw, customized)
    await _ask(
        endpoint,
        f"response-received.secrets-manager.{call.operation}",
        response_dict=raw,
        parsed_response=success and success[1],
        context=request_dict["context"],
        exception=exception,
    )
    return success, exception


def _call(service: Service, operation_model: OperationModel, request_dict: Any) -> Call:
    context = request_dict["context"]
    region = context["client_region"]
    account = context.get(_ACCOUNT_KEY, service.settings.account)
    who = context.get(_OVERRIDE_KEY, CallerOverride()).merged_with(current_override())
    config = context["client_config"]
    call = read_call(
        str(operation_model.name),
        request_dict["body"],
        region=region,
        caller=who.caller(account, region),
        # botocore 1.44 lets an event handler give a call a timeout of its own.
        read_timeout=context.get("read_timeout") or config.read_timeout,
        connect_timeout=config.connect_timeout,
        has_no_host=not _has_host(service, region, request_dict["url"]),
    )
    if config.signature_version is UNSIGNED:
        call.malformed = ServiceError("MissingAuthenticationTokenException")
    return call


def _has_host(service: Service, region: str, url: str) -> bool:
    """Tell whether the host of an endpoint exists; one that the client chose itself does."""
    is_of_region = region in str(urlsplit(url).hostname).split(".")
    return not is_of_region or region in service.named_regions or is_listed_region(region)


def _no_answer(error: str, url: str) -> Exception:
    """Return botocore's exception for a call that heard nothing of AWS."""
    kind: Any = exception_of(error)
    made: Exception = kind(endpoint_url=url, error="caused by a fault of the test")
    return made


def _response(answer: Answer, url: str) -> AWSResponse:
    sent: Any = answer.headers
    return AWSResponse(url, answer.status, sent, _Body(answer.body))


def _parsed(
    call: Call,
    endpoint: Any,
    operation_model: OperationModel,
    raw: Any,
    customized: Mapping[str, Any],
) -> dict[str, Any]:
    """Parse an answer as Endpoint does: errors once more, by their own shape.

    :param customized: what handlers of before-parse want the answer to have.
    """
    parser = _parser(endpoint, operation_model)
    parsed: dict[str, Any] = parser.parse(raw, operation_model.output_shape)
    parsed.update(customized)
    # What arrives may be another error than the one that was sent, or none.
    code = parsed.get("Error", {}).get("Code")
    call.met(code)
    if code is not None:
        shape = operation_model.service_model.shape_for_error_code(code)
        if shape is not None:
            parsed.update(parser.parse(raw, shape))
    return parsed


def _parser(endpoint: Any, operation_model: OperationModel) -> Any:
    protocol = operation_model.service_model.protocol
    parser = endpoint._response_parser_factory.create_parser(protocol)  # noqa: SLF001 - the session's own parser
    # aiobotocore's parser may be asynchronous, and has nothing to wait for here.
    if inspect.iscoroutinefunction(parser.parse):
        return ResponseParserFactory().create_parser(protocol)
    return parser


async def _ask(client_endpoint: Any, event: str, **details: Any) -> Any:
    emitted = client_endpoint._event_emitter.emit(event, **details)  # noqa: SLF001 - the client's own handlers
    responses = await emitted if inspect.isawaitable(emitted) else emitted
    return first_non_none_response(responses)


def _run(conversation: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never really waits."""
    try:
        while True:
            conversation.send(None)
    except StopIteration as finished:
        return finished.value


class _Body(io.BytesIO):
    """A body as botocore reads one from a socket."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()
