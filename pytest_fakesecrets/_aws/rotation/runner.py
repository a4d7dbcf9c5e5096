"""What runs rotations. No lock is held while a function runs, as it calls the service back."""

from __future__ import annotations

import sysconfig
import threading
import traceback
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from ..._clock import Timeline
from ..._errors import UsageError
from ..arn import new_uuid
from ..errors import ServiceError, kind_of, not_found
from ..model.rotation import RotationRequest
from ..model.secret import CURRENT, PENDING, StoredSecret
from ..store import Store
from .functions import RotationFunctions, SecretChange, context_of, not_registered

if TYPE_CHECKING:
    from collections.abc import Iterator


# What is not the user's own code.
_PACKAGE: Final = str(Path(__file__).parents[2])
_LIBRARIES: Final = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationStep:
    """One invocation of a rotation function.

    :ivar name: ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.
    :ivar started: by the fake's clock.
    :ivar ended: by the fake's clock.
    :ivar exception: what the function raised; None where it returned.
    """

    name: str
    started: datetime
    ended: datetime
    exception: BaseException | None = field(default=None, repr=False)

    def __str__(self) -> str:
        # The exception's own text may hold the value of a secret.
        return f"{self.name} {kind_of(self.exception) if self.exception else 'OK'}"

    @property
    def location(self) -> str | None:
        """The last line of the user's that the exception passed, such as ``rotate.py:12``."""
        trace = traceback.extract_tb(
            None if self.exception is None else self.exception.__traceback__
        )
        own = [frame for frame in trace if not frame.filename.startswith((_PACKAGE, *_LIBRARIES))]
        return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRun:
    """One run of a rotation; each further try of one that failed is a run of its own.

    :ivar secret: the secret's name.
    :ivar arn: the secret's ARN.
    :ivar token: the id of the version that the run was to make.
    :ivar function: the ARN of the function, or by what name it was registered.
    :ivar steps: the invocations, up to the first that raised.
    :ivar outcome: ``succeeded``, ``failed``, or ``cancelled`` where CancelRotateSecret or a
        deletion came in between.
    :ivar attempt: 1, and more where ``rotation_retries`` had it tried again.
    :ivar is_test: whether only ``testSecret`` was run, for ``RotateImmediately=False``.
    :ivar made_current: whether the new version had AWSCURRENT when the run ended.
    """

    secret: str
    arn: str
    token: str
    function: str
    steps: tuple[RotationStep, ...]
    outcome: str
    attempt: int
    is_test: bool
    made_current: bool

    def __repr__(self) -> str:
        return f"<RotationRun {self.secret} {self.outcome}: {', '.join(map(str, self.steps))}>"

    @property
    def exception(self) -> BaseException | None:
        """What ended a run that failed."""
        return self.steps[-1].exception


class RotationRuns(tuple[RotationRun, ...]):
    """The rotations that have run, oldest first: a tuple that knows its :attr:`last`."""

    __slots__ = ()

    @property
    def last(self) -> RotationRun:
        """The latest run.

        :raises UsageError: where none has run.
        """
        if not self:
            message = "No rotation has run yet. Look at len() before you ask for last."
            raise UsageError(message)
        return self[-1]


