from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from support import raw_client, refusal, without_token

from pytest_fakesecrets import Secret

TOKEN = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3"
FOREIGN_ARN = "arn:aws:secretsmanager:us-east-1:210987654321:secret:absent-a1b2c3"
INVALID_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
    "following: -/_+=.@!"
)
NO_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."

OPERATIONS_ON_A_SECRET = {
    "delete_secret": {},
    "describe_secret": {},
    "get_secret_value": {},
    "list_secret_version_ids": {},
    "put_secret_value": {"SecretString": "new"},
    "restore_secret": {},
    "tag_resource": {"Tags": [{"Key": "team", "Value": "web"}]},
    "untag_resource": {"TagKeys": ["team"]},
    "update_secret": {"Description": "new"},
    "update_secret_version_stage": {"VersionStage": "new", "MoveToVersionId": TOKEN},
}
BAD_NAMES = {
    "space": "not a name",
    "leading space": " name",
    "trailing newline": "name\n",
    "colon": "db:password",
    "asterisk": "prod*",
    "question mark": "prod?",
    "backslash": "prod\\db",
    "beyond ASCII": "ünïcode",
    "digits beyond ASCII": "db\N{ARABIC-INDIC DIGIT ONE}",
    "ARN in capitals": ARN.upper(),
}


@pytest.fixture
def client(fake_secrets):
    """Give a client that sends also what botocore itself would refuse."""
    return raw_client()


@pytest.fixture
def tokenless_client(client):
    """Give a client that sends no ClientRequestToken."""
    return without_token(client)


