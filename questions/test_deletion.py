from __future__ import annotations

import json

from .asking import asks, attempt, confirms, starting_with


@asks("a second DeleteSecret without force")
def test_second_deletion(client, secret):
    """What does DeleteSecret answer for a secret that is scheduled for deletion?"""
    client.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    attempt(client.delete_secret, SecretId=secret)
    attempt(client.delete_secret, SecretId=secret, RecoveryWindowInDays=30)
    client.describe_secret(SecretId=secret)


@asks("ListSecretVersionIds of a secret scheduled for deletion")
def test_reads_of_a_scheduled_secret(client, secret):
    """Which of the operations that change nothing does a secret scheduled for deletion answer?"""
    client.delete_secret(SecretId=secret)
    attempt(client.list_secret_version_ids, SecretId=secret)
    attempt(client.get_secret_value, SecretId=secret)
    attempt(client.batch_get_secret_value, SecretIdList=[secret])
    attempt(client.get_resource_policy, SecretId=secret)
    attempt(client.list_resource_policies, SecretId=secret)
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    attempt(client.validate_resource_policy, SecretId=secret, ResourcePolicy=policy)
    client.describe_secret(SecretId=secret)


@asks("changes other than tags of a secret scheduled for deletion")
def test_changes_of_a_scheduled_secret(client, secret, token, other_region):
    """What does a secret scheduled for deletion answer to each operation that would change it?"""
    client.delete_secret(SecretId=secret)
    attempt(client.put_secret_value, SecretId=secret, SecretString="second")
    attempt(client.update_secret, SecretId=secret, SecretString="second")
    attempt(client.update_secret, SecretId=secret, Description="described")
    attempt(
        client.update_secret_version_stage,
        SecretId=secret,
        VersionStage="green",
        MoveToVersionId=token("a"),
    )
    attempt(client.rotate_secret, SecretId=secret)
    attempt(client.cancel_rotate_secret, SecretId=secret)
    attempt(client.delete_resource_policy, SecretId=secret)
    regions = {"AddReplicaRegions": [{"Region": other_region}]}
    attempt(client.replicate_secret_to_regions, SecretId=secret, **regions)
    attempt(
        client.remove_regions_from_replication,
        SecretId=secret,
        RemoveReplicaRegions=[other_region],
    )
    attempt(client.stop_replication_to_replica, SecretId=secret)
    client.describe_secret(SecretId=secret)


@confirms
def test_tags_of_a_scheduled_secret(client, secret):
    """Does a secret scheduled for deletion refuse tags, and its name?"""
    client.delete_secret(SecretId=secret)
    attempt(client.tag_resource, SecretId=secret, Tags=[{"Key": "a", "Value": "1"}])
    attempt(client.untag_resource, SecretId=secret, TagKeys=["a"])
    attempt(client.create_secret, Name=secret, SecretString="again")


@confirms
def test_dates_of_a_deletion(client, secret):
    """Is DeletionDate the end of the window, and DeletedDate the moment of the call?"""
    client.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    client.describe_secret(SecretId=secret)
    client.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


@asks("RestoreSecret of a secret that is not scheduled for deletion")
def test_restoring_what_is_not_deleted(client, secret, name):
    """What does RestoreSecret answer where nothing is to be restored?"""
    attempt(client.restore_secret, SecretId=secret)
    client.describe_secret(SecretId=secret)
    attempt(client.restore_secret, SecretId=name("missing"))


@asks("DeleteSecret by force of an ARN that does not exist")
def test_forced_deletion_of_an_unknown_arn(client, name, region, account):
    """What does a forced deletion answer to an ARN, or a name, that does not exist?"""
    arn = f"arn:aws:secretsmanager:{region}:{account}:secret:{name('missing')}-a1b2c3"
    attempt(client.delete_secret, SecretId=arn, ForceDeleteWithoutRecovery=True)
    attempt(client.delete_secret, SecretId=arn[:-7], ForceDeleteWithoutRecovery=True)
    attempt(client.delete_secret, SecretId=name("missing"), ForceDeleteWithoutRecovery=True)
    attempt(client.delete_secret, SecretId=name("missing"))


@asks("for ForceDeleteWithoutRecovery with a window")
def test_force_and_a_window(client, secret):
    """What does DeleteSecret answer to force with a window, and to a window that is too short?"""
    both = {"ForceDeleteWithoutRecovery": True, "RecoveryWindowInDays": 7}
    attempt(client.delete_secret, SecretId=secret, **both)
    both["RecoveryWindowInDays"] = 0
    attempt(client.delete_secret, SecretId=secret, **both)
    attempt(client.delete_secret, SecretId=secret, RecoveryWindowInDays=6)
    attempt(client.delete_secret, SecretId=secret, RecoveryWindowInDays=31)


@asks("RotationRules and policy of a secret scheduled for deletion")
@asks("rotation after RestoreSecret")
@asks("LastRotatedDate of a secret scheduled for deletion")
@confirms
def test_rotation_of_a_deleted_secret(client, secret, rotation_function, account, wait_until):
    """What is left of its rotation and policy when a secret is deleted, and when it is restored?"""
    policy = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "secretsmanager:DescribeSecret",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
    client.put_resource_policy(SecretId=secret, ResourcePolicy=document)
    client.rotate_secret(
        SecretId=secret,
        RotationLambdaARN=rotation_function,
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    wait_until(lambda: "LastRotatedDate" in client.describe_secret(SecretId=secret))
    client.describe_secret(SecretId=secret)
    client.delete_secret(SecretId=secret)
    client.describe_secret(SecretId=secret)
    client.restore_secret(SecretId=secret)
    client.describe_secret(SecretId=secret)
    client.get_resource_policy(SecretId=secret)


@confirms
def test_a_name_that_is_used_again(client, secret, wait_until):
    """Has a secret another ARN when it is made again, and how soon can it be?"""
    client.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    attempt(client.describe_secret, SecretId=secret)
    wait_until(lambda: attempt(client.describe_secret, SecretId=secret) is None)
    attempt(client.create_secret, Name=secret, SecretString="again")


@confirms
def test_listing_of_a_scheduled_secret(client, secret, wait_until):
    """Does ListSecrets show a secret scheduled for deletion only where it is asked to?"""
    client.delete_secret(SecretId=secret)
    chosen = {"Filters": starting_with(secret)}
    wait_until(lambda: not client.list_secrets(**chosen)["SecretList"])
    client.list_secrets(**chosen)
    client.list_secrets(**chosen, IncludePlannedDeletion=True)
