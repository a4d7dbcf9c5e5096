"""Functions by name, single steps of a handler, and what the report says of a rotation."""

from __future__ import annotations

import pytest
from support import outcome

from pytest_fakesecrets import FakeSecrets, NoSuchSecretError, Secret, UsageError

ARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


def make_next(client, event):
    """Do what createSecret does."""
    client.put_secret_value(
        SecretId=event["SecretId"],
        ClientRequestToken=event["ClientRequestToken"],
        SecretString="next",
        VersionStages=["AWSPENDING"],
    )


def do_nothing(event, context):
    """Be a handler that moves nothing."""


def one_argument(event):
    """Be no handler."""


@pytest.mark.parametrize("arn", [ARN, f"{ARN}:live", ARN.replace("1234", "4321")])
def test_a_function_by_its_name(fake_secrets, secrets_client, arn):
    """A name stands for the function of that name, in any account and with any alias."""
    fake_secrets.add("db", "v")
    steps = []
    fake_secrets.rotation_lambda("rotate", lambda event, _: steps.append(event["Step"]))

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=arn)

    assert ["createSecret", "setSecret", "testSecret", "finishSecret"] == steps
    assert arn == fake_secrets.rotations.last.function


def test_the_arn_comes_before_the_name(fake_secrets, secrets_client):
    """Of two registrations the one by ARN is meant."""
    fake_secrets.add("db", "v")
    fake_secrets.rotation_lambda("rotate", generate=lambda: "by name")
    fake_secrets.rotation_lambda(ARN, generate=lambda: "by ARN")

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=ARN)

    assert "by ARN" == fake_secrets["db"].value


def test_the_steps_of_one_rotation(fake_secrets, secrets_client):
    """An event prepares what AWS would have; those of later steps belong to the same rotation."""
    fake_secrets.add("db", "v")

    event = fake_secrets.rotation_event("db")
    assert secrets_client.describe_secret(SecretId="db")["RotationEnabled"]
    make_next(secrets_client, event)
    finish = fake_secrets.rotation_event("db", step="finishSecret")

    assert "finishSecret" == finish["Step"]
    assert event["ClientRequestToken"] == finish["ClientRequestToken"]
    assert fake_secrets["db"].arn == finish["SecretId"]
    assert "next" == fake_secrets["db"].pending
    secrets_client.update_secret_version_stage(
        SecretId="db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=finish["ClientRequestToken"],
        RemoveFromVersionId=next(iter(fake_secrets["db"].versions)),
    )
    assert "next" == fake_secrets["db"].value
    another = fake_secrets.rotation_event("db")
    assert event["ClientRequestToken"] != another["ClientRequestToken"]


def test_an_event_that_cannot_be(fake_secrets):
    """A step that does not exist, and a secret that does not, are refused."""
    with pytest.raises(UsageError, match="creatSecret is not a step of a rotation; did you mean"):
        fake_secrets.rotation_event("db", step="creatSecret")
    with pytest.raises(NoSuchSecretError):
        fake_secrets.rotation_event("db")


def test_a_run_that_moved_nothing(fake_secrets, secrets_client):
    """The report says that AWSCURRENT did not move, though no step raised."""
    fake_secrets.add({"db": "v", "moved": "v"})
    fake_secrets.rotation_lambda("rotate", do_nothing)
    fake_secrets.rotation_lambda("move", generate=lambda: "w")
    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    assert not fake_secrets.rotations.last.made_current
    secrets_client.rotate_secret(SecretId="moved", RotationLambdaARN=ARN.replace("rotate", "move"))

    assert fake_secrets.rotations.last.made_current
    assert 1 == str(fake_secrets).count("succeeded, AWSCURRENT did not move")


def test_what_a_handler_raised(fake_secrets, secrets_client):
    """The report names the line of the handler, and not the text, which may hold a value."""
    fake_secrets.add("db", "v")

    def handler(event, context):
        raise ValueError("hunter2")

    fake_secrets.rotation_lambda("rotate", handler)
    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=ARN)

    line = handler.__code__.co_firstlineno + 1
    assert f"createSecret ValueError at test_steps_and_names.py:{line}" in str(fake_secrets)
    assert "hunter2" not in str(fake_secrets)


@pytest.mark.parametrize(("registered", "shown"), [((), "none"), (("a", "b"), "a, b")])
def test_a_function_that_is_not_registered(fake_secrets, secrets_client, registered, shown):
    """The report names the functions that are registered."""
    fake_secrets.add("db", "v")
    for name in registered:
        fake_secrets.rotation_lambda(name, generate=lambda: "w")

    refused = outcome(secrets_client.rotate_secret, SecretId="db", RotationLambdaARN=ARN)

    assert "AccessDeniedException" == refused
    report = " ".join(str(fake_secrets).split())
    assert f"not registered by rotation_lambda(); known: {shown}" in report


ONE_OF_TWO = (
    "rotation_lambda('rotate') needs one of two: your own handler, "
    "or generate= with a callable that returns the next value."
)


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (
            (do_nothing,),
            {},
            (
                "rotation_lambda() was given a function in the place of its name. Give both: "
                "rotation_lambda('rotate', handler)."
            ),
        ),
        (("rotate",), {}, ONE_OF_TWO),
        (("rotate", do_nothing), {"generate": lambda: "v"}, ONE_OF_TWO),
        (
            ("rotate", "app.handler"),
            {},
            (
                "The handler of rotation_lambda('rotate') is of type str, which cannot be called. "
                "Give the function itself, imported from its module."
            ),
        ),
        (
            ("rotate",),
            {"generate": b"v"},
            (
                "The generate= of rotation_lambda('rotate') is of type bytes, which cannot be "
                "called. Give the function itself, imported from its module."
            ),
        ),
        (
            ("rotate", one_argument),
            {},
            (
                "The handler of rotation_lambda('rotate') does not take two arguments. Lambda "
                "calls it as handler(event, context)."
            ),
        ),
        (
            ("rotate",),
            {"generate": do_nothing},
            (
                "The generate= of rotation_lambda('rotate') takes several arguments. It is called "
                "without one, or with the current value."
            ),
        ),
    ],
    ids=["no name", "neither", "both", "handler", "generate", "one argument", "two arguments"],
)
def test_what_cannot_be_a_function(arguments, keywords, message):
    """The message says which argument is wrong, and how it is called."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets().rotation_lambda(*arguments, **keywords)

    assert message == str(caught.value)


def test_a_next_value_that_is_none(fake_secrets, secrets_client):
    """The message names the secret and the parameter."""
    fake_secrets.add(Secret("db", "v"))
    fake_secrets.rotation_lambda("rotate", generate=lambda: None)

    with pytest.raises(UsageError, match="generate= for secret 'db': A value of type NoneType"):
        secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=ARN)


def test_an_asynchronous_handler_under_trio(fake_secrets, secrets_client):
    """A handler may wait for what the event loop of the test offers."""
    trio = pytest.importorskip("trio")
    fake_secrets.add("db", "v")
    steps = []

    async def handler(event, context):
        await trio.sleep(0)
        steps.append(event["Step"])

    async def rotate():
        await trio.sleep(0)
        secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=ARN)

    fake_secrets.rotation_lambda("rotate", handler)
    trio.run(rotate)

    assert 4 == len(steps)


def test_the_last_rotation_where_none_has_run(fake_secrets):
    """A test that looks too early is told so."""
    with pytest.raises(UsageError) as caught:
        _ = fake_secrets.rotations.last

    assert "No rotation has run yet. Look at len() before you ask for last." == str(caught.value)
