from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from database import RotatingConnection

from pytest_fakesecrets import FakeSecrets, Secret

if TYPE_CHECKING:  # of the package mypy-boto3-secretsmanager, for type checkers alone
    from mypy_boto3_secretsmanager import SecretsManagerClient


def connect(credentials: dict[str, Any]) -> str:
    """Stand in for a database driver."""
    return f"connected with {credentials['password']}"


@pytest.mark.secrets({"prod/db": {"password": "one"}})
def test_keeps_its_connection(fake_secrets: FakeSecrets) -> None:
    """While AWSCURRENT stays where it is, the value is read once."""
    connection = RotatingConnection("prod/db", connect)

    assert connection.get() == "connected with one"
    assert connection.get() == "connected with one"
    assert fake_secrets.calls.count("GetSecretValue") == 1


@pytest.mark.secrets(Secret("prod/db", {"password": "one"}, pending={"password": "two"}))
def test_reconnects_when_a_rotation_finishes(
    fake_secrets: FakeSecrets, secrets_client: SecretsManagerClient
) -> None:
    """The last step of a rotation moves AWSCURRENT; the next connection has the new password."""
    connection = RotatingConnection("prod/db", connect)
    connection.get()
    labels = fake_secrets["prod/db"].labels
    secrets_client.update_secret_version_stage(
        SecretId="prod/db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=labels["AWSPENDING"],
        RemoveFromVersionId=labels["AWSCURRENT"],
    )

    assert connection.get() == "connected with two"


def test_follows_a_value_set_by_hand(
    fake_secrets: FakeSecrets, secrets_client: SecretsManagerClient
) -> None:
    """A new value set in the console counts as well."""
    fake_secrets.add("prod/db", {"password": "one"})
    connection = RotatingConnection("prod/db", connect)
    connection.get()
    new = json.dumps({"password": "three"})
    secrets_client.put_secret_value(SecretId="prod/db", SecretString=new)

    assert connection.get() == "connected with three"
