from __future__ import annotations

import functools
import re
import time
from datetime import datetime, timezone

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_fakesecrets import FakeSecrets, Secret, UsageError, Version
from pytest_fakesecrets._aws.api_model import operations
from pytest_fakesecrets._fake.fake import pipeline_of
from pytest_fakesecrets._fake.report import summary

NOW = datetime(2026, 1, 31, 10, 20, 30, tzinfo=timezone.utc)
HEADING = "Secrets Manager in us-east-1, account 123456789012"
OTHER = "222222222222"
ROTATE = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
DAYS = {"AutomaticallyAfterDays": 30}
CANARY = "canary-7f3a"
ID = "1111111{}-aaaa-4bbb-8ccc-222222222222"


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(time, "time", NOW.timestamp)
    # What botocore's delays are drawn from.
    monkeypatch.setattr("random.random", lambda: 0.4)


def table(fake, subject):
    """Return the lines that a report has under a heading."""
    _, _, below = str(fake).partition(f"{subject}:\n")
    lines = below.splitlines()
    ends = (at for at, line in enumerate(lines) if not line.startswith(" "))
    return lines[: next(ends, len(lines))]


def properties(fake):
    """Return the properties of a fake, by subject."""
    return summary(pipeline_of(fake))


def attempt(call, **parameters):
    """Make a call that may fail."""
    try:
        call(**parameters)
    except (ClientError, botocore.exceptions.HTTPClientError, ValueError, UsageError):
        return


def patient_client():
    """Return a client that retries alike under every botocore."""
    config = Config(retries={"mode": "legacy", "max_attempts": 4})
    return boto3.client("secretsmanager", region_name="us-east-1", config=config)


@pytest.fixture
def rich():
    """Give a fake that has seen something of everything."""
    database = Version({"password": "x"}, ["AWSCURRENT"], id=ID.format(2))
    former = [
        Version({"password": "w"}, ["AWSPREVIOUS"], id=ID.format(1)),
        Version({"password": "v"}, id=ID.format(0)),
    ]
    with FakeSecrets(
        Secret("prod/db", versions=[database, *former]),
        Secret("cert", versions=[Version(b"\x00", ["AWSCURRENT"], id=ID.format(3))]),
        Secret("empty"),
        Secret("away", region="eu-west-1", account=OTHER),
        Secret("old", versions=[Version("o", ["AWSCURRENT"], id=ID.format(4))], deleted=True),
    ) as fake:
        fake.faults.error("ThrottlingException", operation="GetSecretValue", times=2)
        fake.faults.drop_response(operation="GetSecretValue", times=1)
        fake.faults.error("InternalServiceError", secret="prod/bd", when=never)
        fake.faults.delay(3, operation="ListSecrets").cancel()
        fake.rotation_lambda(ROTATE, rotate)
        client = patient_client()
        client.get_secret_value(SecretId="prod/db")
        attempt(client.get_secret_value, SecretId=fake["cert"].arn, VersionStage="AWSPENDING")
        client.rotate_secret(SecretId="cert", RotationLambdaARN=ROTATE, RotationRules=DAYS)
        fake.client("eu-west-1", account=OTHER).get_resource_policy(SecretId="away")
        fake.client("eu-west-1").list_secrets()
        yield fake


def never(call):
    """Mean no call."""
    return False


def rotate(event, context):
    """Fail at the first step."""
    raise ValueError(CANARY)


RICH = """
calls:
  1  GetSecretValue     prod/db
      OK after 2 x ThrottlingException, ReadTimeoutError, waited 2.8 s
  2  GetSecretValue     cert
      ResourceNotFoundException
  3  RotateSecret       cert                            OK
  4  GetResourcePolicy  away (eu-west-1, 222222222222)  OK
  5  ListSecrets        (eu-west-1)                     OK
faults:
  2 hits, exhausted     ThrottlingException
      GetSecretValue of any secret
  1 hit, exhausted      dropped response (ReadTimeoutError)
      GetSecretValue of any secret
  NEVER HIT, active     InternalServiceError
      any operation of prod/bd, when=never
  NEVER HIT, cancelled  response after 3 s
      ListSecrets of any secret
rotations:
  cert  failed  createSecret ValueError at test_report.py:100
secrets:
  prod/db                         111111…222222  AWSCURRENT   {...}
                                  111111…222222  AWSPREVIOUS  {...}
                                  1 deprecated version
  cert                            111111…222222  AWSCURRENT   b'***'
                                  <<PENDING>>  AWSPENDING   -
  away (eu-west-1, 222222222222)  -              -            -
  empty                           -              -            -
  old                             111111…222222  AWSCURRENT   ***
      deleted, recoverable until 2026-03-02"""

