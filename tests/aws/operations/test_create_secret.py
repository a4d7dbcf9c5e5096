from __future__ import annotations

import re
import uuid

import pytest
from support import members_of, raw_client, refusal, without_token

from pytest_fakesecrets import FakeSecrets, Secret

ARN = r"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-[A-Za-z0-9]{{6}}"
TOKEN = "11111111-1111-4111-8111-111111111111"
OTHER_TOKEN = "22222222-2222-4222-8222-222222222222"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
TOO_MANY_VALUES = (
    "You can't specify both a binary secret value and a string secret value in the same secret."
)
NO_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."


@pytest.mark.parametrize(
    ("value", "version"),
    [
        pytest.param({}, {}, id="no value"),
        pytest.param({"SecretString": "v"}, {"VersionId": TOKEN}, id="string"),
        pytest.param({"SecretBinary": b"v"}, {"VersionId": TOKEN}, id="binary"),
    ],
)
def test_the_answer_has_a_version_id_only_with_a_value(secrets_client, value, version):
    """The answer is ARN and Name, and the token as VersionId where a value was given."""
    created = members_of(secrets_client.create_secret(Name="a", ClientRequestToken=TOKEN, **value))

    assert {"ARN": created["ARN"], "Name": "a", **version} == created
    assert re.fullmatch(ARN.format(name="a"), created["ARN"])


def test_botocore_invents_a_token(secrets_client):
    """Without a token in the call the version's id is the UUID that botocore invents."""
    created = secrets_client.create_secret(Name="a", SecretString="v")

    assert 4 == uuid.UUID(created["VersionId"]).version
    assert {created["VersionId"]: ["AWSCURRENT"]} == secrets_client.describe_secret(SecretId="a")[
        "VersionIdsToStages"
    ]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            {"SecretString": "s3cret \N{KEY} \N{RIGHT SINGLE QUOTATION MARK}\n"}, id="text"
        ),
        pytest.param({"SecretString": " "}, id="blank"),
        pytest.param({"SecretBinary": bytes(range(256))}, id="every byte"),
        pytest.param({"SecretString": "é" * 32_768}, id="65,536 bytes of text"),
        pytest.param({"SecretBinary": b"\0" * 65_536}, id="65,536 bytes"),
    ],
)
def test_the_value_comes_back_as_it_was_given(secrets_client, value):
    """GetSecretValue returns the value under the member that it was created with."""
    secrets_client.create_secret(Name="a", **value)

    got = secrets_client.get_secret_value(SecretId="a")

    assert value == {member: got[member] for member in got if member.startswith("Secret")}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"Description": "a secret"}, {"Description": "a secret"}, id="description"),
        pytest.param({"Description": ""}, {}, id="empty description"),
        pytest.param({"KmsKeyId": ""}, {}, id="empty key"),
        pytest.param({"Tags": []}, {"Tags": []}, id="empty tags"),
        pytest.param(
            {"Tags": [{"Key": "z", "Value": "1"}, {"Key": "a", "Value": ""}]},
            {"Tags": [{"Key": "z", "Value": "1"}, {"Key": "a", "Value": ""}]},
            id="tags in the order given",
        ),
    ],
)
def test_only_what_has_a_value_is_shown(secrets_client, given, shown):
    """DescribeSecret shows of a creation's members just those that were really given."""
    created = secrets_client.create_secret(Name="a", **given)

    described = members_of(secrets_client.describe_secret(SecretId="a"))

    always = {"ARN": created["ARN"], "Name": "a"}
    dates = {member: described[member] for member in ("CreatedDate", "LastChangedDate")}
    assert {**always, **dates, **shown} == described


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(KEY_ID, id="id"),
        pytest.param(f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}", id="ARN"),
        pytest.param("alias/my-key", id="alias"),
        pytest.param("alias/aws/secretsmanager", id="AWS's own by its alias"),
    ],
)
def test_the_key_is_echoed_as_it_was_given(secrets_client, key):
    """DescribeSecret shows the key in the caller's spelling, and the version is under it."""
    secrets_client.create_secret(Name="a", SecretString="v", KmsKeyId=key)

    (version,) = secrets_client.list_secret_version_ids(SecretId="a")["Versions"]

    assert key == secrets_client.describe_secret(SecretId="a")["KmsKeyId"]
    assert [key] == version["KmsKeyIds"]


def test_the_default_key_is_named_in_the_versions_only(secrets_client):
    """Without a key DescribeSecret shows none, and the version lists DefaultEncryptionKey."""
    secrets_client.create_secret(Name="a", SecretString="v")

    (version,) = secrets_client.list_secret_version_ids(SecretId="a")["Versions"]

    assert "KmsKeyId" not in secrets_client.describe_secret(SecretId="a")
    assert ["DefaultEncryptionKey"] == version["KmsKeyIds"]


