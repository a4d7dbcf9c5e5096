from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from support import client_that_gives_up, members_of, outcome

from pytest_fakesecrets import FakeSecrets, Secret

ROTATE = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
PARTNER = {"AWS": "arn:aws:iam::222222222222:root"}
ALLOWED = {"Effect": "Allow", "Principal": PARTNER, "Action": "*", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [ALLOWED]}


@pytest.fixture
def fake(frozen_time):
    """Give a fake with two secrets, and with a clock that only the test moves."""
    with FakeSecrets({"a": "a0", "b": "b0"}) as fake:
        yield fake


@pytest.fixture
def client(fake):
    """Return a client that repeats nothing."""
    return client_that_gives_up()


def put(client, name, value):
    """Write a value."""
    return client.put_secret_value(SecretId=name, SecretString=value)


def read(client, name):
    """Return a value, or the code of the error that the read meets."""
    try:
        return client.get_secret_value(SecretId=name)["SecretString"]
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_lag_by_calls(fake, client, calls):
    """As many reads as were told see what was there before the write, and then all see it."""
    fault = fake.faults.stale_reads(calls=calls)
    put(client, "a", "a1")
    seen = [read(client, "a") for _ in range(calls + 2)]

    assert ["a0"] * calls + ["a1", "a1"] == seen
    assert calls == fault.hits


@pytest.mark.parametrize("seconds", [0.5, 60, 1_000_000_000])
def test_lag_by_seconds(fake, client, seconds):
    """All reads see what was there before the write, until that time has passed."""
    fake.faults.stale_reads(seconds=seconds)
    put(client, "a", "a1")
    at_once = {read(client, "a") for _ in range(5)}
    fake.clock.advance(seconds=seconds - 0.001)
    just_before = read(client, "a")
    fake.clock.advance(milliseconds=1)

    assert ({"a0"}, "a0", "a1") == (at_once, just_before, read(client, "a"))


@pytest.mark.parametrize(
    ("advance", "expected"),
    [
        (0, ["a0", "a0", "a1"]),
        (9, ["a0", "a0", "a1"]),
        (10, ["a0", "a1", "a1"]),
    ],
)
def test_lag_by_calls_or_seconds(fake, client, advance, expected):
    """With both limits a write is seen when the first of them is reached."""
    fake.faults.stale_reads(calls=2, seconds=10)
    put(client, "a", "a1")
    seen = [read(client, "a")]
    fake.clock.advance(seconds=advance)
    seen += [read(client, "a"), read(client, "a")]

    assert expected == seen


def test_a_delay_of_botocore_counts_as_time(fake):
    """A slow answer lets the time of a lag pass."""
    client = client_that_gives_up()
    fake.faults.stale_reads(seconds=10)
    fake.faults.delay(6)
    put(client, "a", "a1")

    assert ["a0", "a1"] == [read(client, "a"), read(client, "a")]


def test_several_writes(fake, client):
    """Each write is seen after its own reads, so that a reader goes through all states in order."""
    fake.faults.stale_reads(calls=2)
    put(client, "a", "a1")
    seen = [read(client, "a")]
    put(client, "a", "a2")
    seen += [read(client, "a") for _ in range(3)]

    assert ["a0", "a0", "a1", "a2"] == seen


def test_several_writes_at_several_times(fake, client):
    """Each write is seen after its own time."""
    fake.faults.stale_reads(seconds=10)
    put(client, "a", "a1")
    fake.clock.advance(seconds=6)
    put(client, "b", "b1")
    seen = [(read(client, "a"), read(client, "b"))]
    for _ in range(2):
        fake.clock.advance(seconds=5)
        seen.append((read(client, "a"), read(client, "b")))

    assert [("a0", "b0"), ("a1", "b0"), ("a1", "b1")] == seen


def test_reads_of_one_secret(fake, client):
    """A lag for one secret is neither seen nor exhausted by reads of another one."""
    fake.faults.stale_reads(calls=1, secret="a")
    put(client, "a", "a1")
    put(client, "b", "b1")

    assert ["b1", "a0", "a1"] == [read(client, name) for name in ("b", "a", "a")]


