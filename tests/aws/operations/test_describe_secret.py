from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError
from freezegun import freeze_time
from support import POLICY_OF_A_BUCKET, members_of

from pytest_fakesecrets import Secret, Version

NOW = datetime(2026, 1, 31, 10, 20, 30, 456000, tzinfo=timezone.utc)
LATER = NOW + timedelta(days=1, hours=2)
V1 = "11111111-1111-4111-8111-111111111111"
V2 = "22222222-2222-4222-8222-222222222222"
MISSING = "Secrets Manager can't find the specified secret."
ALWAYS = {"ARN", "Name", "CreatedDate", "LastChangedDate"}
WITH_VALUE = ALWAYS | {"VersionIdsToStages"}


@pytest.fixture(autouse=True)
def _frozen_clock(fake_secrets):
    with freeze_time("2026-01-01T00:00:00Z"):
        fake_secrets.clock.move_to(NOW)
        yield


@pytest.fixture
def secret(secrets_client):
    """Give a secret with a value and a description."""
    return secrets_client.create_secret(
        Name="a", SecretString="v", ClientRequestToken=V1, Description="d"
    )


def midnight(moment):
    """Return the beginning of a day in UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def versions(client):
    """Return the versions of the secret by id."""
    listed = client.list_secret_version_ids(SecretId="a", IncludeDeprecated=True)["Versions"]
    return {version["VersionId"]: version for version in listed}


STATES = [
    pytest.param([("create", {})], ALWAYS, id="created without value"),
    pytest.param([("create", {"SecretString": "v"})], WITH_VALUE, id="with value"),
    pytest.param([("create", {"SecretBinary": b"v"})], WITH_VALUE, id="with binary value"),
    pytest.param([("create", {}), ("put", {"SecretString": "v"})], WITH_VALUE, id="value put"),
    pytest.param([("create", {"Description": "d"})], ALWAYS | {"Description"}, id="described"),
    pytest.param(
        [("create", {"Description": "d"}), ("update", {"Description": ""})],
        ALWAYS,
        id="described no more",
    ),
    pytest.param(
        [("create", {}), ("update", {"Description": "d"})],
        ALWAYS | {"Description"},
        id="described later",
    ),
    pytest.param(
        [("create", {}), ("tag", {"Tags": [{"Key": "k", "Value": "v"}]})],
        ALWAYS | {"Tags"},
        id="tagged",
    ),
    pytest.param(
        [
            ("create", {}),
            ("tag", {"Tags": [{"Key": "k", "Value": "v"}]}),
            ("untag", {"TagKeys": ["k"]}),
        ],
        ALWAYS | {"Tags"},
        id="tagged and untagged",
    ),
    pytest.param([("create", {"KmsKeyId": "alias/k"})], ALWAYS | {"KmsKeyId"}, id="customer key"),
    pytest.param(
        [("create", {"KmsKeyId": "alias/k"}), ("update", {"KmsKeyId": ""})],
        ALWAYS,
        id="customer key no more",
    ),
    pytest.param(
        [("create", {"SecretString": "v"}), ("get", {})],
        WITH_VALUE | {"LastAccessedDate"},
        id="read once",
    ),
    pytest.param([("create", {}), ("delete", {})], ALWAYS | {"DeletedDate"}, id="scheduled"),
    pytest.param([("create", {}), ("delete", {}), ("restore", {})], ALWAYS, id="restored"),
    pytest.param(
        [
            (
                "create",
                {
                    "SecretString": "v",
                    "Description": "d",
                    "KmsKeyId": "alias/k",
                    "Tags": [{"Key": "k", "Value": "v"}],
                },
            ),
            ("get", {}),
            ("delete", {}),
        ],
        WITH_VALUE | {"Description", "KmsKeyId", "Tags", "LastAccessedDate", "DeletedDate"},
        id="everything",
    ),
]
OPERATIONS = {
    "create": "create_secret",
    "delete": "delete_secret",
    "get": "get_secret_value",
    "put": "put_secret_value",
    "restore": "restore_secret",
    "tag": "tag_resource",
    "untag": "untag_resource",
    "update": "update_secret",
}


@pytest.mark.parametrize(("steps", "members"), STATES)
def test_only_what_has_a_value_is_shown(secrets_client, steps, members):
    """DescribeSecret shows just the members that the secret's state gives a value to."""
    for step, parameters in steps:
        named = {"Name": "a"} if step == "create" else {"SecretId": "a"}
        getattr(secrets_client, OPERATIONS[step])(**named, **parameters)

    described = members_of(secrets_client.describe_secret(SecretId="a"))

    assert members == set(described)
    assert None not in described.values()


