"""What can be the value of a secret, and in which words anything else is refused."""

from __future__ import annotations

import pytest

from pytest_fakesecrets import UsageError
from pytest_fakesecrets._aws.model.values import text_or_bytes


class Unreadable(dict):
    """A dict whose members cannot be read."""

    def items(self):
        """Refuse, with a text that holds a value after its colon."""
        raise ValueError("This cannot be read: s3cret")


EMPTY = "AWS refuses an empty value. Leave it out for a secret without a value."
NOT_JSON = "A dict or list as a value must be JSON: {}. Give str or bytes instead."


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("", EMPTY, id="empty text"),
        pytest.param(bytearray(), EMPTY, id="empty bytes"),
        pytest.param(
            7,
            "A value of type int cannot be kept in a secret. "
            "Give str, bytes, or a dict or list (kept as JSON).",
            id="number",
        ),
        pytest.param(
            "\ud800",
            "A value holds characters that UTF-8 cannot write (surrogates). Give bytes instead.",
            id="surrogate",
        ),
        pytest.param(
            [float("nan")],
            NOT_JSON.format("Out of range float values are not JSON compliant"),
            id="not a number",
        ),
        pytest.param(
            Unreadable(key="v"), NOT_JSON.format("This cannot be read"), id="error with a value"
        ),
    ],
)
def test_what_cannot_be_a_value_is_refused(value, message):
    """The message says what AWS, or JSON, does not allow, and never the value."""
    with pytest.raises(UsageError) as caught:
        text_or_bytes(value)

    assert message == str(caught.value)
