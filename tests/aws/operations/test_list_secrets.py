from __future__ import annotations

import base64
import json
from datetime import date, datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from support import members_of, needs_sort_by, refusal

from pytest_fakesecrets import Secret, Version

NOW = datetime(2026, 1, 31, 10, 20, 30, 456000, tzinfo=timezone.utc)
V1 = "11111111-1111-4111-8111-111111111111"
V2 = "22222222-2222-4222-8222-222222222222"
BAD_TOKEN = ("InvalidNextTokenException", "The NextToken value is invalid.")


@pytest.fixture
def five(fake_secrets):
    """Give five secrets, each a day younger than the one before."""
    for number, name in enumerate("ecabd"):
        fake_secrets.add(Secret(name, "v", created=NOW + timedelta(days=number)))
    return list("ecabd")


def names(response):
    """Return the names in an answer."""
    return [entry["Name"] for entry in response["SecretList"]]


def test_no_secrets_are_an_empty_list(secrets_client):
    """Without secrets the answer is an empty SecretList, and no NextToken."""
    assert {"SecretList": []} == members_of(secrets_client.list_secrets())


def test_an_entry_tells_what_describe_secret_tells(fake_secrets, secrets_client):
    """An entry is DescribeSecret's answer, but names its map SecretVersionsToStages."""
    seed = Secret(
        "prod/db",
        versions=[
            Version("2", ["AWSCURRENT", "blue"], id=V2),
            Version("1", ["AWSPREVIOUS"], id=V1),
            Version("0", id="0" * 32),
        ],
        description="the database",
        tags={"z": "1", "a": "2"},
        kms_key_id="alias/k",
        owning_service="rds",
        arn_suffix="a1b2c3",
        created=NOW,
        last_changed=NOW + timedelta(days=1),
        last_accessed=date(2026, 2, 3),
    )
    fake_secrets.add(seed)

    (entry,) = secrets_client.list_secrets()["SecretList"]

    assert {
        "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-a1b2c3",
        "Name": "prod/db",
        "Description": "the database",
        "KmsKeyId": "alias/k",
        "LastChangedDate": NOW + timedelta(days=1),
        "LastAccessedDate": datetime(2026, 2, 3, tzinfo=timezone.utc),
        "Tags": [{"Key": "z", "Value": "1"}, {"Key": "a", "Value": "2"}],
        "SecretVersionsToStages": {V1: ["AWSPREVIOUS"], V2: ["AWSCURRENT", "blue"]},
        "OwningService": "rds",
        "CreatedDate": NOW,
    } == entry

    described = members_of(secrets_client.describe_secret(SecretId="prod/db"))
    described["SecretVersionsToStages"] = described.pop("VersionIdsToStages")

    assert described == entry


def test_an_entry_shows_only_what_has_a_value(fake_secrets, secrets_client):
    """A bare secret's entry has its ARN, its name and two dates."""
    secrets_client.create_secret(Name="a")

    (entry,) = secrets_client.list_secrets()["SecretList"]

    assert {"ARN", "Name", "CreatedDate", "LastChangedDate"} == set(entry)


def test_the_oldest_comes_first(five, secrets_client):
    """By default secrets come in the order in which they were created."""
    assert five == names(secrets_client.list_secrets())


@pytest.mark.parametrize(("order", "expected"), [("asc", list("ecabd")), ("desc", list("dbace"))])
def test_the_order_may_be_turned(five, secrets_client, order, expected):
    """SortOrder goes by the date of creation where nothing else is said."""
    assert expected == names(secrets_client.list_secrets(SortOrder=order))


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("created-date", ["c", "a", "b"]),
        ("last-accessed-date", ["a", "b", "c"]),
        ("last-changed-date", ["b", "c", "a"]),
        ("name", ["a", "b", "c"]),
    ],
)
@pytest.mark.parametrize("order", [None, "asc", "desc"])
def test_secrets_are_sorted_by_a_member(fake_secrets, secrets_client, by, expected, order):
    """SortBy chooses a date or the name; ascending is the default."""
    needs_sort_by(secrets_client)
    for name, created, accessed, changed in (("a", 2, 11, 9), ("b", 3, 12, 7), ("c", 1, 13, 8)):
        seed = Secret(
            name,
            "v",
            created=NOW + timedelta(days=created),
            last_accessed=(NOW + timedelta(days=accessed)).date(),
            last_changed=NOW + timedelta(days=changed),
        )
        fake_secrets.add(seed)
    options = {} if order is None else {"SortOrder": order}

    listed = names(secrets_client.list_secrets(SortBy=by, **options))

    assert (expected[::-1] if order == "desc" else expected) == listed


