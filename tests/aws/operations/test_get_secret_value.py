from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from support import members_of, refusal

from pytest_fakesecrets import Secret, Version

NOON = datetime(2026, 3, 14, 12, tzinfo=timezone.utc)
MIDNIGHT = datetime(2026, 3, 14, tzinfo=timezone.utc)
CREATED = datetime(2025, 1, 31, 8, 30, 15, 123000, tzinfo=timezone.utc)

PREVIOUS = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
CURRENT = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"
PENDING = "EXAMPLE3-90ab-cdef-fedc-ba987EXAMPLE"
DEPRECATED = "EXAMPLE4-90ab-cdef-fedc-ba987EXAMPLE"
RESERVED = "EXAMPLE5-90ab-cdef-fedc-ba987EXAMPLE"
UNKNOWN = "EXAMPLE9-90ab-cdef-fedc-ba987EXAMPLE"

DB = Secret(
    "prod/db",
    versions=[
        Version("old", ["AWSPREVIOUS"], id=PREVIOUS, created=CREATED),
        Version("now", ["blue", "AWSCURRENT"], id=CURRENT, created=CREATED + timedelta(days=1)),
        Version("next", ["AWSPENDING"], id=PENDING, created=CREATED + timedelta(days=2)),
        Version("gone", id=DEPRECATED, created=CREATED - timedelta(days=1)),
    ],
    created=CREATED - timedelta(days=9),
    arn_suffix="a1b2c3",
)
DB_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-a1b2c3"


def _last_accessed(client):
    return client.describe_secret(SecretId="prod/db").get("LastAccessedDate")


def _accessed_versions(client):
    listed = client.list_secret_version_ids(SecretId="prod/db", IncludeDeprecated=True)
    return {
        version["VersionId"]: version["LastAccessedDate"]
        for version in listed["Versions"]
        if "LastAccessedDate" in version
    }


@pytest.mark.secrets(DB)
def test_the_current_version_is_answered_by_default(secrets_client):
    """The answer has the current version's value, id, labels and date, and nothing else."""
    expected = {
        "ARN": DB_ARN,
        "Name": "prod/db",
        "VersionId": CURRENT,
        "SecretString": "now",
        "VersionStages": ["AWSCURRENT", "blue"],
        "CreatedDate": CREATED + timedelta(days=1),
    }

    assert expected == members_of(secrets_client.get_secret_value(SecretId="prod/db"))


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    ("request_members", "version_id", "value"),
    [
        ({"VersionStage": "AWSCURRENT"}, CURRENT, "now"),
        ({"VersionStage": "blue"}, CURRENT, "now"),
        ({"VersionStage": "AWSPREVIOUS"}, PREVIOUS, "old"),
        ({"VersionStage": "AWSPENDING"}, PENDING, "next"),
        ({"VersionId": CURRENT}, CURRENT, "now"),
        ({"VersionId": PREVIOUS}, PREVIOUS, "old"),
        ({"VersionId": DEPRECATED}, DEPRECATED, "gone"),
        ({"VersionId": PENDING, "VersionStage": "AWSPENDING"}, PENDING, "next"),
    ],
    ids=[
        "AWSCURRENT",
        "own label",
        "AWSPREVIOUS",
        "AWSPENDING",
        "id of the current",
        "id of the previous",
        "id of a deprecated",
        "id and its label",
    ],
)
def test_a_version_is_found_by_label_and_by_id(secrets_client, request_members, version_id, value):
    """A staging label, a version id, or both that agree, choose the version."""
    answer = secrets_client.get_secret_value(SecretId="prod/db", **request_members)

    assert (version_id, value) == (answer["VersionId"], answer["SecretString"])


@pytest.mark.secrets(DB)
def test_the_date_is_the_one_of_the_version(secrets_client):
    """CreatedDate tells when the version came to be, not the secret."""
    expected = CREATED

    answer = secrets_client.get_secret_value(SecretId="prod/db", VersionStage="AWSPREVIOUS")

    assert expected == answer["CreatedDate"]


