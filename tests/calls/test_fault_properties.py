from __future__ import annotations

import functools

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from pytest_fakesecrets import FakeSecrets, Secret
from pytest_fakesecrets._aws.operations.registry import snake_case

TOKEN = "t" * 32
HTML = b"<html></html>"
NOT_CARRIED_OUT = {
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "EndpointConnectionError",
    "InternalServiceError",
    "ReadTimeoutError",
    "SSLError",
    "ThrottlingException",
}
CALLS = {
    "CreateSecret": {"Name": "new", "SecretString": "v", "ClientRequestToken": TOKEN},
    "PutSecretValue": {"SecretId": "db", "SecretString": "v", "ClientRequestToken": TOKEN},
    "UpdateSecret": {"SecretId": "db", "Description": "d", "ClientRequestToken": TOKEN},
    "DeleteSecret": {"SecretId": "db"},
    "RestoreSecret": {"SecretId": "gone"},
    "TagResource": {"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]},
    "GetSecretValue": {"SecretId": "db"},
    "DescribeSecret": {"SecretId": "no"},
    "ReplicateSecretToRegions": {"SecretId": "db", "AddReplicaRegions": [{"Region": "eu-west-1"}]},
}
SEEDS = [Secret("db", "old", arn_suffix="a1b2c3"), Secret("gone", "v", deleted=True)]
MOMENT = 1_767_225_600.0
decisive = st.one_of(
    st.tuples(st.just("error"), st.sampled_from(sorted(NOT_CARRIED_OUT))),
    st.tuples(
        st.just("drop_response"), st.sampled_from(["ReadTimeoutError", "ConnectionClosedError"])
    ),
    st.tuples(
        st.just("corrupt_response"), st.sampled_from([None, b"", HTML, b"\xff", b"{}", b"[]"])
    ),
)
slow = st.tuples(st.just("delay"), st.sampled_from([0.001, 1, 59, 60, 61]))
options = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"times": st.integers(1, 2)}),
    st.fixed_dictionaries({"nth": st.integers(1, 2)}),
    st.fixed_dictionaries({"every": st.integers(1, 2)}),
    st.fixed_dictionaries({"probability": st.just(0.5), "seed": st.integers(0, 9)}),
)
faults = st.lists(st.tuples(st.one_of(decisive, slow), options), max_size=4)


@functools.cache
def client():
    """Return a client that repeats nothing."""
    with FakeSecrets():
        return Session().create_client(
            "secretsmanager", "us-east-1", config=Config(retries={"max_attempts": 0})
        )


def story_of(operation, wanted):
    """Make a call; return the secrets before and after it, the faults, the call, what it met."""
    with FakeSecrets(*SEEDS) as fake:
        added = [getattr(fake.faults, method)(given, **how) for (method, given), how in wanted]
        before = fake.snapshot()
        try:
            getattr(client(), snake_case(operation))(**CALLS[operation])
            met = "OK"
        except ClientError as error:
            met = error.response["Error"]["Code"]
        except (BotoCoreError, UnicodeDecodeError, AttributeError) as error:
            met = type(error).__name__
        return before, fake.snapshot(), added, fake.calls.last, met


@given(operation=st.sampled_from(sorted(CALLS)), wanted=faults)
def test_what_a_fault_leaves_behind(operation, wanted):
    """What was refused or unreachable changes nothing, whatever else has all of its effect."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: MOMENT)
        _, succeeded, _, plain, _ = story_of(operation, [])
        before, after, added, call, met = story_of(operation, wanted)
    deciding = [fault for fault in added if fault.hits and "response after" not in repr(fault)]

    assert len(deciding) <= 1
    stopped = deciding and "dropped" not in repr(deciding) and "corrupted" not in repr(deciding)
    assert (before if stopped else succeeded) == after
    assert (met, [met]) == (call.outcome, call.outcomes)
    assert deciding or met in (plain.outcome, "ReadTimeoutError")
