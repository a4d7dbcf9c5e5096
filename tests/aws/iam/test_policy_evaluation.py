from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ClientError
from freezegun import freeze_time

from pytest_fakesecrets import Secret

OWNER = "123456789012"
ACCOUNT = "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/alice"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/carol"
ROLE_OF_CHINA = f"arn:aws-cn:iam::{ACCOUNT}:role/app"
SESSION_OF_CHINA = f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/app/i-1"
ARN = f"arn:aws:secretsmanager:us-east-1:{OWNER}:secret:prod/db-a1b2c3"
ACTION = "secretsmanager:GetSecretValue"
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


def statement(**elements):
    """Return a statement that allows everything, with other elements; None is absent."""
    return {name: value for name, value in {**ALLOW, **elements}.items() if value is not None}


def add(fake, *statements, **details):
    """Have a secret with a resource policy, under a key that other accounts may use."""
    fake.add(
        Secret(
            "prod/db",
            "s3cret",
            arn_suffix="a1b2c3",
            kms_key_id="alias/shared",
            policy={"Version": "2012-10-17", "Statement": list(statements)},
            **details,
        )
    )


def reads(client, **request):
    """Tell whether a client may read the value."""
    try:
        outcome = client.get_secret_value(SecretId=ARN, **request)["SecretString"]
    except ClientError as error:
        outcome = error.response["Error"]["Code"]
    return {"s3cret": True, "AccessDeniedException": False}[outcome]


PRINCIPALS = {
    "everybody": ("*", ROOT, True),
    "every AWS principal": ({"AWS": "*"}, SESSION, True),
    "account id for a user": ({"AWS": ACCOUNT}, USER, True),
    "account id for the root": ({"AWS": ACCOUNT}, ROOT, True),
    "root for a session": ({"AWS": ROOT}, SESSION, True),
    "root of another account": ({"AWS": "arn:aws:iam::333333333333:root"}, USER, False),
    "the user": ({"AWS": USER}, USER, True),
    "another user": ({"AWS": f"{USER}2"}, USER, False),
    "the user is not the account": ({"AWS": USER}, ROOT, False),
    "the role": ({"AWS": ROLE}, ROLE, True),
    "the role for its session": ({"AWS": ROLE}, SESSION, True),
    "the session": ({"AWS": SESSION}, SESSION, True),
    "another session": ({"AWS": f"{SESSION}2"}, SESSION, False),
    "a role of the same name elsewhere": ({"AWS": ROLE}, ROLE.replace("2", "3"), False),
    "a role of China for its session": ({"AWS": ROLE_OF_CHINA}, SESSION_OF_CHINA, True),
    "a role is of one partition": ({"AWS": ROLE}, SESSION_OF_CHINA, False),
    "a federated user": ({"AWS": FEDERATED}, FEDERATED, True),
    "account id for a federated user": ({"AWS": ACCOUNT}, FEDERATED, True),
    "one of several": ({"AWS": ["333333333333", ROLE]}, ROLE, True),
    "one of two kinds": ({"AWS": ROLE, "Service": "rds.amazonaws.com"}, ROLE, True),
    "a service beside a role": (
        {"AWS": ROLE, "Service": "rds.amazonaws.com"},
        "rds.amazonaws.com",
        True,
    ),
    "a service of China": (
        {"Service": "rds.cn-north-1.amazonaws.com.cn"},
        "rds.cn-north-1.amazonaws.com.cn",
        True,
    ),
    "a service": ({"Service": "rds.amazonaws.com"}, "rds.amazonaws.com", True),
    "another service": ({"Service": "rds.amazonaws.com"}, "ec2.amazonaws.com", False),
    "a service is not an account": ({"AWS": ACCOUNT}, "rds.amazonaws.com", False),
    "an account is not a service": ({"Service": "rds.amazonaws.com"}, ROOT, False),
}


@pytest.mark.parametrize(("element", "principal", "allowed"), PRINCIPALS.values(), ids=PRINCIPALS)
def test_a_principal_is_allowed(fake_secrets, element, principal, allowed):
    """A statement means the principals that it names, and those that belong to them."""
    add(fake_secrets, statement(Principal=element))

    assert allowed == reads(fake_secrets.client(principal=principal))


