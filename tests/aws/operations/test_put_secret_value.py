from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone

import pytest
from support import client_that_gives_up, members_of, raw_client, refusal

from pytest_fakesecrets import Secret, Version

NOON = datetime(2026, 3, 14, 12, tzinfo=timezone.utc)
V1 = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
V2 = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"
V3 = "EXAMPLE3-90ab-cdef-fedc-ba987EXAMPLE"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3"
DB = Secret("db", versions=[Version("one", ["AWSCURRENT"], id=V1)], arn_suffix="a1b2c3")
ROTATING = Secret(
    "db",
    versions=[
        Version("one", ["AWSCURRENT"], id=V1),
        Version(None, ["AWSPENDING"], id=V2),
    ],
    arn_suffix="a1b2c3",
)


def _over_quota():
    message = "The request failed because it would exceed one of the Secrets Manager quotas."
    return "LimitExceededException", message


def _state(client):
    described = members_of(client.describe_secret(SecretId="db"))
    listed = members_of(client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True))
    return described, listed


def _stages(client):
    return client.describe_secret(SecretId="db")["VersionIdsToStages"]


def _version_ids(client):
    listed = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)
    ids = {version["VersionId"] for version in listed["Versions"]}
    while "NextToken" in listed:
        listed = client.list_secret_version_ids(
            SecretId="db", IncludeDeprecated=True, NextToken=listed["NextToken"]
        )
        ids |= {version["VersionId"] for version in listed["Versions"]}
    return ids


def _token(number):
    return f"{number:032}"


def _put_many(client, numbers):
    for number in numbers:
        client.put_secret_value(
            SecretId="db", SecretString=f"value {number}", ClientRequestToken=_token(number)
        )


@pytest.fixture
def unchecked_client(fake_secrets):
    """Give a client that sends also what botocore itself would refuse."""
    return raw_client()


@pytest.mark.secrets(DB)
def test_the_answer_describes_the_new_version(secrets_client):
    """The answer has the secret, the token as the new version's id, and its labels."""
    expected = {"ARN": ARN, "Name": "db", "VersionId": V2, "VersionStages": ["AWSCURRENT"]}

    answer = secrets_client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V2
    )

    assert expected == members_of(answer)


@pytest.mark.secrets(DB)
def test_botocore_invents_a_token(secrets_client):
    """Without a token the new version's id is the UUID that botocore sends."""
    answer = secrets_client.put_secret_value(SecretId="db", SecretString="two")
    version_id = answer["VersionId"]

    assert str(uuid.UUID(version_id, version=4)) == version_id


@pytest.mark.secrets(DB)
def test_the_new_value_is_current_and_the_old_one_previous(secrets_client):
    """After a put the new value is read, and the one before as AWSPREVIOUS."""
    expected = ("two", "one")
    secrets_client.put_secret_value(SecretId="db", SecretString="two")
    current = secrets_client.get_secret_value(SecretId="db")
    previous = secrets_client.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS")

    assert expected == (current["SecretString"], previous["SecretString"])


@pytest.mark.secrets(DB)
def test_the_same_value_is_a_new_version_under_a_new_token(secrets_client):
    """A put of the present value makes a version like any other."""
    expected = {V1: ["AWSPREVIOUS"], V2: ["AWSCURRENT"]}
    secrets_client.put_secret_value(SecretId="db", SecretString="one", ClientRequestToken=V2)

    assert expected == _stages(secrets_client)


@pytest.mark.secrets(DB)
def test_text_and_bytes_may_follow_each_other(secrets_client):
    """A secret changes from text to bytes and back, and each version keeps its kind."""
    value = bytes(range(256))
    secrets_client.put_secret_value(SecretId="db", SecretBinary=value, ClientRequestToken=V2)
    binary = secrets_client.get_secret_value(SecretId="db")
    secrets_client.put_secret_value(SecretId="db", SecretString="three")
    text = secrets_client.get_secret_value(SecretId="db")

    assert (value, "three") == (binary["SecretBinary"], text["SecretString"])
    assert "SecretString" not in binary
    assert "SecretBinary" not in text


