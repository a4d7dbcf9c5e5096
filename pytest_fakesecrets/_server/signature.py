"""Who signed a request, and for where: the head of Signature Version 4.

Nothing is verified: whoever tests has no secret that could be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from .._aws.api_model import SERVICE
from .._aws.arn import ACCOUNT
from .._aws.errors import ServiceError
from .._settings import is_region

_SCHEME: Final = "AWS4-HMAC-SHA256"
_PART: Final = re.compile(r"\s*(Credential|SignedHeaders|Signature)=([^,\s]*)\s*(?:,|$)")
_PARTS: Final = ("Credential", "Signature", "SignedHeaders")
_SCOPE_PARTS: Final = 5


class Signer(NamedTuple):
    """Who signed a request.

    :ivar account: the access key id, where it is the number of an account; None otherwise.
    :ivar region: the Region of the signature; None where it names none.
    """

    account: str | None
    region: str | None


NOBODY: Final = Signer(None, None)


def signer_of(headers: Mapping[str, str]) -> Signer:
    """Return who signed a request, by its Authorization header.

    :param headers: by name in lower case.
    :raises ServiceError: for a request that is not signed, or not for Secrets Manager.
    """
    authorization = headers.get("authorization", "")
    if not authorization:
        raise ServiceError("MissingAuthenticationTokenException")
    scheme, _, rest = authorization.partition(" ")
    # AWS's own text; a signature of another scheme is not one at all to it.
    if scheme != _SCHEME:
        raise ServiceError("MissingAuthenticationTokenException")
    parts = dict(_PART.findall(rest))
    missing = [part for part in _PARTS if not parts.get(part)]
    if missing or not ("x-amz-date" in headers or "date" in headers):
        raise ServiceError("IncompleteSignatureException", _incomplete(missing))
    scope = parts["Credential"].rsplit("/", _SCOPE_PARTS - 1)
    if len(scope) != _SCOPE_PARTS:
        text = (
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term"
        )
        raise ServiceError("IncompleteSignatureException", text)
    key, _, region, service, _ = scope
    if service != SERVICE:
        text = f"Credential should be scoped to correct service: '{SERVICE}'. "
        raise ServiceError("InvalidSignatureException", text)
    if not is_region(region):
        text = "Credential should be scoped to a valid region. "
        raise ServiceError("InvalidSignatureException", text)
    return Signer(key if ACCOUNT.fullmatch(key) else None, region)


def _incomplete(missing: list[str]) -> str:
    """Return AWS's text for a header that lacks something."""
    parts = [f"Authorization header requires '{part}' parameter." for part in missing]
    if not missing:
        parts = [
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        ]
    return " ".join(parts)
