"""What a test author writes to have a secret exist."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Final

from . import _arn
from ._errors import HIDE_MISUSE, UsageError
from ._secret import (
    CURRENT,
    MAX_LABELS,
    MAX_TAGS,
    MAX_VALUE_BYTES,
    PENDING,
    PREVIOUS,
    StoredSecret,
    StoredVersion,
    Value,
    midnight,
)
from ._settings import Settings, check_account, check_region
from ._validation import NAME

__tracebackhide__ = HIDE_MISUSE

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
SeedValue = str | bytes | Sequence[Json] | Mapping[str, Json]

RECOVERY_WINDOW: Final = timedelta(days=30)
_MAX_NAME: Final = 512
_MAX_TEXT: Final = 2048
_VERSION_ID_LENGTHS: Final = range(32, 65)


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
        if isinstance(self.labels, str):
            message = f"labels={self.labels!r} is one string. Give a list: [{self.labels!r}]."
            raise UsageError(message)
        if self.id is not None and len(self.id) not in _VERSION_ID_LENGTHS:
            message = f"Version id {self.id!r} has {len(self.id)} characters. AWS's have 32 to 64."
            raise UsageError(message)
        _check_moment("created", self.created)


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
    :param deleted: True for a secret that was scheduled for deletion at this moment with the
        default window of 30 days; a datetime for the end of its window.
    :param created: with a time zone; now by default.
    :param last_changed: with a time zone; the same as `created` by default.
    :param last_accessed: the day of the last read; never by default.
    :param arn_suffix: the six characters at the end of the ARN; random by default.
    :param region: the fake's by default.
    :param account: twelve digits; the fake's by default.
    :param type: the kind of a managed external secret.
    :param owning_service: the AWS service that manages the secret, such as ``rds``.
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
    created: datetime | None = field(default=None, kw_only=True)
    last_changed: datetime | None = field(default=None, kw_only=True)
    last_accessed: date | None = field(default=None, kw_only=True)
    arn_suffix: str | None = field(default=None, kw_only=True)
    region: str | None = field(default=None, kw_only=True)
    account: str | None = field(default=None, kw_only=True)
    type: str | None = field(default=None, kw_only=True)
    owning_service: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check_name(self.name)
        object.__setattr__(self, "versions", tuple(self._versions()))
        _check_versions(self.name, self.versions)
        _check_details(self)

    def _versions(self) -> Iterable[Version]:
        short = {CURRENT: self.value, PREVIOUS: self.previous, PENDING: self.pending}
        given = [Version(value, [label]) for label, value in short.items() if value is not None]
        versions = tuple(self.versions)
        if given and versions:
            message = (
                f"Secret {self.name!r} has versions= and one of value, previous= and pending=. "
                "Give either, not both."
            )
            raise UsageError(message)
        return versions or given


Seed = Mapping[str, SeedValue | Secret | None] | Secret


def read(seeds: Iterable[Seed]) -> list[Secret]:
    """Return the secrets that `seeds` describe; of one name, the last.

    :raises UsageError: for what is neither a mapping of names to values nor a :class:`Secret`.
    """
    secrets = [secret for seed in seeds for secret in _read_one(seed)]
    return list(
        {(secret.name, secret.region, secret.account): secret for secret in secrets}.values()
    )


def store(
    seed: Secret, settings: Settings, now: datetime, random: Random, serial: int
) -> StoredSecret:
    """Turn a description into a secret as the service keeps it."""
    created = _moment(seed.created) or now
    versions = [_stored_version(version, seed, created, random) for version in seed.versions]
    return StoredSecret(
        name=seed.name,
        arn=_arn.compose(
            seed.region or settings.region,
            seed.account or settings.account,
            seed.name,
            seed.arn_suffix or _arn.new_suffix(random),
        ),
        created=created,
        changed=_moment(seed.last_changed) or created,
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
        accessed=_day(seed.last_accessed),
        deletion=_deletion(seed.deleted, now),
        owning_service=seed.owning_service,
        serial=serial,
    )


def text_or_bytes(value: SeedValue) -> Value:
    """Return a value as AWS keeps it: dict and list as JSON.

    :raises UsageError: for what is neither text, bytes nor JSON, is empty, or is too long.
    """
    if isinstance(value, (str, bytes)):
        stored: Value = value
    elif isinstance(value, (bytearray, memoryview)):
        stored = bytes(value)
    elif isinstance(value, (Mapping, list, tuple)):
        stored = _json(value)
    else:
        message = (
            f"A {type(value).__name__} cannot be the value of a secret. "
            "Give str, bytes, or a dict or list (kept as JSON)."
        )
        raise UsageError(message)
    _check_size(stored)
    return stored


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        # The error's own text names types, never values.
        message = f"A dict or list as a value must be JSON: {error}. Give str or bytes instead."
        raise UsageError(message) from None


def _check_size(value: Value) -> None:
    size = len(value.encode()) if isinstance(value, str) else len(value)
    if size == 0:
        message = "AWS takes an empty value for none. Leave it out for a secret without a value."
        raise UsageError(message)
    if size > MAX_VALUE_BYTES:
        message = f"A value of {size:,} bytes is too long: AWS allows {MAX_VALUE_BYTES:,}."
        raise UsageError(message)


def _read_one(seed: Seed) -> list[Secret]:
    if isinstance(seed, Secret):
        return [seed]
    if isinstance(seed, Mapping):
        return [_named(name, value) for name, value in seed.items()]
    message = (
        f"A seed of type {type(seed).__name__} describes no secret. "
        "Give a dict of names to values, or Secret(name, value, …)."
    )
    raise UsageError(message)


def _named(name: str, value: SeedValue | Secret | None) -> Secret:
    if not isinstance(value, Secret):
        return Secret(name, value)
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
        id=version.id or str(uuid.UUID(int=random.getrandbits(128), version=4)),
        value=None if version.value is None else text_or_bytes(version.value),
        created=_moment(version.created) or created,
        kms_key_id=version.kms_key_id or seed.kms_key_id or None,
        accessed=_day(version.last_accessed),
    )


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        message = (
            f"{name!r} is not a name that AWS accepts. "
            "Use letters, digits and any of -/_+=.@! (and no ARN: AWS makes it)."
        )
        raise UsageError(message)
    if len(name) > _MAX_NAME:
        message = f"The name {name[:20]!r}… has {len(name)} characters. AWS allows {_MAX_NAME}."
        raise UsageError(message)


def _check_versions(name: str, versions: Iterable[Version]) -> None:
    for version in versions:
        if not isinstance(version, Version):
            message = (
                f"versions= of secret {name!r} holds a {type(version).__name__}. "
                "Give Version(value, labels)."
            )
            raise UsageError(message)
        if version.value is not None:
            text_or_bytes(version.value)
    labels = [label for version in versions for label in version.labels]
    _refuse_twice(name, "staging label", labels, "A label is on one version.")
    ids = [version.id for version in versions if version.id is not None]
    _refuse_twice(name, "version id", ids, "Each version has its own.")
    if len(labels) > MAX_LABELS:
        message = f"Secret {name!r} has {len(labels)} staging labels. AWS allows {MAX_LABELS}."
        raise UsageError(message)
    if any(version.value is not None for version in versions) and CURRENT not in labels:
        message = f"No version of secret {name!r} is AWSCURRENT. Give one of them that label."
        raise UsageError(message)


def _refuse_twice(name: str, what: str, given: Sequence[str], rule: str) -> None:
    twice = sorted({item for item in given if given.count(item) > 1})
    if twice:
        message = f"Secret {name!r} has the {what} {twice[0]!r} twice. {rule}"
        raise UsageError(message)


def _check_details(seed: Secret) -> None:
    if seed.region is not None:
        check_region(seed.region)
    if seed.account is not None:
        check_account(seed.account)
    if seed.arn_suffix is not None and not _arn.SUFFIX.fullmatch(seed.arn_suffix):
        message = (
            f"arn_suffix={seed.arn_suffix!r} of secret {seed.name!r} is not AWS's. "
            "Give six letters or digits, like 'a1b2c3'."
        )
        raise UsageError(message)
    for member in ("description", "kms_key_id"):
        if len(getattr(seed, member) or "") > _MAX_TEXT:
            message = f"{member}= of secret {seed.name!r} is longer than {_MAX_TEXT:,} characters."
            raise UsageError(message)
    _check_tags(seed)
    for member in ("created", "last_changed"):
        _check_moment(member, getattr(seed, member))
    if not isinstance(seed.deleted, bool):
        _check_moment("deleted", seed.deleted)


def _check_tags(seed: Secret) -> None:
    tags = seed.tags or {}
    if not isinstance(tags, Mapping):
        message = f"tags= of secret {seed.name!r} is no mapping. Give {{'team': 'web'}}."
        raise UsageError(message)
    if len(tags) > MAX_TAGS:
        message = f"Secret {seed.name!r} has {len(tags)} tags. AWS allows {MAX_TAGS}."
        raise UsageError(message)


def _check_moment(member: str, moment: object) -> None:
    if moment is None or (isinstance(moment, datetime) and moment.tzinfo is not None):
        return
    message = (
        f"{member}={moment!r} is not a moment. "
        "Give a datetime with a time zone: datetime(2026, 1, 31, tzinfo=timezone.utc)."
    )
    raise UsageError(message)


def _moment(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(timezone.utc)


def _day(day: date | None) -> datetime | None:
    if isinstance(day, datetime):
        return midnight(day.astimezone(timezone.utc))
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


def _deletion(deleted: bool | datetime, now: datetime) -> datetime | None:
    if isinstance(deleted, datetime):
        return _moment(deleted)
    return now + RECOVERY_WINDOW if deleted else None
