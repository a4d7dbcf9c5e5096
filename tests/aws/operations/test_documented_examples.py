from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest
from botocore.loaders import Loader
from freezegun import freeze_time

from pytest_fakesecrets import Secret, Version
from pytest_fakesecrets._aws.api_model import operation_model
from pytest_fakesecrets._aws.operations.registry import OPERATIONS, snake_case

ACCOUNT = "123456789012"
REGION = "us-west-2"
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
ROTATION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:MyTestDatabaseRotationLambda"
KMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/"
DATABASE = "MyTestDatabaseSecret"
CREDENTIALS = '{\n  "username":"david",\n  "password":"EXAMPLE-PASSWORD"\n}\n'
V1_SECRET = "EXAMPLE1-90ab-cdef-fedc-ba987SECRET1"
V2_SECRET = "EXAMPLE2-90ab-cdef-fedc-ba987SECRET2"
V1 = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
V2 = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"
V3 = "EXAMPLE3-90ab-cdef-fedc-ba987EXAMPLE;"
POLICY = (
    '{\n"Version":"2012-10-17",\n"Statement":[{\n"Effect":"Allow",\n"Principal":{\n'
    '"AWS":"arn:aws:iam::123456789012:root"\n},\n"Action":"secretsmanager:GetSecretValue",\n'
    '"Resource":"*"\n}]\n}'
)
# The same policy as recordings of GetResourcePolicy have it; the example has lost its spaces.
WRITTEN_POLICY = (
    '{\n  "Version" : "2012-10-17",\n  "Statement" : [ {\n    "Effect" : "Allow",\n'
    '    "Principal" : {\n      "AWS" : "arn:aws:iam::123456789012:root"\n    },\n'
    '    "Action" : "secretsmanager:GetSecretValue",\n    "Resource" : "*"\n  } ]\n}'
)
PUT_POLICY = "to-add-a-resource-based-policy-to-a-secret-1530209881839"
GET_POLICY = "to-retrieve-the-resource-based-policy-attached-to-a-secret-1530209677536"
DELETE_POLICY = "to-delete-the-resource-based-policy-attached-to-a-secret-1530209419204"


def at(seconds):
    """Return the moment that AWS writes as a number, a string at times, of seconds."""
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(
        milliseconds=round(float(seconds) * 1000)
    )


def database(*versions, **details):
    """Return the secret of most examples."""
    return Secret(
        DATABASE,
        versions=versions or [Version(CREDENTIALS, ["AWSCURRENT"], id=V1_SECRET)],
        arn_suffix="a1b2c3",
        region=REGION,
        **details,
    )


class Situation(NamedTuple):
    """What has to exist, and what time it has to be, for an example to come true."""

    seeds: tuple[Secret, ...] = ()
    now: datetime = at(1_523_400_000)
    is_rotated: bool = False


