from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from support import members_of, refusal

from pytest_fakesecrets import Secret, Version

NOON = datetime(2026, 3, 14, 12, tzinfo=timezone.utc)
MIDNIGHT = datetime(2026, 3, 14, tzinfo=timezone.utc)
CREATED = datetime(2025, 1, 31, 8, 30, 15, 123000, tzinfo=timezone.utc)
V1 = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
V2 = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
NOT_BOTH = "Either 'SecretIdList' or 'Filters' must be provided, but not both."


@pytest.fixture
def client(secrets_client):
    """Give a client whose botocore knows the operation."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    return secrets_client


def _names(response):
    return [entry["Name"] for entry in response["SecretValues"]]


def _by_name(*prefixes):
    return [{"Key": "name", "Values": list(prefixes)}]


@pytest.mark.secrets(
    Secret(
        "text",
        versions=[Version("now", ["blue", "AWSCURRENT"], id=V1, created=CREATED)],
        created=CREATED - timedelta(days=9),
        arn_suffix="aaaaaa",
    ),
    Secret(
        "binary",
        versions=[Version(b"\0\xff", ["AWSCURRENT"], id=V2, created=CREATED)],
        arn_suffix="bbbbbb",
    ),
)
def test_each_secret_has_an_entry(client):
    """The entries have the members of GetSecretValue, Errors is empty, no NextToken follows."""
    expected = {
        "SecretValues": [
            {
                "ARN": f"{ARN}binary-bbbbbb",
                "Name": "binary",
                "VersionId": V2,
                "SecretBinary": b"\0\xff",
                "VersionStages": ["AWSCURRENT"],
                "CreatedDate": CREATED,
            },
            {
                "ARN": f"{ARN}text-aaaaaa",
                "Name": "text",
                "VersionId": V1,
                "SecretString": "now",
                "VersionStages": ["AWSCURRENT", "blue"],
                "CreatedDate": CREATED,
            },
        ],
        "Errors": [],
    }

    assert expected == members_of(client.batch_get_secret_value(SecretIdList=["binary", "text"]))


@pytest.mark.secrets(Secret("db", "now", previous="old", pending="next"))
def test_the_current_version_is_answered(client):
    """Of several versions, the AWSCURRENT one is in the batch."""
    expected = ["now"]

    answer = client.batch_get_secret_value(SecretIdList=["db"])

    assert expected == [entry["SecretString"] for entry in answer["SecretValues"]]


@pytest.mark.secrets({"a": "1", "b": "2"}, Secret("c", "3", arn_suffix="cccccc"))
def test_the_entries_have_the_order_of_the_request(client):
    """Names and ARNs, complete and partial, are answered in the order of SecretIdList."""
    expected = ["c", "a", "b"]

    answer = client.batch_get_secret_value(SecretIdList=[f"{ARN}c-cccccc", f"{ARN}a", "b"])

    assert expected == _names(answer)


@pytest.mark.secrets({"a": "1", "b": "2"})
def test_a_repeated_id_is_answered_again(client):
    """An id that is listed twice has two entries."""
    expected = ["a", "b", "a"]

    assert expected == _names(client.batch_get_secret_value(SecretIdList=["a", "b", "a"]))


@pytest.mark.secrets({"there": "1", "empty": Secret("empty")}, Secret("dropped", "2", deleted=True))
@pytest.mark.parametrize(
    ("secret_id", "code", "message"),
    [
        (
            "absent",
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ),
        (
            f"{ARN}absent-a1b2c3",
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ),
        ("dropped", "InvalidRequestException", MARKED),
        (
            "empty",
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        ),
        (
            f"{ARN}there".replace("123456789012", "210987654321"),
            "AccessDeniedException",
            (
                "User: arn:aws:iam::123456789012:root is not authorized to perform: "
                "secretsmanager:GetSecretValue on resource: "
                "arn:aws:secretsmanager:us-east-1:210987654321:secret:there because no "
                "resource-based "
                "policy allows the secretsmanager:GetSecretValue action"
            ),
        ),
    ],
    ids=["no such name", "no such ARN", "scheduled for deletion", "no value", "other account"],
)
def test_an_error_is_the_entrys_own(client, secret_id, code, message):
    """What fails is listed in Errors, as GetSecretValue words it; the others are answered."""
    errors = [{"SecretId": secret_id, "ErrorCode": code, "Message": message}]
    status, names = 200, ["there"]

    answer = client.batch_get_secret_value(SecretIdList=[secret_id, "there"])

    assert (errors, names) == (answer["Errors"], _names(answer))
    assert status == answer["ResponseMetadata"]["HTTPStatusCode"]


def test_all_entries_may_fail(client):
    """A batch of which nothing exists succeeds with no values and as many errors."""
    message = "Secrets Manager can't find the specified secret."
    expected = {
        "SecretValues": [],
        "Errors": [
            {"SecretId": "b", "ErrorCode": "ResourceNotFoundException", "Message": message},
            {"SecretId": "a", "ErrorCode": "ResourceNotFoundException", "Message": message},
        ],
    }

    assert expected == members_of(client.batch_get_secret_value(SecretIdList=["b", "a"]))


@pytest.mark.secrets({"a": "1"})
@pytest.mark.parametrize(
    ("request_members", "code", "message"),
    [
        ({}, "InvalidParameterException", NOT_BOTH),
        (
            {"SecretIdList": ["a"], "Filters": _by_name("a")},
            "InvalidParameterException",
            NOT_BOTH,
        ),
        (
            {"SecretIdList": ["a"], "MaxResults": 5},
            "InvalidParameterException",
            (
                "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is "
                "provided."
            ),
        ),
        (
            {"SecretIdList": ["a"] * 21},
            "ValidationException",
            (
                f"1 validation error detected: Value '[{', '.join(['a'] * 21)}]' at 'secretIdList' "
                "failed to satisfy constraint: Member must have length less than or equal to 20"
            ),
        ),
        (
            {"Filters": _by_name("a"), "MaxResults": 21},
            "ValidationException",
            (
                "1 validation error detected: Value '21' at 'maxResults' failed to satisfy "
                "constraint: "
                "Member must have value less than or equal to 20"
            ),
        ),
        (
            {"Filters": _by_name("a"), "NextToken": "made up"},
            "InvalidNextTokenException",
            "The NextToken value is invalid.",
        ),
    ],
    ids=[
        "neither list nor filters",
        "list and filters",
        "page size without filters",
        "21 ids",
        "page size 21",
        "unknown token",
    ],
)
def test_a_request_that_contradicts_itself_is_refused(client, request_members, code, message):
    """A combination that AWS does not allow fails the whole call."""
    assert (code, message) == refusal(client.batch_get_secret_value, **request_members)


@pytest.mark.secrets({f"s{number:02}": "value" for number in range(20)})
def test_twenty_ids_are_one_answer(client):
    """As many ids as a request may list are answered at once."""
    names = [f"s{number:02}" for number in range(20)]

    answer = client.batch_get_secret_value(SecretIdList=names)

    assert names == _names(answer)
    assert "NextToken" not in answer


@pytest.mark.secrets({"app/a": "1", "app/b": "2", "other": "3"})
def test_filters_choose_the_secrets(client):
    """Filters answer the values of the secrets that pass them, and no others."""
    expected = ["app/a", "app/b"]

    assert expected == _names(client.batch_get_secret_value(Filters=_by_name("app/")))


@pytest.mark.secrets(
    Secret("app/a", "1", tags={"team": "web"}),
    Secret("app/b", "2", tags={"team": "ops"}),
    Secret("c", "3", tags={"team": "web"}),
)
def test_all_filters_must_pass(client):
    """Several filters narrow the choice together."""
    expected = ["app/a"]
    filters = [*_by_name("app/"), {"Key": "tag-value", "Values": ["web"]}]

    assert expected == _names(client.batch_get_secret_value(Filters=filters))


def test_filters_that_nothing_passes_answer_nothing(client):
    """A choice of no secrets is an empty batch, not an error."""
    expected = {"SecretValues": [], "Errors": []}

    assert expected == members_of(client.batch_get_secret_value(Filters=_by_name("absent")))


@pytest.mark.secrets(
    Secret("app/a", "1", created=CREATED + timedelta(days=2)),
    Secret("app/b", "2", created=CREATED + timedelta(days=1)),
    Secret("app/c", "3", created=CREATED + timedelta(days=3)),
)
def test_filtered_entries_come_in_the_order_of_creation(client):
    """With Filters, the entries come oldest secret first."""
    expected = ["app/b", "app/a", "app/c"]

    assert expected == _names(client.batch_get_secret_value(Filters=_by_name("app/")))


@pytest.mark.secrets({"app/a": "1"}, Secret("app/b", "2", deleted=True))
def test_filters_pass_over_what_is_scheduled_for_deletion(client):
    """A secret that is scheduled for deletion is neither a value nor an error of Filters."""
    answer = client.batch_get_secret_value(Filters=_by_name("app/"))
    names, errors = ["app/a"], []

    assert (names, errors) == (_names(answer), answer["Errors"])


@pytest.mark.secrets(
    {"app/a": "1"},
    Secret("app/b", "2", account="210987654321"),
    Secret("app/c", "3", region="eu-west-1"),
)
def test_filters_choose_among_the_callers_own(client):
    """Secrets of another account or Region are not chosen by Filters."""
    expected = ["app/a"]

    assert expected == _names(client.batch_get_secret_value(Filters=_by_name("app/")))


@pytest.mark.secrets(Secret("app/empty", arn_suffix="a1b2c3"))
def test_an_error_under_filters_names_the_arn(client):
    """A chosen secret without a value is listed in Errors by its complete ARN."""
    expected = [
        {
            "SecretId": f"{ARN}app/empty-a1b2c3",
            "ErrorCode": "ResourceNotFoundException",
            "Message": "Secrets Manager can't find the specified secret value for staging label: "
            "AWSCURRENT",
        }
    ]

    assert expected == client.batch_get_secret_value(Filters=_by_name("app/"))["Errors"]


@pytest.mark.secrets({f"s{number}": "value" for number in range(5)})
def test_filtered_entries_come_in_pages(client):
    """MaxResults cuts the answer, NextToken continues it, and the last page has no token."""
    expected = [["s0", "s1"], ["s2", "s3"], ["s4"]]
    query = {"Filters": _by_name("s"), "MaxResults": 2}
    first = client.batch_get_secret_value(**query)
    second = client.batch_get_secret_value(**query, NextToken=first["NextToken"])
    third = client.batch_get_secret_value(**query, NextToken=second["NextToken"])

    assert expected == [_names(page) for page in (first, second, third)]
    assert "NextToken" not in third


@pytest.mark.secrets({f"s{number:02}": "value" for number in range(25)})
def test_a_page_has_twenty_entries(client):
    """Without MaxResults, a page under Filters holds as many secrets as AWS allows."""
    expected = [20, 5]
    first = client.batch_get_secret_value(Filters=_by_name("s"))
    second = client.batch_get_secret_value(Filters=_by_name("s"), NextToken=first["NextToken"])

    assert expected == [len(first["SecretValues"]), len(second["SecretValues"])]
    assert "NextToken" not in second


@pytest.mark.parametrize("secret_id", ["a", f"{ARN}a-aaaaaa"], ids=["name", "ARN"])
def test_a_condition_finds_the_id_of_one_read(fake_secrets, client, secret_id):
    """To the policies of a secret, each entry is a request with the one SecretId."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {"StringEquals": {"secretsmanager:SecretId": secret_id}},
    }
    fake_secrets.add("a", "1", arn_suffix="aaaaaa", policy={"Statement": statement})
    sent = ["a", f"{ARN}a-aaaaaa", f"{ARN}a"]

    answer = client.batch_get_secret_value(SecretIdList=sent)

    refused = [(error["SecretId"], error["ErrorCode"]) for error in answer["Errors"]]
    assert [(secret_id, "AccessDeniedException")] == refused
    assert ["a", "a"] == _names(answer)


@pytest.mark.secrets({"a": "1", "b": "2", "empty": Secret("empty")})
def test_an_answered_secret_was_accessed(fake_secrets, client):
    """The batch leaves LastAccessedDate on what it answered, and on nothing else."""
    expected = {"a": MIDNIGHT, "b": None, "empty": None}
    fake_secrets.clock.move_to(NOON)
    client.batch_get_secret_value(SecretIdList=["a", "empty"])

    assert expected == {
        name: client.describe_secret(SecretId=name).get("LastAccessedDate") for name in expected
    }
