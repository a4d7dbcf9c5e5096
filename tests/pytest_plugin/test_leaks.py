from __future__ import annotations

import logging
import sys
import warnings
from textwrap import dedent

import pytest

from pytest_fakesecrets._listeners import listeners

# Hypothesis's own plugin would be imported anew in every run, and is slow to import.
# The run in this process would take our own filter of warnings over.
OPTIONS = [
    *("-p", "no:cacheprovider"),
    *("-W", "default"),
]
PASSWORD = "hunter2-c@nary"
# The source never holds the password, as a failing test shows its source.
START = """
import base64, json, logging, os, sys, traceback, unittest, warnings
from urllib.parse import quote

import boto3
import pytest

from pytest_fakesecrets import FakeSecrets, Version

PASSWORD = "-".join(["hunter2", "c@nary"])
log = logging.getLogger("app.db")

def read(name="prod/db"):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

@pytest.fixture
def seeded(fake_secrets):
    fake_secrets.add("prod/db", {"user": "app", "password": PASSWORD})

@pytest.fixture
def password(seeded):
    return PASSWORD
"""
HEADING = "This test shows values of secrets:"
REMEDY = "What is not a secret can be named in the ini option fakesecrets_leaks_ignore, here as"


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on a file test_it.py that holds some source; return the result."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(source, *options, leaks="error", **ini):
        pytester.makepyfile(test_it=START + dedent(source))
        ini = {"fakesecrets_leaks": leaks, **ini}
        given = [part for name, value in ini.items() for part in ("-o", f"{name}={value}")]
        return pytester.runpytest_inprocess(*OPTIONS, *given, *options)

    return run


@pytest.fixture
def run_body(run):
    """Run pytest on one test with some body, and a fixture `password`."""

    def run_body(body, *options, fixtures="password", decorator="", **ini):
        source = f"{decorator}\ndef test_it({fixtures}):\n"
        return run(source + "".join(f"    {line}\n" for line in body), *options, **ini)

    return run_body


@pytest.fixture
def run_alone(run_body, monkeypatch):
    """Run one test as ``run_body``, without any other handler on the root logger."""

    def run_alone(body):
        # The run around has handlers of its own there.
        with monkeypatch.context() as patch:
            patch.setattr(logging.getLogger(), "handlers", [])
            return run_body(body, "-p", "no:logging")

    return run_alone


@pytest.fixture
def line_of(pytester):
    """Find the number of the first line of test_it.py that holds a text."""

    def line_of(text):
        lines = (pytester.path / "test_it.py").read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    return line_of


def places(result):
    """Return the places that messages about leaks tell of."""
    told, is_place = [], False
    for line in map(str.strip, result.outlines):
        if line == HEADING or line.endswith(f"FakeSecretsWarning: {HEADING}"):
            is_place = True
        elif line == REMEDY:
            is_place = False
        elif is_place:
            told.append(line)
    return told


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (["print('a'); print(read())"], "prod/db, in captured stdout of call, line 2"),
        (["print(password)"], "prod/db (password), in captured stdout of call, line 1"),
        (
            ["print('\\n' + quote(password))"],
            "prod/db (password), URL-encoded, in captured stdout of call, line 2",
        ),
        (
            ["os.write(2, b'Basic ' + base64.b64encode(f'app:{password}'.encode()))"],
            "prod/db (password), base64, in captured stderr of call, line 1",
        ),
        (
            ["sys.stderr.write(json.dumps(json.dumps({'SecretString': read()})))"],
            "prod/db, escaped, in captured stderr of call, line 1",
        ),
        (
            ["print((password + '\\n') * 3)"],
            "prod/db (password), in captured stdout of call, lines 1, 2, 3",
        ),
        (
            ["print((password + '\\n') * 9)"],
            "prod/db (password), in captured stdout of call, lines 1, 2, 3, 4, 5 and 4 more",
        ),
        (
            ["log.warning('is %s', password)"],
            'prod/db (password), in a log record of "app.db" (WARNING), test_it.py:{line}',
        ),
        (
            ["logging.error({'at': password})"],
            'prod/db (password), in a log record of "root" (ERROR), test_it.py:{line}',
        ),
        (
            ["try: raise ValueError(password)", "except ValueError: log.exception('failed')"],
            'prod/db (password), in a log record of "app.db" (ERROR), test_it.py:{line}',
        ),
        (
            ["for _ in range(3): log.warning(password)"],
            'prod/db (password), in a log record of "app.db" (WARNING), test_it.py:{line}',
        ),
        (
            ["warnings.warn(password, DeprecationWarning)"],
            "prod/db (password), in a DeprecationWarning, test_it.py:{line}",
        ),
    ],
    ids=[
        "all of it",
        "part",
        "URL-encoded",
        "base64, to the file descriptor",
        "escaped",
        "three lines",
        "many lines",
        "log",
        "log of what is not a string",
        "exception in a log",
        "log in a loop",
        "warning",
    ],
)
def test_a_leak_fails_the_test(run_body, body, place, line_of):
    """A value in what a test shows fails the test, which tells secret, form and place."""
    result = run_body(body)

    result.assert_outcomes(failed=1, **({"warnings": 1} if "Warning" in place else {}))
    at = "log." in body[-1] or "logging" in body[-1] or "warnings" in body[-1]
    line = line_of(body[-1]) if at else 0
    assert [place.format(line=line)] == places(result)


