from __future__ import annotations

import functools
import json
import re
from datetime import date
from fractions import Fraction
from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_fakesecrets._aws.iam.policy import Request, decide, read_policy
from pytest_fakesecrets._aws.iam.principal import Caller

# The naive evaluator, which imports nothing of the package. It follows IAM's user guide:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html


def verdict(policies, principal, action, resource, keys):
    """Return what policies say: an explicit deny, or else an allow, or else nothing."""
    names = names_of(principal)
    effects = [
        statement["Effect"]
        for policy in policies
        for statement in many(policy["Statement"])
        if means_principal(statement, names)
        and means(statement, "Action", lambda pattern: fits(pattern.lower(), action.lower()))
        and means(statement, "Resource", lambda pattern: fits(pattern, resource, ":"))
        and all(
            holds(operator, wanted, keys.get(key.lower()))
            for operator, its_keys in statement.get("Condition", {}).items()
            for key, wanted in its_keys.items()
        )
    ]
    return next((effect for effect in ("Deny", "Allow") if effect in effects), None)


def many(element):
    """Return a list, which a single item need not be written as."""
    return element if isinstance(element, list) else [element]


def names_of(principal):
    """Return all that a statement may name a principal by: itself, its role, its account."""
    if not principal.startswith("arn:"):
        return {principal}  # a service
    _, partition, _, _, account, resource = principal.split(":", 5)
    kind, _, rest = resource.partition("/")
    if kind == "root":
        return {account}
    names = {account, principal}
    if kind == "assumed-role":
        names.add(f"arn:{partition}:iam::{account}:role/{rest.split('/')[0]}")
    return names


def means_principal(statement, names):
    """Tell whether a statement is for a principal, or, by NotPrincipal, does not spare it."""
    element = statement.get("Principal") or statement["NotPrincipal"]
    named = {"*"}
    if element != "*":
        named = {name for listed in element.values() for name in many(listed)}
    # An account may be written as the ARN of its root.
    named = {name.split(":")[4] if name.endswith(":root") else name for name in named}
    if "Principal" in statement:
        return "*" in named or not named.isdisjoint(names)
    # Account, role and session have to be listed all to be spared.
    return not ("*" in named or names <= named)


def means(statement, element, covers):
    """Tell whether Action or Resource of a statement, or its negation, covers a request."""
    if element in statement:
        return any(covers(pattern) for pattern in many(statement[element]))
    return not any(covers(pattern) for pattern in many(statement[f"Not{element}"]))


@functools.lru_cache(100_000)
def fits(pattern, text, border=None):
    """Tell whether a text fits a pattern, letter by letter.

    Wildcards do not match the border between segments, except a star that ends a segment.
    """
    if not pattern:
        return not text
    first, rest = pattern[0], pattern[1:]
    inside = text and (text[0] != border or (first == "*" and rest[:1] in ("", border)))
    if first == "*":
        return fits(rest, text, border) or bool(inside and fits(pattern, text[1:], border))
    goes_on = inside if first == "?" else text[:1] == first
    return bool(goes_on and fits(rest, text[1:], border))


def holds(operator, wanted, values):
    """Tell whether one key of one operator holds; its values are None where it is absent."""
    quantifier, _, name = operator.rpartition(":")
    wanted = [each if isinstance(each, str) else json.dumps(each) for each in many(wanted)]
    base, if_exists = name.removesuffix("IfExists"), name.endswith("IfExists")
    if base == "Null":
        return str(values is None).lower() in [each.lower() for each in wanted]
    if quantifier and values is not None and not any(values):
        values = None  # "a null dataset, such as an empty string"
    is_negated, test = "Not" in base, TESTS[base.replace("Not", "")]
    if values is None:
        return if_exists or quantifier == "ForAllValues" or (not quantifier and is_negated)
    quantified = all if quantifier == "ForAllValues" else any
    return quantified(any(test(value, each) for each in wanted) != is_negated for value in values)


