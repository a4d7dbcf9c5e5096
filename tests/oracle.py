"""A small oracle of how AWS Secrets Manager behaves, written apart from the package's own code.

A state machine plays the same calls on the fake and on this oracle and compares what they say.
Facts are named as the members of AWS's answer: a fact is absent where the member would be.
Keys, replicas, filters, pages, rotation and other accounts are left out on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from botocore import xform_name

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"

UNKNOWN = "?"
BAD_PARAMETER = "InvalidParameterException"
BAD_REQUEST = "InvalidRequestException"
EXISTS = "ResourceExistsException"
INVALID = "ValidationException"
NOT_FOUND = "ResourceNotFoundException"
OVER_LIMIT = "LimitExceededException"

MOST_LABELS, MOST_TAGS, MOST_VERSIONS = 20, 50, 100

# The least and the most characters or bytes or entries of a member.
LIMITS = {
    "Description": (0, 2048),
    "Key": (1, 128),
    "Name": (1, 512),
    "SecretId": (1, 2048),
    "Value": (0, 256),
    "VersionStage": (1, 256),
    **dict.fromkeys(("ClientRequestToken", "VersionId"), (32, 64)),
    **dict.fromkeys(("MoveToVersionId", "RemoveFromVersionId"), (32, 64)),
    **dict.fromkeys(("SecretBinary", "SecretString"), (1, 65536)),
    **dict.fromkeys(("SecretIdList", "VersionStages"), (1, 20)),
}
# What the entries of a list are called, where the entries have limits themselves.
ENTRIES = {"SecretIdList": "SecretId", "TagKeys": "Key", "VersionStages": "VersionStage"}

LEFT_OUT = {"AddReplicaRegions", "Filters", "KmsKeyId", "MaxResults", "NextToken", "Type"}

NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
ARN = re.compile(
    r"arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:(?P<name>.+?)(?P<suffix>-[A-Za-z0-9]{6})?"
)


class Outcome(NamedTuple):
    """What AWS answers: its error code, None for success, and what is known of the answer."""

    code: str | None
    facts: dict


class RefusalError(Exception):
    """AWS refuses the call with this code, or nobody knows what AWS does (code `?`).

    A second argument names the secret whose state is unknown from here on.
    """


@dataclass
class Secret:
    """A secret: `versions` maps ids to values, `labels` maps each staging label to its version.

    `tags` is None until the secret is tagged for the first time.
    `empty_token` is the token of a creation without a value, which made no version.
    """

    arn: str = ""
    description: str = ""
    tags: dict | None = None
    versions: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)
    removal: datetime | None = None
    empty_token: str | None = None

    def stages(self, version: str) -> set[str]:
        """Return the labels on a version."""
        return {label for label, holder in self.labels.items() if holder == version}

    def staging(self) -> dict[str, set[str]]:
        """Return the versions that have labels, each with its labels."""
        return {version: self.stages(version) for version in self.labels.values()}


class Oracle:
    """All secrets of one account and Region.

    `uncertain` holds the names of secrets that should no longer be compared, because a call whose
    effect is unknown reached them. A forced deletion makes a name certain again.
    """

    def __init__(self) -> None:
        self.uncertain: set[str] = set()
        self._secrets: dict[str, Secret] = {}

    def call(self, operation: str, parameters: dict, now: datetime) -> Outcome:
        """Predict the answer to a call at a moment, and change the state accordingly."""
        if LEFT_OUT & parameters.keys():
            raise NotImplementedError(LEFT_OUT & parameters.keys())
        self._secrets = {
            name: secret
            for name, secret in self._secrets.items()
            if secret.removal is None or secret.removal > now
        }
        try:
            _check_limits(operation, parameters)
            answer = getattr(self, "_" + xform_name(operation))
            return Outcome(None, answer(parameters, now))
        except RefusalError as refusal:
            code, *doubtful = refusal.args
            self.uncertain.update(doubtful)
            return Outcome(code, {})

    def learn(self, name: str, arn: str) -> None:
        """Take note of the complete ARN that a new secret got."""
        if name in self._secrets:  # if not, it is one of the uncertain
            self._secrets[name].arn = arn

    def _resolve(self, secret_id: str) -> str | None:
        """Return the name of the secret that an id means, None when there is none."""
        if not secret_id.startswith("arn:"):
            _check_name(secret_id)
            return secret_id if secret_id in self._secrets else None
        arn = _parse_arn(secret_id)
        for name, secret in self._secrets.items():
            if secret_id == (secret.arn if arn["suffix"] else secret.arn[:-7]):
                return name
        return None

    def _find(self, secret_id: str, *, scheduled: bool = False) -> tuple[str, Secret]:
        """Return a name and its secret; `scheduled` allows one that is scheduled for deletion."""
        name = self._resolve(secret_id)
        if name is None:
            raise RefusalError(NOT_FOUND)
        if self._secrets[name].removal is not None and not scheduled:
            raise RefusalError(BAD_REQUEST)
        return name, self._secrets[name]

    def _version(self, parameters: dict) -> tuple[str, Secret, str]:
        """Return the name, the secret and the version that a request to read means."""
        name, secret = self._find(parameters["SecretId"])
        label = parameters.get("VersionStage")
        version = parameters.get("VersionId") or secret.labels.get(label or CURRENT)
        if version not in secret.versions:
            raise RefusalError(NOT_FOUND)
        if label is not None and secret.labels.get(label) != version:
            raise RefusalError(BAD_REQUEST)
        return name, secret, version

    def _get_secret_value(self, parameters: dict, _now: datetime) -> dict:
        name, secret, version = self._version(parameters)
        member, content = secret.versions[version]
        stages = secret.stages(version)
        return _shown(Name=name, VersionId=version, VersionStages=stages, **{member: content})

    def _batch_get_secret_value(self, parameters: dict, _now: datetime) -> dict:
        if "SecretIdList" not in parameters:
            raise RefusalError(BAD_PARAMETER)
        values, errors = {}, {}
        for secret_id in parameters["SecretIdList"]:
            code, found = self._entry(secret_id)
            if code == INVALID:  # unknown: one of the errors, or the end of the whole call
                raise RefusalError(UNKNOWN)
            values.update(found)
            errors.update({secret_id: code} if code else {})
        return {"Values": values, "Errors": errors}

    def _entry(self, secret_id: str) -> tuple[str | None, dict]:
        """Return the error of one secret in a batch, or its current value by its name."""
        try:
            name, secret, version = self._version({"SecretId": secret_id})
        except RefusalError as refusal:
            return refusal.args[0], {}
        return None, {name: secret.versions[version][1]}

    def _describe_secret(self, parameters: dict, _now: datetime) -> dict:
        name, secret = self._find(parameters["SecretId"], scheduled=True)
        facts = _shown(
            Name=name, Description=secret.description, VersionIdsToStages=secret.staging()
        )
        if secret.tags is not None:
            facts["Tags"] = dict(secret.tags)
        return {**facts, "DeletedDate": secret.removal is not None}

    def _list_secret_version_ids(self, parameters: dict, _now: datetime) -> dict:
        _, secret = self._find(parameters["SecretId"], scheduled=True)
        if parameters.get("IncludeDeprecated"):
            return {"Versions": {version: secret.stages(version) for version in secret.versions}}
        return {"Versions": secret.staging()}

    def _list_secrets(self, parameters: dict, _now: datetime) -> dict:
        everything = parameters.get("IncludePlannedDeletion", False)
        secrets = self._secrets.items()
        return {"Names": {name for name, secret in secrets if everything or not secret.removal}}

    def _create_secret(self, parameters: dict, _now: datetime) -> dict:
        name = parameters["Name"]
        _check_name(name)
        taken = self._secrets.get(name)
        try:
            value = _value(parameters)
            tags = _merged_tags(name, {}, parameters.get("Tags", []))
        except RefusalError:
            if taken is not None:  # two reasons to refuse, and no word on which of them wins
                raise RefusalError(UNKNOWN) from None
            raise
        if taken is not None:
            return _repeated_creation(name, taken, parameters["ClientRequestToken"], value)
        token = parameters["ClientRequestToken"]
        secret = Secret(description=parameters.get("Description", ""))
        secret.tags = tags if "Tags" in parameters else None
        secret.empty_token = None if value else token
        if value:
            _write(name, secret, token, value, {CURRENT})
        self._secrets[name] = secret
        return _shown(Name=name, VersionId=token if value else None)

    def _put_secret_value(self, parameters: dict, _now: datetime) -> dict:
        secret_id, token = parameters["SecretId"], parameters["ClientRequestToken"]
        self._resolve(secret_id)  # a bad id comes first, then a lack of a value, then existence
        if not {"SecretString", "SecretBinary"} & parameters.keys():
            raise RefusalError(BAD_REQUEST)
        name, secret = self._find(secret_id)
        stages = set(parameters.get("VersionStages", [CURRENT]))
        _write(name, secret, token, _value(parameters), stages)
        return _shown(VersionId=token, VersionStages=secret.stages(token))

    def _update_secret(self, parameters: dict, _now: datetime) -> dict:
        name, secret = self._find(parameters["SecretId"])
        token, value = parameters["ClientRequestToken"], _value(parameters)
        description = parameters.get("Description", secret.description)
        repeated = value is not None and secret.versions.get(token) == value
        if repeated and description != secret.description:
            raise RefusalError(UNKNOWN, name)  # is the description ignored along with the value?
        if value:
            _write(name, secret, token, value, {CURRENT})
        secret.description = description
        return _shown(Name=name, VersionId=token if value else None)

    def _update_secret_version_stage(self, parameters: dict, _now: datetime) -> dict:
        name, secret = self._find(parameters["SecretId"])
        label = parameters["VersionStage"]
        source = parameters.get("RemoveFromVersionId")
        target = parameters.get("MoveToVersionId")
        if not {source, target} - {None} <= secret.versions.keys():
            raise RefusalError(NOT_FOUND)
        holder = secret.labels.get(label)
        if target is not None and target == holder:
            if source not in {None, holder}:
                raise RefusalError(UNKNOWN)  # nothing to move, yet the wrong source
        elif source != holder or (target is None and (label == CURRENT or holder is None)):
            raise RefusalError(BAD_PARAMETER)
        elif target is None:
            del secret.labels[label]
        else:
            _move_label(name, secret, label, target)
        return {"Name": name}

    def _delete_secret(self, parameters: dict, now: datetime) -> dict:
        secret_id = parameters["SecretId"]
        name = self._resolve(secret_id)
        force = parameters.get("ForceDeleteWithoutRecovery", False)
        days = parameters.get("RecoveryWindowInDays")
        if not force:
            self._find(secret_id)
        if days is not None and (force or not 7 <= days <= 30):
            raise RefusalError(BAD_PARAMETER)
        if force:  # of a missing secret too: AWS answers as if it had been there
            self._secrets.pop(name, None)
            self.uncertain.discard(name or secret_id)
            arn = secret_id.startswith("arn:") and _parse_arn(secret_id)
            return {"Name": arn["name"] if arn else secret_id}
        self._secrets[name].removal = now + timedelta(days=days or 30)
        return {"Name": name}

    def _restore_secret(self, parameters: dict, _now: datetime) -> dict:
        name, secret = self._find(parameters["SecretId"], scheduled=True)
        secret.removal = None
        return {"Name": name}

    def _tag_resource(self, parameters: dict, _now: datetime) -> dict:
        name, secret = self._find(parameters["SecretId"])
        secret.tags = _merged_tags(name, secret.tags or {}, parameters["Tags"])
        return {}

    def _untag_resource(self, parameters: dict, _now: datetime) -> dict:
        _, secret = self._find(parameters["SecretId"])
        _refuse_system_tags(parameters["TagKeys"])
        for key in parameters["TagKeys"]:
            (secret.tags or {}).pop(key, None)
        return {}


def _shown(**members: object) -> dict:
    """Return the members that have a value: AWS leaves the others out."""
    return {member: value for member, value in members.items() if value}


def _check_limits(member: str, value: object) -> None:
    """Refuse what is too short, too long, too little or too much, in a request or a part of it."""
    if member in LIMITS:
        least, most = LIMITS[member]
        if not least <= len(value.encode() if member == "SecretString" else value) <= most:
            raise RefusalError(INVALID)
    if isinstance(value, dict):
        for inner, part in value.items():
            _check_limits(inner, part)
    elif isinstance(value, list):
        for entry in value:
            _check_limits(ENTRIES.get(member, ""), entry)


def _check_name(name: str) -> None:
    """Refuse characters that no name may have."""
    if not NAME.fullmatch(name):
        raise RefusalError(INVALID)


def _parse_arn(secret_id: str) -> re.Match:
    """Split an ARN, and refuse one that is not an ARN of a secret."""
    arn = ARN.fullmatch(secret_id)
    _check_name(arn["name"] if arn else "")
    return arn


def _value(parameters: dict) -> tuple | None:
    """Return the value in a request as its member and its content, None when there is none."""
    members = ("SecretString", "SecretBinary")
    given = [(member, parameters[member]) for member in members if member in parameters]
    if len(given) > 1:
        raise RefusalError(BAD_PARAMETER)
    return given[0] if given else None


def _refuse_system_tags(keys: Collection[str]) -> None:
    """Refuse keys that only AWS itself may use."""
    if any(key.startswith("aws:") for key in keys):
        raise RefusalError(BAD_PARAMETER)


def _merged_tags(name: str, tags: dict, given: list[dict]) -> dict:
    """Return the tags of a secret after more are given; of equal keys the last wins."""
    if any({"Key", "Value"} - tag.keys() for tag in given):
        raise RefusalError(UNKNOWN, name)
    more = {tag["Key"]: tag["Value"] for tag in given}
    _refuse_system_tags(more)
    if len(tags | more) > MOST_TAGS:
        raise RefusalError(BAD_PARAMETER)
    return tags | more


def _repeated_creation(name: str, secret: Secret, token: str, value: tuple | None) -> dict:
    """Answer a creation under a name that is taken: only an exact repetition is welcome."""
    if secret.removal is not None:
        raise RefusalError(BAD_REQUEST)
    if value is None and token == secret.empty_token:
        raise RefusalError(UNKNOWN)  # repeated exactly, but no version tells of it
    if value is None or secret.versions.get(token) != value:
        raise RefusalError(EXISTS)
    return {"Name": name, "VersionId": token}


def _write(name: str, secret: Secret, token: str, value: tuple, stages: set[str]) -> None:
    """Add a version, unless the token has already written the same value."""
    if token in secret.versions:
        if secret.versions[token] != value:
            raise RefusalError(EXISTS)
        return
    if not secret.versions:
        stages = stages | {CURRENT}
    labels = dict(secret.labels)
    if CURRENT in stages:
        labels.pop(PENDING, None)
        labels = _with_current(labels, token)
    labels |= dict.fromkeys(stages, token)
    contested = {CURRENT, PREVIOUS} <= stages
    if contested or len(labels) > MOST_LABELS or len(secret.versions) >= MOST_VERSIONS:
        raise RefusalError(UNKNOWN, name)
    secret.versions[token] = value
    secret.labels = labels


def _move_label(name: str, secret: Secret, label: str, target: str) -> None:
    """Attach a label to a version that does not have it."""
    current = label == CURRENT
    labels = _with_current(secret.labels, target) if current else secret.labels | {label: target}
    if len(labels) > MOST_LABELS:  # with AWSCURRENT, AWSPREVIOUS is the one too many
        raise RefusalError(UNKNOWN, name) if current else RefusalError(OVER_LIMIT)
    secret.labels = labels


def _with_current(labels: dict, target: str) -> dict:
    """Return the labels after AWSCURRENT moved and AWSPREVIOUS went where AWSCURRENT was."""
    demoted = {PREVIOUS: labels[CURRENT]} if CURRENT in labels else {}
    return labels | demoted | {CURRENT: target}
