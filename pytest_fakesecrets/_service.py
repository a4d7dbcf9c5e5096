"""The service: what AWS would do with a call."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

from ._access import Denials
from ._calls import CallLog
from ._clock import Clock
from ._errors import HIDE_MISUSE, ServiceError
from ._faults import Faults
from ._kms import Kms
from ._operations import Context, perform, refuse_unknown
from ._rotation import Job
from ._rotor import Rotor
from ._store import Store
from ._validation import validate
from ._wire import Answer, encode, encode_error, headers

if TYPE_CHECKING:
    from ._calls import Call
    from ._settings import Settings


__tracebackhide__ = HIDE_MISUSE


class Service:
    """Everything that one fake knows; safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.store = Store()
        self.calls = CallLog()
        self.faults = Faults()
        self.denials = Denials()
        self.clock = Clock()
        self.kms = Kms(settings, self.clock)
        # One seed for every fake: a test that draws ARNs and passwords repeats exactly.
        self.random = Random(0)  # noqa: S311 - nothing here is secret
        self.rotor = Rotor(self.store, self.clock, self.random, self.lock)
        self.clock.on_move(self.settle, self._next_due)

    def answer(self, call: Call) -> Answer:
        """Answer one attempt of a call, and log it.

        AWS rotates after it has answered; so does the fake, but before the caller goes on.

        :raises NotImitatedError: for what the fake cannot do.
        """
        self.settle()
        jobs: list[Job] = []
        with self.lock:
            answer = self._answer(call, jobs)
        for job in jobs:
            self.rotor.run(job)
        return answer

    def settle(self) -> None:
        """Let happen what has fallen due. Rotations call back, so no lock may be held here."""
        with self.lock:
            self.store.purge(self.clock.now())
        self.rotor.run_due()

    def start_from(self, outer: Service) -> None:
        """Begin with a copy of another service's secrets, keys and time, beneath one's own."""
        with outer.lock, self.lock:
            own = list(self.store)
            self.store.restore(outer.store.snapshot())
            self.store.place(own)
            self.clock.follow(outer.clock)
            self.kms.start_from(outer.kms)
            self.random.setstate(outer.random.getstate())
            self.rotor.start_from(outer.rotor)

    def _next_due(self) -> datetime | None:
        with self.lock:
            dues = (self.store.next_deletion(), self.rotor.next_due())
            return min((due for due in dues if due is not None), default=None)

    def _answer(self, call: Call, jobs: list[Job]) -> Answer:
        self._log_attempt(call)
        try:
            body = encode(call.operation, self._perform(call, jobs))
        except ServiceError as error:
            call.error = error.code
            return self._sealed(error.status, encode_error(error))
        return self._sealed(200, body)

    def _log_attempt(self, call: Call) -> None:
        if not call.attempts:
            call.at = self.clock.now()
            self.calls.record(call)
        call.attempts += 1
        call.error = None

    def _perform(self, call: Call, jobs: list[Job]) -> dict[str, Any]:
        refuse_unknown(call.operation, call.parameters)
        self._identify(call)
        self.faults.strike(call)
        if call.malformed is not None:
            raise call.malformed
        parameters = validate(call.operation, call.sent)
        context = Context(
            operation=call.operation,
            caller=call.caller,
            parameters=parameters,
            denials=self.denials,
            region=call.region,
            now=self.clock.now(),
            random=self.random,
            store=self.store,
            kms=self.kms,
            lambdas=self.rotor.lambdas,
            jobs=jobs,
        )
        response = perform(context, parameters)
        for entry in (response, *response.get("SecretValues", ())):
            call.identities.update(entry[name] for name in ("ARN", "Name") if name in entry)
        return response

    def _identify(self, call: Call) -> None:
        """Have the log know the secret by every name, whichever of them the code used."""
        for secret_id in tuple(call.identities):
            secret = self.store.find(secret_id, call.account, call.region)
            if secret is not None:
                call.identities.update((secret.name, secret.arn))

    def _sealed(self, status: int, body: bytes) -> Answer:
        request_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return Answer(status, headers(body, request_id, self.clock.now()), body)
