"""Sessions of aioboto3 are served as those of aiobotocore, which it builds on."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("aioboto3")

import aioboto3


def test_a_session_is_served(fake_secrets):
    """Writes, reads, retries and errors are as with boto3."""
    fake_secrets.faults.error("ThrottlingException", operation="GetSecretValue", times=1)

    async def story():
        async with aioboto3.Session().client("secretsmanager") as client:
            await client.create_secret(Name="a", SecretString="v")
            read = await client.get_secret_value(SecretId="a")
            with pytest.raises(client.exceptions.ResourceExistsException):
                await client.create_secret(Name="a", SecretString="w")
            return read

    assert "v" == asyncio.run(story())["SecretString"]
    assert [1, 2, 1] == [call.attempts for call in fake_secrets.calls]


def test_two_hundred_tasks(fake_secrets):
    """As many tasks as an application has read at once."""
    fake_secrets.add("a", "v")

    async def story():
        async with aioboto3.Session().client("secretsmanager") as client:

            async def read():
                return (await client.get_secret_value(SecretId="a"))["SecretString"]

            return await asyncio.gather(*(read() for _ in range(200)))

    assert ["v"] * 200 == asyncio.run(story())
    assert 200 == fake_secrets.calls.count("GetSecretValue")


def test_a_rotation_with_an_asynchronous_handler(fake_secrets):
    """A handler that awaits its own client rotates a secret, called by an asynchronous client."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    fake_secrets.add("a", "old")

    async def handler(event, _):
        secret, token = event["SecretId"], event["ClientRequestToken"]
        async with aioboto3.Session().client("secretsmanager") as client:
            if event["Step"] == "createSecret":
                await client.put_secret_value(
                    SecretId=secret,
                    ClientRequestToken=token,
                    SecretString="new",
                    VersionStages=["AWSPENDING"],
                )
            if event["Step"] == "finishSecret":
                described = await client.describe_secret(SecretId=secret)
                (current,) = (
                    version
                    for version, labels in described["VersionIdsToStages"].items()
                    if "AWSCURRENT" in labels
                )
                await client.update_secret_version_stage(
                    SecretId=secret,
                    VersionStage="AWSCURRENT",
                    MoveToVersionId=token,
                    RemoveFromVersionId=current,
                )

    fake_secrets.rotation_lambda(arn, handler)

    async def story():
        async with aioboto3.Session().client("secretsmanager", region_name="us-east-1") as client:
            await client.rotate_secret(SecretId="a", RotationLambdaARN=arn)

    asyncio.run(story())

    assert ("new", "old") == (fake_secrets["a"].value, fake_secrets["a"].previous)
