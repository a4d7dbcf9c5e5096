from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from support import outcome

from pytest_fakesecrets import FakeSecrets, Secret, UnsupportedError, UsageError
from pytest_fakesecrets._aws.api_model import operations, request_shape
from pytest_fakesecrets._aws.iam.policy import read_policy
from pytest_fakesecrets._aws.operations.registry import snake_case

MISSING = "Secrets Manager can't find the specified secret."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
SYNTAX = "This resource policy contains a syntax error."
PRINCIPAL = "This resource policy contains an unsupported principal."
SERVICE = "This resource policy contains an invalid service principal."
BROAD = "You can't attach a resource-based policy that allows broad access to the secret."
LOCK_OUT = "This resource policy will not allow you to manage this secret in the future."
WRONG_PARAMETER = "The parameter name or value is invalid."
MALFORMED = "MalformedPolicyDocumentException"
# The elements of a statement in the order in which AWS writes them.
ELEMENTS = [
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
]
STRANGER = "arn:aws:iam::222222222222:role/app"
ALLOW = {"Effect": "Allow", "Principal": {"AWS": STRANGER}, "Action": "*", "Resource": "*"}
HARMLESS = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]}, indent=2)
HARMLESS_WRITTEN = """{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::222222222222:role/app"
    },
    "Action" : "*",
    "Resource" : "*"
  } ]
}"""
NOT_SUPPORTED = (
    "The condition operator BinaryEquals is not supported. Supported are: ArnEquals, ArnLike, "
    "ArnNotEquals, ArnNotLike, Bool, DateEquals, DateGreaterThan, DateGreaterThanEquals, "
    "DateLessThan, DateLessThanEquals, DateNotEquals, IpAddress, NotIpAddress, Null, "
    "NumericEquals, NumericGreaterThan, NumericGreaterThanEquals, NumericLessThan, "
    "NumericLessThanEquals, NumericNotEquals, StringEquals, StringEqualsIgnoreCase, StringLike, "
    "StringNotEquals, StringNotEqualsIgnoreCase, StringNotLike."
)
NAMED = {"PolicyName": "default"}

named = pytest.mark.skipif(
    "ListResourcePolicies" not in operations(), reason="this botocore has no named policies"
)
pytestmark = pytest.mark.secrets(Secret("a", "v", arn_suffix="a1b2c3"))

OPERATIONS = {
    "put_resource_policy": {"ResourcePolicy": HARMLESS},
    "get_resource_policy": {},
    "delete_resource_policy": {},
    "list_resource_policies": {},
    "validate_resource_policy": {"ResourcePolicy": HARMLESS},
}
KNOWN = [name for name in OPERATIONS if name in map(snake_case, operations())]


