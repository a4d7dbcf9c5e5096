from __future__ import annotations

import functools
import math

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError
from support import client_that_gives_up, outcome

from pytest_fakesecrets import FakeSecrets, Secret, UsageError, Version
from pytest_fakesecrets._aws.api_model import operations

CURRENT, PREVIOUS = "1" * 32, "2" * 32
OTHER = "222222222222"
VERSIONS = [
    Version("new", ["AWSCURRENT", "blue"], id=CURRENT),
    Version("old", ["AWSPREVIOUS"], id=PREVIOUS),
]
CALLS = {
    "get": ("get_secret_value", {"SecretId": "a"}),
    "get b": ("get_secret_value", {"SecretId": "b"}),
    "get blue": ("get_secret_value", {"SecretId": "a", "VersionStage": "blue"}),
    "get old": ("get_secret_value", {"SecretId": "a", "VersionStage": "AWSPREVIOUS"}),
    "get id": ("get_secret_value", {"SecretId": "a", "VersionId": CURRENT}),
    "get old id": ("get_secret_value", {"SecretId": "a", "VersionId": PREVIOUS}),
    "describe": ("describe_secret", {"SecretId": "a"}),
    "describe b": ("describe_secret", {"SecretId": "b"}),
    "list": ("list_secrets", {}),
    "put green": (
        "put_secret_value",
        {"SecretId": "b", "SecretString": "x", "VersionStages": ["green"]},
    ),
    "move": (
        "update_secret_version_stage",
        {"SecretId": "a", "VersionStage": "blue", "MoveToVersionId": PREVIOUS},
    ),
    "rename": ("update_secret", {"SecretId": "b", "Description": "x"}),
    "put": ("put_secret_value", {"SecretId": "a", "SecretString": "x"}),
    "create": ("create_secret", {"Name": "c", "SecretString": "x"}),
    "create empty": ("create_secret", {"Name": "d"}),
    "far": ("get_secret_value", {"SecretId": "a"}),
    "stranger": ("get_secret_value", {"SecretId": "a"}),
}
OF_A = {"get", "get blue", "get old", "get id", "get old id", "describe", "move", "put", "far"}
OF_A |= {"stranger"}
GETS = {name for name in CALLS if name.startswith("get")} | {"far", "stranger"}
SELECTIONS = [
    ({}, set(CALLS)),
    ({"operation": None, "secret": None, "region": None, "when": None}, set(CALLS)),
    ({"operation": "GetSecretValue"}, GETS),
    ({"operation": "ListSecrets"}, {"list"}),
    ({"secret": "a"}, OF_A),
    ({"secret": "c"}, {"create"}),
    ({"secret": "never created"}, set()),
    (
        {"version_stage": "AWSCURRENT"},
        {"get", "get b", "get id", "put", "create", "far", "stranger"},
    ),
    ({"version_stage": "AWSPREVIOUS"}, {"get old", "get old id"}),
    ({"version_stage": "blue"}, {"get blue", "get id", "move"}),
    ({"version_stage": "green"}, {"put green"}),
    ({"region": "eu-west-1"}, {"far"}),
    ({"region": "us-east-1"}, set(CALLS) - {"far"}),
    ({"account": OTHER}, {"stranger"}),
    ({"account": "123456789012"}, set(CALLS) - {"stranger"}),
    ({"when": lambda call: "VersionId" in call.parameters}, {"get id", "get old id"}),
    ({"when": lambda _: 0}, set()),
    ({"when": lambda _: "yes"}, set(CALLS)),
    ({"operation": "GetSecretValue", "secret": "b"}, {"get b"}),
    ({"operation": "GetSecretValue", "version_stage": "blue"}, {"get blue", "get id"}),
    ({"operation": "PutSecretValue", "version_stage": "AWSCURRENT"}, {"put"}),
    ({"secret": "a", "region": "eu-west-1"}, {"far"}),
    ({"secret": "b", "region": "eu-west-1"}, set()),
    ({"account": OTHER, "region": "eu-west-1"}, set()),
    (
        {
            "operation": "GetSecretValue",
            "secret": "a",
            "version_stage": "AWSCURRENT",
            "region": "us-east-1",
            "account": "123456789012",
            "when": lambda call: "VersionId" not in call.parameters,
        },
        {"get"},
    ),
]
EFFECTS = {
    "error": lambda faults, **options: faults.error("ThrottlingException", **options),
    "delay": lambda faults, **options: faults.delay(5, **options),
    "drop_response": lambda faults, **options: faults.drop_response(**options),
    "corrupt_response": lambda faults, **options: faults.corrupt_response(status=500, **options),
}


