"""How the elements of a policy are written: what is accepted, and in which words it is refused."""

from __future__ import annotations

import json

import pytest
from support import outcome, refusal

from pytest_fakesecrets import Secret, UnsupportedError

ACCOUNT = "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
ALLOW = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "*", "Resource": "*"}
MALFORMED = "MalformedPolicyDocumentException"
SYNTAX = "This resource policy contains a syntax error."
PRINCIPAL = "This resource policy contains an unsupported principal."
SERVICE = "This resource policy contains an invalid service principal."
BROAD = "You can't attach a resource-based policy that allows broad access to the secret."

pytestmark = pytest.mark.secrets(Secret("a", "v", arn_suffix="a1b2c3", kms_key_id="alias/shared"))


def policy(*statements, version="2012-10-17", **members):
    """Write a policy."""
    return json.dumps({"Version": version, **members, "Statement": list(statements)})


def statement(**elements):
    """Return a statement that allows a role everything, with other elements; None is absent."""
    return {name: value for name, value in {**ALLOW, **elements}.items() if value is not None}


def is_met(fake, operator, wanted, actual):
    """Tell whether a condition on a key of the caller's lets it read the value."""
    condition = {operator: {"aws:PrincipalTag/key": wanted}}
    text = policy(statement(Condition=condition))
    fake.client().put_resource_policy(SecretId="a", ResourcePolicy=text)
    with fake.acting_as(principal=ROLE, keys={"aws:PrincipalTag/key": actual}):
        answer = outcome(fake.client().get_secret_value, SecretId=fake["a"].arn)
    return {"OK": True, "AccessDeniedException": False}[answer]


# Each with a value that it is equal to.
EQUAL = {
    "date": ("DateEquals", "2026-01-31", "2026-01-31T00:00:00Z"),
    "month": ("DateEquals", "2026-02", "2026-02-01T00:00:00Z"),
    "minute": ("DateEquals", "2026-01-31T12:00Z", "2026-01-31T12:00:00Z"),
    "minute without a zone": ("DateEquals", "2026-01-31T12:00", "2026-01-31T12:00:00Z"),
    "second without a zone": ("DateEquals", "2026-01-31T12:00:00", "2026-01-31T12:00:00Z"),
    "hundredths": ("DateEquals", "2026-01-31T12:00:00.50Z", "2026-01-31T12:00:00.5Z"),
    "zone to the east": ("DateEquals", "2026-01-31T13:30:00+01:30", "2026-01-31T12:00:00Z"),
    "zone to the west": ("DateEquals", "2026-01-31T00:00-12:00", "2026-01-31T12:00:00Z"),
    "seconds since 1970": ("DateEquals", "1769860800", "2026-01-31T12:00:00Z"),
    "seconds as a number": ("DateEquals", 1769860800, "2026-01-31T12:00:00Z"),
    "the beginning": ("DateEquals", "0", "1970-01-01"),
    "whole number": ("NumericEquals", "7", "7.0"),
    "decimal": ("NumericEquals", "0.50", ".5"),
    "signs": ("NumericEquals", "+7", "7"),
    "negative": ("NumericEquals", "-7", "-7.0"),
    "small exponent": ("NumericEquals", "70e-1", "7"),
    "capital exponent": ("NumericEquals", "0.7E+1", "7"),
    "zeros": ("NumericEquals", "007", "7"),
    "JSON's own number": ("NumericEquals", 7, "7"),
    "JSON's own fraction": ("NumericEquals", 7.5, "7.50"),
    "boolean in capitals": ("Bool", "TRUE", "true"),
    "JSON's own boolean": ("Bool", False, "False"),
    "address": ("IpAddress", "10.1.2.3", "10.1.2.3"),
    "network with an address in it": ("IpAddress", "10.1.2.3/8", "10.200.0.0"),
    "short address": ("IpAddress", "2001:db8::/32", "2001:db8:0:0::1"),
    "JSON's own number as text": ("StringEquals", 7, "7"),
    "JSON's own boolean as text": ("StringEquals", [True], "true"),
}


@pytest.mark.parametrize(("operator", "wanted", "actual"), EQUAL.values(), ids=EQUAL)
def test_values_are_equal_however_they_are_written(fake_secrets, operator, wanted, actual):
    """Dates, numbers, truths and addresses are compared by what they mean."""
    assert is_met(fake_secrets, operator, wanted, actual)


