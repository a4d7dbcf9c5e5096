from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import boto3
import pytest
from support import members_of, refusal

from pytest_fakesecrets import FakeSecrets, Kms, Secret, UsageError, Version

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"
ALIAS = "alias/app"
ALIAS_ARN = "arn:aws:kms:us-east-1:123456789012:alias/app"
MULTI_REGION_ID = f"mrk-{'0a' * 16}"
DEFAULT_KEY = "alias/aws/secretsmanager"
V1 = "11111111-1111-4111-8111-111111111111"
V2 = "22222222-2222-4222-8222-222222222222"
V3 = "33333333-3333-4333-8333-333333333333"
V4 = "44444444-4444-4444-8444-444444444444"
V5 = "55555555-5555-4555-8555-555555555555"

INVALID = "The operation failed because of an invalid KMS key: "
INVALID_ID = ("InvalidParameterException", INVALID + "Invalid keyId")
ASYMMETRIC = (
    "InvalidParameterException",
    INVALID + "Cannot generate a data key with an asymmetric KMS key",
)
NOT_ALLOWED = ("AccessDeniedException", "Access to KMS is not allowed")
OLDER_KEY_NOT_ALLOWED = (
    "AccessDeniedException",
    (
        "Access to KMS is not allowed. "
        "This version of secret is not encrypted with the current KMS key."
    ),
)
CANNOT_ENCRYPT = (
    "EncryptionFailure",
    (
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
        "Check that the KMS key is available, enabled, and not in an invalid state. "
        "For more information, see Key state: Effect on your KMS key."
    ),
)
CANNOT_DECRYPT = (
    "DecryptionFailure",
    "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
)


class Effect(NamedTuple):
    """What a test does to a key; how AWS then answers writes, and how it answers reads."""

    spoil: Callable[[Kms], object]
    on_write: tuple[str, str]
    on_read: tuple[str, str]


EFFECTS = {
    "disabled": Effect(lambda kms: kms.disable(ALIAS), CANNOT_ENCRYPT, CANNOT_DECRYPT),
    "pending deletion": Effect(
        lambda kms: kms.schedule_deletion(ALIAS), CANNOT_ENCRYPT, CANNOT_DECRYPT
    ),
    "removed": Effect(lambda kms: kms.remove(ALIAS), INVALID_ID, NOT_ALLOWED),
    "denied": Effect(lambda kms: kms.deny(ALIAS), NOT_ALLOWED, NOT_ALLOWED),
    "asymmetric": Effect(lambda kms: kms.add(ALIAS, asymmetric=True), ASYMMETRIC, CANNOT_DECRYPT),
}
effects = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)
ways_to_choose_a_key = pytest.mark.parametrize(
    "request_",
    [
        pytest.param(("create_secret", {"Name": "new", "SecretString": "v"}), id="create"),
        pytest.param(("create_secret", {"Name": "new"}), id="create without a value"),
        pytest.param(("update_secret", {"SecretId": "default"}), id="key"),
        pytest.param(
            ("update_secret", {"SecretId": "default", "SecretString": "w"}), id="key and value"
        ),
    ],
)


@pytest.fixture
def app(fake_secrets):
    """Give a secret under a customer's key, and one under AWS's own."""
    fake_secrets.add("default", "d")
    return fake_secrets.add("app", "v", kms_key_id=ALIAS)


def read(client, name="app", **which):
    """Read a value."""
    return client.get_secret_value(SecretId=name, **which)["SecretString"]


def keys_of(client, name="app"):
    """Return the keys of each version of a secret."""
    versions = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    return {version["VersionId"]: version["KmsKeyIds"] for version in versions}


def shown(client):
    """Return all that AWS shows of all secrets."""
    names = [secret["Name"] for secret in client.list_secrets()["SecretList"]]
    return [
        (
            members_of(client.describe_secret(SecretId=name)),
            members_of(client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)),
        )
        for name in names
    ]


