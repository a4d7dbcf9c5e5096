"""The check of shapes finds what it is to find."""

from __future__ import annotations

import pytest
from answer_shapes import misshapen

from pytest_fakesecrets._aws.api_model import operation_model


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Name": "a", "CreatedDate": 1.5, "VersionStages": ["AWSCURRENT"]}, []),
        ({"Name": None}, [".Name is None, not a string"]),
        ({"CreatedDate": True}, [".CreatedDate is True, not a timestamp"]),
        ({"VersionStages": "AWSCURRENT"}, [".VersionStages is 'AWSCURRENT', not a list"]),
        ({"VersionStages": [1]}, [".VersionStages[0] is 1, not a string"]),
        ({"Value": "v"}, [".Value is not a member of GetSecretValueResponse"]),
        ([], ["the answer is [], not a structure"]),
    ],
)
def test_what_is_misshapen(answer, expected):
    """Each member is known, of the right type, and not null."""
    assert expected == list(misshapen(operation_model("GetSecretValue").output_shape, answer))