def test_the_message(run_body):
    """The message names the places, then what can be done."""
    result = run_body(["print(quote(password))"])

    result.stdout.fnmatch_lines(
        [
            "*_ test_it _*",
            HEADING,
            "  prod/db (password), URL-encoded, in captured stdout of call, line 1",
            REMEDY,
            "  prod/db:password",
            'and a test that may show values can be marked with @pytest.mark.secrets(leaks="off").',
            "*- Captured stdout call -*",
            "hunter2-c%40nary",
        ],
        consecutive=True,
    )
    assert PASSWORD not in result.stdout.str()


def test_stack_info_is_looked_into(run, line_of):
    """The stack that a log record shows is part of it."""
    result = run(f"""
    def test_it(fake_secrets):
        fake_secrets.add("prod/db", "{PASSWORD}")
        log.warning("here", stack_info=True), "{PASSWORD}"
    """)

    result.assert_outcomes(failed=1)
    line = line_of("stack_info")
    assert [f'prod/db, in a log record of "app.db" (WARNING), test_it.py:{line}'] == places(result)


@pytest.mark.parametrize(
    "body",
    [
        ["print('nothing')"],
        ["print('hunter2', 'c@nary', 'password', 'prod/db')"],
        ["log.debug(password)"],
        [
            "quiet = logging.getLogger('quiet')",
            "quiet.addHandler(logging.NullHandler())",
            "quiet.propagate = False",
            "quiet.warning(password)",
        ],
        ["with pytest.warns(UserWarning): warnings.warn(password)"],
        ["warnings.simplefilter('ignore')", "warnings.warn(password)"],
    ],
    ids=[
        "nothing",
        "parts",
        "log level",
        "log that is not propagated",
        "expected warning",
        "ignored warning",
    ],
)
def test_what_is_not_shown_is_no_leak(run_body, body):
    """What no one is shown fails no test."""
    result = run_body(body)

    result.assert_outcomes(passed=1)
    assert PASSWORD not in result.stdout.str()


@pytest.mark.parametrize(
    ("capture", "stream"),
    [
        ("fd", "captured stdout"),
        ("sys", "captured stdout"),
        ("tee-sys", "captured stdout"),
        ("no", "stdout"),
    ],
)
def test_each_phase_tells_its_own(run, capture, stream):
    """What setup, call and teardown show is told once, however pytest captures."""
    result = run(
        """
    @pytest.fixture
    def noisy(password):
        print("in setup", password)
        yield
        print("\\nin teardown", password)

    def test_setup(noisy):
        pass

    def test_call(password):
        print("in call", password)

    def test_nothing(password):
        print("nothing")
    """,
        f"--capture={capture}",
    )

    result.assert_outcomes(passed=1, failed=1, errors=2)
    assert [
        f"prod/db (password), in {stream} of setup, line 1",
        f"prod/db (password), in {stream} of teardown, line 2",
        f"prod/db (password), in {stream} of call, line 1",
    ] == places(result)


