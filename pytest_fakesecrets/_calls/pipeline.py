"""The service: what AWS would do with a call."""

from __future__ import annotations

import threading
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Final

from .._aws.authorization import Denials
from .._aws.errors import ServiceError
from .._aws.kms.key_ring import Kms
from .._aws.model.rotation import RotationRequest
from .._aws.operations import perform, refuse_unknown
from .._aws.operations.context import Context, Response
from .._aws.protocol.aws_json import Answer, encode, encode_error, headers
from .._aws.protocol.validation import validate
from .._aws.rotation.runner import RotationRunner
from .._aws.store import Store
from .._clock import Clock
from .._errors import HIDE_MISUSE
from .effects import READS, STATELESS, Blow, NoAnswerError, State, Unreachable
from .faults import Faults
from .hooks import Hooks
from .log import CallLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._settings import Settings
    from .call import Call

__tracebackhide__ = HIDE_MISUSE

# Whether the present thread, or task, is in a predicate or a hook of the test suite.
_asking: Final = ContextVar("pytest_fakesecrets_asking", default=False)


@contextmanager
def _asking_the_test() -> Iterator[None]:
    token = _asking.set(True)
    try:
        yield
    finally:
        _asking.reset(token)


class Service:
    """Everything that one fake knows; safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.store = Store()
        self.calls = CallLog(settings)
        self.faults = Faults()
        self.denials = Denials()
        self.clock = Clock()
        self.kms = Kms(settings, self.clock)
        # One seed for every fake: a test that draws ARNs and passwords repeats exactly.
        self.random = Random(0)  # noqa: S311 - nothing here is secret
        self.rotation_runner = RotationRunner(self.store, self.clock, self.random, self.lock)
        self.hooks = Hooks()
        # Whether calls go on to AWS, as they would if there were no fake.
        self.passthrough = False
        # Those that the test itself named exist, whatever botocore knows.
        self.named_regions = {settings.region}
        self.clock.on_move(self.run_due_events, self._next_due)

    def answer(self, call: Call) -> Answer:
        """Answer one attempt of a call, and log it.

        AWS rotates after it has answered; so does the fake, but before the caller goes on.

        :raises NoAnswerError: where a fault has the client hear nothing.
        :raises UnsupportedError: for what the fake cannot do.
        """
        self.run_due_events()
        rotations_requested: list[RotationRequest] = []
        with self.lock:
            self._log_attempt(call)
            refuse_unknown(call.operation, call.parameters)
            self._identify(call)
        blow = self._blow(call)
        with self.lock:
            answer = None if blow.is_unreachable else self._answer(call, blow, rotations_requested)
        for request in rotations_requested:
            self.rotation_runner.run(request)
        failure = blow.failure(call)
        if seconds := blow.seconds(call):
            self.clock.advance(seconds=seconds)
        if answer is None or failure is not None:
            call.met(failure)
            raise NoAnswerError(failure or "")
        return blow.delivered(answer)

    def finish(self, call: Call) -> None:
        """Note that the code under test has the outcome of a call."""
        call.ended = self.clock.now()
        if not _asking.get():
            with _asking_the_test():
                self.hooks.finish_call(call)

    def use(self, hooks: Hooks) -> None:
        """Have hooks of the test run count."""
        self.hooks = hooks
        self.rotation_runner.functions.discover = hooks.find_function
        self.store.on_put = hooks.keep_secret
        if hooks.keep_secret is not None:
            for secret in self.store:
                hooks.keep_secret(secret)

    def run_due_events(self) -> None:
        """Let happen what has fallen due. Rotations call back, so no lock may be held here."""
        with self.lock:
            self.store.purge(self.clock.now())
        self.rotation_runner.run_due()

    def start_from(self, outer: Service) -> None:
        """Begin with a copy of another service's secrets, keys and time, beneath one's own."""
        with outer.lock, self.lock:
            own = list(self.store)
            self.store.restore(outer.store.snapshot())
            self.store.seed(own)
            self.clock.follow(outer.clock)
            self.kms.start_from(outer.kms)
            self.named_regions |= outer.named_regions
            self.random.setstate(outer.random.getstate())
            self.rotation_runner.start_from(outer.rotation_runner)

    def _next_due(self) -> datetime | None:
        with self.lock:
            dues = (self.store.next_deletion(), self.rotation_runner.next_due())
            return min((due for due in dues if due is not None), default=None)

    def _blow(self, call: Call) -> Blow:
        """Return what befalls an attempt.

        Predicates and hooks are code of the test, which may wait for others and call in its turn:
        no lock is held meanwhile, and what they call meets no fault.
        """
        if call.has_no_host:
            return Blow(Unreachable("EndpointConnectionError"))
        if _asking.get():
            return Blow()
        with _asking_the_test():
            meant, decided = self.faults.meant_for(call), self.hooks.decide_fault(call)
        with self.lock:
            return self.faults.strike(call, self.clock.now(), meant, decided)

    def _answer(self, call: Call, blow: Blow, rotations_requested: list[RotationRequest]) -> Answer:
        try:
            blow.refuse(call)
            if call.malformed is not None:
                raise call.malformed
            body = encode(call.operation, self._perform(call, blow.past, rotations_requested))
        except ServiceError as error:
            call.met(error.code)
            return self._sealed(error.status, encode_error(error))
        call.met(None)
        return self._sealed(200, body)

    def _log_attempt(self, call: Call) -> None:
        if not call.attempts:
            call.started = self.clock.now()
            self.calls.record(call)
        call.attempts += 1
        call.error = None

    def _perform(
        self, call: Call, past: State | None, rotations_requested: list[RotationRequest]
    ) -> Response:
        parameters = validate(call.operation, call.sent)
        before = self.store.snapshot() if self.faults.is_lagging else None
        context = Context(
            operation=call.operation,
            caller=call.caller,
            parameters=parameters,
            denials=self.denials,
            region=call.region,
            now=self.clock.now(),
            random=self.random,
            store=self.store if past is None else Store.of(past),
            kms=self.kms,
            functions=self.rotation_runner.functions,
            rotations_requested=rotations_requested,
        )
        response = perform(context, parameters)
        entries = (response, *response.get("SecretValues", ()))
        for entry in entries:
            call.identities.update(entry[name] for name in ("ARN", "Name") if name in entry)
        call.listed.update(entry["ARN"] for entry in response.get("SecretList", ()))
        if past is not None:
            self._note_reads(entries, context.now)
        elif before is not None and call.operation not in READS | STATELESS:
            self.faults.note_write(before, context.now)
        return response

    def _note_reads(self, entries: Iterable[Response], now: datetime) -> None:
        """Have a read of the past leave its mark on the present."""
        for entry in entries:
            secret = self.store.find_arn(entry.get("ARN", ""))
            if secret is not None and entry.get("VersionId") in secret.versions:
                self.store.put(secret.read_at(entry["VersionId"], now))

    def _identify(self, call: Call) -> None:
        """Have the log know the secret by every name, whichever of them the code used."""
        for secret_id in tuple(call.identities):
            secret = self.store.find(secret_id, call.account, call.region)
            if secret is not None:
                call.identities.update((secret.name, secret.arn))
                call.labels.update(secret.labels_of(call.parameters.get("VersionId", "")))

    def _sealed(self, status: int, body: bytes) -> Answer:
        request_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return Answer(status, headers(body, request_id, self.clock.now()), body)