@pytest.mark.secrets(DB)
def test_a_value_is_needed(secrets_client):
    """A put without a value is refused and changes nothing."""
    expected = (
        "InvalidRequestException",
        "You must provide either SecretString or SecretBinary.",
    )
    before = _state(secrets_client)

    refused = refusal(secrets_client.put_secret_value, SecretId="db")

    assert expected == refused
    assert before == _state(secrets_client)


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    ("value", "empty"),
    [
        ({"SecretString": ""}, ["secretString"]),
        ({"SecretBinary": b""}, ["secretBinary"]),
        ({"SecretString": "", "SecretBinary": b""}, ["secretBinary", "secretString"]),
        ({"SecretString": "", "SecretBinary": b"two"}, ["secretString"]),
    ],
    ids=["empty text", "empty bytes", "both empty", "empty text beside bytes"],
)
def test_an_empty_value_is_not_an_absent_one(unchecked_client, value, empty):
    """A put with an empty value breaks the service model's length, and changes nothing."""
    noun = "error" if len(empty) == 1 else "errors"
    violations = "; ".join(
        f"Value at '{member}' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
        for member in empty
    )
    expected = "ValidationException", f"{len(empty)} validation {noun} detected: {violations}"
    before = _state(unchecked_client)

    refused = refusal(unchecked_client.put_secret_value, SecretId="db", **value)

    assert expected == refused
    assert before == _state(unchecked_client)


@pytest.mark.secrets(DB)
def test_two_values_are_refused(secrets_client):
    """A put of a text and bytes at once is refused and changes nothing."""
    expected = (
        "InvalidParameterException",
        (
            "You can't specify both a binary secret value and a string secret value in the same "
            "secret."
        ),
    )
    before = _state(secrets_client)

    refused = refusal(
        secrets_client.put_secret_value, SecretId="db", SecretString="two", SecretBinary=b"two"
    )

    assert expected == refused
    assert before == _state(secrets_client)


@pytest.mark.secrets(
    Secret(
        "db",
        versions=[
            Version("one", ["AWSCURRENT", "AWSPENDING"], id=V1),
            Version("two", ["blue", "green"], id=V2),
        ],
    )
)
@pytest.mark.parametrize(
    ("stages", "after"),
    [
        (
            ["red"],
            {V1: ["AWSCURRENT", "AWSPENDING"], V2: ["blue", "green"], V3: ["red"]},
        ),
        (
            ["AWSPENDING"],
            {V1: ["AWSCURRENT"], V2: ["blue", "green"], V3: ["AWSPENDING"]},
        ),
        (
            ["blue"],
            {V1: ["AWSCURRENT", "AWSPENDING"], V2: ["green"], V3: ["blue"]},
        ),
        (
            ["blue", "green"],
            {V1: ["AWSCURRENT", "AWSPENDING"], V3: ["blue", "green"]},
        ),
        (
            ["AWSCURRENT"],
            {V1: ["AWSPREVIOUS"], V2: ["blue", "green"], V3: ["AWSCURRENT"]},
        ),
        (
            ["AWSCURRENT", "green"],
            {V1: ["AWSPREVIOUS"], V2: ["blue"], V3: ["AWSCURRENT", "green"]},
        ),
        (
            ["AWSCURRENT", "AWSPENDING"],
            {V1: ["AWSPREVIOUS"], V2: ["blue", "green"], V3: ["AWSCURRENT", "AWSPENDING"]},
        ),
    ],
    ids=[
        "a new label",
        "AWSPENDING",
        "a label of another version",
        "all labels of another version",
        "AWSCURRENT",
        "AWSCURRENT and a label",
        "AWSCURRENT and AWSPENDING",
    ],
)
def test_the_labels_move_to_the_new_version(secrets_client, stages, after):
    """The named labels move; AWSCURRENT leaves AWSPREVIOUS behind and drops AWSPENDING."""
    answer = secrets_client.put_secret_value(
        SecretId="db", SecretString="three", ClientRequestToken=V3, VersionStages=stages
    )

    assert after == _stages(secrets_client)
    assert after[V3] == answer["VersionStages"]


