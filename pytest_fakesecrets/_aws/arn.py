"""The names of secrets: ARNs and identifiers."""

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
_SUFFIX_CHARACTERS: Final = string.ascii_letters + string.digits
_ARN: Final = re.compile(
    r"arn:(?P<partition>[^:]+):secretsmanager:(?P<region>[^:]+):(?P<account>\d{12}):secret:"
    rf"(?P<resource>{NAME.pattern})"
)
_COMPLETE: Final = re.compile(r"(?P<name>.+)-[A-Za-z0-9]{6}")


class Arn(NamedTuple):
    """An ARN as it was written, complete or partial."""

    region: str
    account: str
    resource: str
    text: str

    @property
    def name(self) -> str:
        """The name of the secret that it means.

        What ends in a hyphen and six alphanumeric characters is taken for a complete ARN, so a
        partial ARN of a secret whose own name ends that way finds nothing:
        https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
        """
        complete = _COMPLETE.fullmatch(self.resource)
        return complete["name"] if complete else self.resource

    @property
    def is_complete(self) -> bool:
        """Whether it ends like a complete ARN."""
        return _COMPLETE.fullmatch(self.resource) is not None


def is_arn(secret_id: str) -> bool:
    """Tell whether a SecretId is meant as an ARN; a name cannot hold a colon."""
    return secret_id.startswith("arn:")


def is_valid_id(secret_id: str) -> bool:
    """Tell whether a SecretId has the form of a name, or of the ARN of a secret.

    What follows ``secret:`` in an ARN is checked like a name: an ARN copied badly,
    ``...:secret:ai/mcp/develop-umDO65#github_classic_pat``, got the error for wrong names in
    https://github.com/DataDog/datadog-serverless-functions/issues/654
    """
    return bool((_ARN if is_arn(secret_id) else NAME).fullmatch(secret_id))


def parse(secret_id: str) -> Arn | None:
    """Take the ARN of a secret apart; None where it is malformed."""
    match = _ARN.fullmatch(secret_id)
    return Arn(match["region"], match["account"], match["resource"], secret_id) if match else None


def compose(region: str, account: str, name: str, suffix: str) -> str:
    """Write the complete ARN of a secret."""
    return f"arn:{partition_of(region)}:secretsmanager:{region}:{account}:secret:{name}-{suffix}"


def in_region(arn: str, region: str) -> str:
    """Return the ARN that a secret's replica has in another Region of the same partition."""
    parts = arn.split(":")
    parts[3] = region
    return ":".join(parts)


def new_suffix(random: Random) -> str:
    """Draw the six characters that AWS puts at the end of every new secret's ARN."""
    return "".join(random.choices(_SUFFIX_CHARACTERS, k=6))


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
