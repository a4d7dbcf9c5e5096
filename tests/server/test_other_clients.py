"""Clients that are not boto3 reach a fake by its endpoint: the real ones, where they are installed.

``tox -e endpoint`` installs them.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("werkzeug")


def run(*command, **options):
    """Run a program, and return what it prints; it must end well."""
    finished = subprocess.run(  # noqa: S603 - named by the tests
        command, capture_output=True, text=True, check=False, timeout=120, **options
    )
    assert 0 == finished.returncode, finished.stderr
    return finished.stdout


def installed(name):
    """Return the path of a program; skip the test where it is missing."""
    path = shutil.which(str(Path(sys.executable).parent / name)) or shutil.which(name)
    # A shim of pyenv's may stand for a program that is not there.
    if path is None or subprocess.run([path, "--version"], check=False).returncode:  # noqa: S603 - see above
        pytest.skip(f"{name} is not installed")
    return path


@pytest.fixture
def aws():
    """Give a function that runs the AWS CLI for Secrets Manager, and returns its parsed output."""
    path = installed("aws")
    # Version 1, which is the one of PyPI, has no prompt to switch off.
    is_first = run(path, "--version").startswith("aws-cli/1")
    command = [path, *([] if is_first else ["--no-cli-auto-prompt"]), "secretsmanager"]
    return lambda *arguments: json.loads(run(*command, *arguments) or "null")


def test_the_aws_cli(server, fake, aws):
    """Create, get, list with a query, put, rotate, wait for it, and delete."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    fake.rotation_lambda(arn, generate=lambda: "rotated")

    made = aws("create-secret", "--name", "a", "--secret-string", "v1")
    assert "v1" == aws("get-secret-value", "--secret-id", "a")["SecretString"]
    aws("put-secret-value", "--secret-id", "a", "--secret-string", "v2")
    names = aws("list-secrets", "--query", "sort_by(SecretList, &Name)[].Name")
    assert ["a", "prod/db"] == names
    aws("rotate-secret", "--secret-id", "a", "--rotation-lambda-arn", arn)
    described = aws("describe-secret", "--secret-id", "a")
    assert described["RotationEnabled"]
    assert "rotated" == fake["a"].value
    aws("delete-secret", "--secret-id", made["ARN"], "--recovery-window-in-days", "7")
    assert fake["a"].recovery_window_ends is not None


def test_an_error_of_the_aws_cli(server):
    """The CLI prints AWS's own code and text."""
    path = installed("aws")

    finished = subprocess.run(  # noqa: S603 - named by the tests
        [path, "secretsmanager", "get-secret-value", "--secret-id", "x"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert 254 <= finished.returncode <= 255
    assert "(ResourceNotFoundException)" in finished.stderr
    assert "Secrets Manager can't find the specified secret." in finished.stderr


JAVASCRIPT = """
import sdk from "@aws-sdk/client-secrets-manager";
const client = new sdk.SecretsManagerClient({});
const value = await client.send(new sdk.GetSecretValueCommand({ SecretId: "prod/db" }));
await client.send(new sdk.PutSecretValueCommand(
  { SecretId: "prod/db", SecretBinary: new Uint8Array([0, 255]) }));
for (const name of ["a", "b", "c"]) {
  await client.send(new sdk.CreateSecretCommand({ Name: name, SecretString: "v" }));
}
const batch = await client.send(new sdk.BatchGetSecretValueCommand(
  { SecretIdList: ["a", "missing"] }));
let failure;
try {
  await client.send(new sdk.GetSecretValueCommand({ SecretId: "missing" }));
} catch (error) {
  failure = [error.name, error.message, error instanceof sdk.ResourceNotFoundException];
}
let denied;
try {
  await client.send(new sdk.GetSecretValueCommand({ SecretId: "c" }));
} catch (error) {
  denied = error.name;
}
const pages = [];
for await (const page of sdk.paginateListSecrets({ client, pageSize: 2 }, {})) {
  pages.push(page.SecretList.length);
}
console.log(JSON.stringify({
  value: value.SecretString,
  date: value.CreatedDate instanceof Date,
  batch: [batch.SecretValues.length, batch.Errors[0].ErrorCode],
  failure, denied, pages,
}));
"""


def test_the_sdk_for_javascript(server, fake, tmp_path):
    """Get, put of bytes, batch, errors with their types, pages, and retries."""
    node = installed("node")
    modules = os.environ.get("FAKESECRETS_NODE_MODULES", "")
    if not Path(modules, "@aws-sdk", "client-secrets-manager").exists():
        pytest.skip("@aws-sdk/client-secrets-manager is not installed")
    (tmp_path / "node_modules").symlink_to(modules)
    script = tmp_path / "use.mjs"
    script.write_text(JAVASCRIPT)
    fake.deny("GetSecretValue", secret="c")
    fake.faults.error("ThrottlingException", operation="GetSecretValue", times=1)

    printed = json.loads(run(node, str(script)))

    assert {
        "value": "s3cret",
        "date": True,
        "batch": [1, "ResourceNotFoundException"],
        "failure": [
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
            True,
        ],
        "denied": "AccessDeniedException",
        "pages": [2, 2],
    } == printed
    assert b"\x00\xff" == fake["prod/db"].value
    assert 2 == fake.calls[0].attempts


SMITHY = """
import asyncio
from aws_sdk_secrets_manager.client import AsyncSecretsManagerClient
from aws_sdk_secrets_manager.models import GetSecretValueInput, ResourceNotFoundException

async def main():
    client = AsyncSecretsManagerClient()
    answer = await client.get_secret_value(GetSecretValueInput(secret_id="prod/db"))
    print(answer.secret_string, answer.created_date.year > 2000)
    try:
        await client.get_secret_value(GetSecretValueInput(secret_id="missing"))
    except ResourceNotFoundException as error:
        print(error)
    try:
        await client.get_secret_value(GetSecretValueInput(secret_id="denied"))
    except Exception as error:
        print(error)

asyncio.run(main())
"""


def test_the_sdk_for_python_without_botocore(server, fake):
    """The SDK made by smithy-python finds values, dates, texts of errors, and codes."""
    if find_spec("aws_sdk_secrets_manager") is None:
        pytest.skip("aws-sdk-secrets-manager is not installed")
    fake.deny("GetSecretValue", secret="denied")

    first, second, third = run(sys.executable, "-c", SMITHY).splitlines()

    assert "s3cret True" == first
    assert "Secrets Manager can't find the specified secret." in second
    assert "AccessDeniedException" in third


def test_curl(server):
    """A shell can sign a request, and a large body is asked about first."""
    curl = installed("curl")
    if "--aws-sigv4" not in run(curl, "--help", "all"):
        pytest.skip("this curl cannot sign requests")

    def call(operation, members):
        return json.loads(
            run(
                *(curl, "-s", "--aws-sigv4", "aws:amz:us-east-1:secretsmanager"),
                *("-u", "123456789012:testing", "-d", "@-"),
                *("-H", f"X-Amz-Target: secretsmanager.{operation}"),
                *("-H", "Content-Type: application/x-amz-json-1.1", server.url),
                input=json.dumps(members),
            )
        )

    value = base64.b64encode(b"v" * 65_536).decode()
    token = "0" * 32
    call("CreateSecret", {"Name": "a", "SecretBinary": value, "ClientRequestToken": token})

    assert value == call("GetSecretValue", {"SecretId": "a"})["SecretBinary"]
    assert "ResourceNotFoundException" == call("GetSecretValue", {"SecretId": "x"})["__type"]
