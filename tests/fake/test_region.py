"""Which Region a fake stands in: nothing need be configured for seeds to be found."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from support import refusal

from pytest_fakesecrets import FakeSecrets, NoSuchSecretError, Secret, UsageError

STRANGER = "arn:aws:iam::222222222222:role/app"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-4111-8111-111111111111"


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch, tmp_path):
    """Have the machine know no Region; give the file of the profiles."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    return config


def read(region=None, name="a"):
    """Read a secret with a new session, as code under test does."""
    client = boto3.Session().client("secretsmanager", region_name=region)
    return client.get_secret_value(SecretId=name)


def region_of(answer):
    """Return the Region in the ARN of an answer."""
    return answer["ARN"].split(":")[3]


def test_the_first_call_decides():
    """The seeds lie where the first call looks for them; later calls elsewhere do not move them."""
    with FakeSecrets({"a": "v"}) as fake:
        assert "eu-west-1" == region_of(read("eu-west-1"))
        code, _ = refusal(read, region="us-west-2")

    assert "ResourceNotFoundException" == code
    assert "eu-west-1" == fake.region == fake["a"].region
    assert "in eu-west-1, account 123456789012" in str(fake)


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1"])
def test_keys_lie_where_the_secrets_do(region):
    """A key that is named without a Region is that of the first call, whatever its partition."""
    seeds = [Secret(name, "v", kms_key_id="alias/app") for name in ("a", "b")]
    with FakeSecrets(*seeds, Secret("c", "v", kms_key_id="alias/other")) as outer:
        outer.kms.disable("alias/app")
        outer.kms.deny("alias/other", "kms:Decrypt")
        with FakeSecrets():
            codes = [refusal(read, region=region, name=name)[0] for name in ("a", "b", "c")]
        outer.kms.enable("alias/app")
        assert "v" == read(region)["SecretString"]

    assert ["DecryptionFailure", "DecryptionFailure", "AccessDeniedException"] == codes


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_environment(monkeypatch, when):
    """The variable of the environment may be set before the fake begins, or later."""
    if when == "before":
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with FakeSecrets({"a": "v"}) as fake:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        assert "eu-west-1" == region_of(read())
        assert "eu-west-1" == fake.region


def test_a_profile(no_configuration):
    """The Region may stand in the profile."""
    no_configuration.write_text("[default]\nregion = eu-west-1\n")
    with FakeSecrets({"a": "v"}):
        assert "eu-west-1" == region_of(read())


def test_nothing():
    """Where nothing says a Region, it is us-east-1."""
    with FakeSecrets({"a": "v"}) as fake:
        assert "us-east-1" == region_of(read())
        assert "us-east-1" == fake.region


@pytest.mark.parametrize("made", ["before", "within"])
def test_a_client_that_was_made_earlier(made):
    """The Region of a client counts, whenever it was made."""
    options = {"aws_access_key_id": "t", "aws_secret_access_key": "t"}
    if made == "before":
        client = boto3.client("secretsmanager", "eu-west-1", **options)
    with FakeSecrets({"a": "v"}):
        if made == "within":
            client = boto3.client("secretsmanager", "eu-west-1", **options)
        assert "eu-west-1" == region_of(client.get_secret_value(SecretId="a"))


@pytest.mark.parametrize(
    "look",
    [
        lambda fake: fake.region,
        lambda fake: fake["a"].arn,
        lambda fake: fake["a"].region,
        lambda fake: repr(fake["a"]),
        lambda fake: fake.kms.add("alias/app"),
        lambda fake: fake.snapshot(),
        lambda fake: fake.add(Secret("b", "v", region="eu-central-1")),
        lambda fake: fake.add(Secret("b", "v", replicas=["eu-central-1"])),
        lambda fake: fake.add(Secret("b", "v", kms_key_id=KEY)),
    ],
    ids=["region", "ARN", "its Region", "repr", "KMS", "snapshot", "Secret", "replicas", "key"],
)
def test_a_test_that_looks_first_decides(monkeypatch, look):
    """Where the test wants to know an ARN or a Region before any call, the environment decides."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with FakeSecrets({"a": "v"}) as fake:
        look(fake)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
        assert "eu-west-1" == fake.region == fake["a"].region
        code, _ = refusal(read)
    assert "ResourceNotFoundException" == code


@pytest.mark.parametrize(
    "look",
    [
        lambda fake: fake["a"].value,
        list,
        len,
        str,
        repr,
        lambda fake: "a" in fake,
        lambda fake: fake.add("b", "v"),
        lambda fake: fake.client(),
        lambda fake: fake.faults.error("InternalServiceError", secret="b", times=1),
        lambda fake: fake.clock.advance(days=1),
    ],
    ids=["value", "names", "len", "str", "repr", "in", "add", "client", "fault", "clock"],
)
def test_whoever_looks_at_something_else_decides_nothing(look):
    """What a secret holds can be seen and changed without a Region."""
    with FakeSecrets({"a": "v"}) as fake:
        look(fake)
        assert "eu-west-1" == region_of(read("eu-west-1"))


@pytest.mark.parametrize("configured", ["nowhere", "US East"])
def test_what_cannot_be_a_region_is_passed_over(monkeypatch, configured):
    """A fake does not stand where no Region can be."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", configured)

    assert "us-east-1" == FakeSecrets().region


def test_a_profile_that_is_missing_is_passed_over(monkeypatch):
    """The environment counts where the configuration is unusable."""
    monkeypatch.setenv("AWS_PROFILE", "missing")
    assert "us-east-1" == FakeSecrets().region

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert "eu-west-1" == FakeSecrets().region


