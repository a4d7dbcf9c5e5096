"""How a test writes: put, remove, and what a view shows of it."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from pytest_fakesecrets import FakeSecrets, NoSuchSecretError, Secret, UsageError, Version


@pytest.mark.parametrize("how", ["put", "item"])
def test_a_new_version(fake_secrets, secrets_client, how):
    """Putting is PutSecretValue: what was current is the previous version."""
    fake_secrets.add("a", "first", description="kept")
    view = fake_secrets["a"]
    if how == "put":
        assert "second" == fake_secrets.put("a", "second").value
    else:
        fake_secrets["a"] = "second"

    described = secrets_client.describe_secret(SecretId="a")
    assert ["AWSCURRENT"] in described["VersionIdsToStages"].values()
    assert ("second", "first", None) == (view.value, view.previous, view.pending)
    assert "kept" == view.description
    answer = secrets_client.get_secret_value(SecretId="a", VersionStage="AWSPREVIOUS")
    assert "first" == answer["SecretString"]
    assert [] == fake_secrets.calls.of("PutSecretValue")


def test_a_secret_that_is_not_there(fake_secrets, secrets_client):
    """Putting makes a secret that does not exist."""
    fake_secrets["a"] = {"user": "u"}

    assert "u" == fake_secrets["a"].json()["user"]
    assert '{"user": "u"}' == secrets_client.get_secret_value(SecretId="a")["SecretString"]
    assert '{"user": "u"}' == fake_secrets["a"].string


def test_by_arn(fake_secrets):
    """A secret of another Region is put by its ARN."""
    arn = fake_secrets.add(Secret("a", "v", region="eu-west-1")).arn

    fake_secrets[arn] = b"w"

    assert b"w" == fake_secrets[arn].value == fake_secrets[arn].binary


def test_reads_that_lag_see_what_the_test_put(fake_secrets, secrets_client):
    """A test's own writes are seen at once."""
    fake_secrets.add("a", "v")
    fake_secrets.faults.stale_reads(calls=3)
    fake_secrets["a"] = "w"

    assert "w" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


def test_the_key_and_the_replicas(fake_secrets):
    """A new version has the key of its secret, and replicas follow."""
    fake_secrets.add("a", "v", kms_key_id="alias/app", replicas=["eu-west-1"])

    fake_secrets["a"] = "w"

    (current,) = (
        version for version in fake_secrets["a"].versions.values() if version.value == "w"
    )
    assert "alias/app" == current.kms_key_id
    (replica,) = (name for name in fake_secrets if name.startswith("arn:"))
    assert "w" == fake_secrets[replica].value
    with pytest.raises(UsageError, match="is a replica, which follows its primary"):
        fake_secrets[replica] = "x"
    with pytest.raises(UsageError, match="is a replica"):
        del fake_secrets[replica]
    del fake_secrets["a"]
    assert [] == list(fake_secrets)


@pytest.mark.parametrize("how", ["remove", "item"])
def test_removing(fake_secrets, secrets_client, how):
    """What is removed is gone at once, and its name is free."""
    fake_secrets.add("a", "v")
    if how == "remove":
        fake_secrets.remove("a")
    else:
        del fake_secrets["a"]

    assert "a" not in fake_secrets
    secrets_client.create_secret(Name="a", SecretString="w")
    assert "w" == fake_secrets["a"].value
    with pytest.raises(NoSuchSecretError, match="'b' is not the name of a secret"):
        del fake_secrets["b"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "a version has a value"),
        ("", "empty value"),
        (7, "type int"),
        ("x" * 65_537, "too long"),
    ],
    ids=["None", "empty", "number", "long"],
)
def test_values_that_aws_would_refuse(fake_secrets, value, message):
    """A wrong value changes nothing, and is not shown."""
    fake_secrets.add("a", "v")
    before = fake_secrets.snapshot()

    with pytest.raises(UsageError, match=message):
        fake_secrets["a"] = value
    with pytest.raises(UsageError, match=message):
        fake_secrets["b"] = value
    assert before == fake_secrets.snapshot()


def test_a_secret_that_is_scheduled_for_deletion(fake_secrets):
    """It stays in the mapping, as AWS has it; its repr says so, and nothing is put into it."""
    deleted = datetime(2030, 1, 1, tzinfo=timezone.utc)
    fake_secrets.clock.move_to(deleted)
    fake_secrets.add("a", "v", deleted=deleted)
    fake_secrets.add("b", "v")

    assert "a" in fake_secrets
    assert "a (scheduled for deletion until 2030-01-31), b" in repr(fake_secrets)
    assert repr(fake_secrets["a"]).endswith(", scheduled for deletion until 2030-01-31>")
    with pytest.raises(UsageError, match="is scheduled for deletion, and gets no new version"):
        fake_secrets["a"] = "w"


def test_too_many_versions(fake_secrets):
    """The quota of a secret's versions holds for the test as well."""
    fake_secrets.add("a", "v")
    for number in range(99):
        fake_secrets.put("a", f"{number}")

    with pytest.raises(UsageError, match="put"):
        fake_secrets.put("a", "one too many")


def test_text_and_bytes():
    """Whoever asks for the wrong kind is told the right one."""
    fake = FakeSecrets({"text": "v", "bytes": b"v"})

    with pytest.raises(UsageError, match=r"'text' is text\. Read \.string instead"):
        _ = fake["text"].binary
    with pytest.raises(UsageError, match=r"'bytes' is bytes\. Read \.binary instead"):
        _ = fake["bytes"].string


def test_values_of_a_rotation_under_way():
    """A version that a rotation reserved has no value yet."""
    versions = [Version("new", ["AWSCURRENT"]), Version(None, ["AWSPENDING"])]
    fake = FakeSecrets(Secret("a", versions=versions), Secret("b", "v", previous="u", pending="w"))

    assert (None, None) == (fake["a"].previous, fake["a"].pending)
    assert ("u", "w") == (fake["b"].previous, fake["b"].pending)
