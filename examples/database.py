"""A connection that follows its password: a new one is opened when AWSCURRENT has moved."""

import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import boto3

Connection = TypeVar("Connection")


class RotatingConnection(Generic[Connection]):
    """Opens a connection with the current credentials, and again after each rotation.

    :param secret_id: the secret that holds the credentials as JSON.
    :param connect: called with the credentials; returns the connection.
    """

    def __init__(self, secret_id: str, connect: Callable[[dict[str, Any]], Connection]) -> None:
        self._client = boto3.client("secretsmanager")
        self._secret_id = secret_id
        self._connect = connect
        self._version: str | None = None
        self._connection: Connection | None = None

    def get(self) -> Connection:
        """Return a connection that was opened with the credentials of now."""
        version = self._current_version()
        if self._connection is None or version != self._version:
            self._connection = self._connect(self._credentials(version))
            self._version = version
        return self._connection

    def _current_version(self) -> str:
        stages = self._client.describe_secret(SecretId=self._secret_id)["VersionIdsToStages"]
        current: str = next(each for each, labels in stages.items() if "AWSCURRENT" in labels)
        return current

    def _credentials(self, version: str) -> dict[str, Any]:
        answer = self._client.get_secret_value(SecretId=self._secret_id, VersionId=version)
        credentials: dict[str, Any] = json.loads(answer["SecretString"])
        return credentials
