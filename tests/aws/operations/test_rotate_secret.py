from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets import Secret, UnsupportedError, Version
from pytest_fakesecrets._aws.api_model import service_model

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
ROLE = "arn:aws:iam::123456789012:role/rotates"
NOW = datetime(2026, 1, 22, 6, 42, 22, 294_000, tzinfo=timezone.utc)
V1, V2, V3 = (f"{number}" * 8 + "-0000-4000-8000-000000000000" for number in "123")
WRONG_ARN = (
    "Invalid rotation Lambda ARN. Ensure the ARN matches format "
    "arn:aws:lambda:us-east-1:123456789012:function:<functionName>."
)
TOO_MANY_DAYS = (
    "1 validation error detected: Value '1001' at 'rotationRules.automaticallyAfterDays' failed to "
    "satisfy constraint: Member must have value less than or equal to 1000"
)
NO_VALUE = (
    "1 validation error detected: Value null at 'externalSecretRotationMetadata.1.member.value' "
    "failed to satisfy constraint: Member must not be null"
)
UNFINISHED = "A previous rotation isn't complete. That rotation will be reattempted."
NO_LAMBDA = "No Lambda rotation function ARN is associated with this secret."
NO_PERMISSION = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy "
    "grants access to the principal secretsmanager.amazonaws.com."
)
MEMBERS = {
    "RotationEnabled",
    "RotationLambdaARN",
    "RotationRules",
    "ExternalSecretRotationMetadata",
    "ExternalSecretRotationRoleArn",
    "LastRotatedDate",
    "NextRotationDate",
}

external = pytest.mark.skipif(
    "ExternalSecretRotationRoleArn"
    not in service_model().operation_model("RotateSecret").input_shape.members,
    reason="this botocore knows no managed external secrets",
)

dated = pytest.mark.skipif(
    "NextRotationDate"
    not in service_model().operation_model("DescribeSecret").output_shape.members,
    reason="this botocore knows no NextRotationDate",
)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    monkeypatch.setattr(time, "time", NOW.timestamp)


@pytest.fixture(autouse=True)
def _secret(fake_secrets):
    fake_secrets.add("db", versions=[Version("old", ["AWSCURRENT"], id=V1)])
    fake_secrets.rotation_lambda(LAMBDA, generate=lambda: "new")


def rotation(client, name="db"):
    """Return what DescribeSecret tells of the rotation."""
    described = client.describe_secret(SecretId=name)
    return {member: value for member, value in described.items() if member in MEMBERS}


def end_of(month, day):
    """Return the last second of a day of 2026."""
    return datetime(2026, month, day, 23, 59, 59, tzinfo=timezone.utc)


