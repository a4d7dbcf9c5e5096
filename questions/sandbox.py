"""Who is asked: a fake in this process, or AWS, or another endpoint."""

from __future__ import annotations

import functools
import json
import string
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from random import SystemRandom

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_fakesecrets import FakeSecrets, Secret

from .asking import attempt, starting_with
from .rotation_function import handler
from .scrubbing import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION

PREFIX = "fakesecrets-questions/"
# For questions that need names with no special character before their own.
PLAIN_PREFIX = "fakesecretsquestions"

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/10000000-0000-4000-8000-000000000001"
ASYMMETRIC_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/10000000-0000-4000-8000-000000000002"
STRANGERS_KEY = f"arn:aws:kms:{REGION}:{OTHER_ACCOUNT}:key/10000000-0000-4000-8000-000000000003"
# Every key exists in a fake, unless it is removed.
MISSING_KEYS = [
    f"arn:aws:kms:{region}:{ACCOUNT}:{key}"
    for region in (REGION, OTHER_REGION)
    for key in (
        "key/10000000-0000-4000-8000-00000000000f",
        "alias/fakesecrets-questions-missing",
    )
]
MANAGED = "events!connection/asked/10000000-0000-4000-8000-000000000004"
DUMMY = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


@dataclass
class Means:
    """What some questions need, besides secrets; None for what is not there."""

    rotation_function: str | None = None
    kms_key: str | None = None
    asymmetric_key: str | None = None
    managed_secret: str | None = None
    second_region: str | None = None
    second_profile: str | None = None
    strangers_key: str | None = None

    def placeholders(self):
        """Return what stands for each of them in a recording."""
        keys = {"<key>": self.kms_key, "<asymmetric key>": self.asymmetric_key}
        keys["<key of the other account>"] = self.strangers_key
        found = {self.rotation_function: FUNCTION, self.managed_secret: "<managed secret>"}
        for stand_in, arn in keys.items():
            if arn:
                found[arn] = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{stand_in}"
                found[arn.rpartition("/")[2]] = stand_in
        return found


class Fake:
    """A fake for one question, whose clock stands still between calls.

    :param moment: when the question is asked.
    """

    run_id = "run"
    pause = 2
    means = Means(
        FUNCTION, KEY, ASYMMETRIC_KEY, MANAGED, OTHER_REGION, OTHER_ACCOUNT, STRANGERS_KEY
    )
    account, region, other_region = ACCOUNT, REGION, OTHER_REGION

    def __init__(self, moment):
        self._fake = FakeSecrets(region=REGION)
        self._fake.clock.move_to(moment)
        self._fake.clock.freeze()
        self._fake.rotation_lambda(FUNCTION, handler)
        self._fake.kms.add(ASYMMETRIC_KEY, asymmetric=True)
        for key in MISSING_KEYS:
            self._fake.kms.remove(key)
        self._server = None

    def __enter__(self):
        self._fake.start()
        return self

    def __exit__(self, *_):
        if self._server:
            self._server.stop()
        self._fake.stop()

    def client(self, region=None, *, is_stranger=False, **config):
        """Return a client."""
        if is_stranger:
            return self._fake.client(account=OTHER_ACCOUNT, region=region or REGION)
        return _session().client(
            "secretsmanager", region or REGION, config=Config(**config), **DUMMY
        )

    def strangers_account(self):
        """Return the number of the other account."""
        return OTHER_ACCOUNT

    def managed_secret(self):
        """Return the name of a secret that another service manages."""
        self._fake.add(Secret(MANAGED, "v", owning_service="events"))
        return MANAGED

    def kms(self):
        """Return what changes the KMS key."""
        return FakeKey(self._fake.kms)

    def endpoint(self):
        """Return a URL at which the fake answers over HTTP, and credentials for it."""
        pytest.importorskip("werkzeug")
        if self._server is None:
            self._server = self._fake.serve()
            self._server.start()
        return self._server.url, _session().client("secretsmanager", REGION, **DUMMY)

    def before_call(self):
        """Let the pause pass; return the present."""
        return self._fake.clock.advance(seconds=self.pause)

    def before_request(self):
        """Let any number of requests be sent over HTTP."""

    def now(self):
        """Return the present."""
        return self._fake.clock.now()

    def skew(self):
        """Return by how much the clock of the one asked is ahead of ours."""
        return timedelta()

    def wait_until(self, _condition):
        """Wait for nothing: a fake does all at once."""

    def placeholders(self):
        """Return what stands in a recording for texts of this sandbox."""
        return self.means.placeholders()

    def clean(self):
        """Leave the secrets alone, which end with the fake."""


@dataclass
class FakeKey:
    """The KMS key of the questions, in a fake."""

    keys: object

    def disable(self):
        """Have the key be disabled."""
        self.keys.disable(KEY)

    def deny_decryption(self):
        """Have the key decrypt for nobody."""
        self.keys.deny(KEY, "kms:Decrypt")

    def restore(self):
        """Have the key be as it was."""
        self.keys.enable(KEY)
        self.keys.allow(KEY)


