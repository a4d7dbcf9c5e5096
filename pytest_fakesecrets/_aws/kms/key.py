"""A KMS key as an immutable value, and what KMS answers when it is used."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..arn import ACCOUNT, Arn, parse_arn, partition_of
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
# https://repost.aws/knowledge-center/secrets-manager-cross-account-key
_REFUSED: Final = "Access to KMS is not allowed"
# From a translation of the same page, so not to the letter.
_REFUSED_OLDER: Final = (
    "Access to KMS is not allowed. "
    "This version of secret is not encrypted with the current KMS key."
)

# AWS's own examples write key ids with letters beyond the hexadecimal ones.
_RESOURCE: Final = re.compile(r"(?P<kind>key/|alias/)?(?P<id>[A-Za-z0-9/_-]{1,250})")
_REGION: Final = re.compile(r"[a-z0-9-]+")
_PARTITION: Final = re.compile(r"[a-z-]+")
_KEY_ID: Final = re.compile(
    r"[A-Za-z0-9]{8}(?:-[A-Za-z0-9]{4}){3}-[A-Za-z0-9]{12}|mrk-[0-9a-f]{32}"
)


def is_default_key(name: Arn) -> bool:
    """Tell whether it is AWS's own key for Secrets Manager."""
    return name.resource == DEFAULT_KEY


def is_key_of_aws(name: Arn) -> bool:
    """Tell whether it is a key that AWS itself keeps, for this service or another."""
    return name.resource.startswith(_OF_AWS)


def is_key_of_another_service(name: Arn) -> bool:
    """Tell whether it is a key that AWS keeps for another of its services."""
    return is_key_of_aws(name) and not is_default_key(name)


@functools.lru_cache(maxsize=1024)
def parse_key(key: str | None, region: str, account: str) -> Arn | None:
    """Read a key's id, alias, or the ARN of either; None where it is none of them.

    :param key: None for AWS's own key for Secrets Manager.
    :param region: where an id or an alias, which names no place, is looked for.
    :param account: the same.
    :return: the ARN of the key, or of the alias.
    """
    key = key or DEFAULT_KEY
    arn = parse_arn(key)
    match = _RESOURCE.fullmatch(key if arn is None else arn.resource)
    if match is None or (arn is None and match["kind"] == "key/"):
        return None
    if arn is not None and not (match["kind"] and _is_of_kms(arn)):
        return None
    kind = match["kind"] or "key/"
    if kind == "key/" and not _KEY_ID.fullmatch(match["id"]):
        return None
    region, account = (region, account) if arn is None else (arn.region, arn.account)
    return Arn(partition_of(region), "kms", region, account, kind + match["id"])


def _is_of_kms(arn: Arn) -> bool:
    return (
        arn.service == "kms"
        and _PARTITION.fullmatch(arn.partition) is not None
        and _REGION.fullmatch(arn.region) is not None
        and ACCOUNT.fullmatch(arn.account) is not None
    )


@dataclass(frozen=True, slots=True)
class Key:
    """One key. One of which nothing else is known exists, works and is for everyone.

    :ivar deletion: the moment at which a deletion that is pending takes place.
    :ivar denied: the actions that callers have no permission for.
    """

    name: Arn
    state: str = ENABLED
    deletion: datetime | None = None
    asymmetric: bool = False
    denied: frozenset[str] = frozenset()

    def __str__(self) -> str:
        without = f" without {', '.join(sorted(self.denied))}" if self.denied else ""
        return f"{self.name} {self.state}{without}"

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
            # Printed in GitHub pull request hashicorp/terraform-provider-aws#13303.
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
