"""What tools/mutate.py does before mutmut sees the source, and after."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from unittest import mock

import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "mutate.py"


@pytest.fixture(scope="module")
def mutate():
    """Give the script as a module."""
    spec = importlib.util.spec_from_file_location("mutate", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    pass\n", "def f():\n    pass\n"),
        ("@a\n@b(1)\ndef f():\n    pass\n", "def f():\n    pass\nf = (a)((b(1))(f))\n"),
        (
            "class C:\n    @property\n    def f(self):\n        return 1\n\n    x = 2\n",
            "class C:\n    def f(self):\n        return 1\n    f = (property)(f)\n\n    x = 2\n",
        ),
        (
            "class C:\n    @classmethod\n    def f(cls):\n        pass\n",
            "class C:\n    @classmethod\n    def f(cls):\n        pass\n",
        ),
        (
            "@a(\n    1,\n)\ndef f():\n    @b\n    def g():\n        pass\n",
            "def f():\n    def g():\n        pass\n    g = (b)(g)\nf = (a(1))(f)\n",
        ),
    ],
    ids=["none", "two", "method", "of a class", "on two lines, and inside"],
)
def test_decorators_become_assignments(mutate, source, expected):
    """The decorators of a function stand behind it."""
    assert expected == mutate.without_decorators(source)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('return cast("list[str]", names)', "return cast(None, names)", False),
        ('return cast("list[str]", names)', 'return cast("LIST[STR]", names)', False),
        ('return cast("list[str]", names)', 'return cast("list[str]", None)', True),
        ("return 1", "return 2", True),
    ],
    ids=["no type", "another type", "no value", "number"],
)
def test_a_type_for_the_type_checker_is_not_a_change(mutate, old, new, expected):
    """What only the type checker reads needs no test."""
    assert expected == mutate.is_change([old], [new])


def test_tests_that_are_near_come_first(mutate, tmp_path):
    """The first tests that are tried are those that killed the neighbours of a mutant."""
    mutation = mutate.Mutation([], mutate.Results(tmp_path / "results.json"), 1)
    far, near, second = (
        "tests/calls/test_log.py::test_a",
        "tests/aws/kms/test_keys.py::test_b[0]",
        "tests/aws/kms/test_keys.py::test_b[1]",
    )
    tests = [far, second, near]
    mutant = "pytest_fakesecrets._aws.kms.key.x_parse_key__mutmut_1"

    assert [second, near, far] == mutation.in_order(mutant, tests)
    mutation.remember(far, "pytest_fakesecrets._aws.kms.key.x_other__mutmut_7")
    assert [far, second, near] == mutation.in_order(mutant, tests)


def test_what_dies_after_other_mutants_is_tried_again_alone(mutate, tmp_path, monkeypatch):
    """A process that dies tells of its mutant only where it had tried no other before."""
    results = mutate.Results(tmp_path / "results.json")
    mutation = mutate.Mutation([], results, 1)
    died = mock.Mock(exitcode=1)
    first, second, third = (mock.Mock(**{"recv.side_effect": EOFError}) for _ in range(3))
    following = iter([(second, died), (third, died)])
    monkeypatch.setattr(mutate, "start", lambda *_: next(following))
    running = {first: (died, ["b", "c"], 3)}

    mutation.receive(first, running)
    after_others = dict(results.fates)
    mutation.receive(second, running)

    assert {} == after_others
    assert {"b": "process"} == results.fates
    assert {third: (died, ["c"], 1)} == running


def test_a_mutant_that_is_another_now_is_tried_again(mutate, tmp_path):
    """What became of a mutant is kept as long as it changes the same."""
    results = mutate.Results(tmp_path / "results.json")
    results.begin({"a": "+1", "b": "+2", "c": "+3"})
    for mutant, killer in (("a", "test"), ("b", "test"), ("c", None)):
        results.note(mutant, killer)
    results.save()

    again = mutate.Results(tmp_path / "results.json")
    again.begin({"a": "+1", "b": "+4", "c": "+3"})
    assert {"a": "test", "c": None} == again.fates
    assert ["c"] == again.survivors("*")