def test_uncaptured_streams_work_as_ever(run):
    """Without capture, streams can do what they could, also for those that kept them."""
    result = run(
        """
    kept = []

    def test_first(password):
        kept.append(sys.stdout)
        sys.stdout.writelines(["one\\n", password, "\\n"])
        print("two", file=sys.stderr, flush=True)
        assert sys.stdout.encoding
        assert not sys.stdout.isatty()

    def test_second(password):
        kept[0].write(f"late {password}\\n")
        assert sys.stdout is not kept[0]

    def test_third(password):
        sys.stdout = sys.__stdout__
    """,
        "-s",
    )

    result.assert_outcomes(passed=2, failed=1)
    assert ["prod/db (password), in stdout of call, line 2"] == places(result)
    assert 1 == sum(line.endswith(f"late {PASSWORD}") for line in result.outlines)


@pytest.mark.parametrize("capture", ["fd", "no"])
@pytest.mark.parametrize("fixture", ["capsys", "capfd"])
@pytest.mark.parametrize(
    ("line", "is_left"),
    [("pass", True), ("assert capture.readouterr().out == f'{password}\\n'", False)],
    ids=["left", "taken"],
)
def test_what_a_test_captures_itself(run, capture, fixture, line, is_left):
    """What capsys took is the test's own, what it left is seen; so with capfd under capture."""
    result = run(
        f"""
    def test_it(password, {fixture}):
        capture = {fixture}
        print(password)
        {line}
    """,
        f"--capture={capture}",
    )

    leaks = is_left and (fixture, capture) != ("capfd", "no")
    result.assert_outcomes(failed=leaks, passed=not leaks)


@pytest.mark.parametrize(
    "body",
    [
        ["log.warning(password)", "caplog.clear()"],
        ["caplog.set_level('DEBUG')", "log.debug(password)"],
        ["with caplog.at_level('INFO', 'app'): log.info(password)"],
    ],
    ids=["cleared", "level", "level of a logger"],
)
def test_caplog_hides_nothing(run_body, body):
    """A record counts once it is emitted, whatever caplog makes of it."""
    result = run_body(body, fixtures="password, caplog")

    result.assert_outcomes(failed=1)
    assert 1 == len(places(result))


def test_logs_without_pytest_s_logging(run_body):
    """Log records are seen without pytest's own plugin for them."""
    result = run_body(["log.warning(password)"], "-p", "no:logging")

    result.assert_outcomes(failed=1)
    assert 1 == len(places(result))


@pytest.mark.parametrize(
    ("excluded", "logger", "level", "found"),
    [
        ("", "botocore.parsers", "DEBUG", 1),
        ("botocore boto3", "botocore.parsers", "DEBUG", 0),
        ("botocore boto3", "boto3", "DEBUG", 0),
        ("botocore boto3", "botocore", 5, 0),
        ("botocore boto3", "botocore.parsers", "INFO", 1),
        ("botocore boto3", "botocores", "DEBUG", 1),
    ],
)
def test_excluded_loggers(run_body, excluded, logger, level, found):
    """Of an excluded logger and its children the DEBUG records, and those below, are left out."""
    result = run_body(
        [
            "caplog.set_level(1)",
            f"logging.getLogger({logger!r}).log(logging._checkLevel({level!r}), password)",
        ],
        fixtures="password, caplog",
        fakesecrets_leaks_exclude_loggers=excluded,
    )

    result.assert_outcomes(failed=found, passed=1 - found)


def test_botocore_s_own_debug_records(run_body):
    """A log of botocore has answers with values in them, which count unless it is excluded."""
    body = ["caplog.set_level('DEBUG')", "read()"]

    result = run_body(body, fixtures="password, caplog")
    excluded = run_body(
        body, fixtures="password, caplog", fakesecrets_leaks_exclude_loggers="botocore"
    )

    result.assert_outcomes(failed=1)
    excluded.assert_outcomes(passed=1)
    assert {'prod/db, escaped, in a log record of "botocore.parsers" (DEBUG)'} == {
        place.rpartition(", ")[0] for place in places(result)
    }


def test_a_record_that_cannot_be_formatted(run_alone):
    """A wrong logging call is what it would be without leak detection."""
    result = run_alone(["log.warning('%d', password)"])

    result.assert_outcomes(passed=1)


def test_a_record_is_left_as_it_is(run_alone):
    """Handlers that come later find a record as it was."""
    result = run_alone(
        [
            "class Handler(logging.Handler):",
            "    def emit(self, record): seen.append(record.exc_text)",
            "seen, handler = [], Handler()",
            "logging.getLogger().addHandler(handler)",
            "try: raise ValueError",
            "except ValueError: log.exception('failed')",
            "logging.getLogger().removeHandler(handler)",
            "assert seen == [None]",
        ]
    )

    result.assert_outcomes(passed=1)