@pytest.fixture
def fake():
    """Give a fake with secrets in two Regions and two accounts."""
    with FakeSecrets(
        Secret("a", versions=VERSIONS),
        Secret("b", "w"),
        Secret("a", "far", region="eu-west-1"),
        Secret("a", "strange", account=OTHER),
    ) as fake:
        yield fake


@functools.cache
def stranger():
    """Return a client of another account that repeats nothing."""
    client = FakeSecrets().client(account=OTHER)
    client.meta.events.register_first("needs-retry", lambda **_: False)
    return client


def struck_of(fault):
    """Make every call of the table; return those that a fault struck."""
    clients = {"far": client_that_gives_up("eu-west-1"), "stranger": stranger()}
    here, struck = client_that_gives_up(), set()
    for name, (method, parameters) in CALLS.items():
        hits = fault.hits
        outcome(getattr(clients.get(name, here), method), **parameters)
        struck |= {name} if fault.hits > hits else set()
    return struck


@pytest.mark.parametrize("add", EFFECTS.values(), ids=EFFECTS)
@pytest.mark.parametrize(("options", "expected"), SELECTIONS)
def test_the_attempts_that_all_options_mean(fake, add, options, expected):
    """A fault of any kind strikes the calls that every option means, and no others."""
    fault = add(fake.faults, **options)

    assert expected == struck_of(fault)


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ({}, "XXXXXX"),
        ({"times": 1}, "X....."),
        ({"times": 4}, "XXXX.."),
        ({"nth": 1}, "X....."),
        ({"nth": 3}, "..X..."),
        ({"nth": 7}, "......"),
        ({"every": 1}, "XXXXXX"),
        ({"every": 2}, ".X.X.X"),
        ({"every": 4}, "...X.."),
        ({"every": 2, "times": 2}, ".X.X.."),
        ({"every": 1, "times": 2}, "XX...."),
        ({"probability": 1}, "XXXXXX"),
        ({"probability": 1.0, "times": 3}, "XXX..."),
        ({"probability": 1e-12, "seed": 4}, "......"),
    ],
)
@pytest.mark.parametrize("add", EFFECTS.values(), ids=EFFECTS)
def test_the_rhythm_of_a_fault(fake, add, options, pattern):
    """A fault strikes the first attempts, the n-th, every n-th, or all of those it is meant for."""
    client = client_that_gives_up()
    fault = add(fake.faults, operation="GetSecretValue", secret="a", **options)
    struck = ""
    for _ in pattern:
        hits = fault.hits
        outcome(client.get_secret_value, SecretId="b")
        client.list_secrets()
        outcome(client.get_secret_value, SecretId="a")
        struck += ".X"[fault.hits - hits]

    assert pattern == struck
    assert pattern.count("X") == fault.hits


@pytest.mark.parametrize(
    ("options", "states"),
    [
        ({"times": 2}, ["active", "active", "exhausted", "exhausted"]),
        ({"nth": 2}, ["active", "active", "exhausted", "exhausted"]),
        ({"every": 2}, ["active"] * 4),
        ({"every": 1, "times": 1}, ["active", "exhausted", "exhausted", "exhausted"]),
        ({"every": 3, "times": 1}, ["active", "active", "active", "exhausted"]),
        ({"probability": 1, "times": 3}, ["active", "active", "active", "exhausted"]),
        ({"probability": 1}, ["active"] * 4),
    ],
)
def test_a_fault_is_exhausted_by_the_last_attempt_that_it_strikes(fake, options, states):
    """A fault says so as soon as it can strike no later attempt."""
    client = client_that_gives_up()
    fault = fake.faults.error("ThrottlingException", **options)
    seen = [fault.state]
    for _ in range(3):
        outcome(client.get_secret_value, SecretId="a")
        seen.append(fault.state)

    assert states == seen