def test_binary_values_come_back_as_bytes(secrets_client):
    """A binary secret answers SecretBinary with the same bytes, and no SecretString."""
    value = bytes(range(256))
    secrets_client.create_secret(Name="cert", SecretBinary=value)

    answer = secrets_client.get_secret_value(SecretId="cert")

    assert value == answer["SecretBinary"]
    assert "SecretString" not in answer


@pytest.mark.parametrize(
    "value",
    ["plain", '{"user": "admin", "password": "p"}', "ünïcode ☃ 𝄞", "line\nbreak\ttab\0nul", " "],
    ids=["plain", "JSON", "beyond ASCII", "control characters", "a space"],
)
def test_texts_come_back_to_the_letter(secrets_client, value):
    """A text answers SecretString, letter by letter the same, and no SecretBinary."""
    secrets_client.create_secret(Name="text", SecretString=value)

    answer = secrets_client.get_secret_value(SecretId="text")

    assert value == answer["SecretString"]
    assert "SecretBinary" not in answer


def test_labels_come_in_alphabetical_order(secrets_client):
    """VersionStages lists the labels alphabetically, in whatever order they were attached."""
    expected = ["AWSCURRENT", "AWSPENDING", "alpha", "beta", "zeta"]
    secrets_client.create_secret(Name="labels")
    secrets_client.put_secret_value(
        SecretId="labels",
        SecretString="s",
        VersionStages=["zeta", "AWSPENDING", "beta", "AWSCURRENT", "alpha"],
    )

    assert expected == secrets_client.get_secret_value(SecretId="labels")["VersionStages"]


@pytest.mark.secrets(DB)
def test_a_deprecated_version_has_no_labels(secrets_client):
    """The answer for a version without labels leaves VersionStages out."""
    expected = {
        "ARN": DB_ARN,
        "Name": "prod/db",
        "VersionId": DEPRECATED,
        "SecretString": "gone",
        "CreatedDate": CREATED - timedelta(days=1),
    }

    answer = secrets_client.get_secret_value(SecretId="prod/db", VersionId=DEPRECATED)

    assert expected == members_of(answer)


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    ("request_members", "code", "message"),
    [
        (
            {"SecretId": "absent"},
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ),
        (
            {"SecretId": "prod/db", "VersionStage": "green"},
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: green",
        ),
        (
            {"SecretId": "prod/db", "VersionStage": "awscurrent"},
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: awscurrent",
        ),
        (
            {"SecretId": "prod/db", "VersionId": UNKNOWN},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {UNKNOWN}",
        ),
        (
            {"SecretId": "prod/db", "VersionId": PREVIOUS, "VersionStage": "AWSCURRENT"},
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ),
        (
            {"SecretId": "prod/db", "VersionId": PREVIOUS, "VersionStage": "green"},
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ),
        (
            {"SecretId": "prod/db", "VersionId": UNKNOWN, "VersionStage": "AWSCURRENT"},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {UNKNOWN}",
        ),
    ],
    ids=[
        "no such secret",
        "no such label",
        "label in another case",
        "no such version",
        "label of another version",
        "label of no version",
        "no such version, existing label",
    ],
)
def test_what_does_not_exist_is_refused(secrets_client, request_members, code, message):
    """Each way to ask for what is not there has AWS's own code and message."""
    assert (code, message) == refusal(secrets_client.get_secret_value, **request_members)


def test_the_error_is_botocores_own(secrets_client):
    """A missing secret raises the client's ResourceNotFoundException, with status 400."""
    message = "Secrets Manager can't find the specified secret."
    error = {"Code": "ResourceNotFoundException", "Message": message}

    with pytest.raises(secrets_client.exceptions.ResourceNotFoundException) as caught:
        secrets_client.get_secret_value(SecretId="absent")

    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    assert (400, message, error) == (status, response["Message"], response["Error"])


def test_a_secret_without_a_value_has_no_current_version(secrets_client):
    """A secret that was created without a value answers that no version has AWSCURRENT."""
    expected = (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    )
    secrets_client.create_secret(Name="empty")

    assert expected == refusal(secrets_client.get_secret_value, SecretId="empty")