@pytest.mark.parametrize("key", [KEY_ID, KEY, ALIAS, ALIAS_ARN, MULTI_REGION_ID, DEFAULT_KEY])
def test_keys_exist_and_work(secrets_client, key):
    """A key that the test has not spoken of encrypts and decrypts, however it is named."""
    secrets_client.create_secret(Name="a", SecretString="v1", KmsKeyId=key)
    secrets_client.put_secret_value(SecretId="a", SecretString="v2")

    assert "v2" == read(secrets_client, "a")
    assert key == secrets_client.describe_secret(SecretId="a")["KmsKeyId"]


@ways_to_choose_a_key
@effects
def test_a_key_that_does_not_work_cannot_be_chosen(
    fake_secrets, app, secrets_client, effect, request_
):
    """AWS tries the key that a secret is to get; a refusal changes nothing."""
    effect.spoil(fake_secrets.kms)
    before = shown(secrets_client)
    operation, parameters = request_
    call = getattr(secrets_client, operation)

    assert effect.on_write == refusal(call, KmsKeyId=ALIAS, **parameters)
    assert before == shown(secrets_client)


@pytest.mark.parametrize("operation", ["put_secret_value", "update_secret"])
@effects
def test_a_value_is_not_encrypted_with_a_key_that_does_not_work(
    fake_secrets, app, secrets_client, effect, operation
):
    """A new value needs the secret's key; a refusal changes nothing."""
    effect.spoil(fake_secrets.kms)
    before = shown(secrets_client)
    call = getattr(secrets_client, operation)

    assert effect.on_write == refusal(call, SecretId="app", SecretString="w")
    assert before == shown(secrets_client)


@effects
def test_a_value_is_not_decrypted_with_a_key_that_does_not_work(
    fake_secrets, app, secrets_client, effect
):
    """A read needs the key of the version; a refused one is not an access."""
    effect.spoil(fake_secrets.kms)

    assert effect.on_read == refusal(secrets_client.get_secret_value, SecretId="app")
    assert app.last_accessed is None


@effects
@pytest.mark.parametrize(
    "choice",
    [
        pytest.param({"SecretIdList": ["app", "default"]}, id="list"),
        pytest.param({"Filters": [{"Key": "name", "Values": ["app", "default"]}]}, id="filters"),
    ],
)
def test_a_batch_tells_which_secret_was_not_decrypted(
    fake_secrets, app, secrets_client, effect, choice
):
    """The other secrets are answered; the refused one is among the Errors, and not accessed."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    effect.spoil(fake_secrets.kms)
    code, message = effect.on_read
    secret_id = "app" if "SecretIdList" in choice else app.arn

    answer = secrets_client.batch_get_secret_value(**choice)

    assert ["d"] == [entry["SecretString"] for entry in answer["SecretValues"]]
    assert [{"SecretId": secret_id, "ErrorCode": code, "Message": message}] == answer["Errors"]
    assert app.last_accessed is None


@effects
@pytest.mark.parametrize(
    "request_",
    [
        ("describe_secret", {}),
        ("list_secret_version_ids", {}),
        ("tag_resource", {"Tags": [{"Key": "team", "Value": "web"}]}),
        ("update_secret", {"Description": "new"}),
        (
            "update_secret_version_stage",
            {"VersionStage": "blue", "MoveToVersionId": V1},
        ),
        ("delete_secret", {}),
        ("restore_secret", {}),
    ],
)
def test_what_touches_no_value_needs_no_key(fake_secrets, secrets_client, effect, request_):
    """Only the value is encrypted; everything else works whatever the key does."""
    versions = [Version("v", ["AWSCURRENT"], id=V1)]
    fake_secrets.add("app", versions=versions, kms_key_id=ALIAS)
    effect.spoil(fake_secrets.kms)

    operation, parameters = request_
    answer = getattr(secrets_client, operation)(SecretId="app", **parameters)

    assert "app" == answer.get("Name", "app")


@pytest.mark.parametrize(
    "break_and_mend",
    [
        pytest.param(lambda kms: (kms.disable(ALIAS), kms.enable(ALIAS)), id="enabled again"),
        pytest.param(
            lambda kms: (kms.schedule_deletion(ALIAS), kms.enable(ALIAS)), id="deletion cancelled"
        ),
        pytest.param(lambda kms: (kms.deny(ALIAS), kms.allow(ALIAS)), id="allowed again"),
        pytest.param(lambda kms: (kms.remove(ALIAS), kms.add(ALIAS)), id="added again"),
        pytest.param(
            lambda kms: (kms.add(ALIAS, asymmetric=True), kms.add(ALIAS)), id="symmetric again"
        ),
        pytest.param(lambda kms: (kms.disable(ALIAS), kms.clear()), id="forgotten"),
    ],
)
def test_a_key_can_be_mended(fake_secrets, app, secrets_client, break_and_mend):
    """What a test took from a key it can give back."""
    break_and_mend(fake_secrets.kms)
    secrets_client.put_secret_value(SecretId="app", SecretString="w")

    assert "w" == read(secrets_client)


def test_a_scheduled_deletion_takes_place(fake_secrets, app, secrets_client):
    """A key waits as long as it was told to, and is gone when the clock has come that far."""
    fake_secrets.kms.schedule_deletion(ALIAS, days=7)
    put = secrets_client.put_secret_value

    fake_secrets.clock.advance(days=6, hours=23)
    assert CANNOT_ENCRYPT == refusal(put, SecretId="app", SecretString="w")
    fake_secrets.clock.advance(hours=1)
    assert INVALID_ID == refusal(put, SecretId="app", SecretString="w")
    with pytest.raises(UsageError, match="does not exist any more"):
        fake_secrets.kms.enable(ALIAS)


def test_to_disable_a_key_cancels_its_deletion(fake_secrets, app, secrets_client):
    """As after KMS's CancelKeyDeletion, the key is there and disabled."""
    fake_secrets.kms.schedule_deletion(ALIAS, days=7)
    fake_secrets.kms.disable(ALIAS)
    fake_secrets.clock.advance(days=31)

    assert CANNOT_DECRYPT == refusal(secrets_client.get_secret_value, SecretId="app")


