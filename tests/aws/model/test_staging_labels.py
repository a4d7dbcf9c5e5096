from __future__ import annotations

from datetime import timedelta

import pytest
from support import refusal

from pytest_fakesecrets import Secret, Version

V1 = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
V2 = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"
V3 = "EXAMPLE3-90ab-cdef-fedc-ba987EXAMPLE"
V4 = "EXAMPLE4-90ab-cdef-fedc-ba987EXAMPLE"
UNKNOWN = "EXAMPLE9-90ab-cdef-fedc-ba987EXAMPLE"
SHORT = {V1: "v1", V2: "v2", V3: "v3", V4: "v4"}

LABELLED = Secret(
    "s",
    versions=[
        Version("one", ["AWSPREVIOUS"], id=V1),
        Version("two", ["AWSCURRENT", "blue"], id=V2),
        Version("three", ["AWSPENDING", "green"], id=V3),
        Version("four", id=V4),
    ],
)
ONE = Secret("s", versions=[Version("one", ["AWSCURRENT"], id=V1)])
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
BEFORE = {
    "v1": ["AWSPREVIOUS"],
    "v2": ["AWSCURRENT", "blue"],
    "v3": ["AWSPENDING", "green"],
}
NOT_THE_HOLDER = (
    "When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to "
    "the version that currently has the staging label {label}."
)


def _create(client):
    client.create_secret(Name="s", SecretString="v1", ClientRequestToken=V1)


def _put(client, version, *stages):
    given = {"VersionStages": list(stages)} if stages else {}
    client.put_secret_value(
        SecretId="s", SecretString=SHORT[version], ClientRequestToken=version, **given
    )


def _update(client, version):
    client.update_secret(SecretId="s", SecretString=SHORT[version], ClientRequestToken=version)


def _move(client, label, origin, target):
    client.update_secret_version_stage(
        SecretId="s", VersionStage=label, RemoveFromVersionId=origin, MoveToVersionId=target
    )


def _described(client):
    stages = client.describe_secret(SecretId="s")["VersionIdsToStages"]
    return {SHORT[version]: labels for version, labels in stages.items()}


def _listed(client, **options):
    versions = client.list_secret_version_ids(SecretId="s", **options)["Versions"]
    return {SHORT[version["VersionId"]]: version.get("VersionStages") for version in versions}


def _changed(client):
    return client.describe_secret(SecretId="s")["LastChangedDate"]


def test_recorded_updates(secrets_client):
    """Each new value demotes the current one; the one before leaves the listing."""
    created = {"v1": ["AWSCURRENT"]}
    second = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"]}
    third = {"v2": ["AWSPREVIOUS"], "v3": ["AWSCURRENT"]}
    _create(secrets_client)
    first = _listed(secrets_client)
    _update(secrets_client, V2)
    after_the_second = _listed(secrets_client)
    _update(secrets_client, V3)

    assert created == first
    assert second == after_the_second
    assert third == _listed(secrets_client)


def test_recorded_put_after_a_promotion(secrets_client):
    """A put without stages takes AWSCURRENT and AWSPENDING off the version that had both."""
    pending = {"v1": ["AWSCURRENT"], "v2": ["AWSPENDING"]}
    promoted = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT", "AWSPENDING"]}
    replaced = {"v2": ["AWSPREVIOUS"], "v3": ["AWSCURRENT"]}
    _create(secrets_client)
    _put(secrets_client, V2, "AWSPENDING")
    after_the_put = _listed(secrets_client)
    _move(secrets_client, "AWSCURRENT", V1, V2)
    after_the_move = _listed(secrets_client)
    _put(secrets_client, V3)

    assert pending == after_the_put
    assert promoted == after_the_move
    assert replaced == _listed(secrets_client)


def test_recorded_pending_cycle(secrets_client):
    """AWSPENDING goes from version to version, and each is promoted in its turn."""
    pending = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"], "v3": ["AWSPENDING"]}
    promoted = {"v2": ["AWSPREVIOUS"], "v3": ["AWSCURRENT", "AWSPENDING"]}
    _create(secrets_client)
    _put(secrets_client, V2, "AWSPENDING")
    _move(secrets_client, "AWSCURRENT", V1, V2)
    _put(secrets_client, V3, "AWSPENDING")
    after_the_put = _listed(secrets_client)
    _move(secrets_client, "AWSCURRENT", V2, V3)

    assert pending == after_the_put
    assert promoted == _listed(secrets_client)


