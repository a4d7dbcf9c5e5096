"""Secrets in what tests print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..fixtures import FAKES

if TYPE_CHECKING:
    import pytest


def detect_leaks(config: pytest.Config) -> None:
    """Begin to look for leaks, unless that is done already."""
    if config.pluginmanager.has_plugin("fakesecrets_leaks"):
        return
    from .watch import LeakDetector

    config.pluginmanager.register(LeakDetector(config, config.stash[FAKES]), "fakesecrets_leaks")
