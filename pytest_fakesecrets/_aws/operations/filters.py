"""Filters of ListSecrets and BatchGetSecretValue.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html, made exact by
recordings of AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ..errors import invalid_parameter
from ..model.secret import StoredSecret

# A new word starts at every character that is not a lower-case letter and is followed by one:
# "SecretOne" is "Secret One", "COMPANYthings" is "COMPAN Ythings".
_WORD: Final = re.compile(r"[^a-z](?=[a-z])[a-z]+|[a-z]+|[^a-z]+?(?=[^a-z][a-z])|[^a-z]+")
_SEPARATORS: Final = re.compile(r"[^A-Za-z0-9]+")


def check_filters(filters: Sequence[Mapping[str, Any]]) -> None:
    """Refuse filters without a key or without values."""
    for wanted in filters:
        _check(wanted)


def passes(secret: StoredSecret, filters: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a secret passes every filter, each by any one of its values."""
    # Also two filters of one key: moto, test_with_duplicate_filter_keys (aws_verified).
    return all(_passes(secret, wanted) for wanted in filters)


def _check(wanted: Mapping[str, Any]) -> None:
    # Both texts are moto's; AWS's are not known.
    if wanted.get("Key") is None:
        raise invalid_parameter("Invalid filter key")
    if wanted.get("Values") is None:
        raise invalid_parameter(f"Invalid filter values for key: {wanted['Key']}")


def _passes(secret: StoredSecret, wanted: Mapping[str, Any]) -> bool:
    matches = _MATCHERS[wanted["Key"]]
    # Negation: LocalStack recording test_list_secrets_filtering; values side by side: moto.
    return any(
        not matches(secret, value[1:]) if value.startswith("!") else matches(secret, value)
        for value in wanted["Values"]
    )


def _words(text: str) -> list[str]:
    pieces = _SEPARATORS.split(text)
    return [word.lower() for piece in pieces for word in _WORD.findall(piece)]


def _has_words(attribute: str | None, value: str) -> bool:
    if not value:
        return True
    wanted, words = _words(value), _words(attribute or "")
    # "+" finds nothing: moto, test_with_all_filter_special_characters (aws_verified).
    return bool(wanted) and all(any(word.startswith(want) for word in words) for want in wanted)


def _begins(attributes: Iterable[str | None], value: str) -> bool:
    return not value or any((attribute or "").startswith(value) for attribute in attributes)


def _by_any(secret: StoredSecret, value: str) -> bool:
    tags = secret.tags or {}
    attributes = (secret.name, secret.description, *tags, *tags.values())
    return any(_has_words(attribute, value) for attribute in attributes)


_MATCHERS: Final[Mapping[str, Callable[[StoredSecret, str], bool]]] = {
    "all": _by_any,
    # Words, though the model says prefix: LocalStack recording test_list_secrets_filtering.
    "description": lambda secret, value: _has_words(secret.description, value),
    # Not split into words: LocalStack recording test_list_secrets_filtering.
    "name": lambda secret, value: _begins([secret.name], value),
    # The guide calls this one insensitive to case, the model sensitive.
    "owning-service": lambda secret, value: _begins(
        [(secret.owning_service or "").lower()], value.lower()
    ),
    "primary-region": lambda secret, value: _begins([secret.primary_region], value),
    "tag-key": lambda secret, value: _begins(secret.tags or (), value),
    "tag-value": lambda secret, value: _begins((secret.tags or {}).values(), value),
}
