"""What a client makes of an answer is what botocore's own parser makes of it."""

from __future__ import annotations

import base64
import json
import logging
import time
from datetime import datetime

import boto3
import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import ResponseParserFactory
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from pytest_fakesecrets import FakeSecrets
from pytest_fakesecrets._aws.api_model import operation_model, operations
from pytest_fakesecrets._botocore import parsing
from pytest_fakesecrets._botocore.headers import AnswerHeaders

HEADERS = {"x-amzn-RequestId": "1f", "Content-Type": "application/x-amz-json-1.1"}
SECONDS = st.integers(0, 4_000_000_000) | st.floats(0, 4e9).map(lambda value: round(value, 3))


class Endpoint:
    """As much of a client's endpoint as parsing needs."""

    def __init__(self, factory=None):
        self._response_parser_factory = factory or ResponseParserFactory()


def bodies(shape):
    """Return a strategy for JSON of a shape; members may be null, missing or unknown."""
    if shape is None:
        return st.just({})
    if shape.type_name == "structure":
        members = {name: st.none() | bodies(member) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional={**members, "Newer": st.integers()})
    if shape.type_name == "list":
        return st.lists(bodies(shape.member), max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(st.text(max_size=3), bodies(shape.value), max_size=2)
    scalars = {
        "timestamp": SECONDS,
        "blob": st.binary(max_size=5).map(lambda value: base64.b64encode(value).decode()),
        "boolean": st.booleans(),
        "integer": st.integers(),
        "long": st.integers(),
    }
    return scalars.get(shape.type_name, st.text(max_size=5))


def answer(body, status=200, headers=HEADERS):
    """Return an answer as botocore gives it to its parser."""
    return {
        "body": body,
        "headers": AnswerHeaders(headers),
        "status_code": status,
        "context": {"operation_name": "x"},
    }


def of_botocore(raw, shape):
    """Return what botocore's own parser makes of an answer."""
    raw = {**raw, "headers": HeadersDict(raw["headers"].items())}
    return ResponseParserFactory().create_parser("json").parse(raw, shape)


@pytest.fixture
def slow(monkeypatch):
    """Note each answer that goes to botocore's parser after all."""
    used = []
    original = parsing._parser

    def parser(*arguments):
        used.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(parsing, "_parser", parser)
    return used


@pytest.mark.parametrize("operation", sorted(operations()))
def test_any_answer_is_parsed_as_by_botocore(operation):
    """Whatever an operation may answer, botocore makes the same of it, types included."""
    model = operation_model(operation)
    endpoint = Endpoint()

    @given(bodies(model.output_shape))
    def check(body):
        raw = answer(json.dumps(body).encode())
        expected = of_botocore(raw, model.output_shape)
        parsed = parsing.parse(endpoint, model, raw, model.output_shape)
        assert expected == parsed
        assert repr(expected) == repr(parsed)

    check()


@pytest.mark.parametrize(
    "raw",
    [
        answer(b'{"ARN":'),
        answer(b"[]"),
        answer(b'{"CreatedDate": "2026-01-31T10:00:00Z"}'),
        answer(b'{"__type": "ResourceNotFoundException", "Message": "m"}', 400),
        answer(b"\xff", 400),
        answer(b"", 500),
        answer(b"{}", headers={"Content-Type": "x"}),
    ],
    ids=["broken", "list", "text for a date", "error", "no text", "nothing", "no request id"],
)
def test_what_is_unusual_goes_to_botocore(raw):
    """What botocore's parser makes of a damaged answer, or raises, is what happens."""
    model = operation_model("GetSecretValue")
    try:
        expected = of_botocore(raw, model.output_shape)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same
        with pytest.raises(type(error)):
            parsing.parse(Endpoint(), model, raw, model.output_shape)
    else:
        assert expected == parsing.parse(Endpoint(), model, raw, model.output_shape)


def test_a_read_is_parsed_fast(slow, secrets_client, fake_secrets):
    """A usual answer does not go to botocore's parser, an error does."""
    fake_secrets.add("a", "v")
    secrets_client.get_secret_value(SecretId="a")
    assert [] == slow

    with pytest.raises(secrets_client.exceptions.ResourceNotFoundException):
        secrets_client.get_secret_value(SecretId="b")
    assert 2 == len(slow)


def test_a_parser_of_the_session_s_own(slow):
    """A session that has its dates parsed otherwise gets them so."""
    session = get_session()
    factory = session.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=lambda value: f"at {value:.0f}")
    with FakeSecrets({"a": "v"}) as fake:
        fake.clock.freeze()
        client = boto3.Session(botocore_session=session).client("secretsmanager", "us-east-1")
        found = client.get_secret_value(SecretId="a")["CreatedDate"]
        created = fake["a"].created

    assert f"at {created.timestamp():.0f}" == found
    assert 1 == len(slow)