def test_recorded_custom_stages_first(secrets_client):
    """Custom labels stay on their versions while AWSPENDING and AWSCURRENT move."""
    promoted = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT", "AWSPENDING", "AWSSOMETHING", "PUT1"]}
    pending = {
        "v1": ["AWSPREVIOUS"],
        "v2": ["AWSCURRENT", "AWSSOMETHING", "PUT1"],
        "v3": ["AWSPENDING", "PUT2"],
    }
    promoted_again = {
        "v2": ["AWSPREVIOUS", "AWSSOMETHING", "PUT1"],
        "v3": ["AWSCURRENT", "AWSPENDING", "PUT2"],
    }
    _create(secrets_client)
    _put(secrets_client, V2, "AWSPENDING", "AWSSOMETHING", "PUT1")
    _move(secrets_client, "AWSCURRENT", V1, V2)
    after_the_move = _listed(secrets_client)
    _put(secrets_client, V3, "AWSPENDING", "PUT2")
    after_the_put = _listed(secrets_client)
    _move(secrets_client, "AWSCURRENT", V2, V3)

    assert promoted == after_the_move
    assert pending == after_the_put
    assert promoted_again == _listed(secrets_client)


def test_recorded_custom_stages_second(secrets_client):
    """A version that loses AWSPREVIOUS stays listed while it has a label of its own."""
    put = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT", "PUT0"]}
    promoted = {"v2": ["AWSPREVIOUS", "PUT0"], "v3": ["AWSCURRENT", "AWSPENDING", "PUT1"]}
    promoted_again = {
        "v2": ["PUT0"],
        "v3": ["AWSPREVIOUS", "PUT1"],
        "v4": ["AWSCURRENT", "AWSPENDING", "PUT2"],
    }
    _create(secrets_client)
    _put(secrets_client, V2, "AWSCURRENT", "PUT0")
    after_the_put = _listed(secrets_client)
    _put(secrets_client, V3, "AWSPENDING", "PUT1")
    _move(secrets_client, "AWSCURRENT", V2, V3)
    after_the_move = _listed(secrets_client)
    _put(secrets_client, V4, "AWSPENDING", "PUT2")
    _move(secrets_client, "AWSCURRENT", V3, V4)

    assert put == after_the_put
    assert promoted == after_the_move
    assert promoted_again == _listed(secrets_client)


def test_recorded_labels_that_all_move(secrets_client):
    """A version that loses all its labels to a put leaves the listing."""
    expected = {"v1": ["AWSCURRENT"], "v3": ["four", "one", "three", "two"]}
    _create(secrets_client)
    _put(secrets_client, V2, "one", "two", "three")
    _put(secrets_client, V3, "one", "two", "three", "four")

    assert expected == _listed(secrets_client)


def test_recorded_labels_that_partly_move(secrets_client):
    """A put takes only the labels that it names."""
    expected = {"v1": ["AWSCURRENT"], "v2": ["three"], "v3": ["four", "one", "two"]}
    _create(secrets_client)
    _put(secrets_client, V2, "one", "two", "three")
    _put(secrets_client, V3, "one", "two", "four")

    assert expected == _listed(secrets_client)


def test_recorded_removal_of_pending(secrets_client):
    """Removing AWSPENDING after the promotion leaves AWSCURRENT and AWSPREVIOUS alone."""
    expected = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"]}
    _create(secrets_client)
    _put(secrets_client, V2, "AWSPENDING")
    _move(secrets_client, "AWSCURRENT", V1, V2)
    secrets_client.update_secret_version_stage(
        SecretId="s", VersionStage="AWSPENDING", RemoveFromVersionId=V2
    )

    assert expected == _listed(secrets_client)


def test_recorded_deprecated_versions(secrets_client):
    """Of four values, the older two are listed without labels, and on request only."""
    expected = {"v1": None, "v2": None, "v3": ["AWSPREVIOUS"], "v4": ["AWSCURRENT"]}
    secrets_client.create_secret(Name="s")
    for version in (V1, V2, V3, V4):
        _put(secrets_client, version)

    assert expected == _listed(secrets_client, IncludeDeprecated=True)


