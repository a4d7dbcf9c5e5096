from __future__ import annotations

import asyncio
import contextvars
import json
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from botocore.exceptions import ClientError
from rotation_functions import MultiUser, SingleUser

from pytest_fakesecrets import FakeSecrets, RotationRun, UnsupportedError, UsageError, Version
from pytest_fakesecrets._aws.api_model import service_model

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
NOW = datetime(2026, 1, 22, 6, 42, 22, 294_000, tzinfo=timezone.utc)
V1, V2 = (f"{number}" * 8 + "-0000-4000-8000-000000000000" for number in "12")
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
UNFINISHED = "A previous rotation isn't complete. That rotation will be reattempted."


class Users:
    """A database that knows passwords, and who may change them."""

    def __init__(self, **passwords):
        self.passwords = passwords

    def accepts(self, user, password):
        """Tell whether this is the user's password."""
        return self.passwords.get(user) == password

    def set_password(self, *, by, user, password):
        """Set a password, as someone who can log in."""
        assert self.accepts(*by)
        self.passwords[user] = password


class Recorder:
    """A handler that notes what it is called with, and raises where it is told to."""

    def __init__(self, failing=(), do=lambda _: None):
        self.failing = failing
        self.do = do
        self.events = []
        self.contexts = []

    def __call__(self, event, context):
        self.events.append(event)
        self.contexts.append(context)
        self.do(event)
        if event["Step"] in self.failing:
            raise RuntimeError("the password is s3cret")


@pytest.fixture(autouse=True)
def _secret(fake_secrets):
    fake_secrets.add("db", versions=[Version("old", ["AWSCURRENT"], id=V1)])


@pytest.fixture
def rotate(fake_secrets, secrets_client):
    """Return what registers a handler and rotates with it."""

    def rotate(handler=None, *, generate=None, name="db", **parameters):
        fake_secrets.rotation_lambda(LAMBDA, handler, generate=generate)
        return secrets_client.rotate_secret(
            SecretId=name,
            RotationLambdaARN=LAMBDA,
            **{"ClientRequestToken": V2, **parameters},
        )

    return rotate


def steps(run):
    """Return a run's steps as text."""
    return list(map(str, run.steps))


def test_a_function_of_aws_for_one_user(fake_secrets, rotate):
    """A single-user function that was written for AWS changes the password everywhere."""
    users = Users(app="first")
    fake_secrets.add("db", {"username": "app", "password": "first", "host": "localhost"})

    rotate(SingleUser(users))

    value = fake_secrets["db"].json()
    assert ("app", "localhost", 30) == (value["username"], value["host"], len(value["password"]))
    assert users.accepts("app", value["password"])
    assert {"AWSCURRENT", "AWSPENDING"} == set(fake_secrets["db"].versions[V2].labels)
    assert [f"{step} OK" for step in STEPS] == steps(fake_secrets.rotations[0])


def test_a_function_of_aws_for_alternating_users(fake_secrets, rotate):
    """A multi-user function leaves the former user's password alone, and takes turns."""
    users = Users(app="first", admin="root")
    master = fake_secrets.add("master", {"username": "admin", "password": "root"})
    fake_secrets.add("db", {"username": "app", "password": "first", "masterarn": master.arn})
    names = []
    for _ in range(3):
        rotate(MultiUser(users), ClientRequestToken=str(uuid.uuid4()))
        value = fake_secrets["db"].json()
        names.append(value["username"])

        assert users.accepts(value["username"], value["password"])
    assert ["app_clone", "app", "app_clone"] == names
    assert {"app", "app_clone", "admin"} == set(users.passwords)


def test_a_function_of_aws_that_fails_and_is_tried_again(fake_secrets, rotate):
    """What an earlier try has done, the next one finds and goes on from there."""
    users = Users(app="first")
    fake_secrets.add("db", {"username": "app", "password": "first"})
    fake_secrets.rotation_retries = 1
    fake_secrets.faults.error("InternalServiceError", operation="UpdateSecretVersionStage", times=5)

    rotate(SingleUser(users))

    assert ["failed", "succeeded"] == [run.outcome for run in fake_secrets.rotations]
    assert [1, 2] == [run.attempt for run in fake_secrets.rotations]
    assert {V2} == {run.token for run in fake_secrets.rotations}
    assert 1 == fake_secrets.calls.count("PutSecretValue")
    assert users.accepts("app", fake_secrets["db"].json()["password"])