def test_a_managed_secret_names_its_service(fake_secrets, secrets_client):
    """OwningService appears for a secret that another AWS service manages."""
    fake_secrets.add("rds!db-1", "v", owning_service="rds")

    described = members_of(secrets_client.describe_secret(SecretId="rds!db-1"))

    assert WITH_VALUE | {"OwningService"} == set(described)
    assert "rds" == described["OwningService"]


def test_everything_at_once(fake_secrets, secrets_client):
    """All members of a seeded secret come back as the seed has them."""
    seed = Secret(
        "prod/db",
        versions=[
            Version("2", ["AWSCURRENT", "blue"], id=V2),
            Version("1", ["AWSPREVIOUS"], id=V1),
            Version("0", id="0" * 32),
        ],
        description="the database",
        tags={"z": "1", "a": "2"},
        kms_key_id="alias/k",
        arn_suffix="a1b2c3",
        created=NOW,
        last_changed=LATER,
        last_accessed=LATER.date(),
        deleted=LATER,
    )
    fake_secrets.add(seed)

    described = members_of(secrets_client.describe_secret(SecretId="prod/db"))

    assert {
        "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-a1b2c3",
        "Name": "prod/db",
        "Description": "the database",
        "KmsKeyId": "alias/k",
        "LastChangedDate": LATER,
        "LastAccessedDate": midnight(LATER),
        "DeletedDate": LATER,
        "Tags": [{"Key": "z", "Value": "1"}, {"Key": "a", "Value": "2"}],
        "VersionIdsToStages": {V1: ["AWSPREVIOUS"], V2: ["AWSCURRENT", "blue"]},
        "CreatedDate": NOW,
    } == described


def test_versions_and_labels_are_sorted(fake_secrets, secrets_client):
    """Versions come by id, and the labels of one in alphabetical order."""
    versions = [
        Version("2", ["zebra", "AWSCURRENT", "blue"], id=V2),
        Version("1", ["yellow", "AWSPREVIOUS"], id=V1),
    ]
    fake_secrets.add(Secret("a", versions=versions))

    shown = secrets_client.describe_secret(SecretId="a")["VersionIdsToStages"]

    assert [
        (V1, ["AWSPREVIOUS", "yellow"]),
        (V2, ["AWSCURRENT", "blue", "zebra"]),
    ] == list(shown.items())


@pytest.mark.parametrize("kind", ["name", "ARN", "partial ARN"])
def test_name_and_arn_mean_the_same_secret(secret, secrets_client, kind):
    """A name, a complete and a partial ARN describe the same secret."""
    arn = secret["ARN"]

    described = secrets_client.describe_secret(
        SecretId={"name": "a", "ARN": arn, "partial ARN": arn[:-7]}[kind]
    )

    assert (arn, "a") == (described["ARN"], described["Name"])


def test_a_missing_secret_is_not_found(secrets_client):
    """There is nothing to describe where no secret is."""
    with pytest.raises(secrets_client.exceptions.ResourceNotFoundException) as caught:
        secrets_client.describe_secret(SecretId="a")

    assert MISSING == caught.value.response["Error"]["Message"]
    assert MISSING == caught.value.response["Message"]
    assert 400 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("value", [{}, {"SecretString": "v"}], ids=["no value", "value"])
def test_a_new_secret_was_created_and_changed_now(secrets_client, value):
    """CreatedDate and LastChangedDate are there from the start, to the millisecond, in UTC."""
    secrets_client.create_secret(Name="a", **value)

    described = secrets_client.describe_secret(SecretId="a")

    assert (NOW, NOW) == (described["CreatedDate"], described["LastChangedDate"])


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("update_secret", {"Description": "new"}),
        ("update_secret", {"KmsKeyId": "alias/k"}),
        ("update_secret", {"SecretString": "w"}),
        ("update_secret", {"SecretString": "v"}),
        ("put_secret_value", {"SecretString": "w"}),
        ("put_secret_value", {"SecretString": "w", "VersionStages": ["blue"]}),
        ("update_secret_version_stage", {"VersionStage": "blue", "MoveToVersionId": V1}),
        ("tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}),
        ("put_resource_policy", {"ResourcePolicy": json.dumps(POLICY_OF_A_BUCKET)}),
        ("untag_resource", {"TagKeys": ["team"]}),
        ("delete_secret", {}),
    ],
)
def test_a_change_is_dated(fake_secrets, secrets_client, operation, parameters):
    """Every change moves LastChangedDate, an equal value too, and never CreatedDate."""
    seed = Secret("a", versions=[Version("v", ["AWSCURRENT"], id=V1)], tags={"team": "web"})
    fake_secrets.add(seed)
    fake_secrets.clock.move_to(LATER)

    getattr(secrets_client, operation)(SecretId="a", **parameters)

    described = secrets_client.describe_secret(SecretId="a")
    assert (NOW, LATER) == (described["CreatedDate"], described["LastChangedDate"])


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("describe_secret", {"SecretId": "a"}),
        ("get_secret_value", {"SecretId": "a"}),
        ("list_secret_version_ids", {"SecretId": "a"}),
        ("list_secrets", {}),
        ("restore_secret", {"SecretId": "a"}),
    ],
)
def test_reading_is_no_change(fake_secrets, secret, secrets_client, operation, parameters):
    """What only reads leaves LastChangedDate where it was."""
    fake_secrets.clock.move_to(LATER)

    getattr(secrets_client, operation)(**parameters)

    assert NOW == secrets_client.describe_secret(SecretId="a")["LastChangedDate"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("describe_secret", {"SecretId": "a"}),
        ("list_secret_version_ids", {"SecretId": "a"}),
        ("list_secrets", {}),
        ("put_secret_value", {"SecretId": "a", "SecretString": "w"}),
        ("update_secret", {"SecretId": "a", "SecretString": "w"}),
        ("tag_resource", {"SecretId": "a", "Tags": [{"Key": "k", "Value": "v"}]}),
    ],
)
def test_only_reading_the_value_is_access(secret, secrets_client, operation, parameters):
    """LastAccessedDate stays absent until a value is read."""
    getattr(secrets_client, operation)(**parameters)

    assert "LastAccessedDate" not in secrets_client.describe_secret(SecretId="a")
    assert "LastAccessedDate" not in versions(secrets_client)[V1]


