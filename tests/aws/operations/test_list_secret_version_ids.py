from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone

import pytest
from support import members_of, refusal

from pytest_fakesecrets import Secret, Version

NOON = datetime(2026, 3, 14, 12, tzinfo=timezone.utc)
MIDNIGHT = datetime(2026, 3, 14, tzinfo=timezone.utc)
CREATED = datetime(2025, 1, 31, 8, 30, 15, 123000, tzinfo=timezone.utc)
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3"
V1 = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
V2 = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"
V3 = "EXAMPLE3-90ab-cdef-fedc-ba987EXAMPLE"

DB = Secret(
    "db",
    versions=[
        Version("now", ["blue", "AWSCURRENT"], id=V3, created=CREATED + timedelta(days=2)),
        Version("gone", id=V1, created=CREATED),
        Version("old", ["AWSPREVIOUS"], id=V2, created=CREATED + timedelta(days=1)),
    ],
    arn_suffix="a1b2c3",
)
FIRST, SECOND, THIRD = (
    {"VersionId": V1, "CreatedDate": CREATED, "KmsKeyIds": ["DefaultEncryptionKey"]},
    {
        "VersionId": V2,
        "VersionStages": ["AWSPREVIOUS"],
        "CreatedDate": CREATED + timedelta(days=1),
        "KmsKeyIds": ["DefaultEncryptionKey"],
    },
    {
        "VersionId": V3,
        "VersionStages": ["AWSCURRENT", "blue"],
        "CreatedDate": CREATED + timedelta(days=2),
        "KmsKeyIds": ["DefaultEncryptionKey"],
    },
)


def _ids(response):
    return [version["VersionId"] for version in response["Versions"]]


def _encoded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    "request_members", [{}, {"IncludeDeprecated": False}], ids=["by default", "explicitly"]
)
def test_versions_with_labels_are_listed(secrets_client, request_members):
    """Deprecated versions are hidden, the others listed by id, and no NextToken follows."""
    expected = {"ARN": ARN, "Name": "db", "Versions": [SECOND, THIRD]}

    answer = secrets_client.list_secret_version_ids(SecretId="db", **request_members)

    assert expected == members_of(answer)


@pytest.mark.secrets(DB)
def test_deprecated_versions_are_listed_on_request(secrets_client):
    """With IncludeDeprecated, versions without labels are listed, without VersionStages."""
    expected = {"ARN": ARN, "Name": "db", "Versions": [FIRST, SECOND, THIRD]}

    answer = secrets_client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)

    assert expected == members_of(answer)


def test_a_secret_without_a_value_has_no_versions(secrets_client):
    """The list of a secret that was created without a value is there, and empty."""
    created = secrets_client.create_secret(Name="empty")
    expected = {"ARN": created["ARN"], "Name": "empty", "Versions": []}

    answer = secrets_client.list_secret_version_ids(SecretId="empty", IncludeDeprecated=True)

    assert expected == members_of(answer)


RESERVED = Secret(
    "db",
    versions=[
        Version("now", ["AWSCURRENT"], id=V1),
        Version(None, ["AWSPENDING", "blue"], id=V2),
        Version("old", ["AWSPREVIOUS"], id=V3),
    ],
)


@pytest.mark.secrets(RESERVED)
@pytest.mark.parametrize("deprecated", [False, True], ids=["by default", "with IncludeDeprecated"])
def test_a_version_that_a_rotation_reserved_is_not_listed(secrets_client, deprecated):
    """A version without a value is left out, whatever its labels, until it gets one.

    The operation "only returns versions that contain a secret value": its page in botocore 1.44.
    DescribeSecret shows the version all the while.
    """
    query = {"SecretId": "db", "IncludeDeprecated": deprecated}
    before = secrets_client.list_secret_version_ids(**query)
    described = secrets_client.describe_secret(SecretId="db")["VersionIdsToStages"]
    secrets_client.put_secret_value(
        SecretId="db", SecretString="next", ClientRequestToken=V2, VersionStages=["AWSPENDING"]
    )

    assert [V1, V3] == _ids(before)
    assert ["AWSPENDING", "blue"] == described[V2]
    assert [V1, V2, V3] == _ids(secrets_client.list_secret_version_ids(**query))