def test_the_events(fake_secrets, rotate):
    """Each step gets the complete ARN, the token, its name, and a token of the rotation."""
    handler = Recorder()

    rotate(handler)

    arn = fake_secrets["db"].arn
    tokens = [event.pop("RotationToken") for event in handler.events]
    assert [
        {"Step": step, "SecretId": arn, "ClientRequestToken": V2} for step in STEPS
    ] == handler.events
    assert all(str(uuid.UUID(token)) == token for token in tokens)


@pytest.mark.parametrize(
    ("arn", "version"),
    [(LAMBDA, "$LATEST"), (f"{LAMBDA}:live", "live")],
    ids=["function", "alias"],
)
def test_the_context(fake_secrets, secrets_client, monkeypatch, arn, version):
    """A handler is told what Lambda tells, and how much time it has left."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    remaining = []

    def use_time(_, context):
        remaining.append(context.get_remaining_time_in_millis())
        fake_secrets.clock.advance(seconds=12)
        remaining.append(context.get_remaining_time_in_millis())
        fake_secrets.clock.advance(seconds=30)
        remaining.append(context.get_remaining_time_in_millis())
        contexts.append(context)

    contexts = []
    fake_secrets.rotation_lambda(arn, use_time)
    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=arn)

    first, second = contexts[:2]
    assert [30_000, 18_000, 0] == remaining[:3]
    assert ("rotate", version) == (first.function_name, first.function_version)
    assert (arn, "128") == (first.invoked_function_arn, first.memory_limit_in_mb)
    assert "/aws/lambda/rotate" == first.log_group_name
    stream = f"2026/01/22/[{version}]{first.aws_request_id.replace('-', '')}"
    assert stream == first.log_stream_name
    assert first.aws_request_id != second.aws_request_id
    assert (None, None) == (first.identity, first.client_context)


def test_the_context_of_what_is_no_function(fake_secrets, secrets_client):
    """What stands for a service that manages the secret, has that service's name."""
    contexts = []
    fake_secrets.add("rds!db", "v", owning_service="rds")
    fake_secrets.rotation_lambda("rds", lambda _, context: contexts.append(context))
    secrets_client.rotate_secret(SecretId="rds!db")

    assert [("rds", "$LATEST", "rds", "/aws/lambda/rds")] * 4 == [
        (each.function_name, each.function_version, each.invoked_function_arn, each.log_group_name)
        for each in contexts
    ]


def test_what_a_function_finds(fake_secrets, secrets_client, rotate):
    """The next version is there from the beginning, pending and without a value."""
    found = []
    request = service_model().operation_model("PutSecretValue").input_shape.members

    def look(event):
        if event["Step"] == "createSecret":
            tokens = {"RotationToken": event["RotationToken"]} if "RotationToken" in request else {}
            found.append(secrets_client.describe_secret(SecretId="db"))
            with pytest.raises(secrets_client.exceptions.ResourceNotFoundException):
                secrets_client.get_secret_value(SecretId="db", VersionId=V2)
            secrets_client.put_secret_value(
                SecretId="db",
                SecretString="new",
                ClientRequestToken=V2,
                VersionStages=["AWSPENDING"],
                **tokens,
            )
        elif event["Step"] == "finishSecret":
            found.append(secrets_client.get_secret_value(SecretId="db", VersionStage="AWSPENDING"))

    rotate(Recorder(do=look))

    described, pending = found
    assert described["RotationEnabled"]
    assert {V1: ["AWSCURRENT"], V2: ["AWSPENDING"]} == described["VersionIdsToStages"]
    assert ("new", ["AWSPENDING"]) == (pending["SecretString"], pending["VersionStages"])


def test_the_key_of_what_a_rotation_makes(fake_secrets, secrets_client, rotate):
    """The copy that is tested is under the secret's key, and so is the next value."""
    fake_secrets.add("db", versions=[Version("old", ["AWSCURRENT"], id=V1)], kms_key_id="alias/app")

    def keys(_):
        listed = secrets_client.list_secret_version_ids(SecretId="db")["Versions"]
        found.append({version["VersionId"]: version["KmsKeyIds"] for version in listed})

    found = []
    rotate(Recorder(do=keys), RotateImmediately=False)
    rotate(generate=lambda: "new")
    keys("at the end")

    assert [{V1: ["alias/app"], V2: ["alias/app"]}] * 2 == found


