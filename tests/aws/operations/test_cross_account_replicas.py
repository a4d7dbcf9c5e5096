from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets import Secret
from pytest_fakesecrets._aws.api_model import operations

if "AssociateCrossAccountReplica" not in operations():
    pytest.skip("this botocore knows no replicas in other accounts", allow_module_level=True)

NOW = datetime(2026, 1, 31, 10, 20, 30, 456000, tzinfo=timezone.utc)
OTHER = "222222222222"
THIRD = "333333333333"
PRIMARY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-a1b2c3"
ROLE = "arn:aws:iam::123456789012:role/replication"
KEY = f"arn:aws:kms:us-east-1:{OTHER}:key/11111111-1111-4111-8111-111111111111"
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
NO_VALUE = (
    "ResourceNotFoundException",
    "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
)
NOT_ON_A_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's account.",
)
NO_PRIMARY = (
    "InvalidParameterException",
    (
        "CrossAccountPrimaryARN must be the ARN of a secret in a different AWS account and in the "
        "same Region."
    ),
)
NO_KEY = (
    "InvalidParameterException",
    "You must specify a customer managed KMS key for a cross-account replica secret.",
)
TOO_MANY = (
    "LimitExceededException",
    "The request failed because it would exceed one of the Secrets Manager quotas.",
)


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(time, "time", NOW.timestamp)


@pytest.fixture
def primary(fake_secrets):
    """Give a secret that is to be replicated."""
    return fake_secrets.add(
        Secret(
            "a",
            "v",
            description="d",
            tags={"team": "web"},
            created=NOW - timedelta(days=9),
            arn_suffix="a1b2c3",
        )
    )


@pytest.fixture
def other(fake_secrets):
    """Give a client of the account that is to have the replica."""
    return fake_secrets.client(account=OTHER)


@pytest.fixture
def waiting(primary, other):
    """Give the ARN of a replica that waits to be associated."""
    return create(other)["ARN"]


@pytest.fixture
def associated(waiting, secrets_client):
    """Give the ARN of a replica that is associated."""
    associate(secrets_client, waiting)
    return waiting


def answer(response):
    """Return what AWS answered, without botocore's own metadata."""
    return {member: value for member, value in response.items() if member != "ResponseMetadata"}


def refusal(call, *arguments, **parameters):
    """Return code and message of the error that a call meets."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def create(client, **parameters):
    """Create a replica of the secret."""
    request = {"Name": "copy", "KmsKeyId": KEY, "CrossAccountPrimaryARN": PRIMARY, **parameters}
    return client.create_secret(**request)


def associate(client, replica, **parameters):
    """Associate a replica with the secret."""
    return answer(
        client.associate_cross_account_replica(
            SecretId="a", CrossAccountReplicaARN=replica, **parameters
        )
    )


def disassociate(client, replica):
    """End the association of a replica with the secret."""
    return answer(
        client.disassociate_cross_account_replica(SecretId="a", CrossAccountReplicaARN=replica)
    )


def described(client, name):
    """Return what DescribeSecret says."""
    return answer(client.describe_secret(SecretId=name))


def state(client):
    """Return the status that the replica shows of itself."""
    return described(client, "copy")["CrossAccountPrimary"]["ReplicationStatus"]


def no_replica(arn):
    """Return the refusal of what is not a replica of the secret."""
    message = f"Secret {arn} is not a cross-account replica of secret {PRIMARY}."
    return "InvalidParameterException", message


def test_a_replica_waits(primary, fake_secrets, other):
    """A replica is created without a value, and waits to be associated."""
    response = create(other, Tags=[{"Key": "own", "Value": "tag"}])

    arn = f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:copy-"
    assert {"ARN", "Name"} == set(answer(response))
    assert response["ARN"].startswith(arn)
    assert {
        "ARN": response["ARN"],
        "Name": "copy",
        "KmsKeyId": KEY,
        "Tags": [{"Key": "own", "Value": "tag"}],
        "CreatedDate": NOW,
        "LastChangedDate": NOW,
        "CrossAccountPrimary": {"PrimarySecretARN": PRIMARY, "ReplicationStatus": "Pending"},
    } == described(other, "copy")
    assert NO_VALUE == refusal(other.get_secret_value, SecretId="copy")


@pytest.mark.parametrize(
    "member", ["SecretString", "SecretBinary", "Description", "AddReplicaRegions", "Type"]
)
def test_what_the_primary_decides(fake_secrets, other, member):
    """A replica is created without what its primary has, and nothing is created otherwise."""
    value = {"SecretBinary": b"x", "AddReplicaRegions": [{"Region": "eu-west-1"}]}

    refused = refusal(create, other, **{member: value.get(member, "x")})

    message = f"You can't specify {member} for a cross-account replica secret."
    assert ("InvalidParameterException", message) == refused
    assert [] == list(fake_secrets)


@pytest.mark.parametrize(
    "arn",
    [
        pytest.param("arn:nonsense:nonsense", id="no ARN"),
        pytest.param(PRIMARY[:-7], id="partial"),
        pytest.param(PRIMARY.replace("us-east-1", "eu-west-1"), id="other Region"),
        pytest.param(PRIMARY.replace("aws", "aws-cn", 1), id="other partition"),
        pytest.param(PRIMARY.replace("123456789012", OTHER), id="own account"),
    ],
)
def test_what_is_no_primary(other, arn):
    """The primary is named by its complete ARN, in another account and in the same Region."""
    assert NO_PRIMARY == refusal(create, other, CrossAccountPrimaryARN=arn)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "alias/aws/secretsmanager",
        f"arn:aws:kms:us-east-1:{OTHER}:alias/aws/ebs",
    ],
)
def test_a_key_of_aws(other, key):
    """A replica needs a key of the customer's own."""
    assert NO_KEY == refusal(create, other, KmsKeyId=key)


