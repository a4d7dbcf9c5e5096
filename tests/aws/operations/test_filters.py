from __future__ import annotations

import string
from datetime import datetime, timedelta, timezone

import pytest
from support import refusal

from pytest_fakesecrets import Secret

START = datetime(2026, 1, 31, tzinfo=timezone.utc)
KEYS = ["description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"]
UNIQUE = "9b41c7"
PUNCTUATED = [f"prod{mark}AppBeta{mark}{UNIQUE}" for mark in "/_+=.@-"]
COMPANY = f"uat/COMPANY/{UNIQUE}"
COMPANY_THINGS = f"uat/COMPANYthings/{UNIQUE}"


def seed(fake, *secrets):
    """Have secrets exist, each a second younger than the one before."""
    for number, (name, details) in enumerate(secrets):
        fake.add(Secret(name, "v", created=START + timedelta(seconds=number), **details))


def names(client, *filters):
    """Return the names of the secrets that pass filters, each a key and its values."""
    written = [{"Key": key, "Values": values} for key, values in filters]
    listed = client.list_secrets(Filters=written)["SecretList"]
    return [entry["Name"] for entry in listed]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ["a secret", "an secret", "asecret"]),
        ("a secret", ["a secret", "an secret"]),
        ("!a", ["thesecret"]),
        ("!c", ["a secret", "an secret", "asecret", "thesecret"]),
    ],
)
def test_recorded_descriptions(fake_secrets, secrets_client, value, expected):
    """Descriptions are searched by the beginnings of words, as AWS was recorded."""
    descriptions = ["a secret", "an secret", "asecret", "thesecret"]
    seed(fake_secrets, *((f"s{n}", {"description": d}) for n, d in enumerate(descriptions)))

    found = names(secrets_client, ("description", [value]))

    assert [f"s{descriptions.index(description)}" for description in expected] == found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("one two", ["one two", "one and two"]),
        ("two one", ["one two", "one and two"]),
        ("o t", ["one two", "one and two"]),
        ("t", ["one two", "one and two", "two"]),
        ("T", ["one two", "one and two", "two"]),
        ("wo", []),
        ("one two three", []),
    ],
)
def test_descriptions_are_searched_by_words(fake_secrets, secrets_client, value, expected):
    """Every word of the value begins some word of the description, in any order and case."""
    descriptions = ["one two", "one and two", "one", "two", "unrelated"]
    seed(fake_secrets, *((f"s{n}", {"description": d}) for n, d in enumerate(descriptions)))

    found = names(secrets_client, ("description", [value]))

    assert [f"s{descriptions.index(description)}" for description in expected] == found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/", ["/ssm/a", "/ssm/b"]),
        ("!/", ["testing1", "one", "Testing1"]),
        ("testing1 one", []),
        ("testing1", ["testing1"]),
        ("Testing", ["Testing1"]),
        ("esting", []),
        ("TESTING1", []),
        ("!t", ["/ssm/a", "/ssm/b", "one", "Testing1"]),
    ],
)
def test_names_are_searched_by_prefix(fake_secrets, secrets_client, value, expected):
    """The value begins the name, with its case, and is not split into words."""
    seed(
        fake_secrets,
        *((name, {}) for name in ("/ssm/a", "/ssm/b", "testing1", "one", "Testing1")),
    )

    assert expected == names(secrets_client, ("name", [value]))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("SecretOne", ["SecretOne"]),
        ("foo", ["SecretFTag", "SecretFValue"]),
        ("Secret", ["SecretOne", "SecretTwo", "SecretFTag", "SecretFValue"]),
        ("secret", ["SecretOne", "SecretTwo", "SecretFTag", "SecretFValue"]),
        ("sec", ["SecretOne", "SecretTwo", "SecretFTag", "SecretFValue"]),
        ("ret", []),
        ("SomeSecret", []),
        ("d", ["SecretTwo"]),
        ("d t", ["SecretTwo"]),
        ("t", ["SecretTwo", "Thirdsecret", "SecretFTag"]),
    ],
)
@pytest.mark.parametrize("suffix", ["", "8a3f60", "F00e9"])
def test_recorded_all(fake_secrets, secrets_client, value, expected, suffix):
    """The key "all" searches name, description and tags by words, as AWS was recorded."""
    seed(
        fake_secrets,
        (f"SecretOne{suffix}", {}),
        (f"SecretTwo{suffix}", {"description": "DescTwo"}),
        (f"Thirdsecret{suffix}", {}),
        (f"SecretFTag{suffix}", {"tags": {"1": "foo"}}),
        (f"SecretFValue{suffix}", {"tags": {"foo": "v"}}),
    )

    found = names(secrets_client, ("all", [value]))

    assert [f"{name}{suffix}" for name in expected] == found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["AppBeta"], PUNCTUATED),
        (["Beta"], PUNCTUATED),
        (["AppBeta", "prod"], PUNCTUATED),
        (["+"], []),
        ([UNIQUE], [*PUNCTUATED, COMPANY, COMPANY_THINGS]),
        (["company"], [COMPANY]),
        (["things"], []),
        (["Ythings"], [COMPANY_THINGS]),
        (["N"], []),
        (["pany"], []),
    ],
    ids=lambda value: "+".join(value) if len(value) < 3 else "",
)
def test_recorded_punctuation(fake_secrets, secrets_client, values, expected):
    """Words end at punctuation and before an upper-case letter that lower case follows."""
    seed(fake_secrets, *((name, {}) for name in [*PUNCTUATED, COMPANY, COMPANY_THINGS]))

    assert expected == names(secrets_client, ("all", values))