class RotationRunner:
    """Runs the rotations of one fake, those that a call asked for and those that fall due."""

    def __init__(
        self, store: Store, timeline: Timeline, random: Random, lock: threading.RLock
    ) -> None:
        self.functions = RotationFunctions()
        self.runs: list[RotationRun] = []
        self.retries = 0
        self.removes_pending = False
        self._store = store
        self._timeline = timeline
        self._random = random
        self._lock = lock
        self._running = 0

    def next_due(self) -> datetime | None:
        """Return when the next rotation falls due; None while one runs, which others wait for.

        A handler's own calls are to find nothing due: many rotations of the same moment would
        run inside one another.
        """
        return None if self._running else self._store.rotations.next

    def run_due(self) -> None:
        """Run what has fallen due, in order of time."""
        while (request := self._take_due()) is not None:
            self.run(request)

    def run(self, request: RotationRequest) -> None:
        """Run a rotation that has been reserved, and try it again as often as was said.

        :raises UsageError: what a function did wrong as a test; it is not AWS's to hide.
        """
        with self._busy():
            try:
                for attempt in range(1, self.retries + 2):
                    if self._attempt(request, attempt).outcome != "failed":
                        break
            finally:
                if request.is_test:
                    self._try_change(
                        request.arn, lambda secret, _: secret.without_pending(request.token)
                    )

    def start_from(self, outer: RotationRunner) -> None:
        """Know what another runner knows, beneath what was said to this one."""
        self.functions.start_from(outer.functions)
        self.retries = self.retries or outer.retries
        self.removes_pending = self.removes_pending or outer.removes_pending

    def clear(self) -> None:
        """Forget all functions and all runs."""
        self.functions.clear()
        self.runs.clear()

    def _take_due(self) -> RotationRequest | None:
        """Reserve the rotation that has been due for longest; an unfinished one is reattempted."""
        with self._lock:
            arn = self._store.rotations.first_due(self._timeline.now())
            if arn is None or self._running:
                return None
            due_secret = self._store.find_arn(arn)
            is_known = due_secret is not None and due_secret.rotation_source in self.functions
            secret = self._change(arn, _postponed)
            token = secret.pending_version_id or self._new_id()
            if is_known and token != secret.pending_version_id:
                # Without room for a version the function finds none, and fails.
                self._try_change(arn, lambda secret, now: secret.with_reserved(token, now))
            return RotationRequest(secret.name, arn, token, secret.rotation_source or "")

    def _attempt(self, request: RotationRequest, attempt: int) -> RotationRun:
        steps = []
        for name in request.steps:
            steps.append(self._step(request, name))
            if steps[-1].exception is not None or not self._is_wanted(request):
                break
        run = RotationRun(
            secret=request.secret,
            arn=request.arn,
            token=request.token,
            function=request.function,
            steps=tuple(steps),
            outcome=self._outcome(request, steps[-1]),
            attempt=attempt,
            is_test=request.is_test,
            made_current=self._is_current(request),
        )
        self.runs.append(run)
        if run.exception is not None and not _is_of_function(run.exception):
            raise run.exception
        if run.outcome == "succeeded" and not request.is_test:
            self._try_change(request.arn, self._succeeded)
        return run

    def _step(self, request: RotationRequest, name: str) -> RotationStep:
        started, exception = self._timeline.now(), None
        try:
            self._invoke(request, name)
        except BaseException as error:  # noqa: BLE001 - the run is on record before it goes on
            exception = error
        return RotationStep(
            name=name, started=started, ended=self._timeline.now(), exception=exception
        )

    def _invoke(self, request: RotationRequest, step: str) -> None:
        function = self.functions.get(request.function)
        if function is None:
            raise not_registered(request.function)
        event = {
            "Step": step,
            "SecretId": request.arn,
            "ClientRequestToken": request.token,
            "RotationToken": self._new_id(),
        }
        context = context_of(request.function, self._new_id(), self._timeline.now)
        function.run(event, context, self._change)

    def _succeeded(self, secret: StoredSecret, now: datetime) -> StoredSecret:
        secret = replace(secret, rotation=secret.rotation and secret.rotation.succeeded(now))
        # AWS's templates leave AWSPENDING on the AWSCURRENT version, and mostly it was seen there
        # later. One of AWS's maintainers says that the service removes it:
        # https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas/pull/145
        is_left_over = PENDING in secret.labels and secret.pending_version_id is None
        return secret.detach(PENDING) if self.removes_pending and is_left_over else secret

    def _outcome(self, request: RotationRequest, last: RotationStep) -> str:
        if not self._is_wanted(request):
            return "cancelled"
        return "succeeded" if last.exception is None else "failed"

    def _is_current(self, request: RotationRequest) -> bool:
        secret = self._store.find_arn(request.arn)
        return secret is not None and secret.labels.get(CURRENT) == request.token

    def _is_wanted(self, request: RotationRequest) -> bool:
        secret = self._store.find_arn(request.arn)
        return secret is not None and secret.rotation is not None and secret.rotation.enabled

    def _try_change(self, arn: str, change: SecretChange) -> None:
        """Change a secret, unless it is gone or has no room."""
        with suppress(ServiceError):
            self._change(arn, change)

    def _change(self, arn: str, change: SecretChange) -> StoredSecret:
        """Let a secret become what a function of it and of the time says."""
        with self._lock:
            secret = self._store.find_arn(arn)
            if secret is None:
                raise not_found()
            secret = change(secret, self._timeline.now())
            self._store.put(secret)
            return secret

    @contextmanager
    def _busy(self) -> Iterator[None]:
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def _new_id(self) -> str:
        with self._lock:
            return new_uuid(self._random)


def _postponed(secret: StoredSecret, now: datetime) -> StoredSecret:
    return replace(secret, rotation=secret.rotation and secret.rotation.attempted(now))


def _is_of_function(error: BaseException) -> bool:
    """Tell whether AWS would only log it: no misuse of the fake, no end of the test."""
    return isinstance(error, Exception) and not isinstance(error, UsageError)