def refusal(call, **parameters):
    """Return code and message of the error that a call meets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_the_answer(fake_secrets, secrets_client):
    """ARN, Name and VersionId, which is the token of the request."""
    answer = secrets_client.rotate_secret(
        SecretId="db", RotationLambdaARN=LAMBDA, ClientRequestToken=V2
    )

    del answer["ResponseMetadata"]
    assert {"ARN": fake_secrets["db"].arn, "Name": "db", "VersionId": V2} == answer
    assert {"AWSCURRENT": V2, "AWSPENDING": V2, "AWSPREVIOUS": V1} == fake_secrets["db"].labels
    assert "new" == fake_secrets["db"].value


def test_what_was_never_configured_is_absent(secrets_client):
    """A secret that was never to be rotated has no member about it."""
    assert {} == rotation(secrets_client)


@dated
def test_what_a_rotation_leaves_on_view(fake_secrets, secrets_client):
    """Function, rules and dates are described and listed alike; the next date ends a window."""
    secrets_client.rotate_secret(
        SecretId="db", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
    )

    told = {
        "RotationEnabled": True,
        "RotationLambdaARN": LAMBDA,
        "RotationRules": {"AutomaticallyAfterDays": 30},
        "LastRotatedDate": NOW,
        "NextRotationDate": end_of(2, 21),
    }
    assert told == rotation(secrets_client)
    assert told.items() <= secrets_client.list_secrets()["SecretList"][0].items()
    assert NOW == fake_secrets["db"].last_changed


@dated
def test_configured_and_not_yet_rotated(fake_secrets, secrets_client):
    """RotateImmediately=False plans and does not rotate: a change, without a last date."""
    fake_secrets.clock.advance(hours=1)

    secrets_client.rotate_secret(
        SecretId="db",
        RotationLambdaARN=LAMBDA,
        RotationRules={"ScheduleExpression": "rate(10 days)", "Duration": "3h"},
        RotateImmediately=False,
        ClientRequestToken=V2,
    )

    assert {
        "RotationEnabled": True,
        "RotationLambdaARN": LAMBDA,
        "RotationRules": {
            "AutomaticallyAfterDays": 10,
            "ScheduleExpression": "rate(10 days)",
            "Duration": "3h",
        },
        "NextRotationDate": datetime(2026, 2, 1, 2, 59, 59, tzinfo=timezone.utc),
    } == rotation(secrets_client)
    assert {"AWSCURRENT": V1} == fake_secrets["db"].labels
    assert [V1] == list(fake_secrets["db"].versions)
    assert NOW + timedelta(hours=1) == fake_secrets["db"].last_changed


def test_what_is_not_said_stays(secrets_client):
    """A later call may leave out function and rules; other rules replace the earlier ones."""
    rules = {"ScheduleExpression": "cron(0 0 ? * MON *)", "Duration": "4h"}
    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=LAMBDA, RotationRules=rules)
    secrets_client.rotate_secret(SecretId="db")
    stayed = rotation(secrets_client)

    secrets_client.rotate_secret(SecretId="db", RotationRules={"AutomaticallyAfterDays": 9})

    assert {**rules, "AutomaticallyAfterDays": 7} == stayed["RotationRules"]
    assert LAMBDA == stayed["RotationLambdaARN"]
    assert {"AutomaticallyAfterDays": 9} == rotation(secrets_client)["RotationRules"]


def test_without_rules_nothing_is_planned(secrets_client):
    """A function alone rotates now, and never by itself."""
    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=LAMBDA)

    assert {
        "RotationEnabled": True,
        "RotationLambdaARN": LAMBDA,
        "LastRotatedDate": NOW,
    } == rotation(secrets_client)


@dated
def test_other_rules_count_from_the_last_rotation(fake_secrets, secrets_client):
    """Days that are set without rotating are counted from the last rotation."""
    rules = {"AutomaticallyAfterDays": 30}
    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=LAMBDA, RotationRules=rules)
    fake_secrets.clock.advance(days=10)
    secrets_client.rotate_secret(SecretId="db", RotateImmediately=False)
    kept = rotation(secrets_client)["NextRotationDate"]

    secrets_client.rotate_secret(
        SecretId="db", RotationRules={"AutomaticallyAfterDays": 20}, RotateImmediately=False
    )

    assert end_of(2, 21) == kept
    assert end_of(2, 11) == rotation(secrets_client)["NextRotationDate"]


def test_cancelling(secrets_client):
    """A cancelled rotation stays on view, without a next date; there was none in progress."""
    secrets_client.rotate_secret(
        SecretId="db", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
    )
    answer = secrets_client.cancel_rotate_secret(SecretId="db")

    assert {"ARN", "Name", "ResponseMetadata"} == set(answer)
    assert {
        "RotationEnabled": False,
        "RotationLambdaARN": LAMBDA,
        "RotationRules": {"AutomaticallyAfterDays": 30},
        "LastRotatedDate": NOW,
    } == rotation(secrets_client)


def test_cancelling_what_is_in_progress(fake_secrets, secrets_client):
    """VersionId is that of the pending version, which keeps its label and blocks what follows."""
    fake_secrets.add(
        "db",
        versions=[Version("old", ["AWSCURRENT"], id=V1), Version(None, ["AWSPENDING"], id=V2)],
    )

    answer = secrets_client.cancel_rotate_secret(SecretId="db")

    assert V2 == answer["VersionId"]
    assert V2 == fake_secrets["db"].labels["AWSPENDING"]


def test_cancelling_changes_the_secret(fake_secrets, secrets_client):
    """LastChangedDate is that of the cancellation."""
    fake_secrets.clock.advance(days=1)

    secrets_client.cancel_rotate_secret(SecretId="db")

    changed = secrets_client.describe_secret(SecretId="db")["LastChangedDate"]
    assert NOW + timedelta(days=1) == changed


def test_cancelling_what_was_never_configured(secrets_client):
    """Rotation is then off, instead of unknown."""
    secrets_client.cancel_rotate_secret(SecretId="db")

    assert {"RotationEnabled": False} == rotation(secrets_client)


@dated
def test_a_cancelled_rotation_is_turned_on_again(fake_secrets, secrets_client):
    """RotateSecret alone brings back the rotation with its function and its rules."""
    secrets_client.rotate_secret(
        SecretId="db", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
    )
    secrets_client.cancel_rotate_secret(SecretId="db")
    fake_secrets.clock.advance(days=60)
    secrets_client.rotate_secret(SecretId="db", RotateImmediately=False)
    again = rotation(secrets_client)

    assert again["RotationEnabled"]
    assert end_of(4, 22) == again["NextRotationDate"]
    assert 1 == sum(not run.is_test for run in fake_secrets.rotations)


@dated
@pytest.mark.parametrize("method", ["put_secret_value", "update_secret"])
def test_a_change_by_hand_counts_as_a_rotation(fake_secrets, secrets_client, method):
    """A new current value moves the next date, and leaves the last one as it is."""
    secrets_client.rotate_secret(
        SecretId="db", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
    )
    fake_secrets.clock.advance(days=12)

    getattr(secrets_client, method)(SecretId="db", SecretString="by hand")

    told = rotation(secrets_client)
    assert (NOW, end_of(3, 5)) == (told["LastRotatedDate"], told["NextRotationDate"])


@pytest.mark.parametrize("cancelled", [False, True], ids=["pending", "cancelled"])
def test_another_change_counts_for_nothing(fake_secrets, secrets_client, cancelled):
    """A pending value moves no date; where rotation is off there is none to move."""
    secrets_client.rotate_secret(
        SecretId="db", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
    )
    if cancelled:
        secrets_client.cancel_rotate_secret(SecretId="db")
    before = rotation(secrets_client)
    fake_secrets.clock.advance(days=12)

    stages = ["AWSCURRENT" if cancelled else "AWSPENDING"]
    secrets_client.put_secret_value(SecretId="db", SecretString="x", VersionStages=stages)

    assert before == rotation(secrets_client)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("InvalidRequestException", NO_LAMBDA)),
        ({"RotationLambdaARN": ""}, ("InvalidRequestException", NO_LAMBDA)),
        ({"RotationLambdaARN": f"{LAMBDA}-2"}, ("AccessDeniedException", NO_PERMISSION)),
        (
            {"RotationLambdaARN": f"{LAMBDA}-2", "RotateImmediately": False},
            ("AccessDeniedException", NO_PERMISSION),
        ),
        *(
            (
                {"RotationLambdaARN": arn},
                (
                    "InvalidParameterException",
                    WRONG_ARN,
                ),
            )
            for arn in (
                "rotate",
                LAMBDA.replace("us-east-1", "eu-west-1"),
                LAMBDA.replace("arn:aws:", "arn:aws-cn:"),
                f"{LAMBDA}:a:b",
            )
        ),
        (
            {
                "RotationLambdaARN": "rotate",
                "RotationRules": {
                    "AutomaticallyAfterDays": 1,
                    "ScheduleExpression": "rate(1 day)",
                },
            },
            (
                "InvalidParameterException",
                "You cannot specify both rotation frequency and schedule expression together.",
            ),
        ),
        (
            {"RotationRules": {"AutomaticallyAfterDays": 1001}},
            (
                "ValidationException",
                TOO_MANY_DAYS,
            ),
        ),
    ],
)
def test_a_refusal(fake_secrets, secrets_client, given, expected):
    """What AWS refuses is refused in its words and in its order, and nothing is stored."""
    before = fake_secrets.snapshot()

    assert expected == refusal(secrets_client.rotate_secret, SecretId="db", **given)
    assert before == fake_secrets.snapshot()
    assert () == fake_secrets.rotations


@pytest.mark.parametrize("method", ["rotate_secret", "cancel_rotate_secret"])
def test_the_states_that_are_refused(fake_secrets, secrets_client, method):
    """A secret that is missing, or scheduled for deletion, is refused before all else."""
    fake_secrets.add("going", "v", deleted=True)
    call = getattr(secrets_client, method)

    assert "ResourceNotFoundException" == refusal(call, SecretId="missing")[0]
    assert (
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    ) == refusal(call, SecretId="going")


@pytest.mark.parametrize("value", [None, "half"], ids=["empty", "filled"])
def test_an_unfinished_rotation_blocks_the_next(fake_secrets, secrets_client, value):
    """While a version but the current one is pending, no rotation begins."""
    fake_secrets.add(
        "db",
        versions=[Version("old", ["AWSCURRENT"], id=V1), Version(value, ["AWSPENDING"], id=V2)],
    )
    call = secrets_client.rotate_secret

    assert ("InvalidRequestException", NO_LAMBDA) == refusal(call, SecretId="db")
    assert ("InvalidRequestException", UNFINISHED) == refusal(
        call, SecretId="db", RotationLambdaARN=f"{LAMBDA}-2"
    )


@pytest.mark.parametrize("way", ["remove", "put"])
def test_an_unfinished_rotation_is_cleared(fake_secrets, secrets_client, way):
    """Without the label, or with a new current value, the way is free."""
    fake_secrets.add(
        "db",
        versions=[Version("old", ["AWSCURRENT"], id=V1), Version(None, ["AWSPENDING"], id=V2)],
    )
    if way == "remove":
        secrets_client.update_secret_version_stage(
            SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=V2
        )
    else:
        secrets_client.put_secret_value(SecretId="db", SecretString="by hand")

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=LAMBDA)

    assert "new" == fake_secrets["db"].value


def test_the_same_request_again(fake_secrets, secrets_client):
    """The token of the pending version begins no second rotation."""
    for _ in range(2):
        answer = secrets_client.rotate_secret(
            SecretId="db", RotationLambdaARN=LAMBDA, ClientRequestToken=V2
        )

    assert V2 == answer["VersionId"]
    assert 1 == len(fake_secrets.rotations)


def test_a_token_that_stands_for_another_version(secrets_client):
    """The token of a version that no rotation made is refused."""
    assert ("InvalidParameterException", "The parameter name or value is invalid.") == refusal(
        secrets_client.rotate_secret, SecretId="db", RotationLambdaARN=LAMBDA, ClientRequestToken=V1
    )


def test_a_secret_without_a_value(fake_secrets, secrets_client):
    """Rotation gives it its first value, which is current at once."""
    fake_secrets.add("empty")

    secrets_client.rotate_secret(SecretId="empty", RotationLambdaARN=LAMBDA, ClientRequestToken=V2)

    assert {"AWSCURRENT": V2, "AWSPENDING": V2} == fake_secrets["empty"].labels


def test_the_quota_of_labels(fake_secrets, secrets_client):
    """A secret with 20 labels has no room for AWSPENDING."""
    labels = ["AWSCURRENT", *map(str, range(19))]
    fake_secrets.add("full", versions=[Version("v", labels)])

    refused = refusal(secrets_client.rotate_secret, SecretId="full", RotationLambdaARN=LAMBDA)

    assert "LimitExceededException" == refused[0]
    assert () == fake_secrets.rotations


RULES = {"AutomaticallyAfterDays": 7}


@pytest.fixture
def managed(fake_secrets):
    """Have a secret exist that RDS manages."""
    return fake_secrets.add("rds!db", "old", owning_service="rds")


@dated
def test_rules_of_a_managed_secret(fake_secrets, secrets_client, managed):
    """The schedule of a managed secret may be set; there is no function, and nothing to test."""
    secrets_client.rotate_secret(SecretId="rds!db", RotationRules=RULES, RotateImmediately=False)

    assert {
        "RotationEnabled": True,
        "RotationRules": RULES,
        "NextRotationDate": end_of(1, 29),
    } == rotation(secrets_client, "rds!db")
    assert {"AWSCURRENT"} == set(managed.labels)
    assert () == fake_secrets.rotations


def test_rotating_a_managed_secret(fake_secrets, secrets_client, managed):
    """What AWS would do itself, a callable does that is registered for the service."""
    fake_secrets.rotation_lambda("rds", generate=lambda: "new")

    secrets_client.rotate_secret(SecretId="rds!db", RotationRules=RULES)

    assert ("new", "rds") == (managed.value, fake_secrets.rotations[0].function)


def test_nobody_rotates_a_managed_secret(fake_secrets, secrets_client, managed):
    """Without such a callable the rotation is refused, and nothing is stored."""
    before = fake_secrets.snapshot()

    with pytest.raises(UnsupportedError) as caught:
        secrets_client.rotate_secret(SecretId="rds!db", RotationRules=RULES)

    message = (
        "No function is registered for 'rds', which is to rotate the secret. Register one: "
        "fake.rotation_lambda('rds', generate=lambda: 'the next value')."
    )
    assert message == str(caught.value)
    assert before == fake_secrets.snapshot()
    assert "old" == managed.value


def test_a_managed_secret_takes_no_function(secrets_client, managed):
    """A Lambda function for a managed secret would change what its service owns."""
    refused = refusal(secrets_client.rotate_secret, SecretId=managed.name, RotationLambdaARN=LAMBDA)

    assert (
        "InvalidRequestException",
        "This secret is managed by rds, and you must use that service to update it.",
    ) == refused


def test_a_managed_rotation_is_cancelled(secrets_client, managed):
    """CancelRotateSecret works on a managed secret."""
    secrets_client.cancel_rotate_secret(SecretId=managed.name)

    assert {"RotationEnabled": False} == rotation(secrets_client, "rds!db")


METADATA = [{"Key": "instance", "Value": "prod"}, {"Key": "empty", "Value": "x"}]


@external
def test_an_external_secret(fake_secrets, secrets_client):
    """Metadata and role of a partner's secret come back; its type rotates it."""
    fake_secrets.rotation_lambda("Partner", generate=lambda: "new")
    fake_secrets.add(Secret("external", "old", type="Partner"))

    secrets_client.rotate_secret(
        SecretId="external",
        ExternalSecretRotationMetadata=METADATA,
        ExternalSecretRotationRoleArn=ROLE,
        RotationRules=RULES,
    )
    secrets_client.rotate_secret(SecretId="external")

    assert {
        "RotationEnabled": True,
        "RotationRules": RULES,
        "ExternalSecretRotationMetadata": METADATA,
        "ExternalSecretRotationRoleArn": ROLE,
        "LastRotatedDate": NOW,
        "NextRotationDate": end_of(1, 29),
    } == rotation(secrets_client, "external")
    assert "new" == fake_secrets["external"].value


