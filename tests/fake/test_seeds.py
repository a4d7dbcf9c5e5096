from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta, timezone

import pytest

from pytest_fakesecrets import FakeSecrets, Secret, UsageError, Version, VersionView

TAGS = {"team": "web"}
NOW = datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=timezone.utc)
CREATED = datetime(2023, 5, 6, 7, 8, 9, 123_000, tzinfo=timezone.utc)
NO_CURRENT = (
    "No version of secret 'a' is AWSCURRENT. Give one of them that label: in AWS, the first value "
    "of a secret has it. What a rotation has reserved has no value."
)
ONE, TWO, THREE, FOUR = (f"0000000{number}-0000-4000-8000-000000000000" for number in range(1, 5))


@pytest.fixture(autouse=True)
def present(monkeypatch):
    """Have every test at the same moment, which does not pass."""
    monkeypatch.setattr(time, "time", NOW.timestamp)


def described(client, name="a"):
    """Return what DescribeSecret says, without what every answer has."""
    answer = client.describe_secret(SecretId=name)
    del answer["ResponseMetadata"]
    return answer


def versions_of(client, name="a", *, deprecated=True):
    """Return the versions of a secret by id."""
    answer = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=deprecated)
    return {version["VersionId"]: version for version in answer["Versions"]}


@pytest.mark.parametrize(
    ("value", "member", "stored"),
    [
        ("text", "SecretString", "text"),
        ("Grüße 🔑", "SecretString", "Grüße 🔑"),
        (" ", "SecretString", " "),
        (b"\x00\xff", "SecretBinary", b"\x00\xff"),
        (bytearray(b"\x01"), "SecretBinary", b"\x01"),
        (memoryview(b"\x02"), "SecretBinary", b"\x02"),
        (
            {"user": "u", "port": 5432, "é": None},
            "SecretString",
            '{"user": "u", "port": 5432, "é": null}',
        ),
        ({}, "SecretString", "{}"),
        ([1, "two", {"three": 3.5}], "SecretString", '[1, "two", {"three": 3.5}]'),
        ((True, False), "SecretString", "[true, false]"),
        ("x" * 65_536, "SecretString", "x" * 65_536),
        (b"x" * 65_536, "SecretBinary", b"x" * 65_536),
    ],
    ids=[
        "str",
        "str beyond ASCII",
        "str of a space",
        "bytes",
        "bytearray",
        "memoryview",
        "dict",
        "empty dict",
        "list",
        "tuple",
        "longest str",
        "longest bytes",
    ],
)
def test_values(fake_secrets, secrets_client, value, member, stored):
    """A value comes back as text or as bytes; dict and list as JSON."""
    fake_secrets.add("a", value)

    answer = secrets_client.get_secret_value(SecretId="a")

    assert stored == answer[member]
    assert 1 == len({"SecretString", "SecretBinary"} & set(answer))
    assert ["AWSCURRENT"] == answer["VersionStages"]
    assert NOW == answer["CreatedDate"]


def test_value_previous_and_pending(fake_secrets, secrets_client):
    """The three short options are the versions with the three labels of AWS."""
    fake_secrets.add("a", "now", previous="before", pending=b"next")

    current = secrets_client.get_secret_value(SecretId="a")
    previous = secrets_client.get_secret_value(SecretId="a", VersionStage="AWSPREVIOUS")
    pending = secrets_client.get_secret_value(SecretId="a", VersionStage="AWSPENDING")

    assert "now" == current["SecretString"]
    assert "before" == previous["SecretString"]
    assert b"next" == pending["SecretBinary"]
    assert {
        current["VersionId"]: ["AWSCURRENT"],
        previous["VersionId"]: ["AWSPREVIOUS"],
        pending["VersionId"]: ["AWSPENDING"],
    } == described(secrets_client)["VersionIdsToStages"]