def test_each_retry_is_an_attempt_that_is_counted(fake):
    """The n-th attempt may be a retry: the second one of a call fails, the third one passes."""
    fake.faults.error("InternalServiceError", nth=1)
    fake.faults.error("ThrottlingException", nth=2)
    client = boto3.client("secretsmanager", config=Config(retries={"mode": "standard"}))

    client.get_secret_value(SecretId="a")

    assert ["InternalServiceError", "ThrottlingException", "OK"] == fake.calls.last.outcomes


def test_a_fault_counts_the_attempts_that_another_one_struck(fake):
    """Of faults for the same attempts each keeps its own count, so that they make a script."""
    client = client_that_gives_up()
    faults = [
        fake.faults.error("InternalServiceError", nth=1),
        fake.faults.error("ThrottlingException", nth=3),
        fake.faults.error("ExpiredTokenException", every=2, times=2),
        fake.faults.error("DecryptionFailure", nth=4),
    ]

    seen = [outcome(client.get_secret_value, SecretId="a") for _ in range(5)]

    assert [
        "InternalServiceError",
        "ExpiredTokenException",
        "ThrottlingException",
        "ExpiredTokenException",
        "OK",
    ] == seen
    assert [1, 1, 2, 0] == [fault.hits for fault in faults]
    assert {"exhausted"} == {fault.state for fault in faults}


def struck_at_random(seed, probability=0.5, calls=60, times=None):
    """Return which of many reads a fault of some probability struck."""
    with FakeSecrets({"a": "v"}) as fake:
        client = client_that_gives_up()
        fake.faults.error("ThrottlingException", probability=probability, seed=seed, times=times)
        return [outcome(client.get_secret_value, SecretId="a") != "OK" for _ in range(calls)]


def test_a_probability_repeats_exactly():
    """The same seed strikes the same attempts in each run; no seed is the seed 0."""
    assert struck_at_random(7) == struck_at_random(7)
    assert struck_at_random(None) == struck_at_random(0)


def test_a_probability_differs_by_seed():
    """Another seed strikes other attempts."""
    assert 20 == len({tuple(struck_at_random(seed)) for seed in range(20)})


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_a_probability_is_about_what_happens(probability):
    """Among many attempts about that share is struck."""
    share = sum(struck_at_random(1, probability, calls=300)) / 300

    assert abs(share - probability) < 0.1


def test_a_probability_draws_nothing_for_other_faults():
    """What is struck at random does not depend on the faults that strike before it."""

    def struck(with_another):
        with FakeSecrets({"a": "v"}) as fake:
            client = client_that_gives_up()
            if with_another:
                fake.faults.error("InternalServiceError", times=3)
            fake.faults.error("ThrottlingException", probability=0.5, seed=3)
            return [outcome(client.get_secret_value, SecretId="a") for _ in range(30)]

    assert struck(with_another=False)[3:] == struck(with_another=True)[3:]


def test_a_probability_with_times(fake):
    """A fault of some probability strikes no more often than it is told."""
    assert 2 == sum(struck_at_random(1, times=2))


def test_a_predicate_sees_the_call_with_masked_values(fake):
    """A predicate is given the call as the log shows it: values masked, and still equal."""
    seen = []
    fake.faults.error("ThrottlingException", when=seen.append)
    client = client_that_gives_up()

    client.put_secret_value(SecretId="a", SecretString="hunter2")

    assert seen == [fake.calls.last]
    assert "hunter2" not in repr(seen)
    assert "hunter2" == seen[0].parameters["SecretString"].value
    assert {"AWSCURRENT"} == seen[0].labels
    assert ("us-east-1", "123456789012", 1) == (
        seen[0].region,
        seen[0].account,
        seen[0].attempts,
    )


def test_a_predicate_is_asked_before_there_is_an_outcome(fake):
    """An attempt under way has no error yet, whatever became of the one before."""
    seen = []

    def is_first(call):
        seen.append((call.attempts, call.error, list(call.outcomes), call.ended))
        return call.attempts == 1

    fake.faults.error("InternalServiceError", when=is_first)
    boto3.client("secretsmanager").get_secret_value(SecretId="a")

    assert [(1, None, [], None), (2, None, ["InternalServiceError"], None)] == seen


