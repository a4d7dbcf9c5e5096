from __future__ import annotations

import time
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets import FakeSecrets, Secret, UsageError, Version
from pytest_fakesecrets._aws.model.replica import copy_from_primary, new_replica
from pytest_fakesecrets._aws.model.secret import StoredSecret

NOW = datetime(2026, 1, 31, 10, 20, 30, 456000, tzinfo=timezone.utc)
TODAY = datetime(2026, 1, 31, tzinfo=timezone.utc)
ARN = "arn:aws:secretsmanager:{}:123456789012:secret:a-a1b2c3"
US, EU, ASIA = "us-east-1", "eu-west-1", "ap-south-1"
V1 = "11111111-1111-4111-8111-111111111111"
V2 = "22222222-2222-4222-8222-222222222222"
DEFAULT_KEY = "alias/aws/secretsmanager"
INVALID_REGION = ("InvalidParameterException", "Invalid replica region.")
NOT_ON_A_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)
# AWS's text is not known here, so its documentation's sentence stands in.
WRONG_STATE = (
    "InvalidRequestException",
    "A parameter value is not valid for the current state of the resource.",
)
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(time, "time", NOW.timestamp)


@pytest.fixture
def secret(fake_secrets):
    """Give a secret that has everything, and no replica."""
    versions = [
        Version("old", ["AWSPREVIOUS"], id=V1),
        Version("new", ["AWSCURRENT", "blue"], id=V2),
    ]
    return fake_secrets.add(
        Secret(
            "a",
            versions=versions,
            description="d",
            tags={"team": "web"},
            kms_key_id="alias/k",
            created=NOW - timedelta(days=9),
            arn_suffix="a1b2c3",
        )
    )


@pytest.fixture
def europe(fake_secrets):
    """Give a client in the replica's Region."""
    return fake_secrets.client(region=EU)


@pytest.fixture
def replicated(secret, secrets_client):
    """Give a secret that has a replica in eu-west-1."""
    replicate(secrets_client, EU)
    return secret


def answer(response):
    """Return what AWS answered, without botocore's own metadata."""
    return {member: value for member, value in response.items() if member != "ResponseMetadata"}


def refusal(call, **parameters):
    """Return code and message of the error that a call meets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def replicate(client, *regions, **parameters):
    """Have the secret replicated to Regions."""
    wanted = [{"Region": region} for region in regions]
    return answer(
        client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=wanted, **parameters)
    )


def described(client, name="a"):
    """Return what DescribeSecret says."""
    return answer(client.describe_secret(SecretId=name))


def status(client, name="a"):
    """Return the status of each replica by its Region."""
    shown = described(client, name).get("ReplicationStatus", [])
    return {region["Region"]: (region["Status"], region.get("StatusMessage")) for region in shown}


def value(client, **parameters):
    """Return the value of the secret."""
    return client.get_secret_value(SecretId="a", **parameters)["SecretString"]


def in_progress(region, key=DEFAULT_KEY):
    """Return the status of a replica that was asked for just now."""
    return {"Region": region, "KmsKeyId": key, "Status": "InProgress"}


def in_sync(region, key=DEFAULT_KEY, **more):
    """Return the status of a replica that is there."""
    message = "Replication succeeded"
    return {"Region": region, "KmsKeyId": key, "Status": "InSync", "StatusMessage": message, **more}


def test_replication_begins_and_succeeds(secret, secrets_client):
    """The first answer says InProgress without a message, DescribeSecret then InSync."""
    wanted = [{"Region": EU}, {"Region": ASIA, "KmsKeyId": "alias/asia"}]

    response = secrets_client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=wanted)

    asked = [in_progress(EU), in_progress(ASIA, "alias/asia")]
    shown = described(secrets_client)
    assert {"ARN": secret.arn, "ReplicationStatus": asked} == answer(response)
    assert [in_sync(EU), in_sync(ASIA, "alias/asia")] == shown["ReplicationStatus"]
    assert US == shown["PrimaryRegion"]
    assert NOW == shown["LastChangedDate"]


def test_a_replica_is_described(replicated, europe):
    """A replica has the primary's suffix, its own creation and key, and no ReplicationStatus.

    Recorded by Cloud Custodian, test_secrets_manager_replica_attribute.
    """
    assert {
        "ARN": ARN.format(EU),
        "Name": "a",
        "Description": "d",
        "KmsKeyId": DEFAULT_KEY,
        "Tags": [{"Key": "team", "Value": "web"}],
        "CreatedDate": NOW,
        "LastChangedDate": NOW,
        "PrimaryRegion": US,
        "VersionIdsToStages": {V1: ["AWSPREVIOUS"], V2: ["AWSCURRENT", "blue"]},
    } == described(europe)
    assert "new" == value(europe)
    assert "old" == value(europe, VersionStage="AWSPREVIOUS")


def test_the_versions_of_a_replica_have_its_key(secret, secrets_client, europe):
    """KmsKeyIds of a replica's versions names the replica's key, not the primary's."""
    wanted = [{"Region": EU, "KmsKeyId": "alias/eu"}]
    secrets_client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=wanted)

    secrets_client.put_secret_value(SecretId="a", SecretString="newest")

    listed = europe.list_secret_version_ids(SecretId="a")["Versions"]
    assert [["alias/eu"]] * 2 == [
        version["KmsKeyIds"]
        for version in listed
        if {"AWSCURRENT", "AWSPREVIOUS"} & set(version["VersionStages"])
    ]
    assert "alias/eu" == described(europe)["KmsKeyId"]


