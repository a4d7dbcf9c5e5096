from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from support import members_of, refusal

from pytest_fakesecrets import FakeSecrets, UsageError

NOW = datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=timezone.utc)
CREATED = datetime(2023, 5, 6, 7, 8, 9, 123_000, tzinfo=timezone.utc)
ONE, TWO, THREE = (f"0000000{number}-0000-4000-8000-000000000000" for number in range(1, 4))
HERE = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
THERE = HERE.replace("us-east-1", "eu-west-1")
CANARY = "canary-7f3a"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
)


@pytest.fixture(autouse=True)
def present(monkeypatch, tmp_path):
    """Have every test at the same moment, in an empty directory."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def load(fake_secrets):
    """Return what writes files, given by name as text or as data for JSON, and loads them."""

    def write_and_load(**files):
        return fake_secrets.load(*written(files))

    return write_and_load


def written(files):
    """Write files, and return their paths; __ in a name means a dot."""
    paths = []
    for name, content in files.items():
        path = Path(name.replace("__", "."))
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def described(client, name="a"):
    """Return what DescribeSecret says."""
    return members_of(client.describe_secret(SecretId=name))


def members_known_to(client, **members):
    """Return the members of DescribeSecret that the installed botocore has."""
    known = client.meta.service_model.operation_model("DescribeSecret").output_shape.members
    return {name: value for name, value in members.items() if name in known}


def values(client, *names, **parameters):
    """Return the values of secrets, text or bytes."""
    answers = [client.get_secret_value(SecretId=name, **parameters) for name in names]
    return [answer.get("SecretString", answer.get("SecretBinary")) for answer in answers]


def refused(path, **files):
    """Return what is said about a file."""
    written(files)
    with pytest.raises(UsageError) as caught:
        FakeSecrets().load(path)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return str(caught.value)


NATIVE = {
    "s__toml": """
        plain = "text"
        "prod/db" = { user = "app", port = 5432 }
        list = [1, "two"]
        [table]
        key = "é"
        """,
    "s__json": {
        "plain": "text",
        "prod/db": {"user": "app", "port": 5432},
        "list": [1, "two"],
        "table": {"key": "é"},
    },
    "s__yaml": """
        plain: text
        prod/db:
            user: app
            port: 5432
        list: [1, two]
        table: {key: é}
        """,
    "s__yml": "plain: text\nprod/db: {user: app, port: 5432}\nlist:\n- 1\n- two\ntable: {key: é}",
    "S__JSON": (
        '{"plain":"text","prod/db":{"user":"app","port":5432},"list":[1,"two"],"table":{"key":"é"}}'
    ),
}


@pytest.mark.parametrize("name", NATIVE)
def test_names_and_values(load, secrets_client, name):
    """A file of names and values has these secrets exist; a mapping or list is kept as JSON."""
    views = load(**{name: NATIVE[name]})

    assert ["plain", "prod/db", "list", "table"] == [view.name for view in views]
    assert ["text", '{"user": "app", "port": 5432}', '[1, "two"]', '{"key": "é"}'] == values(
        secrets_client, "plain", "prod/db", "list", "table"
    )


FULL = {
    "s__toml": f"""
        plain = "beside"

        [[secrets]]
        name = "a"
        description = "of all"
        kms_key_id = "alias/app"
        created = 2023-05-06T07:08:09.123Z
        last_changed = 2023-05-06T09:08:09.123+02:00
        last_accessed = 2023-05-07
        arn_suffix = "a1b2c3"
        replicas = ["eu-west-1"]
        type = "SalesforceClientSecret"
        owning_service = "rds"
        policy = '''{POLICY}'''

        [secrets.tags]
        team = "web"

        [[secrets.versions]]
        value = {{ user = "u" }}
        labels = ["AWSCURRENT", "blue"]
        id = "{TWO}"
        created = 1683356889.123
        last_accessed = "2023-05-08"
        kms_key_id = "alias/older"

        [[secrets.versions]]
        binary = "AP8="
        labels = ["AWSPREVIOUS"]
        id = "{ONE}"

        [[secrets]]
        name = "b"
        """,
    "s__json": {
        "plain": "beside",
        "secrets": [
            {
                "name": "a",
                "description": "of all",
                "kms_key_id": "alias/app",
                "created": "2023-05-06T07:08:09.123Z",
                "last_changed": 1683356889.123,
                "last_accessed": "2023-05-07",
                "arn_suffix": "a1b2c3",
                "replicas": ["eu-west-1"],
                "type": "SalesforceClientSecret",
                "owning_service": "rds",
                "policy": json.loads(POLICY),
                "tags": {"team": "web"},
                "versions": [
                    {
                        "value": '{"user": "u"}',
                        "labels": ["AWSCURRENT", "blue"],
                        "id": TWO,
                        "created": "2023-05-06 09:08:09.123000+0200",
                        "last_accessed": "2023-05-08T12:00:00Z",
                        "kms_key_id": "alias/older",
                    },
                    {"binary": "AP8=", "labels": ["AWSPREVIOUS"], "id": ONE},
                ],
            },
            {"name": "b"},
        ],
    },
    "s__yaml": f"""
        plain: beside
        secrets:
        - name: a
          description: of all
          kms_key_id: alias/app
          created: 2023-05-06T07:08:09.123Z
          last_changed: 2023-05-06 09:08:09.123 +02:00
          last_accessed: 2023-05-07
          arn_suffix: a1b2c3
          replicas: [eu-west-1]
          type: SalesforceClientSecret
          owning_service: rds
          policy: {POLICY}
          tags: {{team: web}}
          versions:
          - value: {{user: u}}
            labels: [AWSCURRENT, blue]
            id: {TWO}
            created: "2023-05-06T07:08:09.123Z"
            last_accessed: 2023-05-08
            kms_key_id: alias/older
          - binary: !!binary AP8=
            labels: [AWSPREVIOUS]
            id: {ONE}
        - name: b
        """,
}


@pytest.mark.parametrize("name", FULL)
def test_whole_descriptions(load, secrets_client, name):
    """Under secrets stand descriptions with all keywords of Secret and Version."""
    load(**{name: FULL[name]})

    answer = described(secrets_client)
    policy = secrets_client.get_resource_policy(SecretId="a")["ResourcePolicy"]
    listed = secrets_client.list_secret_version_ids(SecretId="a")["Versions"]
    versions = {version["VersionId"]: version for version in listed}

    assert ["eu-west-1"] == [status["Region"] for status in answer.pop("ReplicationStatus")]
    assert {
        "ARN": f"{HERE}a-a1b2c3",
        "Name": "a",
        "Description": "of all",
        "KmsKeyId": "alias/app",
        "CreatedDate": CREATED,
        "LastChangedDate": CREATED,
        "LastAccessedDate": datetime(2023, 5, 7, tzinfo=timezone.utc),
        "OwningService": "rds",
        "PrimaryRegion": "us-east-1",
        "Tags": [{"Key": "team", "Value": "web"}],
        **members_known_to(secrets_client, Type="SalesforceClientSecret"),
        "VersionIdsToStages": {TWO: ["AWSCURRENT", "blue"], ONE: ["AWSPREVIOUS"]},
    } == answer
    assert json.loads(POLICY) == json.loads(policy)
    assert CREATED == versions[TWO]["CreatedDate"]
    assert datetime(2023, 5, 8, tzinfo=timezone.utc) == versions[TWO]["LastAccessedDate"]
    assert ['{"user": "u"}', "beside"] == values(secrets_client, "a", "plain")
    assert [b"\x00\xff"] == values(secrets_client, "a", VersionStage="AWSPREVIOUS")
    assert "VersionIdsToStages" not in described(secrets_client, "b")


def test_short_versions_and_other_places(load, fake_secrets):
    """value, binary, previous and pending are the versions with AWS's labels; places are kept."""
    load(
        s__json=[
            {"name": "a", "binary": "AA\n==", "previous": ["old"], "pending": "next"},
            {"name": "a", "value": "v", "region": "eu-west-1", "account": "222222222222"},
        ]
    )
    here = fake_secrets.client()
    there = fake_secrets.client(region="eu-west-1", account="222222222222")

    assert [b"\x00"] == values(here, "a")
    assert ['["old"]'] == values(here, "a", VersionStage="AWSPREVIOUS")
    assert ["next"] == values(here, "a", VersionStage="AWSPENDING")
    assert ["v"] == values(there, "a")