def moment(text):
    """Return the seconds since 1970 of a date as the W3C writes it, or as that number."""
    if re.fullmatch(r"\d{5,}", text):
        return Fraction(text)
    parts = re.fullmatch(
        r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(.+))?)?", text
    )
    year, month, day, hour, minute, second, zone = parts.groups()
    days = (date(int(year), int(month), int(day or 1)) - date(1970, 1, 1)).days
    seconds = (days * 24 + int(hour or 0)) * 3600 + int(minute or 0) * 60 + Fraction(second or 0)
    if zone in (None, "Z"):
        return seconds
    return seconds - int(f"{zone[0]}1") * (int(zone[1:3]) * 3600 + int(zone[4:]) * 60)


def is_within(address, network):
    """Tell whether an address is in a network, or is the only address of it."""
    begin, _, length = network.partition("/")
    one, other = ip_address(address), ip_address(begin)
    ignored = one.max_prefixlen - int(length or one.max_prefixlen)
    return one.version == other.version and int(one) >> ignored == int(other) >> ignored


def is_like_arn(arn, pattern):
    """Tell whether each of the six parts of an ARN fits that of a pattern."""
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(fits, patterns, parts))


TESTS = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: fits(wanted, value),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "IpAddress": is_within,
    "ArnEquals": is_like_arn,
    "ArnLike": is_like_arn,
}
for _family, _convert in {"Numeric": Fraction, "Date": moment}.items():
    for _comparison, _signs in {
        "Equals": {0},
        "LessThan": {-1},
        "LessThanEquals": {-1, 0},
        "GreaterThan": {1},
        "GreaterThanEquals": {0, 1},
    }.items():
        TESTS[_family + _comparison] = lambda value, wanted, convert=_convert, signs=_signs: (
            (convert(value) > convert(wanted)) - (convert(value) < convert(wanted)) in signs
        )

# What policies and requests are made of.

ACCOUNTS = ["111111111111", "222222222222"]
RESOURCES_OF_ACCOUNTS = {
    "iam": ["root", "user/alice", "user/team/bob", "role/app", "role/job"],
    "sts": ["assumed-role/app/i-1", "assumed-role/app/i-2", "federated-user/carol"],
}
CALLERS = [
    f"arn:aws:{service}::{account}:{resource}"
    for account in ACCOUNTS
    for service, resources in RESOURCES_OF_ACCOUNTS.items()
    for resource in resources
]
ROLE = f"arn:aws:iam::{ACCOUNTS[0]}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNTS[0]}:assumed-role/app/i-1"
SERVICES = ["rds.amazonaws.com", "lambda.amazonaws.com"]
ACTIONS = [
    f"secretsmanager:{name}"
    for name in ("GetSecretValue", "PutSecretValue", "GetResourcePolicy", "TagResource")
]
ARNS = [
    f"arn:aws:secretsmanager:{region}:{account}:secret:{name}"
    for region in ("us-east-1", "eu-west-1")
    for account in ACCOUNTS
    for name in ("prod/db-a1b2c3", "prod/DB-a1b2c3", "a.b+c-d4e5f6", "axb+c-d4e5f6")
]


def one_or_many(items):
    """Make one item, or a list of some."""
    return st.one_of(items, st.lists(items, min_size=1, max_size=3))