def test_a_fault_that_a_predicate_cancels(fake):
    """What is cancelled while the faults of a call are looked for does not strike it."""
    first = fake.faults.error("ThrottlingException")
    second = fake.faults.error("InternalServiceError", when=lambda _: first.cancel() or True)

    assert "InternalServiceError" == outcome(client_that_gives_up().list_secrets)
    assert [(0, "cancelled"), (1, "active")] == [
        (fault.hits, fault.state) for fault in (first, second)
    ]


def test_a_predicate_is_asked_for_calls_that_the_other_options_mean(fake):
    """A predicate never sees a call of another operation, secret, Region or account."""
    seen = []
    fake.faults.error(
        "ThrottlingException",
        operation="GetSecretValue",
        secret="a",
        region="us-east-1",
        account="123456789012",
        when=lambda call: seen.append((call.operation, call.parameters["SecretId"])),
    )
    client = client_that_gives_up()
    client.get_secret_value(SecretId="b")
    client.describe_secret(SecretId="a")
    client_that_gives_up("eu-west-1").get_secret_value(SecretId="a")
    fake.client(account=OTHER).get_secret_value(SecretId="a")
    client.get_secret_value(SecretId="a")

    assert [("GetSecretValue", "a")] == seen


@pytest.mark.parametrize("error", [AssertionError, KeyError, ConnectionError, UsageError])
def test_what_a_predicate_raises_reaches_the_test(fake, error):
    """An exception of a predicate comes out of the call, is not retried, and is on the log."""

    def predicate(_):
        raise error("of the predicate")

    before = fake.snapshot()
    fault = fake.faults.error("ThrottlingException", when=predicate)
    client = boto3.client("secretsmanager", config=Config(retries={"mode": "standard"}))

    with pytest.raises(error, match="of the predicate"):
        client.put_secret_value(SecretId="a", SecretString="x")

    call = fake.calls.last
    assert (1, error.__name__, [error.__name__]) == (call.attempts, call.error, call.outcomes)
    assert call.ended is not None
    assert (0, before) == (fault.hits, fake.snapshot())