@pytest.mark.parametrize("refused", [KEY_ID, KEY, ALIAS, ALIAS_ARN, "alias/second"])
@pytest.mark.parametrize("used", [KEY_ID, KEY, ALIAS, ALIAS_ARN, "alias/second"])
def test_all_names_of_an_added_key_mean_it(fake_secrets, secrets_client, used, refused):
    """Id, ARN and each alias of a key are the same, to the secret and to the test."""
    fake_secrets.kms.add(KEY_ID, aliases=[ALIAS, "alias/second"])
    fake_secrets.add("app", "v", kms_key_id=used)
    fake_secrets.kms.disable(refused)

    assert CANNOT_DECRYPT == refusal(secrets_client.get_secret_value, SecretId="app")


@pytest.mark.parametrize(
    ("used", "refused", "same"),
    [
        (KEY_ID, KEY, True),
        (ALIAS, ALIAS_ARN, True),
        (KEY_ID, ALIAS, False),
        (ALIAS, "alias/application", False),
        (ALIAS, "arn:aws:kms:eu-west-1:123456789012:alias/app", False),
        (ALIAS, "arn:aws:kms:us-east-1:222222222222:alias/app", False),
    ],
)
def test_names_of_keys_not_added_differ_as_written(
    fake_secrets, secrets_client, used, refused, same
):
    """A name and its ARN mean one key; an alias means a key of its own until one is added."""
    fake_secrets.add("app", "v", kms_key_id=used)
    fake_secrets.kms.disable(refused)

    if same:
        assert CANNOT_DECRYPT == refusal(secrets_client.get_secret_value, SecretId="app")
    else:
        assert "v" == read(secrets_client)


def test_add_answers_the_arn(fake_secrets):
    """The ARN of a key that was added can be given to what wants one, and to add() again."""
    arn = fake_secrets.kms.add(KEY_ID, aliases=[ALIAS])

    assert KEY == arn
    assert KEY == fake_secrets.kms.add(arn)
    assert KEY == fake_secrets.kms.add(ALIAS)