def test_only_a_replica_names_the_default_key(fake_secrets, secrets_client, europe):
    """Under AWS's own key a replica has its alias for KmsKeyId, and its primary has none.

    Recorded by Cloud Custodian, test_secrets_manager_replica_attribute.
    """
    fake_secrets.add("a", "v")
    replicate(secrets_client, EU)
    (here,) = secrets_client.list_secrets()["SecretList"]
    (there,) = europe.list_secrets()["SecretList"]
    (version,) = europe.list_secret_version_ids(SecretId="a")["Versions"]

    assert "KmsKeyId" not in described(secrets_client)
    assert "KmsKeyId" not in here
    assert [DEFAULT_KEY] * 2 == [described(europe)["KmsKeyId"], there["KmsKeyId"]]
    assert ["DefaultEncryptionKey"] == version["KmsKeyIds"]


def test_a_replica_goes_back_to_the_default_key(secret, secrets_client, europe):
    """An empty KmsKeyId resets a replica to AWS's own key, which it then names."""
    wanted = [{"Region": EU, "KmsKeyId": "alias/eu"}]
    secrets_client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=wanted)

    europe.update_secret(SecretId="a", KmsKeyId="")

    assert DEFAULT_KEY == described(europe)["KmsKeyId"]
    assert [in_sync(EU)] == described(secrets_client)["ReplicationStatus"]


def test_an_empty_list_of_tags_is_not_replicated(secrets_client, europe):
    """A replica has no Tags where its primary has an empty list of them.

    Recorded by Cloud Custodian, test_secrets_manager_replica_attribute.
    """
    secrets_client.create_secret(
        Name="a", SecretString="v", Tags=[], AddReplicaRegions=[{"Region": EU}]
    )

    assert [] == described(secrets_client)["Tags"]
    assert "Tags" not in described(europe)
    assert ["Tags" in entry for entry in europe.list_secrets()["SecretList"]] == [False]


def test_a_replica_that_is_made_later_was_changed_when_its_primary_was(
    secret, fake_secrets, secrets_client, europe
):
    """LastChangedDate of a replica is its primary's, and CreatedDate its own.

    Recorded by Cloud Custodian, test_secrets_manager_replica_attribute.
    """
    made = fake_secrets.clock.advance(days=1)
    replicate(secrets_client, EU)
    at_first = described(europe)
    changed = fake_secrets.clock.advance(days=1)
    secrets_client.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])

    assert (made, made) == (at_first["CreatedDate"], at_first["LastChangedDate"])
    assert made == described(europe)["CreatedDate"]
    assert [changed] * 2 == [
        described(client)["LastChangedDate"] for client in (secrets_client, europe)
    ]


@pytest.mark.parametrize("secret_id", ["a", ARN.format(EU), ARN.format(EU)[:-7]])
def test_a_replica_is_found(replicated, europe, secret_id):
    """A replica is found by name, by complete and by partial ARN."""
    assert "new" == europe.get_secret_value(SecretId=secret_id)["SecretString"]


