"""Any sequence of calls is answered as an independent oracle says.

The oracle was written from what is known of AWS, by somebody who had not read the package. A short
run is part of every run of the tests; ``tox -e soak`` makes a long one.
"""

from __future__ import annotations

from datetime import timedelta

import botocore.exceptions
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from oracle import Oracle

from pytest_fakesecrets import FakeSecrets

# Mostly one secret, so that much happens to it.
NAMES = st.sampled_from(["a", "a", "a", "prod/db"])
TOKENS = st.integers(1, 7).map(lambda number: f"{number:032}")
LABELS = st.sampled_from(["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "mine"])
VALUES = st.sampled_from(
    [
        *({"SecretString": value} for value in ("v", "v", "v", "v", "w")),
        {"SecretBinary": b"v"},
        {},
        {"SecretString": "v", "SecretBinary": b"v"},
    ]
)
# Not AWSCURRENT with AWSPREVIOUS: what AWS does then, nobody knows, and what follows neither.
LABELS_OF_A_PUT = st.sampled_from(
    [
        ["AWSCURRENT"],
        ["AWSPENDING"],
        ["mine"],
        ["AWSCURRENT", "mine"],
        ["AWSPENDING", "mine"],
        ["AWSCURRENT", "AWSPENDING"],
    ]
)
TAG_KEYS = st.sampled_from(["team", "env", "aws:own"])


def by_id(versions):
    """Return the labels of listed versions, by id."""
    return {each["VersionId"]: set(each.get("VersionStages", ())) for each in versions}


# How a fact of the oracle is read from an answer, where it is not the member of that name.
READ = {
    "VersionStages": lambda answer: set(answer["VersionStages"]),
    "VersionIdsToStages": lambda answer: {
        version: set(labels) for version, labels in answer["VersionIdsToStages"].items()
    },
    "Versions": lambda answer: by_id(answer["Versions"]),
    "Tags": lambda answer: {tag["Key"]: tag["Value"] for tag in answer["Tags"]},
    "DeletedDate": lambda answer: "DeletedDate" in answer,
    "Names": lambda answer: {secret["Name"] for secret in answer["SecretList"]},
    "Values": lambda answer: {
        each["Name"]: each.get("SecretString", each.get("SecretBinary"))
        for each in answer["SecretValues"]
    },
    "Errors": lambda answer: {each["SecretId"]: each["ErrorCode"] for each in answer["Errors"]},
}


class Secrets(RuleBasedStateMachine):
    """Plays the same calls on the fake, by boto3, and on the oracle."""

    def __init__(self):
        super().__init__()
        self.fakes = []
        self.oracle = Oracle()
        self.arns = {}

    @initialize()
    def begin(self):
        """Begin a fake whose time moves only where a rule says so."""
        self.fakes.append(FakeSecrets(region="us-east-1"))
        self.fake.start()
        self.fake.clock.freeze()
        self.client = self.fake.client()
        self.create("a", f"{1:032}", {"SecretString": "v"}, tagged=False)
        self.put("a", f"{2:032}", {"SecretString": "v"}, by_arn=False, labels=None)

    def teardown(self):
        """End all fakes, the inner ones first."""
        while self.fakes:
            self.fakes.pop().stop()

    @property
    def fake(self):
        """The innermost fake."""
        return self.fakes[-1]

    def secret_id(self, name, *, by_arn):
        """Return the name of a secret, or the last ARN that it had."""
        return self.arns.get(name, name) if by_arn else name

    def names_in(self, parameters):
        """Return the names of the secrets that a request names, by name or by ARN."""
        ids = [parameters.get("SecretId"), parameters.get("Name")]
        ids += parameters.get("SecretIdList", [])
        by_arn = {arn: name for name, arn in self.arns.items()}
        return {by_arn.get(secret_id, secret_id) for secret_id in ids if secret_id}

    def compare(self, method, operation, **parameters):
        """Make a call, and compare code and facts with those of the oracle."""
        is_known = not self.oracle.uncertain.intersection(self.names_in(parameters))
        expected = self.oracle.call(operation, parameters, self.fake.clock.now())
        try:
            answer = getattr(self.client, method)(**parameters)
        except botocore.exceptions.ClientError as error:
            answer, code = {}, error.response["Error"]["Code"]
        else:
            code = None
        if code is None and operation == "CreateSecret":
            self.arns[parameters["Name"]] = answer["ARN"]
            if expected.code is None:
                self.oracle.learn(parameters["Name"], answer["ARN"])
        if expected.code == "?" or not is_known:
            return
        has_two_values = {"SecretString", "SecretBinary"} <= parameters.keys()
        if has_two_values and expected.code is not None and code is not None:
            # Nobody knows which of two refusals wins.
            return
        told = f"{operation}({parameters})"
        assert expected.code == code, f"{told} gave {code}, not {expected.code}"
        for fact, value in expected.facts.items():
            if fact in ("Names", "Values") and self.oracle.uncertain:
                continue
            found = READ.get(fact, lambda answer, fact=fact: answer[fact])(answer)
            assert value == found, f"{fact} of {told} is {found}, not {value}"

    @rule(name=NAMES, token=TOKENS, value=VALUES, tagged=st.booleans())
    def create(self, name, token, value, tagged):
        """Create a secret, or the same once more."""
        tags = {"Tags": [{"Key": "team", "Value": "web"}]} if tagged else {}
        self.compare(
            "create_secret", "CreateSecret", Name=name, ClientRequestToken=token, **value, **tags
        )

    @rule(
        name=NAMES,
        by_arn=st.booleans(),
        token=TOKENS,
        value=VALUES,
        labels=st.none() | LABELS_OF_A_PUT,
    )
    def put(self, name, token, value, by_arn, labels):
        """Put a value, under the labels that are named, or as the current one."""
        stages = {} if labels is None else {"VersionStages": labels}
        secret = self.secret_id(name, by_arn=by_arn)
        self.compare(
            "put_secret_value",
            "PutSecretValue",
            SecretId=secret,
            ClientRequestToken=token,
            **value,
            **stages,
        )

    @rule(name=NAMES, token=TOKENS, value=VALUES, text=st.sampled_from([None, "d", "e"]))
    def update(self, name, token, value, text):
        """Change a value, a description, both, or nothing."""
        described = {} if text is None else {"Description": text}
        self.compare(
            "update_secret",
            "UpdateSecret",
            SecretId=name,
            ClientRequestToken=token,
            **value,
            **described,
        )

    @rule(
        name=NAMES,
        by_arn=st.booleans(),
        version=st.none() | TOKENS,
        label=st.none() | LABELS,
    )
    def get(self, name, by_arn, version, label):
        """Read a value, by version, label or both."""
        asked = {"VersionId": version, "VersionStage": label}
        given = {member: value for member, value in asked.items() if value is not None}
        secret = self.secret_id(name, by_arn=by_arn)
        self.compare("get_secret_value", "GetSecretValue", SecretId=secret, **given)

    @rule(name=NAMES, label=LABELS, old=st.none() | TOKENS, new=st.none() | TOKENS)
    def move_label(self, name, label, old, new):
        """Move a staging label, put it, or take it off."""
        asked = {"RemoveFromVersionId": old, "MoveToVersionId": new}
        given = {member: value for member, value in asked.items() if value is not None}
        self.compare(
            "update_secret_version_stage",
            "UpdateSecretVersionStage",
            SecretId=name,
            VersionStage=label,
            **given,
        )

    @precondition(lambda self: self.arns)
    @rule(name=NAMES, label=LABELS, new=TOKENS)
    def move_label_rightly(self, name, label, new):
        """Move a label from where it is, so that more moves succeed than by chance."""
        secret = self.fake.get(name)
        old = None if secret is None else secret.labels.get(label)
        given = {} if old is None else {"RemoveFromVersionId": old}
        self.compare(
            "update_secret_version_stage",
            "UpdateSecretVersionStage",
            SecretId=name,
            VersionStage=label,
            MoveToVersionId=new,
            **given,
        )

    @rule(
        name=NAMES,
        by_arn=st.booleans(),
        how=st.sampled_from(
            [
                {},
                {"RecoveryWindowInDays": 7},
                {"RecoveryWindowInDays": 31},
                {"ForceDeleteWithoutRecovery": True},
                {"ForceDeleteWithoutRecovery": True, "RecoveryWindowInDays": 7},
            ]
        ),
    )
    def delete(self, name, by_arn, how):
        """Delete a secret, with or without a window."""
        secret = self.secret_id(name, by_arn=by_arn)
        self.compare("delete_secret", "DeleteSecret", SecretId=secret, **how)

    @rule(name=NAMES, by_arn=st.booleans())
    def restore(self, name, by_arn):
        """Restore a secret, whether or not it is scheduled for deletion."""
        secret = self.secret_id(name, by_arn=by_arn)
        self.compare("restore_secret", "RestoreSecret", SecretId=secret)

    @rule(name=NAMES, key=TAG_KEYS, value=st.sampled_from(["web", "ops"]))
    def tag(self, name, key, value):
        """Tag a secret, or give a tag another value."""
        tags = [{"Key": key, "Value": value}]
        self.compare("tag_resource", "TagResource", SecretId=name, Tags=tags)

    @rule(name=NAMES, key=TAG_KEYS)
    def untag(self, name, key):
        """Remove a tag, whether or not it is there."""
        self.compare("untag_resource", "UntagResource", SecretId=name, TagKeys=[key])

    # botocore before 1.34 does not know the operation.
    @precondition(lambda self: hasattr(self.client, "batch_get_secret_value"))
    @rule(names=st.lists(NAMES | st.just("not/there"), min_size=1, max_size=4, unique=True))
    def get_batch(self, names):
        """Read several secrets at once."""
        self.compare("batch_get_secret_value", "BatchGetSecretValue", SecretIdList=names)

    @rule(days=st.sampled_from([1, 6, 7, 30]))
    def wait(self, days):
        """Let days pass, and so recovery windows end."""
        self.fake.clock.advance(timedelta(days=days))

    @rule()
    def nest(self):
        """Go on inside a fake that begins with a copy of what is there."""
        self.fakes.append(FakeSecrets(region="us-east-1"))
        self.fake.start()

    @precondition(lambda self: self.arns)
    @rule(name=NAMES)
    def fail_on_demand(self, name):
        """Have each way of failing change nothing, and be over afterwards."""
        before = self.fake.snapshot()
        with (
            self.fake.faults.error("AccessDeniedException"),
            pytest.raises(botocore.exceptions.ClientError, match="AccessDeniedException"),
        ):
            self.client.delete_secret(SecretId=name)
        self.fake.restore(before)

    @invariant()
    def every_secret_is_as_the_oracle_says(self):
        """After each step, all that AWS tells about each secret is what the oracle tells."""
        if not self.fakes:
            return
        self.compare("list_secrets", "ListSecrets")
        self.compare("list_secrets", "ListSecrets", IncludePlannedDeletion=True)
        for name in ("a", "prod/db"):
            if name in self.oracle.uncertain:
                continue
            self.compare("describe_secret", "DescribeSecret", SecretId=name)
            listed = {"SecretId": name, "IncludeDeprecated": True}
            self.compare("list_secret_version_ids", "ListSecretVersionIds", **listed)

    @invariant()
    def labels_are_on_one_version_each(self):
        """Each label is on one version that exists, and a secret with values has a current one."""
        for secret in map(self.fake.__getitem__, self.fake) if self.fakes else ():
            assert set(secret.labels.values()) <= set(secret.versions)
            on_versions = [
                label for version in secret.versions.values() for label in version.labels
            ]
            assert sorted(secret.labels) == sorted(on_versions)


TestSecrets = Secrets.TestCase
TestSecrets.settings = settings(stateful_step_count=30)
