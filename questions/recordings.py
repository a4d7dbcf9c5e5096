"""Files of answers: how they are written, read, and compared with the fake's."""

from __future__ import annotations

import difflib
import json
from datetime import datetime, timezone
from pathlib import Path

import botocore
import pytest

AWS = "AWS"
OF_AWS = Path(__file__).parents[1] / "tests" / "recordings"


def check_target(whom, directory):
    """Refuse what would have the repository say of AWS what AWS has not answered."""
    if whom == "aws":
        return
    if not whom.startswith(("http://", "https://")):
        raise pytest.UsageError("--ask is either aws or the URL of an endpoint.")
    if ".amazonaws.com" in whom:
        raise pytest.UsageError("To ask AWS, use --ask aws.")
    if directory is None or Path(directory).resolve() == OF_AWS.resolve():
        raise pytest.UsageError(f"Only AWS's answers go to {OF_AWS}: give --recordings DIR.")


def path_of(directory, question):
    """Return where the answer to a question is, or would be."""
    return Path(directory, f"{question}.json")


def read(path):
    """Return a recording, or None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def write(path, *, question, answered_by, date, calls):
    """Write the answer to a question."""
    recording = {
        "question": question,
        "answered_by": answered_by,
        "date": date.astimezone(timezone.utc).isoformat(timespec="milliseconds"),
        "botocore": botocore.__version__,
        "calls": calls,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_as_text(recording), encoding="utf-8")


def moment_of(recording):
    """Return when a question was asked."""
    return datetime.fromisoformat(recording["date"])


def differences(recording, calls):
    """Return in words where the fake's calls differ from those recorded; empty where nowhere."""
    who = recording["answered_by"]
    found = [
        _difference(who, number, recorded, call)
        for number, (recorded, call) in enumerate(zip(recording["calls"], calls, strict=False), 1)
    ]
    if len(recording["calls"]) != len(calls):
        found.append(f"{who} was asked {len(recording['calls'])} calls, the fake {len(calls)}.")
    found = [text for text in found if text]
    if not found:
        return ""
    asked = recording["date"][:10]
    heading = f"{who} and the fake answer this differently (asked on {asked}):"
    return "\n\n".join([heading, f"  {recording['question']}", *found])


def _difference(who, number, recorded, call):
    if _as_text(recorded) == _as_text(call):
        return ""
    what = f"Call {number}, {call['operation']}:"
    if _asked(recorded) != _asked(call):
        what = f"Call {number} is not what {who} was asked, so ask again, or undo the change:"
    lines = difflib.unified_diff(
        _as_text(recorded).splitlines(),
        _as_text(call).splitlines(),
        fromfile=who,
        tofile="the fake",
        lineterm="",
    )
    shown = [line for line in lines if not line.startswith("@@")]
    return "\n".join([what, *shown])


def _asked(call):
    return call["operation"], call["request"]


def _as_text(value):
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
