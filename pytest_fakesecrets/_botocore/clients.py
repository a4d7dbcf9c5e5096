"""Clients that a test is given."""

from __future__ import annotations

import functools
from typing import Any

from botocore.session import Session

from .._aws.api_model import SERVICE
from .._calls.caller import CallerOverride
from .._errors import HIDE_MISUSE
from .active import ACCOUNT_KEY, CREDENTIALS, OVERRIDE_KEY

__tracebackhide__ = HIDE_MISUSE


def make_client(region: str, account: str, who: CallerOverride) -> Any:
    """Return a client, boto3's where it is installed, that acts as someone, or for an account."""
    client = _session().create_client(SERVICE, region_name=region, **CREDENTIALS)
    client.meta.events.register(
        "before-call.secrets-manager",
        lambda params, **_: params["context"].update({ACCOUNT_KEY: account, OVERRIDE_KEY: who}),
    )
    return client


@functools.cache
def _session() -> Session:
    """Return one session for all our clients, so that botocore's data is read once.

    boto3 adds nothing to a client of Secrets Manager but its name in the user agent.
    """
    session = Session()
    try:
        import boto3  # noqa: PLC0415 - boto3 is optional, and slow to import
    except ImportError:
        return session
    boto3.Session(botocore_session=session)
    return session
