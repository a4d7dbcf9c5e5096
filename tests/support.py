"""What several test files use to speak with a client."""

from __future__ import annotations

import functools
import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# A policy that any secret may have, and that decides nothing about it.
POLICY_OF_A_BUCKET = {
    "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::b"}
}


def members_of(response):
    """Return what AWS answered, without botocore's own metadata."""
    return {member: value for member, value in response.items() if member != "ResponseMetadata"}


def refusal(call, **parameters):
    """Return code and message of the error that a call meets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def raw_client():
    """Return a client that sends also what botocore itself would refuse."""
    config = Config(parameter_validation=False)
    return boto3.client("secretsmanager", region_name="us-east-1", config=config)


def without_token(client):
    """Have a client leave out the token that botocore invents, as raw HTTP may."""

    def drop(params, **_):
        body = json.loads(params["body"])
        body.pop("ClientRequestToken", None)
        params["body"] = json.dumps(body).encode()

    client.meta.events.register("before-call.secrets-manager", drop)
    return client


@functools.cache
def client_that_gives_up(region="us-east-1", **config):
    """Return a client that repeats nothing; it is made once, so no test may change it."""
    return new_client_that_gives_up(region, **config)


def new_client_that_gives_up(region="us-east-1", **config):
    """Return a client that repeats nothing, for a test that changes it."""
    return boto3.client(
        "secretsmanager", region, config=Config(retries={"max_attempts": 0}, **config)
    )


def needs_sort_by(client):
    """Skip the test where botocore is too old to know SortBy."""
    if "SortBy" not in client.meta.service_model.shape_for("ListSecretsRequest").members:
        pytest.skip("this botocore does not know SortBy")


def outcome(call, **parameters):
    """Make a call; return AWS's code, the name of botocore's exception, or OK."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    except BotoCoreError as error:
        return type(error).__name__
    return "OK"
