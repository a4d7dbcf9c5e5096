from __future__ import annotations

import functools
import itertools
import json
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pytest_fakesecrets import FakeSecrets, Secret, UnsupportedError, Version
from pytest_fakesecrets._aws.api_model import operation_model, operations
from pytest_fakesecrets._aws.errors import DEFAULT_MESSAGES
from pytest_fakesecrets._aws.operations.registry import OPERATIONS, snake_case

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
NAMES = ["a", "b/c", "d-ABCdef"]
IDS = [f"0000000{number}-0000-4000-8000-000000000000" for number in range(1, 5)]
LABELS = ["AWSCURRENT", "AWSPENDING", "one", "two"]
OTHER_ACCOUNT = "222222222222"
ROTATION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


@functools.cache
def client():
    """Return a client that lets every request through and repeats nothing."""
    config = Config(parameter_validation=False, retries={"max_attempts": 0})
    with FakeSecrets():
        return Session().create_client("secretsmanager", "us-east-1", config=config)


def seeds():
    """Describe secrets in every state that a call can meet."""
    return [
        {"a": "v", "empty": Secret("empty")},
        Secret(
            "b/c",
            versions=[
                Version(b"\x00", ["AWSCURRENT", "one"], id=IDS[0]),
                Version("before", ["AWSPREVIOUS"], id=IDS[1]),
                Version(None, ["AWSPENDING"], id=IDS[2]),
                Version("old", id=IDS[3]),
            ],
            tags={"team": "web"},
            arn_suffix="aaaaaa",
        ),
        Secret("d-ABCdef", "v", deleted=True, arn_suffix="bbbbbb"),
        Secret("rds!db", "v", owning_service="rds", arn_suffix="cccccc"),
        Secret("a", "other", account="111111111111", arn_suffix="dddddd"),
        Secret("shared", "v", replicas=["eu-west-1", "eu-west-2"], arn_suffix="eeeeee"),
        Secret("copy", "v", region="eu-west-1", replicas=["us-east-1"], arn_suffix="ffffff"),
    ]


@functools.cache
def state():
    """Return the secrets of the seeds, two of them with a replica in another account."""
    with FakeSecrets(*seeds()) as fake:
        if "AssociateCrossAccountReplica" in SUPPORTED:
            other = fake.client(account=OTHER_ACCOUNT)
            for name in ("a", "b/c"):
                replica = other.create_secret(
                    Name=name, KmsKeyId="alias/k", CrossAccountPrimaryARN=fake[name].arn
                )
            client().associate_cross_account_replica(
                SecretId="b/c", CrossAccountReplicaARN=replica["ARN"]
            )
        return fake.snapshot()


@contextmanager
def prepared():
    """Give a fake that has secrets in every state."""
    with FakeSecrets() as fake:
        fake.rotation_lambda("rds", generate=lambda: "v")
        fake.rotation_lambda(ROTATION, generate=lambda: "v")
        fake.restore(state())
        yield fake


def arns_of_replicas():
    """Return the ARNs of the secrets that are replicas in the other account."""
    return [secret.arn for secret in state().tables.get((OTHER_ACCOUNT, "us-east-1"), ())]


@dataclass
class Known:
    """What a secret should be: its values by version id, its labels, the end of its window."""

    values: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    deletion: datetime | None = None

    def attach(self, label, version_id):
        """Move a label; AWSCURRENT leaves AWSPREVIOUS behind."""
        before = self.labels.get(label)
        self.labels[label] = version_id
        if label == "AWSCURRENT" and before != version_id:
            self.labels.pop("AWSPREVIOUS", None)
            if before is not None:
                self.labels["AWSPREVIOUS"] = before

    def put(self, version_id, value, labels):
        """Add a version; the first is current, and a new current one ends what was pending."""
        labels = set(labels) | (set() if self.values else {"AWSCURRENT"})
        self.values[version_id] = value
        if "AWSCURRENT" in labels:
            self.labels.pop("AWSPENDING", None)
            self.attach("AWSCURRENT", version_id)
        for label in labels - {"AWSCURRENT"}:
            self.attach(label, version_id)


