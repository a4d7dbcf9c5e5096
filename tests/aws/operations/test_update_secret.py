from __future__ import annotations

import pytest
from support import members_of, raw_client, refusal, without_token

from pytest_fakesecrets import Secret, Version

V1 = "11111111-1111-4111-8111-111111111111"
V2 = "22222222-2222-4222-8222-222222222222"
V3 = "33333333-3333-4333-8333-333333333333"
V4 = "44444444-4444-4444-8444-444444444444"
V5 = "55555555-5555-4555-8555-555555555555"
OLD_KEY = "alias/old"
NEW_KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MISSING = "Secrets Manager can't find the specified secret."
NO_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
TOO_MANY_VALUES = (
    "You can't specify both a binary secret value and a string secret value in the same secret."
)


@pytest.fixture
def secret(fake_secrets):
    """Give a secret with one version, a description and a tag."""
    seed = Secret(
        "a",
        versions=[Version("v", ["AWSCURRENT"], id=V1)],
        description="old",
        tags={"team": "web"},
    )
    return fake_secrets.add(seed)


@pytest.fixture
def keyed(fake_secrets):
    """Give a secret under a key of its own, with a version of every kind."""
    versions = [
        Version("1", ["AWSCURRENT"], id=V1),
        Version("2", ["AWSPENDING"], id=V2),
        Version("3", ["AWSPREVIOUS", "blue"], id=V3),
        Version("4", ["green"], id=V4),
        Version("5", id=V5),
    ]
    return fake_secrets.add(Secret("a", versions=versions, kms_key_id=OLD_KEY))


def state(client):
    """Return all that AWS shows of the secret."""
    versions = client.list_secret_version_ids(SecretId="a", IncludeDeprecated=True)
    return members_of(client.describe_secret(SecretId="a")), members_of(versions)


def keys(client):
    """Return the keys of each version of the secret."""
    versions = client.list_secret_version_ids(SecretId="a", IncludeDeprecated=True)["Versions"]
    return {version["VersionId"]: version["KmsKeyIds"] for version in versions}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Description": "new"}, id="description"),
        pytest.param({"KmsKeyId": NEW_KEY}, id="key"),
    ],
)
def test_without_a_value_there_is_no_version_id(secret, secrets_client, change):
    """Without a value the answer is ARN and Name, and no version is made, despite the token."""
    updated = secrets_client.update_secret(SecretId="a", ClientRequestToken=V2, **change)

    assert {"ARN": secret.arn, "Name": "a"} == members_of(updated)
    assert {V1: ["AWSCURRENT"]} == secrets_client.describe_secret(SecretId="a")[
        "VersionIdsToStages"
    ]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        pytest.param({}, {"Description": "old"}, id="nothing"),
        pytest.param({"Description": "new"}, {"Description": "new"}, id="description"),
        pytest.param({"Description": ""}, {}, id="description cleared"),
        pytest.param({"KmsKeyId": NEW_KEY}, {"Description": "old", "KmsKeyId": NEW_KEY}, id="key"),
    ],
)
def test_only_what_is_given_changes(secret, secrets_client, change, shown):
    """Members that the call leaves out stay as they were, an empty one goes away."""
    secrets_client.update_secret(SecretId="a", **change)

    described = members_of(secrets_client.describe_secret(SecretId="a"))

    assert {
        "ARN": secret.arn,
        "Name": "a",
        "Tags": [{"Key": "team", "Value": "web"}],
        "VersionIdsToStages": {V1: ["AWSCURRENT"]},
        "CreatedDate": described["CreatedDate"],
        "LastChangedDate": described["LastChangedDate"],
        **shown,
    } == described


