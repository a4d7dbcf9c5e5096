from __future__ import annotations

import json

from .asking import asks, attempt, confirms


def allowing(account):
    """Return a policy that lets the account describe the secret."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "secretsmanager:DescribeSecret",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@confirms
def test_changes_that_set_the_date(client, secret, token, account):
    """Which changes set LastChangedDate?"""
    client.tag_resource(SecretId=secret, Tags=[{"Key": "a", "Value": "1"}])
    client.describe_secret(SecretId=secret)
    client.untag_resource(SecretId=secret, TagKeys=["a"])
    client.describe_secret(SecretId=secret)
    client.put_resource_policy(SecretId=secret, ResourcePolicy=allowing(account))
    client.describe_secret(SecretId=secret)
    client.update_secret(SecretId=secret, KmsKeyId="alias/aws/secretsmanager")
    client.describe_secret(SecretId=secret)
    label = {"VersionStage": "green", "MoveToVersionId": token("a")}
    client.update_secret_version_stage(SecretId=secret, **label)
    client.describe_secret(SecretId=secret)
    client.delete_secret(SecretId=secret)
    client.describe_secret(SecretId=secret)


@asks("LastChangedDate after RestoreSecret, CancelRotateSecret, DeleteResourcePolicy")
def test_changes_that_may_set_the_date(client, secret, account):
    """Do RestoreSecret, DeleteResourcePolicy and CancelRotateSecret set LastChangedDate?"""
    client.delete_secret(SecretId=secret)
    client.restore_secret(SecretId=secret)
    client.describe_secret(SecretId=secret)
    client.put_resource_policy(SecretId=secret, ResourcePolicy=allowing(account))
    client.delete_resource_policy(SecretId=secret)
    client.describe_secret(SecretId=secret)
    attempt(client.cancel_rotate_secret, SecretId=secret)
    client.describe_secret(SecretId=secret)


@asks("LastChangedDate after a call that changes nothing")
def test_changes_of_nothing(client, secret, token):
    """Do calls set LastChangedDate that change nothing?"""
    client.update_secret(SecretId=secret)
    client.describe_secret(SecretId=secret)
    client.untag_resource(SecretId=secret, TagKeys=["absent"])
    client.describe_secret(SecretId=secret)
    client.delete_resource_policy(SecretId=secret)
    client.describe_secret(SecretId=secret)
    label = {"VersionStage": "AWSCURRENT", "MoveToVersionId": token("a")}
    attempt(
        client.update_secret_version_stage,
        SecretId=secret,
        **label,
        RemoveFromVersionId=token("a"),
    )
    client.describe_secret(SecretId=secret)
    attempt(client.restore_secret, SecretId=secret)
    client.describe_secret(SecretId=secret)
    same = {"SecretString": "first", "ClientRequestToken": token("a")}
    client.put_secret_value(SecretId=secret, **same)
    client.describe_secret(SecretId=secret)


@confirms
def test_dates_of_reads(client, secret, token):
    """Is LastAccessedDate the midnight of the day, set by a successful read alone?"""
    client.put_secret_value(SecretId=secret, SecretString="2", ClientRequestToken=token("b"))
    client.describe_secret(SecretId=secret)
    attempt(client.get_secret_value, SecretId=secret, VersionId=token("x"))
    client.describe_secret(SecretId=secret)
    client.get_secret_value(SecretId=secret, VersionId=token("a"))
    client.describe_secret(SecretId=secret)
    client.list_secret_version_ids(SecretId=secret)