SITUATIONS = {
    "to-cancel-scheduled-rotation-for-a-secret-1523996016032": Situation(
        (database(),), is_rotated=True
    ),
    "to-configure-rotation-for-a-secret-1524001629475": Situation((database(),)),
    "to-request-an-immediate-rotation-for-a-secret-1524001949004": Situation(
        (database(),), is_rotated=True
    ),
    "to-create-a-basic-secret-1523996473658": Situation(),
    "to-delete-a-secret-1523996905092": Situation(
        (Secret("MyTestDatabaseSecret1", "v", arn_suffix="a1b2c3", region=REGION),),
        now=at(1_524_085_349.095) - timedelta(days=7),
    ),
    "to-retrieve-the-details-of-a-secret-1524000138629": Situation(
        (
            database(
                Version("1", ["AWSPREVIOUS"], id=V1),
                Version("2", ["AWSCURRENT"], id=V2),
                description="My test database secret",
                kms_key_id=f"{KMS_KEY}EXAMPLE1-90ab-cdef-fedc-ba987KMSKEY1",
                tags={"SecondTag": "AnotherValue", "FirstTag": "SomeValue"},
                created=at(1_523_477_145.713),
                last_changed=at(1_523_477_145.729),
                last_accessed=at(1_523_923_200).date(),
            ),
        ),
    ),
    "to-generate-a-random-password-1524000546092": Situation(),
    "to-retrieve-the-encrypted-secret-value-of-a-secret-1524000702484": Situation(
        (database(created=at(1_523_477_145.713)),)
    ),
    "to-list-all-of-the-secret-versions-associated-with-a-secret-1524000999164": Situation(
        (
            database(
                Version("1", ["AWSPREVIOUS"], id=V1, created=at(1_523_477_145.713)),
                Version("2", ["AWSCURRENT"], id=V2, created=at(1_523_486_221.391)),
                Version("0", id=V3, created=at(1_511_974_462.36)),
            ),
        ),
    ),
    "to-list-the-secrets-in-your-account-1524001246087": Situation(
        (
            database(
                Version("v", ["AWSCURRENT"], id=V1),
                description="My test database secret",
                created=at(1_523_477_145.713),
                last_changed=at(1_523_477_145.729),
            ),
            Secret(
                "MyTestDatabaseSecret1",
                versions=[Version("v", ["AWSCURRENT"], id=V2)],
                description="Another secret created for a different database",
                arn_suffix="d4e5f6",
                region=REGION,
                created=at(1_523_482_025.6),
                last_changed=at(1_523_482_025.685),
            ),
        ),
    ),
    "to-store-a-secret-value-in-a-new-version-of-a-secret-1524001393971": Situation((database(),)),
    "to-restore-a-previously-deleted-secret-1524001513930": Situation((database(deleted=True),)),
    "to-add-tags-to-a-secret-1524002106718": Situation((Secret("MyExampleSecret", region=REGION),)),
    "to-remove-tags-from-a-secret-1524002239065": Situation(
        (database(tags={"FirstTag": "SomeValue", "ThirdTag": "kept", "SecondTag": "Another"}),)
    ),
    PUT_POLICY: Situation((database(),)),
    GET_POLICY: Situation((database(policy=POLICY),)),
    DELETE_POLICY: Situation((database(policy=POLICY),)),
    "to-validate-the-resource-policy-of-a-secret-1524000138629": Situation((database(),)),
    "to-update-the-description-of-a-secret-1524002349094": Situation((database(),)),
    "to-update-the-kms-key-associated-with-a-secret-1524002421563": Situation((database(),)),
    "to-create-a-new-version-of-the-encrypted-secret-value-1524004651836": Situation((database(),)),
    "to-add-a-staging-label-attached-to-a-version-of-a-secret-1524004783841": Situation(
        (database(),)
    ),
    "to-delete-a-staging-label-attached-to-a-version-of-a-secret-1524004862181": Situation(
        (database(Version("v", ["AWSCURRENT", "STAGINGLABEL1"], id=V1_SECRET)),)
    ),
    "to-move-a-staging-label-from-one-version-of-a-secret-to-another-1524004963841": Situation(
        (
            database(
                Version("1", ["AWSCURRENT"], id=V1_SECRET),
                Version("2", ["AWSPENDING"], id=V2_SECRET),
            ),
        )
    ),
}


class Deviation(NamedTuple):
    """A place where a documented answer is not what AWS can have sent, and what it sends.

    `instead` is a value, None for a member that is absent, or a pattern for what is random.
    """

    example: str
    place: tuple[str | int, ...]
    instead: Any
    reason: str