@pytest.mark.secrets(Secret("db", "two", previous="one", pending="three"))
def test_a_new_current_value_abandons_a_pending_one(secrets_client):
    """A put that sets AWSCURRENT takes AWSPENDING off the version that waits."""
    expected = {("AWSCURRENT",), ("AWSPREVIOUS",)}
    secrets_client.put_secret_value(SecretId="db", SecretString="four")
    stages = _stages(secrets_client)

    assert expected == {tuple(labels) for labels in stages.values()}


@pytest.mark.secrets(Secret("db"))
@pytest.mark.parametrize(
    ("request_members", "after"),
    [
        ({}, ["AWSCURRENT"]),
        ({"VersionStages": ["AWSPENDING"]}, ["AWSCURRENT", "AWSPENDING"]),
        ({"VersionStages": ["blue"]}, ["AWSCURRENT", "blue"]),
        ({"VersionStages": ["AWSCURRENT", "blue"]}, ["AWSCURRENT", "blue"]),
    ],
    ids=["no labels", "AWSPENDING", "own label", "AWSCURRENT and own label"],
)
def test_the_first_version_is_current(secrets_client, request_members, after):
    """The first value of a secret gets AWSCURRENT too, whatever labels are named."""
    answer = secrets_client.put_secret_value(
        SecretId="db", SecretString="one", ClientRequestToken=V1, **request_members
    )

    assert after == answer["VersionStages"]
    assert {V1: after} == _stages(secrets_client)


@pytest.mark.secrets(DB)
def test_a_repeated_put_is_answered_again(secrets_client):
    """The same token with the same value succeeds once more, and changes nothing."""
    put = {"SecretId": "db", "SecretString": "two", "ClientRequestToken": V2}
    first = members_of(secrets_client.put_secret_value(**put))
    before = _state(secrets_client)
    second = members_of(secrets_client.put_secret_value(**put))

    assert first == second
    assert before == _state(secrets_client)


@pytest.mark.secrets(DB)
def test_a_repeated_put_shows_the_present_labels(secrets_client):
    """The answer to a repeated put has the labels that the version has by now."""
    expected = ["AWSPREVIOUS"]
    secrets_client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)

    answer = secrets_client.put_secret_value(
        SecretId="db", SecretString="one", ClientRequestToken=V1
    )

    assert expected == answer["VersionStages"]


@pytest.mark.secrets(DB)
def test_a_repeated_put_with_other_labels_moves_none(secrets_client):
    """The same token with the same value is ignored, also where it names other labels."""
    before = _state(secrets_client)
    secrets_client.put_secret_value(
        SecretId="db", SecretString="one", ClientRequestToken=V1, VersionStages=["blue"]
    )

    assert before == _state(secrets_client)


@pytest.mark.secrets(
    Secret(
        "db",
        versions=[
            Version("one", ["AWSCURRENT"], id=V1),
            Version(b"two", ["AWSPREVIOUS"], id=V2),
            Version("three", id=V3),
        ],
        arn_suffix="a1b2c3",
    )
)
@pytest.mark.parametrize(
    ("token", "value"),
    [
        (V1, {"SecretString": "other"}),
        (V1, {"SecretBinary": b"one"}),
        (V2, {"SecretBinary": b"other"}),
        (V2, {"SecretString": "two"}),
        (V3, {"SecretString": "other"}),
    ],
    ids=[
        "another text",
        "the text as bytes",
        "other bytes",
        "the bytes as text",
        "id of a deprecated version",
    ],
)
def test_a_token_stands_for_one_value(secrets_client, token, value):
    """The same token with another value is refused, and changes nothing."""
    code = "ResourceExistsException"
    message = (
        f"You can't use ClientRequestToken {token} because that value is already in use for a "
        f"version of secret {ARN}."
    )
    before = _state(secrets_client)

    refused = refusal(
        secrets_client.put_secret_value, SecretId="db", ClientRequestToken=token, **value
    )

    assert (code, message) == refused
    assert before == _state(secrets_client)