def refusal(call, **parameters):
    """Return code and message of the error that a call meets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def answered(response):
    """Return an answer without what AWS says about the request, and without newer members."""
    return {
        name: value
        for name, value in response.items()
        if name not in ("ResponseMetadata", "PolicyName")
    }


def document(**elements):
    """Write a policy of one statement, the harmless one with other elements; None is absent."""
    statement = {name: value for name, value in {**ALLOW, **elements}.items() if value is not None}
    return json.dumps({"Statement": statement})


def listed(text):
    """Return a policy of one statement with a list of statements, which AWS makes of it."""
    policy = json.loads(text)
    return {**policy, "Statement": [policy["Statement"]]}


def rewritten(client, text):
    """Put a policy, and return the text that AWS makes of it."""
    client.put_resource_policy(SecretId="a", ResourcePolicy=text)
    return client.get_resource_policy(SecretId="a")["ResourcePolicy"]


def test_a_policy_is_put_read_and_deleted(fake_secrets, secrets_client):
    """A policy comes back as AWS writes it, and is gone when it was deleted."""
    arn = fake_secrets["a"].arn
    naming = {"ARN": arn, "Name": "a"}

    assert naming == answered(secrets_client.get_resource_policy(SecretId="a"))
    assert fake_secrets["a"].policy is None

    put = secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=HARMLESS)

    assert naming == answered(put)
    assert {**naming, "ResourcePolicy": HARMLESS_WRITTEN} == answered(
        secrets_client.get_resource_policy(SecretId=arn)
    )
    assert json.loads(HARMLESS) == fake_secrets["a"].policy

    deleted = secrets_client.delete_resource_policy(SecretId="a")

    assert naming == answered(deleted)
    assert naming == answered(secrets_client.get_resource_policy(SecretId="a"))


def test_a_policy_takes_the_place_of_the_one_before(fake_secrets, secrets_client):
    """A second put replaces the whole policy."""
    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=HARMLESS)
    other = document(Principal={"AWS": "333333333333"})

    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=other)

    assert listed(other) == fake_secrets["a"].policy


def test_a_policy_changes_the_secret(fake_secrets, secrets_client):
    """Putting and deleting a policy are changes; deleting none is not."""
    changes = []
    for operation, given in (
        ("put_resource_policy", {"ResourcePolicy": HARMLESS}),
        ("delete_resource_policy", {}),
        ("delete_resource_policy", {}),
    ):
        fake_secrets.clock.advance(days=1)
        getattr(secrets_client, operation)(SecretId="a", **given)
        changes.append(fake_secrets["a"].last_changed)

    assert changes[0] < changes[1]
    assert changes[1] == changes[2]


def test_a_policy_outlives_a_deletion(fake_secrets, secrets_client):
    """A secret that is restored has its policy."""
    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=HARMLESS)

    secrets_client.delete_secret(SecretId="a")
    secrets_client.restore_secret(SecretId="a")

    assert json.loads(HARMLESS) == fake_secrets["a"].policy


@pytest.mark.parametrize("operation", KNOWN)
def test_a_secret_scheduled_for_deletion_is_refused(fake_secrets, secrets_client, operation):
    """No operation on policies works on a secret that is scheduled for deletion."""
    fake_secrets.add("gone", deleted=True)
    call = getattr(secrets_client, operation)

    assert ("InvalidRequestException", MARKED) == refusal(
        call, SecretId="gone", **OPERATIONS[operation]
    )


@pytest.mark.parametrize("operation", KNOWN)
def test_a_missing_secret_is_refused(secrets_client, operation):
    """Each operation on policies wants a secret that exists."""
    call = getattr(secrets_client, operation)

    assert ("ResourceNotFoundException", MISSING) == refusal(
        call, SecretId="absent", **OPERATIONS[operation]
    )


@named
def test_answers_carry_the_name(secrets_client):
    """Put, get and delete say which policy they were about, also where no name was given."""
    put = secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=HARMLESS)
    got = secrets_client.get_resource_policy(SecretId="a", PolicyName="default")
    deleted = secrets_client.delete_resource_policy(SecretId="a")

    assert ["default"] * 3 == [answer["PolicyName"] for answer in (put, got, deleted)]


@named
@pytest.mark.parametrize("operation", ["put_resource_policy", "delete_resource_policy"])
def test_only_the_default_policy_can_be_changed(fake_secrets, secrets_client, operation):
    """Another name than default is a wrong parameter."""
    call = getattr(secrets_client, operation)
    given = {"SecretId": "a", "PolicyName": "other", **OPERATIONS[operation]}

    assert ("InvalidParameterException", WRONG_PARAMETER) == refusal(call, **given)
    assert fake_secrets["a"].policy is None


@named
def test_a_policy_of_another_name_is_not_there(secrets_client):
    """Reading a name that no policy has finds nothing."""
    expected = ("ResourceNotFoundException", MISSING)

    assert expected == refusal(secrets_client.get_resource_policy, SecretId="a", PolicyName="other")


@named
def test_policies_are_listed_by_name(secrets_client):
    """The list has the default policy once it is put."""
    assert [] == secrets_client.list_resource_policies(SecretId="a")["ResourcePolicies"]

    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=HARMLESS)

    assert [NAMED] == secrets_client.list_resource_policies(SecretId="a")["ResourcePolicies"]


@named
def test_policies_are_listed_in_pages(fake_secrets, secrets_client):
    """The default policy comes first, the others by name; botocore's paginator shows them all."""
    store = fake_secrets._service.store
    secret = store.find_arn(fake_secrets["a"].arn)
    # AWS itself attaches policies of other names, and nobody else can.
    policies = dict.fromkeys(["z", "default", "b"], read_policy(HARMLESS))
    store.region_of(secret).put(replace(secret, policies=policies))
    pages = secrets_client.get_paginator("list_resource_policies").paginate(
        SecretId="a", PaginationConfig={"PageSize": 1}
    )

    assert ["default", "b", "z"] == [
        each["PolicyName"] for page in pages for each in page["ResourcePolicies"]
    ]
    assert (
        "InvalidNextTokenException"
        == refusal(secrets_client.list_resource_policies, SecretId="a", NextToken="nonsense")[0]
    )


