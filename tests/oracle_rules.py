"""What the oracle of AWS knows that does not depend on what was called before.

How long members may be, what a name and an ARN are, what a resource policy permits and how AWS
writes it, how filters select, when a rotation is due.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"

UNKNOWN = "?"
ACCESS_DENIED = "AccessDeniedException"
BAD_PARAMETER = "InvalidParameterException"
BAD_POLICY = "MalformedPolicyDocumentException"
BAD_REQUEST = "InvalidRequestException"
BAD_TOKEN = "InvalidNextTokenException"
EXISTS = "ResourceExistsException"
INVALID = "ValidationException"
NOT_FOUND = "ResourceNotFoundException"
OVER_LIMIT = "LimitExceededException"
PUBLIC_POLICY = "PublicPolicyException"

DEFAULT_KEY = "alias/aws/secretsmanager"
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1")

# The least and the most characters or bytes or entries of a member, or its bounds as a number.
LIMITS = {
    "AutomaticallyAfterDays": (1, 1000),
    "Description": (0, 2048),
    "Key": (1, 128),
    "Name": (1, 512),
    "MaxResults": (1, 100),
    "ResourcePolicy": (1, 20480),
    "SecretId": (1, 2048),
    "Value": (0, 256),
    "VersionStage": (1, 256),
    **dict.fromkeys(("ClientRequestToken", "VersionId"), (32, 64)),
    **dict.fromkeys(("MoveToVersionId", "RemoveFromVersionId"), (32, 64)),
    **dict.fromkeys(("SecretBinary", "SecretString"), (1, 65536)),
    **dict.fromkeys(("SecretIdList", "VersionStages"), (1, 20)),
}
# What the entries of a list are called, where the entries have limits themselves.
ENTRIES = {"SecretIdList": "SecretId", "TagKeys": "Key", "VersionStages": "VersionStage"}

NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
ARN = re.compile(
    r"arn:[^:]+:secretsmanager:(?P<region>[^:]+):(?P<account>\d{12}):secret:"
    r"(?P<name>.+?)(?P<suffix>-[A-Za-z0-9]{6})?"
)
FUNCTION = "arn:aws:lambda:{region}:{account}:function:"
HOURS = range(1, 25)

FILTER_KEYS = {"owning-service", "tag-key", "tag-value"}
# Which members a filter looks at.
ATTRIBUTES = {
    "all": ("Name", "Description"),
    "description": ("Description",),
    "name": ("Name",),
    "primary-region": ("PrimaryRegion",),
}
PIECE = re.compile(r"[A-Za-z0-9]+")
WORD = re.compile(r"[A-Z0-9]?[a-z]+|[A-Z0-9]+?(?=[A-Z0-9][a-z]|$)")

STATEMENT = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")
NECESSARY = {"Effect", "Principal", "Action", "Resource"}


class RefusalError(Exception):
    """AWS refuses the call with this code, or nobody knows what AWS does (code `?`).

    Where it is not `certain`, nobody knows what the call has changed; then the code may be None,
    for a call that succeeds.
    """

    def __init__(self, code: str | None, *, certain: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.certain = certain


class Caller(NamedTuple):
    """Who calls, and in which Region; without a principal, the account's root."""

    account: str
    region: str
    principal: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Where secrets lie that the caller names without an ARN."""
        return self.account, self.region


def check_limits(member: str, value: object) -> None:
    """Refuse what is too short, too long, too little or too much, in a request or a part of it."""
    if member in LIMITS:
        least, most = LIMITS[member]
        if not least <= _size(member, value) <= most:
            raise RefusalError(INVALID)
    if isinstance(value, dict):
        for inner, part in value.items():
            check_limits(inner, part)
    elif isinstance(value, list) and member != "Filters":
        for entry in value:
            check_limits(ENTRIES.get(member, ""), entry)


def _size(member: str, value: object) -> int:
    if isinstance(value, int):
        return value
    return len(value.encode() if member == "SecretString" else value)


def check_name(name: str) -> None:
    """Refuse characters that no name may have."""
    if not NAME.fullmatch(name):
        raise RefusalError(INVALID)


def parse_arn(secret_id: str) -> re.Match:
    """Split an ARN, and refuse one that is not an ARN of a secret."""
    arn = ARN.fullmatch(secret_id)
    check_name(arn["name"] if arn else "")
    return arn


def value_of(parameters: dict) -> tuple | None:
    """Return the value in a request as its member and its content, None when there is none."""
    members = ("SecretString", "SecretBinary")
    given = [(member, parameters[member]) for member in members if member in parameters]
    if len(given) > 1:
        raise RefusalError(BAD_PARAMETER)
    return given[0] if given else None


def refuse_system_tags(keys: Collection[str]) -> None:
    """Refuse keys that only AWS itself may use."""
    if any(key.startswith("aws:") for key in keys):
        raise RefusalError(BAD_PARAMETER)


# Resource policies


def check_policy(text: str, *, block_public: bool) -> None:
    """Refuse a policy that is malformed, or too broad where that is asked for."""
    statements = list(_statements(text))
    if any(NECESSARY - statement.keys() for statement in statements):
        raise RefusalError(BAD_POLICY)
    if block_public and any(map(_is_broad, statements)):
        raise RefusalError(PUBLIC_POLICY)


def is_broad(text: str) -> bool:
    """Return whether a policy opens a secret to everybody."""
    return any(map(_is_broad, _statements(text)))


def judge(text: str | None, caller: Caller, operation: str) -> str | None:
    """Return the effect that a policy has on a call: Deny, Allow, or None."""
    effects = {
        statement["Effect"]
        for statement in (_statements(text) if text else ())
        # No caller here has what a condition asks for.
        if "Condition" not in statement and _is_about(statement, caller, operation)
    }
    return min(effects, key=("Deny", "Allow").index, default=None)


def written(text: str) -> str:
    """Return a policy as AWS writes it anew."""
    statements = [
        {element: statement[element] for element in STATEMENT if element in statement}
        for statement in _statements(text)
    ]
    for statement in statements:
        principals = statement["Principal"]
        if isinstance(principals, dict) and isinstance(principals["AWS"], list):
            (only,) = principals["AWS"]
            statement["Principal"] = {"AWS": only}
    return _json({"Version": json.loads(text)["Version"], "Statement": statements}, "")


def _json(value: object, indent: str) -> str:
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return f"[ {', '.join(_json(entry, indent) for entry in value)} ]"
    if not isinstance(value, dict):
        return json.dumps(value)
    members = (f'{indent}  "{key}" : {_json(part, indent + "  ")}' for key, part in value.items())
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def _statements(text: str) -> Iterator[dict]:
    try:
        policy = json.loads(text)
    except ValueError:
        raise RefusalError(BAD_POLICY) from None
    if policy.get("Version") not in {"2012-10-17", "2008-10-17"}:
        raise RefusalError(BAD_POLICY)
    yield from policy["Statement"]


def _principals(statement: dict) -> Collection[str]:
    principals = statement["Principal"]
    named = principals["AWS"] if isinstance(principals, dict) else principals
    return [named] if isinstance(named, str) else named


def _is_broad(statement: dict) -> bool:
    allows = statement["Effect"] == "Allow" and "Condition" not in statement
    return allows and "*" in _principals(statement)


def _is_about(statement: dict, caller: Caller, operation: str) -> bool:
    root = f"arn:aws:iam::{caller.account}:root"
    is_for_caller = {"*", root, caller.principal}.intersection(_principals(statement))
    actions = {"secretsmanager:*", f"secretsmanager:{operation}"}
    return bool(is_for_caller) and statement["Action"] in actions


# Filters


def check_filters(filters: list[dict]) -> None:
    """Refuse a key that there is not."""
    if any(each["Key"] not in FILTER_KEYS | ATTRIBUTES.keys() for each in filters):
        raise RefusalError(INVALID)


def selects(filters: list[dict], described: dict) -> bool:
    """Return whether a secret passes all filters, each by any of its values."""
    return all(
        any(_matches(each["Key"], value, described) for value in each["Values"]) for each in filters
    )


def _matches(key: str, value: str, described: dict) -> bool:
    texts = list(_texts(key, described))
    if UNKNOWN in texts or (value.startswith("!") and not texts):
        raise RefusalError(UNKNOWN, certain=False)
    if value.startswith("!"):
        return not _matches(key, value[1:], described)
    if key in {"description", "all"}:
        return any(_has_words(text, value) for text in texts)
    return any(text.startswith(value) for text in texts)


def _texts(key: str, described: dict) -> Iterator[str]:
    """Yield the texts of a secret that a filter looks at."""
    yield from filter(None, (described[member] for member in ATTRIBUTES.get(key, ())))
    tags = described["Tags"] or {}
    if tags == UNKNOWN:
        yield UNKNOWN
        return
    if key in {"tag-key", "all"}:
        yield from tags
    if key in {"tag-value", "all"}:
        yield from tags.values()


def _words(text: str) -> list[str]:
    return [word.lower() for piece in PIECE.findall(text) for word in WORD.findall(piece)]


def _has_words(text: str, value: str) -> bool:
    """Return whether each word of a value begins some word of a text."""
    asked, words = _words(value), _words(text)
    return bool(asked) and all(any(word.startswith(each) for word in words) for each in asked)


# Rotation


def refusals_of_rules(rules: dict) -> Iterator[str]:
    """Yield the codes of what is wrong with the rules of a rotation."""
    if {"AutomaticallyAfterDays", "ScheduleExpression"} <= rules.keys():
        yield BAD_PARAMETER
    if "Duration" in rules and int(rules["Duration"][:-1]) not in HOURS:
        yield BAD_PARAMETER
    rate = re.fullmatch(r"rate\((\d+) days?\)", rules.get("ScheduleExpression", "rate(1 day)"))
    if rate is None or not 0 < int(rate[1]) < 1000:
        yield BAD_PARAMETER


def shown_rules(rules: dict) -> dict:
    """Return rules as they are read: the days of an expression are added."""
    if "ScheduleExpression" not in rules:
        return rules
    days = int(re.search(r"\d+", rules["ScheduleExpression"])[0])
    return {**rules, "AutomaticallyAfterDays": days}


def next_day(rules: dict | str | None, last: datetime) -> date | str:
    """Return the day of the next rotation, counted from a rotation or a change of the value."""
    if rules in (None, UNKNOWN) or "AutomaticallyAfterDays" not in rules:
        return UNKNOWN
    return last.date() + timedelta(days=rules["AutomaticallyAfterDays"])


def end_of(day: date) -> datetime:
    """Return the last second of a day."""
    return datetime.combine(day, time(23, 59, 59), timezone.utc)
