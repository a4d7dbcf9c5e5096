from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone

import boto3
import botocore.endpoint
import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets import (
    FakeSecrets,
    FakeSecretsWarning,
    Secret,
    SecretView,
    UsageError,
    Version,
    VersionView,
)
from pytest_fakesecrets._botocore import clients

NOW = datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=timezone.utc)
OTHER_DIGITS = "\N{ARABIC-INDIC DIGIT ONE}" * 12
ONE, TWO, THREE = (f"0000000{number}-0000-4000-8000-000000000000" for number in range(1, 4))


@pytest.fixture
def present(monkeypatch):
    """Have a test at one moment, which does not pass."""
    monkeypatch.setattr(time, "time", NOW.timestamp)


def read(client, name):
    """Return the current text of a secret."""
    return client.get_secret_value(SecretId=name)["SecretString"]


def test_context_manager_answers_clients():
    """Inside the block the fake answers clients of any making, and after it no more."""
    original = botocore.endpoint.Endpoint.make_request
    with FakeSecrets({"a": "v"}) as fake:
        assert original is not botocore.endpoint.Endpoint.make_request
        assert isinstance(fake, FakeSecrets)
        assert "v" == read(boto3.client("secretsmanager"), "a")

    assert original is botocore.endpoint.Endpoint.make_request


def test_context_manager_lets_errors_out():
    """An error inside the block comes out, and ends the fake all the same."""
    original = botocore.endpoint.Endpoint.make_request
    with pytest.raises(KeyError, match="mine"), FakeSecrets():
        raise KeyError("mine")

    assert original is botocore.endpoint.Endpoint.make_request


def test_context_manager_can_be_entered_again():
    """A fake keeps its secrets from one block to the next, and in a block within its own."""
    fake = FakeSecrets({"a": "v"})
    with fake:
        fake.client().create_secret(Name="b", SecretString="w")
    with fake:
        assert "w" == read(fake.client(), "b")
        with fake:
            fake.add("c", "x")
            assert ["a", "b", "c"] == list(fake)
        assert "x" == read(fake.client(), "c")


def test_a_fake_can_be_filled_before_its_block():
    """What was added before the block is there within."""
    fake = FakeSecrets()
    fake.add("a", "v")
    with fake:
        assert "v" == read(boto3.client("secretsmanager", region_name="us-east-1"), "a")


def test_mapping(fake_secrets):
    """A fake is a mapping of names to views, in the order in which they came."""
    fake_secrets.add("b", "1")
    fake_secrets.add("a", "2")

    assert isinstance(fake_secrets, Mapping)
    assert ["b", "a"] == list(fake_secrets) == list(fake_secrets.keys())
    assert 2 == len(fake_secrets)
    assert ["1", "2"] == [view.value for view in fake_secrets.values()]
    assert [("b", "1"), ("a", "2")] == [(name, view.value) for name, view in fake_secrets.items()]
    assert "a" in fake_secrets
    assert "c" not in fake_secrets
    assert "2" == fake_secrets.get("a").value
    assert fake_secrets.get("c") is None
    with pytest.raises(KeyError, match="'c'"):
        fake_secrets["c"]


def test_mapping_takes_arns(fake_secrets):
    """A secret is found by its complete ARN and by the ARN without the six characters."""
    view = fake_secrets.add("a", "v")

    assert view.arn in fake_secrets
    assert "v" == fake_secrets[view.arn].value
    assert "v" == fake_secrets[view.arn[:-7]].value
    assert f"{view.arn[:-6]}zzzzzz" not in fake_secrets
    assert "arn:nonsense" not in fake_secrets


@pytest.mark.parametrize("key", [None, 5, b"a", ("a",)], ids=["None", "int", "bytes", "tuple"])
def test_mapping_holds_no_other_keys(key):
    """A key that is not a string is simply not there."""
    fake = FakeSecrets({"a": "v"})

    assert key not in fake
    assert fake.get(key) is None