def test_an_alias_can_be_moved(fake_secrets, secrets_client):
    """The last add() of an alias counts."""
    first = fake_secrets.kms.add(KEY_ID, aliases=[ALIAS])
    secrets_client.create_secret(Name="app", SecretString="v", KmsKeyId=ALIAS)
    fake_secrets.kms.add(MULTI_REGION_ID, aliases=[ALIAS])
    fake_secrets.kms.disable(first)

    secrets_client.put_secret_value(SecretId="app", SecretString="w")

    assert "w" == read(secrets_client)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("my-key", INVALID_ID),
        ("alias/", INVALID_ID),
        ("alias/with space", INVALID_ID),
        (f"key/{KEY_ID}", INVALID_ID),
        ("arn:aws:kms:us-east-1:123456789012:key/my-key", INVALID_ID),
        ("arn:aws:kms:us-east-1:12:key/1234abcd-12ab-34cd-56ef-1234567890ab", INVALID_ID),
        ("arn:aws:iam::123456789012:role/app", INVALID_ID),
        (
            f"arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID}",
            ("InvalidParameterException", INVALID + "Invalid arn eu-west-1"),
        ),
        ("alias/aws/ebs", NOT_ALLOWED),
        ("arn:aws:kms:us-east-1:123456789012:alias/aws/s3", NOT_ALLOWED),
    ],
)
@ways_to_choose_a_key
def test_what_can_be_no_key_of_a_secret_is_refused(app, secrets_client, key, expected, request_):
    """Malformed ids, keys of other Regions and AWS's keys for other services are refused."""
    operation, parameters = request_
    call = getattr(secrets_client, operation)

    assert expected == refusal(call, KmsKeyId=key, **parameters)


@pytest.mark.parametrize(
    ("action", "refused"),
    [
        ("kms:Decrypt", {"create_secret", "get_secret_value"}),
        ("kms:GenerateDataKey", {"create_secret", "put_secret_value"}),
        ("kms:Encrypt", set()),
    ],
)
@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("create_secret", {"Name": "b", "SecretString": "v", "KmsKeyId": ALIAS}),
        ("put_secret_value", {"SecretId": "app", "SecretString": "w"}),
        ("get_secret_value", {"SecretId": "app"}),
    ],
)
def test_each_permission_is_needed_for_its_own(
    fake_secrets, action, refused, operation, parameters
):
    """To choose a key takes two permissions, to write and to read a value takes one each."""
    fake_secrets.add("app", "v", kms_key_id=ALIAS)
    fake_secrets.kms.deny(ALIAS, action)
    call = getattr(fake_secrets.client(), operation)

    if operation in refused:
        assert NOT_ALLOWED == refusal(call, **parameters)
    else:
        call(**parameters)


def test_one_action_can_be_allowed_again(fake_secrets, app, secrets_client):
    """allow() gives back the actions that it names, and no others."""
    fake_secrets.kms.deny(ALIAS)
    fake_secrets.kms.allow(ALIAS, "kms:Decrypt")

    assert "v" == read(secrets_client)
    assert NOT_ALLOWED == refusal(secrets_client.put_secret_value, SecretId="app", SecretString="w")


@pytest.mark.parametrize(
    "default", [DEFAULT_KEY, "arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager"]
)
def test_the_default_key_can_be_denied(fake_secrets, app, secrets_client, default):
    """A policy that denies KMS reaches AWS's own key too; other keys are not meant."""
    fake_secrets.kms.deny(default)

    assert NOT_ALLOWED == refusal(secrets_client.get_secret_value, SecretId="default")
    assert NOT_ALLOWED == refusal(secrets_client.create_secret, Name="b", SecretString="v")
    assert "v" == read(secrets_client)


@effects
@pytest.mark.parametrize("operation", ["put_secret_value", "update_secret", "create_secret"])
def test_a_repeated_write_decrypts_what_is_there(fake_secrets, secrets_client, effect, operation):
    """AWS compares the value of a repeated token with the one that it keeps."""
    same = {"SecretString": "v", "ClientRequestToken": V1}
    secrets_client.create_secret(Name="app", KmsKeyId=ALIAS, **same)
    which = {"Name": "app"} if operation == "create_secret" else {"SecretId": "app"}
    call = getattr(secrets_client, operation)
    assert V1 == call(**which, **same)["VersionId"]
    effect.spoil(fake_secrets.kms)

    assert effect.on_read == refusal(call, **which, **same)


