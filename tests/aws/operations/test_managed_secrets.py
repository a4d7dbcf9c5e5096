from __future__ import annotations

import pytest
from support import members_of, refusal

from pytest_fakesecrets import Secret, Version

V1 = "11111111-1111-4111-8111-111111111111"
V2 = "22222222-2222-4222-8222-222222222222"
MANAGED = "This secret is managed by rds, and you must use that service to update it."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."

pytestmark = pytest.mark.secrets(
    Secret(
        "rds!db-1",
        versions=[
            Version("old", ["AWSPREVIOUS"], id=V1),
            Version("new", ["AWSCURRENT"], id=V2),
        ],
        owning_service="rds",
        tags={"aws:secretsmanager:owningService": "rds", "team": "web"},
    )
)

CHANGES = [
    ("put_secret_value", {"SecretString": "mine"}),
    ("put_secret_value", {"SecretString": "mine", "VersionStages": ["blue"]}),
    ("update_secret", {"SecretString": "mine"}),
    ("update_secret", {"Description": "mine"}),
    ("update_secret", {"KmsKeyId": "alias/mine"}),
    (
        "update_secret_version_stage",
        {"VersionStage": "AWSCURRENT", "MoveToVersionId": V1, "RemoveFromVersionId": V2},
    ),
    ("update_secret_version_stage", {"VersionStage": "blue", "MoveToVersionId": V1}),
    ("tag_resource", {"Tags": [{"Key": "mine", "Value": "v"}]}),
    ("untag_resource", {"TagKeys": ["team"]}),
    ("delete_secret", {}),
    ("delete_secret", {"RecoveryWindowInDays": 7}),
    ("delete_secret", {"ForceDeleteWithoutRecovery": True}),
]


def state(client):
    """Return all that AWS shows of the secret."""
    versions = client.list_secret_version_ids(SecretId="rds!db-1", IncludeDeprecated=True)
    return members_of(client.describe_secret(SecretId="rds!db-1")), members_of(versions)


def test_the_value_is_read(secrets_client):
    """GetSecretValue works on a managed secret, by label and by version."""
    current = secrets_client.get_secret_value(SecretId="rds!db-1")
    previous = secrets_client.get_secret_value(SecretId="rds!db-1", VersionId=V1)

    assert ("new", V2) == (current["SecretString"], current["VersionId"])
    assert ("old", ["AWSPREVIOUS"]) == (previous["SecretString"], previous["VersionStages"])


def test_a_batch_reads_the_value(secrets_client):
    """BatchGetSecretValue works on a managed secret."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")

    batch = secrets_client.batch_get_secret_value(SecretIdList=["rds!db-1"])

    assert ["new"] == [entry["SecretString"] for entry in batch["SecretValues"]]
    assert [] == batch["Errors"]


def test_it_is_described_and_listed(secrets_client):
    """DescribeSecret, ListSecrets and ListSecretVersionIds work, and name the service."""
    described = secrets_client.describe_secret(SecretId="rds!db-1")
    (entry,) = secrets_client.list_secrets()["SecretList"]
    versions = secrets_client.list_secret_version_ids(SecretId="rds!db-1")["Versions"]

    assert "rds" == described["OwningService"]
    assert "rds" == entry["OwningService"]
    assert [V1, V2] == [version["VersionId"] for version in versions]


@pytest.mark.parametrize(("operation", "parameters"), CHANGES)
@pytest.mark.parametrize("by_arn", [False, True], ids=["by name", "by ARN"])
def test_a_change_is_refused(fake_secrets, secrets_client, operation, parameters, by_arn):
    """Whatever would change the secret is refused with its service's name, and changes nothing."""
    before = state(secrets_client)
    secret_id = fake_secrets["rds!db-1"].arn if by_arn else "rds!db-1"

    refused = refusal(getattr(secrets_client, operation), SecretId=secret_id, **parameters)

    assert ("InvalidRequestException", MANAGED) == refused
    assert before == state(secrets_client)


def test_restoring_it_is_refused(fake_secrets, secrets_client):
    """RestoreSecret would change a managed secret that its service has scheduled for deletion."""
    fake_secrets.add("rds!db-2", "v", owning_service="rds", deleted=True)

    refused = refusal(secrets_client.restore_secret, SecretId="rds!db-2")

    assert ("InvalidRequestException", MANAGED) == refused
    assert "DeletedDate" in secrets_client.describe_secret(SecretId="rds!db-2")


def test_deletion_is_seen_before_management(fake_secrets, secrets_client):
    """Of a scheduled and managed secret AWS says first that it is scheduled."""
    fake_secrets.add("rds!db-2", "v", owning_service="rds", deleted=True)

    refused = refusal(secrets_client.put_secret_value, SecretId="rds!db-2", SecretString="mine")

    assert ("InvalidRequestException", MARKED) == refused


def test_the_service_is_named(fake_secrets, secrets_client):
    """The message names the service that owns the very secret."""
    fake_secrets.add("events!connection/a", "v", owning_service="events")

    refused = refusal(
        secrets_client.update_secret, SecretId="events!connection/a", Description="mine"
    )

    assert (
        "InvalidRequestException",
        "This secret is managed by events, and you must use that service to update it.",
    ) == refused


def test_the_name_makes_no_managed_secret(secrets_client):
    """A caller's own secret may be named like a managed one, and stays the caller's."""
    secrets_client.create_secret(Name="rds!mine", SecretString="v")

    secrets_client.update_secret(SecretId="rds!mine", SecretString="w")

    assert "w" == secrets_client.get_secret_value(SecretId="rds!mine")["SecretString"]
    assert "OwningService" not in secrets_client.describe_secret(SecretId="rds!mine")


def test_its_name_is_taken(secrets_client):
    """CreateSecret cannot take the name of a managed secret."""
    refused = refusal(secrets_client.create_secret, Name="rds!db-1", SecretString="mine")

    message = "The operation failed because the secret rds!db-1 already exists."
    assert ("ResourceExistsException", message) == refused
