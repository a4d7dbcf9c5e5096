"""Hooks that a conftest.py or a plugin may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._aws.rotation.functions import Handler
    from ._calls.call import Call
    from ._codes import ConnectionErrorName, ErrorCode
    from ._fake.seeds import Seed

    Node = pytest.Item | pytest.Collector | None


@pytest.hookspec
def pytest_fakesecrets_seeds(node: Node) -> Iterable[Seed] | None:
    """Return secrets that a fake begins with, beneath those of markers.

    :param node: the test, class, module, package or session that the fake is for; None for the
        fake of ``fakesecrets_autouse``.
    """


@pytest.hookspec(firstresult=True)
def pytest_fakesecrets_rotation_function(arn: str, node: Node) -> Handler | None:
    """Return the handler of a rotation function that no test has registered.

    :param arn: the ARN that RotateSecret names.
    :param node: the test that runs, or the collector; None outside both.
    """


@pytest.hookspec(firstresult=True)
def pytest_fakesecrets_fault(
    call: Call, node: Node
) -> ErrorCode | ConnectionErrorName | str | None:
    """Return the error that an attempt of a call is to get, where no fault of the test decides.

    :param call: what was sent, with secret values masked.
    :param node: the test that runs, or the collector; None outside both.
    """


@pytest.hookspec
def pytest_fakesecrets_call_finished(call: Call, node: Node) -> None:
    """Observe a call whose outcome the code under test has.

    :param call: with outcome, attempts and delays.
    :param node: the test that runs, or the collector; None outside both.
    """