def test_labels_are_the_functions_matter(fake_secrets, secrets_client, rotate):
    """A function that moves no label leaves the next version pending, and counts as success."""
    rotate(Recorder())

    assert {"AWSCURRENT": V1, "AWSPENDING": V2} == fake_secrets["db"].labels
    assert "succeeded" == fake_secrets.rotations[0].outcome
    assert "LastRotatedDate" in secrets_client.describe_secret(SecretId="db")


@pytest.mark.parametrize("step", STEPS)
def test_a_failure(fake_secrets, secrets_client, rotate, step):
    """The caller learns nothing of it; the labels stay, there is no date, and the way is barred."""
    answer = rotate(Recorder(failing=[step]))

    (run,) = fake_secrets.rotations
    assert V2 == answer["VersionId"]
    assert {"AWSCURRENT": V1, "AWSPENDING": V2} == fake_secrets["db"].labels
    assert "LastRotatedDate" not in secrets_client.describe_secret(SecretId="db")
    assert STEPS[: STEPS.index(step) + 1] == [each.name for each in run.steps]
    assert "failed" == run.outcome
    assert isinstance(run.exception, RuntimeError)
    with pytest.raises(ClientError, match=UNFINISHED):
        secrets_client.rotate_secret(SecretId="db")


def test_a_record(fake_secrets, rotate, monkeypatch):
    """A run says what, of whom, when and how; its text shows no exception's own words."""
    monkeypatch.setattr(time, "time", NOW.timestamp)

    rotate(
        Recorder(["setSecret"], lambda _: fake_secrets.clock.advance(seconds=1)),
        ClientRequestToken=V2,
    )

    (run,) = fake_secrets.rotations
    assert isinstance(run, RotationRun)
    assert ("db", fake_secrets["db"].arn, V2, LAMBDA) == (
        run.secret,
        run.arn,
        run.token,
        run.function,
    )
    assert [(NOW, NOW + timedelta(seconds=1))] == [(run.steps[0].started, run.steps[0].ended)]
    assert (1, False, None) == (run.attempt, run.is_test, run.steps[0].exception)
    assert "<RotationRun db failed: createSecret OK, setSecret RuntimeError>" == repr(run)
    assert "s3cret" not in repr(run.steps)
    with pytest.raises(AttributeError):
        run.outcome = "succeeded"


def test_retries(fake_secrets, rotate):
    """A run that goes on failing is tried as often as was said."""
    fake_secrets.rotation_retries = 2

    rotate(Recorder(failing=["setSecret"]))

    assert ["failed"] * 3 == [run.outcome for run in fake_secrets.rotations]


def test_retries_from_the_start(secrets_client):
    """The number may be given with the seeds; the fake inside another takes it over."""
    with FakeSecrets(rotation_retries=3) as outer, FakeSecrets() as inner:
        assert (3, 3) == (outer.rotation_retries, inner.rotation_retries)
    with FakeSecrets(rotation_retries=3), FakeSecrets(rotation_retries=1) as inner:
        assert 1 == inner.rotation_retries


@pytest.mark.parametrize("retries", [-1, 1.5, True, None])
def test_what_is_no_number_of_retries(retries):
    """Anything but a number from 0 on is refused."""
    with pytest.raises(UsageError, match="is not a number of retries"):
        FakeSecrets(rotation_retries=retries)


@pytest.mark.parametrize("failing", [[], ["testSecret"]], ids=["passing", "failing"])
def test_the_test_of_a_rotation(fake_secrets, secrets_client, rotate, failing):
    """Without rotating only testSecret is run, on a copy of the value that is gone afterwards."""
    found = []

    def look(event):
        found.append((event["Step"], event["ClientRequestToken"]))
        found.append(secrets_client.get_secret_value(SecretId="db", VersionStage="AWSPENDING"))

    rotate(Recorder(failing, look), RotateImmediately=False)

    step, pending = found
    assert ("testSecret", V2) == step
    assert ("old", V2) == (pending["SecretString"], pending["VersionId"])
    assert {"AWSCURRENT": V1} == fake_secrets["db"].labels
    assert [V1] == list(fake_secrets["db"].versions)
    assert [True] == [run.is_test for run in fake_secrets.rotations]
    assert ["failed" if failing else "succeeded"] == [run.outcome for run in fake_secrets.rotations]


def test_the_test_leaves_what_it_was_given(fake_secrets, secrets_client, rotate):
    """A label that the handler itself put on the copy keeps that version."""

    def label(event):
        secrets_client.update_secret_version_stage(
            SecretId="db", VersionStage="kept", MoveToVersionId=V2
        )
        secrets_client.update_secret_version_stage(
            SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=V2
        )

    rotate(Recorder(do=label), RotateImmediately=False)

    assert {"AWSCURRENT": V1, "kept": V2} == fake_secrets["db"].labels


