"""Whole processes of pytest, beside the same tests with the peers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

import pytest

from conftest import always, ratios

TESTS = 200
# Each test makes a client, seeds a secret, reads it three times, and meets an error.
COMMON = f"""
import boto3
import pytest

pytestmark = pytest.mark.parametrize("number", range({TESTS}))

def new_client():
    keys = dict(aws_access_key_id="testing", aws_secret_access_key="testing")
    return boto3.client("secretsmanager", region_name="us-east-1", **keys)

def use(client):
    for _ in range(3):
        assert client.get_secret_value(SecretId="prod/db")["SecretString"] == "v"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="missing")
"""
FAKE = """
def test_it(number, fake_secrets):
    fake_secrets.add("prod/db", "v")
    use(new_client())
"""
LENT_CLIENT = """
def test_it(number, fake_secrets, secrets_client):
    fake_secrets.add("prod/db", "v")
    use(secrets_client)
"""
STUBBER = """
from botocore.stub import Stubber

def test_it(number):
    client = new_client()
    with Stubber(client) as stubber:
        for _ in range(3):
            stubber.add_response("get_secret_value", dict(SecretString="v"))
        stubber.add_client_error("get_secret_value", "ResourceNotFoundException")
        use(client)
"""
MOTO = """
from moto import mock_aws

@mock_aws
def test_it(number):
    client = new_client()
    client.create_secret(Name="prod/db", SecretString="v")
    use(client)
"""
TUNED_MOTO = MOTO.replace("@mock_aws", '@mock_aws(config={"core": {"reset_boto3_session": False}})')
# What each test takes is written to a file, in seconds.
TIMED = """
import json
import time

import pytest

seconds = []

@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol():
    start = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - start)

def pytest_unconfigure():
    with open("seconds.json", "w") as file:
        json.dump(seconds, file)
"""
EMPTY_TESTS = """
import pytest

@pytest.fixture
def nothing():
    yield

@pytest.mark.parametrize("number", range({}))
def test_it(number, {}):
    pass
"""


@pytest.fixture
def process(tmp_path):
    """Return what makes a call that runs pytest as a process of its own on a test file."""
    # Python keeps what it has compiled, as it does for everybody.
    environment = {name: value for name, value in os.environ.items() if "BYTECODE" not in name}
    others = ("benchmark", "hypothesispytest", "time_machine", "timeout", "xdist")

    def of(source, *options):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        (folder / "pytest.ini").write_text("[pytest]\n")
        (folder / "conftest.py").write_text(TIMED)
        (folder / "test_it.py").write_text(source)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        for plugin in others:
            command += ["-p", f"no:{plugin}"]

        def run():
            subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)  # noqa: S603 - our own
            return json.loads((folder / "seconds.json").read_text())

        run()
        return run

    return of


def bench_suite(beside, row, process):
    """Run a suite of 200 tests."""
    without = ("-p", "no:fakesecrets")
    times = beside(
        always(process(COMMON + FAKE)),
        lent=always(process(COMMON + LENT_CLIENT)),
        stubber=always(process(COMMON + STUBBER, *without)),
        moto=always(process(COMMON + MOTO, *without)),
        tuned=always(process(COMMON + TUNED_MOTO, *without)),
        rounds=5,
    )
    what = f"a suite of {TESTS} tests"
    row(f"{what}, compared with the same with the Stubber", ratios(times, "it", "stubber"))
    row("the same with `secrets_client`", ratios(times, "lent", "stubber"))
    row(f"{what}: faster than moto by", ratios(times, "moto", "it"), picture=what)
    tuned = ratios(times, "tuned", "it")
    row("faster than moto without `reset_boto3_session` by", tuned, picture="the same, moto tuned")


def bench_load(beside, row, process):
    """Run one empty test, with and without the plugin."""
    empty = "def test_it(): pass"
    times = beside(
        always(process(empty)), without=always(process(empty, "-p", "no:fakesecrets")), rounds=40
    )
    more = [(one - other) * 1e3 for one, other in zip(times["it"], times["without"], strict=True)]
    row("loading the plugin, for a run that does not use it", more, "ms")


def bench_fixture(beside, row, process):
    """Run 10,000 tests that have the fixture, beside as many that have one that does nothing."""
    tests, part = 10_000, 1_000
    cost = {"early": [], "late": []}

    def measure():
        with_fake, without = (
            process(EMPTY_TESTS.format(tests, fixture))() for fixture in ("fake_secrets", "nothing")
        )
        for when, some in (("early", slice(part, 2 * part)), ("late", slice(-part, None))):
            more = statistics.median(with_fake[some]) - statistics.median(without[some])
            cost[when].append(more * 1e6)

    beside(always(measure), rounds=3)
    row("the fixture `fake_secrets` in a test, set up and torn down", cost["early"], "µs")
    row(f"the same after {tests:,} tests, compared", ratios(cost, "late", "early"))