def test_a_region_that_does_not_exist_decides_nothing():
    """A call that finds no host is not where the seeds lie."""
    with FakeSecrets({"a": "v"}) as fake:
        with pytest.raises(EndpointConnectionError):
            read("eu-wset-1")
        assert "eu-west-1" == region_of(read("eu-west-1"))
    assert "eu-west-1" == fake.region


def test_another_partition():
    """The ARN is of the partition that the Region belongs to."""
    with FakeSecrets({"a": "v"}) as fake:
        view = fake["a"]
        assert read("cn-north-1")["ARN"] == view.arn
    assert view.arn.startswith("arn:aws-cn:secretsmanager:cn-north-1:")


def test_a_name_that_contains_a_partition():
    """Only the partition and the Region of an ARN change where the first call decides."""
    with FakeSecrets({"aws/aws-keys": "v"}):
        client = boto3.client("secretsmanager", "cn-north-1")
        found = client.get_secret_value(SecretId="aws/aws-keys")
    arn = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:aws/aws-keys-"
    assert arn == found["ARN"][:-6]


def test_a_view_from_before_the_first_call():
    """A view stays that of its secret when the secret gets its Region."""
    with FakeSecrets() as fake:
        view = fake.add("a", "v", deleted=False, tags={"team": "web"})
        read("eu-west-1")
        fake.client().put_secret_value(SecretId="a", SecretString="w")

        assert "w" == view.value
        assert "eu-west-1" == view.region
        fake.client().delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
        with pytest.raises(UsageError, match=r"arn:aws:secretsmanager:eu-west-1:.* does not exist"):
            _ = view.value


def test_a_secret_that_is_being_deleted():
    """What falls due does so wherever the secret got to lie."""
    with FakeSecrets(Secret("a", "v", deleted=True), {"b": "v"}) as fake:
        read("eu-west-1", "b")
        assert ["a", "b"] == sorted(fake)
        fake.clock.advance(days=31)
        assert ["b"] == list(fake)


@pytest.mark.parametrize(
    ("outer", "inner"), [(None, None), (None, "eu-west-1"), ("eu-west-1", None)]
)
def test_nested_fakes(outer, inner):
    """An inner fake has the secrets of the outer one where its own lie; its own come first."""
    with FakeSecrets({"a": "outer", "b": "outer"}, region=outer):
        with FakeSecrets({"a": "inner"}, region=inner) as fake:
            assert "inner" == read("eu-west-1")["SecretString"]
            assert "outer" == read("eu-west-1", "b")["SecretString"]
            assert "eu-west-1" == fake.region
        assert "outer" == read("eu-west-1")["SecretString"]


def test_a_nested_fake_decides_nothing_for_the_outer_one():
    """One test's Region is not that of the next."""
    with FakeSecrets({"a": "v"}) as outer:
        for region in ("eu-west-1", "us-west-2"):
            with FakeSecrets():
                assert region == region_of(read(region))
        assert ["a"] == list(outer)
        assert "ca-central-1" == region_of(read("ca-central-1"))


def test_the_report_says_where_a_secret_lies():
    """A call that looked in another Region, or for another account, gets a hint."""
    with FakeSecrets({"a": "v"}, region="eu-west-1") as fake:
        refusal(read, region="us-west-2")
        refusal(read, region="eu-west-1", name="missing")

    expected = "a lies in eu-west-1, account 123456789012; a call looked in us-west-2"
    assert expected in " ".join(str(fake).replace("\n", " ").split())
    assert 1 == str(fake).count("looked in")


def test_the_report_names_a_secret_with_a_similar_name():
    """A name that is misspelt, in other letters too, gets a hint; one that is far from all none."""
    with FakeSecrets({"prod/Database": "v"}, region="eu-west-1") as fake:
        refusal(read, region="eu-west-1", name="prod/database")
        refusal(read, region="eu-west-1", name="other")

    shown = " ".join(str(fake).split())
    assert "there is no secret prod/database; the fake has prod/Database" in shown
    assert 1 == shown.count("there is no secret")


def test_the_report_says_so_of_a_refusal():
    """Another account that asks in the wrong Region is refused as if it had no permission."""
    with FakeSecrets({"a": "v"}, region="eu-west-1", principal=STRANGER) as fake:
        arn = fake["a"].arn
        wrong = refusal(read, region="us-west-2", name=arn)
        assert "a call looked in us-west-2" in " ".join(str(fake).split())
        fake.calls.clear()
        right = refusal(read, region="eu-west-1", name=arn)

    assert "AccessDeniedException" == wrong[0] == right[0]
    assert "looked in" not in str(fake)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("prd/db", "'prd/db' is not the name of a secret; did you mean prod/db?"),
        ("far", "'far' lies in eu-west-1, account 123456789012, not in us-east-1"),
        (7, "7 is not the name of a secret."),
    ],
)
def test_a_name_that_the_fake_does_not_show(asked, message):
    """Whoever asks a fake for what it does not show is told what it does show, or where it is."""
    fake = FakeSecrets({"prod/db": "v"}, Secret("far", "v", region="eu-west-1"))

    with pytest.raises(NoSuchSecretError) as caught:
        fake[asked]
    assert str(caught.value).startswith(message)
    assert asked not in fake
    assert fake.get(asked) is None


def test_a_name_in_an_empty_fake():
    """An empty fake says that it is empty."""
    with pytest.raises(KeyError, match="There is no secret 'a': the fake has none"):
        FakeSecrets()["a"]