@pytest.mark.parametrize("secret", ["db", "empty"])
def test_the_test_of_a_secret_that_is_deleted(fake_secrets, secrets_client, rotate, secret):
    """A handler may delete the secret; then there is nothing to clean."""
    fake_secrets.add("empty")

    def delete(event):
        secrets_client.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)

    rotate(Recorder(do=delete), name=secret, RotateImmediately=False)

    assert "cancelled" == fake_secrets.rotations[0].outcome
    assert secret not in fake_secrets


@pytest.mark.parametrize(
    "cancel",
    [
        lambda client: client.cancel_rotate_secret(SecretId="db"),
        lambda client: client.delete_secret(SecretId="db"),
        lambda client: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
    ],
    ids=["cancelled", "scheduled for deletion", "deleted"],
)
@pytest.mark.parametrize("failing", [[], ["setSecret"]], ids=["returning", "raising"])
def test_what_ends_a_rotation_in_progress(fake_secrets, secrets_client, rotate, cancel, failing):
    """No further step is run, nor is the rotation tried again."""
    fake_secrets.rotation_retries = 1

    def act(event):
        if event["Step"] == "setSecret":
            cancel(secrets_client)

    rotate(Recorder(failing, act))

    (run,) = fake_secrets.rotations
    assert ("cancelled", ["createSecret", "setSecret"]) == (
        run.outcome,
        [step.name for step in run.steps],
    )


def test_a_snapshot_ends_a_rotation_too(fake_secrets, rotate):
    """Where the secret is set back to before its rotation, the run is over."""
    before = fake_secrets.snapshot()

    rotate(Recorder(do=lambda _: fake_secrets.restore(before)))

    assert ["cancelled"] == [run.outcome for run in fake_secrets.rotations]
    assert {"AWSCURRENT": V1} == fake_secrets["db"].labels


def test_a_handler_may_use_threads(fake_secrets, secrets_client, rotate):
    """No lock is held: threads of the handler's reach the service while it waits for them."""
    reached = []

    def use_threads(event):
        thread = threading.Thread(
            target=lambda: reached.append(boto3.client("secretsmanager").list_secrets())
        )
        thread.start()
        thread.join(10)
        assert not thread.is_alive()

    rotate(Recorder(do=use_threads))

    assert 4 == len(reached)
    assert "succeeded" == fake_secrets.rotations[0].outcome


def test_an_asynchronous_handler(fake_secrets, rotate):
    """A coroutine is waited for; it sees the context variables of the caller."""
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set")
    seen = []

    async def handler(event, context):
        await asyncio.sleep(0)
        seen.append((event["Step"], variable.get()))
        if event["Step"] == "finishSecret":
            raise RuntimeError

    rotate(handler)

    assert [(step, "set") for step in STEPS] == seen
    assert "finishSecret RuntimeError" == steps(fake_secrets.rotations[0])[-1]


def test_an_asynchronous_handler_inside_a_loop(fake_secrets, rotate):
    """RotateSecret may be called in an event loop."""

    async def handler(event, context):
        await asyncio.sleep(0)

    async def main():
        rotate(handler)

    asyncio.run(main())

    assert "succeeded" == fake_secrets.rotations[0].outcome


def test_a_handler_may_rotate_another_secret(fake_secrets, secrets_client, rotate):
    """A rotation inside a rotation has run when its call returns, also where the clock rotates."""
    fake_secrets.add("other", "old")
    inner = "arn:aws:lambda:us-east-1:123456789012:function:inner"
    fake_secrets.rotation_lambda(inner, generate=lambda: "new")

    def act(event):
        if event["Step"] == "setSecret":
            secrets_client.rotate_secret(SecretId="other", RotationLambdaARN=inner)
            assert "new" == fake_secrets["other"].value

    rotate(Recorder(do=act), RotationRules={"AutomaticallyAfterDays": 30})
    assert ["other", "db"] == [run.secret for run in fake_secrets.rotations]

    fake_secrets.clock.advance(days=31)
    assert ["other", "db"] * 2 == [run.secret for run in fake_secrets.rotations]
    assert ["succeeded"] * 4 == [run.outcome for run in fake_secrets.rotations]