@pytest.mark.parametrize("change", [{"Type": "Partner"}, {"Type": ""}], ids=["set", "cleared"])
def test_the_type_is_replaced(fake_secrets, secrets_client, change):
    """A Type takes the place of the one before, and an empty one clears it."""
    if "Type" not in secrets_client.meta.service_model.shape_for("UpdateSecretRequest").members:
        pytest.skip("this botocore does not know Type")
    fake_secrets.add("a", type="Other")

    secrets_client.update_secret(SecretId="a", **change)

    described = secrets_client.describe_secret(SecretId="a")
    assert (change["Type"] or None) == described.get("Type")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"SecretString": "w"}, id="another string"),
        pytest.param({"SecretString": "v"}, id="the same string"),
        pytest.param({"SecretBinary": b"\0\xff"}, id="binary"),
    ],
)
def test_a_value_makes_a_version(secret, secrets_client, value):
    """A value under a new token becomes AWSCURRENT, even one equal to the present value."""
    updated = secrets_client.update_secret(SecretId="a", ClientRequestToken=V2, **value)

    got = secrets_client.get_secret_value(SecretId="a")
    described = secrets_client.describe_secret(SecretId="a")

    assert {"ARN": secret.arn, "Name": "a", "VersionId": V2} == members_of(updated)
    assert value == {member: got[member] for member in got if member.startswith("Secret")}
    assert {V1: ["AWSPREVIOUS"], V2: ["AWSCURRENT"]} == described["VersionIdsToStages"]
    assert "old" == described["Description"]
    assert [{"Key": "team", "Value": "web"}] == described["Tags"]


def test_the_first_value_is_current(fake_secrets, secrets_client):
    """The first value of a secret without one becomes AWSCURRENT."""
    fake_secrets.add("a")

    secrets_client.update_secret(SecretId="a", ClientRequestToken=V1, SecretString="v")

    described = secrets_client.describe_secret(SecretId="a")
    assert {V1: ["AWSCURRENT"]} == described["VersionIdsToStages"]


def test_several_changes_go_together(secret, secrets_client):
    """One call changes value, description and key, and the new version is under the new key."""
    updated = secrets_client.update_secret(
        SecretId="a",
        ClientRequestToken=V2,
        SecretString="w",
        Description="new",
        KmsKeyId=NEW_KEY,
    )

    described = secrets_client.describe_secret(SecretId="a")

    assert V2 == updated["VersionId"]
    assert ("new", NEW_KEY) == (described["Description"], described["KmsKeyId"])
    assert [NEW_KEY] == keys(secrets_client)[V2]
    assert "w" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


@pytest.mark.parametrize("kind", ["name", "ARN", "partial ARN"])
def test_name_and_arn_mean_the_same_secret(secret, secrets_client, kind):
    """A name, a complete and a partial ARN all find the secret, and the answer names it in full."""
    secret_id = {"name": "a", "ARN": secret.arn, "partial ARN": secret.arn[:-7]}[kind]

    updated = secrets_client.update_secret(SecretId=secret_id, Description="new")

    assert {"ARN": secret.arn, "Name": "a"} == members_of(updated)
    assert "new" == secret.description


def test_a_key_re_encrypts_the_three_versions_in_use(keyed, secrets_client):
    """A new key is that of AWSCURRENT, AWSPENDING and AWSPREVIOUS; others keep the old one."""
    secrets_client.update_secret(SecretId="a", KmsKeyId=NEW_KEY)

    assert NEW_KEY == secrets_client.describe_secret(SecretId="a")["KmsKeyId"]
    assert {
        V1: [NEW_KEY],
        V2: [NEW_KEY],
        V3: [NEW_KEY],
        V4: [OLD_KEY],
        V5: [OLD_KEY],
    } == keys(secrets_client)


def test_a_key_of_another_region_is_refused(secret, secrets_client):
    """The message names the Region in which the key lies."""
    key = NEW_KEY.replace("us-east-1", "eu-west-1")

    refused = refusal(secrets_client.update_secret, SecretId="a", KmsKeyId=key)

    message = "The operation failed because of an invalid KMS key: Invalid arn eu-west-1"
    assert ("InvalidParameterException", message) == refused


def test_an_empty_key_goes_back_to_the_default(keyed, secrets_client):
    """An empty KmsKeyId resets the secret to AWS's own key, by the same rule."""
    secrets_client.update_secret(SecretId="a", KmsKeyId="")

    assert "KmsKeyId" not in secrets_client.describe_secret(SecretId="a")
    assert {
        V1: ["DefaultEncryptionKey"],
        V2: ["DefaultEncryptionKey"],
        V3: ["DefaultEncryptionKey"],
        V4: [OLD_KEY],
        V5: [OLD_KEY],
    } == keys(secrets_client)