@pytest.mark.secrets(RESERVED)
def test_a_reserved_version_without_labels_is_not_listed(secrets_client):
    """A reserved version that has lost its labels is not among the deprecated ones either."""
    for label in ("AWSPENDING", "blue"):
        secrets_client.update_secret_version_stage(
            SecretId="db", VersionStage=label, RemoveFromVersionId=V2
        )

    answer = secrets_client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)

    assert [V1, V3] == _ids(answer)


@pytest.mark.secrets(RESERVED)
def test_a_reserved_version_that_was_made_current_is_not_listed(secrets_client):
    """AWSCURRENT does not bring a version without a value into the list."""
    secrets_client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=V2, RemoveFromVersionId=V1
    )

    answer = secrets_client.list_secret_version_ids(SecretId="db")

    assert [V1] == _ids(answer)
    assert ["AWSPREVIOUS"] == answer["Versions"][0]["VersionStages"]


@pytest.mark.secrets(RESERVED)
def test_a_reserved_version_takes_no_room_in_a_page(secrets_client):
    """Pages are counted in the versions that are listed."""
    query = {"SecretId": "db", "MaxResults": 1}
    first = secrets_client.list_secret_version_ids(**query)
    second = secrets_client.list_secret_version_ids(**query, NextToken=first["NextToken"])

    assert [[V1], [V3]] == [_ids(first), _ids(second)]
    assert "NextToken" not in second


@pytest.mark.secrets(Secret("db", versions=[Version(None, ["AWSPENDING"], id=V1)]))
def test_a_secret_of_a_reserved_version_alone_has_no_versions(secrets_client):
    """A secret whose first value a rotation is still to make has an empty list of versions."""
    answer = secrets_client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)

    assert [] == answer["Versions"]
    assert {V1: ["AWSPENDING"]} == secrets_client.describe_secret(SecretId="db")[
        "VersionIdsToStages"
    ]


@pytest.mark.secrets(Secret("db", "value", kms_key_id="alias/own"))
def test_a_version_names_its_key(secrets_client):
    """A version under a customer's key lists that key instead of the default one."""
    expected = ["alias/own"]

    answer = secrets_client.list_secret_version_ids(SecretId="db")

    assert expected == answer["Versions"][0]["KmsKeyIds"]


@pytest.mark.secrets(DB)
def test_a_version_that_was_read_has_a_date(fake_secrets, secrets_client):
    """LastAccessedDate is on the version that was read, as the day, and on no other."""
    expected = [SECOND, {**THIRD, "LastAccessedDate": MIDNIGHT}]
    fake_secrets.clock.move_to(NOON)
    secrets_client.get_secret_value(SecretId="db")

    assert expected == secrets_client.list_secret_version_ids(SecretId="db")["Versions"]


@pytest.mark.secrets(DB)
def test_a_secret_scheduled_for_deletion_is_listed(secrets_client):
    """The versions of a secret that is scheduled for deletion are listed as before."""
    before = members_of(secrets_client.list_secret_version_ids(SecretId="db"))
    secrets_client.delete_secret(SecretId="db")

    assert before == members_of(secrets_client.list_secret_version_ids(SecretId="db"))


@pytest.mark.secrets(DB)
def test_the_list_comes_in_pages(secrets_client):
    """MaxResults cuts the list, NextToken continues it, and the last page has no token."""
    expected = [[V1, V2], [V3]]
    query = {"SecretId": "db", "IncludeDeprecated": True, "MaxResults": 2}
    first = secrets_client.list_secret_version_ids(**query)
    second = secrets_client.list_secret_version_ids(**query, NextToken=first["NextToken"])

    assert expected == [_ids(first), _ids(second)]
    assert "NextToken" not in second


@pytest.mark.secrets(DB)
def test_every_page_names_the_secret(secrets_client):
    """ARN and Name are on the first page and on those that follow."""
    expected = [(ARN, "db"), (ARN, "db")]
    query = {"SecretId": "db", "MaxResults": 1}
    first = secrets_client.list_secret_version_ids(**query)
    second = secrets_client.list_secret_version_ids(**query, NextToken=first["NextToken"])

    assert expected == [(page["ARN"], page["Name"]) for page in (first, second)]


