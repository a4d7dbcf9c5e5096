from __future__ import annotations

from .asking import asks, attempt, confirms

DEFAULT = "alias/aws/secretsmanager"


@asks("KmsKeyIds of a version under a key id or an alias")
@confirms
def test_forms_of_a_key(client, name, kms_key):
    """In which form is a key shown that is given by its ARN, its id or an alias?"""
    for short, key in (("arn", kms_key), ("id", kms_key.rpartition("/")[2]), ("alias", DEFAULT)):
        client.create_secret(Name=name(short), SecretString="v", KmsKeyId=key)
        client.describe_secret(SecretId=name(short))
        client.list_secret_version_ids(SecretId=name(short))


@asks("KmsKeyIds of a version under a key id or an alias")
@confirms
def test_the_default_key_by_its_alias(client, secret):
    """Is the alias of the default key shown that was given, and no more after an empty one?"""
    client.list_secret_version_ids(SecretId=secret)
    client.update_secret(SecretId=secret, KmsKeyId=DEFAULT)
    client.describe_secret(SecretId=secret)
    client.list_secret_version_ids(SecretId=secret)
    client.update_secret(SecretId=secret, KmsKeyId="")
    client.describe_secret(SecretId=secret)
    client.list_secret_version_ids(SecretId=secret)


@asks("texts of LimitExceededException, InvalidNextTokenException, EncryptionFailure")
def test_a_disabled_key(client, name, kms_key, key_state):
    """In which words are reads and writes refused whose key is disabled?"""
    client.create_secret(Name=name("locked"), SecretString="v", KmsKeyId=kms_key)
    key_state.disable()
    attempt(client.get_secret_value, SecretId=name("locked"))
    attempt(client.put_secret_value, SecretId=name("locked"), SecretString="w")
    attempt(client.batch_get_secret_value, SecretIdList=[name("locked")])
    attempt(client.create_secret, Name=name("new"), SecretString="v", KmsKeyId=kms_key)
    attempt(client.update_secret, SecretId=name("locked"), KmsKeyId=DEFAULT)


@asks("the text of a read under a former key without permission")
def test_a_former_key(client, name, token, kms_key, key_state):
    """In which words is a read refused whose version has a former key that does not decrypt?"""
    first = {"ClientRequestToken": token("a"), "SecretString": "1"}
    client.create_secret(Name=name("old"), KmsKeyId=kms_key, **first)
    client.put_secret_value(SecretId=name("old"), SecretString="2")
    client.put_secret_value(SecretId=name("old"), SecretString="3")
    # The version without labels keeps its key.
    client.update_secret(SecretId=name("old"), KmsKeyId=DEFAULT)
    key_state.deny_decryption()
    attempt(client.get_secret_value, SecretId=name("old"), VersionId=token("a"))
    attempt(client.get_secret_value, SecretId=name("old"))


@asks("an asymmetric KMS key")
def test_an_asymmetric_key(client, name, asymmetric_key):
    """In which words is an asymmetric key refused?"""
    attempt(client.create_secret, Name=name("new"), SecretString="v", KmsKeyId=asymmetric_key)


@confirms
def test_keys_that_are_wrong(client, secret, region, other_region, account):
    """In which words are keys refused that do not exist, or are not for secrets?"""
    missing = "10000000-0000-4000-8000-00000000000f"
    for key in (
        missing,
        "alias/fakesecrets-questions-missing",
        f"arn:aws:kms:{region}:{account}:key/{missing}",
        f"arn:aws:kms:{other_region}:{account}:key/{missing}",
        "alias/aws/ebs",
        "no key",
    ):
        attempt(client.update_secret, SecretId=secret, KmsKeyId=key)
    client.describe_secret(SecretId=secret)


@confirms
def test_refusals_of_keys_over_http(post, secret):
    """Which key has the text of an AccessDeniedException about a KMS key?"""
    token = "version-b-----------------------"
    members = f'"SecretId": "{secret}", "ClientRequestToken": "{token}"'
    post("UpdateSecret", f'{{{members}, "KmsKeyId": "alias/aws/ebs"}}')
