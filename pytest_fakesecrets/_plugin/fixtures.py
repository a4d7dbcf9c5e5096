"""The fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

import pytest

from .._errors import UsageError
from .mark_names import is_marked
from .options import ENDPOINT
from .run import FakesOfRun, usage_errors_shown

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from .._calls.error_cases import ErrorCase
    from .._fake.fake import FakeSecrets
    from .._server.running import Server

WIDER: Final = (
    "session_fake_secrets",
    "package_fake_secrets",
    "module_fake_secrets",
    "class_fake_secrets",
)
FIXTURES: Final = frozenset(
    (*WIDER, "fake_secrets", "fake_secrets_server", "secrets_client", "secrets_error")
)
FAKES: Final = pytest.StashKey[FakesOfRun]()


@pytest.fixture
def fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that answers every botocore client until the test ends."""
    if is_real(request.node):
        pytest.fail(
            "A test with @pytest.mark.secrets(allow_real_calls=True) asks for fake_secrets too. "
            "It can have one of them.",
            pytrace=False,
        )
    for name in WIDER:
        if name in request.fixturenames:
            request.getfixturevalue(name)
    yield from fake_of_scope(request)


@pytest.fixture(scope="class")
def class_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test class."""
    yield from fake_of_scope(request)


@pytest.fixture(scope="module")
def module_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test module."""
    yield from fake_of_scope(request)


@pytest.fixture(scope="package")
def package_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test package."""
    yield from fake_of_scope(request)


@pytest.fixture(scope="session")
def session_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test run."""
    yield from fake_of_scope(request)


@pytest.fixture
def secrets_client(
    fake_secrets: FakeSecrets, request: pytest.FixtureRequest
) -> Iterator[SecretsManagerClient]:
    """Give a client of the fake AWS Secrets Manager: boto3's, or else botocore's."""
    if request.config.getoption(ENDPOINT):
        yield fake_secrets.client()
        return
    from .._botocore.clients import lent_client, region_of_clients
    from .._fake.fake import pipeline_of

    region = region_of_clients(pipeline_of(fake_secrets).settings)
    with lent_client(region, fake_secrets.account) as client:
        yield client


@pytest.fixture
def fake_secrets_server(fake_secrets: FakeSecrets) -> Iterator[Server]:
    """Have the fake AWS Secrets Manager answer other processes, too; and agent and extension."""
    with usage_errors_shown():
        server = fake_secrets.serve(agent=True, extension=True)
    with server:
        yield server


@pytest.fixture
def secrets_error(fake_secrets: FakeSecrets, request: pytest.FixtureRequest) -> ErrorCase:
    """Have AWS Secrets Manager answer with an error; one run for each documented one."""
    if not hasattr(request, "param"):
        pytest.fail(
            "secrets_error has a run for each error only where a test function asks for it, or "
            "has the mark secrets_errors; not in a unittest.TestCase, nor by getfixturevalue. Go "
            "through the errors in the test: for error in fake.faults.each_error(): …",
            pytrace=False,
        )
    if isinstance(request.param, UsageError):
        path, line, _ = request.node.location
        where = path if line is None else f"{path}:{line + 1}"
        text = f"{request.param} It stands in @pytest.mark.secrets_errors at {where}."
        pytest.fail(text, pytrace=False)
    error: ErrorCase = request.param
    fake_secrets.faults.error(error.code, operation=error.operation)
    return error


def fake_of_scope(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the fixture."""
    fakes, name = request.config.stash[FAKES], request.fixturename
    url: str | None = request.config.getoption(ENDPOINT)
    with fakes.run(str(name), request.scope, request.node, passthrough=url is not None) as fake:
        if url is None:
            yield fake
            return
        from .elsewhere import elsewhere

        with elsewhere(url, fake, fakes.seeds_of(fake)) as there:
            yield cast("FakeSecrets", there)


def is_real(item: pytest.Item) -> bool:
    """Tell whether a test is to reach the real AWS."""
    if not is_marked(item):
        return False
    from .mark_options import closest

    # A misused marker is shown when its fake begins.
    with suppress(UsageError):
        return bool(closest(item, "allow_real_calls"))
    return False