@pytest.mark.secrets(DB, {"other": "value"})
def test_a_token_belongs_to_one_secret(secrets_client):
    """Two secrets may have versions of the same id."""
    expected = V1

    answer = secrets_client.put_secret_value(
        SecretId="other", SecretString="two", ClientRequestToken=V1
    )

    assert expected == answer["VersionId"]


@pytest.mark.secrets(ROTATING)
def test_a_reserved_version_is_filled(secrets_client):
    """A put with the token of a version that a rotation reserved gives it its value."""
    stages = {V1: ["AWSCURRENT"], V2: ["AWSPENDING"]}
    value = "two"
    answer = secrets_client.put_secret_value(
        SecretId="db", SecretString=value, ClientRequestToken=V2, VersionStages=["AWSPENDING"]
    )
    read = secrets_client.get_secret_value(SecretId="db", VersionStage="AWSPENDING")

    assert (V2, stages[V2]) == (answer["VersionId"], answer["VersionStages"])
    assert (V2, value) == (read["VersionId"], read["SecretString"])
    assert stages == _stages(secrets_client)


@pytest.mark.secrets(ROTATING)
def test_a_filled_version_came_to_be_when_it_was_filled(fake_secrets, secrets_client):
    """CreatedDate of a version that was reserved is the moment of the put."""
    now = fake_secrets.clock.advance(hours=3)
    secrets_client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V2, VersionStages=["AWSPENDING"]
    )

    assert now <= secrets_client.get_secret_value(SecretId="db", VersionId=V2)["CreatedDate"]


@pytest.mark.secrets(DB)
def test_a_put_is_a_change_and_no_access(fake_secrets, secrets_client):
    """A put sets LastChangedDate and the version's CreatedDate, and no other date."""
    before = secrets_client.describe_secret(SecretId="db")
    now = fake_secrets.clock.advance(days=1)
    secrets_client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    after = secrets_client.describe_secret(SecretId="db")

    assert before["CreatedDate"] == after["CreatedDate"]
    assert before["LastChangedDate"] < now <= after["LastChangedDate"]
    assert now <= secrets_client.get_secret_value(SecretId="db")["CreatedDate"]
    assert {"LastAccessedDate", "LastRotatedDate"}.isdisjoint(after)


@pytest.mark.secrets(DB)
def test_a_rotation_token_is_accepted(secrets_client):
    """RotationToken, which only rotations by an assumed role need, is otherwise ignored."""
    model = secrets_client.meta.service_model.operation_model("PutSecretValue")
    if "RotationToken" not in model.input_shape.members:
        pytest.skip("this botocore has no RotationToken")
    expected = V2

    answer = secrets_client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V2, RotationToken=V3
    )

    assert expected == answer["VersionId"]


@pytest.mark.parametrize(
    "value",
    [
        {"SecretString": "x" * 65_536},
        {"SecretString": "é" * 32_768},
        {"SecretString": "𝄞" * 16_384},
        {"SecretBinary": b"\0" * 65_536},
    ],
    ids=["ASCII", "two bytes each", "four bytes each", "bytes"],
)
def test_a_value_may_have_65536_bytes(fake_secrets, secrets_client, value):
    """A value of 65,536 bytes, a text counted in UTF-8, is kept whole."""
    fake_secrets.add(DB)
    secrets_client.put_secret_value(SecretId="db", **value)
    answer = secrets_client.get_secret_value(SecretId="db")

    assert value == {member: answer[member] for member in value}


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ({"SecretString": "x" * 65_537}, "secretString"),
        ({"SecretString": "é" * 32_768 + "x"}, "secretString"),
        ({"SecretString": "𝄞" * 16_385}, "secretString"),
        ({"SecretBinary": b"\0" * 65_537}, "secretBinary"),
    ],
    ids=["ASCII", "two bytes each", "four bytes each", "bytes"],
)
def test_a_value_of_more_bytes_is_refused(fake_secrets, secrets_client, value, member):
    """A value over 65,536 bytes, a text counted in UTF-8, is refused without being shown."""
    fake_secrets.add(DB)
    code = "ValidationException"
    message = (
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536"
    )
    before = _state(secrets_client)

    assert (code, message) == refusal(
        secrets_client.put_secret_value, SecretId="db", ClientRequestToken=V2, **value
    )
    assert before == _state(secrets_client)


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    ("stages", "constraint"),
    [
        ([], "Member must have length greater than or equal to 1"),
        (
            [f"label{number}" for number in range(21)],
            "Member must have length less than or equal to 20",
        ),
    ],
    ids=["none", "21"],
)
def test_a_put_names_one_to_twenty_labels(unchecked_client, stages, constraint):
    """A list of labels that is empty, or too long, is refused."""
    code = "ValidationException"
    message = (
        f"1 validation error detected: Value '[{', '.join(stages)}]' at 'versionStages' failed to "
        f"satisfy constraint: {constraint}"
    )

    refused = refusal(
        unchecked_client.put_secret_value, SecretId="db", SecretString="two", VersionStages=stages
    )

    assert (code, message) == refused