NO_ROTATION = "Having rotated, AWS would tell a later LastChangedDate."
NEW_TOKEN = "The request names no token, so botocore invents one."
ALWAYS_CREATED = "AWS sends the date of creation with every secret."
ALWAYS_KEYS = "AWS sends the keys of every version."
CREATE = "to-create-a-basic-secret-1523996473658"
DELETE = "to-delete-a-secret-1523996905092"
DESCRIBE = "to-retrieve-the-details-of-a-secret-1524000138629"
LIST_VERSIONS = "to-list-all-of-the-secret-versions-associated-with-a-secret-1524000999164"
LIST = "to-list-the-secrets-in-your-account-1524001246087"
CANCEL = "to-cancel-scheduled-rotation-for-a-secret-1523996016032"
CONFIGURE = "to-configure-rotation-for-a-secret-1524001629475"
ROTATE = "to-request-an-immediate-rotation-for-a-secret-1524001949004"
ANY_TOKEN = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
NEW_VERSION = "to-create-a-new-version-of-the-encrypted-secret-value-1524004651836"
DEVIATIONS = [
    Deviation(
        CREATE,
        ("ARN",),
        re.compile(f"{ARN}{DATABASE}-[A-Za-z0-9]{{6}}"),
        "The end of a new secret's ARN is random.",
    ),
    Deviation(
        DELETE,
        ("ARN",),
        f"{ARN}MyTestDatabaseSecret1-a1b2c3",
        "The documented ARN is that of another secret than the request names.",
    ),
    Deviation(
        DELETE,
        ("Name",),
        "MyTestDatabaseSecret1",
        "The documented name is another one than the request has.",
    ),
    Deviation(CANCEL, ("Name",), DATABASE, "The documented name is a placeholder."),
    Deviation(CONFIGURE, ("VersionId",), ANY_TOKEN, NEW_TOKEN),
    Deviation(ROTATE, ("VersionId",), ANY_TOKEN, NEW_TOKEN),
    Deviation(DESCRIBE, ("LastRotatedDate",), None, NO_ROTATION),
    Deviation(DESCRIBE, ("RotationEnabled",), None, NO_ROTATION),
    Deviation(DESCRIBE, ("RotationLambdaARN",), None, NO_ROTATION),
    Deviation(DESCRIBE, ("RotationRules",), None, NO_ROTATION),
    Deviation(DESCRIBE, ("CreatedDate",), at(1_523_477_145.713), ALWAYS_CREATED),
    Deviation(
        "to-generate-a-random-password-1524000546092",
        ("RandomPassword",),
        re.compile(
            f"[{re.escape(string.ascii_letters + string.digits + string.punctuation)} ]{{20}}"
        ),
        "A password is random, and has the 20 characters that the request wants.",
    ),
    Deviation(
        "to-retrieve-the-encrypted-secret-value-of-a-secret-1524000702484",
        ("VersionStages",),
        ["AWSCURRENT"],
        "A request that names no label gets the version that is AWSCURRENT.",
    ),
    Deviation(LIST_VERSIONS, ("Versions", 0, "KmsKeyIds"), ["DefaultEncryptionKey"], ALWAYS_KEYS),
    Deviation(LIST_VERSIONS, ("Versions", 1, "KmsKeyIds"), ["DefaultEncryptionKey"], ALWAYS_KEYS),
    Deviation(LIST_VERSIONS, ("Versions", 2, "KmsKeyIds"), ["DefaultEncryptionKey"], ALWAYS_KEYS),
    Deviation(LIST, ("SecretList", 0, "CreatedDate"), at(1_523_477_145.713), ALWAYS_CREATED),
    Deviation(LIST, ("SecretList", 1, "CreatedDate"), at(1_523_482_025.6), ALWAYS_CREATED),
    Deviation(
        NEW_VERSION,
        ("ARN",),
        f"{ARN}{DATABASE}-a1b2c3",
        "An ARN begins with arn:aws:, not with aws:arn:.",
    ),
    Deviation(
        NEW_VERSION,
        ("VersionId",),
        ANY_TOKEN,
        NEW_TOKEN,
    ),
    Deviation(
        DELETE_POLICY,
        ("ARN",),
        f"{ARN}{DATABASE}-a1b2c3",
        "The documented ARN is that of a secret of another name.",
    ),
    Deviation(
        GET_POLICY,
        ("ResourcePolicy",),
        WRITTEN_POLICY,
        "Recordings of AWS have spaces where the documented text has none.",
    ),
    *(
        Deviation(example, ("PolicyName",), "default", f"Policies have names since then: {example}")
        for example in (PUT_POLICY, GET_POLICY, DELETE_POLICY)
        if "PolicyName" in operation_model("GetResourcePolicy").output_shape.members
    ),
]


def examples():
    """Return botocore's examples of the operations that are supported, with their operations."""
    documented = Loader().load_service_model("secretsmanager", "examples-1")["examples"]
    return [
        pytest.param(operation, example, id=f"{operation}-{example['id']}")
        for operation in sorted(documented)
        if operation in OPERATIONS
        for example in documented[operation]
    ]