@pytest.fixture
def rekeyed(fake_secrets):
    """Give a secret with a version of every kind."""
    versions = [
        Version("1", ["AWSCURRENT"], id=V1),
        Version(None, ["AWSPENDING"], id=V2),
        Version("3", ["AWSPREVIOUS"], id=V3),
        Version("4", ["green"], id=V4),
        Version("5", id=V5),
    ]
    return fake_secrets.add(Secret("app", versions=versions, kms_key_id="alias/old"))


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda kms: kms.disable("alias/old"), CANNOT_DECRYPT),
        (lambda kms: kms.schedule_deletion("alias/old"), CANNOT_DECRYPT),
        (lambda kms: kms.deny("alias/old", "kms:Decrypt"), NOT_ALLOWED),
        (lambda kms: kms.remove("alias/old"), NOT_ALLOWED),
    ],
    ids=["disabled", "pending deletion", "denied", "removed"],
)
@pytest.mark.parametrize("value", [{}, {"SecretString": "new"}], ids=["key", "key and value"])
def test_a_change_of_the_key_needs_the_old_one(fake_secrets, rekeyed, spoil, expected, value):
    """The versions that get the new key are decrypted with the old; else nothing changes."""
    client = fake_secrets.client()
    spoil(fake_secrets.kms)
    before = shown(client)

    assert expected == refusal(client.update_secret, SecretId="app", KmsKeyId="alias/new", **value)
    assert before == shown(client)


def test_a_change_of_the_key_needs_no_old_one_for_other_versions(
    fake_secrets, rekeyed, secrets_client
):
    """After the change only the versions without one of AWS's three labels need the old key."""
    secrets_client.update_secret(SecretId="app", KmsKeyId="alias/new")
    fake_secrets.kms.disable("alias/old")
    get = secrets_client.get_secret_value

    assert ("1", "3") == (
        read(secrets_client),
        read(secrets_client, VersionStage="AWSPREVIOUS"),
    )
    assert CANNOT_DECRYPT == refusal(get, SecretId="app", VersionStage="green")
    assert CANNOT_DECRYPT == refusal(get, SecretId="app", VersionId=V5)


def test_a_change_of_the_key_needs_the_old_one_for_a_single_version(
    fake_secrets, app, secrets_client
):
    """One labelled version with a value is enough for the old key to be needed."""
    fake_secrets.kms.disable(ALIAS)
    before = shown(secrets_client)

    refused = refusal(secrets_client.update_secret, SecretId="app", KmsKeyId="alias/new")

    assert CANNOT_DECRYPT == refused
    assert before == shown(secrets_client)


def test_a_change_of_the_key_needs_no_key_of_a_version_without_a_value(
    fake_secrets, secrets_client
):
    """Where a rotation has only reserved a version, there is nothing to decrypt."""
    versions = [
        Version("1", ["AWSCURRENT"], id=V1, kms_key_id="alias/new"),
        Version(None, ["AWSPENDING"], id=V2),
    ]
    fake_secrets.add("app", versions=versions, kms_key_id="alias/old")
    fake_secrets.kms.disable("alias/old")

    secrets_client.update_secret(SecretId="app", KmsKeyId="alias/new")

    assert "alias/new" == secrets_client.describe_secret(SecretId="app")["KmsKeyId"]
    assert "1" == read(secrets_client)


def test_without_permission_to_encrypt_versions_keep_the_old_key(
    fake_secrets, rekeyed, secrets_client
):
    """The call succeeds, and only new versions get the new key, as the operation's page says."""
    fake_secrets.kms.deny("alias/new", "kms:Encrypt")
    secrets_client.update_secret(SecretId="app", KmsKeyId="alias/new")
    assert {"alias/old"} == {key for (key,) in keys_of(secrets_client).values()}

    put = secrets_client.put_secret_value(SecretId="app", SecretString="new")

    assert "alias/new" == secrets_client.describe_secret(SecretId="app")["KmsKeyId"]
    assert ["alias/new"] == keys_of(secrets_client)[put["VersionId"]]
    assert ["alias/old"] == keys_of(secrets_client)[V1]


