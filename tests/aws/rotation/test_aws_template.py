"""A rotation against a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from rotation_functions import MultiUser, SingleUser

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
ADMIN = {"username": "admin", "password": "admin's first"}
NOBODY = "nobody"


def find_binaries():
    """Return where Debian, or the path, has the server's programs; None where nobody has."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=str)
    on_path = shutil.which("initdb")
    return found[-1].parent if found else on_path and Path(on_path).parent


BINARIES = find_binaries()
# The server refuses to run as root, and then another user has to be able to enter its directory.
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

pytestmark = [
    pytest.mark.skipif(BINARIES is None, reason="PostgreSQL is not installed"),
    pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed"),
    pytest.mark.skipif(
        AS_ROOT and shutil.which("setpriv") is None, reason="setpriv is not installed"
    ),
]


class Server:
    """A server of our own, on a port of the loopback interface."""

    def __init__(self, directory):
        self.directory = directory
        self.data = str(directory / "data")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])

    def start(self):
        """Make a database whose users need their passwords, and serve it."""
        password = self.directory / "password"
        password.write_text(ADMIN["password"], encoding="utf-8")
        if AS_ROOT:
            for path in (self.directory, password):
                shutil.chown(path, NOBODY)
        self.run(
            *("initdb", "-D", self.data, "-U", ADMIN["username"], "--pwfile", str(password)),
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale", "C", "--no-sync"),
        )
        options = f"-h 127.0.0.1 -p {self.port} -c unix_socket_directories='' -c fsync=off"
        log = str(self.directory / "log")
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self):
        """End the server."""
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def run(self, program, *arguments):
        """Run one of the server's programs, never as root."""
        become = ["setpriv", f"--reuid={NOBODY}", "--clear-groups", "--"] if AS_ROOT else []
        subprocess.run(  # noqa: S603 - the programs that were found
            [*become, str(BINARIES / program), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=self.directory,
        )

    def query(self, user, password, statement):
        """Run a statement as a user."""
        return subprocess.run(  # noqa: S603 - our own statements
            [
                *("psql", "-h", "127.0.0.1", "-p", self.port, "-U", user, "-d", "postgres"),
                *("-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"),
            ],
            input=statement,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"},
        )

    def accepts(self, user, password):
        """Tell whether a user can log in with a password."""
        return self.query(user, password, "SELECT 1;").stdout.strip() == "1"

    def set_password(self, *, by, user, password):
        """Create a user, or change his password."""
        quoted = password.replace("'", "''")
        exists = f"SELECT 1 FROM pg_roles WHERE rolname = '{user}';"  # noqa: S608 - our own users
        verb = "ALTER" if self.query(*by, exists).stdout.strip() else "CREATE"
        changed = self.query(*by, f"{verb} USER \"{user}\" PASSWORD '{quoted}';")
        assert changed.returncode == 0, changed.stderr


@pytest.fixture(scope="module")
def server():
    """Run a PostgreSQL server for the tests of this file."""
    # pytest's own temporary directories are closed to all other users.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        server = Server(Path(directory))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def user(server):
    """Have a user exist who may log in; return his secret's value."""
    value = {"username": "app", "password": "app's first"}
    server.set_password(by=tuple(ADMIN.values()), user=value["username"], password="app's first")
    return value


def test_the_server_wants_passwords(server, user):
    """What the other tests rely on: the right password is accepted, and no other."""
    assert server.accepts("app", user["password"])
    assert not server.accepts("app", "another")


def test_the_password_of_a_single_user(fake_secrets, secrets_client, server, user):
    """After the rotation the database accepts the new password and refuses the old one."""
    fake_secrets.add("db", user)
    fake_secrets.rotation_lambda(LAMBDA, SingleUser(server))

    secrets_client.rotate_secret(
        SecretId="db", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
    )

    first = fake_secrets["db"].json()["password"]
    assert server.accepts("app", first)
    assert not server.accepts("app", user["password"])

    fake_secrets.clock.advance(days=31)

    second = fake_secrets["db"].json()["password"]
    assert server.accepts("app", second)
    assert not server.accepts("app", first)
    assert ["succeeded"] * 2 == [run.outcome for run in fake_secrets.rotations]


def test_the_passwords_of_alternating_users(fake_secrets, secrets_client, server, user):
    """After a rotation the former user's password still works; after two it does no more."""
    master = fake_secrets.add("master", ADMIN)
    fake_secrets.add("db", {**user, "masterarn": master.arn})
    fake_secrets.rotation_lambda(LAMBDA, MultiUser(server))

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=LAMBDA)
    value = fake_secrets["db"].json()

    assert "app_clone" == value["username"]
    assert server.accepts("app_clone", value["password"])
    assert server.accepts("app", user["password"])

    secrets_client.rotate_secret(SecretId="db")

    assert server.accepts("app", fake_secrets["db"].json()["password"])
    assert not server.accepts("app", user["password"])
    assert server.accepts("app_clone", value["password"])


def test_a_rotation_that_the_database_refuses(fake_secrets, secrets_client, server, user):
    """A secret that does not open the database any more stays as it is, and so does the user."""
    fake_secrets.add("db", {**user, "password": "outdated"})
    fake_secrets.rotation_lambda(LAMBDA, SingleUser(server))

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=LAMBDA)

    assert "setSecret ValueError" == str(fake_secrets.rotations[0].steps[-1])
    assert "outdated" == fake_secrets["db"].json()["password"]
    assert server.accepts("app", user["password"])
