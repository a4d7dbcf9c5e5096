"""Answers in pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..errors import ServiceError

Item = TypeVar("Item")


def paginate(
    items: Sequence[Item],
    *,
    size: int,
    token: str | None,
    query: object,
    key: Callable[[Item], Any],
    descending: bool = False,
) -> tuple[Sequence[Item], str | None]:
    """Cut one page out of `items`.

    :param size: how many items at most.
    :param token: NextToken of the page before.
    :param query: what was asked for; the token of another query is refused.
    :param key: what `items` are sorted by, as JSON and different for each. A page begins after the
        key of the last item shown, whether or not that item still exists.
    :return: the page and the token of the next one, None at the end.
    :raises ServiceError: InvalidNextTokenException.
    """
    left = items if token is None else _after(items, _last_key(token, query), key, descending)
    page = left[:size]
    return page, _token(key(page[-1]), query) if len(left) > size else None


def _token(last: Any, query: object) -> str:
    return base64.b64encode(json.dumps([last, _digest(query)]).encode()).decode()


def _last_key(token: str, query: object) -> Any:
    try:
        last, asked = json.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise ServiceError("InvalidNextTokenException") from None
    # What AWS answers to the token of another query is not known.
    if asked != _digest(query):
        raise ServiceError("InvalidNextTokenException")
    return last


def _after(
    items: Sequence[Item],
    last: Any,
    key: Callable[[Item], Any],
    descending: bool,
) -> Sequence[Item]:
    try:
        return [item for item in items if (key(item) < last if descending else key(item) > last)]
    except TypeError:
        raise ServiceError("InvalidNextTokenException") from None


def _digest(query: object) -> str:
    return hashlib.sha256(repr(query).encode(errors="surrogatepass")).hexdigest()[:16]