CHANGES = {
    "value": ("put_secret_value", {"SecretString": "x", "ClientRequestToken": "3" * 36}),
    "binary value": ("put_secret_value", {"SecretBinary": b"x", "ClientRequestToken": "3" * 36}),
    "value and description": ("update_secret", {"SecretString": "x", "Description": "other"}),
    "no description": ("update_secret", {"Description": ""}),
    "label": (
        "update_secret_version_stage",
        {"VersionStage": "AWSCURRENT", "MoveToVersionId": V1, "RemoveFromVersionId": V2},
    ),
    "label gone": (
        "update_secret_version_stage",
        {"VersionStage": "blue", "RemoveFromVersionId": V2},
    ),
    "tags": ("tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}),
    "no tags": ("untag_resource", {"TagKeys": ["team"]}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_replica_follows(replicated, fake_secrets, secrets_client, europe, change):
    """A change of the primary is at once one of the replica as well."""
    fake_secrets.clock.advance(hours=1)
    before = described(europe)
    method, parameters = change

    getattr(secrets_client, method)(SecretId="a", **parameters)

    primary, replica = described(secrets_client), described(europe)
    # An empty list of tags is absent from a replica.
    primary["Tags"] = primary["Tags"] or None
    followed = ["Description", "Tags", "VersionIdsToStages", "LastChangedDate"]
    assert [primary.get(member) for member in followed] == [
        replica.get(member) for member in followed
    ]
    assert [before.get(member) for member in followed] != [
        replica.get(member) for member in followed
    ]
    assert NOW == replica["CreatedDate"]
    assert [version.value for version in replicated.versions.values()] == [
        version.value for version in fake_secrets[replica["ARN"]].versions.values()
    ]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_replica_refuses_changes(replicated, fake_secrets, europe, change):
    """What the primary alone may change is refused on a replica, which stays as it is."""
    method, parameters = change
    before = fake_secrets.snapshot()

    refused = refusal(getattr(europe, method), SecretId="a", **parameters)

    assert NOT_ON_A_REPLICA == refused
    assert before == fake_secrets.snapshot()


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("delete_secret", {}),
        ("delete_secret", {"ForceDeleteWithoutRecovery": True}),
        ("restore_secret", {}),
        ("update_secret", {}),
        ("update_secret", {"KmsKeyId": "alias/x", "Description": "x"}),
        ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": ASIA}]}),
        ("remove_regions_from_replication", {"RemoveReplicaRegions": [ASIA]}),
    ],
    ids=[
        "delete",
        "delete at once",
        "restore",
        "update nothing",
        "update key and more",
        "replicate",
        "remove",
    ],
)
def test_a_replica_refuses_other_operations(replicated, europe, method, parameters):
    """A replica is not deleted, restored or replicated from its own Region either."""
    assert NOT_ON_A_REPLICA == refusal(getattr(europe, method), SecretId="a", **parameters)


def test_a_replica_may_have_another_key(replicated, fake_secrets, secrets_client, europe):
    """UpdateSecret with nothing but a key works on a replica, which keeps that key."""
    fake_secrets.clock.advance(hours=1)

    europe.update_secret(SecretId="a", KmsKeyId="alias/eu")

    fake_secrets.clock.advance(hours=1)
    value(secrets_client)
    replica = described(europe)
    assert "alias/eu" == replica["KmsKeyId"]
    assert NOW + timedelta(hours=1) == replica["LastChangedDate"]
    assert [in_sync(EU, "alias/eu")] == described(secrets_client)["ReplicationStatus"]


def test_the_key_of_the_primary_is_its_own(replicated, secrets_client, europe):
    """Another key of the primary is not the replica's."""
    secrets_client.update_secret(SecretId="a", KmsKeyId="alias/other")

    assert ["alias/other", DEFAULT_KEY] == [
        described(client)["KmsKeyId"] for client in (secrets_client, europe)
    ]


def test_replicas_of_one_moment_keep_their_order(fake_secrets, secrets_client, europe):
    """Replicas whose dates are equal are listed in the order in which they were made."""
    fake_secrets.clock.freeze()
    names = ["c", "a", "b"]
    for name in names:
        regions = [{"Region": EU}]
        secrets_client.create_secret(Name=name, SecretString="v", AddReplicaRegions=regions)

    listed = europe.list_secrets(SortOrder="asc")["SecretList"]
    assert names == [secret["Name"] for secret in listed]


def test_reads_are_noted_where_they_happen(replicated, fake_secrets, secrets_client, europe):
    """LastAccessedDate is each Region's own; the primary's ReplicationStatus tells the replica's.

    The date of the last change is not touched.
    """
    fake_secrets.clock.advance(hours=1)
    value(europe)
    primary, replica = described(secrets_client), described(europe)

    assert "LastAccessedDate" not in primary
    assert [in_sync(EU, LastAccessedDate=TODAY)] == primary["ReplicationStatus"]
    assert TODAY == replica["LastAccessedDate"]
    assert NOW == replica["LastChangedDate"]

    secrets_client.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])

    versions = europe.list_secret_version_ids(SecretId="a")["Versions"]
    assert TODAY == described(europe)["LastAccessedDate"]
    assert {V1: None, V2: TODAY} == {
        version["VersionId"]: version.get("LastAccessedDate") for version in versions
    }