@pytest.mark.parametrize(
    ("operation", "request_members", "violation"),
    [
        (
            "get_secret_value",
            {},
            "Value null at 'secretId' failed to satisfy constraint: Member must not be null",
        ),
        (
            "create_secret",
            {"SecretString": "s"},
            "Value null at 'name' failed to satisfy constraint: Member must not be null",
        ),
        (
            "update_secret_version_stage",
            {"SecretId": "db", "MoveToVersionId": TOKEN},
            "Value null at 'versionStage' failed to satisfy constraint: Member must not be null",
        ),
        (
            "untag_resource",
            {"SecretId": "db"},
            "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
        ),
        (
            "create_secret",
            {"Name": "new", "AddReplicaRegions": [{"KmsKeyId": "alias/app"}]},
            (
                "Value null at 'addReplicaRegions.1.member.region' failed to satisfy constraint: "
                "Member must not be null"
            ),
        ),
        (
            "get_secret_value",
            {"SecretId": "db", "VersionId": "v" * 31},
            (
                f"Value '{'v' * 31}' at 'versionId' failed to satisfy constraint: "
                "Member must have length greater than or equal to 32"
            ),
        ),
        (
            "get_secret_value",
            {"SecretId": "db", "VersionId": "v" * 65},
            (
                f"Value '{'v' * 65}' at 'versionId' failed to satisfy constraint: "
                "Member must have length less than or equal to 64"
            ),
        ),
        (
            "get_secret_value",
            {"SecretId": "db", "VersionStage": ""},
            (
                "Value '' at 'versionStage' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ),
        ),
        (
            "get_secret_value",
            {"SecretId": "db", "VersionStage": "s" * 257},
            (
                f"Value '{'s' * 257}' at 'versionStage' failed to satisfy constraint: "
                "Member must have length less than or equal to 256"
            ),
        ),
        (
            "describe_secret",
            {"SecretId": "x" * 2049},
            (
                f"Value '{'x' * 2049}' at 'secretId' failed to satisfy constraint: "
                "Member must have length less than or equal to 2048"
            ),
        ),
        (
            "create_secret",
            {"Name": "x" * 513},
            (
                f"Value '{'x' * 513}' at 'name' failed to satisfy constraint: "
                "Member must have length less than or equal to 512"
            ),
        ),
        (
            "create_secret",
            {"Name": "new", "Description": "d" * 2049},
            (
                f"Value '{'d' * 2049}' at 'description' failed to satisfy constraint: "
                "Member must have length less than or equal to 2048"
            ),
        ),
        (
            "update_secret",
            {"SecretId": "db", "ClientRequestToken": "t" * 31},
            (
                f"Value '{'t' * 31}' at 'clientRequestToken' failed to satisfy constraint: "
                "Member must have length greater than or equal to 32"
            ),
        ),
        (
            "put_secret_value",
            {"SecretId": "db", "SecretString": "s", "ClientRequestToken": "t" * 65},
            (
                f"Value '{'t' * 65}' at 'clientRequestToken' failed to satisfy constraint: "
                "Member must have length less than or equal to 64"
            ),
        ),
        (
            "update_secret_version_stage",
            {"SecretId": "db", "VersionStage": "s", "RemoveFromVersionId": "v"},
            (
                "Value 'v' at 'removeFromVersionId' failed to satisfy constraint: "
                "Member must have length greater than or equal to 32"
            ),
        ),
        (
            "list_secrets",
            {"MaxResults": 0},
            (
                "Value '0' at 'maxResults' failed to satisfy constraint: "
                "Member must have value greater than or equal to 1"
            ),
        ),
        (
            "list_secrets",
            {"MaxResults": 1000},
            (
                "Value '1000' at 'maxResults' failed to satisfy constraint: "
                "Member must have value less than or equal to 100"
            ),
        ),
        (
            "get_random_password",
            {"PasswordLength": 0},
            (
                "Value '0' at 'passwordLength' failed to satisfy constraint: "
                "Member must have value greater than or equal to 1"
            ),
        ),
        (
            "get_random_password",
            {"PasswordLength": 5000},
            (
                "Value '5000' at 'passwordLength' failed to satisfy constraint: "
                "Member must have value less than or equal to 4096"
            ),
        ),
        (
            "put_secret_value",
            {"SecretId": "db", "SecretString": "s", "VersionStages": []},
            (
                "Value '[]' at 'versionStages' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ),
        ),
        (
            "put_secret_value",
            {"SecretId": "db", "SecretString": "s", "VersionStages": list("abcdefghijklmnopqrstu")},
            (
                f"Value '[{', '.join('abcdefghijklmnopqrstu')}]' at 'versionStages' failed to "
                "satisfy constraint: Member must have length less than or equal to 20"
            ),
        ),
        (
            "list_secrets",
            {"Filters": [{"Key": "name", "Values": list("abcdefghijk")}]},
            (
                f"Value '[{', '.join('abcdefghijk')}]' at 'filters.1.member.values' failed to "
                "satisfy constraint: Member must have length less than or equal to 10"
            ),
        ),
        (
            "list_secrets",
            {"SortOrder": "up"},
            (
                "Value 'up' at 'sortOrder' failed to satisfy constraint: "
                "Member must satisfy enum value set: [asc, desc]"
            ),
        ),
        (
            "tag_resource",
            {
                "SecretId": "db",
                "Tags": [{"Key": "team", "Value": "web"}, {"Key": "", "Value": ""}],
            },
            (
                "Value '' at 'tags.2.member.key' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ),
        ),
        (
            "tag_resource",
            {"SecretId": "db", "Tags": [{"Key": "k" * 129, "Value": ""}]},
            (
                f"Value '{'k' * 129}' at 'tags.1.member.key' failed to satisfy constraint: "
                "Member must have length less than or equal to 128"
            ),
        ),
        (
            "create_secret",
            {"Name": "new", "Tags": [{"Key": "team", "Value": "v" * 257}]},
            (
                f"Value '{'v' * 257}' at 'tags.1.member.value' failed to satisfy constraint: "
                "Member must have length less than or equal to 256"
            ),
        ),
    ],
    ids=[
        "null SecretId",
        "null Name",
        "null VersionStage",
        "null list",
        "null member in a list",
        "short VersionId",
        "long VersionId",
        "empty VersionStage",
        "long VersionStage",
        "long SecretId",
        "long Name",
        "long Description",
        "short ClientRequestToken",
        "long ClientRequestToken",
        "short RemoveFromVersionId",
        "small MaxResults",
        "large MaxResults",
        "small PasswordLength",
        "large PasswordLength",
        "empty list",
        "long list",
        "long list in a list",
        "unknown SortOrder",
        "empty member in a list",
        "long key in a list",
        "long value in a list",
    ],
)
def test_a_broken_constraint_is_named(client, operation, request_members, violation):
    """The answer to a value outside its constraint names value, path and constraint."""
    code, message = "ValidationException", f"1 validation error detected: {violation}"

    assert (code, message) == refusal(getattr(client, operation), **request_members)


def test_a_broken_enumeration_lists_its_values(client):
    """The answer to an unknown filter key lists the keys that there are."""
    keys = client.meta.service_model.shape_for("FilterNameStringType").enum
    filters = [{"Key": "name", "Values": ["a"]}, {"Key": "invalid", "Values": ["a"]}]
    code = "ValidationException"
    message = (
        "1 validation error detected: Value 'invalid' at 'filters.2.member.key' failed to satisfy "
        f"constraint: Member must satisfy enum value set: [{', '.join(keys)}]"
    )

    assert (code, message) == refusal(client.list_secrets, Filters=filters)


def test_a_broken_pattern_is_shown(client):
    """The answer to a Region that is none shows the pattern of a Region."""
    pattern = client.meta.service_model.shape_for("RegionType").metadata["pattern"]
    regions = [{"Region": "eu-west-1"}, {"Region": "Europe"}]
    code = "ValidationException"
    message = (
        "1 validation error detected: Value 'Europe' at 'addReplicaRegions.2.member.region' failed "
        f"to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
    )

    assert (code, message) == refusal(client.create_secret, Name="new", AddReplicaRegions=regions)


@pytest.mark.parametrize(
    ("operation", "request_members", "message"),
    [
        (
            "update_secret_version_stage",
            {},
            (
                "2 validation errors detected: "
                "Value null at 'secretId' failed to satisfy constraint: Member must not be null; "
                "Value null at 'versionStage' failed to satisfy constraint: Member must not be null"
            ),
        ),
        (
            "get_secret_value",
            {"SecretId": "db", "VersionId": "v", "VersionStage": ""},
            (
                "2 validation errors detected: "
                "Value 'v' at 'versionId' failed to satisfy constraint: "
                "Member must have length greater than or equal to 32; "
                "Value '' at 'versionStage' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ),
        ),
        (
            "list_secrets",
            {"MaxResults": 0, "NextToken": "", "SortOrder": "up"},
            (
                "3 validation errors detected: "
                "Value '0' at 'maxResults' failed to satisfy constraint: "
                "Member must have value greater than or equal to 1; "
                "Value '' at 'nextToken' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1; "
                "Value 'up' at 'sortOrder' failed to satisfy constraint: "
                "Member must satisfy enum value set: [asc, desc]"
            ),
        ),
    ],
    ids=["two nulls", "two lengths", "three kinds"],
)
def test_several_broken_constraints_are_joined(client, operation, request_members, message):
    """All broken constraints of a request are counted and listed in one message."""
    code = "ValidationException"

    assert (code, message) == refusal(getattr(client, operation), **request_members)


@pytest.mark.parametrize("operation", ["create_secret", "put_secret_value", "update_secret"])
@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"SecretString": "canary" * 11_000}, "secretString"),
        ({"SecretString": "é" * 32_769}, "secretString"),
        ({"SecretBinary": b"canary" * 11_000}, "secretBinary"),
    ],
    ids=["text", "characters of two bytes", "bytes"],
)
def test_a_secret_value_is_not_shown(client, operation, value, path):
    """The answer to a value that is too long names its path, and hides the value."""
    named = {"Name": "db"} if operation == "create_secret" else {"SecretId": "db"}
    code = "ValidationException"
    message = (
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536"
    )

    assert (code, message) == refusal(getattr(client, operation), **named, **value)