@pytest.mark.parametrize(
    ("order", "expected"), [("asc", ["b", "c", "a"]), ("desc", ["a", "c", "b"])]
)
def test_secrets_of_one_millisecond_keep_their_order(secrets_client, order, expected):
    """Secrets created too fast for the clock still list in order of creation, or its reverse."""
    with freeze_time("2026-01-01T00:00:00Z"):
        for name in ("b", "c", "a"):
            secrets_client.create_secret(Name=name)

    assert expected == names(secrets_client.list_secrets(SortOrder=order))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"SortOrder": "up"},
            "Value 'up' at 'sortOrder' failed to satisfy constraint: "
            "Member must satisfy enum value set: [asc, desc]",
            id="SortOrder",
        ),
        pytest.param(
            {"MaxResults": 101},
            "Value '101' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 100",
            id="MaxResults",
        ),
        pytest.param(
            {"NextToken": "t" * 4097},
            f"Value '{'t' * 4097}' at 'nextToken' failed to satisfy constraint: "
            "Member must have length less than or equal to 4096",
            id="NextToken",
        ),
    ],
)
def test_wrong_options_are_refused(secrets_client, options, message):
    """An option outside the service model's bounds breaks a constraint."""
    refused = refusal(secrets_client.list_secrets, **options)

    assert ("ValidationException", f"1 validation error detected: {message}") == refused


def test_an_unknown_sort_by_is_refused(secrets_client):
    """SortBy has four values."""
    needs_sort_by(secrets_client)

    refused = refusal(secrets_client.list_secrets, SortBy="size")

    message = (
        "1 validation error detected: Value 'size' at 'sortBy' failed to satisfy constraint: Member"
        " must satisfy enum value set: [created-date, last-accessed-date, last-changed-date, name]"
    )
    assert ("ValidationException", message) == refused


def test_scheduled_secrets_are_hidden(fake_secrets, secrets_client):
    """A scheduled secret is listed, in its place, only where IncludePlannedDeletion asks."""
    for number, name in enumerate("abc"):
        fake_secrets.add(Secret(name, created=NOW + timedelta(days=number)))
    secrets_client.delete_secret(SecretId="b")

    listed = secrets_client.list_secrets(IncludePlannedDeletion=True)

    assert ["a", "c"] == names(secrets_client.list_secrets())
    assert ["a", "c"] == names(secrets_client.list_secrets(IncludePlannedDeletion=False))
    assert ["a", "b", "c"] == names(listed)
    assert [False, True, False] == ["DeletedDate" in entry for entry in listed["SecretList"]]


def test_another_region_or_account_is_not_listed(fake_secrets, secrets_client):
    """The list holds the caller's own secrets in the Region of the client."""
    fake_secrets.add("here")
    fake_secrets.add("there", region="eu-west-3")
    fake_secrets.add("theirs", account="999999999999")

    assert ["here"] == names(secrets_client.list_secrets())
    assert ["there"] == names(fake_secrets.client("eu-west-3").list_secrets())
    assert ["theirs"] == names(fake_secrets.client(account="999999999999").list_secrets())


def test_a_change_is_seen_at_once(secrets_client):
    """Unlike AWS's, the list is never minutes behind."""
    secrets_client.create_secret(Name="a")

    assert ["a"] == names(secrets_client.list_secrets())

    secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    assert [] == names(secrets_client.list_secrets())


def test_listing_is_no_access(five, secrets_client):
    """ListSecrets leaves no LastAccessedDate behind."""
    secrets_client.list_secrets()

    assert all(
        "LastAccessedDate" not in entry for entry in secrets_client.list_secrets()["SecretList"]
    )