@pytest.mark.parametrize(
    ("spared", "principal", "allowed"),
    [
        pytest.param([USER, ACCOUNT], USER, True, id="the user and its account"),
        pytest.param([USER], USER, False, id="the user without its account"),
        pytest.param([ACCOUNT], USER, False, id="the account without the user"),
        pytest.param([ACCOUNT], ROOT, True, id="the root"),
        pytest.param([ROLE, ACCOUNT], SESSION, False, id="a role without its session"),
        pytest.param([ROLE, SESSION, ACCOUNT], SESSION, True, id="a role with its session"),
        pytest.param(["*"], USER, True, id="everybody"),
    ],
)
def test_who_is_spared_is_listed_with_its_account(fake_secrets, spared, principal, allowed):
    """A denial of all but some means whoever is not listed by each of its names."""
    denial = statement(Effect="Deny", Principal=None, NotPrincipal={"AWS": spared})
    add(fake_secrets, statement(), denial)

    assert allowed == reads(fake_secrets.client(principal=principal))


ELEMENTS = {
    "the action": ({"Action": ACTION}, True),
    "the action in another case": ({"Action": "SecretsManager:getsecretVALUE"}, True),
    "actions by *": ({"Action": "secretsmanager:Get*"}, True),
    "actions by ?": ({"Action": "secretsmanager:GetSecretValu?"}, True),
    "all actions": ({"Action": "secretsmanager:*"}, True),
    "another action": ({"Action": "secretsmanager:DescribeSecret"}, False),
    "one of several actions": ({"Action": ["s3:GetObject", ACTION]}, True),
    "all actions but another": ({"Action": None, "NotAction": "secretsmanager:Put*"}, True),
    "all actions but this one": ({"Action": None, "NotAction": [ACTION]}, False),
    "the resource": ({"Resource": ARN}, True),
    "resources by ?": ({"Resource": f"{ARN[:-6]}??????"}, True),
    "resources by *": ({"Resource": "arn:aws:secretsmanager:*:*:secret:prod/*"}, True),
    "resources by * inside a segment": ({"Resource": ARN.replace("us-east-1", "us*st*1")}, True),
    "resources by ? inside a segment": ({"Resource": ARN.replace("us-east-1", "us?eas??1")}, True),
    "too many ?": ({"Resource": f"{ARN}?"}, False),
    "a * for nothing": ({"Resource": f"{ARN}*"}, True),
    "one of several resources": ({"Resource": ["arn:aws:s3:::bucket", ARN]}, True),
    "a partial ARN": ({"Resource": ARN[:-7]}, False),
    "another resource": ({"Resource": ARN.replace("db", "DB")}, False),
    "all resources but another": ({"Resource": None, "NotResource": f"{ARN}x"}, True),
    "all resources but this one": ({"Resource": None, "NotResource": ARN}, False),
    "brackets are not wildcard": ({"Resource": ARN.replace("prod", "[a-z]rod")}, False),
}


@pytest.mark.parametrize(("elements", "allowed"), ELEMENTS.values(), ids=ELEMENTS)
def test_actions_and_resources_have_wildcards(fake_secrets, elements, allowed):
    """A statement means the actions and resources that fit its patterns."""
    add(fake_secrets, statement(**elements))

    assert allowed == reads(fake_secrets.client(account=ACCOUNT))


@pytest.mark.parametrize("order", ["AD", "DA", "ADA"])
def test_a_denial_wins(fake_secrets, order):
    """What one statement denies, no other allows, be it before or after."""
    statements = {"A": statement(), "D": statement(Effect="Deny", Action=ACTION)}
    add(fake_secrets, *(statements[letter] for letter in order))

    client = fake_secrets.client(account=ACCOUNT)

    assert not reads(client)
    assert "prod/db" == client.describe_secret(SecretId=ARN)["Name"]


# Each with the key aws:PrincipalTag/team, whose value is Web.
OPERATORS = {
    "StringEquals": ("Web", "web"),
    "StringNotEquals": ("web", "Web"),
    "StringEqualsIgnoreCase": ("wEB", "Webb"),
    "StringNotEqualsIgnoreCase": ("Webb", "wEB"),
    "StringLike": ("W*", "w*"),
    "StringNotLike": ("w?b", "W?b"),
}