@pytest.mark.secrets(
    Secret(
        "rotating",
        versions=[Version("now", ["AWSCURRENT"]), Version(None, ["AWSPENDING"], id=RESERVED)],
    )
)
@pytest.mark.parametrize(
    ("request_members", "message"),
    [
        (
            {"VersionStage": "AWSPENDING"},
            "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
        ),
        (
            {"VersionId": RESERVED},
            f"Secrets Manager can't find the specified secret value for VersionId: {RESERVED}",
        ),
    ],
    ids=["by label", "by id"],
)
def test_a_version_that_a_rotation_reserved_has_no_value(secrets_client, request_members, message):
    """A version that is reserved and not filled yet is answered as if it did not exist."""
    code = "ResourceNotFoundException"

    refused = refusal(secrets_client.get_secret_value, SecretId="rotating", **request_members)

    assert (code, message) == refused


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    "request_members",
    [{}, {"VersionId": CURRENT}, {"VersionId": UNKNOWN}, {"VersionStage": "green"}],
    ids=["current", "by id", "unknown id", "unknown label"],
)
def test_a_secret_scheduled_for_deletion_is_not_read(secrets_client, request_members):
    """No version of a secret that is scheduled for deletion can be asked for."""
    expected = (
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    )
    secrets_client.delete_secret(SecretId="prod/db")

    refused = refusal(secrets_client.get_secret_value, SecretId="prod/db", **request_members)

    assert expected == refused


@pytest.mark.secrets(DB)
def test_a_restored_secret_is_read_again(secrets_client):
    """After RestoreSecret the value is there as before."""
    before = members_of(secrets_client.get_secret_value(SecretId="prod/db"))
    secrets_client.delete_secret(SecretId="prod/db")
    secrets_client.restore_secret(SecretId="prod/db")

    assert before == members_of(secrets_client.get_secret_value(SecretId="prod/db"))


@pytest.mark.secrets(DB)
def test_a_secret_deleted_by_force_does_not_exist(secrets_client):
    """After a deletion without recovery the secret cannot be found."""
    expected = (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )
    secrets_client.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    assert expected == refusal(secrets_client.get_secret_value, SecretId="prod/db")


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    "secret_id",
    [DB_ARN, DB_ARN[:-7], f"{DB_ARN[:-7]}-absent"],
    ids=["complete ARN", "partial ARN", "ARN of no secret"],
)
def test_another_accounts_secret_is_denied(fake_secrets, secret_id):
    """An ARN of another account needs a permission of that account, whether or not it exists."""
    stranger = fake_secrets.client(account="210987654321")
    code = "AccessDeniedException"
    message = (
        "User: arn:aws:iam::210987654321:root is not authorized to perform: "
        f"secretsmanager:GetSecretValue on resource: {secret_id} because no resource-based policy "
        "allows the secretsmanager:GetSecretValue action"
    )

    assert (code, message) == refusal(stranger.get_secret_value, SecretId=secret_id)


@pytest.mark.secrets(DB)
def test_a_name_means_the_callers_own_account(fake_secrets):
    """Another account's secret cannot be found by its name."""
    expected = (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )
    stranger = fake_secrets.client(account="210987654321")

    assert expected == refusal(stranger.get_secret_value, SecretId="prod/db")


@pytest.mark.secrets(DB, {"other": "value"})
def test_what_was_never_read_has_no_date_of_access(secrets_client):
    """LastAccessedDate is absent before the first read, and another secret's read is not a read."""
    secrets_client.get_secret_value(SecretId="other")

    assert "LastAccessedDate" not in secrets_client.describe_secret(SecretId="prod/db")
    assert not _accessed_versions(secrets_client)


@pytest.mark.secrets(DB)
def test_only_a_read_of_the_value_is_an_access(secrets_client):
    """DescribeSecret, ListSecrets and ListSecretVersionIds leave no LastAccessedDate."""
    secrets_client.describe_secret(SecretId="prod/db")
    secrets_client.list_secrets()
    secrets_client.list_secret_version_ids(SecretId="prod/db")

    assert "LastAccessedDate" not in secrets_client.describe_secret(SecretId="prod/db")


