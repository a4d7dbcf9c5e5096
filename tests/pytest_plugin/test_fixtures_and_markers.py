from __future__ import annotations

import sys
from textwrap import dedent

import pytest

SCOPES = ["class", "module", "package", "session"]
ERRORS_OF_GET_SECRET_VALUE = [
    "DecryptionFailure",
    "InternalServiceError",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceNotFoundException",
]
OTHER_MEANING = (
    "If @pytest.mark.secrets has another meaning in this suite, register it there, in the ini "
    "option markers: then only @pytest.mark.fake_secrets is the mark of pytest-fakesecrets."
)
BAD_NAME = (
    "'bad name' is not a name that AWS accepts. "
    "Use letters, digits and any of -/_+=.@! (and no ARN: AWS makes it)."
)
# Hypothesis's own plugin would be imported anew in every run, and is slow to import.
OPTIONS = ["-p", "no:cacheprovider"]
READ = """
import boto3
import pytest
from pytest_fakesecrets import FakeSecrets, Secret

def read(name, region=None):
    client = boto3.client("secretsmanager", region_name=region)
    return client.get_secret_value(SecretId=name)["SecretString"]
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on a file that holds some source; return the result."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(source, *options):
        pytester.makepyfile(READ + dedent(source))
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


def section(result, title):
    """Return the lines of a report between the heading with `title` and the next heading."""
    lines = iter(result.outlines)
    next(line for line in lines if line.startswith(("_", "=")) and f" {title} " in line)
    taken = []
    for line in lines:
        if line.startswith(("___", "===")):
            break
        taken.append(line)
    return [line for line in taken if line]


def test_fixture_answers_every_client_of_one_test(run):
    """fake_secrets answers a client that knows nothing of it, and the next test starts empty."""
    result = run("""
    def test_first(fake_secrets):
        fake_secrets.add("prod/db", "s3cret")
        assert read("prod/db") == "s3cret"

    def test_second(fake_secrets):
        assert list(fake_secrets) == []
    """)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("scope", SCOPES)
def test_wider_fixture_lasts_for_its_scope(run, scope):
    """A fake of a wider scope is one and the same for all tests of that scope."""
    result = run(f"""
    class TestOne:
        def test_first(self, {scope}_fake_secrets):
            {scope}_fake_secrets.add("kept", "v")

        def test_second(self, {scope}_fake_secrets):
            assert list({scope}_fake_secrets) == ["kept"]
            assert read("kept") == "v"

    class TestTwo:
        def test_third(self, {scope}_fake_secrets):
            assert list({scope}_fake_secrets) == [{'"kept"' if scope != "class" else ""}]
    """)

    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("scope", ["class", "module"])
def test_wider_fixture_ends_with_its_scope(pytester, scope):
    """A fake of one class or module is not the fake of the next."""
    source = f"""
    def test_starts_empty({scope}_fake_secrets):
        assert list({scope}_fake_secrets) == []
        {scope}_fake_secrets.add("left", "v")
    """
    pytester.makepyfile(test_one=source, test_two=source)

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(passed=2)


# Before pytest 9.1 a plugin cannot say in public that a fixture is one for each package.
OF_PACKAGE = "[]" if hasattr(pytest, "register_fixture") else "['left']"


@pytest.mark.parametrize(
    ("scope", "seen"),
    [("package", OF_PACKAGE), ("session", "['left']")],
    ids=["package", "session"],
)
def test_package_and_session_fixtures_reach_over_files(pytester, scope, seen):
    """A fake of a package ends with the package, one of the session with the session."""
    for name, expected in (("one", "[]"), ("two", seen)):
        package = pytester.mkpydir(name)
        (package / f"test_{name}.py").write_text(
            f"def test_{name}({scope}_fake_secrets):\n"
            f"    assert list({scope}_fake_secrets) == {expected}\n"
            f"    {scope}_fake_secrets.add('left', 'v')\n"
        )

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("scope", SCOPES)
def test_inner_fake_starts_from_a_copy(run, scope):
    """A fake inside another starts with its secrets, and leaves the outer one untouched."""
    result = run(f"""
    class TestNested:
        def test_inner(self, {scope}_fake_secrets, fake_secrets):
            {scope}_fake_secrets.add("after", "never copied")
            assert list(fake_secrets) == []

        def test_copy(self, {scope}_fake_secrets, fake_secrets):
            assert read("after") == "never copied"
            boto3.client("secretsmanager").put_secret_value(SecretId="after", SecretString="new")
            assert fake_secrets["after"].value == "new"
            assert {scope}_fake_secrets["after"].value == "never copied"
            assert {scope}_fake_secrets.calls.count() == 0

        def test_untouched(self, {scope}_fake_secrets):
            assert read("after") == "never copied"
    """)

    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "fake_secrets, class_fake_secrets, module_fake_secrets, package_fake_secrets, "
            "session_fake_secrets"
        ),
        (
            "session_fake_secrets, package_fake_secrets, module_fake_secrets, class_fake_secrets, "
            "fake_secrets"
        ),
    ],
    ids=["narrowest first", "widest first"],
)
def test_the_narrowest_fake_is_the_innermost(run, arguments):
    """In whatever order a test names the fixtures, the narrowest answers."""
    result = run(f"""
    class TestAll:
        def test_all(self, {arguments}):
            fake_secrets.add("where", "function")
            assert read("where") == "function"
            for wider in (class_fake_secrets, module_fake_secrets, package_fake_secrets,
                          session_fake_secrets):
                assert "where" not in wider
    """)

    result.assert_outcomes(passed=1)


def test_a_wider_fake_got_by_usefixtures_is_around(run):
    """A wider fake that a test only uses is around its own fake as well."""
    result = run("""
    @pytest.fixture(scope="module")
    def database_password(module_fake_secrets):
        return module_fake_secrets.add("db", "module")

    @pytest.mark.usefixtures("database_password")
    def test_reads(fake_secrets):
        assert fake_secrets["db"].value == read("db") == "module"
    """)

    result.assert_outcomes(passed=1)


def test_an_inherited_marker_counts_for_each_class(run):
    """A class that inherits a marker has its fake seeded, whatever ended before it began."""
    result = run("""
    @pytest.mark.secrets({"inherited": "v"})
    class TestParent:
        def test_narrow(self, class_fake_secrets):
            assert read("inherited") == "v"

        def test_wide(self, class_fake_secrets, module_fake_secrets):
            module_fake_secrets.reset()

    class TestChild(TestParent):
        pass
    """)

    result.assert_outcomes(passed=4)


def test_a_wider_fake_that_begins_later_is_no_copy_of_a_narrower_one(run):
    """A module's fake that begins inside a class lies beneath, and knows nothing of the class's."""
    result = run("""
    @pytest.mark.secrets({"mine": "v"}, region="eu-west-1")
    class TestOne:
        def test_narrow(self, class_fake_secrets):
            assert read("mine") == "v"

        def test_wide(self, class_fake_secrets, module_fake_secrets):
            assert list(module_fake_secrets) == []
            assert read("mine") == "v"

    def test_other(module_fake_secrets):
        assert list(module_fake_secrets) == []
        assert module_fake_secrets.region == "us-east-1"
    """)

    result.assert_outcomes(passed=3)


def test_client_fixture_is_of_the_fake(run):
    """secrets_client is a client of boto3 that the fake answers, in the fake's Region."""
    result = run("""
    @pytest.mark.secrets({"a": "v"}, region="eu-west-1")
    def test_client(secrets_client, fake_secrets):
        assert secrets_client.get_secret_value(SecretId="a")["SecretString"] == "v"
        assert secrets_client.meta.region_name == "eu-west-1"
        assert secrets_client.meta.service_model.service_name == "secretsmanager"
        assert fake_secrets.calls.count() == 1
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "source",
    [
        """
        @pytest.mark.secrets({"a": "marked"})
        def test_it():
            assert read("a") == "marked"
        """,
        """
        @pytest.mark.secrets({"a": "marked"})
        class TestIt:
            def test_it(self):
                assert read("a") == "marked"
        """,
        """
        pytestmark = pytest.mark.secrets({"a": "marked"})

        def test_it():
            assert read("a") == "marked"
        """,
        """
        pytestmark = [pytest.mark.secrets({"b": "x"}), pytest.mark.secrets({"a": "marked"})]

        def test_it():
            assert read("a") == "marked"
        """,
        """
        import unittest

        @pytest.mark.secrets({"a": "marked"})
        class TestIt(unittest.TestCase):
            def setUp(self):
                self.seen = read("a")

            def test_it(self):
                self.assertEqual("marked", self.seen)
                self.assertEqual("marked", read("a"))
        """,
        """
        import unittest

        class TestIt(unittest.TestCase):
            @pytest.mark.secrets({"a": "marked"})
            def test_it(self):
                self.assertEqual("marked", read("a"))
        """,
        """
        @pytest.mark.parametrize(
            "name", [pytest.param("a", marks=pytest.mark.secrets({"a": "marked"}))]
        )
        def test_it(name):
            assert read(name) == "marked"
        """,
        """
        @pytest.mark.secrets({"a": "marked"})
        class TestIt:
            def setup_method(self):
                self.seen = read("a")

            def test_it(self):
                assert self.seen == "marked"
        """,
        """
        @pytest.fixture(autouse=True)
        def configured():
            return read("a")

        @pytest.mark.secrets({"a": "marked"})
        def test_it(configured):
            assert configured == "marked"
        """,
        """
        @pytest.fixture(autouse=True)
        def configured():
            return read("a")

        @pytest.mark.secrets({"a": "marked"})
        def test_it(configured, fake_secrets):
            assert fake_secrets["a"].value == configured
        """,
    ],
    ids=[
        "function",
        "class",
        "module",
        "module with several",
        "unittest.TestCase",
        "method of unittest.TestCase",
        "pytest.param",
        "setup_method",
        "autouse fixture",
        "autouse fixture and the fake asked for",
    ],
)
def test_marker_alone_activates(run, monkeypatch, source):
    """The marker needs no fixture beside it, and is there before all else of the test."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    result = run(source)

    result.assert_outcomes(passed=1)


def test_marker_without_seeds_activates(run):
    """The bare marker gives an empty fake."""
    result = run("""
    @pytest.mark.fake_secrets
    def test_it():
        assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []

    @pytest.mark.secrets
    def test_short():
        assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
    """)

    result.assert_outcomes(passed=2)


def test_several_marks_add_up(run):
    """Of several marks all seeds count, and for one secret the closest mark's."""
    result = run("""
    pytestmark = pytest.mark.secrets({"module": "m", "both": "module", "all": "module"})

    @pytest.mark.secrets({"class": "c", "both": "class", "all": "class"})
    class TestIt:
        @pytest.mark.secrets({"function": "f"}, Secret("all", "function"))
        def test_it(self, fake_secrets):
            assert {name: view.value for name, view in fake_secrets.items()} == {
                "module": "m",
                "both": "class",
                "all": "function",
                "class": "c",
                "function": "f",
            }

        @pytest.mark.secrets({"all": "upper"})
        @pytest.mark.secrets({"all": "lower"})
        def test_decorators(self):
            assert read("all") == "lower"
    """)

    result.assert_outcomes(passed=2)


def test_marks_of_a_wider_fake_are_not_seeded_again(run):
    """What a test did to the wider fake stays, although its own fake has the same marks."""
    result = run("""
    @pytest.mark.secrets({"a": "class"})
    class TestIt:
        def test_change(self, class_fake_secrets):
            class_fake_secrets.add("a", "changed")

        @pytest.mark.secrets({"b": "function"})
        def test_inner(self, class_fake_secrets, fake_secrets):
            assert read("a") == "changed"
            assert read("b") == "function"
            assert "b" not in class_fake_secrets
    """)

    result.assert_outcomes(passed=2)


def test_region_and_account_of_the_marker(run):
    """The marker's Region and account are the fake's; the closest mark that names one decides."""
    result = run("""
    pytestmark = pytest.mark.secrets({"a": "v"}, region="eu-west-1", account="111111111111")

    @pytest.mark.secrets(region="ap-south-1")
    def test_closest(fake_secrets):
        assert fake_secrets.region == "ap-south-1"
        assert fake_secrets.account == "111111111111"
        assert fake_secrets["a"].arn.startswith(
            "arn:aws:secretsmanager:ap-south-1:111111111111:secret:a-"
        )

    def test_client_without_region():
        assert boto3.client("secretsmanager").meta.region_name == "eu-west-1"
        assert read("a") == "v"

    def test_inner(module_fake_secrets, fake_secrets):
        assert (fake_secrets.region, fake_secrets.account) == ("eu-west-1", "111111111111")
    """)

    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        (
            'regon="eu-west-1"',
            (
                "regon is not an option of @pytest.mark.secrets; did you mean region? "
                "Choose one of: account, allow_real_calls, enforce_policies, file, leaks, "
                "principal, region, unused_faults. " + OTHER_MEANING
            ),
        ),
        (
            'db="v"',
            (
                "db is not an option of @pytest.mark.secrets. "
                "Choose one of: account, allow_real_calls, enforce_policies, file, leaks, "
                "principal, region, unused_faults. A secret of this name is given in a dict: "
                "{'db': value}. " + OTHER_MEANING
            ),
        ),
        (
            'region="Dublin"',
            "region='Dublin' is not the name of an AWS Region. Write it like 'eu-west-1'.",
        ),
        (
            "account=123456789012",
            (
                "account=123456789012 is not the id of an AWS account. Write its twelve digits "
                "as a string, "
                "like '123456789012'."
            ),
        ),
        ('{"bad name": "v"}', BAD_NAME),
        (
            '"prod/db"',
            (
                "@pytest.mark.secrets(...) was given an argument of type str, which does not "
                "describe a secret. Give dicts of names to values, or Secret(name, value, …). "
                + OTHER_MEANING
            ),
        ),
        (
            '{"a": "x" * 65537}',
            "Secret 'a': A value of 65,537 bytes is too long: AWS allows 65,536.",
        ),
    ],
    ids=["option", "secret as an option", "region", "account", "name", "seed", "size"],
)
def test_misused_marker_shows_one_message(run, mark, message):
    """A wrong marker is reported by its message alone, without a frame of the plugin."""
    result = run(f"""
    @pytest.mark.secrets({mark})
    def test_it():
        pass
    """)

    result.assert_outcomes(errors=1)
    assert [message] == section(result, "ERROR at setup of test_it")


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        (
            'Secret("a", "v", versions=[Version("w", ["AWSCURRENT"])])',
            (
                "Secret 'a' has versions= and one of value, previous= and pending=. "
                "Give either, not both."
            ),
        ),
        (
            'Secret("a", versions=[Version("v", ["AWSCURRENT"]), Version("w", ["AWSCURRENT"])])',
            "Secret 'a' has the staging label 'AWSCURRENT' twice. A label is on one version.",
        ),
    ],
    ids=["value and versions", "label twice"],
)
def test_impossible_secret_in_a_marker(run, secret, message):
    """A Secret that AWS could not hold stops the collection, at the line that wrote it."""
    result = run(f"""
    from pytest_fakesecrets import Version

    @pytest.mark.secrets({secret})
    def test_it():
        pass
    """)

    result.assert_outcomes(errors=1)
    shown = section(result, "ERROR collecting test_impossible_secret_in_a_marker.py")
    assert f"E   pytest_fakesecrets.UsageError: {message}" in shown
    assert [] == [line for line in shown if "seeds.py" in line]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('fake_secrets.add("bad name")', BAD_NAME),
        ('Secret("bad name")', BAD_NAME),
        ('FakeSecrets({"bad name": "v"})', BAD_NAME),
        (
            'fake_secrets.add("a", 5)',
            (
                "Secret 'a': A value of type int cannot be kept in a secret. "
                "Give str, bytes, or a dict or list (kept as JSON)."
            ),
        ),
        (
            'fake_secrets.client("Dublin")',
            "region='Dublin' is not the name of an AWS Region. Write it like 'eu-west-1'.",
        ),
        (
            "fake_secrets.calls.last",
            "No call was made yet. Look at len(fake.calls) before you ask for last.",
        ),
        (
            "fake_secrets.clock.advance(day=1)",
            (
                "day is not a unit of clock.advance(); did you mean days? Choose one of: "
                "days, hours, microseconds, milliseconds, minutes, seconds, weeks."
            ),
        ),
        (
            'fake_secrets.faults.error("ThrottlingException", times=0)',
            "times=0 is not a number of attempts. Give 1 or more, or None for all.",
        ),
        (
            'fake_secrets.add("a").value',
            "Secret 'a' has no AWSCURRENT value. Its labels: {}.",
        ),
        (
            'fake_secrets.add("a", "text").json()',
            "The value of secret 'a' is not JSON. Read .value instead.",
        ),
    ],
    ids=[
        "add",
        "Secret",
        "FakeSecrets",
        "value",
        "client",
        "calls",
        "clock",
        "faults",
        "view",
        "json",
    ],
)
def test_misuse_inside_a_test_ends_at_its_line(run, line, message):
    """The traceback of a misuse ends at the test's own line, with the message."""
    result = run(f"""
    def test_it(fake_secrets):
        {line}
    """)

    result.assert_outcomes(failed=1)
    shown = [shown.rstrip() for shown in section(result, "test_it")]
    assert f">       {line}" in shown
    assert f"E       pytest_fakesecrets.UsageError: {message}" in shown
    assert [] == [line for line in shown if "pytest_fakesecrets/" in line or "<string>" in line]