@pytest.mark.parametrize(
    ("operator", "met"),
    [
        *(("NumericEquals", False), ("NumericNotEquals", True)),
        *(("DateLessThan", False), ("DateNotEquals", True)),
        *(("Bool", False), ("IpAddress", False), ("NotIpAddress", True)),
        *(("ArnLike", False), ("ArnNotEquals", True)),
    ],
)
def test_what_cannot_be_compared_is_unequal(fake_secrets, operator, met):
    """A value of the request that is not of the operator's type meets only a negation."""
    wanted = {"Num": "7", "Dat": "0", "Boo": "true", "IpA": "::", "Not": "::", "Arn": ROLE}

    assert met == is_met(fake_secrets, operator, wanted[operator[:3]], "x")


# Values that an operator cannot compare, by operator.
INCOMPARABLE = {
    "DateEquals": [
        *("", "x", "-1", "1.5", "2026-1-31", "2026-02-30", "2026-13", "2026-01-31T12"),
        *("2026-01-31 12:00:00Z", "20260131T120000Z", "2026-W05", "2026-01-31T12:00:00+0100"),
        *("2026-01-31T25:00:00Z", "2026-01-31T12:00:00.Z", "Z2026-01-31", "2026-01-31TZ", "9" * 20),
    ],
    "NumericEquals": [
        *("", "x", ".", "7 ", " 7", "1_000", "0x7", "7,5", "1e", "e1", "--7", "NaN", "Infinity"),
    ],
    "Bool": ["", "yes", "1", 1, "true "],
    "Null": ["", "no", 0],
    "IpAddress": ["", "x", "*", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "256.0.0.0", "::/129"],
    "ArnLike": ["", "x", "**", "arn:aws:iam::222222222222", "arn:aws:s3"],
    "ArnNotEquals": ["arn"],
    "StringEquals": [None, {}, [], [[]], ["x", None], float("nan"), ["x", float("-inf")]],
}


@pytest.mark.parametrize(
    ("operator", "value"),
    [(operator, value) for operator, values in INCOMPARABLE.items() for value in values],
)
def test_a_value_that_an_operator_cannot_compare_is_refused(secrets_client, operator, value):
    """A condition wants values of the type of its operator, also where others are right."""
    condition = {operator: {"aws:PrincipalTag/key": value}}
    text = policy(statement(), statement(Condition=condition))

    assert (MALFORMED, SYNTAX) == refusal(
        secrets_client.put_resource_policy, SecretId="a", ResourcePolicy=text
    )


@pytest.mark.parametrize(
    "operator",
    [
        *("StringIs", "StringEquals ", "BoolNot", "NumericLike", "IfExists", "ForAllValues:"),
        *("StringEqualsIfexists", "StringEqualsIfExistsIfExists", "ForSomeValue:StringLike"),
        *("NullIfExists", "ForAnyValue:Null", "ForAllValues:NullIfExists"),
    ],
)
def test_an_operator_that_there_is_not_is_refused(secrets_client, operator):
    """An operator is one of AWS's, with its prefix and suffix, which Null does not have."""
    text = policy(statement(Condition={operator: {"aws:PrincipalTag/key": "true"}}))

    assert (MALFORMED, SYNTAX) == refusal(
        secrets_client.put_resource_policy, SecretId="a", ResourcePolicy=text
    )


