"""A KMS key as Secrets Manager meets it: an immutable value, and what it answers when used."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..arn import partition_of
from ..errors import ServiceError, invalid_parameter

DECRYPT: Final = "kms:Decrypt"
ENCRYPT: Final = "kms:Encrypt"
GENERATE_DATA_KEY: Final = "kms:GenerateDataKey"

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
ACTIONS: Final = frozenset({DECRYPT, ENCRYPT, GENERATE_DATA_KEY})

# https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
ENABLED: Final = "Enabled"
DISABLED: Final = "Disabled"
PENDING_DELETION: Final = "PendingDeletion"
DELETED: Final = "Deleted"
DEFAULT_KEY: Final = "alias/aws/secretsmanager"
HOW_TO_NAME: Final = (
    "Write a key id ('1234abcd-12ab-34cd-56ef-1234567890ab'), an alias ('alias/app'), "
    "or the ARN of either."
)
_OF_AWS: Final = "alias/aws/"
_REFUSED: Final = "Access to KMS is not allowed"
_REFUSED_OLDER: Final = (
    "Access to KMS is not allowed. "
    "This version of secret is not encrypted with the current KMS key."
)

# AWS's own examples write key ids with letters beyond the hexadecimal ones.
_NAME: Final = re.compile(
    r"(?:arn:[a-z-]+:kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?P<kind>key/|alias/)|"
    r"(?P<alias>alias/))?"
    r"(?P<id>[A-Za-z0-9/_-]{1,250})"
)
_KEY_ID: Final = re.compile(
    r"[A-Za-z0-9]{8}(?:-[A-Za-z0-9]{4}){3}-[A-Za-z0-9]{12}|mrk-[0-9a-f]{32}"
)


@dataclass(frozen=True, slots=True)
class KeyName:
    """A key, or an alias of one, under its one complete name."""

    region: str
    account: str
    resource: str

    @property
    def arn(self) -> str:
        """The ARN."""
        partition = partition_of(self.region)
        return f"arn:{partition}:kms:{self.region}:{self.account}:{self.resource}"

    @property
    def is_default(self) -> bool:
        """Whether it is AWS's own key for Secrets Manager."""
        return self.resource == DEFAULT_KEY

    @property
    def is_of_another_service(self) -> bool:
        """Whether it is a key that AWS keeps for another of its services."""
        return self.is_of_aws and not self.is_default

    @property
    def is_of_aws(self) -> bool:
        """Whether it is a key that AWS itself keeps, for this service or another."""
        return self.resource.startswith(_OF_AWS)


def parse_key(key: str | None, region: str, account: str) -> KeyName | None:
    """Read a key's id, alias, or the ARN of either; None where it is none of them.

    :param key: None for AWS's own key for Secrets Manager.
    :param region: where an id or an alias, which names no place, is looked for.
    :param account: the same.
    """
    match = _NAME.fullmatch(key or DEFAULT_KEY)
    if match is None:
        return None
    kind = match["kind"] or match["alias"] or "key/"
    if kind == "key/" and not _KEY_ID.fullmatch(match["id"]):
        return None
    return KeyName(match["region"] or region, match["account"] or account, kind + match["id"])


@dataclass(frozen=True, slots=True)
class Key:
    """One key. One of which nothing else is known exists, works and is for everyone.

    :ivar deletion: the moment at which a deletion that is pending takes place.
    :ivar denied: the actions that callers have no permission for.
    """

    name: KeyName
    state: str = ENABLED
    deletion: datetime | None = None
    asymmetric: bool = False
    denied: frozenset[str] = frozenset()

    def __str__(self) -> str:
        without = f" without {', '.join(sorted(self.denied))}" if self.denied else ""
        return f"{self.name.arn} {self.state}{without}"

    def at(self, now: datetime) -> Key:
        """Return the key as it is at a moment."""
        if self.deletion is None or now < self.deletion:
            return self
        return replace(self, state=DELETED)

    def permits(self, action: str) -> bool:
        """Tell whether callers may do something with the key."""
        return action not in self.denied

    def generate_data_key(self) -> None:
        """Encrypt a new value.

        :raises ServiceError: as AWS answers CreateSecret, PutSecretValue and UpdateSecret.
        """
        if self.state == DELETED:
            raise invalid_key("Invalid keyId")
        if self.asymmetric:
            # https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
            raise invalid_key("Cannot generate a data key with an asymmetric KMS key")
        if not self.permits(GENERATE_DATA_KEY):
            raise ServiceError("AccessDeniedException", _REFUSED)
        if self.state != ENABLED:
            raise ServiceError("EncryptionFailure")

    def decrypt(self, *, is_current: bool = True) -> None:
        """Decrypt a value.

        :param is_current: whether the key is still the one of the value's secret.
        :raises ServiceError: as AWS answers GetSecretValue.
        """
        # KMS tells nobody whether a key that it will not decrypt with is there:
        # https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
        if self.state == DELETED or not self.permits(DECRYPT):
            raise ServiceError("AccessDeniedException", _REFUSED if is_current else _REFUSED_OLDER)
        if self.state != ENABLED or self.asymmetric:
            raise ServiceError("DecryptionFailure")


def invalid_key(reason: str) -> ServiceError:
    """Return the answer for a KmsKeyId that KMS itself refuses."""
    return invalid_parameter(f"The operation failed because of an invalid KMS key: {reason}")