def test_whatever_a_secret_holds_is_followed(replicated, fake_secrets):
    """Each field of a secret follows, but for a known few: a new one needs no thought."""
    own = {
        "arn",
        "created",
        "creation_order",
        "creation_token",
        "deletion_requested",
        "kms_key_id",
        "last_accessed",
        "last_changed",
        "name",
        "recovery_window_ends",
        "replication",
        "versions",
    }
    now = {"name": "a", "arn": ARN.format(US), "created": NOW, "last_changed": NOW}
    primary = StoredSecret(**now)
    replica = new_replica(primary, EU, created=NOW, creation_order=1)
    marked = {
        member.name: object() for member in fields(StoredSecret) if member.name not in (*now, *own)
    }

    followed = copy_from_primary(replica, StoredSecret(**now, **marked))

    assert marked == {name: getattr(followed, name) for name in marked}


def test_creation_with_replicas(fake_secrets, secrets_client, europe):
    """CreateSecret replicates at once, and the replica has the same token and suffix."""
    response = secrets_client.create_secret(
        Name="a",
        SecretString="v",
        ClientRequestToken=V1,
        AddReplicaRegions=[{"Region": EU, "KmsKeyId": "alias/eu"}],
    )

    shown = answer(response)
    assert [in_progress(EU, "alias/eu")] == shown.pop("ReplicationStatus")
    assert {"ARN": fake_secrets["a"].arn, "Name": "a", "VersionId": V1} == shown
    assert shown["ARN"].replace(US, EU) == described(europe)["ARN"]
    assert "v" == value(europe)


def test_creation_without_replicas(secrets_client):
    """Without AddReplicaRegions nothing tells of replication."""
    response = secrets_client.create_secret(
        Name="a", SecretString="v", ForceOverwriteReplicaSecret=True
    )

    assert "ReplicationStatus" not in response
    assert not {"PrimaryRegion", "ReplicationStatus"} & set(described(secrets_client))


def test_a_repeated_creation(secrets_client):
    """The same CreateSecret once more changes nothing, and tells how replication stands."""
    request = {
        "Name": "a",
        "SecretString": "v",
        "ClientRequestToken": V1,
        "AddReplicaRegions": [{"Region": EU}],
    }
    first = secrets_client.create_secret(**request)

    second = secrets_client.create_secret(**request)

    assert first["ARN"] == second["ARN"]
    assert [in_sync(EU)] == second["ReplicationStatus"]


@pytest.mark.parametrize(
    ("own", "region"),
    [
        pytest.param(US, US, id="own"),
        pytest.param(US, "eu-west-99", id="unknown"),
        pytest.param(US, "cn-north-1", id="other partition"),
        pytest.param("cn-north-1", US, id="out of China"),
    ],
)
def test_invalid_regions(fake_secrets, own, region):
    """The own Region and one that is not in the partition are refused; nothing is created."""
    fake_secrets.add(Secret("a", "v", region=own))
    client = fake_secrets.client(region=own)
    before = fake_secrets.snapshot()
    wanted = [{"Region": "eu-west-1"} if own == US else {"Region": "cn-northwest-1"}]
    wanted.append({"Region": region})

    refused = [
        refusal(client.create_secret, Name="b", SecretString="v", AddReplicaRegions=wanted),
        refusal(client.replicate_secret_to_regions, SecretId="a", AddReplicaRegions=wanted),
    ]

    assert [INVALID_REGION] * 2 == refused
    assert before == fake_secrets.snapshot()