def test_association(primary, waiting, fake_secrets, secrets_client, other):
    """An associated replica has the value, and both sides say InSync."""
    fake_secrets.clock.advance(hours=1)

    response = associate(secrets_client, waiting, ReplicationRoleARN=ROLE)

    shown, copied = described(secrets_client, "a"), described(other, "copy")
    success = {"ReplicationStatus": "InSync", "StatusMessage": "Replication succeeded"}
    entry = {"ReplicaSecretARN": waiting, "ReplicationRoleARN": ROLE, **success}
    assert {
        "ARN": PRIMARY,
        "CrossAccountReplicaARN": waiting,
        "ReplicationStatus": "InSync",
    } == response
    assert [entry] == shown["CrossAccountReplicas"]
    assert {"PrimarySecretARN": PRIMARY, **success} == copied["CrossAccountPrimary"]
    assert "v" == other.get_secret_value(SecretId="copy")["SecretString"]
    assert ("d", KEY) == (copied["Description"], copied["KmsKeyId"])
    assert "Tags" not in copied
    assert [NOW, NOW + timedelta(hours=1)] == [copied["CreatedDate"], copied["LastChangedDate"]]
    assert not {"PrimaryRegion", "CrossAccountPrimary"} & set(shown)
    assert not {"PrimaryRegion", "CrossAccountReplicas"} & set(copied)


def test_a_replica_follows(associated, secrets_client, other):
    """A change of the primary reaches the replica, whose tags and key are its own."""
    secrets_client.update_secret(SecretId="a", SecretString="w", KmsKeyId="alias/primary")
    secrets_client.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])

    shown = described(other, "copy")
    assert "w" == other.get_secret_value(SecretId="copy")["SecretString"]
    assert KEY == shown["KmsKeyId"]
    assert "Tags" not in shown


@pytest.mark.parametrize("fixture", ["waiting", "associated", "detached"])
@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("put_secret_value", {"SecretString": "x"}),
        ("update_secret", {"Description": "x"}),
        ("delete_secret", {"ForceDeleteWithoutRecovery": True}),
        ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": "eu-west-1"}]}),
        ("associate_cross_account_replica", {"CrossAccountReplicaARN": PRIMARY}),
    ],
)
def test_a_replica_refuses_changes(request, other, method, parameters, fixture):
    """A replica refuses changes in its account, whatever its status; its key may be changed."""
    request.getfixturevalue(fixture)

    refused = refusal(getattr(other, method), SecretId="copy", **parameters)
    other.update_secret(SecretId="copy", KmsKeyId="alias/own")

    assert NOT_ON_A_REPLICA == refused
    assert "alias/own" == described(other, "copy")["KmsKeyId"]


@pytest.fixture
def detached(associated, secrets_client):
    """Give the ARN of a replica that its primary has let go."""
    disassociate(secrets_client, associated)
    return associated


def test_association_once_more(associated, secrets_client, other):
    """The same replica may be associated again, with another role or none."""
    associate(secrets_client, associated, ReplicationRoleARN=ROLE)
    before = described(secrets_client, "a")["CrossAccountReplicas"]

    associate(secrets_client, associated, ReplicaRestriction="NoRestriction")

    after = described(secrets_client, "a")["CrossAccountReplicas"]
    assert [ROLE] == [replica["ReplicationRoleARN"] for replica in before]
    assert [None] == [replica.get("ReplicationRoleARN") for replica in after]