RICH_PROPERTIES = """
call: 1 GetSecretValue prod/db OK after 2 x ThrottlingException, ReadTimeoutError, waited 2.8 s
call: 2 GetSecretValue cert ResourceNotFoundException
call: 3 RotateSecret cert OK
call: 4 GetResourcePolicy away (eu-west-1, 222222222222) OK
call: 5 ListSecrets (eu-west-1) OK
fault: 2 hits, exhausted ThrottlingException GetSecretValue of any secret
fault: 1 hit, exhausted dropped response (ReadTimeoutError) GetSecretValue of any secret
fault: NEVER HIT, active InternalServiceError any operation of prod/bd, when=never
fault: NEVER HIT, cancelled response after 3 s ListSecrets of any secret
rotation: cert failed createSecret ValueError at test_report.py:100
secret: prod/db 111111…222222 AWSCURRENT {...}; 111111…222222 AWSPREVIOUS {...}; 1 deprecated version
secret: cert 111111…222222 AWSCURRENT b'***'; <<PENDING>> AWSPENDING -
secret: away (eu-west-1, 222222222222) - - -
secret: empty - - -
secret: old 111111…222222 AWSCURRENT *** deleted, recoverable until 2026-03-02"""  # noqa: E501 - one line each


def with_token(text, fake):
    """Put in the version id that botocore made up."""
    token = fake["cert"].labels["AWSPENDING"]
    return text.replace("<<PENDING>>", f"{token[:6]}…{token[-6:]}").lstrip()


def test_a_rich_report(rich):
    """A fake prints calls, faults, rotations and secrets as tables."""
    assert f"{HEADING}\n{with_token(RICH, rich)}" == str(rich)


def test_a_rich_summary(rich):
    """The same, as one property for each thing."""
    told = [f"{name}: {text}" for name, text in properties(rich)]
    expected = with_token(RICH_PROPERTIES, rich).splitlines()

    assert [f"fakesecrets.{line}" for line in expected] == told


def test_a_fake_that_was_not_used():
    """A fake without calls, faults, rotations and secrets prints where it stands, and no more."""
    fake = FakeSecrets()

    heading = "Secrets Manager in no Region yet, account 123456789012"
    assert heading == str(fake) == f"{fake}"
    assert "<FakeSecrets no Region yet 123456789012: no secrets>" == repr(fake)
    assert [] == properties(fake)


def test_a_log_prints_its_calls(rich):
    """A log prints the part of the report that is about calls."""
    assert "no calls" == str(FakeSecrets().calls)
    assert str(rich.calls) in str(rich)
    assert ["calls:", "  1  GetSecretValue     prod/db"] == str(rich.calls).splitlines()[:2]


def test_a_place_of_one_s_own():
    """Region and account are named where they are not those of the fake."""
    with FakeSecrets({"a": "v"}, region="eu-west-1", account=OTHER) as fake:
        fake.client().get_secret_value(SecretId="a")
        attempt(fake.client("us-east-1").describe_secret, SecretId=fake["a"].arn)
        attempt(fake.client("us-east-1").get_secret_value, SecretId="a")
        attempt(fake.client(account="123456789012").get_secret_value, SecretId="a")

        assert f"Secrets Manager in eu-west-1, account {OTHER}" == str(fake).splitlines()[0]
        assert [
            "  1  GetSecretValue  a                 OK",
            "  2  DescribeSecret  a                 ResourceNotFoundException",
            "  3  GetSecretValue  a (us-east-1)     ResourceNotFoundException",
            "  4  GetSecretValue  a (123456789012)  ResourceNotFoundException",
        ] == table(fake, "calls")


def test_partial_arns_are_names(fake_secrets, secrets_client):
    """A secret is named by its name, be the ARN that was sent complete or partial."""
    arn = fake_secrets.add("a", "v").arn
    for sent in (arn, arn[:-7], "arn:aws:secretsmanager:nonsense"):
        attempt(secrets_client.describe_secret, SecretId=sent)

    assert [
        "  1  DescribeSecret  a                                OK",
        "  2  DescribeSecret  a                                OK",
        "  3  DescribeSecret  arn:aws:secretsmanager:nonsense  ValidationException",
    ] == table(fake_secrets, "calls")


