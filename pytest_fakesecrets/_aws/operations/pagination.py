"""Answers in pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from ..errors import ServiceError
from ..model.secret import StoredSecret
from ..table import position
from .context import Context
from .filters import check_filters, passes

Item = TypeVar("Item")


def paginate_secrets(
    context: Context,
    filters: Sequence[Mapping[str, Any]],
    *,
    size: int,
    token: str | None,
    sort_by: str = "created-date",
    descending: bool = False,
    include_deleted: bool = False,
) -> tuple[Sequence[StoredSecret], str | None]:
    """Return one page of the caller's secrets, and the token of the next one; None at the end.

    A page begins after the last secret shown, whether or not that one still exists.

    :param size: how many secrets at most.
    :param token: NextToken of the page before; that of another query is refused.
    :param include_deleted: whether to show secrets that are scheduled for deletion.
    :raises ServiceError: InvalidNextTokenException; or for filters that AWS refuses.
    """
    check_filters(filters)
    query = (include_deleted, filters, sort_by, descending)
    last = None if token is None else _last_key(token, query)
    if token is not None and not isinstance(last, list):
        raise ServiceError("InvalidNextTokenException")
    try:
        left = context.own_secrets.after(last, sort_by, descending=descending)
    except TypeError:
        raise ServiceError("InvalidNextTokenException") from None
    shown = (
        secret
        for secret in left
        if (include_deleted or not secret.is_scheduled_for_deletion) and passes(secret, filters)
    )
    found = list(islice(shown, size + 1))
    page = found[:size]
    return page, _token(position(page[-1], sort_by), query) if len(found) > size else None


def paginate(
    items: Sequence[Item],
    *,
    size: int,
    token: str | None,
    query: object,
    key: Callable[[Item], Any],
) -> tuple[Sequence[Item], str | None]:
    """Cut one page out of `items`, which are sorted.

    :param size: how many items at most.
    :param token: NextToken of the page before.
    :param query: what was asked for; the token of another query is refused.
    :param key: what `items` are sorted by, as JSON and different for each.
    :return: the page and the token of the next one, None at the end.
    :raises ServiceError: InvalidNextTokenException.
    """
    left = items if token is None else _after(items, _last_key(token, query), key)
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


def _after(items: Sequence[Item], last: Any, key: Callable[[Item], Any]) -> Sequence[Item]:
    try:
        return [item for item in items if key(item) > last]
    except TypeError:
        raise ServiceError("InvalidNextTokenException") from None


def _digest(query: object) -> str:
    return hashlib.sha256(repr(query).encode(errors="surrogatepass")).hexdigest()[:16]