def test_mapping_shows_other_places_by_arn():
    """Secrets of the fake's own Region and account go by name, all others by ARN."""
    fake = FakeSecrets({"a": "here"}, region="eu-west-1", account="111111111111")
    elsewhere = fake.add("a", "elsewhere", region="us-west-2")
    foreign = fake.add("b", "foreign", account="222222222222")

    assert ["a", elsewhere.arn, foreign.arn] == list(fake)
    assert 3 == len(fake)
    assert "here" == fake["a"].value
    assert "elsewhere" == fake[elsewhere.arn].value
    assert "foreign" == fake[foreign.arn].value
    assert "b" not in fake
    assert ("eu-west-1", "111111111111") == (fake.region, fake.account)
    assert ("us-west-2", "111111111111") == (elsewhere.region, elsewhere.account)
    assert ("eu-west-1", "222222222222") == (foreign.region, foreign.account)


def test_an_empty_fake_is_true_and_its_own():
    """A fake is not its content: it is true when empty, and equals only itself."""
    one, other = FakeSecrets(), FakeSecrets()

    assert one
    assert one == one  # noqa: PLR0124 - equality with itself is what is tested
    assert one != other
    assert 2 == len({one, other})


def test_mapping_forgets_what_was_deleted(fake_secrets, secrets_client):
    """A secret whose recovery window has ended is in the mapping no more."""
    fake_secrets.add("a", "v")
    fake_secrets.add("b", "v")
    secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    secrets_client.delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)

    assert ["a"] == list(fake_secrets)
    fake_secrets.clock.advance(days=7)
    assert [] == list(fake_secrets)


@pytest.mark.usefixtures("present")
def test_view_has_every_member():
    """A view shows each detail of a secret."""
    day = timedelta(days=1)
    fake = FakeSecrets(
        Secret(
            "a",
            versions=[
                Version("old", id=ONE, created=NOW - 3 * day, kms_key_id="alias/old-key"),
                Version(b"before", ["AWSPREVIOUS"], id=TWO, created=NOW - 2 * day),
                Version("now", ["live", "AWSCURRENT"], id=THREE, last_accessed=date(2024, 2, 28)),
            ],
            description="What it is",
            tags={"team": "web"},
            kms_key_id="alias/key",
            deleted=NOW - 2 * day,
            recovery_window_in_days=7,
            created=NOW - 9 * day,
            last_changed=NOW - day,
            last_accessed=date(2024, 2, 28),
            arn_suffix="a1b2c3",
        )
    )
    view = fake["a"]
    accessed = datetime(2024, 2, 28, tzinfo=timezone.utc)

    assert isinstance(view, SecretView)
    assert "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-a1b2c3" == view.arn
    assert "a" == view.name
    assert "us-east-1" == view.region
    assert "123456789012" == view.account
    assert "now" == view.value
    assert {"live": THREE, "AWSCURRENT": THREE, "AWSPREVIOUS": TWO} == view.labels
    assert {"team": "web"} == view.tags
    assert "What it is" == view.description
    assert "alias/key" == view.kms_key_id
    assert NOW - 9 * day == view.created
    assert NOW - day == view.last_changed
    assert accessed == view.last_accessed
    assert NOW - 2 * day == view.deletion_requested
    assert NOW + 5 * day == view.recovery_window_ends
    assert {
        ONE: VersionView("old", (), id=ONE, created=NOW - 3 * day, kms_key_id="alias/old-key"),
        TWO: VersionView(
            b"before", ("AWSPREVIOUS",), id=TWO, created=NOW - 2 * day, kms_key_id="alias/key"
        ),
        THREE: VersionView(
            "now",
            ("AWSCURRENT", "live"),
            id=THREE,
            created=NOW - 9 * day,
            last_accessed=accessed,
            kms_key_id="alias/key",
        ),
    } == view.versions


def test_view_gives_plain_values(fake_secrets, secrets_client):
    """A value is a plain str or bytes, whether it was seeded or came by a call."""
    fake_secrets.add("seeded", "v")
    secrets_client.create_secret(Name="text", SecretString="v")
    secrets_client.create_secret(Name="bytes", SecretBinary=b"v")

    assert {"seeded": "'v'", "text": "'v'", "bytes": "b'v'"} == {
        name: repr(view.value) for name, view in fake_secrets.items()
    }
    assert str is type(fake_secrets["text"].value)
    assert bytes is type(fake_secrets["bytes"].value)