@pytest.mark.parametrize(
    ("details", "requested", "end"),
    [
        ({"deleted": True}, NOW, NOW + timedelta(days=30)),
        ({"deleted": False}, None, None),
        (
            {"deleted": "2024-02-10T00:00:00Z"},
            datetime(2024, 2, 10, tzinfo=timezone.utc),
            datetime(2024, 3, 11, tzinfo=timezone.utc),
        ),
        (
            {"deleted": "2024-02-25T00:00:00Z", "recovery_window_in_days": 7},
            datetime(2024, 2, 25, tzinfo=timezone.utc),
            datetime(2024, 3, 3, tzinfo=timezone.utc),
        ),
    ],
    ids=["now", "not", "moment", "moment and window"],
)
def test_deleted(load, details, requested, end):
    """The key deleted is a boolean, or when the deletion was requested."""
    (view,) = load(s__json=[{"name": "a", "value": "v", **details}])

    assert (requested, end) == (view.deletion_requested, view.recovery_window_ends)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-31T09:00:00Z", datetime(2024, 1, 31, 9, tzinfo=timezone.utc)),
        ("2024-01-31t09:00:00z", datetime(2024, 1, 31, 9, tzinfo=timezone.utc)),
        ("2024-01-31 09:00 +01:00", datetime(2024, 1, 31, 8, tzinfo=timezone.utc)),
        ("2024-01-31T09:00:00-0130", datetime(2024, 1, 31, 10, 30, tzinfo=timezone.utc)),
        ("2024-01-31T09:00:00+02", datetime(2024, 1, 31, 7, tzinfo=timezone.utc)),
        ("2024-01-31T09:00:00.5Z", datetime(2024, 1, 31, 9, 0, 0, 500_000, tzinfo=timezone.utc)),
        (
            "2024-01-31T09:00:00.123456789Z",
            datetime(2024, 1, 31, 9, 0, 0, 123_456, tzinfo=timezone.utc),
        ),
        (1706691600, datetime(2024, 1, 31, 9, tzinfo=timezone.utc)),
    ],
)
def test_dates(load, text, moment):
    """A moment is ISO 8601 text with a time zone, on every Python, or a number of seconds."""
    (view,) = load(s__json=[{"name": "a", "created": text}])

    assert moment == view.created


@pytest.mark.parametrize(
    "written_date",
    [
        *("2024-01-31", "2024-01-31T09:00:00", "2024-13-31T09:00:00Z", "2024-01-31T25:00:00Z"),
        *("2024", "2024-01", "20240131T090000Z", "31", "May", "10:00"),
        *("today", "", True, None, [], 1e300, float("nan")),
    ],
)
def test_no_dates(written_date):
    """What says no moment is refused with the place of its secret."""
    assert (
        "s.json: [0]: created of secret 'a' is not a date with a time zone. "
        "Write it with a time zone, like 2026-01-31T09:00:00Z, or in seconds since 1970."
    ) == refused("s.json", s__json=[{"name": "a", "created": written_date}])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('[[secrets]]\nname = "a"\nlast_accessed = 2024-01-31T09:00:00', "s.toml"),
        ("secrets:\n- name: a\n  last_accessed: 2024-01-31 09:00:00", "s.yaml"),
    ],
    ids=["TOML", "YAML"],
)
def test_native_dates_without_time_zone(text, name):
    """A native date of a file needs a time zone as text does."""
    message = refused(name, **{name.replace(".", "__"): text})

    assert message.startswith(f"{name}: secrets[0]: last_accessed of secret 'a' is not a date")


ENV = r"""
# comment
export A=plain   # comment
B="two\nlines"
C='$literal ${A}'
D=with=equals#hash

E="really
two lines"
f.g-h=x
"""


@pytest.mark.parametrize("name", ["__env", "prod__env", "__env__local", "__env__2024-01"])
def test_dotenv(load, secrets_client, name):
    """Each KEY=VALUE of a .env file is a secret of that name; nothing is interpolated."""
    load(**{name: ENV})

    assert [
        *("plain", "two\nlines", "$literal ${A}", "with=equals#hash", "really\ntwo lines", "x")
    ] == values(secrets_client, "A", "B", "C", "D", "E", "f.g-h")


def test_a_suffix_counts_before_env(load, secrets_client):
    """A file .env.json is JSON."""
    load(__env__json={"a": "v"})

    assert ["v"] == values(secrets_client, "a")


@pytest.mark.parametrize(
    "files",
    [
        *({"s__toml": ""}, {"s__json": {}}, {"s__json": []}, {"s__json": {"secrets": []}}),
        *({"s__yaml": "# nothing\n"}, {"__env": "\n# nothing\n"}, {"s__json": {"SecretList": []}}),
        {"s__json": {"SecretValues": [], "Errors": []}},
    ],
)
def test_files_without_secrets(load, fake_secrets, files):
    """A file may describe no secret."""
    assert () == load(**files)
    assert 0 == len(fake_secrets)


def test_a_list_named_secrets_that_describes_none(load, secrets_client):
    """A list of anything but mappings, and a mapping, is a value also under the name secrets."""
    load(s__json={"secrets": ["a"]})
    assert ['["a"]'] == values(secrets_client, "secrets")
    load(s__json={"secrets": {"a": "b"}})
    assert ['{"a": "b"}'] == values(secrets_client, "secrets")


def test_yaml_aliases_and_merges(load, secrets_client):
    """Anchors, aliases and merged mappings are not keys that stand twice."""
    load(s__yaml="base: &base {user: u, port: 1}\nsame: *base\na:\n  <<: *base\n  port: 2\n")

    assert ['{"user": "u", "port": 1}', '{"user": "u", "port": 2}'] == values(
        secrets_client, "same", "a"
    )