def test_a_rotation_token_is_not_shown(client):
    """The answer to a RotationToken out of its pattern hides the token."""
    members = client.meta.service_model.operation_model("PutSecretValue").input_shape.members
    if "RotationToken" not in members:
        pytest.skip("this botocore has no RotationToken")
    pattern = members["RotationToken"].metadata["pattern"]
    code = "ValidationException"
    message = (
        "1 validation error detected: Value at 'rotationToken' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {pattern}"
    )

    refused = refusal(
        client.put_secret_value, SecretId="db", SecretString="s", RotationToken="!" * 36
    )

    assert (code, message) == refused


@pytest.mark.secrets({"db": "value"})
@pytest.mark.parametrize(
    ("operation", "request_members"),
    [
        ("describe_secret", {"SecretId": "x" * 2048}),
        ("get_secret_value", {"SecretId": "absent", "VersionId": "v" * 32}),
        ("get_secret_value", {"SecretId": "absent", "VersionId": "v" * 64}),
        ("get_secret_value", {"SecretId": "absent", "VersionStage": "s" * 256}),
        (
            "put_secret_value",
            {
                "SecretId": "absent",
                "SecretString": "s",
                "VersionStages": list("abcdefghijklmnopqrst"),
            },
        ),
        ("put_secret_value", {"SecretId": "absent", "SecretString": "x" * 65_536}),
        ("put_secret_value", {"SecretId": "absent", "SecretString": "é" * 32_768}),
        ("put_secret_value", {"SecretId": "absent", "SecretBinary": b"x" * 65_536}),
    ],
    ids=[
        *("SecretId", "short VersionId", "long VersionId", "VersionStage", "VersionStages"),
        *("text", "characters of two bytes", "bytes"),
    ],
)
def test_a_constraint_includes_its_bounds(client, operation, request_members):
    """A value that is just as long as allowed passes, so that the secret is looked for."""
    code = "ResourceNotFoundException"
    message = "Secrets Manager can't find the specified secret."

    assert (code, message) == refusal(getattr(client, operation), **request_members)