def test_the_type_is_shown(secrets_client):
    """The Type of a managed external secret comes back in DescribeSecret."""
    if "Type" not in secrets_client.meta.service_model.shape_for("CreateSecretRequest").members:
        pytest.skip("this botocore does not know Type")
    secrets_client.create_secret(Name="a", Type="SalesforceClientSecret")

    assert "SalesforceClientSecret" == secrets_client.describe_secret(SecretId="a")["Type"]


def test_two_values_are_refused_and_nothing_is_created(secrets_client):
    """A string and a binary value in one call fail, and leave no secret behind."""
    refused = refusal(secrets_client.create_secret, Name="a", SecretString="v", SecretBinary=b"v")

    assert ("InvalidParameterException", TOO_MANY_VALUES) == refused
    assert [] == secrets_client.list_secrets()["SecretList"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="no value"),
        pytest.param({"SecretString": "v"}, id="string"),
        pytest.param({"SecretBinary": b"v"}, id="binary"),
    ],
)
def test_the_same_request_again_changes_nothing(fake_secrets, secrets_client, content):
    """Name, token and content of a creation once more give the same answer and no change."""
    request = {"Name": "a", "ClientRequestToken": TOKEN, **content}
    first = members_of(secrets_client.create_secret(**request))
    before = members_of(secrets_client.describe_secret(SecretId="a"))
    fake_secrets.clock.advance(days=1)

    again = members_of(secrets_client.create_secret(**request, Description="later"))

    assert first == again
    assert before == members_of(secrets_client.describe_secret(SecretId="a"))


def test_the_same_request_again_is_fine_after_a_later_version(secrets_client):
    """A creation repeated after the value moved on answers as before, and moves nothing back."""
    request = {"Name": "a", "ClientRequestToken": TOKEN, "SecretString": "v"}
    first = members_of(secrets_client.create_secret(**request))
    secrets_client.put_secret_value(SecretId="a", SecretString="w")

    again = members_of(secrets_client.create_secret(**request))

    assert first == again
    assert "w" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"SecretString": "w"}, id="another string"),
        pytest.param({"SecretBinary": b"v"}, id="the same as binary"),
    ],
)
def test_a_token_stands_for_one_content(secrets_client, content):
    """The token of a version with another content is refused, by token and complete ARN."""
    created = secrets_client.create_secret(Name="a", ClientRequestToken=TOKEN, SecretString="v")

    refused = refusal(secrets_client.create_secret, Name="a", ClientRequestToken=TOKEN, **content)

    message = (
        f"You can't use ClientRequestToken {TOKEN} because that value is already in use for a "
        f"version of secret {created['ARN']}."
    )
    assert ("ResourceExistsException", message) == refused
    assert "v" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


@pytest.mark.parametrize("first", [{}, {"SecretString": "v"}], ids=["no value", "value"])
@pytest.mark.parametrize("again", [{}, {"SecretString": "v"}], ids=["no value", "value"])
def test_a_name_that_is_taken_is_refused(secrets_client, first, again):
    """Another token for an existing name fails, whatever the contents are."""
    secrets_client.create_secret(Name="a", ClientRequestToken=TOKEN, **first)

    refused = refusal(
        secrets_client.create_secret, Name="a", ClientRequestToken=OTHER_TOKEN, **again
    )

    message = "The operation failed because the secret a already exists."
    assert ("ResourceExistsException", message) == refused


def test_a_seeded_name_is_taken(fake_secrets, secrets_client):
    """A secret that the test seeded keeps its name from being created."""
    fake_secrets.add("a")

    message = "The operation failed because the secret a already exists."
    assert ("ResourceExistsException", message) == refusal(secrets_client.create_secret, Name="a")


@pytest.mark.parametrize("token", [TOKEN, OTHER_TOKEN], ids=["same token", "other token"])
def test_a_scheduled_name_is_refused(secrets_client, token):
    """The name of a secret in its recovery window is not free, not even for a repetition."""
    secrets_client.create_secret(Name="a", SecretString="v", ClientRequestToken=TOKEN)
    secrets_client.delete_secret(SecretId="a")

    refused = refusal(
        secrets_client.create_secret, Name="a", SecretString="v", ClientRequestToken=token
    )

    message = (
        "You can't create this secret because a secret with this name is already scheduled for "
        "deletion."
    )
    assert ("InvalidRequestException", message) == refused


def test_names_differ_by_case(secrets_client):
    """Two names that differ only by case are two secrets."""
    secrets_client.create_secret(Name="Name", SecretString="upper")
    secrets_client.create_secret(Name="name", SecretString="lower")

    assert "upper" == secrets_client.get_secret_value(SecretId="Name")["SecretString"]
    assert "lower" == secrets_client.get_secret_value(SecretId="name")["SecretString"]