def test_a_byte_order_mark(load, secrets_client):
    """A file may begin with UTF-8's byte order mark."""
    load(s__json='\ufeff{"a": "v"}')

    assert ["v"] == values(secrets_client, "a")


def test_load_returns_live_views(load, secrets_client):
    """The views follow what the code under test does."""
    (view,) = load(s__json={"a": "v"})
    secrets_client.put_secret_value(SecretId="a", SecretString="w")

    assert "w" == view.value


def test_of_several_files_the_last_counts(load, fake_secrets):
    """Of a secret that several files describe, the last is kept, whole; its own Region is one."""
    views = load(
        one__json={"a": "first", "b": "kept"},
        two__json=[{"name": "a", "value": "second", "region": "us-east-1"}],
    )

    assert ["second", "kept"] == [view.value for view in views]
    assert 2 == len(fake_secrets)


def test_load_replaces(load, fake_secrets):
    """A loaded secret takes the place of the one that had its name."""
    former = fake_secrets.add("a", "v", tags={"k": "v"}).arn

    (view,) = load(s__json={"a": "w"})

    assert former != view.arn
    assert {} == view.tags


@pytest.mark.parametrize(
    "files",
    [
        {"good__json": {"a": "changed", "b": "new"}, "bad__json": '{"c": 5}'},
        {"good__json": {"a": "changed"}, "bad__toml": "syntax"},
        {
            "good__json": {"a": "changed"},
            "bad__json": [{"name": "c", "value": "v", "replicas": ["us-east-1"]}],
        },
    ],
    ids=["value", "syntax", "place"],
)
def test_a_bad_file_changes_nothing(load, fake_secrets, files):
    """Where one of several files is wrong nothing of any is kept."""
    fake_secrets.add("a", "before")
    before = fake_secrets.snapshot()

    with pytest.raises(UsageError):
        load(**files)

    assert before == fake_secrets.snapshot()


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ([], "load() was given no file. Name at least one: load('secrets.toml')."),
        ([["s.json"]], "['s.json'] is not a path. Give each file as one argument: 'secrets.toml'."),
        (["."], ".: This is a directory. Name the files in it."),
        (["dir.json"], "dir.json: This is a directory. Name the files in it."),
        (
            ["s.jsn"],
            (
                "s.jsn: .jsn is not the suffix of a seed file; did you mean .json? "
                "Choose one of: .env, .json, .toml, .yaml, .yml."
            ),
        ),
        (
            ["secrets"],
            (
                "secrets: secrets is not the suffix of a seed file. "
                "Choose one of: .env, .json, .toml, .yaml, .yml."
            ),
        ),
    ],
    ids=["none", "list", "here", "directory", "suffix", "no suffix"],
)
def test_no_files(fake_secrets, paths, message):
    """What is not a seed file is refused with the remedy."""
    Path("dir.json").mkdir()

    with pytest.raises(UsageError) as caught:
        fake_secrets.load(*paths)

    assert message == str(caught.value)


def test_a_file_that_is_not_there(fake_secrets, tmp_path):
    """A path that leads nowhere is refused with the directory that it started from."""
    with pytest.raises(UsageError) as caught:
        fake_secrets.load("seeds/s.json")

    assert f"seeds/s.json: The file does not exist. A relative path starts at {tmp_path}." == str(
        caught.value
    )


def test_a_file_that_cannot_be_read(fake_secrets, monkeypatch):
    """What the operating system says about a file is passed on."""

    def fail(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fail)

    with pytest.raises(UsageError) as caught:
        fake_secrets.load("s.json")

    assert "s.json: The file cannot be read: Permission denied. Make it readable." == str(
        caught.value
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a":\n"\xff"}', "s.json:2: The file is not UTF-8. Save it as UTF-8."),
        (
            '{"a": "v"}'.encode("utf-16"),
            "s.json:1: The file is UTF-16, as PowerShell writes it. Save it as UTF-8.",
        ),
    ],
    ids=["Latin 1", "UTF-16"],
)
def test_encodings(fake_secrets, content, message):
    """A file in another encoding than UTF-8 is refused."""
    Path("s.json").write_bytes(content)

    with pytest.raises(UsageError) as caught:
        fake_secrets.load("s.json")

    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        (
            "yaml",
            "s.yml",
            (
                "s.yml: A library to read YAML files is not installed. "
                'Type: pip install "pytest-fakesecrets[yaml]"'
            ),
        ),
        (
            "dotenv.parser",
            ".env",
            (
                ".env: A library to read .env files is not installed. "
                'Type: pip install "pytest-fakesecrets[dotenv]"'
            ),
        ),
    ],
)
def test_missing_extras(fake_secrets, monkeypatch, module, name, message):
    """Where a library is missing the error has the line to type."""
    monkeypatch.setitem(sys.modules, module, None)
    Path(name).touch()

    with pytest.raises(UsageError) as caught:
        fake_secrets.load(name)

    assert message == str(caught.value)


def test_libraries_are_loaded_when_needed():
    """A fake that loads no files loads neither library of an extra."""
    code = (
        "import sys; from pytest_fakesecrets import FakeSecrets; FakeSecrets()\n"
        "print({'yaml', 'dotenv'} & set(sys.modules))"
    )
    finished = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert "set()\n" == finished.stdout


SECOND = "is given twice. Keep one."
DESCRIBED_TWICE = "is described twice in this file. Keep one description."
VALUE = "Write it as text, in quotes, or as a mapping or list (kept as JSON)."
TOP = "Give a mapping of names to values, or a list of descriptions, each a mapping with a name."
KEYS = (
    "Choose one of: account, arn_suffix, binary, created, deleted, description, kms_key_id, "
    "last_accessed, last_changed, name, owning_service, pending, policy, previous, "
    "recovery_window_in_days, region, replicas, tags, type, value, versions."
)