class VersionsAndLabels(RuleBasedStateMachine):
    """Any sequence of calls keeps the rules of versions and labels."""

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.fake = self.stack.enter_context(FakeSecrets())
        self.known = {}
        self.current = {}
        self.tokens = itertools.count(1)

    def teardown(self):
        """End the fake."""
        self.stack.close()

    def new_token(self):
        """Return a token that every run of the same example makes: Hypothesis repeats it."""
        return f"{next(self.tokens):032}"

    def draw(self, data, *, deleted=False):
        """Choose a secret that exists."""
        names = [name for name, secret in self.known.items() if deleted or not secret.deletion]
        name = data.draw(st.sampled_from(sorted(names)))
        return name, self.known[name]

    def has_secrets(self):
        """Tell whether any secret can be used."""
        return any(not secret.deletion for secret in self.known.values())

    def has_versions(self):
        """Tell whether any usable secret has a version."""
        return any(secret.values and not secret.deletion for secret in self.known.values())

    def draw_version(self, data):
        """Choose a secret that has versions, and one of them."""
        names = [name for name, known in self.known.items() if known.values and not known.deletion]
        name = data.draw(st.sampled_from(sorted(names)))
        return name, self.known[name], data.draw(st.sampled_from(sorted(self.known[name].values)))

    @rule(name=st.sampled_from(NAMES), value=st.none() | st.text(min_size=1, max_size=5))
    def create(self, name, value):
        """Take a name, which only a free one allows."""
        token = self.new_token()
        parameters = {} if value is None else {"SecretString": value}
        if name in self.known:
            with pytest.raises(ClientError):
                client().create_secret(Name=name, ClientRequestToken=token, **parameters)
            return
        client().create_secret(Name=name, ClientRequestToken=token, **parameters)
        self.known[name] = Known()
        if value is not None:
            self.known[name].put(token, value, [])

    @precondition(has_secrets)
    @rule(
        data=st.data(),
        value=st.text(min_size=1, max_size=5),
        labels=st.lists(st.sampled_from(LABELS), min_size=1, unique=True) | st.none(),
    )
    def put(self, data, value, labels):
        """Put a version, which comes with its labels."""
        name, secret = self.draw(data)
        token = self.new_token()
        chosen = {} if labels is None else {"VersionStages": labels}
        answer = client().put_secret_value(
            SecretId=name, SecretString=value, ClientRequestToken=token, **chosen
        )
        secret.put(token, value, labels or ["AWSCURRENT"])
        expected = sorted(label for label, holder in secret.labels.items() if holder == token)

        assert token == answer["VersionId"]
        assert expected == answer["VersionStages"]

    @precondition(has_secrets)
    @rule(data=st.data(), value=st.text(min_size=1, max_size=5) | st.none())
    def update(self, data, value):
        """Update: with a value that is a new current version, without one it is none."""
        name, secret = self.draw(data)
        token = self.new_token()
        chosen = {"Description": "d"} if value is None else {"SecretString": value}
        client().update_secret(SecretId=name, ClientRequestToken=token, **chosen)
        if value is not None:
            secret.put(token, value, ["AWSCURRENT"])

    @precondition(has_versions)
    @rule(data=st.data(), label=st.sampled_from(LABELS))
    def move(self, data, label):
        """Move a label from the version that has it."""
        name, secret, version_id = self.draw_version(data)
        holder = secret.labels.get(label)
        chosen = {} if holder is None else {"RemoveFromVersionId": holder}
        client().update_secret_version_stage(
            SecretId=name, VersionStage=label, MoveToVersionId=version_id, **chosen
        )
        secret.attach(label, version_id)

    @precondition(has_versions)
    @rule(data=st.data())
    def remove(self, data):
        """Remove a label, which every one but AWSCURRENT allows."""
        name, secret, _ = self.draw_version(data)
        label = data.draw(st.sampled_from(sorted(secret.labels)))
        chosen = {"VersionStage": label, "RemoveFromVersionId": secret.labels[label]}
        if label == "AWSCURRENT":
            with pytest.raises(client().exceptions.InvalidParameterException):
                client().update_secret_version_stage(SecretId=name, **chosen)
            return
        client().update_secret_version_stage(SecretId=name, **chosen)
        del secret.labels[label]

    @precondition(has_secrets)
    @rule(data=st.data(), days=st.integers(7, 30))
    def schedule_deletion(self, data, days):
        """Delete a secret, which then waits for the end of its window."""
        name, secret = self.draw(data)
        answer = client().delete_secret(SecretId=name, RecoveryWindowInDays=days)
        secret.deletion = answer["DeletionDate"]

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def delete_now(self, data):
        """Delete a secret by force, which then is gone."""
        name, _ = self.draw(data, deleted=True)
        client().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        del self.known[name]
        self.current.pop(name, None)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def restore(self, data):
        """Restore a secret, which comes back as it was."""
        name, secret = self.draw(data, deleted=True)
        client().restore_secret(SecretId=name)
        secret.deletion = None

    @rule(days=st.integers(1, 20))
    def pass_time(self, days):
        """Pass the time, which ends secrets whose window ends."""
        now = self.fake.clock.advance(days=days)
        for name, secret in list(self.known.items()):
            if secret.deletion is not None and secret.deletion <= now:
                del self.known[name]
                self.current.pop(name, None)

    @precondition(has_versions)
    @rule(data=st.data())
    def read(self, data):
        """Read a version by its id: it is what was put, with its labels."""
        name, secret, version_id = self.draw_version(data)
        answer = client().get_secret_value(SecretId=name, VersionId=version_id)
        labels = sorted(label for label, holder in secret.labels.items() if holder == version_id)

        assert secret.values[version_id] == answer["SecretString"]
        assert labels == answer.get("VersionStages", [])

    @precondition(lambda self: any(secret.deletion for secret in self.known.values()))
    @rule(data=st.data())
    def touch_deleted(self, data):
        """Meet refusals at a secret that is scheduled for deletion."""
        name = data.draw(
            st.sampled_from(sorted(name for name, known in self.known.items() if known.deletion))
        )
        for call, parameters in [
            (client().get_secret_value, {}),
            (client().put_secret_value, {"SecretString": "v"}),
            (client().update_secret, {"Description": "d"}),
            (client().delete_secret, {}),
        ]:
            with pytest.raises(client().exceptions.InvalidRequestException):
                call(SecretId=name, **parameters)

    @invariant()
    def secrets_are_as_known(self):
        """Check that there are the secrets and the labels that should be."""
        assert set(self.known) == set(self.fake)
        for name, secret in self.known.items():
            answer = client().describe_secret(SecretId=name)
            staged = answer.get("VersionIdsToStages", {})
            pairs = [(label, holder) for holder, labels in staged.items() for label in labels]
            assert len(dict(pairs)) == len(pairs)
            assert secret.labels == dict(pairs)
            assert secret.deletion == self.fake[name].recovery_window_ends
            assert (secret.deletion is not None) == ("DeletedDate" in answer)
            assert set(secret.values) == set(self.fake[name].versions)

    @invariant()
    def current_is_never_lost(self):
        """Check that a value has AWSCURRENT, and what loses it AWSPREVIOUS."""
        for name, secret in self.known.items():
            labels = self.fake[name].labels
            before, now = self.current.get(name), labels.get("AWSCURRENT")
            assert bool(secret.values) == (now is not None)
            if before is not None and before != now:
                assert before == labels["AWSPREVIOUS"]
            self.current[name] = now


