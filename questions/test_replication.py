from __future__ import annotations

import pytest

from .asking import asks, attempt, confirms, starting_with


@pytest.fixture
def replicated(client, there, secret, second_region, wait_until):
    """Give the name of a secret that has a replica in the second Region."""
    client.replicate_secret_to_regions(
        SecretId=secret, AddReplicaRegions=[{"Region": second_region}]
    )
    wait_until(lambda: status(client, secret) == "InSync")
    return secret


def status(client, secret):
    """Return the status of the only replica."""
    return client.describe_secret(SecretId=secret)["ReplicationStatus"][0]["Status"]


def wait_until_readable(there, secret, wait_until):
    """Wait until a replica shows what its primary does."""
    wait_until(lambda: attempt(there.describe_secret, SecretId=secret))


@asks("KmsKeyId of a replica under the default key in ListSecrets")
@asks("KmsKeyIds of its versions")
@confirms
def test_a_replica(client, there, replicated, wait_until):
    """What is shown of a replica and of its primary?"""
    client.describe_secret(SecretId=replicated)
    there.get_secret_value(SecretId=replicated)
    there.describe_secret(SecretId=replicated)
    there.list_secret_version_ids(SecretId=replicated)
    own = {"Filters": starting_with(replicated)}
    wait_until(lambda: there.list_secrets(**own)["SecretList"])
    there.list_secrets(**own)
    client.list_secrets(**own)


@asks("KmsKeyId of a former replica under the default key")
@asks("LastChangedDate after RestoreSecret, CancelRotateSecret, DeleteResourcePolicy")
@asks("LastChangedDate of a primary whose replica was promoted")
def test_a_former_replica(client, there, replicated):
    """What is shown of a replica that was promoted, and of its former primary?"""
    there.stop_replication_to_replica(SecretId=replicated)
    there.describe_secret(SecretId=replicated)
    client.describe_secret(SecretId=replicated)


@asks("LastChangedDate after RestoreSecret, CancelRotateSecret, DeleteResourcePolicy")
@confirms
def test_a_removed_replica(client, there, replicated, second_region, wait_until):
    """Does RemoveRegionsFromReplication set LastChangedDate, and leave an empty list?"""
    client.remove_regions_from_replication(
        SecretId=replicated, RemoveReplicaRegions=[second_region]
    )
    client.describe_secret(SecretId=replicated)
    wait_until(lambda: attempt(there.describe_secret, SecretId=replicated) is None)
    attempt(there.describe_secret, SecretId=replicated)


@asks("LastChangedDate of a replica after its own key has changed")
@confirms
def test_the_key_of_a_replica(client, there, replicated, wait_until):
    """Can the key of a replica be changed, and which date does it then show?"""
    there.describe_secret(SecretId=replicated)
    attempt(there.update_secret, SecretId=replicated, KmsKeyId="alias/aws/secretsmanager")
    there.describe_secret(SecretId=replicated)
    client.tag_resource(SecretId=replicated, Tags=[{"Key": "a", "Value": "1"}])
    wait_until(lambda: there.describe_secret(SecretId=replicated).get("Tags"))
    there.describe_secret(SecretId=replicated)


@asks("a Region that is replicated to already")
@asks("a Region to remove that is not")
def test_regions_that_are_wrong(client, replicated, second_region, region):
    """What is the answer to a Region that has a replica already, and to one that has none?"""
    again = {"AddReplicaRegions": [{"Region": second_region}]}
    attempt(client.replicate_secret_to_regions, SecretId=replicated, **again)
    remove = client.remove_regions_from_replication
    attempt(remove, SecretId=replicated, RemoveReplicaRegions=["sa-east-1"])
    attempt(remove, SecretId=replicated, RemoveReplicaRegions=[region])
    own = {"AddReplicaRegions": [{"Region": region}]}
    attempt(client.replicate_secret_to_regions, SecretId=replicated, **own)
    unknown = {"AddReplicaRegions": [{"Region": "no-where-1"}]}
    attempt(client.replicate_secret_to_regions, SecretId=replicated, **unknown)
    attempt(client.delete_secret, SecretId=replicated)


