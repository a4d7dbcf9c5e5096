"""What a test author writes to have a secret exist."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Final, NamedTuple

from .._aws.arn import is_arn, is_region_beside, new_suffix, new_uuid, secret_arn
from .._aws.errors import ServiceError
from .._aws.iam.policy import DEFAULT_POLICY, Policy, read_policy
from .._aws.model.replica import new_replica
from .._aws.model.replication import NOT_REPLICATED, Primary, ReplicaRegion
from .._aws.model.secret import (
    CURRENT,
    DEFAULT_WINDOW_DAYS,
    MAX_LABELS,
    PENDING,
    PREVIOUS,
    StoredSecret,
    StoredVersion,
    midnight,
)
from .._aws.model.values import Json, SeedValue, Value, text_or_bytes
from .._errors import HIDE_MISUSE, UsageError
from .._guidance import guided
from .._settings import Settings, check_account, check_region
from .checks import (
    check_day,
    check_key,
    check_key_region,
    check_labels,
    check_moment,
    check_name,
    check_recovery_window,
    check_suffix,
    check_tags,
    check_text,
    check_version_id,
    checked_replicas,
    refuse_twice,
)

__tracebackhide__ = HIDE_MISUSE

_MAX_TEXT: Final = 2048
_LONGEST: Final = {"type": 256, "owning_service": 128}


@guided({})
@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret.

    :param value: str, bytes, or dict or list (kept as JSON); None for a version that a rotation
        has reserved and not filled yet.
    :param labels: its staging labels; none for a deprecated version.
    :param id: 32 to 64 characters; invented by default.
    :param created: with a time zone; the secret's date by default.
    :param last_accessed: the day of the last read; never by default.
    :param kms_key_id: the key that it is encrypted with; the secret's by default.
    """

    value: SeedValue | None = field(default=None, repr=False)
    labels: Sequence[str] = ()
    id: str | None = None
    created: datetime | None = None
    last_accessed: date | None = None
    kms_key_id: str | None = None

    def __post_init__(self) -> None:
        if self.value is not None:
            text_or_bytes(self.value)
        check_labels(self.labels)
        object.__setattr__(self, "labels", tuple(self.labels))
        check_version_id(self.id)
        check_moment("created", self.created)
        check_day("last_accessed", self.last_accessed)
        check_text("a version", "kms_key_id", self.kms_key_id, _MAX_TEXT)
        check_key("a version", self.kms_key_id)


@guided({})
@dataclass(frozen=True, slots=True)
class Secret:
    """The description of one secret, to seed with.

    :param name: 1 to 512 of the characters that AWS allows: letters, digits and ``/_+=.@!-``.
    :param value: the AWSCURRENT value: str, bytes, or dict or list (kept as JSON). Without it,
        and without `versions`, the secret has no value yet.
    :param previous: the AWSPREVIOUS value.
    :param pending: the AWSPENDING value.
    :param versions: all versions, each a :class:`Version`, instead of the three above.
    :param description: at most 2,048 characters.
    :param tags: key to value, at most 50.
    :param kms_key_id: id, ARN or alias of a key; AWS's own ``aws/secretsmanager`` by default.
    :param deleted: when its deletion was requested, with a time zone, as DescribeSecret's
        DeletedDate; True for now.
    :param recovery_window_in_days: 7 to 30, counted from `deleted`; 30 by default. A secret whose
        window has ended is gone at once.
    :param created: with a time zone; now by default.
    :param last_changed: with a time zone; the same as `created` by default.
    :param last_accessed: the day of the last read; never by default.
    :param arn_suffix: the six characters at the end of the ARN; random by default.
    :param region: the fake's by default.
    :param account: twelve digits; the fake's by default.
    :param replicas: the Regions that it is replicated to.
    :param type: the kind of a managed external secret.
    :param owning_service: the AWS service that manages the secret, such as ``rds``.
    :param policy: the resource policy, as JSON text or as the dict of it.
    :raises UsageError: for what could not exist in AWS.
    """

    name: str
    value: SeedValue | None = field(default=None, repr=False)
    previous: SeedValue | None = field(default=None, repr=False, kw_only=True)
    pending: SeedValue | None = field(default=None, repr=False, kw_only=True)
    versions: Iterable[Version] = field(default=(), kw_only=True)
    description: str | None = field(default=None, kw_only=True)
    tags: Mapping[str, str] | None = field(default=None, kw_only=True)
    kms_key_id: str | None = field(default=None, kw_only=True)
    deleted: bool | datetime = field(default=False, kw_only=True)
    recovery_window_in_days: int | None = field(default=None, kw_only=True)
    created: datetime | None = field(default=None, kw_only=True)
    last_changed: datetime | None = field(default=None, kw_only=True)
    last_accessed: date | None = field(default=None, kw_only=True)
    arn_suffix: str | None = field(default=None, kw_only=True)
    region: str | None = field(default=None, kw_only=True)
    account: str | None = field(default=None, kw_only=True)
    replicas: Iterable[str] = field(default=(), kw_only=True)
    type: str | None = field(default=None, kw_only=True)
    owning_service: str | None = field(default=None, kw_only=True)
    policy: str | Mapping[str, Json] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_name(self.name)
        # What the caller does to the arguments later is not to change the description.
        object.__setattr__(self, "versions", tuple(self._given_versions()))
        self._check_details()
        replicas = checked_replicas(f"secret {self.name!r}", self.replicas, deleted=self.deleted)
        object.__setattr__(self, "replicas", replicas)
        object.__setattr__(self, "tags", None if self.tags is None else dict(self.tags))
        _check_versions(f"secret {self.name!r}", self.versions)

    def _given_versions(self) -> Iterable[Version]:
        short = {CURRENT: self.value, PREVIOUS: self.previous, PENDING: self.pending}
        try:
            given = [Version(value, [label]) for label, value in short.items() if value is not None]
        except UsageError as error:
            raise UsageError(f"Secret {self.name!r}: {error}") from None
        if isinstance(self.versions, Version):
            raise UsageError(f"versions= of secret {self.name!r} is one Version. Give a list.")
        versions = tuple(self.versions)
        if given and versions:
            raise UsageError(
                f"Secret {self.name!r} has versions= and one of value, previous= and pending=. "
                "Give either, not both."
            )
        return versions or given

    def _check_details(self) -> None:
        secret = f"secret {self.name!r}"
        if self.region is not None:
            check_region(self.region)
        if self.account is not None:
            check_account(self.account)
        check_suffix(secret, self.arn_suffix)
        for member in ("description", "kms_key_id", "type", "owning_service"):
            check_text(secret, member, getattr(self, member), _LONGEST.get(member, _MAX_TEXT))
        check_key(secret, self.kms_key_id)
        if self.tags is not None:
            check_tags(secret, self.tags)
        for member in ("created", "last_changed"):
            check_moment(member, getattr(self, member))
        check_day("last_accessed", self.last_accessed)
        _policies(secret, self.policy)
        if not isinstance(self.deleted, bool):
            check_moment("deleted", self.deleted)
        check_recovery_window(secret, self.recovery_window_in_days, deleted=self.deleted)


