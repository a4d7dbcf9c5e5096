"""What import-linter cannot see: its contracts, in pyproject.toml, hold the rest."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pytest_fakesecrets"
FILES = sorted(PACKAGE.rglob("*.py"))
# Which modules of botocore each place may know.
KNOWN = {
    "_aws/api_model.py": {"botocore.exceptions", "botocore.loaders", "botocore.model"},
    "_botocore": {
        "botocore",
        "botocore.awsrequest",
        "botocore.client",
        "botocore.config",
        "botocore.credentials",
        "botocore.endpoint",
        "botocore.exceptions",
        "botocore.hooks",
        "botocore.model",
        "botocore.parsers",
        "botocore.session",
        "botocore.signers",
    },
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_botocore_is_known_where_it_belongs(path):
    """Only _botocore knows its clients, and only api_model its description of the service."""
    place = path.relative_to(PACKAGE).as_posix()
    known = KNOWN.get(place, KNOWN.get(place.partition("/")[0], set()))
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0)
        for alias in node.names
    }

    assert set() == {name for name in imported if name.split(".")[0] == "botocore"} - known