def normal(value, member=""):
    """Write an answer as one may compare it: dates, whatever their spelling, as moments."""
    if isinstance(value, Mapping):
        return {
            name: normal(part, name) for name, part in value.items() if name != "ResponseMetadata"
        }
    if isinstance(value, list):
        return [normal(part) for part in value]
    return at(value) if member.endswith("Date") and not isinstance(value, datetime) else value


def put(answer, place, value):
    """Write a value into a nested answer; None takes the member away."""
    *way, member = place
    for step in way:
        answer = answer[step]
    if value is None:
        del answer[member]
    else:
        answer[member] = value


def look(answer, place):
    """Return what stands at a place of a nested answer, None for an absent member."""
    *way, member = place
    for step in way:
        answer = answer[step]
    return answer.get(member)


def perform(fake, operation, example):
    """Carry out an example's request where all is as it was for its author."""
    situation = SITUATIONS[example["id"]]
    fake.clock.move_to(situation.now)
    for seed in situation.seeds:
        fake.add(seed)
    client = fake.client(REGION)
    fake.rotation_lambda(ROTATION, generate=lambda: "rotated")
    if situation.is_rotated:
        client.rotate_secret(SecretId=DATABASE, RotationLambdaARN=ROTATION, RotateImmediately=False)
    return client, getattr(client, snake_case(operation))(**example["input"])


@pytest.fixture(autouse=True)
def _frozen_clock():
    with freeze_time("2026-01-01T00:00:00Z"):
        yield


@pytest.mark.parametrize(("operation", "example"), examples())
def test_an_example_of_botocore_comes_true(fake_secrets, operation, example):
    """The answer is the documented one to the letter, but for the deviations in the table."""
    _, response = perform(fake_secrets, operation, example)
    actual, expected = normal(response), normal(example.get("output", {}))
    for deviation in DEVIATIONS:
        if deviation.example != example["id"]:
            continue
        if isinstance(deviation.instead, re.Pattern):
            assert deviation.instead.fullmatch(look(actual, deviation.place))

            put(expected, deviation.place, look(actual, deviation.place))
        else:
            put(expected, deviation.place, deviation.instead)

    assert expected == actual


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.reason)
def test_a_deviation_is_one(deviation):
    """Each deviation concerns an example there is, and differs from what is documented."""
    documented = {
        parameters.values[1]["id"]: normal(parameters.values[1].get("output", {}))
        for parameters in examples()
    }
    there = look(documented[deviation.example], deviation.place)

    assert deviation.instead != there
    assert not isinstance(deviation.instead, re.Pattern) or (
        not deviation.instead.fullmatch(there) or there.endswith("-a1b2c3")
    )


def test_every_situation_is_used():
    """The table of situations has an entry for each example, and no other."""
    assert sorted(SITUATIONS) == sorted(each.values[1]["id"] for each in examples())