def test_recorded_filters_with_the_same_key(fake_secrets, secrets_client):
    """Two filters with one key must both be passed."""
    seed(
        fake_secrets,
        ("1", {"description": "one"}),
        ("2", {"description": "two"}),
        ("12", {"description": "one two"}),
    )

    found = names(secrets_client, ("description", ["one"]), ("description", ["two"]))

    assert ["12"] == found


@pytest.fixture
def estate(fake_secrets):
    """Give secrets that differ in everything that can be searched."""
    seed(
        fake_secrets,
        ("prod/db", {"description": "The Database", "tags": {"Team": "Web", "env": "prod"}}),
        ("prod/api", {"tags": {"team": "api"}}),
        ("dev/db", {"description": "A database", "tags": {"env": "dev"}}),
        ("rds!db-1", {"owning_service": "rds"}),
        ("bare", {}),
    )


ALL = ["prod/db", "prod/api", "dev/db", "rds!db-1", "bare"]
KEY_CASES = [
    ("name", ["prod"], ["prod/db", "prod/api"]),
    ("name", ["prod/d"], ["prod/db"]),
    ("name", ["Prod"], []),
    ("name", ["db"], []),
    ("name", ["rds!db"], ["rds!db-1"]),
    ("name", ["!prod"], ["dev/db", "rds!db-1", "bare"]),
    ("tag-key", ["T"], ["prod/db"]),
    ("tag-key", ["t"], ["prod/api"]),
    ("tag-key", ["env"], ["prod/db", "dev/db"]),
    ("tag-key", ["nv"], []),
    ("tag-key", ["!env"], ["prod/api", "rds!db-1", "bare"]),
    ("tag-value", ["Web"], ["prod/db"]),
    ("tag-value", ["web"], []),
    ("tag-value", ["p"], ["prod/db"]),
    ("tag-value", ["!p"], ["prod/api", "dev/db", "rds!db-1", "bare"]),
    ("description", ["database"], ["prod/db", "dev/db"]),
    ("description", ["DATA the"], ["prod/db"]),
    ("description", ["base"], []),
    ("description", ["!the"], ["prod/api", "dev/db", "rds!db-1", "bare"]),
    ("owning-service", ["rds"], ["rds!db-1"]),
    ("owning-service", ["R"], ["rds!db-1"]),
    ("owning-service", ["ds"], []),
    ("owning-service", ["!rds"], ["prod/db", "prod/api", "dev/db", "bare"]),
    ("primary-region", ["us-east-1"], []),
    ("primary-region", ["!us-east-1"], ALL),
    ("all", ["DB"], ["prod/db", "dev/db", "rds!db-1"]),
    ("all", ["prod db"], ["prod/db"]),
    ("all", ["web"], ["prod/db"]),
    ("all", ["team"], ["prod/db", "prod/api"]),
    ("all", ["!db"], ["prod/api", "bare"]),
    ("all", ["the web"], []),
]


@pytest.mark.parametrize(("key", "values", "expected"), KEY_CASES)
@pytest.mark.usefixtures("estate")
def test_each_key_searches_its_member(secrets_client, key, values, expected):
    """Names and tags match by prefix and case, texts by words without case; ! negates."""
    assert expected == names(secrets_client, (key, values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["dev", "bare"], ["dev/db", "bare"]),
        (["dev", "!prod"], ["dev/db", "rds!db-1", "bare"]),
        (["prod", "!prod"], ALL),
        (["none", "nothing"], []),
    ],
)
@pytest.mark.usefixtures("estate")
def test_one_value_of_a_filter_is_enough(secrets_client, values, expected):
    """Several values in a filter are alternatives, negated ones too."""
    assert expected == names(secrets_client, ("name", values))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("name", ["prod"]), ("tag-key", ["env"])], ["prod/db"]),
        ([("name", ["prod", "dev"]), ("description", ["database"])], ["prod/db", "dev/db"]),
        ([("name", ["prod"]), ("name", ["!prod/d"])], ["prod/api"]),
        ([("name", ["prod"]), ("name", ["dev"])], []),
        ([(key, [""]) for key in KEYS], ALL),
    ],
    ids=["two keys", "values and keys", "negation", "contradiction", "every key"],
)
@pytest.mark.usefixtures("estate")
def test_every_filter_must_be_passed(secrets_client, filters, expected):
    """Several filters narrow the list down."""
    assert expected == names(secrets_client, *filters)


