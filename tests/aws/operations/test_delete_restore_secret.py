from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from support import members_of, refusal

from pytest_fakesecrets import Secret, Version
from pytest_fakesecrets._aws.api_model import service_model

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
NOW = datetime(2026, 1, 31, 10, 20, 30, 456000, tzinfo=timezone.utc)
V1 = "11111111-1111-4111-8111-111111111111"
V2 = "22222222-2222-4222-8222-222222222222"
V3 = "33333333-3333-4333-8333-333333333333"
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
MISSING = "Secrets Manager can't find the specified secret."
INVALID_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
    "following: -/_+=.@!"
)
TAKEN = (
    "You can't create this secret because a secret with this name is already scheduled for "
    "deletion."
)
WINDOW = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
WINDOW_AND_FORCE = (
    "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
)


@pytest.fixture(autouse=True)
def _frozen_clock(fake_secrets):
    with freeze_time("2026-01-01T00:00:00Z"):
        fake_secrets.clock.move_to(NOW)
        yield


@pytest.fixture
def secret(fake_secrets):
    """Give a secret that has everything."""
    versions = [
        Version("v1", ["AWSPREVIOUS"], id=V1),
        Version("v2", ["AWSCURRENT"], id=V2),
    ]
    seed = Secret(
        "a", versions=versions, description="d", tags={"team": "web"}, kms_key_id="alias/k"
    )
    return fake_secrets.add(seed)


@pytest.fixture
def scheduled(secret, secrets_client):
    """Give a secret that is scheduled for deletion, with the default window."""
    secrets_client.delete_secret(SecretId="a")
    return secret


def described(client):
    """Return what DescribeSecret tells of the secret, but for the date of its last change."""
    shown = members_of(client.describe_secret(SecretId="a"))
    return {member: value for member, value in shown.items() if member != "LastChangedDate"}


@pytest.mark.parametrize(
    ("window", "days"),
    [
        pytest.param({}, 30, id="default"),
        pytest.param({"RecoveryWindowInDays": 7}, 7, id="shortest"),
        pytest.param({"RecoveryWindowInDays": 30}, 30, id="longest"),
        pytest.param({"ForceDeleteWithoutRecovery": False}, 30, id="not forced"),
        pytest.param(
            {"RecoveryWindowInDays": 8, "ForceDeleteWithoutRecovery": False},
            8,
            id="window, not forced",
        ),
    ],
)
def test_the_answer_has_the_end_of_the_window_and_the_description_its_beginning(
    fake_secrets, secret, secrets_client, window, days
):
    """DeletionDate is the end of the window; DeletedDate is the moment of the request.

    Recorded by Cloud Custodian, test_secrets_manager_delete: with a window of 7 days DeletionDate
    is seven days after DeletedDate.
    """
    requested = fake_secrets.clock.advance(days=1)

    deleted = members_of(secrets_client.delete_secret(SecretId="a", **window))

    end = requested + timedelta(days=days)
    shown = secrets_client.describe_secret(SecretId="a")
    assert {"ARN": secret.arn, "Name": "a", "DeletionDate": end} == deleted
    assert (requested, requested) == (shown["DeletedDate"], shown["LastChangedDate"])
    assert (requested, end) == (secret.deletion_requested, secret.recovery_window_ends)


@pytest.mark.parametrize("days", [7, 30])
def test_the_window_lasts_as_many_days_as_it_was_given(fake_secrets, secret, secrets_client, days):
    """The secret waits until the end of its own window, and is gone at that moment."""
    secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=days)

    fake_secrets.clock.advance(days=days, milliseconds=-1)
    waiting = secrets_client.describe_secret(SecretId="a")["DeletedDate"]
    fake_secrets.clock.advance(milliseconds=1)

    assert waiting == NOW
    assert ("ResourceNotFoundException", MISSING) == refusal(
        secrets_client.describe_secret, SecretId="a"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"RecoveryWindowInDays": 0}, WINDOW, id="0 days"),
        pytest.param({"RecoveryWindowInDays": 6}, WINDOW, id="6 days"),
        pytest.param({"RecoveryWindowInDays": 31}, WINDOW, id="31 days"),
        pytest.param({"RecoveryWindowInDays": -7}, WINDOW, id="-7 days"),
        pytest.param(
            {"RecoveryWindowInDays": 0, "ForceDeleteWithoutRecovery": True},
            WINDOW,
            id="0 days, forced",
        ),
        pytest.param(
            {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
            WINDOW_AND_FORCE,
            id="7 days, forced",
        ),
    ],
)
def test_a_wrong_window_is_refused(secret, secrets_client, options, message):
    """The window is 7 to 30 days, which is checked first, and does not go with force."""
    before = members_of(secrets_client.describe_secret(SecretId="a"))

    refused = refusal(secrets_client.delete_secret, SecretId="a", **options)

    assert ("InvalidParameterException", message) == refused
    assert before == members_of(secrets_client.describe_secret(SecretId="a"))


