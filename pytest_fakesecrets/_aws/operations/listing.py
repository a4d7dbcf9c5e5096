"""Operations that list secrets and versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..model.secret import StoredSecret, StoredVersion
from .context import Context, Response
from .pagination import paginate, paginate_secrets
from .registry import operation
from .secrets import description_of

# The most that the model allows; that it is the default as well is a guess.
_PAGE_SIZE: Final = 100


@operation("ListSecrets", reads=True)
def list_secrets(
    context: Context,
    *,
    include_planned_deletion: bool = False,
    max_results: int = _PAGE_SIZE,
    next_token: str | None = None,
    filters: Sequence[Mapping[str, Any]] = (),
    # Cloud Custodian, test_secrets_manager_kms_filter. With SortBy, asc is a guess.
    sort_order: str = "asc",
    sort_by: str = "created-date",
) -> Response:
    """Answer ListSecrets. Unlike AWS's, the list is never minutes behind."""
    page, following = paginate_secrets(
        context,
        filters,
        size=max_results,
        token=next_token,
        sort_by=sort_by,
        descending=sort_order == "desc",
        include_deleted=include_planned_deletion,
    )
    return {"SecretList": [_entry(secret) for secret in page], "NextToken": following}


@operation("ListSecretVersionIds", reads=True)
def list_secret_version_ids(
    context: Context,
    *,
    secret_id: str,
    max_results: int = _PAGE_SIZE,
    next_token: str | None = None,
    include_deprecated: bool = False,
) -> Response:
    """Answer ListSecretVersionIds, also for a secret that is scheduled for deletion.

    It "only returns versions that contain a secret value", so not the one that a rotation has
    reserved: the operation's page in botocore 1.44.
    """
    secret = context.find(secret_id)
    listed = [
        version
        # By id in published outputs; LocalStack sorts its recordings, which so tell nothing.
        for version_id, version in sorted(secret.versions.items())
        if version.value is not None and (include_deprecated or secret.labels_of(version_id))
    ]
    page, following = paginate(
        listed,
        size=max_results,
        token=next_token,
        query=(secret.arn, include_deprecated),
        key=lambda version: version.id,
    )
    return {
        # That it is an empty list for a secret without a value is a guess.
        "Versions": [_version_entry(secret, version) for version in page],
        "NextToken": following,
        "ARN": secret.arn,
        "Name": secret.name,
    }


def _entry(secret: StoredSecret) -> Response:
    return {**description_of(secret), "SecretVersionsToStages": secret.labels_by_version() or None}


def _version_entry(secret: StoredSecret, version: StoredVersion) -> Response:
    return {
        "VersionId": version.id,
        # LocalStack recording test_deprecated_secret_version_stage: absent where there are none.
        "VersionStages": secret.labels_of(version.id) or None,
        "LastAccessedDate": version.last_accessed,
        "CreatedDate": version.created,
        # LocalStack recordings; of a key ARN, Cloud Custodian, test_secrets_manager_version_age.
        "KmsKeyIds": [version.kms_key_id or "DefaultEncryptionKey"],
    }