@pytest.mark.usefixtures("present")
def test_view_of_the_least():
    """Of a secret of a name alone the optional members are None or empty."""
    view = FakeSecrets(Secret("a"))["a"]

    assert {} == view.labels == view.tags == view.versions
    assert [None] * 3 == [view.description, view.kms_key_id, view.last_accessed]
    assert [None] * 2 == [view.deletion_requested, view.recovery_window_ends]
    assert NOW == view.created == view.last_changed


@pytest.mark.parametrize(
    "member", [name for name in vars(SecretView) if not name.startswith("_") and name != "json"]
)
def test_view_is_read_only(member):
    """No member of a view can be set."""
    view = FakeSecrets({"a": "v"})["a"]

    with pytest.raises(UsageError, match=rf"here its {member}\. Give the secret a new value with"):
        setattr(view, member, "other")


def test_view_is_no_way_in():
    """What a view hands out is a copy."""
    fake = FakeSecrets(Secret("a", "v", tags={"team": "web"}))
    for handed in (fake["a"].labels, fake["a"].tags, fake["a"].versions):
        handed.clear()

    assert "v" == fake["a"].value
    assert {"team": "web"} == fake["a"].tags


def test_view_is_live(fake_secrets, secrets_client):
    """A view taken before a change shows the change."""
    view = fake_secrets.add("a", "before")
    secrets_client.update_secret(SecretId="a", SecretString="after", Description="changed")

    assert "after" == view.value
    assert "changed" == view.description
    assert 2 == len(view.versions)


def test_view_of_a_scheduled_secret(fake_secrets, secrets_client):
    """A secret that is scheduled for deletion can be looked at, and has both dates of it."""
    view = fake_secrets.add("a", "v")
    fake_secrets.clock.move_to(NOW)
    answer = secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    described = secrets_client.describe_secret(SecretId="a")

    assert "v" == view.value
    assert described["DeletedDate"] == view.deletion_requested
    assert answer["DeletionDate"] == view.recovery_window_ends
    assert timedelta(days=7) == view.recovery_window_ends - view.deletion_requested
    secrets_client.restore_secret(SecretId="a")
    assert (None, None) == (view.deletion_requested, view.recovery_window_ends)


@pytest.mark.usefixtures("present")
def test_view_of_a_version():
    """A version of a view cannot be changed, hides its value, and is as it was when it was read."""
    fake = FakeSecrets(
        Secret(
            "a",
            versions=[
                Version("canary-7f3a", ["live", "AWSCURRENT"], id=ONE),
                Version(None, ["AWSPENDING"], id=TWO),
            ],
        )
    )
    versions = fake["a"].versions
    with fake:
        fake.client().put_secret_value(SecretId="a", SecretString="v", ClientRequestToken=THREE)

    assert {ONE, TWO} == set(versions)
    assert ("AWSCURRENT", "live") == versions[ONE].labels
    assert ("AWSPREVIOUS", "live") == fake["a"].versions[ONE].labels
    assert VersionView(None, ("AWSPENDING",), id=TWO, created=NOW) == versions[TWO]
    assert VersionView(None, id=TWO, created=NOW) != versions[TWO]
    assert repr(versions[ONE]) == (
        f"VersionView(labels=('AWSCURRENT', 'live'), id='{ONE}', created={NOW!r}, "
        "last_accessed=None, kms_key_id=None)"
    )
    with pytest.raises(AttributeError):
        versions[ONE].value = "other"


def test_view_of_a_value_that_is_not_text_in_utf_8(fake_secrets, secrets_client):
    """A view shows a lone surrogate that a client has put, though no seed may hold one."""
    view = fake_secrets.add("a")
    put = secrets_client.put_secret_value(SecretId="a", SecretString="\ud800")
    version = view.versions[put["VersionId"]]

    assert "\ud800" == version.value == view.value
    assert ("AWSCURRENT",) == version.labels


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_view_of_what_is_gone(fake_secrets, secrets_client, how):
    """A view of a secret that is gone says so."""
    view = fake_secrets.add("a", "v")
    if how == "deleted":
        secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    else:
        fake_secrets.add("a", "other")

    with pytest.raises(UsageError) as caught:
        view.value  # noqa: B018 - the access is what fails

    assert f"{view.arn} does not exist any more: it was deleted or replaced." == str(caught.value)