def test_within_china(fake_secrets):
    """Replicas in other partitions have the partition's ARNs."""
    client = fake_secrets.client(region="cn-north-1")
    client.create_secret(
        Name="a", SecretString="v", AddReplicaRegions=[{"Region": "cn-northwest-1"}]
    )

    arn = described(fake_secrets.client(region="cn-northwest-1"))["ARN"]

    assert arn.startswith("arn:aws-cn:secretsmanager:cn-northwest-1:123456789012:secret:a-")


def test_a_taken_name(fake_secrets, secrets_client, europe):
    """Where the name is taken, the call succeeds and the replica is Failed."""
    fake_secrets.add(Secret("a", "theirs", region=EU))

    response = secrets_client.create_secret(
        Name="a",
        SecretString="mine",
        AddReplicaRegions=[{"Region": EU, "KmsKeyId": "alias/eu"}, {"Region": ASIA}],
    )

    message = f"Replication failed: Secret name a already exists in region {EU}."
    failed = {
        "Region": EU,
        "KmsKeyId": "alias/eu",
        "Status": "Failed",
        "StatusMessage": message,
    }
    assert [in_progress(EU, "alias/eu"), in_progress(ASIA)] == response["ReplicationStatus"]
    assert [failed, in_sync(ASIA)] == described(secrets_client)["ReplicationStatus"]
    assert "theirs" == value(europe)
    assert "PrimaryRegion" not in described(europe)


def test_a_failed_replica_does_not_copy_from_primary(fake_secrets, secrets_client, europe):
    """Changes of the primary do not reach the secret that has the name, nor does its removal."""
    fake_secrets.add(Secret("a", "theirs", region=EU))
    fake_secrets.add("a", "mine")
    replicate(secrets_client, EU)
    secrets_client.put_secret_value(SecretId="a", SecretString="mine again")

    response = secrets_client.remove_regions_from_replication(
        SecretId="a", RemoveReplicaRegions=[EU]
    )

    assert [] == response["ReplicationStatus"]
    assert "theirs" == value(europe)


def test_a_taken_name_overwritten(fake_secrets, secret, secrets_client, europe):
    """ForceOverwriteReplicaSecret has the replica take the place of an ordinary secret."""
    fake_secrets.add(Secret("a", "theirs", region=EU, deleted=True))
    replicate(secrets_client, EU)
    assert "Failed" == status(secrets_client)[EU][0]

    response = replicate(secrets_client, EU, ForceOverwriteReplicaSecret=True)
    fake_secrets.clock.advance(days=60)

    assert [in_progress(EU)] == response["ReplicationStatus"]
    assert {EU: ("InSync", "Replication succeeded")} == status(secrets_client)
    assert "new" == value(europe)


def test_creation_overwrites(fake_secrets, secrets_client, europe):
    """CreateSecret has ForceOverwriteReplicaSecret too."""
    fake_secrets.add(Secret("a", "theirs", region=EU))

    secrets_client.create_secret(
        Name="a",
        SecretString="mine",
        AddReplicaRegions=[{"Region": EU}],
        ForceOverwriteReplicaSecret=True,
    )

    assert "mine" == value(europe)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("other", "message"),
    [
        pytest.param(
            Secret("a", "theirs", region=EU, replicas=[ASIA]),
            f"Replication failed: Secret name a already exists in region {EU}.",
            id="primary",
        ),
        pytest.param(
            Secret("a", "theirs", region=ASIA, replicas=[EU]),
            f"Replication failed: Secret name a is currently replicated to {EU} with a different "
            "arn.",
            id="replica",
        ),
    ],
)
def test_what_replicates_itself_is_not_overwritten(
    fake_secrets, secrets_client, other, message, force
):
    """Another primary, or a replica of one, keeps its place even against force."""
    fake_secrets.add(other)
    fake_secrets.add("a", "mine")

    replicate(secrets_client, EU, ForceOverwriteReplicaSecret=force)

    assert {EU: ("Failed", message)} == status(secrets_client)
    assert "theirs" == value(fake_secrets.client(region=EU))


def test_a_region_once_more(replicated, secrets_client, europe):
    """A Region that has a replica already stays in its place; its key changes if one is given."""
    replicate(secrets_client, ASIA)
    value(europe)
    wanted = [{"Region": EU, "KmsKeyId": "alias/eu"}]

    first = secrets_client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=wanted)
    second = replicate(secrets_client, EU)

    again = {**in_progress(EU, "alias/eu"), "LastAccessedDate": TODAY}
    assert [again, in_sync(ASIA)] == first["ReplicationStatus"]
    assert [again, in_sync(ASIA)] == second["ReplicationStatus"]
    assert TODAY == described(europe)["LastAccessedDate"]


