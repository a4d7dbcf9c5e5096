from __future__ import annotations

import sys

import pytest

APPLICATION = """
import boto3

def read(name):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

def write(name, value):
    boto3.client("secretsmanager").create_secret(Name=name, SecretString=value)
"""
TESTS = """
import pytest
from application import read, write

AT_IMPORT = read("db")

def pytest_generate_tests(metafunc):
    if "generated" in metafunc.fixturenames:
        metafunc.parametrize("generated", [read("db")])

@pytest.fixture(scope="module")
def of_module():
    write("of-module", "kept")
    return read("db")

@pytest.fixture(scope="module", autouse=True)
def autouse_of_module():
    return read("db")

@pytest.fixture
def of_test():
    write("of-test", "gone")

def setup_module():
    assert read("db") == "s3cret"

def test_import():
    assert AT_IMPORT == "s3cret"

def test_generated(generated):
    assert generated == "s3cret"

@pytest.mark.parametrize("time", [1, 2])
def test_fixtures(of_test, of_module, time):
    assert of_module == "s3cret"
    assert (read("of-module"), read("of-test")) == ("kept", "gone")
    write("mine", "x")

@pytest.mark.parametrize("time", [1, 2])
def test_copies(time):
    write("mine", "x")

def test_its_own_fake(fake_secrets):
    assert "db" in fake_secrets
    fake_secrets.add("db", "other")
    assert read("db") == "other"

@pytest.mark.secrets({"db": "marked"})
def test_marked():
    assert read("db") == "marked"

def test_untouched():
    assert read("db") == "s3cret"

class TestClass:
    def setup_method(self):
        write("of-method", "x")

    def test_one(self):
        assert read("of-method") == "x"

    def test_two(self):
        assert read("of-method") == "x"
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """Write a suite whose code reads secrets at import."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\nfakesecrets_autouse = true\nfakesecrets_seeds = seeds.json\n")
    pytester.path.joinpath("seeds.json").write_text('{"db": "s3cret"}')
    pytester.makepyfile(application=APPLICATION, test_suite=TESTS)
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    pytester.syspathinsert()
    return pytester


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-p", "no:cacheprovider"],
        ["--import-mode=importlib"],
        ["--import-mode=append"],
        ["-p", "xdist", "-n", "1"],
        ["-p", "no:randomly", "-s"],
    ],
    ids=" ".join,
)
def test_secrets_are_there_from_import_to_end(suite, options):
    """Code finds its secrets at import, in every fixture, and each test starts from a copy."""
    suite.makeconftest("from application import read\n\nCONFIGURED = read('db')\n")

    launch = suite.runpytest_subprocess if "-n" in options else suite.runpytest_inprocess
    result = launch(*options)

    result.assert_outcomes(passed=11)


def test_tests_alone_do_not_need_to_ask(suite):
    """A test that asks for nothing has a fake of its own, which is no longer there afterwards."""
    suite.makepyfile(
        test_suite="""
    from botocore.endpoint import Endpoint
    from application import read, write

    def test_one():
        write("a", "x")

    def test_two():
        write("a", "x")
    """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=2)


def test_doctests_have_copies_too(suite):
    """Each doctest starts from a copy of its own."""
    suite.makepyfile(
        test_suite='''
    def one():
        """
        >>> from application import read, write
        >>> write("a", "x")
        >>> read("db")
        's3cret'
        """

    def two():
        """
        >>> from application import write
        >>> write("a", "x")
        """
    '''
    )
    suite.maketxtfile(test_text=">>> from application import write\n>>> write('a', 'x')\n")

    result = suite.runpytest_inprocess("--doctest-modules", "--doctest-glob=*.txt")

    result.assert_outcomes(passed=3)


def test_items_without_fixtures_have_copies_too(suite):
    """Items of other kinds, which know no fixtures, start from a copy as well."""
    suite.makeconftest("""
    import pytest
    from application import read, write

    class Item(pytest.Item):
        def runtest(self):
            write("a", read("db"))

    class File(pytest.File):
        def collect(self):
            return [Item.from_parent(self, name=name) for name in ("one", "two")]

    def pytest_collect_file(parent, file_path):
        return File.from_parent(parent, path=file_path) if file_path.suffix == ".txt" else None
    """)
    suite.makepyfile(test_suite="")
    suite.maketxtfile(test_it="nothing")

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=2)


