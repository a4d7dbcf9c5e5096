"""Answers in pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from ._errors import ServiceError

Item = TypeVar("Item")


def paginate(
    items: Sequence[Item],
    *,
    size: int,
    token: str | None,
    query: object,
    key: Callable[[Item], str],
) -> tuple[Sequence[Item], str | None]:
    """Cut one page out of `items`.

    :param size: how many items at most.
    :param token: NextToken of the page before.
    :param query: what was asked for; the token of another query is refused.
    :param key: tells the items apart, so that a page begins right after the last one shown.
    :return: the page and the token of the next one, None at the end.
    :raises ServiceError: InvalidNextTokenException.
    """
    start = 0 if token is None else _start(items, token, query, key)
    page = items[start : start + size]
    end = start + len(page)
    return page, _token(end, key(page[-1]), query) if end < len(items) else None


def _token(position: int, last: str, query: object) -> str:
    state = json.dumps([position, last, repr(query)])
    return base64.urlsafe_b64encode(state.encode()).decode()


def _start(items: Sequence[Item], token: str, query: object, key: Callable[[Item], str]) -> int:
    try:
        position, last, asked = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise ServiceError("InvalidNextTokenException") from None
    if asked != repr(query):
        raise ServiceError("InvalidNextTokenException")
    shown = (index for index, item in enumerate(items, start=1) if key(item) == last)
    return next(shown, min(position, len(items)))