def test_removal(replicated, secrets_client, europe):
    """A removed replica is gone, the others stay; Regions without one are ignored."""
    replicate(secrets_client, ASIA)

    response = secrets_client.remove_regions_from_replication(
        SecretId="a", RemoveReplicaRegions=[EU, "eu-central-1"]
    )

    gone = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    assert {"ARN": replicated.arn, "ReplicationStatus": [in_sync(ASIA)]} == answer(response)
    assert gone == refusal(europe.describe_secret, SecretId="a")
    assert [in_sync(ASIA)] == described(secrets_client)["ReplicationStatus"]


def test_removal_of_the_last(replicated, fake_secrets, secrets_client):
    """Without replicas, ReplicationStatus is empty in the answer, and then left out."""
    fake_secrets.clock.advance(hours=1)
    response = secrets_client.remove_regions_from_replication(
        SecretId="a", RemoveReplicaRegions=[EU]
    )

    shown = described(secrets_client)
    assert [] == response["ReplicationStatus"]
    assert not {"PrimaryRegion", "ReplicationStatus"} & set(shown)
    assert NOW + timedelta(hours=1) == shown["LastChangedDate"]


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("remove_regions_from_replication", {"RemoveReplicaRegions": [EU]}),
        ("stop_replication_to_replica", {}),
    ],
)
def test_what_is_not_replicated(secret, secrets_client, method, parameters):
    """A secret without replicas has none to remove, and is none to stop."""
    assert WRONG_STATE == refusal(getattr(secrets_client, method), SecretId="a", **parameters)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": EU}]}),
        ("remove_regions_from_replication", {"RemoveReplicaRegions": [EU]}),
        ("stop_replication_to_replica", {}),
    ],
)
def test_what_is_deleted(fake_secrets, secrets_client, method, parameters):
    """A secret that is scheduled for deletion is not replicated."""
    fake_secrets.add(Secret("a", "v", deleted=True))

    assert MARKED == refusal(getattr(secrets_client, method), SecretId="a", **parameters)


def test_stopping(replicated, fake_secrets, secrets_client, europe):
    """A replica that is stopped is a secret like any other, and the primary forgets it."""
    fake_secrets.clock.advance(hours=1)

    response = europe.stop_replication_to_replica(SecretId="a")

    stopped = described(europe)
    secrets_client.put_secret_value(SecretId="a", SecretString="of the primary")
    europe.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])
    assert {"ARN": ARN.format(EU)} == answer(response)
    assert {} == status(secrets_client)
    assert "new" == value(europe)
    assert "PrimaryRegion" not in stopped
    assert NOW + timedelta(hours=1) == stopped["LastChangedDate"]


def test_stopping_one_of_several(replicated, secrets_client, europe):
    """The primary forgets the replica that is stopped, and keeps the others."""
    replicate(secrets_client, ASIA)

    europe.stop_replication_to_replica(SecretId="a")

    assert [in_sync(ASIA)] == described(secrets_client)["ReplicationStatus"]


def test_stopped_is_taken(replicated, secrets_client, europe):
    """A replica that was stopped is in the way of another one, unless that is forced."""
    europe.stop_replication_to_replica(SecretId="a")

    replicate(secrets_client, EU)
    failed = status(secrets_client)[EU][0]
    replicate(secrets_client, EU, ForceOverwriteReplicaSecret=True)

    assert ["Failed", "InSync"] == [failed, status(secrets_client)[EU][0]]


@pytest.mark.parametrize("force", [False, True])
def test_a_primary_is_not_deleted(replicated, secrets_client, force):
    """A secret that has replicas is not deleted; the answer lists their Regions."""
    replicate(secrets_client, ASIA)

    refused = refusal(secrets_client.delete_secret, SecretId="a", ForceDeleteWithoutRecovery=force)

    message = (
        f"You can't delete secret {replicated.arn} that still has replica regions [{EU}, {ASIA}]."
    )
    assert ("InvalidParameterException", message) == refused


def test_a_primary_is_deleted_after_its_replicas(replicated, fake_secrets, secrets_client):
    """Without its replicas a secret may be deleted."""
    secrets_client.remove_regions_from_replication(SecretId="a", RemoveReplicaRegions=[EU])

    secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    assert [] == list(fake_secrets)