MALFORMED_POLICIES = {
    "no JSON": ("{", SYNTAX),
    "deep": ("[" * 20_000, SYNTAX),
    "no object": ("[]", SYNTAX),
    "NaN": (document(Condition={"NumericEquals": {"aws:EpochTime": float("nan")}}), SYNTAX),
    "Infinity": (document(Condition={"NumericEquals": {"aws:EpochTime": float("inf")}}), SYNTAX),
    "minus Infinity in a list": (
        document(Condition={"NumericEquals": {"aws:EpochTime": [1, float("-inf")]}}),
        SYNTAX,
    ),
    "no statement": ('{"Version": "2012-10-17"}', SYNTAX),
    "empty statements": ('{"Statement": []}', SYNTAX),
    "text for statements": ('{"Statement": "Allow"}', SYNTAX),
    "statement that is not an object": ('{"Statement": ["Allow"]}', SYNTAX),
    "unknown element": ('{"Statement": [], "Foo": 1}', SYNTAX),
    "unknown element of a statement": (document(Foo="x"), SYNTAX),
    "wrong version": (json.dumps({"Version": "2012-10-18", "Statement": ALLOW}), SYNTAX),
    "wrong id": (json.dumps({"Id": 1, "Statement": ALLOW}), SYNTAX),
    "wrong sid": (document(Sid=1), SYNTAX),
    "same sid": (json.dumps({"Statement": [{**ALLOW, "Sid": "x"}] * 2}), SYNTAX),
    "twice the same member": (document()[:-1] + ', "Statement": []}', SYNTAX),
    "no effect": (document(Effect=None), SYNTAX),
    "wrong effect": (document(Effect="allow"), SYNTAX),
    "no principal": (document(Principal=None), SYNTAX),
    "both principals": (document(NotPrincipal="*"), SYNTAX),
    "empty principal": (document(Principal={}), SYNTAX),
    "principal of no kind": (document(Principal=STRANGER), SYNTAX),
    "principal of another kind": (document(Principal={"GCP": "x"}), SYNTAX),
    "no principals": (document(Principal={"AWS": []}), SYNTAX),
    "no action": (document(Action=None), SYNTAX),
    "action without a service": (document(Action="GetSecretValue"), SYNTAX),
    "no actions": (document(Action=[]), SYNTAX),
    "action that is not a string": (document(Action=[1]), SYNTAX),
    "no resource": (document(Resource=None), SYNTAX),
    "resource that is a name": (document(Resource="a"), SYNTAX),
    "condition that is not an object": (document(Condition=[]), SYNTAX),
    "operator without keys": (document(Condition={"StringEquals": "x"}), SYNTAX),
    "operator of no name": (document(Condition={"": {"aws:SourceVpc": "x"}}), SYNTAX),
    "unknown operator": (document(Condition={"StringIs": {"aws:SourceVpc": "x"}}), SYNTAX),
    "Null of several": (document(Condition={"NullIfExists": {"aws:SourceVpc": "true"}}), SYNTAX),
    "no values": (document(Condition={"StringEquals": {"aws:SourceVpc": []}}), SYNTAX),
    "value of no kind": (document(Condition={"StringEquals": {"aws:SourceVpc": {}}}), SYNTAX),
    "no boolean": (document(Condition={"Bool": {"aws:SecureTransport": "yes"}}), SYNTAX),
    "no number": (document(Condition={"NumericEquals": {"aws:EpochTime": "x"}}), SYNTAX),
    "no date": (document(Condition={"DateEquals": {"aws:CurrentTime": "x"}}), SYNTAX),
    "far date": (document(Condition={"DateEquals": {"aws:CurrentTime": "9" * 20}}), SYNTAX),
    "no address": (document(Condition={"IpAddress": {"aws:SourceIp": "x"}}), SYNTAX),
    "no ARN": (document(Condition={"ArnLike": {"aws:SourceArn": "x"}}), SYNTAX),
    "group": (document(Principal={"AWS": "arn:aws:iam::222222222222:group/g"}), PRINCIPAL),
    "wildcard in a principal": (
        document(Principal={"AWS": "arn:aws:iam::222222222222:role/*"}),
        PRINCIPAL,
    ),
    "principal of no form": (document(Principal={"AWS": "somebody"}), PRINCIPAL),
    "federation": (document(Principal={"Federated": "cognito-identity.amazonaws.com"}), PRINCIPAL),
    "allowing all but some": (document(Principal=None, NotPrincipal={"AWS": STRANGER}), PRINCIPAL),
    "service of no form": (document(Principal={"Service": "lambda"}), SERVICE),
}