def test_unittest_has_copies_too(suite):
    """Tests of a TestCase start from copies; setUpClass writes to the fake that outlives them."""
    suite.makepyfile(
        test_suite="""
    import unittest
    from application import read, write

    class TestOld(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            write("of-class", "x")

        def setUp(self):
            write("mine", "x")

        def test_one(self):
            self.assertEqual("x", read("of-class"))

        def test_two(self):
            self.assertEqual("s3cret", read("db"))
    """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=2)


def test_pytest_runs_twice_in_one_process(suite):
    """The fake of a run ends with it, and the next run begins anew."""
    script = suite.makepyfile(
        twice="""
import sys
import pytest
from botocore.endpoint import Endpoint

original = Endpoint.make_request
codes = []
for _ in range(2):
    codes.append(int(pytest.main(["test_suite.py"])))
    assert Endpoint.make_request is original
    del sys.modules["test_suite"]
sys.exit(sum(codes))
"""
    )

    result = suite.run(sys.executable, script)

    assert 0 == result.ret
    assert 2 == sum("11 passed" in line for line in result.outlines)


def test_a_run_that_cannot_begin_leaves_nothing_behind(suite):
    """Where a conftest.py cannot be imported, or an ini option is wrong, botocore is as it was."""
    suite.makeconftest("raise ValueError")
    script = suite.makepyfile(
        twice="""
import sys
import pytest
from botocore.endpoint import Endpoint
from pytest_fakesecrets._listeners import listeners

original = Endpoint.make_request
for options in ([], ["-o", "fakesecrets_seeds=missing.json"], ["-o", "fakesecrets_real_calls=on"]):
    assert pytest.main(options) == pytest.ExitCode.USAGE_ERROR
    assert Endpoint.make_request is original
    assert listeners == []
"""
    )

    result = suite.run(sys.executable, script)

    assert 0 == result.ret


def test_leaks_of_what_it_holds_are_found(suite):
    """A test that shows a secret of the fake around it is told so, without asking for a fake."""
    suite.makeini(
        "[pytest]\nfakesecrets_autouse = true\nfakesecrets_seeds = seeds.json\n"
        "fakesecrets_leaks = error\n"
    )
    (suite.path / "seeds.json").write_text('{"db": "correct horse"}')
    suite.makepyfile(
        test_suite="""
    from application import read, write

    def test_shows():
        print(read("db"))

    def test_shows_nothing():
        write("other", "battery staple")

    def test_forgets():
        print("battery staple")
    """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=2, failed=1)
    assert "  db, in captured stdout of call, line 1" in result.outlines


def test_hooks_seed_it_once_they_are_known(suite):
    """What a conftest.py contributes is there when the tests are collected."""
    suite.makeconftest("""
    def pytest_fakesecrets_seeds(node):
        return [{"hooked": str(node)}]
    """)
    suite.makepyfile(
        test_suite="""
    from application import read

    AT_IMPORT = read("hooked")

    def test_it(fake_secrets):
        assert AT_IMPORT == "None" == read("hooked")
    """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        ("fakesecrets_seeds = missing.json", "missing.json"),
        ("fakesecrets_region = Dublin", "fakesecrets_region='Dublin' is not the name of an AWS"),
        ("fakesecrets_account = 12", "fakesecrets_account='12' is not the id of an AWS account."),
        (
            "fakesecrets_real_calls = on",
            "on is not a value of the ini option fakesecrets_real_calls",
        ),
        ("fakesecrets_autouse = perhaps", "invalid truth value 'perhaps'"),
    ],
)
def test_a_wrong_ini_ends_the_run_with_one_message(pytester, ini, message):
    """A value that an ini option cannot have is shown before anything is collected."""
    pytester.makeini(
        f"[pytest]\nfakesecrets_autouse = true\n{ini}\n"
        if "autouse" not in ini
        else f"[pytest]\n{ini}\n"
    )

    result = pytester.runpytest_inprocess()

    assert pytest.ExitCode.USAGE_ERROR == result.ret or "perhaps" in message
    assert message in result.stderr.str()
    assert "INTERNALERROR" not in result.stdout.str()


def test_a_plugin_that_is_loaded_late_begins_when_pytest_configures(suite, monkeypatch):
    """Where a conftest.py names the plugin, the fake is there from then on."""
    monkeypatch.delenv("PYTEST_PLUGINS")
    suite.makeconftest("pytest_plugins = ['pytest_fakesecrets.plugin']")

    result = suite.runpytest_subprocess("-p", "no:fakesecrets")

    result.assert_outcomes(passed=11)