@dataclass
class Budget:
    """How many requests may be sent."""

    limit: int
    spent: int = 0

    def spend(self):
        """Count a request, or end the run."""
        if self.spent >= self.limit:
            pytest.exit(f"The budget of {self.limit} requests is spent; see --budget.", 2)
        self.spent += 1


class Remote:
    """AWS, by the ambient credentials; or an endpoint, by dummy ones.

    :param endpoint: None for AWS.
    :param means: what the maintainer has given for the questions that need more.
    """

    def __init__(self, endpoint, means, pause, budget):
        self.endpoint_url = endpoint
        self.means = means
        self.pause = pause
        self.budget = budget
        self.run_id = "".join(SystemRandom().choices(string.ascii_lowercase, k=8))
        self._skew_is_in = (-86400.0, 86400.0)
        self._began = datetime.now(timezone.utc)
        self._made = []
        self._has_associated = []
        self.region = None
        self.region = self.client(is_exempt=True).meta.region_name
        self.other_region = means.second_region or (
            OTHER_REGION if self.region != OTHER_REGION else REGION
        )
        self.account, self._caller = self._identity()

    def client(self, region=None, *, is_stranger=False, is_exempt=False, **config):
        """Return a client.

        :param is_exempt: whether it cleans, which no budget stops.
        """
        config = Config(ignore_configured_endpoint_urls=True, **config)
        if self.endpoint_url:
            key = self.means.second_profile if is_stranger else DUMMY["aws_access_key_id"]
            keys = {**DUMMY, "aws_access_key_id": key}
            client = _session().client(
                "secretsmanager",
                region or REGION,
                endpoint_url=self.endpoint_url,
                config=config,
                **keys,
            )
        else:
            session = boto3.Session(profile_name=self.means.second_profile if is_stranger else None)
            client = session.client("secretsmanager", region or self.region, config=config)
            _refuse_emulators(client)
        if not is_exempt:
            self._keep_books(client, region, is_stranger=is_stranger)
        return client

    def managed_secret(self):
        """Return the name of a secret that another service manages."""
        return self.means.managed_secret

    def kms(self):
        """Return what changes the KMS key."""
        return KeyOfAws(boto3.client("kms", region_name=self.region), self.means.kms_key)

    def endpoint(self):
        """Return the URL for requests over HTTP, and a client with the credentials for them."""
        client = self.client()
        return client.meta.endpoint_url, client

    def before_call(self):
        """Make the pause between two calls; return the present."""
        time.sleep(self.pause)
        return self.now()

    def before_request(self):
        """Count a request that no client sends."""
        self.budget.spend()

    def check_that_requests_were_sent(self):
        """Have no fake, which would answer before that, pass for another."""
        if not self.budget.spent:
            raise pytest.UsageError("Nothing was sent: a fake in this process has answered.")

    def now(self):
        """Return the present, by our clock."""
        return datetime.now(timezone.utc)

    def skew(self):
        """Return by how much the clock of the one asked is ahead of ours."""
        low, high = self._skew_is_in
        return timedelta(seconds=0 if low <= 0 <= high else (low + high) / 2)

    def wait_until(self, condition, seconds=90):
        """Wait until something has come about, or time is up."""
        end = time.monotonic() + (1 if self.endpoint_url else seconds)
        while not _holds(condition) and time.monotonic() < end:
            time.sleep(0.2 if self.endpoint_url else 3)

    def placeholders(self):
        """Return what stands in a recording for texts of this sandbox."""
        return {
            **self.means.placeholders(),
            self._caller: "<caller>",
            self.account: ACCOUNT,
            self.strangers_account(): OTHER_ACCOUNT,
            self.region: REGION,
            self.other_region: OTHER_REGION,
            self.run_id: Fake.run_id,
            PLAIN_PREFIX + self.run_id: PLAIN_PREFIX + Fake.run_id,
        }

    def clean(self):
        """Delete what the question has made, replicas included."""
        for primary, replica, client in self._has_associated:
            attempt(
                client.disassociate_cross_account_replica,
                SecretId=primary,
                CrossAccountReplicaARN=replica,
            )
        # Replicas that were promoted, and secrets of other accounts, before the primaries.
        for name, region, is_stranger in reversed(self._made):
            client = self.client(region, is_stranger=is_stranger, is_exempt=True)
            delete(client, name)
        self._made.clear()
        self._has_associated.clear()

    def clean_all(self, report, run_id=""):
        """Delete whatever has the prefix, and say what is left.

        :param report: called with each line that is to be shown.
        :param run_id: the run whose secrets are meant; all runs by default.
        """
        clients = self._cleaners()
        for client in clients:
            for name in _left(client, run_id):
                delete(client, name)
        end = time.monotonic() + (1 if self.endpoint_url else 60)
        while (left := [name for client in clients for name in _left(client, run_id)]) and (
            time.monotonic() < end
        ):
            time.sleep(0.3 if self.endpoint_url else 5)
        if not left:
            report(f"No secret is left whose name begins with {PREFIX}{run_id}.")
            return
        report(f"{len(left)} secrets are still listed. AWS may take minutes; then use --clean:")
        for name in left:
            report(f"  {name}")

    def _cleaners(self):
        """Return clients for all places in which questions make secrets, the replicas' first."""
        places = [(None, False)]
        if self.means.second_region:
            places.append((self.means.second_region, False))
        if self.means.second_profile:
            places.append((None, True))
        return [
            self.client(region, is_stranger=is_stranger, is_exempt=True)
            for region, is_stranger in reversed(places)
        ]

    def _identity(self):
        """Return the number of the account and the ARN of the caller."""
        if self.endpoint_url:
            return ACCOUNT, None
        answer = boto3.client("sts").get_caller_identity()
        return answer["Account"], answer["Arn"]

    @functools.cache  # noqa: B019 - there is one object for the run
    def strangers_account(self):
        """Return the number of the other account."""
        if self.endpoint_url or not self.means.second_profile:
            return OTHER_ACCOUNT
        return (
            boto3.Session(profile_name=self.means.second_profile)
            .client("sts")
            .get_caller_identity()["Account"]
        )

    def _keep_books(self, client, region, *, is_stranger):
        """Count what a client sends, measure the clock, and remember what is to be deleted."""

        def note_secrets(params, model, **_):
            self._note_secrets(params, model.name, region, client, is_stranger=is_stranger)

        events = client.meta.events
        events.register("request-created.secrets-manager", lambda **_: self.budget.spend())
        events.register("before-send.secrets-manager", self._note_sending)
        events.register("after-call.secrets-manager", self._measure)
        events.register("provide-client-params.secrets-manager", note_secrets)

    def _note_secrets(self, params, operation, region, client, *, is_stranger):
        if operation == "CreateSecret":
            self._made.append((params.get("Name"), region, is_stranger))
        if operation == "AssociateCrossAccountReplica":
            known = params["SecretId"], params["CrossAccountReplicaARN"], client
            self._has_associated.append(known)
        if params.get("AddReplicaRegions"):
            name = params.get("Name") or params["SecretId"]
            self._made.append((name, self.means.second_region, is_stranger))

    def _note_sending(self, **_):
        self._began = datetime.now(timezone.utc)

    def _measure(self, http_response, **_):
        """Narrow what the skew can be: an answer bears the second in which it was written."""
        date = http_response.headers.get("Date")
        if date is None:
            return
        date = parsedate_to_datetime(date)
        low = (date - datetime.now(timezone.utc)).total_seconds()
        high = (date - self._began).total_seconds() + 1
        self._skew_is_in = max(low, self._skew_is_in[0]), min(high, self._skew_is_in[1])