@pytest.mark.parametrize("spoil", ["deny", "remove"])
def test_an_older_key_without_permission_is_told_apart(
    fake_secrets, rekeyed, secrets_client, spoil
):
    """The refusal says that the version is under another key than the secret's present one."""
    secrets_client.update_secret(SecretId="app", KmsKeyId="alias/new")
    getattr(fake_secrets.kms, spoil)("alias/old")
    get = secrets_client.get_secret_value

    assert OLDER_KEY_NOT_ALLOWED == refusal(get, SecretId="app", VersionId=V5)
    assert "1" == read(secrets_client)


def test_the_present_key_under_another_name_is_not_an_older_one(
    fake_secrets, rekeyed, secrets_client
):
    """A version that names the secret's key in another way is not told apart."""
    secrets_client.update_secret(
        SecretId="app", KmsKeyId="arn:aws:kms:us-east-1:123456789012:alias/old"
    )
    fake_secrets.kms.deny("alias/old")

    get = secrets_client.get_secret_value
    assert ["alias/old"] == keys_of(secrets_client)[V5]
    assert NOT_ALLOWED == refusal(get, SecretId="app", VersionId=V5)


def test_the_same_key_by_another_name_is_no_change(fake_secrets, app, secrets_client):
    """With the key that it has already, a secret is not encrypted again."""
    fake_secrets.kms.deny(ALIAS, "kms:Encrypt")

    secrets_client.update_secret(SecretId="app", KmsKeyId=ALIAS_ARN)

    assert ALIAS_ARN == secrets_client.describe_secret(SecretId="app")["KmsKeyId"]
    assert [[ALIAS_ARN]] == list(keys_of(secrets_client).values())


def test_a_secret_goes_back_to_the_default_key(fake_secrets, app, secrets_client):
    """An empty KmsKeyId takes the secret away from its key, which must still decrypt."""
    secrets_client.update_secret(SecretId="app", KmsKeyId="")
    fake_secrets.kms.remove(ALIAS)

    assert "v" == read(secrets_client)
    assert [["DefaultEncryptionKey"]] == list(keys_of(secrets_client).values())


def test_an_id_means_the_key_of_the_secrets_own_place(fake_secrets):
    """An alias in another Region or account is another key; its ARN reaches it from the test."""
    fake_secrets.add("far", "v", region="eu-west-1", account="222222222222", kms_key_id=ALIAS)
    far = fake_secrets.client("eu-west-1", account="222222222222")
    fake_secrets.kms.disable(ALIAS)
    assert "v" == read(far, "far")

    fake_secrets.kms.disable("arn:aws:kms:eu-west-1:222222222222:alias/app")

    assert CANNOT_DECRYPT == refusal(far.get_secret_value, SecretId="far")


def test_the_key_of_another_account_in_the_same_region_is_fine(fake_secrets, secrets_client):
    """A key ARN may name another account's key."""
    theirs = f"arn:aws:kms:us-east-1:222222222222:key/{KEY_ID}"

    secrets_client.create_secret(Name="a", SecretString="v", KmsKeyId=theirs)

    assert "v" == read(secrets_client, "a")


def test_other_partitions_have_keys_too():
    """The ARN of a key in China is that of its partition."""
    with FakeSecrets({"a": "v"}, region="cn-north-1") as fake:
        arn = fake.kms.add(KEY_ID)
        boto3.client("secretsmanager").update_secret(SecretId="a", KmsKeyId=arn)

    assert f"arn:aws-cn:kms:cn-north-1:123456789012:key/{KEY_ID}" == arn
    assert arn == fake["a"].kms_key_id


