"""The questions to AWS: each unknown has one, recordings are AWS's, and the way there works."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pytest_fakesecrets import FakeSecrets

pytest.importorskip("boto3")

from questions.recorder import Call
from questions.recordings import check_target
from questions.scrubbing import Scrubber

ROOT = Path(__file__).parents[1]
UNKNOWNS = ROOT / "docs" / "explanation" / "unknowns.md"
README = ROOT / "questions" / "README.md"
RECORDINGS = sorted((ROOT / "tests" / "recordings").glob("*.json"))
CELL = re.compile(r"^\| (.+?) \| .+ \|$", re.MULTILINE)

ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
PLACEHOLDER_ACCOUNTS = {"123456789012", "222222222222"}
SECRETIVE = {
    "an id": re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE),
    "an access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a date": re.compile(r"\b20\d\d-\d\d-\d\dT\d\d|\b1[6-9]\d{8}(\.\d+)?\b"),
    "a caller": re.compile(r"arn:aws[\w-]*:sts:"),
}
REPLAYED = "questions/test_deletion.py::test_dates_of_a_deletion"
OF_TAGS = "questions/test_tags.py::test_order_of_tags"


def first_cells(text):
    """Return the first cells of the tables in a text, without their headings."""
    return [cell for cell in CELL.findall(text) if cell not in {"What", "---"}]


def parts_of_unknowns():
    """Return what is unknown; a row may hold several questions."""
    rows = first_cells(UNKNOWNS.read_text(encoding="utf-8"))
    return [part for row in rows for part in row.split("; ")]


def unaskable():
    """Return what README.md says cannot be asked."""
    _, _, section = README.read_text(encoding="utf-8").partition("## What cannot be asked")
    return first_cells(section)


def questions():
    """Return all questions by name."""
    modules = [
        importlib.import_module(f"questions.{path.stem}")
        for path in sorted((ROOT / "questions").glob("test_*.py"))
    ]
    named = [
        (name, question)
        for module in modules
        for name, question in vars(module).items()
        if name.startswith("test_")
    ]
    assert len(named) == len(dict(named)), "Two questions have the same name."
    return dict(named)


def parts_of(question):
    """Return the parts of unknowns.md that a question answers."""
    return getattr(question, "parts", [])


def leftovers(text):
    """Return what a recording should not hold."""
    found = [what for what, pattern in SECRETIVE.items() if pattern.search(text)]
    foreign = set(ACCOUNT.findall(text)) - PLACEHOLDER_ACCOUNTS
    return found + [f"the account {account}" for account in sorted(foreign)]


def ask(*arguments):
    """Run questions as a maintainer does; return the exit code and what was printed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return run.returncode, run.stdout + run.stderr


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Give the answers of a served fake to two questions, and what was printed meanwhile."""
    pytest.importorskip("werkzeug")
    directory = tmp_path_factory.mktemp("answers")
    with FakeSecrets(region="us-east-1").serve() as server:
        asked = ("--ask", server.url, "--pause", "0.05")
        code, printed = ask(REPLAYED, OF_TAGS, *asked, "--recordings", str(directory))
    assert code == 0, printed
    return directory, printed


def test_each_unknown_has_a_question():
    """What nobody knows of AWS is asked, or README.md says why it cannot be."""
    asked = [part for question in questions().values() for part in parts_of(question)]
    asked += unaskable()

    unasked = [part for part in parts_of_unknowns() if not part.startswith(tuple(asked))]
    assert [] == unasked


def test_no_question_is_about_what_is_known():
    """A question that is settled, and so no longer in the table, says so."""
    unknown = parts_of_unknowns()
    asked = [part for question in questions().values() for part in parts_of(question)]

    known = [
        part for part in asked + unaskable() if not any(one.startswith(part) for one in unknown)
    ]
    assert [] == known


def test_each_question_is_a_sentence():
    """The docstring is what a recording shows; a mark says why it is asked."""
    wrong = [
        name
        for name, question in questions().items()
        if not (question.__doc__ or "").strip().endswith("?")
    ]

    aimless = [
        name
        for name, question in questions().items()
        if not parts_of(question) and not hasattr(question, "confirms")
    ]
    assert [] == wrong
    assert [] == aimless


def test_recordings_are_of_aws_and_scrubbed():
    """What the repository says of AWS was answered by AWS, and tells nothing of the account."""
    recordings = {path.stem: json.loads(path.read_text("utf-8")) for path in RECORDINGS}
    calls = {name: json.dumps(recording["calls"]) for name, recording in recordings.items()}

    assert {} == {
        name: recording["answered_by"]
        for name, recording in recordings.items()
        if recording["answered_by"] != "AWS"
    }
    assert {} == {name: leftovers(text) for name, text in calls.items() if leftovers(text)}
    assert [] == [name for name in recordings if f"test_{name}" not in questions()]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("arn:aws:kms:us-east-1:210987654321:key/a", ["the account 210987654321"]),
        ("6f4de8f7-ac4a-8193-5024-7bd9be3a2d22", ["an id"]),
        ("AKIAIOSFODNN7EXAMPLE", ["an access key"]),
        ("2026-01-15T10:20:30", ["a date"]),
        ("1796031590.797", ["a date"]),
        ("arn:aws:iam::123456789012:root <call 3 + 7 days>", []),
    ],
)
def test_leftovers_are_found(text, what):
    """The check of recordings sees what it is there for."""
    assert what == leftovers(text)


def test_answers_of_an_endpoint_are_recorded(answers):
    """The cost is told first; files name who answered; the fake in the process agrees."""
    directory, printed = answers
    recording = json.loads((directory / "dates_of_a_deletion.json").read_text(encoding="utf-8"))
    code, replayed = ask(REPLAYED, OF_TAGS, "--recordings", str(directory))

    assert "8 calls and 2 secrets" in printed
    assert "No secret is left" in printed
    assert recording["answered_by"].startswith("http://127.0.0.1:")
    assert "<call 2 + 7 days>" == recording["calls"][1]["response"]["DeletionDate"]
    assert [] == leftovers(json.dumps(recording["calls"]))
    assert 0 == code, replayed
    assert "2 questions, 2 answered by http://127.0.0.1" in replayed


def test_a_difference_is_shown(answers, tmp_path):
    """Where the fake answers otherwise, the call and the members that differ are shown."""
    directory, _ = answers
    text = (directory / "dates_of_a_deletion.json").read_text(encoding="utf-8")
    recording = json.loads(text.replace('"DeletedDate": "<call 2>"', '"DeletedDate": "<call 1>"'))
    path = tmp_path / "dates_of_a_deletion.json"
    path.write_text(json.dumps({**recording, "answered_by": "AWS"}), encoding="utf-8")
    code, printed = ask(REPLAYED, "--recordings", str(tmp_path))

    assert 1 == code
    assert "AWS and the fake answer this differently" in printed
    assert "Is DeletionDate the end of the window" in printed
    assert "Call 3, DescribeSecret:" in printed
    assert '-    "DeletedDate": "<call 1>",\n+    "DeletedDate": "<call 2>",' in printed


@pytest.mark.parametrize(
    ("whom", "directory", "reason"),
    [
        ("http://127.0.0.1:9", None, "Only AWS's answers go to"),
        ("http://127.0.0.1:9", ROOT / "tests" / "recordings", "Only AWS's answers go to"),
        ("moto", "answers", "either aws or the URL"),
        ("https://secretsmanager.us-east-1.amazonaws.com", "answers", "use --ask aws"),
    ],
)
def test_no_endpoint_passes_for_aws(whom, directory, reason):
    """Answers of an endpoint are written elsewhere, and AWS is asked by its name."""
    with pytest.raises(pytest.UsageError, match=reason):
        check_target(whom, directory)


def test_a_refused_option_ends_the_run():
    """It ends before anything is asked."""
    code, printed = ask(REPLAYED, "--ask", "http://127.0.0.1:9")

    assert 4 == code
    assert "Only AWS's answers go to" in printed


@pytest.fixture
def scrubber():
    """Give what scrubs answers to a maintainer in Europe, who made two calls at noon."""
    noon = datetime(2026, 3, 4, 12, tzinfo=timezone.utc)
    return Scrubber(
        {
            "210987654321": "123456789012",
            "eu-west-1": "us-east-1",
            "us-east-1": "us-west-2",
            "wxyzabcd": "run",
        },
        ["q/wxyzabcd/a"],
        [noon - timedelta(seconds=1), noon + timedelta(seconds=1)],
    )


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ("eu-west-1 us-east-1 eu-west-10", "us-east-1 us-west-2 eu-west-10"),
        (
            "arn:aws:secretsmanager:eu-west-1:210987654321:secret:q/wxyzabcd/a-x1Y2z3",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:q/run/a-AbCdEf",
        ),
        (
            "User: arn:aws:sts::210987654321:assumed-role/Admin/me is not authorized",
            "User: <caller> is not authorized",
        ),
        ('"arn:aws:iam::210987654321:user/me"', '"<caller>"'),
        ("arn:aws:iam::210987654321:root", "arn:aws:iam::123456789012:root"),
        ("6F4de8f7-ac4a-8193-5024-7bd9be3a2d22", "<id 1>"),
        (b"bytes", {"base64": "Ynl0ZXM="}),
        ({"RandomPassword": "abc"}, {"RandomPassword": "<password of 3 characters>"}),
        ({"NextToken": "opaque"}, {"NextToken": "<token 1>"}),
        ({"SecretList": [{"Name": "theirs"}]}, {"SecretList": ["<other secrets>"]}),
        ({"SecretList": [{"Name": "q/wxyzabcd/a"}]}, {"SecretList": [{"Name": "q/run/a"}]}),
    ],
)
def test_answers_are_scrubbed(scrubber, answer, written):
    """What belongs to an account or a run is replaced, each by what always stands for it."""
    call = Call("Operation", {}, None, response={"Member": answer})

    assert {"Member": written} == scrubber.call(call)["response"]


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("2026-03-04T12:00:00.005+00:00", "<call 1>"),
        ("2026-03-04T12:00:02.000+00:00", "<call 2>"),
        ("2026-03-04T12:40:00.000+00:00", "<call 2>"),
        ("2026-03-11T12:00:02.000+00:00", "<call 2 + 7 days>"),
        ("2026-03-05T12:00:00.005+00:00", "<call 1 + 1 day>"),
        ("2026-03-04T00:00:00.000+00:00", "<midnight of the day>"),
        ("2026-03-03T00:00:00.000+00:00", "<midnight of the day - 1 day>"),
        ("2026-04-03T23:59:59.000+00:00", "<23:59:59 of the day + 30 days>"),
        ("2026-03-04T11:30:01.000+00:00", "<other date>"),
    ],
)
def test_dates_are_told_by_calls(scrubber, date, written):
    """A date says from which call it comes, or which moment of the calendar it is."""
    call = Call("Operation", {}, None, response={"Date": datetime.fromisoformat(date)})

    assert {"Date": written} == scrubber.call(call)["response"]