@dataclass
class KeyOfAws:
    """The KMS key of the questions, in AWS."""

    client: object
    arn: str
    _policies: list = field(default_factory=list)

    def disable(self):
        """Have the key be disabled."""
        self.client.disable_key(KeyId=self.arn)
        time.sleep(10)

    def deny_decryption(self):
        """Have the key decrypt for nobody."""
        text = self.client.get_key_policy(KeyId=self.arn)["Policy"]
        self._policies.append(text)
        policy = json.loads(text)
        allowed = policy["Statement"]
        denial = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
        policy["Statement"] = [denial, *(allowed if isinstance(allowed, list) else [allowed])]
        self.client.put_key_policy(KeyId=self.arn, Policy=json.dumps(policy))
        time.sleep(30)

    def restore(self):
        """Have the key be as it was."""
        self.client.enable_key(KeyId=self.arn)
        for policy in self._policies:
            self.client.put_key_policy(KeyId=self.arn, Policy=policy)
        time.sleep(10)


def delete(client, name):
    """Delete a secret for good, with its replicas; one that is a replica is promoted first."""
    described = attempt(client.describe_secret, SecretId=name) or {}
    regions = [status["Region"] for status in described.get("ReplicationStatus", [])]
    if regions:
        attempt(client.remove_regions_from_replication, SecretId=name, RemoveReplicaRegions=regions)
    here = client.meta.region_name
    if described.get("PrimaryRegion", here) != here or "CrossAccountPrimary" in described:
        attempt(client.stop_replication_to_replica, SecretId=name)
    attempt(client.delete_secret, SecretId=name, ForceDeleteWithoutRecovery=True)


def _left(client, run_id):
    """Return the names of the secrets that a run has left, or all runs have."""
    names = []
    prefixes = (PREFIX + run_id, PLAIN_PREFIX + run_id)
    for prefix in prefixes:
        pages = client.get_paginator("list_secrets").paginate(
            Filters=starting_with(prefix), IncludePlannedDeletion=True
        )
        names += [secret["Name"] for page in pages for secret in page["SecretList"]]
    return [name for name in names if name.startswith(prefixes)]


def _refuse_emulators(client):
    """Let nobody but AWS answer for AWS."""
    host = client.meta.endpoint_url
    if not host.startswith("https://") or ".amazonaws.com" not in host:
        raise pytest.UsageError(f"--ask aws, but the client asks {host}. Use --ask {host}.")


def _holds(condition):
    with suppress(ClientError, LookupError):
        return condition()
    return False


@functools.cache
def _session():
    return boto3.Session()