@pytest.mark.parametrize("operation", ["put_resource_policy", "validate_resource_policy"])
@pytest.mark.parametrize(
    ("text", "message"), MALFORMED_POLICIES.values(), ids=list(MALFORMED_POLICIES)
)
def test_a_malformed_policy_is_refused(fake_secrets, secrets_client, operation, text, message):
    """What is not a resource policy is refused in AWS's words, and nothing changes."""
    before = fake_secrets.snapshot()
    call = getattr(secrets_client, operation)

    assert (MALFORMED, message) == refusal(call, SecretId="a", ResourcePolicy=text)
    assert before == fake_secrets.snapshot()


WELL_FORMED = {
    "everything": {"Principal": "*"},
    "lists": {"Action": ["secretsmanager:Get*", "secretsmanager:Put?ecretValue"], "Sid": "x"},
    "a bare account": {"Principal": {"AWS": ["222222222222", "333333333333"]}},
    "a session": {"Principal": {"AWS": "arn:aws:sts::222222222222:assumed-role/app/session"}},
    "a federated user": {"Principal": {"AWS": "arn:aws:sts::222222222222:federated-user/x"}},
    "a user of China": {"Principal": {"AWS": "arn:aws-cn:iam::222222222222:user/path/x"}},
    "a service": {"Principal": {"Service": ["lambda.amazonaws.com", "x.y.amazonaws.com.cn"]}},
    "a denial of all but some": {
        "Effect": "Deny",
        "Principal": None,
        "NotPrincipal": {"AWS": [STRANGER, "123456789012"]},
    },
    "negations": {"Action": None, "NotAction": "s3:*", "Resource": None, "NotResource": "*"},
    "an ARN": {"Resource": "arn:aws:secretsmanager:*:*:secret:a-??????"},
    "an action of another service": {"Action": "s3:GetObject"},
    "JSON's own true": {"Condition": {"Bool": {"aws:SecureTransport": True}}},
    "a variable in an old version": {"Resource": "arn:aws:secretsmanager:*:*:secret:${x}"},
}


@pytest.mark.parametrize("elements", WELL_FORMED.values(), ids=list(WELL_FORMED))
def test_a_well_formed_policy_is_kept(secrets_client, elements):
    """What AWS's grammar allows is kept, and said in the order in which AWS writes elements."""
    text = document(**elements)

    kept = rewritten(secrets_client, text)

    (statement,) = json.loads(kept)["Statement"]
    assert listed(text) == json.loads(kept)
    assert list(statement) == [name for name in ELEMENTS if name in statement]


@pytest.mark.parametrize("elements", WELL_FORMED.values(), ids=list(WELL_FORMED))
def test_a_written_policy_is_stable(secrets_client, elements):
    """What was read can be put, and then reads back equal."""
    read = rewritten(secrets_client, document(**elements))

    assert read == rewritten(secrets_client, read)