def test_a_missing_secret_is_not_found(secrets_client):
    """Without force DeleteSecret wants the secret to exist."""
    refused = refusal(secrets_client.delete_secret, SecretId="a")

    assert ("ResourceNotFoundException", MISSING) == refused


def test_deletion_keeps_everything(fake_secrets, secret, secrets_client):
    """DescribeSecret tells the same of a scheduled secret as before, and DeletedDate."""
    secrets_client.get_secret_value(SecretId="a")
    before = described(secrets_client)
    requested = fake_secrets.clock.advance(days=1)

    secrets_client.delete_secret(SecretId="a")

    assert {**before, "DeletedDate": requested} == described(secrets_client)


def fail(event, context):
    """Fail as a rotation function."""
    raise RuntimeError


def rotate(fake, client, handler=None, **registered):
    """Have the secret rotated now, and then every ten days."""
    fake.rotation_lambda(LAMBDA, handler, **registered)
    client.rotate_secret(
        SecretId="a",
        RotationLambdaARN=LAMBDA,
        RotationRules={"AutomaticallyAfterDays": 10},
        ClientRequestToken=V3,
    )


def test_deletion_turns_the_rotation_off(fake_secrets, secret, secrets_client):
    """RotationEnabled becomes false and NextRotationDate goes; all else of the rotation stays.

    So it was recorded by Cloud Custodian, test_secrets_manager_delete: the function stays on view,
    and an AWSPENDING that was left over stays on its version. Rules stay by analogy.
    """
    rotate(fake_secrets, secrets_client, fail)
    before = described(secrets_client)

    secrets_client.delete_secret(SecretId="a")

    after = described(secrets_client)
    (entry,) = secrets_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    known = service_model().operation_model("DescribeSecret").output_shape.members
    assert before["RotationEnabled"]
    assert ("NextRotationDate" in known) == ("NextRotationDate" in before)
    before.pop("NextRotationDate", None)
    assert {**before, "RotationEnabled": False, "DeletedDate": NOW} == after
    assert (LAMBDA, {"AutomaticallyAfterDays": 10}) == (
        after["RotationLambdaARN"],
        after["RotationRules"],
    )
    assert {V1: ["AWSPREVIOUS"], V2: ["AWSCURRENT"], V3: ["AWSPENDING"]} == after[
        "VersionIdsToStages"
    ]
    assert (False, LAMBDA) == (entry["RotationEnabled"], entry["RotationLambdaARN"])
    assert "NextRotationDate" not in entry


def test_deletion_of_a_secret_that_was_never_rotated(scheduled, secrets_client):
    """A secret that never was to be rotated has no RotationEnabled after a deletion either."""
    assert "RotationEnabled" not in secrets_client.describe_secret(SecretId="a")


