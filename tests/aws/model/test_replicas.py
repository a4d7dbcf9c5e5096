"""What a replica takes over from its primary, and what stays its own."""

from __future__ import annotations

import pytest
from support import POLICY_OF_A_BUCKET

from pytest_fakesecrets import Secret
from pytest_fakesecrets._aws.api_model import operations

PRIMARY = Secret("a", "v", policy=POLICY_OF_A_BUCKET)


@pytest.mark.skipif(
    "AssociateCrossAccountReplica" not in operations(),
    reason="this botocore knows no replicas in other accounts",
)
@pytest.mark.secrets(PRIMARY)
def test_a_policy_stays_in_its_account(fake_secrets, secrets_client):
    """A replica in another account has the value of its primary, and not its policy."""
    other = fake_secrets.client(account="222222222222")
    replica = other.create_secret(
        Name="copy", KmsKeyId="alias/own", CrossAccountPrimaryARN=fake_secrets["a"].arn
    )

    secrets_client.associate_cross_account_replica(
        SecretId="a", CrossAccountReplicaARN=replica["ARN"]
    )

    assert "v" == other.get_secret_value(SecretId="copy")["SecretString"]
    assert "ResourcePolicy" not in other.get_resource_policy(SecretId="copy")
    assert "ResourcePolicy" in secrets_client.get_resource_policy(SecretId="a")


def test_a_rotation_falls_due_at_the_primary(fake_secrets, secrets_client):
    """A replica shows the rotation of its primary, and is not rotated beside it."""
    primary = fake_secrets.add("a", "v", replicas=["eu-west-1"])
    fake_secrets.rotation_lambda("rotate", generate=lambda: "w")
    secrets_client.rotate_secret(
        SecretId="a",
        RotationLambdaARN="arn:aws:lambda:us-east-1:123456789012:function:rotate",
        RotationRules={"AutomaticallyAfterDays": 10},
        RotateImmediately=False,
    )

    fake_secrets.clock.advance(days=11)

    replica = fake_secrets.client("eu-west-1").get_secret_value(SecretId="a")
    assert [primary.arn] == [run.arn for run in fake_secrets.rotations if not run.is_test]
    assert "w" == replica["SecretString"]
