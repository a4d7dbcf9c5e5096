"""Rotation functions for Lambda, in the style of those that AWS publishes.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_available-rotation-templates.html
They know nothing of a fake; what differs from database to database is passed in.
"""

from __future__ import annotations

import json
import logging

import boto3

logger = logging.getLogger()
SUFFIX = "_clone"


class SingleUser:
    """Changes the password of one user, who changes it himself."""

    def __init__(self, database):
        self.database = database

    def __call__(self, event, context):
        """Check the state of the rotation, and carry out a step of it."""
        arn = event["SecretId"]
        token = event["ClientRequestToken"]
        client = boto3.client("secretsmanager")
        metadata = client.describe_secret(SecretId=arn)
        if "RotationEnabled" in metadata and not metadata["RotationEnabled"]:
            raise ValueError(f"Secret {arn} is not enabled for rotation")
        versions = metadata["VersionIdsToStages"]
        if token not in versions:
            raise ValueError(f"Secret version {token} has no stage for rotation of secret {arn}.")
        if "AWSCURRENT" in versions[token]:
            logger.info("Secret version %s already set as AWSCURRENT for secret %s.", token, arn)
            return
        if "AWSPENDING" not in versions[token]:
            raise ValueError(f"Secret version {token} not set as AWSPENDING for rotation of {arn}.")
        steps = {
            "createSecret": self.create_secret,
            "setSecret": self.set_secret,
            "testSecret": self.test_secret,
            "finishSecret": self.finish_secret,
        }
        steps[event["Step"]](client, arn, token)

    def create_secret(self, client, arn, token):
        """Make the next value, unless an earlier try has."""
        current = get_secret_dict(client, arn, "AWSCURRENT")
        try:
            get_secret_dict(client, arn, "AWSPENDING", token)
        except client.exceptions.ResourceNotFoundException:
            following = self.following(client, current)
            client.put_secret_value(
                SecretId=arn,
                ClientRequestToken=token,
                SecretString=json.dumps(following),
                VersionStages=["AWSPENDING"],
            )

    def following(self, client, current):
        """Return the value that is to follow."""
        password = client.get_random_password(ExcludeCharacters="/@\"'\\", PasswordLength=30)
        return {**current, "password": password["RandomPassword"]}

    def set_secret(self, client, arn, token):
        """Set the password in the database, unless an earlier try has."""
        pending = get_secret_dict(client, arn, "AWSPENDING", token)
        if self.database.accepts(pending["username"], pending["password"]):
            return
        current = get_secret_dict(client, arn, "AWSCURRENT")
        if not self.database.accepts(current["username"], current["password"]):
            raise ValueError(f"Unable to log into database with current secret of {arn}")
        self.database.set_password(
            by=(current["username"], current["password"]),
            user=pending["username"],
            password=pending["password"],
        )

    def test_secret(self, client, arn, token):
        """Log in with the pending value."""
        pending = get_secret_dict(client, arn, "AWSPENDING", token)
        if not self.database.accepts(pending["username"], pending["password"]):
            raise ValueError(f"Unable to log into database with pending secret of {arn}")

    def finish_secret(self, client, arn, token):
        """Make the pending version the current one."""
        metadata = client.describe_secret(SecretId=arn)
        current_version = None
        for version, stages in metadata["VersionIdsToStages"].items():
            if "AWSCURRENT" in stages:
                if version == token:
                    return
                current_version = version
                break
        client.update_secret_version_stage(
            SecretId=arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=token,
            RemoveFromVersionId=current_version,
        )


class MultiUser(SingleUser):
    """Alternates between two users; another secret, of a master, makes and changes them."""

    def following(self, client, current):
        """Return the value of the user whose turn it is."""
        following = super().following(client, current)
        user = current["username"]
        alternate = user.removesuffix(SUFFIX) if user.endswith(SUFFIX) else user + SUFFIX
        return {**following, "username": alternate}

    def set_secret(self, client, arn, token):
        """Have the master create the other user, or change his password."""
        pending = get_secret_dict(client, arn, "AWSPENDING", token)
        if self.database.accepts(pending["username"], pending["password"]):
            return
        current = get_secret_dict(client, arn, "AWSCURRENT")
        if not self.database.accepts(current["username"], current["password"]):
            raise ValueError(f"Unable to log into database with current secret of {arn}")
        master = get_secret_dict(client, current["masterarn"], "AWSCURRENT")
        self.database.set_password(
            by=(master["username"], master["password"]),
            user=pending["username"],
            password=pending["password"],
        )


def get_secret_dict(client, arn, stage, token=None):
    """Return a version's value, by label, and by version id as well where one is given."""
    chosen = {"VersionId": token} if token else {}
    secret = client.get_secret_value(SecretId=arn, VersionStage=stage, **chosen)
    value = json.loads(secret["SecretString"])
    for member in ("username", "password"):
        if member not in value:
            raise KeyError(f"{member} key is missing from secret JSON")
    return value
