"""What a failed comparison says where it compared something else than was meant."""

from __future__ import annotations

from typing import Final

# By the names of classes, so that nothing need be imported for the comparisons of others.
_INSTEAD: Final = {
    "CallLog": "A log is not a list of names: compare fake.calls.operations.",
    "FakeSecrets": "A fake is equal to itself alone: compare list(fake), or a secret's .value.",
    "SecretView": "A view is not the value: compare its .value, or .json().",
}


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say what to compare, after a comparison with a fake, its log or a view of a secret."""
    ours = [
        side for side in (left, right) if type(side).__module__.startswith("pytest_fakesecrets.")
    ]
    if op not in ("==", "!=") or len(ours) != 1 or type(ours[0]).__name__ not in _INSTEAD:
        return None
    return [f"{left!r} {op} {right!r}", _INSTEAD[type(ours[0]).__name__]]
