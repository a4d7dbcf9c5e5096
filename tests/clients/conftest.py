from __future__ import annotations

import pytest


@pytest.fixture
def secrets_client(fake_secrets):
    """As the plugin has it: a client of its own for each test, which may change it."""
    return fake_secrets.client()