def test_warnings_are_shown_as_ever(run_body):
    """A warning reaches pytest's summary also where its text leaks."""
    result = run_body(["warnings.warn(password, FutureWarning)"])

    result.assert_outcomes(failed=1, warnings=1)
    result.stdout.fnmatch_lines(["*test_it.py:*: FutureWarning: hunter2-c@nary"])


def test_a_test_that_replaces_showwarning(run):
    """What a test puts in the place of showwarning stays."""
    result = run("""
    def own(*args):
        pass

    def test_first():
        warnings.showwarning = own

    def test_second(password):
        assert warnings.showwarning is not own
    """)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("body", "options"),
    [
        (["assert read() == ''"], []),
        (["assert read() == ''"], ["--color=yes"]),
        (["assert read() == ''"], ["--tb=short"]),
        (["assert read() == ''"], ["--tb=native"]),
        (["assert read() == ''"], ["--tb=no"]),
        (["value = PASSWORD", "assert 0"], ["--showlocals"]),
        (["raise ValueError(PASSWORD)"], []),
        (["try: raise ValueError(PASSWORD)", "except ValueError: raise KeyError"], []),
        (["try: raise ValueError(PASSWORD)", "except ValueError as e: raise KeyError from e"], []),
        (["pytest.fail(PASSWORD)"], []),
        (["pytest.fail(PASSWORD, pytrace=False)"], []),
    ],
    ids=[
        "assert",
        "colour",
        "short",
        "native",
        "no traceback",
        "locals",
        "exception",
        "context",
        "cause",
        "fail",
        "fail without a traceback",
    ],
)
def test_the_text_of_a_failure(run_body, body, options):
    """A test that fails keeps its failure, and gets a section where its text shows a value."""
    result = run_body(body, *options, fixtures="seeded")

    result.assert_outcomes(failed=1)
    if options != ["--tb=no"]:
        result.stdout.fnmatch_lines(["*- leaked secrets -*"])
        (place,) = places(result)
        assert place.startswith("prod/db")
        assert " in the text of the failure, test_it.py:" in place
    assert f"FAILED test_it.py::test_it - {HEADING}" not in result.outlines


def test_the_place_of_a_failure(run_body, line_of):
    """A failure's place is the line that failed."""
    result = run_body(["assert True", "assert read() == ''"], fixtures="seeded")

    line = line_of("assert read()")
    assert [f"prod/db, in the text of the failure, test_it.py:{line}"] == places(result)


def test_the_place_of_a_failure_without_a_traceback(run_body, line_of):
    """Where pytest does not tell the line of a failure, its place is the test."""
    result = run_body(["pytest.fail(PASSWORD, pytrace=False)"], fixtures="seeded")

    (place,) = places(result)
    start, _, line = place.rpartition(":")
    assert "prod/db (password), in the text of the failure, test_it.py" == start
    assert int(line) in {line_of("def test_it"), line_of("pytest.fail")}


def test_source_in_a_traceback_is_no_leak(run):
    """The lines of source that a traceback shows are in the files anyway."""
    result = run("""
    def fill(fake):
        fake.add("prod/db", {"password": "literal in the source"})
        raise ValueError("it")

    def test_it(fake_secrets):
        try:
            fill(fake_secrets)
        except ValueError as error:
            fake_secrets.add("test/db", "another literal"); raise KeyError("other") from error
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*literal in the source*", "*another literal*"])
    assert [] == places(result)


@pytest.mark.skipif(
    sys.version_info < (3, 11) or pytest.version_tuple < (7, 3),
    reason="Python 3.11 brought groups of exceptions, and a later pytest shows what is in them",
)
def test_groups_of_exceptions(run):
    """In a group of exceptions, values are told and source is not."""
    result = run("""
    def fill(fake):
        fake.add("test/db", "literal in the source"); raise ValueError(read("prod/db"))

    def test_it(fake_secrets, password):
        errors = []
        try:
            fill(fake_secrets)
        except ValueError as error:
            errors.append(error)
        raise ExceptionGroup("several", errors)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*literal in the source*"])
    (place,) = places(result)
    assert place.startswith("prod/db, in the text of the failure, ")


def test_a_failing_test_has_other_leaks_in_its_section(run_body):
    """Of a test that fails, what it shows elsewhere is told in its section."""
    result = run_body(["print(PASSWORD)", "assert 0"], fixtures="seeded")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*assert 0", "*- leaked secrets -*", HEADING])
    assert ["prod/db (password), in captured stdout of call, line 1"] == places(result)


def test_a_failing_setup(run):
    """A fixture that fails keeps its failure, and gets a section."""
    result = run("""
    @pytest.fixture
    def broken(password):
        raise ValueError(password)

    def test_it(broken):
        pass
    """)

    result.assert_outcomes(errors=1)
    (place,) = places(result)
    assert place.startswith("prod/db (password), in the text of the failure, test_it.py:")


def test_warn(run_body, line_of):
    """With warn a test passes, and pytest's summary of warnings tells of the leak."""
    result = run_body(["print(password)"], leaks="warn")

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "test_it.py::test_it",
            f"  *test_it.py:{line_of('def test_it')}: FakeSecretsWarning: {HEADING}",
            "    prod/db (password), in captured stdout of call, line 1",
            f"  {REMEDY}",
            "    prod/db:password",
        ]
    )
    assert PASSWORD not in result.stdout.str()


