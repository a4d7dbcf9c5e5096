"""A fake behind a server."""

from __future__ import annotations

import pytest

from pytest_fakesecrets import FakeSecrets

pytest.importorskip("werkzeug")


@pytest.fixture
def fake():
    """Give a fake that answers in no process but through its server."""
    return FakeSecrets({"prod/db": "s3cret"}, region="us-east-1")


@pytest.fixture
def server(fake):
    """Give a server of it."""
    with fake.serve() as server:
        yield server