def test_a_batch_names_its_secrets(fake_secrets, secrets_client):
    """A batch names the secrets that it asked for, or found; of many the first ones."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    for name in "abcde":
        fake_secrets.add(name, "v")
    secrets_client.batch_get_secret_value(SecretIdList=["b", "a"])
    secrets_client.batch_get_secret_value(SecretIdList=list("abcde"))
    secrets_client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["c", "d"]}])

    assert [
        "  1  BatchGetSecretValue  b, a               OK",
        "  2  BatchGetSecretValue  a, b, c, … 2 more  OK",
        "  3  BatchGetSecretValue  c, d               OK",
    ] == table(fake_secrets, "calls")


def test_a_call_without_an_outcome(fake_secrets, secrets_client):
    """A call that has not ended has no outcome; one that the test broke off has the exception."""
    seen = []
    fake_secrets.faults.delay(1, when=lambda _: seen.append(str(fake_secrets.calls)))
    secrets_client.list_secrets()
    fake_secrets.faults.delay(1, when=lambda _: int(CANARY))
    attempt(secrets_client.list_secrets)

    assert "calls:\n  1  ListSecrets    no outcome" == seen[0]
    assert ["  1  ListSecrets    OK", "  2  ListSecrets    ValueError"] == table(
        fake_secrets, "calls"
    )


def test_what_is_no_code_of_aws(fake_secrets, secrets_client):
    """What a damaged answer gives for an error code is shown only where it is known."""
    bodies = [b"\xff", b"", b'{"__type": "canary-7f3a"}', b'{"__type": "ThrottlingException"}']
    client = patient_client()
    for body in bodies:
        with fake_secrets.faults.corrupt_response(body, status=400):
            attempt(client.list_secrets)

    assert [
        "  1  ListSecrets    UnicodeDecodeError",
        "  2  ListSecrets    400",
        "  3  ListSecrets    unknown error",
        "  4  ListSecrets",
        "      ThrottlingException after 4 x ThrottlingException, waited 6.0 s",
    ] == table(fake_secrets, "calls")
    assert CANARY not in repr(fake_secrets.calls)


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("text", "***"),
        ("5", "***"),
        ("[" * 60_000, "***"),
        (b"bytes", "b'***'"),
        ({"key": "value"}, "{...}"),
        (["value"], "[...]"),
    ],
    ids=["text", "number", "deep", "bytes", "object", "list"],
)
def test_masks(value, mask):
    """Of a value only its kind is shown."""
    fake = FakeSecrets({"a": value})
    shown = table(fake, "secrets")

    assert 1 == len(shown)
    assert shown[0].endswith(f"AWSCURRENT  {mask}")


def test_labels_of_one_s_own():
    """AWSCURRENT comes first; of many labels of a version only some are shown."""
    labels = [f"label-{number}" for number in range(10)]
    versions = [
        Version("v", labels, id=ID.format(1)),
        Version("w", ["AWSCURRENT", "live"], id=ID.format(2)),
    ]
    fake = FakeSecrets(Secret("a", versions=versions))

    assert [
        "  a  111111…222222  AWSCURRENT, live                  ***",
        "     111111…222222  label-0, label-1, label-2, … 7 more  ***",
    ] == table(fake, "secrets")


def test_replicas(fake_secrets):
    """A replica is marked with the Region of its primary."""
    fake_secrets.add(Secret("a", replicas=["eu-west-1"]))

    assert [
        "  a              -  -  -",
        "  a (eu-west-1)  -  -  -  replica of us-east-1",
    ] == table(fake_secrets, "secrets")


def test_replicas_in_other_accounts(fake_secrets):
    """A replica in another account is marked with the account of its primary."""
    if "AssociateCrossAccountReplica" not in operations():
        pytest.skip("this botocore knows no replicas in other accounts")
    arn = fake_secrets.add("a", kms_key_id="alias/app").arn
    fake_secrets.client(account=OTHER).create_secret(
        Name="b", CrossAccountPrimaryARN=arn, KmsKeyId="alias/app"
    )

    assert [
        "  b (222222222222)  -  -  -  replica of 123456789012",
        "  a                 -  -  -",
    ] == table(fake_secrets, "secrets")


def test_a_secret_whose_window_has_ended(fake_secrets, monkeypatch):
    """A secret is left out as soon as its recovery window has ended."""
    requested = datetime(2026, 1, 28, tzinfo=timezone.utc)
    assert "us-east-1" == fake_secrets.region
    fake_secrets.add("a", deleted=requested, recovery_window_in_days=10)
    before = table(fake_secrets, "secrets")
    monkeypatch.setattr(time, "time", datetime(2026, 2, 7, tzinfo=timezone.utc).timestamp)

    assert ["  a  -  -  -  deleted, recoverable until 2026-02-07"] == before
    assert HEADING == str(fake_secrets)


def test_a_report_lets_nothing_happen(fake_secrets, secrets_client, monkeypatch):
    """What has fallen due does not happen by looking at a fake."""
    fake_secrets.add("a", "v")
    fake_secrets.rotation_lambda(ROTATE, generate=lambda: "w")
    secrets_client.rotate_secret(SecretId="a", RotationLambdaARN=ROTATE, RotationRules=DAYS)
    monkeypatch.setattr(time, "time", datetime(2026, 5, 1, tzinfo=timezone.utc).timestamp)

    assert [
        "  a  succeeded  createSecret OK, setSecret OK, testSecret OK, finishSecret OK",
    ] == table(fake_secrets, "rotations")


def test_rotations_that_are_tried_again(fake_secrets, secrets_client):
    """A further try of a rotation, and one that only tests, are said to be that."""
    fake_secrets.add("a", "v")
    fake_secrets.rotation_lambda(ROTATE, rotate)
    fake_secrets.rotation_retries = 1
    secrets_client.rotate_secret(
        SecretId="a", RotationLambdaARN=ROTATE, RotationRules=DAYS, RotateImmediately=False
    )

    assert [
        "  a  failed, test only             testSecret ValueError at test_report.py:100",
        "  a  failed, test only, attempt 2  testSecret ValueError at test_report.py:100",
    ] == table(fake_secrets, "rotations")


def test_faults_name_secrets_as_calls_do(fake_secrets):
    """The secret of a fault is named as that of a call, also where it was given by ARN."""
    here = fake_secrets.add("a").arn
    there = here.replace("us-east-1", "eu-west-1")
    fake_secrets.faults.stale_reads(calls=1, secret=here, version_stage="blue")
    fake_secrets.faults.corrupt_response(secret=there)

    assert [
        "  NEVER HIT, active  stale reads for 1 calls",
        "      any operation of a, version_stage=blue",
        "  NEVER HIT, active  corrupted response       any operation of a (eu-west-1)",
    ] == table(fake_secrets, "faults")


def test_names_are_shortened_in_the_middle(fake_secrets, secrets_client):
    """A long name keeps its beginning and its end."""
    name = f"prod/{'x' * 200}/password"
    fake_secrets.add(name)
    secrets_client.describe_secret(SecretId=name)
    shown = "prod/xxxxxxxxxxx…xxxxxx/password"

    assert [f"  1  DescribeSecret  {shown}  OK"] == table(fake_secrets, "calls")
    assert [f"  {shown}  -  -  -"] == table(fake_secrets, "secrets")


def test_what_is_not_ascii_is_escaped(fake_secrets, secrets_client):
    """What a terminal might not show, or take for a command, is escaped."""
    attempt(secrets_client.describe_secret, SecretId="ü\n\x1b[31m")

    assert [r"  1  DescribeSecret  \xfc\n\x1b[31m  ValidationException"] == table(
        fake_secrets, "calls"
    )


def test_long_lists_are_cut(fake_secrets, secrets_client):
    """The latest calls and rotations are shown, and the secrets that calls were about first."""
    for number in range(30):
        fake_secrets.add(f"s{number:02}", "v")
        fake_secrets.faults.error(
            "DecryptionFailure", operation="GetSecretValue", secret=f"{number}"
        )
    fake_secrets.rotation_lambda(ROTATE, rotate)
    fake_secrets.rotation_retries = 21
    secrets_client.rotate_secret(SecretId="s28", RotationLambdaARN=ROTATE, RotationRules=DAYS)
    for number in range(54):
        attempt(secrets_client.describe_secret, SecretId=f"s{number:02}" if number == 25 else "no")

    shown = {
        name: table(fake_secrets, name) for name in ("calls", "faults", "rotations", "secrets")
    }

    assert {21} == {len(lines) for name, lines in shown.items() if name in ("calls", "rotations")}
    assert "  … 35 more" == shown["calls"][0]
    assert shown["calls"][1].startswith("  36  DescribeSecret  no")
    assert "  … 2 more" == shown["rotations"][0]
    assert "attempt 22" in shown["rotations"][-1]
    assert ["s25", "s28", "s00", "s01"] == [
        line.split()[0] for line in shown["secrets"][:5] if line[2] != " "
    ]
    assert "  … 10 more" == shown["secrets"][-1] == shown["faults"][-1]
    texts = [text for name, text in properties(fake_secrets) if name == "fakesecrets.call"]
    assert ["… 35 more", "36 DescribeSecret no ResourceNotFoundException"] == texts[:2]


def predicates():
    """Return predicates that have the canary in what Python makes of their names."""

    def renamed(*_):
        return False

    class Callable:
        def __repr__(self):
            return CANARY

        def __call__(self, call):
            return CANARY in call.operation

    renamed.__name__ = CANARY
    return [
        renamed,
        functools.partial(renamed, CANARY),
        Callable(),
        type(CANARY, (Callable,), {})(),
        bool,
    ]


def test_no_value_shows(fake_secrets, secrets_client):
    """No text about a fake holds a value, by whatever way it might have come in."""
    raised = iter([ValueError(CANARY), type(CANARY, (KeyError,), {})(CANARY)])

    def failing(event, context):
        raise next(raised)

    for name, value in {"text": CANARY, "bytes": CANARY.encode(), "JSON": {CANARY: CANARY}}.items():
        fake_secrets.add(name, value, previous=value, description=CANARY, tags={CANARY: CANARY})
        secrets_client.get_secret_value(SecretId=name)
    secrets_client.create_secret(Name="new", SecretString=CANARY, Description=CANARY)
    fake_secrets.rotation_lambda(ROTATE, failing)
    fake_secrets.rotation_retries = 1
    secrets_client.rotate_secret(SecretId="text", RotationLambdaARN=ROTATE, RotationRules=DAYS)
    for predicate in predicates():
        fake_secrets.faults.error("InternalFailure", message=CANARY, when=predicate)
    with fake_secrets.faults.corrupt_response(b'{"__type": "%s"}' % CANARY.encode(), status=400):
        attempt(secrets_client.list_secrets)
    with fake_secrets.faults.error("ThrottlingException", message=CANARY):
        attempt(secrets_client.list_secrets)
    told = [str(fake_secrets), str(fake_secrets.calls), repr(fake_secrets.calls)]
    told += [repr(fake_secrets.rotations), repr(fake_secrets.faults), str(properties(fake_secrets))]
    with pytest.raises(AssertionError) as caught:
        fake_secrets.calls.assert_not_called()
    told += [str(caught.value)]

    assert [] == [text for text in told if CANARY in text]
    whens = re.findall("when=([^ ]+)$", str(fake_secrets), re.MULTILINE)
    assert ["renamed", "partial", "Callable", "Callable", "type"] == whens
    assert ["createSecret ValueError", "createSecret KeyError"] == [
        str(run.steps[-1]) for run in fake_secrets.rotations
    ]


NAMES = st.text(min_size=1, max_size=300).filter(lambda name: name.strip())
CALLS = {
    "batch_get_secret_value": lambda name: {"SecretIdList": [name, "arn:" + name, name, name]},
    "create_secret": lambda name: {"Name": name, "SecretString": CANARY},
    "delete_secret": lambda name: {"SecretId": name},
    "get_secret_value": lambda name: {"SecretId": name, "VersionStage": name[:256]},
    "list_secrets": lambda _: {},
    "replicate_secret_to_regions": lambda name: {
        "SecretId": name,
        "AddReplicaRegions": [{"Region": "ap-northeast-1"}],
    },
    "tag_resource": lambda name: {
        "SecretId": f"arn:aws:secretsmanager:us-gov-west-1:{OTHER}:secret:{name}",
        "Tags": [],
    },
}
ACCEPTED = st.from_regex(r"[A-Za-z0-9/_+=.@!-]{1,200}", fullmatch=True)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(sorted(CALLS)), NAMES | ACCEPTED), max_size=8))
def test_no_line_is_wider_than_a_terminal(made):
    """Whatever is called, with whatever names, a line is printable and has 80 columns at most."""
    with FakeSecrets(Secret("a", region="eu-west-1", account=OTHER)) as fake:
        client = fake.client("ap-southeast-2", account="333333333333")
        fake.faults.error("MissingAuthenticationTokenException", operation="DeleteSecret", every=2)
        for operation, name in made:
            if hasattr(client, operation):
                fake.faults.delay(1, secret=name, version_stage=name, every=2)
                attempt(getattr(client, operation), **CALLS[operation](name))
        lines = str(fake).splitlines()

        assert [] == [line for line in lines if len(line) > 80]
        assert "".join(lines).replace("…", "").isascii()
        assert "".join(lines).isprintable()
        assert CANARY not in str(fake)
        assert all("\n" not in text for _, text in properties(fake))