@pytest.mark.parametrize("token", ["t" * 32, "t" * 64], ids=["32", "64"])
def test_a_token_has_32_to_64_characters(client, token):
    """A token of any form that is as long as allowed becomes the version's id."""
    answer = client.create_secret(Name="db", SecretString="s", ClientRequestToken=token)

    assert token == answer["VersionId"]


def test_a_broken_constraint_is_no_modelled_error(client):
    """ValidationException is a plain ClientError of status 400 without a Message of its own."""
    code, status = "ValidationException", 400

    with pytest.raises(ClientError) as caught:
        client.get_secret_value()

    response = caught.value.response
    assert type(caught.value) is ClientError
    assert code == response["Error"]["Code"]
    assert status == response["ResponseMetadata"]["HTTPStatusCode"]
    assert "Message" not in response


@pytest.mark.parametrize("operation", sorted(OPERATIONS_ON_A_SECRET))
@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
def test_a_secret_id_has_only_certain_characters(client, operation, name):
    """Every operation refuses a SecretId that is not an ARN and could not be a name."""
    expected = ("ValidationException", INVALID_NAME)
    call = getattr(client, operation)

    assert expected == refusal(call, SecretId=name, **OPERATIONS_ON_A_SECRET[operation])


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
def test_a_forced_deletion_looks_at_the_characters_too(client, name):
    """DeleteSecret by force, which knows no missing secret, still refuses what is not a name."""
    expected = ("ValidationException", INVALID_NAME)

    refused = refusal(client.delete_secret, SecretId=name, ForceDeleteWithoutRecovery=True)

    assert expected == refused


