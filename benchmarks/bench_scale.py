"""Many secrets beside few of them."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import contextmanager

import pytest

from conftest import ratios
from pytest_fakesecrets import FakeSecrets, Secret

NAME = "secret/000007"
FEW = 1_000
NESTED = 10_000
PAYMENTS = [{"Key": "tag-value", "Values": ["payments"]}]


@pytest.fixture(scope="session")
def filled():
    """Return what makes a context manager that gives a call of a client, with so many secrets."""
    fakes = {}

    def of(number, call):
        if number not in fakes:
            fakes[number] = FakeSecrets(*_seeds(number))

        @contextmanager
        def begin():
            with fakes[number] as fake:
                made = call(fake)
                made()
                yield made

        return begin

    return of


def _seeds(number):
    """Return so many secrets, one in a hundred of which has a tag."""
    names = [f"secret/{index:06}" for index in range(number)]
    tagged = {name: Secret(name, "v", tags={"team": "payments"}) for name in names[::100]}
    return [dict.fromkeys(names, "v"), *tagged.values()]


@pytest.mark.parametrize("by", ["name", "ARN", "partial ARN"])
def bench_find(beside, row, filled, many, by):
    """Read one secret."""

    def read(fake):
        client, arn = fake.client(), fake[NAME].arn
        secret_id = {"name": NAME, "ARN": arn, "partial ARN": arn[:-7]}[by]
        return lambda: client.get_secret_value(SecretId=secret_id)

    times = beside(filled(many, read), few=filled(10, read), iterations=100)
    row(
        f"GetSecretValue by {by} with {many:,} secrets, compared with 10",
        ratios(times, "it", "few"),
    )


@pytest.mark.parametrize(
    ("how", "query"),
    {
        "by date": {},
        "by name": {"SortBy": "name"},
        "by date, those with a tag": {"Filters": PAYMENTS},
        "by name, those with a tag": {"SortBy": "name", "Filters": PAYMENTS},
    }.items(),
)
def bench_page(beside, row, filled, many, how, query):  # noqa: PLR0913, PLR0917 - fixtures
    """List ten secrets."""

    def page(fake):
        client = fake.client()
        return lambda: client.list_secrets(MaxResults=10, **query)

    times = beside(filled(many, page), few=filled(FEW, page), iterations=10)
    row(f"ListSecrets {how}: 10 of {many:,}, compared with {FEW:,}", ratios(times, "it", "few"))


def bench_batch(beside, row, filled, many):
    """Read ten secrets that have a tag."""

    def page(fake):
        client = fake.client()
        return lambda: client.batch_get_secret_value(Filters=PAYMENTS, MaxResults=10)

    times = beside(filled(many, page), few=filled(FEW, page), iterations=10)
    row(
        f"BatchGetSecretValue of those with a tag: 10 of {many:,}, compared with {FEW:,}",
        ratios(times, "it", "few"),
    )


def bench_walk(beside, row, filled):
    """Walk all pages."""

    def walk(fake):
        client = fake.client()
        return lambda: list(client.get_paginator("list_secrets").paginate())

    times = beside(filled(NESTED, walk), few=filled(FEW, walk), rounds=5)
    each = [ratio * FEW / NESTED for ratio in ratios(times, "it", "few")]
    row(f"ListSecrets, all pages: each of {NESTED:,} secrets, compared with {FEW:,}", each)


@pytest.mark.parametrize("writes", [False, True])
def bench_nested(beside, row, filled, writes):
    """Begin a fake within another one, and read; or write as well."""

    def nest(fake):
        client = fake.client()

        def run():
            with FakeSecrets():
                client.get_secret_value(SecretId=NAME)
                if writes:
                    client.put_secret_value(SecretId=NAME, SecretString="w")

        return run

    times = beside(filled(NESTED, nest), few=filled(10, nest), rounds=40)
    what = "a nested fake that writes" if writes else "a nested fake"
    row(f"{what}, over {NESTED:,} secrets, compared with 10", ratios(times, "it", "few"))


@pytest.mark.parametrize("writes", [False, True])
def bench_snapshot(beside, row, filled, writes):
    """Remember all secrets, read, and go back; or write in between."""

    def remember(fake):
        client = fake.client()

        def run():
            snapshot = fake.snapshot()
            client.get_secret_value(SecretId=NAME)
            if writes:
                client.put_secret_value(SecretId=NAME, SecretString="w")
            fake.restore(snapshot)

        return run

    times = beside(filled(NESTED, remember), few=filled(10, remember), rounds=40)
    what = "`snapshot`, a write and `restore`" if writes else "`snapshot` and `restore`"
    row(f"{what} of {NESTED:,} secrets, compared with 10", ratios(times, "it", "few"))


def bench_version(beside, row):
    """Write another version of a secret, which has one or many."""

    def having(versions):
        @contextmanager
        def begin():
            with FakeSecrets({"db": "v"}) as fake:
                client = fake.client()
                for number in range(versions):
                    client.put_secret_value(SecretId="db", SecretString=f"{number}")
                yield lambda: client.put_secret_value(SecretId="db", SecretString="w")

        return begin

    times = beside(having(79), first=having(1), rounds=40)
    row(
        "PutSecretValue of the 80th version, compared with the second", ratios(times, "it", "first")
    )


@pytest.mark.parametrize("how", ["in a dict", "from a file", "one by one"])
def bench_seed(benchmark, row, many, tmp_path, how):
    """Seed many secrets."""
    path = tmp_path / "seeds.json"
    if how == "from a file":
        path.write_text(json.dumps({f"s{index}": "v" for index in range(many)}))

    def seed(fake):
        if how == "in a dict":
            fake.add({f"s{index}": "v" for index in range(many)})
        elif how == "from a file":
            fake.load(path)
        else:
            for index in range(many):
                fake.add(f"s{index}", "v")

    benchmark.pedantic(seed, setup=lambda: ((FakeSecrets(),), {}), rounds=3)
    each = [seconds / many * 1e6 for seconds in benchmark.stats.stats.data]
    row(f"seeding {many:,} secrets {how}: each", each, "µs")
    fake = FakeSecrets()
    tracemalloc.start()
    seed(fake)
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    row("their memory: each", [memory / many], "bytes")