@external
def test_an_external_secret_without_its_type_waits_for_another(fake_secrets, secrets_client):
    """Where nothing says who rotates a secret, time passes without a rotation."""
    fake_secrets.rotation_lambda("Partner", generate=lambda: "new")
    fake_secrets.add(Secret("external", "old", type="Partner"))
    secrets_client.rotate_secret(
        SecretId="external",
        ExternalSecretRotationRoleArn=ROLE,
        RotationRules=RULES,
        RotateImmediately=False,
    )
    secrets_client.update_secret(SecretId="external", Type="")

    fake_secrets.clock.advance(days=60)
    waiting = fake_secrets["external"].value
    secrets_client.update_secret(SecretId="external", Type="Partner")
    fake_secrets.clock.advance(days=60)

    assert ("old", "new") == (waiting, fake_secrets["external"].value)


@external
def test_an_external_secret_that_nobody_rotates(fake_secrets, secrets_client):
    """Without a callable for the type an immediate rotation is refused."""
    fake_secrets.add(Secret("external", "old", type="Partner"))

    with pytest.raises(UnsupportedError, match="'Partner'"):
        secrets_client.rotate_secret(SecretId="external", ExternalSecretRotationRoleArn=ROLE)


@external
def test_metadata_wants_key_and_value(secrets_client):
    """An item without its value is refused by the framework."""
    refused = refusal(
        secrets_client.rotate_secret,
        SecretId="db",
        ExternalSecretRotationMetadata=[{"Key": "instance"}],
    )

    assert (
        "ValidationException",
        NO_VALUE,
    ) == refused


@pytest.mark.parametrize(
    "turn_off",
    [
        lambda client: client.cancel_rotate_secret(SecretId="db"),
        lambda client: (client.delete_secret(SecretId="db"), client.restore_secret(SecretId="db")),
    ],
    ids=["cancelled", "deleted and restored"],
)
def test_a_rotation_that_was_turned_off_does_not_go_on_by_its_token(
    fake_secrets, secrets_client, turn_off
):
    """The token of a left-over AWSPENDING version is not that of a running rotation."""

    def fail(event, context):
        raise RuntimeError

    arn = "arn:aws:lambda:us-east-1:123456789012:function:fails"
    token = "9" * 32
    fake_secrets.add("db", "v")
    fake_secrets.rotation_lambda(arn, fail)
    request = {"SecretId": "db", "RotationLambdaARN": arn, "ClientRequestToken": token}
    secrets_client.rotate_secret(**request)
    turn_off(secrets_client)

    assert (
        "InvalidRequestException",
        "A previous rotation isn't complete. That rotation will be reattempted.",
    ) == refusal(secrets_client.rotate_secret, **request)
    assert not secrets_client.describe_secret(SecretId="db")["RotationEnabled"]