@pytest.mark.secrets(DB)
def test_a_secret_may_have_twenty_labels(secrets_client):
    """Twenty labels, counted over all versions, are within the quota."""
    labels = sorted(f"label{number}" for number in range(19))
    secrets_client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V2, VersionStages=labels
    )

    assert {V1: ["AWSCURRENT"], V2: labels} == _stages(secrets_client)


@pytest.mark.secrets(DB)
def test_a_put_cannot_add_a_twenty_first_label(secrets_client):
    """A put whose labels would be too many over all versions is refused and changes nothing."""
    before = _state(secrets_client)

    refused = refusal(
        secrets_client.put_secret_value,
        SecretId="db",
        SecretString="two",
        VersionStages=[f"label{number}" for number in range(20)],
    )

    assert _over_quota() == refused
    assert before == _state(secrets_client)


def test_the_hundred_and_first_version_of_a_day_is_refused(fake_secrets, secrets_client):
    """Versions of the last 24 hours are protected, so no more than a hundred fit into a day."""
    fake_secrets.clock.move_to(NOON)
    secrets_client.create_secret(Name="db")
    _put_many(secrets_client, range(100))
    fake_secrets.clock.advance(hours=23)
    before = _state(secrets_client)

    refused = refusal(secrets_client.put_secret_value, SecretId="db", SecretString="too many")

    assert _over_quota() == refused
    assert before == _state(secrets_client)


def test_the_oldest_version_makes_room_after_a_day(fake_secrets, secrets_client):
    """Over a hundred versions, the oldest without a label goes once it is 24 hours old."""
    fake_secrets.clock.move_to(NOON)
    secrets_client.create_secret(Name="db")
    _put_many(secrets_client, range(100))
    fake_secrets.clock.advance(hours=25)
    _put_many(secrets_client, [100])

    assert {_token(number) for number in range(1, 101)} == _version_ids(secrets_client)


def test_a_version_of_exactly_24_hours_is_protected(fake_secrets, secrets_client, frozen_time):
    """A version makes room once it is older than 24 hours, and not at that moment."""
    secrets_client.create_secret(Name="db")
    _put_many(secrets_client, range(100))
    fake_secrets.clock.advance(hours=24)
    # botocore's retries would let a moment pass.
    once = client_that_gives_up()

    refused = refusal(once.put_secret_value, SecretId="db", SecretString="too many")
    fake_secrets.clock.advance(milliseconds=1)
    _put_many(secrets_client, [100])

    assert _over_quota() == refused
    assert {_token(number) for number in range(1, 101)} == _version_ids(secrets_client)


def test_only_versions_of_yesterday_make_room(fake_secrets, secrets_client):
    """As many versions as are old enough make room, and then the quota holds again."""
    fake_secrets.clock.move_to(NOON)
    secrets_client.create_secret(Name="db")
    _put_many(secrets_client, range(3))
    fake_secrets.clock.advance(hours=23)
    _put_many(secrets_client, range(3, 100))
    fake_secrets.clock.advance(hours=2)
    _put_many(secrets_client, range(100, 103))

    refused = refusal(secrets_client.put_secret_value, SecretId="db", SecretString="too many")

    assert _over_quota() == refused
    assert {_token(number) for number in range(3, 103)} == _version_ids(secrets_client)