def test_markers_are_documented(run):
    """--markers tells what the two markers take."""
    result = run("", "--markers")
    shown = {line.partition("(")[0]: line for line in result.outlines}

    for marker, options in (
        ("secrets", ["*seeds", "region=None", "account=None", "file=()", "allow_real_calls=False"]),
        ("secrets_errors", ["*operations", "only=None", "exclude=()", "also=()"]),
    ):
        line = shown[f"@pytest.mark.{marker}"]
        assert [option for option in options if option not in line] == []
        assert line.endswith(".")


@pytest.mark.parametrize(
    ("fixture", "scope"),
    [
        ("fake_secrets", ""),
        ("class_fake_secrets", " [class scope]"),
        ("module_fake_secrets", " [module scope]"),
        ("package_fake_secrets", " [package scope]"),
        ("session_fake_secrets", " [session scope]"),
        ("secrets_client", ""),
        ("secrets_error", ""),
    ],
)
def test_fixtures_are_documented(run, fixture, scope):
    """--fixtures has a sentence about each fixture that names AWS Secrets Manager."""
    result = run("", "--fixtures")

    lines = result.outlines
    at = next(
        number
        for number, line in enumerate(lines)
        if line.startswith(f"{fixture}{scope} -- ") and "fixtures.py:" in line
    )
    assert "AWS Secrets Manager" in lines[at + 1]
    assert lines[at + 1].endswith(".")