OPTIONS = (
    "account, every, nth, operation, probability, region, secret, seed, times, version_stage, when"
)
REFUSALS = {
    "unknown option": (
        {"operatoin": "GetSecretValue"},
        f"operatoin is not an option of a fault; did you mean operation? Choose one of: {OPTIONS}.",
    ),
    "option of other tools": (
        {"count": 2},
        f"count is not an option of a fault; did you mean times? Choose one of: {OPTIONS}.",
    ),
    "unknown operation": ({"operation": "GetSecret"}, "GetSecret is not an operation of Secrets"),
    "several operations": (
        {"operation": ["GetSecretValue", "ListSecrets"]},
        "['GetSecretValue', 'ListSecrets'] is not an operation of Secrets Manager",
    ),
    "secret of no secret": (
        {"operation": "GetRandomPassword", "secret": "a"},
        (
            "GetRandomPassword has no parameter that names a secret, so a fault of it cannot be "
            "about 'a'. Leave secret= out."
        ),
    ),
    "secret of a list": (
        {"operation": "ListSecrets", "secret": "a"},
        (
            "ListSecrets has no parameter that names a secret, so a fault of it cannot be about "
            "'a'. "
            "Leave secret= out."
        ),
    ),
    "stage of no version": (
        {"operation": "DescribeSecret", "version_stage": "blue"},
        (
            "DescribeSecret has no staging label, so a fault of it cannot be about 'blue'. "
            "Leave version_stage= out."
        ),
    ),
    "empty secret": (
        {"secret": ""},
        "secret='' is not a name or an ARN. Give one, or None for any.",
    ),
    "secrets": (
        {"secret": ["a"]},
        "secret=['a'] is not a name or an ARN. Give one, or None for any.",
    ),
    "stages": (
        {"version_stage": ["blue"]},
        "version_stage=['blue'] is not a staging label. Give one, or None for any.",
    ),
    "region": ({"region": "Europe"}, "'Europe'"),
    "account": ({"account": "12"}, "'12'"),
    "when": ({"when": "always"}, "when='always' is not a predicate. Give a function of a Call."),
    "times 0": ({"times": 0}, "times=0 is not a number of attempts. Give 1 or more, or None for"),
    "times true": ({"times": True}, "times=True is not a number of attempts."),
    "nth 0": ({"nth": 0}, "nth=0 is not a number. Give 1 or more."),
    "nth text": ({"nth": "2"}, "nth='2' is not a number. Give 1 or more."),
    "every 0": ({"every": 0}, "every=0 is not a number. Give 1 or more."),
    "every fraction": ({"every": 1.5}, "every=1.5 is not a number. Give 1 or more."),
    "probability 0": (
        {"probability": 0},
        "probability=0 is not a probability. Give more than 0 and at most 1.",
    ),
    "probability above 1": ({"probability": 1.5}, "probability=1.5 is not a probability."),
    "probability in percent": ({"probability": 50}, "probability=50 is not a probability."),
    "probability true": ({"probability": True}, "probability=True is not a probability."),
    "probability nan": ({"probability": math.nan}, "probability=nan is not a probability."),
    "probability text": ({"probability": "0.5"}, "probability='0.5' is not a probability."),
    "seed alone": ({"seed": 3}, "seed=3 needs probability=, which draws from it. Give both."),
    "seed text": ({"seed": "x", "probability": 0.5}, "seed='x' is not a seed. Give an integer."),
    "seed true": ({"seed": True, "probability": 0.5}, "seed=True is not a seed. Give an integer."),
    "nth and every": (
        {"nth": 2, "every": 2},
        "nth= and every= exclude each other. Give one of them.",
    ),
    "nth and times": ({"nth": 2, "times": 2}, "nth= and times= exclude each other."),
    "nth and probability": ({"nth": 2, "probability": 0.5}, "nth= and probability= exclude"),
    "every and probability": ({"every": 2, "probability": 0.5}, "every= and probability= exclude"),
}
METHODS = {
    **EFFECTS,
    "stale_reads": lambda faults, **options: faults.stale_reads(calls=1, **options),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", REFUSALS)
def test_options_that_make_no_sense_are_refused(method, case):
    """What a fault of any kind could never obey is refused, and no fault is added."""
    options, message = REFUSALS[case]
    if method == "stale_reads" and case == "secret of no secret":
        message = "GetRandomPassword is not an operation that reads secrets"
    fake = FakeSecrets()

    with pytest.raises(UsageError) as caught:
        METHODS[method](fake.faults, **options)

    assert message in str(caught.value)
    assert [] == list(fake.faults)
    assert 0 == len(fake.faults)


LONGEST = "Give a number of seconds above 0, up to 1,000,000,000."


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda faults: faults.delay(0), f"seconds=0 is not a duration. {LONGEST}"),
        (lambda faults: faults.delay(-1), f"seconds=-1 is not a duration. {LONGEST}"),
        (lambda faults: faults.delay("5"), f"seconds='5' is not a duration. {LONGEST}"),
        (
            lambda faults: faults.delay(seconds=True),
            f"seconds=True is not a duration. {LONGEST}",
        ),
        (lambda faults: faults.delay(math.inf), f"seconds=inf is not a duration. {LONGEST}"),
        (lambda faults: faults.delay(math.nan), f"seconds=nan is not a duration. {LONGEST}"),
        (
            lambda faults: faults.delay(1_000_000_001),
            f"seconds=1000000001 is not a duration. {LONGEST}",
        ),
        (
            lambda faults: faults.drop_response("ReadTimeout"),
            (
                "ReadTimeout is not what a client gets when a response is dropped; did you mean "
                "ReadTimeoutError? Choose one of: ConnectionClosedError, ReadTimeoutError."
            ),
        ),
        (
            lambda faults: faults.drop_response("EndpointConnectionError"),
            (
                "EndpointConnectionError is not what a client gets when a response is dropped; did "
                "you mean ConnectionClosedError? Choose one of: ConnectionClosedError, "
                "ReadTimeoutError."
            ),
        ),
        (
            lambda faults: faults.corrupt_response("<html>"),
            "body= is of type str. Give bytes.",
        ),
        (
            lambda faults: faults.corrupt_response(status=99),
            "status=99 is not an HTTP status. Give 100 to 599.",
        ),
        (
            lambda faults: faults.corrupt_response(status=600),
            "status=600 is not an HTTP status. Give 100 to 599.",
        ),
        (
            lambda faults: faults.corrupt_response(status="502"),
            "status='502' is not an HTTP status.",
        ),
        (
            lambda faults: faults.corrupt_response(status=502.0),
            "status=502.0 is not an HTTP status.",
        ),
        (
            lambda faults: faults.stale_reads(),
            "faults.stale_reads() needs to know for how long. Give calls=1, or seconds=0.5.",
        ),
        (
            lambda faults: faults.stale_reads(calls=0),
            "calls=0 is not a number of calls. Give 1 or more.",
        ),
        (
            lambda faults: faults.stale_reads(seconds=0),
            f"seconds=0 is not a duration. {LONGEST}",
        ),
        (
            lambda faults: faults.stale_reads(calls=1, operation="PutSecretValue"),
            "PutSecretValue is not an operation that reads secrets",
        ),
        (
            lambda faults: faults.error("ReadTimeoutError", message="Later."),
            "ReadTimeoutError is not an answer of AWS, so it has no message=. Leave it out.",
        ),
        (
            lambda faults: faults.error("ThrottlingException", message=5),
            "message=5 is not a string. Give the text of AWS's answer.",
        ),
        (
            lambda faults: faults.each_error("GetSecretValu"),
            "GetSecretValu is not an operation of Secrets Manager; did you mean GetSecretValue?",
        ),
        (
            lambda faults: faults.each_error(only="DecryptionFailure"),
            "only='DecryptionFailure' is one string. Give a list.",
        ),
        (
            lambda faults: faults.each_error(also="ThrottlingException"),
            "also='ThrottlingException' is one string. Give a list.",
        ),
        (
            lambda faults: faults.each_error(exclude="DecryptionFailure"),
            "exclude='DecryptionFailure' is one string. Give a list.",
        ),
        (lambda faults: faults.each_error(only=5), "only=5 is not a list of error codes."),
        (lambda faults: faults.each_error(also=5), "also=5 is not a list of error codes."),
        (lambda faults: faults.each_error(exclude=5), "exclude=5 is not a list of error codes."),
        (
            lambda faults: faults.each_error(
                only=["DecryptionFailure"], exclude=["InternalServiceError"]
            ),
            "only= and exclude= cannot be given together.",
        ),
        (
            lambda faults: faults.each_error("GetSecretValue", only=["EncryptionFailure"]),
            (
                "EncryptionFailure is not a documented error of GetSecretValue; did you mean "
                "DecryptionFailure? Choose one of: DecryptionFailure, InternalServiceError, "
                "InvalidParameterException, InvalidRequestException, ResourceNotFoundException."
            ),
        ),
        (
            lambda faults: faults.each_error(
                "GetRandomPassword", "TagResource", exclude=["PublicPolicyException"]
            ),
            (
                "PublicPolicyException is not a documented error of GetRandomPassword or "
                "TagResource. Choose one of: InternalServiceError, InvalidParameterException, "
                "InvalidRequestException, ResourceNotFoundException."
            ),
        ),
        (
            lambda faults: faults.error(7),
            (
                "7 is neither the name of an error, such as 'ThrottlingException', nor the class "
                "of an exception of botocore's."
            ),
        ),
        (
            lambda faults: faults.each_error(also=["Throttling"]),
            "Throttling is not an error of Secrets Manager; did you mean ThrottlingException?",
        ),
        (
            lambda faults: faults.each_error(
                "GetRandomPassword", "TagResource", also=["PublicPolicyException"]
            ),
            (
                "PublicPolicyException is not an error of GetRandomPassword or TagResource. Choose "
                "one of: InternalServiceError, InvalidParameterException, InvalidRequestException, "
                "ResourceNotFoundException."
            ),
        ),
    ],
)
def test_effects_that_make_no_sense_are_refused(misuse, message):
    """What cannot befall a call is refused with the remedy, and no fault is added."""
    fake = FakeSecrets()

    with pytest.raises(UsageError) as caught:
        misuse(fake.faults)

    assert str(caught.value).startswith(message)
    assert [] == list(fake.faults)