@pytest.mark.parametrize("form", ["name", "arn", "partial"])
def test_reads_of_one_secret_by_whatever_name(fake, client, form):
    """A lag for one secret concerns reads that name it in another way."""
    arn = fake["a"].arn
    fake.faults.stale_reads(calls=1, secret="a")
    put(client, "a", "a1")

    assert "a0" == read(client, {"name": "a", "arn": arn, "partial": arn[:-7]}[form])


def test_reads_of_one_operation(fake, client):
    """A lag of lists leaves reads of values alone."""
    fake.faults.stale_reads(calls=1, operation="ListSecrets")
    client.create_secret(Name="c", SecretString="c0")

    assert "c0" == read(client, "c")
    assert [["a", "b"], ["a", "b", "c"]] == [
        sorted(entry["Name"] for entry in client.list_secrets()["SecretList"]) for _ in range(2)
    ]


def versions_of(client):
    """Return how many versions a secret shows."""
    return len(client.list_secret_version_ids(SecretId="a")["Versions"])


READS = {
    "GetSecretValue": (lambda client: read(client, "a"), "a0", "a1"),
    "DescribeSecret": (
        lambda client: client.describe_secret(SecretId="a").get("Description"), None, "new",
    ),
    "ListSecrets": (lambda client: len(client.list_secrets()["SecretList"]), 2, 3),
    "ListSecretVersionIds": (versions_of, 1, 2),
    "GetResourcePolicy": (
        lambda client: json.loads(
            client.get_resource_policy(SecretId="a").get("ResourcePolicy", "null")
        ),
        None,
        POLICY,
    ),
    "BatchGetSecretValue": (
        lambda client: [
            entry["SecretString"]
            for entry in client.batch_get_secret_value(SecretIdList=["a", "b"])["SecretValues"]
        ],
        ["a0", "b0"],
        ["a1", "b1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("operation", READS)
def test_every_read_may_lag(fake, client, operation):
    """Values, versions, descriptions, policies, lists and batches show what was there before."""
    look, before, after = READS[operation]
    if operation == "BatchGetSecretValue" and not hasattr(client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    fake.faults.stale_reads(calls=1, operation=operation)
    put(client, "a", "a1")
    put(client, "b", "b1")
    client.update_secret(SecretId="a", Description="new")
    client.put_resource_policy(SecretId="a", ResourcePolicy=json.dumps(POLICY))
    client.create_secret(Name="c")

    assert [before, after] == [look(client), look(client)]


def test_policies_of_a_list_may_lag(fake, client):
    """ListResourcePolicies shows the policies that were there before."""
    if not hasattr(client, "list_resource_policies"):
        pytest.skip("this botocore has no ListResourcePolicies")
    fake.faults.stale_reads(calls=1)
    client.put_resource_policy(SecretId="a", ResourcePolicy=json.dumps(POLICY))

    before, after = (members_of(client.list_resource_policies(SecretId="a")) for _ in range(2))

    assert {"ResourcePolicies": []} == before
    assert {"ResourcePolicies": [{"PolicyName": "default"}]} == after


def test_a_staging_label_that_moved(fake, client):
    """A read by label sees the version that had the label before."""
    old = fake["a"].labels["AWSCURRENT"]
    fake.faults.stale_reads(calls=2)
    new = put(client, "a", "a1")["VersionId"]

    seen = [client.get_secret_value(SecretId="a")["VersionId"] for _ in range(3)]

    assert [old, old, new] == seen


def test_a_version_that_does_not_exist_yet(fake, client):
    """A version that was just written cannot be found by its id."""
    fake.faults.stale_reads(calls=1)
    version = put(client, "a", "a1")["VersionId"]

    seen = [outcome(client.get_secret_value, SecretId="a", VersionId=version) for _ in range(2)]

    assert ["ResourceNotFoundException", "OK"] == seen


def test_a_secret_that_does_not_exist_yet(fake, client):
    """A secret that was just created cannot be found, by its name or by its ARN."""
    fake.faults.stale_reads(calls=2)
    arn = client.create_secret(Name="c", SecretString="c0")["ARN"]

    assert ["ResourceNotFoundException", "ResourceNotFoundException", "c0"] == [
        read(client, name) for name in ("c", arn, "c")
    ]
    assert "c0" == fake["c"].value


def test_a_secret_that_came_and_went(fake, client):
    """Before a secret was created and after it was deleted alike, it cannot be found."""
    fake.faults.stale_reads(calls=2)
    client.create_secret(Name="c", SecretString="c0")
    client.delete_secret(SecretId="c", ForceDeleteWithoutRecovery=True)

    assert ["ResourceNotFoundException"] * 3 == [read(client, "c") for _ in range(3)]
    assert "a0" == read(client, "a")


def test_a_secret_that_was_deleted(fake, client):
    """A secret that was just deleted can still be read."""
    fake.faults.stale_reads(calls=2)
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    assert ["a0", "a0", "ResourceNotFoundException"] == [read(client, "a") for _ in range(3)]
    assert "a" not in fake


def test_a_read_of_the_past_marks_the_present(fake, client):
    """LastAccessedDate is the day of the read, also where the value was the one before."""
    day = datetime(2026, 1, 11, tzinfo=timezone.utc)
    old = fake["a"].labels["AWSCURRENT"]
    fake.faults.stale_reads(calls=1)
    fake.clock.advance(days=10, hours=5)
    put(client, "a", "a1")
    read(client, "a")

    versions = {version.id: version.last_accessed for version in fake["a"].versions.values()}
    new = fake["a"].labels["AWSCURRENT"]
    assert day == fake["a"].last_accessed
    assert {old: day, new: None} == versions
    assert "a1" == fake["a"].value


def test_a_batch_of_the_past_marks_the_present(fake, client):
    """Each secret of a batch is marked; one that is gone is not brought back."""
    if not hasattr(client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    fake.faults.stale_reads(calls=1)
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    answer = client.batch_get_secret_value(SecretIdList=["a", "b"])

    assert ["a0", "b0"] == [entry["SecretString"] for entry in answer["SecretValues"]]
    assert ["b"] == list(fake)
    assert datetime(2026, 1, 1, tzinfo=timezone.utc) == fake["b"].last_accessed


def test_a_read_of_a_version_that_is_gone_marks_nothing(fake, client):
    """What was read in the past and is another secret at present is not marked."""
    fake.faults.stale_reads(calls=1)
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="a", SecretString="other")

    assert "a0" == read(client, "a")
    assert fake["a"].last_accessed is None
    assert "other" == read(client, "a")


def test_writes_are_made_on_the_present(fake, client):
    """A write meets what is there, whatever reads see; and answers from there."""
    fake.faults.stale_reads(seconds=60)
    client.create_secret(Name="c", SecretString="c0")
    versions = [put(client, "c", f"c{number}")["VersionId"] for number in (1, 2)]

    assert "ResourceExistsException" == outcome(client.create_secret, Name="c")
    assert versions[::-1] == [fake["c"].labels[label] for label in ("AWSCURRENT", "AWSPREVIOUS")]
    client.delete_secret(SecretId="c")
    assert "InvalidRequestException" == outcome(
        client.put_secret_value, SecretId="c", SecretString="c3"
    )


@pytest.mark.parametrize("method", ["get_random_password", "validate_resource_policy"])
def test_what_reads_no_secret_does_not_lag(fake, client, method):
    """A password or the check of a policy is not a read, and no write either."""
    given = {"ResourcePolicy": json.dumps(POLICY)} if method.startswith("validate") else {}
    fault = fake.faults.stale_reads(calls=1)
    getattr(client, method)(**given)

    assert "a0" == read(client, "a")
    put(client, "a", "a1")
    getattr(client, method)(**given)
    assert 0 == fault.hits
    assert ["a0", "a1"] == [read(client, "a"), read(client, "a")]


def test_a_write_that_fails_is_none(fake, client):
    """After a write that AWS refused there is nothing to lag behind."""
    fault = fake.faults.stale_reads(calls=1)
    outcome(client.put_secret_value, SecretId="no", SecretString="x")
    read(client, "a")

    assert 0 == fault.hits


def test_a_write_whose_response_was_lost_is_one(fake, client):
    """A write that happened unheard is seen later, too."""
    fake.faults.stale_reads(calls=1)
    fake.faults.drop_response(operation="PutSecretValue", times=1)
    outcome(client.put_secret_value, SecretId="a", SecretString="a1")

    assert ["a0", "a1"] == [read(client, "a"), read(client, "a")]


@pytest.mark.parametrize("error", ["InternalServiceError", "EndpointConnectionError"])
def test_a_read_that_fails_uses_up_no_lag(fake, error):
    """A read that AWS did not carry out saw nothing; its retry sees what was there before."""
    lag = fake.faults.stale_reads(calls=1)
    fake.faults.error(error, operation="GetSecretValue", times=1)
    client = boto3.client("secretsmanager")
    put(client, "a", "a1")

    assert ["a0", "a1"] == [read(client, "a"), read(client, "a")]
    assert ([error, "OK"], 1) == (fake.calls[1].outcomes, lag.hits)


def test_a_write_before_the_fault_is_seen(fake, client):
    """Reads lag behind later writes only."""
    put(client, "a", "a1")
    fake.faults.stale_reads(calls=1)

    assert "a1" == read(client, "a")


def test_a_lag_that_ends_with_its_block(fake, client):
    """After its block every write is seen at once."""
    with fake.faults.stale_reads(seconds=3600):
        put(client, "a", "a1")
        assert "a0" == read(client, "a")

    assert "a1" == read(client, "a")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"times": 1}, ["a0", "a1", "a1", "a1"]),
        ({"nth": 2}, ["a1", "a0", "a1", "a1"]),
        ({"every": 2}, ["a1", "a0", "a1", "a0"]),
    ],
)
def test_the_rhythm_of_a_lag(fake, client, options, expected):
    """Of the reads that could lag some do, the first, the n-th or every n-th."""
    fake.faults.stale_reads(seconds=60, **options)
    put(client, "a", "a1")

    assert expected == [read(client, "a") for _ in range(4)]


