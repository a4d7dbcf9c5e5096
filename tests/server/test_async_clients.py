"""Asynchronous clients reach a server over sockets."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("werkzeug")
pytest.importorskip("aiobotocore")

from aiobotocore.session import get_session


def test_tasks_share_a_client(server, fake):
    """Fifty tasks write at once, over kept connections, and nothing is lost."""

    async def story():
        async with get_session().create_client("secretsmanager") as client:
            await asyncio.gather(
                *(
                    client.put_secret_value(SecretId="prod/db", SecretString=str(number))
                    for number in range(50)
                )
            )
            return await client.get_secret_value(SecretId="prod/db")

    read = asyncio.run(story())

    versions = fake["prod/db"].versions.values()
    assert {"s3cret", *map(str, range(50))} == {version.value for version in versions}
    assert fake["prod/db"].value == read["SecretString"]
    assert 51 == len(fake.calls)
