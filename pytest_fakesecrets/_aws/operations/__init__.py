"""The operations of Secrets Manager, one function each."""

from . import (
    listing,
    passwords,
    policies,
    replication,
    rotation,
    secrets,
    tags,
    values,
)

__all__ = [
    "listing",
    "passwords",
    "policies",
    "replication",
    "rotation",
    "secrets",
    "tags",
    "values",
]