@pytest.mark.parametrize(
    "key", ["description", "tag-key", "tag-value", "primary-region", "owning-service"]
)
@pytest.mark.parametrize("letters", [string.ascii_lowercase, string.ascii_uppercase])
def test_no_letter_finds_what_is_not_there(fake_secrets, secrets_client, key, letters):
    """A secret without a member is not found by any letter in the place of it."""
    seed(fake_secrets, ("bare", {}))

    assert [] == [letter for letter in letters if names(secrets_client, (key, [letter]))]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.usefixtures("estate")
def test_an_empty_value_matches_everything(secrets_client, key):
    """Everything begins with the empty text."""
    assert ALL == names(secrets_client, (key, [""]))


@pytest.mark.parametrize("options", [{}, {"Filters": []}], ids=["absent", "empty"])
@pytest.mark.usefixtures("estate")
def test_without_filters_everything_is_listed(secrets_client, options):
    """No filters, and an empty list of them, select every secret."""
    listed = secrets_client.list_secrets(**options)["SecretList"]

    assert ALL == [entry["Name"] for entry in listed]


@pytest.mark.parametrize("value", ["-", "/", "+ =", "!@"])
@pytest.mark.usefixtures("estate")
def test_punctuation_alone_is_no_word(secrets_client, value):
    """In a search by words a value of punctuation only matches nothing, and negated all."""
    expected = ALL if value.startswith("!") else []

    assert expected == names(secrets_client, ("all", [value]))


def test_filters_see_scheduled_secrets_on_request(fake_secrets, secrets_client):
    """A filter goes together with IncludePlannedDeletion."""
    seed(fake_secrets, ("a1", {"deleted": True}), ("a2", {}), ("b", {"deleted": True}))

    listed = secrets_client.list_secrets(
        IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": ["a"]}]
    )

    assert ["a1", "a2"] == [entry["Name"] for entry in listed["SecretList"]]
    assert ["a2"] == names(secrets_client, ("name", ["a"]))


@pytest.mark.parametrize(("key", "values", "expected"), KEY_CASES)
@pytest.mark.usefixtures("estate")
def test_a_batch_selects_alike(secrets_client, key, values, expected):
    """BatchGetSecretValue understands the filters of ListSecrets."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore does not know BatchGetSecretValue")

    batch = secrets_client.batch_get_secret_value(Filters=[{"Key": key, "Values": values}])

    assert expected == [entry["Name"] for entry in batch["SecretValues"]]
    assert [] == batch["Errors"]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        pytest.param(
            [{"Key": "colour", "Values": ["a"]}],
            "Value 'colour' at 'filters.1.member.key' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(KEYS)}]",
            id="unknown key",
        ),
        pytest.param(
            [{"Key": "name", "Values": ["a"]}, {"Key": "Name", "Values": ["a"]}],
            "Value 'Name' at 'filters.2.member.key' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(KEYS)}]",
            id="key in another case",
        ),
        pytest.param(
            [{"Key": "name", "Values": ["a", "b#"]}],
            "Value 'b#' at 'filters.1.member.values.2.member' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$",
            id="character",
        ),
        pytest.param(
            [{"Key": "name", "Values": ["a" * 513]}],
            f"Value '{'a' * 513}' at 'filters.1.member.values.1.member' failed to satisfy "
            "constraint: Member must have length less than or equal to 512",
            id="length",
        ),
        pytest.param(
            [{"Key": "name", "Values": ["a"] * 11}],
            f"Value '[{', '.join(['a'] * 11)}]' at 'filters.1.member.values' failed to satisfy "
            "constraint: Member must have length less than or equal to 10",
            id="eleven values",
        ),
    ],
)
def test_a_filter_outside_the_model_is_refused(secrets_client, filters, message):
    """What the service model does not allow breaks a constraint."""
    refused = refusal(secrets_client.list_secrets, Filters=filters)

    assert ("ValidationException", f"1 validation error detected: {message}") == refused


def test_eleven_filters_are_refused(secrets_client):
    """Ten filters are the most."""
    filters = [{"Key": "name", "Values": ["a"]}] * 11

    code, message = refusal(secrets_client.list_secrets, Filters=filters)

    constraint = "failed to satisfy constraint: Member must have length less than or equal to 10"
    assert "ValidationException" == code
    assert f"'filters' {constraint}" == message.rpartition(" at ")[2]


@pytest.mark.parametrize(
    ("incomplete", "message"),
    [
        pytest.param({"Values": ["a"]}, "Invalid filter key", id="no key"),
        pytest.param(
            {"Key": "description"}, "Invalid filter values for key: description", id="no values"
        ),
        pytest.param({}, "Invalid filter key", id="nothing"),
    ],
)
def test_an_incomplete_filter_is_refused(secrets_client, incomplete, message):
    """A filter needs both a key and values, which the service model does not say."""
    refused = refusal(secrets_client.list_secrets, Filters=[incomplete])

    assert ("InvalidParameterException", message) == refused


def test_the_longest_filters_are_understood(fake_secrets, secrets_client):
    """Ten filters of ten values of 512 characters are still answered."""
    seed(fake_secrets, ("a", {}))
    values = [letter * 512 for letter in "bcdefghij"]

    assert ["a"] == names(secrets_client, *[("name", ["a", *values])] * 10)