def test_faults_are_true_also_when_there_are_none():
    """The faults of a fake are an object, not a list that may be empty."""
    assert FakeSecrets().faults


def test_a_target_in_words():
    """A fault says what it is for, with every option that was given."""
    faults = FakeSecrets().faults

    def weekday(_):
        return True

    plain = faults.delay(1)
    full = faults.error(
        "ThrottlingException",
        operation="GetSecretValue",
        secret="a",
        version_stage="blue",
        region="eu-west-1",
        account=OTHER,
        when=weekday,
        probability=0.5,
    )

    assert "any operation of any secret" == plain.target
    assert (
        "GetSecretValue of a, version_stage=blue, region=eu-west-1, account=222222222222, "
        "when=weekday, probability=0.5"
    ) == full.target
    assert ("GetSecretValue", "a") == (full.operation, full.secret)
    assert (None, None) == (plain.operation, plain.secret)
    assert f"<Fault ThrottlingException on {full.target}, 0 hits>" == repr(full)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"nth": 2}, ", nth=2, 0 hits"),
        ({"every": 2}, ", every=2, 0 hits"),
        ({"every": 3, "times": 2}, ", every=3, 2 times more, 0 hits"),
        ({"probability": 0.5, "seed": 7}, ", probability=0.5, 0 hits"),
        ({"times": 1}, ", 1 times more, 0 hits"),
    ],
)
def test_a_rhythm_in_words(options, text):
    """The repr of a fault shows which attempts it applies to, and how many are left."""
    fault = FakeSecrets().faults.delay(2, operation="ListSecrets", **options)

    assert f"<Fault response after 2 s on ListSecrets of any secret{text}>" == repr(fault)