class NamedValue(NamedTuple):
    """The description of a secret of which only the name and the value are said.

    Most secrets of large suites are such, so they are stored without a :class:`Secret`.
    """

    name: str
    value: Value | None
    region: None = None
    account: None = None


Seed = Mapping[str, SeedValue | Secret] | Secret
Description = Secret | NamedValue


def read(seeds: Iterable[Seed | Description]) -> list[Description]:
    """Return the secrets that `seeds` describe.

    :raises UsageError: for what is neither a mapping of names to values nor a :class:`Secret`.
    """
    return [secret for seed in seeds for secret in _read_one(seed)]


def without_repeated(secrets: Iterable[Description], settings: Settings) -> Iterable[Description]:
    """Return descriptions; of several of one secret, the last."""
    region, account = settings.region, settings.account
    return {
        (secret.name, secret.region or region, secret.account or account): secret
        for secret in secrets
    }.values()


def names_region(seed: Description) -> bool:
    """Tell whether a description says where other secrets than this one lie, or may not lie."""
    return isinstance(seed, Secret) and bool(
        seed.region or seed.replicas or any(is_arn(key or "") for key in _keys(seed))
    )


def named_value(name: str, value: SeedValue | None) -> NamedValue:
    """Describe a secret by its name and its value; None for a secret without a value.

    :raises UsageError: for what could not exist in AWS.
    """
    check_name(name)
    try:
        return NamedValue(name, None if value is None else text_or_bytes(value))
    except UsageError as error:
        raise UsageError(f"Secret {name!r}: {error}") from None


def store(
    seed: Description, settings: Settings, now: datetime, random: Random, creation_order: int
) -> StoredSecret:
    """Turn a description into a secret as the service keeps it."""
    if isinstance(seed, NamedValue):
        return _store_value(seed, settings, now, random, creation_order)
    created = _moment(seed.created) or now
    region = seed.region or settings.region
    for key in _keys(seed):
        check_key_region(f"secret {seed.name!r}", key, region)
    versions = [_stored_version(version, seed, created, random) for version in seed.versions]
    requested = _moment(now if seed.deleted is True else seed.deleted or None)
    return StoredSecret(
        name=seed.name,
        arn=secret_arn(
            region,
            seed.account or settings.account,
            seed.name,
            seed.arn_suffix or new_suffix(random),
        ),
        created=created,
        last_changed=_moment(seed.last_changed) or created,
        versions={version.id: version for version in versions},
        labels={
            label: kept.id
            for kept, version in zip(versions, seed.versions, strict=True)
            for label in version.labels
        },
        description=seed.description or None,
        kms_key_id=seed.kms_key_id or None,
        type=seed.type or None,
        tags=None if seed.tags is None else dict(seed.tags),
        last_accessed=_day(seed.last_accessed),
        deletion_requested=requested,
        recovery_window_ends=requested and requested + _recovery_window(seed),
        owning_service=seed.owning_service,
        replication=_replication(seed, region),
        creation_order=creation_order,
        policies=_policies(seed.name, seed.policy),
    )


