"""Any sequence of calls is answered as an independent oracle says.

The oracle was written from what is known of AWS, by somebody who had not read the package. A short
run is part of every run of the tests; ``tox -e soak`` makes a long one.
"""

from __future__ import annotations

import copy
import functools
import json
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone

import boto3
import botocore.exceptions
import pytest
from botocore import xform_name
from botocore.config import Config
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from oracle import STEPS, CallError, Oracle, Run, StepError
from oracle_rules import FUNCTION, UNKNOWN, Caller

from pytest_fakesecrets import FakeSecrets

HOME = Caller("123456789012", "us-east-1")
AWAY = Caller("123456789012", "eu-west-1")
OTHER = Caller("222222222222", "us-east-1")
ROLE = HOME._replace(principal="arn:aws:iam::123456789012:role/app")
PLACES = (HOME, AWAY, OTHER)

# Who names which secret: mostly one of one place, so that much happens to it.
SECRETS = [(HOME, "a")] * 8 + [(HOME, "prod/db")] * 3 + [(AWAY, "prod/db")] * 2
SECRETS += [(AWAY, "a"), (OTHER, "a"), (OTHER, "prod/db")]
WRITTEN = st.sampled_from(SECRETS)
READ_ALSO = st.sampled_from([*SECRETS, *[(ROLE, "a")] * 2, (ROLE, "prod/db")])
REPLICATED = st.sampled_from([*[(HOME, "prod/db")] * 12, *SECRETS])
PROMOTED = st.sampled_from([*[(AWAY, "prod/db")] * 4, (AWAY, "a"), (HOME, "prod/db")])
READERS = st.sampled_from([HOME] * 4 + [AWAY] * 2 + [OTHER] + [ROLE] * 2)
NAMES = st.sampled_from(["a", "prod/db"])
TOKENS = st.integers(1, 7).map(lambda number: f"{number:032}")
TOKENS_OF_ROTATION = st.integers(10, 99).map(lambda number: f"{number:032}")
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
KEYS = st.sampled_from([None, None, "alias/app"])
TAGS = [{"Key": "team", "Value": "web"}]
REPLICA = [{"Region": "eu-west-1"}]
REPLICAS = st.sampled_from(
    [
        *[REPLICA] * 2,
        *[[{"Region": "eu-central-1"}]] * 2,
        [{"Region": "eu-west-1", "KmsKeyId": "alias/there"}],
        [{"Region": "eu-west-1"}, {"Region": "eu-central-1"}],
        [{"Region": "us-east-1"}],
        [{"Region": "mars-north-1"}],
    ]
)
RULES = st.sampled_from(
    [
        *({"AutomaticallyAfterDays": days} for days in (7, 7, 7, 10, 10, 30)),
        {"AutomaticallyAfterDays": 10, "Duration": "3h"},
        {"ScheduleExpression": "rate(10 days)"},
        {"AutomaticallyAfterDays": 10, "ScheduleExpression": "rate(10 days)"},
        {"AutomaticallyAfterDays": 1001},
        {"AutomaticallyAfterDays": 10, "Duration": "25h"},
    ]
)
FILTERS = st.sampled_from(
    [
        {"Key": "name", "Values": ["prod/"]},
        {"Key": "name", "Values": ["Prod", "a"]},
        {"Key": "name", "Values": ["!prod"]},
        {"Key": "description", "Values": ["T on"]},
        {"Key": "description", "Values": ["d", "things"]},
        {"Key": "description", "Values": ["!one"]},
        {"Key": "tag-key", "Values": ["te"]},
        {"Key": "tag-value", "Values": ["We", "op"]},
        {"Key": "primary-region", "Values": ["us-"]},
        {"Key": "all", "Values": ["DB"]},
        {"Key": "all", "Values": ["web"]},
        {"Key": "nonsense", "Values": ["a"]},
    ]
)


