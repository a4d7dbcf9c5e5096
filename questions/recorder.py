"""Notes the calls of one question, as botocore's events show them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Call:
    """One call, with the moment at which it began."""

    operation: str
    request: dict
    began: datetime
    response: dict | None = None
    error: dict | None = None

    @property
    def was_answered(self):
        """Whether anything came back."""
        return self.response is not None or self.error is not None


@dataclass
class Recorder:
    """The calls of one question, in their order.

    :ivar before_call: called before each of them; it returns the moment at which the call begins.
    """

    before_call: object
    calls: list[Call] = field(default_factory=list)
    _is_muted: bool = False

    def watch(self, client):
        """Note the calls of a client from now on, and return the client."""
        client.meta.events.register("provide-client-params.secrets-manager", self._begin)
        client.meta.events.register("after-call.secrets-manager", self._end)
        return client

    def note(self, operation, request, send):
        """Note a request that no client makes; `send` makes it and returns what comes back."""
        call = Call(operation, request, self.before_call())
        self.calls.append(call)
        call.response = send()

    @contextmanager
    def muted(self):
        """Note nothing in the block."""
        self._is_muted = True
        try:
            yield
        finally:
            self._is_muted = False

    def answered(self):
        """Return the calls to which an answer came."""
        return [call for call in self.calls if call.was_answered]

    def count_secrets(self):
        """Return how many secrets the calls made, replicas included."""
        made = [call for call in self.calls if call.operation == "CreateSecret" and call.response]
        replicas = sum(len(call.request.get("AddReplicaRegions", [])) for call in self.calls)
        return len(made) + replicas

    def _begin(self, params, model, **_):
        if not self._is_muted:
            began = self.before_call()
            self.calls.append(Call(model.name, dict(params), began))

    def _end(self, parsed, **_):
        if not self._is_muted:
            self.calls[-1].response, self.calls[-1].error = _split(parsed)


def _split(parsed):
    """Return the members of an answer, and what it says where it is an error."""
    if "Error" not in parsed:
        return {name: value for name, value in parsed.items() if name != "ResponseMetadata"}, None
    error = {"code": parsed["Error"].get("Code"), "message": parsed["Error"].get("Message")}
    return None, {**error, "status": parsed["ResponseMetadata"].get("HTTPStatusCode")}


def beginnings(calls, pause):
    """Return from when on a date belongs to each of the calls.

    What happens in the pause after a call was brought about by it; half a pause before a call
    belongs to it, as two clocks never show quite the same.
    """
    return [call.began - timedelta(seconds=pause / 2) for call in calls]
