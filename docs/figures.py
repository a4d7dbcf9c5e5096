"""Makes figures and tables of the documentation from the package, so that they cannot be wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from pytest_fakesecrets import FakeSecrets
from pytest_fakesecrets._aws.api_model import errors_of, operations
from pytest_fakesecrets._aws.errors import DEFAULT_MESSAGES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
# Light under both themes: an image does not know which of them is chosen.
INK, PAPER, EDGE, MARK = "#1f2933", "#f7f9fb", "#9aa5b1", "#d9f0e3"
ROTATE = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
WHAT_LAYERS_DO = {
    "__main__ | plugin": "what a shell and pytest load",
    "marks | hookspecs": "markers and hooks, with types",
    "_command | _plugin": "the command; pytest's side: fixtures, reports, leaks",
    "_fake": "what a test holds: FakeSecrets, views, seeds, seed files",
    "_botocore | _server": "botocore's clients, and those that send HTTP",
    "_calls": "one call: log, faults, hooks, caller",
    "_aws": "what AWS does: operations, model, policies, rotation",
}


class Step(NamedTuple):
    """What a function does for a call, and whose function it is."""

    column: str
    text: str


# The functions of a read that the figure shows, as "module.function"; or events of botocore.
STEPS_OF_A_CALL = {
    "client._make_api_call": Step("botocore", "validates the parameters"),
    "before-call": Step("botocore", "emits before-call"),
    "conversation.converse": Step("_botocore", "replaces make_request"),
    "requests.read_request": Step("_aws", "reads and checks the body"),
    "pipeline.answer": Step("_calls", "answers an attempt"),
    "history.append": Step("_calls", "logs the call"),
    "pipeline._effects": Step("_calls", "asks faults and hooks"),
    "service.perform": Step("_aws", "performs the request"),
    "values.get_secret_value": Step("_aws", "finds the version"),
    "answers.encode": Step("_aws", "writes the answer"),
    "parsing.parse": Step("_botocore", "gives it to botocore's parser"),
    "needs-retry": Step("botocore", "decides on a retry"),
    "pipeline.finish": Step("_calls", "notes the outcome"),
    "after-call": Step("botocore", "emits after-call, returns"),
}


def draw_figures(folder: Path) -> None:
    """Draw all figures as SVG files.

    :param folder: where they are put.
    """
    folder.mkdir(exist_ok=True)
    (folder / "layers.svg").write_text(_layers(), encoding="utf-8")
    (folder / "labels.svg").write_text(_labels(), encoding="utf-8")
    (folder / "call.svg").write_text(_call(), encoding="utf-8")


def write_tables(folder: Path) -> None:
    """Write the tables of error codes, as parts of a page.

    :param folder: where they are put.
    """
    folder.mkdir(exist_ok=True)
    of_operations = [
        f"| {operation} | {', '.join(errors_of(operation))} |" for operation in sorted(operations())
    ]
    messages = [f"| {code} | {text} |" for code, text in sorted(DEFAULT_MESSAGES.items())]
    for name, head, rows in (
        ("errors-of-operations", "| Operation | Documented errors |", of_operations),
        ("error-messages", "| Code | Message of `fake.faults.error` |", messages),
    ):
        table = "\n".join([head, "| --- | --- |", *rows, ""])
        (folder / f"{name}.md").write_text(table, encoding="utf-8")


def _layers() -> str:
    """Draw the layers of the package, as the contracts of import-linter have them."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = [layer for layer in contracts[0]["layers"] if layer in WHAT_LAYERS_DO]
    parts, height = [], 44
    for index, layer in enumerate(layers):
        top = 10 + index * (height + 10)
        parts += [
            _box(10, top, 620, height, PAPER),
            _text(24, top + 27, layer.replace(" | ", ", "), bold=True),
            _text(190, top + 27, WHAT_LAYERS_DO[layer]),
        ]
    return _svg(640, 10 + len(layers) * (height + 10), parts)