def _keys(seed: Secret) -> list[str | None]:
    return [seed.kms_key_id, *(version.kms_key_id for version in seed.versions)]


def _store_value(
    seed: NamedValue, settings: Settings, now: datetime, random: Random, creation_order: int
) -> StoredSecret:
    versions, labels = {}, {}
    if seed.value is not None:
        version = StoredVersion(id=new_uuid(random), value=seed.value, created=now)
        versions[version.id] = version
        labels[CURRENT] = version.id
    return StoredSecret(
        name=seed.name,
        arn=secret_arn(settings.region, settings.account, seed.name, new_suffix(random)),
        created=now,
        last_changed=now,
        versions=versions,
        labels=labels,
        creation_order=creation_order,
    )


def store_replicas(
    primary: StoredSecret, next_creation_order: Callable[[], int]
) -> list[StoredSecret]:
    """Return the replicas that the description of a secret asks for."""
    return [
        new_replica(primary, region, created=primary.created, creation_order=next_creation_order())
        for region in primary.as_primary.regions
    ]


def _read_one(seed: Seed | Description) -> list[Description]:
    if isinstance(seed, (Secret, NamedValue)):
        return [seed]
    if isinstance(seed, Mapping):
        return [_named(name, value) for name, value in seed.items()]
    message = (
        f"A seed of type {type(seed).__name__} is not the description of a secret. "
        "Give a dict of names to values, or Secret(name, value, …)."
    )
    raise UsageError(message)


def _named(name: str, value: SeedValue | Secret) -> Description:
    if value is None:
        raise UsageError(
            f"The value of secret {name!r} is None. Give the value, or, for a secret that has none "
            f"yet, the description Secret({name!r})."
        )
    if not isinstance(value, Secret):
        return named_value(name, value)
    if value.name != name:
        message = (
            f"The seed {name!r} holds a Secret of another name, {value.name!r}. Give one name."
        )
        raise UsageError(message)
    return value


def _stored_version(
    version: Version, seed: Secret, created: datetime, random: Random
) -> StoredVersion:
    return StoredVersion(
        id=version.id or new_uuid(random),
        value=None if version.value is None else text_or_bytes(version.value),
        created=_moment(version.created) or created,
        kms_key_id=version.kms_key_id or seed.kms_key_id or None,
        last_accessed=_day(version.last_accessed),
    )


def _replication(seed: Secret, own: str) -> Primary:
    if not seed.replicas:
        return NOT_REPLICATED
    for region in seed.replicas:
        if region == own:
            raise UsageError(f"replicas= of secret {seed.name!r} names its own Region, {own}.")
        if not is_region_beside(own, region):
            raise UsageError(
                f"replicas= of secret {seed.name!r} names {region}, which botocore does not know "
                f"beside {own}. Secrets are replicated within one partition of AWS."
            )
    return Primary(regions={region: ReplicaRegion() for region in seed.replicas})


def _policies(secret: str, policy: str | Mapping[str, Json] | None) -> dict[str, Policy]:
    if policy is None:
        return {}
    try:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        return {DEFAULT_POLICY: read_policy(text)}
    except (TypeError, ValueError, ServiceError) as error:
        reason = error.message if isinstance(error, ServiceError) else str(error)
        message = f"policy= of {secret} is not one that AWS accepts: {reason}"
        raise UsageError(message) from None


def _check_versions(secret: str, versions: Iterable[Version]) -> None:
    for version in versions:
        if not isinstance(version, Version):
            raise UsageError(
                f"versions= of {secret} holds a {type(version).__name__}. "
                "Give Version(value, labels)."
            )
        if version.value is None and CURRENT in version.labels:
            raise UsageError(f"The AWSCURRENT version of {secret} has no value. Give it one.")
    labels = [label for version in versions for label in version.labels]
    refuse_twice(f"S{secret[1:]}", "staging label", labels, "A label is on one version.")
    ids = [version.id for version in versions if version.id is not None]
    refuse_twice(f"S{secret[1:]}", "version id", ids, "Each version has its own.")
    if len(labels) > MAX_LABELS:
        raise UsageError(
            f"S{secret[1:]} has {len(labels)} staging labels. AWS allows {MAX_LABELS}."
        )
    if any(version.value is not None for version in versions) and CURRENT not in labels:
        raise UsageError(
            f"No version of {secret} is AWSCURRENT. Give one of them that label: in AWS, the first "
            "value of a secret has it. What a rotation has reserved has no value."
        )


def _moment(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(timezone.utc)


def _day(day: date | None) -> datetime | None:
    if isinstance(day, datetime):
        return midnight(day.astimezone(timezone.utc))
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


def _recovery_window(seed: Secret) -> timedelta:
    return timedelta(days=seed.recovery_window_in_days or DEFAULT_WINDOW_DAYS)
