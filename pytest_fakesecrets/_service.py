"""The service: what AWS would do with a call."""

from __future__ import annotations

import threading
import uuid
from random import Random
from typing import TYPE_CHECKING, Any

from ._calls import CallLog
from ._clock import Clock
from ._errors import HIDE_MISUSE, ServiceError
from ._faults import Faults
from ._kms import Kms
from ._operations import Context, perform, refuse_unknown
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
        self.clock = Clock()
        self.kms = Kms(settings, self.clock)
        # One seed for every fake: a test that draws ARNs and passwords repeats exactly.
        self.random = Random(0)  # noqa: S311 - nothing here is secret
        self.clock.on_move(self.settle)

    def answer(self, call: Call) -> Answer:
        """Answer one attempt of a call, and log it.

        :raises NotImitatedError: for what the fake cannot do.
        """
        with self.lock:
            self._log_attempt(call)
            try:
                body = encode(call.operation, self._perform(call))
            except ServiceError as error:
                call.error = error.code
                return self._sealed(error.status, encode_error(error))
            return self._sealed(200, body)

    def settle(self) -> None:
        """Let happen what has fallen due."""
        with self.lock:
            self.store.purge(self.clock.now())

    def start_from(self, outer: Service) -> None:
        """Begin with a copy of another service's secrets, keys and time, beneath one's own."""
        with outer.lock, self.lock:
            own = list(self.store)
            self.store.restore(outer.store.snapshot())
            for secret in own:
                self.store.home_of(secret).put(secret)
            self.clock.follow(outer.clock)
            self.kms.start_from(outer.kms)
            self.random.setstate(outer.random.getstate())

    def _log_attempt(self, call: Call) -> None:
        if not call.attempts:
            call.at = self.clock.now()
            self.calls.record(call)
        call.attempts += 1
        call.error = None

    def _perform(self, call: Call) -> dict[str, Any]:
        refuse_unknown(call.operation, call.parameters)
        self.settle()
        self._identify(call)
        self.faults.strike(call)
        if call.malformed is not None:
            raise call.malformed
        context = Context(
            operation=call.operation,
            account=call.account,
            region=call.region,
            now=self.clock.now(),
            random=self.random,
            store=self.store,
            kms=self.kms,
        )
        response = perform(context, validate(call.operation, call.sent))
        for entry in (response, *response.get("SecretValues", ())):
            call.identities.update(entry[name] for name in ("ARN", "Name") if name in entry)
        return response

    def _identify(self, call: Call) -> None:
        """Have the log know the secret by every name, whichever of them the code used."""
        shelf = self.store.shelf(call.account, call.region)
        for secret_id in tuple(call.identities):
            secret = shelf.find(secret_id)
            if secret is not None:
                call.identities.update((secret.name, secret.arn))

    def _sealed(self, status: int, body: bytes) -> Answer:
        request_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return Answer(status, headers(body, request_id, self.clock.now()), body)