def test_reads_that_could_not_lag_are_not_counted(fake, client):
    """Where nothing was written, a read counts neither for the n-th nor as one that was meant."""
    fault = fake.faults.stale_reads(seconds=60, nth=1)
    read(client, "a")
    put(client, "a", "a1")

    assert ["a0", "a1"] == [read(client, "a"), read(client, "a")]
    assert (1, "exhausted") == (fault.hits, fault.state)


def test_the_first_of_two_lags(fake, client):
    """Of two lags for a read the earlier one says what it sees."""
    lags = [fake.faults.stale_reads(calls=1), fake.faults.stale_reads(calls=1)]
    put(client, "a", "a1")

    assert ["a0", "a0", "a1"] == [read(client, "a") for _ in range(3)]
    assert [1, 1] == [lag.hits for lag in lags]


def test_what_the_test_adds_is_seen_at_once(fake, client):
    """A secret that the test adds is there, also for reads that lag; the rest lags on."""
    fake.faults.stale_reads(seconds=60)
    put(client, "a", "a1")
    fake.add("c", "c0")
    fake.add("b", "b1")
    fake.add(Secret("far", "v", replicas=["eu-west-1"]))
    there = client_that_gives_up("eu-west-1")

    assert ["a0", "b1", "c0", "v"] == [read(client, name) for name in ("a", "b", "c", "far")]
    assert "v" == read(there, "far")


