"""Secrets Manager, with what it needs of KMS, IAM and Lambda: it carries requests out."""

from __future__ import annotations

import threading
from datetime import datetime
from random import Random

from .._clock import Timeline
from .._settings import UNDECIDED
from .arn import new_uuid
from .authorization import Denials
from .iam.principal import Caller
from .kms.key_ring import KeyRing
from .operations.context import Context, Response
from .operations.registry import OPERATIONS
from .protocol.requests import Request
from .rotation.runner import RotationRunner
from .store import Former, Store


class Service:
    """The service as its callers find it, in all accounts and Regions.

    Who performs requests holds `lock` meanwhile, and no lock while due events or rotations run:
    they call the service in their turn.

    :param seed: what ids, suffixes of ARNs and passwords are drawn from.
    """

    def __init__(self, seed: str = "") -> None:
        self.lock = threading.RLock()
        self.timeline = Timeline()
        self.store = Store()
        self.denials = Denials()
        self.keys = KeyRing()
        self.random = Random(seed)  # noqa: S311 - nothing here is secret
        self.rotations = RotationRunner(self.store, self.timeline, self.random, self.lock)
        self.timeline.on_move(self.run_due_events, self.next_due)

    def context(
        self,
        request: Request,
        caller: Caller,
        region: str,
        now: datetime,
        *,
        former: Former | None = None,
    ) -> Context:
        """Return what an operation needs to answer a request.

        :param former: what secrets are to be found as, instead of what they are.
        """
        return Context(
            request.operation,
            caller,
            request.members,
            self.denials,
            region,
            now,
            self.random,
            self.store if former is None else self.store.before(former),
            self.keys,
            self.rotations.functions,
            [],
            [],
        )

    def perform(self, context: Context, request: Request) -> Response:
        """Carry a request out.

        :return: the members of the answer by AWS's names; those that are None have no value.
        :raises ServiceError: as AWS answers.
        """
        if request.error is not None:
            raise request.error
        return OPERATIONS[request.operation].run(context, request)

    def new_request_id(self) -> str:
        """Draw the id of a request."""
        return new_uuid(self.random)

    def is_due(self, now: datetime) -> bool:
        """Tell whether something is to happen before a request of this moment is answered."""
        deletion, rotation = self.store.deletions.next, self.store.rotations.next
        return (deletion is not None and deletion <= now) or (
            rotation is not None and rotation <= now
        )

    def next_due(self) -> datetime | None:
        """Return when something is to happen next; None where nothing is."""
        dues = (self.store.deletions.next, self.rotations.next_due())
        return min((due for due in dues if due is not None), default=None)

    def run_due_events(self) -> None:
        """Let happen what has fallen due: the ends of recovery windows, and rotations."""
        with self.lock:
            self.store.purge(self.timeline.now())
        self.rotations.run_due()

    def start_from(self, outer: Service, region: str) -> None:
        """Begin with a copy of another service's secrets, keys and time; its own come first.

        :param region: where secrets lie that were given no Region.
        """
        with outer.lock, self.lock:
            own = list(self.store)
            self.store.restore(outer.store.snapshot())
            if region != UNDECIDED:
                self.store.move(UNDECIDED, region)
            self.store.seed(own)
            self.timeline.follow(outer.timeline)
            self.keys.start_from(outer.keys)
            # Both may have the same seed, and are not to draw the same ids for the same secrets.
            own_seed = self.random.random()
            self.random.setstate(outer.random.getstate())
            self.random.seed(f"{own_seed} {self.random.random()}")
            self.rotations.start_from(outer.rotations)