@pytest.mark.parametrize(
    ("add", "text"),
    [
        (lambda faults: faults.error("SSLError"), "SSLError"),
        (lambda faults: faults.delay(0.5), "response after 0.5 s"),
        (lambda faults: faults.drop_response(), "dropped response (ReadTimeoutError)"),
        (lambda faults: faults.corrupt_response(b""), "corrupted response"),
        (lambda faults: faults.stale_reads(calls=2), "stale reads for 2 calls"),
        (lambda faults: faults.stale_reads(seconds=3), "stale reads for 3 s"),
        (lambda faults: faults.stale_reads(calls=2, seconds=3), "stale reads for 2 calls or 3 s"),
    ],
)
def test_an_effect_in_words(add, text):
    """The repr of a fault says what it does."""
    fault = add(FakeSecrets().faults)

    assert f"<Fault {text} on any operation of any secret, 0 hits>" == repr(fault)


def batch(client, *names):
    """Read several secrets; return the values and the errors, by name."""
    answer = client.batch_get_secret_value(SecretIdList=list(names))
    values = {entry["Name"]: entry["SecretString"] for entry in answer["SecretValues"]}
    return values, {entry["SecretId"]: entry["ErrorCode"] for entry in answer["Errors"]}


def test_a_fault_reaches_one_read_of_a_batch(fake_secrets, secrets_client):
    """A fault of GetSecretValue stands in the Errors of a batch; it counts, and is used up."""
    fake_secrets.add({"a": "v", "b": "w"})
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")
    fault = fake_secrets.faults.error(
        "DecryptionFailure", operation="GetSecretValue", secret="b", times=1
    )

    assert ({"a": "v"}, {"b": "DecryptionFailure"}) == batch(secrets_client, "a", "b")
    assert ({"a": "v", "b": "w"}, {}) == batch(secrets_client, "a", "b")
    assert 1 == fault.hits


