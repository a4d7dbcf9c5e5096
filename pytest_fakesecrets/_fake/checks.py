"""What a test author may write into the description of a secret."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Final

from .._aws.api_model import partitions
from .._aws.arn import NAME, SUFFIX, is_listed_region
from .._aws.kms.key import HOW_TO_NAME, is_key_of_another_service, parse_key
from .._aws.model.secret import MAX_TAGS, RECOVERY_WINDOW_DAYS, own_tags
from .._errors import HIDE_MISUSE, FakeSecretsWarning, UsageError
from .._settings import DEFAULT_ACCOUNT, DEFAULT_REGION, check_region

__tracebackhide__ = HIDE_MISUSE

_MAX_NAME: Final = 512
_MAX_LABEL: Final = 256
_MAX_TAG_KEY: Final = 128
_MAX_TAG_VALUE: Final = 256
_VERSION_ID_LENGTHS: Final = range(32, 65)


def check_name(name: object) -> None:
    """Refuse a name that CreateSecret would refuse."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a name that AWS accepts. "
            "Use letters, digits and any of -/_+=.@! (and no ARN: AWS makes it)."
        )
    if len(name) > _MAX_NAME:
        raise UsageError(
            f"The name {name[:20]!r}… has {len(name)} characters. AWS allows {_MAX_NAME}."
        )


def check_text(owner: str, member: str, value: object, longest: int) -> None:
    """Refuse what is not a string, or too long; None is not a string given."""
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{member}={value!r} of {owner} is not a string. Give a str.")
    if value is not None and len(value) > longest:
        raise UsageError(f"{member}= of {owner} is longer than {longest:,} characters.")


def check_key(owner: str, key: str | None) -> None:
    """Refuse what no secret can be encrypted with; None and "" mean AWS's own key."""
    name = parse_key(key, DEFAULT_REGION, DEFAULT_ACCOUNT)
    if name is None:
        raise UsageError(f"kms_key_id={key!r} of {owner} does not name a KMS key. {HOW_TO_NAME}")
    if is_key_of_another_service(name):
        raise UsageError(
            f"kms_key_id={key!r} of {owner} belongs to another service. "
            "Give a key of your own, such as 'alias/app'."
        )


def warn_of_unknown_region(region: str | None) -> None:
    """Warn of a Region that botocore does not know, which may be misspelt, or new."""
    if region is not None and not is_listed_region(region):
        known = [name for partition in partitions() for name in partition["regions"]]
        near = get_close_matches(region, known, n=1)
        hint = f"; did you mean {near[0]}" if near else ""
        warnings.warn(
            f"region={region!r} is not a Region that botocore knows{hint}? If it is meant, have "
            "warnings ignore pytest_fakesecrets.FakeSecretsWarning.",
            FakeSecretsWarning,
            stacklevel=4,  # of the test: FakeSecrets() is guided
        )


def check_key_region(owner: str, key: str | None, region: str) -> None:
    """Refuse a key that does not lie where its secret does."""
    name = parse_key(key, region, DEFAULT_ACCOUNT)
    if name is not None and name.region != region:
        raise UsageError(
            f"The key {key} of {owner} does not lie in {region}, where the secret does. "
            "Give the secret region=, or a key of its Region."
        )


def check_tags(owner: str, tags: object) -> None:
    """Refuse what TagResource would refuse."""
    if not isinstance(tags, Mapping):
        raise UsageError(f"tags= of {owner} is not a mapping. Give {{'team': 'web'}}.")
    for key, value in tags.items():
        if not key:
            raise UsageError(f"A tag of {owner} has an empty key. AWS wants 1 to 128 characters.")
        check_text(owner, "the key of a tag", key, _MAX_TAG_KEY)
        check_text(owner, f"the value of tag {key!r}", value, _MAX_TAG_VALUE)
    count = len(own_tags(tags))
    if count > MAX_TAGS:
        raise UsageError(f"{owner[0].upper()}{owner[1:]} has {count} tags. AWS allows {MAX_TAGS}.")


