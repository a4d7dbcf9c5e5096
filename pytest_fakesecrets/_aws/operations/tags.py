"""Operations on the tags of a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..errors import invalid_parameter
from ..model.secret import MAX_TAGS, SYSTEM_TAG, StoredSecret, own_tags
from .context import Context, Response
from .registry import operation


@operation("TagResource")
def tag_resource(
    context: Context, *, secret_id: str, tags: Sequence[Mapping[str, str]]
) -> Response:
    """Answer TagResource: new keys go to the end, known ones get their new value in place."""
    secret = context.find_changeable(secret_id)
    # LocalStack recording test_secret_tags; the place of a key that is overwritten is a guess.
    tagged = _within_quota({**(secret.tags or {}), **read_tags(tags)})
    # LastChangedDate: Cloud Custodian recording test_secrets_manager_tag.
    _keep(context, secret_id, replace(secret, tags=tagged, last_changed=context.now))
    return {}


@operation("UntagResource")
def untag_resource(context: Context, *, secret_id: str, tag_keys: Sequence[str]) -> Response:
    """Answer UntagResource; keys that are not there are ignored."""
    secret = context.find_changeable(secret_id)
    _refuse_system_tags(tag_keys)
    # Absent keys, and the empty list left at last: LocalStack recording test_secret_tags.
    kept = {key: value for key, value in (secret.tags or {}).items() if key not in tag_keys}
    # LastChangedDate: Cloud Custodian, test_secrets_manager_tag; if no key was there, a guess.
    if kept != (secret.tags or {}):
        _keep(context, secret_id, replace(secret, tags=kept, last_changed=context.now))
    return {}


def read_tags(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Read tags as a request writes them; of one key, the last counts."""
    _refuse_system_tags(tag["Key"] for tag in tags)
    return _within_quota({tag["Key"]: tag["Value"] for tag in tags})


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags as an answer shows them."""
    # In the order in which they came: LocalStack recording test_secret_tags.
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _keep(context: Context, secret_id: str, tagged: StoredSecret) -> None:
    # "If successfully completing the operation would result in you losing your permissions for
    # this secret, then the operation is blocked and returns an Access Denied error":
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html
    context.authorize(secret_id, tagged)
    context.put(tagged)


def _refuse_system_tags(keys: Iterable[str]) -> None:
    for key in keys:
        if key.startswith(SYSTEM_TAG):
            # GitHub issue cloud-custodian/cloud-custodian#9093, for TagResource.
            raise invalid_parameter(f"You can't modify system tags. Tag key: '{key}'.")


def _within_quota(tags: dict[str, str]) -> dict[str, str]:
    # AWS's code and text are not known; the model has no LimitExceededException for tags.
    if len(own_tags(tags)) > MAX_TAGS:
        raise invalid_parameter()
    return tags