def test_what_the_test_adds_again_lags_no_more(fake, client):
    """A secret that the test sets anew has that value for all reads."""
    fake.faults.stale_reads(seconds=60)
    put(client, "a", "a1")
    fake.add("a", "a2")

    assert "a2" == read(client, "a")


def test_a_snapshot_is_of_the_present(fake, client):
    """A snapshot and the fake itself show what is there, and what is restored is seen at once."""
    before = fake.snapshot()
    fake.faults.stale_reads(seconds=60)
    put(client, "a", "a1")
    put(client, "a", "a2")
    during = fake.snapshot()
    shown = fake["a"].value
    fake.restore(before)
    restored = read(client, "a")
    fake.restore(during)

    assert ("a2", "a0", "a2") == (shown, restored, read(client, "a"))


def test_a_reset_forgets_the_lag(fake, client):
    """After reset() nothing lags."""
    fake.faults.stale_reads(seconds=60)
    put(client, "a", "a1")
    fake.reset()
    fake.add("a", "a2")
    put(client, "a", "a3")

    assert "a3" == read(client, "a")


def test_other_fakes_do_not_lag(fake, client):
    """A fake inside, and one outside, see their own present."""
    fake.faults.stale_reads(seconds=60)
    put(client, "a", "a1")
    with FakeSecrets():
        copied = read(client, "a")
        put(client, "a", "a2")
        inner = read(client, "a")

    assert ("a1", "a2", "a0") == (copied, inner, read(client, "a"))