@pytest.mark.parametrize("error", [KeyboardInterrupt, pytest.fail.Exception, UnsupportedError])
def test_what_is_no_failure_of_the_function(fake_secrets, rotate, error):
    """The end of a test, or a misuse of the fake, is on record and goes on to the test."""

    def handler(event, context):
        raise error("stop")

    with pytest.raises(error):
        rotate(handler)

    assert ["failed"] == [run.outcome for run in fake_secrets.rotations]
    assert {"AWSCURRENT": V1, "AWSPENDING": V2} == fake_secrets["db"].labels


def counted():
    """Return what makes one value after another."""
    numbers = iter(range(1, 100))
    return lambda: f"v{next(numbers)}"


class Password:
    """A callable object with a method that takes the current value."""

    def following(self, current):
        """Return the value after a JSON value."""
        return {**json.loads(current), "password": "new"}


@pytest.mark.parametrize(
    ("before", "generate", "expected"),
    [
        ("old", counted(), "v1"),
        ("old", lambda current: f"{current}er", "older"),
        ("old", lambda current=None: f"{current}er", "Noneer"),
        (b"\x00", lambda current, /: current + b"\x01", b"\x00\x01"),
        ({"user": "u", "password": "p"}, Password().following, '{"user": "u", "password": "new"}'),
        (None, lambda current: f"after {current}", "after None"),
        ("old", lambda *given: f"{len(given)} given", "0 given"),
        ("old", lambda *, ending="er": f"old{ending}", "older"),
        ("old", iter(["first"]).__next__, "first"),
        ("old", bytes, None),
    ],
    ids=[
        "counted",
        "current",
        "default",
        "bytes",
        "method",
        "no value",
        "any number",
        "keyword",
        "builtin",
        "wrong",
    ],
)
def test_a_template(fake_secrets, rotate, before, generate, expected):
    """A callable makes the next value, from the current one where it asks for it."""
    fake_secrets.add("db", before)
    if expected is None:
        with pytest.raises(UsageError, match="AWS refuses an empty value"):
            rotate(generate=generate)
        return

    rotate(generate=generate)

    view = fake_secrets["db"]
    assert expected == view.value
    assert {"AWSCURRENT", "AWSPENDING"} == set(view.versions[V2].labels)
    assert 1 == len(fake_secrets.calls)


def test_a_template_that_raises(fake_secrets, secrets_client, rotate):
    """An exception of the callable fails the first step, like that of a function."""
    rotate(generate=lambda: 1 / 0)

    assert ["createSecret ZeroDivisionError"] == steps(fake_secrets.rotations[0])


def test_a_template_goes_on_from_an_earlier_try(fake_secrets, rotate, secrets_client):
    """A pending value that is there already is not made again; it becomes current later."""
    view = fake_secrets["db"]

    def generate():
        secrets_client.put_secret_value(
            SecretId="db",
            SecretString="put",
            ClientRequestToken=V2,
            VersionStages=["AWSPENDING"],
        )
        changes.append(view.last_changed)
        fake_secrets.clock.advance(days=1)
        raise RuntimeError

    changes = []
    fake_secrets.rotation_retries = 1
    rotate(generate=generate)

    (put,) = changes
    assert ["failed", "succeeded"] == [run.outcome for run in fake_secrets.rotations]
    assert "put" == view.value
    assert put + timedelta(days=1) <= view.last_changed


def test_a_template_of_a_secret_that_is_gone(fake_secrets, rotate, secrets_client):
    """What is deleted while its next value is made, stays deleted."""

    def generate():
        secrets_client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        return "new"

    rotate(generate=generate)

    assert "cancelled" == fake_secrets.rotations[0].outcome
    assert "db" not in fake_secrets


def test_a_template_whose_rotation_is_cancelled(fake_secrets, rotate, secrets_client):
    """The value that was made meanwhile is pending, which is a change of its own moment."""
    view = fake_secrets["db"]

    def generate():
        secrets_client.cancel_rotate_secret(SecretId="db")
        cancelled = view.last_changed
        fake_secrets.clock.advance(days=1)
        changes.append((cancelled, fake_secrets.clock.now()))
        return "new"

    changes = []
    rotate(generate=generate)

    ((cancelled, made),) = changes
    assert ("cancelled", "old", "new") == (
        fake_secrets.rotations[0].outcome,
        view.value,
        view.pending,
    )
    assert cancelled < made <= view.last_changed
    assert made <= view.versions[V2].created


