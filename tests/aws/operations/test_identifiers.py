from __future__ import annotations

import re

import pytest
from support import refusal

from pytest_fakesecrets import Secret

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
ENDS_LIKE_A_SUFFIX = "Invalid/_+=.@-Name-a1b2c3"
VERSION = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"

OPERATIONS = {
    "delete_secret": {},
    "describe_secret": {},
    "get_secret_value": {},
    "list_secret_version_ids": {},
    "put_secret_value": {"SecretString": "new"},
    "restore_secret": {},
    "tag_resource": {"Tags": [{"Key": "team", "Value": "web"}]},
    "untag_resource": {"TagKeys": ["team"]},
    "update_secret": {"Description": "new"},
    "update_secret_version_stage": {"VersionStage": "new", "MoveToVersionId": VERSION},
}
MORE_OPERATIONS = {
    "cancel_rotate_secret": {},
    "delete_resource_policy": {},
    "get_resource_policy": {},
    "put_resource_policy": {"ResourcePolicy": "{}"},
    "remove_regions_from_replication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "replicate_secret_to_regions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
    "rotate_secret": {},
    "stop_replication_to_replica": {},
    "validate_resource_policy": {"ResourcePolicy": "{}"},
}
WITHOUT_AN_ANSWER = ("tag_resource", "untag_resource")


def _not_found():
    return "ResourceNotFoundException", "Secrets Manager can't find the specified secret."


def _invalid_name():
    message = (
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
        "following: -/_+=.@!"
    )
    return "ValidationException", message


@pytest.mark.parametrize(
    "name",
    ["s-c64bdc03", "a", "rds!db-1", "x" * 512, ENDS_LIKE_A_SUFFIX],
    ids=["digits", "short", "managed", "long", "ends like a suffix"],
)
def test_an_arn_ends_with_six_characters(secrets_client, name):
    """A new secret's ARN is its place, its name, a hyphen and six letters or digits."""
    pattern = re.escape(f"{ARN}{name}") + "-[A-Za-z0-9]{6}"

    assert re.fullmatch(pattern, secrets_client.create_secret(Name=name)["ARN"])


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-gov-east-1", "aws-us-gov"),
    ],
)
def test_an_arn_names_the_partition(fake_secrets, region, partition):
    """ARNs in China and GovCloud begin with those partitions, and find their secrets."""
    client = fake_secrets.client(region=region)
    arn = client.create_secret(Name="db", SecretString="s")["ARN"]
    prefix = f"arn:{partition}:secretsmanager:{region}:123456789012:secret:db-"

    assert prefix == arn[:-6]
    assert arn == client.describe_secret(SecretId=arn)["ARN"]
    assert arn == client.describe_secret(SecretId=arn[:-7])["ARN"]


def test_every_creation_has_its_own_arn(secrets_client):
    """A name that is deleted and created again has another ARN, and the old one finds nothing."""
    first = secrets_client.create_secret(Name="db", SecretString="old")["ARN"]
    secrets_client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    second = secrets_client.create_secret(Name="db", SecretString="new")["ARN"]

    assert first[:-6] == second[:-6]
    assert first != second
    assert _not_found() == refusal(secrets_client.get_secret_value, SecretId=first)


@pytest.mark.parametrize(
    "name",
    [
        "s-c64bdc03",
        "Valid/_+=.@-Name",
        "Valid/_+=.@-Name-a1b2",
        "Valid/_+=.@-Name-a1b2c3-",
        "managed!name",
        "/leading/slash",
    ],
)
@pytest.mark.parametrize(
    "identify",
    [lambda _, name: name, lambda arn, _: arn, lambda arn, _: arn[:-7]],
    ids=["name", "complete ARN", "partial ARN"],
)
def test_a_secret_is_found_by_name_and_arn(secrets_client, name, identify):
    """The name, the complete ARN and the ARN without its suffix mean the same secret."""
    arn = secrets_client.create_secret(Name=name, SecretString="s")["ARN"]

    answer = secrets_client.get_secret_value(SecretId=identify(arn, name))

    assert (arn, name) == (answer["ARN"], answer["Name"])


