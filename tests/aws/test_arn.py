"""Parts of ARNs, and ids; what ARNs mean is in operations/test_identifiers.py."""

from __future__ import annotations

import uuid
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_fakesecrets._aws.arn import new_uuid, partition_of


@given(st.integers().map(Random))
def test_an_id_is_a_random_uuid(random):
    """An id has the form, the version and the variant of RFC 9562; all its other bits are drawn."""
    state = random.getstate()
    expected = uuid.UUID(int=random.getrandbits(128), version=4)
    random.setstate(state)
    assert str(expected) == new_uuid(random)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        pytest.param("eu-west-1", "aws", id="listed"),
        pytest.param("aws-global", "aws", id="not of the usual form"),
        pytest.param("eu-west-9", "aws", id="new"),
        pytest.param("cn-north-1", "aws-cn", id="in China"),
        pytest.param("cn-south-9", "aws-cn", id="new in China"),
        pytest.param("us-gov-east-1", "aws-us-gov", id="of the government"),
        pytest.param("moon-1", "aws", id="unknown"),
    ],
)
def test_the_partition_of_a_region(region, expected):
    """A Region that botocore does not list is of the partition whose names look like its own."""
    assert expected == partition_of(region)