@pytest.mark.secrets(DB)
def test_a_page_that_holds_all_has_no_token(secrets_client):
    """Where MaxResults is just the number of versions, there is no next page."""
    expected = [V2, V3]

    answer = secrets_client.list_secret_version_ids(SecretId="db", MaxResults=2)

    assert expected == _ids(answer)
    assert "NextToken" not in answer


def test_a_page_has_a_hundred_versions(fake_secrets, secrets_client):
    """Without MaxResults, a page holds as many versions as AWS allows."""
    ids = [f"{number:032}" for number in range(101)]
    versions = [Version("value", id=version_id) for version_id in ids[:-1]]
    fake_secrets.add(Secret("db", versions=[*versions, Version("v", ["AWSCURRENT"], id=ids[-1])]))
    query = {"SecretId": "db", "IncludeDeprecated": True}
    first = secrets_client.list_secret_version_ids(**query)
    second = secrets_client.list_secret_version_ids(**query, NextToken=first["NextToken"])

    assert [ids[:100], ids[100:]] == [_ids(first), _ids(second)]


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    "token",
    [
        "made up",
        "ünïcode",
        _encoded("no JSON"),
        _encoded("1"),
        _encoded("[1]"),
        _encoded('[0, "a", "b"]'),
        _encoded("[" * 3000),
    ],
    ids=["no base64", "no ASCII", "no JSON", "a number", "a list", "another query", "deep"],
)
def test_an_unknown_token_is_refused(secrets_client, token):
    """A NextToken that AWS did not give is an InvalidNextTokenException, whatever it holds."""
    expected = ("InvalidNextTokenException", "The NextToken value is invalid.")

    refused = refusal(secrets_client.list_secret_version_ids, SecretId="db", NextToken=token)

    assert expected == refused


@pytest.mark.secrets(Secret("other", "now", previous="old"))
def test_a_forged_token_is_refused(secrets_client):
    """A token whose place in the list is of a wrong type is refused as well."""
    query = {"SecretId": "other", "MaxResults": 1}
    token = secrets_client.list_secret_version_ids(**query)["NextToken"]
    _, digest = json.loads(base64.b64decode(token))
    expected = ("InvalidNextTokenException", "The NextToken value is invalid.")

    for last in (None, 7, {}):
        forged = _encoded(json.dumps([last, digest]))
        refused = refusal(secrets_client.list_secret_version_ids, **query, NextToken=forged)
        assert expected == refused


@pytest.mark.secrets(DB, Secret("other", "now", previous="old"))
def test_a_token_of_another_secret_is_refused(secrets_client):
    """A NextToken continues only the list that it came with."""
    expected = ("InvalidNextTokenException", "The NextToken value is invalid.")
    first = secrets_client.list_secret_version_ids(SecretId="other", MaxResults=1)

    refused = refusal(
        secrets_client.list_secret_version_ids,
        SecretId="db",
        MaxResults=1,
        NextToken=first["NextToken"],
    )

    assert expected == refused


@pytest.mark.parametrize(
    ("request_members", "code", "message"),
    [
        (
            {"SecretId": "absent"},
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ),
        (
            {"SecretId": "absent", "MaxResults": 101},
            "ValidationException",
            (
                "1 validation error detected: Value '101' at 'maxResults' failed to satisfy "
                "constraint: Member must have value less than or equal to 100"
            ),
        ),
        (
            {"SecretId": "not a name"},
            "ValidationException",
            (
                "Invalid name. Must be a valid name containing alphanumeric characters, or any "
                "of the "
                "following: -/_+=.@!"
            ),
        ),
    ],
    ids=["no such secret", "page size 101", "no name"],
)
def test_what_cannot_be_listed_is_refused(secrets_client, request_members, code, message):
    """A missing secret, a page too large and an impossible name are answered as AWS does."""
    assert (code, message) == refusal(secrets_client.list_secret_version_ids, **request_members)
