from __future__ import annotations

import pytest

from .asking import asks, attempt, confirms, starting_with
from .scrubbing import NO_TOKEN


@pytest.fixture
def found(client, name):
    """Give a function that lists this question's own secrets that match other filters as well."""

    def find(key, *values):
        own = starting_with(name())
        attempt(client.list_secrets, Filters=[*own, {"Key": key, "Values": list(values)}])

    return find


@pytest.fixture
def listed(client, name, wait_until):
    """Give a function that waits until the question's own secrets are listed."""

    def wait(number):
        own = {"Filters": starting_with(name())}
        wait_until(lambda: len(client.list_secrets(**own)["SecretList"]) == number)

    return wait


@asks("a negated filter value beside others")
@asks("secrets without a description")
def test_negated_values(client, name, found, listed):
    """Which secrets match a negated value beside another, and those without a description?"""
    for short, description in [("one", "one"), ("two", "two"), ("both", "one two")]:
        client.create_secret(Name=name(short), Description=description)
    client.create_secret(Name=name("none"))
    listed(4)
    found("description", "!one")
    found("description", "!one", "two")
    found("description", "one", "!two")
    found("tag-key", "!team")


@asks("an empty filter value")
def test_empty_values(client, name, found, listed):
    """What does an empty filter value match?"""
    client.create_secret(Name=name("described"), Description="one")
    client.create_secret(Name=name("tagged"), Tags=[{"Key": "team", "Value": ""}])
    listed(2)
    for key in ("name", "description", "tag-key", "tag-value", "all", "primary-region"):
        found(key, "")
    found("description", "!")


@asks("a value of `all` whose words are in different attributes")
def test_words_of_different_attributes(client, name, found, listed):
    """Does a value of all match whose words are in different attributes of a secret?"""
    tags = [{"Key": "team", "Value": "web"}]
    client.create_secret(Name=name("first"), Description="lorem ipsum", Tags=tags)
    listed(1)
    found("all", "lorem ipsum")
    found("all", "lorem web")
    found("all", "team web")
    found("all", "first lorem")


@asks("names with two different special characters under the filter `all`")
def test_names_with_two_special_characters(client, plain_name, wait_until):
    """Are names split into words that have two different special characters?"""
    for short in ("-AppBeta", "-AppBeta/x", "/AppBeta_y", ".AppBeta.z"):
        client.create_secret(Name=plain_name(short))
    own = starting_with(plain_name(""))
    wait_until(lambda: len(client.list_secrets(Filters=own)["SecretList"]) == 4)
    for value in ("AppBeta", "Beta", "x", "z"):
        client.list_secrets(Filters=[*own, {"Key": "all", "Values": [value]}])


@asks("case of the filter owning-service")
def test_case_of_owning_service(client, managed_secret):
    """Does the case matter in the filter owning-service?"""
    service = client.describe_secret(SecretId=managed_secret)["OwningService"]
    for value in (service, service.upper(), service[:2]):
        by_service = {"Key": "owning-service", "Values": [value]}
        client.list_secrets(Filters=[*starting_with(managed_secret), by_service])


@asks("for a filter without Key or Values")
def test_incomplete_filters(client):
    """In which words are filters refused that lack Key or Values?"""
    attempt(client.list_secrets, Filters=[{"Values": ["a"]}])
    attempt(client.list_secrets, Filters=[{"Key": "name"}])
    attempt(client.list_secrets, Filters=[{}])
    attempt(client.batch_get_secret_value, Filters=[{"Key": "name"}])


@asks("secrets never read, where SortBy is last-accessed-date")
@asks("SortOrder where only SortBy is given")
@confirms
def test_order_of_secrets(client, name, wait_until):
    """In which order do secrets come, by each date, also where none is set?"""
    for short in ("b", "c", "a"):
        client.create_secret(Name=name(short), SecretString=short)
    client.get_secret_value(SecretId=name("c"))
    client.tag_resource(SecretId=name("b"), Tags=[{"Key": "a", "Value": "1"}])
    own = {"Filters": starting_with(name())}

    def shows_all():
        shown = client.list_secrets(**own)["SecretList"]
        members = [member for secret in shown for member in secret]
        return len(shown) == 3 and {"LastAccessedDate", "Tags"} <= set(members)

    wait_until(shows_all)
    client.list_secrets(**own)
    client.list_secrets(**own, SortOrder="desc")
    for key in ("created-date", "last-accessed-date", "last-changed-date", "name"):
        client.list_secrets(**own, SortBy=key)
        client.list_secrets(**own, SortBy=key, SortOrder="asc")


@asks("texts of LimitExceededException, InvalidNextTokenException")
def test_wrong_tokens_of_pages(client, secret):
    """In which words is a NextToken refused that AWS did not give?"""
    attempt(client.list_secrets, NextToken=NO_TOKEN)
    attempt(client.list_secret_version_ids, SecretId=secret, NextToken=NO_TOKEN)
    attempt(client.batch_get_secret_value, Filters=starting_with(secret), NextToken=NO_TOKEN)
    attempt(client.list_resource_policies, SecretId=secret, NextToken=NO_TOKEN)


@confirms
def test_tokens_of_pages(client, secret, token):
    """Has the last page a NextToken, and does one go with other members than it was given for?"""
    client.put_secret_value(SecretId=secret, SecretString="2", ClientRequestToken=token("b"))
    page = client.list_secret_version_ids(SecretId=secret, MaxResults=1)
    following = {"SecretId": secret, "NextToken": page.get("NextToken") or NO_TOKEN}
    attempt(client.list_secret_version_ids, **following)
    attempt(client.list_secret_version_ids, **following, IncludeDeprecated=True)
    attempt(client.list_secrets, NextToken=following["NextToken"])


@confirms
def test_words_of_names(client, plain_name, wait_until):
    """Where does a name break into words: between letters and digits, and between cases?"""
    for short in ("/abc123def", "/camelCaseWord", "/UPPERLower", "/x9y"):
        client.create_secret(Name=plain_name(short))
    own = starting_with(plain_name("/"))
    wait_until(lambda: len(client.list_secrets(Filters=own)["SecretList"]) == 4)
    for value in ("123", "def", "Case", "word", "lower", "UPPER", "9", "y"):
        client.list_secrets(Filters=[*own, {"Key": "all", "Values": [value]}])


@confirms
def test_filters_by_tags(client, name, found, listed):
    """Do the filters by tags match beginnings, and does the case matter?"""
    client.create_secret(Name=name("web"), Tags=[{"Key": "Team", "Value": "Web shop"}])
    client.create_secret(Name=name("none"))
    listed(2)
    for key, value in (
        ("tag-key", "Te"),
        ("tag-key", "te"),
        ("tag-key", "eam"),
        ("tag-value", "Web s"),
        ("tag-value", "web"),
        ("tag-value", "shop"),
    ):
        found(key, value)
    found("tag-key", "Te", "!Te")
