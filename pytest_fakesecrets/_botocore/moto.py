"""moto's mock, where it is active beside a fake."""

from __future__ import annotations

import functools
import sys
from typing import Any

from botocore.session import Session
from botocore.signers import RequestSigner

from .._calls.caller import NO_OVERRIDE, CallerOverride, caller_override
from .handlers import registered


def moto_answers() -> bool:
    """Tell whether moto's mock is active, which answers further down, in the process as well."""
    models = sys.modules.get("moto.core.models")
    return bool(getattr(getattr(models, "botocore_stubber", None), "enabled", False))


def moto_caller(endpoint: Any, operation: str) -> CallerOverride:
    """Return who calls, where moto's STS handed out the client's credentials."""
    emitter = endpoint._event_emitter  # noqa: SLF001 - an endpoint has no public way to ask
    handlers = registered(emitter, f"request-created.secrets-manager.{operation}")
    for handler in handlers:
        signer: Any = getattr(handler, "__self__", None)
        if isinstance(signer, RequestSigner):
            credentials = vars(signer)["_credentials"]  # a client has no public way to ask
            # What temporary credentials begin with:
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
            if credentials is not None and credentials.access_key.startswith("ASIA"):
                return _identity(credentials.access_key, credentials.secret_key, credentials.token)
    return NO_OVERRIDE


@functools.lru_cache(maxsize=256)
def _identity(key: str, secret: str, token: str | None) -> CallerOverride:
    """Ask moto's STS who has some credentials."""
    client: Any = Session().create_client(
        "sts",
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )
    return caller_override(None, client.get_caller_identity()["Arn"], {})