def test_a_secret_of_the_least(fake_secrets, secrets_client):
    """A secret of a name alone has no version, and of the optional members none."""
    view = fake_secrets.add("a")

    assert {
        "ARN": view.arn,
        "Name": "a",
        "CreatedDate": NOW,
        "LastChangedDate": NOW,
    } == described(secrets_client)
    assert {} == versions_of(secrets_client)
    with pytest.raises(secrets_client.exceptions.ResourceNotFoundException) as caught:
        secrets_client.get_secret_value(SecretId="a")
    assert (
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
        == caught.value.response["Error"]["Message"]
    )


def test_every_detail_is_described(fake_secrets, secrets_client):
    """Each option of Secret comes back as the member of DescribeSecret that it stands for."""
    fake_secrets.add(
        Secret(
            "a/b",
            versions=[Version("v", ["AWSCURRENT", "live"], id=ONE)],
            description="What it is",
            tags={"team": "web", "empty": ""},
            kms_key_id="alias/mine",
            created=CREATED,
            last_changed=CREATED + timedelta(days=1),
            last_accessed=date(2023, 6, 1),
            arn_suffix="a1B2c3",
            type="Partner",
            owning_service="rds",
        )
    )

    assert {
        "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b-a1B2c3",
        "Name": "a/b",
        "Description": "What it is",
        "KmsKeyId": "alias/mine",
        "LastChangedDate": CREATED + timedelta(days=1),
        "LastAccessedDate": datetime(2023, 6, 1, tzinfo=timezone.utc),
        "Tags": [{"Key": "team", "Value": "web"}, {"Key": "empty", "Value": ""}],
        "VersionIdsToStages": {ONE: ["AWSCURRENT", "live"]},
        "OwningService": "rds",
        "CreatedDate": CREATED,
        **({"Type": "Partner"} if _knows_type(secrets_client) else {}),
    } == described(secrets_client, "a/b")


def _knows_type(client):
    model = client.meta.service_model.operation_model("DescribeSecret")
    return "Type" in model.output_shape.members


def test_every_detail_of_a_version_is_listed(fake_secrets, secrets_client):
    """ListSecretVersionIds tells each option of Version, of the versions that have a value."""
    day = timedelta(days=1)
    fake_secrets.add(
        "a",
        versions=[
            Version("old", id=ONE, created=CREATED, kms_key_id="alias/old-key"),
            Version("before", ["AWSPREVIOUS"], id=TWO, created=CREATED + day),
            Version(
                b"now",
                ("AWSCURRENT", "live"),
                id=THREE,
                created=CREATED + 2 * day,
                last_accessed=datetime(2023, 12, 24, 23, 30, tzinfo=timezone.utc),
            ),
            Version(None, ["AWSPENDING"], id=FOUR),
        ],
        created=CREATED - day,
        kms_key_id="alias/new-key",
    )

    assert {
        ONE: {"VersionId": ONE, "CreatedDate": CREATED, "KmsKeyIds": ["alias/old-key"]},
        TWO: {
            "VersionId": TWO,
            "VersionStages": ["AWSPREVIOUS"],
            "CreatedDate": CREATED + day,
            "KmsKeyIds": ["alias/new-key"],
        },
        THREE: {
            "VersionId": THREE,
            "VersionStages": ["AWSCURRENT", "live"],
            "CreatedDate": CREATED + 2 * day,
            "LastAccessedDate": datetime(2023, 12, 24, tzinfo=timezone.utc),
            "KmsKeyIds": ["alias/new-key"],
        },
    } == versions_of(secrets_client)
    assert {TWO, THREE} == set(versions_of(secrets_client, deprecated=False))
    assert (
        VersionView(
            None, ("AWSPENDING",), id=FOUR, created=CREATED - day, kms_key_id="alias/new-key"
        )
        == (fake_secrets["a"].versions[FOUR])
    )


def test_versions_are_read_by_id_and_label(fake_secrets, secrets_client):
    """Every seeded version is read by its id, deprecated ones too."""
    fake_secrets.add("a", versions=[Version("one", id=ONE), Version("two", ["AWSCURRENT"], id=TWO)])

    old = secrets_client.get_secret_value(SecretId="a", VersionId=ONE)

    assert "one" == old["SecretString"]
    assert "VersionStages" not in old
    assert TWO == secrets_client.get_secret_value(SecretId="a")["VersionId"]