@pytest.mark.parametrize("kind", ["error", "error::pytest_fakesecrets.FakeSecretsWarning"])
def test_warn_where_warnings_are_errors(run_body, kind):
    """With warn, and warnings as errors, the test fails as with error."""
    result = run_body(["print(password)"], "-W", kind, leaks="warn")

    result.assert_outcomes(failed=1)
    assert ["prod/db (password), in captured stdout of call, line 1"] == places(result)


def test_warn_in_a_failing_test(run_body):
    """A test that fails has a warning, or its section where warnings are errors."""
    body = ["assert read() == ''"]

    result = run_body(body, fixtures="seeded", leaks="warn")
    strict = run_body(body, "-W", "error", fixtures="seeded", leaks="warn")

    result.assert_outcomes(failed=1, warnings=1)
    strict.assert_outcomes(failed=1)
    assert places(result) == places(strict)
    assert "leaked secrets" not in result.stdout.str()
    strict.stdout.fnmatch_lines(["*- leaked secrets -*"])


@pytest.mark.parametrize(
    ("decorator", "body", "outcomes"),
    [
        ("@pytest.mark.xfail", ["print(password)"], {"xfailed": 1}),
        ("@pytest.mark.xfail(strict=True)", ["print(password)"], {"xfailed": 1}),
        ("@pytest.mark.xfail(raises=ValueError)", ["print(password)"], {"failed": 1}),
        ("@pytest.mark.xfail", ["assert read() == ''"], {"xfailed": 1}),
        ("@pytest.mark.xfail", ["print('nothing')"], {"xpassed": 1}),
        ("@pytest.mark.skip", ["print(password)"], {"skipped": 1}),
        ("", ["print(password)", "pytest.xfail('later')"], {"xfailed": 1}),
        ("", ["print(password)", "pytest.skip('here')"], {"skipped": 1}),
    ],
    ids=[
        "xfail",
        "strict",
        "other error",
        "failing",
        "no leak",
        "skip",
        "xfail in the test",
        "skip in the test",
    ],
)
def test_xfail_and_skip(run_body, decorator, body, outcomes):
    """A leak is a failure to xfail, and what was skipped stays so."""
    result = run_body(body, decorator=decorator)

    result.assert_outcomes(**outcomes)


@pytest.mark.parametrize(
    ("leaks", "outcomes"),
    [
        ("off", {"passed": 3, "failed": 1, "warnings": 1}),
        ("warn", {"passed": 3, "failed": 1, "warnings": 2}),
        ("error", {"passed": 2, "failed": 2, "warnings": 1}),
    ],
)
def test_a_marker_decides_for_its_test(run, leaks, outcomes):
    """leaks= of a marker counts more than the ini option, for that test only."""
    result = run(
        """
    def test_ini(password):
        print(password)

    @pytest.mark.secrets(leaks="off")
    def test_off(password):
        print(password)

    @pytest.mark.secrets(leaks="warn")
    def test_warn(password):
        print(password)

    @pytest.mark.secrets(leaks="error")
    def test_error(password):
        print(password)
    """,
        leaks=leaks,
    )

    result.assert_outcomes(**outcomes)


