from __future__ import annotations

import pytest
from support import refusal

MISSING = "Secrets Manager can't find the specified secret."
SYSTEM_TAG = "You can't modify system tags. Tag key: '{}'."
# AWS documents no error of its own for too many tags, so its general sentence stands in.
WRONG_PARAMETER = "The parameter name or value is invalid."


def tags(**named):
    """Write tags as AWS does."""
    return [{"Key": key, "Value": value} for key, value in named.items()]


def numbered(start, stop):
    """Return as many tags as there are numbers."""
    return tags(**{f"k{number}": "v" for number in range(start, stop)})


def shown(client):
    """Return the tags of the secret, None where AWS leaves them out."""
    return client.describe_secret(SecretId="a").get("Tags")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        pytest.param("tag_resource", {"Tags": tags(k="v")}, id="TagResource"),
        pytest.param("untag_resource", {"TagKeys": ["k"]}, id="UntagResource"),
    ],
)
def test_the_body_is_empty(fake_secrets, secrets_client, operation, parameters):
    """Both operations answer with no body at all, so only ResponseMetadata is left."""
    fake_secrets.add("a")

    response = getattr(secrets_client, operation)(SecretId="a", **parameters)

    assert {"ResponseMetadata"} == set(response)
    assert 200 == response["ResponseMetadata"]["HTTPStatusCode"]
    assert "0" == response["ResponseMetadata"]["HTTPHeaders"]["content-length"]


def test_a_secret_may_be_tagged_step_by_step(fake_secrets, secrets_client):
    """Tags come and go as AWS was recorded: absent at first, an empty list at the end."""
    fake_secrets.add("a")

    assert shown(secrets_client) is None

    secrets_client.tag_resource(SecretId="a", Tags=tags(tag1="1"))

    assert tags(tag1="1") == shown(secrets_client)

    secrets_client.tag_resource(SecretId="a", Tags=tags(tag2="2"))

    assert tags(tag1="1", tag2="2") == shown(secrets_client)

    secrets_client.untag_resource(SecretId="a", TagKeys=["tag1", "tag2"])

    assert [] == shown(secrets_client)

    secrets_client.tag_resource(SecretId="a", Tags=tags(tag4="4", tag3="3"))

    assert tags(tag4="4", tag3="3") == shown(secrets_client)


def test_a_known_key_gets_its_new_value_in_place(fake_secrets, secrets_client):
    """Overwriting keeps a tag where it stands, and new ones go to the end."""
    fake_secrets.add("a", tags={"x": "1", "y": "2"})

    secrets_client.tag_resource(SecretId="a", Tags=tags(z="3", x="4"))

    assert tags(x="4", y="2", z="3") == shown(secrets_client)


@pytest.mark.parametrize("operation", ["CreateSecret", "TagResource"])
def test_of_one_key_the_last_counts(fake_secrets, secrets_client, operation):
    """A key twice in one call has the value that stands last."""
    twice = [*tags(k="first"), *tags(k="last")]
    if operation == "CreateSecret":
        secrets_client.create_secret(Name="a", Tags=twice)
    else:
        fake_secrets.add("a")
        secrets_client.tag_resource(SecretId="a", Tags=twice)

    assert tags(k="last") == shown(secrets_client)


def test_keys_differ_by_case(fake_secrets, secrets_client):
    """Two keys that differ only by case are two tags."""
    fake_secrets.add("a", tags={"team": "web"})

    secrets_client.tag_resource(SecretId="a", Tags=tags(Team="db"))

    assert tags(team="web", Team="db") == shown(secrets_client)


def test_absent_keys_are_ignored(fake_secrets, secrets_client):
    """UntagResource removes the keys that are there, without a word about the others."""
    fake_secrets.add("a", tags={"x": "1", "y": "2"})

    secrets_client.untag_resource(SecretId="a", TagKeys=["none", "x", "Y"])

    assert tags(y="2") == shown(secrets_client)