def test_view_of_a_secret_whose_window_ended(fake_secrets, secrets_client):
    """A view of a secret whose window has ended in the passing of real time says so as well."""
    view = fake_secrets.add("a", "v")
    secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    with pytest.MonkeyPatch.context() as patch:
        later = time.time() + 8 * 24 * 3600
        patch.setattr(time, "time", lambda: later)

        with pytest.raises(UsageError) as caught:
            view.value  # noqa: B018 - the access is what fails

    assert f"{view.arn} does not exist any more: it was deleted or replaced." == str(caught.value)


def test_view_without_a_current_value():
    """Where no version is current, the value is refused with the labels there are."""
    fake = FakeSecrets(Secret("a"), Secret("b", versions=[Version(None, ["AWSPENDING"], id=ONE)]))

    with pytest.raises(UsageError) as none:
        fake["a"].value  # noqa: B018 - the access is what fails
    with pytest.raises(UsageError) as pending:
        fake["b"].value  # noqa: B018 - the access is what fails

    assert "Secret 'a' has no AWSCURRENT value. Its labels: {}." == str(none.value)
    assert f"Secret 'b' has no AWSCURRENT value. Its labels: {{'AWSPENDING': '{ONE}'}}." == str(
        pending.value
    )


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        ({"user": "é"}, {"user": "é"}),
        ([1, None, 2.5], [1, None, 2.5]),
        ("true", True),
        (b'{"a": 1}', {"a": 1}),
    ],
    ids=["dict", "list", "text", "bytes"],
)
def test_json(value, parsed):
    """json() parses the current value."""
    assert parsed == FakeSecrets({"a": value})["a"].json()


@pytest.mark.parametrize("value", ["no", b"\xff\xfe\x00", b"\xff"], ids=["text", "UTF-16", "bytes"])
def test_json_of_another_text(value):
    """A value that is not JSON is refused, and not shown."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets({"a": value})["a"].json()

    assert "The value of secret 'a' is not JSON. Read .value instead." == str(caught.value)


def test_json_under_another_label():
    """The JSON of the value before is parsed as well; a label without a value is named."""
    view = FakeSecrets(Secret("a", {"k": 2}, previous={"k": 1}, pending="no"))["a"]

    assert ({"k": 2}, {"k": 1}) == (view.json(), view.json("AWSPREVIOUS"))
    with pytest.raises(
        UsageError, match=r"The AWSPENDING value of secret 'a' is not JSON\. Read \.ver"
    ):
        view.json("AWSPENDING")
    with pytest.raises(UsageError, match=r"Secret 'a' has no mine value\. Its labels: "):
        view.json("mine")


def test_add_returns_a_view():
    """add() returns the view of what it added, by name and by whole Secret."""
    fake = FakeSecrets()

    assert "v" == fake.add("a", "v", tags={"k": "t"}).value
    assert {"k": "t"} == fake["a"].tags
    assert "w" == fake.add(Secret("b", "w")).value
    assert {} == fake.add("c").versions


def test_client_by_default(fake_secrets):
    """client() acts in the fake's own Region and account."""
    client = fake_secrets.client()
    fake_secrets.add("a", "v")

    assert "v" == read(client, "a")
    assert "us-east-1" == client.meta.region_name
    assert ("us-east-1", "123456789012") == (
        fake_secrets.calls.last.region,
        fake_secrets.calls.last.account,
    )


def test_client_of_another_region(fake_secrets):
    """A client of another Region sees that Region's secrets only."""
    fake_secrets.add("a", "v", region="us-east-1")
    client = fake_secrets.client(region="eu-central-1")

    assert [] == client.list_secrets()["SecretList"]
    arn = client.create_secret(Name="b", SecretString="w")["ARN"]
    assert arn.startswith("arn:aws:secretsmanager:eu-central-1:123456789012:secret:b-")
    assert ["a", arn] == list(fake_secrets)


