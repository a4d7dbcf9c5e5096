"""Where a fake stands: its Region and its account."""

from __future__ import annotations

import re
from typing import Final

from ._errors import HIDE_MISUSE, UsageError

__tracebackhide__ = HIDE_MISUSE

DEFAULT_REGION: Final = "us-east-1"
# In the place of a Region, also in ARNs; without a number, it cannot be one.
UNDECIDED: Final = "undecided"
DEFAULT_ACCOUNT: Final = "123456789012"

# The pattern of RegionType in the service model.
_REGION: Final = re.compile(r"([a-z]+-)+[0-9]+")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


class Settings:
    """The Region and the account that are meant where nothing else is said.

    :ivar region: ``UNDECIDED`` until the first call, for a fake that was given none.
    """

    __slots__ = ("account", "region")

    def __init__(self, region: str | None = None, account: str = DEFAULT_ACCOUNT) -> None:
        if region is not None:
            check_region(region)
        check_account(account)
        self.region = UNDECIDED if region is None else region
        self.account = account


def check_region(region: object) -> None:
    """Refuse what cannot be the name of a Region."""
    if not is_region(region):
        message = f"region={region!r} is not the name of an AWS Region. Write it like 'eu-west-1'."
        raise UsageError(message)


def is_region(region: object) -> bool:
    """Tell whether something has the form of the name of a Region."""
    return isinstance(region, str) and _REGION.fullmatch(region) is not None


def check_account(account: object) -> None:
    """Refuse what cannot be the number of an account."""
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        message = (
            f"account={account!r} is not the id of an AWS account. Write its twelve digits as a "
            f"string, "
            "like '123456789012'."
        )
        raise UsageError(message)