def _call() -> str:
    """Draw which functions a read goes through, in their order and in columns of whose they are."""
    steps = [STEPS_OF_A_CALL[name] for name in _steps_of_a_read()]
    columns = list(dict.fromkeys(step.column for step in steps))
    columns.sort(key=["botocore", "_botocore", "_calls", "_aws"].index)
    width, height = 225, 36
    parts = [
        _text(20 + index * width, 26, column, bold=True) for index, column in enumerate(columns)
    ]
    before = None
    for row, step in enumerate(steps):
        left, top = 10 + columns.index(step.column) * width, 40 + row * height
        middle = left + (width - 15) // 2
        if before is not None:
            across = "" if before == middle else f" H{middle}"
            parts.append(
                f'<path d="M{before} {top - height + 28} V{top - 4}{across} V{top}" '
                f'fill="none" stroke="{EDGE}"/>'
            )
        parts += [
            _box(left, top, width - 15, 28, MARK if step.column == "botocore" else PAPER),
            _text(left + 10, top + 19, step.text),
        ]
        before = middle
    return _svg(len(columns) * width + 5, 44 + len(steps) * height, parts)


def _steps_of_a_read() -> list[str]:
    """Read a secret; return which of the steps the call went through.

    :raises LookupError: for a step that no call goes through any more.
    """
    passed: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        name = frame.f_code.co_name
        if name == "_emit":
            step = str(frame.f_locals["event_name"]).split(".")[0]
        else:
            step = f"{frame.f_globals.get('__name__', '').rpartition('.')[2]}.{name}"
        if event == "call" and step in STEPS_OF_A_CALL and step not in passed:
            passed.append(step)

    with FakeSecrets({"prod/db": "s3cret"}, region="us-east-1") as fake:
        client = fake.client()
        sys.setprofile(note)
        try:
            client.get_secret_value(SecretId="prod/db")
        finally:
            sys.setprofile(None)
    if missing := STEPS_OF_A_CALL.keys() - passed:
        message = f"A read does not go through {sorted(missing)}: see STEPS_OF_A_CALL."
        raise LookupError(message)
    return passed


def _labels() -> str:
    """Draw which version has which staging labels after each of some calls to a fake."""
    steps = list(_life_of_a_secret())
    versions = list(dict.fromkeys(version for _, labels in steps for version in labels))
    left, width, height = 250, 190, 40
    parts = [
        _text(left + 10 + index * width, 26, f"version {index + 1}", bold=True)
        for index in range(len(versions))
    ]
    for row, (call, labels) in enumerate(steps):
        top = 40 + row * (height + 8)
        parts.append(_text(10, top + 25, call))
        for index, version in enumerate(versions):
            if version in labels:
                shown = ", ".join(label.removeprefix("AWS") for label in labels[version])
                parts += [
                    _box(left + index * width, top, width - 10, height, MARK if shown else PAPER),
                    _text(left + 10 + index * width, top + 25, shown or "no label"),
                ]
    return _svg(left + len(versions) * width, 40 + len(steps) * (height + 8), parts)


def _life_of_a_secret() -> Iterable[tuple[str, dict[str, list[str]]]]:
    """Return each call with the labels that the versions have after it, by version."""
    with FakeSecrets(region="us-east-1") as fake:
        client, name = fake.client(), {"SecretId": "prod/db"}

        def after(call: str) -> tuple[str, dict[str, list[str]]]:
            listed = client.list_secret_version_ids(SecretId="prod/db", IncludeDeprecated=True)[
                "Versions"
            ]
            ordered = sorted(listed, key=lambda version: version["CreatedDate"])
            return call, {each["VersionId"]: each.get("VersionStages", []) for each in ordered}

        client.create_secret(Name="prod/db", SecretString="first")
        yield after("CreateSecret")
        fake.clock.advance(days=1)
        client.put_secret_value(**name, SecretString="second")
        yield after("PutSecretValue")
        fake.clock.advance(days=1)
        pending = client.put_secret_value(
            **name, SecretString="third", VersionStages=["AWSPENDING"]
        )["VersionId"]
        yield after("PutSecretValue as AWSPENDING")
        current = fake["prod/db"].labels["AWSCURRENT"]
        client.update_secret_version_stage(
            **name,
            VersionStage="AWSCURRENT",
            MoveToVersionId=pending,
            RemoveFromVersionId=current,
        )
        yield after("UpdateSecretVersionStage")


def _box(left: int, top: int, width: int, height: int, fill: str) -> str:
    return (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" '
        f'fill="{fill}" stroke="{EDGE}"/>'
    )


def _text(left: int, base: int, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{left}" y="{base}"{weight}>{escape(text)}</text>'


def _svg(width: int, height: int, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="system-ui, sans-serif" font-size="14" fill="{INK}">'
        f'<rect width="{width}" height="{height}" fill="#ffffff" rx="8"/>{"".join(parts)}</svg>\n'
    )
