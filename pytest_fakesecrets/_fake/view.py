"""Secrets as a test sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._aws.iam.policy import DEFAULT_POLICY
from .._aws.model.secret import CURRENT, PENDING, PREVIOUS
from .._botocore.clients import decide_region
from .._errors import HIDE_MISUSE, UsageError
from .._guidance import guided
from .guesses import OF_VIEW

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.model.values import Value
    from .._calls.pipeline import Pipeline

__tracebackhide__ = HIDE_MISUSE


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a secret as it was when ``fake[name].versions`` was read.

    :ivar value: str or bytes; None for a version that a rotation has reserved and not filled yet.
    :ivar labels: its staging labels in alphabetical order; none for a deprecated version.
    :ivar id: AWS's VersionId.
    :ivar created: when it came to be, in UTC.
    :ivar last_accessed: the day of the last read, as midnight UTC; None where it was never read.
    :ivar kms_key_id: the key that it is encrypted with; None for AWS's own.
    """

    value: Value | None = field(repr=False)
    labels: tuple[str, ...] = ()
    id: str = field(kw_only=True)
    created: datetime = field(kw_only=True)
    last_accessed: datetime | None = field(default=None, kw_only=True)
    kms_key_id: str | None = field(default=None, kw_only=True)


@guided(OF_VIEW)
class SecretView:
    """A secret as it is now, read-only. Obtained by ``fake[name]`` and ``fake.add(...)``."""

    __slots__ = ("_arn", "_pipeline")

    def __init__(self, pipeline: Pipeline, arn: str) -> None:
        self._pipeline = pipeline
        self._arn = arn

    if not TYPE_CHECKING:  # type checkers refuse it by themselves

        def __setattr__(self, name: str, value: Any) -> None:
            if name not in self.__slots__:
                raise UsageError(
                    f"A view of a secret cannot be changed, here its {name}. Give the secret "
                    "a new value with fake[name] = value; other details with add()."
                )
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        ends = self.recovery_window_ends if self._exists() else None
        scheduled = "" if ends is None else f", scheduled for deletion until {ends:%Y-%m-%d}"
        return f"<SecretView {self.arn}{scheduled}>"

    @property
    def arn(self) -> str:
        """The complete ARN."""
        decide_region(self._pipeline)
        return self._pipeline.placed(self._arn)

    @property
    def name(self) -> str:
        """The name."""
        return self._secret.name

    @property
    def region(self) -> str:
        """The Region that it lies in."""
        decide_region(self._pipeline)
        return self._secret.region

    @property
    def account(self) -> str:
        """The account that owns it."""
        return self._secret.account

    @property
    def value(self) -> Value:
        """The AWSCURRENT value, str or bytes.

        :raises UsageError: where the secret has no value.
        """
        current = self._secret.current
        if current is None or current.value is None:
            message = f"Secret {self.name!r} has no AWSCURRENT value. Its labels: {self.labels}."
            raise UsageError(message)
        return current.value

    @property
    def string(self) -> str:
        """The AWSCURRENT value, which is text: what AWS calls SecretString.

        :raises UsageError: where the value is bytes, or there is none.
        """
        value = self.value
        if not isinstance(value, str):
            raise UsageError(f"The value of secret {self.name!r} is bytes. Read .binary instead.")
        return value

    @property
    def binary(self) -> bytes:
        """The AWSCURRENT value, which is bytes: what AWS calls SecretBinary.

        :raises UsageError: where the value is text, or there is none.
        """
        value = self.value
        if not isinstance(value, bytes):
            raise UsageError(f"The value of secret {self.name!r} is text. Read .string instead.")
        return value

    @property
    def previous(self) -> Value | None:
        """The AWSPREVIOUS value, str or bytes; None where no version has this label."""
        return self._labelled(PREVIOUS)

    @property
    def pending(self) -> Value | None:
        """The AWSPENDING value, str or bytes.

        None where no version has this label, or the one that a rotation reserved has no value yet.
        """
        return self._labelled(PENDING)

    def json(self, label: str = CURRENT) -> Any:
        """Return a value, parsed as JSON.

        :param label: a staging label, such as ``AWSPREVIOUS``; AWSCURRENT by default.
        :raises UsageError: where it is not JSON, or no version with a value has the label.
        """
        value = self.value if label == CURRENT else self._labelled(label)
        if value is None:
            message = f"Secret {self.name!r} has no {label} value. Its labels: {self.labels}."
            raise UsageError(message)
        try:
            return json.loads(value)
        except ValueError:
            kind, other = ("", ".value") if label == CURRENT else (f"{label} ", ".versions")
            message = f"The {kind}value of secret {self.name!r} is not JSON. Read {other} instead."
            raise UsageError(message) from None

    @property
    def versions(self) -> Mapping[str, VersionView]:
        """All versions by id, deprecated ones too."""
        secret = self._secret
        return {
            version.id: VersionView(
                version.value,
                tuple(secret.labels_of(version.id)),
                id=version.id,
                created=version.created,
                last_accessed=version.last_accessed,
                kms_key_id=version.kms_key_id,
            )
            for version in secret.versions.values()
        }

    @property
    def labels(self) -> Mapping[str, str]:
        """Each staging label with the id of its version."""
        return dict(self._secret.labels)

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags, key to value."""
        return dict(self._secret.tags or {})

    @property
    def description(self) -> str | None:
        """The description, None where there is none."""
        return self._secret.description

    @property
    def kms_key_id(self) -> str | None:
        """The key that it is encrypted with, None for AWS's own."""
        return self._secret.kms_key_id

    @property
    def policy(self) -> Any:
        """The resource policy, parsed to a dict; None where there is none."""
        policy = self._secret.policies.get(DEFAULT_POLICY)
        return None if policy is None else json.loads(policy.text)

    @property
    def created(self) -> datetime:
        """When it was created."""
        return self._secret.created

    @property
    def last_changed(self) -> datetime:
        """When it was changed last."""
        return self._secret.last_changed

    @property
    def last_accessed(self) -> datetime | None:
        """The day of the last read, as midnight UTC; None where it was never read."""
        return self._secret.last_accessed

    @property
    def deletion_requested(self) -> datetime | None:
        """When DeleteSecret was called; None where it is not scheduled for deletion.

        AWS calls it DeletedDate.
        """
        return self._secret.deletion_requested

    @property
    def recovery_window_ends(self) -> datetime | None:
        """When it will be gone for good; None where it is not scheduled for deletion.

        AWS calls it DeletionDate.
        """
        return self._secret.recovery_window_ends

    def _labelled(self, label: str) -> Value | None:
        version = self._secret.labelled(label)
        return None if version is None else version.value

    def _exists(self) -> bool:
        return self._find() is not None

    def _find(self) -> StoredSecret | None:
        self._pipeline.service.run_due_events()
        return self._pipeline.service.store.find_arn(self._pipeline.placed(self._arn))

    @property
    def _secret(self) -> StoredSecret:
        secret = self._find()
        if secret is None:
            message = f"{self.arn} does not exist any more: it was deleted or replaced."
            raise UsageError(message)
        return secret
