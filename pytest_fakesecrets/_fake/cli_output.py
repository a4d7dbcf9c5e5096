"""What the AWS CLI printed about secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .._aws.arn import Arn, in_region, parse_secret_arn, secret_arn
from .._aws.model.secret import CURRENT
from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .checks import check_labels, refuse_twice
from .descriptions import moment, secret_at
from .documents import Document, Where
from .seeds import Secret

__tracebackhide__ = HIDE_MISUSE

# Members of AWS's answers, and the keys of a description that say the same.
_SAME: Final = {
    "CreatedDate": "created",
    "DeletedDate": "deleted",
    "Description": "description",
    "KmsKeyId": "kms_key_id",
    "LastAccessedDate": "last_accessed",
    "LastChangedDate": "last_changed",
    "OwningService": "owning_service",
    "ResourcePolicy": "policy",
    "Type": "type",
}
_OF_VALUES: Final = {
    "CreatedDate": "created",
    "SecretBinary": "binary",
    "SecretString": "value",
    "VersionId": "id",
    "VersionStages": "labels",
}
_LABELLED: Final = ("SecretVersionsToStages", "VersionIdsToStages")

# What no seed can say: how a secret is rotated, and where in other accounts it is replicated.
_LEFT_OUT: Final = (
    *("CrossAccountPrimary", "CrossAccountReplicas", "ExternalSecretRotationMetadata"),
    *("ExternalSecretRotationRoleArn", "LastRotatedDate", "NextRotationDate", "PolicyName"),
    *("ResponseMetadata", "RotationEnabled", "RotationLambdaARN", "RotationRules"),
)
_MEMBERS: Final = frozenset(
    [
        *("ARN", "Name", "PrimaryRegion", "ReplicationStatus", "Tags"),
        *(*_LABELLED, *_OF_VALUES, *_SAME, *_LEFT_OUT),
    ]
)
_LISTS: Final = ("SecretList", "SecretValues")
_OF_LISTS: Final = (*_LISTS, "Errors", "NextToken", "ResponseMetadata")


@dataclass(slots=True, eq=False)
class _Export:
    """What AWS's answers say about one secret, learned from one after the other.

    :ivar document: where the first of them stands, at `where`.
    :ivar description: keys of a description; `versions` those of each version, by id.
    :ivar replicas: the Regions that it is replicated to.
    :ivar primary: the ARN of the secret that it is a replica of.
    """

    document: Document
    where: Where
    arn: Arn
    description: dict[str, Any]
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    replicas: set[str] = field(default_factory=set)
    primary: str | None = None

    @property
    def owner(self) -> str:
        """The secret, as messages name it."""
        return f"secret {self.description['name']!r}"

    def learn(self, answer: Mapping[str, Any]) -> None:
        """Add what one answer says; where two differ about a detail, the later counts."""
        self._learn_versions(answer)
        for member, key in _SAME.items():
            # GetSecretValue tells when the version was created, the others when the secret was.
            if member in answer and not (key == "created" and "VersionId" in answer):
                self.description[key] = answer[member]
        if "Tags" in answer:
            self.description["tags"] = {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
        primary_region = answer.get("PrimaryRegion", self.arn.region)
        if primary_region != self.arn.region:
            self.primary = in_region(str(self.arn), primary_region)
        for status in answer.get("ReplicationStatus", ()):
            # A replica that failed is not there, and another secret may have its name.
            if status.get("Status") != "Failed" and status["Region"] != self.arn.region:
                self.replicas.add(status["Region"])

    def _learn_versions(self, answer: Mapping[str, Any]) -> None:
        for member in _LABELLED:
            for version_id, labels in answer.get(member, {}).items():
                self._learn_version({"id": version_id, "labels": labels})
        if "VersionId" in answer:
            facts = {key: answer[name] for name, key in _OF_VALUES.items() if name in answer}
            if "created" in facts:
                facts["created"] = moment(self.owner, "CreatedDate", facts["created"])
            self._learn_version({"labels": (), **facts})
        elif "SecretString" in answer or "SecretBinary" in answer:
            raise UsageError(
                f"A value of {self.owner} has no VersionId. Give that of AWS's answer."
            )

    def _learn_version(self, facts: Mapping[str, Any]) -> None:
        check_labels(facts["labels"])
        version = self.versions.setdefault(facts["id"], {"labels": ()})
        for key in ("value", "binary"):
            if key in version and version[key] != facts.get(key, version[key]):
                raise UsageError(
                    f"Version {facts['id']} of {self.owner} has two different values. Keep one."
                )
        version |= {**facts, "labels": sorted({*version["labels"], *facts["labels"]})}

    def absorb(self, replica: _Export) -> None:
        """Add what is said about the versions of a replica: but for dates, its primary's."""
        try:
            for version in replica.versions.values():
                self._learn_version({key: version[key] for key in version if key != "created"})
        except UsageError as error:
            raise replica.document.refusal(replica.where, error) from None

    def secret(self) -> Secret:
        """Return the description of the secret."""
        try:
            description = {**self._with_values(), **self.description}
        except UsageError as error:
            raise self.document.refusal(self.where, error) from None
        description["replicas"] = sorted(self.replicas)
        return secret_at(self.document, self.where, description)

    def _with_values(self) -> dict[str, Any]:
        """Return nothing where no value is known: AWS has no current version without one."""
        valued = [one for one in self.versions.values() if "value" in one or "binary" in one]
        if not valued:
            return {}
        if not any(CURRENT in version["labels"] for version in valued):
            raise UsageError(
                f"The AWSCURRENT value of {self.owner} is missing. Add what `aws secretsmanager "
                f"get-secret-value --secret-id {self.description['name']}` prints."
            )
        labels = [label for version in self.versions.values() for label in version["labels"]]
        rule = "These are answers of different times: ask for all of them again."
        refuse_twice(f"S{self.owner[1:]}", "staging label", labels, rule)
        created = [version["created"] for version in valued if "created" in version]
        return {
            "versions": list(self.versions.values()),
            **({"created": min(created)} if created else {}),
        }