VersionsAndLabels.TestCase.settings = settings(
    stateful_step_count=40, suppress_health_check=SLOW_IS_FINE
)
TestVersionsAndLabels = VersionsAndLabels.TestCase


WRONG_TYPES = st.sampled_from([0, -1, 1.5, True, "", "x", [], [None], {}, {"a": 1}, 10**30])
SUPPORTED = sorted(set(OPERATIONS) & operations())


def policy(effect, principal, action):
    """Write a resource policy."""
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


KNOWN_TEXTS = {
    "ClientRequestTokenType": IDS,
    "FilterValueStringType": ["a", "!a", "", "web"],
    "NameType": [*NAMES, "new"],
    "RegionType": ["eu-west-1", "eu-central-1", "us-east-1", "cn-north-1"],
    "SecretARNType": [
        *arns_of_replicas(),
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:c-aaaaaa",
    ],
    "NonEmptyResourcePolicyType": [
        policy("Allow", "*", "*"),
        policy("Allow", {"AWS": "111111111111"}, "secretsmanager:Get*"),
        policy("Deny", "*", "secretsmanager:GetSecretValue"),
        policy("Deny", "*", "*"),
        policy("Deny", "nobody", "*"),
    ],
    "ResourcePolicyNameType": ["default"],
    "DurationType": ["2h", "0h", "25h"],
    "RotationLambdaARNType": [ROTATION, f"{ROTATION}2", ""],
    "ScheduleExpressionType": ["rate(10 days)", "rate(4 hours)", "cron(0 8 ? * SUN#1 *)", "cron()"],
    "SecretIdType": [
        *NAMES,
        "empty",
        "rds!db",
        "new",
        "shared",
        "copy",
        "bad name",
        "arn:nonsense",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:b/c-aaaaaa",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:b/c",
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:a-dddddd",
    ],
    "SecretVersionIdType": IDS,
    "SecretVersionStageType": [*LABELS, "AWSPREVIOUS"],
    "TagKeyType": ["team", "new", "aws:system"],
}


def mostly(usual, odd):
    """Return a strategy that takes the one four times out of five, and else the other."""
    return st.integers(1, 5).flatmap(lambda turn: odd if turn == 5 else usual)


def values_of(shape):
    """Return a strategy for a shape: mostly within its bounds, sometimes just beyond them."""
    return {
        "blob": blobs_of,
        "boolean": lambda _: mostly(st.booleans(), WRONG_TYPES),
        "integer": integers_of,
        "list": lists_of,
        "long": integers_of,
        "string": texts_of,
        "structure": structures_of,
    }[shape.type_name](shape)


def sizes_of(shape, *, most=4_097):
    """Return the smallest and the largest size that is tried."""
    limits = shape.metadata
    return max(0, limits.get("min", 0) - 1), min(most, limits.get("max", 8) + 1)