def test_lists_show_replicas(replicated, fake_secrets, secrets_client, europe):
    """ListSecrets shows replicas with PrimaryRegion, and never ReplicationStatus."""
    fake_secrets.add("other")

    here = secrets_client.list_secrets()["SecretList"]
    there = europe.list_secrets()["SecretList"]

    assert {"a": US, "other": None} == {entry["Name"]: entry.get("PrimaryRegion") for entry in here}
    assert [("a", US)] == [(entry["Name"], entry["PrimaryRegion"]) for entry in there]
    assert not any("ReplicationStatus" in entry for entry in here + there)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [(US, ["a"]), ("us-", ["a"]), (EU, ["b"]), ("US-", []), ("!us-", ["b", "c"])],
)
def test_the_filter_primary_region(fake_secrets, europe, wanted, names):
    """The filter primary-region compares the beginning of the primary's Region."""
    fake_secrets.add(Secret("a", replicas=[EU]))
    fake_secrets.add(Secret("b", region=EU, replicas=[US]))
    fake_secrets.add(Secret("c", region=EU))

    listed = europe.list_secrets(Filters=[{"Key": "primary-region", "Values": [wanted]}])

    assert names == [entry["Name"] for entry in listed["SecretList"]]


def test_a_name_that_a_replica_has(replicated, europe):
    """CreateSecret finds the name taken where a replica has it."""
    message = "The operation failed because the secret a already exists."

    assert ("ResourceExistsException", message) == refusal(europe.create_secret, Name="a")


def test_seeds_with_replicas(fake_secrets, secrets_client, europe):
    """A seed has its replicas at once, with its dates; they are in the fake by their ARNs."""
    created = NOW - timedelta(days=9)
    regions = (region for region in [EU, ASIA])
    view = fake_secrets.add(Secret("a", "v", created=created, replicas=regions))

    assert {"a", view.arn.replace(US, EU), view.arn.replace(US, ASIA)} == set(fake_secrets)
    assert [in_sync(EU), in_sync(ASIA)] == described(secrets_client)["ReplicationStatus"]
    assert created == described(europe)["CreatedDate"]
    assert "v" == fake_secrets[view.arn.replace(US, EU)].value


@pytest.mark.parametrize("account", [None, "222222222222"])
def test_seeds_of_another_account(fake_secrets, account):
    """The replicas of a seed are in its own account."""
    fake_secrets.add(Secret("a", "v", account=account, replicas=[EU]))

    assert "v" == value(fake_secrets.client(region=EU, account=account))


def test_a_seed_instead_of_a_primary(fake_secrets, replicated, europe):
    """A secret that is added instead of a primary is instead of its replicas as well."""
    fake_secrets.add("a", "other")

    assert ["a"] == list(fake_secrets)


def test_a_seed_instead_of_a_replica(fake_secrets, replicated, secrets_client, europe):
    """A secret that is added instead of a replica is in its way."""
    fake_secrets.add(Secret("a", "other", region=EU))
    secrets_client.put_secret_value(SecretId="a", SecretString="of the primary")

    message = f"Replication failed: Secret name a already exists in region {EU}."
    assert {EU: ("Failed", message)} == status(secrets_client)
    assert "other" == value(europe)


def test_the_replica_of_a_seed_instead_of_a_secret(fake_secrets, secrets_client, europe):
    """The replicas of a seed take the places of what was there."""
    fake_secrets.add(Secret("a", "other", region=EU))
    fake_secrets.add(Secret("a", "v", replicas=[EU]))

    assert {EU: ("InSync", "Replication succeeded")} == status(secrets_client)
    assert "v" == value(europe)


def test_a_primary_that_is_gone(fake_secrets, replicated, secrets_client, europe):
    """A replica without its primary still refuses changes, until it is stopped."""
    snapshot = fake_secrets.snapshot()
    tables = {place: kept for place, kept in snapshot.tables.items() if EU in place}
    fake_secrets.restore(replace(snapshot, tables=tables))
    tags = [{"Key": "k", "Value": "v"}]

    refused = refusal(europe.tag_resource, SecretId="a", Tags=tags)
    europe.stop_replication_to_replica(SecretId="a")
    europe.tag_resource(SecretId="a", Tags=tags)

    assert NOT_ON_A_REPLICA == refused
    assert "PrimaryRegion" not in described(europe)