def test_versions_may_come_from_any_iterable(fake_secrets, secrets_client):
    """A generator of versions is as good as a list."""
    fake_secrets.add("a", versions=(Version(text, ["AWSCURRENT"], id=ONE) for text in ["v"]))

    assert "v" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


def test_default_key_of_versions(fake_secrets, secrets_client):
    """Without a key a version is under AWS's own."""
    fake_secrets.add("a", versions=[Version("v", ["AWSCURRENT"], id=ONE)])

    assert ["DefaultEncryptionKey"] == versions_of(secrets_client)[ONE]["KmsKeyIds"]


def test_moments_of_any_time_zone(fake_secrets, secrets_client):
    """A moment in another time zone is the same moment; a day of access is the day in UTC."""
    east = timezone(timedelta(hours=5))
    fake_secrets.add(
        "a",
        "v",
        created=datetime(2023, 1, 2, 3, 0, tzinfo=east),
        last_accessed=datetime(2023, 1, 2, 3, 0, tzinfo=east),
    )

    answer = described(secrets_client)

    assert datetime(2023, 1, 1, 22, 0, tzinfo=timezone.utc) == answer["CreatedDate"]
    assert answer["CreatedDate"] == answer["LastChangedDate"]
    assert datetime(2023, 1, 1, tzinfo=timezone.utc) == answer["LastAccessedDate"]


@pytest.mark.parametrize(
    ("details", "requested", "end"),
    [
        ({"deleted": True}, NOW, NOW + timedelta(days=30)),
        (
            {"deleted": NOW - timedelta(days=7)},
            NOW - timedelta(days=7),
            NOW + timedelta(days=23),
        ),
        ({"deleted": True, "recovery_window_in_days": 7}, NOW, NOW + timedelta(days=7)),
        (
            {"deleted": NOW - timedelta(days=2), "recovery_window_in_days": 30},
            NOW - timedelta(days=2),
            NOW + timedelta(days=28),
        ),
    ],
    ids=["True", "moment", "True and the shortest window", "moment and the longest window"],
)
def test_deleted(fake_secrets, secrets_client, details, requested, end):
    """A deleted secret is described with when that was requested, and refuses to be read."""
    view = fake_secrets.add("a", "v", **details)

    assert requested == described(secrets_client)["DeletedDate"] == view.deletion_requested
    assert end == view.recovery_window_ends
    with pytest.raises(secrets_client.exceptions.InvalidRequestException) as caught:
        secrets_client.get_secret_value(SecretId="a")
    assert (
        "You can't perform this operation on the secret because it was marked for deletion."
        == caught.value.response["Error"]["Message"]
    )
    secrets_client.restore_secret(SecretId="a")
    assert "v" == secrets_client.get_secret_value(SecretId="a")["SecretString"]


def test_a_deleted_secret_goes_when_its_window_ends(fake_secrets, secrets_client):
    """The end of the window of a seeded deletion is the end of the secret."""
    fake_secrets.add("a", "v", deleted=NOW - timedelta(days=3), recovery_window_in_days=10)
    fake_secrets.clock.advance(days=6, hours=23, minutes=59, seconds=59)
    assert NOW - timedelta(days=3) == described(secrets_client)["DeletedDate"]
    fake_secrets.clock.advance(seconds=1)

    with pytest.raises(secrets_client.exceptions.ResourceNotFoundException):
        secrets_client.describe_secret(SecretId="a")


@pytest.mark.parametrize("window", [{}, {"recovery_window_in_days": 7}], ids=["default", "given"])
def test_a_secret_whose_window_has_ended_is_gone_at_once(window):
    """A secret that was deleted longer ago than its window is not in the fake."""
    days = window.get("recovery_window_in_days", 30)

    with FakeSecrets(Secret("a", "v", deleted=NOW - timedelta(days=days), **window)) as fake:
        client = fake.client()

        assert "a" not in fake
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.describe_secret(SecretId="a")