def test_a_value_may_be_empty(fake_secrets, secrets_client):
    """A tag may have an empty value."""
    fake_secrets.add("a")

    secrets_client.tag_resource(SecretId="a", Tags=tags(k=""))

    assert tags(k="") == shown(secrets_client)


def test_a_key_has_128_characters_and_a_value_256(fake_secrets, secrets_client):
    """The longest key and the longest value that AWS allows are kept."""
    fake_secrets.add("a")

    secrets_client.tag_resource(SecretId="a", Tags=tags(**{"k" * 128: "v" * 256}))

    assert tags(**{"k" * 128: "v" * 256}) == shown(secrets_client)


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        pytest.param(
            {"Key": "k" * 129, "Value": "v"},
            f"Value '{'k' * 129}' at 'tags.2.member.key' failed to satisfy constraint: "
            "Member must have length less than or equal to 128",
            id="long key",
        ),
        pytest.param(
            {"Key": "k", "Value": "v" * 257},
            f"Value '{'v' * 257}' at 'tags.2.member.value' failed to satisfy constraint: "
            "Member must have length less than or equal to 256",
            id="long value",
        ),
        pytest.param(
            {"Value": "v"},
            "Value null at 'tags.2.member.key' failed to satisfy constraint: "
            "Member must not be null",
            id="no key",
        ),
        pytest.param(
            {"Key": "k"},
            "Value null at 'tags.2.member.value' failed to satisfy constraint: "
            "Member must not be null",
            id="no value",
        ),
    ],
)
def test_a_wrong_tag_is_refused(fake_secrets, secrets_client, tag, message):
    """A tag beyond AWS's limits fails the whole call."""
    fake_secrets.add("a")

    refused = refusal(secrets_client.tag_resource, SecretId="a", Tags=[*tags(fine="v"), tag])

    assert ("ValidationException", f"1 validation error detected: {message}") == refused
    assert shown(secrets_client) is None


def test_fifty_tags_are_allowed(fake_secrets, secrets_client):
    """A secret may have 50 tags, each of which may still be overwritten."""
    fake_secrets.add("a")
    secrets_client.tag_resource(SecretId="a", Tags=numbered(0, 50))

    secrets_client.tag_resource(SecretId="a", Tags=tags(k0="new"))

    assert [*tags(k0="new"), *numbered(1, 50)] == shown(secrets_client)


@pytest.mark.parametrize(
    ("before", "added"),
    [
        pytest.param((0, 0), (0, 51), id="at once"),
        pytest.param((0, 50), (50, 51), id="one more"),
        pytest.param((0, 49), (48, 51), id="two new and one known"),
    ],
)
def test_more_than_fifty_tags_are_refused(fake_secrets, secrets_client, before, added):
    """The 51st tag fails the whole call."""
    fake_secrets.add("a", tags={tag["Key"]: tag["Value"] for tag in numbered(*before)})

    refused = refusal(secrets_client.tag_resource, SecretId="a", Tags=numbered(*added))

    assert ("InvalidParameterException", WRONG_PARAMETER) == refused
    assert numbered(*before) == shown(secrets_client)


def test_tags_that_aws_set_do_not_count(fake_secrets, secrets_client):
    """Beside tags whose keys begin with aws: a secret may have 50 of its owner's, and not 51.

    So said the pages of TagResource and CreateSecret in earlier versions of botocore, and so does
    CloudFormation's page of AWS::SecretsManager::Secret.
    """
    system = {f"aws:cloudformation:{number}": "v" for number in range(10)}
    fake_secrets.add("a", tags=system)
    secrets_client.tag_resource(SecretId="a", Tags=numbered(0, 50))

    refused = refusal(secrets_client.tag_resource, SecretId="a", Tags=numbered(50, 51))

    assert ("InvalidParameterException", WRONG_PARAMETER) == refused
    assert [*tags(**system), *numbered(0, 50)] == shown(secrets_client)