@pytest.mark.parametrize(
    ("size", "pages"),
    [
        pytest.param(1, [["e"], ["c"], ["a"], ["b"], ["d"]], id="1"),
        pytest.param(2, [["e", "c"], ["a", "b"], ["d"]], id="2"),
        pytest.param(5, [list("ecabd")], id="5"),
        pytest.param(100, [list("ecabd")], id="100"),
    ],
)
def test_the_paginator_goes_through_the_pages(five, secrets_client, size, pages):
    """The paginator of botocore finds every secret once, in pages of the size asked for."""
    paginator = secrets_client.get_paginator("list_secrets")

    found = [names(page) for page in paginator.paginate(PaginationConfig={"PageSize": size})]

    assert pages == found


def test_the_paginator_may_start_in_the_middle(five, secrets_client):
    """A paginator that stops after some items resumes with its own token."""
    paginator = secrets_client.get_paginator("list_secrets")
    config = {"PageSize": 2, "MaxItems": 3}
    first = paginator.paginate(PaginationConfig=config).build_full_result()

    rest = paginator.paginate(
        PaginationConfig={"PageSize": 2, "StartingToken": first["NextToken"]}
    ).build_full_result()

    assert ["e", "c", "a"] == names(first)
    assert ["b", "d"] == names(rest)


def test_the_pages_follow_their_tokens(five, secrets_client):
    """Each NextToken leads to the next page, and the last page has none."""
    first = secrets_client.list_secrets(MaxResults=2)
    second = secrets_client.list_secrets(MaxResults=2, NextToken=first["NextToken"])
    third = secrets_client.list_secrets(MaxResults=2, NextToken=second["NextToken"])

    assert ["e", "c"] == names(first)
    assert ["a", "b"] == names(second)
    assert ["d"] == names(third)
    assert {"SecretList"} == set(members_of(third))


def test_a_token_may_be_used_twice_and_with_another_size(five, secrets_client):
    """A token names a place in the list, whatever size the next page has."""
    token = secrets_client.list_secrets(MaxResults=2)["NextToken"]

    assert ["a"] == names(secrets_client.list_secrets(MaxResults=1, NextToken=token))
    assert ["a", "b", "d"] == names(secrets_client.list_secrets(NextToken=token))


def test_a_page_holds_a_hundred_by_default(fake_secrets, secrets_client):
    """Without MaxResults the 101st secret is on a second page."""
    expected = [f"s{number:03}" for number in range(101)]
    for number, name in enumerate(expected):
        fake_secrets.add(Secret(name, created=NOW + timedelta(seconds=number)))

    first = secrets_client.list_secrets()
    second = secrets_client.list_secrets(NextToken=first["NextToken"])

    assert expected[:100] == names(first)
    assert expected[100:] == names(second)
    assert {"SecretList"} == set(members_of(second))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"SortOrder": "desc"}, id="SortOrder"),
        pytest.param({"IncludePlannedDeletion": True}, id="IncludePlannedDeletion"),
        pytest.param({"Filters": [{"Key": "name", "Values": ["!z"]}]}, id="Filters"),
    ],
)
def test_pages_keep_to_the_query(five, secrets_client, options):
    """The second page continues the order and the selection of the first."""
    expected = names(secrets_client.list_secrets(**options))
    first = secrets_client.list_secrets(MaxResults=3, **options)

    second = secrets_client.list_secrets(NextToken=first["NextToken"], **options)

    assert 5 == len(expected)
    assert expected == names(first) + names(second)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"SortOrder": "desc"}, id="SortOrder"),
        pytest.param({"IncludePlannedDeletion": True}, id="IncludePlannedDeletion"),
        pytest.param({"Filters": [{"Key": "name", "Values": ["!z"]}]}, id="Filters"),
    ],
)
def test_a_token_of_another_query_is_refused(five, secrets_client, options):
    """A token belongs to the query that it came from."""
    token = secrets_client.list_secrets(MaxResults=2)["NextToken"]

    assert BAD_TOKEN == refusal(secrets_client.list_secrets, NextToken=token, **options)


