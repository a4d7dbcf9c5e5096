"""Tests against another Secrets Manager than the fake, by ``--fakesecrets-endpoint``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

from .._environ import changed_environ

if TYPE_CHECKING:
    from .._fake.fake import FakeSecrets
    from .._fake.seeds import Secret, Seed
    from .._fake.view import SecretView, VersionView

# What a description says that no call can bring about.
_NOT_BY_CALLS: Final = (
    "account",
    "arn_suffix",
    "created",
    "last_accessed",
    "last_changed",
    "owning_service",
    "region",
    "replicas",
    "type",
)


class Elsewhere:
    """Stands in a fake's place while tests run against another Secrets Manager.

    It adds secrets and gives clients. Asked for anything else, it skips the test.

    :param fake: a fake with the seeds, which answers no call.
    """

    def __init__(self, url: str, fake: FakeSecrets) -> None:
        self._url = url
        self._fake = fake

    def __getattr__(self, name: str) -> Any:
        self._skip(f"fake_secrets.{name}")

    def __getitem__(self, name: str) -> Any:
        self._skip("fake_secrets[...]")

    def __setitem__(self, name: str, value: Any) -> None:
        self._skip("fake_secrets[...] = ...")

    def __delitem__(self, name: str) -> None:
        self._skip("del fake_secrets[...]")

    def __iter__(self) -> Iterator[str]:
        self._skip("iter(fake_secrets)")

    def __len__(self) -> int:  # noqa: PLE0303 - it never returns
        self._skip("len(fake_secrets)")

    def __contains__(self, name: object) -> bool:
        self._skip("in fake_secrets")

    def add(self, name: Any, value: Any = None, **details: Any) -> None:
        """Have a secret exist, as :meth:`FakeSecrets.add`; no view of it is returned."""
        self._check([] if isinstance(name, str) else [name], details)
        views: Any = self._fake.add(name, value, **details)
        for view in views if isinstance(views, tuple) else [views]:
            _make(self.client(), view)

    def client(self, region: str | None = None) -> Any:
        """Return a new client of the endpoint."""
        from .._botocore.clients import make_client
        from .._calls.caller import NO_OVERRIDE

        return make_client(region or os.environ["AWS_REGION"], self._fake.account, NO_OVERRIDE)

    def make(self, seeds: Sequence[Seed]) -> None:
        """Make the secrets of seeds there, by calls."""
        from .._fake.seeds import read

        self._check(seeds, {})
        for name in dict.fromkeys(secret.name for secret in read(seeds)):
            _make(self.client(), self._fake[name])

    def arns(self) -> set[str]:
        """Return the ARNs of all secrets that are there."""
        pages = self.client().get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
        return {secret["ARN"] for page in pages for secret in page["SecretList"]}

    def remove(self, arns: Iterable[str]) -> None:
        """Have secrets not be there."""
        for arn in arns:
            self.client().delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    def _check(self, seeds: Iterable[Any], details: Mapping[str, Any]) -> None:
        for secret in _descriptions(seeds):
            details = {**details, **{name: getattr(secret, name) for name in _NOT_BY_CALLS}}
        for name in _NOT_BY_CALLS:
            if details.get(name):
                self._skip(f"{name}= of a seed")

    def _skip(self, what: str) -> NoReturn:
        pytest.skip(f"{what} is what only a fake has; this run is against {self._url}")


@contextmanager
def elsewhere(url: str, fake: FakeSecrets, seeds: Sequence[Seed]) -> Iterator[Elsewhere]:
    """Have the secrets of a fake be at an endpoint, and all clients find it, until the block ends.

    :param seeds: what the fake was seeded with.
    """
    variables = {
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": url,
        "AWS_REGION": fake.region,
        "AWS_DEFAULT_REGION": fake.region,
        "AWS_ACCESS_KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID", fake.account),
        "AWS_SECRET_ACCESS_KEY": os.environ.get("AWS_SECRET_ACCESS_KEY", "testing"),
    }
    with changed_environ(variables):
        there = Elsewhere(url, fake)
        before = there.arns()
        try:
            there.make(seeds)
            yield there
        finally:
            there.remove(there.arns() - before)


def _make(client: Any, secret: SecretView) -> None:
    """Make one secret by calls: the version that was current before, the current one, others."""
    details = {
        "Description": secret.description,
        "KmsKeyId": secret.kms_key_id,
        "Tags": [{"Key": key, "Value": value} for key, value in secret.tags.items()],
    }
    given = {name: value for name, value in details.items() if value}
    versions = sorted(secret.versions.values(), key=_order)
    if any(not version.labels or version.value is None for version in versions):
        pytest.skip(f"no call makes a version without a label or a value, as {secret.name} has one")
    first = _value(versions[0]) if versions else {}
    client.create_secret(Name=secret.name, **given, **first)
    for version in versions[1:]:
        labels = list(version.labels)
        client.put_secret_value(SecretId=secret.name, VersionStages=labels, **_value(version))
    if secret.policy is not None:
        policy = json.dumps(secret.policy)
        client.put_resource_policy(SecretId=secret.name, ResourcePolicy=policy)
    if secret.deletion_requested is not None:
        client.delete_secret(SecretId=secret.name)


def _order(version: VersionView) -> int:
    """Return a version's place: each value takes AWSCURRENT, unless its labels are named."""
    return 0 if "AWSPREVIOUS" in version.labels else 1 if "AWSCURRENT" in version.labels else 2


def _value(version: VersionView) -> dict[str, Any]:
    member = "SecretString" if isinstance(version.value, str) else "SecretBinary"
    return {member: version.value, "ClientRequestToken": version.id}


def _descriptions(seeds: Iterable[Any]) -> Iterator[Secret]:
    from .._fake.seeds import Secret, read

    for secret in read(seeds):
        if isinstance(secret, Secret):
            yield secret