def test_keys_go_with_the_secrets_to_another_partition(monkeypatch, tmp_path):
    """A key that is named before the first call, in China, is one of that call's partition."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with FakeSecrets(Secret("a", "v", kms_key_id=ALIAS)) as fake:
        fake.kms.disable(ALIAS)
        client = boto3.client("secretsmanager", "cn-north-1")

        assert CANNOT_DECRYPT == refusal(client.get_secret_value, SecretId="a")
    assert "<Kms arn:aws-cn:kms:cn-north-1:123456789012:alias/app Disabled>" == repr(fake.kms)


def test_an_inner_fake_starts_with_the_keys_of_the_outer_one():
    """A copy: what the inner one does to keys leaves the outer one as it is."""
    with FakeSecrets(Secret("a", "v", kms_key_id=ALIAS), {"b": "v"}) as outer:
        client = boto3.client("secretsmanager")
        outer.kms.add(KEY_ID, aliases=[ALIAS])
        outer.kms.disable(KEY_ID)
        with FakeSecrets() as inner:
            assert CANNOT_DECRYPT == refusal(client.get_secret_value, SecretId="a")
            inner.kms.enable(ALIAS)
            inner.kms.deny(DEFAULT_KEY)
            assert "v" == read(client, "a")
        assert CANNOT_DECRYPT == refusal(client.get_secret_value, SecretId="a")
        assert "v" == read(client, "b")


def test_a_snapshot_does_not_hold_the_keys(fake_secrets, app, secrets_client):
    """restore() brings back secrets; keys stay as the test has left them, as faults do."""
    before = fake_secrets.snapshot()
    fake_secrets.kms.disable(ALIAS)
    fake_secrets.restore(before)

    assert CANNOT_DECRYPT == refusal(secrets_client.get_secret_value, SecretId="app")


def test_reset_forgets_the_keys(fake_secrets, app, secrets_client):
    """After reset() every key works again."""
    fake_secrets.kms.add(KEY_ID, aliases=[ALIAS])
    fake_secrets.kms.disable(ALIAS)
    fake_secrets.reset()
    fake_secrets.add("app", "v", kms_key_id=ALIAS)

    assert "v" == read(secrets_client)


def test_all_documented_errors_of_a_read_have_a_natural_cause(fake_secrets, app, secrets_client):
    """No fault is needed for the errors that the code under test, or its account, can cause."""
    fake_secrets.add("going", "v", deleted=True)
    fake_secrets.kms.disable(ALIAS)
    get = secrets_client.get_secret_value

    assert "ResourceNotFoundException" == refusal(get, SecretId="missing")[0]
    assert "InvalidRequestException" == refusal(get, SecretId="going")[0]
    assert "DecryptionFailure" == refusal(get, SecretId="app")[0]


@pytest.mark.secrets(region="us-east-1")
def test_repr_tells_the_state_of_each_key(fake_secrets):
    """Keys that the test has spoken of show with what they are now."""
    assert "<Kms all work>" == repr(fake_secrets.kms)

    fake_secrets.kms.disable(KEY_ID)
    fake_secrets.kms.schedule_deletion(ALIAS, days=7)
    fake_secrets.kms.deny(DEFAULT_KEY, "kms:Encrypt", "kms:Decrypt")
    fake_secrets.clock.advance(days=7)

    default = "arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager"
    assert (
        f"<Kms {KEY} Disabled, {ALIAS_ARN} Deleted, "
        f"{default} Enabled without kms:Decrypt, kms:Encrypt>"
    ) == repr(fake_secrets.kms)


NAMING = (
    "Write a key id ('1234abcd-12ab-34cd-56ef-1234567890ab'), an alias ('alias/app'), "
    "or the ARN of either."
)


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda kms: kms.disable("my-key"), f"'my-key' does not name a KMS key. {NAMING}"),
        (lambda kms: kms.disable(""), f"'' does not name a KMS key. {NAMING}"),
        (lambda kms: kms.deny(None), f"None does not name a KMS key. {NAMING}"),
        (lambda kms: kms.add(5), f"5 does not name a KMS key. {NAMING}"),
        *(
            (
                change,
                (
                    "alias/aws/secretsmanager is AWS's own key, whose state nobody can change. "
                    "Have the secret use another: Secret(name, value, kms_key_id='alias/app')."
                ),
            )
            for change in (
                lambda kms: kms.add(DEFAULT_KEY),
                lambda kms: kms.disable(DEFAULT_KEY),
                lambda kms: kms.enable(DEFAULT_KEY),
                lambda kms: kms.schedule_deletion(DEFAULT_KEY),
                lambda kms: kms.remove(DEFAULT_KEY),
            )
        ),
        (
            lambda kms: kms.deny("alias/aws/ebs"),
            "alias/aws/ebs belongs to another service: secrets cannot use it.",
        ),
        (
            lambda kms: kms.deny(ALIAS, "kms:decrypt"),
            (
                "kms:decrypt is not an action of Secrets Manager on a KMS key; "
                "did you mean kms:Decrypt? "
                "Choose one of: kms:Decrypt, kms:Encrypt, kms:GenerateDataKey."
            ),
        ),
        (
            lambda kms: kms.schedule_deletion(ALIAS, days=3),
            "days=3 is not a waiting period of KMS. Give 7 to 30.",
        ),
        (
            lambda kms: (kms.remove(ALIAS), kms.disable(ALIAS)),
            "alias/app does not exist any more. kms.add('alias/app') has it exist again.",
        ),
        (
            lambda kms: kms.add(KEY_ID, aliases=ALIAS),
            "aliases='alias/app' is one string. Give a list: ['alias/app'].",
        ),
        *(
            (
                lambda kms, alias=alias: kms.add(KEY_ID, aliases=[alias]),
                f"{alias!r} cannot be an alias of a key. Write it like 'alias/app'.",
            )
            for alias in (KEY_ID, "alias/aws/mine", ALIAS_ARN, "alias/", 5)
        ),
    ],
)
def test_misuse_is_explained(fake_secrets, misuse, message):
    """What could not be in AWS is refused with what was given, and the remedy."""
    with pytest.raises(UsageError) as caught:
        misuse(fake_secrets.kms)

    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("describe", "message"),
    [
        (
            lambda: Secret("a", "v", kms_key_id="my-key"),
            f"kms_key_id='my-key' of secret 'a' does not name a KMS key. {NAMING}",
        ),
        (
            lambda: Version("v", kms_key_id="my-key"),
            f"kms_key_id='my-key' of a version does not name a KMS key. {NAMING}",
        ),
        (
            lambda: Secret("a", "v", kms_key_id="alias/aws/ebs"),
            (
                "kms_key_id='alias/aws/ebs' of secret 'a' belongs to another service. "
                "Give a key of your own, such as 'alias/app'."
            ),
        ),
        (
            lambda: FakeSecrets(Secret("a", "v", kms_key_id=KEY), region="eu-west-1"),
            (
                f"The key {KEY} of secret 'a' does not lie in eu-west-1, where the secret does. "
                "Give the secret region=, or a key of its Region."
            ),
        ),
        (
            lambda: FakeSecrets(
                Secret("a", versions=[Version("v", ["AWSCURRENT"], kms_key_id=KEY)]),
                region="eu-west-1",
            ),
            (
                f"The key {KEY} of secret 'a' does not lie in eu-west-1, where the secret does. "
                "Give the secret region=, or a key of its Region."
            ),
        ),
    ],
)
def test_seeds_name_keys_that_can_be(describe, message):
    """A seed under a key that no secret could have is refused."""
    with pytest.raises(UsageError) as caught:
        describe()

    assert message == str(caught.value)


@pytest.mark.parametrize("key", ["", None, DEFAULT_KEY, KEY, KEY_ID, ALIAS, ALIAS_ARN])
def test_seeds_are_decrypted(secrets_client, fake_secrets, key):
    """A seed's key may be named in every way, and works."""
    fake_secrets.add("a", "v", kms_key_id=key)

    assert "v" == read(secrets_client, "a")


def test_a_read_is_an_access_again_when_the_key_works(fake_secrets, app, secrets_client):
    """The day of the first read that succeeds is the one that is kept."""
    fake_secrets.clock.move_to(datetime(2026, 3, 14, 12, tzinfo=timezone.utc))
    fake_secrets.kms.disable(ALIAS)
    refusal(secrets_client.get_secret_value, SecretId="app")
    fake_secrets.clock.advance(days=1)
    fake_secrets.kms.enable(ALIAS)

    read(secrets_client)

    assert datetime(2026, 3, 15, tzinfo=timezone.utc) == app.last_accessed
    assert timedelta(0) == app.last_accessed.utcoffset()