def test_the_closest_marker_that_says_decides(run):
    """Of several marks the closest that says something about leaks decides."""
    result = run(
        """
    pytestmark = pytest.mark.secrets(leaks="error")

    @pytest.mark.secrets(leaks="off")
    class TestOff:
        def test_of_the_class(self, password):
            print(password)

        @pytest.mark.secrets({"a": "b"}, leaks=None)
        def test_own_says_nothing(self, password):
            print(password)

        @pytest.mark.secrets(leaks="error")
        def test_own(self, password):
            print(password)

    class TestOld(unittest.TestCase):
        def test_of_the_module(self):
            with FakeSecrets({"a": PASSWORD}):
                print(PASSWORD)
    """,
        leaks="off",
    )

    result.assert_outcomes(passed=2, failed=2)
    assert [
        "prod/db (password), in captured stdout of call, line 1",
        "a, in captured stdout of call, line 1",
    ] == places(result)


@pytest.mark.parametrize("level", ["off", "error"])
def test_a_wrong_level_in_a_marker(run_body, level):
    """A level that is none is reported by its message alone."""
    result = run_body(["pass"], decorator='@pytest.mark.secrets(leaks="loud")', leaks=level)

    result.assert_outcomes(errors=1)
    assert (
        "loud is not a value of leaks= of @pytest.mark.secrets. Choose one of: error, off, warn."
    ) in result.outlines


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        (
            {"leaks": "errors"},
            (
                "errors is not a value of the ini option fakesecrets_leaks; did you mean error? "
                "Choose one of: error, off, warn."
            ),
        ),
        (
            {"leaks": ""},
            (
                "'' is not a value of the ini option fakesecrets_leaks. "
                "Choose one of: error, off, warn."
            ),
        ),
        (
            {"fakesecrets_leaks_min_length": "0"},
            "fakesecrets_leaks_min_length = 0 is not a valid number of characters. Give 1 or more.",
        ),
        (
            {"fakesecrets_leaks_min_length": "few"},
            (
                "fakesecrets_leaks_min_length = few is not a valid number of characters. "
                "Give 1 or more."
            ),
        ),
    ],
    ids=["level", "no level", "length", "length as a word"],
)
def test_wrong_ini_options(run, ini, message):
    """An option that has no such value stops the run with a message."""
    result = run("", **ini)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_a_wrong_ini_option_that_a_marker_needs(run_body):
    """Where a mark alone asks for leak detection, a wrong option stops the run as well."""
    result = run_body(
        ["pass"],
        decorator='@pytest.mark.secrets(leaks="warn")',
        leaks="off",
        fakesecrets_leaks_min_length="0",
    )

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines(["ERROR: fakesecrets_leaks_min_length = 0 is not a valid number *"])


@pytest.mark.parametrize(("length", "leaks"), [("3", 1), ("4", 0)])
def test_min_length(run_body, length, leaks):
    """Values count from fakesecrets_leaks_min_length characters on."""
    result = run_body(["print('app')"], fakesecrets_leaks_min_length=length)

    result.assert_outcomes(failed=leaks, passed=1 - leaks)


@pytest.mark.parametrize(
    ("pattern", "leaks"), [("prod/db", 0), ("*:password", 0), ("test/*\n*:user", 1)]
)
def test_ignore(run_body, pattern, leaks):
    """What fakesecrets_leaks_ignore names is not a secret."""
    result = run_body(["print(password)"], fakesecrets_leaks_ignore=pattern)

    result.assert_outcomes(failed=leaks, passed=1 - leaks)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (
            [
                "secrets_client.put_secret_value(SecretId='prod/db', SecretString='another value')",
                "print(password)",
            ],
            "prod/db (password), in captured stdout of call, line 1",
        ),
        (
            [
                "secrets_client.create_secret(Name='new', SecretString='another value')",
                "secrets_client.delete_secret(SecretId='new', ForceDeleteWithoutRecovery=True)",
                "print('another value')",
            ],
            "new, in captured stdout of call, line 1",
        ),
        (
            [
                "secrets_client.delete_secret(SecretId='prod/db', ForceDeleteWithoutRecovery=True)",
                "print(password)",
            ],
            "prod/db (password), in captured stdout of call, line 1",
        ),
        (
            [
                "secrets_client.create_secret(Name='none')",
                "fake_secrets.add('pending', versions=[Version(None, ['AWSPENDING'])])",
                "secrets_client.create_secret(Name='new', SecretBinary=b'\\xff\\xfe' * 9)",
                "print(b'\\xff\\xfe' * 9)",
            ],
            "new, escaped, in captured stdout of call, line 1",
        ),
        (
            ["with FakeSecrets({'own': 'another value'}): pass", "print('another value')"],
            "own, in captured stdout of call, line 1",
        ),
    ],
    ids=["overwritten", "created and deleted", "seeded and deleted", "bytes", "fake of its own"],
)
def test_values_of_the_past(run_body, body, place):
    """Values that were overwritten or deleted, and those of fakes that ended, count as well."""
    result = run_body(body, fixtures="password, fake_secrets, secrets_client")

    result.assert_outcomes(failed=1)
    assert [place] == places(result)