def test_strict_markers_know_the_markers(run):
    """A run with --strict-markers accepts both markers."""
    result = run(
        """
    @pytest.mark.secrets
    @pytest.mark.secrets_errors("GetSecretValue", only=["DecryptionFailure"])
    def test_it():
        pass
    """,
        "--strict-markers",
    )

    result.assert_outcomes(passed=1)


def test_every_documented_error_has_a_run(run):
    """A test with secrets_error runs once for each error of GetSecretValue and meets it."""
    result = run(
        """
    def test_it(secrets_error, fake_secrets, secrets_client):
        fake_secrets.add("a", "v")
        error = getattr(secrets_client.exceptions, secrets_error.code)
        with pytest.raises(error) as caught:
            secrets_client.get_secret_value(SecretId="a")
        assert caught.value.response["Error"]["Code"] == secrets_error.code
        assert secrets_error.operation == "GetSecretValue"
        secrets_client.describe_secret(SecretId="a")
    """,
        "-v",
    )

    result.assert_outcomes(passed=5)
    name = "test_every_documented_error_has_a_run.py::test_it"
    shown = {line.split()[0] for line in result.outlines if " PASSED " in line}
    assert {f"{name}[{code}]" for code in ERRORS_OF_GET_SECRET_VALUE} == shown