def test_restoring_does_not_turn_the_rotation_on(fake_secrets, secret, secrets_client):
    """A restored secret keeps its function, turned off; RotateSecret turns it on again.

    Nothing tells that AWS turns it on by itself.
    """
    rotate(fake_secrets, secrets_client, generate=iter(["v3", "v4"]).__next__)
    before = described(secrets_client)
    secrets_client.delete_secret(SecretId="a")

    secrets_client.restore_secret(SecretId="a")

    restored = described(secrets_client)
    secrets_client.rotate_secret(SecretId="a")
    again = described(secrets_client)
    members = ["RotationLambdaARN", "RotationRules", "LastRotatedDate"]
    assert [before[member] for member in members] == [restored[member] for member in members]
    assert [True, False, True] == [shown["RotationEnabled"] for shown in (before, restored, again)]
    assert "NextRotationDate" not in restored
    assert before.get("NextRotationDate") == again.get("NextRotationDate")
    assert "v4" == secret.value


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("get_secret_value", {}),
        ("put_secret_value", {"SecretString": "v3"}),
        ("update_secret", {"Description": "new"}),
        (
            "update_secret_version_stage",
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": V1, "RemoveFromVersionId": V2},
        ),
        ("tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}),
        ("untag_resource", {"TagKeys": ["team"]}),
        ("delete_secret", {}),
        ("delete_secret", {"RecoveryWindowInDays": 7}),
    ],
)
@pytest.mark.parametrize("by_arn", [False, True], ids=["by name", "by ARN"])
def test_a_scheduled_secret_refuses(scheduled, secrets_client, operation, parameters, by_arn):
    """Reading the value and changing anything is refused, and nothing changes."""
    before = members_of(secrets_client.describe_secret(SecretId="a"))
    secret_id = scheduled.arn if by_arn else "a"

    refused = refusal(getattr(secrets_client, operation), SecretId=secret_id, **parameters)

    assert ("InvalidRequestException", MARKED) == refused
    assert before == members_of(secrets_client.describe_secret(SecretId="a"))


def test_a_scheduled_name_is_not_free(scheduled, secrets_client):
    """CreateSecret has its own message for a name whose secret is scheduled."""
    refused = refusal(secrets_client.create_secret, Name="a", SecretString="v")

    assert ("InvalidRequestException", TAKEN) == refused


def test_versions_of_a_scheduled_secret_are_listed(secret, secrets_client):
    """ListSecretVersionIds, which documents no InvalidRequestException, works as before."""
    before = members_of(secrets_client.list_secret_version_ids(SecretId="a"))

    secrets_client.delete_secret(SecretId="a")

    assert [V1, V2] == [version["VersionId"] for version in before["Versions"]]
    assert before == members_of(secrets_client.list_secret_version_ids(SecretId="a"))


def test_a_scheduled_secret_is_listed_on_request(scheduled, secrets_client):
    """ListSecrets hides a scheduled secret unless IncludePlannedDeletion is true."""
    (entry,) = secrets_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]

    assert [] == secrets_client.list_secrets()["SecretList"]
    assert [] == secrets_client.list_secrets(IncludePlannedDeletion=False)["SecretList"]
    assert ("a", NOW) == (entry["Name"], entry["DeletedDate"])


def test_a_batch_reports_a_scheduled_secret(fake_secrets, scheduled, secrets_client):
    """BatchGetSecretValue succeeds, with the refusal as the entry of that secret."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")
    fake_secrets.add("b", "v")

    batch = secrets_client.batch_get_secret_value(SecretIdList=["a", "b"])

    refused = {"SecretId": "a", "ErrorCode": "InvalidRequestException", "Message": MARKED}
    assert [refused] == batch["Errors"]
    assert ["b"] == [entry["Name"] for entry in batch["SecretValues"]]


def test_a_filtered_batch_leaves_a_scheduled_secret_out(fake_secrets, scheduled, secrets_client):
    """BatchGetSecretValue with filters does not select a scheduled secret."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")
    fake_secrets.add("ab", "v")

    batch = secrets_client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["a"]}])

    assert [] == batch["Errors"]
    assert ["ab"] == [entry["Name"] for entry in batch["SecretValues"]]


@pytest.mark.parametrize("by_arn", [False, True], ids=["by name", "by ARN"])
def test_force_deletes_at_once(secret, secrets_client, by_arn):
    """With force the deletion date is now, and the secret is gone."""
    deleted = secrets_client.delete_secret(
        SecretId=secret.arn if by_arn else "a", ForceDeleteWithoutRecovery=True
    )

    assert {"ARN": secret.arn, "Name": "a", "DeletionDate": NOW} == members_of(deleted)
    assert ("ResourceNotFoundException", MISSING) == refusal(
        secrets_client.describe_secret, SecretId="a"
    )
    assert [] == secrets_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]


@pytest.mark.parametrize("by_arn", [False, True], ids=["by name", "by ARN"])
def test_force_deletes_a_scheduled_secret(scheduled, secrets_client, by_arn):
    """Force does not wait for the end of a window that is running."""
    deleted = secrets_client.delete_secret(
        SecretId=scheduled.arn if by_arn else "a", ForceDeleteWithoutRecovery=True
    )

    assert {"ARN": scheduled.arn, "Name": "a", "DeletionDate": NOW} == members_of(deleted)
    assert ("ResourceNotFoundException", MISSING) == refusal(
        secrets_client.restore_secret, SecretId="a"
    )


