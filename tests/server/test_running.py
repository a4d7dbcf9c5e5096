"""A server starts and stops, and leaves nothing behind."""

from __future__ import annotations

import multiprocessing
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from pathlib import Path

import boto3
import pytest
from http_requests import post, send

from pytest_fakesecrets import FakeSecrets, UsageError

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "NO_PROXY",
    "no_proxy",
)
READ = """
import boto3
print(boto3.client("secretsmanager").get_secret_value(SecretId="prod/db")["SecretString"])
"""


def test_the_environment_of_child_processes(fake, monkeypatch):
    """What SDKs read is set while the server runs, what misleads them is not; then all returns."""
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", raising=False)
    before = dict(os.environ)

    with fake.serve() as server:
        inside = dict(os.environ)
        assert set(VARIABLES) == set(server.environ)
        assert server.environ.items() <= inside.items()
        assert "AWS_PROFILE" not in inside
        assert "us-east-1" == inside["AWS_REGION"] == inside["AWS_DEFAULT_REGION"]
        assert "123456789012" == inside["AWS_ACCESS_KEY_ID"]
        assert "example.com,127.0.0.1,localhost,::1" == inside["NO_PROXY"]

    assert before == dict(os.environ)


def test_a_failing_test_leaves_nothing_behind(fake):
    """The environment returns, and what failed is what is shown."""
    before, threads = dict(os.environ), threading.active_count()

    def fail():
        with fake.serve(agent=True) as server:
            fake.faults.error("ThrottlingException", when=lambda _: 1 / 0)
            post(server, "GetSecretValue", {"SecretId": "prod/db"})
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert before == dict(os.environ)
    assert threads == threading.active_count()


def test_two_hundred_servers_leave_no_thread_and_no_descriptor(fake):
    """Threads and descriptors are as many after 200 servers as before."""

    def use():
        with fake.serve(agent=True, extension=True) as server:
            with socket.create_connection(("127.0.0.1", server.port)):
                assert 200 == send(server, "GET", "/ping").status
            assert 200 == post(server, "GetSecretValue", {"SecretId": "prod/db"}).status

    def counts():
        descriptors = Path("/proc/self/fd")
        opened = len(list(descriptors.iterdir())) if descriptors.exists() else 0
        return threading.active_count(), opened

    use()
    before = counts()
    for _ in range(200):
        use()

    assert before == counts()


def test_a_connection_that_is_being_closed_is_waited_for(fake, monkeypatch):
    """A server has ended when the last of its threads has."""
    close = socketserver.TCPServer.shutdown_request

    def close_slowly(server, connection):
        time.sleep(0.1)
        close(server, connection)

    monkeypatch.setattr(socketserver.TCPServer, "shutdown_request", close_slowly)
    before = threading.active_count()
    with fake.serve() as server:
        post(server, "GetSecretValue", {"SecretId": "prod/db"})

    assert before == threading.active_count()


def test_connections_that_clients_keep_are_closed(fake):
    """A client that keeps its connection does not keep the server."""
    with fake.serve() as server:
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        connection.sendall(b"OPTIONS / HTTP/1.1\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400")

    assert b"" == connection.recv(1)
    connection.close()


def test_no_socket_without_a_server(fake, monkeypatch):
    """A fake that nobody serves opens no socket."""
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("opened a socket"))

    with fake:
        assert "s3cret" == fake.client().get_secret_value(SecretId="prod/db")["SecretString"]