def test_client_of_another_account(fake_secrets):
    """A client of another account has secrets of its own and no way to those of others."""
    view = fake_secrets.add("a", "v")
    client = fake_secrets.client(account="111111111111")

    arn = client.create_secret(Name="a", SecretString="w")["ARN"]

    assert arn.startswith("arn:aws:secretsmanager:us-east-1:111111111111:secret:a-")
    assert "w" == read(client, "a")
    assert "v" == read(fake_secrets.client(), "a")
    with pytest.raises(ClientError) as caught:
        read(client, view.arn)
    assert "AccessDeniedException" == caught.value.response["Error"]["Code"]
    assert "111111111111" == fake_secrets.calls.last.account


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"region": "Dublin"},
            "region='Dublin' is not the name of an AWS Region. Write it like 'eu-west-1'.",
        ),
        (
            {"account": "42"},
            (
                "account='42' is not the id of an AWS account. Write its twelve digits as a "
                "string, "
                "like '123456789012'."
            ),
        ),
        (
            {"account": OTHER_DIGITS},
            (
                f"account={OTHER_DIGITS!r} is not the id of an AWS account. Write its twelve "
                "digits as a string, like '123456789012'."
            ),
        ),
        (
            {"account": 123456789012},
            (
                "account=123456789012 is not the id of an AWS account. Write its twelve digits "
                "as a string, "
                "like '123456789012'."
            ),
        ),
    ],
    ids=["region", "account", "other digits", "number"],
)
def test_places_are_checked(arguments, message):
    """A Region or an account that cannot be is refused, for a client and for a fake."""
    with pytest.raises(UsageError) as of_client:
        FakeSecrets().client(**arguments)
    with pytest.raises(UsageError) as of_fake:
        FakeSecrets(**arguments)

    assert message == str(of_client.value) == str(of_fake.value)


@pytest.mark.parametrize("arguments", [{"region": ""}, {"account": ""}], ids=["region", "account"])
def test_empty_places_are_refused(arguments):
    """An empty Region or account is a mistake, not the default."""
    with pytest.raises(UsageError):
        FakeSecrets().client(**arguments)


def test_snapshot_and_restore(fake_secrets, secrets_client):
    """restore() brings the secrets back; the calls, the faults and the time stay."""
    fake_secrets.add("a", "v", tags={"k": "t"})
    before = fake_secrets.snapshot()
    secrets_client.update_secret(SecretId="a", SecretString="w")
    secrets_client.create_secret(Name="b", SecretString="x")
    secrets_client.untag_resource(SecretId="a", TagKeys=["k"])
    fault = fake_secrets.faults.error("InternalServiceError", operation="DescribeSecret")
    fake_secrets.clock.move_to(NOW)

    fake_secrets.restore(before)

    assert ["a"] == list(fake_secrets)
    assert "v" == fake_secrets["a"].value
    assert {"k": "t"} == fake_secrets["a"].tags
    assert before == fake_secrets.snapshot()
    assert 3 == len(fake_secrets.calls)
    assert fault.state == "active"
    assert NOW <= fake_secrets.clock.now() < NOW + timedelta(hours=1)


def test_a_snapshot_serves_more_than_once(fake_secrets, secrets_client):
    """What happens after restore() does not reach into the snapshot."""
    fake_secrets.add("a", "v")
    before = fake_secrets.snapshot()
    for _ in range(2):
        secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
        secrets_client.create_secret(Name="a", SecretString="other")
        fake_secrets.restore(before)

        assert "v" == read(secrets_client, "a")


def test_a_snapshot_moves_to_another_fake():
    """A snapshot of one fake can be restored in another."""
    one, other = FakeSecrets({"a": "v"}), FakeSecrets({"b": "w"})
    other.restore(one.snapshot())

    assert ["a"] == list(other)


def test_reset(fake_secrets, secrets_client):
    """reset() forgets secrets, calls and faults; the time stays."""
    fake_secrets.add("a", "v")
    fake_secrets.add("b", "v", region="eu-west-1")
    fake_secrets.faults.error("InternalServiceError")
    fake_secrets.clock.move_to(NOW)
    with pytest.raises(secrets_client.exceptions.InternalServiceError):
        secrets_client.describe_secret(SecretId="a")

    fake_secrets.reset()

    assert [] == list(fake_secrets)
    assert 0 == len(fake_secrets.calls)
    assert NOW <= fake_secrets.clock.now() < NOW + timedelta(hours=1)
    assert [] == secrets_client.list_secrets()["SecretList"]