def test_force_pretends_to_delete_what_is_not_there(secrets_client):
    """Force on a missing name answers as if it had existed, with an invented ARN."""
    deleted = members_of(
        secrets_client.delete_secret(SecretId="never/was", ForceDeleteWithoutRecovery=True)
    )

    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:never/was-[A-Za-z0-9]{6}"
    assert {"ARN": deleted["ARN"], "Name": "never/was", "DeletionDate": NOW} == deleted
    assert re.fullmatch(arn, deleted["ARN"])
    assert [] == secrets_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]


def test_force_echoes_the_arn_of_what_is_not_there(secrets_client):
    """Force on the complete ARN of no secret answers with that ARN and the name in it."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:never/was-a1b2c3"

    deleted = secrets_client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    assert {"ARN": arn, "Name": "never/was", "DeletionDate": NOW} == members_of(deleted)


def test_force_completes_the_partial_arn_of_what_is_not_there(secrets_client):
    """Force on the partial ARN of no secret answers with that ARN and an invented suffix."""
    partial = "arn:aws:secretsmanager:us-east-1:123456789012:secret:never/was"

    deleted = members_of(
        secrets_client.delete_secret(SecretId=partial, ForceDeleteWithoutRecovery=True)
    )

    assert {"ARN": deleted["ARN"], "Name": "never/was", "DeletionDate": NOW} == deleted
    assert re.fullmatch(f"{partial}-[A-Za-z0-9]{{6}}", deleted["ARN"])


def test_force_twice_succeeds_twice(secret, secrets_client):
    """A secret that force has deleted may be deleted by force again, by its ARN too."""
    first = secrets_client.delete_secret(SecretId=secret.arn, ForceDeleteWithoutRecovery=True)

    again = secrets_client.delete_secret(SecretId=secret.arn, ForceDeleteWithoutRecovery=True)

    assert members_of(first) == members_of(again)


def test_force_still_checks_the_name(secrets_client):
    """Force on a missing secret does not hide a name that cannot be one."""
    refused = refusal(
        secrets_client.delete_secret, SecretId="not a name", ForceDeleteWithoutRecovery=True
    )

    assert ("ValidationException", INVALID_NAME) == refused


def test_a_name_made_free_by_force_gets_another_arn(secret, secrets_client):
    """After a forced deletion the name can be created at once, with another suffix."""
    secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    created = secrets_client.create_secret(Name="a", SecretString="new")

    assert created["ARN"] != secret.arn
    assert created["ARN"][:-6] == secret.arn[:-6]
    assert "new" == secrets_client.get_secret_value(SecretId="a")["SecretString"]
    assert ("ResourceNotFoundException", MISSING) == refusal(
        secrets_client.get_secret_value, SecretId=secret.arn
    )


def test_the_secret_lasts_until_the_window_ends(fake_secrets, scheduled, secrets_client):
    """Until the very end of its window the secret can be described and restored."""
    fake_secrets.clock.advance(days=30, milliseconds=-1)

    assert "DeletedDate" in secrets_client.describe_secret(SecretId="a")

    secrets_client.restore_secret(SecretId="a")

    assert "v2" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("describe_secret", {}),
        ("get_secret_value", {}),
        ("put_secret_value", {"SecretString": "v3"}),
        ("update_secret", {"Description": "new"}),
        ("update_secret_version_stage", {"VersionStage": "x", "MoveToVersionId": V1}),
        ("list_secret_version_ids", {}),
        ("tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}),
        ("untag_resource", {"TagKeys": ["team"]}),
        ("restore_secret", {}),
        ("delete_secret", {}),
    ],
)
def test_the_secret_is_gone_when_the_window_has_ended(
    fake_secrets, scheduled, secrets_client, operation, parameters
):
    """Once the clock passes the window no operation finds the secret."""
    fake_secrets.clock.advance(days=30, seconds=1)

    refused = refusal(getattr(secrets_client, operation), SecretId="a", **parameters)

    assert ("ResourceNotFoundException", MISSING) == refused
    assert [] == secrets_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]


def test_the_window_ends_with_real_time_too(scheduled, secrets_client):
    """A secret is purged without the test moving the fake's clock, just as time passes."""
    with freeze_time("2026-02-01T00:00:00Z"):
        refused = refusal(secrets_client.describe_secret, SecretId="a")

    assert ("ResourceNotFoundException", MISSING) == refused