def test_values_of_another_test_do_not_count(run):
    """What only an earlier test had in its fake is not a secret any more."""
    result = run("""
    def test_first(password):
        pass

    def test_second(fake_secrets):
        print(PASSWORD)
    """)

    result.assert_outcomes(passed=2)


def test_a_place_outside_the_root(run_body, pytester, monkeypatch):
    """A file outside the root directory is named in full."""
    elsewhere = pytester.path.parent / f"{pytester.path.name}_elsewhere"
    elsewhere.mkdir()
    (elsewhere / "far.py").write_text("import logging\ndef tell(x): logging.warning(x)\n")
    monkeypatch.syspath_prepend(elsewhere)

    result = run_body(["import far", "far.tell(password)"])

    place = f'prod/db (password), in a log record of "root" (WARNING), {elsewhere}/far.py:2'
    assert [place] == places(result)


@pytest.mark.parametrize("option", ["-s", "--capture=fd"])
def test_xdist(pytester, option):
    """Under pytest-xdist each worker looks into its own tests."""
    pytest.importorskip("xdist")
    pytester.makepyfile(
        test_it=START
        + dedent("""
    @pytest.mark.parametrize("number", range(4))
    def test_it(number, password):
        log.warning("number %d: %s", number, password if number % 2 else "")
        print(password if number % 2 else "")
    """)
    )

    result = pytester.runpytest_subprocess(
        *OPTIONS, "-p", "xdist", "-n", "1", option, "-o", "fakesecrets_leaks=error"
    )

    result.assert_outcomes(passed=2, failed=2)
    assert 4 == len(places(result))


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 9 brought subtests")
def test_subtests(run):
    """A subtest has the leaks of its own failure and log; the test has the others."""
    result = run("""
    def test_it(seeded, subtests):
        with subtests.test("log"):
            log.warning(PASSWORD)
        with subtests.test("failure"):
            assert read() == ""
        warnings.warn(PASSWORD)
    """)

    kinds = [place.rpartition(", ")[0] for place in places(result)]
    assert [
        'prod/db (password), in a log record of "app.db" (WARNING)',
        "prod/db, in the text of the failure",
        "prod/db (password), in a UserWarning",
    ] == kinds


def test_nothing_is_left_behind(run):
    """After a run, as often as there are some, nothing is left in the process."""
    root, streams = logging.getLogger(), (sys.stdout, sys.stderr)
    before = list(root.handlers), warnings.showwarning, list(listeners)

    for _ in range(2):
        result = run("def test_it(password): print(password)", "-s")
        result.assert_outcomes(failed=1)

    assert before == (root.handlers, warnings.showwarning, listeners)
    assert streams == (sys.stdout, sys.stderr)


def test_off_loads_nothing(pytester):
    """A run without leak detection loads nothing for it, also where marks say off."""
    pytester.makeconftest("""
    import sys

    def pytest_unconfigure(config):
        assert not config.pluginmanager.has_plugin("fakesecrets_leaks")
        print("loaded", "pytest_fakesecrets._plugin.leaks.search" in sys.modules)
    """)
    pytester.makepyfile("""
    import pytest

    @pytest.mark.secrets({"a": "hunter2hunter2"})
    def test_it():
        print("hunter2hunter2")
    """)

    result = pytester.runpytest_subprocess(*OPTIONS)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*loaded False"])


def test_the_options_are_documented(run):
    """--help tells of the ini options."""
    result = run("", "--help")

    shown = result.stdout.str()
    for name in ("", "_min_length", "_ignore", "_exclude_loggers"):
        assert f"fakesecrets_leaks{name} " in shown