REFUSALS = {
    "JSON syntax": (
        "s.json",
        '{\n"a": x}',
        ("s.json:2:6", "This is not JSON: Expecting value. Correct it."),
    ),
    "empty JSON": ("s.json", "", ("s.json:1:1", "This is not JSON: Expecting value. Correct it.")),
    "JSON with a long number": (
        "s.json",
        '{"a": {"n": ' + "1" * 5_000 + "}}",
        ("s.json:1", "A number of this file is too long to be read. Write it in quotes."),
    ),
    "deep JSON": (
        "s.json",
        "[" * 100_000,
        ("s.json", "It is nested too deeply. Write inner values as text."),
    ),
    "TOML syntax": (
        "s.toml",
        'a = "v"\nb = x\n',
        ("s.toml:2:5", "This is not TOML: Invalid value. Correct it."),
    ),
    "TOML that ends early": (
        "s.toml",
        'a = "v"\nb = [\n\n',
        ("s.toml:2", "This is not TOML: Invalid value. Correct it."),
    ),
    "TOML with a long number": (
        "s.toml",
        f"a = {'1' * 5_000}",
        ("s.toml:1", "A number of this file is too long to be read. Write it in quotes."),
    ),
    "TOML table twice": (
        "s.toml",
        "[table]\n[table]\n",
        ("s.toml:2:7", "This is not TOML: Cannot declare (…,) twice. Correct it."),
    ),
    "YAML syntax": (
        "s.yaml",
        "a: v\nb: c: d\n",
        (
            "s.yaml:2:5",
            (
                "This is not YAML: mapping values are not allowed here. Correct it, or write it in "
                "quotes."
            ),
        ),
    ),
    "YAML context": (
        "s.yaml",
        "a: v\n- b\n",
        (
            "s.yaml:2:1",
            (
                "This is not YAML: while parsing a block mapping, expected <block end>, "
                "but found '-'. Correct it, or write it in quotes."
            ),
        ),
    ),
    "YAML character": (
        "s.yaml",
        "a: v\nb: @x\n",
        (
            "s.yaml:2:4",
            (
                "This is not YAML: while scanning for the next token, "
                "found character '@' that cannot start any token. Correct it, or write it in "
                "quotes."
            ),
        ),
    ),
    "YAML control character": (
        "s.yaml",
        "a: v\nb: \x01\n",
        (
            "s.yaml:2",
            "This is not YAML: a character is not allowed. Write it as an escape, in quotes.",
        ),
    ),
    "YAML alias": (
        "s.yaml",
        "a: v\nb: *word\n",
        (
            "s.yaml:2:4",
            "This is not YAML: found undefined alias …. Correct it, or write it in quotes.",
        ),
    ),
    "YAML tag": (
        "s.yaml",
        "a: v\nb: !word\n",
        (
            "s.yaml:2:4",
            (
                "This is not YAML: could not determine a constructor for the tag …. "
                "Correct it, or write it in quotes."
            ),
        ),
    ),
    "YAML list as a key": (
        "s.yaml",
        "? [a]\n: v\n",
        (
            "s.yaml:1:3",
            (
                "This is not YAML: while constructing a mapping, found unhashable key. "
                "Correct it, or write it in quotes."
            ),
        ),
    ),
    "YAML of several documents": (
        "s.yaml",
        "a: v\n---\nb: w\n",
        (
            "s.yaml:2:1",
            (
                "This is not YAML: expected a single document in the stream, "
                "but found another document. Correct it, or write it in quotes."
            ),
        ),
    ),
    "impossible date in YAML": (
        "s.yaml",
        "secrets:\n- name: a\n  created: 2024-13-01\n",
        (
            "s.yaml:3",
            "This value cannot be read as timestamp. Correct it, or write it in quotes.",
        ),
    ),
    "impossible number in YAML": (
        "s.yaml",
        "a: v\nb: !!int word\n",
        ("s.yaml:2", "This value cannot be read as int. Correct it, or write it in quotes."),
    ),
    ".env syntax": (
        ".env",
        'A=v\n\n\nB="open\nC=v\n',
        (
            ".env:4",
            "This is not a KEY=VALUE. Give a value, in quotes where it holds spaces or #.",
        ),
    ),
    ".env without a value": (
        ".env",
        "A=v\nB\n",
        (
            ".env:2",
            "This is not a KEY=VALUE. Give a value, in quotes where it holds spaces or #.",
        ),
    ),
    ".env with an empty value": (
        ".env",
        "A=v\n\nB=\n",
        (
            ".env: B",
            "AWS refuses an empty value. Leave it out for a secret without a value.",
        ),
    ),
    ".env name twice": (".env", "A=v\n\nA=w\n", (".env:3", f"'A' {SECOND}")),
    "JSON name twice": (
        "s.json",
        '{"a": "v",\n "b": ["{", {"a": 1}],\n "a": "w"}',
        ("s.json", f"'a' {SECOND}"),
    ),
    "JSON key of a value twice": (
        "s.json",
        '{"a": [{"k": 1}, {"k": 2,\n "k": 3}]}',
        ("s.json", f"A key {SECOND}"),
    ),
    "YAML name twice": (
        "s.yaml",
        "a: v\nb: {a: 1}\na: w\n",
        ("s.yaml:3", f"'a' {SECOND}"),
    ),
    "YAML key of a value twice": (
        "s.yaml",
        "a:\n- k: 1\n  l: 2\n- k: 1\n  k: 2\n",
        ("s.yaml:5", f"A key {SECOND}"),
    ),
    "YAML name that is a number": (
        "s.yaml",
        "a: v\n12: v\n",
        ("s.yaml:2", "The name 12 is not a string for YAML. Write it in quotes."),
    ),
    "YAML name that is a boolean": (
        "s.yaml",
        "a: v\non: v\n",
        ("s.yaml:2", "The name on is not a string for YAML. Write it in quotes."),
    ),
    "YAML name merged": (
        "s.yaml",
        "<<: {1: v}\n",
        ("s.yaml: [1]", "The name of a secret is a number. Write it as text, in quotes."),
    ),
    "description twice": (
        "s.toml",
        'a = "v"\n[[secrets]]\nname = "b"\n[[secrets]]\nname = "a"\n',
        ("s.toml: secrets[1]", f"'a' {DESCRIBED_TWICE}"),
    ),
    "text at top level": ("s.json", '"text"', ("s.json", f"This is text. {TOP}")),
    "null at top level": ("s.json", "null", ("s.json", f"This is null. {TOP}")),
    "number in a list": (
        "s.yaml",
        "- name: a\n- 5\n",
        ("s.yaml: [1]", f"This is a number. {TOP}"),
    ),
    "set at top level": ("s.yaml", "!!set {a}", ("s.yaml", f"This is a set. {TOP}")),
    "number as a value": (
        "s.toml",
        'a = "v"\nb = 5\n',
        ("s.toml: b", f"value of secret 'b' is a number. {VALUE}"),
    ),
    "boolean as a value": (
        "s.yaml",
        "a: v\nb: yes\n",
        ("s.yaml: b", f"value of secret 'b' is a boolean. {VALUE}"),
    ),
    "date as a value": (
        "s.yaml",
        "a: v\nb: 2024-01-31\n",
        ("s.yaml: b", f"value of secret 'b' is a date. {VALUE}"),
    ),
    "null as a value": (
        "s.json",
        '{"a": "v",\n"b": null}',
        (
            "s.json: b",
            (
                "value of secret 'b' is null. "
                "To have a secret without a value, describe it with its name alone."
            ),
        ),
    ),
    "number as a pending value": (
        "s.json",
        '[{"name": "a", "pending": 1.5}]',
        ("s.json: [0]", f"pending of secret 'a' is a number. {VALUE}"),
    ),
    "date in a value": (
        "s.toml",
        "a = { day = 2024-01-31 }",
        (
            "s.toml: a",
            (
                "A dict or list as a value must be JSON: Object of type date is not JSON "
                "serializable. Give str or bytes instead."
            ),
        ),
    ),
    "name": (
        "s.toml",
        'a = "v"\n"b c" = "v"\n',
        (
            "s.toml: b c",
            (
                "'b c' is not a name that AWS accepts. "
                "Use letters, digits and any of -/_+=.@! (and no ARN: AWS makes it)."
            ),
        ),
    ),
    "no name": (
        "s.toml",
        '[[secrets]]\nname = "a"\n[[secrets]]\nvalue = "v"\n',
        ("s.toml: secrets[1]", "A secret is described without a name. Give it the key name."),
    ),
    "number as a name": (
        "s.yaml",
        "- name: 5\n",
        ("s.yaml: [0]", "The name of a secret is a number. Write it as text, in quotes."),
    ),
    "unknown key": (
        "s.toml",
        '[[secrets]]\ntag = {}\nname = "a"\n',
        ("s.toml: secrets[0]", f"tag is not a key of secret 'a'; did you mean tags? {KEYS}"),
    ),
    "unknown key of a version": (
        "s.json",
        '[{"name": "a", "versions": [{"stages": []}]}]',
        (
            "s.json: [0]",
            (
                "stages is not a key of a version of secret 'a'. Choose one of: "
                "binary, created, id, kms_key_id, labels, last_accessed, value."
            ),
        ),
    ),
    "value and binary": (
        "s.json",
        '[{"name": "a", "value": "v", "binary": "AA=="}]',
        ("s.json: [0]", "Secret 'a' has value and binary. Give one of them."),
    ),
    "text as binary": (
        "s.json",
        '[{"name": "a", "binary": "word"}, {"name": "b",\n"binary": "wor"}]',
        (
            "s.json: [1]",
            "binary of secret 'b' is not base64. Write what `base64` prints for the bytes.",
        ),
    ),
    "number as binary": (
        "s.json",
        '[{"name": "a", "binary": 5}]',
        (
            "s.json: [0]",
            "binary of secret 'a' is not base64. Write what `base64` prints for the bytes.",
        ),
    ),
    "mapping as versions": (
        "s.json",
        '[{"name": "a", "versions": {"value": "v"}}]',
        ("s.json: [0]", "versions of secret 'a' is a mapping. Give a list of mappings."),
    ),
    "text as a version": (
        "s.json",
        '[{"name": "a", "versions": ["v"]}]',
        (
            "s.json: [0]",
            "versions of secret 'a' holds text. Give mappings, each with a value and labels.",
        ),
    ),
    "version without current": (
        "s.yaml",
        "secrets:\n\n- versions: [{value: v}]\n  name: a\n",
        (
            "s.yaml: secrets[0]",
            (
                "No version of secret 'a' is AWSCURRENT. Give one of them that label: in AWS, the "
                "first value of a secret has it. What a rotation has reserved has no value."
            ),
        ),
    ),
    "number as an account": (
        "s.yaml",
        "- {name: a, account: 123456789012}",
        (
            "s.yaml: [0]",
            (
                "account=123456789012 is not the id of an AWS account. Write its twelve digits "
                "as a string, "
                "like '123456789012'."
            ),
        ),
    ),
}