def test_a_name_is_free_in_another_region(fake_secrets, secrets_client):
    """The same name in another Region is another secret, with that Region in its ARN."""
    here = secrets_client.create_secret(Name="a", SecretString="here")
    there = fake_secrets.client("eu-west-3").create_secret(Name="a", SecretString="there")

    assert "us-east-1" == here["ARN"].split(":")[3]
    assert "eu-west-3" == there["ARN"].split(":")[3]
    assert "here" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


@pytest.mark.parametrize(
    "name",
    [
        "Valid/_+=.@-Name",
        "rds!db-1",
        "Valid/_+=.@-Name-a1b2c3",
        "Valid/_+=.@-Name-a1b2c3-",
        "a" * 512,
    ],
    ids=["every mark", "exclamation mark", "like an ARN", "trailing hyphen", "512 characters"],
)
def test_a_name_may_hold_what_aws_allows(secrets_client, name):
    """Letters, digits and -/_+=.@! make a name, up to 512 of them, and stand in the ARN."""
    arn = secrets_client.create_secret(Name=name, SecretString="v")["ARN"]

    assert re.fullmatch(ARN.format(name=re.escape(name)), arn)
    assert name == secrets_client.get_secret_value(SecretId=arn)["Name"]


@pytest.mark.parametrize("name", ["a b", "a:b", "#", "é", "a\n", "arn:aws:a"])
def test_a_name_may_hold_nothing_else(secrets_client, name):
    """Any other character is refused with AWS's list of the allowed ones."""
    message = (
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
        "following: -/_+=.@!"
    )
    assert ("ValidationException", message) == refusal(secrets_client.create_secret, Name=name)


def test_a_token_has_at_most_64_characters(secrets_client):
    """A longer token breaks the constraint of the service model."""
    token = "t" * 65

    refused = refusal(secrets_client.create_secret, Name="a", ClientRequestToken=token)

    message = (
        f"1 validation error detected: Value '{token}' at 'clientRequestToken' failed to satisfy "
        "constraint: Member must have length less than or equal to 64"
    )
    assert ("ValidationException", message) == refused


@pytest.mark.parametrize("value", [{"SecretString": "v"}, {}], ids=["value", "no value"])
@pytest.mark.parametrize("seeds", [[Secret("a", "v")], []], ids=["taken", "free"])
def test_a_missing_token_is_refused_first(fake_secrets, value, seeds):
    """A request without a token, which botocore never sends, fails before AWS looks further."""
    for seed in seeds:
        fake_secrets.add(seed)
    client = without_token(raw_client())

    refused = refusal(client.create_secret, Name="a", **value)

    assert ("InvalidRequestException", NO_TOKEN) == refused


@pytest.mark.parametrize(
    ("value", "empty"),
    [
        pytest.param({"SecretString": ""}, ["secretString"], id="string"),
        pytest.param({"SecretBinary": b""}, ["secretBinary"], id="binary"),
        pytest.param(
            {"SecretString": "", "SecretBinary": b""}, ["secretBinary", "secretString"], id="both"
        ),
        pytest.param(
            {"SecretString": "", "SecretBinary": b"v"}, ["secretString"], id="beside bytes"
        ),
        pytest.param(
            {"SecretString": "v", "SecretBinary": b""}, ["secretBinary"], id="beside a string"
        ),
    ],
)
def test_an_empty_value_is_refused(fake_secrets, value, empty):
    """An empty value is not an absent one: the service model wants one character or byte.

    botocore itself refuses an empty string, but sends empty bytes.
    """
    client = raw_client()
    noun = "error" if len(empty) == 1 else "errors"
    violations = "; ".join(
        f"Value at '{member}' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
        for member in empty
    )
    message = f"{len(empty)} validation {noun} detected: {violations}"

    assert ("ValidationException", message) == refusal(client.create_secret, Name="a", **value)
    assert [] == client.list_secrets()["SecretList"]


def test_empty_bytes_pass_botocore_and_are_refused(secrets_client):
    """An ordinary client checks no length of bytes, and meets AWS's refusal of an empty value."""
    message = (
        "1 validation error detected: Value at 'secretBinary' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )

    refused = refusal(secrets_client.create_secret, Name="a", SecretBinary=b"")

    assert ("ValidationException", message) == refused


def test_the_suffix_is_new_for_every_secret(secrets_client):
    """Two secrets do not share the six characters at the end of their ARNs."""
    arns = [secrets_client.create_secret(Name=name)["ARN"] for name in ("a", "b")]

    assert 2 == len({arn[-6:] for arn in arns})


def test_what_was_created_is_seen_by_the_test(secrets_client, fake_secrets: FakeSecrets):
    """The fake shows the test a secret that the code under test created."""
    created = secrets_client.create_secret(Name="a", SecretString="v")

    assert created["ARN"] == fake_secrets["a"].arn
    assert "v" == fake_secrets["a"].value
