"""``fakesecrets check``: what is wrong with seed files."""

from __future__ import annotations

import argparse
import sys

from .._errors import UsageError
from .._fake.fake import FakeSecrets


def check(given: argparse.Namespace) -> int:
    """Read files, each for itself; print what is wrong with each.

    :return: 1 where anything is wrong, otherwise 0.
    """
    wrong = [path for path in given.files if _is_wrong(path)]
    return 1 if wrong else 0


def _is_wrong(path: str) -> bool:
    try:
        FakeSecrets().load(path)
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command prints
        return True
    return False
