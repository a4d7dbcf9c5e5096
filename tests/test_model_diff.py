"""What tools/model_diff.py says of two small models."""

from __future__ import annotations

import copy
import gzip
import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "model_diff.py"
FOLDER = Path("data", "secretsmanager", "2017-10-17")
MODEL = {
    "operations": {
        "Cancel": {"input": {"shape": "SecretIdRequest"}},
        "Put": {
            "input": {"shape": "PutRequest"},
            "output": {"shape": "PutResponse"},
            "errors": [{"shape": "InvalidRequestException"}, {"shape": "InternalServiceError"}],
        },
    },
    "shapes": {
        "SecretIdRequest": {"type": "structure", "members": {"SecretId": {"shape": "Id"}}},
        "PutRequest": {
            "type": "structure",
            "required": ["SecretId"],
            "members": {"SecretId": {"shape": "Id"}, "Tags": {"shape": "Tags"}},
        },
        "PutResponse": {"type": "structure", "members": {"Labels": {"shape": "Labels"}}},
        "Id": {"type": "string", "min": 1, "max": 9},
        "Tags": {"type": "list", "member": {"shape": "Tag"}},
        "Tag": {
            "type": "structure",
            "members": {"Key": {"shape": "Key"}, "Tags": {"shape": "Tags"}},
        },
        "Key": {"type": "string", "enum": ["a", "b"], "pattern": "[ab]"},
        "Labels": {"type": "map", "key": {"shape": "Id"}, "value": {"shape": "Name"}},
        "Name": {"type": "string"},
    },
}