@pytest.mark.parametrize(
    ("operator", "value", "allowed"),
    [
        pytest.param(operator, value, allowed, id=f"{operator} {value}")
        for operator, values in OPERATORS.items()
        for value, allowed in zip(values, (True, False), strict=True)
    ],
)
def test_strings_are_compared(fake_secrets, operator, value, allowed):
    """Each operator of strings compares as it is called."""
    add(fake_secrets, statement(Condition={operator: {"aws:principaltag/TEAM": value}}))

    with fake_secrets.acting_as(account=ACCOUNT, keys={"aws:PrincipalTag/team": "Web"}):
        assert allowed == reads(fake_secrets.client())


# The caller is a session of the role, at noon of January 31st 2026, from 10.1.2.3.
CONDITIONS = {
    "ArnEquals role of the session": ("ArnEquals", "aws:PrincipalArn", ROLE, True),
    "ArnLike": ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*", True),
    "ArnLike any": ("ArnLike", "aws:PrincipalArn", "*", True),
    "ArnLike by parts": ("ArnLike", "aws:PrincipalArn", "arn:aws:*:*:role/app:*", False),
    "ArnNotEquals": ("ArnNotEquals", "aws:PrincipalArn", ROLE, False),
    "ArnNotLike": ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*", True),
    "ArnLike of no ARN": ("ArnLike", "aws:PrincipalAccount", "*", False),
    "ArnNotLike of no ARN": ("ArnNotLike", "aws:PrincipalAccount", ROLE, True),
    "account": ("StringEquals", "aws:PrincipalAccount", ACCOUNT, True),
    "organization": ("StringEquals", "aws:PrincipalOrgID", "o-1", True),
    "source account": ("StringEquals", "aws:SourceAccount", "333333333333", True),
    "source ARN": ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*", True),
    "network": ("StringEquals", "aws:SourceVpc", ["vpc-0", "vpc-1"], True),
    "endpoint": ("StringNotEquals", "aws:SourceVpce", ["vpce-0", "vpce-1"], False),
    "owner": ("StringEquals", "aws:ResourceAccount", OWNER, True),
    "Region": ("StringEquals", "aws:RequestedRegion", "us-east-1", True),
    "primary Region": ("StringEquals", "secretsmanager:SecretPrimaryRegion", "us-east-1", True),
    "SecretId": ("StringEquals", "secretsmanager:SecretId", ARN, True),
    "tag": ("StringEquals", "secretsmanager:ResourceTag/Team", "web", True),
    "tag, as AWS spells it": ("StringEquals", "aws:ResourceTag/team", "web", True),
    "no such tag": ("StringEquals", "aws:ResourceTag/none", "web", False),
    "transport": ("Bool", "aws:SecureTransport", "true", True),
    "no transport": ("Bool", "aws:SecureTransport", [False], False),
    "transport as text": ("StringEquals", "aws:SecureTransport", "true", True),
    "not a service": ("Bool", "aws:PrincipalIsAWSService", "False", True),
    "not a service, as text": ("StringEquals", "aws:PrincipalIsAWSService", "false", True),
    "not by a service": ("Bool", "aws:ViaAWSService", "false", True),
    "not by a service, as text": ("StringEquals", "aws:ViaAWSService", "false", True),
    "no service": ("Null", "aws:PrincipalServiceName", "true", True),
    "no label asked for": ("Null", "secretsmanager:VersionStage", "true", True),
    "no tags in the request": ("Null", "aws:TagKeys", "true", True),
    "address": ("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "10.0.0.0/8"], True),
    "other addresses": ("NotIpAddress", "aws:SourceIp", "10.1.2.3", False),
    "address of another kind": ("IpAddress", "aws:SourceIp", "::/0", False),
    "after": ("DateGreaterThan", "aws:CurrentTime", "2026-01-31T11:59:59Z", True),
    "after that": ("DateGreaterThan", "aws:CurrentTime", "2026-01-31T12:00:00Z", False),
    "from": ("DateGreaterThanEquals", "aws:CurrentTime", "2026-01-31T12:00:00+00:00", True),
    "before": ("DateLessThan", "aws:CurrentTime", "2026-01-31", False),
    "until": ("DateLessThanEquals", "aws:CurrentTime", str(int(NOW.timestamp())), True),
    "then": ("DateEquals", "aws:EpochTime", "2026-01-31T12:00:00Z", True),
    "not then": ("DateNotEquals", "aws:EpochTime", "2026-01-31T12:00:00Z", False),
    "number": ("NumericEquals", "aws:EpochTime", int(NOW.timestamp()), True),
    "another number": ("NumericNotEquals", "aws:EpochTime", "1", True),
    "less": ("NumericLessThan", "aws:EpochTime", int(NOW.timestamp()) + 1, True),
    "at most": ("NumericLessThanEquals", "aws:EpochTime", int(NOW.timestamp()) - 1, False),
    "more": ("NumericGreaterThan", "aws:EpochTime", int(NOW.timestamp()), False),
    "at least": ("NumericGreaterThanEquals", "aws:EpochTime", int(NOW.timestamp()), True),
    "seconds": ("StringEquals", "aws:EpochTime", str(int(NOW.timestamp())), True),
    "absent": ("Null", "aws:TokenIssueTime", "true", True),
    "absent in capitals": ("Null", "aws:TokenIssueTime", "TRUE", True),
    "absent or not": ("Null", "aws:TokenIssueTime", ["false", "true"], True),
    "not absent": ("Null", "aws:TokenIssueTime", False, False),
    "present": ("Null", "aws:SourceVpc", "false", True),
    "not present": ("Null", "aws:SourceVpc", "true", False),
    "absent, equal": ("StringEquals", "aws:none", "x", False),
    "absent, unequal": ("StringNotEquals", "aws:none", "x", True),
    "absent if": ("StringEqualsIfExists", "aws:none", "x", True),
    "present if": ("StringEqualsIfExists", "aws:SourceVpc", "x", False),
    "any": ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-1/b", True),
    "none of any": ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-1/c", False),
    "any other": ("ForAnyValue:StringNotEquals", "aws:PrincipalOrgPaths", "o-1/b", True),
    "any absent": ("ForAnyValue:StringNotEquals", "aws:none", "x", False),
    "any absent if": ("ForAnyValue:StringLikeIfExists", "aws:none", "x", True),
    "all": ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", ["*/a", "*/b"], True),
    "not all": ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "*/a", False),
    "all others": ("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", "*/c", True),
    "all absent": ("ForAllValues:StringEquals", "aws:none", "x", True),
    "several": ("StringEquals", "aws:PrincipalOrgPaths", "o-1/b", True),
    "not several": ("StringNotEquals", "aws:PrincipalOrgPaths", "o-1/b", False),
}