@pytest.mark.secrets(LABELLED)
def test_the_three_views_agree(secrets_client):
    """DescribeSecret, ListSecrets and ListSecretVersionIds show the same labels."""
    expected = BEFORE
    entry = secrets_client.list_secrets()["SecretList"][0]
    stages = {SHORT[version]: on for version, on in entry["SecretVersionsToStages"].items()}

    assert expected == stages
    assert expected == _described(secrets_client)
    assert expected == _listed(secrets_client)


@pytest.mark.secrets(LABELLED)
def test_the_answer_names_the_secret(secrets_client):
    """UpdateSecretVersionStage answers ARN and Name, and nothing else."""
    answer = secrets_client.update_secret_version_stage(
        SecretId="s", VersionStage="new", MoveToVersionId=V1
    )
    del answer["ResponseMetadata"]
    arn = secrets_client.describe_secret(SecretId="s")["ARN"]

    assert {"ARN": arn, "Name": "s"} == answer


@pytest.mark.secrets(LABELLED)
@pytest.mark.parametrize(
    ("request_members", "after"),
    [
        (
            {"VersionStage": "new", "MoveToVersionId": V1},
            {**BEFORE, "v1": ["AWSPREVIOUS", "new"]},
        ),
        (
            {"VersionStage": "new", "MoveToVersionId": V4},
            {**BEFORE, "v4": ["new"]},
        ),
        (
            {"VersionStage": "BLUE", "MoveToVersionId": V1},
            {**BEFORE, "v1": ["AWSPREVIOUS", "BLUE"]},
        ),
        (
            {"VersionStage": "AWSSOMETHING", "MoveToVersionId": V1},
            {**BEFORE, "v1": ["AWSPREVIOUS", "AWSSOMETHING"]},
        ),
        (
            {"VersionStage": "blue", "MoveToVersionId": V1, "RemoveFromVersionId": V2},
            {**BEFORE, "v1": ["AWSPREVIOUS", "blue"], "v2": ["AWSCURRENT"]},
        ),
        (
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": V3, "RemoveFromVersionId": V2},
            {"v2": ["AWSPREVIOUS", "blue"], "v3": ["AWSCURRENT", "AWSPENDING", "green"]},
        ),
        (
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": V1, "RemoveFromVersionId": V2},
            {**BEFORE, "v1": ["AWSCURRENT"], "v2": ["AWSPREVIOUS", "blue"]},
        ),
        (
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": V4, "RemoveFromVersionId": V2},
            {
                "v2": ["AWSPREVIOUS", "blue"],
                "v3": ["AWSPENDING", "green"],
                "v4": ["AWSCURRENT"],
            },
        ),
        (
            {"VersionStage": "AWSPREVIOUS", "MoveToVersionId": V4, "RemoveFromVersionId": V1},
            {"v2": BEFORE["v2"], "v3": BEFORE["v3"], "v4": ["AWSPREVIOUS"]},
        ),
        (
            {"VersionStage": "blue", "RemoveFromVersionId": V2},
            {**BEFORE, "v2": ["AWSCURRENT"]},
        ),
        (
            {"VersionStage": "AWSPENDING", "RemoveFromVersionId": V3},
            {**BEFORE, "v3": ["green"]},
        ),
        (
            {"VersionStage": "AWSPREVIOUS", "RemoveFromVersionId": V1},
            {"v2": BEFORE["v2"], "v3": BEFORE["v3"]},
        ),
        (
            {"VersionStage": "blue", "MoveToVersionId": V2},
            BEFORE,
        ),
        (
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": V2, "RemoveFromVersionId": V2},
            BEFORE,
        ),
    ],
    ids=[
        "attach",
        "attach to a deprecated version",
        "attach, the same in another case",
        "attach what begins with AWS",
        "move",
        "move AWSCURRENT to the pending version",
        "move AWSCURRENT back",
        "move AWSCURRENT to a deprecated version",
        "move AWSPREVIOUS",
        "remove",
        "remove AWSPENDING",
        "remove AWSPREVIOUS",
        "attach where it is",
        "move where it is",
    ],
)
def test_labels_are_attached_moved_and_removed(secrets_client, request_members, after):
    """Each way to use UpdateSecretVersionStage leaves the labels where AWS does."""
    secrets_client.update_secret_version_stage(SecretId="s", **request_members)

    assert after == _described(secrets_client)