@pytest.mark.parametrize(
    ("mark", "codes"),
    [
        (
            '"DescribeSecret"',
            ["InternalServiceError", "InvalidParameterException", "ResourceNotFoundException"],
        ),
        (
            'operation="DescribeSecret"',
            ["InternalServiceError", "InvalidParameterException", "ResourceNotFoundException"],
        ),
        (
            'only=["InternalServiceError", "DecryptionFailure"]',
            ["DecryptionFailure", "InternalServiceError"],
        ),
        ('only=["DecryptionFailure"], also=["ThrottlingException"]', None),
        (
            'also=["ThrottlingException", "AccessDeniedException", "DecryptionFailure"]',
            [*ERRORS_OF_GET_SECRET_VALUE, "AccessDeniedException", "ThrottlingException"],
        ),
    ],
    ids=["operation", "operation by keyword", "only", "only and also", "also"],
)
def test_marker_chooses_the_errors(run, mark, codes):
    """The marker's operation, only= and also= choose the errors that a test goes through."""
    codes = codes or ["DecryptionFailure", "ThrottlingException"]
    result = run(f"""
    seen = []

    @pytest.mark.secrets_errors({mark})
    def test_it(secrets_error):
        seen.append(secrets_error.code)

    def test_seen():
        assert sorted(seen) == {sorted(codes)!r}
    """)

    result.assert_outcomes(passed=len(codes) + 1)


