"""Where a fake stands: its Region and its account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ._errors import HIDE_MISUSE, UsageError

__tracebackhide__ = HIDE_MISUSE

DEFAULT_REGION: Final = "us-east-1"
DEFAULT_ACCOUNT: Final = "123456789012"

# The pattern of RegionType in the service model.
_REGION: Final = re.compile(r"([a-z]+-)+\d+")
_ACCOUNT: Final = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Settings:
    """The Region and the account that are meant where nothing else is said."""

    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT

    def __post_init__(self) -> None:
        check_region(self.region)
        check_account(self.account)


def check_region(region: object) -> None:
    """Refuse what cannot be the name of a Region."""
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        message = f"region={region!r} is not the name of an AWS Region. Write it like 'eu-west-1'."
        raise UsageError(message)


def check_account(account: object) -> None:
    """Refuse what cannot be the number of an account."""
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        message = (
            f"account={account!r} is not an AWS account. Write its twelve digits as a string, "
            "like '123456789012'."
        )
        raise UsageError(message)
