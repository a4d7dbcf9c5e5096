"""What a failed comparison says where something else than was meant was compared."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("comparison", "said"),
    [
        ('fake_secrets["a"] == "v"', "A view is not the value: compare its .value, or .json()."),
        ('"v" == fake_secrets["a"]', "A view is not the value: compare its .value, or .json()."),
        (
            'fake_secrets.calls == ["GetSecretValue"]',
            "A log is not a list of names: compare fake.calls.operations.",
        ),
        (
            'fake_secrets == {"a": "v"}',
            "A fake is equal to itself alone: compare list(fake), or a secret's .value.",
        ),
        ('"c" in fake_secrets', None),
        ('fake_secrets["a"].value == "w"', None),
        ('fake_secrets["a"] == fake_secrets["b"]', None),
    ],
)
def test_what_to_compare(pytester, comparison, said):
    """A view, the log or the fake in the place of what it holds is named, with the remedy."""
    pytester.makepyfile(f"""
    import pytest

    @pytest.mark.secrets({{"a": "v", "b": "v"}})
    def test_it(fake_secrets):
        assert {comparison}
    """)

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    assert (said is not None) == (" compare " in result.stdout.str())
    if said is not None:
        assert f"E         {said}" in result.outlines