@pytest.mark.parametrize(
    ("operator", "key", "value", "allowed"), CONDITIONS.values(), ids=CONDITIONS
)
def test_a_condition_is_evaluated(fake_secrets, operator, key, value, allowed):
    """A statement means the requests that fulfil its conditions."""
    add(fake_secrets, statement(Condition={operator: {key: value}}), tags={"Team": "web"})
    caller = fake_secrets.acting_as(
        principal=SESSION,
        org_id="o-1",
        source_account="333333333333",
        source_arn="arn:aws:s3:::bucket",
        source_ip="10.1.2.3",
        source_vpc="vpc-1",
        source_vpce="vpce-1",
        keys={"aws:PrincipalOrgPaths": ["o-1/a", "o-1/b"]},
    )

    with freeze_time(NOW), caller:
        assert allowed == reads(fake_secrets.client())


@pytest.mark.parametrize("allowed", [True, False])
def test_all_conditions_have_to_hold(fake_secrets, allowed):
    """Operators and keys of one statement are joined by and."""
    condition = {
        "StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:SourceVpce": "vpce-1"},
        "Bool": {"aws:SecureTransport": allowed},
    }
    add(fake_secrets, statement(Condition=condition))

    with fake_secrets.acting_as(account=ACCOUNT, source_vpce="vpce-1"):
        assert allowed == reads(fake_secrets.client())


