"""A small oracle of how AWS Secrets Manager behaves, written apart from the package's own code.

A state machine plays the same calls on the fake and on this oracle and compares what they say.
Facts are named as the members of AWS's answer. None means that the member is absent, `?` that
nobody knows; ARNs, and dates of versions, are not told everywhere.
Cross-account replicas, managed secrets and what becomes of KMS keys are left out on purpose.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from botocore import xform_name
from oracle_rules import (
    ACCESS_DENIED,
    BAD_PARAMETER,
    BAD_REQUEST,
    BAD_TOKEN,
    CURRENT,
    DEFAULT_KEY,
    EXISTS,
    FUNCTION,
    NAME,
    NOT_FOUND,
    OVER_LIMIT,
    PENDING,
    PREVIOUS,
    REGIONS,
    UNKNOWN,
    Caller,
    RefusalError,
    check_filters,
    check_limits,
    check_name,
    check_policy,
    end_of,
    is_broad,
    judge,
    next_day,
    parse_arn,
    refusals_of_rules,
    refuse_system_tags,
    selects,
    shown_rules,
    value_of,
    written,
)

MOST_LABELS, MOST_TAGS, MOST_VERSIONS = 20, 50, 100

LEFT_OUT = {"CrossAccountPrimaryARN", "PolicyName", "RotationToken", "SortBy", "Type"}

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
OF_ROTATION = {
    "LastRotatedDate",
    "NextRotationDate",
    "RotationEnabled",
    "RotationLambdaARN",
    "RotationRules",
}


class StepError(Exception):
    """A step of a rotation function fails."""


class CallError(StepError):
    """A call that a rotation function makes is refused, with this code."""


class Outcome(NamedTuple):
    """What AWS answers: its error code, None for success, and what is known of the answer.

    Where it is not `certain`, nobody knows what the call has changed, and the oracle goes on as if
    it had not been made.
    """

    code: str | None
    facts: dict
    certain: bool = True


class Run(NamedTuple):
    """A rotation that has begun because it was due."""

    arn: str
    token: str
    moment: datetime


class Request(NamedTuple):
    """A call that is being answered."""

    operation: str
    parameters: dict
    now: datetime
    caller: Caller


@dataclass
class Rotation:
    """How a secret is rotated: `enabled` is None until rotation is set up for the first time.

    `due` is the day of the next rotation. `failed` is the version of one that has not ended.
    """

    enabled: bool | None = None
    function: str | None = None
    rules: dict | None = None
    rotated: date | None = None
    due: date | str | None = None
    failed: str | None = None


@dataclass
class Content:
    """What a secret has in common with its replicas.

    `versions` maps ids to values, which are None in a version that a rotation has reserved;
    `labels` maps each staging label to its version. `tags` is None until the secret is tagged for
    the first time.
    """

    description: str = ""
    tags: dict | None = None
    versions: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)
    policy: str | None = None
    rotation: Rotation = field(default_factory=Rotation)
    changed: datetime | str | None = None

    def stages(self, version: str) -> set[str]:
        """Return the labels on a version."""
        return {label for label, holder in self.labels.items() if holder == version}

    def staging(self) -> dict[str, set[str]]:
        """Return the versions that have labels, each with its labels."""
        return {version: self.stages(version) for version in self.labels.values()}

    @property
    def has_value(self) -> bool:
        """Whether any version has a value."""
        return any(self.versions.values())

    @property
    def hung(self) -> str | None:
        """The version of a rotation that has not ended."""
        pending = self.labels.get(PENDING)
        return None if pending == self.labels.get(CURRENT) else pending


@dataclass
class Secret:
    """A secret in one Region.

    `empty_token` is the token of a creation without a value, which made no version. `replicas`
    maps Regions to the key there and whether replication failed; `primary` is the Region of the
    primary where the secret is a replica. Of the members in `unsure` DescribeSecret may tell
    anything.
    """

    content: Content
    created: datetime
    arn: str = UNKNOWN
    key: str | None = None
    removal: datetime | None = None
    deleted: datetime | None = None
    accessed: datetime | str | None = None
    empty_token: str | None = None
    replicas: dict[str, tuple[str, bool]] = field(default_factory=dict)
    primary: str | None = None
    unsure: set[str] = field(default_factory=set)

    def named(self, name: str, **facts: object) -> dict:
        """Return the facts of an answer that names the secret."""
        return {"ARN": self.arn, "Name": name, **facts}

    def regions(self) -> list[tuple[str, str]]:
        """Return the Region of each replica and the key there, as they are answered at first."""
        return [(region, key) for region, (key, _) in self.replicas.items()]


class Oracle:
    """All secrets of all accounts and Regions.

    `functions` maps names of rotation functions to callables that are given a way of making calls
    and the event; a step fails by raising StepError.
    """

    def __init__(self, functions: dict[str, Callable[[Callable, dict], None]]) -> None:
        self.functions = functions
        self._places: dict[tuple[str, str], dict[str, Secret]] = {}

    def call(self, operation: str, parameters: dict, now: datetime, caller: Caller) -> Outcome:
        """Predict the answer to a call at a moment, and change the state accordingly."""
        if LEFT_OUT & parameters.keys():
            raise NotImplementedError(LEFT_OUT & parameters.keys())
        for secrets in self._places.values():
            for name, secret in list(secrets.items()):
                if secret.removal is not None and secret.removal <= now:
                    del secrets[name]
        # Only a rotation changes something before nobody knows what it changes next.
        before = copy.deepcopy(self._places) if operation == "RotateSecret" else self._places
        outcome = self._answer(Request(operation, parameters, now, caller))
        if not outcome.certain:
            self._places = before
        return outcome

    def learn(self, caller: Caller, name: str, arn: str) -> None:
        """Take note of the complete ARN that a new secret got, and so its replicas."""
        primary = self._places[caller.place][name]
        primary.arn = arn
        for region, secret in self._replicas(caller.place, name, primary).items():
            secret.arn = arn.replace(caller.region, region)

    def find(self, caller: Caller, name: str) -> Secret | None:
        """Return a secret of the caller's."""
        return self._secrets(caller.place).get(name)

    def by_arn(self, arn: str) -> Secret:
        """Return a secret that exists."""
        place, name = self._named(arn)
        return self._places[place][name]

    @property
    def has_room(self) -> bool:
        """Whether many rotations may come before AWS might remove old versions."""
        every = [secret for secrets in self._places.values() for secret in secrets.values()]
        return all(len(secret.content.versions) < MOST_VERSIONS / 2 for secret in every)

    def pass_time(self, now: datetime, runs: Iterable[Run]) -> None:
        """Rotate what was due, by tokens that only AWS knows, until a moment.

        AWS rotates at any time of the day that is due, the fake as it begins. Where nobody knows
        the day, a rotation may or may not have run.
        """
        for run in runs:
            place, name = self._named(run.arn)
            secret = self._places[place][name]
            content, rotation = secret.content, secret.content.rotation
            assert secret.removal is None
            assert rotation.due is not None, f"The rotation of {name} is off."
            if content.hung is None:
                assert rotation.due in {UNKNOWN, run.moment.date()}, (run, rotation)
                assert run.token not in content.versions
            else:
                assert run.token == content.hung, "A rotation is tried again with its token."
            self._rotate(Request("", {}, run.moment, Caller(*place)), name, run.token)
        for secrets in self._places.values():
            for name, secret in secrets.items():
                rotation = secret.content.rotation
                if rotation.due not in {None, UNKNOWN} and rotation.due <= now.date():
                    assert secret.content.hung, f"{name} was not rotated on {rotation.due}"
                    rotation.due = UNKNOWN

    # Finding secrets

    def _answer(self, request: Request) -> Outcome:
        try:
            check_limits(request.operation, request.parameters)
            answer = getattr(self, "_" + xform_name(request.operation))
            return Outcome(None, answer(request))
        except RefusalError as refusal:
            return Outcome(refusal.code, {}, refusal.certain)

    def _secrets(self, place: tuple[str, str]) -> dict[str, Secret]:
        return self._places.setdefault(place, {})

    def _named(self, arn: str) -> tuple[tuple[str, str], str]:
        """Return where a secret is that exists, and its name."""
        return next(
            (place, name)
            for place, secrets in self._places.items()
            for name, secret in secrets.items()
            if secret.arn == arn
        )

    def _replicas(self, place: tuple[str, str], name: str, primary: Secret) -> dict[str, Secret]:
        """Return the replicas of a secret, by Region."""
        account, _ = place
        return {
            region: self._places[account, region][name]
            for region, (_, failed) in primary.replicas.items()
            if not failed
        }

    def _resolve(self, secret_id: str, caller: Caller) -> tuple[str | None, str]:
        """Return the name and the account of what an id means; the name is None if it is not."""
        if not secret_id.startswith("arn:"):
            check_name(secret_id)
            return secret_id if secret_id in self._secrets(caller.place) else None, caller.account
        arn = parse_arn(secret_id)
        for name, secret in self._secrets((arn["account"], caller.region)).items():
            if secret_id == (secret.arn if arn["suffix"] else secret.arn[:-7]):
                return name, arn["account"]
        return None, arn["account"]

    def _find(
        self, request: Request, *, scheduled: bool = False, writes: bool = False
    ) -> tuple[str, Secret]:
        """Return a name and its secret, if the caller may have it.

        `scheduled` allows one that is scheduled for deletion, `writes` forbids a replica.
        """
        caller, operation = request.caller, request.operation
        name, account = self._resolve(request.parameters["SecretId"], caller)
        secret = None if name is None else self._places[account, caller.region][name]
        effect = judge(secret.content.policy, caller, operation) if secret else None
        if effect == "Deny" or (account != caller.account and effect is None):
            raise RefusalError(ACCESS_DENIED)
        if secret is None:
            raise RefusalError(NOT_FOUND)
        if secret.removal is not None and not scheduled:
            raise RefusalError(BAD_REQUEST)
        if writes and secret.primary is not None:
            raise RefusalError(BAD_PARAMETER)
        if _is_closed(secret, caller):
            _refuse_default_key(operation)
        return name, secret

    # Values and versions

    def _version(self, request: Request) -> tuple[str, Secret, str]:
        """Return the name, the secret and the version that a request to read means."""
        name, secret = self._find(request)
        try:
            version = _chosen_version(secret.content, request.parameters)
        except RefusalError as refusal:
            if _is_closed(secret, request.caller):  # nobody knows which refusal wins
                raise RefusalError(UNKNOWN) from refusal
            raise
        if _is_closed(secret, request.caller):
            raise RefusalError(BAD_REQUEST)
        return name, secret, version

    def _get_secret_value(self, request: Request) -> dict:
        name, secret, version = self._version(request)
        member, content = secret.content.versions[version]
        secret.accessed = _midnight(request.now)
        facts = {"SecretString": None, "SecretBinary": None, member: content}
        stages = secret.content.stages(version) or None
        return secret.named(name, VersionId=version, VersionStages=stages, **facts)

    def _batch_get_secret_value(self, request: Request) -> dict:
        parameters = request.parameters
        if ("SecretIdList" in parameters) == ("Filters" in parameters):
            raise RefusalError(BAD_PARAMETER)
        if "MaxResults" in parameters and "Filters" not in parameters:
            raise RefusalError(BAD_PARAMETER)
        asked = parameters.get("SecretIdList")
        if asked is None:
            asked = [facts["ARN"] for facts in self._selected(request, everything=False).values()]
        for secret_id in asked:
            if not secret_id.startswith("arn:") and not NAME.fullmatch(secret_id):
                raise RefusalError(UNKNOWN, certain=False)  # an error, or the end of the call?
        values, errors = {}, {}
        for secret_id in asked:
            code, found = self._entry(request, secret_id)
            values.update(found)
            errors.update({secret_id: code} if code else {})
        return {"SecretValues": values, "Errors": errors}

    def _entry(self, request: Request, secret_id: str) -> tuple[str | None, dict]:
        """Return the error of one secret in a batch, or its current value by its name."""
        one = request._replace(operation="GetSecretValue", parameters={"SecretId": secret_id})
        try:
            name, secret, version = self._version(one)
        except RefusalError as refusal:
            return refusal.code, {}
        if secret.accessed != _midnight(request.now):
            secret.accessed = UNKNOWN  # does a batch count as a read?
        return None, {name: secret.content.versions[version][1]}

    def _list_secret_version_ids(self, request: Request) -> dict:
        name, secret = self._find(request, scheduled=True)
        everything = request.parameters.get("IncludeDeprecated", False)
        _refuse_token(request.parameters)
        versions = {
            version: secret.content.stages(version)
            for version, value in secret.content.versions.items()
            if value is not None and (everything or secret.content.stages(version))
        }
        return secret.named(name, Versions=versions)

    def _put_secret_value(self, request: Request) -> dict:
        parameters, token = request.parameters, request.parameters["ClientRequestToken"]
        # A bad id comes first, then a lack of a value, then existence.
        self._resolve(parameters["SecretId"], request.caller)
        if not {"SecretString", "SecretBinary"} & parameters.keys():
            raise RefusalError(BAD_REQUEST)
        name, secret = self._find(request, writes=True)
        stages = set(parameters.get("VersionStages", [CURRENT]))
        _write(secret.content, token, value_of(parameters), stages, request.now)
        return secret.named(name, VersionId=token, VersionStages=secret.content.stages(token))

    def _update_secret(self, request: Request) -> dict:
        parameters, token = request.parameters, request.parameters["ClientRequestToken"]
        changes_key = "KmsKeyId" in parameters
        name, secret = self._find(request, writes=not changes_key)
        if secret.primary is not None:  # alone its key may be changed
            others = {"Description", "SecretBinary", "SecretString"} & parameters.keys()
            raise RefusalError(UNKNOWN if others else None, certain=False)
        content, value = secret.content, value_of(parameters)
        description = parameters.get("Description", content.description)
        key = parameters.get("KmsKeyId", secret.key)
        repeated = value is not None and content.versions.get(token) == value
        if repeated and (description, key) != (content.description, secret.key):
            raise RefusalError(UNKNOWN, certain=False)  # is the rest ignored with the value?
        if value:
            _write(content, token, value, {CURRENT}, request.now)
        elif "Description" in parameters or changes_key:
            content.changed = request.now
        else:
            content.changed = UNKNOWN
        content.description, secret.key = description, key
        if changes_key:
            secret.unsure.discard("KmsKeyId")
        return secret.named(name, VersionId=token if value else None)

    def _update_secret_version_stage(self, request: Request) -> dict:
        name, secret = self._find(request, writes=True)
        content, parameters = secret.content, request.parameters
        label = parameters["VersionStage"]
        source = parameters.get("RemoveFromVersionId")
        target = parameters.get("MoveToVersionId")
        if not {source, target} - {None} <= content.versions.keys():
            raise RefusalError(NOT_FOUND)
        holder = content.labels.get(label)
        if target is not None and target == holder:
            if source not in {None, holder}:
                raise RefusalError(UNKNOWN)  # nothing to move, yet the wrong source
        elif source != holder or (target is None and (label == CURRENT or holder is None)):
            raise RefusalError(BAD_PARAMETER)
        elif target is None:
            del content.labels[label]
        else:
            _move_label(content, label, target)
        content.changed = UNKNOWN if target == holder else request.now
        return secret.named(name)

    # Secrets

    def _described(self, region: str, name: str, secret: Secret) -> dict:
        """Return what DescribeSecret tells of a secret."""
        content, is_replica = secret.content, secret.primary is not None
        facts = {
            **secret.named(name),
            "Description": content.description or None,
            "KmsKeyId": secret.key,
            "CreatedDate": secret.created,
            "LastChangedDate": content.changed,
            "LastAccessedDate": secret.accessed,
            "DeletedDate": secret.deleted,
            "Tags": None if is_replica and not content.tags else content.tags,
            "VersionIdsToStages": content.staging() or None,
            "PrimaryRegion": secret.primary or (region if secret.replicas else None),
            "ReplicationStatus": dict(secret.replicas) or None,
            **_described_rotation(content.rotation),
        }
        unsure = secret.unsure | (OF_ROTATION if is_replica else set())
        return facts | dict.fromkeys(unsure, UNKNOWN)

    def _describe_secret(self, request: Request) -> dict:
        name, secret = self._find(request, scheduled=True)
        return self._described(request.caller.region, name, secret)

    def _selected(self, request: Request, *, everything: bool) -> dict[str, dict]:
        """Return the secrets that pass the filters, each as it is described."""
        filters = request.parameters.get("Filters", [])
        check_filters(filters)
        _refuse_token(request.parameters)
        described = {
            name: self._described(request.caller.region, name, secret)
            for name, secret in self._secrets(request.caller.place).items()
            if everything or secret.removal is None
        }
        return {name: facts for name, facts in described.items() if selects(filters, facts)}

    def _list_secrets(self, request: Request) -> dict:
        everything = request.parameters.get("IncludePlannedDeletion", False)
        listed = self._selected(request, everything=everything)
        for facts in listed.values():
            del facts["ReplicationStatus"]
        descends = request.parameters.get("SortOrder") == "desc"
        dates = sorted((facts["CreatedDate"] for facts in listed.values()), reverse=descends)
        return {"SecretList": listed, "CreatedDates": dates}

    def _create_secret(self, request: Request) -> dict:
        parameters, secrets = request.parameters, self._secrets(request.caller.place)
        name, token = parameters["Name"], parameters["ClientRequestToken"]
        check_name(name)
        taken = secrets.get(name)
        try:
            value = value_of(parameters)
            tags = _merged_tags({}, parameters.get("Tags", []))
            self._check_replicas(request)
        except RefusalError:
            if taken is not None:  # two reasons to refuse, and no word on which of them wins
                raise RefusalError(UNKNOWN) from None
            raise
        if taken is not None:
            return _repeated_creation(name, taken, token, value)
        content = Content(parameters.get("Description", ""), tags if "Tags" in parameters else None)
        content.changed = request.now
        secret = Secret(content, request.now, key=parameters.get("KmsKeyId"))
        secret.empty_token = None if value else token
        if value:
            _write(content, token, value, {CURRENT}, request.now)
        self._replicate(request, name, secret)
        secrets[name] = secret
        regions = secret.regions() or None
        return secret.named(name, VersionId=token if value else None, Regions=regions)

    def _delete_secret(self, request: Request) -> dict:
        parameters, secret_id = request.parameters, request.parameters["SecretId"]
        force = parameters.get("ForceDeleteWithoutRecovery", False)
        days = parameters.get("RecoveryWindowInDays")
        name, account = self._resolve(secret_id, request.caller)
        if name is None and force and account == request.caller.account:
            secret = None
        else:
            name, secret = self._find(request, scheduled=force, writes=True)
        if days is not None and (force or not 7 <= days <= 30):
            raise RefusalError(BAD_PARAMETER)
        if secret is None:  # AWS answers as if it had been there
            arn = secret_id.startswith("arn:") and parse_arn(secret_id)
            if arn and arn["region"] != request.caller.region:
                raise RefusalError(UNKNOWN)
            return {"ARN": UNKNOWN, "Name": arn["name"] if arn else secret_id}
        if secret.replicas:
            all_failed = all(failed for _, failed in secret.replicas.values())
            raise RefusalError(UNKNOWN if all_failed else BAD_PARAMETER, certain=not all_failed)
        if force:
            del self._places[account, request.caller.region][name]
        else:
            secret.removal = request.now + timedelta(days=days or 30)
            secret.deleted = secret.content.changed = request.now
            _stop_rotation(secret)
        return secret.named(name)

    def _restore_secret(self, request: Request) -> dict:
        name, secret = self._find(request, scheduled=True, writes=True)
        if secret.removal is not None and secret.content.rotation.due is not None:
            # Nobody knows whether rotation is on again.
            secret.unsure |= OF_ROTATION - {"RotationLambdaARN"}
        secret.removal = secret.deleted = None
        secret.content.changed = UNKNOWN
        return secret.named(name)

    def _tag_resource(self, request: Request) -> dict:
        _, secret = self._find(request, writes=True)
        secret.content.tags = _merged_tags(secret.content.tags or {}, request.parameters["Tags"])
        secret.content.changed = request.now
        return {}

    def _untag_resource(self, request: Request) -> dict:
        _, secret = self._find(request, writes=True)
        keys, tags = set(request.parameters["TagKeys"]), secret.content.tags or {}
        refuse_system_tags(keys)
        secret.content.changed = request.now if keys & tags.keys() else UNKNOWN
        for key in keys & tags.keys():
            del tags[key]
        return {}

    # Resource policies

    def _put_resource_policy(self, request: Request) -> dict:
        name, secret = self._find(request, writes=True)
        text = request.parameters["ResourcePolicy"]
        check_policy(text, block_public=request.parameters.get("BlockPublicPolicy", False))
        secret.content.policy, secret.content.changed = text, request.now
        return secret.named(name)

    def _get_resource_policy(self, request: Request) -> dict:
        name, secret = self._find(request)
        policy = secret.content.policy
        return secret.named(name, ResourcePolicy=policy and written(policy))

    def _delete_resource_policy(self, request: Request) -> dict:
        name, secret = self._find(request, writes=True)
        secret.content.policy, secret.content.changed = None, UNKNOWN
        return secret.named(name)

    def _validate_resource_policy(self, request: Request) -> dict:
        if "SecretId" in request.parameters:
            self._find(request)
        text = request.parameters["ResourcePolicy"]
        try:
            check_policy(text, block_public=False)
        except RefusalError:
            raise RefusalError(UNKNOWN) from None  # it is a finding, or a refusal
        return {"PolicyValidationPassed": not is_broad(text)}

    # Replicas

    def _check_replicas(self, request: Request) -> None:
        """Refuse Regions that cannot have a replica."""
        regions = [each["Region"] for each in request.parameters.get("AddReplicaRegions", [])]
        if request.caller.region in regions or not set(regions) <= set(REGIONS):
            raise RefusalError(BAD_PARAMETER)

    def _replicate(self, request: Request, name: str, secret: Secret) -> None:
        """Make the replicas that are asked for."""
        overwrites = request.parameters.get("ForceOverwriteReplicaSecret", False)
        asked = request.parameters.get("AddReplicaRegions", [])
        places = {
            each["Region"]: self._secrets((request.caller.account, each["Region"]))
            for each in asked
        }
        for region, secrets in places.items():
            if region in secret.replicas or (overwrites and _is_special(secrets.get(name))):
                raise RefusalError(UNKNOWN, certain=False)
        for each in asked:
            region, key = each["Region"], each.get("KmsKeyId", DEFAULT_KEY)
            failed = name in places[region] and not overwrites
            secret.replicas[region] = (key, failed)
            if not failed:
                arn = secret.arn.replace(request.caller.region, region)
                replica = Secret(secret.content, request.now, arn, key)
                replica.primary = request.caller.region
                places[region][name] = replica

    def _replicate_secret_to_regions(self, request: Request) -> dict:
        name, secret = self._find(request, writes=True)
        self._check_replicas(request)
        self._replicate(request, name, secret)
        secret.unsure.discard("PrimaryRegion")
        secret.content.changed = request.now
        return {"ARN": secret.arn, "Regions": secret.regions()}

    def _remove_regions_from_replication(self, request: Request) -> dict:
        name, secret = self._find(request, writes=True)
        regions = request.parameters["RemoveReplicaRegions"]
        if not set(regions) <= secret.replicas.keys():
            raise RefusalError(UNKNOWN, certain=False)
        for region in self._replicas(request.caller.place, name, secret).keys() & set(regions):
            del self._places[request.caller.account, region][name]
        for region in regions:
            _forget_replica(secret, region)
        return {"ARN": secret.arn, "Regions": secret.regions()}

    def _stop_replication_to_replica(self, request: Request) -> dict:
        name, secret = self._find(request)
        if secret.primary is None:
            raise RefusalError(UNKNOWN, certain=False)
        primary = self._places[request.caller.account, secret.primary][name]
        _forget_replica(primary, request.caller.region)
        secret.content, secret.primary = copy.deepcopy(secret.content), None
        secret.content.changed = UNKNOWN
        secret.unsure |= {"KmsKeyId", "PrimaryRegion"}
        if secret.content.tags == {}:
            secret.unsure.add("Tags")
        if secret.content.rotation.enabled is not None:
            secret.unsure |= OF_ROTATION
            secret.content.rotation.due = UNKNOWN
        return {"ARN": secret.arn}

    # Rotation

    def _rotate_secret(self, request: Request) -> dict:
        parameters, token = request.parameters, request.parameters["ClientRequestToken"]
        name, secret = self._find(request, writes=True)
        content, rotation = secret.content, secret.content.rotation
        is_told = {"RotationLambdaARN", "RotationRules"} & parameters.keys()
        reasons = set(self._refusals_of_rotation(request, secret))
        if token in content.versions:
            raise RefusalError(UNKNOWN, certain=False)  # a repetition, or a mistake
        if reasons:
            # Nobody knows whether the new rules of a rotation that may not begin are kept.
            certain = not (is_told and content.hung)
            raise RefusalError(reasons.pop() if len(reasons) == 1 else UNKNOWN, certain=certain)
        rotation.enabled = True
        rotation.function = parameters.get("RotationLambdaARN", rotation.function)
        secret.unsure -= {"RotationEnabled", "RotationLambdaARN", "NextRotationDate"}
        if "RotationRules" in parameters:
            rotation.rules = parameters["RotationRules"]
            secret.unsure.discard("RotationRules")
        elif rotation.rules is None or "RotationRules" in secret.unsure:
            secret.unsure.add("RotationRules")
            rotation.rules = None
        content.changed = request.now
        if parameters.get("RotateImmediately", True):
            self._rotate(request, name, token)
            return secret.named(name, VersionId=token)
        self._test_rotation(request, name, token)
        return secret.named(name, VersionId=UNKNOWN)

    def _refusals_of_rotation(self, request: Request, secret: Secret) -> Iterable[str]:
        """Yield the codes of all that speaks against a rotation."""
        parameters, content = request.parameters, secret.content
        yield from refusals_of_rules(parameters.get("RotationRules", {}))
        if parameters.get("RotationRules") == {}:
            yield UNKNOWN
        asked = parameters.get("RotationLambdaARN")
        if asked is None and "RotationLambdaARN" in secret.unsure:
            yield UNKNOWN
        function = asked or content.rotation.function
        account, region = request.caller.place
        prefix = FUNCTION.format(region=region, account=account)
        if content.hung:
            yield BAD_REQUEST
        if function is None:
            yield BAD_REQUEST
        elif not function.startswith(prefix):
            yield BAD_PARAMETER
        elif function.removeprefix(prefix) not in self.functions:
            yield ACCESS_DENIED

    def _rotate(self, request: Request, name: str, token: str) -> None:
        """Rotate a secret by a version that is reserved, or was by a rotation that failed."""
        secret = self._secrets(request.caller.place)[name]
        content, rotation = secret.content, secret.content.rotation
        if token not in content.versions:
            content.versions[token] = None
            content.labels[PENDING] = token
            content.changed = request.now
        has_ended = self._run(request, secret, token, STEPS)
        if content.changed != request.now:
            content.changed = UNKNOWN  # another try that came to nothing
        rotation.failed = None if has_ended else token
        if has_ended and content.hung is None:
            rotation.rotated = request.now.date()
            rotation.due = next_day(rotation.rules, request.now)
            secret.unsure.discard("LastRotatedDate")
        else:
            rotation.due = UNKNOWN
            if has_ended:  # all steps succeeded, and the label was not moved
                secret.unsure.add("LastRotatedDate")

    def _test_rotation(self, request: Request, name: str, token: str) -> None:
        """Run the step that tests, on a copy of the current value."""
        secret = self._secrets(request.caller.place)[name]
        content = secret.content
        value = content.versions.get(content.labels.get(CURRENT))
        if value is None or PENDING in content.labels:
            raise RefusalError(UNKNOWN, certain=False)
        content.versions[token] = value
        content.labels[PENDING] = token
        if not self._run(request, secret, token, ["testSecret"]):
            raise RefusalError(UNKNOWN, certain=False)
        del content.versions[token], content.labels[PENDING]
        content.rotation.due = UNKNOWN

    def _run(self, request: Request, secret: Secret, token: str, steps: Iterable[str]) -> bool:
        """Run the function for some steps, and return whether all succeeded."""
        account, region = request.caller.place
        function = self.functions[secret.content.rotation.function.rpartition(":")[2]]

        def call(operation: str, **parameters: object) -> dict:
            inner = Request(operation, parameters, request.now, Caller(account, region))
            outcome = self._answer(inner)
            if outcome.code == UNKNOWN or not outcome.certain:
                raise RefusalError(UNKNOWN, certain=False)
            if outcome.code is not None:
                raise CallError(outcome.code)
            return outcome.facts

        for step in steps:
            event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
            try:
                function(call, event)
            except StepError:
                return False
        return True

    def _cancel_rotate_secret(self, request: Request) -> dict:
        name, secret = self._find(request, writes=True)
        content, rotation = secret.content, secret.content.rotation
        if rotation.enabled is None:
            raise RefusalError(UNKNOWN, certain=False)
        pending = content.labels.get(PENDING)
        is_running = rotation.enabled and pending is not None and pending == rotation.failed
        running = pending if is_running or pending is None else UNKNOWN
        rotation.enabled, rotation.due = False, None
        secret.unsure -= {"RotationEnabled", "NextRotationDate"}
        secret.unsure.add("LastRotatedDate")
        content.changed = UNKNOWN
        return secret.named(name, VersionId=running)