def test_one_replica_in_other_accounts(associated, fake_secrets, secrets_client):
    """A second replica is over the quota, and neither side changes."""
    second = create(fake_secrets.client(account=THIRD))["ARN"]
    before = fake_secrets.snapshot()

    refused = refusal(associate, secrets_client, second)

    assert TOO_MANY == refused
    assert before == fake_secrets.snapshot()


@pytest.mark.parametrize(
    ("arn", "refused"),
    [
        pytest.param("arn:nonsense:nonsense", MISSING, id="no ARN"),
        pytest.param(PRIMARY.replace("a1b2c3", "zzzzzz"), MISSING, id="missing"),
        pytest.param(PRIMARY, no_replica(PRIMARY), id="itself"),
    ],
)
def test_what_is_no_replica(waiting, secrets_client, arn, refused):
    """Only a secret that was created as a replica of this primary is associated."""
    assert refused == refusal(associate, secrets_client, arn)


def test_a_partial_arn_of_a_replica(waiting, secrets_client):
    """The replica is named by its complete ARN."""
    assert MISSING == refusal(associate, secrets_client, waiting[:-7])


def test_a_replica_of_another_primary(waiting, fake_secrets, secrets_client):
    """A replica that waits for another primary is refused."""
    fake_secrets.add("b", "v")

    refused = refusal(
        secrets_client.associate_cross_account_replica,
        SecretId="b",
        CrossAccountReplicaARN=waiting,
    )

    message = f"Secret {waiting} is not a cross-account replica of secret {fake_secrets['b'].arn}."
    assert ("InvalidParameterException", message) == refused


def test_disassociation(associated, fake_secrets, secrets_client, other):
    """A replica that is let go stays a replica, keeps its value, and follows no more."""
    response = disassociate(secrets_client, associated)
    secrets_client.put_secret_value(SecretId="a", SecretString="w")

    copied = described(other, "copy")["CrossAccountPrimary"]
    assert {"ARN": PRIMARY, "CrossAccountReplicaARN": associated} == response
    assert {"PrimarySecretARN": PRIMARY, "ReplicationStatus": "Detached"} == copied
    assert "CrossAccountReplicas" not in described(secrets_client, "a")
    assert "v" == other.get_secret_value(SecretId="copy")["SecretString"]


def test_what_is_not_associated(waiting, secrets_client):
    """What is not associated is not let go."""
    assert no_replica(waiting) == refusal(disassociate, secrets_client, waiting)


def test_another_than_the_associated_replica(associated, secrets_client):
    """Only the associated replica is let go."""
    assert no_replica(PRIMARY) == refusal(disassociate, secrets_client, PRIMARY)


def test_association_after_disassociation(detached, secrets_client, other):
    """A replica that was let go may be associated again, and catches up."""
    secrets_client.put_secret_value(SecretId="a", SecretString="w")

    associate(secrets_client, detached)

    assert "InSync" == state(other)
    assert "w" == other.get_secret_value(SecretId="copy")["SecretString"]


@pytest.mark.parametrize("fixture", ["waiting", "detached"])
def test_stopping(request, secrets_client, other, fixture):
    """A replica that waits, or was let go, becomes a secret like any other when it is stopped."""
    arn = request.getfixturevalue(fixture)
    before = described(secrets_client, "a")

    response = other.stop_replication_to_replica(SecretId="copy")
    other.put_secret_value(SecretId="copy", SecretString="own")

    assert {"ARN": arn} == answer(response)
    assert before == described(secrets_client, "a")
    assert "CrossAccountPrimary" not in described(other, "copy")


def test_stopping_what_is_associated(associated, secrets_client, other):
    """A replica that stops by itself is Detached at its primary, until that lets it go."""
    other.stop_replication_to_replica(SecretId="copy")
    secrets_client.put_secret_value(SecretId="a", SecretString="w")

    shown = described(secrets_client, "a")["CrossAccountReplicas"]
    assert [{"ReplicaSecretARN": associated, "ReplicationStatus": "Detached"}] == shown
    assert "v" == other.get_secret_value(SecretId="copy")["SecretString"]

    disassociate(secrets_client, associated)

    assert "CrossAccountReplicas" not in described(secrets_client, "a")
    assert "CrossAccountPrimary" not in described(other, "copy")


