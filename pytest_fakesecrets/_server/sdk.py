"""Calls of SDKs over HTTP: AWS JSON 1.1."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .._aws.api_model import SERVICE, operations
from .._aws.errors import ServiceError
from .._aws.protocol.answers import CONTENT_TYPE, encode_error, headers
from .._aws.protocol.requests import read_request
from .._calls.call import Exchange
from .._calls.effects import NoAnswerError
from .._errors import UsageError
from .http import HttpError, NoReplyError, Received, Reply, refused
from .signature import NOBODY, Signer, signer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._aws.protocol.answers import Answer
    from .._calls.caller import CallerOverride
    from .._calls.pipeline import Pipeline

TARGET: Final = "x-amz-target"
# SDKs number the attempts of one call with it.
_INVOCATION: Final = "amz-sdk-invocation-id"
_REMEMBERED: Final = 256
_FIRST_ERROR: Final = 400


class SdkFace:
    """Answers what SDKs send.

    :param who: who callers are, beside what the fake itself says.
    :param wait: is given the seconds by which an answer was delayed, by the fake's clock.
    """

    def __init__(
        self, pipeline: Pipeline, who: CallerOverride, wait: Callable[[float], object]
    ) -> None:
        self._pipeline = pipeline
        self._who = who
        self._wait = wait
        self._lock = threading.Lock()
        self._retried: OrderedDict[tuple[str, str, bytes], Exchange] = OrderedDict()

    def answer(self, received: Received) -> Reply:
        """Answer one attempt of a call.

        :raises NoReplyError: where a fault has the client hear nothing.
        """
        service, _, operation = received.headers[TARGET].partition(".")
        kind = received.headers.get("content-type", "").partition(";")[0].strip().lower()
        if service != SERVICE or operation not in operations() or kind != CONTENT_TYPE:
            return self.refusal(ServiceError("UnknownOperationException"))
        exchange = self._exchange(operation, received)
        try:
            answer = self._pipeline.answer(exchange)
        except NoAnswerError as failure:
            raise NoReplyError from failure
        except UsageError as error:
            # A part that the fake does not support; no SDK repeats a call that got this status.
            exchange.record_outcome(type(error).__name__)
            return self.failure(HttpError(501, type(error).__name__, str(error)))
        except BaseException as error:
            exchange.record_outcome(type(error).__name__)
            raise
        finally:
            self._pipeline.finish(exchange)
        self._wait(exchange.delay)
        return _reply(answer, exchange)

    def refusal(self, error: ServiceError) -> Reply:
        """Return an error that the service has before it looks at a request."""
        body = encode_error(error)
        service = self._pipeline.service
        named = headers(body, service.new_request_id(), service.timeline.now())
        return Reply(error.status, {**named, "x-amzn-errortype": error.code}, body)

    def failure(self, error: HttpError) -> Reply:
        """Return an error of HTTP, or of the fake itself."""
        return refused(error, self._pipeline.service.new_request_id())

    def _exchange(self, operation: str, received: Received) -> Exchange:
        """Return the call that a request belongs to: its first attempt, or another one."""
        key = (received.headers.get(_INVOCATION, ""), operation, received.body)
        with self._lock:
            known = self._retried.get(key) if key[0] else None
            if known is not None:
                return known
            exchange = self._new_exchange(operation, received)
            if key[0]:
                self._retried[key] = exchange
                if len(self._retried) > _REMEMBERED:
                    self._retried.popitem(last=False)
        return exchange

    def _new_exchange(self, operation: str, received: Received) -> Exchange:
        request = read_request(operation, received.body)
        signer: Signer = NOBODY
        try:
            signer = signer_of(received.headers)
        except ServiceError as error:
            request = replace(request, error=error)
        settings = self._pipeline.settings
        region = signer.region or settings.region
        who = self._who.merged_with(self._pipeline.caller)
        exchange = Exchange(request, who.caller(signer.account or settings.account, region), region)
        exchange.call.via = "http"
        return exchange


def _reply(answer: Answer, exchange: Exchange) -> Reply:
    named = dict(answer.headers)
    if answer.status >= _FIRST_ERROR:
        if exchange.call.error is None:
            exchange.record_outcome(str(answer.status))
        # Whether AWS sends it, no recording shows; some SDKs find codes of the framework only here.
        named["x-amzn-errortype"] = exchange.call.outcome
    return Reply(answer.status, named, answer.body)