RECORDED = """{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "CrossAccount",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::222222222222:root"
    },
    "Action" : "secretsmanager:GetSecretValue",
    "Resource" : "*"
  } ]
}"""
LISTS = """{
  "Version" : "2012-10-17",
  "Id" : "lists",
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : [ "222222222222", "333333333333" ],
      "Service" : "lambda.amazonaws.com"
    },
    "Action" : [ "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret" ],
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "aws:PrincipalOrgID" : "o-1234567890",
        "secretsmanager:VersionStage" : [ "AWSCURRENT" ]
      },
      "Bool" : {
        "aws:SecureTransport" : true
      }
    }
  }, {
    "Effect" : "Deny",
    "NotPrincipal" : {
      "AWS" : [ "arn:aws:iam::222222222222:role/app", "222222222222" ]
    },
    "NotAction" : "s3:GetObject",
    "NotResource" : [ "arn:aws:secretsmanager:*:*:secret:a-??????", "arn:aws:s3:::é" ]
  } ]
}"""
EMPTY_CONDITION = """{
  "Statement" : [ {
    "Effect" : "Deny",
    "Principal" : "*",
    "Action" : "secretsmanager:DeleteSecret",
    "Resource" : "*",
    "Condition" : { }
  } ]
}"""


def backwards(policy):
    """Return a policy with its members, and those of its statements, the other way around."""
    statements = [dict(reversed(statement.items())) for statement in policy["Statement"]]
    return dict(reversed({**policy, "Statement": statements}.items()))


def in_lists(policy):
    """Return a policy with a list for each single principal, action and resource."""
    policy = copy.deepcopy(policy)
    for statement in policy["Statement"]:
        for name in ("Action", "NotAction", "Resource", "NotResource"):
            if isinstance(statement.get(name), str):
                statement[name] = [statement[name]]
        for name in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(name), dict):
                for kind, names in statement[name].items():
                    statement[name][kind] = [names] if isinstance(names, str) else names
    return policy


@pytest.mark.parametrize(
    "changed",
    [lambda policy: policy, backwards, in_lists],
    ids=["as written", "in another order", "one-element lists"],
)
@pytest.mark.parametrize("indent", [None, 4], ids=["compact", "indented"])
@pytest.mark.parametrize(
    "written", [RECORDED, LISTS, EMPTY_CONDITION], ids=["recorded", "lists", "empty condition"]
)
def test_aws_writes_a_policy_anew(secrets_client, written, changed, indent):
    """However a policy is laid out, ordered, or given in lists, AWS's text of it is the same.

    The layout is that of recordings by Cloud Custodian (test_secrets_manager_cross_account,
    test_secretsmanager_remove_rbp), the order that of one by LocalStack (test_cfn_secret_policy).
    https://github.com/crossplane-contrib/provider-aws/issues/1804 has a list of one principal come
    back as a string. That Action and Resource do the same, that longer lists are on one line, and
    that Condition is last and keeps its lists, is assumed.
    """
    text = json.dumps(changed(json.loads(written)), indent=indent)

    assert written == rewritten(secrets_client, text)


def test_a_single_statement_is_written_as_a_list(secrets_client):
    """A policy may be put with one statement instead of a list, and is read with a list."""
    policy = json.loads(RECORDED)
    (policy["Statement"],) = policy["Statement"]

    assert RECORDED == rewritten(secrets_client, json.dumps(policy))


def test_elements_that_were_not_given_are_not_added(secrets_client):
    """A policy without Version, Id and Sid has none of them when it is read."""
    read = json.loads(rewritten(secrets_client, document()))

    assert ["Statement"] == list(read)
    assert [["Effect", "Principal", "Action", "Resource"]] == [
        list(statement) for statement in read["Statement"]
    ]


@pytest.mark.parametrize("form", [dict, json.dumps], ids=["dict", "text"])
def test_a_seeded_policy_is_read_as_aws_writes_it(fake_secrets, secrets_client, form):
    """A policy that was seeded reads as one that was put."""
    fake_secrets.add("s", policy=form(in_lists(json.loads(RECORDED))))

    read = secrets_client.get_resource_policy(SecretId="s")["ResourcePolicy"]

    assert RECORDED == read
    assert json.loads(RECORDED) == fake_secrets["s"].policy


