"""Resource policies: read, checked and evaluated.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..._errors import UnsupportedError
from ..errors import ServiceError
from .conditions import Condition, matches, matches_arn, read_condition
from .principal import Keys, is_service, normal_principal

ALLOW: Final = "Allow"
DENY: Final = "Deny"
DEFAULT_POLICY: Final = "default"

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
_SYNTAX: Final = "This resource policy contains a syntax error."
_PRINCIPAL: Final = "This resource policy contains an unsupported principal."
_SERVICE: Final = "This resource policy contains an invalid service principal."
_VERSIONS: Final = ("2008-10-17", "2012-10-17")
_ACTION: Final = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE: Final = re.compile(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+")
_WILDCARDS: Final = frozenset("*?")
# LocalStack recording test_cfn_secret_policy; it has no Id, whose place is a guess.
_MEMBERS: Final = ("Version", "Id", "Statement")

# Each with its negation, in the order in which AWS writes them.
_LISTED: Final = ("Action", "NotAction", "Resource", "NotResource")
_ELEMENTS: Final = ("Sid", "Effect", "Principal", "NotPrincipal", *_LISTED, "Condition")

# Members of requests whose value is a condition key of the same name:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
KEY_MEMBERS: Final = (
    "BlockPublicPolicy",
    "Description",
    "ForceDeleteWithoutRecovery",
    "ForceOverwriteReplicaSecret",
    "KmsKeyId",
    "Name",
    "RecoveryWindowInDays",
    "RotateImmediately",
    "RotationLambdaARN",
    "SecretId",
    "Type",
    "VersionId",
    "VersionStage",
)
_SERVICE_KEY: Final = "secretsmanager:"
_SERVICE_KEYS: Final = frozenset(name.lower() for name in (*KEY_MEMBERS, "SecretPrimaryRegion"))

# What keeps Principal "*" from meaning everybody; the first four are those of
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
_NARROWING_KEYS: Final = frozenset(
    {"aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceaccount"}
    | {"aws:principalorgid", "aws:principalaccount", "aws:principalarn"}
)
_NARROWING_OPERATORS: Final = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"}
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a policy decides about.

    :ivar action: such as ``secretsmanager:GetSecretValue``.
    :ivar resource: the complete ARN of the secret.
    :ivar principals: all names of the caller.
    :ivar keys: the condition keys, in lower case.
    """

    action: str
    resource: str
    principals: frozenset[str]
    keys: Keys


@dataclass(frozen=True, slots=True)
class _Statement:
    effect: str
    principals: frozenset[str]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    inverted: frozenset[str]

    def applies(self, request: Request) -> bool:
        return (
            self._means(request.principals)
            and self._covers("Action", self.actions, request.action.lower())
            and self._covers("Resource", self.resources, request.resource)
            and all(condition.holds(request.keys) for condition in self.conditions)
        )

    @property
    def is_broad(self) -> bool:
        """Whether it lets everybody in."""
        return (
            self.effect == ALLOW
            and "*" in self.principals
            and not any(map(_narrows, self.conditions))
        )

    def _means(self, names: frozenset[str]) -> bool:
        if "NotPrincipal" not in self.inverted:
            return "*" in self.principals or bool(self.principals & names)
        # To spare a user, its account has to be listed too:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        return "*" not in self.principals and not names <= self.principals

    def _covers(self, element: str, patterns: Iterable[str], text: str) -> bool:
        fits = matches_arn if element == "Resource" else matches
        covered = any(fits(pattern, text) for pattern in patterns)
        return covered != (f"Not{element}" in self.inverted)


@dataclass(frozen=True, slots=True)
class Policy:
    """A resource policy: its text, as AWS writes it, and what it says."""

    text: str
    statements: tuple[_Statement, ...]

    @property
    def is_broad(self) -> bool:
        """Whether it lets everybody in."""
        return any(statement.is_broad for statement in self.statements)


def decide(policies: Iterable[Policy], request: Request) -> str | None:
    """Return what policies say together: ``Deny`` before ``Allow``, None for neither."""
    effects = {
        statement.effect
        for policy in policies
        for statement in policy.statements
        if statement.applies(request)
    }
    return DENY if DENY in effects else next(iter(effects), None)


