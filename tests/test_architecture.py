from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pytest_fakesecrets"
LAYER = re.compile(r"^(\d)  (\S.*?)(?:   .*)?$", re.MULTILINE)


def layers():
    """Return the layer of each module, as CONTRIBUTING.md draws it."""
    drawing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return {
        name.rstrip("/"): int(number)
        for number, names in LAYER.findall(drawing)
        for name in names.split()
    }


def modules():
    """Return the modules of the package; what lies in a folder counts as the folder."""
    files = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]
    return {path: path.relative_to(PACKAGE).with_suffix("").parts[0] for path in files}


def imports(path):
    """Return what a file imports, as (dots before the name, name)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((node.level, name) for name in names)
        elif isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)


def test_every_module_has_its_layer():
    """CONTRIBUTING.md draws all modules, and no others."""
    assert set(modules().values()) == set(layers())


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    """No module imports one of a layer above its own."""
    drawn = layers()
    own = drawn[modules()[path]]
    depth = len(path.relative_to(PACKAGE).parts)
    targets = {name.split(".")[0] for dots, name in imports(path) if dots == depth}

    assert [] == [target for target in sorted(targets) if drawn[target] > own]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_foreign_knowledge_stays_where_it_belongs(path):
    """Only the seam and the model know botocore, only the plugin knows pytest."""
    allowed = {
        "_interception": {"botocore", "boto3"},
        "_model": {"botocore"},
        "_plugin": {"pytest"},
        "hookspecs": {"pytest"},
        "marks": {"pytest"},
        "plugin": {"pytest"},
    }
    foreign = {name.split(".")[0] for dots, name in imports(path) if not dots}
    known = foreign & {"botocore", "boto3", "pytest", "pluggy"}

    assert known <= allowed.get(modules()[path], set())