def test_tags_of_aws_do_not_count():
    """Beside fifty tags a secret may have those that AWS gives it."""
    tags = {str(number): "" for number in range(50)} | {"aws:owner": "x", "aws:cost": "y"}

    assert tags == FakeSecrets(Secret("a", "v", tags=tags))["a"].tags


def test_region_and_account(fake_secrets):
    """A secret of another Region, partition or account is where its options say."""
    fake_secrets.add("a", "here")
    fake_secrets.add("a", "ireland", region="eu-west-1", arn_suffix="aaaaaa")
    fake_secrets.add("a", "china", region="cn-north-1", arn_suffix="bbbbbb")
    fake_secrets.add("a", "other", account="111111111111", arn_suffix="cccccc")

    values = {
        (region, account): fake_secrets.client(region, account).get_secret_value(SecretId="a")
        for region, account in [
            (None, None),
            ("eu-west-1", None),
            ("cn-north-1", None),
            (None, "111111111111"),
        ]
    }

    assert ["here", "ireland", "china", "other"] == [
        answer["SecretString"] for answer in values.values()
    ]
    assert [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-aaaaaa",
        "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a-bbbbbb",
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:a-cccccc",
    ] == [answer["ARN"] for answer in values.values()][1:]


def test_managed_secret_refuses_changes(fake_secrets, secrets_client):
    """A secret of another AWS service is read and not changed."""
    fake_secrets.add("rds!db-1", "v", owning_service="rds")

    assert "v" == secrets_client.get_secret_value(SecretId="rds!db-1")["SecretString"]
    with pytest.raises(secrets_client.exceptions.InvalidRequestException):
        secrets_client.put_secret_value(SecretId="rds!db-1", SecretString="w")


def test_mapping_seed(fake_secrets):
    """A mapping holds values, whole Secrets, and None for a secret without a value."""
    seeds = {
        "text": "t",
        "json": [1],
        "none": Secret("none"),
        "whole": Secret("whole", "w", tags={"k": "v"}),
    }

    with FakeSecrets(seeds) as fake:
        client = fake.client()

        assert "t" == client.get_secret_value(SecretId="text")["SecretString"]
        assert "[1]" == client.get_secret_value(SecretId="json")["SecretString"]
        assert {} == fake["none"].versions
        assert {"k": "v"} == fake["whole"].tags


def test_later_seeds_win():
    """Of several seeds for one secret the last counts, whole."""
    fake = FakeSecrets(
        {"a": "first", "b": "kept"}, Secret("a", "second", tags={"k": "v"}), {"a": "third"}
    )

    assert "third" == fake["a"].value
    assert {} == fake["a"].tags
    assert "kept" == fake["b"].value
    assert 2 == len(fake)


def test_the_same_name_elsewhere_is_another_secret():
    """Seeds of one name in several Regions do not replace each other."""
    fake = FakeSecrets(
        Secret("a", "east"), Secret("a", "west", region="us-west-2", arn_suffix="wwwwww")
    )

    assert 2 == len(fake)
    assert "east" == fake["a"].value


def test_the_default_region_named_is_the_same_place():
    """A seed that names the fake's own Region is for the same secret as one that names none."""
    fake = FakeSecrets(Secret("a", "first"), Secret("a", "second", region="us-east-1"))

    assert "second" == fake["a"].value
    assert 1 == len(fake)


def test_adding_replaces(fake_secrets, secrets_client):
    """A second add of one name is a new secret with a new ARN."""
    before = fake_secrets.add("a", "v", tags={"k": "v"}).arn

    after = fake_secrets.add("a", "w").arn

    assert before != after
    assert "w" == secrets_client.get_secret_value(SecretId="a")["SecretString"]
    assert "Tags" not in described(secrets_client)