@asks("RemoveRegionsFromReplication of a secret without replicas")
@asks("StopReplicationToReplica of one that is not a replica")
def test_a_secret_without_replicas(client, secret, other_region):
    """What do the operations on replicas answer for a secret that has none?"""
    remove = client.remove_regions_from_replication
    attempt(remove, SecretId=secret, RemoveReplicaRegions=[other_region])
    attempt(client.stop_replication_to_replica, SecretId=secret)
    client.describe_secret(SecretId=secret)


@asks("DeleteSecret of a secret whose only replicas are Failed")
@asks("StatusMessage of a replica whose name is taken, or whose key cannot be used")
def test_replicas_that_fail(client, there, name, second_region, wait_until):
    """What is shown of replicas that fail, and can their primary be deleted?"""
    there.create_secret(Name=name("taken"), SecretString="theirs")
    replica = {"Region": second_region}
    client.create_secret(Name=name("taken"), SecretString="v", AddReplicaRegions=[replica])
    wait_until(lambda: status(client, name("taken")) == "Failed")
    client.describe_secret(SecretId=name("taken"))
    attempt(client.delete_secret, SecretId=name("taken"))
    replica["KmsKeyId"] = "alias/fakesecrets-questions-missing"
    client.create_secret(Name=name("keyless"), SecretString="v", AddReplicaRegions=[replica])
    wait_until(lambda: status(client, name("keyless")) == "Failed")
    client.describe_secret(SecretId=name("keyless"))
    attempt(client.delete_secret, SecretId=name("keyless"))


@asks("rotation members in the description of a replica in another Region")
@asks("rotation of a secret after StopReplicationToReplica")
def test_rotation_of_a_replica(client, there, replicated, rotation_function, wait_until):
    """What is shown of the rotation of a replica, and of the secret that it becomes?"""
    client.rotate_secret(
        SecretId=replicated,
        RotationLambdaARN=rotation_function,
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    wait_until(lambda: "LastRotatedDate" in client.describe_secret(SecretId=replicated))
    there.describe_secret(SecretId=replicated)
    there.stop_replication_to_replica(SecretId=replicated)
    there.describe_secret(SecretId=replicated)
    attempt(there.rotate_secret, SecretId=replicated)


@confirms
def test_changes_of_a_replica(there, replicated, token):
    """What does a replica refuse?"""
    change = {"SecretId": replicated}
    attempt(there.put_secret_value, **change, SecretString="v")
    attempt(there.update_secret, **change, Description="d")
    label = {"VersionStage": "green", "MoveToVersionId": token("a")}
    attempt(there.update_secret_version_stage, **change, **label)
    attempt(there.tag_resource, **change, Tags=[{"Key": "a", "Value": "1"}])
    attempt(there.rotate_secret, **change)
    attempt(there.cancel_rotate_secret, **change)
    attempt(there.delete_resource_policy, **change)
    attempt(there.delete_secret, **change)
    attempt(there.restore_secret, **change)


@asks("CrossAccountReplicas of a primary after DisassociateCrossAccountReplica")
@asks("PrimaryRegion of replicas in another account")
def test_a_replica_in_another_account(  # noqa: PLR0913, PLR0917 - it needs two accounts
    client, stranger, name, kms_key, strangers_key, wait_until
):
    """What is shown of a replica in another account, and of its primary, while and after it is?"""
    primary = client.create_secret(Name=name("primary"), SecretString="v", KmsKeyId=kms_key)["ARN"]
    replica = stranger.create_secret(
        Name=name("replica"), CrossAccountPrimaryARN=primary, KmsKeyId=strangers_key
    )["ARN"]
    stranger.describe_secret(SecretId=replica)
    both = {"SecretId": primary, "CrossAccountReplicaARN": replica}
    attempt(client.associate_cross_account_replica, **both)
    wait_until(lambda: "InSync" in str(stranger.describe_secret(SecretId=replica)))
    client.describe_secret(SecretId=primary)
    stranger.describe_secret(SecretId=replica)
    attempt(client.disassociate_cross_account_replica, **both)
    client.describe_secret(SecretId=primary)
    stranger.describe_secret(SecretId=replica)
    attempt(stranger.stop_replication_to_replica, SecretId=replica)
    client.describe_secret(SecretId=primary)