def test_a_token_of_another_operation_is_refused(fake_secrets, five, secrets_client):
    """The token of a list of versions leads nowhere in the list of secrets."""
    versions = [Version("1", ["AWSCURRENT"], id=V1), Version("2", ["blue"], id=V2)]
    fake_secrets.add(Secret("f", versions=versions))
    listed = secrets_client.list_secret_version_ids(SecretId="f", MaxResults=1)

    refused = refusal(secrets_client.list_secrets, NextToken=listed["NextToken"])

    assert BAD_TOKEN == refused


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("nonsense", id="no base64"),
        pytest.param("\N{KEY}", id="no ASCII"),
        pytest.param(base64.b64encode(b"\xff\xfe").decode(), id="no text"),
        pytest.param(base64.b64encode(b"nonsense").decode(), id="no JSON"),
        pytest.param(base64.b64encode(b"1").decode(), id="a number"),
        pytest.param(base64.b64encode(b"null").decode(), id="null"),
        pytest.param(base64.b64encode(b"[1, 2, 3]").decode(), id="three numbers"),
        pytest.param(base64.b64encode(b"[" * 3000).decode(), id="deeply nested"),
    ],
)
def test_a_token_that_was_never_given_out_is_refused(five, secrets_client, token):
    """Whatever is not a token of AWS is an InvalidNextTokenException, never Python's error."""
    assert BAD_TOKEN == refusal(secrets_client.list_secrets, NextToken=token)


@pytest.mark.parametrize("last", [7, "e", [{}], ["e", 1]], ids=repr)
def test_a_forged_token_is_refused(five, secrets_client, last):
    """A token whose place in the list is of a wrong type is refused as well."""
    token = secrets_client.list_secrets(MaxResults=2)["NextToken"]
    _, query = json.loads(base64.b64decode(token))
    forged = base64.b64encode(json.dumps([last, query]).encode()).decode()

    assert BAD_TOKEN == refusal(secrets_client.list_secrets, MaxResults=2, NextToken=forged)


@pytest.mark.parametrize("more", ["-", " ", "\n", "\N{KEY}"], ids=repr)
def test_a_token_with_more_in_it_is_refused(five, secrets_client, more):
    """A token into which other characters were put is invalid, though its own are all there."""
    token = secrets_client.list_secrets(MaxResults=2)["NextToken"]
    changed = f"{token[:4]}{more}{token[4:]}"

    assert BAD_TOKEN == refusal(secrets_client.list_secrets, MaxResults=2, NextToken=changed)


def test_a_token_fits_into_a_request_whatever_the_filters(five, secrets_client):
    """Filters as long as AWS allows do not make the token too long to be sent back."""
    values = [letter * 512 for letter in "fghijklmn"]
    options = {"Filters": [{"Key": "name", "Values": ["!z", *values]}]}
    first = secrets_client.list_secrets(MaxResults=3, **options)

    second = secrets_client.list_secrets(NextToken=first["NextToken"], **options)

    assert five == names(first) + names(second)


@pytest.mark.parametrize("gone", [["e"], ["c"], ["e", "c"]], ids=["first", "last", "all"])
@pytest.mark.parametrize("force", [False, True], ids=["scheduled", "forced"])
def test_deleting_between_pages_skips_nothing(five, secrets_client, gone, force):
    """A clean-up that deletes what a page showed still meets every other secret."""
    first = secrets_client.list_secrets(MaxResults=2)
    for name in gone:
        secrets_client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=force)

    second = secrets_client.list_secrets(NextToken=first["NextToken"])

    assert ["e", "c"] == names(first)
    assert ["a", "b", "d"] == names(second)


def test_creating_between_pages_repeats_nothing(fake_secrets, five, secrets_client):
    """A secret that appears before the place of the token does not shift the next page."""
    first = secrets_client.list_secrets(MaxResults=2)
    fake_secrets.add(Secret("f", created=NOW - timedelta(days=1)))

    second = secrets_client.list_secrets(NextToken=first["NextToken"])

    assert ["a", "b", "d"] == names(second)


def test_a_token_of_another_make_is_refused(fake_secrets, secrets_client):
    """A token with the right query and a wrong place in it is invalid, not a crash."""
    fake_secrets.add("a", "v")
    fake_secrets.add("b", "v")
    token = secrets_client.list_secrets(MaxResults=1)["NextToken"]
    _, query = json.loads(base64.urlsafe_b64decode(token))
    forged = base64.urlsafe_b64encode(json.dumps([None, query]).encode()).decode()

    with pytest.raises(secrets_client.exceptions.InvalidNextTokenException):
        secrets_client.list_secrets(MaxResults=1, NextToken=forged)