@st.composite
def patterns(draw, texts):
    """Make a pattern from a text, which it often fits."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(0, 3))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.sampled_from([0, 1, 1, 2, 5, 40])))
        put = draw(st.sampled_from(["*", "*", "?", "?" * (end - begin), "x"]))
        text = text[:begin] + put + text[end:]
    return text


@st.composite
def cased(draw, texts):
    """Make a text of upper and lower case from one of any case."""
    text = draw(texts)
    return draw(st.sampled_from([text, text, text.lower(), text.upper(), text.swapcase()]))


def accepted(form, otherwise):
    """Return a function that keeps patterns of a form and replaces others, which AWS refuses."""
    return lambda pattern: pattern if re.fullmatch(form, pattern) else otherwise


principals = st.one_of(
    st.just("*"),
    st.fixed_dictionaries({"AWS": one_or_many(st.sampled_from([*CALLERS, *ACCOUNTS, "*"]))}),
    st.fixed_dictionaries({"Service": one_or_many(st.sampled_from(SERVICES))}),
    st.fixed_dictionaries(
        {
            "AWS": st.lists(st.sampled_from([*CALLERS, *ACCOUNTS]), min_size=2, max_size=9),
            "Service": one_or_many(st.sampled_from(SERVICES)),
        }
    ),
)
# No wildcards stand for a service, and of ARNs none but those in CORNERS for a colon.
action_patterns = patterns(ACTIONS).map(accepted(r"secretsmanager:[A-Za-z*?]+", "*"))
resource_patterns = patterns(ARNS).map(accepted(r"arn:[^:]+:secretsmanager(:[^:]*){4}", "*"))
actions = one_or_many(st.one_of(st.just("*"), cased(action_patterns)))
resources = one_or_many(st.one_of(st.just("*"), resource_patterns))

numbers = st.one_of(
    st.integers(-3, 12).map(str), st.sampled_from(["7.0", "7.5", "-0.5", "0.10", "0.1", "007"])
)
dates = st.one_of(
    st.sampled_from(["2026-01-31", "2026-02-01", "1769860800", "1769860801", "1769817600"]),
    st.builds(
        "2026-01-{}T{}:00{}{}".format,
        st.sampled_from(["30", "31"]),
        st.sampled_from(["00", "12", "23"]),
        st.sampled_from(["", ":00", ":01", ":00.500"]),
        st.sampled_from(["Z", "+00:00", "-12:00", "+05:30"]),
    ),
)
addresses = st.sampled_from(
    [
        "10.1.2.3",
        "10.1.2.4",
        "10.1.130.3",
        "192.0.2.1",
        "2001:db8::1",
        "2001:db8:0:0:8000::",
        "::a01:203",
    ]
)
networks = st.one_of(
    addresses,
    addresses.flatmap(
        lambda address: st.integers(0, ip_address(address).max_prefixlen).map(
            lambda length: f"{address}/{length}"
        )
    ),
)
WORDS = [
    "web",
    "Web",
    "WEB",
    "we",
    "web.x",
    "webbx",
    "web\nx",
    "w[e]b",
    "*",
    "?",
    "w*b",
    "w\\b",
    "$",
]
PRINCIPALS = [*CALLERS, "arn:aws:s3:::bucket", "arn:aws:sns:us-east-1:111111111111:topic:part"]
truths = st.sampled_from(["true", "false"])

# For each family of operators: its operators, its keys, what a request has and a policy wants.
FAMILIES = {
    "String": (
        ["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"],
        ["aws:PrincipalTag/team", "secretsmanager:Description", "aws:TagKeys"],
        st.sampled_from(WORDS),
        patterns(WORDS),
    ),
    "Numeric": (
        ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"],
        ["secretsmanager:RecoveryWindowInDays", "aws:MultiFactorAuthAge", "aws:numbers"],
        numbers,
        st.one_of(numbers, st.integers(-3, 12), st.just(7.5)),
    ),
    "Date": (
        ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"],
        ["aws:CurrentTime", "aws:TokenIssueTime", "aws:dates"],
        dates,
        dates,
    ),
    "Bool": (
        [""],
        ["aws:SecureTransport", "secretsmanager:BlockPublicPolicy", "aws:booleans"],
        truths,
        st.one_of(truths, st.booleans(), cased(truths)),
    ),
    "IpAddress": (
        ["", "Not"],
        ["aws:SourceIp", "aws:VpcSourceIp", "aws:addresses"],
        addresses,
        networks,
    ),
    "Arn": (
        ["Equals", "NotEquals", "Like", "NotLike"],
        ["aws:PrincipalArn", "aws:SourceArn", "aws:arns"],
        st.sampled_from(PRINCIPALS),
        patterns(PRINCIPALS).map(accepted(r"[^:]*(:[^:]*){4}:.+", "arn:*:*:*:*:*")),
    ),
    "Null": (
        [""],
        ["aws:PrincipalOrgID", "secretsmanager:VersionStage", "aws:others"],
        st.sampled_from(WORDS),
        st.one_of(truths, st.booleans()),
    ),
}
SEVERAL = {keys[-1] for _, keys, _, _ in FAMILIES.values()}


@st.composite
def conditions(draw, family):
    """Make an operator, a key and what it wants; a key of several values has a quantifier."""
    endings, keys, _, wanted = FAMILIES[family]
    key, ending = draw(st.sampled_from(keys)), draw(st.sampled_from(endings))
    operator = f"{ending}{family}" if family == "IpAddress" else f"{family}{ending}"
    if family != "Null":
        quantifiers = ["ForAnyValue:", "ForAllValues:"] + [""] * 2 * (key not in SEVERAL)
        operator = draw(st.sampled_from(quantifiers)) + operator
        operator += draw(st.sampled_from(["", "", "IfExists"]))
    return operator, draw(cased(st.just(key))), draw(one_or_many(wanted))


@st.composite
def contexts(draw, families=tuple(FAMILIES)):
    """Make the condition keys of a request."""
    found = {}
    for family in families:
        _, keys, values, _ = FAMILIES[family]
        for key in keys:
            most = draw(st.sampled_from([0, 1, 3] if key in SEVERAL else [0, 1, 1]))
            if most:
                lists = st.lists(values, min_size=1, max_size=most)
                found[key.lower()] = tuple(draw(lists))
    return found


@st.composite
def statements(draw):
    """Make a statement."""
    effect = draw(st.sampled_from(["Allow", "Deny"]))
    # AWS does not support NotPrincipal with Allow.
    negations = {
        "Principal": [False, False, effect == "Deny"],
        "Action": [False, False, True],
        "Resource": [False, False, True],
    }
    wanted = {"Principal": principals, "Action": actions, "Resource": resources}
    statement = {"Effect": effect}
    for element, negation in negations.items():
        if draw(st.sampled_from([True, True, False])):
            statement[element] = "*"
        else:
            name = f"Not{element}" if draw(st.sampled_from(negation)) else element
            statement[name] = draw(wanted[element])
    for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
        operator, key, values = draw(st.sampled_from(list(FAMILIES)).flatmap(conditions))
        statement.setdefault("Condition", {}).setdefault(operator, {})[key] = values
    return statement


policies = st.builds(
    lambda version, statements: {"Version": version, "Statement": statements},
    st.sampled_from(["2008-10-17", "2012-10-17"]),
    one_or_many(statements()),
)
callers = st.sampled_from([*CALLERS, *SERVICES])


def verdict_of_the_package(policies, principal, action, resource, keys):
    """Return what the package makes of the same."""
    account = ACCOUNTS[0] if principal in SERVICES else principal.split(":")[4]
    request = Request(action, resource, Caller(account, principal).names, keys)
    return decide([read_policy(json.dumps(policy)) for policy in policies], request)


def both(policies, principal=CALLERS[0], action=ACTIONS[0], resource=ARNS[0], keys=None):
    """Return both verdicts, the naive one first."""
    case = (policies, principal, action, resource, keys or {})
    return verdict(*case), verdict_of_the_package(*case)


def allowing(**elements):
    """Return a policy with one statement, which allows everything that is not said otherwise."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", **elements}
    if "NotPrincipal" not in elements:
        statement.setdefault("Principal", "*")
    for name in elements:
        if name in ("NotAction", "NotResource"):
            del statement[name[3:]]
    return {"Version": "2012-10-17", "Statement": statement}