def read_policy(text: str) -> Policy:
    """Read a resource policy.

    :raises ServiceError: MalformedPolicyDocumentException.
    :raises UnsupportedError: for what AWS would accept and the fake cannot evaluate.
    """
    try:
        document = json.loads(
            text, object_pairs_hook=_without_repetition, parse_constant=_refuse_constant
        )
        statements = _statements(document)
        return Policy(_rewritten(document), statements)
    except (ValueError, RecursionError):
        raise _malformed(_SYNTAX) from None


def _without_repetition(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    _demand(len(found) == len(members))
    return found


def _refuse_constant(_: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(_SYNTAX)


def _statements(document: Any) -> tuple[_Statement, ...]:
    _demand(isinstance(document, dict) and set(document) <= set(_MEMBERS))
    _demand(document.get("Version", _VERSIONS[0]) in _VERSIONS)
    _demand(isinstance(document.get("Id", ""), str))
    entries = _entries(document)
    _demand(bool(entries))
    _demand(all(isinstance(entry, dict) and set(entry) <= set(_ELEMENTS) for entry in entries))
    sids = [entry["Sid"] for entry in entries if "Sid" in entry]
    _demand(all(isinstance(sid, str) for sid in sids) and len(set(sids)) == len(sids))
    variables = document.get("Version") == _VERSIONS[1]
    return tuple(_statement(entry, variables=variables) for entry in entries)


def _entries(document: Mapping[str, Any]) -> list[Any]:
    statement = document.get("Statement", [])
    return statement if isinstance(statement, list) else [statement]


def _rewritten(document: Mapping[str, Any]) -> str:
    """Return the text that AWS makes of a policy, in which its elements have an order of their own.

    Recorded by https://github.com/cloud-custodian/cloud-custodian (test_secretsmanager_remove_rbp
    and others) and https://github.com/localstack/localstack (test_cfn_secret_policy); that a list
    of one principal comes back as a string was seen in
    https://github.com/crossplane-contrib/provider-aws/issues/1804. That Action and Resource do the
    same, and that Condition is last and keeps its lists, is not known.
    """
    statements = [_statement_rewritten(entry) for entry in _entries(document)]
    return _text({**_in_order(document, _MEMBERS), "Statement": statements})


def _statement_rewritten(entry: Mapping[str, Any]) -> dict[str, Any]:
    elements = _in_order(entry, _ELEMENTS)
    elements |= {name: _single(elements[name]) for name in _LISTED if name in elements}
    for name in ("Principal", "NotPrincipal"):
        if isinstance(elements.get(name), dict):
            elements[name] = {kind: _single(names) for kind, names in elements[name].items()}
    return elements


def _in_order(members: Mapping[str, Any], order: Iterable[str]) -> dict[str, Any]:
    return {name: members[name] for name in order if name in members}


def _single(element: Any) -> Any:
    return element[0] if isinstance(element, list) and len(element) == 1 else element


def _text(value: Any, margin: str = "") -> str:
    """Write JSON as AWS's writer does: members on lines of their own, lists where they begin."""
    if isinstance(value, dict) and value:
        deeper = f"{margin}  "
        members = (f"{deeper}{_text(key)} : {_text(value[key], deeper)}" for key in value)
        return "{\n" + ",\n".join(members) + f"\n{margin}}}"
    if isinstance(value, list):
        # Lists of several items: as in AWS's examples for ECR and KMS; not recorded here.
        return f"[ {', '.join(_text(item, margin) for item in value)} ]"
    return "{ }" if value == {} else json.dumps(value, ensure_ascii=False)


def _statement(entry: Mapping[str, Any], *, variables: bool) -> _Statement:
    _demand(entry.get("Effect") in (ALLOW, DENY))
    inverted = frozenset(name for name in entry if name.startswith("Not"))
    statement = _Statement(
        effect=entry["Effect"],
        principals=_principals(_either(entry, "Principal")),
        actions=_patterns(_either(entry, "Action"), _ACTION),
        resources=_patterns(_either(entry, "Resource"), _RESOURCE),
        conditions=tuple(_conditions(entry.get("Condition", {}))),
        inverted=inverted,
    )
    if "NotPrincipal" in inverted and entry["Effect"] == ALLOW:
        # "Using it with "Effect": "Allow" is not supported": the page of NotPrincipal above.
        raise _malformed(_PRINCIPAL)
    if variables:
        _refuse_variables(statement)
    return statement


def _either(entry: Mapping[str, Any], element: str) -> Any:
    """Return an element or its negation, of which a statement has exactly one."""
    given = [entry[name] for name in (element, f"Not{element}") if name in entry]
    _demand(len(given) == 1)
    return given[0]


def _patterns(element: Any, form: re.Pattern[str]) -> tuple[str, ...]:
    patterns = _texts(element)
    _demand(all(map(form.fullmatch, patterns)))
    # Actions are the same in every case, resources are not.
    return tuple(map(str.lower, patterns)) if form is _ACTION else patterns


def _texts(element: Any) -> tuple[str, ...]:
    texts = [element] if isinstance(element, str) else element
    _demand(isinstance(texts, list) and bool(texts))
    _demand(all(isinstance(text, str) for text in texts))
    return tuple(texts)


def _principals(element: Any) -> frozenset[str]:
    if element == "*":
        return frozenset("*")
    _demand(isinstance(element, dict) and bool(element))
    named = {kind: _texts(names) for kind, names in element.items()}
    _demand(set(named) <= {"AWS", "Service", "Federated", "CanonicalUser"})
    if set(named) - {"AWS", "Service"}:
        raise _malformed(_PRINCIPAL)
    if not all(map(is_service, named.get("Service", ()))):
        raise _malformed(_SERVICE)
    return frozenset({*map(_aws_principal, named.get("AWS", ())), *named.get("Service", ())})


def _aws_principal(name: str) -> str:
    principal = "*" if name == "*" else normal_principal(name)
    if principal is None:
        raise _malformed(_PRINCIPAL)
    return principal


def _conditions(element: Any) -> Iterable[Condition]:
    _demand(isinstance(element, dict))
    for operator, keys in element.items():
        _demand(isinstance(keys, dict))
        for key, values in keys.items():
            _refuse_unknown_key(key)
            yield read_condition(operator, key, _condition_values(values))


def _condition_values(element: Any) -> tuple[str, ...]:
    values = element if isinstance(element, list) else [element]
    _demand(bool(values) and all(isinstance(value, (str, int, float)) for value in values))
    # JSON's own true and 7 mean the same as "true" and "7".
    return tuple(value if isinstance(value, str) else json.dumps(value) for value in values)


def _refuse_unknown_key(key: str) -> None:
    service, _, name = key.lower().partition(_SERVICE_KEY)
    if service or name in _SERVICE_KEYS or name.startswith("resourcetag/"):
        return
    message = (
        f"The condition key {key} is not supported. Supported are the keys of AWS as a whole and, "
        f"with {_SERVICE_KEY} before it: {', '.join(KEY_MEMBERS)}, ResourceTag/..., "
        "SecretPrimaryRegion."
    )
    raise UnsupportedError(message)


def _refuse_variables(statement: _Statement) -> None:
    values = (value for condition in statement.conditions for value in condition.values)
    for text in (*statement.resources, *values):
        if "${" in text:
            message = (
                f"The policy variable in {text!r} is not supported. Write the value itself instead."
            )
            raise UnsupportedError(message)


def _narrows(condition: Condition) -> bool:
    return (
        condition.key in _NARROWING_KEYS
        and condition.operator in _NARROWING_OPERATORS
        and condition.quantifier != "ForAllValues"
        and not condition.if_exists
        and all(map(_is_fixed, condition.values))
    )


def _is_fixed(value: str) -> bool:
    """Tell whether a value names one owner: wildcards only after the account of an ARN."""
    parts = value.split(":", 5)
    owned = len(parts) == 6 and parts[4].isdigit()  # noqa: PLR2004 - the parts of an ARN
    return _WILDCARDS.isdisjoint(":".join(parts[:5]) if owned else value)


def _demand(fulfilled: bool) -> None:
    if not fulfilled:
        raise ValueError(_SYNTAX)


def _malformed(message: str) -> ServiceError:
    return ServiceError("MalformedPolicyDocumentException", message)
