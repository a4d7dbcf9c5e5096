"""One call of a client, from its request to its parsed answer."""

from __future__ import annotations

import functools
import inspect
import io
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import ref

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.endpoint import convert_to_response_dict
from botocore.hooks import first_non_none_response

from .._aws.api_model import exception_of
from .._aws.arn import is_listed_region
from .._aws.errors import ServiceError
from .._aws.protocol.answers import Answer
from .._aws.protocol.requests import read_request
from .._calls.call import Exchange
from .._calls.caller import NO_OVERRIDE, current_override
from .._calls.effects import NoAnswerError
from .._errors import HIDE_MISUSE
from .active import ACCOUNT_KEY, OVERRIDE_KEY
from .headers import AnswerHeaders
from .moto import moto_answers, moto_caller
from .parsing import error_shape, parse

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from .._calls.pipeline import Pipeline

__tracebackhide__ = HIDE_MISUSE


@dataclass(frozen=True, slots=True)
class _Client:
    """The client's side of a call, as Endpoint.make_request is given it."""

    endpoint: Any
    operation_model: OperationModel
    request: Any

    async def ask(self, event: str, **details: Any) -> Any:
        """Emit an event of this operation; return the first answer of the client's handlers."""
        emitted = self.endpoint._event_emitter.emit(  # noqa: SLF001 - the client's own handlers
            f"{event}.secrets-manager.{self.operation_model.name}", **details
        )
        # aiobotocore's emitter is asynchronous.
        responses = emitted if isinstance(emitted, list) else await emitted
        return first_non_none_response(responses)


def converse(
    pipeline: Pipeline, endpoint: Any, operation_model: OperationModel, request_dict: Any
) -> Any:
    """Answer a call instead of Endpoint.make_request: its response and what it parses to.

    :return: for a client of aiobotocore, an awaitable of both.
    """
    client = _Client(endpoint, operation_model, request_dict)
    conversation = _converse(pipeline, client, _exchange(pipeline, client))
    # aiobotocore overrides this method, and awaits what make_request returns.
    kind: Any = type(endpoint)
    if _is_asynchronous(kind):
        return conversation
    return _run(conversation)


async def _converse(
    pipeline: Pipeline, client: _Client, exchange: Exchange
) -> tuple[AWSResponse, dict[str, Any]]:
    """Answer a call, and again for as long as the client's own retry handler wants.

    Endpoint._send_request without signing and sending; what waits moves the fake's clock.
    """
    call = exchange.call
    try:
        while True:
            success, exception = await _attempt(pipeline, client, exchange)
            delay = await client.ask(
                "needs-retry",
                response=success,
                endpoint=client.endpoint,
                operation=client.operation_model,
                attempts=call.attempts,
                caught_exception=exception,
                request_dict=client.request,
            )
            if delay is None or delay is False:
                break
            call.delays.append(delay)
            pipeline.service.timeline.wait(delay)
    except BaseException as error:
        # A misuse, a body that nobody can read, or what a handler or a predicate raised.
        exchange.record_outcome(type(error).__name__)
        raise
    finally:
        pipeline.finish(exchange)
    if exception is not None:
        raise exception
    response, parsed = success
    parsed["ResponseMetadata"]["RetryAttempts"] = call.attempts - 1
    return response, parsed


async def _attempt(
    pipeline: Pipeline, client: _Client, exchange: Exchange
) -> tuple[Any, Exception | None]:
    """Return what Endpoint._get_response does: response and parsed answer, or an exception.

    The events are those of botocore's own after a request was sent; before 1.36 it had no
    before-parse, for which no handler of its time can have been written.
    """
    success: Any = None
    raw = exception = None
    url = client.request["url"]
    try:
        response = _response(pipeline.answer(exchange), url)
    except NoAnswerError as failure:
        exception = _no_answer(failure.error, url)
    else:
        raw = convert_to_response_dict(response, client.operation_model)
        customized: dict[str, Any] = {}
        await client.ask(
            "before-parse",
            operation_model=client.operation_model,
            response_dict=raw,
            customized_response_dict=customized,
        )
        success = response, _parsed(client, exchange, raw, customized)
    await client.ask(
        "response-received",
        response_dict=raw,
        parsed_response=success and success[1],
        context=client.request["context"],
        exception=exception,
    )
    return success, exception


def _exchange(pipeline: Pipeline, client: _Client) -> Exchange:
    context, url = client.request["context"], client.request["url"]
    region, config = context["client_region"], context["client_config"]
    account = context.get(ACCOUNT_KEY, pipeline.settings.account)
    who = context.get(OVERRIDE_KEY, NO_OVERRIDE).merged_with(current_override())
    if moto_answers():
        who = who.merged_with(moto_caller(client.endpoint, client.operation_model.name))
    who = who.merged_with(pipeline.caller)
    request = read_request(str(client.operation_model.name), client.request["body"])
    if config.signature_version is UNSIGNED:
        request = replace(request, error=ServiceError("MissingAuthenticationTokenException"))
    return Exchange(
        request,
        who.caller(account, region),
        region,
        # botocore 1.44 lets an event handler give a call a timeout of its own.
        read_timeout=context.get("read_timeout") or config.read_timeout,
        connect_timeout=config.connect_timeout,
        has_host=region in pipeline.named_regions or _has_host(region, url),
        sender=ref(client.endpoint),
    )


@functools.lru_cache(maxsize=256)
def _has_host(region: str, url: str) -> bool:
    """Tell whether the host of an endpoint exists; one that the client chose itself does."""
    is_of_region = region in str(urlsplit(url).hostname).split(".")
    return not is_of_region or is_listed_region(region)


def _no_answer(error: str, url: str) -> Exception:
    """Return botocore's exception for a call that heard nothing of AWS."""
    kind: Any = exception_of(error)
    made: Exception = kind(endpoint_url=url, error="caused by a fault of the test")
    return made


def _response(answer: Answer, url: str) -> AWSResponse:
    headers: Any = AnswerHeaders(answer.headers)
    no_headers: Any = {}
    response = AWSResponse(url, answer.status, no_headers, _Body(answer.body))
    # As they are: the constructor would copy them.
    response.headers = headers
    return response


def _parsed(
    client: _Client, exchange: Exchange, raw: Any, customized: Mapping[str, Any]
) -> dict[str, Any]:
    """Parse an answer as Endpoint does: errors once more, by their own shape.

    :param customized: what handlers of before-parse want the answer to have.
    """
    model = client.operation_model
    parsed = parse(client.endpoint, model, raw, model.output_shape)
    parsed.update(customized)
    # What arrives may be another error than the one that was sent, or none.
    code = parsed.get("Error", {}).get("Code")
    exchange.record_outcome(code)
    if code is not None:
        shape = error_shape(model, code)
        if shape is not None:
            parsed.update(parse(client.endpoint, model, raw, shape))
    return parsed


@functools.cache
def _is_asynchronous(kind: Any) -> bool:
    return inspect.iscoroutinefunction(kind._send_request)  # noqa: SLF001 - see above


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