def test_stopping_beside_what_is_associated(associated, fake_secrets, secrets_client):
    """A replica that only waits leaves the one that is associated as it is when it is stopped."""
    third = fake_secrets.client(account=THIRD)
    create(third)
    before = described(secrets_client, "a")

    third.stop_replication_to_replica(SecretId="copy")

    assert before == described(secrets_client, "a")


def test_another_replica_instead(associated, fake_secrets, secrets_client, other):
    """Where the replica has stopped by itself there is room for another."""
    other.stop_replication_to_replica(SecretId="copy")
    third = fake_secrets.client(account=THIRD)
    second = create(third)["ARN"]

    associate(secrets_client, second)

    shown = described(secrets_client, "a")["CrossAccountReplicas"]
    assert [second] == [replica["ReplicaSecretARN"] for replica in shown]
    assert "v" == third.get_secret_value(SecretId="copy")["SecretString"]


@pytest.mark.parametrize("force", [False, True])
def test_a_primary_is_not_deleted(associated, secrets_client, force):
    """A primary is not deleted while a replica is associated."""
    refused = refusal(secrets_client.delete_secret, SecretId="a", ForceDeleteWithoutRecovery=force)

    message = (
        f"You can't delete secret {PRIMARY} that still has cross-account replicas [{associated}]."
    )
    assert ("InvalidParameterException", message) == refused


@pytest.mark.parametrize("side", ["primary", "replica"])
def test_a_primary_is_deleted_afterwards(associated, secrets_client, other, side):
    """A primary may be deleted once either side has ended the association; the replica stays."""
    if side == "primary":
        disassociate(secrets_client, associated)
    else:
        other.stop_replication_to_replica(SecretId="copy")

    secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    assert "v" == other.get_secret_value(SecretId="copy")["SecretString"]


def test_a_replica_that_is_gone(associated, fake_secrets, secrets_client, other):
    """What has stopped and is deleted may still be let go."""
    other.stop_replication_to_replica(SecretId="copy")
    other.delete_secret(SecretId="copy", ForceDeleteWithoutRecovery=True)

    disassociate(secrets_client, associated)

    assert ["a"] == list(fake_secrets)


def test_regions_and_accounts(associated, fake_secrets, secrets_client, other):
    """A secret may have replicas in other Regions and one in another account."""
    secrets_client.replicate_secret_to_regions(
        SecretId="a", AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    secrets_client.put_secret_value(SecretId="a", SecretString="w")

    europe = fake_secrets.client(region="eu-west-1")
    shown = described(secrets_client, "a")
    assert "w" == europe.get_secret_value(SecretId="a")["SecretString"]
    assert "w" == other.get_secret_value(SecretId="copy")["SecretString"]
    assert 1 == len(shown["ReplicationStatus"]) == len(shown["CrossAccountReplicas"])
    assert "us-east-1" == shown["PrimaryRegion"]


def test_a_replica_whose_primary_another_took_over(associated, fake_secrets, secrets_client, other):
    """A replica stops as well where a seed stands in its primary's place."""
    fake_secrets.add(Secret("a", "other", arn_suffix="a1b2c3"))

    other.stop_replication_to_replica(SecretId="copy")

    assert "CrossAccountReplicas" not in described(secrets_client, "a")
    assert "CrossAccountPrimary" not in described(other, "copy")


def test_lists_do_not_tell(associated, secrets_client, other):
    """ListSecrets shows primary and replica each in its own account, and nothing of the other."""
    [here] = secrets_client.list_secrets()["SecretList"]
    [there] = other.list_secrets()["SecretList"]

    assert ["a", "copy"] == [here["Name"], there["Name"]]
    assert not {"CrossAccountReplicas", "CrossAccountPrimary", "PrimaryRegion"} & {*here, *there}


def test_only_the_owner_of_the_primary_associates(fake_secrets):
    """A grant of everything does not let another account associate a replica."""
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    primary = fake_secrets.add("db", "v", policy={"Version": "2012-10-17", "Statement": allowed})
    client = fake_secrets.client(account="222222222222")
    if not hasattr(client, "associate_cross_account_replica"):
        pytest.skip("this botocore has no AssociateCrossAccountReplica")

    with pytest.raises(client.exceptions.InvalidParameterException) as caught:
        client.associate_cross_account_replica(
            SecretId=primary.arn, CrossAccountReplicaARN=primary.arn
        )

    message = "The primary secret must be in the AWS account of the caller."
    assert message == caught.value.response["Error"]["Message"]