@given(
    st.lists(policies, min_size=1, max_size=3),
    callers,
    st.sampled_from(ACTIONS),
    st.sampled_from(ARNS),
    contexts(),
)
def test_policies_mean_what_they_mean_naively(policies, principal, action, resource, keys):
    """Several policies allow, deny or do not mention a request, as IAM's user guide says."""
    expected, actual = both(policies, principal, action, resource, keys)

    assert expected == actual


@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_a_condition_means_what_it_means_naively(family, data):
    """One operator compares one key, with and without quantifier, suffix and key."""
    operator, key, wanted = data.draw(conditions(family))
    keys = data.draw(contexts([family]))

    expected, actual = both([allowing(Condition={operator: {key: wanted}})], keys=keys)

    assert expected == actual


@given(st.sampled_from(["", "Not"]), principals, callers)
@example("", {"AWS": ROLE}, SESSION)
@example("Not", {"AWS": [SESSION, ACCOUNTS[0]]}, SESSION)
@example("Not", {"AWS": [SESSION, ROLE, ACCOUNTS[0]]}, SESSION)
def test_a_principal_means_what_it_means_naively(negation, element, principal):
    """A statement is for the principals that it names, or for all that it does not spare."""
    policy = allowing(**{f"{negation}Principal": element}, Effect="Deny")

    expected, actual = both([policy], principal)

    assert expected == actual