UNSUPPORTED_KEYS = (
    "The condition key {} is not supported. Supported are the keys of AWS as a whole and, with "
    "secretsmanager: before it: BlockPublicPolicy, Description, ForceDeleteWithoutRecovery, "
    "ForceOverwriteReplicaSecret, KmsKeyId, Name, RecoveryWindowInDays, RotateImmediately, "
    "RotationLambdaARN, SecretId, Type, VersionId, VersionStage, ResourceTag/..., "
    "SecretPrimaryRegion."
)
VARIABLE = "The policy variable in {!r} is not supported. Write the value itself instead."


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        *(
            pytest.param(
                {"Condition": {"StringEquals": {key: "x"}}}, UNSUPPORTED_KEYS.format(key), id=key
            )
            for key in (
                *("secretsmanager:Colour", "SecretsManager:colour", "secretsmanager:"),
                *("secretsmanager:resourcetag", "secretsmanager:aws:SourceVpc"),
            )
        ),
        pytest.param(
            {"Resource": ["*", "arn:aws:secretsmanager:*:*:secret:${aws:username}"]},
            VARIABLE.format("arn:aws:secretsmanager:*:*:secret:${aws:username}"),
            id="variable in a resource",
        ),
        pytest.param(
            {"Condition": {"StringLike": {"aws:SourceVpc": ["x", "vpc-${*}"]}}},
            VARIABLE.format("vpc-${*}"),
            id="variable in a condition",
        ),
    ],
)
def test_what_the_fake_cannot_evaluate_is_named(secrets_client, elements, message):
    """A key, or a variable, that AWS may know and the fake does not is refused as it is written."""
    text = policy(statement(), statement(**elements))

    with pytest.raises(UnsupportedError) as caught:
        secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=text)

    assert message == str(caught.value)


@pytest.mark.parametrize(
    "operator", ["BinaryEquals", "ForAnyValue:BinaryEquals", "BinaryEqualsIfExists"]
)
def test_an_operator_that_the_fake_has_not_is_named(secrets_client, operator):
    """An operator that AWS has and the fake has not is refused as it is written."""
    text = policy(statement(Condition={operator: {"aws:PrincipalTag/key": "eA=="}}))

    with pytest.raises(UnsupportedError) as caught:
        secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=text)

    assert str(caught.value).startswith(f"The condition operator {operator} is not supported. ")


# Each element or member with values of it with which it is not a policy.
WRONG = {
    "Principal": [
        *({"AWS": [ROLE, 1]}, {"AWS": None}, {"aws": ROLE}, {"AWS": ROLE, "Role": ROLE}),
        *({"AWS": {"AWS": ROLE}}, [ROLE], "", {"Federated": []}, {"CanonicalUser": 1}),
    ],
    "Action": [
        *("", "s3:", ":GetObject", "s3:Get Object", "s3:Get:Object", None),
        *("x", ["*", "x"], [None], {}, "secretsmanager:GetSecretValue\n"),
    ],
    "Resource": [
        *("", "arn:aws:s3", "x*", ["*", "x"], [None], {}, None),
        "ARN:aws:s3:::bucket",
    ],
    "Effect": ["", "ALLOW", "Permit", ["Allow"], None],
    "Condition": ["", None, {"StringEquals": None}, {"StringEquals": []}],
    "Sid": [None, ["x"], 1],
}


@pytest.mark.parametrize(
    ("element", "value"),
    [(element, value) for element, values in WRONG.items() for value in values],
)
def test_an_element_of_no_form_is_refused(secrets_client, element, value):
    """Each element has the form that AWS's grammar has for it, null being none."""
    text = policy({**ALLOW, element: value})

    assert (MALFORMED, SYNTAX) == refusal(
        secrets_client.put_resource_policy, SecretId="a", ResourcePolicy=text
    )


@pytest.mark.parametrize(
    "members",
    [
        *({"version": "2008-10-18"}, {"version": None}, {"version": ["2012-10-17"]}),
        *({"Id": None}, {"Id": ["x"]}, {"Name": "x"}, {"id": "x"}),
    ],
    ids=str,
)
def test_a_member_of_no_form_is_refused(secrets_client, members):
    """A policy has a version of two, an id that is text, and statements."""
    assert (MALFORMED, SYNTAX) == refusal(
        secrets_client.put_resource_policy,
        SecretId="a",
        ResourcePolicy=policy(statement(), **members),
    )


@pytest.mark.parametrize(
    ("member", "twice"),
    [
        ('"Version": "2012-10-17"', '"Version": "2012-10-17", "Version": "2012-10-17"'),
        ('"Effect": "Allow"', '"Effect": "Deny", "Effect": "Allow"'),
        ('"Action": "*"', '"Action": "*", "Action": "*"'),
        (f'"AWS": "{ROLE}"', f'"AWS": "{ACCOUNT}", "AWS": "{ROLE}"'),
        ('"aws:SourceVpc": "x"', '"aws:SourceVpc": "y", "aws:SourceVpc": "x"'),
    ],
    ids=["of the policy", "of a statement", "the same", "of a principal", "of a condition"],
)
def test_a_member_that_is_there_twice_is_refused(secrets_client, member, twice):
    """No member of an object is written twice, wherever the object is."""
    text = policy(statement(Condition={"StringEquals": {"aws:SourceVpc": "x"}}))

    assert 1 == text.count(member)
    assert (MALFORMED, SYNTAX) == refusal(
        secrets_client.put_resource_policy,
        SecretId="a",
        ResourcePolicy=text.replace(member, twice),
    )