def test_arn_suffixes_are_invented():
    """Every secret gets six alphanumeric characters of its own, the same in every run."""
    first, second = FakeSecrets({"a": "v", "b": "v"}), FakeSecrets({"a": "v", "b": "v"})
    arns = [first["a"].arn, first["b"].arn]
    suffixes = {arn.rpartition("-")[2] for arn in arns}

    assert [second["a"].arn, second["b"].arn] == arns
    assert 2 == len(suffixes)
    assert all(len(suffix) == 6 and suffix.isalnum() for suffix in suffixes)


def refusals():
    """Name every refusal, how to meet it, and its message."""
    name_rule = (
        "is not a name that AWS accepts. "
        "Use letters, digits and any of -/_+=.@! (and no ARN: AWS makes it)."
    )
    moment_rule = (
        "is not a moment. "
        "Give a datetime with a time zone: datetime(2026, 1, 31, tzinfo=timezone.utc)."
    )
    naive = datetime(2024, 1, 1)  # noqa: DTZ001 - the missing time zone is what is refused
    return {
        "name with a space": (lambda: Secret("bad name"), f"'bad name' {name_rule}"),
        "empty name": (lambda: Secret(""), f"'' {name_rule}"),
        "name with a line feed": (lambda: Secret("a\n"), f"'a\\n' {name_rule}"),
        "name beyond ASCII": (lambda: Secret("é"), f"'é' {name_rule}"),
        "ARN as a name": (
            lambda: Secret("arn:aws:secretsmanager:us-east-1:123456789012:secret:a"),
            f"'arn:aws:secretsmanager:us-east-1:123456789012:secret:a' {name_rule}",
        ),
        "number as a name": (lambda: FakeSecrets({5: "v"}), f"5 {name_rule}"),
        "long name": (
            lambda: Secret("n" * 513),
            "The name 'nnnnnnnnnnnnnnnnnnnn'… has 513 characters. AWS allows 512.",
        ),
        "empty text": (
            lambda: Secret("a", ""),
            "Secret 'a': AWS refuses an empty value. Leave it out for a secret without a value.",
        ),
        "empty bytes": (
            lambda: Secret("a", b""),
            "Secret 'a': AWS refuses an empty value. Leave it out for a secret without a value.",
        ),
        "long text": (
            lambda: Secret("a", "é" * 32_769),
            "Secret 'a': A value of 65,538 bytes is too long: AWS allows 65,536.",
        ),
        "long bytes": (
            lambda: Secret("a", "v", previous=b"x" * 65_537),
            "Secret 'a': A value of 65,537 bytes is too long: AWS allows 65,536.",
        ),
        "long JSON": (
            lambda: Secret("a", ["x" * 65_533]),
            "Secret 'a': A value of 65,537 bytes is too long: AWS allows 65,536.",
        ),
        "set as a value": (
            lambda: Secret("a", {1, 2}),
            (
                "Secret 'a': A value of type set cannot be kept in a secret. "
                "Give str, bytes, or a dict or list (kept as JSON)."
            ),
        ),
        "bytes in JSON": (
            lambda: Secret("a", {"key": b"v"}),
            (
                "Secret 'a': A dict or list as a value must be JSON: "
                "Object of type bytes is not JSON serializable. Give str or bytes instead."
            ),
        ),
        "circle in JSON": (
            lambda: Secret("a", circle()),
            (
                "Secret 'a': A dict or list as a value must be JSON: "
                "Circular reference detected. Give str or bytes instead."
            ),
        ),
        "value and versions": (
            lambda: Secret("a", "v", versions=[Version("w", ["AWSCURRENT"])]),
            (
                "Secret 'a' has versions= and one of value, previous= and pending=. "
                "Give either, not both."
            ),
        ),
        "previous and versions": (
            lambda: Secret("a", previous="v", versions=[Version("w", ["AWSCURRENT"])]),
            (
                "Secret 'a' has versions= and one of value, previous= and pending=. "
                "Give either, not both."
            ),
        ),
        "previous without current": (
            lambda: Secret("a", previous="v"),
            NO_CURRENT,
        ),
        "versions without current": (
            lambda: Secret("a", versions=[Version("v", ["live"])]),
            NO_CURRENT,
        ),
        "label on two versions": (
            lambda: Secret(
                "a", versions=[Version("v", ["AWSCURRENT"]), Version("w", ["AWSCURRENT"])]
            ),
            "Secret 'a' has the staging label 'AWSCURRENT' twice. A label is on one version.",
        ),
        "label twice on one version": (
            lambda: Secret("a", versions=[Version("v", ["AWSCURRENT", "AWSCURRENT"])]),
            "Secret 'a' has the staging label 'AWSCURRENT' twice. A label is on one version.",
        ),
        "id twice": (
            lambda: Secret(
                "a", versions=[Version("v", ["AWSCURRENT"], id=ONE), Version("w", id=ONE)]
            ),
            f"Secret 'a' has the version id '{ONE}' twice. Each version has its own.",
        ),
        "too many labels": (
            lambda: Secret(
                "a",
                versions=[Version("v", ["AWSCURRENT", *(f"l{number}" for number in range(20))])],
            ),
            "Secret 'a' has 21 staging labels. AWS allows 20.",
        ),
        "value instead of a Version": (
            lambda: Secret("a", versions=["v"]),
            "versions= of secret 'a' holds a str. Give Version(value, labels).",
        ),
        "labels as one string": (
            lambda: Version("v", "AWSCURRENT"),
            "labels='AWSCURRENT' is one string. Give a list: ['AWSCURRENT'].",
        ),
        "short id": (
            lambda: Version("v", id="1"),
            "Version id '1' has 1 characters. AWS's have 32 to 64.",
        ),
        "long id": (
            lambda: Version("v", id="1" * 65),
            f"Version id '{'1' * 65}' has 65 characters. AWS's have 32 to 64.",
        ),
        "version without time zone": (
            lambda: Version("v", created=naive),
            f"created={naive!r} {moment_rule}",
        ),
        "created without time zone": (
            lambda: Secret("a", created=naive),
            f"created={naive!r} {moment_rule}",
        ),
        "last_changed as text": (
            lambda: Secret("a", last_changed="2024-01-01"),
            f"last_changed='2024-01-01' {moment_rule}",
        ),
        "deleted without time zone": (
            lambda: Secret("a", deleted=naive),
            f"deleted={naive!r} {moment_rule}",
        ),
        "window without a deletion": (
            lambda: Secret("a", "v", recovery_window_in_days=7),
            (
                "recovery_window_in_days=7 of secret 'a' needs deleted=, which says when its "
                "deletion was requested. Give both, or neither."
            ),
        ),
        "short window": (
            lambda: Secret("a", "v", deleted=True, recovery_window_in_days=6),
            (
                "recovery_window_in_days=6 of secret 'a' is not a recovery window. "
                "Give 7 to 30 days."
            ),
        ),
        "long window": (
            lambda: Secret("a", "v", deleted=True, recovery_window_in_days=31),
            (
                "recovery_window_in_days=31 of secret 'a' is not a recovery window. "
                "Give 7 to 30 days."
            ),
        ),
        "window of another type": (
            lambda: Secret("a", "v", deleted=True, recovery_window_in_days=True),
            (
                "recovery_window_in_days=True of secret 'a' is not a recovery window. "
                "Give 7 to 30 days."
            ),
        ),
        "region": (
            lambda: Secret("a", region="Dublin"),
            "region='Dublin' is not the name of an AWS Region. Write it like 'eu-west-1'.",
        ),
        "account": (
            lambda: Secret("a", account="1234"),
            (
                "account='1234' is not the id of an AWS account. Write its twelve digits as a "
                "string, "
                "like '123456789012'."
            ),
        ),
        "ARN suffix": (
            lambda: Secret("a", arn_suffix="short"),
            (
                "arn_suffix='short' of secret 'a' is not AWS's. "
                "Give six letters or digits, like 'a1b2c3'."
            ),
        ),
        "long description": (
            lambda: Secret("a", description="d" * 2_049),
            "description= of secret 'a' is longer than 2,048 characters.",
        ),
        "long key": (
            lambda: Secret("a", kms_key_id="k" * 2_049),
            "kms_key_id= of secret 'a' is longer than 2,048 characters.",
        ),
        "tags as a list": (
            lambda: Secret("a", tags=[{"Key": "k", "Value": "v"}]),
            "tags= of secret 'a' is not a mapping. Give {'team': 'web'}.",
        ),
        "too many tags": (
            lambda: Secret("a", tags={str(number): "" for number in range(51)}),
            "Secret 'a' has 51 tags. AWS allows 50.",
        ),
        "seed of another type": (
            lambda: FakeSecrets(["a"]),
            (
                "A seed of type list is not the description of a secret. "
                "Give a dict of names to values, or Secret(name, value, …)."
            ),
        ),
        "Secret under another name": (
            lambda: FakeSecrets({"a": Secret("b", "v")}),
            "The seed 'a' holds a Secret of another name, 'b'. Give one name.",
        ),
        "Secret and more": (
            lambda: FakeSecrets().add(Secret("a", "v"), tags={"k": "v"}),
            (
                "add() was given Secret('a') and more. "
                "Put everything into the Secret, or give a name instead of it."
            ),
        ),
        "unknown detail": (
            lambda: FakeSecrets().add("a", "v", tag={"k": "v"}),
            (
                "tag is not a detail of a secret; did you mean tags? Choose one of: account, "
                "arn_suffix, created, deleted, description, kms_key_id, last_accessed, "
                "last_changed, owning_service, pending, policy, previous, recovery_window_in_days, "
                "region, replicas, tags, type, versions."
            ),
        ),
    }