def test_botocore_logs_answers_as_ever(slow, caplog, secrets_client, fake_secrets):
    """Where botocore's parser would log an answer, it does."""
    fake_secrets.add("a", "v")
    with caplog.at_level(logging.DEBUG, "botocore.parsers"):
        secrets_client.get_secret_value(SecretId="a")

    assert any("Response body" in record.message for record in caplog.records)
    assert 1 == len(slow)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of this machine cannot be changed")
def test_dates_are_in_the_zone_of_the_machine(monkeypatch, secrets_client, fake_secrets):
    """As botocore's own, also where the zone changes."""
    fake_secrets.add("a", "v")
    offsets = []
    try:
        for zone in ("UTC0", "XYZ-3", "UTC0"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            created = secrets_client.get_secret_value(SecretId="a")["CreatedDate"]
            assert created == fake_secrets["a"].created
            offsets.append(created.utcoffset().total_seconds() / 3600)
    finally:
        monkeypatch.undo()
        time.tzset()

    assert [0, 3, 0] == offsets


EXOTIC = {
    "union": {"type": "structure", "union": True, "members": {"A": {"shape": "Text"}}},
    "document": {"type": "structure", "document": True, "members": {}},
}


@pytest.mark.parametrize("kind", EXOTIC)
@pytest.mark.parametrize("around", ["structure", "list", "map"])
def test_shapes_of_other_services_go_to_botocore(slow, kind, around):
    """Shapes that no operation of Secrets Manager has are left to botocore's parser."""
    wholes = {
        "structure": {"type": "structure", "members": {"X": {"shape": "Inner"}}},
        "list": {"type": "list", "member": {"shape": "Inner"}},
        "map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Inner"}},
    }
    shapes = {
        "Text": {"type": "string"},
        "Inner": EXOTIC[kind],
        "Whole": wholes[around],
        "Output": {"type": "structure", "members": {"Whole": {"shape": "Whole"}}},
    }
    service = ServiceModel({"metadata": {"protocol": "json"}, "shapes": shapes, "operations": {}})
    model = OperationModel({"name": "Op", "output": {"shape": "Output"}}, service, "Op")

    parsing.parse(Endpoint(), model, answer(b"{}"), model.output_shape)

    assert 1 == len(slow)


def test_headers_are_as_botocore_s():
    """Names have no case, and are shown as they were written."""
    headers = AnswerHeaders(HEADERS)
    expected = HeadersDict(HEADERS)
    for each in (headers, expected):
        each["Date"] = "today"
        each["DATE"] = "tomorrow"
        del each["content-type"]

    assert dict(expected.items()) == dict(headers.copy().items()) == dict(headers.items())
    assert repr(dict(expected.items())) == repr(headers)
    assert "1f" == headers["X-AMZN-REQUESTID"] == headers.get("x-amzn-requestid")
    assert "x-amzn-requestid" in headers
    assert "content-type" not in headers
    assert 5 not in headers
    assert 2 == len(headers)
    assert isinstance(headers, HeadersDict)


def test_a_date_has_botocore_s_type(secrets_client, fake_secrets):
    """Code may ask for the type of a date, and for its zone."""
    fake_secrets.add("a", "v")
    created = secrets_client.get_secret_value(SecretId="a")["CreatedDate"]

    assert datetime is type(created)
    assert "tzlocal" == type(created.tzinfo).__name__


def test_clients_of_a_session_share_what_shapes_say(monkeypatch, fake_secrets):
    """A suite that makes a client in each test has the shapes looked at once."""
    fake_secrets.add("a", "v")
    session = boto3.Session(region_name="eu-west-1")
    looked_at = []

    def use(client):
        assert "v" == client.get_secret_value(SecretId="a")["SecretString"]
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="b")

    use(session.client("secretsmanager"))
    find = ServiceModel.shape_for_error_code
    monkeypatch.setattr(
        ServiceModel,
        "shape_for_error_code",
        lambda model, code: looked_at.append(code) or find(model, code),
    )
    use(session.client("secretsmanager"))

    assert [] == looked_at


def test_a_client_with_a_description_of_its_own_is_asked_itself():
    """Errors are those of the client's own description of the service."""
    code, known = "ResourceNotFoundException", operation_model("GetSecretValue")
    description = known.service_model._service_description
    shapes = {name: shape for name, shape in description["shapes"].items() if name != code}
    other = ServiceModel({**description, "shapes": shapes}, "secretsmanager")

    assert code == parsing.error_shape(known, code).name
    assert parsing.error_shape(other.operation_model("GetSecretValue"), code) is None
    assert code == parsing.error_shape(known, code).name