@pytest.mark.parametrize(
    ("principal", "message"),
    [
        *(
            pytest.param({"AWS": [ROLE, name]}, PRINCIPAL, id=name)
            for name in (
                *("", "**", "app", "22222222222", "2222222222222"),
                *("arn:aws:iam::2222:root", "arn:aws:iam::*:root", "arn:aws:iam:::root"),
                *("arn:aws:iam:us-east-1:222222222222:root", "arn:aws:s3::222222222222:root"),
                *("arn:gcp:iam::222222222222:root", "arn:aws:iam::222222222222:root/x"),
                *("arn:aws:iam::222222222222:user/", "arn:aws:iam::222222222222:policy/x"),
                *("arn:aws:sts::222222222222:assumed-role/app", "arn:aws:iam::222222222222"),
                *("arn:aws:sts::222222222222:assumed-role/app/i/1", f"{ROLE}?"),
                *("arn:aws:iam::222222222222:assumed-role/app/i", "lambda.amazonaws.com"),
                *("arn:aws:sts::222222222222:root", "arn:aws:sts::222222222222:federated-user/"),
            )
        ),
        pytest.param({"CanonicalUser": "79a59df900b949e5"}, PRINCIPAL, id="canonical user"),
        pytest.param({"AWS": ROLE, "Federated": "x"}, PRINCIPAL, id="federation and a role"),
        pytest.param(
            {"AWS": ROLE, "Service": "rds", "Federated": "x", "CanonicalUser": "y"},
            PRINCIPAL,
            id="all kinds",
        ),
        *(
            pytest.param({"Service": ["rds.amazonaws.com", name]}, SERVICE, id=f"service {name}")
            for name in (
                *("*", "rds", "amazonaws.com", ".amazonaws.com", "RDS.amazonaws.com", ROLE),
                *("rds.amazonaws.com.de", "rds.amazonaws.comx", "r*s.amazonaws.com", ACCOUNT),
            )
        ),
    ],
)
def test_a_principal_of_no_form_is_refused(secrets_client, principal, message):
    """Who is named is an account, a user, a role, a session of one, or a service of AWS."""
    text = policy(statement(Principal=principal))

    assert (MALFORMED, message) == refusal(
        secrets_client.put_resource_policy, SecretId="a", ResourcePolicy=text
    )


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_constant_that_json_does_not_have_is_refused(secrets_client, constant):
    """JSON has neither NaN nor infinity, though Python reads them."""
    text = policy(statement(Condition={"StringEquals": {"aws:SourceVpc": 7}}))

    assert (MALFORMED, SYNTAX) == refusal(
        secrets_client.put_resource_policy,
        SecretId="a",
        ResourcePolicy=text.replace("7}", f"{constant}}}"),
    )


def test_letters_come_back_as_they_are(secrets_client):
    """A policy that AWS writes anew has no escapes for letters, and is still JSON."""
    text = policy(statement(Sid="é", Condition={}))

    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=text)

    kept = secrets_client.get_resource_policy(SecretId="a")["ResourcePolicy"]
    assert "é" in kept
    assert json.loads(text) == json.loads(kept)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(policy(statement(), statement()), id="several statements without Sid"),
        pytest.param(
            policy(statement(Sid="a"), statement(), statement(Sid="b")), id="different Sids"
        ),
        pytest.param(policy(statement(), version="2008-10-17", Id=""), id="old version, empty id"),
        pytest.param(policy(statement(Sid="")), id="empty Sid"),
        *(
            pytest.param(
                policy(statement(Condition={"ForAnyValue:StringLikeIfExists": {key: "x"}})), id=key
            )
            for key in (
                *("aws:anything", "s3:prefix", "SecretsManager:versionSTAGE"),
                *("secretsmanager:resourceTag/Team", "secretsmanager:SecretPrimaryRegion"),
                *("secretsmanager:Name", "secretsmanager:Type", "x-secretsmanager:Colour"),
            )
        ),
    ],
)
def test_what_the_grammar_leaves_open_is_accepted(secrets_client, text):
    """What AWS's grammar allows in more than one way is kept."""
    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=text)

    kept = secrets_client.get_resource_policy(SecretId="a")["ResourcePolicy"]
    assert json.loads(text) == json.loads(kept)


