"""ARNs, and the names and ids of secrets."""

from __future__ import annotations

import functools
import re
import string
from typing import TYPE_CHECKING, Final, NamedTuple

from .api_model import partitions

if TYPE_CHECKING:
    from random import Random

# AWS's own message allows "!", which its documentation leaves out: managed secrets have it.
NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
SUFFIX: Final = re.compile(r"[A-Za-z0-9]{6}")
ACCOUNT: Final = re.compile(r"[0-9]{12}")
_SUFFIX_CHARACTERS: Final = string.ascii_letters + string.digits
_SECRET: Final = "secret:"
_COMPLETE: Final = re.compile(r"(?P<name>.+)-[A-Za-z0-9]{6}")


class Arn(NamedTuple):
    """An ARN in its parts; ``str`` writes it again. That of a secret may be complete or partial."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{':'.join(self)}"

    @property
    def secret_name(self) -> str:
        """The name of the secret that it means.

        What ends in a hyphen and six alphanumeric characters is taken for a complete ARN, so a
        partial ARN of a secret whose own name ends that way finds nothing:
        https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
        """
        name = self.resource[len(_SECRET) :]
        complete = _COMPLETE.fullmatch(name)
        return complete["name"] if complete else name

    @property
    def is_complete(self) -> bool:
        """Whether it ends like the complete ARN of a secret."""
        return _COMPLETE.fullmatch(self.resource) is not None


def parse_arn(text: str) -> Arn | None:
    """Take an ARN of any service apart; None where the text does not have the form of one."""
    parts = text.split(":", 5)
    return Arn(*parts[1:]) if len(parts) == len(Arn._fields) + 1 and parts[0] == "arn" else None


@functools.lru_cache(maxsize=4096)
def parse_secret_arn(secret_id: str) -> Arn | None:
    """Take the ARN of a secret apart; None where it is malformed, or something else."""
    arn = parse_arn(secret_id)
    if (
        arn is None
        or not arn.partition
        or arn.service != "secretsmanager"
        or not arn.region
        or not ACCOUNT.fullmatch(arn.account)
        or not arn.resource.startswith(_SECRET)
        or not NAME.fullmatch(arn.resource, len(_SECRET))
    ):
        return None
    return arn


def is_arn(secret_id: str) -> bool:
    """Tell whether a SecretId is meant as an ARN; a name cannot hold a colon."""
    return secret_id.startswith("arn:")


def is_valid_id(secret_id: str) -> bool:
    """Tell whether a SecretId has the form of a name, or of the ARN of a secret.

    What follows ``secret:`` in an ARN is checked like a name: an ARN copied badly,
    ``...:secret:ai/mcp/develop-umDO65#github_classic_pat``, got the error for wrong names in
    https://github.com/DataDog/datadog-serverless-functions/issues/654
    """
    if is_arn(secret_id):
        return parse_secret_arn(secret_id) is not None
    return NAME.fullmatch(secret_id) is not None


def secret_arn(region: str, account: str, name: str, suffix: str) -> str:
    """Write the complete ARN of a secret."""
    return f"arn:{partition_of(region)}:secretsmanager:{region}:{account}:{_SECRET}{name}-{suffix}"


def in_region(arn: str, region: str) -> str:
    """Return the ARN that a secret's replica has in another Region of the same partition."""
    parts = arn.split(":")
    parts[3] = region
    return ":".join(parts)


def moved_arn(arn: str, region: str) -> str:
    """Return the ARN that a secret would have if it had been made in another Region."""
    parts = in_region(arn, region).split(":")
    parts[1] = partition_of(region)
    return ":".join(parts)


def new_suffix(random: Random) -> str:
    """Draw the six characters that AWS puts at the end of every new secret's ARN."""
    return "".join(random.choices(_SUFFIX_CHARACTERS, k=6))


def new_uuid(random: Random) -> str:
    """Draw a UUID of version 4, as ids of requests and of versions are."""
    bits = random.getrandbits(128) & ~(0xF000 << 64 | 0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@functools.cache
def is_region_beside(region: str, other: str) -> bool:
    """Tell whether a Region exists in the partition of another, as far as botocore knows."""
    return any(
        other in partition["regions"]
        for partition in partitions()
        if partition["id"] == partition_of(region)
    )


@functools.cache
def is_listed_region(region: str) -> bool:
    """Tell whether a Region exists in any partition, as far as botocore knows."""
    return any(region in partition["regions"] for partition in partitions())


@functools.cache
def partition_of(region: str) -> str:
    """Return the partition of a Region, such as aws-cn."""
    return next(
        (
            str(partition["id"])
            for partition in partitions()
            if region in partition["regions"] or re.match(partition["regionRegex"], region)
        ),
        "aws",
    )
