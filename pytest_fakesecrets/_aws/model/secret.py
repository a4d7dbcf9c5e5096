"""A secret as the service keeps it: an immutable value, and how its staging labels move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ..errors import ServiceError
from ..iam.policy import Policy
from .replication import NOT_REPLICATED, AccountReplica, Primary, RegionReplica, Replication
from .rotation import Rotation
from .values import Value

CURRENT: Final = "AWSCURRENT"
PREVIOUS: Final = "AWSPREVIOUS"
PENDING: Final = "AWSPENDING"

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
MAX_LABELS: Final = 20
MAX_VERSIONS: Final = 100
MAX_TAGS: Final = 50
SYSTEM_TAG: Final = "aws:"

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
DEFAULT_WINDOW_DAYS: Final = 30
RECOVERY_WINDOW_DAYS: Final = range(7, 31)
_PROTECTED_AGE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """One version; without a value while a rotation has only reserved its id."""

    id: str
    value: Value | None = field(repr=False)
    created: datetime
    kms_key_id: str | None = None
    last_accessed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """One secret with its versions; `labels` maps each staging label to the one version it is on.

    Optional members are None where AWS leaves them out of its answers. A secret that is scheduled
    for deletion has both `deletion_requested`, the moment of the DeleteSecret request, and
    `recovery_window_ends`; `creation_order` grows from one creation to the next.
    """

    name: str
    arn: str
    created: datetime
    last_changed: datetime
    versions: Mapping[str, StoredVersion] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    kms_key_id: str | None = None
    type: str | None = None
    tags: Mapping[str, str] | None = None
    last_accessed: datetime | None = None
    deletion_requested: datetime | None = None
    recovery_window_ends: datetime | None = None
    owning_service: str | None = None
    replication: Replication = NOT_REPLICATED
    creation_token: str | None = None
    creation_order: int = 0
    policies: Mapping[str, Policy] = field(default_factory=dict)
    rotation: Rotation | None = None

    @property
    def region(self) -> str:
        """The Region that it lies in."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account that owns it."""
        return self.arn.split(":")[4]

    @property
    def as_primary(self) -> Primary:
        """What it replicates to; a replica replicates to nothing."""
        return self.replication if isinstance(self.replication, Primary) else NOT_REPLICATED

    @property
    def primary_arn(self) -> str | None:
        """The ARN of the secret that it is a replica of."""
        if isinstance(self.replication, (RegionReplica, AccountReplica)):
            return self.replication.primary_arn
        return None

    @property
    def primary_region(self) -> str | None:
        """The Region of the primary, where Regions share it."""
        if isinstance(self.replication, RegionReplica):
            return self.replication.primary_arn.split(":")[3]
        return self.region if self.as_primary.regions else None

    @property
    def current(self) -> StoredVersion | None:
        """The version that has AWSCURRENT."""
        return self.labelled(CURRENT)

    @property
    def pending_version_id(self) -> str | None:
        """The version of a rotation that has not ended: it has AWSPENDING and not AWSCURRENT."""
        pending = self.labels.get(PENDING)
        return None if pending == self.labels.get(CURRENT) else pending

    @property
    def rotation_source(self) -> str | None:
        """What rotates it: a Lambda function, the service that owns it, or its partner's type."""
        lambda_arn = self.rotation and self.rotation.lambda_arn
        return lambda_arn or self.owning_service or self.type

    @property
    def rotation_due(self) -> datetime | None:
        """When it is to be rotated; a replica follows the rotation of its primary."""
        if self.rotation is None or self.primary_arn is not None:
            return None
        # Of a partner's secret whose Type was cleared; what AWS then does is not known.
        if self.rotation_source is None:
            return None
        return self.rotation.due

    @property
    def is_scheduled_for_deletion(self) -> bool:
        """Whether DeleteSecret was called and the recovery window has not ended."""
        return self.deletion_requested is not None

    def labelled(self, label: str) -> StoredVersion | None:
        """Return the version that has a label."""
        version_id = self.labels.get(label)
        return None if version_id is None else self.versions[version_id]

    def labels_of(self, version_id: str) -> list[str]:
        """Return the labels of one version, in alphabetical order."""
        # So in three published describe-secret outputs; not documented, and recordings are sorted.
        return sorted(label for label, holder in self.labels.items() if holder == version_id)

    def labels_by_version(self) -> dict[str, list[str]]:
        """Return the labels of each version that has any, ordered by version id."""
        return {
            version_id: self.labels_of(version_id)
            # Ascending in five published outputs of AWS; not documented.
            for version_id in sorted(set(self.labels.values()))
        }

    def attach(self, label: str, version_id: str) -> StoredSecret:
        """Move a label to a version, or put a new one on it.

        AWSCURRENT leaves AWSPREVIOUS behind; all other labels stay where they are.
        """
        if label != CURRENT:
            return self._relabelled({**self.labels, label: version_id})
        demoted = self.labels.get(CURRENT)
        if demoted == version_id:
            return self
        # LocalStack recordings test_update_secret_version_stages_*, custom_stages_1 to 3.
        labels = {**self.labels, CURRENT: version_id}
        labels.pop(PREVIOUS, None)
        if demoted is not None:
            labels[PREVIOUS] = demoted
        return self._relabelled(labels)

    def scheduled_for_deletion(self, now: datetime, ends: datetime) -> StoredSecret:
        """Begin the recovery window.

        AWS turns the rotation off, and keeps function, labels, tags and key; that it keeps the
        rules is a guess. One recording, with a window of 7 days: DeletedDate is the moment of the
        request, not the window's end.
        https://github.com/cloud-custodian/cloud-custodian, test_secrets_manager_delete
        """
        return replace(
            self,
            deletion_requested=now,
            recovery_window_ends=ends,
            last_changed=now,
            rotation=self.rotation and self.rotation.cancelled(),
        )

    def restored(self, now: datetime) -> StoredSecret:
        """End the recovery window. Nothing tells that AWS turns the rotation on again."""
        # DeletedDate goes: LocalStack recording test_secret_restore. LastChangedDate is a guess.
        return replace(self, deletion_requested=None, recovery_window_ends=None, last_changed=now)

    def detach(self, label: str) -> StoredSecret:
        """Take a label away from the version that has it."""
        return self._relabelled({name: on for name, on in self.labels.items() if name != label})

    def with_value(self, version: StoredVersion, labels: Iterable[str]) -> StoredSecret:
        """Add a version with a value, or fill one that a rotation reserved.

        A new current value ends a rotation under way, whose AWSPENDING goes: the event
        RotationAbandoned of
        https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieve-ct-entries.html
        """
        wanted = set(labels)
        # "If this is the first version … AWSCURRENT is attached to it": PutSecretValue's page.
        if not any(known.value is not None for known in self.versions.values()):
            wanted.add(CURRENT)
        secret = replace(self, versions={**self.versions, version.id: version})
        if CURRENT in wanted:
            secret = secret.detach(PENDING).attach(CURRENT, version.id)
            # "Manually updating the secret value … is considered a valid rotation":
            # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
            rotation = secret.rotation and secret.rotation.replaced_by_hand(version.created)
            secret = replace(secret, rotation=rotation)
        for label in sorted(wanted - {CURRENT}):
            secret = secret.attach(label, version.id)
        return secret.within_quota(version.created)

    def with_reserved(
        self, version_id: str, now: datetime, value: Value | None = None
    ) -> StoredSecret:
        """Add the AWSPENDING version of a rotation; its value is put later."""
        # PutSecretValue will date it anew; which of the moments AWS shows is not known.
        version = StoredVersion(id=version_id, value=value, created=now, kms_key_id=self.kms_key_id)
        secret = replace(self, versions={**self.versions, version_id: version})
        return secret.attach(PENDING, version_id).within_quota(now)

    def without_pending(self, version_id: str) -> StoredSecret:
        """Take AWSPENDING off a version, and forget it where it had no other label."""
        pending = self.labels.get(PENDING) == version_id
        secret = self.detach(PENDING) if pending else self
        if secret.labels_of(version_id):
            return secret
        versions = {key: kept for key, kept in secret.versions.items() if key != version_id}
        return replace(secret, versions=versions)

    def read_at(self, version_id: str, now: datetime) -> StoredSecret:
        """Note that a version was read: AWS keeps the day, as midnight UTC."""
        # LocalStack recording test_last_accessed_date; of versions, ..._current_pending_cycle.
        today = midnight(now)
        if self.last_accessed == today == self.versions[version_id].last_accessed:
            return self
        version = replace(self.versions[version_id], last_accessed=today)
        return replace(self, last_accessed=today, versions={**self.versions, version_id: version})

    def encrypted_with(self, kms_key_id: str | None) -> StoredSecret:
        """Use another key, for the three versions that AWS re-encrypts and for those to come.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
        """
        again = {self.labels.get(label) for label in (CURRENT, PENDING, PREVIOUS)}
        versions = {
            version_id: replace(version, kms_key_id=kms_key_id) if version_id in again else version
            for version_id, version in self.versions.items()
        }
        return replace(self, kms_key_id=kms_key_id, versions=versions)

    def has_arn(self, arn: str) -> bool:
        """Tell whether an ARN, complete or partial, is that of this secret."""
        return arn in (self.arn, self.arn[: -len("-suffix")])

    def _relabelled(self, labels: Mapping[str, str]) -> StoredSecret:
        if len(labels) > MAX_LABELS:
            raise ServiceError("LimitExceededException")
        return replace(self, labels=labels)

    def within_quota(self, now: datetime) -> StoredSecret:
        """Forget the oldest unlabelled versions over the quota, but none of the last 24 hours."""
        excess = len(self.versions) - MAX_VERSIONS
        if excess <= 0:
            return self
        labelled = set(self.labels.values())
        forgettable = sorted(
            (
                version
                for version in self.versions.values()
                if version.id not in labelled and now - version.created > _PROTECTED_AGE
            ),
            key=lambda version: version.created,
        )[:excess]
        if len(forgettable) < excess:
            raise ServiceError("LimitExceededException")
        forgotten = {version.id for version in forgettable}
        kept = {key: version for key, version in self.versions.items() if key not in forgotten}
        return replace(self, versions=kept)


def own_tags(keys: Iterable[str]) -> list[str]:
    """Return the tags that count toward the quota: those that AWS sets itself do not."""
    return [key for key in keys if not key.startswith(SYSTEM_TAG)]


def midnight(moment: datetime) -> datetime:
    """Return the beginning of a moment's day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