def load_script():
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("model_diff", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


model_diff = load_script()


def changed(change):
    """Return the model after a change."""
    model = copy.deepcopy(MODEL)
    change(model["operations"], model["shapes"])
    return model


def content(model, suffix):
    """Return a model as a file of this suffix has it."""
    text = json.dumps(model).encode()
    return gzip.compress(text) if suffix == ".gz" else text


def write(path, model):
    """Write a model to a file, and return the file's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content(model, path.suffix))
    return str(path)


def refusal(capsys, source):
    """Return exit code and message where a model cannot be read."""
    with pytest.raises(SystemExit) as caught:
        model_diff.main([source, source])
    *_, line = capsys.readouterr().err.splitlines()
    return caught.value.code, line.partition(": error: ")[2]


def wheels(monkeypatch, files):
    """Have pip download a wheel with these files, and return the commands that it was given."""
    commands = []

    def download(command, **_):
        commands.append(command)
        wheel = Path(command[command.index("--dest") + 1], "botocore-1.44.0-py3-none-any.whl")
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)

    monkeypatch.setattr(subprocess, "run", download)
    return commands


# What changes in the model, and the lines that tell of it.
CHANGES = {
    "a new operation": (
        lambda operations, _: operations.update(
            Make={
                "input": {"shape": "SecretIdRequest"},
                "errors": [{"shape": "InternalServiceError"}],
            }
        ),
        [
            "`Make`: the operation is new.",
            "`Make`: request member `SecretId` is new: string, optional, min 1, max 9.",
            "`Make`: error `InternalServiceError` is new.",
        ],
    ),
    "an operation that is gone": (
        lambda operations, _: operations.pop("Put"),
        ["`Put`: the operation is gone."],
    ),
    "errors": (
        lambda operations, _: operations["Put"].update(
            errors=[{"shape": "InternalServiceError"}, {"shape": "LimitExceededException"}]
        ),
        [
            "`Put`: error `InvalidRequestException` is gone.",
            "`Put`: error `LimitExceededException` is new.",
        ],
    ),
    "a new member": (
        lambda _, shapes: shapes["PutRequest"].update(
            required=["SecretId", "Key"],
            members={**shapes["PutRequest"]["members"], "Key": {"shape": "Key"}},
        ),
        ["`Put`: request member `Key` is new: string, required, pattern `[ab]`, only `a`, `b`."],
    ),
    "a member that is gone, with all below it": (
        lambda _, shapes: shapes["PutRequest"]["members"].pop("Tags"),
        [
            "`Put`: request member `Tags` is gone.",
            "`Put`: request member `Tags[].Key` is gone.",
            "`Put`: request member `Tags[].Tags` is gone.",
        ],
    ),
    "a member that is required no more": (
        lambda _, shapes: shapes["PutRequest"].pop("required"),
        ["`Put`: request member `SecretId` has changed: from required to optional."],
    ),
    "a member that becomes required": (
        lambda _, shapes: shapes["SecretIdRequest"].update(required=["SecretId"]),
        ["`Cancel`: request member `SecretId` has changed: from optional to required."],
    ),
    "limits of a shape that several members have": (
        lambda _, shapes: shapes.update(Id={"type": "string", "min": 0}),
        [
            "`Cancel`: request member `SecretId` has changed: min from 1 to 0; max from 9 to none.",
            "`Put`: request member `SecretId` has changed: min from 1 to 0; max from 9 to none.",
            "`Put`: answer member `Labels{key}` has changed: min from 1 to 0; max from 9 to none.",
        ],
    ),
    "a pattern with a backtick": (
        lambda _, shapes: shapes["Key"].update(pattern="[`]"),
        ["`Put`: request member `Tags[].Key` has changed: pattern from `[ab]` to `` [`] ``."],
    ),
    "values": (
        lambda _, shapes: shapes["Key"].update(enum=["b", "d", "c"]),
        ["`Put`: request member `Tags[].Key` has changed: also `c`, `d`; no longer `a`."],
    ),
    "any value": (
        lambda _, shapes: shapes["Key"].pop("enum"),
        ["`Put`: request member `Tags[].Key` has changed: any value."],
    ),
    "some values only": (
        lambda _, shapes: shapes["Name"].update(enum=["x"]),
        ["`Put`: answer member `Labels{value}` has changed: only `x`."],
    ),
    "a type": (
        lambda _, shapes: shapes["Name"].update(type="long"),
        ["`Put`: answer member `Labels{value}` has changed: from string to long."],
    ),
    "an answer where there was none": (
        lambda operations, _: operations["Cancel"].update(output={"shape": "PutResponse"}),
        [
            "`Cancel`: answer member `Labels` is new: map, optional.",
            "`Cancel`: answer member `Labels{key}` is new: string, min 1, max 9.",
            "`Cancel`: answer member `Labels{value}` is new: string.",
        ],
    ),
}

# What changes in the model, and is not told of.
NO_CHANGES = {
    "nothing": lambda _operations, _shapes: None,
    "documentation": lambda operations, shapes: (
        operations["Put"].update(documentation="<p>Tags.</p>"),
        shapes["Tag"]["members"]["Key"].update(documentation="<p>A key.</p>"),
        shapes["Key"].update(documentation="<p>A key.</p>"),
    ),
    "the order of values": lambda _, shapes: shapes["Key"].update(enum=["b", "a"]),
    "the order of errors": lambda operations, _: operations["Put"]["errors"].reverse(),
    "the name of a shape": lambda _, shapes: (
        shapes.update(Renamed=shapes["Key"]),
        shapes["Tag"]["members"].update(Key={"shape": "Renamed"}),
    ),
    "a shape that nothing uses": lambda _, shapes: shapes.update(Unused={"type": "string"}),
}


@pytest.mark.parametrize(("change", "lines"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_told(tmp_path, capsys, change, lines):
    """Each difference is a line of Markdown, and the exit code is 1."""
    old = write(tmp_path / "old.json", MODEL)
    new = write(tmp_path / "new.json", changed(change))

    code = model_diff.main([old, new])

    assert [f"- {line}" for line in lines] == capsys.readouterr().out.splitlines()
    assert 1 == code


@pytest.mark.parametrize("change", NO_CHANGES.values(), ids=NO_CHANGES)
def test_no_change_is_told(tmp_path, capsys, change):
    """What makes no difference to a caller prints nothing, and the exit code is 0."""
    old = write(tmp_path / "old.json", MODEL)
    new = write(tmp_path / "new.json", changed(change))

    code = model_diff.main([old, new])

    assert "" == capsys.readouterr().out
    assert 0 == code


@pytest.mark.parametrize("name", ["service-2.json", "service-2.json.gz"])
@pytest.mark.parametrize("folder", [".", "botocore", "botocore-1.44.0/botocore"])
def test_a_folder_is_searched(tmp_path, capsys, folder, name):
    """A folder is botocore, holds it, or holds an unpacked sdist; the newest model counts."""
    older = changed(lambda operations, _: operations.clear())
    write(tmp_path / "new" / folder / "data" / "secretsmanager" / "2014-01-01" / name, older)
    write(tmp_path / "new" / folder / FOLDER / name, MODEL)
    old = write(tmp_path / "old.json.gz", MODEL)

    code = model_diff.main([old, str(tmp_path / "new")])

    assert "" == capsys.readouterr().out
    assert 0 == code


def test_a_version_is_downloaded(tmp_path, capsys, monkeypatch):
    """A version comes from PyPI, by pip, as a wheel and without its dependencies."""
    name = f"botocore/{FOLDER.as_posix()}/service-2.json.gz"
    commands = wheels(monkeypatch, {"botocore/__init__.py": "", name: content(MODEL, ".gz")})
    old = write(tmp_path / "old.json", MODEL)

    code = model_diff.main([old, "1.44.0"])
    (command,) = commands

    assert [sys.executable, "-m", "pip", "download"] == command[:4]
    assert {"--no-deps", "--only-binary", "botocore==1.44.0"} <= set(command)
    assert "" == capsys.readouterr().out
    assert 0 == code


def test_a_version_that_pip_does_not_find(capsys, monkeypatch):
    """The exit code of a failed download is not that of a difference."""

    def fail(command, **_):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", fail)

    assert (2, "pip has not downloaded botocore 9.9.9.") == refusal(capsys, "9.9.9")


def test_a_wheel_without_the_model(capsys, monkeypatch):
    """The first versions of botocore did not know the service."""
    wheels(monkeypatch, {"botocore/__init__.py": ""})
    expected = "botocore-1.44.0-py3-none-any.whl has no model of Secrets Manager."

    assert (2, expected) == refusal(capsys, "1.0.0")


def test_a_folder_without_the_model(tmp_path, capsys):
    """A folder without a botocore is refused."""
    expected = f"Below {tmp_path} no botocore has a model of Secrets Manager."

    assert (2, expected) == refusal(capsys, str(tmp_path))


def test_neither_path_nor_version(capsys):
    """What is neither a path nor a version is not given to pip."""
    expected = "'newest' is neither a path that exists nor a version of botocore."

    assert (2, expected) == refusal(capsys, "newest")


# Files that are not models, and how the message goes on after their name.
NO_MODELS = {
    "text.json": (b"text", "cannot be read: "),
    "text.gz": (b"text", "cannot be read: "),
    "cut.gz": (content(MODEL, ".gz")[:40], "cannot be read: "),
    "damaged.gz": (content(MODEL, ".gz")[:10] + b"\xff" * 40, "cannot be read: "),
    "list.json": (b"[]", "is not a model of a service: "),
    "empty.json": (b"{}", "is not a model of a service: "),
    "no-shape.json": (content({**MODEL, "shapes": {}}, ""), "is not a model of a service: "),
}


@pytest.mark.parametrize("name", NO_MODELS)
def test_a_file_that_is_no_model(tmp_path, capsys, name):
    """A file that cannot be compared is named, and its exit code is not that of a difference."""
    text, expected = NO_MODELS[name]
    path = tmp_path / name
    path.write_bytes(text)

    code, message = refusal(capsys, str(path))

    assert 2 == code
    assert f"{path} {expected}" == message[: len(f"{path} {expected}")]
