"""What a test changes of one secret, without a call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .._aws.arn import new_uuid
from .._aws.errors import ServiceError
from .._aws.model.rotation import STEPS, Rotation
from .._aws.model.secret import CURRENT, StoredVersion
from .._errors import HIDE_MISUSE, UsageError, unknown_choice

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.model.values import Value
    from .._calls.pipeline import Pipeline

__tracebackhide__ = HIDE_MISUSE


def put_version(pipeline: Pipeline, secret: StoredSecret, value: Value) -> None:
    """Give a secret a new AWSCURRENT version, as PutSecretValue does.

    :raises UsageError: for a replica, a secret that is scheduled for deletion, or one that cannot
        have another version.
    """
    _refuse_replica("put", secret)
    if secret.is_scheduled_for_deletion:
        raise UsageError(
            f"Secret {secret.name!r} is scheduled for deletion, and gets no new version. "
            "Restore it first, or have add() replace it."
        )
    service = pipeline.service
    with service.lock:
        now = service.timeline.now()
        new = StoredVersion(
            id=new_uuid(service.random), value=value, created=now, kms_key_id=secret.kms_key_id
        )
        try:
            changed = replace(secret.with_value(new, [CURRENT]), last_changed=now)
        except ServiceError as error:
            raise UsageError(f"put({secret.name!r}, …): {error.message}") from None
        service.store.put(changed)
        pipeline.rules.forget_secrets([changed])


def remove_secret(pipeline: Pipeline, secret: StoredSecret) -> None:
    """Have a secret and its replicas not exist any more.

    :raises UsageError: for a replica.
    """
    _refuse_replica("remove", secret)
    with pipeline.service.lock:
        store = pipeline.service.store
        store.remove_replicas(secret, secret.as_primary.regions)
        store.region_of(secret).remove(secret)
        pipeline.rules.forget_secrets([secret])


def check_step(step: object) -> None:
    """Refuse what is not a step of a rotation."""
    if step not in STEPS:
        raise unknown_choice("a step of a rotation", step, STEPS)


def prepare_step(pipeline: Pipeline, secret: StoredSecret, step: str) -> dict[str, str]:
    """Enable the rotation of a secret, reserve a version, and return the event of a step."""
    service = pipeline.service
    with service.lock:
        token = secret.pending_version_id or new_uuid(service.random)
        rotation = replace(secret.rotation or Rotation(enabled=True), enabled=True)
        prepared = replace(secret, rotation=rotation)
        if token != secret.pending_version_id:
            prepared = prepared.with_reserved(token, service.timeline.now())
        service.store.put(prepared)
    return {
        "Step": step,
        "SecretId": secret.arn,
        "ClientRequestToken": token,
        "RotationToken": new_uuid(service.random),
    }


def _refuse_replica(method: str, secret: StoredSecret) -> None:
    if secret.primary_arn is not None:
        raise UsageError(
            f"{secret.arn} is a replica, which follows its primary. "
            f"Use {method}({secret.primary_arn!r})."
        )