EFFECTS = {
    PUT_POLICY: ("GetResourcePolicy", DATABASE, "ResourcePolicy", WRITTEN_POLICY),
    DELETE_POLICY: ("GetResourcePolicy", DATABASE, "ResourcePolicy", None),
    CANCEL: ("DescribeSecret", DATABASE, "RotationEnabled", False),
    CONFIGURE: (
        "DescribeSecret",
        DATABASE,
        "RotationRules",
        {
            "AutomaticallyAfterDays": 14,
            "Duration": "2h",
            "ScheduleExpression": "cron(0 16 1,15 * ? *)",
        },
    ),
    ROTATE: ("GetSecretValue", DATABASE, "SecretString", "rotated"),
    CREATE: (
        "DescribeSecret",
        DATABASE,
        "Description",
        "My test database secret created with the CLI",
    ),
    # The answer of the example is the end of a window of seven days.
    DELETE: ("DescribeSecret", "MyTestDatabaseSecret1", "DeletedDate", at(1_523_480_549.095)),
    "to-restore-a-previously-deleted-secret-1524001513930": (
        "DescribeSecret",
        DATABASE,
        "DeletedDate",
        None,
    ),
    "to-add-tags-to-a-secret-1524002106718": (
        "DescribeSecret",
        "MyExampleSecret",
        "Tags",
        [{"Key": "FirstTag", "Value": "SomeValue"}, {"Key": "SecondTag", "Value": "AnotherValue"}],
    ),
    "to-remove-tags-from-a-secret-1524002239065": (
        "DescribeSecret",
        DATABASE,
        "Tags",
        [{"Key": "ThirdTag", "Value": "kept"}],
    ),
    "to-update-the-description-of-a-secret-1524002349094": (
        "DescribeSecret",
        DATABASE,
        "Description",
        "This is a new description for the secret.",
    ),
    "to-update-the-kms-key-associated-with-a-secret-1524002421563": (
        "DescribeSecret",
        DATABASE,
        "KmsKeyId",
        f"{KMS_KEY}EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE",
    ),
    "to-store-a-secret-value-in-a-new-version-of-a-secret-1524001393971": (
        "DescribeSecret",
        DATABASE,
        "VersionIdsToStages",
        {V1_SECRET: ["AWSPREVIOUS"], V2: ["AWSCURRENT"]},
    ),
    NEW_VERSION: (
        "GetSecretValue",
        DATABASE,
        "SecretString",
        "{JSON STRING WITH CREDENTIALS}",
    ),
    "to-add-a-staging-label-attached-to-a-version-of-a-secret-1524004783841": (
        "DescribeSecret",
        DATABASE,
        "VersionIdsToStages",
        {V1_SECRET: ["AWSCURRENT", "STAGINGLABEL1"]},
    ),
    "to-delete-a-staging-label-attached-to-a-version-of-a-secret-1524004862181": (
        "DescribeSecret",
        DATABASE,
        "VersionIdsToStages",
        {V1_SECRET: ["AWSCURRENT"]},
    ),
    "to-move-a-staging-label-from-one-version-of-a-secret-to-another-1524004963841": (
        "DescribeSecret",
        DATABASE,
        "VersionIdsToStages",
        {V1_SECRET: ["AWSPREVIOUS"], V2_SECRET: ["AWSCURRENT", "AWSPENDING"]},
    ),
}


@pytest.mark.parametrize(
    ("operation", "example"),
    [each for each in examples() if each.values[1]["id"] in EFFECTS],
)
def test_an_example_has_the_effect_that_it_is_there_for(fake_secrets, operation, example):
    """What an example says that it does can be seen afterwards."""
    client, _ = perform(fake_secrets, operation, example)
    reading, secret_id, member, expected = EFFECTS[example["id"]]

    seen = getattr(client, snake_case(reading))(SecretId=secret_id)

    assert expected == seen.get(member)


PAGE_ANSWER = {
    "ARN": "arn:aws:secretsmanager:us-west-2:123456789012:secret:MyTestDatabaseSecret-a1b2c3",
    "CreatedDate": at(1523477145.713),
    "Name": "MyTestDatabaseSecret",
    "SecretString": '{\n  "username":"david",\n  "password":"EXAMPLE-PASSWORD"\n}\n',
    "VersionId": "EXAMPLE1-90ab-cdef-fedc-ba987SECRET1",
}


def test_the_example_of_the_page_of_get_secret_value(fake_secrets):
    """The example of GetSecretValue's page in boto3's documentation comes back to the letter."""
    fake_secrets.add(database(created=at(1523477145.713)))

    response = fake_secrets.client("us-west-2").get_secret_value(SecretId="MyTestDatabaseSecret")

    assert {**PAGE_ANSWER, "VersionStages": ["AWSCURRENT"]} == normal(response)
    assert {"RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"} == set(
        response["ResponseMetadata"]
    )


def test_the_label_on_the_page_of_get_secret_value(fake_secrets):
    """AWSPREVIOUS, as the page prints it, is the answer where the request asks for that label."""
    secret = database(
        Version(CREDENTIALS, ["AWSPREVIOUS"], id=V1_SECRET, created=at(1523477145.713)),
        Version("newer", ["AWSCURRENT"], id=V2_SECRET),
    )
    fake_secrets.add(secret)

    response = fake_secrets.client("us-west-2").get_secret_value(
        SecretId="MyTestDatabaseSecret", VersionStage="AWSPREVIOUS"
    )

    assert {**PAGE_ANSWER, "VersionStages": ["AWSPREVIOUS"]} == normal(response)
