"""The command that serves a fake, as a process."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path

import boto3
import pytest
from http_requests import post

from pytest_fakesecrets._command.arguments import main

pytest.importorskip("werkzeug")
COMMAND = [sys.executable, "-m", "pytest_fakesecrets", "serve"]


class Endpoint:
    """Where a process listens."""

    def __init__(self, url):
        self.url = url


@contextmanager
def serving(*arguments, end=signal.SIGTERM):
    """Run the command until the block ends; give the process with its first line."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, process.stdout.readline()
        finally:
            process.send_signal(end)
            process.errors = process.communicate(timeout=20)[1]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_serves_until_it_is_told_to_end(tmp_path, end):
    """It has seeds, prints JSON, logs calls without values, and ends well."""
    seeds = tmp_path / "secrets.toml"
    seeds.write_text('"prod/db" = "s3cret"\n')

    arguments = ("--seeds", str(seeds), "--json", "--log", "--account", "210987654321")
    with serving(*arguments, end=end) as (process, line):
        printed = json.loads(line)
        endpoint = Endpoint(printed["url"])
        answer = post(endpoint, "GetSecretValue", {"SecretId": "prod/db"}, Authorization=None)
        assert 400 == answer.status
        keys = printed["environ"]
        client = boto3.client(
            "secretsmanager",
            endpoint_url=printed["url"],
            region_name=keys["AWS_REGION"],
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        )
        client.put_secret_value(SecretId="prod/db", SecretString="hunter2")
        read = client.get_secret_value(SecretId="prod/db")

    assert ":210987654321:" in read["ARN"]
    assert "hunter2" == read["SecretString"]
    assert 0 == process.returncode
    logged = [line.split(" ", 1)[1] for line in process.errors.splitlines()]
    assert "PutSecretValue prod/db OK" in logged
    assert "GetSecretValue prod/db OK" in logged
    assert "hunter2" not in process.errors
    assert "Traceback" not in process.errors


def test_the_exports_can_be_pasted():
    """Without --json, a shell can read what it prints."""
    with serving("--agent", "--region", "eu-west-1") as (process, first):
        lines = [first]
        while not lines[-1].startswith("# the agent's token"):
            lines.append(process.stdout.readline())

    exports = dict(shlex.split(each)[1].split("=", 1) for each in lines if each[0] != "#")
    assert "eu-west-1" == exports["AWS_REGION"]
    assert exports["AWS_ENDPOINT_URL_SECRETS_MANAGER"] in lines[0]
    assert exports["AWS_TOKEN"] == exports["AWS_SESSION_TOKEN"]
    path = lines[-1].split(": ")[1].strip()
    assert not os.path.exists(path)  # noqa: PTH110 - of a process that has ended


def test_the_token_file_in_json():
    """With --json, the file of the agent's token is named, too."""
    with serving("--agent", "--json") as (_, line):
        printed = json.loads(line)
        token = Path(printed["token_file"]).read_text()

    assert printed["environ"]["AWS_TOKEN"] == token.strip()


def test_the_script_of_the_package():
    """The command that pip installs is this one."""
    (script,) = entry_points(group="console_scripts", name="fakesecrets")

    assert main is script.load()


def test_a_port_in_use():
    """One line says so, with another way."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = subprocess.run(  # noqa: S603 - our own interpreter
            [*COMMAND, "--port", port], capture_output=True, text=True, check=False, timeout=60
        )

    assert 2 == run.returncode
    assert 1 == len(run.stderr.splitlines())
    assert run.stderr.startswith(f"fakesecrets: 127.0.0.1 port {port} cannot be used")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--host", "0.0.0.0"], "would let other machines read"),  # noqa: S104 - refused
        (["--account", "12"], "is not the id of an AWS account"),
        (["--region", "nowhere"], "is not the name of an AWS Region"),
        (["--seeds", "missing.toml"], "missing.toml: The file does not exist"),
        (["--cache-seconds", "-1"], "is not a duration"),
    ],
)
def test_wrong_arguments(capsys, arguments, text):
    """Each is named in one line, with exit code 2."""
    assert 2 == main(["serve", *arguments])
    assert text in capsys.readouterr().err


def test_help(capsys):
    """The help names every option, and is enough to use the command."""
    for arguments in (["--help"], ["serve", "--help"], ["check", "--help"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert 0 == end.value.code
    printed = capsys.readouterr().out
    for option in ("--port", "--seeds", "--agent", "--extension", "--json", "--log", "FILE"):
        assert option in printed
    with pytest.raises(SystemExit) as end:
        main([])
    assert 2 == end.value.code


def test_check(capsys, tmp_path):
    """Each wrong file is named with what is wrong; right ones say nothing."""
    right = tmp_path / "right.toml"
    right.write_text('"prod/db" = "s3cret"\n')
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"secrets": [{"value": "hunter2"}]}')
    missing = tmp_path / "missing.yaml"

    assert 0 == main(["check", str(right)])
    assert ("", "") == capsys.readouterr()
    assert 1 == main(["check", str(wrong), str(right), str(missing)])
    errors = capsys.readouterr().err
    assert f"{wrong}: " in errors
    assert f"{missing}: The file does not exist" in errors
    assert "hunter2" not in errors
    assert "right.toml" not in errors
