from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from pytest_fakesecrets import hookspecs
from pytest_fakesecrets._plugin.options import INIS

OPTIONS = ["-p", "no:cacheprovider"]
READ = """
import boto3
import inspect
import re
from pathlib import Path

import pytest

def read(name):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on a file with ini options; return the result."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(ini, source, *options):
        pytester.makeini(f"[pytest]\n{ini}\n")
        pytester.makepyfile(test_it=READ + source)
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


def test_region_and_account(run):
    """Region and account of ini count where no marker names others."""
    result = run(
        "fakesecrets_region = eu-west-1\nfakesecrets_account = 111111111111",
        """
def test_ini(fake_secrets):
    assert (fake_secrets.region, fake_secrets.account) == ("eu-west-1", "111111111111")
    assert boto3.client("secretsmanager").meta.region_name == "eu-west-1"

@pytest.mark.secrets(region="ap-south-1")
def test_marker(module_fake_secrets, fake_secrets):
    assert (fake_secrets.region, fake_secrets.account) == ("ap-south-1", "111111111111")
    assert module_fake_secrets.region == "eu-west-1"
""",
    )

    result.assert_outcomes(passed=2)


def test_the_header_shows_all_options_under_v(pytester, run):
    """Under -v the header names each option and its value; else it says nothing."""
    ini = "fakesecrets_seeds = one.json two.toml\nfakesecrets_real_calls = error"
    for name in ("one.json", "two.toml"):
        (pytester.path / name).write_text("{}" if name == "one.json" else "")
    silent, verbose = run(ini, ""), run(ini, "", "-v")
    (line,) = (line for line in verbose.outlines if line.startswith("fakesecrets: "))

    assert [] == [line for line in silent.outlines if line.startswith("fakesecrets: ")]
    assert "real_calls=error" in line
    assert "seeds=one.json two.toml" in line
    assert [ini.name for ini in INIS] == [
        f"fakesecrets_{part.partition('=')[0]}"
        for part in line.removeprefix("fakesecrets: ").split(", ")
    ]


def test_help_describes_each_option(run):
    """--help has a line for each option."""
    shown = run("", "", "--help").stdout.str()

    assert [] == [ini.name for ini in INIS if f"  {ini.name} (" not in shown]


@pytest.mark.parametrize("ini", [ini for ini in INIS if ini.choices], ids=lambda ini: ini.name)
def test_a_level_that_there_is_not(run, ini):
    """A value that is not one of the choices is refused with the choices."""
    result = run(f"{ini.name} = loud", "")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert (
        f"loud is not a value of the ini option {ini.name}. "
        f"Choose one of: {', '.join(sorted(ini.choices))}."
    ) in result.stderr.str()


def test_seeds_of_files(run, pytester):
    """The files of ini seed the outermost fake of each test, beneath its markers."""
    (pytester.path / "one.json").write_text('{"db": "one", "both": "one", "marked": "one"}')
    (pytester.path / "two.toml").write_text('both = "two"\n')
    result = run(
        "fakesecrets_seeds = one.json\n    two.toml",
        """
@pytest.mark.secrets({"marked": "marker"})
def test_files(fake_secrets):
    assert [read(name) for name in ("db", "both", "marked")] == ["one", "two", "marker"]

def test_changes_of_a_wider_fake_stay(module_fake_secrets):
    module_fake_secrets.add("db", "changed")

def test_inner(module_fake_secrets, fake_secrets):
    assert read("db") == "changed"
""",
    )

    result.assert_outcomes(passed=3)


def test_a_bad_file_is_shown_where_a_fake_is_wanted(run, pytester):
    """A test that wants no fake runs; one that does shows path, place and what was expected."""
    (pytester.path / "bad.json").write_text('{\n  "db": 5\n}')
    result = run(
        "fakesecrets_seeds = bad.json",
        "\ndef test_plain(): pass\n\ndef test_fake(fake_secrets): pass\n",
    )

    result.assert_outcomes(passed=1, errors=1)
    assert "bad.json: db: value of" in result.stdout.str()


def test_files_of_a_marker(run, pytester):
    """The file= of a marker is relative to the test's file, beneath the marker's own seeds."""
    folder = pytester.mkdir("data")
    (folder / "one.json").write_text('{"db": "one", "both": "one"}')
    (folder / "two.json").write_text('{"other": "two"}')
    result = run(
        "",
        """
from pathlib import Path

@pytest.mark.secrets({"both": "marker"}, file="data/one.json")
def test_one(fake_secrets):
    assert [read(name) for name in ("db", "both")] == ["one", "marker"]

@pytest.mark.secrets(file=["data/one.json", Path("data") / "two.json"])
class TestTwo:
    def test_two(self, fake_secrets):
        assert sorted(fake_secrets) == ["both", "db", "other"]

@pytest.mark.secrets(file=Path(__file__).parent / "data" / "two.json")
def test_absolute(class_fake_secrets):
    assert read("other") == "two"