@pytest.mark.parametrize(("name", "text", "message"), REFUSALS.values(), ids=REFUSALS)
def test_refusals(name, text, message):
    """A wrong file is refused with path, place, what is wrong and the remedy."""
    assert ": ".join(message) == refused(name, **{name.replace(".", "__"): text})


TABLES = {
    "header": ('[prod.db]\nuser = "u"\n', "prod", "db"),
    "header in quotes": ('[prod."a.b"]\nuser = "u"\n', "prod", "a.b"),
    "several": ('[prod.db]\nuser = "u"\n[prod.api]\nkey = "k"\n', "prod", "db"),
    "deeper": ('[prod.eu.db]\nuser = "u"\n', "prod", "eu"),
}


@pytest.mark.parametrize(("text", "name", "inner"), TABLES.values(), ids=TABLES)
def test_a_table_of_tables(text, name, inner):
    """[prod.db] may mean the secret prod.db, so it is refused with the two ways to write it."""
    message = refused("s.toml", s__toml=text)

    assert message.startswith(f"s.toml: {name}: The table {name} holds nothing but tables.")
    assert f'["{name}.{inner}"] or ["{name}/{inner}"]' in message
    assert f'[[secrets]] with name = "{name}" and value = {{ {inner} = {{ … }} }}' in message


@pytest.mark.parametrize(
    "text",
    [
        'a.b = "v"',
        '[a]\nb = { c = "v" }\nd = 1',
        '[[secrets]]\nname = "a"\nvalue = { b = { c = "v" } }',
        '["a.b"]\nc = "v"',
        "[a]",
    ],
)
def test_tables_that_mean_one_thing(load, text):
    """A table with a value of its own, a quoted name and a description are what they say."""
    assert 1 == len(load(s__toml=text))