def test_a_list_of_one_is_written_as_text(secrets_client):
    """One principal, action or resource comes back as text, and so does one that is spared."""
    spared = {"Principal": None, "NotPrincipal": {"AWS": [ACCOUNT]}, "Effect": "Deny"}
    spared["Action"] = "secretsmanager:DeleteSecret"
    negated = {"Action": None, "NotAction": ["s3:*"], "Resource": None, "NotResource": ["*"]}
    text = policy(statement(**spared, Sid="a"), statement(**negated, Principal={"AWS": [ROLE]}))

    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=text)

    kept = json.loads(secrets_client.get_resource_policy(SecretId="a")["ResourcePolicy"])
    assert [
        statement(**spared, Sid="a") | {"NotPrincipal": {"AWS": ACCOUNT}},
        statement(**negated) | {"NotAction": "s3:*", "NotResource": "*"},
    ] == kept["Statement"]


ORGANIZATION = {"aws:PrincipalOrgID": "o-1"}
# What a condition of an Allow for everybody is, and whether everybody is still let in.
CONDITIONS = {
    "source ARN": ({"ArnEquals": {"aws:SourceArn": ROLE}}, False),
    "network": ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False),
    "endpoint": ({"StringEqualsIgnoreCase": {"aws:SourceVpce": "vpce-1"}}, False),
    "source account": ({"StringLike": {"aws:SourceAccount": ACCOUNT}}, False),
    "organization": ({"ForAnyValue:StringEquals": ORGANIZATION}, False),
    "account": ({"StringEquals": {"aws:principalaccount": [ACCOUNT, "333333333333"]}}, False),
    "principal": ({"ArnLike": {"aws:PrincipalArn": f"{ROLE}-?"}}, False),
    "one of several": ({"Bool": {"aws:SecureTransport": True}, "StringLike": ORGANIZATION}, False),
    "functions": (
        {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:*"}},
        False,
    ),
    "functions anywhere": (
        {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:*:{ACCOUNT}:function:*"}},
        True,
    ),
    "functions of any account": (
        {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:us-east-1:22222222222?:function:x"}},
        True,
    ),
    "an organization or any": ({"StringLike": {"aws:PrincipalOrgID": ["o-1", "o-*"]}}, True),
    "question mark": ({"StringLike": {"aws:SourceVpc": "vpc-?"}}, True),
    "if there is one": ({"StringEqualsIfExists": ORGANIZATION}, True),
    "all of none": ({"ForAllValues:StringEquals": ORGANIZATION}, True),
    "another organization": ({"StringNotEquals": ORGANIZATION}, True),
    "other ARNs": ({"ArnNotEquals": {"aws:SourceArn": ROLE}}, True),
    "no organization": ({"Null": {"aws:PrincipalOrgID": "false"}}, True),
    "address": ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
    "transport": ({"Bool": {"aws:SecureTransport": "true"}}, True),
    "tag": ({"StringEquals": {"aws:PrincipalTag/team": "web"}}, True),
}


@pytest.mark.parametrize(("condition", "broad"), CONDITIONS.values(), ids=CONDITIONS)
def test_some_conditions_keep_everybody_out(secrets_client, condition, broad):
    """Everybody is let in, unless a condition names whose account, network or resource it is."""
    everybody = statement(Principal="*", Condition=condition)
    text = policy(statement(), everybody, statement(Effect="Deny", Principal={"AWS": ACCOUNT}))

    errors = secrets_client.validate_resource_policy(ResourcePolicy=text)["ValidationErrors"]

    assert errors == [{"CheckName": "BlockPublicPolicyCheck", "ErrorMessage": BROAD}] * broad