@pytest.mark.secrets(DB)
def test_a_read_leaves_the_day(fake_secrets, secrets_client):
    """LastAccessedDate is midnight UTC of the day of the read."""
    expected = MIDNIGHT
    fake_secrets.clock.move_to(NOON)
    secrets_client.get_secret_value(SecretId="prod/db")

    assert expected == _last_accessed(secrets_client)


@pytest.mark.secrets(DB)
def test_the_day_is_the_one_of_utc(fake_secrets, secrets_client):
    """Where it is already tomorrow in the local time zone, LastAccessedDate is today's in UTC."""
    expected = MIDNIGHT
    tokyo = timezone(timedelta(hours=9))
    fake_secrets.clock.move_to(datetime(2026, 3, 15, 5, tzinfo=tokyo))
    secrets_client.get_secret_value(SecretId="prod/db")

    assert expected == _last_accessed(secrets_client)


@pytest.mark.secrets(DB)
def test_a_second_read_on_the_same_day_changes_nothing(fake_secrets, secrets_client):
    """LastAccessedDate is the same after another read in the evening of the day."""
    fake_secrets.clock.move_to(NOON)
    secrets_client.get_secret_value(SecretId="prod/db")
    before = members_of(secrets_client.describe_secret(SecretId="prod/db"))
    fake_secrets.clock.advance(hours=8)
    secrets_client.get_secret_value(SecretId="prod/db")

    assert before == members_of(secrets_client.describe_secret(SecretId="prod/db"))


@pytest.mark.secrets(DB)
def test_a_read_on_the_next_day_moves_the_date(fake_secrets, secrets_client):
    """LastAccessedDate is the day of the latest read."""
    expected = MIDNIGHT + timedelta(days=1)
    fake_secrets.clock.move_to(NOON)
    secrets_client.get_secret_value(SecretId="prod/db")
    fake_secrets.clock.advance(days=1)
    secrets_client.get_secret_value(SecretId="prod/db")

    assert expected == _last_accessed(secrets_client)


@pytest.mark.secrets(DB)
def test_only_the_version_that_was_read_is_marked(fake_secrets, secrets_client):
    """A version has LastAccessedDate once it was itself read; the secret has the latest day."""
    expected = {PREVIOUS: MIDNIGHT, DEPRECATED: MIDNIGHT + timedelta(days=1)}
    fake_secrets.clock.move_to(NOON)
    secrets_client.get_secret_value(SecretId="prod/db", VersionStage="AWSPREVIOUS")
    fake_secrets.clock.advance(days=1)
    secrets_client.get_secret_value(SecretId="prod/db", VersionId=DEPRECATED)

    assert expected == _accessed_versions(secrets_client)
    assert expected[DEPRECATED] == _last_accessed(secrets_client)


@pytest.mark.secrets(DB)
@pytest.mark.parametrize(
    "request_members",
    [
        {"VersionId": UNKNOWN},
        {"VersionStage": "green"},
        {"VersionId": CURRENT, "VersionStage": "AWSPREVIOUS"},
    ],
    ids=["no such version", "no such label", "label of another version"],
)
def test_a_failed_read_leaves_no_mark(secrets_client, request_members):
    """A read that is refused is not an access of the secret, nor of a version."""
    refusal(secrets_client.get_secret_value, SecretId="prod/db", **request_members)

    assert "LastAccessedDate" not in secrets_client.describe_secret(SecretId="prod/db")
    assert not _accessed_versions(secrets_client)


@pytest.mark.secrets(DB)
def test_a_read_is_no_change(fake_secrets, secrets_client):
    """GetSecretValue leaves LastChangedDate as it is."""
    before = secrets_client.describe_secret(SecretId="prod/db")["LastChangedDate"]
    fake_secrets.clock.advance(days=2)
    secrets_client.get_secret_value(SecretId="prod/db")

    assert before == secrets_client.describe_secret(SecretId="prod/db")["LastChangedDate"]