@pytest.mark.secrets(LABELLED)
@pytest.mark.parametrize(
    ("request_members", "code", "message"),
    [
        (
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": V1},
            "InvalidParameterException",
            (
                "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is "
                f"currently attached to version {V2}, so you must explicitly reference that "
                "version in RemoveFromVersionId."
            ),
        ),
        (
            {"VersionStage": "green", "MoveToVersionId": V4},
            "InvalidParameterException",
            (
                "The parameter RemoveFromVersionId can't be empty. Staging label green is "
                f"currently attached to version {V3}, so you must explicitly reference that "
                "version in RemoveFromVersionId."
            ),
        ),
        (
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": V3, "RemoveFromVersionId": V1},
            "InvalidParameterException",
            NOT_THE_HOLDER.format(label="AWSCURRENT"),
        ),
        (
            {"VersionStage": "blue", "MoveToVersionId": V3, "RemoveFromVersionId": V1},
            "InvalidParameterException",
            NOT_THE_HOLDER.format(label="blue"),
        ),
        (
            {"VersionStage": "AWSCURRENT", "RemoveFromVersionId": V2},
            "InvalidParameterException",
            (
                "You can only move staging label AWSCURRENT to a different secret version. "
                "It can\N{RIGHT SINGLE QUOTATION MARK}t be completely removed."
            ),
        ),
        (
            {"VersionStage": "blue", "RemoveFromVersionId": V3},
            "InvalidParameterException",
            NOT_THE_HOLDER.format(label="blue"),
        ),
        (
            {"VersionStage": "blue"},
            "InvalidParameterException",
            "The parameter name or value is invalid.",
        ),
        (
            {"VersionStage": "new", "MoveToVersionId": UNKNOWN},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {UNKNOWN}",
        ),
        (
            {"VersionStage": "blue", "MoveToVersionId": UNKNOWN, "RemoveFromVersionId": V2},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {UNKNOWN}",
        ),
        (
            {"VersionStage": "blue", "MoveToVersionId": V1, "RemoveFromVersionId": UNKNOWN},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {UNKNOWN}",
        ),
        (
            {"VersionStage": "blue", "RemoveFromVersionId": UNKNOWN},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {UNKNOWN}",
        ),
    ],
    ids=[
        "AWSCURRENT without saying from where",
        "a label without saying from where",
        "AWSCURRENT from a version that lacks it",
        "a label from a version that lacks it",
        "AWSCURRENT to nowhere",
        "removal from a version that lacks it",
        "neither from nor to",
        "attach to an unknown version",
        "move to an unknown version",
        "move from an unknown version",
        "remove from an unknown version",
    ],
)
def test_a_move_that_cannot_be_is_refused(secrets_client, request_members, code, message):
    """A move that AWS refuses has its code and message, and moves nothing."""
    before, changed = _described(secrets_client), _changed(secrets_client)

    refused = refusal(secrets_client.update_secret_version_stage, SecretId="s", **request_members)

    assert (code, message) == refused
    assert before == _described(secrets_client)
    assert changed == _changed(secrets_client)


@pytest.mark.secrets(LABELLED)
def test_a_version_without_labels_is_kept(secrets_client):
    """A version that lost its last label is deprecated: hidden, and still there by its id."""
    value = "one"
    secrets_client.update_secret_version_stage(
        SecretId="s", VersionStage="AWSPREVIOUS", RemoveFromVersionId=V1
    )
    answer = secrets_client.get_secret_value(SecretId="s", VersionId=V1)

    assert value == answer["SecretString"]
    assert "v1" not in _listed(secrets_client)


@pytest.mark.secrets(LABELLED)
def test_the_current_value_follows_the_label(secrets_client):
    """After AWSCURRENT has moved, it is the new version's value that is read."""
    values = ("three", "two")
    _move(secrets_client, "AWSCURRENT", V2, V3)
    current = secrets_client.get_secret_value(SecretId="s")
    previous = secrets_client.get_secret_value(SecretId="s", VersionStage="AWSPREVIOUS")

    assert values == (current["SecretString"], previous["SecretString"])


@pytest.mark.secrets(LABELLED)
def test_a_move_is_a_change(fake_secrets, secrets_client):
    """Moving a label sets LastChangedDate."""
    before = _changed(secrets_client)
    now = fake_secrets.clock.advance(hours=1)
    _move(secrets_client, "AWSCURRENT", V2, V3)

    assert before < now <= _changed(secrets_client)


@pytest.mark.secrets(LABELLED)
def test_a_move_to_the_same_version_is_no_change(fake_secrets, secrets_client):
    """A label that is moved to where it is leaves LastChangedDate as it was."""
    before = _changed(secrets_client)
    fake_secrets.clock.advance(hours=1)
    _move(secrets_client, "AWSCURRENT", V2, V2)

    assert before == _changed(secrets_client)