def has_ipv6():
    """Tell whether the machine has ::1."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="the machine has no ::1")
def test_both_loopback_addresses(fake):
    """The name localhost may mean ::1 first."""
    with fake.serve() as server:
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as connection:
                connection.connect((host, server.port))

    with fake.serve(host="::1") as server:
        assert f"http://[::1]:{server.port}" == server.url
        assert 200 == post(server, "ListSecrets").status
    with fake.serve(host="localhost") as server:
        assert f"http://127.0.0.1:{server.port}" == server.url
    taken = socket.create_server(("::1", 0), family=socket.AF_INET6)
    with taken, fake.serve(port=taken.getsockname()[1]) as server:
        assert 200 == post(server, "ListSecrets").status


def test_a_port_of_one_s_choice(fake):
    """A port may be chosen, is free again at once, and is refused while it is in use."""
    with fake.serve() as server:
        port = server.port
        with pytest.raises(UsageError, match=rf"127\.0\.0\.1 port {port} cannot be used: .*port=0"):
            fake.serve(port=port).start()
    with fake.serve(port=port) as server:
        assert f"http://127.0.0.1:{port}" == server.url
        assert f"<Server http://127.0.0.1:{port}>" == repr(server)


MISUSES = {
    "port": ({"port": 70000}, "port=70000 is not the number of a port"),
    "port as text": ({"port": "80"}, "port='80' is not the number of a port"),
    "port as bool": ({"port": True}, "port=True is not the number of a port"),
    "host": ({"host": "0.0.0.0"}, "would let other machines read"),  # noqa: S104 - refused
    "cache": ({"cache_seconds": -1}, "cache_seconds=-1 is not a duration"),
    "long cache": ({"cache_seconds": 3601}, "Give 0 to 3600"),
    "cache as text": ({"cache_seconds": "5"}, "is not a duration"),
}


@pytest.mark.parametrize(("options", "text"), MISUSES.values(), ids=MISUSES)
def test_misuses(fake, options, text):
    """Each wrong argument is named, with what would be right."""
    with pytest.raises(UsageError, match=text):
        fake.serve(**options)


def test_other_machines_only_where_the_test_insists(fake):
    """Any address of the machine is taken with allow_other_hosts."""
    server = fake.serve(host="0.0.0.0", allow_other_hosts=True)  # noqa: S104 - the point
    with server, socket.create_connection(("127.0.0.1", server.port)):
        assert server.url.startswith("http://0.0.0.0:")


def test_a_server_that_does_not_run(fake):
    """What only a running server has, says so."""
    server = fake.serve()

    assert "<Server not started>" == repr(server)
    for ask in (lambda: server.url, lambda: server.environ, lambda: server.token_file, server.stop):
        with pytest.raises(UsageError, match="This server does not run"):
            ask()
    server.start()
    with pytest.raises(UsageError, match="runs already"):
        server.start()
    server.stop()


def test_a_server_that_cannot_start_leaves_nothing_behind(fake, monkeypatch):
    """What had begun when something failed is ended, and the server may be started later."""
    environ, threads = dict(os.environ), threading.active_count()
    server = fake.serve(agent=True)

    with monkeypatch.context() as patched:
        patched.setattr("tempfile.mkstemp", lambda **_: os.open("/nowhere", 0))
        with pytest.raises(FileNotFoundError):
            server.start()

    assert "<Server not started>" == repr(server)
    assert (environ, threads) == (dict(os.environ), threading.active_count())
    with server:
        assert 200 == send(server, "GET", "/ping").status


def test_without_werkzeug(fake, monkeypatch):
    """The message has the line to type."""
    for name in [name for name in sys.modules if name.startswith("pytest_fakesecrets._server")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "werkzeug.serving", None)

    with pytest.raises(UsageError, match=r'Type: pip install "pytest-fakesecrets\[server\]"'):
        fake.serve()


def test_a_request_that_is_being_answered_is_answered(fake):
    """The end of a server waits for what it has begun."""
    began, ended = threading.Event(), []

    def wait(_):
        began.set()
        threading.Event().wait(0.2)
        return False

    fake.faults.error("ThrottlingException", when=wait)
    with fake.serve() as server:
        url = server.url

        class Here:
            pass

        Here.url = url
        thread = threading.Thread(
            target=lambda: ended.append(post(Here, "GetSecretValue", {"SecretId": "prod/db"}))
        )
        thread.start()
        began.wait()
    thread.join()

    assert [200] == [answer.status for answer in ended]


def test_a_subprocess(fake):
    """A subprocess finds the server by what it inherits."""
    with fake.serve():
        run = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", READ], capture_output=True, text=True, check=True
        )

    assert "s3cret\n" == run.stdout
    assert "http" == fake.calls.last.via


def read_and_write(name):
    """Read a secret in another process, and write one."""
    client = boto3.client("secretsmanager")
    client.create_secret(Name=name, SecretString=str(os.getpid()))
    return client.get_secret_value(SecretId="prod/db")["SecretString"]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_of_multiprocessing(method):
    """Each way to start a process leads to the same secrets, also while the fake answers here."""
    with FakeSecrets({"prod/db": "s3cret"}, region="us-east-1") as fake, fake.serve():
        with multiprocessing.get_context(method).Pool(2) as pool:
            values = pool.map(read_and_write, ["a", "b", "c"])
            pool.close()
            pool.join()

        assert ["s3cret"] * 3 == values
        assert ["a", "b", "c", "prod/db"] == sorted(fake)
        assert fake["a"].value != str(os.getpid())


def test_a_client_of_another_process_asks_the_server():
    """What a forked process does, seen in this one."""
    with FakeSecrets({"prod/db": "s3cret"}, region="us-east-1") as fake, fake.serve():
        fake._pipeline.served._process = -1

        fake.client().get_secret_value(SecretId="prod/db")

        assert "http" == fake.calls.last.via


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_worker_with_a_client_of_before():
    """A worker as gunicorn has them: the client was made, and used, before the fork."""
    with FakeSecrets({"prod/db": "s3cret"}, region="us-east-1") as fake, fake.serve():
        client = fake.client()
        client.get_secret_value(SecretId="prod/db")
        child = os.fork()
        if child == 0:
            client.put_secret_value(SecretId="prod/db", SecretString="of the worker")
            os._exit(0)
        os.waitpid(child, 0)

        assert "of the worker" == fake["prod/db"].value
        assert ["client", "http"] == [call.via for call in fake.calls]


def test_servers_within_one_another(fake):
    """Two fakes may be served at once; the later one is what child processes find."""
    other = FakeSecrets({"other": "v"})
    with fake.serve() as outer:
        with other.serve() as inner:
            assert inner.url == os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] != outer.url
            assert 200 == post(outer, "GetSecretValue", {"SecretId": "prod/db"}).status
            assert 400 == post(inner, "GetSecretValue", {"SecretId": "prod/db"}).status
        assert outer.url == os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"]


def test_a_fake_is_served_again(fake):
    """A server that has stopped starts again, at another port and with other tokens."""
    server = fake.serve(agent=True)
    tokens = set()
    for _ in range(2):
        with server:
            tokens.add(server.environ["AWS_TOKEN"])
            assert 200 == post(server, "ListSecrets").status

    assert 2 == len(tokens)
