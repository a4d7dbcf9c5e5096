"""How operations use the KMS keys of secrets.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html tells which
operation needs which permission.
"""

from __future__ import annotations

from dataclasses import replace

from ..kms.key import ENCRYPT, Key, invalid_key
from ..model.secret import StoredSecret, StoredVersion
from .context import Context


def try_key(context: Context, secret: StoredSecret) -> None:
    """Refuse a key that a secret is to get but could not use.

    AWS makes a data key with it, decrypts that, and throws both away.
    """
    key = _key(context, secret, secret.kms_key_id)
    if key.name.region != secret.region:
        # As CloudFormation printed it: https://github.com/badmintoncryer/cdk-preflight
        raise invalid_key(f"Invalid arn {key.name.region}")
    key.generate_data_key()
    key.decrypt()


def encrypt(context: Context, secret: StoredSecret) -> None:
    """Encrypt a new value of a secret."""
    _key(context, secret, secret.kms_key_id).generate_data_key()


def decrypt(context: Context, secret: StoredSecret, version: StoredVersion) -> None:
    """Decrypt the value of a version, to answer it or to compare it with another."""
    key = _key(context, secret, version.kms_key_id)
    is_current = version.kms_key_id == secret.kms_key_id or (
        key.name == _key(context, secret, secret.kms_key_id).name
    )
    key.decrypt(is_current=is_current)


def with_key(context: Context, secret: StoredSecret, kms_key_id: str | None) -> StoredSecret:
    """Return a secret with another key, under which AWS encrypts its labelled versions again.

    The old key has to decrypt them. "If you don't have kms:Encrypt permission to the new key,
    Secrets Manager does not re-encrypt existing secret versions":
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
    """
    encrypted = secret.encrypted_with(kms_key_id)
    try_key(context, encrypted)
    key = _key(context, secret, kms_key_id)
    stale = [
        version
        for version in secret.versions.values()
        if version.value is not None
        and encrypted.versions[version.id] is not version
        and _key(context, secret, version.kms_key_id).name != key.name
    ]
    if stale and not key.permits(ENCRYPT):
        return replace(secret, kms_key_id=kms_key_id)
    for version in stale:
        decrypt(context, secret, version)
    return encrypted


def _key(context: Context, secret: StoredSecret, kms_key_id: str | None) -> Key:
    # An id or an alias means the key in the Region and account of the secret, whoever asks.
    name = context.keys.named(kms_key_id, secret.region, secret.account)
    return context.keys.find(name, context.now)