@given(st.sampled_from(["", "Not"]), actions, st.sampled_from(ACTIONS))
def test_an_action_means_what_it_means_naively(negation, element, action):
    """A statement is for the actions that fit its patterns in any case, or for all others."""
    expected, actual = both([allowing(**{f"{negation}Action": element})], action=action)

    assert expected == actual


@given(st.sampled_from(["", "Not"]), resources, st.sampled_from(ARNS))
def test_a_resource_means_what_it_means_naively(negation, element, resource):
    """A statement is for the resources that fit its patterns, or for all others."""
    expected, actual = both([allowing(**{f"{negation}Resource": element})], resource=resource)

    assert expected == actual


# Each with the verdict that follows from the words of the user guide.
CORNERS = {
    # "If a wildcard (*) is the last character of a resource ARN segment, it can expand to match
    # beyond the colon boundaries"; other wildcards are "within the individual segments".
    "a star that ends a segment": (
        {"Resource": "arn:aws:secretsmanager:*:secret:prod/db-a1b2c3"},
        "Allow",
    ),
    "a star inside a segment": (
        {"Resource": "arn:aws:secretsmanager:us*1:secret:prod/db-a1b2c3"},
        None,
    ),
    "a question mark for a colon": (
        {"Resource": "arn:aws:secretsmanager:us-east-1?111111111111:secret:prod/db-a1b2c3"},
        None,
    ),
    # Each component of an ARN "is checked separately" by ArnLike.
    "a star of ArnLike": (
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:*:111111111111:topic:part"}}},
        None,
    ),
    "stars of ArnLike": (
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:*:*:*:t*t"}}},
        "Allow",
    ),
    "a star over two lines": (
        {"Condition": {"StringLike": {"aws:PrincipalTag/team": "web*x"}}},
        "Allow",
    ),
    # "It also returns true if ... the context key value resolves to a null dataset, such as an
    # empty string", and of ForAnyValue: "returns false".
    "all of an empty text": (
        {"Condition": {"ForAllValues:StringEquals": {"secretsmanager:Description": "web"}}},
        "Allow",
    ),
    "any of an empty text": (
        {"Condition": {"ForAnyValue:StringEquals": {"secretsmanager:Description": ""}}},
        None,
    ),
    "an empty text alone": (
        {"Condition": {"StringEquals": {"secretsmanager:Description": ""}}},
        "Allow",
    ),
    # "one of the W3C implementations of the ISO 8601 date formats": https://www.w3.org/TR/NOTE-datetime
    "a month": ({"Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01"}}}, "Allow"),
    "a tenth of a second": (
        {"Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01-31T11:59:59.9Z"}}},
        "Allow",
    ),
}


@pytest.mark.parametrize(("elements", "expected"), CORNERS.values(), ids=CORNERS)
def test_corners_mean_what_the_user_guide_says(elements, expected):
    """Rare cases are decided as the user guide says, by both evaluators."""
    keys = {
        "aws:sourcearn": ("arn:aws:sns:us-east-1:111111111111:topic:part",),
        "aws:currenttime": ("2026-01-31T12:00:00+00:00",),
        "aws:principaltag/team": ("web\nx",),
        "secretsmanager:description": ("",),
    }

    assert (expected, expected) == both([allowing(**elements)], keys=keys)