def test_a_key_that_only_resembles_aws_s_counts(fake_secrets, secrets_client):
    """The prefix is aws: in small letters, with the colon, at the beginning."""
    fake_secrets.add("a")
    like = [*tags(**{"AWS:x": "v", "aws": "v", "awsx:y": "v", "x-aws:": "v"})]
    secrets_client.tag_resource(SecretId="a", Tags=[*like, *numbered(0, 46)])

    refused = refusal(secrets_client.tag_resource, SecretId="a", Tags=numbered(46, 47))

    assert ("InvalidParameterException", WRONG_PARAMETER) == refused
    assert 50 == len(shown(secrets_client))


def test_a_secret_is_not_created_with_more_than_fifty_tags(secrets_client):
    """CreateSecret keeps to the same quota."""
    refused = refusal(secrets_client.create_secret, Name="a", Tags=numbered(0, 51))

    assert ("InvalidParameterException", WRONG_PARAMETER) == refused
    assert [] == secrets_client.list_secrets()["SecretList"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        pytest.param(
            "tag_resource",
            {"Tags": [*tags(fine="v"), *tags(**{"aws:cloudformation:stack-name": "v"})]},
            id="TagResource",
        ),
        pytest.param(
            "untag_resource",
            {"TagKeys": ["team", "aws:cloudformation:stack-name"]},
            id="UntagResource",
        ),
    ],
)
def test_system_tags_are_not_the_callers(fake_secrets, secrets_client, operation, parameters):
    """A key that begins with aws: can be neither set nor removed, and fails the whole call."""
    given = {"aws:cloudformation:stack-name": "stack", "team": "web"}
    fake_secrets.add("a", tags=given)

    refused = refusal(getattr(secrets_client, operation), SecretId="a", **parameters)

    message = SYSTEM_TAG.format("aws:cloudformation:stack-name")
    assert ("InvalidParameterException", message) == refused
    assert tags(**given) == shown(secrets_client)


def test_a_secret_is_not_created_with_system_tags(secrets_client):
    """CreateSecret refuses a key that begins with aws:, and creates nothing."""
    refused = refusal(secrets_client.create_secret, Name="a", Tags=tags(**{"aws:x": "v"}))

    assert ("InvalidParameterException", SYSTEM_TAG.format("aws:x")) == refused
    assert [] == secrets_client.list_secrets()["SecretList"]


def test_seeded_system_tags_are_shown_among_the_others(fake_secrets, secrets_client):
    """A system tag that AWS has set is an ordinary entry of DescribeSecret and ListSecrets."""
    given = {"aws:cloudformation:stack-name": "stack", "team": "web"}
    fake_secrets.add("a", tags=given)

    (entry,) = secrets_client.list_secrets()["SecretList"]

    assert tags(**given) == shown(secrets_client)
    assert tags(**given) == entry["Tags"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        pytest.param("tag_resource", {"Tags": tags(k="v")}, id="TagResource"),
        pytest.param("untag_resource", {"TagKeys": ["k"]}, id="UntagResource"),
    ],
)
def test_a_missing_secret_is_not_found(secrets_client, operation, parameters):
    """There is nothing to tag or untag where no secret is."""
    refused = refusal(getattr(secrets_client, operation), SecretId="a", **parameters)

    assert ("ResourceNotFoundException", MISSING) == refused


def test_tags_belong_to_one_secret(fake_secrets, secrets_client):
    """Tagging one secret, by its ARN, leaves the others untagged."""
    arn = fake_secrets.add("a").arn
    fake_secrets.add("b")

    secrets_client.tag_resource(SecretId=arn, Tags=tags(k="v"))

    assert tags(k="v") == shown(secrets_client)
    assert "Tags" not in secrets_client.describe_secret(SecretId="b")


def test_tags_survive_a_new_value(fake_secrets, secrets_client):
    """Neither PutSecretValue nor UpdateSecret touches the tags."""
    fake_secrets.add("a", "v", tags={"k": "v"})

    secrets_client.put_secret_value(SecretId="a", SecretString="w")
    secrets_client.update_secret(SecretId="a", SecretString="x", Description="d")

    assert tags(k="v") == shown(secrets_client)