@pytest.mark.parametrize(
    "name",
    ["", None, "my function", "arn:aws:lambda:us-east-1:1:function:x", f"{LAMBDA}:a:b", "x" * 257],
)
def test_what_can_be_no_name_of_a_function(fake_secrets, name):
    """What is neither a name nor an ARN is refused with one of each."""
    with pytest.raises(UsageError) as caught:
        fake_secrets.rotation_lambda(name, print)

    assert (
        f"{name!r} is not the name or the ARN of a Lambda function. Write 'rotate', for a function "
        "of that name in any account and Region, or "
        "'arn:aws:lambda:us-east-1:123456789012:function:rotate'."
    ) == str(caught.value)


def test_a_function_in_another_account(fake_secrets, secrets_client):
    """A function may be another account's, as long as it is of the secret's Region."""
    arn = LAMBDA.replace("123456789012", "222222222222")
    fake_secrets.rotation_lambda(arn, generate=lambda: "new")

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=arn)

    assert "new" == fake_secrets["db"].value


def test_functions_of_an_outer_fake():
    """A fake inside another knows its functions, and changes its own copy of the secret."""
    with FakeSecrets({"a": "old"}) as outer:
        outer.rotation_lambda(LAMBDA, generate=lambda: "new")
        with FakeSecrets() as inner:
            inner.client().rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)

            assert ("old", "new") == (outer["a"].value, inner["a"].value)
            assert (0, 1) == (len(outer.rotations), len(inner.rotations))


def test_functions_of_an_inner_fake():
    """Of two functions of the same name the one of the fake that answers is meant."""
    with FakeSecrets({"a": "old"}) as outer:
        outer.rotation_lambda(LAMBDA, generate=lambda: "outer")
        with FakeSecrets() as inner:
            inner.rotation_lambda(LAMBDA, generate=lambda: "inner")
            inner.client().rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
        outer.client().rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)

        assert ("inner", "outer") == (inner["a"].value, outer["a"].value)


def test_a_template_whose_version_is_gone(fake_secrets, rotate, secrets_client):
    """Where the reserved version was lost between two tries, the next one fails as well."""

    def generate():
        secrets_client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        fake_secrets.restore(emptied)
        raise RuntimeError

    rotate(Recorder(failing=["createSecret"]))
    secrets_client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=V2
    )
    secrets_client.put_secret_value(SecretId="db", SecretString="x", ClientRequestToken=V2)
    emptied = fake_secrets.snapshot()
    fake_secrets.rotation_retries = 1

    rotate(generate=generate, ClientRequestToken=V1.replace("1", "3"))

    assert ["createSecret RuntimeError", "createSecret ServiceError"] == [
        str(run.steps[-1]) for run in fake_secrets.rotations[1:]
    ]


def test_reset(fake_secrets, rotate, secrets_client):
    """Functions and runs are forgotten with all else."""
    rotate(generate=lambda: "new")

    fake_secrets.reset()

    fake_secrets.add("db", "v")
    assert () == fake_secrets.rotations
    with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
        secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=LAMBDA)


@pytest.mark.parametrize(
    ("removes", "expected"),
    [
        (False, {"AWSPREVIOUS": V1, "AWSCURRENT": V2, "AWSPENDING": V2}),
        (True, {"AWSPREVIOUS": V1, "AWSCURRENT": V2}),
    ],
    ids=["stays", "is removed"],
)
def test_awspending_after_a_success(fake_secrets, rotate, removes, expected):
    """AWSPENDING stays on the new current version by default; the other that AWS does is an option.

    Users of AWS's templates see it stay; a maintainer at AWS says that the service removes it:
    https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas/issues/168 and /pull/145
    """
    fake_secrets.rotation_removes_pending = removes
    rotate(generate=lambda: "new")

    assert expected == fake_secrets["db"].labels


def test_awspending_of_a_rotation_that_moved_no_label_stays(fake_secrets, rotate):
    """What is removed is a label that is left over, and not one that still waits."""
    fake_secrets.rotation_removes_pending = True
    rotate(Recorder())

    assert {"AWSCURRENT": V1, "AWSPENDING": V2} == fake_secrets["db"].labels


def test_a_nested_fake_removes_awspending_as_the_outer_one():
    """The option holds for fakes inside too, and its value must be a boolean."""
    with FakeSecrets(rotation_removes_pending=True), FakeSecrets() as inner:
        assert inner.rotation_removes_pending
    with pytest.raises(UsageError, match="rotation_removes_pending=1 is neither True nor False"):
        FakeSecrets(rotation_removes_pending=1)
