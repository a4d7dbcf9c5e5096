from __future__ import annotations

import json

import pytest

from .asking import asks, attempt, confirms


@pytest.fixture
def written(client, secret):
    """Give a function that puts a policy, and reads what became of it."""

    def put(*statements, **others):
        document = {**others, "Statement": list(statements), "Version": "2012-10-17"}
        attempt(client.put_resource_policy, SecretId=secret, ResourcePolicy=json.dumps(document))
        client.get_resource_policy(SecretId=secret)

    return put


@pytest.fixture
def root(account):
    """Give the ARN of the account itself."""
    return f"arn:aws:iam::{account}:root"


def allowing(principal, actions="secretsmanager:DescribeSecret", **others):
    """Return a statement."""
    return {
        "Resource": "*",
        "Action": actions,
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        **others,
    }


@asks("lists of one Action or Resource in GetResourcePolicy")
@confirms
def test_lists_of_one(written, root):
    """In which form does GetResourcePolicy return lists of one item?"""
    one = allowing([root], ["secretsmanager:DescribeSecret"])
    written({**one, "Resource": ["*"]})
    written(allowing(root))


@asks("lists of several items, and the place of Id, in GetResourcePolicy")
def test_lists_of_several(written, root):
    """In which form does GetResourcePolicy return lists of several items, and an Id?"""
    several = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    written(allowing(root, several, Sid="First"), allowing(root, Sid="Second"), Id="Both")


@asks("place and lists of Condition")
def test_conditions(written, root):
    """In which form does GetResourcePolicy return conditions?"""
    one = {"aws:SourceVpce": ["vpce-12345678"]}
    several = {"aws:sourceVpc": ["vpc-2", "vpc-1"], "aws:PrincipalTag/team": "web"}
    condition = {"StringNotEquals": several, "StringEquals": one}
    written({"Condition": condition, **allowing(root)})


@asks("an account id as principal")
def test_an_account_as_principal(written, account):
    """In which form does GetResourcePolicy return a principal that is the number of an account?"""
    written(allowing(account))
    written(allowing([account, f"arn:aws:iam::{account}:root"]))
    written(
        {
            **allowing(account),
            "Principal": "*",
            "Effect": "Deny",
            "Condition": {"StringNotEquals": {"aws:PrincipalAccount": account}},
        }
    )


@asks("names and texts of the checks of ValidateResourcePolicy")
def test_checks(client, secret, root):
    """What do the checks of ValidateResourcePolicy say of a policy that is broad, or locks out?"""
    broad = {**allowing(root, "secretsmanager:*"), "Principal": "*"}
    locking = {**allowing(root, "secretsmanager:*"), "Effect": "Deny"}
    for statement in (allowing(root), broad, locking):
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        attempt(client.validate_resource_policy, ResourcePolicy=policy)
        attempt(client.validate_resource_policy, SecretId=secret, ResourcePolicy=policy)


@asks("ValidateResourcePolicy of what is not a policy")
@confirms
def test_what_is_not_a_policy(client, secret, root, account):
    """In which words is refused what is not a policy?"""
    statement = allowing(root)
    nobody = allowing(f"arn:aws:iam::{account}:user/fakesecrets-questions-missing")
    service = {**statement, "Principal": {"Service": "no-such-service.amazonaws.com"}}
    for policy in (
        "policy",
        "{}",
        json.dumps({"Version": "2012-10-17", "Statement": []}),
        json.dumps({"Version": "2026-01-01", "Statement": [statement]}),
        json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Effect": "Maybe"}]}),
        json.dumps({"Version": "2012-10-17", "Statement": [nobody]}),
        json.dumps({"Version": "2012-10-17", "Statement": [service]}),
    ):
        attempt(client.validate_resource_policy, ResourcePolicy=policy)
        attempt(client.put_resource_policy, SecretId=secret, ResourcePolicy=policy)


@asks("text of PublicPolicyException")
def test_a_public_policy(client, secret, root):
    """In which words is a policy refused that is public?"""
    statement = {**allowing(root), "Principal": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    put = {"SecretId": secret, "ResourcePolicy": policy}
    attempt(client.put_resource_policy, **put, BlockPublicPolicy=True)
    attempt(client.put_resource_policy, **put)


@asks("ResourcePolicies of a secret without a policy")
@asks("PolicyName of GetResourcePolicy without one")
def test_no_policy(client, secret, written, root):
    """What do the operations on policies answer for a secret without one?"""
    attempt(client.get_resource_policy, SecretId=secret)
    attempt(client.list_resource_policies, SecretId=secret)
    attempt(client.delete_resource_policy, SecretId=secret)
    written(allowing(root))
    attempt(client.list_resource_policies, SecretId=secret)
    attempt(client.get_resource_policy, SecretId=secret, PolicyName="other")
    attempt(client.delete_resource_policy, SecretId=secret, PolicyName="other")


@asks("how the refusal of another account's caller that no policy names ends")
@asks("another account's read under the default key, of a value that is not there")
@confirms
def test_another_account(client, stranger, secret, strangers_account):
    """What is the answer to another account, without a policy and with one?"""
    arn = client.describe_secret(SecretId=secret)["ARN"]
    attempt(stranger.get_secret_value, SecretId=arn)
    attempt(stranger.describe_secret, SecretId=arn)
    everything = allowing(strangers_account, "secretsmanager:*")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    client.put_resource_policy(SecretId=secret, ResourcePolicy=policy)
    attempt(stranger.describe_secret, SecretId=arn)
    attempt(stranger.get_secret_value, SecretId=arn)
    attempt(stranger.get_secret_value, SecretId=arn, VersionStage="green")
    client.delete_resource_policy(SecretId=secret)