def circle():
    """Return a dict that holds itself."""
    holder = {}
    holder["self"] = holder
    return holder


@pytest.mark.parametrize(("make", "message"), refusals().values(), ids=refusals())
def test_refusals(make, message):
    """What AWS could not hold is refused with the input, the choices and the remedy."""
    with pytest.raises(UsageError) as caught:
        make()

    assert message == str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Secret("a", "v", description=5),
        lambda: Secret("a", "v", kms_key_id=5),
        lambda: Secret("a", "v", type=5),
        lambda: Secret("a", "v", owning_service=5),
        lambda: Secret("a", "v", tags={1: "v"}),
        lambda: Secret("a", "v", tags={"k": 1}),
        lambda: Secret("a", "v", tags={"": "v"}),
        lambda: Secret("a", "v", tags={"k" * 129: "v"}),
        lambda: Secret("a", "v", tags={"k": "v" * 257}),
        lambda: Secret("a", "v", last_accessed="2024-01-01"),
        lambda: Secret("a", last_accessed=datetime(2024, 1, 1)),  # noqa: DTZ001 - refused
        lambda: Secret("a", "\ud800"),
        lambda: Secret("a", {"number": float("nan")}),
        lambda: Secret("a", versions=Version("v", ["AWSCURRENT"])),
        lambda: Secret("a", versions=[Version("v", ["AWSCURRENT", ""])]),
        lambda: Secret("a", versions=[Version("v", ["AWSCURRENT", "l" * 257])]),
        lambda: Secret("a", versions=[Version("v", ["AWSCURRENT", 5])]),
        lambda: Secret("a", versions=[Version("v", None)]),
        lambda: Secret("a", versions=[Version(None, ["AWSCURRENT"])]),
        lambda: Version("v", id=5),
        lambda: Version("v", last_accessed="2024-01-01"),
        lambda: Version("v", kms_key_id=5),
    ],
    ids=[
        "description of another type",
        "key of another type",
        "type of another type",
        "owning service of another type",
        "tag key of another type",
        "tag value of another type",
        "empty tag key",
        "long tag key",
        "long tag value",
        "last access as text",
        "last access without time zone",
        "text that UTF-8 cannot hold",
        "JSON that is none",
        "one Version instead of a list",
        "empty label",
        "long label",
        "label of another type",
        "labels None",
        "current version without a value",
        "id of another type",
        "last access of a version as text",
        "key of a version of another type",
    ],
)
def test_other_impossible_descriptions(make):
    """What AWS could not hold, and what is of a wrong type, is a usage error and no other."""
    with pytest.raises(UsageError):
        make()


