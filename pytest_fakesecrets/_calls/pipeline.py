"""The way of a call: what surrounds the service on the way from a client and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from .._aws.arn import moved_arn
from .._aws.errors import ServiceError
from .._aws.operations.registry import OPERATIONS, refuse_unsupported
from .._aws.protocol.answers import Answer, encode, encode_error, headers
from .._aws.protocol.requests import Request
from .._aws.service import Service
from .._errors import HIDE_MISUSE
from .._settings import UNDECIDED
from .call import MOVED, Exchange
from .caller import NO_OVERRIDE
from .effects import NO_EFFECT, UNAFFECTED, AttemptEffects, ConnectionFailure, NoAnswerError
from .fault_rules import FaultRules
from .faults import failure
from .history import DEFAULT_MAX_CALLS, History
from .hooks import Hooks

if TYPE_CHECKING:
    from .._aws.model.rotation import RotationRequest
    from .._aws.model.secret import StoredSecret
    from .._aws.operations.context import Context, Response
    from .._settings import Settings

__tracebackhide__ = HIDE_MISUSE

# Whether the present thread, or task, is in a predicate or a hook of the test suite.
_is_in_test_code: Final = ContextVar("pytest_fakesecrets_is_in_test_code", default=False)
_NO_HOST: Final = AttemptEffects(ConnectionFailure("EndpointConnectionError"))


@contextmanager
def _in_test_code() -> Iterator[None]:
    token = _is_in_test_code.set(True)
    try:
        yield
    finally:
        _is_in_test_code.reset(token)


class Served:
    """Where a server answers for a fake: in the process that started it, whoever was forked since.

    :ivar url: its endpoint.
    """

    __slots__ = ("_process", "url")

    def __init__(self, url: str) -> None:
        self.url = url
        self._process = os.getpid()

    @property
    def is_elsewhere(self) -> bool:
        """Whether the present process is another one, which has but a copy of the fake."""
        return os.getpid() != self._process


class Pipeline:
    """One fake: the service, with the log, the faults and the hooks around it.

    :ivar history: the calls that reached it.
    :ivar rules: the faults.
    :ivar was_entered: whether it has ever begun to answer.
    :ivar is_over: whether it will never answer again.
    :ivar passthrough: whether calls go on to AWS, as they would if there were no fake.
    :ivar caller: who makes the calls of which nothing else is said.
    :ivar served: where a server answers for it; None where there is none.
    :ivar named_regions: those that the test itself named exist, whatever botocore knows.
    """

    def __init__(
        self, settings: Settings, seed: str = "", max_calls: int = DEFAULT_MAX_CALLS
    ) -> None:
        self.settings = settings
        self.service = Service(seed)
        self.history = History(max_calls)
        self.rules = FaultRules()
        self.hooks = Hooks()
        self.was_entered = False
        self.is_over = False
        self.passthrough = False
        self.caller = NO_OVERRIDE
        self.served: Served | None = None
        self.named_regions = {settings.region} - {UNDECIDED}

    def answer(self, exchange: Exchange) -> Answer:
        """Answer one attempt of a call, and log it.

        AWS rotates after it has answered; so does the fake, but before the caller goes on.

        :raises NoAnswerError: where a fault has the client hear nothing.
        :raises UnsupportedError: for what the fake cannot do.
        """
        service, request = self.service, exchange.request
        if self.settings.region == UNDECIDED and exchange.has_host:
            self.decide_region(exchange.region)
        now = service.timeline.now()
        if service.is_due(now):
            service.run_due_events()
            now = service.timeline.now()
        self._log_attempt(exchange, now)
        # The names alone: a traceback shows arguments.
        refuse_unsupported(request.operation, request.members.keys())
        effects = self._effects(exchange, now)
        requested: list[RotationRequest] = []
        answer = None
        if effects.deciding.reaches_aws:
            with service.lock:
                answer = self._answer(exchange, effects, now, requested)
        for rotation in requested:
            service.rotations.run(rotation)
            exchange.moves = MOVED
        if answer is not None and effects is UNAFFECTED:
            return answer
        return self._delivered(exchange, effects, answer)

    def finish(self, exchange: Exchange) -> None:
        """Note that the code under test has the outcome of a call."""
        timeline, call = self.service.timeline, exchange.call
        is_instant = exchange.moves == timeline.moves
        call.ended = call.started if is_instant else timeline.now()
        if self.hooks.finish_call is not None and not _is_in_test_code.get():
            with _in_test_code():
                self.hooks.finish_call(exchange)

    def connect(self, hooks: Hooks) -> None:
        """Have hooks of the test run count."""
        self.hooks = hooks
        self.service.rotations.functions.discover = hooks.find_function
        self.service.store.on_put = hooks.keep_secret
        if hooks.keep_secret is not None:
            for secret in self.service.store:
                hooks.keep_secret(secret)

    def start_from(self, outer: Pipeline) -> None:
        """Begin with a copy of what another fake's service holds."""
        self.service.start_from(outer.service, self.settings.region)
        if outer.settings.region != UNDECIDED:
            self.decide_region(outer.settings.region)
        self.named_regions |= outer.named_regions

    def decide_region(self, region: str) -> None:
        """Have a Region be the one that is meant where none is named, if none was so far."""
        with self.service.lock:
            if self.settings.region == UNDECIDED:
                self.settings.region = region
                self.service.store.move(UNDECIDED, region)
                self.service.keys.move(UNDECIDED, region)

    def placed(self, arn: str) -> str:
        """Return the present ARN of a secret, which may have had another before the first call."""
        was_undecided = f":{UNDECIDED}:" in arn
        return moved_arn(arn, self.settings.region) if was_undecided else arn

    def _log_attempt(self, exchange: Exchange, now: datetime) -> None:
        call = exchange.call
        if not call.attempts:
            call.started = now
            exchange.moves = self.service.timeline.moves
            self.history.append(exchange)
        call.attempts += 1
        call.error = None

    def _effects(self, exchange: Exchange, now: datetime) -> AttemptEffects:
        """Return what happens to an attempt.

        Predicates and hooks are code of the test, which may wait for others and call in its turn:
        no lock is held meanwhile, and no fault applies to what they call.
        """
        if not exchange.has_host:
            self._identify(exchange)
            return _NO_HOST
        if not (self.rules or self.hooks.decide_fault) or _is_in_test_code.get():
            return UNAFFECTED
        # The time may be moved by what follows.
        exchange.moves = MOVED
        self._identify(exchange)
        call, decided = exchange.call, NO_EFFECT
        with _in_test_code():
            matching = self.rules.matching(exchange)
            error = self.hooks.decide_fault(call) if self.hooks.decide_fault else None
        if error is not None:
            decided = failure(error, None, call.operation)
        with self.service.lock:
            return self.rules.apply(exchange, now, matching, decided)

    def _answer(
        self,
        exchange: Exchange,
        effects: AttemptEffects,
        now: datetime,
        requested: list[RotationRequest],
    ) -> Answer:
        request, service = exchange.request, self.service
        context = service.context(
            request, exchange.caller, exchange.region, now, former=effects.former
        )
        try:
            refusal = effects.deciding.refusal(exchange)
            if refusal is not None:
                raise refusal
            if self.rules and request.operation == "BatchGetSecretValue":
                context.refuse_entry = partial(self._refuse_entry, exchange, now)
            response = self._perform(context, exchange)
        except ServiceError as error:
            self._identify(exchange)
            exchange.record_outcome(error.code)
            status, body = error.status, encode_error(error)
        else:
            self._note(exchange, context, response)
            if effects.former is not None:
                self._note_reads(response, now)
            exchange.record_outcome(None)
            status, body = 200, encode(request.operation, response)
            requested += context.rotations_requested
        return Answer(status, headers(body, service.new_request_id(), now), body)

    def _refuse_entry(
        self, batch: Exchange, now: datetime, secret_id: str, secret: StoredSecret | None
    ) -> None:
        """Have faults of GetSecretValue reach the reads of a batch, of which each is one.

        :raises ServiceError: what is to stand in the answer's Errors.
        """
        request = Request("GetSecretValue", {"SecretId": secret_id})
        entry = Exchange(request, batch.caller, batch.region)
        if secret is not None:
            entry.note_secret(secret)
        for_reads = [
            rule
            for rule in self.rules.matching(entry)
            if rule.selection.operation == request.operation
            and rule.effect.code_in_batch is not None
        ]
        effects = self.rules.apply(entry, now, for_reads, NO_EFFECT)
        refusal = effects.deciding.refusal(entry)
        if refusal is not None:
            raise refusal

    def _perform(self, context: Context, exchange: Exchange) -> Response:
        """Carry the call out, and have stale reads know what it changes."""
        request, service = exchange.request, self.service
        if OPERATIONS[request.operation].reads or not self.rules.use_writes:
            return service.perform(context, request)
        with service.store.changes() as former:
            response = service.perform(context, request)
        if former:
            self.rules.note_write(former, context.now)
        return response

    def _note(self, exchange: Exchange, context: Context, response: Response) -> None:
        """Have the log know which secrets the call was about."""
        for secret in context.found:
            exchange.note_secret(secret)
        if not context.found and "Name" in response:
            # A new secret, or one that AWS pretends to have deleted.
            exchange.note_names(response["ARN"], response["Name"])
        if "SecretList" in response:
            exchange.returned_arns = tuple(entry["ARN"] for entry in response["SecretList"])

    def _note_reads(self, response: Response, now: datetime) -> None:
        """Have a read of the past leave its mark on the present."""
        store = self.service.store
        for entry in (response, *response.get("SecretValues", ())):
            secret = store.find_arn(entry.get("ARN", ""))
            if secret is not None and entry.get("VersionId") in secret.versions:
                store.put(secret.read_at(entry["VersionId"], now))

    def _identify(self, exchange: Exchange) -> None:
        """Have the log know the secrets that are named, by each of their names."""
        with self.service.lock:
            for secret_id in exchange.sent_ids:
                secret = self.service.store.find(secret_id, exchange.call.account, exchange.region)
                if secret is not None:
                    exchange.note_secret(secret)

    def _delivered(
        self, exchange: Exchange, effects: AttemptEffects, answer: Answer | None
    ) -> Answer:
        """Return the answer as it arrives, when it arrives.

        :raises NoAnswerError: where it does not.
        """
        failed = effects.failure(exchange)
        exchange.delay = effects.seconds(exchange)
        if exchange.delay:
            self.service.timeline.wait(exchange.delay)
        if answer is None or failed is not None:
            exchange.record_outcome(failed)
            raise NoAnswerError(failed or "")
        return effects.deciding.delivered(answer)
