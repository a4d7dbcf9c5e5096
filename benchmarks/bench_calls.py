"""One call at a time, beside the peers."""

from __future__ import annotations

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from conftest import always, ratios
from pytest_fakesecrets import FakeSecrets

SEEDS = {f"secret/{number:02}": f"value {number}" for number in range(10)}
# An answer, as botocore's events have it: HTTP, and what was parsed.
CANNED = (SimpleNamespace(status_code=200), {"SecretString": "v", "ResponseMetadata": {}})
numbers = itertools.count()


def read(client):
    """Read a secret."""
    return client.get_secret_value(SecretId="secret/00")


def new_client():
    """Return a client that nothing has been done to."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("secretsmanager", region_name="us-east-1", **keys)


def fake(call):
    """Make a call that this plugin's fake answers."""

    @contextmanager
    def begin():
        with FakeSecrets(SEEDS) as fake:
            client = fake.client()
            read(client)
            yield lambda: call(client)

    return begin


def moto(call):
    """Make a call that moto answers."""

    @contextmanager
    def begin():
        with mock_aws():
            client = new_client()
            for name, value in SEEDS.items():
                client.create_secret(Name=name, SecretString=value)
            yield lambda: call(client)

    return begin


@contextmanager
def canned():
    """Read what is always the same answer, given before anything is sent: the floor."""
    client = new_client()
    client.meta.events.register("before-call", lambda **_: CANNED)
    read(client)
    yield lambda: read(client)


@contextmanager
def stubber():
    """Read with botocore's Stubber, which has to be told each answer first."""
    client = new_client()
    with Stubber(client) as stubber:

        def add_and_read():
            stubber.add_response("get_secret_value", {"SecretString": "v"})
            read(client)

        add_and_read()
        yield add_and_read


def bench_read(beside, row):
    """Read a secret."""
    times = beside(
        fake(read), stubber=stubber, canned=canned, moto=moto(read), rounds=40, iterations=50
    )
    row(
        "GetSecretValue, compared with the Stubber's `add_response` and call",
        ratios(times, "it", "stubber"),
    )
    row(
        "the same, compared with one answer given at `before-call`: what botocore itself costs",
        ratios(times, "it", "canned"),
    )
    row(
        "GetSecretValue: faster than moto by",
        ratios(times, "moto", "it"),
        picture="GetSecretValue",
    )


@pytest.mark.parametrize(
    ("name", "call"),
    {
        "PutSecretValue": lambda client: client.put_secret_value(
            SecretId="secret/01", SecretString=f"value {next(numbers)}"
        ),
        "CreateSecret": lambda client: client.create_secret(
            Name=f"new-{next(numbers)}", SecretString="v"
        ),
        "DescribeSecret": lambda client: client.describe_secret(SecretId="secret/00"),
        "ListSecrets of 10": lambda client: client.list_secrets(MaxResults=10),
        "BatchGetSecretValue of 10": lambda client: client.batch_get_secret_value(
            SecretIdList=list(SEEDS)
        ),
    }.items(),
)
def bench_call(beside, row, name, call):
    """Make another everyday call."""
    times = beside(fake(call), moto=moto(call), iterations=20)
    row(f"{name}: faster than moto by", ratios(times, "moto", "it"), picture=name)


@pytest.mark.parametrize("before", [10_000])
def bench_log(beside, row, before):
    """Make a call after many."""

    def begin(number):
        @contextmanager
        def logged():
            with FakeSecrets({"secret/00": "v"}) as fake:
                client = fake.client()
                for _ in range(number):
                    read(client)
                yield lambda: read(client)

        return logged

    times = beside(begin(before), first=begin(1), rounds=7, iterations=100)
    row(
        f"GetSecretValue after {before:,} calls, compared with the first",
        ratios(times, "it", "first"),
    )


@pytest.mark.parametrize("number", [100])
def bench_fault(beside, row, number):
    """Make a call that none of many faults is for."""

    def begin(number):
        @contextmanager
        def armed():
            with FakeSecrets({"secret/00": "v"}) as fake:
                client = fake.client()
                for index in range(number):
                    fake.faults.error("InternalServiceError", secret=f"other/{index}")
                read(client)
                yield lambda: read(client)

        return armed

    times = beside(begin(number), first=begin(1), iterations=100)
    row(
        f"GetSecretValue with {number} faults for other secrets, compared with one",
        ratios(times, "it", "first"),
    )


def bench_concurrency(beside, row):
    """Read 3,200 times: one after another, in 32 threads, or in 200 tasks of asyncio."""
    threads, tasks, total = 32, 200, 3_200
    with ExitStack() as ends:
        fake = ends.enter_context(FakeSecrets(SEEDS))
        pool = ends.enter_context(ThreadPoolExecutor(threads))
        client = fake.client()

        def read_often(times):
            for _ in range(times):
                read(client)

        async def read_in_turns(times):
            for _ in range(times):
                read(client)
                await asyncio.sleep(0)

        async def all_tasks():
            await asyncio.gather(*(read_in_turns(total // tasks) for _ in range(tasks)))

        times = beside(
            always(lambda: read_often(total)),
            threads=always(lambda: list(pool.map(read_often, [total // threads] * threads))),
            tasks=always(lambda: asyncio.run(all_tasks())),
            rounds=7,
        )
    row(f"reads per second of {threads} threads, compared with one", ratios(times, "it", "threads"))
    row(
        f"reads per second of {tasks} asyncio tasks, compared with one",
        ratios(times, "it", "tasks"),
    )