LISTED = {
    "ARN": f"{HERE}prod/db-a1b2c3",
    "Name": "prod/db",
    "Description": "the database",
    "KmsKeyId": "alias/app",
    "LastChangedDate": "2023-05-07T09:00:00.500000+02:00",
    "LastAccessedDate": "2023-05-08T02:00:00+02:00",
    "CreatedDate": "2023-05-06T09:08:09.123000+02:00",
    "Tags": [{"Key": "team", "Value": "web"}],
    "SecretVersionsToStages": {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT", "blue"]},
    "OwningService": "rds",
    "Type": "SalesforceClientSecret",
    "RotationEnabled": True,
    "RotationLambdaARN": "arn:aws:lambda:us-east-1:123456789012:function:rotate",
    "RotationRules": {"AutomaticallyAfterDays": 30},
    "LastRotatedDate": "2023-05-07T09:00:00+02:00",
    "NextRotationDate": "2023-06-07T09:00:00+02:00",
}
DESCRIBED = {key: value for key, value in LISTED.items() if key != "SecretVersionsToStages"} | {
    "VersionIdsToStages": LISTED["SecretVersionsToStages"]
}
CURRENT = {
    "ARN": LISTED["ARN"],
    "Name": "prod/db",
    "VersionId": TWO,
    "SecretString": '{"password":"now"}',
    "VersionStages": ["AWSCURRENT", "blue"],
    "CreatedDate": "2023-05-07T09:00:00+02:00",
}
PREVIOUS = {
    "ARN": LISTED["ARN"],
    "Name": "prod/db",
    "VersionId": ONE,
    "SecretBinary": "AP8=",
    "VersionStages": ["AWSPREVIOUS"],
    "CreatedDate": CREATED.timestamp(),
}


def entry(arn, **members):
    """Return an entry of ListSecrets."""
    return {"ARN": arn, "Name": arn.rpartition(":")[2][:-7], **members}


def value_of(arn, value="v", version=ONE, labels=("AWSCURRENT",), **members):
    """Return what GetSecretValue answers."""
    stages = list(labels)
    return entry(arn, SecretString=value, VersionId=version, VersionStages=stages, **members)


EXPORTS = {
    "list-secrets": {
        "list__json": {"SecretList": [LISTED]},
        "current__json": CURRENT,
        "previous__json": PREVIOUS,
    },
    "describe-secret": {
        "current__json": CURRENT,
        "previous__json": PREVIOUS,
        "described__json": DESCRIBED,
    },
    "batch-get-secret-value": {
        "values__json": {"SecretValues": [CURRENT], "Errors": []},
        "described__json": DESCRIBED,
        "previous__json": PREVIOUS,
    },
    "pages": {
        "one__json": {"SecretList": [], "NextToken": "more"},
        "two__json": [{"SecretList": [LISTED]}, CURRENT, {"SecretValues": [PREVIOUS]}],
    },
    "YAML": {
        "list__yaml": f"""
SecretList:
- ARN: {HERE}prod/db-a1b2c3
  CreatedDate: '2023-05-06T09:08:09.123000+02:00'
  Description: the database
  KmsKeyId: alias/app
  LastAccessedDate: '2023-05-08T02:00:00+02:00'
  LastChangedDate: 2023-05-07T09:00:00.500000+02:00
  Name: prod/db
  OwningService: rds
  RotationEnabled: true
  SecretVersionsToStages:
    {ONE}:
    - AWSPREVIOUS
    {TWO}:
    - AWSCURRENT
    - blue
  Tags:
  - Key: team
    Value: web
  Type: SalesforceClientSecret
""",
        "current__yaml": f"""
ARN: {HERE}prod/db-a1b2c3
CreatedDate: '2023-05-07T09:00:00+02:00'
Name: prod/db
SecretString: '{{"password":"now"}}'
VersionId: {TWO}
VersionStages:
- AWSCURRENT
- blue
""",
        "previous__yml": f"""
ARN: {HERE}prod/db-a1b2c3
CreatedDate: 1683356889.123
Name: prod/db
SecretBinary: AP8=
VersionId: {ONE}
VersionStages:
- AWSPREVIOUS
""",
    },
}


@pytest.mark.parametrize("files", EXPORTS.values(), ids=EXPORTS)
def test_answers_about_one_secret(load, secrets_client, files):
    """What the AWS CLI printed about one ARN becomes that secret, with all of it but rotation."""
    (view,) = load(**files)

    listed = secrets_client.list_secret_version_ids(SecretId="prod/db")["Versions"]
    created = {version["VersionId"]: version["CreatedDate"] for version in listed}

    assert view.arn == LISTED["ARN"]
    assert {
        "ARN": f"{HERE}prod/db-a1b2c3",
        "Name": "prod/db",
        "Description": "the database",
        "KmsKeyId": "alias/app",
        "LastChangedDate": datetime(2023, 5, 7, 7, 0, 0, 500_000, tzinfo=timezone.utc),
        "LastAccessedDate": datetime(2023, 5, 8, tzinfo=timezone.utc),
        "CreatedDate": CREATED,
        "Tags": [{"Key": "team", "Value": "web"}],
        "OwningService": "rds",
        **members_known_to(secrets_client, Type="SalesforceClientSecret"),
        "VersionIdsToStages": {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT", "blue"]},
    } == described(secrets_client, "prod/db")
    assert {ONE: CREATED, TWO: datetime(2023, 5, 7, 7, tzinfo=timezone.utc)} == created
    assert ['{"password":"now"}'] == values(secrets_client, "prod/db")
    assert [b"\x00\xff"] == values(secrets_client, "prod/db", VersionStage="AWSPREVIOUS")


def test_what_aws_answers_can_be_loaded_again(load, fake_secrets, secrets_client):
    """Answers, as boto3 gives them, bring the same secrets into another fake."""
    load(
        s__json=[
            {"name": "a", "value": "v", "previous": "u", "tags": {"k": "v"}, "deleted": False},
            {"name": "b", "binary": "AP8=", "policy": POLICY},
            {"name": "c", "description": "none"},
        ]
    )
    answers = [
        secrets_client.get_secret_value(SecretId="a"),
        secrets_client.get_secret_value(SecretId="a", VersionStage="AWSPREVIOUS"),
        secrets_client.get_secret_value(SecretId="b"),
        secrets_client.get_resource_policy(SecretId="b"),
        secrets_client.list_secrets(),
    ]

    def as_text(value):
        return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)

    with FakeSecrets() as other:
        other.reset()
        other.load(*written({"dump__json": json.dumps(answers, default=as_text)}))
        again = [described(secrets_client, name) for name in "abc"]
        assert ["v", b"\x00\xff"] == values(secrets_client, "a", "b")
        assert fake_secrets["b"].policy == other["b"].policy
    assert [described(secrets_client, name) for name in "abc"] == again


def test_a_secret_without_a_value(load, secrets_client):
    """A secret that no file has a value of has no versions either, as AWS answers for one."""
    load(s__json={"SecretList": [LISTED]})

    assert "VersionIdsToStages" not in described(secrets_client, "prod/db")
    assert (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    ) == refusal(secrets_client.get_secret_value, SecretId="prod/db")


def test_a_version_without_a_value(load, secrets_client):
    """A version of which only the labels are known keeps them."""
    load(s__json=DESCRIBED, t__json=CURRENT)

    assert (
        DESCRIBED["VersionIdsToStages"]
        == described(secrets_client, "prod/db")["VersionIdsToStages"]
    )
    assert (
        "ResourceNotFoundException"
        == refusal(secrets_client.get_secret_value, SecretId="prod/db", VersionStage="AWSPREVIOUS")[
            0
        ]
    )


def test_values_alone(load, secrets_client):
    """Where only values are known, the secret is as old as the oldest of them."""
    load(s__json=PREVIOUS, t__json=CURRENT)

    assert CREATED == described(secrets_client, "prod/db")["CreatedDate"]


def test_a_value_without_a_date(load, secrets_client):
    """A value whose date was cut is as old as the test."""
    load(s__json=value_of(f"{HERE}a-a1b2c3", CreatedDate=None))

    assert NOW == described(secrets_client)["CreatedDate"]


def test_a_deleted_secret(load, secrets_client):
    """DeletedDate is when the deletion was requested; 29 days later the secret still waits."""
    requested = NOW - timedelta(days=29)
    (view,) = load(s__json=entry(f"{HERE}a-a1b2c3", DeletedDate=requested.isoformat()))

    assert requested == described(secrets_client)["DeletedDate"] == view.deletion_requested
    assert NOW + timedelta(days=1) == view.recovery_window_ends


def test_a_deleted_secret_can_be_loaded_again(load, fake_secrets, secrets_client):
    """What AWS answers about a secret that waits has it wait in another fake as well."""
    fake_secrets.add("a", "v", deleted=NOW - timedelta(days=3), arn_suffix="a1b2c3")
    fake_secrets.add("b", deleted=True, recovery_window_in_days=7)
    answers = [
        secrets_client.list_secrets(IncludePlannedDeletion=True),
        secrets_client.describe_secret(SecretId="b"),
    ]
    before = [described(secrets_client, name)["DeletedDate"] for name in "ab"]

    with FakeSecrets() as other:
        other.reset()
        other.load(*written({"dump__json": json.dumps(answers, default=str)}))
        again = [described(secrets_client, name)["DeletedDate"] for name in "ab"]
        ends = [other[name].recovery_window_ends for name in "ab"]

    assert [NOW - timedelta(days=3), NOW] == before == again
    # AWS does not tell the length of a window, so the default counts.
    assert [NOW + timedelta(days=27), NOW + timedelta(days=30)] == ends


def test_a_secret_deleted_long_ago(load, fake_secrets, secrets_client):
    """A secret whose deletion was requested 31 days ago is gone."""
    requested = NOW - timedelta(days=31)
    load(s__json=entry(f"{HERE}a-a1b2c3", DeletedDate=requested.isoformat()))

    assert "a" not in fake_secrets
    with pytest.raises(secrets_client.exceptions.ResourceNotFoundException):
        described(secrets_client)


def test_other_places_are_kept(load, fake_secrets):
    """A secret of another Region and account is found there, by its ARN and by its name."""
    arn = "arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:a-a1b2c3"
    load(s__json=value_of(arn))
    client = fake_secrets.client(region="cn-north-1", account="222222222222")

    assert arn in fake_secrets
    assert "a" not in fake_secrets
    assert ["v"] == values(client, "a")


def test_the_later_answer_counts(load, secrets_client):
    """Where two answers differ about a detail the later file is taken; own words may follow."""
    load(
        one__json=entry(f"{HERE}a-a1b2c3", Description="first", KmsKeyId="alias/app"),
        two__json=entry(f"{HERE}a-a1b2c3", Description="second"),
        three__json={"b": "own"},
        four__json={"SecretValues": [value_of(f"{HERE}b-a1b2c3")]},
        five__json=value_of(f"{HERE}c-a1b2c3"),
        six__json={"c": "own"},
    )

    assert "second" == described(secrets_client)["Description"]
    assert "alias/app" == described(secrets_client)["KmsKeyId"]
    assert ["v", "own"] == values(secrets_client, "b", "c")


REPLICATED = entry(
    f"{HERE}a-a1b2c3",
    PrimaryRegion="us-east-1",
    ReplicationStatus=[
        {"Region": "eu-west-1", "Status": "InSync"},
        {"Region": "eu-west-2", "Status": "Failed", "StatusMessage": "name taken"},
    ],
)


@pytest.mark.parametrize(
    "files",
    [
        {"a__json": [REPLICATED, value_of(f"{HERE}a-a1b2c3")]},
        {"a__json": [REPLICATED, value_of(f"{THERE}a-a1b2c3")]},
        {"a__json": [value_of(f"{THERE}a-a1b2c3"), value_of(f"{HERE}a-a1b2c3"), REPLICATED]},
        {
            "there__json": {"SecretList": [entry(f"{THERE}a-a1b2c3", PrimaryRegion="us-east-1")]},
            "here__json": {"SecretList": [entry(f"{HERE}a-a1b2c3", PrimaryRegion="us-east-1")]},
            "values__json": {"SecretValues": [value_of(f"{HERE}a-a1b2c3")]},
        },
    ],
    ids=["status", "value of the replica", "values of both", "lists of both Regions"],
)
def test_replicas(load, fake_secrets, files):
    """A replica belongs to its primary, whichever of the answers tell of it."""
    (view,) = load(**files)

    there = fake_secrets.client(region="eu-west-1")
    here = fake_secrets.client()

    assert f"{HERE}a-a1b2c3" == view.arn
    assert ["v"] == values(here, "a")
    assert ["v"] == values(there, "a")
    assert "us-east-1" == described(there)["PrimaryRegion"]
    assert ["eu-west-1"] == [status["Region"] for status in described(here)["ReplicationStatus"]]


def test_a_replica_without_its_primary(load, fake_secrets):
    """A replica whose primary is in no file is an ordinary secret."""
    load(s__json=[entry(f"{THERE}a-a1b2c3", PrimaryRegion="us-east-1")])

    there = fake_secrets.client(region="eu-west-1")

    assert 1 == len(fake_secrets)
    assert "PrimaryRegion" not in described(there)


def test_replicas_of_each_other(load, fake_secrets):
    """Two that name each other as primary, which AWS has not, are both kept."""
    load(
        s__json=[
            entry(f"{THERE}a-a1b2c3", PrimaryRegion="us-east-1"),
            entry(f"{HERE}a-a1b2c3", PrimaryRegion="eu-west-1"),
        ]
    )

    assert 2 == len(fake_secrets)


def test_a_status_about_its_own_region(load, secrets_client):
    """A secret is not a replica of itself."""
    load(s__json=entry(f"{HERE}a-a1b2c3", ReplicationStatus=[{"Region": "us-east-1"}]))

    assert "ReplicationStatus" not in described(secrets_client)


INCOMPLETE = (
    "This is not a complete answer of AWS about a secret. "
    "Give it as `aws secretsmanager` printed it."
)
ARN = f"{HERE}a-a1b2c3"
ANSWER_REFUSALS = {
    "text in a list": ({"SecretList": [ARN]}, INCOMPLETE),
    "no ARN": ({"SecretList": [{"Name": "a"}]}, INCOMPLETE),
    "tags of a seed": (entry(ARN, Tags={"team": "web"}), INCOMPLETE),
    "text as labels of versions": (entry(ARN, VersionIdsToStages="word"), INCOMPLETE),
    "number as a Region": (entry(ARN, PrimaryRegion=5), INCOMPLETE),
    "list as an id": (value_of(ARN, version=[]), INCOMPLETE),
    "partial ARN": (
        {"ARN": ARN[:-7], "Name": "a"},
        (
            f"{ARN[:-7]} is not the complete ARN of a secret 'a'. "
            "Give ARN and Name as AWS answered them."
        ),
    ),
    "ARN of another service": (
        {"ARN": "arn:aws:iam::123456789012:role/app", "Name": "a"},
        (
            "arn:aws:iam::123456789012:role/app is not the complete ARN of a secret 'a'. "
            "Give ARN and Name as AWS answered them."
        ),
    ),
    "ARN of another partition": (
        {"ARN": ARN.replace("aws", "aws-cn", 1), "Name": "a"},
        (
            f"{ARN.replace('aws', 'aws-cn', 1)} is not the complete ARN of a secret 'a'. "
            "Give ARN and Name as AWS answered them."
        ),
    ),
    "errors": (
        {
            "SecretValues": [],
            "Errors": [{"SecretId": "a", "ErrorCode": "AccessDeniedException"}],
        },
        (
            "AWS could not give all values. Ask for those that are missing, "
            "and empty the list of errors."
        ),
    ),
    "unknown member of a list": (
        {"SecretList": [], "NextTokens": "x"},
        (
            "NextTokens is not a member of AWS's answers that seeds are read from; "
            "did you mean NextToken? "
            "Choose one of: Errors, NextToken, ResponseMetadata, SecretList, SecretValues."
        ),
    ),
    "value without a version": (
        entry(ARN, SecretString="v"),
        "A value of secret 'a' has no VersionId. Give that of AWS's answer.",
    ),
    "bytes without a version": (
        entry(ARN, SecretBinary="AA=="),
        "A value of secret 'a' has no VersionId. Give that of AWS's answer.",
    ),
    "text and bytes": (
        value_of(ARN, SecretBinary="AA=="),
        "A version of secret 'a' has value and binary. Give one of them.",
    ),
    "two values": (
        [value_of(ARN), value_of(ARN, "w")],
        f"Version {ONE} of secret 'a' has two different values. Keep one.",
    ),
    "two values of a replica": (
        [value_of(f"{THERE}a-a1b2c3"), value_of(ARN, "w"), REPLICATED],
        f"Version {ONE} of secret 'a' has two different values. Keep one.",
    ),
    "no current value": (
        value_of(ARN, labels=["AWSPREVIOUS"]),
        (
            "The AWSCURRENT value of secret 'a' is missing. "
            "Add what `aws secretsmanager get-secret-value --secret-id a` prints."
        ),
    ),
    "answers of different times": (
        [value_of(ARN), entry(ARN, VersionIdsToStages={ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]})],
        (
            "Secret 'a' has the staging label 'AWSCURRENT' twice. "
            "These are answers of different times: ask for all of them again."
        ),
    ),
    "text as labels": (
        entry(ARN, VersionIdsToStages={ONE: "AWSCURRENT"}),
        "labels='AWSCURRENT' is one string. Give a list: ['AWSCURRENT'].",
    ),
    "short id": (
        value_of(ARN, version="1"),
        "Version id '1' has 1 characters. AWS's have 32 to 64.",
    ),
    "no date": (
        value_of(ARN, CreatedDate="yesterday"),
        (
            "CreatedDate of secret 'a' is not a date with a time zone. Write it with a time zone, "
            "like 2026-01-31T09:00:00Z, or in seconds since 1970."
        ),
    ),
    "one name, two ARNs": (
        [{"SecretList": [entry(ARN), entry(f"{HERE}a-zzzzzz")]}],
        f"'a' {DESCRIBED_TWICE}",
    ),
    "own words and an answer": (
        [{"name": "a", "region": "us-east-1", "account": "123456789012"}, entry(ARN)],
        f"'a' {DESCRIBED_TWICE}",
    ),
}