@pytest.mark.parametrize(
    "seeds",
    [
        [{"a": "changed", "bad name": "v"}],
        [{"a": "changed"}, Secret("b", "new"), ["neither"]],
        [{"a": "changed", "b": {1, 2}}],
    ],
    ids=["name", "type", "value"],
)
def test_a_wrong_seed_changes_nothing(fake_secrets, seeds):
    """Where one seed is wrong none is kept, in the constructor as anywhere."""
    fake_secrets.add("a", "before")
    before = fake_secrets.snapshot()

    with pytest.raises(UsageError):
        fake_secrets._seed(*seeds)

    assert before == fake_secrets.snapshot()


def test_a_wrong_add_changes_nothing(fake_secrets):
    """A refused add leaves the secret of that name as it was."""
    fake_secrets.add("a", "before")
    before = fake_secrets.snapshot()

    with pytest.raises(UsageError):
        fake_secrets.add("a", "after", arn_suffix="short")

    assert before == fake_secrets.snapshot()


def test_descriptions_are_values():
    """Two Secrets of the same content are equal, and neither can be changed."""
    assert Secret("a", "v") == Secret("a", "v")
    assert Secret("a", "v") != Secret("a", "w")
    with pytest.raises(AttributeError):
        Secret("a", "v").name = "b"
    with pytest.raises(AttributeError):
        Version("v").id = ONE