def test_nested_fakes(fake_secrets, replicated, secrets_client, europe):
    """In a fake inside another replicas go on to follow; the outer one's stay as they were."""
    with FakeSecrets(Secret("b", "b", replicas=[EU])):
        secrets_client.put_secret_value(SecretId="a", SecretString="inner")
        secrets_client.put_secret_value(SecretId="b", SecretString="inner")
        inner = value(europe), europe.get_secret_value(SecretId="b")["SecretString"]

    assert ("inner", "inner") == inner
    assert "new" == value(europe)


def test_a_nested_fake_with_the_same_secret(replicated, europe):
    """A seed of the inner fake is instead of the outer one's secret, and of its replicas."""
    with FakeSecrets(Secret("a", "inner", arn_suffix="a1b2c3")) as inner:
        names = list(inner)
    with FakeSecrets(Secret("a", "inner", arn_suffix="a1b2c3", replicas=[EU])):
        followed = value(europe)

    assert ["a"] == names
    assert "inner" == followed


def test_snapshots(fake_secrets, replicated, secrets_client, europe):
    """A snapshot brings replicas back, and they follow again."""
    snapshot = fake_secrets.snapshot()
    secrets_client.remove_regions_from_replication(SecretId="a", RemoveReplicaRegions=[EU])

    fake_secrets.restore(snapshot)
    secrets_client.put_secret_value(SecretId="a", SecretString="after")

    assert "after" == value(europe)


@pytest.mark.parametrize(
    ("details", "message"),
    [
        pytest.param(
            {"replicas": EU},
            "replicas='eu-west-1' of secret 'a' is not a list. Give ['eu-west-1'].",
            id="one string",
        ),
        pytest.param(
            {"replicas": 5},
            "replicas=5 of secret 'a' is not a list. Give ['eu-west-1'].",
            id="number",
        ),
        pytest.param(
            {"replicas": ["Europe"]},
            "region='Europe' is not the name of an AWS Region. Write it like 'eu-west-1'.",
            id="no Region",
        ),
        pytest.param(
            {"replicas": [EU, EU]},
            "Secret 'a' has the replica Region 'eu-west-1' twice. A Region has one replica.",
            id="twice",
        ),
        pytest.param(
            {"replicas": [EU], "deleted": True},
            "Secret 'a' is deleted and has replicas. AWS does not delete a secret that has "
            "replicas: leave out "
            "deleted= or replicas=.",
            id="deleted",
        ),
        pytest.param(
            {"replicas": [US]},
            "replicas= of secret 'a' names its own Region, us-east-1.",
            id="own Region",
        ),
        pytest.param(
            {"replicas": ["cn-north-1"]},
            "replicas= of secret 'a' names cn-north-1, which botocore does not know beside "
            "us-east-1. Secrets are replicated within one partition of AWS.",
            id="other partition",
        ),
    ],
)
def test_refused_seeds(details, message):
    """Replicas that could not exist in AWS are refused."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets({"b": "v"}, Secret("a", "v", **details))

    assert message == str(caught.value)


def test_a_refused_seed_changes_nothing(fake_secrets):
    """Of several seeds none is kept where one is refused."""
    fake_secrets.add("a", "v")

    with pytest.raises(UsageError):
        fake_secrets.add(Secret("a", "other", replicas=[US]))

    assert "v" == fake_secrets["a"].value


def test_faults_do_not_replicate(fake_secrets, replicated, secrets_client, europe):
    """A change that fails reaches no replica."""
    fake_secrets.faults.error("EncryptionFailure", operation="PutSecretValue")

    refusal(secrets_client.put_secret_value, SecretId="a", SecretString="x")

    assert "new" == value(europe)


def test_a_replica_whose_key_fails_is_failed(fake_secrets, secrets_client):
    """A key that does not work in the replica's Region fails the replica, not the call."""
    key = "arn:aws:kms:eu-west-1:123456789012:alias/disabled"
    fake_secrets.add("db", "v")
    fake_secrets.kms.disable(key)

    secrets_client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1", "KmsKeyId": key}]
    )

    (status,) = secrets_client.describe_secret(SecretId="db")["ReplicationStatus"]
    assert ("Failed", key) == (status["Status"], status["KmsKeyId"])
    assert status["StatusMessage"].startswith("Replication failed: Secrets Manager can't encrypt")
    assert ["db"] == list(fake_secrets)