def test_a_version_with_a_label_never_makes_room(fake_secrets, secrets_client):
    """The oldest version stays, as long as it has a label."""
    fake_secrets.clock.move_to(NOON)
    secrets_client.create_secret(Name="db")
    _put_many(secrets_client, [0])
    secrets_client.update_secret_version_stage(
        SecretId="db", VersionStage="keep", MoveToVersionId=_token(0)
    )
    _put_many(secrets_client, range(1, 100))
    fake_secrets.clock.advance(days=400)
    _put_many(secrets_client, range(100, 102))

    assert {_token(0), *map(_token, range(3, 102))} == _version_ids(secrets_client)


def test_old_versions_stay_within_the_quota(fake_secrets, secrets_client):
    """Without need for room, a version without labels stays, however old it is."""
    value = "value 0"
    secrets_client.create_secret(Name="db")
    _put_many(secrets_client, range(50))
    fake_secrets.clock.advance(days=400)
    _put_many(secrets_client, range(50, 100))
    answer = secrets_client.get_secret_value(SecretId="db", VersionId=_token(0))

    assert value == answer["SecretString"]


@pytest.mark.secrets(Secret("db", "value", deleted=True))
def test_a_secret_scheduled_for_deletion_takes_no_value(secrets_client):
    """A put to a secret that is scheduled for deletion is refused."""
    expected = (
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    )

    refused = refusal(secrets_client.put_secret_value, SecretId="db", SecretString="two")

    assert expected == refused


def test_a_missing_secret_takes_no_value(secrets_client):
    """A put does not create a secret."""
    expected = (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )

    refused = refusal(secrets_client.put_secret_value, SecretId="db", SecretString="two")

    assert expected == refused
    assert not secrets_client.list_secrets()["SecretList"]


@pytest.mark.secrets(DB)
def test_another_accounts_secret_takes_no_value(fake_secrets, secrets_client):
    """A put to a secret of another account, without its permission, is denied."""
    stranger = fake_secrets.client(account="210987654321")
    code = "AccessDeniedException"
    message = (
        "User: arn:aws:iam::210987654321:root is not authorized to perform: "
        f"secretsmanager:PutSecretValue on resource: {ARN} because no resource-based policy "
        "allows the secretsmanager:PutSecretValue action"
    )
    before = _state(secrets_client)

    refused = refusal(stranger.put_secret_value, SecretId=ARN, SecretString="two")

    assert (code, message) == refused
    assert before == _state(secrets_client)


@pytest.mark.secrets(DB)
def test_versions_lie_a_put_apart(fake_secrets, secrets_client):
    """Each version keeps the date of its own put."""
    first = fake_secrets.clock.advance(days=1)
    secrets_client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    second = fake_secrets.clock.advance(days=1)
    secrets_client.put_secret_value(SecretId="db", SecretString="three", ClientRequestToken=V3)
    listed = secrets_client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)
    dates = {version["VersionId"]: version["CreatedDate"] for version in listed["Versions"]}

    assert first <= dates[V2] < first + timedelta(hours=1)
    assert second <= dates[V3] < second + timedelta(hours=1)


def test_a_reserved_version_that_was_made_current_is_filled(fake_secrets, secrets_client):
    """A version without a value may become current; its value then comes with the next put."""
    reserved = "00000000-0000-4000-8000-00000000000a"
    versions = [Version("v", ["AWSCURRENT"]), Version(None, ["AWSPENDING"], id=reserved)]
    current = fake_secrets.add(Secret("a", versions=versions)).labels["AWSCURRENT"]
    secrets_client.update_secret_version_stage(
        SecretId="a",
        VersionStage="AWSCURRENT",
        MoveToVersionId=reserved,
        RemoveFromVersionId=current,
    )

    answer = secrets_client.put_secret_value(
        SecretId="a", SecretString="filled", ClientRequestToken=reserved
    )

    assert ["AWSCURRENT"] == answer["VersionStages"]
    assert "filled" == fake_secrets["a"].value