def _exports(documents: Iterable[Document]) -> list[_Export]:
    """Return what AWS's answers say, by secret; replicas of a secret belong to it."""
    known: dict[str, _Export] = {}
    for document in documents:
        for where, entry in _answers(document):
            _learn(known, document, where, entry)
    return _without_replicas(known)


def _learn(known: dict[str, _Export], document: Document, where: Where, entry: Any) -> None:
    try:
        answer = _without_nulls(entry)
        arn = _arn_of(answer)
        start = _Export(document, where, arn, _start_of(arn))
        known.setdefault(str(arn), start).learn(answer)
    except UsageError as error:
        raise document.refusal(where, error) from None
    except (AttributeError, KeyError, TypeError):  # edited by hand, or cut by --query
        reason = (
            "This is not a complete answer of AWS about a secret. "
            "Give it as `aws secretsmanager` printed it."
        )
        raise document.refusal(where, reason) from None


def _without_replicas(known: dict[str, _Export]) -> list[_Export]:
    for export in known.values():
        primary = known.get(export.primary or "")
        if primary is not None and primary.primary is None:
            primary.replicas.add(export.arn.region)
    for export in tuple(known.values()):
        for region in sorted(export.replicas):
            replica = known.pop(in_region(str(export.arn), region), None)
            if replica is not None:
                export.absorb(replica)
    return list(known.values())


def _is_answer(part: Mapping[Any, Any]) -> bool:
    if isinstance(part.get("ARN"), str) and "Name" in part:
        return True
    return any(isinstance(part.get(key), list) for key in _LISTS)


def _answers(document: Document) -> Iterator[tuple[Where, Any]]:
    """Return each answer, or each entry of one that lists secrets."""
    for where, part in document.parts():
        if not _is_answer(part):
            continue
        if "ARN" in part:
            yield where, part
            continue
        for member in part:
            if member not in _OF_LISTS:
                raise document.refusal((*where, member), _unknown(member, _OF_LISTS))
        if part.get("Errors"):
            reason = (
                "AWS could not give all values. Ask for those that are missing, "
                "and empty the list of errors."
            )
            raise document.refusal((*where, "Errors"), reason)
        for key in _LISTS:
            for index, entry in enumerate(part.get(key, ())):
                yield (*where, key, index), entry


def _without_nulls(entry: Mapping[Any, Any]) -> dict[str, Any]:
    given = {member: value for member, value in entry.items() if value is not None}
    for member in given:
        if member not in _MEMBERS:
            raise _unknown(member, _MEMBERS)
    return given


def _unknown(member: object, members: Iterable[str]) -> UsageError:
    return unknown_choice("a member of AWS's answers that seeds are read from", member, members)


def _arn_of(answer: Mapping[str, Any]) -> Arn:
    name, text = answer["Name"], answer["ARN"]
    arn = parse_secret_arn(text)
    if arn is None or secret_arn(arn.region, arn.account, name, text[-6:]) != text:
        raise UsageError(
            f"{text} is not the complete ARN of a secret {name!r}. "
            "Give ARN and Name as AWS answered them."
        )
    return arn


def _start_of(arn: Arn) -> dict[str, Any]:
    return {
        "name": arn.resource[len("secret:") : -len("-suffix")],
        "region": arn.region,
        "account": arn.account,
        "arn_suffix": arn.resource[-len("suffix") :],
    }