""",
    )

    result.assert_outcomes(passed=3)


def test_files_of_a_module_in_a_folder(pytester):
    """The path is relative to the file that has the marker, whatever the working directory."""
    folder = pytester.mkpydir("inner")
    (folder / "seeds.json").write_text('{"db": "v"}')
    (folder / "test_it.py").write_text(
        f"{READ}\npytestmark = pytest.mark.secrets(file='seeds.json')\n\n"
        "def test_it():\n    assert read('db') == 'v'\n"
    )

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ('file="missing.json"', "missing.json: The file does not exist."),
        ('file="test_it.py"', "test_it.py"),
        ("file=5", "file=5 of @pytest.mark.secrets is not a path. Give one, or a list of them."),
        (
            "file=[5]",
            "file=[5] of @pytest.mark.secrets is not a path. Give one, or a list of them.",
        ),
        (
            'unused_faults="loud"',
            "loud is not a value of unused_faults= of @pytest.mark.secrets. Choose one of: ",
        ),
    ],
)
def test_misused_marks(run, mark, message):
    """A mark that makes no sense is refused with one message."""
    result = run("", f"\n@pytest.mark.secrets({mark})\ndef test_it(): pass\n")

    result.assert_outcomes(errors=1)
    assert message in result.stdout.str()


REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
ENTRY = re.compile(
    r"^## (?P<name>fakesecrets_\w+)\n\n.+\n\n"
    r"- Type: .+\n- Default: (?P<default>.+)\n- For one test: (?P<twin>.+)\n\n"
    r"```ini\n\[pytest\]\n(?P<example>.+)\n```$",
    re.MULTILINE,
)
OPTIONS_PAGE = (REFERENCE / "options.md").read_text(encoding="utf-8")
ENTRIES = [match.groupdict() for match in ENTRY.finditer(OPTIONS_PAGE)]


def test_the_reference_has_one_entry_of_fixed_form_for_each_option():
    """The reference names all options in their order, with the defaults that they have."""
    shown = {"": "none", "True": "true", "False": "false"}
    defaults = [
        " ".join(map(str, ini.default))
        if ini.kind in ("paths", "args", "linelist")
        else str(ini.default)
        for ini in INIS
    ]

    assert [ini.name for ini in INIS] == [entry["name"] for entry in ENTRIES]
    assert [shown.get(default, default) for default in defaults] == [
        entry["default"].strip("`") for entry in ENTRIES
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_each_example_of_the_reference_is_accepted(pytester, run, entry):
    """The example of an option, and the marker that is its twin, are what the plugin takes."""
    pytester.mkdir("tests")
    (pytester.path / "tests" / "secrets.toml").touch()
    (pytester.path / "tests" / "more.json").write_text("{}")
    mark = entry["twin"].strip("`") if "@" in entry["twin"] else ""
    result = run(entry["example"], f"\n{mark}\ndef test_it(): pass\n", "--collect-only", "-v")

    assert 0 == result.ret
    assert entry["example"].startswith(f"{entry['name']} = ")
    (line,) = (line for line in result.outlines if line.startswith("fakesecrets: "))
    assert entry["example"].removeprefix("fakesecrets_").replace(" = ", "=") in line


HOOK = re.compile(
    r"^`(?P<name>pytest_fakesecrets_\w+)\((?P<parameters>.*)\)`: .+\.\n\n"
    r"- Called: .+\.\n- Returns: .+\.\n- Several answers: .+\.$",
    re.MULTILINE,
)
HOOKS_PAGE = (REFERENCE / "hooks.md").read_text(encoding="utf-8")


def test_the_reference_has_one_entry_of_fixed_form_for_each_hook():
    """The reference names all hooks in their order, with their parameters."""
    specs = {
        name: list(inspect.signature(spec).parameters)
        for name, spec in vars(hookspecs).items()
        if name.startswith("pytest_fakesecrets_")
    }

    assert specs == {
        match["name"]: match["parameters"].split(", ") for match in HOOK.finditer(HOOKS_PAGE)
    }


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        ("fakesecrets_autouse = maybe", "fakesecrets_autouse: invalid truth value 'maybe'"),
        ("fakesecrets_seeds = missing.toml", "fakesecrets_seeds names missing.toml, which does"),
    ],
)
def test_a_wrong_option_is_said_once_at_the_start(run, ini, message):
    """Also where no test uses a fake, and without a traceback."""
    result = run(ini, "def test_it(): pass")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert 1 == (result.stdout.str() + result.stderr.str()).count(message)
    assert "Traceback" not in result.stderr.str()


def test_a_broken_file_of_seeds_stops_a_run_that_begins_with_it(pytester, run):
    """Under fakesecrets_autouse the file is read before any test could fail."""
    (pytester.path / "broken.json").write_text("{")
    result = run("fakesecrets_autouse = true\nfakesecrets_seeds = broken.json", "")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert "broken.json:1:2: This is not JSON" in result.stderr.str()