@pytest.mark.parametrize(("answer", "message"), ANSWER_REFUSALS.values(), ids=ANSWER_REFUSALS)
def test_refusals_of_answers(answer, message):
    """What AWS would not have answered is refused with the remedy."""
    assert refused("s.json", s__json=answer).endswith(f": {message}")


def test_an_unknown_member_of_an_answer():
    """A member that seeds are not read from is refused with its place and the choices."""
    message = refused("s.yaml", s__yaml=f"SecretList:\n- SecretSring: v\n  ARN: {ARN}\n  Name: a\n")

    assert message.startswith(
        "s.yaml: SecretList[0]: SecretSring is not a member of AWS's answers that seeds are read "
        "from; did you mean SecretString? Choose one of: ARN, CreatedDate,"
    )


LEAKS = [
    ("s.json", f'{{"a": {CANARY}}}'),
    ("s.json", f'{{"a": "{CANARY}\n"}}'),
    ("s.json", f'{{"a": "\\q{CANARY}"}}'),
    ("s.json", f'{{"a": "{CANARY}" "{CANARY}"}}'),
    ("s.json", f'{{"a": "{CANARY}'),
    ("s.json", f'"{CANARY}"'),
    ("s.json", f'["{CANARY}"]'),
    ("s.json", f'{{"a": {{"{CANARY}": 1, "{CANARY}": 2}}}}'),
    ("s.json", f'{{"a": "{CANARY * 10_000}"}}'),
    ("s.json", f'{{"b c": "{CANARY}"}}'),
    ("s.json", f'[{{"name": {{"k": "{CANARY}"}}, "value": 5}}]'),
    ("s.json", f'[{{"name": "a", "binary": "{CANARY}"}}]'),
    ("s.json", f'[{{"name": "a", "versions": "{CANARY}"}}]'),
    ("s.json", f'[{{"name": "a", "versions": ["{CANARY}"]}}]'),
    ("s.json", f'[{{"name": "a", "versions": [{{"value": "{CANARY}"}}]}}]'),
    ("s.json", f'[{{"name": "a", "value": "{CANARY}", "created": "{CANARY}"}}]'),
    ("s.json", json.dumps([value_of(ARN, CANARY), value_of(ARN, CANARY * 2)])),
    ("s.json", json.dumps(value_of(ARN, CANARY, labels=["x"]))),
    ("s.json", json.dumps(entry(ARN, SecretBinary=CANARY, VersionId=ONE))),
    ("s.json", json.dumps({"SecretValues": [CANARY]})),
    ("s.toml", f"a = {CANARY}"),
    ("s.toml", f'a = "{CANARY}'),
    ("s.toml", f'a = "{CANARY}" {CANARY}'),
    ("s.toml", f'a = "\\q{CANARY}"'),
    ("s.toml", f'a = {{ "{CANARY}" = 1, "{CANARY}" = 2 }}'),
    ("s.toml", f'[a."{CANARY}"]\n[a."{CANARY}"]'),
    ("s.toml", f'a."{CANARY}" = {{ }}\n[a."{CANARY}".b]'),
    ("s.toml", f'a = "{CANARY}"\na = "{CANARY}"'),
    ("s.yaml", f"a: *{CANARY}"),
    ("s.yaml", f"a: !{CANARY}"),
    ("s.yaml", f"a: !'\"{CANARY}"),
    ("s.yaml", f"a: !e!{CANARY} x"),
    ("s.yaml", f"a: %{CANARY}"),
    ("s.yaml", f"a: '{CANARY}"),
    ("s.yaml", f'a: "\\q{CANARY}"'),
    ("s.yaml", f"a: !!int {CANARY}"),
    ("s.yaml", f"a: !!bool {CANARY}"),
    ("s.yaml", f"a: !!timestamp {CANARY}"),
    ("s.yaml", f"a: !!binary {CANARY}é"),
    ("s.yaml", f"a: {{{CANARY}: 1, {CANARY}: 2}}"),
    ("s.yaml", f"a: &{CANARY} x\nb: &{CANARY} y\nc: *{CANARY}\nd: *e"),
    ("s.yaml", f"a: {CANARY}: x"),
    ("s.yaml", f"a: {CANARY}\x01"),
    ("s.yaml", f"a: [{CANARY}"),
    ("s.yaml", f"{CANARY}"),
    (".env", f'A="{CANARY}'),
    (".env", f"A='{CANARY}' {CANARY}"),
    (".env", f"A='{CANARY}\n{CANARY}"),
    (".env", f"A={CANARY}\nA={CANARY}"),
    (".env", f"A={CANARY * 10_000}"),
]


@pytest.mark.parametrize(("name", "text"), LEAKS)
def test_no_message_shows_a_value(name, text):
    """Whatever is wrong with a file, its values, and keys inside them, stay hidden."""
    reason = refused(name, **{name.replace(".", "__"): text})

    assert reason.startswith(name)
    assert CANARY not in reason


@pytest.mark.parametrize(("name", "text"), LEAKS[::4])
def test_no_report_shows_a_value(pytester, name, text):
    """The report of a test that loads a wrong file ends at the test's own line."""
    pytester.makepyfile(f"def test_it(fake_secrets):\n    fake_secrets.load({name!r})")
    pytester.path.joinpath(name).write_text(text, encoding="utf-8")
    options = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-vv", "--showlocals"]

    result = pytester.runpytest_inprocess(*options)

    result.assert_outcomes(failed=1)
    assert CANARY not in "\n".join(result.outlines)
    assert "documents.py" not in "\n".join(result.outlines)
