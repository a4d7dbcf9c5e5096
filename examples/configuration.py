"""A configuration that is read once, and again when it has grown old."""

import json
import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MAX_AGE_SECONDS = 300
RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 4}, region_name="eu-west-1")

_cache: dict[str, tuple[float, dict[str, Any]]] = {}


class ConfigurationUnavailableError(Exception):
    """The configuration cannot be read, and there is no copy of it."""


def load(name: str) -> dict[str, Any]:
    """Return a configuration, at most five minutes old; an older copy while AWS has an outage."""
    read_at, known = _cache.get(name, (float("-inf"), None))
    if time.time() - read_at < MAX_AGE_SECONDS and known is not None:
        return known
    try:
        fresh = _read(name)
    except ClientError as error:
        if known is not None:
            return known
        code = error.response["Error"]["Code"]
        raise ConfigurationUnavailableError(f"{name}: {code}") from error
    _cache[name] = (time.time(), fresh)
    return fresh


def forget() -> None:
    """Read everything anew."""
    _cache.clear()


def _read(name: str) -> dict[str, Any]:
    client = boto3.client("secretsmanager", config=RETRIES)
    read: dict[str, Any] = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    return read