def allow(principal, action="GetSecretValue", **more):
    """Return a statement of a policy that allows something."""
    effect = {"Effect": "Allow", "Resource": "*"}
    return {**effect, "Action": f"secretsmanager:{action}", "Principal": principal, **more}


def deny(principal):
    """Return a statement of a policy that denies the reading of the value."""
    return {**allow(principal), "Effect": "Deny"}


def policy(*statements, version="2012-10-17"):
    """Return the text of a policy."""
    return json.dumps({"Statement": statements, "Version": version})


PARTNER = {"AWS": "arn:aws:iam::222222222222:root"}
THROUGH_ENDPOINT = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
POLICIES = st.sampled_from(
    [
        policy(allow(PARTNER, "*")),
        policy(allow({"AWS": [PARTNER["AWS"]]}, Sid="Reads")),
        policy(allow(PARTNER, "*"), deny(PARTNER)),
        policy(deny({"AWS": ROLE.principal}), allow(PARTNER, "*", Sid="Partner")),
        policy(deny("*")),
        *[policy(allow("*"))] * 2,
        policy(allow({"AWS": "*"}, Condition=THROUGH_ENDPOINT)),
        policy({"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}),
        policy(allow(PARTNER), version="2012-10-18"),
        "{",
    ]
)

# What a caller of another account tries, by ARN.
ACROSS = st.sampled_from(
    [
        *(("GetSecretValue", {}),) * 3,
        ("PutSecretValue", {"SecretString": "v", "ClientRequestToken": f"{8:032}"}),
        ("DescribeSecret", {}),
        ("ListSecretVersionIds", {}),
        ("GetResourcePolicy", {}),
        ("PutResourcePolicy", {"ResourcePolicy": policy(allow(PARTNER, "*"))}),
        ("TagResource", {"Tags": [{"Key": "team", "Value": "theirs"}]}),
        ("UntagResource", {"TagKeys": ["team"]}),
        ("DeleteSecret", {"RecoveryWindowInDays": 7}),
        ("RestoreSecret", {}),
    ]
)


def rotate(call, event, *, fails_at=None, tidies=False, is_idle=False):
    """Rotate as AWS's templates do; it can fail at a step, remove AWSPENDING, or do nothing.

    The oracle and the fake each run it, by calls of their own.
    """
    secret, token = {"SecretId": event["SecretId"]}, event["ClientRequestToken"]
    pending = {**secret, "VersionId": token, "VersionStage": "AWSPENDING"}
    if event["Step"] == fails_at:
        raise StepError
    if is_idle:
        return
    if event["Step"] == "createSecret":
        try:
            call("GetSecretValue", **pending)
        except CallError as error:
            if str(error) != "ResourceNotFoundException":
                raise
            new = {"SecretString": f"of {token}", "VersionStages": ["AWSPENDING"]}
            call("PutSecretValue", **secret, ClientRequestToken=token, **new)
    elif event["Step"] == "testSecret":
        call("GetSecretValue", **pending)
    elif event["Step"] == "finishSecret":
        versions = call("DescribeSecret", **secret)["VersionIdsToStages"]
        current = next(id_ for id_, labels in versions.items() if "AWSCURRENT" in labels)
        move = {**secret, "MoveToVersionId": token, "RemoveFromVersionId": current}
        call("UpdateSecretVersionStage", **move, VersionStage="AWSCURRENT")
        if tidies:
            took = {**secret, "RemoveFromVersionId": token, "VersionStage": "AWSPENDING"}
            call("UpdateSecretVersionStage", **took)


# By the names of the Lambda functions.
FUNCTIONS = {
    "rotate": rotate,
    "tidy": functools.partial(rotate, tidies=True),
    "idle": functools.partial(rotate, is_idle=True),
    **{step: functools.partial(rotate, fails_at=step) for step in STEPS},
}
FUNCTION_NAMES = st.sampled_from(
    [*["rotate", "tidy"] * 5, None, None, "idle", "createSecret", "testSecret", "absent"]
)
# Which call of a function meets an error.
BROKEN = st.sampled_from(
    [*[None] * 8, "GetSecretValue", "PutSecretValue", "DescribeSecret", "UpdateSecretVersionStage"]
)


def arn_of_function(caller, name):
    """Return the ARN of a function where a caller is."""
    return FUNCTION.format(region=caller.region, account=caller.account) + name


@functools.cache
def client_of(region):
    """Return a client that is made once, and makes each call once."""
    config = Config(retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    return boto3.client("secretsmanager", region_name=region, config=config, **keys)


def knows_batches(_machine):
    """Return whether botocore knows BatchGetSecretValue, as it does since 1.34."""
    return hasattr(client_of("us-east-1"), "batch_get_secret_value")


def listed(entry):
    """Return an entry of ListSecrets as DescribeSecret would answer it."""
    entry = dict(entry)
    if "SecretVersionsToStages" in entry:
        entry["VersionIdsToStages"] = entry.pop("SecretVersionsToStages")
    return entry


# How a fact of the oracle is read from an answer, where it is not the member of that name.
READ = {
    "VersionStages": lambda answer: set(answer["VersionStages"]),
    "VersionIdsToStages": lambda answer: {
        version: set(labels) for version, labels in answer["VersionIdsToStages"].items()
    },
    "Versions": lambda answer: {
        each["VersionId"]: set(each.get("VersionStages", ())) for each in answer["Versions"]
    },
    "Tags": lambda answer: {tag["Key"]: tag["Value"] for tag in answer["Tags"]},
    "LastRotatedDate": lambda answer: answer["LastRotatedDate"].astimezone(timezone.utc).date(),
    "ReplicationStatus": lambda answer: {
        each["Region"]: (each["KmsKeyId"], each["Status"] == "Failed")
        for each in answer["ReplicationStatus"]
    },
    "Regions": lambda answer: [
        (each["Region"], each["KmsKeyId"]) for each in answer["ReplicationStatus"]
    ],
    "SecretList": lambda answer: {each["Name"]: listed(each) for each in answer["SecretList"]},
    "CreatedDates": lambda answer: [each["CreatedDate"] for each in answer["SecretList"]],
    "SecretValues": lambda answer: {
        each["Name"]: each.get("SecretString", each.get("SecretBinary"))
        for each in answer["SecretValues"]
    },
    "Errors": lambda answer: {each["SecretId"]: each["ErrorCode"] for each in answer["Errors"]},
}
MEMBER = {"Regions": "ReplicationStatus", "CreatedDates": "SecretList"}
# How the operations that answer in pages name their entries.
PAGED = {
    "ListSecrets": ["SecretList"],
    "ListSecretVersionIds": ["Versions"],
    "BatchGetSecretValue": ["SecretValues", "Errors"],
}


def difference(facts, answer):
    """Return a fact that an answer does not have, as its path and both values; None if it has."""
    for member, expected in facts.items():
        is_there = MEMBER.get(member, member) in answer
        found = READ.get(member, lambda answer, m=member: answer[m])(answer) if is_there else None
        if expected in (UNKNOWN, found):
            continue
        if member != "SecretList" or expected.keys() != found.keys():
            return member, expected, found
        for name, inner in expected.items():
            inside = difference(inner, found[name])
            if inside is not None:
                return f"{name}: {inside[0]}", *inside[1:]
    return None


class Secrets(RuleBasedStateMachine):
    """Plays the same calls on the fake, by boto3, and on the oracle."""

    def __init__(self):
        super().__init__()
        self.fakes = []
        self.oracles = [Oracle({name: self.predict(name) for name in FUNCTIONS})]
        self.arns = {}
        self.trouble = None
        self.broken = None
        self.is_in_function = False
        # What the rotation functions have met, on the oracle and on the fake.
        self.expected, self.met = [], []

    @initialize()
    def begin(self):
        """Begin a fake whose time moves only where a rule says so."""
        self.start()
        self.fake.clock.move_to(datetime(2026, 1, 30, 15, 30, tzinfo=timezone.utc))
        self.fake.clock.freeze()
        token, value = {"ClientRequestToken": f"{1:032}"}, {"SecretString": "v"}
        known = {"KmsKeyId": "alias/app", "Tags": TAGS, "AddReplicaRegions": REPLICA}
        for caller, name, more in ((HOME, "a", {}), (OTHER, "a", {}), (HOME, "prod/db", known)):
            self.act("CreateSecret", caller, Name=name, **token, **value, **more)
            self.fake.clock.advance(timedelta(minutes=1))
        self.use("PutSecretValue", (HOME, "a"), ClientRequestToken=f"{2:032}", **value)
        self.use("PutResourcePolicy", (HOME, "prod/db"), ResourcePolicy=policy(allow(PARTNER, "*")))

    def start(self):
        """Start a fake, inside the others."""
        self.fakes.append(FakeSecrets(region="us-east-1"))
        self.fake.start()
        for name in FUNCTIONS:
            self.fake.rotation_lambda(name, self.handler(name))

    def teardown(self):
        """End all fakes, the inner ones first."""
        while self.fakes:
            self.fakes.pop().stop()

    @property
    def fake(self):
        """The innermost fake."""
        return self.fakes[-1]

    @property
    def oracle(self):
        """What the innermost fake is compared with."""
        return self.oracles[-1]

    def predict(self, name):
        """Return a rotation function for the oracle."""

        def function(call, event):
            def watched(operation, **parameters):
                if operation == self.broken:
                    self.expected.append((event["Step"], operation, "InternalServiceError"))
                    raise CallError("InternalServiceError")
                try:
                    facts = call(operation, **parameters)
                except CallError as error:
                    self.expected.append((event["Step"], operation, str(error)))
                    raise
                self.expected.append((event["Step"], operation, None))
                return facts

            FUNCTIONS[name](watched, event)

        return function

    def handler(self, name):
        """Return the same rotation function for the fake."""

        def handle(event, context):
            _, _, _, region, account, *_ = event["SecretId"].split(":")

            def call(operation, **parameters):
                self.is_in_function = True
                code, answer = self.send(operation, parameters, Caller(account, region))
                self.is_in_function = False
                self.met.append((event["Step"], operation, code))
                if code is not None:
                    raise CallError(code)
                return answer

            FUNCTIONS[name](call, event)

        return handle

    def send(self, operation, parameters, caller):
        """Make a call on the fake, and return its code and answer."""
        method = getattr(client_of(caller.region), xform_name(operation))
        principal = {"principal": caller.principal} if caller.principal else {}
        with self.fake.acting_as(account=caller.account, **principal):
            try:
                return None, method(**parameters)
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"], {}

    @contextmanager
    def breaking(self, operation):
        """Have a rotation function meet an error where it makes a call, if one is given."""
        self.broken = operation
        with ExitStack() as faults:
            if operation is not None:
                fault = self.fake.faults.error(
                    "InternalServiceError", operation=operation, when=lambda _: self.is_in_function
                )
                faults.enter_context(fault)
            yield
        self.broken = None

    def use(self, operation, secret, *, by_arn=False, **parameters):
        """Make a call about a secret, given with its caller, by name or the last ARN it had."""
        caller, name = secret
        secret_id = self.arn_of(*secret) if by_arn else name
        self.act(operation, caller, SecretId=secret_id, **parameters)

    def arn_of(self, owner, name):
        """Return the ARN of a secret, the last that it had, or its name where it never had one."""
        known = self.oracle.find(owner, name)
        if known is not None:
            self.arns[owner.place, name] = known.arn
        return self.arns.get((owner.place, name), name)

    def act(self, operation, caller, **given):
        """Make a call as `compare` does; if there is to be trouble, after it went wrong once."""
        parameters = {member: value for member, value in given.items() if value is not None}
        trouble, self.trouble = self.trouble, None
        if trouble == "lost":
            self.lose(operation, caller, parameters)
        elif trouble is not None:
            with self.fake.faults.error(trouble, times=1) as fault:
                try:
                    code, _ = self.send(operation, parameters, caller)
                except botocore.exceptions.EndpointConnectionError:
                    code = "EndpointConnectionError"
            assert (code, fault.hits) == (trouble, 1)
            self.every_secret_is_as_the_oracle_says()
        return self.compare(operation, caller, **parameters)

    def lose(self, operation, caller, parameters):
        """Make a call that happens, and whose answer does not arrive."""
        expected = self.oracle.call(operation, parameters, self.fake.clock.now(), caller)
        before = self.fake.snapshot()
        with (
            self.fake.faults.drop_response("ConnectionClosedError", operation=operation, times=1),
            pytest.raises(botocore.exceptions.ConnectionClosedError),
        ):
            self.send(operation, parameters, caller)
        self.met.clear()
        self.expected.clear()
        if not expected.certain:
            self.fake.restore(before)
        elif operation == "CreateSecret" and expected.code is None:
            _, answer = self.send("DescribeSecret", {"SecretId": parameters["Name"]}, caller)
            self.oracle.learn(caller, parameters["Name"], answer["ARN"])

    def turn_pages(self, operation, caller, **parameters):
        """Have all pages together be what one page is, and refuse a token that nobody gave."""
        whole = self.act(operation, caller, **parameters)
        pages, token = [], {}
        while whole and (token or not pages):
            code, page = self.send(operation, {**parameters, "MaxResults": 1, **token}, caller)
            assert code is None
            pages.append(page)
            token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
        for member in PAGED[operation] if whole else ():
            assert whole[member] == [each for page in pages for each in page[member]]
        self.compare(operation, caller, **parameters, NextToken="nobody's")

    def compare(self, operation, caller, **parameters):
        """Make a call, compare code and facts with those of the oracle, and return the answer."""
        expected = self.oracle.call(operation, parameters, self.fake.clock.now(), caller)
        before = None if expected.certain else self.fake.snapshot()
        code, answer = self.send(operation, parameters, caller)
        told = f"{operation}({parameters}) of {caller}"
        met, foreseen = self.met.copy(), self.expected.copy()
        self.met.clear()
        self.expected.clear()
        if before is not None:
            # Whatever it did, it is taken back, so that all that follows is known.
            self.labels_are_on_one_version_each()
            self.fake.restore(before)
        has_two_values = {"SecretString", "SecretBinary"} <= parameters.keys()
        if expected.code == UNKNOWN or (
            # Nobody knows which of two refusals wins.
            has_two_values and expected.code is not None and code is not None
        ):
            return {}
        assert expected.code == code, f"{told} gave {code}, not {expected.code}"
        assert foreseen == met, f"the rotation function met {met}, not {foreseen}, by {told}"
        if code is None and operation == "CreateSecret":
            self.oracle.learn(caller, parameters["Name"], answer["ARN"])
        wrong = difference(expected.facts, answer)
        assert wrong is None, "{0} of {told} is {2}, not {1}".format(*wrong, told=told)
        return answer

    @rule(
        secret=WRITTEN,
        token=TOKENS,
        value=VALUES,
        key=KEYS,
        tags=st.sampled_from([None, TAGS, []]),
        replicas=st.none() | REPLICAS,
    )
    def create(self, secret, token, value, **details):
        """Create a secret, or the same once more."""
        caller, name = secret
        members = {"key": "KmsKeyId", "tags": "Tags", "replicas": "AddReplicaRegions"}
        given = {members[detail]: value for detail, value in details.items()}
        self.act("CreateSecret", caller, Name=name, ClientRequestToken=token, **value, **given)

    @rule(
        secret=WRITTEN,
        by_arn=st.booleans(),
        token=TOKENS,
        value=VALUES,
        labels=st.none() | LABELS_OF_A_PUT,
    )
    def put(self, secret, token, value, by_arn, labels):
        """Put a value, under the labels that are named, or as the current one."""
        token = {"ClientRequestToken": token}
        self.use("PutSecretValue", secret, by_arn=by_arn, VersionStages=labels, **token, **value)

    @rule(
        secret=WRITTEN,
        token=TOKENS,
        value=VALUES,
        key=KEYS,
        text=st.sampled_from([None, "d", "one and Two", "twoThings"]),
    )
    def update(self, secret, token, value, key, text):
        """Change a value, a key, a description, several of them, or nothing."""
        more = {"ClientRequestToken": token, "KmsKeyId": key, "Description": text}
        self.use("UpdateSecret", secret, **value, **more)

    @rule(
        secret=READ_ALSO,
        by_arn=st.booleans(),
        version=st.none() | TOKENS,
        label=st.none() | LABELS,
    )
    def get(self, secret, by_arn, version, label):
        """Read a value, by version, label or both."""
        asked = {"VersionId": version, "VersionStage": label}
        self.use("GetSecretValue", secret, by_arn=by_arn, **asked)

    @rule(secret=READ_ALSO, label=st.none() | LABELS)
    def get_by_label(self, secret, label):
        """Read a value by its label, so that more reads succeed than by chance."""
        self.use("GetSecretValue", secret, VersionStage=label)

    @rule(secret=WRITTEN, label=LABELS, old=st.none() | TOKENS, new=st.none() | TOKENS)
    def move_label(self, secret, label, old, new):
        """Move a staging label, put it, or take it off."""
        asked = {"RemoveFromVersionId": old, "MoveToVersionId": new}
        self.use("UpdateSecretVersionStage", secret, VersionStage=label, **asked)

    @rule(secret=WRITTEN, label=LABELS, number=st.none() | st.integers(0, 5))
    def move_label_rightly(self, secret, label, number):
        """Move a label from where it is, so that more moves succeed than by chance."""
        known = self.oracle.find(*secret)
        versions = sorted(known.content.versions) if known else []
        asked = {
            "RemoveFromVersionId": known and known.content.labels.get(label),
            "MoveToVersionId": versions[number % len(versions)] if versions and number else None,
        }
        self.use("UpdateSecretVersionStage", secret, VersionStage=label, **asked)

    @rule(
        secret=WRITTEN,
        by_arn=st.booleans(),
        force=st.sampled_from([None, None, None, True]),
        days=st.sampled_from([None, None, 7, 7, 31]),
    )
    def delete(self, secret, by_arn, force, days):
        """Delete a secret, with or without a window."""
        how = {"ForceDeleteWithoutRecovery": force, "RecoveryWindowInDays": days}
        self.use("DeleteSecret", secret, by_arn=by_arn, **how)

    @rule(secret=WRITTEN, by_arn=st.booleans())
    def restore(self, secret, by_arn):
        """Restore a secret, whether or not it is scheduled for deletion."""
        self.use("RestoreSecret", secret, by_arn=by_arn)

    @rule(secret=WRITTEN, key=TAG_KEYS, value=st.sampled_from(["web", "ops"]))
    def tag(self, secret, key, value):
        """Tag a secret, or give a tag another value."""
        self.use("TagResource", secret, Tags=[{"Key": key, "Value": value}])

    @rule(secret=WRITTEN, key=TAG_KEYS)
    def untag(self, secret, key):
        """Remove a tag, whether or not it is there."""
        self.use("UntagResource", secret, TagKeys=[key])

    @precondition(knows_batches)
    @rule(
        caller=READERS,
        names=st.lists(NAMES | st.just("not/there"), min_size=1, max_size=4, unique=True),
    )
    def get_batch(self, caller, names):
        """Read several secrets at once."""
        self.act("BatchGetSecretValue", caller, SecretIdList=names)

    @precondition(knows_batches)
    @rule(caller=READERS, filters=st.lists(FILTERS, min_size=1, max_size=2))
    def get_batch_by_filters(self, caller, filters):
        """Read what filters select, on one page and on several."""
        self.turn_pages("BatchGetSecretValue", caller, Filters=filters)

    @rule(
        caller=READERS,
        filters=st.lists(FILTERS, max_size=2),
        everything=st.booleans(),
        order=st.sampled_from([None, "asc", "desc"]),
    )
    def list_secrets(self, caller, filters, everything, order):
        """List what filters select, on one page and on several."""
        asked = {"Filters": filters, "IncludePlannedDeletion": everything}
        asked |= {"SortOrder": order} if order else {}
        self.turn_pages("ListSecrets", caller, **asked)

    @rule(secret=WRITTEN, everything=st.booleans())
    def list_versions(self, secret, everything):
        """List versions, on one page and on several."""
        caller, name = secret
        asked = {"SecretId": name, "IncludeDeprecated": everything}
        self.turn_pages("ListSecretVersionIds", caller, **asked)

    @rule(
        secret=WRITTEN,
        token=TOKENS_OF_ROTATION,
        function=FUNCTION_NAMES,
        rules=st.none() | RULES,
        immediately=st.sampled_from([None, True, False]),
        broken=BROKEN,
    )
    def rotate(self, secret, token, function, broken, **schedule):
        """Rotate by a function that works or fails, whose calls all arrive or not."""
        with self.breaking(broken):
            self.use(
                "RotateSecret",
                secret,
                ClientRequestToken=token,
                RotationLambdaARN=function and arn_of_function(secret[0], function),
                RotationRules=schedule["rules"],
                RotateImmediately=schedule["immediately"],
            )

    @rule(
        secret=WRITTEN,
        token=TOKENS_OF_ROTATION,
        function=st.sampled_from(["rotate", "tidy"]),
        days=st.sampled_from([7, 10]),
        broken=BROKEN,
    )
    def rotate_twice(self, secret, token, function, days, broken):
        """Rotate at once, and again when it is due, if that comes."""
        arn = arn_of_function(secret[0], function)
        asked = {"ClientRequestToken": token, "RotationLambdaARN": arn}
        self.use("RotateSecret", secret, RotationRules={"AutomaticallyAfterDays": days}, **asked)
        self.wait(days, broken)

    # Not of another account: whether AWS takes such a function is not known.
    @rule(secret=WRITTEN, there=st.sampled_from(["us-east-1", "eu-west-1"]))
    def rotate_by_function_elsewhere(self, secret, there):
        """Rotate by a function of a Region, which is the secret's or another one."""
        arn = arn_of_function(secret[0]._replace(region=there), "tidy")
        token = {"ClientRequestToken": f"{9:032}"}
        self.use("RotateSecret", secret, RotationLambdaARN=arn, **token)

    @rule(secret=WRITTEN)
    def cancel_rotation(self, secret):
        """Turn rotation off; but what AWS says where it was never on, nobody knows."""
        known = self.oracle.find(*secret)
        if known is None or known.content.rotation.enabled is not None:
            self.use("CancelRotateSecret", secret)

    @rule(secret=WRITTEN)
    def end_hung_rotation(self, secret):
        """Take the label off the version of a rotation that failed."""
        known = self.oracle.find(*secret)
        if known and known.content.hung:
            asked = {"VersionStage": "AWSPENDING", "RemoveFromVersionId": known.content.hung}
            self.use("UpdateSecretVersionStage", secret, **asked)

    @rule(secret=WRITTEN, replicas=REPLICAS, overwrites=st.sampled_from([None, False, True]))
    def replicate(self, secret, replicas, overwrites):
        """Replicate a secret to other Regions."""
        asked = {"AddReplicaRegions": replicas, "ForceOverwriteReplicaSecret": overwrites}
        self.use("ReplicateSecretToRegions", secret, **asked)

    @rule(secret=REPLICATED, count=st.integers(1, 2))
    def remove_replicas(self, secret, count):
        """Remove some replicas, or one that may not be there."""
        known = self.oracle.find(*secret)
        regions = list(known.replicas)[:count] if known else []
        asked = {"RemoveReplicaRegions": regions or ["eu-west-1"]}
        self.use("RemoveRegionsFromReplication", secret, **asked)

    @rule(secret=PROMOTED)
    def stop_replication(self, secret):
        """Make a replica a secret of its own."""
        self.use("StopReplicationToReplica", secret)

    @rule(secret=WRITTEN, text=POLICIES, block=st.sampled_from([None, False, True]))
    def put_policy(self, secret, text, block):
        """Attach a policy, and have several callers try to read."""
        self.use("PutResourcePolicy", secret, ResourcePolicy=text, BlockPublicPolicy=block)
        owner, name = secret
        for caller in (HOME, ROLE, OTHER):
            reader = caller._replace(region=owner.region)
            self.act("GetSecretValue", reader, SecretId=self.arn_of(owner, name))

    @rule(secret=READ_ALSO)
    def get_policy(self, secret):
        """Read a policy."""
        self.use("GetResourcePolicy", secret)

    @rule(secret=WRITTEN)
    def delete_policy(self, secret):
        """Detach a policy."""
        self.use("DeleteResourcePolicy", secret)

    @rule(secret=WRITTEN | st.just((HOME, None)), text=POLICIES)
    def validate_policy(self, secret, text):
        """Have a policy judged."""
        self.use("ValidateResourcePolicy", secret, ResourcePolicy=text)

    @rule(name=NAMES, call=ACROSS, caller=st.sampled_from([OTHER, OTHER, AWAY]))
    def use_from_elsewhere(self, name, call, caller):
        """Use a secret of another account, or one of another Region, which is not found here."""
        operation, parameters = call
        self.act(operation, caller, SecretId=self.arn_of(HOME, name), **parameters)

    @rule(days=st.sampled_from([1, 6, 7, 30]), broken=BROKEN)
    def wait(self, days, broken):
        """Let days pass, and so recovery windows end and rotations be due."""
        if not self.oracle.has_room:
            return
        before = len(self.fake.rotations)
        with self.breaking(broken):
            self.fake.clock.advance(timedelta(days=days))
            new = self.fake.rotations[before:]
            runs = [Run(run.arn, run.token, run.steps[0].started) for run in new]
            self.oracle.pass_time(self.fake.clock.now(), runs)
        for run in new:
            if not run.made_current:
                # Whether the version that a due rotation reserves sets the date is not known.
                self.oracle.by_arn(run.arn).content.changed = UNKNOWN
        assert self.expected == self.met
        self.met.clear()
        self.expected.clear()

    @rule()
    def nest(self):
        """Go on inside a fake that begins with a copy of what is there."""
        self.oracles.append(copy.deepcopy(self.oracle))
        self.start()

    @precondition(lambda self: len(self.fakes) > 1)
    @rule()
    def leave(self):
        """Go back to the outer fake, which is as it was."""
        self.fakes.pop().stop()
        self.oracles.pop()

    @rule(
        trouble=st.sampled_from(["lost", "lost", "ThrottlingException", "EndpointConnectionError"])
    )
    def expect_trouble(self, trouble):
        """Have the next call go wrong at first, and be made again."""
        self.trouble = trouble

    @invariant()
    def every_secret_is_as_the_oracle_says(self):
        """After each step, all that AWS tells about each secret is what the oracle tells."""
        if not self.fakes:
            return
        self.compare("ListSecrets", HOME)
        for caller in PLACES:
            self.compare("ListSecrets", caller, IncludePlannedDeletion=True)
        for name in ("a", "prod/db"):
            self.compare("DescribeSecret", HOME, SecretId=name)
            listed = {"SecretId": name, "IncludeDeprecated": True}
            self.compare("ListSecretVersionIds", HOME, **listed)

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
TestSecrets.settings = settings(stateful_step_count=40)