def test_one_description_serves_many_fakes():
    """A Secret can be seeded any number of times; a fake's changes do not reach it."""
    tags = {"k": "v"}
    secret = Secret("a", {"password": "p"}, tags=tags)
    tags["later"] = "too late"
    for _ in range(2):
        with FakeSecrets(secret) as fake:
            assert '{"password": "p"}' == fake["a"].value
            assert "later" not in fake["a"].tags
            fake.client().untag_resource(SecretId="a", TagKeys=["k"])


def test_several_secrets_are_added_at_once(fake_secrets):
    """add() takes the dict that the mark takes, and returns a view of each secret."""
    one, two, three = fake_secrets.add({"a": "v", "b": {"k": 1}, "c": Secret("c", "w", tags=TAGS)})

    assert ["a", "b", "c"] == [one.name, two.name, three.name] == list(fake_secrets)
    assert {"k": 1} == two.json()
    assert TAGS == three.tags
    assert () == fake_secrets.add({})


@pytest.mark.parametrize("wrong", [{"bad name": "v"}, {"b": ""}, {"b": Secret("c", "v")}, {"b": 5}])
def test_of_several_secrets_all_are_added_or_none(fake_secrets, wrong):
    """One that could not exist keeps the others out, too."""
    fake_secrets.add("a", "former")

    with pytest.raises(UsageError):
        fake_secrets.add({"a": "v", **wrong})

    assert {"a": "former"} == {name: view.value for name, view in fake_secrets.items()}


@pytest.mark.parametrize(
    ("secrets", "given"), [({"a": "v"}, "a dict"), (Secret("a", "v"), "Secret('a')")]
)
@pytest.mark.parametrize("more", [{"value": "w"}, {"tags": {}}], ids=["value", "detail"])
def test_add_takes_one_thing(fake_secrets, secrets, given, more):
    """What describes a secret whole takes nothing beside it."""
    with pytest.raises(UsageError, match=re.escape(f"add() was given {given} and more. Put")):
        fake_secrets.add(secrets, **more)

    assert [] == list(fake_secrets)


@pytest.mark.parametrize("wrong", [{}, {"a": 1}, "a", None])
def test_only_a_snapshot_is_restored(fake_secrets, wrong):
    """What restore() cannot take leads to what can; no value of it is shown."""
    fake_secrets.add("a", "v")

    message = f"restore() was given an object of type {type(wrong).__name__}. Give what snapshot()"
    with pytest.raises(UsageError, match=re.escape(message)):
        fake_secrets.restore(wrong)

    assert ["a"] == list(fake_secrets)