def texts_of(shape):
    """Return a strategy for texts, known ones, arbitrary ones, too short and too long ones."""
    known = [*KNOWN_TEXTS.get(shape.name, ["v"]), *shape.metadata.get("enum", [])]
    edges = ["x" * size for size in (*sizes_of(shape), shape.metadata.get("max", 0) + 1)]
    any_text = st.text(st.characters(), max_size=5)
    return mostly(st.sampled_from(known), any_text | st.sampled_from(edges) | WRONG_TYPES)


def integers_of(shape):
    """Return a strategy for numbers in and around the bounds."""
    low, high = sizes_of(shape)
    return mostly(st.integers(low, high), st.integers(-10, 40) | WRONG_TYPES)


def blobs_of(shape):
    """Return a strategy for bytes, empty and too long ones too."""
    return st.binary(max_size=5) | st.just(b"x" * (shape.metadata.get("max", 0) + 1))


def lists_of(shape):
    """Return a strategy for lists of about the right lengths."""
    low, high = sizes_of(shape, most=22)
    some = st.lists(values_of(shape.member), min_size=low, max_size=low + 3)
    return mostly(some, values_of(shape.member).map(lambda value: [value] * high))


def structures_of(shape):
    """Return a strategy for structures with any of their members."""
    return st.fixed_dictionaries(
        {}, optional={name: values_of(member) for name, member in shape.members.items()}
    )


@functools.cache
def requests_of(operation):
    """Return a strategy for requests: what is required is mostly there."""
    shape = operation_model(operation).input_shape
    fuzzed = {
        name: values_of(member)
        for name, member in shape.members.items()
        if snake_case(name) in OPERATIONS[operation].members
    }
    required = {name: fuzzed.pop(name) for name in shape.required_members}
    complete = st.fixed_dictionaries(required, optional=fuzzed)
    return mostly(complete, st.fixed_dictionaries({}, optional={**required, **fuzzed}))


METHODS = {
    operation: next(
        method for method, name in client().meta.method_to_api_mapping.items() if name == operation
    )
    for operation in SUPPORTED
}


def answer(operation, parameters):
    """Make a call; return its answer, or that of the error."""
    try:
        return getattr(client(), METHODS[operation])(**parameters)
    except ClientError as error:
        return error.response


@pytest.mark.parametrize("operation", SUPPORTED)
@settings(suppress_health_check=SLOW_IS_FINE)
@given(data=st.data())
def test_any_request_is_answered(operation, data):
    """Any request has an answer or an error that AWS has, and one that fails changes nothing."""
    parameters = data.draw(requests_of(operation))
    with prepared() as fake:
        before = fake.snapshot()

        response = answer(operation, parameters)

        metadata = response["ResponseMetadata"]
        assert metadata["RequestId"]
        assert 0 == metadata["RetryAttempts"]
        if "Error" in response:
            assert response["Error"]["Code"] in DEFAULT_MESSAGES
            assert isinstance(response["Error"]["Message"], str)
            assert 400 == metadata["HTTPStatusCode"]
            assert before == fake.snapshot()
            assert response["Error"]["Code"] == fake.calls.last.outcome
        else:
            assert 200 == metadata["HTTPStatusCode"]
            assert "OK" == fake.calls.last.outcome


@settings(suppress_health_check=SLOW_IS_FINE)
@given(data=st.data())
def test_any_sequence_of_requests_keeps_the_labels(data):
    """After any requests whatever each label is on a version, and where a value is, AWSCURRENT is.

    UpdateSecretVersionStage may put it on a version that a rotation has only reserved.
    """
    with prepared() as fake:
        for operation in data.draw(st.lists(st.sampled_from(SUPPORTED), max_size=6)):
            # UpdateSecret may set a Type, which only a function registered for it can rotate.
            with suppress(UnsupportedError):
                answer(operation, data.draw(requests_of(operation)))

        for view in fake.values():
            versions, labels = view.versions, view.labels
            assert set(labels.values()) <= set(versions)
            if any(version.value is not None for version in versions.values()):
                assert "AWSCURRENT" in labels


class EnoughError(Exception):
    """Both kinds of answers have been seen."""


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("operation", SUPPORTED)
def test_the_requests_are_of_both_kinds(operation):
    """The requests that the other tests try do reach answers as well as errors."""
    outcomes = set()

    @settings(
        max_examples=1_000,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=SLOW_IS_FINE,
    )
    @given(parameters=requests_of(operation))
    def try_requests(parameters):
        with prepared():
            outcomes.add("Error" in answer(operation, parameters))
        if len(outcomes) == len({True, False}):
            raise EnoughError

    with pytest.raises(EnoughError):
        try_requests()

    assert {True, False} == outcomes