def check_labels(labels: object) -> None:
    """Refuse what is not a list of staging labels."""
    if isinstance(labels, str):
        raise UsageError(f"labels={labels!r} is one string. Give a list: [{labels!r}].")
    if not isinstance(labels, Iterable):
        raise UsageError(
            f"labels={labels!r} is not a list. Give the staging labels: ['AWSCURRENT']."
        )
    for label in labels:
        if not isinstance(label, str) or not 1 <= len(label) <= _MAX_LABEL:
            raise UsageError(
                f"{label!r} is not a staging label. Give 1 to {_MAX_LABEL} characters."
            )


def check_version_id(version_id: object) -> None:
    """Refuse what is not an id of a version; None has one invented."""
    if version_id is None:
        return
    if not isinstance(version_id, str):
        raise UsageError(f"Version id {version_id!r} is not a string. Give 32 to 64 characters.")
    if len(version_id) not in _VERSION_ID_LENGTHS:
        raise UsageError(
            f"Version id {version_id!r} has {len(version_id)} characters. AWS's have 32 to 64."
        )


def checked_replicas(owner: str, regions: object, *, deleted: bool | datetime) -> tuple[str, ...]:
    """Return the Regions of replicas; refuse what is not a list of them."""
    if isinstance(regions, str) or not isinstance(regions, Iterable):
        raise UsageError(f"replicas={regions!r} of {owner} is not a list. Give ['eu-west-1'].")
    names = tuple(regions)
    for name in names:
        check_region(name)
    refuse_twice(f"S{owner[1:]}", "replica Region", names, "A Region has one replica.")
    if names and deleted:
        raise UsageError(
            f"S{owner[1:]} is deleted and has replicas. AWS does not delete a secret that has "
            f"replicas: "
            "leave out deleted= or replicas=."
        )
    return names


def check_suffix(owner: str, suffix: object) -> None:
    """Refuse what does not end an ARN; None has one drawn."""
    if suffix is not None and not (isinstance(suffix, str) and SUFFIX.fullmatch(suffix)):
        raise UsageError(
            f"arn_suffix={suffix!r} of {owner} is not AWS's. "
            "Give six letters or digits, like 'a1b2c3'."
        )


def check_moment(member: str, moment: object) -> None:
    """Refuse what is not a moment with a time zone; None means now, or never."""
    if moment is None or (isinstance(moment, datetime) and moment.tzinfo is not None):
        return
    raise UsageError(
        f"{member}={moment!r} is not a moment. "
        "Give a datetime with a time zone: datetime(2026, 1, 31, tzinfo=timezone.utc)."
    )


def check_recovery_window(owner: str, days: object, *, deleted: bool | datetime) -> None:
    """Refuse what DeleteSecret takes for no recovery window; None means its default."""
    if days is None:
        return
    if isinstance(days, bool) or not isinstance(days, int) or days not in RECOVERY_WINDOW_DAYS:
        raise UsageError(
            f"recovery_window_in_days={days!r} of {owner} is not a recovery window. "
            "Give 7 to 30 days."
        )
    if not deleted:
        raise UsageError(
            f"recovery_window_in_days={days!r} of {owner} needs deleted=, which says when its "
            "deletion was requested. Give both, or neither."
        )


def check_day(member: str, day: object) -> None:
    """Refuse what is neither a date nor a moment with a time zone; None means never."""
    if not isinstance(day, date) or isinstance(day, datetime):
        check_moment(member, day)


def refuse_twice(owner: str, what: str, given: Sequence[str], rule: str) -> None:
    """Refuse what is there more than once."""
    twice = sorted({item for item in given if given.count(item) > 1})
    if twice:
        raise UsageError(f"{owner} has the {what} {twice[0]!r} twice. {rule}")
