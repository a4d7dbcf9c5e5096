"""What an operation has at hand: its caller, the time, and the secrets it may reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from .._arn import compose, new_suffix, parse, partition_of
from .._errors import MARKED_FOR_DELETION, ServiceError, invalid_request, not_found
from .._lambdas import Lambdas
from .._rotation import Job
from .._secret import StoredSecret
from .._store import Shelf, Store

Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """One call under way.

    `find` and its narrower kin answer for a SecretId in AWS's order: access, existence, deletion,
    management by another service. An operation ends with `keep`, so one that fails changes nothing.
    The rotations that it puts on `jobs` run after the answer.
    """

    operation: str
    account: str
    region: str
    now: datetime
    random: Random
    store: Store
    lambdas: Lambdas
    jobs: list[Job]

    @property
    def shelf(self) -> Shelf:
        """The caller's own secrets in the Region of the call."""
        return self.store.shelf(self.account, self.region)

    def find(self, secret_id: str) -> StoredSecret:
        """Return the secret that is meant, in whatever state it is."""
        self._authorize(secret_id)
        secret = self.shelf.find(secret_id)
        if secret is None:
            raise not_found()
        return secret

    def find_usable(self, secret_id: str) -> StoredSecret:
        """Return the secret that is meant, unless it is scheduled for deletion."""
        secret = self.find(secret_id)
        if secret.deletion is not None:
            raise invalid_request(MARKED_FOR_DELETION)
        return secret

    def find_changeable(self, secret_id: str) -> StoredSecret:
        """Return the secret that is meant, if it is the caller's to change."""
        secret = self.find_usable(secret_id)
        refuse_managed(secret)
        return secret

    def keep(self, secret: StoredSecret) -> None:
        """Let a secret take the place of what it was."""
        self.store.home_of(secret).put(secret)

    def new_arn(self, name: str) -> str:
        """Return the ARN of a secret that is being created."""
        return compose(self.region, self.account, name, new_suffix(self.random))

    def _authorize(self, secret_id: str) -> None:
        arn = parse(secret_id)
        if arn is None or arn.account == self.account:
            return
        action = f"secretsmanager:{self.operation}"
        caller = f"arn:{partition_of(self.region)}:iam::{self.account}:root"
        raise ServiceError(
            "AccessDeniedException",
            f"User: {caller} is not authorized to perform: {action} on resource: {secret_id} "
            f"because no resource-based policy allows the {action} action",
        )


def refuse_managed(secret: StoredSecret) -> None:
    """Refuse to change a secret that another AWS service manages.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
    """
    if secret.owning_service is not None:
        raise invalid_request(
            f"This secret is managed by {secret.owning_service}, "
            "and you must use that service to update it."
        )
