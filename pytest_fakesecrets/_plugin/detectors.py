"""What is looked for in tests, where an ini option or a mark asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .fixtures import FAKES

if TYPE_CHECKING:
    import pytest


def detect_leaks(config: pytest.Config) -> None:
    """Begin to look for values of secrets in what tests show, unless that is done already."""
    if not config.pluginmanager.has_plugin("fakesecrets_leaks"):
        from .leaks.watch import LeakDetector

        detector = LeakDetector(config, config.stash[FAKES])
        config.pluginmanager.register(detector, "fakesecrets_leaks")


def detect_unused_faults(config: pytest.Config) -> None:
    """Begin to look for faults that apply to no call, unless that is done already."""
    if not config.pluginmanager.has_plugin("fakesecrets_unused_faults"):
        from .unused import UnusedFaults

        detector = UnusedFaults(config.stash[FAKES])
        config.pluginmanager.register(detector, "fakesecrets_unused_faults")


def detect_unused_seeds(config: pytest.Config) -> None:
    """Begin to look for seeds that no call of the run is about."""
    from .unused import UnusedSeeds

    detector = UnusedSeeds(config.stash[FAKES], config.getini("fakesecrets_unused_seeds"))
    config.pluginmanager.register(detector, "fakesecrets_unused_seeds")