def test_a_purged_name_gets_another_arn(fake_secrets, scheduled, secrets_client):
    """When the window has ended the name can be created again, with another suffix."""
    fake_secrets.clock.advance(days=31)

    created = secrets_client.create_secret(Name="a")

    assert created["ARN"] != scheduled.arn
    assert created["ARN"][:-6] == scheduled.arn[:-6]
    assert "Description" not in secrets_client.describe_secret(SecretId="a")


def test_restoring_brings_everything_back(secret, secrets_client):
    """RestoreSecret answers ARN and Name, and the secret is as if it had never been deleted."""
    before = described(secrets_client)
    secrets_client.delete_secret(SecretId="a")

    restored = secrets_client.restore_secret(SecretId="a")

    assert {"ARN": secret.arn, "Name": "a"} == members_of(restored)
    assert before == described(secrets_client)
    assert "v2" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


def test_restoring_is_a_change(fake_secrets, scheduled, secrets_client):
    """LastChangedDate is the moment of RestoreSecret; a guess."""
    restored = fake_secrets.clock.advance(days=1)

    secrets_client.restore_secret(SecretId="a")

    assert restored == secrets_client.describe_secret(SecretId="a")["LastChangedDate"]


def test_a_restored_secret_outlives_its_window(fake_secrets, scheduled, secrets_client):
    """The window that was running is forgotten when the secret is restored."""
    secrets_client.restore_secret(SecretId="a")
    fake_secrets.clock.advance(days=31)

    assert "v2" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


def test_a_restored_secret_can_be_deleted_again(fake_secrets, scheduled, secrets_client):
    """A new window counts from the second deletion."""
    secrets_client.restore_secret(SecretId="a")
    fake_secrets.clock.advance(days=10)

    deleted = secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)

    assert NOW + timedelta(days=17) == deleted["DeletionDate"]


def test_restoring_what_is_not_scheduled_changes_nothing(fake_secrets, secret, secrets_client):
    """RestoreSecret of a secret in use succeeds and leaves it as it is."""
    before = members_of(secrets_client.describe_secret(SecretId="a"))
    fake_secrets.clock.advance(days=1)

    restored = secrets_client.restore_secret(SecretId=secret.arn)

    assert {"ARN": secret.arn, "Name": "a"} == members_of(restored)
    assert before == members_of(secrets_client.describe_secret(SecretId="a"))


@pytest.mark.parametrize("state", ["never there", "deleted by force"])
def test_restoring_what_does_not_exist_is_refused(secrets_client, state):
    """RestoreSecret finds neither a missing secret nor one that force has deleted."""
    if state == "deleted by force":
        secrets_client.create_secret(Name="a", SecretString="v")
        secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    refused = refusal(secrets_client.restore_secret, SecretId="a")

    assert ("ResourceNotFoundException", MISSING) == refused


def test_a_seed_may_be_scheduled_already(fake_secrets, secrets_client):
    """A secret seeded with the moment of the request behaves like one that AWS has scheduled."""
    requested = NOW - timedelta(days=27)
    fake_secrets.add("a", "v", deleted=requested)

    assert requested == secrets_client.describe_secret(SecretId="a")["DeletedDate"]
    assert ("InvalidRequestException", MARKED) == refusal(
        secrets_client.get_secret_value, SecretId="a"
    )

    fake_secrets.clock.advance(days=3, milliseconds=-1)

    assert requested == secrets_client.describe_secret(SecretId="a")["DeletedDate"]

    fake_secrets.clock.advance(milliseconds=1)

    assert ("ResourceNotFoundException", MISSING) == refusal(
        secrets_client.describe_secret, SecretId="a"
    )


@pytest.mark.parametrize(
    "secret_id",
    [
        "arn:foo",
        "arn:aws:s3:::bucket",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:a#key",
    ],
    ids=["no parts", "another service", "no name", "# in the name"],
)
def test_force_needs_a_name_or_an_arn_of_a_secret(secrets_client, secret_id):
    """With force a malformed ARN is refused as without: there is no name to answer with."""
    refused = refusal(
        secrets_client.delete_secret, SecretId=secret_id, ForceDeleteWithoutRecovery=True
    )

    assert ("ValidationException", INVALID_NAME) == refused