def test_nested_fake_is_a_copy():
    """A fake inside another starts from its secrets and its time, and changes neither."""
    with FakeSecrets({"a": "outer", "b": "outer"}) as outer:
        outer.clock.move_to(NOW)
        client = outer.client()
        with FakeSecrets({"b": "inner"}) as inner:
            assert NOW <= inner.clock.now() < NOW + timedelta(hours=1)
            assert "outer" == read(client, "a")
            assert "inner" == read(client, "b")
            client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
            client.create_secret(Name="c", SecretString="inner")
            inner.clock.advance(days=1)
            inner.faults.error("InternalServiceError")
            assert {"b", "c"} == set(inner)
        assert "outer" == read(client, "a")
        assert "outer" == read(client, "b")
        assert {"a", "b"} == set(outer)
        assert outer.clock.now() < NOW + timedelta(hours=1)
        assert 4 == inner.calls.count()
        assert 2 == outer.calls.count()


def test_fakes_may_end_in_another_order():
    """A fake that ends before one inside it leaves that one answering."""
    outer, inner = FakeSecrets({"a": "outer"}), FakeSecrets({"a": "inner"})
    original = botocore.endpoint.Endpoint.make_request
    outer.__enter__()
    inner.__enter__()
    client = inner.client()
    outer.__exit__(None, None, None)
    assert "inner" == read(client, "a")
    inner.__exit__(None, None, None)

    assert original is botocore.endpoint.Endpoint.make_request


@pytest.mark.parametrize(
    ("fake", "shown"),
    [
        (FakeSecrets, "<FakeSecrets no Region yet 123456789012: no secrets>"),
        (
            lambda: FakeSecrets({"a": "v", "b/c": "w"}, region="eu-west-1", account="1" * 12),
            "<FakeSecrets eu-west-1 111111111111: a, b/c>",
        ),
    ],
    ids=["empty", "full"],
)
def test_repr_of_a_fake(fake, shown):
    """A fake shows its place and the names of its secrets."""
    assert shown == repr(fake())


def test_repr_of_a_view():
    """A view shows its ARN."""
    fake = FakeSecrets(Secret("a", "v", arn_suffix="a1b2c3"))

    assert "<SecretView arn:aws:secretsmanager:us-east-1:123456789012:secret:a-a1b2c3>" == repr(
        fake["a"]
    )


def test_client_is_botocores_where_boto3_is_absent(monkeypatch):
    """Without boto3 the client is the same, made by botocore alone."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    clients._session.cache_clear()
    with FakeSecrets({"a": "v"}) as fake:
        client = fake.client()
        answer = client.get_secret_value(SecretId="a")
    clients._session.cache_clear()

    assert "v" == answer["SecretString"]
    assert "Boto3" not in client.meta.config.user_agent


@pytest.mark.parametrize(
    ("region", "near"), [("eu-wst-1", "; did you mean eu-west-1?"), ("xx-x-9", "?")]
)
def test_a_region_that_botocore_does_not_know_is_warned_of(region, near):
    """A Region may be new, so that it is only warned of, with the closest that there is."""
    expected = f"region={region!r} is not a Region that botocore knows"
    with pytest.warns(FakeSecretsWarning) as caught:
        FakeSecrets(region=region)
    assert str(caught[0].message).startswith(expected + near)


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda fake: fake.faults.error("ThrottlingException", count=2), "did you mean times?"),
        (lambda fake: fake.faults.delay(1, stage="x"), "did you mean version_stage?"),
        (lambda fake: fake.add({"a": None}), "The value of secret 'a' is None. Give the value, or"),
        (lambda fake: fake.add({"a": 7}), "Secret 'a': A value of type int cannot be kept"),
        (lambda fake: fake.rotation_lambda(print), "was given a function in the place of its name"),
    ],
)
def test_natural_guesses_are_answered(misuse, message):
    """What is often tried is answered with what to write."""
    with pytest.raises(UsageError) as caught:
        misuse(FakeSecrets())
    assert message in str(caught.value)