def test_errors_combine_with_parametrize(run):
    """Every error meets every case of another parametrization."""
    result = run("""
    @pytest.mark.parametrize("retries", [1, 2, 3])
    def test_it(retries, secrets_error):
        pass
    """)

    result.assert_outcomes(passed=15)


def test_closest_errors_marker_wins(run):
    """Of several marks the closest alone decides about the errors."""
    result = run("""
    pytestmark = pytest.mark.secrets_errors("DescribeSecret")

    @pytest.mark.secrets_errors(only=["DecryptionFailure"])
    def test_it(secrets_error):
        assert (secrets_error.code, secrets_error.operation) == (
            "DecryptionFailure", "GetSecretValue"
        )
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        (
            'also=["DecryptionFailureException"]',
            (
                "DecryptionFailureException is not an error of Secrets Manager; "
                "did you mean DecryptionFailure? Choose one of: *."
            ),
        ),
        (
            'only=["DecryptionFailureException"]',
            (
                "DecryptionFailureException is not a documented error of GetSecretValue; "
                "did you mean DecryptionFailure? "
                f"Choose one of: {', '.join(ERRORS_OF_GET_SECRET_VALUE)}."
            ),
        ),
        (
            'only=["LimitExceeded"]',
            (
                "LimitExceeded is not a documented error of GetSecretValue. "
                f"Choose one of: {', '.join(ERRORS_OF_GET_SECRET_VALUE)}."
            ),
        ),
        (
            '"GetSecret"',
            (
                "GetSecret is not an operation of Secrets Manager; "
                "did you mean GetSecretValue? Choose one of: *."
            ),
        ),
        (
            'operations="GetSecretValue"',
            (
                "operations is not an option of @pytest.mark.secrets_errors; "
                "did you mean operation? Choose one of: also, exclude, only, operation."
            ),
        ),
        (
            'only="DecryptionFailure"',
            "only='DecryptionFailure' is one string. Give a list.",
        ),
        (
            "only=5",
            "only=5 is not a list of error codes.",
        ),
        (
            'also="ThrottlingException"',
            "also='ThrottlingException' is one string. Give a list.",
        ),
        (
            "operation=5",
            "5 is not an operation of Secrets Manager. Choose one of: *.",
        ),
    ],
    ids=[
        "also unknown",
        "only near",
        "only far",
        "operation",
        "option",
        "only string",
        "only number",
        "also string",
        "operation number",
    ],
)
def test_misused_errors_marker_shows_one_message(run, mark, message):
    """A wrong secrets_errors fails its test by its message alone; the file's others run."""
    result = run(f"""
    @pytest.mark.secrets_errors({mark})
    def test_it(secrets_error):
        pass

    def test_other():
        pass
    """)

    result.assert_outcomes(passed=1, errors=1)
    shown = section(result, "ERROR at setup of test_it[misused]")
    line = READ.strip().count("\n") + 3
    place = f"test_misused_errors_marker_shows_one_message.py:{line}"
    text = f"{message} It stands in @pytest.mark.secrets_errors at {place}."
    result.stdout.fnmatch_lines([text])
    assert 1 == len(shown)


def test_each_error_once_in_several_operations(run):
    """Another operation's errors reach the calls of that operation only."""
    result = run("""
    @pytest.mark.secrets({"a": "v"})
    @pytest.mark.secrets_errors("PutSecretValue", only=["EncryptionFailure"])
    def test_it(secrets_error, secrets_client):
        assert secrets_client.get_secret_value(SecretId="a")["SecretString"] == "v"
        with pytest.raises(secrets_client.exceptions.EncryptionFailure):
            secrets_client.put_secret_value(SecretId="a", SecretString="w")
        assert secrets_client.get_secret_value(SecretId="a")["SecretString"] == "v"
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["load", "loadscope", "loadfile", "worksteal", "each"])
def test_xdist_workers_have_their_own_fakes(pytester, mode):
    """Under pytest-xdist every worker answers its own tests."""
    pytest.importorskip("xdist")
    pytester.makepyfile(
        READ
        + """
@pytest.mark.parametrize("number", range(6))
def test_it(number, fake_secrets, module_fake_secrets, secrets_client):
    fake_secrets.add("a", str(number))
    assert list(fake_secrets) == ["a"]
    assert list(module_fake_secrets) == []
    assert read("a") == str(number)

def test_errors(secrets_error):
    with pytest.raises(Exception, match=secrets_error.code):
        read("a")
"""
    )
    workers = ("--tx", "2*popen", "--dist", mode) if mode == "each" else ("-n2", "--dist", mode)
    result = pytester.runpytest_subprocess(*OPTIONS, "-p", "xdist", *workers)

    result.assert_outcomes(passed=22 if mode == "each" else 11)


def test_tests_that_run_in_parallel_threads(pytester):
    """Under pytest-run-parallel, a test runs in several threads at once, with one fake."""
    pytest.importorskip("pytest_run_parallel")
    pytester.makepyfile(
        """
import threading

def test_it(fake_secrets, secrets_client):
    name = f"a{threading.get_ident()}"
    secrets_client.create_secret(Name=name, SecretString=name)
    assert secrets_client.get_secret_value(SecretId=name)["SecretString"] == name
"""
    )

    result = pytester.runpytest_subprocess(
        *OPTIONS, "-p", "pytest_run_parallel.plugin", "--parallel-threads", "8"
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*1 items to run in parallel*"])


def test_pytest_runs_twice_in_one_process(pytester):
    """A second pytest.main in the same process finds everything as the first did."""
    pytester.makepyfile(
        test_it=READ
        + """
from pytest_fakesecrets._botocore.active import innermost

@pytest.mark.secrets({"a": "v"})
def test_it(session_fake_secrets, secrets_client):
    assert read("a") == "v"
    session_fake_secrets.add("left", "over")

def test_not_active():
    assert innermost() is None

def test_active_again(session_fake_secrets):
    assert read("left") == "over"
"""
    )
    script = pytester.makepyfile(
        twice="""
import sys
import pytest
from botocore.endpoint import Endpoint

original = Endpoint.make_request
options = ["-p", "no:cacheprovider", "test_it.py"]
codes = []
for _ in range(2):
    codes.append(int(pytest.main(options)))
    assert Endpoint.make_request is original
sys.exit(sum(codes))
"""
    )

    result = pytester.run(sys.executable, script)

    assert 0 == result.ret
    assert 2 == sum("3 passed" in line for line in result.outlines)


def test_pytester_runs_twice_in_one_process(pytester):
    """A suite that tests plugins of its own with pytester has its fakes in every inner run."""
    pytester.makeconftest('pytest_plugins = ["pytester"]')
    pytester.makepyfile("""
    import pytest

    INNER = '''
    import boto3

    def test_it(fake_secrets):
        fake_secrets.add("a", "v")
        client = boto3.client(
            "secretsmanager",
            region_name="us-east-1",
            endpoint_url="http://127.0.0.1:9",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        assert client.get_secret_value(SecretId="a")["SecretString"] == "v"
    '''

    @pytest.mark.parametrize("time", [1, 2])
    def test_outer(pytester, time):
        pytester.makepyfile(INNER)
        pytester.runpytest_inprocess().assert_outcomes(passed=1)
    """)

    result = pytester.runpytest_subprocess(*OPTIONS)

    result.assert_outcomes(passed=2)


def test_a_test_without_the_plugin_is_not_touched(run):
    """A test that uses neither fixture nor marker finds botocore as it was, after any other."""
    result = run(
        """
    from botocore.endpoint import Endpoint
    from botocore.session import Session

    original = Endpoint.make_request, Session.create_client

    def methods():
        return Endpoint.make_request, Session.create_client

    def test_before(request):
        assert methods() == original
        assert request.fixturenames == ["request"]

    def test_with(fake_secrets):
        assert methods() != original

    @pytest.mark.xfail
    def test_failing(fake_secrets):
        assert False

    def test_after():
        assert methods() == original
    """,
        "-o",
        "fakesecrets_real_calls=allow",
    )

    result.assert_outcomes(passed=3, xfailed=1)


def test_items_without_fixtures_are_left_alone(pytester):
    """Items of other kinds, which know no fixtures, are collected as ever."""
    pytester.makeconftest("""
    import pytest

    class Item(pytest.Item):
        def runtest(self):
            pass

    class File(pytest.File):
        def collect(self):
            item = Item.from_parent(self, name="plain")
            item.add_marker(pytest.mark.secrets({"a": "v"}))
            return [item]

    def pytest_collect_file(parent, file_path):
        return File.from_parent(parent, path=file_path) if file_path.suffix == ".txt" else None
    """)
    pytester.maketxtfile(test_it="nothing")

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(passed=1)


def test_a_mark_of_one_parameter_is_its_own(run):
    """One marked pytest.param gives its own case a fake, and not the others."""
    result = run("""
    @pytest.mark.parametrize(
        "value", [1, pytest.param(2, marks=pytest.mark.secrets({"a": "v"})), 3]
    )
    def test_it(value, request):
        assert ("fake_secrets" in request.fixturenames) == (value == 2)
    """)

    result.assert_outcomes(passed=3)


def test_real_of_one_parameter_is_its_own(pytester):
    """Under fakesecrets_autouse, one case may reach the real AWS while the others have copies."""
    pytester.makeini("[pytest]\nfakesecrets_autouse = true\n")
    pytester.makepyfile("""
    import pytest
    from botocore.endpoint import Endpoint

    @pytest.mark.parametrize(
        "value", [1, pytest.param(2, marks=pytest.mark.secrets(allow_real_calls=True)), 3]
    )
    def test_it(value, request):
        assert ("fake_secrets" in request.node.fixturenames) == (value != 2)
    """)

    pytester.runpytest_inprocess(*OPTIONS).assert_outcomes(passed=3)


def test_a_package_is_collected_in_silence(pytester):
    """Packages of tests give no warning, whichever way this pytest registers fixtures."""
    package = pytester.mkpydir("inner")
    (package / "test_it.py").write_text("def test_it(package_fake_secrets): pass\n")

    result = pytester.runpytest_inprocess(*OPTIONS, "-W", "error")

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(request): request.getfixturevalue('secrets_error')",
        (
            "import unittest\n\nclass TestIt(unittest.TestCase):\n"
            "    @pytest.fixture(autouse=True)\n    def own(self, secrets_error): pass\n"
            "    def test_it(self): pass"
        ),
    ],
    ids=["getfixturevalue", "unittest"],
)
def test_secrets_error_where_nothing_runs_several_times(pytester, source):
    """The fixture says where it has an error to give, and what to write elsewhere."""
    pytester.makepyfile(f"import pytest\n\n{source}\n")

    result = pytester.runpytest_inprocess(*OPTIONS)

    assert 0 != result.ret
    assert "for error in fake.faults.each_error()" in result.stdout.str()


def test_operations_in_a_list_are_refused(run):
    """Several operations are several arguments."""
    result = run("""
    @pytest.mark.secrets_errors(["GetSecretValue", "PutSecretValue"])
    def test_it(secrets_error):
        pass
    """)

    assert "is not an operation of Secrets Manager" in result.stdout.str()
    assert "TypeError" not in result.stdout.str()


def test_a_mark_is_not_shared_among_examples(run):
    """Under @given a mark is a misuse, as Hypothesis has it of fixtures, unless it is meant."""
    result = run("""
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    @given(st.booleans())
    @pytest.mark.secrets({"a": "v"})
    def test_shared(flag):
        pass

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.booleans())
    @pytest.mark.secrets({"a": "v"})
    def test_meant(flag):
        assert read("a", "us-east-1") == "v"

    @given(st.booleans())
    @pytest.mark.secrets(allow_real_calls=True)
    def test_real(flag):
        pass

    @given(st.booleans())
    def test_each(flag):
        with FakeSecrets({"a": "v"}):
            assert read("a", "us-east-1") == "v"
    """)

    result.assert_outcomes(passed=3, errors=1)
    (shown,) = section(result, "ERROR at setup of test_shared")
    assert shown.startswith("A test of Hypothesis has a mark that gives it a fake")