def test_another_change_re_encrypts_nothing(keyed, secrets_client):
    """Without a KmsKeyId in the call all versions keep their key."""
    before = keys(secrets_client)

    secrets_client.update_secret(SecretId="a", Description="new")

    assert {version: [OLD_KEY] for version in (V1, V2, V3, V4, V5)} == before
    assert before == keys(secrets_client)


def test_later_versions_are_under_the_new_key(secret, secrets_client):
    """What is put after a change of key is encrypted with the new one."""
    secrets_client.update_secret(SecretId="a", KmsKeyId=NEW_KEY)

    secrets_client.put_secret_value(SecretId="a", ClientRequestToken=V2, SecretString="w")

    assert {V1: [NEW_KEY], V2: [NEW_KEY]} == keys(secrets_client)


def test_the_same_token_and_value_change_nothing(fake_secrets, secret, secrets_client):
    """An update once more answers with the version's id, as AWS does despite its documentation."""
    request = {"SecretId": "a", "ClientRequestToken": V2, "SecretString": "w"}
    first = members_of(secrets_client.update_secret(**request))
    before = state(secrets_client)
    fake_secrets.clock.advance(days=1)

    again = members_of(secrets_client.update_secret(**request))

    assert {"ARN": secret.arn, "Name": "a", "VersionId": V2} == again
    assert first == again
    assert before == state(secrets_client)


def test_a_repeated_update_moves_no_label_back(secret, secrets_client):
    """The token of a version that is AWSPREVIOUS by now does not make it current again."""
    secrets_client.update_secret(SecretId="a", ClientRequestToken=V2, SecretString="w")

    again = secrets_client.update_secret(SecretId="a", ClientRequestToken=V1, SecretString="v")

    assert V1 == again["VersionId"]
    assert "w" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"SecretString": "w"}, id="another string"),
        pytest.param({"SecretBinary": b"v"}, id="the same as binary"),
    ],
)
def test_a_token_stands_for_one_content(secret, secrets_client, content):
    """The token of a version with another content is refused, and nothing else is changed."""
    before = state(secrets_client)

    refused = refusal(
        secrets_client.update_secret,
        SecretId="a",
        ClientRequestToken=V1,
        Description="new",
        **content,
    )

    message = (
        f"You can't use ClientRequestToken {V1} because that value is already in use for a "
        f"version of secret {secret.arn}."
    )
    assert ("ResourceExistsException", message) == refused
    assert before == state(secrets_client)


def test_two_values_are_refused_and_nothing_changes(secret, secrets_client):
    """A string and a binary value in one call fail, the description beside them too."""
    before = state(secrets_client)

    refused = refusal(
        secrets_client.update_secret,
        SecretId="a",
        Description="new",
        SecretString="w",
        SecretBinary=b"w",
    )

    assert ("InvalidParameterException", TOO_MANY_VALUES) == refused
    assert before == state(secrets_client)


def test_a_missing_secret_is_not_found(secrets_client):
    """UpdateSecret creates nothing."""
    refused = refusal(secrets_client.update_secret, SecretId="a", SecretString="v")

    assert ("ResourceNotFoundException", MISSING) == refused


@pytest.mark.parametrize("change", [{"SecretString": "v"}, {}], ids=["value", "no value"])
def test_a_missing_token_is_refused_before_the_secret_is_looked_up(fake_secrets, change):
    """Without a token, which botocore never leaves out, the absence of the secret is not seen."""
    client = without_token(raw_client())

    refused = refusal(client.update_secret, SecretId="a", **change)

    assert ("InvalidRequestException", NO_TOKEN) == refused


@pytest.mark.parametrize(
    ("value", "member"),
    [
        pytest.param({"SecretString": ""}, "secretString", id="string"),
        pytest.param({"SecretBinary": b""}, "secretBinary", id="binary"),
    ],
)
def test_an_empty_value_is_refused(secret, value, member):
    """An empty value breaks the service model's length, and the rest of the call fails with it."""
    client = raw_client()
    before = state(client)
    message = (
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )

    refused = refusal(client.update_secret, SecretId="a", Description="new", **value)

    assert ("ValidationException", message) == refused
    assert before == state(client)