@pytest.mark.parametrize(
    "name",
    [*BAD_NAMES.values(), ARN, "arn:db"],
    ids=[*BAD_NAMES, "ARN", "what begins like an ARN"],
)
def test_a_new_name_has_only_certain_characters(client, name):
    """CreateSecret refuses a name with other characters, an ARN among them, and creates none."""
    expected = ("ValidationException", INVALID_NAME)

    assert expected == refusal(client.create_secret, Name=name, SecretString="s")
    assert not client.list_secrets()["SecretList"]


@pytest.mark.secrets({"db": "value"})
@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
def test_each_secret_id_of_a_batch_has_only_certain_characters(client, name):
    """A batch with one SecretId that could not be a name is refused as a whole."""
    if not hasattr(client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    expected = ("ValidationException", INVALID_NAME)

    assert expected == refusal(client.batch_get_secret_value, SecretIdList=["db", name])


def test_an_empty_secret_id_is_no_name(client):
    """A SecretId of no characters is answered as one of wrong characters."""
    expected = ("ValidationException", INVALID_NAME)

    assert expected == refusal(client.get_secret_value, SecretId="")


@pytest.mark.parametrize(
    "name",
    [
        "abcdefghijklmnopqrstuvwxyz",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "0123456789",
        "/_+=.@-!",
        "n" * 512,
    ],
    ids=["small letters", "capitals", "digits", "punctuation", "512 characters"],
)
def test_a_name_of_allowed_characters_is_accepted(client, name):
    """Letters, digits and AWS's punctuation make a name, the exclamation mark included."""
    client.create_secret(Name=name, SecretString="s")

    assert name == client.get_secret_value(SecretId=name)["Name"]


@pytest.mark.parametrize(
    ("operation", "request_members"),
    [
        ("create_secret", {"Name": "absent", "SecretString": "s"}),
        ("create_secret", {"Name": "absent"}),
        ("put_secret_value", {"SecretId": "absent", "SecretString": "s"}),
        ("update_secret", {"SecretId": "absent", "SecretString": "s"}),
        ("update_secret", {"SecretId": "absent", "Description": "d"}),
    ],
    ids=[
        "CreateSecret",
        "CreateSecret without a value",
        "PutSecretValue",
        "UpdateSecret",
        "UpdateSecret without a value",
    ],
)
def test_a_token_is_needed(tokenless_client, operation, request_members):
    """A request without a token is refused, even where the secret does not exist."""
    expected = ("InvalidRequestException", NO_TOKEN)

    assert expected == refusal(getattr(tokenless_client, operation), **request_members)


def test_a_refusal_for_want_of_a_token_creates_nothing(tokenless_client):
    """CreateSecret without a token leaves no secret."""
    refusal(tokenless_client.create_secret, Name="absent", SecretString="s")

    assert not tokenless_client.list_secrets()["SecretList"]


@pytest.mark.secrets(
    {"db": "value"},
    Secret("dropped", "value", deleted=True, owning_service="rds"),
    Secret("managed", "value", owning_service="rds"),
)
@pytest.mark.parametrize(
    ("operation", "request_members", "code", "message"),
    [
        (
            "get_secret_value",
            {"SecretId": 5, "VersionId": "v"},
            "SerializationException",
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "get_secret_value",
            {"SecretId": "not a name", "VersionId": "v"},
            "ValidationException",
            (
                "1 validation error detected: Value 'v' at 'versionId' failed to satisfy "
                "constraint: Member must have length greater than or equal to 32"
            ),
        ),
        (
            "put_secret_value",
            {"SecretId": "not a name", "SecretString": "s"},
            "ValidationException",
            INVALID_NAME,
        ),
        (
            "put_secret_value",
            {"SecretId": FOREIGN_ARN, "SecretString": "s"},
            "InvalidRequestException",
            NO_TOKEN,
        ),
        (
            "put_secret_value",
            {"SecretId": "dropped", "SecretString": "s"},
            "InvalidRequestException",
            NO_TOKEN,
        ),
        (
            "create_secret",
            {"Name": "db", "SecretString": "s"},
            "InvalidRequestException",
            NO_TOKEN,
        ),
        (
            "describe_secret",
            {"SecretId": FOREIGN_ARN},
            "AccessDeniedException",
            (
                "User: arn:aws:iam::123456789012:root is not authorized to perform: "
                f"secretsmanager:DescribeSecret on resource: {FOREIGN_ARN} because no "
                "resource-based policy allows the secretsmanager:DescribeSecret action"
            ),
        ),
        (
            "delete_secret",
            {"SecretId": "absent", "RecoveryWindowInDays": 1},
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ),
        (
            "get_secret_value",
            {"SecretId": "dropped", "VersionId": TOKEN},
            "InvalidRequestException",
            MARKED,
        ),
        (
            "tag_resource",
            {"SecretId": "dropped", "Tags": [{"Key": "aws:reserved", "Value": "v"}]},
            "InvalidRequestException",
            MARKED,
        ),
        (
            "tag_resource",
            {"SecretId": "managed", "Tags": [{"Key": "aws:reserved", "Value": "v"}]},
            "InvalidRequestException",
            "This secret is managed by rds, and you must use that service to update it.",
        ),
    ],
    ids=[
        "types before constraints",
        "constraints before characters",
        "characters before the token",
        "the token before permission",
        "the token before deletion",
        "the token before an existing name",
        "permission before existence",
        "existence before the operation's rules",
        "deletion before the operation's rules",
        "deletion before management",
        "management before the operation's rules",
    ],
)
def test_the_first_check_that_fails_answers(
    tokenless_client, operation, request_members, code, message
):
    """Of several faults in one request, the one that AWS looks for first is answered."""
    assert (code, message) == refusal(getattr(tokenless_client, operation), **request_members)


@pytest.mark.secrets({"db": "value"}, Secret("dropped", "value", deleted=True))
@pytest.mark.parametrize(
    "secret_id",
    ["absent", FOREIGN_ARN, "dropped"],
    ids=["before existence", "before permission", "before deletion"],
)
def test_a_put_without_a_value_is_refused_before_the_secret_is_looked_for(client, secret_id):
    """PutSecretValue misses its value before it looks for a secret, whatever became of that."""
    expected = (
        "InvalidRequestException",
        "You must provide either SecretString or SecretBinary.",
    )

    assert expected == refusal(client.put_secret_value, SecretId=secret_id)


@pytest.mark.secrets({"db": "value"})
def test_the_secret_is_looked_for_before_two_values_are_refused(client):
    """UpdateSecret answers that a secret is missing before it refuses a value that is doubled."""
    expected = (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )

    refused = refusal(client.update_secret, SecretId="absent", SecretString="s", SecretBinary=b"s")

    assert expected == refused


@pytest.mark.secrets({"db": "value"})
@pytest.mark.parametrize(
    ("operation", "request_members", "message"),
    [
        (
            "get_secret_value",
            {"SecretId": 5},
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "get_secret_value",
            {"SecretId": True},
            "TRUE_VALUE can not be converted to a String",
        ),
        (
            "list_secrets",
            {"MaxResults": "5"},
            "STRING_VALUE can not be converted to an Integer",
        ),
        (
            "list_secrets",
            {"IncludePlannedDeletion": "yes"},
            "STRING_VALUE can not be converted to a Boolean",
        ),
    ],
    ids=["number for text", "truth for text", "text for number", "text for truth"],
)
def test_a_value_of_the_wrong_type_is_refused(client, operation, request_members, message):
    """A member of another JSON type than the model's is a SerializationException."""
    code = "SerializationException"

    assert (code, message) == refusal(getattr(client, operation), **request_members)