def test_replicas_lag_with_their_primary(fake, client):
    """A read in the Region of a replica sees what was there before the write to its primary."""
    fake.add(Secret("shared", "v0", replicas=["eu-west-1"]))
    there = client_that_gives_up("eu-west-1")
    fake.faults.stale_reads(calls=1, region="eu-west-1")
    put(client, "shared", "v1")

    assert ["v1", "v0", "v1"] == [
        read(client, "shared"),
        read(there, "shared"),
        read(there, "shared"),
    ]


def test_a_rotation_by_its_handler_is_seen_later(fake, client):
    """What a rotation function writes by calls is seen later, as what the code under test does."""

    def handler(event, _):
        functions = boto3.client("secretsmanager")
        if event["Step"] == "createSecret":
            functions.put_secret_value(
                SecretId=event["SecretId"],
                ClientRequestToken=event["ClientRequestToken"],
                SecretString="rotated",
                VersionStages=["AWSPENDING"],
            )
        if event["Step"] == "finishSecret":
            functions.update_secret_version_stage(
                SecretId=event["SecretId"],
                VersionStage="AWSCURRENT",
                MoveToVersionId=event["ClientRequestToken"],
                RemoveFromVersionId=old,
            )

    old = fake["a"].labels["AWSCURRENT"]
    fake.rotation_lambda(ROTATE, handler)
    fake.faults.stale_reads(calls=1)
    client.rotate_secret(
        SecretId="a", RotationLambdaARN=ROTATE, RotationRules={"AutomaticallyAfterDays": 30}
    )

    assert ["a0", "rotated"] == [read(client, "a"), read(client, "a")]
    assert "rotated" == fake["a"].value


def test_a_rotation_that_the_clock_generates_is_seen_at_once(fake, client):
    """No call is made for it, so that there is none to lag behind."""
    values = iter(["a1", "a2"])
    fake.rotation_lambda(ROTATE, generate=lambda: next(values))
    client.rotate_secret(
        SecretId="a", RotationLambdaARN=ROTATE, RotationRules={"AutomaticallyAfterDays": 30}
    )
    fake.faults.stale_reads(calls=1)
    fake.clock.advance(days=31)

    assert "a2" == read(client, "a")


def test_a_rotation_that_a_call_generates_is_seen_with_the_call(fake, client):
    """RotateSecret is a write, and the value that it generates belongs to it."""
    fake.rotation_lambda(ROTATE, generate=lambda: "a1")
    fake.faults.stale_reads(calls=1)
    client.rotate_secret(
        SecretId="a", RotationLambdaARN=ROTATE, RotationRules={"AutomaticallyAfterDays": 30}
    )

    assert ["a0", "a1"] == [read(client, "a"), read(client, "a")]


def test_permissions_and_keys_are_those_of_the_present(fake, client):
    """What may be read is decided now, whatever value it was."""
    fake.faults.stale_reads(seconds=60)
    put(client, "a", "a1")
    fake.deny("GetSecretValue", secret="a")

    assert "AccessDeniedException" == read(client, "a")


def test_the_end_of_a_recovery_window(fake, client):
    """Only what calls wrote is stale: the end of a recovery window shows at once."""
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    fake.clock.advance(days=6, hours=23)
    fake.faults.stale_reads(seconds=2 * timedelta(days=1).total_seconds())
    put(client, "b", "b1")
    fake.clock.advance(hours=2)

    assert "ResourceNotFoundException" == read(client, "a")
    assert "a" not in fake
