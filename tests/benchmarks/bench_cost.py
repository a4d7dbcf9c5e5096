"""What the plugin costs, side by side in one run."""

from __future__ import annotations

import os
import subprocess
import sys

import boto3
import pytest
from botocore.stub import Stubber

from pytest_fakesecrets import FakeSecrets


@pytest.fixture
def _empty_test_file(pytester):
    pytester.makepyfile("def test_nothing(): pass")


@pytest.mark.benchmark(group="pytest on an empty test file")
@pytest.mark.parametrize("plugin", ["without", "with"])
@pytest.mark.usefixtures("_empty_test_file")
def test_start(benchmark, plugin):
    """Loading the plugin is to add less than 10 ms."""
    switch = ["-p", "no:fakesecrets"] if plugin == "without" else []
    # Where Python may keep what it compiled, as it does for everybody.
    environment = {name: value for name, value in os.environ.items() if "BYTECODE" not in name}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *switch]

    benchmark.pedantic(
        lambda: subprocess.run(command, env=environment, check=True, capture_output=True),  # noqa: S603 - our own
        rounds=15,
        warmup_rounds=2,
    )


@pytest.mark.benchmark(group="one read")
def test_read_with_the_fake(benchmark):
    """A read through the fake is to cost little more than botocore's own work."""
    with FakeSecrets({"prod/db": "x"}) as fake:
        client = fake.client()
        # The first call of a process compiles what it checks requests with.
        client.get_secret_value(SecretId="prod/db")
        benchmark(client.get_secret_value, SecretId="prod/db")


@pytest.mark.benchmark(group="one read")
def test_read_with_stubber(benchmark):
    """The yardstick: botocore's Stubber, which neither parses nor models anything."""
    client = boto3.client(
        "secretsmanager",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    stubber = Stubber(client)

    def read():
        stubber.add_response("get_secret_value", {"SecretString": "x"})
        client.get_secret_value(SecretId="prod/db")

    with stubber:
        benchmark(read)


@pytest.mark.benchmark(group="one fake")
@pytest.mark.parametrize("secrets", [0, 1, 100])
def test_enter_and_exit(benchmark, secrets):
    """Starting and ending a fake is a matter of microseconds."""
    seeds = {f"secret/{number}": "x" for number in range(secrets)}

    def run():
        with FakeSecrets(seeds):
            pass

    benchmark(run)


@pytest.mark.benchmark(group="one client")
def test_client(benchmark):
    """A client takes longest of all: botocore builds it."""
    with FakeSecrets() as fake:
        benchmark(fake.client)
