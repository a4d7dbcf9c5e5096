"""Conditions of policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import functools
import operator as compare
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final, NamedTuple

from dateutil.parser import isoparse  # botocore depends on it

from ..._errors import UnsupportedError

_NAME: Final = re.compile(
    r"(?:(?P<quantifier>ForAnyValue|ForAllValues):)?(?P<base>[A-Za-z]+?)(?P<if_exists>IfExists)?"
)
_ARN_PARTS: Final = 6
# https://www.w3.org/TR/NOTE-datetime, which the user guide names; also without seconds or a zone.
_W3C_DATE: Final = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class _Operator(NamedTuple):
    """How a condition compares: both sides are converted, then tested (wanted, actual)."""

    convert: Callable[[str], Any]
    test: Callable[[Any, Any], bool]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator, with the values that it is to have.

    :ivar operator: without prefix and suffix, such as ``StringEquals``.
    :ivar key: in lower case.
    """

    operator: str
    quantifier: str | None
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def holds(self, keys: Mapping[str, tuple[str, ...]]) -> bool:
        """Tell whether a request with these keys fulfils the condition."""
        actual = keys.get(self.key)
        if self.operator == "Null":
            return ("true" if actual is None else "false") in map(str.lower, self.values)
        if actual is not None and self.quantifier is not None:
            # "resolves to a null dataset, such as an empty string", of the user guide
            actual = tuple(filter(None, actual)) or None
        if actual is None:
            return self._holds_without_key()
        passes = all if self.quantifier == "ForAllValues" or self._negated_alone else any
        return passes(map(self._accepts, actual))

    @property
    def _negated_alone(self) -> bool:
        return self.quantifier is None and _OPERATORS[self.operator].negated

    def _holds_without_key(self) -> bool:
        return self.if_exists or self.quantifier == "ForAllValues" or self._negated_alone

    def _accepts(self, actual: str) -> bool:
        convert, test, negated = _OPERATORS[self.operator]
        try:
            converted = convert(actual)
        except ValueError:
            return negated
        return negated != any(test(convert(wanted), converted) for wanted in self.values)


def read_condition(operator: str, key: str, values: tuple[str, ...]) -> Condition:
    """Read one condition.

    :raises ValueError: for what AWS does not accept.
    :raises UnsupportedError: for an operator that AWS has and the fake has not.
    """
    name = _NAME.fullmatch(operator)
    if name is None:
        raise ValueError(operator)
    base, if_exists = name["base"], name["if_exists"] is not None
    if base == "BinaryEquals":
        message = (
            f"The condition operator {operator} is not supported. "
            f"Supported are: {', '.join(sorted(_OPERATORS))}."
        )
        raise UnsupportedError(message)
    if base not in _OPERATORS or (base == "Null" and operator != base):
        raise ValueError(operator)
    for value in values:
        _OPERATORS[base].convert(value)
    return Condition(base, name["quantifier"], if_exists, key.lower(), values)


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text fits a pattern with the wildcards ``*`` and ``?``."""
    return _compiled(pattern).fullmatch(text) is not None


def matches_arn(pattern: str, arn: str) -> bool:
    """Tell whether an ARN fits the pattern of a Resource.

    A wildcard stands for a part of one segment; a ``*`` that ends a segment also for what follows:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    return _compiled_arn(pattern).fullmatch(arn) is not None


@functools.cache
def _compiled_arn(pattern: str) -> re.Pattern[str]:
    escaped = re.sub(r"\\\*(?=:|$)", ".*", re.escape(pattern))
    return re.compile(escaped.replace(r"\*", "[^:]*").replace(r"\?", "[^:]"), re.DOTALL)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL)


def _arn(text: str) -> list[str]:
    parts = ["*"] * _ARN_PARTS if text == "*" else text.split(":", _ARN_PARTS - 1)
    if len(parts) != _ARN_PARTS:
        raise ValueError(text)
    return parts


def _same_arn(wanted: list[str], actual: list[str]) -> bool:
    return all(map(matches, wanted, actual))


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _moment(text: str) -> datetime:
    if text.isdecimal():
        return _from_epoch(int(text))
    if _W3C_DATE.fullmatch(text) is None:
        raise ValueError(text)
    moment = isoparse(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _from_epoch(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, tz=timezone.utc)
    except (OverflowError, OSError) as error:
        raise ValueError(seconds) from error


def _number(text: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return Decimal(text)


def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)


def _within(wanted: Any, actual: Any) -> bool:
    return bool(wanted.version == actual.version and actual.subnet_of(wanted))


def _ordered(family: str, convert: Callable[[str], Any]) -> dict[str, _Operator]:
    # The request's side comes first: NumericLessThan 7 means that the request has less than 7.
    return {
        f"{family}Equals": _Operator(convert, compare.eq),
        f"{family}NotEquals": _Operator(convert, compare.eq, negated=True),
        f"{family}LessThan": _Operator(convert, compare.gt),
        f"{family}LessThanEquals": _Operator(convert, compare.ge),
        f"{family}GreaterThan": _Operator(convert, compare.lt),
        f"{family}GreaterThanEquals": _Operator(convert, compare.le),
    }


_OPERATORS: Final[Mapping[str, _Operator]] = {
    "StringEquals": _Operator(str, compare.eq),
    "StringNotEquals": _Operator(str, compare.eq, negated=True),
    "StringEqualsIgnoreCase": _Operator(str.lower, compare.eq),
    "StringNotEqualsIgnoreCase": _Operator(str.lower, compare.eq, negated=True),
    "StringLike": _Operator(str, matches),
    "StringNotLike": _Operator(str, matches, negated=True),
    "ArnEquals": _Operator(_arn, _same_arn),
    "ArnNotEquals": _Operator(_arn, _same_arn, negated=True),
    "ArnLike": _Operator(_arn, _same_arn),
    "ArnNotLike": _Operator(_arn, _same_arn, negated=True),
    "Bool": _Operator(_boolean, compare.eq),
    "Null": _Operator(_boolean, compare.eq),
    "IpAddress": _Operator(_network, _within),
    "NotIpAddress": _Operator(_network, _within, negated=True),
    **_ordered("Numeric", _number),
    **_ordered("Date", _moment),
}
