from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest

import pytest_fakesecrets

HEAVY = {"boto3", "botocore"}
REPORT = """
import json, sys

def pytest_unconfigure(config):
    with open("modules.json", "w") as file:
        json.dump(sorted(sys.modules), file)
"""


def modules_after(code):
    """Return the modules that a new interpreter has loaded after some code."""
    code = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    finished = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return set(json.loads(finished.stdout))


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import pytest_fakesecrets", "pytest_fakesecrets"),
        ("import pytest_fakesecrets.plugin", "pytest_fakesecrets.plugin"),
        ("import pytest_fakesecrets; pytest_fakesecrets.__version__", "importlib.metadata"),
    ],
    ids=["package", "plugin", "version"],
)
def test_loading_imports_nothing_heavy(code, loaded):
    """Neither the package nor the plugin loads botocore or boto3."""
    modules = modules_after(code)

    assert loaded in modules
    assert set() == HEAVY & modules


def test_a_fake_imports_botocore():
    """What the other tests find absent is loaded as soon as a fake is wanted."""
    assert "botocore" in modules_after("import pytest_fakesecrets; pytest_fakesecrets.FakeSecrets")


@pytest.mark.parametrize(
    "source",
    ["", "def test_it(): pass\n", "import pytest\n\n@pytest.mark.secrets\ndef helper(): pass\n"],
    ids=["empty file", "test without a fake", "marker that no test has"],
)
def test_a_run_without_fakes_imports_nothing_heavy(pytester, source):
    """A whole run of pytest that needs no fake never loads botocore or boto3."""
    pytester.makeconftest(REPORT)
    pytester.makepyfile(source)
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    options = ["-p", "pytest_fakesecrets.plugin", "-p", "no:cacheprovider"]
    subprocess.run(  # noqa: S603 - our own interpreter, our own options
        [sys.executable, "-m", "pytest", *options], check=False, env=environment, cwd=pytester.path
    )

    modules = set(json.loads((pytester.path / "modules.json").read_text()))

    assert "pytest_fakesecrets.plugin" in modules
    assert set() == HEAVY & modules


def test_public_names_are_sorted_and_complete():
    """__all__ is sorted and holds every public name, and each of them is there."""
    names = pytest_fakesecrets.__all__

    assert sorted(names) == names
    assert [
        "Call",
        "CallLog",
        "Clock",
        "Denial",
        "ErrorCase",
        "FakeSecrets",
        "FakeSecretsWarning",
        "Fault",
        "Faults",
        "Kms",
        "Masked",
        "NoSuchSecretError",
        "RealCallError",
        "RotationRun",
        "RotationRuns",
        "RotationStep",
        "Secret",
        "SecretView",
        "Server",
        "UnsupportedError",
        "UsageError",
        "Version",
        "VersionView",
        "__version__",
    ] == names
    assert names == dir(pytest_fakesecrets)
    assert set(pytest_fakesecrets._HOMES) | {"__version__"} == set(names)


@pytest.mark.parametrize("name", [name for name in pytest_fakesecrets.__all__ if name[0] != "_"])
def test_public_names_are_classes_of_the_package(name):
    """Each public name is the class of that name."""
    found = getattr(pytest_fakesecrets, name)

    assert name == found.__name__
    assert found.__module__.partition(".")[0] == "pytest_fakesecrets"
    assert found.__doc__


def test_version_is_the_distribution_s():
    """__version__ is read from the installed distribution."""
    assert version("pytest-fakesecrets") == pytest_fakesecrets.__version__


def test_an_unknown_name_is_refused_as_by_any_module():
    """A name that is not there gives Python's own AttributeError."""
    with pytest.raises(AttributeError) as caught:
        pytest_fakesecrets.FakeSecret  # noqa: B018 - the access is what fails

    assert "module 'pytest_fakesecrets' has no attribute 'FakeSecret'" == str(caught.value)
