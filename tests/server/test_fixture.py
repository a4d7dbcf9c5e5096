"""The fixture fake_secrets_server, in runs of pytest."""

from __future__ import annotations

SEEDED = """
import json
import os
import subprocess
import sys
import urllib.request

import pytest

READ = '''
import boto3
client = boto3.client("secretsmanager")
print(client.get_secret_value(SecretId="prod/db")["SecretString"])
'''

@pytest.mark.secrets({"prod/db": "s3cret"})
def test_other_processes(fake_secrets, fake_secrets_server):
    run = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert "s3cret" == run.stdout.strip()
    assert 1 == fake_secrets.calls.count("GetSecretValue")

@pytest.mark.secrets({"prod/db": "s3cret"})
def test_the_agent(fake_secrets_server):
    url = fake_secrets_server.url + "/v1/prod/db"
    headers = {"X-Aws-Parameters-Secrets-Token": os.environ["AWS_TOKEN"]}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
        assert "s3cret" == json.load(response)["SecretString"]

def test_nothing_is_left():
    assert "AWS_ENDPOINT_URL_SECRETS_MANAGER" not in os.environ
"""


def test_the_fixture_serves_the_fake_of_the_test(pytester):
    """Marker seeds, log, agent and environment are those of the test, until it ends."""
    pytester.makepyfile(SEEDED)

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error")

    result.assert_outcomes(passed=3)


def test_without_werkzeug_the_message_stands_alone(pytester):
    """Without the extra, the test fails with the line to type, and without our frames."""
    pytester.makeconftest('import sys; sys.modules["werkzeug.serving"] = None')
    pytester.makepyfile("def test_it(fake_secrets_server): pass")

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*Type: pip install "pytest-fakesecrets[[]server]"'])
    result.stdout.no_fnmatch_line("*fixtures.py*")


def test_the_report_shows_calls_of_other_processes(pytester):
    """A failing test shows what came over HTTP, also of a fake that is only served."""
    pytester.makepyfile(
        """
import urllib.request
from pytest_fakesecrets import FakeSecrets

def test_it():
    with FakeSecrets({"a": "v"}).serve(agent=True) as server:
        url, token = server.url + "/v1/a", server.environ["AWS_TOKEN"]
        headers = {"X-Vault-Token": token}
        urllib.request.urlopen(urllib.request.Request(url, headers=headers)).close()
        assert 0
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*fake secrets (FakeSecrets)*", "*1  GetSecretValue  a  OK*"])