@pytest.mark.parametrize(
    "identify",
    [lambda _, name: name, lambda arn, _: arn],
    ids=["name", "complete ARN"],
)
def test_a_name_may_end_like_a_suffix(secrets_client, identify):
    """A name that ends in a hyphen and six letters or digits is found by name and full ARN."""
    name = ENDS_LIKE_A_SUFFIX
    arn = secrets_client.create_secret(Name=name, SecretString="s")["ARN"]

    answer = secrets_client.get_secret_value(SecretId=identify(arn, name))

    assert (arn, name) == (answer["ARN"], answer["Name"])


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_partial_arn_that_ends_like_a_suffix_finds_nothing(secrets_client, operation):
    """The end of a partial ARN that looks like a suffix is taken for one."""
    arn = secrets_client.create_secret(Name=ENDS_LIKE_A_SUFFIX, SecretString="s")["ARN"]
    call = getattr(secrets_client, operation)

    assert _not_found() == refusal(call, SecretId=arn[:-7], **OPERATIONS[operation])


@pytest.mark.secrets(
    Secret("Name", "short", arn_suffix="a1b2c3"),
    Secret("Name-a1b2c3", "long", arn_suffix="d4e5f6"),
)
@pytest.mark.parametrize(
    ("secret_id", "value"),
    [
        ("Name", "short"),
        (f"{ARN}Name", "short"),
        (f"{ARN}Name-a1b2c3", "short"),
        ("Name-a1b2c3", "long"),
        (f"{ARN}Name-a1b2c3-d4e5f6", "long"),
    ],
    ids=["name", "partial ARN", "complete ARN", "long name", "complete ARN of the long name"],
)
def test_a_complete_arn_wins(secrets_client, secret_id, value):
    """An ARN that is one secret's complete and another's partial one means the former."""
    assert value == secrets_client.get_secret_value(SecretId=secret_id)["SecretString"]


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@pytest.mark.parametrize(
    "secret_id",
    [
        "absent",
        "DB",
        "d",
        "db/",
        "/db",
        "db-a1b2c3",
        f"{ARN}db-A1B2C3",
        f"{ARN}db-a1b2c4",
        f"{ARN}DB-a1b2c3",
        f"{ARN}db-a1b2c",
        f"{ARN}db-",
        f"{ARN}d",
        f"{ARN}absent-a1b2c3",
        f"{ARN}db-a1b2c3".replace("us-east-1", "eu-west-1"),
        f"{ARN}db".replace("us-east-1", "eu-west-1"),
        f"{ARN}db-a1b2c3".replace("arn:aws:", "arn:aws-cn:"),
        f"{ARN}db".replace("arn:aws:", "arn:aws-us-gov:"),
    ],
    ids=[
        "another name",
        "name in another case",
        "beginning of the name",
        "slash after the name",
        "slash before the name",
        "name with the suffix",
        "suffix in another case",
        "wrong suffix",
        "ARN of the name in another case",
        "short suffix",
        "no suffix after the hyphen",
        "ARN of the beginning of the name",
        "ARN of another name",
        "other Region",
        "other Region, partial",
        "other partition",
        "other partition, partial",
    ],
)
def test_what_means_another_secret_is_not_found(fake_secrets, secrets_client, operation, secret_id):
    """A valid name or ARN that is not exactly a secret's is answered alike by every operation."""
    fake_secrets.add(Secret("db", "s", arn_suffix="a1b2c3"))
    call = getattr(secrets_client, operation)

    assert _not_found() == refusal(call, SecretId=secret_id, **OPERATIONS[operation])