def test_a_secret_has_at_most_twenty_labels(secrets_client):
    """The twenty-first label, counted over all versions, exceeds the quota."""
    expected = (
        "LimitExceededException",
        "The request failed because it would exceed one of the Secrets Manager quotas.",
    )
    _create(secrets_client)
    for number in range(19):
        secrets_client.update_secret_version_stage(
            SecretId="s", VersionStage=f"label{number}", MoveToVersionId=V1
        )
    before = _described(secrets_client)

    refused = refusal(
        secrets_client.update_secret_version_stage,
        SecretId="s",
        VersionStage="one too many",
        MoveToVersionId=V1,
    )

    assert expected == refused
    assert before == _described(secrets_client)


def test_a_full_set_of_labels_still_moves(secrets_client):
    """With twenty labels, one of them can be moved to another version."""
    expected = ["AWSCURRENT", "label7"]
    _create(secrets_client)
    _put(secrets_client, V2, *(f"label{number}" for number in range(19)))
    _move(secrets_client, "label7", V2, V1)

    assert expected == _described(secrets_client)["v1"]


def _fail(event, context):
    raise RuntimeError


def _rotate(fake, handler, **parameters):
    fake.rotation_lambda(LAMBDA, handler)
    fake.client().rotate_secret(
        SecretId="s", RotationLambdaARN=LAMBDA, ClientRequestToken=V2, **parameters
    )


@pytest.mark.secrets(ONE)
def test_a_version_that_waits_for_its_value_is_dated(fake_secrets, frozen_time):
    """The version that a rotation reserves is as old as the rotation."""
    begun = fake_secrets.clock.advance(days=1)

    _rotate(fake_secrets, _fail)

    assert begun == fake_secrets["s"].versions[V2].created


def test_a_version_that_waits_for_its_value_takes_room(fake_secrets):
    """Over a hundred versions, the oldest without a label makes room for a rotation too."""
    now = fake_secrets.clock.now()
    old = [
        Version("old", id=f"{age:032}", created=now - timedelta(days=age)) for age in range(2, 101)
    ]
    fake_secrets.add("s", versions=[Version("one", ["AWSCURRENT"], id=V1), *old])

    _rotate(fake_secrets, _fail)

    kept = {version.id for version in old[:-1]}
    assert {V1, V2, *kept} == set(fake_secrets["s"].versions)


@pytest.mark.secrets(ONE)
def test_a_label_keeps_the_version_of_a_test(fake_secrets):
    """What testSecret labels is kept after it, without AWSPENDING."""

    def label(event, context):
        fake_secrets.client().update_secret_version_stage(
            SecretId="s", VersionStage="kept", MoveToVersionId=V2
        )

    _rotate(fake_secrets, label, RotateImmediately=False)

    assert {"AWSCURRENT": V1, "kept": V2} == fake_secrets["s"].labels
    assert {V1, V2} == set(fake_secrets["s"].versions)


@pytest.mark.secrets(ONE)
def test_awspending_that_was_moved_away_stays_after_a_test(fake_secrets):
    """Where testSecret has moved AWSPENDING to another version, only its own copy goes."""

    def move(event, context):
        _move(fake_secrets.client(), "AWSPENDING", V2, V1)

    _rotate(fake_secrets, move, RotateImmediately=False)

    assert {"AWSCURRENT": V1, "AWSPENDING": V1} == fake_secrets["s"].labels
    assert {V1} == set(fake_secrets["s"].versions)


@pytest.mark.secrets(Secret("s", "value", deleted=True))
def test_labels_of_a_secret_scheduled_for_deletion_stay(secrets_client):
    """UpdateSecretVersionStage refuses a secret that is scheduled for deletion."""
    expected = (
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    )

    refused = refusal(
        secrets_client.update_secret_version_stage,
        SecretId="s",
        VersionStage="new",
        MoveToVersionId=UNKNOWN,
    )

    assert expected == refused


def test_a_missing_secret_has_no_labels(secrets_client):
    """UpdateSecretVersionStage cannot find a secret that does not exist."""
    expected = (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )

    refused = refusal(
        secrets_client.update_secret_version_stage,
        SecretId="absent",
        VersionStage="new",
        MoveToVersionId=V1,
    )

    assert expected == refused