@pytest.mark.parametrize(
    ("request_members", "allowed"),
    [
        pytest.param({"VersionStage": "AWSCURRENT"}, True, id="label"),
        pytest.param({"VersionStage": "AWSPREVIOUS"}, False, id="another label"),
        pytest.param({}, False, id="no label"),
    ],
)
def test_a_label_is_one_that_the_request_names(fake_secrets, request_members, allowed):
    """The key VersionStage holds what is in the request, and nothing where it has no label."""
    condition = {"ForAnyValue:StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}
    add(fake_secrets, statement(Condition=condition))
    client = fake_secrets.client(account=ACCOUNT)

    assert allowed == reads(client, **request_members)


@pytest.mark.parametrize(
    ("operation", "given", "condition"),
    [
        pytest.param(
            "delete_secret",
            {"RecoveryWindowInDays": 7},
            {"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "8"}},
            id="number",
        ),
        pytest.param(
            "delete_secret",
            {"ForceDeleteWithoutRecovery": True},
            {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
            id="boolean",
        ),
        pytest.param(
            "delete_secret",
            {"ForceDeleteWithoutRecovery": True},
            {"StringEquals": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
            id="boolean as text",
        ),
        pytest.param(
            "update_secret",
            {"Description": "mine"},
            {"StringEquals": {"secretsmanager:Description": "mine"}},
            id="text",
        ),
        pytest.param(
            "tag_resource",
            {"Tags": [{"Key": "Team", "Value": "web"}]},
            {"StringEquals": {"aws:RequestTag/team": "web"}},
            id="value of a tag",
        ),
        pytest.param(
            "tag_resource",
            {"Tags": [{"Key": "team", "Value": "web"}]},
            {
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
                "Null": {"aws:TagKeys": False},
            },
            id="key of a tag",
        ),
        pytest.param(
            "untag_resource",
            {"TagKeys": ["team"]},
            {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}},
            id="key of a tag that goes",
        ),
    ],
)
def test_the_members_of_a_request_are_keys(fake_secrets, operation, given, condition):
    """A policy may deny a request by what it asks for."""
    add(fake_secrets, statement(Effect="Deny", Condition=condition))
    client = fake_secrets.client()

    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(SecretId="prod/db", **given)

    assert "an explicit deny in a resource-based policy" in str(caught.value)
    assert reads(client)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_replica_has_the_primary_region_of_its_secret(fake_secrets, region):
    """The key SecretPrimaryRegion holds the Region of the primary secret, for a replica too."""
    condition = {
        "StringEquals": {
            "secretsmanager:SecretPrimaryRegion": "us-east-1",
            "aws:RequestedRegion": region,
        }
    }
    add(fake_secrets, statement(Effect="Deny", Action=ACTION, Condition=condition))
    fake_secrets.client().replicate_secret_to_regions(
        SecretId="prod/db", AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    arn = ARN.replace("us-east-1", region)

    with pytest.raises(ClientError, match="an explicit deny in a resource-based policy"):
        fake_secrets.client(region).get_secret_value(SecretId=arn)


def test_a_validation_of_a_policy_for_any_secret_is_about_none(fake_secrets):
    """Without a SecretId, a policy locks out who is denied on all resources, and not on some."""
    client = fake_secrets.client()

    def passes(**elements):
        text = json.dumps({"Statement": statement(Effect="Deny", **elements)})
        return client.validate_resource_policy(ResourcePolicy=text)["PolicyValidationPassed"]

    assert not passes(Resource="*")
    assert passes(Resource=ARN)
    assert not passes(Resource=None, NotResource=ARN)
    assert passes(Condition={"Null": {"secretsmanager:SecretPrimaryRegion": "false"}})


def test_a_service_has_no_account(fake_secrets):
    """A service is known by its name, and has neither account nor ARN."""
    condition = {
        "StringEquals": {
            "aws:PrincipalServiceName": "rds.amazonaws.com",
            "aws:SourceAccount": OWNER,
        },
        "Bool": {"aws:PrincipalIsAWSService": "true"},
        "Null": {"aws:PrincipalAccount": "true", "aws:PrincipalArn": "true"},
    }
    add(fake_secrets, statement(Condition=condition))

    with fake_secrets.acting_as(principal="rds.amazonaws.com", source_account=OWNER):
        assert reads(fake_secrets.client())
