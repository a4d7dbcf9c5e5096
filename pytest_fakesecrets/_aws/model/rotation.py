"""The rotation of one secret, as the service keeps it: immutable, like the secret."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from .schedule import Schedule

STEPS: Final = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEST_STEPS: Final = ("testSecret",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """How and when a secret is rotated; a secret that never was to be rotated has none.

    `next_date` is what AWS tells, the last moment of the next window; `due` is when the fake
    rotates, its first. `interval` is the AutomaticallyAfterDays that AWS computes; `last_put` is
    when a new current value was put without a rotation.
    """

    enabled: bool
    lambda_arn: str | None = None
    schedule: Schedule | None = None
    metadata: tuple[tuple[str, str], ...] | None = None
    role_arn: str | None = None
    interval: int | None = None
    last_rotated: datetime | None = None
    last_put: datetime | None = None
    next_date: datetime | None = None
    due: datetime | None = None

    def scheduled(self, now: datetime, last: datetime | None = None) -> Rotation:
        """Look forward to the next window; days are counted from `last`, or from now."""
        if not self.enabled or self.schedule is None:
            return self
        window = self.schedule.window_after(now, last)
        return replace(
            self,
            # "Calculated … after every successful rotation": botocore, RotationRulesType.
            interval=self.schedule.interval_after(now),
            next_date=window and window.closes,
            due=window and window.opens,
        )

    def replaced_by_hand(self, now: datetime) -> Rotation:
        """Note that somebody put a new current value, from which days are counted again."""
        return replace(self, last_put=now).scheduled(now)

    @property
    def counted_from(self) -> datetime | None:
        """The moment from which days are counted: the last rotation, or value that was put."""
        moments = (self.last_rotated, self.last_put)
        return max((moment for moment in moments if moment is not None), default=None)

    def attempted(self, now: datetime) -> Rotation:
        """Come back in the next window should the rotation that is due fail.

        The date that AWS tells is in the past then: DescribeSecret's NextRotationDate.
        """
        return replace(self, due=self.scheduled(now).due)

    def succeeded(self, now: datetime) -> Rotation:
        """Note that all steps have ended well."""
        # Some ms after the move of AWSCURRENT in a published describe-secret output.
        return replace(self, last_rotated=now).scheduled(now)

    def cancelled(self) -> Rotation:
        """Turn the rotation off; what it was stays on view."""
        # NextRotationDate: botocore, DescribeSecret, which has LastRotatedDate go as well.
        return replace(self, enabled=False, next_date=None, due=None)


@dataclass(frozen=True, slots=True)
class RotationRequest:
    """A rotation that has been reserved and is to be run; or only the test of one."""

    secret: str
    arn: str
    token: str
    function: str
    is_test: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that the function is called for."""
        return TEST_STEPS if self.is_test else STEPS