def test_how_a_policy_is_written_does_not_change_what_it_says(fake_secrets):
    """A policy that was read and put again allows and denies the same."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {**ALLOW, "Principal": {"AWS": [STRANGER]}, "Action": ["secretsmanager:GetSecretValue"]}
        ],
    }
    arn = fake_secrets.add("s", "v", policy=policy, kms_key_id="alias/app").arn
    stranger = fake_secrets.client(principal=STRANGER)
    own = fake_secrets.client()

    def may_read_and_describe():
        stranger.get_secret_value(SecretId=arn)
        return refusal(stranger.describe_secret, SecretId=arn)[0]

    before = may_read_and_describe()
    read = own.get_resource_policy(SecretId="s")["ResourcePolicy"]
    own.put_resource_policy(SecretId="s", ResourcePolicy=read)

    assert ["AccessDeniedException"] * 2 == [before, may_read_and_describe()]


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        pytest.param(
            {"Condition": {"BinaryEquals": {"aws:SourceVpc": "eA=="}}}, NOT_SUPPORTED, id="operator"
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"secretsmanager:Colour": "red"}}},
            (
                "The condition key secretsmanager:Colour is not supported. Supported are the keys "
                "of AWS as a whole and, with secretsmanager: before it: BlockPublicPolicy, "
                "Description, ForceDeleteWithoutRecovery, ForceOverwriteReplicaSecret, KmsKeyId, "
                "Name, RecoveryWindowInDays, RotateImmediately, RotationLambdaARN, SecretId, Type, "
                "VersionId, VersionStage, ResourceTag/..., SecretPrimaryRegion."
            ),
            id="key",
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}}},
            (
                "The policy variable in '${aws:PrincipalTag/vpc}' is not supported. "
                "Write the value itself instead."
            ),
            id="variable",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_a_usage_error(secrets_client, elements, message):
    """What AWS would evaluate and the fake cannot is refused when it is put."""
    text = json.dumps({"Version": "2012-10-17", "Statement": {**ALLOW, **elements}})

    with pytest.raises(UnsupportedError) as caught:
        secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=text)

    assert message == str(caught.value)


def equals(key, *values, operator="StringEquals"):
    """Write a condition."""
    return {"Principal": "*", "Condition": {operator: {key: list(values)}}}


POLICIES = {
    "everybody": ({"Principal": "*"}, True),
    "every account": ({"Principal": {"AWS": ["333333333333", "*"]}}, True),
    "one role": ({}, False),
    "nobody": ({"Effect": "Deny", "Principal": "*"}, False),
    "an organization": (equals("aws:PrincipalOrgID", "o-1234567890"), False),
    "an endpoint": (equals("AWS:sourceVpce", "vpce-1"), False),
    "an account": (equals("aws:SourceAccount", "222222222222"), False),
    "any account": (equals("aws:SourceAccount", "*", operator="StringLike"), True),
    "roles": (equals("aws:PrincipalArn", STRANGER[:-3] + "*", operator="ArnLike"), False),
    "anybody's roles": (
        equals("aws:PrincipalArn", "arn:aws:iam::*:role/app", operator="ArnLike"),
        True,
    ),
    "a bucket": (equals("aws:SourceArn", "arn:aws:s3:::bucket", operator="ArnLike"), False),
    "any bucket": (equals("aws:SourceArn", "arn:aws:s3:::*", operator="ArnLike"), True),
    "all but a network": (equals("aws:SourceVpc", "v", operator="StringNotEquals"), True),
    "those of no network": (equals("aws:SourceVpc", "v", operator="StringEqualsIfExists"), True),
    "what holds for none": (
        equals("aws:SourceVpc", "v", operator="ForAllValues:StringEquals"),
        True,
    ),
    "a label": (equals("secretsmanager:VersionStage", "AWSCURRENT"), True),
}


@pytest.mark.parametrize(("elements", "broad"), POLICIES.values(), ids=list(POLICIES))
def test_a_broad_policy_is_blocked_on_request(fake_secrets, secrets_client, elements, broad):
    """BlockPublicPolicy refuses a policy that lets everybody in, and only that."""
    given = {"SecretId": "a", "ResourcePolicy": document(**elements)}
    errors = [{"CheckName": "BlockPublicPolicyCheck", "ErrorMessage": BROAD}]

    validation = secrets_client.validate_resource_policy(ResourcePolicy=given["ResourcePolicy"])

    assert broad == (errors[0] in validation["ValidationErrors"])
    if broad:
        assert ("PublicPolicyException", BROAD) == refusal(
            secrets_client.put_resource_policy, **given, BlockPublicPolicy=True
        )
        assert fake_secrets["a"].policy is None
    secrets_client.put_resource_policy(**given, BlockPublicPolicy=not broad)
    assert listed(given["ResourcePolicy"]) == fake_secrets["a"].policy


@pytest.mark.parametrize("given", [{}, {"SecretId": "a"}], ids=["any secret", "one secret"])
@pytest.mark.parametrize(
    ("elements", "errors"),
    [
        pytest.param({}, [], id="harmless"),
        pytest.param(
            {"Effect": "Deny", "Principal": "*"},
            [{"CheckName": "LockOutCheck", "ErrorMessage": LOCK_OUT}],
            id="lock-out",
        ),
        pytest.param(
            {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:PutResourcePolicy"},
            [{"CheckName": "LockOutCheck", "ErrorMessage": LOCK_OUT}],
            id="denial of putting another",
        ),
        pytest.param(
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:ValidateResourcePolicy",
            },
            [],
            id="denial of the validation",
        ),
        pytest.param(
            {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue"},
            [],
            id="denial of something else",
        ),
        pytest.param(
            {"Principal": {"AWS": "*"}},
            [{"CheckName": "BlockPublicPolicyCheck", "ErrorMessage": BROAD}],
            id="broad",
        ),
    ],
)
def test_a_validation_tells_what_is_wrong(fake_secrets, secrets_client, given, elements, errors):
    """ValidateResourcePolicy finds broad access and a lock-out, and changes nothing."""
    before = fake_secrets.snapshot()

    answer = secrets_client.validate_resource_policy(ResourcePolicy=document(**elements), **given)

    expected = {"PolicyValidationPassed": not errors, "ValidationErrors": errors}
    assert expected == answered(answer)
    assert before == fake_secrets.snapshot()


def test_who_may_put_no_policy_may_validate_none(fake_secrets, secrets_client):
    """The permission that a validation needs besides is that for the secret, as it was named."""
    principal = f"arn:aws:iam::{fake_secrets.account}:root"
    action = "secretsmanager:PutResourcePolicy"
    because = f"because no identity-based policy allows the {action} action"
    message = f"User: {principal} is not authorized to perform: {action} on resource: a {because}"
    denial = fake_secrets.deny("PutResourcePolicy", secret="a")

    met = refusal(secrets_client.validate_resource_policy, SecretId="a", ResourcePolicy=HARMLESS)

    assert ("AccessDeniedException", message) == met
    assert 1 == denial.hits


@pytest.mark.parametrize("name", ["a", "b"], ids=["the secret", "another"])
def test_a_lock_out_is_that_of_the_secret(fake_secrets, secrets_client, name):
    """A policy locks its caller out where it denies the operations on the secret that is asked."""
    arns = {each: fake_secrets.add(each, "v").arn for each in ("a", "b")}
    policy = document(Effect="Deny", Principal="*", Resource=arns[name])

    answer = secrets_client.validate_resource_policy(SecretId="a", ResourcePolicy=policy)

    assert (name != "a") == answer["PolicyValidationPassed"]


def test_another_account_is_locked_out_by_what_does_not_allow_it(fake_secrets):
    """A caller of another account is locked out by a policy that does not name it."""
    arn = fake_secrets.add("a", policy={"Statement": ALLOW}).arn
    client = fake_secrets.client(principal=STRANGER)
    other = document(Principal={"AWS": "333333333333"})

    kept, lost = (
        client.validate_resource_policy(SecretId=arn, ResourcePolicy=text)
        for text in (HARMLESS, other)
    )

    assert kept["PolicyValidationPassed"]
    assert ["LockOutCheck"] == [error["CheckName"] for error in lost["ValidationErrors"]]


@pytest.mark.parametrize("policy", [HARMLESS, json.loads(HARMLESS)], ids=["text", "dict"])
def test_a_secret_is_seeded_with_a_policy(policy):
    """A policy may be seeded as text or as a dict."""
    fake = FakeSecrets(Secret("s", "v", policy=policy))

    assert json.loads(HARMLESS) == fake["s"].policy


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("{}", SYNTAX),
        ({"Statement": {**ALLOW, "Principal": {"AWS": "nobody"}}}, PRINCIPAL),
        ({"Statement": {1, 2}}, "Object of type set is not JSON serializable"),
        (
            {
                "Statement": {
                    **ALLOW,
                    "Condition": {"NumericEquals": {"aws:EpochTime": float("nan")}},
                }
            },
            SYNTAX,
        ),
    ],
    ids=["syntax", "principal", "no JSON", "NaN"],
)
def test_a_seed_with_a_malformed_policy_is_refused(policy, reason):
    """What PutResourcePolicy would refuse is refused as a seed too."""
    with pytest.raises(UsageError) as caught:
        Secret("s", policy=policy)

    assert f"policy= of secret 's' is not one that AWS accepts: {reason}" == str(caught.value)


def test_the_longest_policy_has_20480_characters(secrets_client):
    """A policy longer than AWS's quota is refused before it is read."""
    longest = request_shape("PutResourcePolicy").members["ResourcePolicy"].metadata["max"]
    padded = HARMLESS + " " * (longest - len(HARMLESS))

    secrets_client.put_resource_policy(SecretId="a", ResourcePolicy=padded)

    assert 20_480 == longest
    assert (
        "ValidationException"
        == refusal(secrets_client.put_resource_policy, SecretId="a", ResourcePolicy=f"{padded} ")[0]
    )