def test_the_day_of_access_is_kept(fake_secrets, secret, secrets_client):
    """LastAccessedDate is midnight UTC of the day of the last read."""
    secrets_client.get_secret_value(SecretId="a")

    assert midnight(NOW) == secrets_client.describe_secret(SecretId="a")["LastAccessedDate"]

    fake_secrets.clock.advance(hours=2)
    secrets_client.get_secret_value(SecretId="a")

    assert midnight(NOW) == secrets_client.describe_secret(SecretId="a")["LastAccessedDate"]

    fake_secrets.clock.advance(hours=12)
    secrets_client.get_secret_value(SecretId="a")

    assert (
        midnight(NOW) + timedelta(days=1)
        == secrets_client.describe_secret(SecretId="a")["LastAccessedDate"]
    )


def test_access_is_dated_by_version(secret, secrets_client):
    """Only the version that was read has a LastAccessedDate."""
    secrets_client.put_secret_value(SecretId="a", ClientRequestToken=V2, SecretString="w")
    secrets_client.get_secret_value(SecretId="a", VersionId=V1)

    listed = versions(secrets_client)

    assert midnight(NOW) == listed[V1]["LastAccessedDate"]
    assert "LastAccessedDate" not in listed[V2]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"VersionId": V2}, id="unknown version"),
        pytest.param({"VersionStage": "AWSPENDING"}, id="unknown label"),
        pytest.param({"VersionId": V1, "VersionStage": "blue"}, id="label of no version"),
    ],
)
def test_a_failed_read_is_no_access(secret, secrets_client, wrong):
    """A read that AWS refuses leaves no mark."""
    with pytest.raises(ClientError):
        secrets_client.get_secret_value(SecretId="a", **wrong)

    assert "LastAccessedDate" not in secrets_client.describe_secret(SecretId="a")


def test_a_batch_is_access(secret, secrets_client):
    """BatchGetSecretValue counts as a read of each secret in it."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")
    secrets_client.batch_get_secret_value(SecretIdList=["a"])

    assert midnight(NOW) == secrets_client.describe_secret(SecretId="a")["LastAccessedDate"]


def test_a_version_has_its_own_date(fake_secrets, secret, secrets_client):
    """A version's CreatedDate is when it came to be, wherever it is shown."""
    fake_secrets.clock.move_to(LATER)
    secrets_client.put_secret_value(SecretId="a", ClientRequestToken=V2, SecretString="w")

    listed = versions(secrets_client)

    assert (NOW, LATER) == (listed[V1]["CreatedDate"], listed[V2]["CreatedDate"])
    assert LATER == secrets_client.get_secret_value(SecretId="a")["CreatedDate"]
    assert NOW == secrets_client.get_secret_value(SecretId="a", VersionId=V1)["CreatedDate"]
    assert NOW == secrets_client.describe_secret(SecretId="a")["CreatedDate"]


def test_dates_have_milliseconds(secrets_client):
    """What is finer than a millisecond is not shown."""
    with freeze_time("2026-01-01T00:00:01.234567Z"):
        secrets_client.create_secret(Name="b")

    created = secrets_client.describe_secret(SecretId="b")["CreatedDate"]
    assert NOW + timedelta(seconds=1, milliseconds=234) == created