def _midnight(moment: datetime) -> datetime:
    """Return the beginning of a day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _chosen_version(content: Content, parameters: dict) -> str:
    """Return the version that a request to read means, if it has a value."""
    label = parameters.get("VersionStage")
    version = parameters.get("VersionId") or content.labels.get(label or CURRENT)
    if version not in content.versions:
        raise RefusalError(NOT_FOUND)
    is_there = label is None or content.labels.get(label) == version
    if content.versions[version] is None:
        raise RefusalError(NOT_FOUND if is_there else UNKNOWN)
    if not is_there:
        raise RefusalError(BAD_REQUEST)
    return version


def _is_closed(secret: Secret, caller: Caller) -> bool:
    """Tell whether the default key keeps the caller, who is of another account, from values."""
    account = parse_arn(secret.arn)["account"]
    return account != caller.account and secret.key in {None, DEFAULT_KEY}


def _refuse_default_key(operation: str) -> None:
    """Refuse what other accounts cannot do under the default key, besides reads."""
    if operation == "PutSecretValue":
        raise RefusalError(BAD_REQUEST)
    if operation in {"UpdateSecret", "RotateSecret"}:
        raise RefusalError(UNKNOWN, certain=False)


def _refuse_token(parameters: dict) -> None:
    """Refuse a token for the next page: none that is made here was given by AWS."""
    if "NextToken" in parameters:
        raise RefusalError(BAD_TOKEN)


def _merged_tags(tags: dict, given: list[dict]) -> dict:
    """Return the tags of a secret after more are given; of equal keys the last wins."""
    if any({"Key", "Value"} - tag.keys() for tag in given):
        raise RefusalError(UNKNOWN, certain=False)
    more = {tag["Key"]: tag["Value"] for tag in given}
    refuse_system_tags(more)
    if len(tags | more) > MOST_TAGS:
        raise RefusalError(BAD_PARAMETER)
    return tags | more


def _repeated_creation(name: str, secret: Secret, token: str, value: tuple | None) -> dict:
    """Answer a creation under a name that is taken: only an exact repetition is welcome."""
    if secret.removal is not None:
        raise RefusalError(BAD_REQUEST)
    if value is None and token == secret.empty_token:
        raise RefusalError(UNKNOWN)  # repeated exactly, but no version tells of it
    if value is None or secret.content.versions.get(token) != value:
        raise RefusalError(EXISTS)
    if secret.primary is not None:
        raise RefusalError(UNKNOWN)  # repeated exactly, but not where it was made
    return secret.named(name, VersionId=token, Regions=UNKNOWN)


def _is_special(secret: Secret | None) -> bool:
    """Return whether a secret is more than an ordinary one, which a replica may replace."""
    return secret is not None and bool(secret.removal or secret.primary or secret.replicas)


def _forget_replica(secret: Secret, region: str) -> None:
    """Take a Region off the replicas of a secret."""
    del secret.replicas[region]
    secret.content.changed = UNKNOWN
    if not secret.replicas:
        secret.unsure.add("PrimaryRegion")


def _described_rotation(rotation: Rotation) -> dict:
    """Return what DescribeSecret tells of rotation."""
    facts = dict.fromkeys(OF_ROTATION)
    if rotation.enabled is not None:
        facts["RotationEnabled"] = rotation.enabled
        facts["RotationLambdaARN"] = rotation.function
        facts["RotationRules"] = shown_rules(rotation.rules) if rotation.rules else UNKNOWN
        facts["LastRotatedDate"] = rotation.rotated
    if rotation.enabled:
        is_known = rotation.due not in {None, UNKNOWN} and "Duration" not in rotation.rules
        facts["NextRotationDate"] = end_of(rotation.due) if is_known else UNKNOWN
    return facts


def _stop_rotation(secret: Secret) -> None:
    """Turn rotation off, as a deletion does."""
    rotation = secret.content.rotation
    if rotation.enabled is not None:
        secret.unsure |= {"RotationRules", "LastRotatedDate"}
        secret.unsure -= {"RotationEnabled", "NextRotationDate"}
        rotation.due = UNKNOWN if rotation.enabled or rotation.due else None
        rotation.enabled = False


def _write(content: Content, token: str, value: tuple, stages: set[str], now: datetime) -> None:
    """Add a version, unless the token has already written the same value."""
    reserved = token in content.versions and content.versions[token] is None
    if token in content.versions and not reserved:
        if content.versions[token] != value:
            raise RefusalError(EXISTS)
        content.changed = UNKNOWN
        return
    if not content.has_value:
        stages = stages | {CURRENT}
    if reserved and (
        content.labels.get(PENDING) != token or (CURRENT in stages and PENDING not in stages)
    ):
        raise RefusalError(UNKNOWN, certain=False)  # is it the version of a rotation still?
    labels = dict(content.labels)
    if CURRENT in stages:
        labels.pop(PENDING, None)
        labels = _with_current(labels, token)
    labels |= dict.fromkeys(stages, token)
    contested = {CURRENT, PREVIOUS} <= stages
    if contested or len(labels) > MOST_LABELS or len(content.versions) >= MOST_VERSIONS:
        raise RefusalError(UNKNOWN, certain=False)
    content.versions[token] = value
    content.labels = labels
    content.changed = now
    if content.rotation.due is not None:  # a new value counts as a rotation
        is_current = CURRENT in stages
        content.rotation.due = next_day(content.rotation.rules, now) if is_current else UNKNOWN


def _move_label(content: Content, label: str, target: str) -> None:
    """Attach a label to a version that does not have it."""
    current = label == CURRENT
    labels = _with_current(content.labels, target) if current else content.labels | {label: target}
    if len(labels) > MOST_LABELS:  # with AWSCURRENT, AWSPREVIOUS is the one too many
        raise RefusalError(UNKNOWN if current else OVER_LIMIT, certain=not current)
    if content.versions[target] is None:
        raise RefusalError(UNKNOWN, certain=False)  # a label for a version without a value
    content.labels = labels
    if current and content.rotation.due is not None:
        content.rotation.due = UNKNOWN  # does this count as a change of the value?


def _with_current(labels: dict, target: str) -> dict:
    """Return the labels after AWSCURRENT moved and AWSPREVIOUS went where AWSCURRENT was."""
    demoted = {PREVIOUS: labels[CURRENT]} if CURRENT in labels else {}
    return labels | demoted | {CURRENT: target}