@pytest.mark.parametrize("operation", sorted(OPERATIONS | MORE_OPERATIONS))
@pytest.mark.parametrize(
    "secret_id",
    [
        "arn:aws:secretsmanager:us-east-1:123456789012:secret",
        ARN,
        "arn:aws:secretsmanager:us-east-1:123456789012:db-a1b2c3",
        "arn:aws:secretsmanager:us-east-1:db-a1b2c3",
        "arn:aws:secretsmanager:us-east-1::secret:db-a1b2c3",
        f"{ARN}db-a1b2c3:AWSCURRENT",
        f"{ARN}db#key",
        "arn:aws:s3:::db",
        f"{ARN}db-a1b2c3".replace("secretsmanager", "ssm"),
        "arn:",
    ],
    ids=[
        "no resource",
        "no name after secret:",
        "no secret:",
        "no account and no secret:",
        "no account",
        "more behind it",
        "# in the name",
        "another service",
        "another service, otherwise right",
        "nothing after arn:",
    ],
)
def test_what_is_not_an_arn_of_a_secret_is_an_invalid_name(
    fake_secrets, secrets_client, operation, secret_id
):
    """An ARN that is malformed, or has not a valid name, is refused alike by every operation."""
    fake_secrets.add(Secret("db", "s", arn_suffix="a1b2c3"))
    call = getattr(secrets_client, operation)

    parameters = (OPERATIONS | MORE_OPERATIONS)[operation]

    assert _invalid_name() == refusal(call, SecretId=secret_id, **parameters)


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - set(WITHOUT_AN_ANSWER)))
@pytest.mark.parametrize(
    "identify",
    [lambda _, name: name, lambda arn, _: arn, lambda arn, _: arn[:-7]],
    ids=["name", "complete ARN", "partial ARN"],
)
def test_every_answer_has_the_complete_arn(secrets_client, operation, identify):
    """However a secret was named, an answer has its complete ARN and its name."""
    arn = secrets_client.create_secret(Name="app/db", SecretString="s", ClientRequestToken=VERSION)[
        "ARN"
    ]
    name = "app/db"

    answer = getattr(secrets_client, operation)(
        SecretId=identify(arn, name), **OPERATIONS[operation]
    )

    assert (arn, name) == (answer["ARN"], answer["Name"])


@pytest.mark.parametrize(
    "identify",
    [lambda _, name: name, lambda arn, _: arn, lambda arn, _: arn[:-7]],
    ids=["name", "complete ARN", "partial ARN"],
)
def test_tags_are_set_by_name_and_arn(secrets_client, identify):
    """TagResource and UntagResource, which answer nothing, know the same identifiers."""
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    arn = secrets_client.create_secret(Name="app/db")["ARN"]
    secret_id = identify(arn, "app/db")
    secrets_client.tag_resource(SecretId=secret_id, Tags=tags)
    secrets_client.untag_resource(SecretId=secret_id, TagKeys=["a"])

    assert tags[1:] == secrets_client.describe_secret(SecretId="app/db")["Tags"]


@pytest.mark.secrets(Secret("db", "here"), Secret("db", "there", region="eu-west-1"))
def test_each_region_has_its_own_names(fake_secrets):
    """A name means the secret in the Region of the client."""
    expected = ("here", "there")
    clients = [fake_secrets.client(region=region) for region in ("us-east-1", "eu-west-1")]

    assert expected == tuple(
        client.get_secret_value(SecretId="db")["SecretString"] for client in clients
    )


@pytest.mark.secrets(Secret("db", "ours"), Secret("db", "theirs", account="210987654321"))
def test_each_account_has_its_own_names(fake_secrets):
    """A name means the secret in the account of the caller."""
    expected = ("ours", "theirs")
    clients = [fake_secrets.client(account=account) for account in ("123456789012", "210987654321")]

    assert expected == tuple(
        client.get_secret_value(SecretId="db")["SecretString"] for client in clients
    )


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@pytest.mark.parametrize("name", ["db", "absent"], ids=["existing", "missing"])
def test_an_arn_of_another_account_is_denied(fake_secrets, operation, name):
    """Without a permission of the other account every operation is denied, as is its absence."""
    fake_secrets.add(Secret("db", "theirs", account="210987654321", arn_suffix="a1b2c3"))
    call = getattr(fake_secrets.client(), operation)
    aws_name = fake_secrets.client().meta.method_to_api_mapping[operation]
    secret_id = f"{ARN}{name}-a1b2c3".replace("123456789012", "210987654321")
    code = "AccessDeniedException"
    message = (
        "User: arn:aws:iam::123456789012:root is not authorized to perform: "
        f"secretsmanager:{aws_name} on resource: {secret_id} because no resource-based policy "
        f"allows the secretsmanager:{aws_name} action"
    )

    assert (code, message) == refusal(call, SecretId=secret_id, **OPERATIONS[operation])
