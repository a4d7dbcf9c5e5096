"""What an operation has at hand: its caller, the time, and the secrets it may reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from ..arn import new_suffix, secret_arn
from ..authorization import Attempt, Denials, authorize, is_open_to_owner
from ..errors import MARKED_FOR_DELETION, invalid_parameter, invalid_request, not_found
from ..iam.principal import Caller
from ..kms.key_ring import KeyRing
from ..model.replication import AccountReplica
from ..model.rotation import RotationRequest
from ..model.secret import StoredSecret
from ..rotation.functions import RotationFunctions
from ..store import RegionSecrets, Store

Response = dict[str, Any]


@dataclass(slots=True)
class Context:
    """One call under way.

    `find` and its narrower kin answer for a SecretId in AWS's order: access, existence, deletion,
    management by another service, replication. An operation ends with `put`, so one that fails
    changes nothing.

    :ivar found: the secrets that the operation has looked up so far, as they were then.
    :ivar rotations_requested: what is to be run after the answer.
    :ivar refuse_entry: given the id and the secret of one read of BatchGetSecretValue, raises the
        error that a fault has it meet; None where there is no fault.
    """

    operation: str
    caller: Caller
    parameters: Mapping[str, Any]
    denials: Denials
    region: str
    now: datetime
    random: Random
    store: Store
    keys: KeyRing
    functions: RotationFunctions
    found: list[StoredSecret]
    rotations_requested: list[RotationRequest]
    refuse_entry: Callable[[str, StoredSecret | None], object] | None = None

    @property
    def account(self) -> str:
        """The account of the caller."""
        return self.caller.account

    @property
    def own_secrets(self) -> RegionSecrets:
        """The caller's own secrets in the Region of the call."""
        return self.store.region(self.account, self.region)

    def find(self, secret_id: str) -> StoredSecret:
        """Return the secret that is meant, in whatever state it is."""
        secret = self.store.find(secret_id, self.caller.account, self.region)
        if secret is not None:
            self.found.append(secret)
        if secret is None or self.denials or not is_open_to_owner(secret, self.caller):
            self.authorize(secret_id, secret)
        if secret is None:
            raise not_found()
        return secret

    def find_usable(self, secret_id: str) -> StoredSecret:
        """Return the secret that is meant, unless it is scheduled for deletion."""
        secret = self.find(secret_id)
        if secret.is_scheduled_for_deletion:
            raise invalid_request(MARKED_FOR_DELETION)
        return secret

    def find_changeable(self, secret_id: str, *, or_replica: bool = False) -> StoredSecret:
        """Return the secret that is meant, if it is the caller's to change."""
        secret = self.find_usable(secret_id)
        refuse_managed(secret)
        if not or_replica:
            refuse_replica(secret)
        return secret

    def put(self, secret: StoredSecret) -> None:
        """Let a secret take the place of what it was; its replicas follow."""
        self.store.put(secret)

    def new_arn(self, name: str) -> str:
        """Return the ARN of a secret that is being created."""
        return secret_arn(self.region, self.account, name, new_suffix(self.random))

    def attempt(
        self,
        secret_id: str | None = None,
        secret: StoredSecret | None = None,
        *,
        operation: str | None = None,
    ) -> Attempt:
        """Return what the caller is about to do to a secret, or at all.

        :param operation: another one than that of the call, whose permission is needed as well.
        """
        return Attempt(
            caller=self.caller,
            operation=operation or self.operation,
            region=self.region,
            now=self.now,
            parameters=self.parameters,
            resource=secret_id,
            secret=secret,
        )

    def authorize(
        self,
        secret_id: str | None = None,
        secret: StoredSecret | None = None,
        *,
        operation: str | None = None,
    ) -> None:
        """Refuse what the caller may not do; the parameters are those of :meth:`attempt`."""
        authorize(self.attempt(secret_id, secret, operation=operation), self.denials)

    def refuse_default_key(self, secret: StoredSecret, kms_key_id: str | None) -> None:
        """Refuse to let another account use AWS's own key, whose policy nobody can change."""
        default = kms_key_id is None or kms_key_id.endswith("alias/aws/secretsmanager")
        # LocalStack recording test_cross_account_access.
        if default and secret.account != self.account:
            raise invalid_request(
                "You can't access a secret from a different AWS account if you encrypt the secret "
                "with the default KMS service key."
            )


def refuse_managed(secret: StoredSecret) -> None:
    """Refuse to change a secret that another AWS service manages.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
    """
    # The guide has this sentence as a heading; how AWS names the service in it is not known.
    if secret.owning_service is not None:
        raise invalid_request(
            f"This secret is managed by {secret.owning_service}, "
            "and you must use that service to update it."
        )


def refuse_replica(secret: StoredSecret) -> None:
    """Refuse to change a secret that follows another."""
    # AWS's text for replicas in another account is not known; it copies the one below.
    if isinstance(secret.replication, AccountReplica):
        raise invalid_parameter(
            "Operation not permitted on a replica secret. "
            "Call must be made in primary secret's account."
        )
    # gruntwork-io/cloud-nuke#435 (Delete), lgallard/terraform-aws-secrets-manager#188 (policy).
    if secret.primary_arn is not None:
        raise invalid_parameter(
            "Operation not permitted on a replica secret. "
            "Call must be made in primary secret's region."
        )