@pytest.mark.parametrize(
    ("options", "struck"),
    [
        ({}, {"a", "b"}),
        ({"secret": "b"}, {"b"}),
        ({"secret": "c"}, set()),
        ({"region": "us-east-1"}, {"a", "b"}),
        ({"region": "eu-west-1"}, set()),
        ({"account": "123456789012"}, {"a", "b"}),
        ({"account": OTHER}, set()),
        ({"version_stage": "AWSCURRENT"}, {"a", "b"}),
        ({"version_stage": "AWSPREVIOUS"}, set()),
        ({"nth": 2}, {"b"}),
        ({"times": 1}, {"a"}),
        ({"when": lambda call: call.is_about("b")}, {"b"}),
        ({"when": lambda call: call.operation == "BatchGetSecretValue"}, set()),
    ],
)
def test_faults_know_each_read_of_a_batch_as_a_call(fake, options, struck):
    """Its Region, account, label and secret, which it may name by ARN, decide as ever."""
    client = client_that_gives_up()
    if not hasattr(client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")
    arns = {fake[name].arn: name for name in ("a", "b")}
    fake.faults.error("AccessDeniedException", operation="GetSecretValue", **options)

    errors = client.batch_get_secret_value(SecretIdList=list(arns))["Errors"]

    by = "User: arn:aws:iam::123456789012:root is not authorized to perform: "
    assert struck == {arns[entry["SecretId"]] for entry in errors}
    assert {"AccessDeniedException"} >= {entry["ErrorCode"] for entry in errors}
    for entry in errors:
        expected = f"{by}secretsmanager:GetSecretValue on resource: {entry['SecretId']} because "
        assert entry["Message"].startswith(expected)


def test_a_fault_by_arn_knows_a_secret_that_a_batch_names(fake_secrets, secrets_client):
    """Whichever way a batch names a secret, it is the one that the fault is for."""
    arn = fake_secrets.add("a", "v").arn
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")
    fake_secrets.faults.error("DecryptionFailure", operation="GetSecretValue", secret=arn)

    assert ({}, {"a": "DecryptionFailure"}) == batch(secrets_client, "a")


def test_faults_that_no_read_of_a_batch_meets(fake_secrets, secrets_client):
    """Throttling, lost connections and faults of other operations are none of a single read."""
    fake_secrets.add("a", "v")
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")
    for error in ("ThrottlingException", "ReadTimeoutError"):
        fake_secrets.faults.error(error, operation="GetSecretValue")
    fake_secrets.faults.error("DecryptionFailure", operation="PutSecretValue", secret="a")
    fake_secrets.faults.error("ResourceNotFoundException", operation="GetSecretValue", secret="c")

    expected = ({"a": "v"}, {"b": "ResourceNotFoundException", "c": "ResourceNotFoundException"})
    assert expected == batch(secrets_client, "a", "b", "c")


def test_what_no_read_could_lag_behind():
    """A lag of an operation that reads nothing is refused, with those that do."""
    reading = {
        "BatchGetSecretValue",
        "DescribeSecret",
        "GetResourcePolicy",
        "GetSecretValue",
        "ListResourcePolicies",
        "ListSecretVersionIds",
        "ListSecrets",
    }
    with pytest.raises(UsageError) as caught:
        FakeSecrets().faults.stale_reads(calls=1, operation="CancelRotateSecret")

    assert (
        "CancelRotateSecret is not an operation that reads secrets. "
        f"Choose one of: {', '.join(sorted(reading & operations()))}."
    ) == str(caught.value)


def test_exceptions_as_classes(fake_secrets, secrets_client):
    """Exceptions of botocore, and those of a client, may be given as classes."""
    fake_secrets.add("a", "v")
    faults = fake_secrets.faults
    for error in (EndpointConnectionError, secrets_client.exceptions.DecryptionFailure):
        with faults.error(error), pytest.raises(error):
            secrets_client.get_secret_value(SecretId="a")
    with faults.drop_response(ConnectionClosedError, times=1):
        secrets_client.get_secret_value(SecretId="a")
    assert 2 == fake_secrets.calls.last.attempts
    for wrong in (ValueError("x"), 7):
        with pytest.raises(UsageError, match="is neither the name of an error"):
            faults.error(wrong)
    with pytest.raises(UsageError, match="KeyError is not an error of Secrets Manager"):
        faults.error(KeyError)
