"""What an operation knows of its call."""

from __future__ import annotations

import pytest
from support import outcome, refusal

from pytest_fakesecrets import Secret

ROLE = "arn:aws:iam::222222222222:role/app"
ALLOW = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "*", "Resource": "*"}
ELSEWHERE = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
}
DEFAULT_KEY = (
    "You can't access a secret from a different AWS account if you encrypt the secret with the "
    "default KMS service key."
)


@pytest.mark.parametrize(
    ("region", "expected"), [("us-east-1", "OK"), ("eu-west-1", "AccessDeniedException")]
)
def test_a_policy_knows_the_region_of_the_call(fake_secrets, region, expected):
    """aws:RequestedRegion is the Region of the client."""
    fake_secrets.add(Secret("a", "v", region=region, policy={"Statement": ELSEWHERE}))

    assert expected == outcome(fake_secrets.client(region).get_secret_value, SecretId="a")


def test_the_default_key_by_its_name_is_not_for_another_account(fake_secrets):
    """A secret that names AWS's own key is under it, as one that names none."""
    policy = {"Statement": ALLOW}
    secret = fake_secrets.add("a", "v", policy=policy, kms_key_id="alias/aws/secretsmanager")
    client = fake_secrets.client(principal=ROLE)

    assert ("InvalidRequestException", DEFAULT_KEY) == refusal(
        client.get_secret_value, SecretId=secret.arn
    )


def test_tags_need_a_permission_of_their_own(fake_secrets, secrets_client):
    """CreateSecret with tags is refused where TagResource is."""
    fake_secrets.deny("TagResource")
    tags = [{"Key": "k", "Value": "v"}]

    code, message = refusal(secrets_client.create_secret, Name="a", Tags=tags)

    assert "AccessDeniedException" == code
    assert "is not authorized to perform: secretsmanager:TagResource" in message
    assert "OK" == outcome(secrets_client.create_secret, Name="a")