DENY_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}],
}


@pytest.mark.parametrize("account", ["123456789012", "222222222222"])
def test_policies_that_refuse_nobody(account):
    """With enforce_policies=False a policy is kept and returned, and refuses nobody."""
    secret = Secret("a", "v", policy=DENY_ALL, kms_key_id="alias/app")
    with FakeSecrets(secret, enforce_policies=False) as fake:
        arn = fake["a"].arn
        client = fake.client(account=account)
        assert "v" == client.get_secret_value(SecretId=arn)["SecretString"]
        assert "Deny" in client.get_resource_policy(SecretId=arn)["ResourcePolicy"]
        denial = fake.deny("GetSecretValue")
        assert "AccessDeniedException" == outcome(client.get_secret_value, SecretId=arn)
        denial.cancel()
        fake.enforce_policies = True
        assert "AccessDeniedException" == outcome(client.get_secret_value, SecretId=arn)
    with pytest.raises(UsageError, match="enforce_policies='no' is neither True nor False"):
        FakeSecrets(enforce_policies="no")


@pytest.mark.parametrize(
    ("ini", "mark", "refuses"),
    [
        ("true", "(DENY)", True),
        ("false", "(DENY)", False),
        ("true", "(DENY, enforce_policies=False)", False),
        ("false", "(DENY, enforce_policies=True)", True),
    ],
)
def test_where_it_is_said_that_policies_refuse_nobody(pytester, ini, mark, refuses):
    """The closest mark decides, or else ini."""
    pytester.makeini(f"[pytest]\nfakesecrets_enforce_policies = {ini}\n")
    pytester.makepyfile(
        f"""
import pytest
from pytest_fakesecrets import Secret

DENY = Secret("a", "v", policy={DENY_ALL})

@pytest.mark.secrets{mark}
def test_it(secrets_client, fake_secrets):
    assert fake_secrets.enforce_policies is {refuses}
    try:
        secrets_client.get_secret_value(SecretId="a")
    except secrets_client.exceptions.ClientError:
        assert {refuses}
    else:
        assert not {refuses}

@pytest.mark.secrets(enforce_policies=3)
def test_wrong():
    pass
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=1, errors=1)
    assert "enforce_policies=3 of @pytest.mark.secrets is neither True nor False" in (
        result.stdout.str()
    )
