from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def only_this_plugin(monkeypatch):
    """Have inner runs load this plugin alone, which halves their time; ``-p`` adds others."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_fakesecrets.plugin")
